package engine_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// A look over 2,000 visits of the next ten days after somebody's details changed, of which none is to be sent anew.
func BenchmarkInvites(b *testing.B) {
	db := storetest.SQLite(b).Open(b)
	clock := enginetest.NewClock(sunday)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	var mail struct{ channel.Channel }
	e := engine.New(engine.Options{Store: db, Clock: clock, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), URL: "https://allclear.example", Node: "bench",
		Mail: mail, MailFrom: "allclear@council.example", OwnDomains: []string{"council.example"}})
	settings := plan.Standard()
	settings.Fallback = "p-r0"
	_, err := e.PutTeam(b.Context(), engine.Actor{}, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true})
	must(err)
	person := func(id, role string) {
		_, err := db.PutPerson(b.Context(), buddy.Person{ID: id, Name: "Some One", Team: "echo", Roles: []string{role}, Active: true, Email: private.New(id + "@council.example"),
			Description: private.New("green coat")}, clock.Now())
		must(err)
	}
	for i := range 4 {
		person(fmt.Sprintf("p-r%d", i), "responder")
		for day := range 12 {
			_, err := db.AddShift(b.Context(), rota.Shift{ID: fmt.Sprintf("s%d-%d", i, day), Person: fmt.Sprintf("p-r%d", i), Order: i + 1, Teams: []string{"echo"},
				StartsAt: sunday.Add(time.Duration(day) * 24 * time.Hour), EndsAt: sunday.Add(time.Duration(day+1) * 24 * time.Hour)}, clock.Now())
			must(err)
		}
	}
	for i := range 100 {
		id := fmt.Sprintf("p-w%d", i)
		person(id, "worker")
		w := watch.Watch{Worker: id}
		var rows []store.Visit
		for n := range 20 {
			starts := sunday.Add(time.Duration(n)*12*time.Hour + time.Duration(i)*time.Minute + time.Hour)
			v := watch.Visit{ID: fmt.Sprintf("v%d-%d", i, n), Reference: fmt.Sprintf("R%d-%d", i, n), Status: watch.Booked, StartsAt: starts, ExpectedEndAt: starts.Add(time.Hour)}
			w.Visits = append(w.Visits, v)
			rows = append(rows, store.Visit{ID: v.ID, Reference: v.Reference, Worker: id, Team: "echo", Kind: "home_visit", Status: v.Status, StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt,
				BookedAt: sunday, Private: true, DetailsChanged: true, Details: buddy.Form{Address: private.New("1 Example Street")}})
		}
		must(db.Commit(b.Context(), store.Change{Worker: id, Watch: w, Visits: rows,
			Entries: []store.Entry{{ID: "book/" + id, At: sunday, RecordedAt: sunday, Kind: "book", Visit: rows[0].ID, Input: []byte("{}"), Events: []byte("[]")}}}))
	}
	_, err = db.Seal(b.Context(), sunday)
	must(err)
	look := func() {
		for more := true; more; {
			more, err = e.SendInvites(b.Context())
			must(err)
		}
	}
	look()
	sent, err := db.Invites(b.Context(), "v0-0", "v99-19")
	must(err)
	if len(sent["v0-0"]) != 5 || len(sent["v99-19"]) != 5 {
		b.Fatalf("sent %d and %d, want 5 each", len(sent["v0-0"]), len(sent["v99-19"]))
	}
	for b.Loop() {
		person("p-r9", "auditor") // the directory moves: all are looked at
		_, err = e.SendInvites(b.Context())
		must(err)
		clock.Set(clock.Now().Add(6 * time.Second))
		look()
	}
}
