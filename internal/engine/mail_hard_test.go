package engine_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// A calendar that does not count its revisions sends another time as the same one once more: whoever sent it must not believe that it was followed.
func TestARevisionThatIsNotCounted(t *testing.T) {
	other := func(e *event) { e.start, e.end = "20261122T180000Z", "20261122T190000Z" }
	booked := "Sun 22 Nov 16:00-17:00 booked home_visit"
	for name, c := range map[string]struct {
		mails []event
		want  []string
		says  string
	}{
		"another time":                     {[]event{invite(), invite(other)}, []string{booked}, "NOT MOVED, it stays Sun 22 Nov 16:00-17:00"},
		"a cancellation, as Thunderbird's": {[]event{invite(), invite(func(e *event) { e.method = "CANCEL" })}, []string{"Sun 22 Nov 16:00-17:00 cancelled home_visit"}, "cancelled: Sun 22 Nov 16:00-17:00"},
		"a cancellation, and what it undid once more": {[]event{invite(), invite(func(e *event) { e.method = "CANCEL" }), invite()},
			[]string{"Sun 22 Nov 16:00-17:00 cancelled home_visit"}, "NOT BOOKED: Sun 22 Nov 16:00-17:00 was called off by that invite"},
		"a cancellation of what was before a change": {[]event{invite(func(e *event) { e.sequence = 2 }), invite(func(e *event) { e.method, e.sequence = "CANCEL", 1 })}, []string{booked}, ""},
		"another time of what was refused":           {[]event{invite(func(e *event) { e.start, e.end = "20261121T160000Z", "20261121T170000Z" }), invite()}, []string{booked}, "booked: Sun 22 Nov 16:00-17:00"},
		"two times in one mail": {[]event{invite(func(e *event) {
			e.extra = "END:VEVENT\nBEGIN:VEVENT\nUID:u1@council.example\nORGANIZER:mailto:priya@council.example\nSEQUENCE:0\nDTSTAMP:20261122T130000Z\nDTSTART:20261122T180000Z\nDTEND:20261122T190000Z"
		})}, []string{booked}, "Those that we did not confirm are NOT BOOKED"},
		"two revisions in one mail": {[]event{invite(func(e *event) {
			e.extra = "END:VEVENT\nBEGIN:VEVENT\nUID:u1@council.example\nORGANIZER:mailto:priya@council.example\nSEQUENCE:1\nDTSTAMP:20261122T130000Z\nDTSTART:20261122T180000Z\nDTEND:20261122T190000Z"
		})}, []string{"Sun 22 Nov 18:00-19:00 booked home_visit"}, "booked: Sun 22 Nov 18:00-19:00"},
		"a clock of another century": {[]event{invite(func(e *event) { e.extra = "X-A:b" }), invite(other, func(e *event) { e.sequence = 1 })}, []string{"Sun 22 Nov 18:00-19:00 booked home_visit"}, "moved"},
		"a whole day from midnight": {[]event{invite(func(e *event) {
			e.start, e.end, e.extra = "20261123T000000Z", "20261124T000000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
		})}, nil, "has no start time and end time"},
		"a UID of 10 kB":                      {[]event{invite(func(e *event) { e.uid = strings.Repeat("u", 10_000) })}, []string{booked}, "booked"},
		"a UID with NUL and of other letters": {[]event{invite(func(e *event) { e.uid = "a\x00b\xff\u202e" })}, []string{booked}, "booked"},
		"no UID":                              {[]event{invite(func(e *event) { e.uid = "" })}, []string{booked}, "booked"},
		"a place and title with NUL":          {[]event{invite(func(e *event) { e.location, e.summary = "1 Ex\x00ample \xff Street", "J\x00 Smith" })}, []string{booked}, "booked"},
		"a number beyond all":                 {[]event{invite(func(e *event) { e.sequence = 1 << 40 })}, []string{booked}, "booked"},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				for i, e := range c.mails {
					if i == len(c.mails)-1 {
						w.phone(priya).read()
					}
					raw := e.raw()
					if name == "a clock of another century" && i == 0 {
						raw = strings.Replace(raw, "DTSTAMP:2026", "DTSTAMP:2999", 1)
					}
					w.mails(raw)
				}
				w.hasVisits("p-priya", c.want...)
				if c.says != "" {
					w.phone(priya).Expects(c.says)
				}
			})
		})
	}
}

// By a stamp of the year 2999 no update with the same number would ever be newer.
func TestAStampFarAhead(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(strings.Replace(invite().raw(), "DTSTAMP:2026", "DTSTAMP:2999", 1))
		w.mails(invite(func(e *event) { e.start, e.end, e.stamp = "20261122T180000Z", "20261122T190000Z", 60 }).raw())
		w.hasVisits("p-priya", "Sun 22 Nov 18:00-19:00 booked home_visit")
	})
}

// Two people with one address: nobody can say whose an invite is, and neither must believe that it is booked.
func TestAnAddressThatTwoHave(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.person("p-jo", func(p *buddy.Person) { p.Email = private.New("PRIYA@council.example") })
		w.settle()
		w.readAll()
		w.mails(invite().raw())
		w.hasVisits("p-priya")
		for _, number := range []string{priya, jo} {
			w.phone(number).Expects("which others in Allclear have too. NOT BOOKED")
		}
	})
}

