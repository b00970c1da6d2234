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

// tellOfGlass tells the worker's managers who sees a private visit, or the fallback where there is no other manager than the
// worker and who broke the glass. It never comes to a phone of someone who is on the visit.
func (e *Engine) tellOfGlass(ctx context.Context, at time.Time, id, by string, v store.Visit) error {
	sc, err := e.look(ctx, at, v.Worker)
	if err != nil {
		return err
	}
	with, err := e.company(ctx, sc.pages, v)
	if err != nil {
		return err
	}
	not := append([]string{v.Worker, by}, sc.blocked...)
	var never []phone.Number
	for _, p := range with {
		not, never = append(not, p.ID), append(never, numbersOf(p)...)
	}
	return e.say(ctx, at, sc, note{id: id + "/told", kind: "glass_broken", to: e.managersBut(ctx, sc, not), notice: wording.GlassBroken, reach: watch.OneText,
		visit: v.ID, apart: true, never: never, values: wording.Values{Who: e.shortName(ctx, sc.pages, by), Worker: wording.Short(sc.worker.Name), Until: at.Add(GlassFor).In(sc.zone)}})
}

// managersBut lists the team's managers without some; where none is left its fallback, else the organisation's emergency contact.
func (e *Engine) managersBut(ctx context.Context, sc scene, not []string) []string {
	is := func(id string) bool { return id == "" || slices.Contains(not, id) }
	to := slices.DeleteFunc(sc.pages.allAnswering(ctx, sc.chiefs), is)
	for _, last := range []string{sc.team.Plan.Fallback, e.Emergency} {
		if id := sc.pages.answering(ctx, last); len(to) == 0 && !is(id) {
			to = []string{id}
		}
	}
	return to
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
