package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestWhetherACalendarIsSharedIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		p.Team = "echo"
		ok[bool](t)(db.PutPerson(t.Context(), p, nine))
		calendar := func() store.SharedCalendar {
			t.Helper()
			return ok[store.SharedCalendar](t)(db.SharedCalendar(t.Context(), p.ID))
		}
		same(t, "at first", calendar(), store.SharedCalendar{Person: p.ID, Team: "echo", SinceAt: nine})
		if !calendar().Asks(time.Time{}) {
			t.Error("nobody asks one who never said anything")
		}
		must(t, db.SayShared(t.Context(), p.ID, "echo", false, bySelf, nine.Add(time.Hour)))
		if !calendar().Asks(time.Time{}) {
			t.Error("nobody asks one who said “not yet”")
		}
		lee := store.By{Person: "p-lee", Via: "page"}
		must(t, db.SayShared(t.Context(), p.ID, "echo", true, lee, nine.Add(2*time.Hour)))
		said := store.SharedCalendar{Person: p.ID, Team: "echo", SinceAt: nine, Shared: true, SaidAt: nine.Add(2 * time.Hour), SaidBy: "p-lee"}
		same(t, "said", calendar(), said)
		if calendar().Asks(nine.Add(time.Hour)) || !calendar().Asks(nine.Add(3*time.Hour)) {
			t.Error("it is asked again where nothing happened, or not where something did")
		}

		must(t, db.SayUnseen(t.Context(), p.ID, "echo", store.By{Person: "p-ann", Via: "page"}, nine.Add(4*time.Hour)))
		must(t, db.SayUnseen(t.Context(), p.ID, "echo", lee, nine.Add(5*time.Hour))) // and changes nothing
		unseen := said
		unseen.UnseenAt, unseen.UnseenBy, unseen.AskAt = nine.Add(4*time.Hour), "p-ann", nine.Add(4*time.Hour)
		same(t, "not seen", calendar(), unseen)
		if due := ok[[]store.SharedCalendar](t)(db.ToAskOfCalendars(t.Context(), nine.Add(4*time.Hour), 10)); len(due) != 1 || !due[0].Asks(time.Time{}) {
			t.Errorf("to be told: %+v", due)
		}
		must(t, db.AskOfCalendar(t.Context(), said, time.Time{})) // as it was before
		must(t, db.AskOfCalendar(t.Context(), unseen, time.Time{}))
		if due := ok[[]store.SharedCalendar](t)(db.ToAskOfCalendars(t.Context(), nine.Add(time.Hour*24), 10)); len(due) != 0 {
			t.Errorf("told, and to be told again: %+v", due)
		}
		must(t, db.SayShared(t.Context(), p.ID, "echo", true, bySelf, nine.Add(6*time.Hour)))
		if c := calendar(); !c.UnseenAt.IsZero() || c.UnseenBy != "" {
			t.Errorf("it was said that it is shared, and it is %+v", c)
		}
		same(t, "the team's", ok[map[string]store.SharedCalendar](t)(db.SharedCalendars(t.Context(), "echo"))[p.ID].SaidAt, nine.Add(6*time.Hour))

		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{}))
		if len(entries) != 1 || entries[0].Kind != "calendar" || entries[0].Visit != "calendar/p-priya" || string(entries[0].Input) != `{"shared":true}` {
			t.Errorf("the record has %+v", entries)
		}
		for _, err := range []error{db.SayShared(t.Context(), p.ID, "other", true, lee, nine), db.SayUnseen(t.Context(), p.ID, "other", lee, nine)} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("of one in another team: %v", err)
			}
		}

		p.Team = "other"
		ok[bool](t)(db.PutPerson(t.Context(), p, nine.Add(day)))
		same(t, "in another team", calendar(), store.SharedCalendar{Person: p.ID, Team: "other", SinceAt: nine.Add(day)})
		p.Active = false
		ok[bool](t)(db.PutPerson(t.Context(), p, nine.Add(2*day)))
		if _, err := db.SharedCalendar(t.Context(), p.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of one who left: %v", err)
		}
	})
}
