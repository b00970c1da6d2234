package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail/graph"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/graph"
	"github.com/allclear-safety/allclear/internal/store"
)

// A mail in a mailbox of Microsoft 365 is notified, kept and moved; without notifications it is found all the same.
func TestMailComesInByGraph(t *testing.T) {
	const box = "visits@allclear.example"
	tenant := standin.New(standin.App{Tenant: "council", ID: "app-1", Secret: "s3cret"}, time.Now, box)
	defer tenant.Close()
	tenant.Deliver(box, invite)
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), NoDrills: true, Mail: Mail{Domains: []string{"council.example"}, Tenant: true},
		Graph: &Graph{Account: graph.Account{API: tenant.URL, Login: tenant.URL, Tenant: "council", ClientID: "app-1", Secret: private.New("s3cret")}, Mailbox: box}}
	a, err := New(t.Context(), o)
	must(t, err)
	a.Start(context.WithoutCancel(t.Context()))
	t.Cleanup(func() { must(t, a.Stop(context.WithoutCancel(t.Context()))) })
	taken := func(n int) {
		t.Helper()
		for range 2000 {
			if all, _ := tenant.Holds(box, "Taken"); all == n {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Fatalf("not %d mails were taken", n)
	}
	taken(1)
	if subs, _ := tenant.Subscriptions(); len(subs) != 1 || !strings.HasSuffix(subs[0].NotificationURL, "/hooks/graph") {
		t.Fatalf("it subscribed %+v", subs)
	}
	began := time.Now()
	tenant.Deliver(box, strings.Replace(invite, "<1@", "<2@", 1))
	taken(2)
	if took := time.Since(began); took > 5*time.Second { // it would be looked for again after a minute
		t.Errorf("it took %s", took)
	}
	if found := finding(checkMail(t.Context(), o), "the mailbox is read"); found.Says == "" || found.StopsAlarm {
		t.Errorf("a check says %+v", found)
	}
	if !slices.Equal(a.engine.Addresses, []string{box}) || a.engine.Prover == nil {
		t.Errorf("our addresses are %v", a.engine.Addresses)
	}
	o.Graph.Secret = private.New("wrong")
	if found := finding(checkMail(t.Context(), o), "the mailbox is not read"); !strings.Contains(found.Says, "not read, so no visit is booked by it: look into the mailbox: sign in: refused with 401 invalid_client") {
		t.Errorf("a check says %+v", found)
	}
	for path, want := range map[string]string{"/readyz": "mailbox: read", "/metrics": `allclear_mails_total{outcome="kept",via="graph"} 2`} {
		if says := got(t, "http://"+a.Addr().String()+path); !strings.Contains(says, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	resp, err := http.Post("http://"+a.Addr().String()+"/hooks/graph?validationToken=it%20is%20us", "text/plain", nil)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("validated with %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}

// A team's visits come into its shared calendar, and a check names a team that is not there and a calendar that may not be written.
func TestVisitsComeIntoATeamsCalendar(t *testing.T) {
	const box = "echo@council.example"
	tenant := standin.New(standin.App{Tenant: "council", ID: "app-1", Secret: "s3cret"}, time.Now, box)
	defer tenant.Close()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), NoDrills: true,
		Graph: &Graph{Account: graph.Account{API: tenant.URL, Login: tenant.URL, Tenant: "council", ClientID: "app-1", Secret: private.New("s3cret")}, Calendars: map[string]string{"echo": box, "links": "links@council.example", "far": "other@council.example"}}}
	a, err := New(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { must(t, a.Stop(context.WithoutCancel(t.Context()))) })
	a.Start(context.WithoutCancel(t.Context()))
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	for _, id := range []string{"echo", "far"} {
		_, err = a.engine.PutTeam(t.Context(), engine.Actor{}, store.Team{ID: id, Name: id, Zone: "Europe/London", Plan: settings, HasPlan: true})
		must(t, err)
	}
	_, err = a.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-priya", Name: "Priya Nair", Team: "echo", Active: true, Roles: []string{buddy.Worker}})
	must(t, err)
	at := time.Now().UTC().Add(24 * time.Hour).Truncate(time.Minute)
	_, err = a.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: at, ExpectedEndAt: at.Add(time.Hour), Private: new(true),
		Details: buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street")}})
	must(t, err)
	must(t, a.engine.WriteTeamCalendars(t.Context()))
	events := tenant.Events(box)
	if len(events) != 1 || events[0].Fields["subject"] != "Priya N: Busy – private" || events[0].Fields["sensitivity"] != "private" || strings.Contains(fmt.Sprint(events), "Example") {
		t.Errorf("the calendar has %+v", events)
	}
	found := checkTeamCalendars(t.Context(), o, []store.Team{{ID: "echo"}, {ID: "far"}})
	if len(found) != 2 || !strings.Contains(found[0].Says, "team far: its shared calendar is not written: look for an event: Microsoft Graph answers 403") || !strings.Contains(found[1].Says, "names the team links, which is not there") {
		t.Errorf("a check says %+v", found)
	}
}

// got is what a path of ours answers.
func got(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(body)
}
