package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestCheckSaysOnWhomNobodyCanCount(t *testing.T) {
	ctx := t.Context()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	db, err := Open(ctx, o, false)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC()
	must := func(_ bool, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	settings := plan.Standard()
	settings.Fallback, settings.NamedBuddy, settings.Colleagues, settings.DuressPhrase = "x-lee", "p-sam", []string{"p-mo", "p-jo"}, "Ruby"
	must(db.PutTeam(ctx, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true}, at))
	for _, p := range []buddy.Person{
		{ID: "p-lee", ExternalID: "x-lee", Name: "Lee Fox"},
		{ID: "p-sam", Name: "Sam Hill"},
		{ID: "p-ann", Name: "ruby O'Neil", Active: true},
		{ID: "p-jo", Name: "Jo Park", Active: true, Contacts: []buddy.Contact{{Name: private.New("Pat Ruby")}}},
	} {
		p.Team, p.Roles = "echo", []string{"responder"}
		must(db.PutPerson(ctx, p, at))
	}
	must(db.AddShift(ctx, rota.Shift{ID: "s-1", Person: "p-sam", Order: 1, StartsAt: at, EndsAt: at.Add(time.Hour), Teams: []string{"echo"}}, at))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := Check(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	for says, stops := range map[string]bool{
		"its fallback x-lee is no longer active":                      true,
		"its named buddy p-sam is no longer active":                   false,
		"its colleague p-mo is not there yet":                         false,
		"p-sam is on call and no longer active":                       false,
		"its duress phrase is a name of p-ann":                        false,
		"its duress phrase is a name of an emergency contact of p-jo": false,
	} {
		f := finding(found, says)
		if f.Says == "" || f.StopsAlarm != stops {
			t.Errorf("%q: said %q, stops an alarm %t, want %t", says, f.Says, f.StopsAlarm, stops)
		}
	}
	for _, f := range found {
		if strings.Contains(strings.ToLower(f.Says), "ruby") || strings.Contains(f.Says, "colleague p-jo") {
			t.Errorf("says %q", f.Says)
		}
	}
}

func TestAPhraseThatIsNobodysNameIsNotSaid(t *testing.T) {
	s := staff{all: []buddy.Person{{ID: "p-jo", Name: "Jo Scarlettson", Contacts: []buddy.Contact{{Name: private.New("Pat Rubens")}}}}}
	for _, phrase := range []string{"Scarlett", "Ruby", ""} {
		if whose := s.named(phrase); len(whose) > 0 {
			t.Errorf("%q is said to be a name of %v", phrase, whose)
		}
	}
	if whose := s.named("Jo Scarlettson"); len(whose) != 1 {
		t.Errorf("a whole name is a name of %v", whose)
	}
}

// finding is the one that says so; empty when there is none.
func finding(found []Finding, says string) Finding {
	for _, f := range found {
		if strings.Contains(f.Says, says) {
			return f
		}
	}
	return Finding{}
}
