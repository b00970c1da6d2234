package engine_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// day is how far apart the days of these tests are; they begin on a Sunday at 14:00.
const day = 24 * time.Hour

const stillRight = "please look whether your details in Allclear are still right"

// later is a world in which 90 days have gone by, at 14:00, and everyone has heard all else.
func later(t *testing.T, w *world) {
	t.Helper()
	w.sleep(90 * day)
	w.readAll()
}

func TestAWorkerIsAskedEvery90DaysAndRemindedTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.sleep(90*day - 2*time.Minute)
		w.chores(1)
		w.silent(priya)
		for _, after := range []time.Duration{10 * time.Minute, 7 * day, 14 * day} {
			w.sleep(after)
			w.chores(1)
			if text := w.phone(priya).Expects(stillRight).Body; !strings.Contains(text, "https://allclear.example/details") {
				t.Errorf("got %q", text)
			}
			w.sleep(10 * time.Minute)
			w.chores(1)
		}
		w.sleep(30 * day)
		w.chores(1)
		w.silent(priya, sam, mo) // who does not visit is not asked, nor is anyone a fourth time
		if c, err := w.db.Confirmation(t.Context(), "p-priya"); err != nil || !c.Unanswered() {
			t.Errorf("got %+v, %v", c, err)
		}
		w.must(w.engine.ConfirmDetails(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, []phone.Number{w.number("07700 900102"), w.number(stranger)}))
		w.sleep(90*day + time.Minute)
		w.chores(1)
		w.phone(priya).Expects(stillRight)
		if k, err := w.db.Known(t.Context(), "p-priya"); err != nil || !k.Told(w.number("07700 900102")) || k.Told(w.number(stranger)) {
			t.Errorf("which contacts know: %v", err)
		}
	})
}

func TestNobodyIsAskedAtNightOnAVisitOrInAnAlarm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		later(t, w)
		w.sleep(12 * time.Hour) // 02:00
		w.chores(1)
		w.silent(priya)
		w.sleep(10 * time.Hour)
		w.book()
		w.wait(time.Minute)
		w.phone(priya).texts("IN 60")
		w.settle()
		w.readAll()
		w.chores(1)
		w.silent(priya)
		w.sleep(80 * time.Minute) // overdue
		w.must(step(w))
		w.readAll()
		w.chores(1)
		w.silent(priya)
	})
}

// step steps who is due.
func step(w *world) error {
	_, err := w.engine.StepDue(w.t.Context())
	w.settle()
	return err
}

// Rule 4.2: what is asked of details is the same, and at the same time, whether its worker asked for Jane or for Scarlett.
func TestOfDetailsDangerTellsNothing(t *testing.T) {
	var runs []string
	for _, name := range []string{"Jane", "Scarlett"} {
		w := newWorld(t, storetest.SQLite(t).Open(t), nil)
		later(t, w)
		w.phone(priya).texts("ASK " + name)
		w.settle()
		for range 3 {
			w.chores(1)
			w.wait(20 * time.Minute)
		}
		runs = append(runs, strings.ReplaceAll(strings.Join(w.phone(priya).read(), "\n"), name, "them"))
	}
	same(t, runs[0], runs[1])
	if !strings.Contains(runs[0], stillRight) {
		t.Errorf("she was never asked: %q", runs[0])
	}
}

var sixFigures = regexp.MustCompile(`\b\d{6}\b`)

func TestANumberIsProvedByACodeByTextOrCall(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		self := engine.Actor{By: "p-priya", Via: "page"}
		w.must(w.engine.SendCode(t.Context(), self, "mobile", false))
		w.settle()
		code := sixFigures.FindString(w.phone(priya).Expects("your Allclear code is").Body)
		if right, err := w.engine.Prove(t.Context(), self, "mobile", code); err != nil || !right {
			t.Errorf("the code that came: %v, %v", right, err)
		}
		w.must(w.engine.SendCode(t.Context(), self, "home_phone", true))
		w.phone("01632 960101").Answers(func(string) string { return "" })
		w.settle()
		said := strings.ReplaceAll(heard(w.phone("01632 960101").calls(1)[0]), " ", "")
		home := regexp.MustCompile(`\d{6}`).FindString(said)
		if right, err := w.engine.Prove(t.Context(), self, "home_phone", home); err != nil || !right {
			t.Errorf("the code that was read out in %q: %v, %v", said, right, err)
		}
		if k, err := w.db.Known(t.Context(), "p-priya"); err != nil || !k.Proved(w.number(priya)) || !k.Proved(w.number("01632 960101")) {
			t.Errorf("they are not proved: %v", err)
		}
		if err := w.engine.SendCode(t.Context(), self, "home_phone", false); !errors.Is(err, engine.ErrNoWay) {
			t.Errorf("a text to a home: %v", err)
		}
		if err := w.engine.SendCode(t.Context(), self, "personal_mobile", false); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a number that she has not: %v", err)
		}
		if bytes.Contains(w.log.Bytes(), []byte(code)) || bytes.Contains(w.log.Bytes(), []byte(home)) {
			t.Error("a code is in the log")
		}
	})
}

func TestANumberThatFailsIsAskedForAtOnceByAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.phone(sam).Wrong()
		w.onCall("p-sam", 3, sunday.Add(48*time.Hour), sunday.Add(60*time.Hour))
		w.settle()
		w.phone(samHome).Expects("we could not reach you on your number that ends in 01. Please put it right: https://allclear.example/details")
		w.onCall("p-sam", 3, sunday.Add(72*time.Hour), sunday.Add(80*time.Hour))
		w.settle()
		w.chores(1)
		w.silent(samHome) // once, until it is another
		w.changes("p-sam", "p-sam", func(p *buddy.Person) { p.Mobile = w.number(newNumber) })
		if k, err := w.db.Known(t.Context(), "p-sam"); err != nil || !k.FailedAt(w.number(newNumber)).IsZero() || !k.FailedAt(w.number(sam)).IsZero() {
			t.Errorf("what is known of the old one: %v", err)
		}
	})
}

func TestAContactsWrongNumberIsAskedForAfterTheAlarm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.wait(75 * time.Minute)
		open, err := w.db.Alarms(t.Context(), "open", 0)
		if err != nil || len(open) != 1 {
			t.Fatalf("alarms: %v, %v", open, err)
		}
		sam := engine.Actor{By: "p-sam", Via: "page"}
		act := func(event watch.Event, words engine.Words) {
			t.Helper()
			w.must(w.engine.Act(t.Context(), sam, open[0].ID, event, words))
		}
		act(watch.Acknowledge{}, engine.Words{})
		act(watch.Call{Result: watch.WrongNumber}, engine.Words{To: "+447700900102"})
		w.readAll()
		w.chores(1)
		w.silent(priya)
		act(watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}, engine.Words{Note: "she was in the car"})
		w.readAll()
		w.sleep(10 * time.Minute)
		w.chores(1)
		w.phone(priya).Expects("the number of one of your contacts seems wrong. Please put it right: https://allclear.example/details")
		w.sleep(10 * time.Minute)
		w.chores(1)
		w.silent(priya)
	})
}
