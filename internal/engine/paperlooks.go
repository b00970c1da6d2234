package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

const (
	looksEvery = time.Minute // plan time
	looksMost  = 200         // papers looked at in one pass; the rest in the next
	failedFor  = 10 * time.Minute
	unreadFor  = 24 * time.Hour // it is mended by a person, if at all
)

// lookAtPapers does what time alone brings of papers: reminders, and their end. Only those are listed whose own time to be looked at has come, and only
// those are opened of which words are needed. One of which that fails has its next turn later, and keeps no other from its own.
func (e *Engine) lookAtPapers(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "papers", at, looksEvery); err != nil || !mine {
		return err
	}
	due, err := e.Store.PapersToLookAt(ctx, at, looksMost)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range due {
		errs = append(errs, e.lookAtOne(ctx, at, l))
	}
	return errors.Join(errs...)
}

func (e *Engine) lookAtOne(ctx context.Context, at time.Time, l store.Look) error {
	next, followed, err := e.lookAtPaper(ctx, at, l)
	switch {
	case errors.Is(err, errUnread):
		next = at.Add(unreadFor)
		if err = nil; e.unread.first(l.ID) {
			e.Log.Error("paper can't be read: nobody is reminded of it", "kind", l.Kind, "paper", l.ID)
		}
	case err != nil:
		next, err = at.Add(failedFor), fmt.Errorf("look at %s %s: %w", l.Kind, l.ID, err)
	}
	return errors.Join(err, e.Store.LookAgain(ctx, l, next, at, followed))
}

// lookAtPaper does what is due of one paper, and says when it is looked at next, zero for not again. What is changed by it says so itself.
func (e *Engine) lookAtPaper(ctx context.Context, at time.Time, l store.Look) (next time.Time, followed bool, err error) {
	switch l.Kind {
	case store.RiskPaper:
		next, err = e.lookAtRisk(ctx, at, l.Paper)
	case store.WarningPaper:
		next, err = e.askWarning(ctx, at, l.Paper)
	case store.DebriefPaper:
		next, err = e.remindOfDebrief(ctx, at, l.Paper)
	case store.ActionPaper:
		next, err = e.remindOfAction(ctx, at, l.Paper)
	case store.IncidentPaper:
		return e.lookAtIncident(ctx, at, l)
	}
	return next, false, err
}

// errUnread says that a paper's words cannot be opened, or make no sense.
var errUnread = errors.New("its words cannot be read")

// opened is a paper with its words.
func (e *Engine) opened(ctx context.Context, p store.Paper) (store.Paper, error) {
	list, err := e.Store.Papers(ctx, store.PaperFilter{ID: p.ID, Kind: p.Kind})
	switch {
	case err != nil:
		return p, err
	case len(list) == 0:
		return p, store.ErrNotFound
	case list[0].Unread:
		return p, errUnread
	}
	return list[0], nil
}

// unread are the papers of which it was logged that they can't be read: by this process, once.
type unread struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (u *unread) first(paper string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ids[paper] {
		return false
	}
	if u.ids == nil {
		u.ids = map[string]bool{}
	}
	u.ids[paper] = true
	return true
}
