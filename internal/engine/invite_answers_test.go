package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// answers has somebody's calendar answer the last mail to an address.
func (p *postbox) answers(w *world, address string, method calendar.Method, part calendar.PartStat, change ...func(*calendar.Event)) error {
	p.t.Helper()
	m := p.to(address)
	ev := m.event
	ev.Organizer = calendar.Person{} // Outlook's have none
	ev.Attendees = []calendar.Person{{Address: address, PartStat: part}}
	ev.Stamp = w.clock.Now()
	for _, c := range change {
		c(&ev)
	}
	return engine.HearAnswers(w.t.Context(), w.engine, w.clock.Now(), address, calendar.Calendar{Method: method, Events: []calendar.Event{ev}})
}

func (w *world) answerOf(visit, person string) store.Answered {
	w.t.Helper()
	sent, err := w.db.Invites(w.t.Context(), visit)
	w.must(err)
	for _, i := range sent[visit] {
		if i.Person == person {
			return i.Answer
		}
	}
	return "nothing was sent"
}

func TestAnswersOfCalendarsAreKept(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		id := w.book(w.inTwoHours)
		w.posts()
		w.must(p.answers(w, mailOfSam, calendar.Reply, calendar.Accepted))
		w.must(p.answers(w, mailOfAnn, calendar.Reply, calendar.Tentative))
		if sam, ann, lee := w.answerOf(id, "p-sam"), w.answerOf(id, "p-ann"), w.answerOf(id, "p-lee"); sam != store.AnswerAccepted || ann != store.AnswerMaybe || lee != store.NoAnswer {
			t.Errorf("answered: Sam %q, Ann %q, Lee %q", sam, ann, lee)
		}
		// somebody else's invite is not theirs to answer, and one of two attendees counts only by the address that was invited
		m := p.to(mailOfLee)
		w.must(engine.HearAnswers(t.Context(), w.engine, w.clock.Now(), mailOfSam, calendar.Calendar{Method: calendar.Reply, Events: []calendar.Event{
			{UID: m.event.UID, Stamp: w.clock.Now(), Start: m.event.Start, Attendees: []calendar.Person{{Address: mailOfLee, PartStat: calendar.Declined}}}}}))
		w.must(p.answers(w, mailOfLee, calendar.Reply, calendar.Accepted, func(ev *calendar.Event) {
			ev.Attendees = []calendar.Person{{Address: "a@x.example", PartStat: calendar.Declined}, {Address: "b@x.example", PartStat: calendar.Declined}}
		}))
		w.must(p.answers(w, mailOfLee, calendar.Reply, calendar.Declined, func(ev *calendar.Event) { ev.UID = "another@elsewhere.example" }))
		if lee := w.answerOf(id, "p-lee"); lee != store.NoAnswer {
			t.Errorf("Lee answered %q", lee)
		}
		w.must(p.answers(w, mailOfLee, calendar.Reply, calendar.Accepted, func(ev *calendar.Event) { ev.Attendees[0].Address = "lee@alias.example" }))
		if lee := w.answerOf(id, "p-lee"); lee != store.AnswerAccepted {
			t.Errorf("by an alias Lee answered %q", lee)
		}
		old := p.to(mailOfSam)
		p.take()
		later := w.clock.Now().Add(3 * time.Hour)
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{StartsAt: later, ExpectedEndAt: later.Add(time.Hour)}))
		w.posts()
		if sam := w.answerOf(id, "p-sam"); sam != store.NoAnswer {
			t.Errorf("another time, and Sam's answer is %q", sam)
		}
		w.must(p.answers(w, mailOfSam, calendar.Reply, calendar.Accepted, func(ev *calendar.Event) { ev.Sequence, ev.Start = old.event.Sequence, old.event.Start }))
		if sam := w.answerOf(id, "p-sam"); sam != store.NoAnswer {
			t.Errorf("an answer to the time before is taken: %q", sam)
		}
		w.is(id, "booked")
	})
}

// Who would be told first and declines is still on call: who can change that hears of it, once.
func TestADeclinedInviteIsTold(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		id := w.book(w.inTwoHours)
		w.posts()
		w.readAll()
		w.must(p.answers(w, mailOfAnn, calendar.Reply, calendar.Declined)) // second: Sam is told before her
		w.settle()
		w.silent(sam, ann, mo, priya)
		for range 3 {
			w.must(p.answers(w, mailOfSam, calendar.Reply, calendar.Declined))
			w.settle()
		}
		w.phone(ann).Expects("Sam H declined the invite to visit " + w.visit(id).Reference)
		w.phone(mo).Expects("They still answer for it")
		w.silent(sam, samHome, ann, mo, lee, priya)
		if who, err := w.engine.Invited(t.Context(), w.visit(id)); err != nil || !strings.Contains(fmt.Sprint(who), "p-sam") {
			t.Errorf("who declined is no longer invited: %v, %v", who, err)
		}
	})
}

