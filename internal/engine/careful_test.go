package engine_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// A call that was made for an overdue visit must not take the cry for help that
// came since from who has not heard of it.
func TestPressOnACallForALesserAlarm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.book()
		w.sleep(75 * time.Minute)
		w.pass()
		sent, err := w.db.MessagesAbout(ctx, w.alarm().ID)
		w.must(err)
		var call store.Message
		for _, m := range sent {
			if m.Channel == "voice" {
				call = m
			}
		}
		w.sleep(10 * time.Second)
		w.phone(priya).sends("ask Scarlett")
		_, err = w.engine.StepWaiting(ctx)
		w.must(err)
		got, words, err := w.engine.Press(ctx, call.Nonce, strconv.Itoa(call.Digit))
		w.must(err)
		if got != engine.PressWrong || w.alarm().HeldBy != "" {
			t.Errorf("press %s, held by %q: taken unheard", got, w.alarm().HeldBy)
		}
		contains(t, words, "Call 9 9 9 now")
		contains(t, words, "press "+strconv.Itoa(call.Digit))
		got, _, err = w.engine.Press(ctx, call.Nonce, strconv.Itoa(call.Digit))
		w.must(err)
		if got != engine.PressTaken || w.alarm().HeldBy != "p-sam" {
			t.Errorf("press %s, held by %q, want it taken by Sam", got, w.alarm().HeldBy)
		}
	})
}

func TestRequestIsToldHoweverLate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.readAll()
		w.phone(priya).sends("ask Jane")
		_, err := w.engine.StepWaiting(t.Context())
		w.must(err)
		w.sleep(70 * time.Minute)
		w.crash()
		w.settle()
		w.phone(sam).Expects("Priya N asks for Jane to ring")
	})
}

func TestJointVisitNamesNobodyTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.engine.Book(t.Context(), engine.Actor{By: "p-priya"}, engine.Booking{Worker: "p-priya", Kind: "home_visit",
			StartsAt: sunday, ExpectedEndAt: sunday.Add(time.Hour), JointWith: []string{"p-jo", "p-jo"}})
		invalid(t, err, "joint_with")
		live, err := w.db.Visits(t.Context(), store.VisitFilter{Live: true})
		if err != nil || len(live) != 0 {
			t.Errorf("%d visits are under watch (%v)", len(live), err)
		}
	})
}

func TestPhoneOfSomeoneWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-abe", Team: "echo", Name: "Abe Left", Roles: []string{"worker"}, Mobile: w.number(priya)})
		w.must(err)
		w.phone(priya).texts("in 60")
		live, err := w.db.Visits(t.Context(), store.VisitFilter{Live: true})
		w.must(err)
		if len(live) != 1 || live[0].Worker != "p-priya" {
			t.Errorf("visits are %v, want one of Priya's", live)
		}
	})
}

// A responder who records the phrase with a colleague's name for a worker is
// answered as for any name, and the worker's phone is left alone.
func TestRecordedPhraseWithAName(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.readAll()
		record := func(text string) engine.CheckedIn {
			in, err := w.engine.Checkin(t.Context(), engine.Actor{By: "p-sam", Via: "api"}, engine.Checkin{Person: "p-jo", Text: private.New(text)})
			w.must(err)
			w.settle()
			return in
		}
		got := record("Scarlett Priya")
		if a := w.alarm(); a.Worker != "p-priya" || a.Kind != watch.Duress {
			t.Errorf("the alarm is %s for %s", a.Kind, a.Worker)
		}
		w.silent(jo)
		if want := record("Jane Priya"); got.Reading.Intent != want.Reading.Intent {
			t.Errorf("read as %s, and another name as %s", got.Reading.Intent, want.Reading.Intent)
		}
	})
}

// scribe counts the writes that ask whether the database takes any.
type scribe struct {
	*store.DB
	writes int
}

func (d *scribe) Writable(ctx context.Context) error {
	d.writes++
	return d.DB.Writable(ctx)
}

func TestReadyWritesOnceASecond(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		db := &scribe{DB: w.db}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		for range 5 {
			w.must(w.engine.Ready(t.Context()))
		}
		w.sleep(time.Second)
		w.must(w.engine.Ready(t.Context()))
		if db.writes != 2 {
			t.Errorf("%d writes, want 2", db.writes)
		}
	})
}

func contains(t *testing.T, words, want string) {
	t.Helper()
	if !strings.Contains(words, want) {
		t.Errorf("%q does not say %q", words, want)
	}
}
