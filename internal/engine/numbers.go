package engine

import (
	"context"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// by is who acts, for the record; the zero By where nobody does.
func (a Actor) by() store.By {
	if a.By == "" && a.Token == "" && a.Via != viaClock {
		return store.By{} // the organisation as it is set up: nobody did it
	}
	return store.By{Person: a.By, Via: a.Via, Token: a.Token}
}

// tellsOfNumbers gives what tells someone that they are reached by other numbers
// now, or known by another e-mail address: on each number that they had, for
// whoever changes it may mean to be taken for them. A number that is new to
// somebody who is here is told that it is in use. It is the same on any day, also
// in danger: a text that did not come would tell of it (rule 4.2).
func (e *Engine) tellsOfNumbers(ctx context.Context, at time.Time, person buddy.Person) func(before buddy.Person) []store.Message {
	zone := time.UTC
	if sc, err := e.look(ctx, at, person.ID); err == nil {
		zone = sc.zone
	} else {
		e.report(ctx, "find the zone of whose details change", err) // they are told all the same
	}
	return func(before buddy.Person) []store.Message { return e.numbersTold(ctx, at, zone, person, before) }
}

// numbersTold is what tells them, in the zone given. It asks no database.
func (e *Engine) numbersTold(ctx context.Context, at time.Time, zone *time.Location, person, before buddy.Person) []store.Message {
	had, has := mobiles(before), mobiles(person)
	numbers, email := buddy.ReachedBy(before, person)
	if before.ID == "" {
		return nil // nobody was known by anything
	}
	x := &expansion{Engine: e, ctx: ctx, at: at, sc: scene{zone: zone}}
	x.done.after.Worker = systemChain
	v := wording.Values{Zone: zone, At: at.In(zone), Now: at.In(zone), Rehearsal: e.Rehearsal}
	tell := func(notice watch.Notice, to []phone.Number) {
		m := store.Message{Class: store.ClassInfo, Notice: string(notice), Person: person.ID, GiveUpAt: at.Add(infoLife)}
		x.rowsFor(m, to, nil, []string{wording.Text(notice, v)}, nil)
		x.mail(m, before, notice, v) // the address that they had
	}
	switch {
	case numbers != buddy.Stayed: // one that is added may be somebody else's
		tell(wording.NumberChanged, had)
		tell(wording.NumberNew, slices.DeleteFunc(has, func(n phone.Number) bool { return slices.Contains(had, n) }))
	case email != buddy.Stayed:
		tell(wording.EmailChanged, had)
	}
	return x.rows
}

// mobiles gives the numbers on which someone is texted, and known by.
func mobiles(p buddy.Person) (list []phone.Number) {
	for _, n := range []phone.Number{p.Mobile, p.PersonalMobile} {
		if !n.IsZero() && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}
