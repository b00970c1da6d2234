package store_test

import (
	"testing"
	"time"

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

func TestClosedAlarmsAreListedByWhenTheyWereClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		c := booked("p-priya", "v1")
		c.Alarms = []store.Alarm{{Worker: "p-priya", Alarm: watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, OpenedAt: nine}}}
		must(t, db.Commit(t.Context(), c))
		same(t, "open", ok[map[string]bool](t)(db.AlarmsOpenOf(t.Context())), map[string]bool{"p-priya": true})
		same(t, "closed", len(ok[[]store.Alarm](t)(db.AlarmsClosed(t.Context(), nine))), 0)

		loaded := ok[store.Loaded](t)(db.Load(t.Context(), "p-priya"))
		a := store.Alarm{Worker: "p-priya", Alarm: watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, OpenedAt: nine, ClosedAt: nine.Add(time.Hour)}}
		must(t, db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: loaded.Watch, Alarms: []store.Alarm{a}}))
		same(t, "none is open", len(ok[map[string]bool](t)(db.AlarmsOpenOf(t.Context()))), 0)
		closed := ok[[]store.Alarm](t)(db.AlarmsClosed(t.Context(), nine.Add(time.Hour)))
		if len(closed) != 1 || closed[0].ID != "a1" || closed[0].Worker != "p-priya" {
			t.Errorf("closed: %+v", closed)
		}
		same(t, "since later", len(ok[[]store.Alarm](t)(db.AlarmsClosed(t.Context(), nine.Add(2*time.Hour)))), 0)
	})
}
