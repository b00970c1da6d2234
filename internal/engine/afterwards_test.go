package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// later lets time pass, and what time brings be done.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.sleep(d)
	w.settle()
	w.must(w.engine.Chores(w.t.Context()))
	w.settle()
}

// debriefOf is somebody's latest debrief.
func (w *world) debriefOf(person string) store.Paper {
	w.t.Helper()
	list, err := w.db.Papers(w.t.Context(), store.PaperFilter{Kind: store.DebriefPaper, Person: person})
	w.must(err)
	if len(list) == 0 {
		w.t.Fatalf("%s has no debrief", person)
	}
	return list[0]
}

// overdue lets a visit of Priya's go overdue, and Sam take the alarm.
func (w *world) overdue() {
	w.t.Helper()
	w.book()
	w.wait(75 * time.Minute)
	w.must(w.act("p-sam", watch.Acknowledge{}))
	w.must(w.engine.Chores(w.t.Context())) // the lists of the shift, once
	w.settle()
	w.readAll()
}

func (w *world) closed() {
	w.t.Helper()
	w.must(w.act("p-sam", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
	w.readAll()
}

// Rule 6.1: after any alarm the worker may talk it over, and who answered too; each is reminded once.
func TestADebriefIsOfferedAfterAnAlarmToTheWorkerAndWhoAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.overdue()
		w.later(time.Minute)
		w.silent(priya, sam, mo)
		w.closed()
		w.later(10 * time.Minute)
		w.silent(priya, sam)
		w.later(25 * time.Minute)
		w.phone(priya).Expects("If you would like to talk over how it went")
		w.phone(sam).Expects("If you would like to talk over how it went")
		w.later(time.Hour)
		w.silent(priya, sam)
		w.later(24 * time.Hour)
		w.phone(priya).Expects("We will not ask again")
		w.phone(sam).Expects("We will not ask again")
		w.later(48 * time.Hour)
		w.silent(priya, sam)

		p := w.debriefOf("p-priya")
		if p.Status != string(debrief.Offered) || p.MadeBy != "" || !strings.HasPrefix(p.About, "alarm/") || p.Team != "echo" {
			t.Errorf("it is %+v", p)
		}
		w.later(91 * 24 * time.Hour)
		if p = w.debriefOf("p-priya"); p.OverAt.IsZero() {
			t.Error("an offer that nobody took stands for ever")
		}
	})
}

func TestTheWorkerChoosesWithWhomAndTheyAreTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.overdue()
		w.closed()
		w.later(time.Minute)
		me := engine.Actor{By: "p-priya", Via: "page"}
		_, err := w.engine.PutDebrief(t.Context(), me, w.debriefOf("p-priya"), debrief.Debrief{Whose: debrief.Worker, With: "p-ann"}, debrief.Wanted)
		w.must(err)
		w.settle()
		w.phone(ann).Expects("Priya N would like to talk with you, today if you can")
		w.later(25 * time.Hour)
		w.phone(ann).Expects("Priya N would still like to talk with you")
		w.later(25 * time.Hour)
		w.silent(ann, priya)

		found, err := w.db.Papers(t.Context(), store.PaperFilter{Kind: store.DebriefPaper, Marked: []string{"with/p-ann"}})
		w.must(err)
		if len(found) != 1 {
			t.Errorf("who was chosen finds %d", len(found))
		}
		p := w.debriefOf("p-priya")
		p, err = w.engine.PutDebrief(t.Context(), engine.Actor{By: "p-ann", Via: "page"}, p, debrief.Debrief{Whose: debrief.Worker, With: "p-ann", Day: "2026-11-23", Happened: "talked"}, debrief.Held)
		w.must(err)
		if p.OverAt.IsZero() {
			t.Error("a debrief that was held stands open")
		}
		_, err = w.engine.PutDebrief(t.Context(), me, p, debrief.Debrief{}, debrief.Declined)
		refused(t, err)
	})
}

func TestNobodyIsTextedAboutATalkInTheNight(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Set(sunday.Add(9 * time.Hour)) // 23:00
		w.overdue()
		w.closed()
		w.later(time.Hour)
		w.silent(priya)
		w.clock.Set(time.Date(2026, 11, 23, 8, 1, 0, 0, time.UTC))
		w.later(time.Minute)
		w.phone(priya).Expects("talk over")
	})
}

