package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// waiting has everything wait for Priya that she is reminded of: an offer to talk an alarm over, something to do, an assessment to look at again,
// a plan to sign and her details.
func waiting(t *testing.T, w *world) {
	t.Helper()
	v := w.publishes(asItIs)
	for id, name := range map[string]string{"p-jo": "Jo Park", "p-sam": "Sam Hill", "p-ann": "Ann Bell", "p-lee": "Lee Fox", "p-mo": "Mo Reid"} {
		w.signs(id, name, v)
	}
	w.must(w.engine.Decide(t.Context(), byMo, w.sent(""), verdict(risk.Go)))
	w.sleep(182 * day)
	w.doChores()
	for range 3 { // and once she was reminded of the plan and of her details they wait no more
		w.sleep(7 * day)
		w.doChores()
	}
	w.onCall("p-sam", 1, w.clock.Now().Add(-time.Hour), w.clock.Now().Add(90*day))
	w.clock.Set(time.Date(2027, 6, 14, 9, 0, 0, 0, time.UTC)) // a Monday
	w.overdue()
	w.closed()
	_, err := w.engine.GiveAction(t.Context(), byMo, "debrief/d1", "p-priya", "ring the landlord", w.clock.Now().Add(3*day))
	w.must(err)
	w.settle()
	w.readAll()
}

// Rule 4.2: whatever a worker is reminded of comes the same, and at the same time, whether she asked for Jane or for Scarlett.
func TestOfRemindersDuressTellsNothing(t *testing.T) {
	var runs []string
	for _, name := range []string{"Jane", "Scarlett"} {
		w := newWorld(t, storetest.SQLite(t).Open(t), nil)
		waiting(t, w)
		var got []string
		w.phone(priya).texts("ASK " + name)
		for range 16 {
			w.later(6 * time.Hour)
			for _, text := range w.phone(priya).read() {
				got = append(got, fmt.Sprintf("%s %s", w.clock.Now().Format("Mon 15"), text))
			}
		}
		if open, err := w.db.Alarms(t.Context(), store.AlarmOpen, 0); err != nil || (len(open) > 0) != (name == "Scarlett") {
			t.Errorf("%s: %d alarms, %v", name, len(open), err)
		}
		runs = append(runs, strings.Join(got, "\n"))
	}
	same(t, runs[0], runs[1])
	for _, part := range []string{"talk over how it went", "We will not ask again", "is due"} {
		if !strings.Contains(runs[1], part) {
			t.Errorf("in duress nothing says %q:\n%s", part, runs[1])
		}
	}
}

// In distress they said themselves that they need help, and a phone that buzzes may harm them (rule 4.5).
func TestNobodyInDistressIsRemindedOfAnything(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.engine.GiveAction(t.Context(), byMo, "debrief/d1", "p-priya", "ring the landlord", w.clock.Now().Add(time.Hour))
		w.must(err)
		_, err = w.engine.Raise(t.Context(), engine.Actor{By: "p-ann", Via: "api"}, "p-priya", "", watch.Distress, engine.Words{})
		w.must(err)
		w.settle()
		w.readAll()
		w.later(2 * time.Hour)
		w.silent(priya)
		w.must(w.act("p-sam", watch.Close{Evidence: watch.SeenByColleague, Note: true}))
		w.readAll()
		w.later(time.Hour)
		w.phone(priya).Expects("is due")
	})
}

// Who is reminded of something about a worker in an alarm is reminded as on any day; and who is on a visit holds up no other.
func TestAnAlarmOrAVisitHoldsNobodyElsesReminder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.overdue()
		w.closed()
		w.later(time.Minute)
		_, err := w.engine.PutDebrief(t.Context(), byPriya, w.debriefOf("p-priya"), debrief.Debrief{Whose: debrief.Worker, With: "p-jo"}, debrief.Wanted)
		w.must(err)
		p := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)))
		w.settle()
		w.later(23 * time.Hour)
		w.must(w.engine.PlaceChanged(t.Context(), byMo, smiths))
		w.onCall("p-sam", 1, w.clock.Now().Add(-time.Hour), w.clock.Now().Add(day))
		w.book()
		w.wait(75 * time.Minute) // overdue: she is reminded of nothing
		w.must(w.act("p-sam", watch.Acknowledge{}))
		w.readAll()
		w.later(time.Hour)
		w.phone(jo).Expects("Priya N would still like to talk with you")
		w.phone(mo).Expects("A risk assessment is to be looked at again.")
		for _, text := range w.phone(priya).read() {
			if strings.Contains(text, "looked at again") {
				t.Errorf("in her own overdue alarm she is reminded: %q", text)
			}
		}
		w.closed()
		w.later(time.Hour)
		w.phone(priya).Expects("A risk assessment is to be looked at again.")
		w.silent(jo, mo)
	})
}

// One definition of day: whatever reminder it is, none comes by night, and all come in the morning.
func TestNobodyIsRemindedByNight(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(func(v *engine.PlanVersion) { v.ReviewOn = "2027-01-10" })
		for id, name := range map[string]string{"p-jo": "Jo Park", "p-sam": "Sam Hill", "p-ann": "Ann Bell", "p-lee": "Lee Fox", "p-mo": "Mo Reid"} {
			w.signs(id, name, v)
		}
		night := time.Date(2026, 12, 12, 2, 0, 0, 0, time.UTC)
		_, err := w.engine.Warn(t.Context(), byMo, store.Paper{Team: "echo"}, aWarning(), night.Add(-time.Hour))
		w.must(err)
		w.must(w.engine.Decide(t.Context(), byMo, w.sent(""), verdict(risk.Go)))
		_, err = w.engine.GiveAction(t.Context(), byMo, "debrief/d1", "p-jo", "ring the landlord", night.Add(-time.Hour))
		w.must(err)
		w.settle()
		w.sleep(time.Minute)
		w.doChores()
		w.clock.Set(night.Add(-5 * time.Hour)) // 21:00
		w.must(w.engine.PlaceChanged(t.Context(), byMo, smiths))
		w.readAll()
		w.doChores()
		for range 10 {
			w.later(time.Hour)
			w.silent(priya, jo, mo)
		}
		w.later(time.Hour) // 8:00
		w.later(time.Hour) // the plans have their turn each hour
		all := strings.Join(append(append(w.phone(priya).read(), w.phone(mo).read()...), w.phone(jo).read()...), "\n")
		for _, part := range []string{"A risk assessment is to be looked at again", "A warning is to be looked at again", "is due", "your team's plan still waits for you", "due for review in 30 days"} {
			if !strings.Contains(all, part) {
				t.Errorf("by day nobody is told %q:\n%s", part, all)
			}
		}
	})
}