// What an own invite said of its worker alone for this visit, and whom it names, reaches who looks for them; more than is kept is said.
func TestNoWordOfAFormIsLostInSilence(t *testing.T) {
	form := "DESCRIPTION:Service user: J Smith\\nAddress: 7 Form Street\\nContact: 07700 900103\\nManager on call: Sam Hill\\nMobile: 07700 900199\\nCar make: Skoda\\nModel: Fabia\\nColour: blue\\nRegistration: ZZ99 ZZZ\\n"
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite(func(e *event) { e.extra = form }).raw())
		list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya"})
		w.must(err)
		said := list[0].Details.WhoElse.Reveal()
		for _, want := range []string{"07700 900199", "ZZ99 ZZZ", "Sam Hill"} {
			contains(t, said, want)
		}
		if strings.Contains(strings.Join(w.phone(priya).read(), " "), "too long") {
			t.Error("it is said to be too long")
		}
		w.mails(invite(func(e *event) {
			e.uid, e.start, e.end, e.extra = "u2", "20261122T180000Z", "20261122T190000Z", form+"They have said "+strings.Repeat("a lot of things ", 100)
		}).raw())
		w.phone(priya).Expects("Missing: the end of your long notes")
	})
}

// What cannot be read is said at once, and administrators are told of Exchange's rich text.
func TestWhatCannotBeRead(t *testing.T) {
	head := "Message-ID: <%s@council.example>\r\nFrom: priya@council.example\r\nSubject: Visit\r\nMIME-Version: 1.0\r\n"
	for name, c := range map[string]struct{ raw, admin string }{
		"winmail.dat":              {head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgE=\r\n--b--\r\n", "winmail.dat"},
		"encrypted":                {head + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n", ""},
		"rights":                   {head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/x-microsoft-rpmsg-message; name=message_v2.rpmsg\r\n\r\nx\r\n--b--\r\n", ""},
		"winmail.dat of a program": {"Auto-Submitted: auto-generated\r\n" + head + "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n", "winmail.dat"},
		"broken lines":             {head + "Content-Type: text/calendar; method=REQUEST\r\n\r\nnothing of the kind\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.person("p-mo", func(p *buddy.Person) { p.Roles = append(p.Roles, buddy.Admin) })
				w.settle()
				w.readAll()
				w.mails(fmt.Sprintf(c.raw, "1"), fmt.Sprintf(c.raw, "2"))
				w.phone(priya).Expects("we could not read your invite. NOT BOOKED")
				if c.admin == "" {
					w.silent(mo)
					return
				}
				if texts := w.phone(mo).read(); len(texts) != 1 || !strings.Contains(texts[0], c.admin) {
					t.Errorf("the administrator has %q", texts)
				}
			})
		})
	}
}

func TestAMailOfTooManyEvents(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		var more strings.Builder
		for i := range 60 {
			day := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC).AddDate(0, 0, i)
			fmt.Fprintf(&more, "END:VEVENT\nBEGIN:VEVENT\nUID:m%d\nORGANIZER:mailto:priya@council.example\nDTSTAMP:20261122T130000Z\nDTSTART:%s\nDTEND:%s\n", i, day.Format("20060102T150405Z"), day.Add(time.Hour).Format("20060102T150405Z"))
		}
		w.mails(invite(func(e *event) { e.extra = strings.TrimSpace(more.String()) }).raw())
		if n := len(w.visitsOf("p-priya")); n != 50 {
			t.Errorf("%d are booked", n)
		}
		if texts := w.phone(priya).read(); len(texts) != 6 || !strings.Contains(strings.Join(texts, " "), "14:00: 46 more answers") || !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "more visits or times than we take at once") }) {
			t.Errorf("%d texts: %v", len(texts), texts)
		}
	})
}

// A mail of ours that came back has its reader and their managers put the address right, once a day; anybody can send such a mail.
func TestOurMailThatComesBack(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		bounce := "Message-ID: <b%d@mx>\r\nFrom: MAILER-DAEMON@council.example\r\nSubject: Undeliverable: x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
			"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; %s\r\nAction: failed\r\n\r\n--b--\r\n"
		w.mails(fmt.Sprintf(bounce, 1, "priya@council.example"), fmt.Sprintf(bounce, 2, "priya@council.example"), fmt.Sprintf(bounce, 3, "nobody@council.example"))
		if texts := w.phone(priya).read(); len(texts) != 1 || !strings.Contains(texts[0], "our mail to you came back") {
			t.Errorf("she has %q", texts)
		}
	})
}

// A mail server may put its report into base64, whatever it holds.
func TestOurMailThatComesBackInBase64(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		report := base64.StdEncoding.EncodeToString([]byte("Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; priya@council.example\r\nAction: failed\r\n"))
		w.mails("Message-ID: <b1@mx>\r\nFrom: MAILER-DAEMON@council.example\r\nSubject: Undeliverable: x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n" +
			"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n" + report + "\r\n--b--\r\n")
		if texts := w.phone(priya).read(); len(texts) != 1 || !strings.Contains(texts[0], "our mail to you came back") {
			t.Errorf("she has %q", texts)
		}
	})
}

