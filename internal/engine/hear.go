package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// heard is a text and what is known of the way it came.
type heard struct {
	body     private.Text
	visit    string // named by the way it came
	doubtful bool   // it came by a webhook and can be fetched back
	reading  *checkin.Reading
	visible  *checkin.Reading // what it says to someone to whom the duress phrase is a name like any other
	done     *outcome
	spoken   bool          // a responder recorded it for the worker
	pending  []store.Entry // what is kept by the same commit, before it
}

// hear understands a text in the context of the worker's visits and steps it.
func (e *Engine) hear(ctx context.Context, at time.Time, worker string, g given, h heard) error {
	if raised, err := e.raisedForColleague(ctx, at, worker, g, h); raised || err != nil {
		return err
	}
	var reading checkin.Reading
	done, err := e.handle(ctx, at, worker, e.hearing(at, worker, g, h, &reading))
	if h.reading != nil {
		*h.reading = reading
	}
	if h.done != nil {
		*h.done = done
	}
	return err
}

// hearing is a text as it is given to the worker's watch: understood when that
// is loaded. The reading is then what it was understood as.
func (e *Engine) hearing(at time.Time, worker string, g given, h heard, reading *checkin.Reading) given {
	opens := watch.Visit{}
	g.prepare = func(ctx context.Context, sc scene, w watch.Watch, g *given) error {
		given := h.reading != nil && h.reading.Intent != ""
		if given {
			*reading = *h.reading
		} else {
			*reading = understand(h.body, w, sc, at, h.visit)
		}
		if h.spoken && !isCry(*reading) {
			if err := e.speaksFor(ctx, worker, g.in); err != nil {
				return err
			}
		}
		g.name, g.words.Name = reading.Name, reading.Name
		g.stood = stoodAs(w, sc, at, h, *reading)
		g.words.Number = reading.Number.E164()
		visible, seen := *reading, asSeen(w) // the phone is answered by the watch that it is shown (law 9)
		if w.Shown != nil && !given {
			visible = understand(h.body, seen, sc, at, h.visit)
		}
		visible = visibly(visible, h, seen, sc, at)
		if h.visible != nil {
			*h.visible = visible
		}
		one, err := e.asOne(ctx, at, w, sc, h, g)
		if err != nil {
			return err
		}
		if opens.ID == "" && (opensAhead(visible, seen, at) || one != nil && opensAhead(one.visible, seen, at)) {
			if opens, err = e.unplannedVisit(ctx, at, sc); err != nil {
				return err
			}
		}
		text := withRequest(*reading, visible, h, w, sc, opens)
		if one != nil {
			text.Joined = new(withRequest(one.reading, one.visible, one.heard, w, sc, opens))
		}
		g.in.Event = text
		return nil
	}
	g.finish = func(sc scene, _ watch.Watch, c *store.Change) { completeUnplanned(sc, opens, c) }
	return g
}

// visibly is what a text says to someone to whom the duress phrase is a name
// like any other: the worker's phone is answered by that (rule 4.2).
func visibly(r checkin.Reading, h heard, w watch.Watch, sc scene, at time.Time) checkin.Reading {
	if r.Intent != checkin.Duress || h.body.IsZero() {
		return r
	}
	return unknowing(h.body, w, sc, at, h.visit)
}

// withRequest is the text as the core takes it. One that asks for a person and
// tells of the visit too is both, whoever is asked for.
func withRequest(r, visible checkin.Reading, h heard, w watch.Watch, sc scene, opens watch.Visit) watch.Text {
	besides := textOf(visible, h, w, sc)
	besides.OpensAs = opens
	tells := slices.Contains([]checkin.Intent{checkin.Start, checkin.Change, checkin.End, checkin.Cancel, checkin.SafeReply}, visible.Intent)
	switch {
	case r.Intent == checkin.Duress && !h.body.IsZero():
		text := textOf(r, h, w, sc)
		text.Besides = &besides
		text.Unasked = visible.Intent != checkin.Ask && visible.Name == ""
		if visible.Intent == checkin.Ask || !tells && !text.Unasked {
			text.Besides = nil
		}
		return text
	case r.Intent != checkin.Duress && tells && r.Name != "":
		return watch.Text{Intent: checkin.Ask, OptOut: r.OptOut, Number: !r.Number.IsZero(), Unfinished: r.Unfinished, Besides: &besides}
	case r.Intent == checkin.Duress:
		return textOf(r, h, w, sc)
	default:
		return besides
	}
}

// opensAhead says whether an IN may open a visit of its own: what is booked is
// too far ahead for it to be about.
func opensAhead(r checkin.Reading, w watch.Watch, at time.Time) bool {
	if r.Intent != checkin.Start {
		return false
	}
	return !slices.ContainsFunc(w.Live(), func(v watch.Visit) bool {
		return !v.Unwatched && (v.Status != watch.Booked || !v.StartsAt.After(at.Add(time.Hour)))
	})
}

// unplannedVisit is the visit that an IN opens when none is booked (rule 2.4).
func (e *Engine) unplannedVisit(ctx context.Context, at time.Time, sc scene) (watch.Visit, error) {
	ref, err := e.freeReference(ctx)
	return watch.Visit{ID: e.newID(at), Reference: ref, Clock: sc.team.Plan.Clock}, err
}

// completeUnplanned gives the row of a visit that an IN opened what only the
// engine knows.
func completeUnplanned(sc scene, opens watch.Visit, c *store.Change) {
	for i := range c.Visits {
		if row := &c.Visits[i]; opens.ID != "" && row.ID == opens.ID {
			row.Team, row.Kind, row.BookedAt, row.DetailsChanged = sc.team.ID, "home_visit", row.StartsAt, true
			row.Private = sc.team.Plan.PrivateAt(row.StartsAt.In(sc.zone))
		}
	}
}

