package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

const day = retain.Day

// erase destroys the keys of owners whatever keeps them, and fails the test where one had none.
func erase(t testing.TB, db *store.DB, owners ...string) {
	t.Helper()
	x := store.Erasure{At: nine, By: "p-mo", Via: "command", Why: "request", Stays: func(retain.Record) retain.Why { return "" }}
	same(t, "erased", len(ok[[]store.Verdict](t)(db.Erase(t.Context(), x, owners...))), len(owners))
	ok[int](t)(db.Seal(t.Context(), nine))
}

// lived fills a database with what a county has after some time, all of it over at nine: a safe visit (v1), a visit with its alarm (v2, a1),
// someone who left, a text of nobody, messages of each, a look; and a visit that is live (v4), of another worker.
func lived(t testing.TB, db *store.DB) {
	t.Helper()
	ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
	left := priya(t)
	left.ID, left.ExternalID, left.Active = "p-left", "x-left", false
	ok[bool](t)(db.PutPerson(t.Context(), left, nine))
	must(t, db.AddAccount(t.Context(), store.Account{Person: "p-left", Handle: []byte("h"), Name: "left@example.org", MadeAt: nine,
		Secrets: store.Secrets{Password: private.New("phc")}}))
	c := booked("p-priya", "v1")
	c.Visits[0].Status, c.Visits[0].EndedAt, c.Visits[0].StartsAt, c.Visits[0].ExpectedEndAt = watch.Ended, nine, nine.Add(-30*time.Hour), nine.Add(-29*time.Hour)
	v2 := c.Visits[0]
	v2.ID, v2.ExternalID, v2.Reference = "v2", "x-v2", "R2"
	c.Visits = append(c.Visits, v2)
	c.Alarms = []store.Alarm{{Worker: "p-priya", Alarm: watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, Visits: []string{"v2"}, Clock: plan.Standard().Clock,
		OpenedAt: nine.Add(-time.Hour), ClosedAt: nine}}}
	for _, owner := range []string{"visit/v2", "alarm/a1", "text/e3"} {
		e := entry("e"+fmt.Sprint(len(c.Entries)), "v1")
		if owner == "text/e3" {
			e.ID, e.Visit, e.At, e.RecordedAt = "e3", "", nine.Add(-48*time.Hour), nine.Add(-48*time.Hour)
		}
		e.Owner = owner
		c.Entries = append(c.Entries, e)
	}
	for i, owner := range []string{"visit/v1", "alarm/a1", ""} {
		m := told(fmt.Sprint("m", i))
		m.Owner, m.To = owner, number(t, mobile)
		if i != 1 {
			m.Alarm, m.Visit = "", ""
		}
		m.Person = "p-left"
		c.Messages = append(c.Messages, m)
	}
	must(t, db.Commit(t.Context(), c))
	for _, m := range ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Minute), "n", "", 10)) {
		must(t, db.Settle(t.Context(), []store.Outcome{{Message: m.ID, Owner: "n", Attempt: m.Attempts, At: nine, State: store.Done, NextAt: nine, Provider: "twilio",
			ProviderID: "SM" + m.ID, Result: "accepted"}}))
		_, _, err := db.Receipt(t.Context(), "twilio", "SM"+m.ID, "delivered", 3, false, 0, nine)
		must(t, err)
	}
	must(t, db.Commit(t.Context(), booked("p-ann", "v4")))
	must(t, db.Look(t.Context(), "p-sam", "api", serviceUser, nine, "visit/v1"))
	ok[int](t)(db.Seal(t.Context(), nine))
}

// goes erases all whose time has come at an instant, and gives their owners.
func goes(t testing.TB, db *store.DB, at time.Time) (gone []string) {
	t.Helper()
	stays := func(r retain.Record) retain.Why { return retain.Standard().Goes(r, at) }
	for after, more := "", true; more; more = after != "" {
		due, last, err := db.Due(t.Context(), after, stays)
		must(t, err)
		for _, e := range ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: at, Via: "clock", Why: "period", Stays: stays}, due...)) {
			if e.Stays != "" {
				t.Errorf("%s was due, and stays as %s", e.Owner, e.Stays)
			}
			gone = append(gone, e.Owner)
		}
		after = last
	}
	ok[int](t)(db.Seal(t.Context(), at))
	must(t, db.Verify(t.Context(), at.Add(time.Minute)))
	return gone
}

