package engine_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

const priyasAddress = "priya@council.example"

// notary proves the mails that it is told to: what a signature is worth is tested where it is read.
type notary struct {
	forged bool
	away   int // how often it cannot be asked
}

func (n *notary) Prove(_ context.Context, _ mail.Arrival, m mail.Message) (mail.Proof, error) {
	if n.away > 0 {
		n.away--
		return mail.Proof{}, errors.New("name servers do not answer")
	}
	if n.forged {
		return mail.Proof{Reason: mail.Unsigned}, nil
	}
	return mail.Proof{By: mail.ByDKIM, Domain: "council.example"}, nil
}

// invited runs a test in a world in which Priya and Jo have addresses and mail is read.
func invited(t *testing.T, test func(t *testing.T, w *world, n *notary)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		t.Parallel()
		n := &notary{}
		test(t, invitedTo(t, open(), n), n)
	})
}

// invitedTo is such a world.
func invitedTo(t *testing.T, db *store.DB, n *notary) *world {
	t.Helper()
	w := newWorld(t, db, func(o *engine.Options) { o.Prover, o.Addresses = n, []string{"book@allclear.example"} })
	for id, address := range map[string]string{"p-priya": "Priya@council.example", "p-jo": "jo@council.example", "p-mo": "mo@council.example"} {
		p, err := w.db.Person(t.Context(), id)
		w.must(err)
		p.Email = private.New(address)
		_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, p)
		w.must(err)
	}
	w.settle()
	w.readAll()
	return w
}

// event is an invite as a test writes it.
type event struct {
	from, method, uid, start, end, summary, location, class, extra, organizer, sender, head string
	sequence, stamp                                                                         int
	without                                                                                 bool // without our address
}

// invite is one for an hour from 16:00 on the Sunday of these tests.
func invite(change ...func(*event)) event {
	e := event{from: priyasAddress, method: "REQUEST", uid: "u1@council.example", start: "20261122T160000Z", end: "20261122T170000Z", summary: "J Smith", location: "1 Example Street"}
	for _, c := range change {
		c(&e)
	}
	if e.organizer == "" {
		e.organizer = "ORGANIZER;CN=Priya:mailto:" + e.from
	}
	return e
}

