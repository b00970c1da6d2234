package store_test

import (
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
		same(t, "while the first of its sender waits", take(10*time.Second, "n2"), []string(nil))
		same(t, "when its time has come", take(30*time.Second, "n2"), []string{"m1"})
		same(t, "when the leases ran out", take(time.Minute, "n2"), []string{"m3", "m4", "m5"})
		must(t, db.Release(t.Context(), "n2", nine.Add(61*time.Second)))
		same(t, "when the node stopped", len(take(61*time.Second, "n1")), 4)
	})
}
