package engine_test

import (
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/smtp"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// The e-mail addresses of the people in these tests.
const (
	priyaMail = "priya@council.example"
	samMail   = "sam@council.example"
	annMail   = "ann@council.example"
	moMail    = "mo@council.example"
)

// mailed is a world in which Priya, Sam, Ann and Mo have e-mail.
func mailed(t *testing.T, test func(t *testing.T, w *world, mails *standin.Server)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		t.Parallel()
		mails, err := standin.New(standin.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(mails.Close)
		server, err := smtp.ParseServer("smtp://" + mails.Addr())
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, open(), func(o *engine.Options) {
			o.Mail, err = smtp.New(smtp.Options{Server: server, From: "Allclear <allclear@council.example>", Dial: new(net.Dialer).DialContext, Timeout: time.Second})
			if err != nil {
				t.Fatal(err)
			}
		})
		for id, address := range map[string]string{"p-priya": priyaMail, "p-sam": samMail, "p-ann": annMail, "p-mo": moMail} {
			w.person(id, func(p *buddy.Person) { p.Email = private.New(address) })
		}
		w.settle()
		w.readAll()
		test(t, w, mails)
	})
}

var reference = regexp.MustCompile(`\([0-9A-Z]{4}\)`)

// about are the subjects of the mails that an address got, with REFR for each reference.
func about(mails *standin.Server, address string, from int) (list []string) {
	for _, m := range mails.To(address)[from:] {
		list = append(list, reference.ReplaceAllString(m.Subject, "(REFR)"))
	}
	return list
}

func TestAnAlarmComesByEMailToo(t *testing.T) {
	mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
		w.book()
		w.phone(priya).texts("in")
		if list := about(mails, samMail, 0); !slices.Contains(list, "Allclear: going in (REFR)") {
			t.Errorf("the responder has %q", list)
		}
		w.wait(75 * time.Minute)
		w.phone(sam).Expects("We have not heard from Priya N")
		got := mails.To(samMail)
		last := got[len(got)-1]
		if reference.ReplaceAllString(last.Subject, "(REFR)") != "Allclear: alarm (REFR)" || !strings.Contains(last.Text, "We have not heard from Priya N. Take charge, then ring round.") || !strings.Contains(last.Text, "\nhttps://allclear.example/alarms/"+w.alarm().ID+"\n") ||
			last.Header.Get("Importance") != "high" || !strings.Contains(last.Header.Get("References"), "<thread.alarm."+w.alarm().ID+"@council.example>") {
			t.Errorf("the alarm's mail is %s", last.Raw)
		}
		if ways := mails.To(annMail); len(ways) != 0 {
			t.Errorf("who is not told yet has %q", about(mails, annMail, 0))
		}
		w.wait(5 * time.Minute)
		if n := slices.Index(about(mails, annMail, 0), "Allclear: alarm (REFR)"); n < 0 {
			t.Errorf("the second responder has %q", about(mails, annMail, 0))
		}
		w.must(w.act("p-sam", watch.Acknowledge{}))
		if list := about(mails, annMail, 0); list[len(list)-1] != "Allclear: the alarm is taken (REFR)" {
			t.Errorf("after it was taken: %q", list)
		}
		if n := len(mails.To(priyaMail)); n != 0 {
			t.Errorf("the worker has %q", about(mails, priyaMail, 0))
		}
	})
}

// A mail that the server took tells nobody: it holds no alarm up that neither text nor call got through.
func TestAnEMailHoldsNoAlarmUp(t *testing.T) {
	for name, lost := range map[string]func(w *world){
		"whose numbers are wrong": func(w *world) { w.phone(sam).Wrong(); w.phone(samHome).Wrong() },
		"who has no number but the worker's own": func(w *world) {
			w.person("p-sam", func(p *buddy.Person) { p.Mobile, p.PersonalMobile = w.number(priya), phone.Number{} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
				lost(w)
				w.book()
				w.wait(75 * time.Minute)
				w.phone(ann).Expects("We have not heard from Priya N")
				if list := about(mails, samMail, 0); !slices.Contains(list, "Allclear: alarm (REFR)") {
					t.Errorf("the e-mail of who can't be rung: %q", list)
				}
				if a := w.alarm(); a.Status != store.AlarmOpen || a.HeldBy != "" {
					t.Errorf("the alarm is %+v", a)
				}
			})
		})
	}
}

