package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// importOf makes an import that is ready, with one part.
func importOf(t *testing.T, db *store.DB, id string) store.Import {
	t.Helper()
	must(t, db.MakeImport(t.Context(), store.Import{ID: id, By: "m-jo", Via: "page", AsOf: nine, MadeAt: nine}, []byte(strings.Repeat(contactName+";", 60_000))))
	must(t, db.PutImportParts(t.Context(), id, store.ImportPeople, nine, []byte("p-new")))
	must(t, db.ReadyImport(t.Context(), id, nine, store.ImportCounts{People: 1}, 1))
	return ok[store.Import](t)(db.Import(t.Context(), id))
}

// newcomer is what becomes of somebody new.
func newcomer(id string) func(int, buddy.Person, store.Past) store.Become {
	return func(int, buddy.Person, store.Past) store.Become {
		return store.Become{After: buddy.Person{ID: id, Name: "New One", Team: "echo", Roles: []string{buddy.Worker}, Active: true}, Changes: true,
			Says: map[string]private.Text{"name": private.New("New One")}}
	}
}

func TestAnImportGoesThroughOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		i := importOf(t, db, "2026-11-22_a")
		if whole := ok[[]byte](t)(db.ImportBlob(t.Context(), i.ID, store.ImportTable)); len(whole) != 60_000*(len(contactName)+1) {
			t.Errorf("%d bytes of the table came back", len(whole))
		}
		must(t, db.BeginImport(t.Context(), i.ID, nine, nine.Add(time.Minute)))
		if err := db.BeginImport(t.Context(), i.ID, nine, nine.Add(time.Minute)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a second press: %v", err)
		}
		if err := db.EndImport(t.Context(), i.ID, store.ImportCancelled, nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("cancelled while running: %v", err)
		}
		if _, err := db.TakeImport(t.Context(), nine, nine.Add(time.Minute)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("taken from whom has it: %v", err)
		}
		later := nine.Add(2 * time.Minute)
		taken := ok[store.Import](t)(db.TakeImport(t.Context(), later, later.Add(time.Minute)))
		must(t, db.DoImportPart(t.Context(), taken, 0, []string{"p-new"}, later, later, newcomer("p-new")))
		if err := db.DoImportPart(t.Context(), taken, 0, []string{"p-new"}, later, later, newcomer("p-other")); !errors.Is(err, store.ErrSeen) {
			t.Errorf("the same part again: %v", err)
		}
		must(t, db.EndImport(t.Context(), i.ID, store.ImportDone, later))
		done := ok[store.Import](t)(open().Import(t.Context(), i.ID))
		if done.State != store.ImportDone || done.Counts != (store.ImportCounts{People: 1, New: 1}) || !done.EndedAt.Equal(later) {
			t.Errorf("it is %+v", done)
		}
		if left := ok[[][]byte](t)(db.ImportParts(t.Context(), i.ID, store.ImportTable)); len(left) > 0 {
			t.Error("what the file said is still there")
		}
		e := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/m-jo", time.Time{}, time.Time{}))
		if len(e) != 1 || e[0].Via != "import" || e[0].Visit != "person/p-new" || string(e[0].Input) != `{"new":true,"import":"2026-11-22_a"}` {
			t.Errorf("on record: %+v", e)
		}
		must(t, db.Verify(t.Context(), later))
	})
}

// What somebody else was given since the list was looked through is left to them, and keeps nobody else from being done.
func TestAPersonnelNumberThatIsTakenMeanwhileIsLeftOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		i := importOf(t, db, "2026-11-22_c")
		must(t, db.BeginImport(t.Context(), i.ID, nine, nine.Add(time.Minute)))
		other := priya(t)
		other.ExternalID = "7"
		ok[bool](t)(db.PutPerson(t.Context(), other, nine))
		must(t, db.DoImportPart(t.Context(), i, 0, []string{"p-seven", "p-eight"}, nine, nine, func(n int, before buddy.Person, past store.Past) store.Become {
			b := newcomer([]string{"p-seven", "p-eight"}[n])(n, before, past)
			b.After.ExternalID = []string{"7", "8"}[n]
			return b
		}))
		if done := ok[store.Import](t)(db.Import(t.Context(), i.ID)); done.Counts != (store.ImportCounts{People: 1, New: 1, Same: 1, Kept: 1}) {
			t.Errorf("it is %+v", done)
		}
		if p := ok[buddy.Person](t)(db.Person(t.Context(), "7")); p.ID != "p-priya" {
			t.Errorf("the number is %s's", p.ID)
		}
	})
}

