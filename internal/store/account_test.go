package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		same(t, "before", ok[int](t)(db.Accounts(t.Context())), 0)
		a := store.Account{Person: "p-sam", Handle: []byte("handle of sam"), Name: "Sam@Example.org", MadeAt: nine,
			Secrets: store.Secrets{Password: private.New("$argon2id$…"), Code: private.New("SECRET"), Recovery: []private.Text{private.New("r1")}}}
		must(t, db.AddAccount(t.Context(), a))
		a.Name = "" // is not kept
		same(t, "by person", ok[store.Account](t)(db.Account(t.Context(), "p-sam")), a)
		same(t, "by name, however it is typed", ok[store.Account](t)(db.AccountByName(t.Context(), " sam@example.ORG ")), a)
		same(t, "by handle", ok[store.Account](t)(db.AccountByHandle(t.Context(), a.Handle)), a)
		for _, nobody := range []string{"", " ", "ann@example.org"} {
			if _, err := db.AccountByName(t.Context(), nobody); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%q: %v", nobody, err)
			}
		}
		if err := db.AddAccount(t.Context(), store.Account{Person: "p-ann", Handle: []byte("h"), Name: "SAM@example.org", MadeAt: nine}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("another with one's name: %v", err)
		}
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-ann", Handle: []byte("h"), MadeAt: nine}))
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-lee", Handle: []byte("i"), MadeAt: nine})) // two without a name
		same(t, "after", ok[int](t)(db.Accounts(t.Context())), 3)

		other := store.NewSecrets{Person: "p-sam", Name: "sam@example.net", Secrets: store.Secrets{Password: private.New("another")}, CodeAt: 7}
		must(t, db.SetSecrets(t.Context(), other, nil, nine))
		is := ok[store.Account](t)(db.AccountByName(t.Context(), "sam@example.net"))
		same(t, "other secrets", is.Secrets, other.Secrets)
		same(t, "the code they were tried by", is.CodeAt, int64(7))
		same(t, "revision", is.Revision, int64(1))
		if _, err := db.AccountByName(t.Context(), "sam@example.org"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the name before: %v", err)
		}
		other.Person = "p-ann"
		if err := db.SetSecrets(t.Context(), other, nil, nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("another's name: %v", err)
		}
		same(t, "nothing of it", ok[store.Account](t)(db.Account(t.Context(), "p-ann")).Revision, int64(0))
		other.Person = "p-none"
		if err := db.SetSecrets(t.Context(), other, nil, nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("secrets of nobody: %v", err)
		}
	})
}

func TestACodeCountsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine}))
		must(t, db.UseCode(t.Context(), "p-sam", 0, 7))
		for _, step := range []int64{7, 6} {
			if err := db.UseCode(t.Context(), "p-sam", 0, step); !errors.Is(err, store.ErrSeen) {
				t.Errorf("step %d: %v", step, err)
			}
		}
		must(t, db.UseCode(t.Context(), "p-sam", 0, 8))
		must(t, db.SetSecrets(t.Context(), store.NewSecrets{Person: "p-sam", Name: "sam", CodeAt: 3}, nil, nine))
		if err := db.UseCode(t.Context(), "p-sam", 1, 8); !errors.Is(err, store.ErrSeen) {
			t.Errorf("the last one, after the secrets were set anew: %v", err)
		}
		if err := db.UseCode(t.Context(), "p-sam", 0, 9); !errors.Is(err, store.ErrSeen) {
			t.Errorf("of the secret before: %v", err)
		}
	})
}