// While the mail server is away, texts and calls go at once, and mails when it is back: each with the Message-ID of its first try, also after a restart.
func TestAMailServerThatIsAwayHoldsNothingUp(t *testing.T) {
	mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
		w.book()
		w.wait(74 * time.Minute)
		w.readAll()
		from := len(mails.To(samMail))
		mails.Fail(standin.Lost, 1)
		mails.Fail(standin.Down, 3)
		w.wait(time.Minute)
		w.phone(sam).Expects("We have not heard from Priya N")
		w.crash()
		w.wait(time.Minute)
		ids := map[string]int{}
		for _, m := range mails.To(samMail)[from:] {
			if strings.HasPrefix(m.Subject, "Allclear: alarm (") {
				ids[m.ID+m.Text]++
			}
		}
		if len(ids) != 1 {
			t.Errorf("one round's mail has come as %d: %v", len(ids), ids)
		}
		for _, n := range ids {
			if n != 2 {
				t.Errorf("a mail whose answer was lost has come %d times, want it once more", n)
			}
		}
	})
}

func TestAnAddressThatNobodyHasIsToldToPeople(t *testing.T) {
	mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
		mails.Unknown(samMail)
		w.book()
		w.wait(75 * time.Minute)
		w.phone(sam).Expects("We have not heard from Priya N")
		w.phone(ann).Expects("We could not reach Sam H by e-mail")
		if list := about(mails, annMail, 0); !slices.Contains(list, "Allclear: an e-mail address that seems wrong") {
			t.Errorf("by e-mail: %q", list)
		}
	})
}

// A server that refuses us is told to people by text, once, and the engine is ready all the same.
func TestAMailServerThatRefusesUsIsTold(t *testing.T) {
	mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
		mails.Fail(standin.Barred, -1)
		w.book()
		w.wait(75 * time.Minute)
		w.phone(sam).Expects("Our e-mails may not go out. Texts and calls still do.")
		if err := w.engine.Ready(t.Context()); err != nil {
			t.Errorf("it is not ready: %v", err)
		}
	})
}

// Who reads the worker's mailbox may be who must not know: nothing about a worker goes to an address of theirs.
func TestNothingAboutAWorkerComesToTheirOwnMailbox(t *testing.T) {
	mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
		w.person("p-sam", func(p *buddy.Person) { p.Email = private.New("Priya@Council.example") })
		w.settle()
		from := len(mails.Mails())
		w.book()
		w.phone(priya).texts("in")
		w.phone(priya).texts("ASK Scarlett")
		w.wait(time.Hour)
		w.phone(sam).Expects("CALL 999 now")
		for _, m := range mails.Mails()[from:] {
			if strings.EqualFold(m.To[0], priyaMail) {
				t.Errorf("the worker's mailbox has %q: %s", m.Subject, m.Text)
			}
		}
	})
}

// What comes to a worker's mailbox is the same whether she asks for Jane or for Scarlett, byte for byte.
func TestDuressInTheMailboxLooksLikeNothing(t *testing.T) {
	for name, texts := range map[string][]string{"asked inside": {"in", "ASK NAME"}, "mentioned, and out": {"in", "NAME was here", "out"}} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			for _, asked := range []string{"Jane", "Scarlett"} {
				mails, err := standin.New(standin.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(mails.Close)
				play := func(w *world) {
					server, err := smtp.ParseServer("smtp://" + mails.Addr())
					w.must(err)
					w.engine.Mail, err = smtp.New(smtp.Options{Server: server, From: "allclear@council.example", Dial: new(net.Dialer).DialContext})
					w.must(err)
					w.person("p-priya", func(p *buddy.Person) { p.Email = private.New(priyaMail) })
					w.person("p-sam", func(p *buddy.Person) { p.Email = private.New(samMail) })
					w.plan(func(s *plan.Settings) { s.Channels = plan.TextsAndMails })
					w.book(func(b *engine.Booking) { b.Details.Address = private.Text{} }) // she is asked for what is missing
				}
				seenOn(t, texts, asked, false, play)
				for _, m := range mails.To(priyaMail) {
					got[asked] += m.Subject + "\n" + m.Text
				}
				if asked == "Scarlett" && !slices.Contains(about(mails, samMail, 0), "Allclear: alarm (REFR)") {
					t.Errorf("the responder has %q", about(mails, samMail, 0))
				}
			}
			if reminded := strings.Contains(got["Jane"], "how are things going?"); got["Jane"] != got["Scarlett"] || reminded != (name == "asked inside") {
				t.Errorf("asking for Scarlett the mailbox has\n%s\nasking for Jane\n%s", got["Scarlett"], got["Jane"])
			}
		})
	}
}
