package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
)

// A mail whose one part is booked and whose other part nobody can read says both.
func TestWhatCouldNotBeReadIsSaidBesideWhatCould(t *testing.T) {
	second := "--b\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nnothing of the kind\r\n--b--\r\n"
	inside := "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: jo@council.example\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n" +
		invite(func(e *event) { e.uid, e.from = "u2", "jo@council.example" }).ics() + "\r\n--b--\r\n"
	for name, c := range map[string]struct{ part, says string }{
		"no calendar at all":       {second, "14:00: a part of your mail could not be read. What we did not confirm is NOT BOOKED"},
		"a rich text of Outlook's": {"--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--b--\r\n", "a part of your mail could not be read"},
		"somebody else's invite":   {inside, "your mail holds an invite of somebody else. NOT BOOKED"},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.mails(strings.Replace(invite().raw(), "--b--\r\n", c.part, 1))
				w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
				w.phone(priya).Expects("booked: Sun 22 Nov 16:00-17:00")
				w.phone(priya).Expects(c.says)
			})
		})
	}
}

// Past so many in an hour, a worker is told of the mails in their name that are not proven by their count, once, when the hour is over: one of them may be theirs.
func TestAFloodInAWorkersNameIsCounted(t *testing.T) {
	invited(t, func(t *testing.T, w *world, n *notary) {
		n.forged = true
		for i := range 12 {
			w.mails(invite(func(e *event) { e.uid = fmt.Sprint("u", i) }).raw())
		}
		if texts := w.phone(priya).read(); len(texts) != 5 {
			t.Fatalf("%d texts: %q", len(texts), texts)
		}
		w.chores(50)
		w.silent(priya)
		w.chores(15)
		w.crash()
		w.chores(90)
		if texts := w.phone(priya).read(); len(texts) != 1 || !strings.Contains(texts[0], "Until 15:00, 7 more mails in your name came that we could not prove to be yours. NOT BOOKED") {
			t.Errorf("of the rest she has %q", texts)
		}
		w.hasVisits("p-priya")
	})
}

// What a worker can be told by no way of ours, their manager is asked to tell them.
func TestWhoHasNoMobileIsToldByTheirManager(t *testing.T) {
	invited(t, func(t *testing.T, w *world, n *notary) {
		w.person("p-priya", func(p *buddy.Person) { p.Mobile = phone.Number{} })
		w.settle()
		w.readAll()
		w.mails(invite().raw())
		w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
		w.phone(mo).Expects("Please tell Priya N, who has no mobile here: ")
		w.mails(invite(func(e *event) { e.uid = "u2" }).raw())
		w.phone(mo).Expects("Please tell Priya N, who has no mobile here: NOT BOOKED: Sun 22 Nov 16:00-17:00 overlaps your visit")
		w.mails(invite(func(e *event) { e.sequence, e.method = 1, "CANCEL" }).raw())
		w.phone(mo).Expects("cancelled: Sun 22 Nov 16:00-17:00")
		w.phone(mo).read()
		n.forged = true
		for i := range 7 {
			w.mails(invite(func(e *event) { e.uid = fmt.Sprint("forged", i) }).raw())
		}
		if texts := w.phone(mo).read(); len(texts) != 5 || !strings.Contains(texts[0], "we could not prove to be yours. NOT BOOKED") {
			t.Errorf("the manager has %q", texts)
		}
		w.chores(75)
		w.phone(mo).Expects("who has no mobile here: Until 15:00, 2 more mails in your name")
	})
}

// Where no manager is, the administrators are asked.
func TestWhoHasNeitherMobileNorManager(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.person("p-priya", func(p *buddy.Person) { p.Mobile = phone.Number{} })
		w.person("p-mo", func(p *buddy.Person) { p.Roles = []string{buddy.Admin} })
		w.settle()
		w.readAll()
		w.mails(invite().raw())
		w.phone(mo).Expects("Please tell Priya N, who has no mobile here: ")
	})
}

// A mail of many invites is not texted answer by answer: where no mail goes out, the last text says how many more there are.
func TestMoreAnswersThanAreTexted(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(strings.Replace(invite().raw(), "END:VCALENDAR", strings.Join(many(8), "")+"END:VCALENDAR", 1))
		if n := len(w.visitsOf("p-priya")); n != 9 {
			t.Errorf("%d are booked", n)
		}
		texts := w.phone(priya).read()
		if len(texts) != 6 || !slices.ContainsFunc(texts, func(s string) bool {
			return strings.Contains(s, "14:00: 4 more answers. What is not among your visits is NOT BOOKED. https://allclear.example/visits")
		}) {
			t.Errorf("%d texts: %q", len(texts), texts)
		}
	})
}

// many are events of one mail, a day apart.
func many(n int) (events []string) {
	for i := range n {
		day := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		events = append(events, fmt.Sprintf("BEGIN:VEVENT\r\nUID:m%d\r\nORGANIZER:mailto:priya@council.example\r\nDTSTAMP:20261122T130000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nEND:VEVENT\r\n",
			i, day.Format("20060102T150405Z"), day.Add(time.Hour).Format("20060102T150405Z")))
	}
	return events
}

// A series whose words an administrator erased books no more: its worker would go on believing that each of its visits is watched.
func TestASeriesWhoseWordsAreGoneIsTold(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=12")))
		due, err := w.db.SeriesDue(t.Context(), w.clock.Now().AddDate(0, 1, 0), 10)
		w.must(err)
		_, err = w.db.Erase(t.Context(), store.Erasure{At: w.clock.Now(), Why: "asked", Stays: func(retain.Record) retain.Why { return "" }}, due[0].Owner)
		w.must(err)
		w.readAll()
		w.clock.Set(w.clock.Now().Add(48 * time.Hour))
		w.doChores()
		w.phone(priya).Expects("NO MORE of your series is booked after Tue 12 Jan 2027 10:00-11:00: what its invite said is no longer kept. Please invite us again.")
		w.clock.Set(w.clock.Now().Add(48 * time.Hour))
		w.doChores()
		if said := strings.Join(w.phone(priya).read(), "\n"); strings.Contains(said, "series") {
			t.Errorf("two days after she has %q", said)
		}
		if n := len(w.visitsOf("p-priya")); n != 8 {
			t.Errorf("%d are booked", n)
		}
	})
}

// Somebody who left and comes back finds their series booked on.
func TestASeriesOutlivesItsWorkersAbsence(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=12")))
		list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya"})
		w.must(err)
		for _, v := range list {
			w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, v.ID, false, private.Text{}))
		}
		w.person("p-priya", func(p *buddy.Person) { p.Active = false })
		for range 3 {
			w.later(7 * 24 * time.Hour)
		}
		before := len(w.visitsOf("p-priya"))
		w.person("p-priya", func(p *buddy.Person) { p.Active = true })
		for range 5 {
			w.later(24 * time.Hour)
		}
		if n := len(w.visitsOf("p-priya")); before != 8 || n <= before {
			t.Errorf("%d are booked, and %d after", before, n)
		}
	})
}
