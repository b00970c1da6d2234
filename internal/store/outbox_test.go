package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// tell commits messages of a worker.
func tell(t testing.TB, db *store.DB, id string, ms ...store.Message) {
	t.Helper()
	c := next(load(t, db, "p-priya"), id)
	c.Messages = ms
	must(t, db.Commit(t.Context(), c))
}

func claim(t testing.TB, db *store.DB, owner string, at time.Time) []store.Message {
	t.Helper()
	return ok[[]store.Message](t)(db.Claim(t.Context(), at, at.Add(30*time.Second), owner, "", 10))
}

func messageIDs(ms []store.Message) []string {
	var ids []string
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	return ids
}

func handed(m store.Message, owner string) store.Outcome {
	return store.Outcome{
		Message: m.ID, Owner: owner, Attempt: m.Attempts, At: nine.Add(time.Second), State: store.Done, Provider: "twilio", ProviderID: "SM-" + m.ID,
		Result: "accepted", Code: 201,
	}
}

func TestAMessageIsReadAsItWasWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		m := told("m1")
		m.To = number(t, mobile)
		bare := store.Message{ID: "m2", CreatedAt: nine, NextAt: nine}
		tell(t, db, "e1", m, bare)
		same(t, "by id", ok[store.Message](t)(db.Message(t.Context(), "m1")), m)
		same(t, "by nonce", ok[store.Message](t)(db.MessageByNonce(t.Context(), "nonce-m1")), m)
		same(t, "about the alarm", ok[[]store.Message](t)(db.MessagesAbout(t.Context(), "a1")), []store.Message{m})
		same(t, "about it to one, in one round", ok[[]store.Message](t)(db.MessagesTo(t.Context(), "a1", m.Person, m.Round)), []store.Message{m})
		same(t, "about it in another round", len(ok[[]store.Message](t)(db.MessagesTo(t.Context(), "a1", m.Person, m.Round+1))), 0)
		same(t, "about it to another", len(ok[[]store.Message](t)(db.MessagesTo(t.Context(), "a1", "p-other", m.Round))), 0)
		same(t, "about no alarm", len(ok[[]store.Message](t)(db.MessagesAbout(t.Context(), ""))), 0)
		bare.Class, bare.State, bare.Owner = store.ClassInfo, store.Pending, "text/m2"
		same(t, "what is left out", ok[store.Message](t)(db.Message(t.Context(), "m2")), bare)
		if _, err := db.MessageByNonce(t.Context(), "nonce-m9"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown nonce: %v", err)
		}
	})
}

// invite is an e-mail with all that one can have.
func invite(id string) store.Message {
	m := told(id)
	m.Channel, m.To, m.Nonce, m.Digit = "mail", phone.Number{}, "", 0
	m.Mail = &store.Mail{Address: private.New("ann@council.example"), Subject: private.New("Private appointment (A7F3)"), Thread: "visit/v1", InReplyTo: "x@council.example",
		Private: true, Calendar: &store.MailCalendar{Method: "REQUEST", Text: private.New("BEGIN:VCALENDAR"), Alone: true}}
	return m
}

func TestAnEMailIsReadAsItWasWritten(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		m := invite("m1")
		bare := store.Message{ID: "m2", Channel: "mail", Mail: &store.Mail{}, CreatedAt: nine, NextAt: nine}
		tell(t, db, "e1", m, bare)
		same(t, "by id", ok[store.Message](t)(db.Message(t.Context(), "m1")), m)
		bare.Class, bare.State, bare.Owner = store.ClassInfo, store.Pending, "text/m2"
		same(t, "without anything", ok[store.Message](t)(db.Message(t.Context(), "m2")), bare)
		same(t, "claimed", ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Minute), "node", store.Mails, 10))[0].Mail, m.Mail)

		_, err := p.Raw(t).Exec(`UPDATE outbox SET mail = body WHERE id = 'm1'`)
		must(t, err)
		if _, err := db.Message(t.Context(), "m1"); err == nil {
			t.Error("an e-mail that something else was put in place of is read all the same")
		}
	})
}

// A mail server that hangs must hold no text up, so nobody who takes texts takes e-mails.
func TestEMailsHaveAQueueOfTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var ms []store.Message
		for i, class := range []string{store.ClassInfo, store.ClassPrompt, store.ClassAlarm} {
			mail, text := invite(fmt.Sprintf("mail%d", i)), told(fmt.Sprintf("text%d", i))
			mail.Class, text.Class = class, class
			mail.NextAt = nine.Add(-time.Minute)
			ms = append(ms, mail, text)
		}
		tell(t, db, "e1", ms...)
		of := func(class string) []string {
			return messageIDs(ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Minute), "node", class, 10)))
		}
		same(t, "alarms", of(store.ClassAlarm), []string{"text2"})
		same(t, "mails, alarms first", of(store.Mails), []string{"mail2", "mail1", "mail0"})
		same(t, "the rest", of(""), []string{"text1", "text0"})
	})
}

func TestAlarmsGoFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var ms []store.Message
		for i, class := range []string{store.ClassInfo, store.ClassPrompt, store.ClassAlarm, store.ClassAlarm, store.ClassAlarm} {
			m := told(fmt.Sprintf("m%d", i))
			m.Class, m.NextAt = class, nine.Add(time.Duration(-i)*time.Second)
			ms = append(ms, m)
		}
		ms[4].NextAt = nine.Add(time.Hour) // not due
		tell(t, db, "e1", ms...)
		two := ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Minute), "node", store.ClassPrompt, 10))
		same(t, "prompts alone", messageIDs(two), []string{"m1"})
		same(t, "all", messageIDs(claim(t, db, "node", nine)), []string{"m3", "m2", "m0"})
		same(t, "none left", len(claim(t, db, "node", nine)), 0)
	})
}

func TestALeaseThatRanOutGivesTheMessageAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		tell(t, db, "e1", told("m1"))
		first := claim(t, db, "a", nine)[0]
		if first.Attempts != 1 || !first.NextAt.Equal(nine.Add(30*time.Second)) {
			t.Errorf("attempt %d, lease until %v", first.Attempts, first.NextAt)
		}
		same(t, "while leased", len(claim(t, db, "b", nine.Add(29*time.Second))), 0)
		same(t, "next wake", ok[time.Time](t)(db.NextWake(t.Context())), nine.Add(30*time.Second))
		second := claim(t, db, "b", nine.Add(30*time.Second))[0]
		same(t, "attempt", second.Attempts, 2)

		t.Run("the first one's outcome moves nothing, and is on record", func(t *testing.T) {
			if err := db.Settle(t.Context(), []store.Outcome{handed(first, "a")}); !errors.Is(err, store.ErrLost) {
				t.Errorf("got %v", err)
			}
			same(t, "state", ok[store.Message](t)(db.Message(t.Context(), "m1")).State, store.Pending)
			same(t, "attempts", len(ok[[]store.Attempt](t)(db.Attempts(t.Context(), "m1"))), 1)
			same(t, "found by its provider id", ok[store.Message](t)(db.MessageByProvider(t.Context(), "twilio", "SM-m1")).ID, "m1")
		})
		t.Run("the second one's counts", func(t *testing.T) {
			o := handed(second, "b")
			o.ProviderID = "SM-second"
			must(t, db.Settle(t.Context(), []store.Outcome{o}))
			m := ok[store.Message](t)(db.MessageByProvider(t.Context(), "twilio", "SM-second"))
			if m.State != store.Done || !m.HandedAt.Equal(o.At) || m.ProviderID != "SM-second" {
				t.Errorf("got %+v", m)
			}
			if err := db.Settle(t.Context(), []store.Outcome{o}); !errors.Is(err, store.ErrLost) {
				t.Errorf("settled twice: %v", err)
			}
		})
		same(t, "none left", len(claim(t, db, "c", nine.Add(24*time.Hour))), 0)
	})
}

func TestARetryWaitsForItsTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		tell(t, db, "e1", told("m1"))
		m := claim(t, db, "a", nine)[0]
		o := store.Outcome{Message: "m1", Owner: "a", Attempt: m.Attempts, At: nine, State: store.Pending, NextAt: nine.Add(5 * time.Second), Provider: "twilio", Result: "refused", Code: 503}
		must(t, db.Settle(t.Context(), []store.Outcome{o}))
		same(t, "too early", len(claim(t, db, "a", nine.Add(4*time.Second))), 0)
		same(t, "in time", messageIDs(claim(t, db, "a", nine.Add(5*time.Second))), []string{"m1"})
		got := ok[[]store.Attempt](t)(db.Attempts(t.Context(), "m1"))
		same(t, "attempts", got, []store.Attempt{{Message: "m1", Attempt: 1, At: nine, Owner: "a", Provider: "twilio", Result: "refused", Code: 503}})
	})
}

func TestAClosedAlarmSupersedesWhatWasNotHandedOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		other := told("m-other")
		other.Alarm = "a2"
		tell(t, db, "e1", told("m1"), told("m2"), told("m3"), other)
		ms := claim(t, db, "a", nine)
		must(t, db.Settle(t.Context(), []store.Outcome{handed(ms[0], "a")}))
		c := next(load(t, db, "p-priya"), "close")
		closed := told("m-closed")
		c.Drop, c.Messages = []string{"a1"}, []store.Message{closed}
		must(t, db.Commit(t.Context(), c))
		must(t, db.Settle(t.Context(), []store.Outcome{handed(ms[1], "a")})) // it was on its way

		states := map[string]string{}
		for _, m := range ok[[]store.Message](t)(db.MessagesAbout(t.Context(), "a1")) {
			states[m.ID] = m.State
		}
		same(t, "states", states, map[string]string{ms[0].ID: store.Done, ms[1].ID: store.Superseded, ms[2].ID: store.Superseded, "m-closed": store.Pending})
		same(t, "another alarm's", ok[store.Message](t)(db.Message(t.Context(), "m-other")).State, store.Pending)
	})
}

func TestManyNodesClaimEachMessageOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var ms []store.Message
		for i := range 200 {
			ms = append(ms, told(fmt.Sprintf("m%d", i)))
		}
		tell(t, db, "e1", ms...)
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for node := range 6 {
			wg.Go(func() {
				for {
					got, err := db.Claim(t.Context(), nine, nine.Add(time.Hour), fmt.Sprint("node", node), "", 7)
					if err != nil {
						t.Error(err)
					}
					if len(got) == 0 {
						return
					}
					mu.Lock()
					for _, m := range got {
						seen[m.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		// with SKIP LOCKED a node may see none while another holds the last: they are due again in no time
		for _, m := range ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Hour), "last", "", 200)) {
			seen[m.ID]++
		}
		if len(seen) != 200 {
			t.Errorf("%d of 200 were claimed", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
	})
}

func TestReceiptsComeInAnyOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		receipt := func(status string, rank int, failed bool) (store.Message, bool, error) {
			return db.Receipt(t.Context(), "twilio", "SM-m1", status, rank, failed, 0, nine)
		}
		if _, news, err := receipt("queued", 1, false); err != nil || !news {
			t.Errorf("one that overtakes its settle: %v, %v", news, err)
		}
		if _, news, err := db.Receipt(t.Context(), "twilio", "SM-none", "failed", 9, true, 0, nine); !errors.Is(err, store.ErrNotFound) || !news {
			t.Errorf("a failure that overtakes its settle: %v, %v", news, err)
		}
		tell(t, db, "e1", told("m1"))
		must(t, db.Settle(t.Context(), []store.Outcome{handed(claim(t, db, "a", nine)[0], "a")}))
		for _, c := range []struct {
			status string
			rank   int
			failed bool
			news   bool
			stands string
		}{
			{"queued", 1, false, false, "queued"},
			{"delivered", 9, false, true, "delivered"},
			{"sent", 3, false, false, "delivered"},
			{"undelivered", 9, true, false, "delivered"},
		} {
			m, news, err := receipt(c.status, c.rank, c.failed)
			must(t, err)
			a := ok[[]store.Attempt](t)(db.Attempts(t.Context(), "m1"))[0]
			if (m.ID == "m1") != c.failed || news != c.news || a.Status != c.stands || a.Failed {
				t.Errorf("%s: message %q, news %v, stands %q, failed %v", c.status, m.ID, news, a.Status, a.Failed)
			}
		}
	})
}

func TestAMessageThatCannotBeOpenedDoesNotHoldUpTheOthers(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		tell(t, db, "e1", told("m1"), told("m2"))
		_, err := p.Raw(t).Exec(`UPDATE outbox SET body = (SELECT body FROM outbox WHERE id = 'm2') WHERE id = 'm1'`)
		must(t, err)
		ms, err := db.Claim(t.Context(), nine, nine.Add(time.Minute), "a", "", 10)
		if err == nil {
			t.Error("no error for a body moved from another row")
		}
		same(t, "claimed", messageIDs(ms), []string{"m2"})
	})
}

func TestSettleNamesAMessageThatIsNotThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		err := open().Settle(t.Context(), []store.Outcome{{Message: "none", Owner: "a", Attempt: 1, At: nine}})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// What follows from an outcome or a receipt is kept with it, once.
func TestWhatFollowsIsKeptWithTheNews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		tell(t, db, "e1", told("m1"))
		first := claim(t, db, "a", nine)[0]
		second := claim(t, db, "b", nine.Add(30*time.Second))[0]
		follows := func(m store.Message, owner, id string) store.Outcome {
			o := handed(m, owner)
			o.State, o.Then = store.Dead, []store.Message{told(id)}
			return o
		}
		if err := db.Settle(t.Context(), []store.Outcome{follows(first, "a", "m2")}); !errors.Is(err, store.ErrLost) {
			t.Errorf("got %v", err)
		}
		if _, err := db.Message(t.Context(), "m2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("something followed for who had lost the message: %v", err)
		}
		must(t, db.Settle(t.Context(), []store.Outcome{follows(second, "b", "m3")}))
		same(t, "after the settle", ok[store.Message](t)(db.Message(t.Context(), "m3")).State, store.Pending)

		for i, failed := range []bool{false, true, true} {
			_, _, err := db.Receipt(t.Context(), "twilio", "SM-m1", "status", 1+min(i, 1), failed, 0, nine, told([]string{"m4", "m5", "m6"}[i]))
			must(t, err)
		}
		for id, kept := range map[string]bool{"m4": false, "m5": true, "m6": false} { // only a failure, and only what is news
			if _, err := db.Message(t.Context(), id); (err == nil) != kept {
				t.Errorf("%s: %v, kept should be %v", id, err, kept)
			}
		}
	})
}
