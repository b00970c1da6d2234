package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestWhatTheOrganisationSaysIsKeptAndOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		same(t, "before anybody wrote it", ok[string](t)(db.OrganisationText(t.Context(), store.TextHRSteps)), "")
		_, known, err := db.Supports(t.Context())
		must(t, err)
		same(t, "listed", known, false)
		must(t, db.PutOrganisationText(t.Context(), store.TextHRSteps, "Open the portal", leeOnPage, nine))
		must(t, db.PutOrganisationText(t.Context(), store.TextHRSteps, "Open the new portal", leeOnPage, nine.Add(time.Hour)))
		same(t, "now", ok[string](t)(db.OrganisationText(t.Context(), store.TextHRSteps)), "Open the new portal")

		list := []store.Support{{Name: "The Listeners", For: "somebody to talk to", Reach: "01632 960000"}}
		must(t, db.PutSupports(t.Context(), list, leeOnPage, nine.Add(2*time.Hour)))
		got, known, err := db.Supports(t.Context())
		must(t, err)
		same(t, "listed then", known, true)
		same(t, "supports", got, list)
		must(t, db.PutSupports(t.Context(), nil, leeOnPage, nine.Add(3*time.Hour)))
		if got, known, err = db.Supports(t.Context()); err != nil || !known || len(got) != 0 {
			t.Errorf("an empty list is %v, %v, %v", got, known, err)
		}
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{}))
		if len(entries) != 4 || entries[1].Kind != "organisation" || string(entries[1].Input) != `{"words":"Open the new portal"}` {
			t.Errorf("the record has %+v", entries)
		}
	})
}

func TestPromptsAreNotedWithoutAWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.PutPrompted(t.Context(), "p-priya", leeOnPage, nine))
		must(t, db.PutPrompted(t.Context(), "p-priya", leeOnPage, nine.Add(day)))
		same(t, "prompted", ok[map[string]store.Prompted](t)(db.Prompts(t.Context())), map[string]store.Prompted{"p-priya": {Person: "p-priya", By: "p-lee", At: nine.Add(day)}})
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{}))
		if len(entries) != 2 || entries[0].Kind != "prompt" || entries[0].Visit != "prompt/p-priya" || string(entries[0].Input) != "{}" || !entries[0].Words.IsZero() {
			t.Errorf("the record has %+v", entries)
		}
	})
}

func TestClosedAlarmsAreListedUntilWhatFollowsWasDone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		c := booked("p-priya", "v1")
		c.Alarms = []store.Alarm{{Worker: "p-priya", Alarm: watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, OpenedAt: nine}}}
		must(t, db.Commit(t.Context(), c))
		must(t, db.Followed(t.Context(), "a1", nine)) // nothing follows from one that is open
		same(t, "closed", len(ok[[]store.Alarm](t)(db.AlarmsToFollow(t.Context(), nine, 10))), 0)

		loaded := ok[store.Loaded](t)(db.Load(t.Context(), "p-priya"))
		a := store.Alarm{Worker: "p-priya", Alarm: watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, OpenedAt: nine, ClosedAt: nine.Add(time.Hour)}}
		must(t, db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: loaded.Watch, Alarms: []store.Alarm{a}}))
		closed := ok[[]store.Alarm](t)(db.AlarmsToFollow(t.Context(), nine.Add(time.Hour), 10))
		if len(closed) != 1 || closed[0].ID != "a1" || closed[0].Worker != "p-priya" {
			t.Errorf("closed: %+v", closed)
		}
		same(t, "since later", len(ok[[]store.Alarm](t)(db.AlarmsToFollow(t.Context(), nine.Add(2*time.Hour), 10))), 0)
		must(t, db.Followed(t.Context(), "a1", nine.Add(2*time.Hour)))
		same(t, "followed", len(ok[[]store.Alarm](t)(db.AlarmsToFollow(t.Context(), nine, 10))), 0)
	})
}

// Only papers of which time may bring something are listed, each until it is said when it is looked at next.
func TestPapersAreLookedAtWhenTheirTimeComes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		put := func(p store.Paper) store.Paper {
			return ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, leeOnPage, nine))
		}
		looks := func(at time.Time) []string {
			var ids []string
			for _, l := range ok[[]store.Look](t)(db.PapersToLookAt(t.Context(), at, 10)) {
				ids = append(ids, l.ID)
				if !l.Body.IsZero() {
					t.Errorf("%s was opened", l.ID)
				}
			}
			slices.Sort(ids)
			return ids
		}
		look := func(id string, at time.Time) store.Look {
			for _, l := range ok[[]store.Look](t)(db.PapersToLookAt(t.Context(), at, 10)) {
				if l.ID == id {
					return l
				}
			}
			t.Fatalf("%s is not to be looked at", id)
			return store.Look{}
		}
		words := private.New("words")
		put(store.Paper{ID: "plan", Kind: store.PlanPaper, Team: "echo", DueAt: nine, Number: 1, Body: words})
		put(store.Paper{ID: "own", Kind: store.OwnWordsPaper, Person: "p-priya", Body: words})
		put(store.Paper{ID: "draft", Kind: store.RiskPaper, Body: words})
		put(store.Paper{ID: "over", Kind: store.RiskPaper, OverAt: nine, Body: words})
		put(store.Paper{ID: "complete", Kind: store.IncidentPaper, OverAt: nine, Body: words})
		action := put(store.Paper{ID: "action", Kind: store.ActionPaper, DueAt: nine.Add(day), Body: words})
		same(t, "at once", looks(nine), []string{"complete", "draft"})
		same(t, "on its day", looks(nine.Add(day)), []string{"action", "complete", "draft"})

		must(t, db.LookAgain(t.Context(), look("draft", nine), nine.Add(2*day), nine, false))
		l := look("complete", nine)
		same(t, "followed", l.Followed, false)
		must(t, db.LookAgain(t.Context(), l, nine.Add(time.Hour), nine, true))
		same(t, "then", looks(nine), []string(nil))
		l = look("complete", nine.Add(time.Hour))
		same(t, "followed then", l.Followed, true)
		must(t, db.LookAgain(t.Context(), l, time.Time{}, nine, true))

		l = look("action", nine.Add(day))
		action.DueAt = nine.Add(3 * day)
		put(action) // meanwhile
		must(t, db.LookAgain(t.Context(), l, nine, nine, false))
		same(t, "a change says when", looks(nine.Add(2*day)), []string{"draft"})
		same(t, "on its new day", looks(nine.Add(3*day)), []string{"action", "draft"})
		ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: nine, Stays: func(retain.Record) retain.Why { return "" }}, "paper/action"))
		same(t, "once it is erased", looks(nine.Add(3*day)), []string{"draft"})
	})
}

// What is asked every minute must walk over what is due alone.
func TestPapersToLookAtAreFoundByAnIndex(t *testing.T) {
	p := storetest.SQLite(t)
	p.Open(t)
	rows, err := p.Raw(t).Query("EXPLAIN QUERY PLAN "+store.LooksQuery, 1, 2)
	must(t, err)
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		must(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	if len(steps) == 0 || !strings.Contains(steps[0], "USING INDEX papers_look") {
		t.Errorf("it goes by %v", steps)
	}
}
