package demo_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// clock is a demo's clock on a real time that the test lets pass.
type clock struct {
	mu    sync.Mutex
	real  time.Time
	plan  time.Time // at since
	since time.Time
	speed int
}

func (c *clock) at(real time.Time) time.Time {
	return c.plan.Add(real.Sub(c.since) * time.Duration(c.speed))
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at(c.real) }

func (c *clock) Real(span time.Duration) time.Duration {
	return span / time.Duration(max(c.Speed(), 1))
}
func (c *clock) Plan(real time.Duration) time.Duration {
	return real * time.Duration(max(c.Speed(), 1))
}
func (c *clock) True(at time.Time) time.Time { return at }
func (c *clock) Speed() int                  { c.mu.Lock(); defer c.mu.Unlock(); return c.speed }

func (c *clock) SetSpeed(_ context.Context, speed int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plan, c.since, c.speed = c.at(c.real), c.real, speed
	return nil
}

func (c *clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plan, c.since, c.speed = at, c.real, 0
}

// Hand is the real time.
func (c *clock) Hand() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.real }

func (c *clock) pass(real time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.real = c.real.Add(real) }

// pace is how long a step is shown here: nobody reads it.
const pace = 200 * time.Millisecond

// sunday is an evening in winter, out of hours.
var sunday = time.Date(2026, 11, 22, 18, 42, 7, 0, time.UTC)

// world is a demo that a test drives: nothing happens between two lines of a test.
type world struct {
	*demo.Demo
	t      *testing.T
	place  storetest.Place
	db     *store.DB
	clock  *clock
	engine *engine.Engine
	log    *strings.Builder
	kept   []byte // beside the database
}

func newWorld(t *testing.T) *world { t.Helper(); return begin(t, storetest.SQLite(t), sunday) }

// begin starts a demo on a database, at an instant.
func begin(t *testing.T, place storetest.Place, at time.Time) *world {
	t.Helper()
	w := &world{t: t, place: place, db: place.Open(t), clock: &clock{real: at, plan: at, since: at}, log: &strings.Builder{}}
	w.must(w.start())
	return w
}

func (w *world) start() error {
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.Demo = demo.New(demo.Options{Store: w.db, Clock: w.clock, Real: w.clock.Hand, Log: log, Pace: pace,
		Keep: func(raw []byte) error { w.kept = raw; return nil }, Kept: func() ([]byte, error) { return w.kept, nil }})
	w.engine = engine.New(engine.Options{Store: w.db, Clock: w.clock, Random: rand.Reader, Log: log, SMS: w.SMS(), Voice: w.Voice(),
		Providers: w.Providers(), URL: "http://127.0.0.1:8080", Number: w.Number(), Emergency: w.Emergency(), Mail: w.Mail(), MailFrom: w.MailFrom(), OwnDomains: w.OwnDomains(), Rehearsal: true, Node: "test"})
	return w.Begin(w.t.Context(), w.engine, demo.UsualSpeed)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// tick lets a twentieth of a second pass, in which everything has its turn.
func (w *world) tick() {
	w.t.Helper()
	ctx := w.t.Context()
	w.clock.pass(50 * time.Millisecond)
	w.Pass(ctx)
	_, err := w.engine.StepWaiting(ctx)
	w.must(err)
	_, err = w.engine.StepDue(ctx)
	w.must(err)
	_, err = w.engine.Deliver(ctx)
	w.must(err)
}

// until lets time pass until something is so; the test fails where it never is.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	for range 4000 { // 200 s, of those who look at it
		if is() {
			return
		}
		w.tick()
	}
	w.t.Fatalf("%s: never; it is %v now", what, w.clock.Now())
}

func (w *world) phone(id string) demo.Phone {
	w.t.Helper()
	all, err := w.Phones(w.t.Context())
	w.must(err)
	for _, p := range all {
		if p.ID == id {
			return p
		}
	}
	w.t.Fatalf("there is no phone %s", id)
	return demo.Phone{}
}

// shows says whether a phone has a text with these words.
func (w *world) shows(id, words string) bool {
	for _, l := range w.phone(id).Conversation {
		if l.In != nil && strings.Contains(l.In.Body, words) {
			return true
		}
	}
	return false
}

func (w *world) story(id string) demo.Story {
	w.t.Helper()
	for _, s := range w.Stories() {
		if s.ID == id {
			return s
		}
	}
	w.t.Fatalf("there is no story %s", id)
	return demo.Story{}
}

func (w *world) openAlarm(worker string) (store.Alarm, bool) {
	w.t.Helper()
	open, err := w.db.Alarms(w.t.Context(), store.AlarmOpen, 0)
	w.must(err)
	for _, a := range open {
		if a.Worker == worker {
			return a, true
		}
	}
	return store.Alarm{}, false
}

// told is a story as a transcript, for a failing test.
func told(s demo.Story) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s\n", s.ID, s.Phase, s.Trouble)
	for _, x := range s.Steps {
		fmt.Fprintf(&b, "  %-4s %s %s\n", x.Is, x.Says, x.Look)
	}
	return b.String()
}

func now(s demo.Story) int {
	for i, x := range s.Steps {
		if x.Is == "now" {
			return i
		}
	}
	return -1
}

func ringing(p demo.Phone) (town.Call, bool) {
	for _, c := range p.Calls {
		if !c.PickedUp {
			return c, true
		}
	}
	return town.Call{}, false
}
