package api

import (
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

const maxText = 100_000 // characters: a long text is still a text, and may be a cry for help

// checkinJSON is what came of a check-in.
type checkinJSON struct {
	Reading readingJSON `json:"reading"`
	Visit   *visitJSON  `json:"visit"`
}

// readingJSON is what was understood.
type readingJSON struct {
	Intent    checkin.Intent `json:"intent"`
	Until     *time.Time     `json:"until"`
	Begin     *time.Time     `json:"begin"`
	Name      *string        `json:"name"`
	Reference *string        `json:"reference"`
}

// checkin answers POST /checkins: what a worker says, by their own words or by a press, or through a responder who
// records it for them (rule 2.7). It is never refused for coming too often.
func (a *API) checkin(c *call) (answer, error) {
	by, err := a.by(c, false)
	if err != nil {
		return answer{}, err
	}
	said, via, err := a.readCheckin(c)
	if err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	name, err := a.asAnyName(c, said)
	if err != nil {
		return answer{}, err
	}
	who := c.actor(by)
	if via != "" {
		who.Via = via
	}
	took, err := a.Engine.Checkin(c.Context(), who, said)
	if err != nil {
		return answer{}, fmt.Errorf("take check-in: %w", err)
	}
	if took.Refused != "" {
		return answer{}, conflict(took.Refused)
	}
	reader := by
	if reader == "" {
		reader = said.Person
	}
	out := checkinJSON{Reading: readingOf(took.Reading)}
	if reader == said.Person && (took.Reading.Intent == checkin.Duress || took.Reading.Intent == "") {
		out.Reading = readingOf(name)
	}
	if took.Visit != "" {
		v, err := a.Store.Visit(c.Context(), took.Visit)
		if err != nil {
			return answer{}, fmt.Errorf("find visit of check-in: %w", err)
		}
		seen, err := a.view.Visit(c.Context(), v, c.reader(reader))
		if err != nil {
			return answer{}, err
		}
		out.Visit = new(visitOf(seen))
	}
	return ok(out)
}

func (a *API) readCheckin(c *call) (said engine.Checkin, via string, err error) {
	in := c.in
	in.need("person")
	if said.Person, err = a.person(c.Context(), in, "person", in.id("person")); err != nil {
		return said, "", err
	}
	said.Text = private.New(in.words("text", maxText))
	said.Kind = in.choice("kind", "in", "late", "out", "sos")
	said.Until = in.instant("until")
	via = in.choice("via", "call", "text")
	switch {
	case said.Text.IsZero() && !in.given("kind"):
		in.wrong("text", "is missing; or give a kind")
	case !said.Text.IsZero() && in.given("kind"):
		in.wrong("kind", "is given beside a text; only one of them can count")
	case via != "" && !in.given("by"):
		in.wrong("by", "is missing: who was called or texted")
	}
	a.checkUntil(c, said)
	said.Visit, err = a.visitOf(c, "visit", said.Person)
	return said, via, err
}

// checkUntil judges the time that goes with a press. Nothing has changed when it is wrong.
func (a *API) checkUntil(c *call, said engine.Checkin) {
	until, in := said.Until, c.in
	switch {
	case until.IsZero() && said.Kind == "late":
		in.need("until")
	case until.IsZero():
	case said.Kind == "out" || said.Kind == "sos" || !said.Text.IsZero():
		in.wrong("until", "goes with the kinds in and late")
	case !until.After(c.at):
		in.wrong("until", "is already gone")
	case until.Sub(c.at) > 24*time.Hour:
		in.wrong("until", "is more than 24 hours ahead")
	}
}

// readingOf says what was understood.
func readingOf(r checkin.Reading) readingJSON {
	return readingJSON{Intent: r.Intent, Until: when(r.Until), Begin: when(r.Begin), Name: maybe(r.Name), Reference: maybe(r.Reference)}
}

// asAnyName reads a text as if the duress phrase were a name like any other: that is what the worker is shown of it (rule
// 4.2). It is read in the context of the visits as the worker is shown them, before the text changes them.
func (a *API) asAnyName(c *call, said engine.Checkin) (checkin.Reading, error) {
	if said.Text.IsZero() {
		return checkin.Reading{}, nil
	}
	p, err := a.Store.Person(c.Context(), said.Person)
	if err != nil {
		return checkin.Reading{}, fmt.Errorf("find worker of check-in: %w", err)
	}
	t, err := a.Store.Team(c.Context(), p.Team)
	if err != nil {
		return checkin.Reading{}, fmt.Errorf("find team of check-in: %w", err)
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return checkin.Reading{}, fmt.Errorf("find zone of check-in: %w", err)
	}
	loaded, err := a.Store.Load(c.Context(), said.Person)
	if err != nil {
		return checkin.Reading{}, fmt.Errorf("load worker of check-in: %w", err)
	}
	w := loaded.Watch
	if w.Shown != nil {
		w = *w.Shown
	}
	plain := checkin.Context{Now: c.at.In(zone), State: checkin.None, OutWord: t.Plan.OutWord}
	r := checkin.Understand(said.Text.Reveal(), beside(plain, w, said.Visit, ""))
	if r.Reference != "" {
		r = checkin.Understand(said.Text.Reveal(), beside(plain, w, said.Visit, r.Reference))
	}
	return r, nil
}

// beside puts into the context the visit that a text is about: the one named, else the one the worker is in, else the next.
func beside(x checkin.Context, w watch.Watch, id, reference string) checkin.Context {
	live := slices.DeleteFunc(w.Live(), func(v watch.Visit) bool { return v.Unwatched })
	if len(live) == 0 {
		return x
	}
	about := live[0]
	for _, v := range live {
		if v.ID == id || reference != "" && v.Reference == reference {
			about = v
			break
		}
		if about.Status == watch.Booked && v.Status != watch.Booked {
			about = v
		}
	}
	x.Start, x.End = about.StartsAt.In(x.Now.Location()), about.ExpectedEndAt.In(x.Now.Location())
	switch {
	case x.Now.After(about.ExpectedEndAt):
		x.State = checkin.Overdue
	case about.Status == watch.Booked:
		x.State = checkin.Booked
	default:
		x.State = checkin.Inside
	}
	return x
}