func (e event) ics() string {
	lines := []string{"BEGIN:VCALENDAR", "METHOD:" + e.method, "PRODID:x", "VERSION:2.0", "BEGIN:VEVENT", "UID:" + e.uid, e.organizer,
		"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:jo@council.example",
		fmt.Sprintf("SEQUENCE:%d", e.sequence), fmt.Sprintf("DTSTAMP:20261122T1%d%02d00Z", 3+e.stamp/60, e.stamp%60)}
	for name, value := range map[string]string{"SUMMARY": e.summary, "LOCATION": e.location, "CLASS": e.class} {
		if value != "" {
			lines = append(lines, name+":"+value)
		}
	}
	for name, value := range map[string]string{"DTSTART": e.start, "DTEND": e.end} {
		switch {
		case strings.HasPrefix(value, ";"):
			lines = append(lines, name+value)
		case value != "":
			lines = append(lines, name+":"+value)
		}
	}
	if !e.without {
		lines = append(lines, "ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:book@allclear.example")
	}
	if e.extra != "" {
		lines = append(lines, strings.Split(e.extra, "\n")...)
	}
	return strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

// mailsMade numbers the mails of all tests, which run at once.
var mailsMade atomic.Int64

// raw is the event as a mail, in the manner of Exchange.
func (e event) raw() string {
	head := fmt.Sprintf("Message-ID: <%d@council.example>\r\nFrom: Priya Nair <%s>\r\nTo: book@allclear.example\r\nDate: Sun, 22 Nov 2026 13:59:00 +0000\r\nSubject: %s\r\nMIME-Version: 1.0\r\n%s",
		mailsMade.Add(1), e.from, e.summary, e.head)
	if e.sender != "" {
		head += "Sender: " + e.sender + "\r\n"
	}
	return head + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\nContent-Type: text/calendar; charset=utf-8; method=" + e.method +
		"\r\n\r\n" + e.ics() + "\r\n--b--\r\n"
}

// mails hands mails over and works them.
func (w *world) mails(raws ...string) {
	w.t.Helper()
	for _, raw := range raws {
		w.must(w.engine.ReceiveMail(w.t.Context(), mail.Arrival{Raw: []byte(raw), From: "x@council.example", To: []string{"book@allclear.example"}, Via: mail.ByListener, At: w.clock.Now()}))
	}
	w.worked()
}

func (w *world) worked() {
	w.t.Helper()
	for range 50 {
		n, err := w.engine.StepMails(w.t.Context())
		w.must(err)
		w.settle()
		if n == 0 {
			return
		}
	}
	w.t.Fatal("there is always another mail")
}

// visitsOf lists a worker's visits, by their start, in a few words each.
func (w *world) visitsOf(worker string) []string {
	w.t.Helper()
	list, err := w.db.Visits(w.t.Context(), store.VisitFilter{Worker: worker})
	w.must(err)
	var said []string
	for _, v := range list {
		said = append(said, v.StartsAt.Format("Mon 2 Jan 15:04")+"-"+v.ExpectedEndAt.Format("15:04")+" "+string(v.Status)+" "+v.Kind)
	}
	return said
}

func (w *world) hasVisits(worker string, want ...string) {
	w.t.Helper()
	if got := w.visitsOf(worker); strings.Join(got, "; ") != strings.Join(want, "; ") {
		w.t.Errorf("%s has\n%s\nwant\n%s", worker, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnInviteIsBookedAndAnswered(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite().raw())
		w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
		w.phone(priya).Expects("booked: Sun 22 Nov 16:00-17:00. Missing: who you visit and their number.")
		list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya"})
		w.must(err)
		if v := list[0]; v.Details.Address.Reveal() != "1 Example Street" || !v.Private {
			t.Errorf("booked as %+v", v)
		}
		i, err := w.db.InvitedTo(t.Context(), list[0].ID)
		w.must(err)
		if from, at := engine.InvitedFrom(i); from.Reveal() != priyasAddress || !at.Equal(sunday) {
			t.Errorf("from %q at %v", from.Reveal(), at)
		}
	})
}

func TestAnInviteIsFollowed(t *testing.T) {
	later := func(e *event) { e.start, e.end, e.sequence = "20261122T163000Z", "20261122T173000Z", 1 }
	for name, c := range map[string]struct {
		mails []event
		want  []string
		says  string
	}{
		"the same twice":            {[]event{invite(), invite()}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, ""},
		"moved":                     {[]event{invite(), invite(later)}, []string{"Sun 22 Nov 16:30-17:30 booked home_visit"}, "moved: Sun 22 Nov 16:30-17:30"},
		"same sequence, later":      {[]event{invite(), invite(later, func(e *event) { e.sequence, e.stamp = 0, 5 })}, []string{"Sun 22 Nov 16:30-17:30 booked home_visit"}, "moved"},
		"an older one that is late": {[]event{invite(later), invite()}, []string{"Sun 22 Nov 16:30-17:30 booked home_visit"}, ""},
		"cancelled":                 {[]event{invite(), invite(func(e *event) { e.method, e.sequence = "CANCEL", 1 })}, []string{"Sun 22 Nov 16:00-17:00 cancelled home_visit"}, "cancelled: Sun 22 Nov 16:00-17:00"},
		"cancelled before it came":  {[]event{invite(func(e *event) { e.method, e.sequence = "CANCEL", 1 }), invite()}, nil, ""},
		"a late request does not revive": {[]event{invite(), invite(func(e *event) { e.method, e.sequence = "CANCEL", 2 }), invite(later)},
			[]string{"Sun 22 Nov 16:00-17:00 cancelled home_visit"}, ""},
		"a newer request does": {[]event{invite(), invite(func(e *event) { e.method, e.sequence = "CANCEL", 1 }), invite(later, func(e *event) { e.sequence = 2 })},
			[]string{"Sun 22 Nov 16:00-17:00 cancelled home_visit", "Sun 22 Nov 16:30-17:30 booked home_visit"}, "booked"},
		"cancelled, and never booked":    {[]event{invite(func(e *event) { e.method = "CANCEL" })}, nil, "NOTHING CANCELLED: the invite that you called off at 14:00 is of no visit here"},
		"our address taken off":          {[]event{invite(), invite(func(e *event) { e.sequence, e.without = 1, true })}, []string{"Sun 22 Nov 16:00-17:00 cancelled home_visit"}, "cancelled: Sun 22 Nov 16:00-17:00"},
		"of another organizer":           {[]event{invite(), invite(later, func(e *event) { e.from, e.organizer = "jo@council.example", "ORGANIZER:mailto:jo@council.example" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, ""},
		"overlapping":                    {[]event{invite(), invite(func(e *event) { e.uid = "u2" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, "NOT BOOKED: Sun 22 Nov 16:00-17:00 overlaps your visit"},
		"all day":                        {[]event{invite(func(e *event) { e.start, e.end = ";VALUE=DATE:20261122", ";VALUE=DATE:20261123" })}, nil, "NOT BOOKED: your invite of 14:00 has no start time and end time"},
		"without an end":                 {[]event{invite(func(e *event) { e.end = "" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, "Please check the times. Missing: who you visit and their number."},
		"of no zone":                     {[]event{invite(func(e *event) { e.start, e.end = "20261122T160000", "20261122T170000" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, "Please check the times"},
		"one of a series, and all after": {[]event{invite(func(e *event) { e.extra = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261122T150000Z" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, "Please check the times"},
		"past":                           {[]event{invite(func(e *event) { e.start, e.end = "20261121T160000Z", "20261121T170000Z" })}, nil, "is past"},
		"over 24 hours":                  {[]event{invite(func(e *event) { e.end = "20261124T170000Z" })}, nil, "over 24 h"},
		"a meeting":                      {[]event{invite(func(e *event) { e.summary, e.location = "Team meeting", "" })}, []string{"Sun 22 Nov 16:00-17:00 booked meeting"}, "Nobody waits for its end"},
		"family time":                    {[]event{invite(func(e *event) { e.summary = "Family time with the Smiths" })}, []string{"Sun 22 Nov 16:00-17:00 booked family_time"}, "booked"},
		"forwarded":                      {[]event{invite(func(e *event) { e.organizer = "ORGANIZER:mailto:someone@council.example" })}, nil, "an invite of somebody else. NOT BOOKED"},
		"of no organizer":                {[]event{invite(func(e *event) { e.organizer = "X-NOBODY:1" })}, nil, "invites nobody. NOT BOOKED"},
		"published":                      {[]event{invite(func(e *event) { e.method = "PUBLISH" })}, nil, "invites nobody. NOT BOOKED"},
		"by a delegate":                  {[]event{invite(func(e *event) { e.sender = "sec@council.example" })}, nil, "may not book for you yet"},
		"by Google's calendar":           {[]event{invite(func(e *event) { e.sender = "calendar-notification@google.com" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, "booked"},
		"a series that is no rule":       {[]event{invite(func(e *event) { e.extra = "RRULE:FREQ=SECONDLY" })}, []string{"Sun 22 Nov 16:00-17:00 booked home_visit"}, "ONLY THE FIRST"},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				for i, e := range c.mails {
					if i == len(c.mails)-1 {
						w.phone(priya).read()
					}
					w.mails(e.raw())
				}
				w.hasVisits("p-priya", c.want...)
				if c.says == "" {
					w.silent(priya)
					return
				}
				w.phone(priya).Expects(c.says)
			})
		})
	}
}

func TestNobodyIsBelievedUnproven(t *testing.T) {
	invited(t, func(t *testing.T, w *world, n *notary) {
		n.forged = true
		for range 7 {
			w.mails(invite().raw())
		}
		w.hasVisits("p-priya")
		if texts := w.phone(priya).read(); len(texts) != 5 || !strings.Contains(texts[0], "could not prove to be yours. NOT BOOKED") {
			t.Errorf("%d texts: %v", len(texts), texts)
		}
	})
}

func TestAMailWaitsForItsProof(t *testing.T) {
	invited(t, func(t *testing.T, w *world, n *notary) {
		n.away = 3
		w.mails(invite().raw())
		w.hasVisits("p-priya")
		for range 5 {
			w.clock.Set(w.clock.Now().Add(10 * time.Second))
			w.worked()
		}
		w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
	})
}

func TestAStrangerGetsNothing(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite(func(e *event) { e.from = "someone@elsewhere.example" }).raw())
		w.silent(priya, sam, ann, mo)
		list, err := w.db.MailsWith(t.Context(), "stranger", sunday, 10)
		w.must(err)
		if len(list) != 1 || list[0].Raw.Reveal() != "someone@elsewhere.example" {
			t.Errorf("kept %d strangers' mails", len(list))
		}
	})
}

func TestACancellationEndsNoVisitThatHasBegun(t *testing.T) {
	off := func(e *event) { e.method, e.sequence = "CANCEL", 1 }
	now := func(e *event) { e.start, e.end = "20261122T141000Z", "20261122T150000Z" }
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite(now).raw())
		w.wait(11 * time.Minute)
		w.phone(priya).read()
		w.phone(priya).texts("in")
		w.phone(priya).Expects("In 14:11")
		w.mails(invite(now, off).raw())
		w.phone(priya).Expects("has begun, so your cancellation of 14:11 changes nothing: until 15:00")
		w.hasVisits("p-priya", "Sun 22 Nov 14:10-15:00 inside home_visit")
	})
}

// What the calendar says is not what was texted since, nor what was asked for and not taken: the end that is told is the one that is watched.
func TestACancellationIsAnsweredWithTheEndThatIsWatched(t *testing.T) {
	at := func(end, method string, sequence int) string {
		return invite(func(e *event) { e.start, e.end, e.method, e.sequence = "20261122T141000Z", end, method, sequence }).raw()
	}
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(at("20261122T150000Z", "REQUEST", 0))
		w.wait(11 * time.Minute)
		w.phone(priya).texts("in 90")
		w.phone(priya).Expects("until 15:41")
		w.mails(at("20261122T190000Z", "REQUEST", 1))
		w.phone(priya).Expects("over 2 h more")
		w.mails(at("20261122T190000Z", "CANCEL", 2))
		w.phone(priya).Expects("changes nothing: until 15:41")
		w.mails(at("20261122T160000Z", "REQUEST", 3)) // taken up again, until another time
		w.phone(priya).Expects("moved: Sun 22 Nov 14:10-16:00")
		w.hasVisits("p-priya", "Sun 22 Nov 14:10-16:00 inside home_visit")
	})
}

func TestAnUpdateOfAVisitThatHasBegun(t *testing.T) {
	for name, c := range map[string]struct{ start, end, says, want string }{
		"a later end":      {"20261122T141000Z", "20261122T153000Z", "moved: Sun 22 Nov 14:10-15:30", "Sun 22 Nov 14:10-15:30 inside home_visit"},
		"a much later end": {"20261122T141000Z", "20261122T173000Z", "stays until 15:00: 17:30, as in your invite, is over 2 h more", "Sun 22 Nov 14:10-15:00 inside home_visit"},
		"an end gone by":   {"20261122T141000Z", "20261122T141100Z", "has begun, so your invite of 14:11 does not move it: until 15:00", "Sun 22 Nov 14:10-15:00 inside home_visit"},
		"another day":      {"20261123T141000Z", "20261123T150000Z", "stays until 15:00: Mon 15:00, as in your invite, is over 2 h more", "Sun 22 Nov 14:10-15:00 inside home_visit"},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.mails(invite(func(e *event) { e.start, e.end = "20261122T141000Z", "20261122T150000Z" }).raw())
				w.wait(11 * time.Minute)
				w.phone(priya).texts("in")
				w.phone(priya).read()
				w.mails(invite(func(e *event) { e.start, e.end, e.sequence = c.start, c.end, 1 }).raw())
				w.phone(priya).Expects(c.says)
				w.hasVisits("p-priya", c.want)
			})
		})
	}
}

func TestNoInviteMovesAnAlarm(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite(func(e *event) { e.start, e.end = "20261122T141000Z", "20261122T150000Z" }).raw())
		w.wait(76 * time.Minute)
		if w.alarm().Kind != watch.OverdueAlarm {
			t.Fatal("no alarm")
		}
		w.phone(priya).read()
		w.mails(invite(func(e *event) { e.start, e.end, e.sequence = "20261122T141000Z", "20261122T163000Z", 1 }).raw())
		w.phone(priya).Expects("NOT MOVED, it stays Sun 22 Nov 14:10-15:00")
		w.mails(invite(func(e *event) { e.method, e.sequence = "CANCEL", 2 }).raw())
		w.phone(priya).Expects("changes nothing")
		if w.alarm().Kind != watch.OverdueAlarm {
			t.Error("the alarm is gone")
		}
	})
}

func TestWhatTheWorkerSaidSinceStands(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite(func(e *event) { e.start, e.end = "20261122T141000Z", "20261122T150000Z" }).raw())
		w.wait(11 * time.Minute)
		w.phone(priya).texts("in")
		w.phone(priya).texts("LATE 15:40")
		w.phone(priya).read()
		w.mails(invite(func(e *event) {
			e.start, e.end, e.stamp, e.location = "20261122T141000Z", "20261122T150000Z", 9, "2 Example Street"
		}).raw())
		w.hasVisits("p-priya", "Sun 22 Nov 14:10-15:40 inside home_visit")
		w.phone(priya).Expects("noted: Sun 22 Nov 14:10-15:40")
	})
}

