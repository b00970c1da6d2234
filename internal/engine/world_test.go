package engine_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/channeltest"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// sunday is when the weekend of these tests begins: out of hours, in winter.
var sunday = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// The phones of the people in these tests.
const (
	ours     = "01632 960000"
	priya    = "07700 900101"
	jo       = "07700 900111"
	sam      = "07700 900201" // first on call: work
	samHome  = "07700 900202" // and personal
	ann      = "07700 900211" // second on call
	lee      = "07700 900221" // the fallback
	mo       = "07700 900231" // manager
	stranger = "07700 900999"
)

// world is a team with its phones, and the engine that watches over it. It is
// driven by hand: nothing happens between two lines of a test.
type world struct {
	t      *testing.T
	db     *store.DB
	clock  *enginetest.Clock
	town   *channeltest.Town
	engine *engine.Engine
	chance io.Reader
	log    *logBook
	tweak  func(*engine.Options)
	nodes  int
}

// each runs a test in a fresh world on each kind of database.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		t.Parallel()
		test(t, newWorld(t, open(), nil))
	})
}

func newWorld(t *testing.T, db *store.DB, tweak func(*engine.Options)) *world {
	w := &world{t: t, db: db, clock: enginetest.NewClock(sunday), chance: rand.NewChaCha8([32]byte{1}), log: &logBook{}, tweak: tweak}
	w.town = channeltest.NewTown(t, town.Options{
		Now: w.clock.Now,
		Answered: func(ctx context.Context, nonce string) (string, error) {
			words, _, err := w.engine.Speak(ctx, nonce)
			return words, err
		},
		Pressed: func(ctx context.Context, nonce, digit string) (string, error) {
			_, words, err := w.engine.Press(ctx, nonce, digit)
			return words, err
		},
	})
	w.engine = w.node()
	w.people()
	return w
}

// node starts one more engine on the world's database, as another process or as
// the same one after a crash.
func (w *world) node() *engine.Engine {
	w.nodes++
	o := engine.Options{
		Store: w.db, Clock: w.clock, Random: w.chance, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		SMS: w.town.SMS(), Voice: w.town.Voice(), Providers: map[string]engine.Provider{town.Provider: w.town},
		URL: "https://allclear.example", Number: ours, Node: "node-" + string(rune('a'+w.nodes)),
	}
	if w.tweak != nil {
		w.tweak(&o)
	}
	return engine.New(o)
}

// crash ends the engine where it stands and starts it anew.
func (w *world) crash() { w.engine = w.node() }

func (w *world) people() {
	w.t.Helper()
	ctx := w.t.Context()
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	_, err := w.engine.PutTeam(ctx, engine.Actor{}, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true})
	w.must(err)
	for _, p := range []buddy.Person{
		{ID: "p-priya", Name: "Priya Nair", Roles: []string{"worker"}, Mobile: w.number(priya), HomePhone: w.number("01632 960101"),
			Description: private.New("green coat"), NoVehicle: true,
			Contacts: []buddy.Contact{{Name: private.New("Ravi Nair"), Phone: w.number("07700 900102")}}},
		{ID: "p-jo", Name: "Jo Park", Roles: []string{"worker"}, Mobile: w.number(jo)},
		{ID: "p-sam", Name: "Sam Hill", Roles: []string{"responder"}, Mobile: w.number(sam), PersonalMobile: w.number(samHome)},
		{ID: "p-ann", Name: "Ann Bell", Roles: []string{"responder"}, Mobile: w.number(ann)},
		{ID: "p-lee", Name: "Lee Fox", Roles: []string{"responder"}, Mobile: w.number(lee)},
		{ID: "p-mo", Name: "Mo Reid", Roles: []string{"manager"}, Mobile: w.number(mo)},
	} {
		p.Team, p.Active = "echo", true
		_, err := w.engine.PutPerson(ctx, engine.Actor{}, p)
		w.must(err)
	}
	w.onCall("p-sam", 1, sunday.Add(-6*time.Hour), sunday.Add(18*time.Hour))
	w.onCall("p-ann", 2, sunday.Add(-6*time.Hour), sunday.Add(18*time.Hour))
	w.settle()
	for _, n := range []string{sam, ann} {
		w.phone(n).Expects("You are on call")
	}
}

func (w *world) onCall(person string, order int, from, to time.Time) {
	w.t.Helper()
	_, err := w.engine.AddShift(w.t.Context(), engine.Actor{}, rota.Shift{ID: "s-" + person + from.Format("0215"), Person: person, Order: order,
		StartsAt: from, EndsAt: to})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) number(s string) phone.Number {
	w.t.Helper()
	n, err := phone.Parse(s)
	w.must(err)
	return n
}

// book books a visit of Priya's, from now for an hour, with all its details.
func (w *world) book(change ...func(*engine.Booking)) string {
	w.t.Helper()
	b := engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: w.clock.Now(), ExpectedEndAt: w.clock.Now().Add(time.Hour),
		Details: buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street"), Contact: private.New("07700 900103")}}
	for _, c := range change {
		c(&b)
	}
	booked, err := w.engine.Book(w.t.Context(), engine.Actor{By: b.Worker, Via: "api"}, b)
	w.must(err)
	w.settle()
	return booked.Visit
}

