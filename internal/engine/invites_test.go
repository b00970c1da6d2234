package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// The addresses of the people in these tests: the council's, but for Ann's.
const (
	ourMail     = "allclear@council.example"
	mailOfPriya = "priya.nair@council.example"
	mailOfSam   = "sam.hill@council.example"
	mailOfAnn   = "ann.bell@elsewhere.example"
	mailOfLee   = "lee.fox@council.example"
)

// posted is a mail with a calendar in it.
type posted struct {
	to, subject, body string
	private           bool
	method            string
	raw               string
	event             calendar.Event
}

// postbox is a database that notes each mail with a calendar, as it is kept, and what nobody may notice of it keeps no outbox busy.
type postbox struct {
	engine.Store
	t     testing.TB
	mails []posted
	// letters are the e-mails without a calendar that are about invites
	letters []posted
	named   string // what invites that are first sent are called, as by another release; "": as ever
	fail    error  // the next commit of invites fails so, before or after it is kept
	kept    bool
	unread  string // a visit of which nobody can read what was sent
}

func (p *postbox) Invites(ctx context.Context, visits ...string) (map[string][]store.Invite, error) {
	held, err := p.Store.Invites(ctx, visits...)
	if err == nil && slices.Contains(visits, p.unread) {
		delete(held, p.unread)
		err = &store.UnreadInvites{Visits: []string{p.unread}, Err: errors.New("a key is lost")}
	}
	return held, err
}

func (p *postbox) InviteName(visit, person string) string {
	if p.named != "" {
		return p.named + person
	}
	return p.Store.InviteName(visit, person)
}

func (p *postbox) Commit(ctx context.Context, c store.Change) error {
	mine := c.Invites != nil
	if mine && p.fail != nil && !p.kept {
		err := p.fail
		p.fail = nil
		return err
	}
	var mails, letters []posted
	c.Messages = slices.DeleteFunc(slices.Clone(c.Messages), func(m store.Message) bool {
		if m.Mail == nil {
			return false
		}
		if m.Mail.Calendar == nil {
			if m.Notice == "invite_answer" {
				letters = append(letters, posted{to: m.Mail.Address.Reveal(), subject: m.Mail.Subject.Reveal(), body: m.Body.Reveal()})
			}
			return true
		}
		cal, err := calendar.Read([]byte(m.Mail.Calendar.Text.Reveal()), nil)
		if err != nil || len(cal.Events) != 1 || string(cal.Method) != m.Mail.Calendar.Method {
			p.t.Errorf("the calendar is %+v, %v", cal, err)
			return true
		}
		mails = append(mails, posted{m.Mail.Address.Reveal(), m.Mail.Subject.Reveal(), m.Body.Reveal(), m.Mail.Private, m.Mail.Calendar.Method, m.Mail.Calendar.Text.Reveal(), cal.Events[0]})
		return true
	})
	err := p.Store.Commit(ctx, c)
	if err == nil {
		p.mails, p.letters = append(p.mails, mails...), append(p.letters, letters...)
	}
	if mine && p.fail != nil {
		err, p.fail = p.fail, nil
	}
	return err
}

// eachPosted is each, with addresses and invites.
func eachPosted(t *testing.T, test func(t *testing.T, w *world, p *postbox)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		t.Parallel()
		p := &postbox{t: t}
		w := newWorld(t, open(), func(o *engine.Options) {
			p.Store = o.Store
			o.Store, o.Mail, o.MailFrom, o.OwnDomains = p, o.SMS, ourMail, []string{"Council.example"}
			o.Prover, o.Addresses = &notary{}, []string{"book@allclear.example"}
		})
		for id, address := range map[string]string{"p-priya": mailOfPriya, "p-sam": mailOfSam, "p-ann": mailOfAnn, "p-lee": mailOfLee} {
			w.person(id, func(p *buddy.Person) { p.Email = private.New(address) })
		}
		w.posts()
		test(t, w, p)
	})
}

// posts lets invites be sent until none is due, without time passing.
func (w *world) posts() {
	w.t.Helper()
	for range 20 {
		more, err := w.engine.SendInvites(w.t.Context())
		w.must(err)
		if !more {
			return
		}
	}
	w.t.Fatal("there are always more invites")
}

