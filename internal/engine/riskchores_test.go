package engine_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// An alarm may be about several visits: one that is gone must not keep the place of another from being looked at again.
func TestAnIncidentOfAVisitThatIsGoneHidesNoOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.visitTo(smiths)
		p := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, p, verdict(risk.Go)))
		w.settle()
		w.readAll()
		loaded, err := w.db.Load(t.Context(), "p-priya")
		w.must(err)
		both := store.Alarm{Worker: "p-priya", Alarm: watch.Alarm{ID: "a-both", Kind: watch.OverdueAlarm, Visits: []string{"gone", v.ID}, Clock: plan.Standard().Clock,
			OpenedAt: w.clock.Now(), ClosedAt: w.clock.Now()}}
		w.must(w.db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: loaded.Watch, Alarms: []store.Alarm{both}}))
		_, err = w.db.PutPaper(t.Context(), store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: "alarm/a-both", Status: "open", Body: private.New("{}")}, nil,
			store.By{}, w.clock.Now())
		w.must(err)
		for range 2 { // the places of the incident, then what is to be looked at again there
			w.clock.Move(time.Minute)
			w.doChores()
		}
		w.phone(priya).Expects("A risk assessment is to be looked at again.")
	})
}

func TestPapersWhoseWordsWereErasedArePassedOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		decided := w.sent("")
		w.must(w.engine.Decide(t.Context(), byMo, decided, verdict(risk.Go)))
		draft, err := w.engine.Assess(t.Context(), byPriya, store.Paper{Team: "echo", Person: "p-priya"}, assessed(), false)
		w.must(err)
		warning, err := w.engine.Warn(t.Context(), byPriya, store.Paper{Team: "echo"}, aWarning(), w.clock.Now().Add(30*day))
		w.must(err)
		w.settle()
		w.readAll()
		for _, id := range []string{decided.ID, draft.ID, warning.ID} {
			_, err = w.db.Erase(t.Context(), store.Erasure{At: w.clock.Now(), Stays: func(retain.Record) retain.Why { return "" }}, "paper/"+id)
			w.must(err)
		}
		w.clock.Move(31 * day)
		w.doChores()
		w.silent(priya, mo)
		w.clock.Move(400 * day)
		w.doChores()
	})
}

func TestWhoJoinsAfterAPlanWasPublishedIsRemindedToo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(asItIs)
		for id, name := range map[string]string{"p-jo": "Jo Park", "p-sam": "Sam Hill", "p-ann": "Ann Bell", "p-lee": "Lee Fox", "p-mo": "Mo Reid"} {
			w.signs(id, name, v)
		}
		w.changes("p-mo", "p-priya", func(p *buddy.Person) { p.Active = false })
		w.readAll()
		w.wait(20 * day)
		w.planChores()
		w.silent(priya)
		w.changes("p-mo", "p-priya", func(p *buddy.Person) { p.Active = true })
		w.readAll()
		w.wait(day)
		w.planChores()
		w.planChores()
		w.phone(priya).Expects("your team's plan")
		w.silent(priya)
		for range 2 {
			w.wait(7 * day)
			w.planChores()
			w.planChores()
			w.phone(priya).Expects("your team's plan still waits for you")
			w.silent(priya)
		}
		w.wait(7 * day)
		w.planChores()
		w.silent(priya)
	})
}
