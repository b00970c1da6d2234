package app

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
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

// emptyDatabase makes a database that nothing has happened in.
func emptyDatabase(t *testing.T) Options {
	t.Helper()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	db, err := Open(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCheckOfARehearsalThatHasNotBegun(t *testing.T) {
	o := emptyDatabase(t)
	o.Speed = 60
	found, err := Check(t.Context(), o)
	if err != nil || finding(found, "there is no team yet").Says == "" {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestAClockThatCannotBeBelievedIsAFinding(t *testing.T) {
	o := emptyDatabase(t)
	db, err := Open(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetMeta(t.Context(), engine.AliveKey, time.Now().Add(3*time.Hour).Format(time.RFC3339Nano)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := Check(t.Context(), o)
	if f := finding(found, "no other clock agrees"); err != nil || !f.StopsAlarm {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestCheckOfTheGateway(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		says   string
		stops  bool
	}{
		"an account that may send":     {200, `{"sid":"AC1","status":"active"}`, "ok", false},
		"one whose credit is gone":     {200, `{"sid":"AC1","status":"suspended"}`, "is suspended", true},
		"one that was closed":          {200, `{"sid":"AC1","status":"closed"}`, "is closed", true},
		"a wrong token":                {401, `{"code":20003}`, "refuses the account", true},
		"a provider that is down":      {503, ``, "answers 503", true},
		"an address that is not its":   {404, `not here`, "answers 404", false},
		"a stand-in that says nothing": {200, ``, "ok", false},
	} {
		t.Run(name, func(t *testing.T) {
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if user, token, _ := r.BasicAuth(); r.URL.Path != "/2010-04-01/Accounts/AC1.json" || user != "AC1" || token != "secret" {
					t.Errorf("asked for %s as %s", r.URL.Path, user)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer api.Close()
			found := checkGateway(t.Context(), Options{Twilio: &Twilio{AccountSID: "AC1", AuthToken: private.New("secret"), API: api.URL}})
			if len(found) != 1 || !strings.Contains(found[0].Says, c.says) || found[0].StopsAlarm != c.stops {
				t.Errorf("got %+v", found)
			}
		})
	}
}

func TestAPhraseThatIsNobodysNameIsNotSaid(t *testing.T) {
	s := staff{all: []buddy.Person{{ID: "p-jo", Name: "Jo Scarborough", Contacts: []buddy.Contact{{Name: private.New("Pat Rubens")}}}}}
	for _, phrase := range []string{"Scarlett", "Ruby", ""} {
		if whose := s.named(phrase); len(whose) > 0 {
			t.Errorf("%q is said to be a name of %v", phrase, whose)
		}
	}
	if whose := s.named("Jo Scarborough"); len(whose) != 1 {
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

func TestCheckSaysForWhomNobodyOnCallMayAnswer(t *testing.T) {
	ctx := t.Context()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	db, err := Open(ctx, o, false)
	must := func(_ bool, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(false, err)
	at := time.Now().UTC()
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	must(db.PutTeam(ctx, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true}, at))
	for id, roles := range map[string][]string{"p-priya": {"worker"}, "p-jo": {"worker"}, "p-kay": {"worker"}, "p-lee": {"responder"}, "p-sam": {"responder"}, "p-ann": {"responder"}} {
		must(db.PutPerson(ctx, buddy.Person{ID: id, Name: id, Team: "echo", Active: true, Roles: roles}, at))
	}
	for i, id := range []string{"p-sam", "p-ann"} { // Ann's ends within the week
		must(db.AddShift(ctx, rota.Shift{ID: "s-" + id, Person: id, Order: i + 1, StartsAt: at.Add(-time.Hour), EndsAt: at.Add(time.Duration(8-3*i) * 24 * time.Hour), Teams: []string{"echo"}}, at))
	}
	for worker, apart := range map[string][]string{"p-priya": {"p-sam"}, "p-jo": {"p-lee"}, "p-kay": {"p-ann"}} {
		for _, person := range apart {
			must(false, db.PutBlock(ctx, store.Block{Worker: worker, Person: person, By: worker, At: at, Why: private.New("we were married")}, "page"))
		}
	}
	must(false, db.Close())
	found, err := Check(ctx, o)
	must(false, err)
	for _, says := range []string{"nobody on call may answer for p-priya; put one more on call", "its fallback may not answer for p-jo; name another"} {
		if f := finding(found, says); f.Says == "" || f.StopsAlarm || strings.Contains(f.Says, "p-sam") || strings.Contains(f.Says, "married") {
			t.Errorf("%q: said %q", says, f.Says)
		}
	}
	if f := finding(found, "may answer for p-kay"); f.Says != "" {
		t.Errorf("says %q, and Sam is on call", f.Says)
	}
}

// One damaged row is one finding, and all else is said.
func TestCheckNamesWhoseDetailsCannotBeOpened(t *testing.T) {
	ctx, at := t.Context(), time.Now().UTC()
	place := storetest.SQLite(t)
	o := Options{Database: place.Options.URL}
	db, err := Open(ctx, o, false)
	must(t, err)
	settings := plan.Standard()
	settings.Fallback, settings.NamedBuddy = "p-lee", "p-jo"
	_, err = db.PutTeam(ctx, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true}, at)
	must(t, err)
	for _, p := range []buddy.Person{{ID: "p-ann", Active: true}, {ID: "p-gone"}, {ID: "p-jo"}, {ID: "p-lee", Active: true}} {
		p.Name, p.Team, p.Roles = "Robin Reed", "echo", []string{"responder"}
		_, err = db.PutPerson(ctx, p, at)
		must(t, err)
	}
	must(t, db.Close())
	_, err = place.Raw(t).Exec(`DELETE FROM data_keys WHERE owner IN ('person/p-ann', 'person/p-gone', 'person/p-lee')`)
	must(t, err)
	found, err := Check(ctx, o)
	must(t, err)
	for says, stops := range map[string]bool{
		"the details of p-ann can't be opened": true, "the details of p-gone can't be opened": false, "the details of p-lee can't be opened": true,
		"its named buddy p-jo is no longer active": false,
	} {
		if f := finding(found, says); f.Says == "" || f.StopsAlarm != stops {
			t.Errorf("%q: said %q, stops an alarm %t", says, f.Says, f.StopsAlarm)
		}
	}
	if f := finding(found, "p-ann answers for others"); f.Says != "" {
		t.Errorf("says twice what is wrong: %q", f.Says)
	}
}

// What a proxy on another machine passes on in the clear is named, and what is encrypted, or stays here, is not.
func TestCheckNamesAnOpenWayFromTheProxy(t *testing.T) {
	proxies, err := edge.ParseProxies("10.0.0.5")
	must(t, err)
	for what, c := range map[string]struct {
		listen string
		front  Front
		named  bool
	}{
		"from another machine":  {"0.0.0.0:8080", Front{Proxies: proxies}, true},
		"with a certificate":    {"0.0.0.0:8080", Front{Proxies: proxies, Cert: "c.pem", Key: "k.pem"}, false},
		"on this machine":       {"127.0.0.1:8080", Front{Proxies: proxies}, false},
		"where there is no one": {"0.0.0.0:8080", Front{ACMEDomain: "a.example.org"}, false},
	} {
		found := checkFront(Options{Listen: c.listen, Front: c.front})
		if hasFinding(found, "network", "nothing is encrypted") != c.named || len(found) > 0 && found[0].StopsAlarm {
			t.Errorf("%s: %v", what, found)
		}
	}
}