func TestAnImportThatIsNotBegunIsForgotten(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		i := importOf(t, db, "2026-11-22_b")
		for kind, raw := range p.Bytes(t) {
			if strings.Contains(string(raw), contactName) {
				t.Errorf("the file's words are plain in %s", kind)
			}
		}
		if r := ok[retain.Record](t)(db.Record(t.Context(), "import/"+i.ID)); !r.Live {
			t.Error("its key may go while its words are there")
		}
		must(t, db.ForgetImports(t.Context(), nine, nine))
		if ok[store.Import](t)(db.Import(t.Context(), i.ID)).State != store.ImportReady {
			t.Error("forgotten within its hour")
		}
		must(t, db.ForgetImports(t.Context(), nine.Add(time.Hour), nine.Add(time.Hour)))
		if left := ok[[][]byte](t)(db.ImportParts(t.Context(), i.ID, store.ImportTable)); len(left) > 0 || ok[store.Import](t)(db.Import(t.Context(), i.ID)).State != store.ImportCancelled {
			t.Error("what the file said is still there")
		}
		if why := retain.Standard().Goes(ok[retain.Record](t)(db.Record(t.Context(), "import/"+i.ID)), nine.Add(48*time.Hour)); why != "" {
			t.Errorf("its key stays: %s", why)
		}
	})
}

func TestWhatIsSaidByHandIsRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := priya(t)
		ok[bool](t)(db.ChangePerson(t.Context(), p, store.By{Person: "m-jo", Via: "page"}, nine, nil))
		p.HomePhone = number(t, "01632 960199")
		ok[bool](t)(db.ChangePerson(t.Context(), p, store.By{Person: "p-priya", Via: "page"}, nine.Add(time.Hour), nil))
		p.Name = "Priya N"
		ok[bool](t)(db.ChangePerson(t.Context(), p, store.By{Person: "p-priya", Token: "hr", Via: "api"}, nine.Add(2*time.Hour), nil))
		past := ok[map[string]store.Past](t)(db.Pasts(t.Context()))["p-priya"]
		same(t, "by hand", past.Hands, map[string]store.Hand{"": {At: nine, By: "m-jo"}, "home_phone": {At: nine.Add(time.Hour), By: "p-priya"}})
	})
}

// What was said by hand before there was a table of it is on record.
func TestWhatWasSaidByHandBeforeIsTakenFromTheRecord(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		who := priya(t)
		ok[bool](t)(db.ChangePerson(t.Context(), who, store.By{Person: "m-jo", Via: "page"}, nine, nil))
		for n, home := range []string{"01632 960198", "01632 960199"} {
			who.HomePhone = number(t, home)
			ok[bool](t)(db.ChangePerson(t.Context(), who, store.By{Person: "p-priya", Via: "page"}, nine.Add(time.Duration(n+1)*time.Hour), nil))
		}
		want := ok[map[string]store.Past](t)(db.Pasts(t.Context()))["p-priya"]
		raw := p.Raw(t)
		for _, back := range []string{`DROP TABLE mails`, `DROP TABLE invited`, `DROP TABLE invited_turns`, `DROP TABLE delegates`, `DROP TABLE imports`, `DROP TABLE import_parts`, `DROP TABLE import_columns`, `DROP TABLE person_past`, `DROP TABLE kin_asks`,
			`DROP INDEX outbox_mails`, `ALTER TABLE outbox DROP COLUMN mail`, `DROP INDEX alarms_follow`, `DROP INDEX papers_look`, `ALTER TABLE alarms DROP COLUMN followed_at`, `ALTER TABLE papers DROP COLUMN followed_at`, `ALTER TABLE papers DROP COLUMN look_at`, `DROP TABLE incident_posts`, `DROP TABLE prompts`, `DROP TABLE organisation_texts`, `DROP TABLE invites_sent`, // of migrations after it
			`DROP TABLE shared_calendars`, `DROP TABLE team_events`, `DROP TABLE feeds`, `DROP INDEX visits_planned`,
			`DELETE FROM goose_db_version WHERE version_id >= 14`} {
			if _, err := raw.Exec(back); err != nil {
				t.Fatal(err)
			}
		}
		must(t, store.Migrate(t.Context(), p.Options))
		same(t, "by hand", ok[map[string]store.Past](t)(p.Open(t).Pasts(t.Context()))["p-priya"], want)
	})
}

func TestColumnsAreRememberedByTheirHeadings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.RememberColumns(t.Context(), "a|b", "first", nine))
		must(t, db.RememberColumns(t.Context(), "a|b", "second", nine))
		if got := ok[string](t)(db.Columns(t.Context(), "a|b")) + ok[string](t)(db.Columns(t.Context(), "a|c")); got != "second" {
			t.Errorf("remembered %q", got)
		}
	})
}
