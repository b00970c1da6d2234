package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestTheDayHasVisitsInEveryState(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Time{
		"a Sunday evening": sunday, "a Tuesday morning": time.Date(2026, 6, 16, 8, 31, 0, 0, time.UTC), "just after midnight": time.Date(2026, 2, 3, 0, 4, 59, 0, time.UTC),
		"the night the clocks go back": time.Date(2026, 10, 25, 3, 30, 0, 0, time.UTC), "a change of shift": time.Date(2026, 6, 17, 19, 9, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := begin(t, storetest.SQLite(t), at)
			visits, err := w.db.Visits(t.Context(), store.VisitFilter{})
			w.must(err)
			found := map[string]int{}
			for _, v := range visits {
				found[string(v.Status)]++
				found[v.Kind]++
				if v.Private {
					found["private"]++
				}
				if left := v.ExpectedEndAt.Sub(at); v.Status == watch.Inside && left > time.Hour {
					found["time left"]++
				} else if v.Status == watch.Inside && left > 0 && left <= 10*time.Minute {
					found["nearly over"]++
				}
				if v.Status == watch.Booked && v.StartsAt.Sub(at) < 6*time.Hour {
					found["later"]++
				} else if v.Status == watch.Booked {
					found["tomorrow"]++
				}
				if !v.BookedAt.Before(at) || v.Details.Address.IsZero() {
					t.Errorf("%s was booked at %v", v.Reference, v.BookedAt)
				}
			}
			for _, what := range []string{"booked", "inside", "overdue", "ended", "cancelled", "private", "time left", "nearly over", "later", "tomorrow", "family_time"} {
				if found[what] == 0 {
					t.Errorf("no visit is %s: %v", what, found)
				}
			}
			if found["ended"] != 3 || found["overdue"] != 1 {
				t.Errorf("found %v", found)
			}
			w.joint(visits)
			w.alarms(at)
			if w.log.Len() > 0 {
				t.Errorf("the log says %s", w.log)
			}
			w.must(w.db.Verify(t.Context(), w.clock.Now()))
		})
	}
}

// joint fails the test unless two workers' visits are one.
func (w *world) joint(visits []store.Visit) {
	w.t.Helper()
	for _, v := range visits {
		loaded, err := w.db.Load(w.t.Context(), v.Worker)
		w.must(err)
		if x, found := loaded.Watch.Visit(v.ID); found && len(x.Partners) == 1 {
			return
		}
	}
	w.t.Error("no visit is a joint one")
}

// alarms fails the test unless one alarm is in ring-round, and another was closed with evidence.
func (w *world) alarms(at time.Time) {
	w.t.Helper()
	all, err := w.db.Alarms(w.t.Context(), "", 0)
	w.must(err)
	if len(all) != 2 {
		w.t.Fatalf("%d alarms, want one open and one closed", len(all))
	}
	open, shut := all[0], all[1]
	if open.Worker != "p-ruth" || open.Status != store.AlarmOpen || open.HeldBy == "" || open.Calls != 3 || !open.PoliceAt.After(at) {
		w.t.Errorf("Ruth's alarm: %+v", open)
	}
	if shut.Worker != "p-dan" || shut.Status != store.AlarmClosed || shut.Evidence != watch.SpokeWorker || shut.ClosedBy == "" {
		w.t.Errorf("Dan's alarm: %+v", shut)
	}
}

func TestEveryoneIsThereWithTheirDetails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people, err := w.db.People(t.Context())
	w.must(err)
	if len(people) != 13 {
		t.Errorf("%d people, want thirteen", len(people))
	}
	for _, p := range people {
		for _, n := range p.Numbers() {
			if d := n.E164(); !strings.HasPrefix(d, "+447700900") && !strings.HasPrefix(d, "+441632960") {
				t.Errorf("%s has a number that could be someone's", p.ID)
			}
		}
		if p.Has(buddy.Admin) || p.Has(buddy.Auditor) {
			continue // they hold an office alone: nobody rings them
		}
		if p.Mobile.IsZero() || p.HomePhone.IsZero() || p.Has("worker") && (p.Description.IsZero() || len(p.Contacts) == 0 || p.Contacts[0].Phone.IsZero()) {
			t.Errorf("%s lacks something", p.ID)
		}
	}
	shifts, err := w.db.AllShifts(t.Context(), sunday, sunday.AddDate(0, 0, 2))
	w.must(err)
	for _, team := range []string{"echo", "family-links"} {
		if gaps := shifts.Gaps(team, sunday, sunday.AddDate(0, 0, 2)); len(gaps) > 0 {
			t.Errorf("nobody is on call for %s: %v", team, gaps)
		}
	}
}

func TestTheRotaGoesOnWithTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for day := range 40 {
		at := sunday.AddDate(0, 0, day+1)
		w.clock.Set(at)
		w.Pass(t.Context())
		shifts, err := w.db.AllShifts(t.Context(), at, at.AddDate(0, 0, 2))
		w.must(err)
		if gaps := shifts.Gaps("echo", at, at.AddDate(0, 0, 1)); len(gaps) > 0 {
			t.Errorf("%v: nobody is on call: %v", at, gaps)
		}
	}
	if w.log.Len() > 0 {
		t.Errorf("the log says %s", w.log)
	}
}

func TestARestartGoesOnAndPlaysNoSecondDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before, err := w.db.Visits(t.Context(), store.VisitFilter{})
	w.must(err)
	w.must(w.start())
	after, err := w.db.Visits(t.Context(), store.VisitFilter{})
	w.must(err)
	if len(after) != len(before) {
		t.Errorf("%d visits after a restart, %d before", len(after), len(before))
	}
	w.must(w.Text(t.Context(), "p-nia.mobile", "out"))
	w.until("a text of the second run is understood", func() bool { return w.shows("p-nia.mobile", "Out ") })
	w.clock.Set(sunday.AddDate(0, 0, 12)) // the second run puts the next week on the rota, and clashes with none
	w.Pass(t.Context())
	shifts, err := w.db.AllShifts(t.Context(), sunday, sunday.AddDate(0, 0, 26))
	w.must(err)
	if gaps := shifts.Gaps("echo", sunday, sunday.AddDate(0, 0, 26)); len(gaps) > 0 || w.log.Len() > 0 {
		t.Errorf("nobody is on call: %v; the log says %s", gaps, w.log)
	}
}

func TestADatabaseThatIsSomeoneElsesIsRefused(t *testing.T) {
	t.Parallel()
	place := storetest.SQLite(t)
	db := place.Open(t)
	if _, err := db.PutTeam(t.Context(), store.Team{ID: "real", Name: "Real", Zone: "Europe/London"}, sunday); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, clock: &clock{real: sunday, plan: sunday, since: sunday}, log: &strings.Builder{}}
	if err := w.start(); err == nil {
		t.Error("the sample day was played into it")
	}
	if visits, err := db.Visits(t.Context(), store.VisitFilter{}); err != nil || len(visits) > 0 {
		t.Errorf("%d visits were put there (%v)", len(visits), err)
	}
}

func TestSpeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if w.Time().Speed != 60 {
		t.Errorf("it begins at %d", w.Time().Speed)
	}
	for _, bad := range []int{-1, 601} {
		if err := w.SetSpeed(t.Context(), bad); err == nil {
			t.Errorf("speed %d was taken", bad)
		}
	}
	changed := w.Changed()
	w.must(w.SetSpeed(t.Context(), 0))
	select {
	case <-changed:
	default:
		t.Error("nobody heard that the clock was paused")
	}
	was := w.Time().Now
	w.tick()
	if got := w.Time(); got.Now != was || got.Speed != 0 {
		t.Errorf("paused at %v, and it is %v", was, got)
	}
}

func TestNoNameOfPeopleIsTheirTeamsPhrase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people, err := w.db.People(t.Context())
	w.must(err)
	teams, err := w.db.Teams(t.Context())
	w.must(err)
	for _, team := range teams {
		if slices.ContainsFunc(people, func(p buddy.Person) bool { return strings.Contains(p.Name, team.Plan.DuressPhrase) }) {
			t.Errorf("%s: somebody is called %s", team.ID, team.Plan.DuressPhrase)
		}
	}
}