func TestAPlainMail(t *testing.T) {
	plain := func(subject, body string) string {
		return fmt.Sprintf("Message-ID: <p%d@council.example>\r\nFrom: %s\r\nSubject: %s\r\nContent-Type: text/plain\r\n\r\n%s\r\n", mailsMade.Add(1), priyasAddress, subject, body)
	}
	t.Run("is answered that nothing was booked", func(t *testing.T) {
		invited(t, func(t *testing.T, w *world, _ *notary) {
			w.mails(plain("visit tomorrow", "I'm at the Smiths at 10"))
			w.phone(priya).Expects("we cannot read plain mails. NOTHING WAS BOOKED")
			w.noAlarm()
		})
	})
	t.Run("that cries for help is heard", func(t *testing.T) {
		invited(t, func(t *testing.T, w *world, _ *notary) {
			w.mails(plain("help", "please help me he won't let me leave"))
			if w.alarm().Kind != watch.Distress {
				t.Error("no alarm")
			}
			w.phone(priya).Expects("Got your message.")
		})
	})
	t.Run("that asks for Scarlett is answered as one that asks for anybody", func(t *testing.T) {
		invited(t, func(t *testing.T, w *world, _ *notary) {
			w.mails(plain("", "can you ask Jane to ring me"))
			jane := w.phone(priya).Expects("I'll see if I can find Jane for you.").Body
			w.noAlarm()
			w.mails(plain("", "can you ask Scarlett to ring me"))
			if got := w.phone(priya).Expects("Scarlett").Body; got != strings.Replace(jane, "Jane", "Scarlett", 1) {
				t.Errorf("%q and %q", got, jane)
			}
			if w.alarm().Kind != watch.Duress {
				t.Error("no alarm")
			}
		})
	})
	t.Run("that cries for help unproven is told to who is on duty", func(t *testing.T) {
		invited(t, func(t *testing.T, w *world, n *notary) {
			n.forged = true
			w.mails(plain("help", "please help me he won't let me leave"))
			w.noAlarm()
			w.phone(sam).Expects("a cry for help by e-mail, as if by Priya N, not proven")
		})
	})
}

