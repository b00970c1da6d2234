package engine

import (
	"context"
	"errors"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Papers is what the engine needs of a database for what people write: risk assessments and warnings. *store.DB has it.
type Papers interface {
	PutPaper(ctx context.Context, p store.Paper, marks []string, by store.By, at time.Time, messages ...store.Message) (store.Paper, error)
	Paper(ctx context.Context, kind store.PaperKind, id string) (store.Paper, error)
	Papers(ctx context.Context, f store.PaperFilter) ([]store.Paper, error)
	TakeBack(ctx context.Context, p store.Paper, status string, by store.By, at time.Time) error
}

// PlaceOf is the family and the address that a visit goes to.
func PlaceOf(v store.Visit) risk.Place {
	return risk.Place{ServiceUser: v.Details.ServiceUser, Address: v.Details.Address}
}

// ErrUnreadRisk says that an assessment of a place is there, and cannot be read: what it says must not be taken for nothing.
var ErrUnreadRisk = errors.New("an assessment cannot be read")

// RiskOf gives the decided assessment that holds for a visit: the one about the visit itself, else the one of its team about its family or place that
// was decided last. found is false where there is none. It may be past its day to be looked at again. One
// that cannot be read hides no other: ErrUnreadRisk comes with the one that was found.
func RiskOf(ctx context.Context, from Papers, v store.Visit) (p store.Paper, a risk.Assessment, found bool, err error) {
	sets := []store.PaperFilter{{Kind: store.RiskPaper, About: "visit/" + v.ID, Status: string(risk.Decided), Standing: true}}
	if marks := PlaceOf(v).Sought(); len(marks) > 0 {
		sets = append(sets, store.PaperFilter{Kind: store.RiskPaper, Team: v.Team, Status: string(risk.Decided), Standing: true, Marked: marks})
	}
	var unread error
	for _, f := range sets {
		list, err := from.Papers(ctx, f)
		if err != nil {
			return p, a, false, err
		}
		for _, one := range list {
			read, broken := risk.ReadAssessment(one.Body)
			switch {
			case one.Erased:
			case broken != nil:
				unread = ErrUnreadRisk
			case !found || read.At.After(a.At):
				p, a, found = one, read, true
			}
		}
		if found {
			break
		}
	}
	return p, a, found, unread
}

// StandingWarning is a warning that stands, with the paper that it is.
type StandingWarning struct {
	store.Paper
	risk.Warning
}

// WarningsAt gives the warnings that stand on a family or an address, whichever team wrote them, but those of which somebody said that the visit is to
// another place. The visit is "" for one that is not booked yet.
func WarningsAt(ctx context.Context, from Papers, at risk.Place, visit string) ([]StandingWarning, error) {
	marks := at.Sought()
	if len(marks) == 0 {
		return nil, nil
	}
	list, err := from.Papers(ctx, store.PaperFilter{Kind: store.WarningPaper, Standing: true, Marked: marks})
	if err != nil {
		return nil, err
	}
	var found []StandingWarning
	for _, p := range list {
		w, err := risk.ReadWarning(p.Body)
		if err != nil { // that there is one is said all the same
			w = risk.Warning{Topic: risk.Other, What: private.New("This warning cannot be read. Ask your manager before you go.")}
		}
		if !w.IsNot(visit) {
			found = append(found, StandingWarning{p, w})
		}
	}
	return found, nil
}

// putPaper keeps a paper with its messages, and has what was told with it sent at once. Nothing of the engine keeps one otherwise.
func (e *Engine) putPaper(ctx context.Context, p store.Paper, marks []string, by store.By, at time.Time, messages ...store.Message) (store.Paper, error) {
	kept, err := e.Store.PutPaper(ctx, p, marks, by, at, messages...)
	if err == nil {
		e.woken()
	}
	return kept, err
}

// noteRows makes the rows of the outbox of a note, to be kept with what it tells of.
func (e *Engine) noteRows(ctx context.Context, at time.Time, sc scene, n note) ([]store.Message, error) {
	n.class = store.ClassInfo
	x := &expansion{Engine: e, ctx: ctx, at: at, sc: sc, done: outcome{after: watch.Watch{Worker: systemChain}}}
	err := x.note(n)
	return x.rows, err
}
