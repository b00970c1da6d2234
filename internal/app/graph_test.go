package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/mail/graph"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/graph"
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
	found := checkMail(t.Context(), o)
	if len(found) != 1 || found[0].StopsAlarm || !strings.Contains(found[0].Says, "the mailbox is read") {
		t.Errorf("a check says %+v", found)
	}
	o.Graph.Secret = private.New("wrong")
	if found := checkMail(t.Context(), o); len(found) != 1 || !strings.Contains(found[0].Says, "not read, so no visit is booked by it: look into the mailbox: sign in: refused with 401 invalid_client") {
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
