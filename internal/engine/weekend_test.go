package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/watch"
)

// The whole weekend: a visit, silence, an alarm, its ladder to the end.
func TestWeekend(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.phone(priya).Expects("In 14:00, until 15:00.")
		w.is(visit, watch.Inside)

		w.wait(time.Hour)
		w.phone(priya).Expects("how are things going?")
		w.wait(10 * time.Minute)
		w.phone(priya).Expects("15:10: how are things going?")
		w.silent(priya, sam, samHome, ann)
		w.noAlarm()

		w.wait(5 * time.Minute) // T + 15
		w.is(visit, watch.Overdue)
		w.phone(sam).Expects("We have not heard from Priya N")
		w.phone(samHome).Expects("We have not heard from Priya N")
		w.phone(priya).Expects("Sam H is trying to reach you")
		w.phone(sam).calls(1)
		w.silent(ann, lee, mo)

		w.phone(ann).PressesKey()
		w.wait(5 * time.Minute) // not acknowledged: the second responder too
		w.phone(ann).Expects("We have not heard from Priya N")
		w.phone(sam).Expects("2nd notice")
		w.phone(samHome).Expects("2nd notice")
		w.phone(samHome).calls(1) // the other mobile, the second time
		call := w.phone(ann).calls(1)[0]
		if call.Pressed == "" || w.alarm().HeldBy != "p-ann" {
			t.Errorf("pressed %q; the alarm is held by %q, want Ann", call.Pressed, w.alarm().HeldBy)
		}
		w.phone(sam).Expects("Ann B has the alarm for Priya N")
		w.silent(lee, mo, ann)

		w.ringRound(t)
		w.policeAndAfter(t)

		if err := w.act("p-ann", watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true}); err == nil {
			t.Error("closed without the police being stood down")
		}
		w.readAll()
		w.must(w.act("p-ann", watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true, StoodDownAt: w.clock.Now(), StoodDownTo: true}))
		w.noAlarm()
		w.is(visit, watch.Ended)
		for _, n := range []string{sam, samHome, ann} {
			w.phone(n).Expects("Stood down")
		}
		w.wait(6 * time.Hour)
		w.silent(priya, sam, samHome, ann, lee, mo)
	})
}

// ringRound logs a call every few minutes, so that nobody takes Ann for silent,
// until the police are due.
func (w *world) ringRound(t *testing.T) {
	t.Helper()
	for range 5 {
		w.wait(5 * time.Minute)
		w.must(w.act("p-ann", watch.Call{Result: watch.NoAnswer}))
	}
	w.phone(sam).read() // nothing but the wait so far
	w.phone(ann).Expects("Contact the police now")
	w.wait(5 * time.Minute)
	w.phone(ann).Expects("Contact the police now")
	w.phone(sam).Expects("Contact the police now")
}

func (w *world) policeAndAfter(t *testing.T) {
	t.Helper()
	w.must(w.act("p-ann", watch.Police{}))
	w.readAll()
	w.wait(29 * time.Minute)
	w.silent(ann, sam, samHome)
	w.wait(time.Minute)
	w.phone(ann).Expects("Please speak with the police again")
	w.must(w.act("p-ann", watch.Liaison{}))
	w.wait(29 * time.Minute)
	w.phone(ann).expectsNoMore()
}

func TestOutEndsVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.wait(50 * time.Minute)
		w.phone(priya).texts("Out, all done")
		w.is(visit, watch.Ended)
		w.phone(priya).Expects("In 14:00")
		w.phone(priya).Expects("Out 14:50. Thank you.")
		if v := w.visit(visit); v.Evidence != watch.WorkerOut || v.Team != "echo" || v.Kind != "home_visit" || !v.Private {
			t.Errorf("evidence %q, team %q, kind %q, private %v: what the core does not know was lost", v.Evidence, v.Team, v.Kind, v.Private)
		}
		w.wait(5 * time.Hour)
		w.noAlarm()
		w.silent(priya, sam, samHome, ann, lee, mo)
	})
}

func TestKeyPress(t *testing.T) {
	notAsked := func(words string) string {
		if town.Asked(words) == "9" {
			return "8"
		}
		return "9"
	}
	for name, answer := range map[string]func(h handset){
		"a voicemail never acknowledges":                      func(h handset) { h.Voicemail() },
		"a call that is answered and ended never does":        func(h handset) { h.Answers(func(string) string { return "" }) },
		"another key than the one drawn for the call never":   func(h handset) { h.Answers(notAsked) },
		"an engaged line never does":                          func(h handset) { h.Busy() },
		"a call that rings out never does":                    func(h handset) { h.RingsOut() },
		"the key one, which screeners press, never does":      func(h handset) { h.Answers(func(string) string { return "1" }) },
		"a key that says acknowledge in another way than one": func(h handset) { h.Answers(func(string) string { return "*" }) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				answer(w.phone(sam))
				w.book()
				w.wait(75 * time.Minute)
				w.phone(sam).calls(1)
				if held := w.alarm().HeldBy; held != "" {
					t.Errorf("the alarm is held by %s", held)
				}
				w.wait(5 * time.Minute)
				w.phone(ann).Expects("We have not heard")
			})
		})
	}
	t.Run("the drawn key gives the alarm to who was rung", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(sam).PressesKey()
			w.book()
			w.wait(75 * time.Minute)
			if held := w.alarm().HeldBy; held != "p-sam" {
				t.Errorf("the alarm is held by %q, want Sam", held)
			}
			call := w.phone(sam).calls(1)[0]
			if !strings.Contains(heard(call), "Priya N") || strings.Contains(heard(call), "Example Street") {
				t.Errorf("heard %q: it names the worker, and never the place", heard(call))
			}
			w.wait(5 * time.Minute)
			w.silent(ann)
		})
	})
}
