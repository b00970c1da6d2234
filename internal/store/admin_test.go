package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestTheFirstWriterOfAFactWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		if _, err := db.Meta(t.Context(), "anchor"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("before it was set: %v", err)
		}
		got := make([]string, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { got[i], _ = db.MetaOnce(t.Context(), "anchor", string(rune('a'+i))) })
		}
		wg.Wait()
		for _, g := range got {
			if g == "" || g != got[0] {
				t.Fatalf("they disagree: %q", got)
			}
		}
		must(t, db.SetMeta(t.Context(), "anchor", "z"))
		same(t, "set over", ok[string](t)(db.Meta(t.Context(), "anchor")), "z")
		must(t, db.Writable(t.Context()))
	})
}

func TestTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		token := store.Token{ID: "t1", Name: "demo", Scope: "admin", CreatedAt: nine}
		must(t, db.AddToken(t.Context(), token, "a secret", store.By{}))
		same(t, "token", ok[store.Token](t)(db.TokenBySecret(t.Context(), "a secret")), token)
		if _, err := db.TokenBySecret(t.Context(), "another"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("wrong secret: %v", err)
		}
		if err := db.AddToken(t.Context(), token, "third", store.By{}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("same id: %v", err)
		}
		must(t, db.AddToken(t.Context(), store.Token{ID: "t2", Name: "by hand", CreatedAt: nine}, "fourth", store.By{Person: "p-ada", Via: "command"}))
		made := ok[[]store.Entry](t)(db.Latest(t.Context(), "looks/p-ada", "token", 2))
		if len(made) != 1 || made[0].Visit != "token/t2" || !made[0].Office() {
			t.Errorf("on record is %+v", made)
		}
		same(t, "something has happened here", ok[bool](t)(db.Recorded(t.Context())), false)
	})
}

func TestAnAnswerIsRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		if _, found, err := db.Remembered(t.Context(), "t1", "k"); found || err != nil {
			t.Errorf("before: %v, %v", found, err)
		}
		a := store.Answer{Hash: []byte{1, 2}, Status: 201, Body: []byte(`{"address":"` + street + `"}`)}
		must(t, db.Remember(t.Context(), "t1", "k", a, nine))
		must(t, db.Remember(t.Context(), "t1", "k", store.Answer{Hash: []byte{3}, Status: 500}, nine))
		got, found, err := db.Remembered(t.Context(), "t1", "k")
		must(t, err)
		same(t, "answer", got, a)
		same(t, "found", found, true)
		if _, found, _ := db.Remembered(t.Context(), "t2", "k"); found {
			t.Error("another token's key has the answer")
		}
		must(t, db.Remember(t.Context(), "t1", "empty", store.Answer{Status: 204}, nine))
		if got, found, err := db.Remembered(t.Context(), "t1", "empty"); !found || err != nil || got.Status != 204 {
			t.Errorf("an empty answer: %+v, %v, %v", got, found, err)
		}
	})
}

func TestAnswersAreForgottenInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		p, db := 0, open()
		for range 501 { // more than go at once
			p++
			must(t, db.Remember(t.Context(), "t1", fmt.Sprint("old", p), store.Answer{Status: 204}, nine.Add(-time.Duration(p)*time.Minute)))
		}
		must(t, db.Remember(t.Context(), "t1", "at", store.Answer{Status: 204}, nine))
		must(t, db.Remember(t.Context(), "t1", "new", store.Answer{Status: 204}, nine.Add(time.Minute)))
		must(t, db.ForgetAnswers(t.Context(), nine))
		for i := range p {
			if _, found, err := db.Remembered(t.Context(), "t1", fmt.Sprint("old", i+1)); found || err != nil {
				t.Fatalf("old%d is remembered (%v)", i+1, err)
			}
		}
		for _, key := range []string{"at", "new"} {
			if _, found, err := db.Remembered(t.Context(), "t1", key); !found || err != nil {
				t.Errorf("%s was forgotten too early (%v)", key, err)
			}
		}
		must(t, db.ForgetAnswers(t.Context(), nine)) // nothing is left to forget
	})
}