// settle does all that is to be done now, and lets every phone that rings be
// answered.
func (w *world) settle() {
	w.t.Helper()
	ctx := w.t.Context()
	for range 100 {
		_, err := w.engine.StepWaiting(ctx)
		w.must(err)
		due, err := w.engine.StepDue(ctx)
		w.must(err)
		sent, err := w.engine.Deliver(ctx)
		w.must(err)
		rung, err := w.town.Answer(ctx)
		w.must(err)
		updates := w.town.Updates()
		for _, u := range updates {
			w.must(w.engine.Status(ctx, u))
		}
		if due+sent+rung+len(updates) == 0 {
			return
		}
	}
	w.t.Fatal("there is always more to do")
}

// wait lets time pass, from one thing that falls due to the next.
func (w *world) wait(d time.Duration) { w.t.Helper(); w.until(w.clock.Now().Add(d)) }

func (w *world) until(end time.Time) {
	w.t.Helper()
	for {
		w.settle()
		next, err := w.db.NextWake(w.t.Context())
		w.must(err)
		if next.IsZero() || next.After(end) {
			break
		}
		if soon := w.clock.Now().Add(time.Second); next.Before(soon) {
			next = soon // something is tried again and again
		}
		if next.After(end) {
			break
		}
		w.clock.Set(next)
	}
	w.clock.Set(end)
	w.settle()
}

// sleep lets time pass while nothing runs.
func (w *world) sleep(d time.Duration) { w.clock.Set(w.clock.Now().Add(d)) }

// handset is a phone in the world.
type handset struct {
	channeltest.Phone
	w    *world
	from phone.Number
}

func (w *world) phone(number string) handset {
	w.t.Helper()
	return handset{w.town.Phone(number), w, w.number(number)}
}

// texts sends us a text, and lets it be dealt with.
func (h handset) texts(body string) channel.Received {
	h.w.t.Helper()
	r := h.sends(body)
	h.w.settle()
	return r
}

// sends sends us a text that is stored, and no more yet.
func (h handset) sends(body string) channel.Received {
	h.w.t.Helper()
	r := h.w.town.Text(h.from, h.w.number(ours), body)
	h.w.must(h.w.engine.Receive(h.w.t.Context(), r))
	return r
}

func (h handset) Expects(containing string) town.Text {
	h.w.t.Helper()
	return h.Phone.Expects(h.w.t, containing)
}

func (h handset) expectsNoMore() { h.w.t.Helper(); h.Phone.ExpectsNoMore(h.w.t) }

// silent fails the test when one of the phones has a text that was not taken.
func (w *world) silent(numbers ...string) {
	w.t.Helper()
	for _, n := range numbers {
		w.phone(n).expectsNoMore()
	}
}

// read takes every text that a phone has.
func (h handset) read() []string {
	h.w.t.Helper()
	var all []string
	for len(h.Unread()) > 0 {
		all = append(all, h.Expects("").Body)
	}
	return all
}

func (w *world) readAll() {
	w.t.Helper()
	for _, n := range []string{priya, jo, sam, samHome, ann, lee, mo, stranger} {
		w.phone(n).read()
	}
}

// visit is the visit as pages see it.
func (w *world) visit(id string) store.Visit {
	w.t.Helper()
	v, err := w.db.Visit(w.t.Context(), id)
	w.must(err)
	return v
}

func (w *world) is(id string, want watch.Status) {
	w.t.Helper()
	if got := w.visit(id).Status; got != want {
		w.t.Errorf("visit is %s, want %s", got, want)
	}
}

// alarm is the one open alarm.
func (w *world) alarm() store.Alarm {
	w.t.Helper()
	open, err := w.db.Alarms(w.t.Context(), "open", 0)
	w.must(err)
	if len(open) != 1 {
		w.t.Fatalf("%d alarms are open, want 1", len(open))
	}
	return open[0]
}

func (w *world) noAlarm() {
	w.t.Helper()
	if open, err := w.db.Alarms(w.t.Context(), "open", 0); err != nil || len(open) != 0 {
		w.t.Fatalf("%d alarms are open, want none (%v)", len(open), err)
	}
}

// act does something about the open alarm.
func (w *world) act(by string, event watch.Event) error {
	w.t.Helper()
	err := w.engine.Act(w.t.Context(), engine.Actor{By: by, Via: "api"}, w.alarm().ID, event, engine.Words{})
	w.settle()
	return err
}

// heard joins all that was said in a call.
func heard(c town.Call) string { return strings.Join(c.Heard, " ") }

func (h handset) calls(want int) []town.Call {
	h.w.t.Helper()
	calls := h.Calls()
	if len(calls) != want {
		h.w.t.Fatalf("%s was rung %d times, want %d", h.from, len(calls), want)
	}
	return calls
}

func refused(t *testing.T, err error) {
	t.Helper()
	if _, is := errors.AsType[*watch.Refused](err); !is {
		t.Errorf("err = %v, want a refusal", err)
	}
}

// invalid fails the test unless err names the field.
func invalid(t *testing.T, err error, field string) {
	t.Helper()
	bad, is := errors.AsType[*watch.Invalid](err)
	if !is {
		t.Fatalf("err = %v, want something invalid about %s", err, field)
	}
	for _, p := range bad.Problems {
		if p.Field == field {
			return
		}
	}
	t.Errorf("problems %v, want one about %s", bad.Problems, field)
}