func TestPasskeysAndIdentities(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine}))
		k := store.Passkey{ID: []byte{1}, Person: "p-sam", Name: "Work phone", Key: []byte(`{"n":1}`), AddedAt: nine}
		must(t, db.AddPasskey(t.Context(), k, nil))
		if err := db.AddPasskey(t.Context(), k, nil); !errors.Is(err, store.ErrConflict) {
			t.Errorf("twice: %v", err)
		}
		k.Key, k.UsedAt = []byte(`{"n":2}`), nine.Add(time.Hour)
		must(t, db.UsedPasskey(t.Context(), k, k.UsedAt))
		same(t, "passkeys", ok[[]store.Passkey](t)(db.Passkeys(t.Context(), "p-sam")), []store.Passkey{k})
		if err := db.RemovePasskey(t.Context(), "p-ann", k.ID, nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another's: %v", err)
		}
		if err := db.RemovePasskey(t.Context(), "p-sam", k.ID, nine); !errors.Is(err, store.ErrLast) {
			t.Errorf("the last way to sign in: %v", err)
		}
		must(t, db.SetSecrets(t.Context(), store.NewSecrets{Person: "p-sam", Name: "sam", Secrets: store.Secrets{Password: private.New("p")}}, nil, nine))
		must(t, db.RemovePasskey(t.Context(), "p-sam", k.ID, nine))
		same(t, "after", len(ok[[]store.Passkey](t)(db.Passkeys(t.Context(), "p-sam"))), 0)

		must(t, db.Link(t.Context(), "p-sam", "https://issuer", "s1", nil, nine))
		same(t, "linked", ok[string](t)(db.Linked(t.Context(), "https://issuer", "s1")), "p-sam")
		must(t, db.Link(t.Context(), "p-sam", "https://issuer", "s1", nil, nine)) // once more is nothing new
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-ann", Handle: []byte("a"), MadeAt: nine}))
		if err := db.Link(t.Context(), "p-ann", "https://issuer", "s1", nil, nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("linked to another: %v", err)
		}
		if _, err := db.Linked(t.Context(), "https://another", "s1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another issuer's: %v", err)
		}
		if err := db.LinkFirst(t.Context(), "p-sam", "https://issuer", "s2", nine); !errors.Is(err, store.ErrConflict) {
			t.Errorf("linked to a second of an issuer: %v", err)
		}
		must(t, db.LinkFirst(t.Context(), "p-sam", "https://another", "s1", nine))
		same(t, "linked at another", ok[string](t)(db.Linked(t.Context(), "https://another", "s1")), "p-sam")
	})
}

func TestOfTwoWhoAreLinkedAtOnceOneIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine}))
		errs := make(chan error, 8)
		for i := range cap(errs) {
			go func() { errs <- db.LinkFirst(t.Context(), "p-sam", "https://issuer", fmt.Sprint("s", i), nine) }()
		}
		linked := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				linked++
			} else if !errors.Is(err, store.ErrConflict) {
				t.Error(err)
			}
		}
		same(t, "linked", linked, 1)
	})
}

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		begin := func(id, person, secret, provider, subject string) store.Session {
			s := store.Session{ID: id, Person: person, Reach: "whole", Method: "passkey", Device: "Firefox on Linux", Provider: provider, Subject: subject,
				StartedAt: nine, UsedAt: nine, ProvedAt: nine, EndsAt: nine.Add(12 * time.Hour)}
			must(t, db.AddSession(t.Context(), s, secret))
			return s
		}
		s1 := begin("s1", "p-sam", "secret 1", "", "")
		begin("s2", "p-sam", "secret 2", "issuer/a", "issuer/sam")
		begin("s3", "p-ann", "secret 3", "issuer/b", "issuer/ann")
		same(t, "by its secret", ok[store.Session](t)(db.SessionBySecret(t.Context(), "secret 1")), s1)
		if _, err := db.SessionBySecret(t.Context(), "s1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("by its id: %v", err)
		}
		must(t, db.UsedSession(t.Context(), "s1", nine.Add(time.Minute)))
		must(t, db.UsedSession(t.Context(), "s1", nine)) // never back
		list := ok[[]store.Session](t)(db.Sessions(t.Context(), "p-sam", nine))
		same(t, "used last", list[0].UsedAt, nine.Add(time.Minute))
		same(t, "over", len(ok[[]store.Session](t)(db.Sessions(t.Context(), "p-sam", nine.Add(12*time.Hour)))), 0)

		must(t, db.EndSession(t.Context(), "p-ann", "s1")) // another's: nothing
		same(t, "still there", len(ok[[]store.Session](t)(db.Sessions(t.Context(), "p-sam", nine))), 2)
		must(t, db.EndSessions(t.Context(), "p-sam", "s2"))
		same(t, "but this one", ok[[]store.Session](t)(db.Sessions(t.Context(), "p-sam", nine))[0].ID, "s2")
		must(t, db.EndSessionsOf(t.Context(), "", ""))
		must(t, db.EndSessionsOf(t.Context(), "issuer/b", ""))
		same(t, "ended elsewhere", len(ok[[]store.Session](t)(db.Sessions(t.Context(), "p-ann", nine))), 0)
		must(t, db.ForgetSessions(t.Context(), nine.Add(13*time.Hour)))
		if _, err := db.SessionBySecret(t.Context(), "secret 2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("over and forgotten: %v", err)
		}
	})
}

