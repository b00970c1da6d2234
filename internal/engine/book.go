package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// Kinds of visit. A meeting or another appointment can be in the calendar too;
// it is not watched.
var (
	watchedKinds   = []string{"home_visit", "family_time"}
	unwatchedKinds = []string{"meeting", "other"}
)

// Book puts a visit under watch, and one for each partner of a joint visit. All
// are tried before the first is kept, so that a refusal changes nothing.
func (e *Engine) Book(ctx context.Context, who Actor, b Booking) (Booked, error) {
	at := e.Now()
	if err := e.checkBooking(ctx, b); err != nil {
		return Booked{}, err
	}
	visits := e.linked(at, who, b)
	for _, v := range visits {
		if err := e.tryBooking(ctx, at, who, v, b.Overlap); err != nil {
			return Booked{}, err
		}
	}
	var booked Booked
	for i, v := range visits {
		gap, err := e.bookOne(ctx, at, who, v, b)
		if err != nil {
			return booked, err
		}
		if i == 0 {
			booked.Visit, booked.Gap = v.visit.ID, gap
		} else {
			booked.Joint = append(booked.Joint, v.visit.ID)
		}
	}
	e.report(ctx, "tell of a newcomer", e.tellOfNewcomer(ctx, at, b, booked.Visit))
	return booked, nil
}

// planned is one worker's visit that is about to be booked.
type planned struct {
	worker string
	visit  watch.Visit
}

// linked makes one visit per worker, each knowing its partners.
func (e *Engine) linked(at time.Time, who Actor, b Booking) []planned {
	var all []planned
	for _, worker := range append([]string{b.Worker}, b.JointWith...) {
		id := e.newID(at)
		if who.Key != "" {
			id = e.actID(who, "visit/"+worker)
		}
		all = append(all, planned{worker, watch.Visit{ID: id, Status: watch.Booked, StartsAt: b.StartsAt, ExpectedEndAt: b.ExpectedEndAt,
			Unwatched: slices.Contains(unwatchedKinds, b.Kind), Responders: b.Responders}})
	}
	for i := range all {
		for j, other := range all {
			if i != j {
				all[i].visit.Partners = append(all[i].visit.Partners, watch.Partner{Worker: other.worker, Visit: other.visit.ID})
			}
		}
	}
	return all
}

// checkBooking says what is wrong with a booking's own fields.
func (e *Engine) checkBooking(ctx context.Context, b Booking) error {
	var p []watch.Problem
	if !slices.Contains(append(slices.Clone(watchedKinds), unwatchedKinds...), b.Kind) {
		p = append(p, watch.Problem{Field: "kind", Says: "is home_visit, family_time, meeting or other"})
	}
	if slices.Contains(b.JointWith, b.Worker) {
		p = append(p, watch.Problem{Field: "joint_with", Says: "names the worker"})
	}
	if twice(b.JointWith) {
		p = append(p, watch.Problem{Field: "joint_with", Says: "names someone twice"})
	}
	unknown, err := e.strangers(ctx, named("worker", b.Worker))
	if err != nil {
		return err
	}
	p = append(p, unknown...)
	for _, worker := range append([]string{b.Worker}, b.JointWith...) {
		with := slices.DeleteFunc(slices.Clone(b.JointWith), func(id string) bool { return id == worker })
		problems, err := e.answerers(ctx, worker, slices.Concat(named("responders", b.Responders...), named("joint_with", with...)))
		if err != nil {
			return err
		}
		for _, x := range problems {
			if !slices.Contains(p, x) {
				p = append(p, x)
			}
		}
	}
	for _, x := range b.Details.Problems() {
		p = append(p, watch.Problem{Field: x.Field, Says: x.Says})
	}
	if len(p) > 0 {
		return &watch.Invalid{Problems: p}
	}
	return nil
}

func twice(ids []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(ids)))) < len(ids)
}

// mention is a person named in a field.
type mention struct{ field, person string }

func named(field string, people ...string) []mention {
	var all []mention
	for _, id := range people {
		all = append(all, mention{field, id})
	}
	return all
}

// strangers says who of those named is not someone who is here.
func (e *Engine) strangers(ctx context.Context, people []mention) ([]watch.Problem, error) {
	var p []watch.Problem
	for _, m := range people {
		who, err := e.Store.Person(ctx, m.person)
		switch {
		case errors.Is(err, store.ErrNotFound):
			p = append(p, watch.Problem{Field: m.field, Says: "is not a person we know"})
		case err != nil && who.ID == "": // whose details can't be opened is here all the same
			return nil, fmt.Errorf("read %s: %w", m.field, err)
		case !who.Active:
			p = append(p, watch.Problem{Field: m.field, Says: "is no longer active"})
		}
	}
	return p, nil
}