// postsLater lets half a minute pass, and what waited be sent.
func (w *world) postsLater() {
	w.t.Helper()
	for range 6 {
		w.wait(5 * time.Second)
		w.posts()
	}
}

// take gives the mails since it was last asked, a line each, in the order of whom they went to.
func (p *postbox) take() []string {
	var lines []string
	for _, m := range p.mails {
		name, _, _ := strings.Cut(m.to, ".")
		lines = append(lines, fmt.Sprintf("%s %s %d %s", name, m.method, m.event.Sequence, m.event.Start.At.UTC().Format("15:04")+"-"+m.event.End.At.UTC().Format("15:04")))
	}
	p.mails = nil
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(a[:2], b[:2]) })
	return lines
}

// sent takes what was sent, and compares it.
func (p *postbox) sent(want string) {
	p.t.Helper()
	if got := strings.Join(p.take(), ", "); got != want {
		p.t.Errorf("sent %q, want %q", got, want)
	}
}

// count takes what was sent, and counts it.
func (p *postbox) count(want int) {
	p.t.Helper()
	if got := p.take(); len(got) != want {
		p.t.Errorf("sent %q, want %d", got, want)
	}
}

// to gives the last mail to an address.
func (p *postbox) to(address string) posted {
	p.t.Helper()
	for _, m := range slices.Backward(p.mails) {
		if m.to == address {
			return m
		}
	}
	p.t.Fatalf("nothing was sent to %s", address)
	return posted{}
}

// inTwoHours makes a booking one for then, for an hour.
func (w *world) inTwoHours(b *engine.Booking) {
	b.StartsAt, b.ExpectedEndAt = w.clock.Now().Add(2*time.Hour), w.clock.Now().Add(3*time.Hour)
}

func TestEveryoneOnCallAndTheWorkerAreInvited(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		id := w.book(w.inTwoHours)
		w.posts()
		ref := w.visit(id).Reference
		if got := w.visit(id); !got.Private {
			t.Fatal("a visit on a Sunday is not private")
		}
		whole := []string{"Priya Nair", "J Smith", "1 Example Street", "07700 900103", "Ravi Nair", "07700 900102", "01632 960101", "green coat", "comes without a car", "BUDDY FORM"}
		for address, form := range map[string]bool{mailOfPriya: false, mailOfSam: true, mailOfAnn: false, mailOfLee: true} {
			m := p.to(address)
			if m.subject != "Private appointment ("+ref+")" || m.event.Summary.Reveal() != m.subject || !m.private || m.event.Class != calendar.Private || !m.event.Location.IsZero() {
				t.Errorf("to %s: %q, %q, private %v, %q", address, m.subject, m.event.Summary.Reveal(), m.private, m.event.Class)
			}
			if m.method != "REQUEST" || m.event.Organizer.Address != ourMail || len(m.event.Attendees) != 1 || m.event.Attendees[0].Address != address || !m.event.Attendees[0].RSVP ||
				m.event.Attendees[0].PartStat != calendar.NeedsAction || m.event.Sequence != 0 || m.event.Status != "CONFIRMED" || m.event.Start.TZID != "Europe/London" {
				t.Errorf("to %s: %s %+v", address, m.method, m.event)
			}
			if !strings.Contains(m.raw, "BEGIN:VTIMEZONE") || !strings.Contains(m.body, "https://allclear.example/visits/"+id) || m.event.Description.Reveal() != m.body {
				t.Errorf("to %s:\n%s\n%s", address, m.raw, m.body)
			}
			for _, words := range whole {
				if got := strings.Contains(m.body, words); got != form {
					t.Errorf("to %s, %q is in it: %v\n%s", address, words, got, m.body)
				}
			}
		}
		p.sent("ann REQUEST 0 16:00-17:00, lee REQUEST 0 16:00-17:00, priya REQUEST 0 16:00-17:00, sam REQUEST 0 16:00-17:00")
		w.postsLater()
		w.crash()
		w.posts()
		w.postsLater()
		p.sent("")
	})
}

