package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/store"
)

// SayOwn keeps what who acts says of themselves, for those whom they chose. p is the paper of before; for the first, and after they took back what was
// there, it has its Team, and what it is said beside as its About. *watch.Invalid says what is wrong, [store.ErrConflict] that other words of
// theirs came between.
//
// Beside one thing somebody has one paper that stands: its id is made of both, so that of two first sends at the same time one is kept, and the other
// is told of it.
func (e *Engine) SayOwn(ctx context.Context, who Actor, p store.Paper, w ownwords.Words) error {
	if err := invalid(w.Problems()); err != nil {
		return err
	}
	if p.ID == "" {
		before, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.OwnWordsPaper, Person: who.By, About: p.About, Bare: true})
		if err != nil {
			return err
		}
		taken := 0
		for _, b := range before {
			if b.Status == string(ownwords.Withdrawn) {
				taken++
			}
		}
		p.ID = fmt.Sprintf("o-%s-%s-%d", strings.ReplaceAll(p.About, "/", "-"), who.By, taken)
	}
	p.Kind, p.Person, p.Status, p.Body, p.OverAt = store.OwnWordsPaper, who.By, string(w.For), w.Body(), time.Time{}
	_, _, err := e.keepPaper(ctx, who, p, nil, e.Now())
	if !errors.Is(err, store.ErrConflict) {
		return err
	}
	kept, failed := e.Store.Paper(ctx, p.Kind, p.ID)
	if failed == nil && kept.Status == p.Status && kept.Body == p.Body {
		return nil // the same press
	}
	return err
}

// WithdrawOwn takes somebody's own words back: nobody can read them any more, in the record either.
func (e *Engine) WithdrawOwn(ctx context.Context, who Actor, p store.Paper) error {
	return e.Store.TakeBack(ctx, p, string(ownwords.Withdrawn), who.by(), e.Now())
}