// understand reads a text in the context of the visit that it is likeliest to
// be about.
func understand(body private.Text, w watch.Watch, sc scene, at time.Time, visit string) checkin.Reading {
	return understandIn(checkin.Context{}, body, w, sc, at, visit)
}

// unknowing reads a text as [understand] does, but as to someone to whom the
// duress phrase is a name like any other.
func unknowing(body private.Text, w watch.Watch, sc scene, at time.Time, visit string) checkin.Reading {
	return understandIn(checkin.Context{Unknowing: true}, body, w, sc, at, visit)
}

func understandIn(c checkin.Context, body private.Text, w watch.Watch, sc scene, at time.Time, visit string) checkin.Reading {
	c.Now, c.State, c.Phrase, c.OutWord = at.In(sc.zone), checkin.None, sc.team.Plan.DuressPhrase, sc.team.Plan.OutWord
	c.Vocabulary = sc.words
	return w.Understand(body.Reveal(), c, visit)
}

// textOf is the reading as the core takes it, without a private word.
func textOf(r checkin.Reading, h heard, w watch.Watch, sc scene) watch.Text {
	t := watch.TextOf(r)
	t.Visit, t.Doubtful = h.visit, h.doubtful
	if r.Intent == checkin.End {
		t.Words = fingerprint(w.Worker, h.body)
		t.NoWord = sc.team.Plan.WantsOutWord() && !r.OutWord && !h.spoken
		t.Both = saysBoth(h.body)
	}
	return t
}

// fingerprint is the same for the same words of the same worker, and tells
// nothing of them.
func fingerprint(worker string, body private.Text) string {
	if body.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte(worker + "\x00" + checkin.Normalise(body.Reveal())))
	return hex.EncodeToString(sum[:8])
}

// saysBoth hears "we're both out" (rule 8.2).
func saysBoth(body private.Text) bool {
	return slices.Contains(strings.Fields(checkin.Normalise(body.Reveal())), "both")
}

// raisedForColleague hears a colleague who texts the phrase with the name of the
// worker who called them ("SCARLETT Priya"): a unique name alarms for that
// person; with none or several it alarms for the sender (rule 4.3).
func (e *Engine) raisedForColleague(ctx context.Context, at time.Time, sender string, g given, h heard) (bool, error) {
	if h.body.IsZero() {
		return false, nil
	}
	sc, err := e.look(ctx, at, sender)
	if err != nil {
		return false, err
	}
	name, is := afterPhrase(sc, h.body)
	if !is {
		return false, nil
	}
	named, err := e.namedWorker(ctx, sc, sender, name)
	if err != nil || named == "" {
		return false, err
	}
	recorded := g.in.By != "" && g.in.By != sender
	answer := given{in: watch.Input{ID: g.in.ID + "/answer"}, origin: g.origin, received: g.received, name: sc.team.Plan.DuressPhrase}
	g.received = nil // the text is done with the answer, so that a crash before it repeats the raise
	g.in.By, g.in.Event = sender, watch.Raise{Kind: watch.Duress}
	if _, err := e.handle(ctx, at, named, g); err != nil {
		return true, err
	}
	if h.reading != nil {
		*h.reading = unknowing(h.body, watch.Watch{Worker: sender}, sc, at, h.visit) // who recorded it is answered as for any other name
	}
	if recorded { // the answer is shown to them; nothing may reach the worker's phone
		return true, nil
	}
	return true, e.answerAsk(ctx, at, sender, sc, answer)
}

// afterPhrase is what follows the team's phrase in a text that begins with it.
func afterPhrase(sc scene, body private.Text) (rest string, is bool) {
	return checkin.AfterPhrase(body.Reveal(), sc.team.Plan.DuressPhrase)
}

// namedWorker finds the one worker of the sender's team whose first or full name
// it is.
func (e *Engine) namedWorker(ctx context.Context, sc scene, sender, name string) (string, error) {
	people, err := sc.pages.members(ctx, sc.team.ID)
	if err != nil && len(people) == 0 {
		return "", err
	}
	e.report(ctx, "names of the team not all read", err)
	var found []buddy.Person
	for _, p := range people {
		full := checkin.Normalise(p.Name)
		first, _, _ := strings.Cut(full, " ")
		if p.Active && p.ID != sender && slices.Contains(p.Roles, "worker") && (name == full || name == first) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return "", nil
	}
	return found[0].ID, nil
}

// readFor understands a text in the context of one of those who may have sent it.
func (e *Engine) readFor(ctx context.Context, worker string, r store.Received) (checkin.Reading, error) {
	loaded, err := e.Store.Load(ctx, worker)
	if err != nil {
		return checkin.Reading{}, err
	}
	sc, err := e.look(ctx, r.ReceivedAt, worker)
	if err != nil {
		return checkin.Reading{}, err
	}
	return understand(r.Body, loaded.Watch, sc, r.ReceivedAt, ""), nil
}

// freeReference draws a short code that no live visit has.
func (e *Engine) freeReference(ctx context.Context) (string, error) {
	for range 64 {
		ref := e.newReference()
		free, err := e.Store.ReferenceFree(ctx, ref)
		if err != nil {
			return "", fmt.Errorf("draw reference: %w", err)
		}
		if free {
			return ref, nil
		}
	}
	return "", errors.New("draw reference: none is free")
}
