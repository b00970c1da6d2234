package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/google/go-cmp/cmp"
)

// nine is a Sunday morning at nine.
var nine = time.Date(2026, 11, 22, 9, 0, 0, 123456000, time.UTC)

// The words that must never be found in a database file.
const (
	serviceUser = "Jamie Quillfeather"
	street      = "1 Example Street, Gloucester GL1 1AA"
	mobile      = "+447700900101"
	contactName = "Ravi Zephyrson"
	said        = "he is shouting and won't let me leave"
	phrase      = "Marigold"
)

func number(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// booked is the change that books visit v1 for a worker.
func booked(worker, visit string) store.Change {
	v := watch.Visit{ID: visit, Reference: "R" + visit, Status: watch.Booked, StartsAt: nine, ExpectedEndAt: nine.Add(time.Hour), Clock: plan.Standard().Clock}
	return store.Change{
		Worker: worker, Watch: watch.Watch{Worker: worker, Visits: []watch.Visit{v}}, WakeAt: nine.Add(10 * time.Minute),
		Visits: []store.Visit{{
			ID: visit, ExternalID: "x-" + visit, Reference: v.Reference, Worker: worker, Team: "echo", Kind: "home_visit", Status: v.Status, StartsAt: v.StartsAt,
			ExpectedEndAt: v.ExpectedEndAt, DueAt: v.Due(), BookedAt: nine, Private: true, Responders: []string{"p-sam"}, DetailsChanged: true,
			Details: buddy.Form{ServiceUser: private.New(serviceUser), Address: private.New(street), Contact: private.New("07700 900103")},
		}},
		Entries: []store.Entry{entry("book-"+visit, visit)},
	}
}

func entry(id, visit string) store.Entry {
	return store.Entry{
		ID: id, At: nine, RecordedAt: nine, Kind: "book", By: "p-sam", Via: "api", Token: "demo", Visit: visit, Rules: watch.Rules,
		Input: []byte(`{"id":"` + id + `"}`), Events: []byte(`[]`), Words: private.New(`{"note":"` + said + `"}`), Owner: "visit/" + visit,
	}
}

// next is a change that moves a worker on by one text.
func next(l store.Loaded, id string) store.Change {
	return store.Change{
		Worker: l.Watch.Worker, Revision: l.Revision, Watch: l.Watch,
		Entries: []store.Entry{{ID: id, At: nine, RecordedAt: nine, Kind: "text", Input: []byte("{}"), Events: []byte("[]"), Words: private.New(said), Owner: "person/" + l.Watch.Worker}},
	}
}

func told(id string) store.Message {
	return store.Message{
		ID: id, Worker: "p-priya", Visit: "v1", Alarm: "a1", Person: "p-sam", Notice: "overdue", Channel: "sms", Class: store.ClassAlarm, Round: 1,
		Body: private.New("Priya N has not checked out"), Data: []byte(`{"n":1}`), Nonce: "nonce-" + id, Digit: 7, NextAt: nine, GiveUpAt: nine.Add(time.Hour),
		CreatedAt: nine, Owner: "person/p-sam", State: store.Pending,
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ok[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func load(t testing.TB, db *store.DB, worker string) store.Loaded {
	t.Helper()
	return ok[store.Loaded](t)(db.Load(t.Context(), worker))
}

// texts commits n texts of a worker, one after the other.
func texts(ctx context.Context, t testing.TB, db *store.DB, worker string, n int) {
	t.Helper()
	for i := range n {
		l, err := db.Load(ctx, worker)
		must(t, err)
		must(t, db.Commit(ctx, next(l, fmt.Sprintf("%s-%d-%d", worker, l.Revision, i))))
	}
}