// tryBooking steps the booking without keeping it.
func (e *Engine) tryBooking(ctx context.Context, at time.Time, who Actor, p planned, overlap bool) error {
	loaded, err := e.Store.Load(ctx, p.worker)
	if err != nil {
		return err
	}
	if _, found := loaded.Watch.Visit(p.visit.ID); found {
		return nil // the same call again: it was booked then
	}
	loaded.Watch.Worker = p.worker
	unaware, err := e.unaware(ctx, loaded.Watch, who)
	if err != nil {
		return err
	}
	_, _, err = loaded.Watch.Step(at, watch.Input{By: who.By, Unaware: unaware, Event: watch.Book{Visit: p.visit, Overlap: overlap}})
	return err
}

func (e *Engine) bookOne(ctx context.Context, at time.Time, who Actor, p planned, b Booking) (gap bool, err error) {
	g := given{in: watch.Input{ID: e.actID(who, "book/"+p.visit.ID), By: who.By, Via: who.Via}, token: who.Token, asker: &who}
	var known bookedRisk
	g.prepare = func(ctx context.Context, s scene, _ watch.Watch, g *given) error {
		ref, err := e.freeReference(ctx)
		p.visit.Reference, p.visit.Clock = ref, s.team.Plan.Clock
		if b.Prompts != nil {
			p.visit.Clock.Prompts = *b.Prompts
		}
		known = e.riskAtBooking(ctx, at, s.team, b.Kind, store.Visit{ID: p.visit.ID, Details: b.Details})
		p.visit.Clock.Prompts = p.visit.Clock.Prompts && !known.quiet
		p.visit.VoiceOnly = known.voice
		gap = e.gapWithin(ctx, s, p.visit)
		g.in.Event = watch.Book{Visit: p.visit, Overlap: b.Overlap}
		return err
	}
	g.finish = func(sc scene, next watch.Watch, c *store.Change) {
		for i := range c.Visits {
			if row := &c.Visits[i]; row.ID == p.visit.ID {
				e.completeRow(at, row, sc, b)
				if !b.answered {
					c.Messages = append(c.Messages, e.askMissing(ctx, at, sc, next, p.visit, b.Details)...)
				}
				if gap && !b.quiet {
					c.Messages = append(c.Messages, e.tellGap(ctx, at, sc, next, p.visit)...)
				}
				if known.missing && !b.quiet {
					c.Messages = append(c.Messages, e.tellMissingRisk(ctx, at, sc, p.visit)...)
				}
			}
		}
	}
	_, err = e.handle(ctx, at, p.worker, g)
	return gap, err
}

// completeRow gives a new visit's row what the core does not know.
func (e *Engine) completeRow(at time.Time, row *store.Visit, sc scene, b Booking) {
	row.Team, row.Kind, row.BookedAt = sc.team.ID, b.Kind, at
	row.Responders, row.Details, row.DetailsChanged = b.Responders, b.Details, true
	row.Private = sc.team.Plan.PrivateAt(b.StartsAt.In(sc.zone))
	if b.Private != nil {
		row.Private = *b.Private
	}
	if row.Worker == b.Worker {
		row.ExternalID = b.ExternalID
	}
}

// gapWithin says whether at some time of the visit nobody is on call.
func (e *Engine) gapWithin(ctx context.Context, sc scene, v watch.Visit) bool {
	for at := v.StartsAt; at.Before(v.ExpectedEndAt); {
		c := e.cover(ctx, sc, at, []watch.Visit{v})
		if c.Gap {
			return true
		}
		if !c.Until.After(at) {
			return false
		}
		at = c.Until
	}
	return false
}

// askMissing asks the worker for what the buddy form lacks (rule 1.3). The visit
// is watched all the same.
func (e *Engine) askMissing(ctx context.Context, at time.Time, sc scene, next watch.Watch, v watch.Visit, details buddy.Form) []store.Message {
	missing := buddy.Missing(sc.worker, details)
	if len(missing) == 0 || v.Unwatched {
		return nil
	}
	x := &expansion{Engine: e, ctx: ctx, at: at, sc: sc, done: outcome{after: next}}
	values := x.values(at, v.ID)
	values.Missing, values.Link, values.Begin = plainWords(missing), e.link("", v.ID), x.local(v.StartsAt)
	texts, _ := numbers(sc.worker, watch.OneText, 1)
	m := store.Message{Class: store.ClassInfo, Notice: string(wording.MissingDetails), Person: sc.worker.ID, Visit: v.ID, GiveUpAt: at.Add(infoLife)}
	x.rowsFor(m, texts, nil, []string{wording.Text(wording.MissingDetails, values)}, nil)
	x.mail(m, sc.worker, wording.MissingDetails, values)
	return x.rows
}

