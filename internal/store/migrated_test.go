package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/migrations"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// before13 takes away what the steps from 13 on brought: the tables as those had them who ran the version before.
var before13 = []string{
	`DROP TABLE shared_calendars`, `DROP TABLE team_events`,
	`DROP TABLE confirmations`, `DROP TABLE known_numbers`, `DROP TABLE number_codes`, `DROP TABLE photographs`,
	`DROP TABLE feeds`, `DROP INDEX visits_planned`, `DROP TABLE mails`, `DROP TABLE invited`, `DROP TABLE invited_turns`, `DROP TABLE delegates`,
	`DROP TABLE imports`, `DROP TABLE import_parts`, `DROP TABLE import_columns`, `DROP TABLE person_past`, `DROP TABLE kin_asks`,
	`DROP TABLE invites_sent`, `DROP TABLE organisation_texts`, `DROP TABLE prompts`, `DROP TABLE incident_posts`,
	`DROP INDEX papers_look`, `ALTER TABLE papers DROP COLUMN look_at`, `ALTER TABLE papers DROP COLUMN followed_at`, `DROP INDEX alarms_follow`, `ALTER TABLE alarms DROP COLUMN followed_at`,
	`DROP INDEX outbox_mails`, `ALTER TABLE outbox DROP COLUMN mail`,
	`DELETE FROM goose_db_version WHERE version_id > 12`,
}

// A service that has run for months is brought to this version with all that is in it: people who were changed by hand, by a program and by nobody, visits,
// papers, the record.
func TestAFilledDatabaseIsBroughtOn(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, place storetest.Place) {
		db := place.Open(t)
		fillsForMonths(t, db)
		raw := place.Raw(t)
		for _, back := range before13 {
			if _, err := raw.Exec(back); err != nil {
				t.Fatalf("%s: %v", back, err)
			}
		}
		must(t, store.Migrate(t.Context(), place.Options))
		must(t, store.Migrate(t.Context(), place.Options)) // as the next start does
		var version int
		must(t, raw.QueryRow(`SELECT max(version_id) FROM goose_db_version`).Scan(&version))
		same(t, "version", version, migrations.Version)
		standsAsBefore(t, place.Open(t))
	})
}

func fillsForMonths(t *testing.T, db *store.DB) {
	t.Helper()
	lee := store.By{Person: "p-lee", Via: "page"}
	p := priya(t)
	ok[bool](t)(db.ChangePerson(t.Context(), p, lee, nine, nil))
	p.Vehicle.Colour = private.New("green")
	ok[bool](t)(db.ChangePerson(t.Context(), p, store.By{Person: "p-priya", Via: "page"}, nine.Add(day), nil))
	p.Vehicle.Colour, p.Description = private.New("red"), private.New("tall, a grey coat")
	ok[bool](t)(db.ChangePerson(t.Context(), p, lee, nine.Add(2*day), nil))
	p.HomePhone = number(t, "01632 960111")
	ok[bool](t)(db.ChangePerson(t.Context(), p, store.By{Person: "p-lee", Via: "api", Token: "HR"}, nine.Add(3*day), nil))
	silent := priya(t)
	silent.ID, silent.Name, silent.ExternalID = "p-mo", "Mo Khan", ""
	ok[bool](t)(db.PutPerson(t.Context(), silent, nine))
	must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
	ok[store.Paper](t)(db.PutPaper(t.Context(), assessment(), []string{"12 high street"}, lee, nine))
	ok[bool](t)(db.PutTeam(t.Context(), store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London"}, nine))
}

func standsAsBefore(t *testing.T, db *store.DB) {
	t.Helper()
	pasts := ok[map[string]store.Past](t)(db.Pasts(t.Context()))
	same(t, "by hand", pasts["p-priya"].Hands, map[string]store.Hand{"": {At: nine, By: "p-lee"}, "colour": {At: nine.Add(2 * day), By: "p-lee"},
		"description": {At: nine.Add(2 * day), By: "p-lee"}})
	if _, has := pasts["p-mo"]; has {
		t.Error("whom nobody changed was changed by hand")
	}
	for person, since := range map[string]time.Time{"p-priya": nine.Add(3 * day), "p-mo": nine} {
		c := ok[store.Confirmation](t)(db.Confirmation(t.Context(), person))
		if !c.Due().Equal(since.Add(90*day)) || !c.ConfirmedAt.IsZero() {
			t.Errorf("%s is to say whether all is right on %v", person, c.Due())
		}
	}
	v, err := db.Visit(t.Context(), "v1")
	if must(t, err); v.Details.Address.Reveal() != street {
		t.Error("the visit's address is not what it was")
	}
	same(t, "found", papersBy(t, db, store.PaperFilter{Kind: store.RiskPaper, Marked: []string{"12 high street"}}), []string{"r1"})
	if body := ok[store.Paper](t)(db.Paper(t.Context(), store.RiskPaper, "r1")).Body.Reveal(); body != `{"dogs":"two, loose"}` {
		t.Errorf("the assessment says %s", body)
	}
	must(t, db.PutPhotograph(t.Context(), "p-mo", []byte("x"), store.By{Person: "p-mo", Via: "page"}, nine.Add(4*day))) // the new tables take what comes
	if _, err := db.LastKinAsk(t.Context(), "p-mo"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("asked before it could be: %v", err)
	}
	ok[int](t)(db.Seal(t.Context(), nine.Add(4*day)))
	must(t, db.Verify(t.Context(), nine.Add(4*day)))
}
