package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
)

const unseen = "a colleague cannot see the details in your calendar"

// The plan's section 1: who cannot see a colleague's calendar says so, and the colleague is told once, by day, with the way to share it.
func TestWhoseCalendarIsNotSeenIsToldOnceAndByDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.readAll()
		who, err := w.db.Person(t.Context(), "p-priya")
		w.must(err)
		ann := engine.Actor{By: "p-ann", Via: "page"}
		w.sleep(8 * time.Hour) // 22:00
		w.must(w.engine.SayUnseen(t.Context(), ann, who))
		w.chores(1)
		w.silent(priya)
		w.sleep(10*time.Hour + time.Minute)
		w.chores(1)
		if text := w.phone(priya).Expects(unseen).Body; !strings.Contains(text, "https://allclear.example/calendar") || strings.Contains(text, "Ann") {
			t.Errorf("got %q", text)
		}
		w.must(w.engine.SayUnseen(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, who))
		w.sleep(time.Hour)
		w.chores(1)
		w.silent(priya)
		w.must(w.engine.SayShared(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, who, true))
		w.must(w.engine.SayUnseen(t.Context(), ann, who))
		w.sleep(10 * time.Minute)
		w.chores(1)
		w.phone(priya).Expects(unseen)
	})
}

// Who joins a team is somebody with whom nobody there shared by name before; and a plan that was looked at is a day to look at this too.
func TestCalendarsAreAskedAgainWhenSomebodyJoinsAndThePlanIsReviewed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who, err := w.db.Person(t.Context(), "p-priya")
		w.must(err)
		asks := func() bool {
			t.Helper()
			shared, err := engine.TeamCalendars(t.Context(), w.db, who.Team)
			w.must(err)
			return shared.Asks(who.ID)
		}
		say := func() {
			t.Helper()
			w.sleep(time.Minute)
			w.must(w.engine.SayShared(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, who, true))
			if asks() {
				t.Error("it was just said")
			}
			w.sleep(time.Minute)
		}
		if asks() {
			t.Error("it is asked before there is a plan that asks for it")
		}
		w.publishes(func(*engine.PlanVersion) {})
		if !asks() {
			t.Error("nobody was asked at first")
		}
		say()
		_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-new", Name: "Nia Cole", Team: who.Team, Active: true, Roles: []string{buddy.Worker}})
		w.must(err)
		if !asks() {
			t.Error("somebody joined, and nobody is asked")
		}
		say()
		who.Description = private.New("a red coat")
		_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, who) // and is no newcomer by that
		w.must(err)
		if asks() {
			t.Error("nobody joined")
		}
		w.publishes(func(v *engine.PlanVersion) { v.Words = plan.Words{plan.Calendar: "We look each Monday."} })
		if !asks() {
			t.Error("the plan was published, and nobody is asked")
		}
		say()
		team, _ := w.next()
		now, _, err := w.engine.CurrentPlan(t.Context(), team.ID)
		w.must(err)
		_, err = w.engine.ReviewPlan(t.Context(), mo2, team, now, w.clock.Now().AddDate(1, 0, 1).Format(plan.ISODate))
		w.must(err)
		if !asks() {
			t.Error("the plan was looked at again, and nobody is asked")
		}
	})
}

// The plan asks that each entry says whom and where: what a team has of visits in its working hours that say neither is found, and nothing else.
func TestVisitsInWorkingHoursWithoutAPlaceAreFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		team, err := w.db.Team(t.Context(), "echo")
		w.must(err)
		team.Plan.WorkingHours, err = plan.ParseHours("Mon-Fri 08:30-17:00")
		w.must(err)
		monday := sunday.Add(20 * time.Hour) // 10:00
		whole := buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street")}
		book := func(kind string, at time.Time, f buddy.Form) string {
			t.Helper()
			booked, err := w.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: kind, StartsAt: at, ExpectedEndAt: at.Add(30 * time.Minute), Details: f})
			w.must(err)
			return booked.Visit
		}
		noPlace := book("home_visit", monday, buddy.Form{ServiceUser: private.New("J Smith")})
		neither := book("family_time", monday.Add(24*time.Hour), buddy.Form{})
		book("home_visit", monday.Add(time.Hour), whole)
		book("meeting", monday.Add(2*time.Hour), buddy.Form{})
		book("home_visit", monday.Add(10*time.Hour), buddy.Form{})   // in the evening
		book("home_visit", monday.Add(8*24*time.Hour), buddy.Form{}) // in more than a week
		off := book("home_visit", monday.Add(3*time.Hour), buddy.Form{})
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, off, false, private.New("moved")))

		found, unread, err := engine.VisitsLacking(t.Context(), w.db, team, w.clock.Now())
		w.must(err)
		if unread != 0 || len(found) != 2 || found[0].ID != noPlace || !found[0].Place || found[0].ServiceUser || found[1].ID != neither || !found[1].Place || !found[1].ServiceUser {
			t.Errorf("found %+v, %d unread", found, unread)
		}
		if len(found) > 0 && !found[0].Details.ServiceUser.IsZero() {
			t.Error("the details are with it")
		}
		team.Plan.WorkingHours = plan.Hours{}
		if found, _, err := engine.VisitsLacking(t.Context(), w.db, team, w.clock.Now()); err != nil || len(found) != 0 {
			t.Errorf("without working hours: %v, %v", found, err)
		}
	})
}