// tellGap tells whoever a visit falls to when nobody is on call for it.
func (e *Engine) tellGap(ctx context.Context, at time.Time, sc scene, next watch.Watch, v watch.Visit) []store.Message {
	chain := e.cover(ctx, sc, v.StartsAt, []watch.Visit{v}).Chain
	if len(chain) == 0 {
		return nil
	}
	p, err := e.find(ctx, sc.pages, chain[0])
	if err != nil {
		return nil // a fallback who is not there yet: allclear check says so
	}
	x := &expansion{Engine: e, ctx: ctx, at: at, sc: sc, done: outcome{after: next}}
	values := x.values(at, v.ID)
	values.Begin, values.Until, values.Link = x.local(v.StartsAt), x.local(v.ExpectedEndAt), e.link("", v.ID)
	values.Who = wording.Short(p.Name)
	texts, _ := numbers(p, watch.OneText, 1)
	m := store.Message{Class: store.ClassInfo, Notice: string(wording.GapVisit), Person: p.ID, Visit: v.ID, GiveUpAt: at.Add(infoLife)}
	x.rowsFor(m, texts, nil, []string{wording.Text(wording.GapVisit, values)}, nil)
	x.mail(m, p, wording.GapVisit, values)
	return x.rows
}

// plainWords are field names as people call them.
func plainWords(fields []string) []string {
	names := map[string]string{"mobile": "mobile number", "home_phone": "home number", "emergency_contacts": "emergency contact",
		"description": "your description", "vehicle": "car details", "service_user": "who you visit", "contact": "their number"}
	var words []string
	for _, f := range fields {
		if name, found := names[f]; found {
			f = name
		}
		words = append(words, f)
	}
	return words
}

// CancelVisit calls a visit off, on the word of who does it (rule 2.8); with
// spoke, of a responder or a manager who spoke with the worker.
func (e *Engine) CancelVisit(ctx context.Context, who Actor, visit string, spoke bool, reason private.Text) error {
	return e.cancelVisit(ctx, who, visit, spoke, reason, nil)
}

// cancelQuietly is CancelVisit where the worker is told of it by whoever calls, as of many by one text.
func (e *Engine) cancelQuietly(ctx context.Context, who Actor, visit string) error {
	return e.cancelVisit(ctx, who, visit, false, private.Text{}, func(_ scene, _ watch.Watch, c *store.Change) {
		c.Messages = slices.DeleteFunc(c.Messages, func(m store.Message) bool { return m.Notice == string(watch.ReplyCalledOff) })
	})
}

func (e *Engine) cancelVisit(ctx context.Context, who Actor, visit string, spoke bool, reason private.Text, finish func(scene, watch.Watch, *store.Change)) error {
	v, err := e.Store.Visit(ctx, visit)
	if err != nil {
		return fmt.Errorf("read visit: %w", err)
	}
	g := given{in: watch.Input{ID: e.actID(who, "cancel/"+v.ID), By: who.By, Via: who.Via, Event: watch.Cancel{Visit: v.ID, Spoke: spoke}},
		token: who.Token, asker: &who, words: Words{Note: reason.Reveal()}, finish: finish}
	if err := e.onlyActive(ctx, mention{"by", who.By}); err != nil {
		return err
	}
	if spoke {
		g.prepare = func(ctx context.Context, _ scene, _ watch.Watch, g *given) error {
			return e.speaksFor(ctx, v.Worker, g.in)
		}
	}
	_, err = e.handle(ctx, e.Now(), v.Worker, g)
	return err
}

