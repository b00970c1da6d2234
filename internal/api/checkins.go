package api

import (
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
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
