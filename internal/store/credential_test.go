package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// atOnce does several things at once, and gives what came of each.
func atOnce(do ...func() error) []error {
	start, errs := make(chan struct{}), make([]chan error, len(do))
	for i, f := range do {
		errs[i] = make(chan error, 1)
		go func() { <-start; errs[i] <- f() }()
	}
	close(start)
	var came []error
	for _, c := range errs {
		came = append(came, <-c)
	}
	return came
}

func done(errs []error) (n int) {
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}

func TestAnInvitationLetsOneIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for round := range 8 {
			who, secret := fmt.Sprint("p-", round), fmt.Sprint("secret ", round)
			must(t, db.AddAccount(t.Context(), store.Account{Person: who, Handle: []byte(who), MadeAt: nine}))
			must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: who, EndsAt: nine.Add(time.Hour)}, secret))
			must(t, db.AddSession(t.Context(), store.Session{ID: "s-" + who, Person: who, Reach: "whole", StartedAt: nine, UsedAt: nine, ProvedAt: nine, EndsAt: nine.Add(time.Hour)}, who))
			by := db.Invitation(secret)
			key := func(name string) func() error {
				return func() error {
					return db.AddPasskey(t.Context(), store.Passkey{ID: []byte(who + name), Person: who, Key: []byte("{}"), AddedAt: nine}, by)
				}
			}
			came := atOnce(key("a"), key("b"),
				func() error { return db.Link(t.Context(), who, "https://issuer", "s "+who, by, nine) },
				func() error {
					return db.SetSecrets(t.Context(), store.NewSecrets{Person: who, Name: who, Secrets: store.Secrets{Password: private.New("p")}}, by, nine)
				})
			for _, err := range came {
				if err != nil && !errors.Is(err, store.ErrVoid) {
					t.Fatal(err)
				}
			}
			_, linked := db.Linked(t.Context(), "https://issuer", "s "+who)
			ways := len(ok[[]store.Passkey](t)(db.Passkeys(t.Context(), who)))
			if linked == nil {
				ways++
			}
			if !ok[store.Account](t)(db.Account(t.Context(), who)).Password.IsZero() {
				ways++
			}
			same(t, "let in", done(came), 1)
			same(t, "ways to sign in", ways, 1)
			same(t, "sessions of before", len(ok[[]store.Session](t)(db.Sessions(t.Context(), who, nine))), 0)
		}
	})
}

func TestABeginningAnewDropsWhatOneSignedInByBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for matter, stay := range map[string]bool{"": true, store.Anew: false} {
			for way, join := range map[string]func(who string, by store.Invitation) error{
				"passkey": func(who string, by store.Invitation) error {
					return db.AddPasskey(t.Context(), store.Passkey{ID: []byte("new " + who), Person: who, Key: []byte("{}"), AddedAt: nine}, by)
				},
				"password": func(who string, by store.Invitation) error {
					return db.SetSecrets(t.Context(), store.NewSecrets{Person: who, Name: "new " + who, Secrets: store.Secrets{Password: private.New("new")}}, by, nine)
				},
				"organisation": func(who string, by store.Invitation) error {
					return db.Link(t.Context(), who, "https://issuer", "s "+who, by, nine) // as whom they were linked already
				},
			} {
				who := "p-" + way + matter
				must(t, db.AddAccount(t.Context(), store.Account{Person: who, Handle: []byte(who), MadeAt: nine}))
				must(t, db.SetSecrets(t.Context(), store.NewSecrets{Person: who, Name: who, Secrets: store.Secrets{Password: private.New("old"), Code: private.New("code")}}, nil, nine))
				must(t, db.AddPasskey(t.Context(), store.Passkey{ID: []byte("thief's " + who), Person: who, Key: []byte("{}"), AddedAt: nine}, nil))
				must(t, db.Link(t.Context(), who, "https://issuer", "s "+who, nil, nine))
				must(t, db.Link(t.Context(), who, "https://issuer", "thief's "+who, nil, nine))
				must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: who, Matter: matter, EndsAt: nine.Add(time.Hour)}, who))
				before := ok[store.Account](t)(db.Account(t.Context(), who))
				must(t, join(who, db.Invitation(who)))

				var keys []string
				for _, k := range ok[[]store.Passkey](t)(db.Passkeys(t.Context(), who)) {
					keys = append(keys, string(k.ID))
				}
				same(t, who+": the thief's passkey", slices.Contains(keys, "thief's "+who), stay)
				same(t, who+": their new passkey", slices.Contains(keys, "new "+who), way == "passkey")
				_, err := db.Linked(t.Context(), "https://issuer", "thief's "+who)
				same(t, who+": the thief's identity", err == nil, stay)
				_, err = db.Linked(t.Context(), "https://issuer", "s "+who)
				same(t, who+": their identity", err == nil, stay || way == "organisation")
				_, err = db.AccountByName(t.Context(), who)
				same(t, who+": the name", err == nil, stay && way != "password")
				is := ok[store.Account](t)(db.Account(t.Context(), who))
				same(t, who+": the password", is.Password.Reveal(), map[bool]string{true: "new", false: map[bool]string{true: "old"}[stay]}[way == "password"])
				same(t, who+": what was begun goes on", is.Revision == before.Revision, stay && way != "password")
				dropped := slices.ContainsFunc(recorded(t, db, who), func(e string) bool {
					return e == `person person/`+who+` {"changed":["sign-in of before dropped"]} `+who+` invitation `
				})
				same(t, who+": on record", dropped, !stay)
			}
		}
	})
}

func TestAVoidInvitationKeepsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine}))
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-ann", Handle: []byte("i"), MadeAt: nine}))
		must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: "p-ann", EndsAt: nine.Add(time.Hour)}, "ann's"))
		must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: "p-sam", EndsAt: nine}, "over"))
		must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketPhone, Person: "p-sam", EndsAt: nine.Add(time.Hour)}, "phone"))
		for _, secret := range []string{"ann's", "over", "phone", "none", ""} {
			by := db.Invitation(secret)
			for what, err := range map[string]error{
				"a passkey": db.AddPasskey(t.Context(), store.Passkey{ID: []byte("k"), Person: "p-sam", Key: []byte("{}"), AddedAt: nine}, by),
				"a link":    db.Link(t.Context(), "p-sam", "https://issuer", "s1", by, nine),
				"secrets":   db.SetSecrets(t.Context(), store.NewSecrets{Person: "p-sam", Name: "sam", Secrets: store.Secrets{Password: private.New("p")}}, by, nine),
			} {
				if !errors.Is(err, store.ErrVoid) {
					t.Errorf("%s by %q: %v", what, secret, err)
				}
			}
		}
		same(t, "passkeys", len(ok[[]store.Passkey](t)(db.Passkeys(t.Context(), "p-sam"))), 0)
		same(t, "revision", ok[store.Account](t)(db.Account(t.Context(), "p-sam")).Revision, int64(0))
		if _, err := db.Linked(t.Context(), "https://issuer", "s1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("linked: %v", err)
		}
		if _, err := db.Ticket(t.Context(), store.TicketJoin, "ann's", nine); err != nil {
			t.Errorf("Ann's own is gone: %v", err)
		}
	})
}

func TestOfTwoAtOnceOneUsesACode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		codes := []private.Text{private.New("r0"), private.New("r1"), private.New("r2"), private.New("r3")}
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine, Secrets: store.Secrets{Recovery: codes}}))
		for i, code := range codes[:2] {
			use := func() error { return db.UseRecovery(t.Context(), "p-sam", 0, code, nine) }
			same(t, "used", done(atOnce(use, use, use, use)), 1)
			step := func() error { return db.UseCode(t.Context(), "p-sam", 0, int64(i+1)) }
			same(t, "used", done(atOnce(step, step, step, step)), 1)
		}
		var each []func() error
		for _, code := range codes[2:] { // two of them at once are both used, and neither comes back
			each = append(each, func() error { return db.UseRecovery(t.Context(), "p-sam", 0, code, nine) })
		}
		same(t, "different codes", done(atOnce(each...)), 2)
		same(t, "left", len(ok[store.Account](t)(db.Account(t.Context(), "p-sam")).Recovery), 0)

		other := store.NewSecrets{Person: "p-sam", Name: "sam", Secrets: store.Secrets{Recovery: slices.Clone(codes)}}
		must(t, db.SetSecrets(t.Context(), other, nil, nine))
		if err := db.UseRecovery(t.Context(), "p-sam", 0, codes[0], nine); !errors.Is(err, store.ErrSeen) {
			t.Errorf("after other secrets were set: %v", err)
		}
	})
}

func TestTheLastTwoWaysToSignInDoNotGoAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for round := range 8 {
			who := fmt.Sprint("p-", round)
			must(t, db.AddAccount(t.Context(), store.Account{Person: who, Handle: []byte(who), MadeAt: nine}))
			var remove []func() error
			for _, id := range []string{who + "a", who + "b"} {
				must(t, db.AddPasskey(t.Context(), store.Passkey{ID: []byte(id), Person: who, Key: []byte("{}"), AddedAt: nine}, nil))
				remove = append(remove, func() error { return db.RemovePasskey(t.Context(), who, []byte(id), nine) })
			}
			same(t, "removed", done(atOnce(remove...)), 1)
			same(t, "left", len(ok[[]store.Passkey](t)(db.Passkeys(t.Context(), who))), 1)
		}
	})
}