// letterbox keeps the mails that are handed over.
type letterbox struct {
	mu    sync.Mutex
	mails []channel.Message
}

func (*letterbox) Name() string { return "letterbox" }

func (b *letterbox) Send(_ context.Context, m channel.Message) (channel.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, m)
	return channel.Receipt{ProviderID: m.ID}, nil
}

// read takes the mails to an address: the subject of each, and its calendar's answer.
func (b *letterbox) read(address string) (said []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mails {
		if !strings.EqualFold(m.Mail.Address.Reveal(), address) {
			continue
		}
		line := m.Mail.Subject.Reveal()
		if c := m.Mail.Calendar; c != nil {
			part := regexp.MustCompile(`PARTSTAT=([A-Z]+)`).FindAllStringSubmatch(strings.ReplaceAll(c.Text.Reveal(), "\r\n ", ""), -1)
			line += fmt.Sprintf(" | %s alone %v, %s of %d", c.Method, c.Alone, part[0][1], len(part))
		}
		said = append(said, line)
	}
	b.mails = nil
	slices.Sort(said)
	return said
}

// withMail is invited with mails going out.
func withMail(t *testing.T, test func(t *testing.T, w *world, b *letterbox)) {
	t.Helper()
	invited(t, func(t *testing.T, w *world, _ *notary) {
		b := &letterbox{}
		before := w.tweak
		w.tweak = func(o *engine.Options) { before(o); o.Mail = b }
		w.crash()
		test(t, w, b)
	})
}

