package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestTheBoardListsWhatIsDueSoonestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		at := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
		put := func(id, team string, status watch.Status, due time.Duration) {
			t.Helper()
			c := booked("p-"+id, id)
			v := &c.Visits[0]
			v.Team, v.Status, v.StartsAt, v.DueAt, v.Details = team, status, at, time.Time{}, buddy.Form{}
			if due > 0 {
				v.DueAt = at.Add(due)
			}
			if status == watch.Ended {
				v.EndedAt = at.Add(due)
			}
			must(t, db.Commit(t.Context(), c))
		}
		put("late", "echo", watch.Overdue, time.Minute)
		put("soon", "links", watch.Inside, 2*time.Minute)
		put("then", "echo", watch.Booked, 3*time.Minute)
		put("done", "echo", watch.Ended, 4*time.Minute)
		put("meet", "echo", watch.Booked, 0) // not watched
		put("afar", "north", watch.Booked, time.Minute)

		for _, c := range []struct {
			name  string
			f     store.BoardFilter
			want  []string
			total int
		}{
			{"both teams", store.BoardFilter{Teams: []string{"echo", "links"}, Limit: 10}, []string{"late", "soon", "then"}, 3},
			{"one team", store.BoardFilter{Teams: []string{"echo"}, Limit: 10}, []string{"late", "then"}, 2},
			{"its second page", store.BoardFilter{Teams: []string{"echo", "links"}, Skip: 2, Limit: 2}, []string{"then"}, 3},
			{"nobody's", store.BoardFilter{Limit: 10}, nil, 0},
		} {
			list, total, err := db.Board(t.Context(), c.f)
			must(t, err)
			if got := idsOf(list); !slices.Equal(got, c.want) || total != c.total {
				t.Errorf("%s: %v of %d, not %v of %d", c.name, got, total, c.want, c.total)
			}
		}
		settled, err := db.Settled(t.Context(), []string{"echo"}, at.Add(-time.Hour), 10)
		must(t, err)
		if got := idsOf(settled); !slices.Equal(got, []string{"done"}) {
			t.Errorf("settled: %v", got)
		}
		if settled, err = db.Settled(t.Context(), []string{"echo"}, at.Add(time.Hour), 10); err != nil || len(settled) != 0 {
			t.Errorf("settled since later: %v, %v", settled, err)
		}
	})
}

func idsOf(visits []store.Visit) (ids []string) {
	for _, v := range visits {
		ids = append(ids, v.ID)
	}
	return ids
}

// A database of the first schema, with rows in it, is brought to this one and keeps them.
func TestTheVisitsOfADayAndOfAReference(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		put := func(id, team, reference string, status watch.Status, start time.Duration) {
			t.Helper()
			c := booked("p-"+id, id)
			v := &c.Visits[0]
			v.Team, v.Status, v.Reference, v.StartsAt, v.ExpectedEndAt, v.Details = team, status, reference, at.Add(start), at.Add(start+time.Hour), buddy.Form{}
			must(t, db.Commit(t.Context(), c))
		}
		put("old", "echo", "A7F3", watch.Ended, -100*24*time.Hour)
		put("past", "echo", "A7F3", watch.Ended, -24*time.Hour)
		put("dawn", "echo", "B222", watch.Ended, 0)
		put("noon", "echo", "A7F3", watch.Ended, 12*time.Hour)
		put("tea", "north", "A7F3", watch.Booked, 16*time.Hour)
		put("next", "echo", "B222", watch.Booked, 24*time.Hour)

		day, total, err := db.Day(t.Context(), []string{"echo", "north"}, at, at.AddDate(0, 0, 1), 2)
		must(t, err)
		if got := idsOf(day); !slices.Equal(got, []string{"dawn", "noon"}) || total != 3 {
			t.Errorf("the day has %v of %d", got, total)
		}
		for _, c := range []struct {
			name, reference string
			teams           []string
			want            []string
		}{
			{"open now, and used before", "A7F3", []string{"echo", "north"}, []string{"tea"}},
			{"used before, but not long ago", "A7F3", []string{"echo"}, []string{"noon", "past"}},
			{"open, in a team that has it twice", "B222", []string{"echo"}, []string{"next"}},
			{"nobody's", "A7F3", nil, nil},
			{"none", "", []string{"echo"}, nil},
		} {
			list, err := db.Referred(t.Context(), c.teams, c.reference, at.AddDate(0, 0, -90), 10)
			must(t, err)
			if got := idsOf(list); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, not %v", c.name, got, c.want)
			}
		}
	})
}