func TestALookIsOnRecordOnceAMinute(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var wg sync.WaitGroup
		for _, object := range []string{"visit/v1", "visit/v1", "visit/v2"} {
			wg.Go(func() { must(t, db.Look(t.Context(), "p-sam", "api", "alarm a1", nine, object)) })
		}
		wg.Wait()
		must(t, db.Look(t.Context(), "p-sam", "api", "", nine.Add(time.Minute), "visit/v1"))
		must(t, db.Look(t.Context(), "p-lee", "page", "", nine, "visit/v1"))
		must(t, db.Look(t.Context(), "p-lee", "page", "", nine, "visit/v2", "visit/v1", "visit/v3")) // one of them is there already
		if of := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{})); len(of) != 3 {
			t.Errorf("%d looks of Lee, not 3", len(of))
		}
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-sam", time.Time{}, time.Time{}))
		if len(entries) != 3 {
			t.Fatalf("%d looks of Sam", len(entries))
		}
		if e := entries[0]; e.Kind != "look" || e.By != "p-sam" || e.Via != "api" || e.Words.Reveal() != "alarm a1" {
			t.Errorf("got %+v", e)
		}
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
	})
}

func TestAChoreIsOneNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		chore := func(after time.Duration) bool {
			return ok[bool](t)(db.Chore(t.Context(), "backup", nine.Add(after), time.Hour))
		}
		same(t, "first, next, later, next", []bool{chore(0), chore(59 * time.Minute), chore(time.Hour), chore(time.Hour)}, []bool{true, false, true, false})
	})
}

func TestOpenedForReadingNothingIsWritten(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		writing := p.Open(t)
		must(t, writing.Commit(t.Context(), booked("p-priya", "v1")))
		p.Options.ReadOnly = true
		db := p.Open(t)
		same(t, "worker", load(t, db, "p-priya").Revision, int64(1))
		if err := db.Commit(t.Context(), booked("p-ann", "v2")); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("commit: %v", err)
		}
		if _, err := db.Receive(t.Context(), received(t, "SM1", 0)); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("receive: %v", err)
		}
	})
}

func TestACommitWakesTheOthers(t *testing.T) {
	p := storetest.Postgres(t)
	db, other := p.Open(t), p.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	woken := make(chan struct{}, 10)
	done := make(chan error, 1)
	go func() { done <- other.Listen(ctx, func() { woken <- struct{}{} }) }()
	<-woken // it listens
	must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
	<-woken
	ok[bool](t)(db.Receive(t.Context(), received(t, "SM1", 0)))
	<-woken
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("listen ended with %v", err)
	}
	must(t, storetest.SQLite(t).Open(t).Listen(t.Context(), func() { t.Error("woken on SQLite") }))
}

func TestAfterCloseWritingSaysSo(t *testing.T) {
	db := storetest.SQLite(t).Open(t)
	must(t, db.Close())
	if err := db.Commit(t.Context(), booked("p-priya", "v1")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestOneWhoGaveUpIsNotCommitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Commit(ctx, booked("p-priya", "v1")); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		same(t, "revision", load(t, db, "p-priya").Revision, int64(0))
	})
}

// A look at whether the database takes writes that writes nothing says yes on a full disk.
func TestTryingAWriteWritesEachTime(t *testing.T) {
	p := storetest.SQLite(t)
	db, raw := p.Open(t), p.Raw(t)
	raw.SetMaxOpenConns(1)
	version := func() (v int) { // moves when another connection has changed the file
		t.Helper()
		if err := raw.QueryRowContext(t.Context(), "PRAGMA data_version").Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i := range 4 {
		before := version()
		if err := db.Writable(t.Context()); err != nil {
			t.Fatal(err)
		}
		if version() == before {
			t.Errorf("look %d changed nothing in the file", i+1)
		}
	}
}