func TestAnActionIsToldAndRemindedOf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mos := engine.Actor{By: "p-mo", Via: "page"}
		w.readAll()
		p, err := w.engine.GiveAction(t.Context(), mos, "debrief/d1", "p-jo", "ring the landlord about the dog", time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
		w.must(err)
		w.settle()
		if text := w.phone(jo).Expects("Something was agreed for you to do by Wed"); strings.Contains(text.Body, "landlord") {
			t.Errorf("what it is stands in the text: %q", text.Body)
		}
		w.later(24 * time.Hour)
		w.silent(jo)
		w.later(48 * time.Hour) // Wednesday at 14:00
		w.phone(jo).Expects("is due")
		w.later(3 * 24 * time.Hour)
		w.silent(jo)
		w.later(5 * 24 * time.Hour)
		w.phone(jo).Expects("is due")
		w.later(20 * 24 * time.Hour)
		w.silent(jo)
		p, err = w.engine.DoneAction(t.Context(), engine.Actor{By: "p-jo", Via: "page"}, p, "by phone")
		w.must(err)
		a, err := debrief.Decode[debrief.Action](p.Body.Reveal())
		if err != nil || a.How != "by phone" || a.What != "ring the landlord about the dog" || a.Day == "" || p.OverAt.IsZero() {
			t.Errorf("%v: %+v", err, a)
		}
		_, err = w.engine.GiveAction(t.Context(), mos, "debrief/d1", "p-nobody", "it", p.DueAt)
		invalid(t, err, "owner")
	})
}

// Rule 3.1: finding a worker harmed opens an incident, with what the alarm knows.
func TestFoundHarmedOpensAnIncident(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.overdue()
		a := w.alarm().ID
		sams := engine.Actor{By: "p-sam", Via: "page"}
		w.must(w.engine.Act(t.Context(), sams, a, watch.Police{}, engine.Words{Reference: "GC-417"}))
		w.must(w.engine.Act(t.Context(), sams, a, watch.Harmed{}, engine.Words{Note: "a broken arm"}))
		w.settle()
		w.readAll()
		w.later(time.Minute)
		w.phone(mo).Expects("An incident about Priya N is open")
		w.later(time.Hour)
		w.silent(mo)

		p, err := w.db.Paper(t.Context(), store.IncidentPaper, engine.HarmedID(a))
		w.must(err)
		i, err := incident.Decode(p.Body.Reveal())
		w.must(err)
		want := incident.Incident{Name: "Priya Nair", Day: "2026-11-22", Time: "15:15", Place: "1 Example Street", Description: "a broken arm", Police: "yes", PoliceRef: "GC-417", Reporter: "Sam Hill"}
		if i != want || p.Person != "p-priya" || p.Team != "echo" || p.About != "alarm/"+a {
			t.Errorf("it is %+v of %+v", i, p)
		}

		i.Employment, i.Kind, i.Harm = "employee", "violence", "fracture"
		p, err = w.engine.PutIncident(t.Context(), engine.Actor{By: "p-mo", Via: "page"}, p, i)
		w.must(err)
		w.readAll()
		w.later(2 * time.Hour)
		w.phone(mo).Expects("must be reported to HSE, at the latest 2 Dec 23:59")
		w.later(26 * time.Hour)
		w.phone(mo).Expects("still lacks its reference in the portal")
		w.later(24 * time.Hour)
		w.silent(mo)
		i.Portal, i.PortalDay = "SHE-1", "2026-11-24"
		p, err = w.engine.PutIncident(t.Context(), engine.Actor{By: "p-mo", Via: "page"}, p, i)
		w.must(err)
		if p.Status != engine.IncidentOpen {
			t.Error("complete without its report to HSE")
		}
		w.later(3 * 24 * time.Hour)
		w.phone(mo).Expects("must be reported to HSE")
		i.HSE, i.HSEDay = "F2508-1", "2026-11-27"
		p, err = w.engine.PutIncident(t.Context(), engine.Actor{By: "p-mo", Via: "page"}, p, i)
		w.must(err)
		if p.Status != engine.IncidentComplete || p.OverAt.IsZero() {
			t.Errorf("not complete: %+v", p)
		}
		w.later(30 * 24 * time.Hour)
		w.silent(mo)
	})
}