func TestWhatGoesAndWhen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		lived(t, db)
		same(t, "after 29 days", goes(t, db, nine.Add(27*day)), []string(nil))
		same(t, "after 30 days", goes(t, db, nine.Add(30*day)), []string{"text/e3", "text/m2", "visit/v1"})
		same(t, "again", goes(t, db, nine.Add(30*day)), []string(nil))
		same(t, "after a year", goes(t, db, nine.Add(365*day)), []string{"person/p-left"})
		same(t, "after three", goes(t, db, nine.Add(3*365*day)), []string{"alarm/a1", "visit/v2"})
		same(t, "after three and a month", goes(t, db, nine.Add(3*365*day+31*day)), []string{"looks/2026-11"})
		v := ok[store.Visit](t)(db.Visit(t.Context(), "v4"))
		if v.Details.Address.Reveal() != street {
			t.Error("the live visit lost its address")
		}
		if nameOf(t, db, "p-priya") != "Priya Nair" {
			t.Error("who is here lost their name")
		}
	})
}

func nameOf(t testing.TB, db *store.DB, id string) string {
	t.Helper()
	p, err := db.Person(t.Context(), id)
	must(t, err)
	return p.Name
}

func TestAnErasureIsOnRecordAndNothingInPlainIsLeft(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		lived(t, db)
		goes(t, db, nine.Add(30*day))
		e := ok[store.Entry](t)(db.Entry(t.Context(), "erased/visit/v1"))
		if e.Kind != "erased" || e.Via != "clock" || e.By != "" || !strings.Contains(string(e.Input), `"visit/v1"`) || !strings.Contains(string(e.Input), `"period"`) || e.N == 0 {
			t.Errorf("the entry is %+v", e)
		}
		raw := p.Raw(t)
		count := func(query string) (n int) {
			t.Helper()
			must(t, raw.QueryRow(query).Scan(&n))
			return n
		}
		const gone = `FROM outbox WHERE id IN ('m0', 'm2') AND (recipient IS NOT NULL OR body IS NOT NULL OR provider_id <> '' OR nonce IS NOT NULL)`
		same(t, "messages with something left", count(`SELECT count(*) `+gone), 0)
		same(t, "attempts with a provider's id", count(`SELECT count(*) FROM attempts WHERE message IN ('m0', 'm2') AND provider_id <> ''`), 0)
		same(t, "receipts", count(`SELECT count(*) FROM receipts`), 1) // the alarm's message's
		same(t, "the alarm's message", count(`SELECT count(*) FROM outbox WHERE id = 'm1' AND recipient IS NOT NULL AND body IS NOT NULL AND provider_id = 'SMm1'`), 1)
		same(t, "visits with something left", count(`SELECT count(*) FROM visits WHERE id = 'v1' AND (external_id IS NOT NULL OR details IS NOT NULL)`), 0)

		same(t, "numbers", count(`SELECT count(*) FROM person_numbers WHERE person = 'p-left'`) > 0, true)
		goes(t, db, nine.Add(365*day))
		same(t, "numbers after", count(`SELECT count(*) FROM person_numbers WHERE person = 'p-left'`), 0)
		same(t, "accounts after", count(`SELECT count(*) FROM accounts`), 0)
		if who, err := db.Person(t.Context(), "p-left"); err != nil || who.Name != "" || who.ExternalID != "" || who.Active {
			t.Errorf("of who left there is %v, %v", who, err)
		}
	})
}

func TestAKeyDestroyedOrPutBackByHandIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ sql, says string }{
		"destroyed":        {`UPDATE data_keys SET wrapped = NULL, erased_at = 1 WHERE owner = 'visit/v2'`, "the data key of visit/v2: it was destroyed by hand"},
		"put back":         {`UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE owner = 'visit/v2'), erased_at = NULL WHERE owner = 'visit/v1'`, "the data key of visit/v1: it was erased, and is there again"},
		"an entry of none": {`UPDATE entries SET id = 'erased/visit/v2' WHERE id = 'erased/visit/v1'`, "the data key of visit/v1"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				db := p.Open(t)
				lived(t, db)
				goes(t, db, nine.Add(30*day))
				if _, err := p.Raw(t).Exec(c.sql); err != nil {
					t.Fatal(err)
				}
				if b := broke(t, p.Open(t), name); !strings.Contains(b.Error(), c.says) {
					t.Errorf("it says %v", b)
				}
			})
		})
	}
}

func TestAHoldKeepsAllThatBelongsToIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		ever := nine.Add(5 * 365 * day)
		for object, keeps := range map[string][]string{
			"visit/v1":      {"visit/v1"},
			"visit/v2":      {"visit/v2", "alarm/a1"},
			"alarm/a1":      {"visit/v2", "alarm/a1"},
			"person/p-left": {"person/p-left", "text/m2"},
		} {
			db := open()
			if _, err := db.Record(t.Context(), "visit/v1"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Visit(t.Context(), "v1"); err != nil {
				lived(t, db)
			}
			h := store.Hold{ID: "h-" + object[:6] + object[len(object)-2:], Object: object, Reason: private.New(contactName + " sues"), By: "p-mo", At: nine}
			must(t, db.SetHold(t.Context(), h, "command"))
			stays := func(r retain.Record) retain.Why { return retain.Standard().Goes(r, ever) }
			due, _, err := db.Due(t.Context(), "", stays)
			must(t, err)
			for _, owner := range keeps {
				if strings.Contains(" "+strings.Join(due, " ")+" ", " "+owner+" ") {
					t.Errorf("a hold on %s does not keep %s", object, owner)
				}
				done := ok[[]store.Verdict](t)(db.Erase(t.Context(), store.Erasure{At: ever, Stays: stays}, owner))
				if len(done) != 1 || done[0].Stays != retain.StaysHeld {
					t.Errorf("with a hold on %s erasing %s came to %v", object, owner, done)
				}
			}
			got := ok[[]store.Hold](t)(db.Holds(t.Context(), false))
			if len(got) != 1 || got[0].Reason.Reveal() != contactName+" sues" || got[0].By != "p-mo" || got[0].Object != object {
				t.Errorf("the holds are %+v", got)
			}
			ok[store.Hold](t)(db.LiftHold(t.Context(), h.ID, "p-lee", "command", nine))
			if _, err := db.LiftHold(t.Context(), h.ID, "p-lee", "command", nine); !errors.Is(err, store.ErrConflict) {
				t.Errorf("lifted twice: %v", err)
			}
			same(t, "holds that stand", len(ok[[]store.Hold](t)(db.Holds(t.Context(), false))), 0)
		}
		db := open()
		all := ok[[]store.Hold](t)(db.Holds(t.Context(), true))
		same(t, "holds that were", len(all), 4)
		if all[0].LiftedBy != "p-lee" || !all[0].LiftedAt.Equal(nine) {
			t.Errorf("lifted: %+v", all[0])
		}
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
		if gone := goes(t, db, ever); !strings.Contains(strings.Join(gone, " "), "visit/v2") || !strings.Contains(strings.Join(gone, " "), "hold/") {
			t.Errorf("once all are lifted there went %v", gone)
		}
	})
}

// The number that an alarm's message went to goes with whom it was of, and not before: not while a hold keeps them or the alarm, and also
// where they come back by a backup.
func TestNumbersGoWithWhomTheyAreOf(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		lived(t, db)
		raw := p.Raw(t)
		number := func(what string, db *sql.DB, there int) {
			t.Helper()
			var n int
			must(t, db.QueryRow(`SELECT count(*) FROM outbox WHERE id = 'm1' AND recipient IS NOT NULL`).Scan(&n))
			same(t, what, n, there)
		}
		year := nine.Add(400 * day)
		x := store.Erasure{At: year, Why: "period", Stays: func(r retain.Record) retain.Why { return retain.Standard().Goes(r, year) }}
		must(t, db.SetHold(t.Context(), store.Hold{ID: "h1", Object: "person/p-left", At: nine}, "command"))
		ok[[]store.Verdict](t)(db.Erase(t.Context(), x, "person/p-left"))
		must(t, db.ForgetNumbers(t.Context()))
		number("while a hold is on them", raw, 1)
		ok[store.Hold](t)(db.LiftHold(t.Context(), "h1", "p-mo", "command", nine))
		ok[int](t)(db.Seal(t.Context(), nine))
		backup := backUp(t, db)

		must(t, db.SetHold(t.Context(), store.Hold{ID: "h2", Object: "alarm/a1", At: nine}, "command"))
		ok[[]store.Verdict](t)(db.Erase(t.Context(), x, "person/p-left"))
		must(t, db.ForgetNumbers(t.Context()))
		number("while a hold is on the alarm", raw, 1)
		ok[store.Hold](t)(db.LiftHold(t.Context(), "h2", "p-mo", "command", nine))
		must(t, db.ForgetNumbers(t.Context()))
		number("once it is lifted", raw, 0)

		marks := erasedMarks(t, db)
		for kind, to := range elsewhere(t, p) {
			ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backup), to.Options.URL))
			again := to.Open(t)
			number(kind+": as it was", to.Raw(t), 1)
			_, _, err := again.EraseAgain(t.Context(), marks, year, func(retain.Record) retain.Why { return "" })
			must(t, err)
			number(kind+": erased again", to.Raw(t), 0)
		}
	})
}

func TestAHoldOnNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		lived(t, db)
		for _, object := range []string{"", "visit/v9", "person/", "team/echo", "v1"} {
			if err := db.SetHold(t.Context(), store.Hold{ID: "h", Object: object, At: nine}, "command"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%q: %v", object, err)
			}
		}
		goes(t, db, nine.Add(30*day))
		if err := db.SetHold(t.Context(), store.Hold{ID: "h", Object: "visit/v1", At: nine}, "command"); !errors.Is(err, store.ErrGone) {
			t.Errorf("on what is erased: %v", err)
		}
	})
}

func TestWhatIsOpenIsNeverErased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		lived(t, db)
		l := load(t, db, "p-priya")
		c := next(l, "cry")
		c.Entries[0].Owner = "alarm/a2"
		c.Alarms = []store.Alarm{{Worker: "p-priya", Alarm: watch.Alarm{ID: "a2", Kind: watch.Duress, Clock: plan.Standard().Clock, OpenedAt: nine}}}
		must(t, db.Commit(t.Context(), c))
		ever := nine.Add(9 * 365 * day)
		same(t, "what went", goes(t, db, ever), []string{"alarm/a1", "looks/2026-11", "person/p-left", "text/m2"})
		r := ok[retain.Record](t)(db.Record(t.Context(), "person/p-priya"))
		same(t, "asked for", retain.Standard().Asked(r, ever), retain.StaysOpen)
	})
}

// An alarm about someone who was erased must be raised and told as any other, and what is said of it be kept.
func TestWhatIsSaidAfterAnErasureIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		kept(t, db)
		erase(t, db, "visit/v0", "person/p-priya")
		c := next(load(t, db, "p-priya"), "later")
		m := told("m1")
		m.Owner, m.To = "person/p-priya", number(t, mobile)
		c.Messages = []store.Message{m}
		must(t, db.Commit(t.Context(), c))
		e := ok[store.Entry](t)(db.Entry(t.Context(), "later"))
		if e.Words.Reveal() != said || e.Owner != "text/later" {
			t.Errorf("its words are under %s, there: %v", e.Owner, !e.Words.IsZero())
		}
		claimed := ok[[]store.Message](t)(db.Claim(t.Context(), nine, nine.Add(time.Minute), "n", "", 1))
		if len(claimed) != 1 || claimed[0].To != number(t, mobile) || claimed[0].Body.IsZero() {
			t.Errorf("claimed %v", claimed)
		}
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))

		if _, err := db.PutPerson(t.Context(), priya(t), nine); !errors.Is(err, store.ErrErased) {
			t.Errorf("new details of someone who was erased: %v", err)
		}
		again := booked("p-priya", "v0")
		again.Revision, again.Entries = load(t, db, "p-priya").Revision, nil
		if err := db.Commit(t.Context(), again); !errors.Is(err, store.ErrErased) {
			t.Errorf("new details of a visit that was erased: %v", err)
		}
	})
}

func TestAKeyErasedElsewhereIsForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		here, there := open(), open()
		kept(t, here)
		address := func() string {
			return ok[store.Visit](t)(there.Visit(t.Context(), "v0")).Details.Address.Reveal()
		}
		must(t, there.HearKeys(t.Context()))
		same(t, "before", address(), street)
		erase(t, here, "visit/v0")
		same(t, "here at once", ok[store.Visit](t)(here.Visit(t.Context(), "v0")).Details.Address.Reveal(), "")
		must(t, there.HearKeys(t.Context()))
		same(t, "there when it hears of it", address(), "")
		for _, e := range ok[[]store.Entry](t)(there.Entries(t.Context(), "p-priya", time.Time{}, time.Time{})) {
			if e.Owner == "visit/v0" && !e.Words.IsZero() {
				t.Errorf("there entry %s still has its words", e.ID)
			}
		}
	})
}

