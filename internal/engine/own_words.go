package engine

import (
	"context"
	"time"

	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/store"
)

// SayOwn keeps what who acts says of themselves, for those whom they chose. p is the paper of before; for the first it has its Team, and what it
// is said beside as its About. *watch.Invalid says what is wrong.
func (e *Engine) SayOwn(ctx context.Context, who Actor, p store.Paper, w ownwords.Words) error {
	if err := invalid(w.Problems()); err != nil {
		return err
	}
	p.Kind, p.Person, p.Status, p.Body, p.OverAt = store.OwnWordsPaper, who.By, string(w.For), w.Body(), time.Time{}
	_, _, err := e.keepPaper(ctx, who, p, nil, e.Now())
	return err
}

// WithdrawOwn takes somebody's own words back: nobody reads them any more.
func (e *Engine) WithdrawOwn(ctx context.Context, who Actor, p store.Paper) error {
	p.Status, p.Body, p.OverAt = string(ownwords.Withdrawn), ownwords.Words{}.Body(), e.Now()
	_, _, err := e.keepPaper(ctx, who, p, nil, p.OverAt)
	return err
}