// EditVisit changes a visit. Its times go through the core; its details are
// words, and what they were at the IN is kept beside them.
func (e *Engine) EditVisit(ctx context.Context, who Actor, visit string, edit VisitEdit) error {
	v, err := e.Store.Visit(ctx, visit)
	if err != nil {
		return fmt.Errorf("read visit: %w", err)
	}
	if details := edit.apply(v.Details); len(details.Problems()) > 0 {
		return &watch.Invalid{Problems: []watch.Problem{{Field: details.Problems()[0].Field, Says: details.Problems()[0].Says}}}
	}
	if edit.Responders != nil {
		p, err := e.answerers(ctx, v.Worker, named("responders", *edit.Responders...))
		if err != nil || len(p) > 0 {
			return cmp.Or(err, error(&watch.Invalid{Problems: p}))
		}
	}
	if !edit.StartsAt.IsZero() || !edit.ExpectedEndAt.IsZero() || edit.Responders != nil || edit.Prompts != nil || edit.VoiceOnly != nil {
		g := given{in: watch.Input{ID: e.actID(who, "edit/"+v.ID), By: who.By, Via: who.Via, Event: watch.Edit{Visit: v.ID,
			StartsAt: edit.StartsAt, ExpectedEndAt: edit.ExpectedEndAt, Responders: edit.Responders, Prompts: edit.Prompts, VoiceOnly: edit.VoiceOnly, Overlap: edit.Overlap}}, token: who.Token, asker: &who}
		if _, err := e.handle(ctx, e.Now(), v.Worker, g); err != nil {
			return err
		}
	}
	if !edit.words() {
		return nil
	}
	if err := e.editDetails(ctx, who, v.ID, edit); err != nil || edit.ServiceUser == nil && edit.Address == nil {
		return err
	}
	return e.heedRisk(ctx, who, v.ID)
}

// editDetails writes a visit's words, with a line in the worker's history.
func (e *Engine) editDetails(ctx context.Context, who Actor, visit string, edit VisitEdit) error {
	at := e.Now()
	v, err := e.Store.Visit(ctx, visit)
	if err != nil {
		return err
	}
	defer e.lock(v.Worker)()
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	for range tries {
		loaded, err := e.Store.Load(ctx, v.Worker)
		if err != nil {
			return err
		}
		if v, err = e.Store.Visit(ctx, visit); err != nil {
			return err
		}
		edit.to(&v)
		entry := store.Entry{ID: e.actID(who, "details/"+v.ID), At: at, RecordedAt: e.Now(), Kind: "details", By: who.By, Via: who.Via, Token: who.Token,
			Visit: v.ID, Rules: watch.Rules, Input: []byte("{}"), Events: mustJSON([]Event{{What: "details_changed", Visit: v.ID, By: who.By}}),
			Worker: v.Worker, Owner: "visit/" + v.ID}
		err = e.Store.Commit(ctx, store.Change{Worker: v.Worker, Revision: loaded.Revision, Watch: loaded.Watch, WakeAt: loaded.Watch.Wake(),
			Visits: []store.Visit{v}, Entries: []store.Entry{entry}})
		if errors.Is(err, store.ErrErased) {
			return &watch.Refused{Says: "the visit's words were erased: nothing can be added to it"}
		}
		if !errors.Is(err, store.ErrConflict) {
			return seenIsDone(err)
		}
	}
	return store.ErrConflict
}

func seenIsDone(err error) error {
	if errors.Is(err, store.ErrSeen) {
		return nil
	}
	return err
}

// words says whether the edit changes anything of which the core has no line.
func (edit VisitEdit) words() bool {
	return edit.ServiceUser != nil || edit.Address != nil || edit.Access != nil || edit.Contact != nil || edit.WhoElse != nil ||
		edit.ExternalID != nil || edit.Private != nil || edit.Responders != nil || edit.Prompts != nil
}

// apply gives the details as the edit leaves them.
func (edit VisitEdit) apply(f buddy.Form) buddy.Form {
	for _, x := range []struct {
		to   *private.Text
		from *private.Text
	}{{&f.ServiceUser, edit.ServiceUser}, {&f.Address, edit.Address}, {&f.Access, edit.Access}, {&f.Contact, edit.Contact}, {&f.WhoElse, edit.WhoElse}} {
		if x.from != nil {
			*x.to = *x.from
		}
	}
	return f
}

// to writes the edit into a row. Details edited after the IN keep what they were
// then beside them: the handover sheet shows both.
func (edit VisitEdit) to(v *store.Visit) {
	details := edit.apply(v.Details)
	if details != v.Details && !v.InAt.IsZero() && v.AtIn == nil {
		v.AtIn = new(v.Details)
	}
	v.Details, v.DetailsChanged = details, true
	if edit.ExternalID != nil {
		v.ExternalID = *edit.ExternalID
	}
	if edit.Private != nil {
		v.Private = *edit.Private
	}
	if edit.Responders != nil {
		v.Responders = *edit.Responders
	}
}

// Missing lists what a responder would need to know of a visit and its worker,
// and does not yet (rule 1.3).
func (e *Engine) Missing(ctx context.Context, v store.Visit) ([]string, error) {
	pages, err := e.dir.open(ctx)
	if err != nil {
		return nil, err
	}
	p, err := pages.person(ctx, v.Worker)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read worker: %w", err)
	}
	return buddy.Missing(p, v.Details), nil
}
