package view_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/view"
)

// saturday is when these tests begin: out of hours, half an hour before Priya's visit.
var saturday = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

// office is Allclear with a real engine and database, and a clock that is moved by hand. Sam is on call until Priya's
// visit is over, Jo from two hours later on, Max from long after.
type office struct {
	*testing.T
	db     *store.DB
	clock  *enginetest.Clock
	engine *engine.Engine
	view   *view.View
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, db: storetest.SQLite(t).Open(t), clock: enginetest.NewClock(saturday)}
	o.engine = engine.New(engine.Options{Store: o.db, Clock: o.clock, Random: rand.Reader, Log: slog.New(slog.DiscardHandler), Node: "test"})
	o.view = view.New(view.Options{Store: o.db, Engine: o.engine})
	for _, id := range []string{"echo", "hope"} {
		settings := plan.Standard()
		settings.Fallback = "p-lee"
		_, err := o.engine.PutTeam(t.Context(), engine.Actor{}, store.Team{ID: id, Name: id, Zone: "Europe/London", Plan: settings, HasPlan: true})
		o.must(err)
	}
	last := 100
	for id, p := range map[string]buddy.Person{
		"p-priya": {Team: "echo", Roles: []string{"worker"}}, "p-ann": {Team: "echo", Roles: []string{"worker"}}, "p-kim": {Team: "hope", Roles: []string{"worker"}},
		"p-sam": {Team: "hope", Roles: []string{"responder"}}, "p-jo": {Team: "hope", Roles: []string{"responder"}}, "p-max": {Team: "hope", Roles: []string{"responder"}},
		"p-lee": {Team: "echo", Roles: []string{"responder"}}, "p-mo": {Team: "echo", Roles: []string{"manager"}},
	} {
		mobile, err := phone.Parse(fmt.Sprint("07700 900", last))
		o.must(err)
		last++
		p.ID, p.Name, p.Active, p.Mobile = id, "Someone "+id, true, mobile
		_, err = o.engine.PutPerson(t.Context(), engine.Actor{}, p)
		o.must(err)
	}
	end := saturday.Add(90 * time.Minute)
	for i, s := range []rota.Shift{
		{Person: "p-sam", StartsAt: saturday, EndsAt: end},
		{Person: "p-jo", StartsAt: end.Add(119 * time.Minute), EndsAt: end.Add(5 * time.Hour)},
		{Person: "p-max", StartsAt: end.Add(5 * time.Hour), EndsAt: end.Add(9 * time.Hour)},
	} {
		s.ID, s.Order, s.Teams = "s"+string(rune('1'+i)), 1, []string{"echo"}
		_, err := o.engine.AddShift(t.Context(), engine.Actor{}, s)
		o.must(err)
	}
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// books has a visit of Priya's from 14:30 to 15:30, and gives its id and those of her partners'.
func (o *office) books(hidden bool, with ...string) (visit string, joint []string) {
	o.Helper()
	b, err := o.engine.Book(o.Context(), engine.Actor{By: "p-priya", Via: "api"}, engine.Booking{Worker: "p-priya", Kind: "home_visit",
		StartsAt: saturday.Add(30 * time.Minute), ExpectedEndAt: saturday.Add(90 * time.Minute), Private: &hidden, JointWith: with,
		Details: buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street")}})
	o.must(err)
	return b.Visit, b.Joint
}

// says has someone text.
func (o *office) says(who, text string) {
	o.Helper()
	_, err := o.engine.Checkin(o.Context(), engine.Actor{Via: "api"}, engine.Checkin{Person: who, Text: private.New(text)})
	o.must(err)
}

// wait lets time pass, and does all that fell due in it.
func (o *office) wait(d time.Duration) {
	o.Helper()
	o.clock.Move(d)
	_, err := o.engine.StepDue(o.Context())
	o.must(err)
}

// deliver hands over what waits: what one watch asks of another's goes this way too.
func (o *office) deliver() {
	o.Helper()
	_, err := o.engine.Deliver(o.Context())
	o.must(err)
}

// person is one of the office who looks for themselves.
func (o *office) person(id string) view.Reader {
	o.Helper()
	p, err := o.db.Person(o.Context(), id)
	o.must(err)
	return view.Person(p, o.clock.Now())
}

// shows gives a visit with its record as the reader may see it.
func (o *office) shows(visit string, r view.Reader) view.Whole {
	o.Helper()
	v, err := o.db.Visit(o.Context(), visit)
	o.must(err)
	seen, err := o.view.Visit(o.Context(), v, r)
	o.must(err)
	whole, err := o.view.Whole(o.Context(), seen, o.clock.Now())
	o.must(err)
	return whole
}
