package store_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func meeting(uid string, sequence int) store.Invited {
	return store.Invited{Organizer: private.New("priya@council.example"), UID: private.New(uid), Worker: "p-priya", Visit: "v1", Mail: "m1", Sequence: sequence, Stamp: nine,
		State: store.InvitedBooked, StartsAt: nine, EndsAt: nine.Add(time.Hour), Words: private.New("what it said"), Owner: "visit/v1", PutAt: nine}
}

func invitedBy(t *testing.T, db *store.DB, uid string) store.Invited {
	t.Helper()
	rows := ok[[]store.Invited](t)(db.InvitedBy(t.Context(), "priya@council.example", uid))
	if len(rows) != 1 {
		t.Fatalf("%d rows of %s", len(rows), uid)
	}
	return rows[0]
}

func put(db *store.DB, t *testing.T, list ...store.Invited) error {
	return db.PutInvited(t.Context(), list, nil)
}

func TestWhatAnInviteBecameIsWrittenOverNothingUnread(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, put(db, t, meeting("u1", 0)))
		if err := put(db, t, meeting("u1", 1)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("one that is new, over one that is there: %v", err)
		}
		read := invitedBy(t, db, "u1")
		must(t, put(db, t, meeting("u1", 1).Over(read)))
		for what, late := range map[string]store.Invited{"that was read before": read, "over it": meeting("u1", 2).Over(read)} {
			if err := put(db, t, late); !errors.Is(err, store.ErrConflict) {
				t.Errorf("one %s: %v", what, err)
			}
		}
		ok[bool](t)(db.ReceiveMail(t.Context(), came("m1", "priya@council.example")))
		settled := store.SettledMail{ID: "m1", Person: "p-priya", State: store.MailDone, Result: "booked", At: nine, Invited: []store.Invited{meeting("u2", 0), meeting("u1", 2).Over(read)}}
		if err := db.SettleMail(t.Context(), settled); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a mail by what was read before: %v", err)
		}
		if m := ok[store.ReceivedMail](t)(db.Mail(t.Context(), "m1")); m.State != store.MailWaiting || len(ok[[]store.Invited](t)(db.InvitedBy(t.Context(), "priya@council.example", "u2"))) != 0 {
			t.Errorf("something of it was kept: it is %s", m.State)
		}
		settled.Invited[1] = meeting("u1", 2).Over(invitedBy(t, db, "u1"))
		settled.Invited = append(settled.Invited, meeting("u2", 1), meeting("u1", 3).Over(invitedBy(t, db, "u1"))) // two things of one, by one mail
		must(t, db.SettleMail(t.Context(), settled))
		if one, two := invitedBy(t, db, "u1").Sequence, invitedBy(t, db, "u2").Sequence; one != 3 || two != 1 {
			t.Errorf("they stand at %d and %d, not as was asked last", one, two)
		}
	})
}

func TestOfManyAtOnceOneIsWrittenOverWhatItRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		const workers, rounds = 4, 10
		var wrote atomic.Int64
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for done := 0; done < rounds; {
					rows, err := db.InvitedBy(t.Context(), "priya@council.example", "u1")
					next := meeting("u1", 1)
					if err == nil && len(rows) > 0 {
						next = meeting("u1", rows[0].Sequence+1).Over(rows[0])
					}
					if err == nil {
						err = put(db, t, next)
					}
					if err == nil {
						done++
						wrote.Add(1)
					} else if !errors.Is(err, store.ErrConflict) {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if n := invitedBy(t, db, "u1").Sequence; int64(n) != wrote.Load() || n != workers*rounds {
			t.Errorf("%d were counted of %d that were written: some were written over", n, wrote.Load())
		}
	})
}

func TestAMailWorksItsInvitesAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		a, b, c := store.Object{Organizer: "o", UID: "a"}, store.Object{Organizer: "o", UID: "b"}, store.Object{Organizer: "o", UID: "c"}
		for _, id := range []string{"m1", "m2"} {
			ok[bool](t)(db.ReceiveMail(t.Context(), came(id, id+"@council.example")))
		}
		must(t, db.TakeTurn(t.Context(), "m1", a, b))
		must(t, db.TakeTurn(t.Context(), "m1", b, a)) // worked again
		if err := db.TakeTurn(t.Context(), "m2", c, b); !errors.Is(err, store.ErrConflict) {
			t.Errorf("the turn of another: %v", err)
		}
		must(t, db.TakeTurn(t.Context(), "m1", a, b, c)) // of none that it could not have all of
		must(t, db.SettleMail(t.Context(), store.SettledMail{ID: "m1", State: store.MailDone, At: nine, Quiet: true}))
		must(t, db.TakeTurn(t.Context(), "m2", c, b))
	})
}

func TestTheMailsThatTakeATurnAtOnceNeverWaitForEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		objects := []store.Object{{Organizer: "o", UID: "a"}, {Organizer: "o", UID: "b"}, {Organizer: "o", UID: "c"}}
		var wg sync.WaitGroup
		for _, id := range []string{"m1", "m2", "m3", "m4"} {
			ok[bool](t)(db.ReceiveMail(t.Context(), came(id, id+"@council.example")))
			objects = append(objects[1:], objects[0])
			mine := slices.Clone(objects)
			wg.Go(func() {
				for {
					err := db.TakeTurn(t.Context(), id, mine...)
					if err == nil {
						err = db.SettleMail(t.Context(), store.SettledMail{ID: id, State: store.MailDone, At: nine, Quiet: true})
					}
					if err == nil {
						return
					}
					if !errors.Is(err, store.ErrConflict) {
						t.Errorf("%s: %v", id, err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}
