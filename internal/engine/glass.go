package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// GlassFor is how long someone who broke the glass of a private visit sees it (rule 1.4).
const GlassFor = 30 * time.Minute

// BreakGlass has who acts see a private visit for a while, for a reason of theirs. The worker's manager is told and the record
// has it before it counts. Whether they may is for the caller to have asked.
func (e *Engine) BreakGlass(ctx context.Context, who Actor, v store.Visit, why private.Text) error {
	at := e.Now()
	id := "glass/" + v.ID + "/" + e.actID(who, "glass/"+v.ID)
	if err := e.tellOfGlass(ctx, at, id, who.By, v); err != nil {
		return fmt.Errorf("tell of broken glass: %w", err)
	}
	return e.Store.BreakGlass(ctx, store.Glass{ID: id, Visit: v.ID, Person: who.By, Why: why, BrokenAt: at, UntilAt: at.Add(GlassFor)}, who.Via)
}

// EndGlass closes a visit whose glass who acts broke, before that ends by itself.
func (e *Engine) EndGlass(ctx context.Context, who Actor, visit string) error {
	return e.Store.EndGlass(ctx, visit, who.By, who.Via, e.Now())
}

// tellOfGlass tells those who are to know who sees a private visit. It never comes to a phone of someone who is on the visit.
func (e *Engine) tellOfGlass(ctx context.Context, at time.Time, id, by string, v store.Visit) error {
	sc, to, never, err := e.glassTold(ctx, at, by, v)
	if err != nil {
		return err
	}
	if len(to) == 0 { // the record has it, and the worker reads it
		e.Log.Warn("nobody is there to be told of a broken glass: name a fallback in the team's plan, or an emergency contact", "visit", v.ID, "by", by)
	}
	return e.say(ctx, at, sc, note{id: id + "/told", kind: "glass_broken", to: to, notice: wording.GlassBroken, reach: watch.OneText,
		visit: v.ID, apart: true, never: never, values: wording.Values{Who: e.shortName(ctx, sc.pages, by), Worker: wording.Short(sc.worker.Name), Until: at.Add(GlassFor).In(sc.zone)}})
}

// ToldOfGlass lists by their ids who is told when someone breaks the glass of a visit: the worker's managers but who breaks it;
// where none of them can be reached, the fallback of the team's plan, else the organisation's emergency contact, else every
// administrator. It is empty where nobody else is here at all.
func (e *Engine) ToldOfGlass(ctx context.Context, by string, v store.Visit) ([]string, error) {
	_, to, _, err := e.glassTold(ctx, e.Now(), by, v)
	return to, err
}

// EmergencyContact says that an id is that of the organisation's emergency contact where it is a number alone.
func EmergencyContact(id string) bool { return id == emergencyID }

// glassTold gives who is told of a broken glass, and the numbers that it never comes to.
func (e *Engine) glassTold(ctx context.Context, at time.Time, by string, v store.Visit) (sc scene, to []string, never []phone.Number, err error) {
	if sc, err = e.look(ctx, at, v.Worker); err != nil {
		return sc, nil, nil, err
	}
	with, err := e.company(ctx, sc.pages, v)
	if err != nil {
		return sc, nil, nil, err
	}
	not := append([]string{"", v.Worker, by}, sc.blocked...)
	never = numbersOf(sc.worker)
	for _, p := range with {
		not, never = append(not, p.ID), append(never, numbersOf(p)...)
	}
	admins, err := e.Store.WithRole(ctx, buddy.Admin)
	if err != nil {
		return sc, nil, nil, err
	}
	for _, group := range [][]string{sc.chiefs, {sc.team.Plan.Fallback}, {e.Emergency}, admins} {
		to = slices.DeleteFunc(sc.pages.allAnswering(ctx, group), func(id string) bool {
			return slices.Contains(not, id) || !e.reached(ctx, sc, id, never)
		})
		if len(to) > 0 {
			break
		}
	}
	return sc, to, never, nil
}

// reached says that someone can be texted, on a number that is not one of some.
func (e *Engine) reached(ctx context.Context, sc scene, id string, never []phone.Number) bool {
	p, err := e.find(ctx, sc.pages, id)
	if err != nil {
		return false
	}
	texts, _ := numbers(without(p, never), watch.OneText, 1)
	return len(texts) > 0
}

// company is who else is on a joint visit.
func (e *Engine) company(ctx context.Context, pages *pages, v store.Visit) (with []buddy.Person, err error) {
	loaded, err := e.Store.Load(ctx, v.Worker)
	if err != nil {
		return nil, fmt.Errorf("load worker: %w", err)
	}
	known, _ := loaded.Watch.Visit(v.ID)
	for _, partner := range known.Partners {
		p, err := pages.person(ctx, partner.Worker)
		if err != nil && p.ID == "" && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("read partner: %w", err)
		}
		with = append(with, p)
	}
	return with, nil
}
