package store_test

import (
	"errors"
	"github.com/allclear-safety/allclear/internal/retain"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func came(id, from string) store.ReceivedMail {
	return store.ReceivedMail{ID: id, Print: "print of " + id, Sender: private.New(from), Via: "listener", Raw: private.New("From: " + from + "\r\n\r\nBEGIN"),
		From: private.New("envelope@council.example"), To: []string{"book@allclear.example", "b@allclear.example"}, RemoteIP: "192.0.2.1", ReceivedAt: nine}
}

func mailIDs(list []store.ReceivedMail) (ids []string) {
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestAMailIsStoredOnceWithAllThatItSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		m := came("m1", "priya@council.example")
		if !ok[bool](t)(db.ReceiveMail(t.Context(), m)) {
			t.Error("the first is not new")
		}
		again := m
		again.ID = "m2"
		if ok[bool](t)(db.ReceiveMail(t.Context(), again)) {
			t.Error("a repeat is new")
		}
		taken := ok[[]store.ReceivedMail](t)(db.TakeMails(t.Context(), nine, nine.Add(time.Minute), "n1", 10))
		same(t, "taken", mailIDs(taken), []string{"m1"})
		got := ok[store.ReceivedMail](t)(db.MailWords(t.Context(), taken[0]))
		same(t, "raw", got.Raw.Reveal(), m.Raw.Reveal())
		same(t, "to", got.To, m.To)
		same(t, "from", got.From.Reveal()+got.RemoteIP, m.From.Reveal()+m.RemoteIP)
	})
}

func TestOneOfManyCopiesOfAMailIsNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var wg sync.WaitGroup
		fresh := make([]bool, 20)
		for i := range fresh {
			m := came("m"+string(rune('a'+i)), "priya@council.example")
			m.Print = "one"
			wg.Go(func() { fresh[i], _ = db.ReceiveMail(t.Context(), m) })
		}
		wg.Wait()
		n := 0
		for _, f := range fresh {
			if f {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d of 20 copies are new", n)
		}
	})
}

func TestMailsOfOneSenderAreTakenInTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, m := range []store.ReceivedMail{came("m1", "priya@council.example"), came("m2", "priya@council.example"), came("m3", "jo@council.example"), came("m4", ""), came("m5", "")} {
			ok[bool](t)(db.ReceiveMail(t.Context(), m))
		}
		take := func(after time.Duration, node string) []string {
			return mailIDs(ok[[]store.ReceivedMail](t)(db.TakeMails(t.Context(), nine.Add(after), nine.Add(after+time.Minute), node, 10)))
		}
		same(t, "first", take(0, "n1"), []string{"m1", "m3", "m4", "m5"})
		same(t, "another node", take(time.Second, "n2"), []string(nil))
		same(t, "tries", ok[int](t)(db.RetryMail(t.Context(), "m1", nine.Add(30*time.Second))), 1)
		same(t, "while the first of its sender, which could not be worked, waits", take(10*time.Second, "n2"), []string{"m2"})
		same(t, "when its time has come", take(30*time.Second, "n2"), []string{"m1"})
		same(t, "when the leases ran out", take(69*time.Second, "n2"), []string{"m3", "m4", "m5"})
		must(t, db.Release(t.Context(), "n2", nine.Add(69*time.Second)))
		same(t, "when the node stopped", len(take(69*time.Second, "n1")), 5)
	})
}

func TestAMailIsKeptAsTextsAreAndGoesWithItsSender(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
		ok[bool](t)(db.ReceiveMail(t.Context(), came("m1", "priya@council.example")))
		if r := ok[retain.Record](t)(db.Record(t.Context(), "mail/m1")); !r.Live || r.Kind != retain.Text {
			t.Errorf("a mail that waits is %+v", r)
		}
		i := store.Invited{Organizer: private.New("o"), UID: private.New("u"), Worker: "p-priya", Mail: "m1", Sequence: 3, Stamp: nine, State: store.InvitedRefused,
			Words: private.New("what it said"), Owner: "mail/m1", PutAt: nine}
		done := store.SettledMail{ID: "m1", Person: "p-priya", State: store.MailDone, Result: "not_booked", At: nine, Invited: []store.Invited{i}}
		must(t, db.SettleMail(t.Context(), done))
		if err := db.SettleMail(t.Context(), done); !errors.Is(err, store.ErrSeen) {
			t.Errorf("settled twice: %v", err)
		}
		if r := ok[retain.Record](t)(db.Record(t.Context(), "mail/m1")); r.Live || !r.Over.Equal(nine) {
			t.Errorf("a mail that is done is %+v", r)
		}
		if owners := ok[[]string](t)(db.OwnersOf(t.Context(), "p-priya")); !slices.Contains(owners, "mail/m1") {
			t.Errorf("of Priya there is %v", owners)
		}
		rows := ok[[]store.Invited](t)(db.InvitedBy(t.Context(), "o", "u"))
		if len(rows) != 1 || rows[0].Words.Reveal() != "what it said" || rows[0].Sequence != 3 {
			t.Errorf("kept %+v", rows)
		}
		ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: nine.Add(day), Via: "clock", Why: "period", Stays: func(retain.Record) retain.Why { return "" }}, "mail/m1"))
		m := ok[store.ReceivedMail](t)(db.Mail(t.Context(), "m1"))
		if m = ok[store.ReceivedMail](t)(db.MailWords(t.Context(), m)); !m.Raw.IsZero() || m.Result != "not_booked" {
			t.Errorf("after its time it is %+v", m)
		}
		rows = ok[[]store.Invited](t)(db.InvitedBy(t.Context(), "o", "u"))
		if len(rows) != 1 || !rows[0].Words.IsZero() || rows[0].Sequence != 3 {
			t.Errorf("of the invite there is left %+v", rows)
		}
		if ok[bool](t)(db.ReceiveMail(t.Context(), came("m1", "priya@council.example"))) {
			t.Error("the same mail is new once it was erased")
		}
	})
}
