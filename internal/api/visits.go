package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

const maxVisits = 500 // in one list

// bookVisit answers POST /visits. Whether its times make sense, the core says.
func (a *API) bookVisit(c *call) (answer, error) {
	by, err := a.by(c, false)
	if err != nil {
		return answer{}, err
	}
	b, err := a.readBooking(c)
	if err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	if was, found, err := a.bookedBefore(c, b, by); err != nil || found {
		return a.visitAnswer(c, was, by, err)
	}
	booked, err := a.Engine.Book(c.Context(), c.actor(by), b)
	if err != nil {
		return answer{}, fmt.Errorf("book visit: %w", err)
	}
	v, err := a.Store.Visit(c.Context(), booked.Visit)
	if err != nil {
		return answer{}, fmt.Errorf("find booked visit: %w", err)
	}
	out, err := a.whole(c, v, by, unrecorded) // the caller has just said all that is in it
	out.Gap = out.Gap || booked.Gap
	out.Joint = booked.Joint
	if err != nil {
		return answer{}, err
	}
	return made(true, out)
}

func (a *API) readBooking(c *call) (engine.Booking, error) {
	in, ctx := c.in, c.Context()
	in.need("worker", "kind", "starts_at", "expected_end_at")
	b := engine.Booking{
		ExternalID: in.id("external_id"), Worker: in.id("worker"), Kind: in.choice("kind", "home_visit", "family_time", "meeting", "other"),
		StartsAt: in.instant("starts_at"), ExpectedEndAt: in.instant("expected_end_at"), Details: readForm(in),
		Private: in.flag("private"), Responders: in.ids("responders"), JointWith: in.ids("joint_with"), Prompts: in.flag("prompts"),
	}
	if overlap := in.flag("overlap"); overlap != nil {
		b.Overlap = *overlap
	}
	var err error
	if b.Worker, err = a.person(ctx, in, "worker", b.Worker); err != nil {
		return b, err
	}
	if b.Responders, err = a.people(ctx, in, "responders", b.Responders); err != nil {
		return b, err
	}
	b.JointWith, err = a.people(ctx, in, "joint_with", b.JointWith)
	return b, err
}

func readForm(in *body) buddy.Form {
	return buddy.Form{ServiceUser: in.secret("service_user", maxWords), Address: in.secret("address", maxWords), Access: in.secret("access", maxWords),
		Contact: in.secret("contact", maxWords), WhoElse: in.secret("who_else", maxWords)}
}

// people gives known people's own ids for a field.
func (a *API) people(ctx context.Context, in *body, field string, ids []string) ([]string, error) {
	var own []string
	for _, id := range ids {
		found, err := a.person(ctx, in, field, id)
		if err != nil {
			return nil, err
		}
		own = append(own, found)
	}
	return own, nil
}

// bookedBefore finds the visit that has the caller's own id already. The same booking again is that visit; another one
// is a conflict. It is held against the visit as the caller may see it.
func (a *API) bookedBefore(c *call, b engine.Booking, by string) (v store.Visit, found bool, err error) {
	if b.ExternalID == "" {
		return v, false, nil
	}
	v, err = a.Store.Visit(c.Context(), b.ExternalID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return v, false, nil
	case err != nil:
		return v, false, fmt.Errorf("look for visit: %w", err)
	}
	seen, err := a.view.Visit(c.Context(), v, c.reader(by))
	if err != nil {
		return v, false, err
	}
	seen.Details = v.Details // they are held against the booking, not shown
	if !sameBooking(b, seen.Visit) {
		return v, false, conflict("external_id names another visit, or this one as it was before it changed; PATCH it to change it")
	}
	return v, true, nil
}

// sameBooking says that a visit is as it is booked. What a booking leaves to the plan may be as it is.
func sameBooking(b engine.Booking, v store.Visit) bool {
	return v.Worker == b.Worker && v.Kind == b.Kind && v.StartsAt.Equal(b.StartsAt) && v.ExpectedEndAt.Equal(b.ExpectedEndAt) &&
		v.Details == b.Details && (b.Private == nil || *b.Private == v.Private) && (b.Responders == nil || slices.Equal(b.Responders, v.Responders))
}

// visitAnswer answers with a visit, its look recorded.
func (a *API) visitAnswer(c *call, v store.Visit, by string, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	out, err := a.whole(c, v, by, recorded)
	if err != nil {
		return answer{}, err
	}
	return ok(out)
}

// getVisit answers GET /visits/{id}.
func (a *API) getVisit(c *call) (answer, error) {
	q, err := query(c, "by")
	if err != nil {
		return answer{}, err
	}
	v, err := a.Store.Visit(c.Context(), c.PathValue("id"))
	if err != nil {
		return answer{}, fmt.Errorf("find visit: %w", err)
	}
	by, err := a.reader(c, q)
	return a.visitAnswer(c, v, by, err)
}

// listVisits answers GET /visits, without private words.
func (a *API) listVisits(c *call) (answer, error) {
	q, err := query(c, "worker", "team", "live", "from", "to", "limit", "by")
	if err != nil {
		return answer{}, err
	}
	f, err := a.visitFilter(c.Context(), q)
	if err != nil {
		return answer{}, err
	}
	if f.From, f.To, err = spanOf(q, time.Time{}, time.Time{}); err != nil {
		return answer{}, err
	}
	if f.Limit, err = limitOf(q.Get("limit"), maxVisits); err != nil {
		return answer{}, err
	}
	kept, err := a.Store.Visits(c.Context(), f)
	if err != nil {
		return answer{}, fmt.Errorf("list visits: %w", err)
	}
	by, err := a.reader(c, q)
	if err != nil {
		return answer{}, err
	}
	list := []visitJSON{}
	for _, v := range kept {
		seen, err := a.view.Visit(c.Context(), v, c.reader(by))
		if err != nil {
			return answer{}, err
		}
		if f.Live && !(watch.Visit{Status: seen.Status}).Live() {
			continue // over, as far as this reader may know: in a list of what goes on it would tell of danger (rule 4.2)
		}
		list = append(list, visitOf(seen))
	}
	return ok(map[string]any{"visits": list})
}