func TestTheFirstSchemaIsBroughtOn(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		before := p.Open(t)
		must(t, before.Commit(t.Context(), booked("p-priya", "v1")))
		gone := priya(t)
		gone.Active = false
		ok[bool](t)(before.PutPerson(t.Context(), gone, nine))
		raw := p.Raw(t)
		for _, back := range []string{`DROP INDEX visits_board`, `DROP INDEX visits_settled`, `DROP INDEX entries_asked`, `DROP INDEX entries_labels`,
			`DROP INDEX entries_glass`, `DROP INDEX entries_looks`, `DROP INDEX alarms_worker`, `DROP TABLE blocks`,
			`DROP TABLE passkeys`, `DROP TABLE identities`, `DROP TABLE accounts`, `DROP TABLE sessions`, `DROP TABLE session_ends`, `DROP TABLE tickets`,
			`ALTER TABLE chain DROP COLUMN signature`, `DROP TABLE holds`, `DROP INDEX alarms_follow`, `ALTER TABLE alarms DROP COLUMN followed_at`, `DROP TABLE incident_posts`, `DROP TABLE invites_sent`, `DROP TABLE prompts`, `DROP TABLE organisation_texts`, `DROP INDEX entries_papers`, `DROP TABLE paper_marks`, `DROP TABLE papers`, `ALTER TABLE people DROP COLUMN left_at`,
			`DROP TABLE mails`, `DROP TABLE invited`, `DROP TABLE invited_turns`, `DROP TABLE delegates`, `DROP TABLE imports`, `DROP TABLE import_parts`, `DROP TABLE import_columns`, `DROP TABLE person_past`, `DROP TABLE kin_asks`,
			`DROP TABLE shared_calendars`, `DROP TABLE team_events`, `DROP TABLE feeds`, `DROP INDEX visits_planned`,
			`DROP INDEX data_keys_kept`, `DROP INDEX data_keys_erased`, `DROP INDEX outbox_owner`, `DROP INDEX outbox_mails`, `ALTER TABLE outbox DROP COLUMN mail`,
			`DROP TABLE confirmations`, `DROP TABLE known_numbers`, `DROP TABLE number_codes`, `DROP TABLE photographs`, `DELETE FROM goose_db_version WHERE version_id > 1`} {
			if _, err := raw.Exec(back); err != nil {
				t.Fatal(err)
			}
		}
		must(t, store.Migrate(t.Context(), p.Options))
		db := p.Open(t)
		list, total, err := db.Board(t.Context(), store.BoardFilter{Teams: []string{"echo"}, Limit: 10})
		must(t, err)
		if total != 1 || !slices.Equal(idsOf(list), []string{"v1"}) {
			t.Errorf("the board has %v of %d", idsOf(list), total)
		}
		v, err := db.Visit(t.Context(), "v1")
		must(t, err)
		if v.Details.Address.Reveal() != street {
			t.Error("the visit's address is not what it was")
		}
		if r := ok[retain.Record](t)(db.Record(t.Context(), "person/p-priya")); r.Live || !r.Over.Equal(nine) {
			t.Errorf("who had left before is %+v", r)
		}
		for _, index := range []string{`visits_board`, `visits_settled`, `entries_asked`, `entries_labels`, `entries_glass`, `entries_looks`, `alarms_worker`, `blocks_person`} {
			if _, err := raw.Exec(`DROP INDEX ` + index); err != nil {
				t.Errorf("the new index is not there: %v", err)
			}
		}
	})
}

// What is asked on every page or every minute must not walk over years of the record, nor over every visit.
func TestNoListWalksOverEverything(t *testing.T) {
	p := storetest.SQLite(t)
	p.Open(t)
	raw := p.Raw(t)
	for name, query := range map[string]string{"teams since": store.TeamsSinceQuery, "board": store.BoardQuery} {
		rows, err := raw.Query("EXPLAIN QUERY PLAN "+query, 1, 2, 3)
		must(t, err)
		for rows.Next() {
			var id, parent, unused int
			var step string
			must(t, rows.Scan(&id, &parent, &unused, &step))
			if strings.Contains(step, "entries_worker") || strings.HasPrefix(step, "SCAN visits") || strings.HasSuffix(step, "visits_starts (starts_at>?)") {
				t.Errorf("%s: %s", name, step)
			}
			if strings.HasPrefix(step, "SEARCH visits USING INDEX visits_team") {
				t.Errorf("%s reads whole rows: %s", name, step)
			}
		}
		must(t, rows.Close())
	}
}