// A key that another process destroyed is in memory for a moment more: nothing may be sealed under it, as nobody could read that again.
func TestNothingIsSealedUnderAKeyThatWasErasedElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		here, there := open(), open()
		kept(t, here)
		ok[store.Visit](t)(there.Visit(t.Context(), "v0")) // which remembers its key
		erase(t, here, "visit/v0")
		c := next(load(t, there, "p-priya"), "later")
		m := told("m1")
		m.Owner, m.To = "visit/v0", number(t, mobile)
		c.Entries[0].Owner, c.Messages = "visit/v0", []store.Message{m}
		must(t, there.Commit(t.Context(), c))
		for what, db := range map[string]*store.DB{"here": here, "there": there} {
			must(t, db.HearKeys(t.Context()))
			if e := ok[store.Entry](t)(db.Entry(t.Context(), "later")); e.Words.Reveal() != said || e.Owner != "text/later" {
				t.Errorf("%s: its words are under %s, there: %t", what, e.Owner, !e.Words.IsZero())
			}
		}
		claimed := ok[[]store.Message](t)(here.Claim(t.Context(), nine, nine.Add(time.Minute), "n", "", 1))
		if len(claimed) != 1 || claimed[0].To != number(t, mobile) || claimed[0].Body.IsZero() {
			t.Errorf("claimed %v", claimed)
		}
		again := booked("p-priya", "v0")
		again.Revision, again.Entries = load(t, there, "p-priya").Revision, nil
		if err := there.Commit(t.Context(), again); !errors.Is(err, store.ErrErased) {
			t.Errorf("new details of a visit that was erased: %v", err)
		}
	})
}

// The nightly walk writes in small steps: no transaction of it may hold up an alarm.
func TestAnErasureHoldsTheLockForAFewOwnersAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for i := range 25 {
			c := booked(fmt.Sprint("p-", i), fmt.Sprint("v", i))
			c.Visits[0].Status = watch.Ended
			must(t, db.Commit(t.Context(), c))
		}
		same(t, "erased", len(goes(t, db, nine.Add(40*day))), 25)
		same(t, "transactions", load(t, db, "retention").Revision, int64(3))
	})
}

func TestAnErasureWalksOverNoMessages(t *testing.T) {
	p := storetest.SQLite(t)
	p.Open(t)
	raw := p.Raw(t)
	for _, statement := range store.ClearStatements() {
		rows, err := raw.Query("EXPLAIN QUERY PLAN "+statement, "visit/v1")
		must(t, err)
		steps := 0
		for rows.Next() {
			var id, parent, unused int
			var step string
			must(t, rows.Scan(&id, &parent, &unused, &step))
			if steps++; strings.HasPrefix(step, "SCAN") {
				t.Errorf("%s: %s", statement, step)
			}
		}
		must(t, rows.Close())
		if steps == 0 {
			t.Error("no plan was looked at")
		}
	}
}

func TestADaysTextsAndAnswersGoOnceNoneOfThemIsNeeded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		r := received(t, "SM1", 0)
		r.ReceivedAt, r.StoredAt = nine, nine
		ok[bool](t)(db.Receive(t.Context(), r))
		must(t, db.Remember(t.Context(), "t1", "k", store.Answer{Body: []byte(street)}, nine))
		same(t, "while they wait", goes(t, db, nine.Add(60*day)), []string(nil))
		must(t, db.SetAside(t.Context(), r.Ref(), "unreadable", nine))
		must(t, db.ForgetAnswers(t.Context(), nine.Add(day)))
		same(t, "after 2 days", goes(t, db, nine.Add(3*day)), []string{"answers/2026-11-22"})
		same(t, "after 30 days", goes(t, db, nine.Add(31*day)), []string{"inbox/2026-11-22"})
		if left := ok[store.Received](t)(db.ReceivedByID(t.Context(), r.Ref())); !left.Body.IsZero() || !left.From.IsZero() {
			t.Error("the text that was set aside still has its words")
		}
		// A clock that was years ahead and was set right must not keep today's texts and answers out.
		r.ID = "SM2"
		ok[bool](t)(db.Receive(t.Context(), r))
		if left := ok[store.Received](t)(db.ReceivedByID(t.Context(), r.Ref())); left.Body.Reveal() != said {
			t.Error("a text of a day whose key is gone was not kept")
		}
		must(t, db.Remember(t.Context(), "t1", "k2", store.Answer{Body: []byte(street)}, nine))
		if a, found, err := db.Remembered(t.Context(), "t1", "k2"); err != nil || !found || string(a.Body) != street {
			t.Errorf("an answer of a day whose key is gone: %v, %v", found, err)
		}
		must(t, db.SetAside(t.Context(), r.Ref(), "unreadable", nine))
		must(t, db.ForgetAnswers(t.Context(), nine.Add(day)))
		same(t, "those", len(goes(t, db, nine.Add(31*day))), 2)
	})
}
