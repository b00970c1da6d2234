package app

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// portal plays what stands before an organisation's portal: it may be down, and it keeps what it was told.
type portal struct {
	*httptest.Server
	down bool
	told []post
	bad  []string
}

func openPortal(t *testing.T, secret string) *portal {
	p := &portal{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if p.down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h := r.Header
		if h.Get("Webhook-Signature") != Signature(private.New(secret), h.Get("Webhook-Id"), h.Get("Webhook-Timestamp"), body) {
			p.bad = append(p.bad, "signature")
		}
		var said post
		if err := json.Unmarshal(body, &said); err != nil || strings.Contains(string(body), "the neighbour") {
			p.bad = append(p.bad, "body")
		}
		p.told = append(p.told, said)
	}))
	t.Cleanup(p.Close)
	return p
}

func incidentPaper(t *testing.T, db *store.DB, p store.Paper, i incident.Incident, at time.Time) store.Paper {
	t.Helper()
	raw, err := i.Encode()
	must(t, err)
	p.Body = private.New(raw)
	kept, err := db.PutPaper(t.Context(), p, nil, store.By{Person: "p-lee", Via: "page"}, at)
	must(t, err)
	return kept
}

func TestAnIncidentIsPostedSignedUntilThePortalTakesIt(t *testing.T) {
	hears := openPortal(t, strings.Repeat("s", 32))
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), IncidentWebhook: hears.URL, IncidentSecret: private.New(strings.Repeat("s", 32)), Log: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), o, false)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	c, err := newClock(t.Context(), db, 0, nil)
	must(t, err)
	p := newPoster(o, db, c)

	bite := incident.Incident{Name: "Priya Nair", Employment: "employee", Day: "2026-11-21", Kind: "violence", Harm: "fracture", Description: "he bit", Witnesses: "the neighbour"}
	paper := incidentPaper(t, db, store.Paper{ID: "i-1", Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", Status: "open"}, bite, c.Now())
	hears.down = true
	if err := p.turn(t.Context()); err == nil || strings.Contains(err.Error(), hears.URL) || !strings.Contains(err.Error(), "503") {
		t.Errorf("while it is down: %v", err)
	}
	must(t, p.turn(t.Context())) // it waits
	hears.down = false
	must(t, db.Posted(t.Context(), "i-1", 0, c.Now().Add(-time.Second)))
	must(t, p.turn(t.Context()))
	must(t, p.turn(t.Context())) // and is sent once
	bite.Portal = "SHE-1"
	incidentPaper(t, db, paper, bite, c.Now())
	must(t, p.turn(t.Context()))
	if len(hears.told) != 2 || len(hears.bad) > 0 {
		t.Fatalf("it heard %d, and of these are wrong: %v", len(hears.told), hears.bad)
	}
	first := hears.told[0]
	if first.Type != "incident.recorded" || first.Data.ID != "i-1" || first.Data.Answers["description"] != "he bit" || first.Data.Riddor != "specified injury" || first.Data.RiddorDue != "2026-12-01" {
		t.Errorf("it heard %+v", first)
	}
	if hears.told[1].Type != "incident.changed" || hears.told[1].Data.Revision != 2 {
		t.Errorf("then %+v", hears.told[1])
	}
}

func TestIncidentsAreExportedWithTheLookOnRecord(t *testing.T) {
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), Log: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), o, false)
	must(t, err)
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for n, day := range []int{0, 1, 2} {
		incidentPaper(t, db, store.Paper{ID: "i-" + string(rune('a'+n)), Kind: store.IncidentPaper, Team: "echo", Status: "open"}, incident.Incident{Name: "Priya Nair"}, at.AddDate(0, 0, day))
	}
	must(t, db.Close())
	var out bytes.Buffer
	n, err := ExportIncidents(t.Context(), o, &out, at.AddDate(0, 0, 1), at.AddDate(0, 0, 2))
	must(t, err)
	if n != 1 || !strings.Contains(out.String(), "i-b") || strings.Contains(out.String(), "i-a") || strings.Contains(out.String(), "i-c") {
		t.Errorf("%d: %s", n, out.String())
	}
	db, err = Open(t.Context(), o, true)
	must(t, err)
	defer db.Close()
	list, err := db.Entries(t.Context(), "looks/command line", time.Time{}, time.Time{})
	must(t, err)
	if len(list) != 1 || list[0].Visit != "incidents" {
		t.Errorf("on record is %+v", list)
	}
}