func TestAnInviteFollowsItsVisit(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.person("p-ann", func(p *buddy.Person) { p.Email = private.Text{} })
		w.person("p-lee", func(p *buddy.Person) { p.Email = private.Text{} })
		id := w.book(w.inTwoHours)
		w.posts()
		first := p.to(mailOfSam)
		p.take()

		later := w.clock.Now().Add(150 * time.Minute)
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{StartsAt: later, ExpectedEndAt: later.Add(time.Hour)}))
		w.posts()
		if m := p.to(mailOfSam); m.event.UID != first.event.UID || m.subject != "Changed: "+first.subject || !m.event.Stamp.Equal(w.clock.Now()) {
			t.Errorf("an update has the UID %s, the first %s; %q at %s", m.event.UID, first.event.UID, m.subject, m.event.Stamp)
		}
		p.sent("priya REQUEST 1 16:30-17:30, sam REQUEST 1 16:30-17:30")

		door := private.New("round the back")
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{Access: &door}))
		w.posts()
		p.sent("")
		with := private.New("a cousin")
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{WhoElse: &with}))
		w.postsLater()
		if m := p.to(mailOfSam); !strings.Contains(m.body, "round the back") || !strings.Contains(m.body, "a cousin") {
			t.Errorf("it says\n%s", m.body)
		}
		p.sent("sam REQUEST 2 16:30-17:30") // one mail for both; the worker's own has no details
		w.person("p-priya", func(p *buddy.Person) { p.Description = private.New("red coat") })
		w.postsLater()
		p.sent("sam REQUEST 3 16:30-17:30")

		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, false, private.Text{}))
		w.posts()
		m := p.to(mailOfSam)
		if m.event.UID != first.event.UID || m.event.Status != "CANCELLED" || strings.Contains(m.body+m.raw, "Smith") || strings.Contains(m.body, "Priya") || !strings.Contains(m.body, "was cancelled") {
			t.Errorf("the cancellation is %+v\n%s", m.event, m.body)
		}
		p.sent("priya CANCEL 2 16:30-17:30, sam CANCEL 4 16:30-17:30")
		w.postsLater()
		p.sent("")
	})
}

func TestAChangeOfTheRotaMovesTheInvite(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		morning, night := sunday.Add(19*time.Hour), sunday.Add(30*time.Hour)
		w.onCall("p-sam", 1, morning, night)
		w.onCall("p-ann", 2, morning, night)
		w.book(func(b *engine.Booking) {
			b.StartsAt, b.ExpectedEndAt = sunday.Add(20*time.Hour), sunday.Add(21*time.Hour)
		})
		w.posts()
		p.count(4)
		_, err := w.engine.RemoveShift(t.Context(), engine.Actor{}, "s-p-ann"+morning.Format("0215"))
		w.must(err)
		w.posts()
		p.sent("") // more may follow
		w.person("p-jo", func(p *buddy.Person) {
			p.Roles, p.Email = append(p.Roles, "responder"), private.New("jo.park@council.example")
		})
		w.onCall("p-jo", 2, morning, night)
		w.postsLater()
		p.sent("ann CANCEL 1 10:00-11:00, jo REQUEST 0 10:00-11:00")
		w.onCall("p-ann", 3, morning, night)
		w.postsLater()
		p.sent("ann REQUEST 2 10:00-11:00")
		w.person("p-ann", func(p *buddy.Person) { p.Email = private.New("ann.married@council.example") })
		w.postsLater()
		if m := p.to("ann.married@council.example"); !strings.Contains(m.body, "J Smith") || m.event.Sequence != 4 {
			t.Errorf("to the new address: %+v\n%s", m.event, m.body)
		}
		p.sent("ann CANCEL 3 10:00-11:00, ann REQUEST 4 10:00-11:00")
		w.must(w.engine.Block(t.Context(), engine.Actor{By: "p-mo", Via: "web"}, store.Block{Worker: "p-priya", Person: "p-jo", Why: private.New("they are related")}))
		w.postsLater()
		if m := p.to("jo.park@council.example"); strings.Contains(m.body, "related") || strings.Contains(m.body, "block") {
			t.Errorf("it says\n%s", m.body)
		}
		p.sent("jo CANCEL 1 10:00-11:00")
		w.person("p-sam", func(p *buddy.Person) { p.Email = private.Text{} })
		w.postsLater()
		p.sent("sam CANCEL 1 10:00-11:00")
	})
}

