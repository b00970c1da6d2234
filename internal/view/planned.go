package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Planned is a visit in a calendar that lies elsewhere, on telephones and with whoever keeps calendars for people: when it is and whose, and of
// one that is not busy to the reader its kind and reference. There is nothing in it of where it is, whom it is to, or how it goes.
type Planned struct {
	ID, Worker, Team       string
	Kind, Reference        string // "" where it is busy
	StartsAt, EndsAt, Made time.Time
	Own                    bool // the reader's
	Private, Busy          bool
}

// mostMoved is how far a visit may stand from where it is shown to whoever must not know of danger.
const mostMoved = 48 * time.Hour

// longestPlanned is how long before the time that is asked for a visit may have begun that is still in it: what is older is not looked through.
const longestPlanned = 7 * 24 * time.Hour

// Planned lists the visits that fit and are not called off, as the reader may have them elsewhere, in the order of their start; at most so many,
// and the latest of them are left out.
//
// It opens less than a page does, so that it can be read without opening each: who is only on call, was told of an alarm, or broke the glass
// has "busy" here. And all, whoever they are, have a visit as its worker is shown it: nothing here tells of an alarm (rule 4.2).
func (s *View) Planned(ctx context.Context, f store.VisitFilter, most int, r Reader) ([]Planned, error) {
	if r.person == nil {
		return nil, fmt.Errorf("list planned visits: for a person alone")
	}
	from, to := f.From, f.To
	f.Bare, f.Limit, f.Since = true, most+1, from.Add(-longestPlanned)
	visits, err := s.Store.Visits(ctx, f)
	if err != nil {
		return nil, err
	}
	if visits, err = s.asAnyDay(ctx, f, visits); err != nil {
		return nil, err
	}
	list := make([]Planned, 0, len(visits))
	for _, v := range visits {
		if v.Status == watch.Cancelled || r.apartFrom(v.Worker) || v.ExpectedEndAt.Before(from) || !v.StartsAt.Before(to) {
			continue
		}
		if p, sees := r.planned(v); sees {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Planned) int { return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID)) })
	return list[:min(len(list), most)], nil
}

// planned is one visit as the reader may have it elsewhere; sees says that they may know that it is.
func (r Reader) planned(v store.Visit) (p Planned, sees bool) {
	is := access.InTeam(*r.person, v.Team) | Circle{Worker: v.Worker, Named: v.Responders}.is(r.By)
	p = Planned{ID: v.ID, Worker: v.Worker, Team: v.Team, StartsAt: v.StartsAt, EndsAt: v.ExpectedEndAt, Made: v.BookedAt, Own: v.Worker == r.By, Private: v.Private}
	if !access.May(access.SeeVisits, is) {
		return p, false
	}
	if !v.Private {
		is |= access.Open
	}
	if p.Busy = !access.May(access.SeeWhere, is); !p.Busy {
		p.Kind, p.Reference = v.Kind, v.Reference
	}
	return p, true
}

// asAnyDay puts the visits of workers in danger as they are shown to them, also those that would be listed then.
func (s *View) asAnyDay(ctx context.Context, f store.VisitFilter, visits []store.Visit) ([]store.Visit, error) {
	alarms, err := s.Store.Alarms(ctx, store.AlarmOpen, 0)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	var moved []store.Visit
	for _, a := range alarms {
		if !a.Kind.Danger() || f.Worker != "" && f.Worker != a.Worker {
			continue
		}
		visits = slices.DeleteFunc(visits, func(v store.Visit) bool { return v.Worker == a.Worker })
		own, err := s.Store.Visits(ctx, store.VisitFilter{Worker: a.Worker, Team: f.Team, From: f.From.Add(-mostMoved), To: f.To.Add(mostMoved), Bare: true})
		if err != nil {
			return nil, err
		}
		for _, v := range own {
			if v, err = s.Unaware(ctx, v, nil); err != nil {
				return nil, err
			}
			moved = append(moved, v)
		}
	}
	return append(visits, moved...), nil
}
