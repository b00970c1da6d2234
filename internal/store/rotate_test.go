package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/vault"
)

// master gives a place a master key whose text is known.
func master(t testing.TB, p *storetest.Place, text []byte) {
	t.Helper()
	p.Options.Vault = ok[*vault.Vault](t)(vault.Open(text))
}

func worker(id string) buddy.Person {
	return buddy.Person{ID: id, Name: "Jamie " + id, Team: "echo", Roles: []string{"worker"}, Active: true}
}

// opens fails the test unless the details of p-0 to p-(n-1) are there.
func opens(t testing.TB, db *store.DB, n int) {
	t.Helper()
	for i := range n {
		id := fmt.Sprint("p-", i)
		if p, err := db.Person(t.Context(), id); err != nil || p.Name != "Jamie "+id {
			t.Errorf("%s: %q, %v", id, p.Name, err)
		}
	}
}

func putWorkers(t testing.TB, db *store.DB, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		_, err := db.PutPerson(t.Context(), worker(fmt.Sprint("p-", i)), nine)
		must(t, err)
	}
}

// rewrapAll wraps until nothing is left, in batches of two.
func rewrapAll(t testing.TB, db *store.DB) (wrapped int) {
	t.Helper()
	for after := ""; ; {
		r, err := db.Rewrap(t.Context(), after, 2)
		must(t, err)
		if r.Unopened > 0 {
			t.Fatalf("after %s: %d do not open", after, r.Unopened)
		}
		if r.Seen == 0 {
			return wrapped
		}
		after, wrapped = r.Last, wrapped+r.Wrapped
	}
}

// A server that began with the old key goes on through a rotation, whether it finds the new one in the key file or by the bridge.
func TestAServerGoesOnThroughARotation(t *testing.T) {
	for _, bridge := range []bool{false, true} {
		t.Run(fmt.Sprintf("bridge %t", bridge), func(t *testing.T) {
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				old := vault.NewMaster()
				next := vault.NewMaster()
				if !bridge {
					next = ok[[]byte](t)(vault.WithNext(old))
				}
				master(t, &p, old)
				file := old
				serving := p
				if !bridge {
					serving.Options.Reload = func() (*vault.Vault, error) { return vault.Open(file) }
				}
				server, idle := serving.Open(t), serving.Open(t)
				putWorkers(t, server, 0, 5)
				rotating := p.Open(t)
				file = next
				must(t, rotating.BeginRotation(t.Context(), ok[*vault.Vault](t)(vault.Open(next)), bridge))
				putWorkers(t, server, 5, 8) // these keys are new, and under the new key at once
				want := 5
				if bridge {
					want++ // what hashes and signs
				}
				if n := rewrapAll(t, rotating); n != want {
					t.Errorf("%d keys were wrapped anew, want %d", n, want)
				}
				putWorkers(t, server, 8, 9)
				opens(t, idle, 9) // it slept through all of it
				putWorkers(t, idle, 9, 10)
				opens(t, server, 10)
				if n := rewrapAll(t, rotating); n != 0 {
					t.Errorf("%d keys are under the old key after all", n)
				}
			})
		})
	}
}

func TestAfterARotationTheNewKeyAloneOpensAndTheOldOneDoesNot(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		old, secret := vault.NewMaster(), []byte(strings.Repeat("a new secret of our own ", 2))
		master(t, &p, old)
		db := p.Open(t)
		putWorkers(t, db, 0, 3)
		token := store.Token{ID: "t1", Name: "desk", Scope: "admin", CreatedAt: nine}
		must(t, db.AddToken(t.Context(), token, "hunter2", store.By{}))
		must(t, db.Commit(t.Context(), next(load(t, db, "p-0"), "text-1")))
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.BeginRotation(t.Context(), ok[*vault.Vault](t)(vault.Open(secret)), true))
		rewrapAll(t, db)
		signed := db.CheckpointKey()
		if was := ok[bool](t)(db.FinishRotation(t.Context())); !was {
			t.Error("there was no bridge")
		}
		if _, err := store.Open(t.Context(), p.Options); err == nil || !strings.Contains(err.Error(), "master key is not the one") {
			t.Errorf("the old key opens it: %v", err)
		}
		master(t, &p, secret)
		again := p.Open(t)
		opens(t, again, 3)
		if got := ok[store.Token](t)(again.TokenBySecret(t.Context(), "hunter2")); got.ID != "t1" {
			t.Errorf("the token is found as %q", got.ID)
		}
		if !again.CheckpointKey().Equal(signed) {
			t.Error("checkpoints are signed by another key now")
		}
		verifies(t, p)
	})
}

func TestASecondRotationWaitsForTheFirst(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		master(t, &p, vault.NewMaster())
		db := p.Open(t)
		first := ok[*vault.Vault](t)(vault.Open(vault.NewMaster()))
		must(t, db.BeginRotation(t.Context(), first, true))
		must(t, db.BeginRotation(t.Context(), first, true)) // the same again
		second := ok[*vault.Vault](t)(vault.Open(vault.NewMaster()))
		if err := db.BeginRotation(t.Context(), second, true); !errors.Is(err, store.ErrRotating) {
			t.Errorf("a second one: %v", err)
		}
		if is := ok[string](t)(db.WrapsUnder(t.Context())); is != first.Primary() {
			t.Error("the second one moved it on")
		}
	})
}

// What was erased stays erased, and a key that nothing opens is left as it is and counted.
func TestARotationLeavesWhatItCannotOpen(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		old := vault.NewMaster()
		master(t, &p, old)
		db := p.Open(t)
		putWorkers(t, db, 0, 3)
		ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: nine, Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, "person/p-0"))
		_, err := p.Raw(t).Exec(`UPDATE data_keys SET wrapped = $1 WHERE owner = 'person/p-1'`, []byte("spoiled"))
		must(t, err)
		must(t, db.BeginRotation(t.Context(), ok[*vault.Vault](t)(vault.Open(ok[[]byte](t)(vault.WithNext(old)))), false))
		r, err := db.Rewrap(t.Context(), "", 10)
		must(t, err)
		same(t, "the batch", r, store.Rewrapped{Last: "person/p-2", Seen: 2, Wrapped: 1, Unopened: 1})
		var raw []byte
		must(t, p.Raw(t).QueryRow(`SELECT wrapped FROM data_keys WHERE owner = 'person/p-1'`).Scan(&raw))
		same(t, "what does not open", string(raw), "spoiled")
	})
}

// A rotation must not hold up who writes, nor they it: each may be waiting for a row of the other's.
func TestARotationWaitsForNobodyWhoWrites(t *testing.T) {
	p := storetest.Postgres(t)
	old := vault.NewMaster()
	master(t, &p, old)
	db := p.Open(t)
	putWorkers(t, db, 0, 3)
	must(t, db.BeginRotation(t.Context(), ok[*vault.Vault](t)(vault.Open(ok[[]byte](t)(vault.WithNext(old)))), false))
	writes, err := p.Raw(t).Begin()
	must(t, err)
	_, err = writes.Exec(`SELECT wrapped FROM data_keys WHERE owner = 'person/p-1' FOR SHARE`)
	must(t, err)
	same(t, "while one writes", ok[store.Rewrapped](t)(db.Rewrap(t.Context(), "", 10)), store.Rewrapped{Last: "person/p-2", Seen: 3, Wrapped: 2, Busy: 1})
	must(t, writes.Commit())
	same(t, "then", ok[store.Rewrapped](t)(db.Rewrap(t.Context(), "", 10)), store.Rewrapped{Last: "person/p-2", Seen: 3, Wrapped: 1})
}