// visitFilter reads whose visits are asked for: of whom, of which team, and whether only those with a clock.
func (a *API) visitFilter(ctx context.Context, q url.Values) (f store.VisitFilter, err error) {
	switch live := q.Get("live"); live {
	case "", "true", "false":
		f.Live = live == "true"
	default:
		return f, fieldProblem("live", "must be true or false")
	}
	if id := q.Get("worker"); id != "" {
		if f.Worker, err = a.knownPerson(ctx, id); err != nil {
			return f, err
		}
	}
	if id := q.Get("team"); id != "" {
		f.Team, err = a.knownTeam(ctx, id)
	}
	return f, err
}

// editVisit answers PATCH /visits/{id}: what is given changes, null empties it where it can be empty.
func (a *API) editVisit(c *call) (answer, error) {
	by, err := a.by(c, false)
	if err != nil {
		return answer{}, err
	}
	v, err := a.Store.Visit(c.Context(), c.PathValue("id"))
	if err != nil {
		return answer{}, fmt.Errorf("find visit: %w", err)
	}
	e, err := a.readEdit(c, v)
	if err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	if err := a.Engine.EditVisit(c.Context(), c.actor(by), v.ID, e); err != nil {
		return answer{}, fmt.Errorf("edit visit: %w", err)
	}
	v, err = a.Store.Visit(c.Context(), v.ID)
	return a.visitAnswer(c, v, by, err)
}

func (a *API) readEdit(c *call, v store.Visit) (engine.VisitEdit, error) {
	in := c.in
	for _, field := range []string{"starts_at", "expected_end_at", "private", "prompts", "overlap"} {
		if in.null(field) {
			in.wrong(field, "can't be null")
		}
	}
	e := engine.VisitEdit{
		StartsAt: in.instant("starts_at"), ExpectedEndAt: in.instant("expected_end_at"),
		ServiceUser: change(in, "service_user"), Address: change(in, "address"), Access: change(in, "access"),
		Contact: change(in, "contact"), WhoElse: change(in, "who_else"), Private: in.flag("private"), Prompts: in.flag("prompts"),
	}
	if overlap := in.flag("overlap"); overlap != nil {
		e.Overlap = *overlap
	}
	responders := in.ids("responders")
	if in.given("responders") {
		own, err := a.people(c.Context(), in, "responders", responders)
		if err != nil {
			return e, err
		}
		e.Responders = &own
	}
	external := in.id("external_id")
	switch {
	case in.null("external_id"):
		e.ExternalID = &external
		return e, nil
	case external == "" || external == v.ExternalID:
		return e, nil
	}
	switch other, err := a.Store.Visit(c.Context(), external); {
	case errors.Is(err, store.ErrNotFound):
		e.ExternalID = &external
	case err != nil:
		return e, fmt.Errorf("look for visit: %w", err)
	case other.ID != v.ID:
		in.wrong("external_id", "names another visit")
	}
	return e, nil
}

// change reads a text that may be emptied by null; nil when it stays as it is.
func change(in *body, field string) *private.Text {
	t := in.secret(field, maxWords)
	if !in.given(field) {
		return nil
	}
	return &t
}

// cancelVisit answers POST /visits/{id}/cancel. Once the visit may have started it takes a responder who spoke with the
// worker (rule 2.8): "spoke_worker".
func (a *API) cancelVisit(c *call) (answer, error) {
	by, err := a.by(c, true)
	if err != nil {
		return answer{}, err
	}
	reason := c.in.words("reason", maxWords)
	spoke := c.in.flag("spoke_worker")
	v, err := a.Store.Visit(c.Context(), c.PathValue("id"))
	if err != nil {
		return answer{}, fmt.Errorf("find visit: %w", err)
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	seen, err := a.view.Visit(c.Context(), v, c.reader(by))
	if err != nil {
		return answer{}, err
	}
	if seen.Status == watch.Cancelled { // the same call again
		return a.visitAnswer(c, v, by, nil)
	}
	if err := a.Engine.CancelVisit(c.Context(), c.actor(by), v.ID, spoke != nil && *spoke, private.New(reason)); err != nil {
		return answer{}, fmt.Errorf("cancel visit: %w", err)
	}
	v, err = a.Store.Visit(c.Context(), v.ID)
	return a.visitAnswer(c, v, by, err)
}

// spanOf reads the parameters from and to.
func spanOf(q url.Values, from, to time.Time) (time.Time, time.Time, error) {
	for name, t := range map[string]*time.Time{"from": &from, "to": &to} {
		if given := q.Get(name); given != "" {
			at, ok := parseInstant(given)
			if !ok {
				return from, to, fieldProblem(name, noInstant)
			}
			*t = at
		}
	}
	if !to.IsZero() && to.Before(from) {
		return from, to, fieldProblem("to", "must not be before from")
	}
	return from, to, nil
}

// limitOf reads the parameter limit: how many at most.
func limitOf(given string, most int) (int, error) {
	if given == "" {
		return most, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 || n > most {
		return 0, fieldProblem("limit", fmt.Sprintf("must be from 1 to %d", most))
	}
	return n, nil
}
