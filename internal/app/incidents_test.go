package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// portal plays what stands before an organisation's portal: it may be down or slow, and it keeps what it was told.
type portal struct {
	*httptest.Server
	mu     sync.Mutex
	down   bool
	during func() // what happens while it takes a post
	came   int
	told   []post
	bad    []string
}

func openPortal(t *testing.T, secret string) *portal {
	p := &portal{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if during := p.begins(); during != nil {
			during()
		}
		p.mu.Lock()
		defer p.mu.Unlock()
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

// begins notes that a post came, and says what happens while it is taken.
func (p *portal) begins() (during func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	during, p.during = p.during, nil
	p.came++
	return during
}

// tried is how many posts have come.
func (p *portal) tried() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.came
}

// is has it down or up again.
func (p *portal) is(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// forward sets the clock ahead.
func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor = anchor{Real: c.real(), Plan: c.anchor.at(c.real()).Add(d), Speed: 1}
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
	hears.is(true)
	if err := p.turn(t.Context()); err == nil || strings.Contains(err.Error(), hears.URL) || !strings.Contains(err.Error(), "503") {
		t.Errorf("while it is down: %v", err)
	}
	must(t, p.turn(t.Context())) // it waits
	hears.is(false)
	c.forward(time.Minute + time.Second)
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

// postingNode is one of several processes that send incidents.
func postingNode(t *testing.T, db *store.DB, address string) *poster {
	t.Helper()
	c, err := newClock(t.Context(), db, 0, nil)
	must(t, err)
	return newPoster(Options{IncidentWebhook: address, IncidentSecret: private.New(strings.Repeat("s", 32))}, db, c)
}

// A portal may take up to ten seconds over each: however long a turn is, another node sends none of what is under way.
func TestNoTwoNodesSendTheSameIncident(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		hears := openPortal(t, strings.Repeat("s", 32))
		first, other := postingNode(t, open(), hears.URL), postingNode(t, open(), hears.URL)
		papers := make([]store.Paper, 3)
		for n := range papers {
			papers[n] = incidentPaper(t, first.db, store.Paper{ID: "i-" + string(rune('1'+n)), Kind: store.IncidentPaper, Team: "echo", Status: "open"}, incident.Incident{Name: "Priya Nair"}, first.clock.Now())
		}
		hears.during = func() { // while it takes the first, which is changed meanwhile
			incidentPaper(t, first.db, papers[0], incident.Incident{Name: "Priya Nair", Portal: "SHE-1"}, first.clock.Now())
			other.clock.forward(postTimeout)
			if err := other.turn(t.Context()); err != nil {
				t.Error(err)
			}
		}
		must(t, first.turn(t.Context()))
		must(t, other.turn(t.Context()))
		must(t, first.turn(t.Context()))
		var got []string
		for _, p := range hears.told {
			got = append(got, fmt.Sprint(p.Data.ID, ".", p.Data.Revision))
		}
		slices.Sort(got)
		if want := []string{"i-1.1", "i-1.2", "i-2.1", "i-3.1"}; !slices.Equal(got, want) || len(hears.bad) > 0 {
			t.Errorf("it heard %v, want %v; %v", got, want, hears.bad)
		}
	})
}

// Where nobody answers, a turn does not wait for each incident; where one is refused, it goes on to the others.
func TestATurnEndsAtTheFirstThatNobodyAnswers(t *testing.T) {
	db := storetest.SQLite(t).Open(t)
	hears := openPortal(t, strings.Repeat("s", 32))
	p := postingNode(t, db, hears.URL)
	for _, id := range []string{"i-1", "i-2", "i-3"} {
		incidentPaper(t, db, store.Paper{ID: id, Kind: store.IncidentPaper, Team: "echo", Status: "open"}, incident.Incident{Name: "Priya Nair"}, p.clock.Now())
	}
	hears.during = func() { panic(http.ErrAbortHandler) } // it hangs up
	if err := p.turn(t.Context()); !errors.Is(err, errNoAnswer) || hears.tried() != 1 {
		t.Errorf("after no answer it was tried %d times: %v", hears.tried(), err)
	}
	hears.is(true)
	if err := p.turn(t.Context()); err == nil || hears.tried() != 3 {
		t.Errorf("refused, it was tried %d times in all: %v", hears.tried(), err)
	}
	hears.is(false)
	p.clock.forward(postAgain + time.Second)
	must(t, p.turn(t.Context()))
	if len(hears.told) != 3 {
		t.Errorf("it took %d", len(hears.told))
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