// A worker who declines may think that the visit is called off.
func TestAWorkerWhoDeclinesIsToldThatTheVisitStands(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		id := w.book(w.inTwoHours)
		w.posts()
		for range 2 {
			w.must(p.answers(w, mailOfPriya, calendar.Reply, calendar.Declined))
		}
		w.is(id, "booked")
		if len(p.letters) != 1 || p.letters[0].to != mailOfPriya || p.letters[0].subject != "The visit was not called off" || !strings.Contains(p.letters[0].body, w.visit(id).Reference) {
			t.Errorf("Priya is sent %+v", p.letters)
		}
	})
}

func TestAProposalOfAnotherTimeIsAnsweredAndNotTaken(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		id := w.book(w.inTwoHours)
		w.posts()
		before := w.visit(id)
		first := p.to(mailOfSam)
		for range 2 { // a mail that comes twice
			w.must(p.answers(w, mailOfSam, calendar.Counter, calendar.Tentative, func(ev *calendar.Event) {
				ev.UID, ev.Start.At = first.event.UID, ev.Start.At.Add(time.Hour)
			}))
		}
		m := p.to(mailOfSam)
		if m.method != "DECLINECOUNTER" || m.event.UID != first.event.UID || m.subject != "The time was not changed" || !strings.Contains(m.body, "https://allclear.example/visits/"+id) {
			t.Errorf("answered with %s %q\n%s", m.method, m.subject, m.body)
		}
		n := 0
		for _, m := range p.mails {
			if m.method == "DECLINECOUNTER" {
				n++
			}
		}
		if n != 1 || !w.visit(id).StartsAt.Equal(before.StartsAt) {
			t.Errorf("%d answers; it starts at %s", n, w.visit(id).StartsAt)
		}
	})
}

func TestAnInviteThatWasLostIsSentAgain(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.book(w.inTwoHours)
		w.posts()
		w.must(p.answers(w, mailOfSam, calendar.Refresh, calendar.NeedsAction))
		w.postsLater()
		p.count(4) // it has just been sent
		w.wait(2 * time.Minute)
		w.posts()
		w.book(func(b *engine.Booking) {
			w.inTwoHours(b)
			b.Overlap = true
		})
		w.posts()
		w.wait(2 * time.Minute)
		w.must(p.answers(w, mailOfSam, calendar.Refresh, calendar.NeedsAction))
		p.take()
		w.postsLater()
		p.sent("sam REQUEST 1 16:02-17:02")
	})
}

// Accepting is an answer to a calendar, and takes charge of no alarm.
func TestAcceptingAcknowledgesNoAlarm(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.book()
		w.posts()
		w.wait(76 * time.Minute)
		raised := w.alarm()
		w.must(p.answers(w, mailOfSam, calendar.Reply, calendar.Accepted))
		w.settle()
		if a := w.alarm(); a.HeldBy != "" || a.ID != raised.ID {
			t.Errorf("the alarm is held by %q", a.HeldBy)
		}
	})
}

// Who declines the invite to a visit that is over, as they know it, is not told that it is as it was.
func TestADeclineOfAVisitThatIsOver(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.book()
		w.posts()
		w.phone(priya).texts("in")
		w.wait(10 * time.Minute)
		w.phone(priya).texts("out")
		w.must(p.answers(w, mailOfPriya, calendar.Reply, calendar.Declined))
		if len(p.letters) != 0 {
			t.Errorf("she is mailed %+v", p.letters)
		}
	})
}

// A program that proposes again at each answer gets so many in an hour.
func TestProposalsWithoutEnd(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.book(w.inTwoHours)
		w.posts()
		first := p.to(mailOfSam)
		propose := func() (n int) {
			for range 8 {
				w.wait(time.Second)
				w.must(p.answers(w, mailOfSam, calendar.Counter, calendar.Tentative, func(ev *calendar.Event) {
					ev.UID, ev.Start.At = first.event.UID, ev.Start.At.Add(time.Hour)
				}))
			}
			for _, m := range p.mails {
				if m.method == "DECLINECOUNTER" {
					n++
				}
			}
			return n
		}
		if n := propose(); n != 5 {
			t.Errorf("8 are answered %d times", n)
		}
		w.wait(61 * time.Minute)
		if n := propose(); n != 10 {
			t.Errorf("in the next hour there are %d", n-5)
		}
	})
}