func TestWhoComesOnCallWithinTwoHoursOfTheEndIsInvited(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.person("p-jo", func(p *buddy.Person) { p.Email = private.New("jo.park@council.example") })
		w.onCall("p-jo", 3, sunday.Add(4*time.Hour), sunday.Add(18*time.Hour)) // from 18:00; the visit ends at 17:00
		id := w.book(w.inTwoHours)
		w.posts()
		if got := strings.Join(p.take(), ", "); !strings.Contains(got, "jo REQUEST 0") {
			t.Errorf("sent: %s", got)
		}
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{StartsAt: sunday.Add(time.Hour), ExpectedEndAt: sunday.Add(100 * time.Minute)}))
		w.posts()
		if got := strings.Join(p.take(), ", "); !strings.Contains(got, "jo CANCEL 1") {
			t.Errorf("sent: %s", got)
		}
	})
}

func TestAnInviteTellsNoMoreThanThePlanAndTheVisitSay(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		open := false
		id := w.book(w.inTwoHours, func(b *engine.Booking) { b.Private = &open })
		w.posts()
		own, theirs := p.to(mailOfPriya), p.to(mailOfSam)
		if own.event.Class == calendar.Private || own.subject != "Visit ("+w.visit(id).Reference+")" {
			t.Errorf("the worker's own: %q %q", own.event.Class, own.subject)
		}
		if theirs.event.Class != calendar.Private || p.to(mailOfAnn).event.Class == calendar.Private {
			t.Error("an event with a home number is open to whoever looks into the calendar, or a bare one is not")
		}
		p.take()
		w.plan(func(s *plan.Settings) { s.Invites = plan.InvitesBare })
		w.postsLater()
		if m := p.to(mailOfSam); strings.Contains(m.body, "Smith") || m.event.Class == calendar.Private {
			t.Errorf("by the plan it is a reference alone, and says\n%s", m.body)
		}
		p.take()
		w.book(w.inTwoHours, func(b *engine.Booking) {
			b.Kind, b.StartsAt, b.ExpectedEndAt = "meeting", b.StartsAt.Add(3*time.Hour), b.ExpectedEndAt.Add(3*time.Hour)
		})
		w.posts()
		p.sent("priya REQUEST 0 19:00-20:00") // nobody answers for a meeting
	})
}

func TestWhatIsOverStaysInCalendarsAsItWas(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.book() // begins now
		w.posts()
		p.count(4) // a visit that begins at once is sent all the same
		w.wait(10 * time.Minute)
		w.phone(priya).texts("IN 60")
		w.wait(20 * time.Minute)
		w.phone(priya).texts("OUT")
		w.postsLater()
		w.person("p-priya", func(p *buddy.Person) { p.Description = private.New("red coat") })
		w.postsLater()
		w.wait(5 * time.Hour)
		w.crash()
		w.postsLater()
		for _, line := range p.take() {
			if !strings.Contains(line, "REQUEST 1 14:00-15:10") { // IN 60 moved its end
				t.Errorf("sent after it was over: %s", line)
			}
		}
	})
}

// A call for Scarlett changes nothing that the worker's own calendar shows, nor when; and what the responder has stays.
func TestDuressIsInNoInvite(t *testing.T) {
	var runs []string
	for _, name := range []string{"Jane", "Scarlett"} {
		p := &postbox{t: t}
		w := newWorld(t, storetest.SQLite(t).Open(t), func(o *engine.Options) {
			p.Store = o.Store
			o.Store, o.Mail, o.MailFrom, o.OwnDomains = p, o.SMS, ourMail, []string{"council.example"}
		})
		for id, address := range map[string]string{"p-priya": mailOfPriya, "p-sam": mailOfSam} {
			w.person(id, func(p *buddy.Person) { p.Email = private.New(address) })
		}
		id := w.book(w.inTwoHours)
		w.posts()
		var own []string
		note := func() {
			w.postsLater()
			for _, m := range p.mails {
				if m.to == mailOfPriya {
					own = append(own, fmt.Sprint(w.clock.Now().Format("15:04:05 "), m.subject, m.event.Start.At, m.event.End.At, m.event.Sequence, m.event.Status))
				}
			}
			p.mails = slices.DeleteFunc(p.mails, func(m posted) bool { return m.to == mailOfPriya })
		}
		note()
		w.phone(priya).texts("ASK " + name)
		note()
		w.wait(2 * time.Hour)
		w.phone(priya).texts("IN 90")
		note()
		w.phone(priya).texts("LATE 30")
		note()
		w.phone(priya).texts("OUT")
		note()
		runs = append(runs, strings.ReplaceAll(strings.Join(own, "\n"), w.visit(id).Reference, "REF"))
		if name == "Scarlett" {
			for _, m := range p.mails {
				if m.method == "CANCEL" {
					t.Errorf("in danger it is taken from %s", m.to)
				}
			}
		}
	}
	same(t, runs[0], runs[1])
	if strings.Count(runs[1], "\n") < 2 {
		t.Errorf("the worker was sent too little to tell:\n%s", runs[1])
	}
}