// Administrators are told once a day who wrote that nobody knows: one of them may be a worker whose address in Allclear is another.
func TestAdministratorsSeeWhoIsNotKnown(t *testing.T) {
	withMail(t, func(t *testing.T, w *world, b *letterbox) {
		w.person("p-mo", func(p *buddy.Person) { p.Roles = append(p.Roles, buddy.Admin) })
		w.settle()
		for _, from := range []string{"priya.nair@council.example", "x@elsewhere.example", "x@elsewhere.example"} {
			w.mails(invite(func(e *event) { e.from = from }).raw())
		}
		w.readAll()
		b.read("")
		for range 26 {
			w.clock.Set(w.clock.Now().Add(time.Hour))
			w.must(w.engine.Chores(t.Context()))
			w.settle()
		}
		w.phone(mo).Expects("3 mails since yesterday came from nobody we know")
		b.mu.Lock()
		defer b.mu.Unlock()
		n := 0
		for _, m := range b.mails {
			if strings.Contains(m.Mail.Subject.Reveal(), "people we do not know") {
				n++
				contains(t, m.Body.Reveal(), "priya.nair@council.example\nx@elsewhere.example (2)")
				if strings.Contains(m.Mail.Subject.Reveal(), "@") {
					t.Error("an address is in the subject")
				}
			}
		}
		if n != 1 {
			t.Errorf("%d mails list them", n)
		}
	})
}

// A mail that can never be worked is set aside, told to its worker and to who is on duty, and holds nothing else up.
func TestAMailIsSetAsideAndTold(t *testing.T) {
	invited(t, func(t *testing.T, w *world, n *notary) {
		before := w.tweak
		w.tweak = func(o *engine.Options) { before(o); o.Prover = poisoned{n} }
		w.crash()
		poison := strings.Replace(invite().raw(), "Subject: J Smith", "Subject: poison", 1)
		w.mails(poison)
		w.mails(invite(func(e *event) { e.uid = "u2" }).raw())
		w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
		w.readAll()
		for range 20 {
			w.clock.Set(w.clock.Now().Add(2 * time.Minute))
			w.worked()
		}
		w.phone(priya).Expects("your invite could not be dealt with. NOT BOOKED")
		w.phone(sam).Expects("could not be dealt with")
	})
}

// What a call for help makes of it must not be read from what an invite is answered.
func TestAnInviteIsAnsweredTheSameInDuress(t *testing.T) {
	t.Parallel()
	said := func(name string) string {
		w := newWorld(t, storetest.SQLite(t).Open(t), func(o *engine.Options) { o.Prover, o.Addresses = &notary{}, []string{"book@allclear.example"} })
		w.person("p-priya", func(p *buddy.Person) { p.Email = private.New(priyasAddress) })
		w.settle()
		w.readAll()
		mondays := func(e *event) { e.uid, e.start, e.end = "u2", "20261123T163000Z", "20261123T173000Z" }
		soon := func(e *event) { e.uid, e.start, e.end = "u3", "20261122T140100Z", "20261122T150000Z" }
		w.mails(invite(soon).raw(), invite().raw())
		w.wait(2 * time.Minute)
		w.phone(priya).texts("in")
		w.phone(priya).texts("ASK " + name)
		w.wait(time.Minute)
		w.phone(priya).read()
		w.mails(invite(func(e *event) { e.start, e.end, e.sequence = "20261122T163000Z", "20261122T173000Z", 1 }).raw(), invite(mondays).raw(),
			invite(mondays, func(e *event) { e.method, e.sequence = "CANCEL", 1 }).raw(), invite(func(e *event) { e.method, e.sequence = "CANCEL", 2 }).raw(),
			invite(soon, func(e *event) { e.end, e.sequence = "20261122T153000Z", 1 }).raw(), invite(soon, func(e *event) { e.method, e.sequence = "CANCEL", 2 }).raw())
		if name == "Scarlett" && w.alarm().Kind != watch.Duress {
			t.Error("no alarm")
		}
		return regexp.MustCompile(`\b[A-Z0-9]{4}( |\.)|visits/k[0-9a-f]+`).ReplaceAllString(strings.Join(w.phone(priya).read(), "\n"), "REFR")
	}
	if jane, scarlett := said("Jane"), said("Scarlett"); jane != scarlett || !strings.Contains(jane, "moved: Sun 22 Nov 14:01-15:30") || !strings.Contains(jane, "changes nothing: until 15:30") {
		t.Errorf("asking for Scarlett\n%s\nasking for Jane\n%s", scarlett, jane)
	}
}

// poisoned panics at one mail.
type poisoned struct{ *notary }

func (p poisoned) Prove(ctx context.Context, a mail.Arrival, m mail.Message) (mail.Proof, error) {
	if m.Subject.Reveal() == "poison" {
		panic("a mail like no other")
	}
	return p.notary.Prove(ctx, a, m)
}