// The organisation's own sign-in ends sessions by its name for one, by whose they are, or by both (OpenID Connect Back-Channel Logout
// 1.0). Each that ends is heard of.
func TestSessionsEndFromElsewhere(t *testing.T) {
	begun := []store.Session{
		{ID: "sam's first", Person: "p-sam", Provider: "issuer/1", Subject: "issuer/sam"},
		{ID: "sam's second", Person: "p-sam", Provider: "issuer/2", Subject: "issuer/sam"},
		{ID: "sam's without a name", Person: "p-sam", Subject: "issuer/sam"},
		{ID: "sam's by passkey", Person: "p-sam"},
		{ID: "ann's", Person: "p-ann", Provider: "issuer/sam", Subject: "issuer/1"}, // names of another kind that look alike
	}
	for name, c := range map[string]struct {
		end  func(ctx context.Context, db *store.DB) error
		left []string
	}{
		"one by its name": {func(ctx context.Context, db *store.DB) error { return db.EndSessionsOf(ctx, "issuer/1", "") },
			[]string{"ann's", "sam's by passkey", "sam's second", "sam's without a name"}},
		"one by its name, of someone": {func(ctx context.Context, db *store.DB) error { return db.EndSessionsOf(ctx, "issuer/1", "issuer/sam") },
			[]string{"ann's", "sam's by passkey", "sam's second"}},
		"all of someone":   {func(ctx context.Context, db *store.DB) error { return db.EndSessionsOfSubject(ctx, "issuer/sam") }, []string{"ann's"}},
		"all of a nobody":  {func(ctx context.Context, db *store.DB) error { return db.EndSessionsOfSubject(ctx, "") }, []string{"ann's", "sam's by passkey", "sam's first", "sam's second", "sam's without a name"}},
		"one without name": {func(ctx context.Context, db *store.DB) error { return db.EndSessionsOf(ctx, "", "") }, []string{"ann's", "sam's by passkey", "sam's first", "sam's second", "sam's without a name"}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *store.DB) {
				db := open()
				for _, s := range begun {
					s.Reach, s.Method, s.StartedAt, s.UsedAt, s.ProvedAt, s.EndsAt = "whole", "passkey", nine, nine, nine, nine.Add(time.Hour)
					must(t, db.AddSession(t.Context(), s, s.ID))
				}
				before := ok[int64](t)(db.SessionEnds(t.Context()))
				must(t, c.end(t.Context(), db))
				var left []string
				for _, person := range []string{"p-sam", "p-ann"} {
					for _, s := range ok[[]store.Session](t)(db.Sessions(t.Context(), person, nine)) {
						left = append(left, s.ID)
					}
				}
				slices.Sort(left)
				same(t, "left", left, c.left)
				same(t, "heard of", ok[int64](t)(db.SessionEnds(t.Context())) > before, len(left) < len(begun))
			})
		})
	}
}

func TestATicketIsTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		k := store.Ticket{Kind: store.TicketJoin, Person: "p-sam", Matter: "{}", EndsAt: nine.Add(time.Hour)}
		must(t, db.AddTicket(t.Context(), k, "secret"))
		same(t, "looked at", ok[store.Ticket](t)(db.Ticket(t.Context(), k.Kind, "secret", nine)), k)
		if _, err := db.Ticket(t.Context(), store.TicketPhone, "secret", nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("as another kind: %v", err)
		}
		if _, err := db.TakeTicket(t.Context(), k.Kind, "secret", k.EndsAt); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("when it is over: %v", err)
		}
		var wg sync.WaitGroup
		got := make([]error, 4)
		for i := range got {
			wg.Go(func() { _, got[i] = db.TakeTicket(t.Context(), k.Kind, "secret", nine) })
		}
		wg.Wait()
		taken := 0
		for _, err := range got {
			if err == nil {
				taken++
			} else if !errors.Is(err, store.ErrNotFound) {
				t.Error(err)
			}
		}
		same(t, "taken", taken, 1)

		must(t, db.AddTicket(t.Context(), k, "another"))
		must(t, db.DropTickets(t.Context(), k.Kind, "p-sam"))
		if _, err := db.TakeTicket(t.Context(), k.Kind, "another", nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("dropped: %v", err)
		}
	})
}