func TestAnInviteIsAnsweredByCalendarAndMail(t *testing.T) {
	for name, c := range map[string]struct {
		mail event
		want []string
	}{
		"booked, and not complete": {invite(), []string{"NOT COMPLETE: $ booked: Sun 22 Nov 16:00-17:00", "Tentative: NOT COMPLETE: $ booked: Sun 22 Nov 16:00-17:00 | REPLY alone true, TENTATIVE of 1"}},
		"not booked": {invite(func(e *event) { e.start, e.end = "20261121T160000Z", "20261121T170000Z" }),
			[]string{"Declined: NOT BOOKED: Sat 21 Nov 16:00-17:00 is past | REPLY alone true, DECLINED of 1", "NOT BOOKED: Sat 21 Nov 16:00-17:00 is past"}},
		"a meeting": {invite(func(e *event) { e.summary, e.location = "Team meeting", "" }),
			[]string{"$ noted as a meeting: Sun 22 Nov 16:00-17:00", "Accepted: $ noted as a meeting: Sun 22 Nov 16:00-17:00 | REPLY alone true, ACCEPTED of 1"}},
		"forwarded": {invite(func(e *event) { e.organizer = "ORGANIZER:mailto:someone@council.example" }), []string{"14:00: your mail holds an invite of somebody else"}},
		"sent by a program, as Google's": {invite(func(e *event) { e.head = "Auto-Submitted: auto-generated\r\n" }),
			[]string{"NOT COMPLETE: $ booked: Sun 22 Nov 16:00-17:00", "Tentative: NOT COMPLETE: $ booked: Sun 22 Nov 16:00-17:00 | REPLY alone true, TENTATIVE of 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			withMail(t, func(t *testing.T, w *world, b *letterbox) {
				w.mails(c.mail.raw())
				got := b.read(priyasAddress)
				if list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya"}); err == nil && len(list) > 0 {
					for i := range got {
						got[i] = strings.ReplaceAll(got[i], list[0].Reference, "$")
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					t.Errorf("answered\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
				}
				if len(b.mails) > 0 {
					t.Errorf("%d mails to others", len(b.mails))
				}
			})
		})
	}
}