func TestLinksThatAnyoneAsksForAreFew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
		ask := func(at time.Time) func() error {
			return func() error {
				return db.AddTicketOf(t.Context(), store.Ticket{Kind: store.TicketPhone, Person: "p-priya", EndsAt: at.Add(15 * time.Minute)}, fmt.Sprint(at, ok[int64](t)(db.Epoch(t.Context()))), 5, at.Add(-45*time.Minute))
			}
		}
		var many []func() error
		for i := range 12 {
			many = append(many, ask(nine.Add(time.Duration(i))))
		}
		came := atOnce(many...)
		same(t, "made", done(came), 5)
		for _, err := range came {
			if err != nil && !errors.Is(err, store.ErrEnough) {
				t.Error(err)
			}
		}
		if err := ask(nine.Add(59 * time.Minute))(); !errors.Is(err, store.ErrEnough) {
			t.Errorf("within the hour: %v", err)
		}
		must(t, ask(nine.Add(61*time.Minute))())
		must(t, db.ForgetTickets(t.Context(), nine.Add(3*time.Hour)))
	})
}

func TestALinkToAPhonePageThatWasUsedIsCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
		k := store.Ticket{Kind: store.TicketPhone, Person: "p-priya", EndsAt: nine.Add(15 * time.Minute)}
		must(t, db.AddTicketOf(t.Context(), k, "first", 1, nine))
		take := func() error { _, err := db.TakeTicket(t.Context(), store.TicketPhone, "first", nine); return err }
		same(t, "taken", done(atOnce(take, take, take)), 1)
		if _, err := db.Ticket(t.Context(), store.TicketPhone, "first", nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after it was used: %v", err)
		}
		if err := db.AddTicketOf(t.Context(), k, "second", 1, nine); !errors.Is(err, store.ErrEnough) {
			t.Errorf("a second: %v", err)
		}
	})
}

func TestWhatSomeoneSignsInByIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine}))
		must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: "p-sam", EndsAt: nine.Add(time.Hour)}, "secret"))
		key := store.Passkey{ID: []byte("k"), Person: "p-sam", Key: []byte("{}"), AddedAt: nine}
		must(t, db.AddPasskey(t.Context(), key, db.Invitation("secret")))
		must(t, db.SetSecrets(t.Context(), store.NewSecrets{Person: "p-sam", Name: "sam", Secrets: store.Secrets{Password: private.New("p")}}, nil, nine))
		must(t, db.RemovePasskey(t.Context(), "p-sam", key.ID, nine))
		must(t, db.LinkFirst(t.Context(), "p-sam", "https://issuer", "s1", nine))
		if err := db.AddPasskey(t.Context(), key, db.Invitation("secret")); !errors.Is(err, store.ErrVoid) {
			t.Fatal(err)
		}
		same(t, "on record", recorded(t, db, "p-sam"), []string{
			`person person/p-sam {"changed":["passkey added"]} p-sam invitation `,
			`person person/p-sam {"changed":["password"]} p-sam page `,
			`person person/p-sam {"changed":["passkey removed"]} p-sam page `,
			`person person/p-sam {"changed":["organisation"]} p-sam page `,
		})
	})
}

func TestOfTwoInvitationsMadeAtOnceOneCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.AddAccount(t.Context(), store.Account{Person: "p-sam", Handle: []byte("h"), MadeAt: nine}))
		var use []func() error
		for _, secret := range []string{"one", "two"} {
			must(t, db.AddTicket(t.Context(), store.Ticket{Kind: store.TicketJoin, Person: "p-sam", EndsAt: nine.Add(time.Hour)}, secret))
			use = append(use, func() error {
				return db.AddPasskey(t.Context(), store.Passkey{ID: []byte(secret), Person: "p-sam", Key: []byte("{}"), AddedAt: nine}, db.Invitation(secret))
			})
		}
		same(t, "let in", done(atOnce(use...)), 1)
		same(t, "passkeys", len(ok[[]store.Passkey](t)(db.Passkeys(t.Context(), "p-sam"))), 1)
	})
}

func TestWhoSignsSomebodyOutIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, s := range []store.Session{{ID: "one", Person: "p-sam"}, {ID: "two", Person: "p-sam"}, {ID: "lee's", Person: "p-lee"}} {
			s.Reach, s.StartedAt, s.UsedAt, s.ProvedAt, s.EndsAt = "whole", nine, nine, nine, nine.Add(time.Hour)
			must(t, db.AddSession(t.Context(), s, s.ID))
		}
		must(t, db.EndSessionsBy(t.Context(), "p-sam", "", store.By{Person: "p-lee", Via: "page"}, nine))
		same(t, "of Sam", len(ok[[]store.Session](t)(db.Sessions(t.Context(), "p-sam", nine))), 0)
		same(t, "of Lee", len(ok[[]store.Session](t)(db.Sessions(t.Context(), "p-lee", nine))), 1)
		same(t, "on record", recorded(t, db, "p-lee"), []string{`person person/p-sam {"changed":["signed out everywhere"]} p-lee page `})
	})
}