// What is called off by a worker in danger leaves their own calendar, as on any day, and nobody else's.
func TestAVisitCalledOffInDangerStaysWithTheResponder(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		id := w.book(func(b *engine.Booking) {
			b.StartsAt, b.ExpectedEndAt = w.clock.Now().Add(30*time.Minute), w.clock.Now().Add(90*time.Minute)
		})
		w.posts()
		w.phone(priya).texts("ASK Scarlett")
		w.postsLater()
		p.count(4)
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "web"}, id, false, private.Text{}))
		w.posts()
		w.postsLater()
		p.sent("priya CANCEL 1 14:30-15:30")
		w.alarm()
		if w.visit(id).Status == watch.Cancelled {
			t.Error("it is called off in truth")
		}
	})
}

// No crash between deciding and keeping loses an invite, and none after it sends one twice.
func TestACrashBetweenSendsOnce(t *testing.T) {
	for name, kept := range map[string]bool{"before it is kept": false, "after it is kept": true} {
		t.Run(name, func(t *testing.T) {
			eachPosted(t, func(t *testing.T, w *world, p *postbox) {
				p.fail, p.kept = store.ErrUnknown, kept
				w.book(w.inTwoHours)
				if _, err := w.engine.SendInvites(t.Context()); err == nil {
					t.Error("a commit of which nothing is known passes for one")
				}
				w.crash()
				w.posts()
				w.postsLater()
				p.sent("ann REQUEST 0 16:00-17:00, lee REQUEST 0 16:00-17:00, priya REQUEST 0 16:00-17:00, sam REQUEST 0 16:00-17:00")
			})
		})
	}
}

func TestTwoNodesSendOnce(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		other := w.node()
		for range 3 {
			w.book(func(b *engine.Booking) {
				w.inTwoHours(b)
				b.Overlap = true
			})
			for _, e := range []*engine.Engine{w.engine, other} {
				_, err := e.SendInvites(t.Context())
				w.must(err)
			}
		}
		w.postsLater()
		if _, err := other.SendInvites(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.count(12)
	})
}

// A visit of which nobody can read what was sent keeps no other's invites back, and is not taken for one of which nothing was.
func TestInvitesThatCannotBeReadHoldUpNoOther(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		p.unread = w.book(w.inTwoHours)
		other := w.book(func(b *engine.Booking) {
			b.Worker, b.StartsAt, b.ExpectedEndAt = "p-jo", sunday.Add(3*time.Hour), sunday.Add(4*time.Hour)
		})
		for range 3 {
			_, err := w.engine.SendInvites(t.Context())
			if err == nil || !strings.Contains(err.Error(), "a key is lost") {
				t.Errorf("it fails by %v", err)
			}
		}
		got := strings.Join(p.take(), ", ")
		if !strings.Contains(got, "sam REQUEST 0 17:00-18:00") || strings.Contains(got, "16:00-17:00") {
			t.Errorf("of %s and another there are %s", other, got)
		}
		p.unread = ""
		w.posts()
		if got := strings.Join(p.take(), ", "); !strings.Contains(got, "sam REQUEST 0 16:00-17:00") {
			t.Errorf("once it can be read there are %s", got)
		}
	})
}
