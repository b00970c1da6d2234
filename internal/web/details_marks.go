package web

import (
	"errors"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// rightPart says when someone last said that all their details are right.
type rightPart struct {
	Confirmed  time.Time // zero for never
	Unanswered bool      // they were asked as often as anyone is, and did not say it
}

// rightOf gives it of a worker whose details the reader changes; nil for all others.
func (p *Pages) rightOf(c *request, who buddy.Person) (*rightPart, error) {
	if !who.Active || !who.Has(buddy.Worker) || !p.mayEdit(c, who) {
		return nil, nil
	}
	confirmed, err := p.Store.Confirmation(c.Context(), who.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return &rightPart{confirmed.ConfirmedAt, confirmed.Unanswered()}, nil
}

// rightRows gives it of each of a team's workers, by their ids, to who keeps the team; nil for all others.
func (p *Pages) rightRows(c *request, team string) (map[string]*rightPart, error) {
	if !p.mayKeep(c, team) {
		return nil, nil
	}
	confirmed, err := p.Store.ConfirmationsOf(c.Context(), team)
	if err != nil {
		return nil, err
	}
	members, err := p.members(c, team)
	if err != nil {
		return nil, err
	}
	rows := map[string]*rightPart{}
	for _, m := range members {
		if m.Has(buddy.Worker) {
			rows[m.ID] = &rightPart{confirmed[m.ID].ConfirmedAt, confirmed[m.ID].Unanswered()}
		}
	}
	return rows, nil
}

// markNumbers says of each number whether it is proved, and whether it reaches nobody.
func (p *Pages) markNumbers(c *request, who buddy.Person, numbers []namedNumber) error {
	known, err := p.Store.Known(c.Context(), who.ID)
	if err != nil {
		return err
	}
	for i, x := range numberNames[:len(numbers)] {
		n := engine.Own(who, x.field)
		numbers[i].Marked, numbers[i].Proved, numbers[i].Fails = !n.IsZero(), known.Proved(n), !known.FailedAt(n).IsZero()
	}
	return nil
}
