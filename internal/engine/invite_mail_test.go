package engine_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/smtp"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// council is the council's mail server: it signs what its people send, and its name server knows the key.
type council struct{ key ed25519.PrivateKey }

func (c council) TXT(_ context.Context, name string) ([]string, error) {
	switch name {
	case "_dmarc.council.example":
		return []string{"v=DMARC1; p=reject"}, nil
	case "s1._domainkey.council.example":
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(c.key.Public().(ed25519.PublicKey))}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (c council) sign(t *testing.T, raw string) []byte {
	t.Helper()
	var signed bytes.Buffer
	synctest.Test(t, func(t *testing.T) { // whose clock the signature has, as that of the machine runs away from the mail's
		ctx, cancel := context.WithDeadline(t.Context(), sunday)
		defer cancel()
		<-ctx.Done()
		if err := dkim.Sign(&signed, strings.NewReader(raw), &dkim.SignOptions{Domain: "council.example", Selector: "s1", Signer: c.key,
			HeaderKeys: []string{"From", "Date", "Subject", "Message-ID", "Content-Type", "MIME-Version"}, HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed}); err != nil {
			t.Fatal(err)
		}
	})
	return signed.Bytes()
}

// pythonRead is an event as Debian's python3-icalendar reads it.
type pythonRead struct {
	UID, Method, Start, End string
	Sequence                int
	Organizer, Attendees    [][3]string
}

func pythonReads(t *testing.T, words string) pythonRead {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sent.ics")
	if err := os.WriteFile(file, []byte(words), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", filepath.Join("..", "calendar", "testdata", "read.py"), file).CombinedOutput() // #nosec G204 -- our own script
	if err != nil && os.Getenv("CI") != "true" && strings.Contains(string(out)+err.Error(), "No ") {
		t.Skip("python3-icalendar is not installed; scripts/need-tools does it")
	}
	var got pythonRead
	if err == nil {
		err = json.Unmarshal(out, &got)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return got
}

// lastInvite is the newest mail with a calendar that an address got, as a mail program takes it for an invite: the calendar is the last of the
// alternatives, and says its method there and in itself.
func lastInvite(t *testing.T, mails *standin.Server, address string) pythonRead {
	t.Helper()
	all := mails.To(address)
	for i := len(all) - 1; i >= 0; i-- {
		var alternatives []standin.Part
		for _, p := range all[i].Parts {
			if p.Within == "multipart/alternative" {
				alternatives = append(alternatives, p)
			}
		}
		if len(alternatives) == 0 {
			continue
		}
		last := alternatives[len(alternatives)-1]
		got := pythonReads(t, last.Body)
		if last.Type != "text/calendar" || last.Params["method"] != got.Method || got.Method == "" || all[i].Header.Get("Auto-Submitted") != "auto-generated" {
			t.Fatalf("it came as\n%s", all[i].Raw)
		}
		if !strings.Contains(last.Body, "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n") || !strings.Contains(last.Body, "DTSTART;TZID=Europe/London:") || strings.Contains(strings.ReplaceAll(last.Body, "\r\n", ""), "\n") {
			t.Fatalf("the calendar is\n%s", last.Body)
		}
		if len(got.Organizer) != 1 || got.Organizer[0][0] != "mailto:"+ourMail || len(got.Attendees) != 1 || got.Attendees[0][0] != "mailto:"+address {
			t.Fatalf("from %v to %v", got.Organizer, got.Attendees)
		}
		return got
	}
	t.Fatalf("no invite came to %s", address)
	return pythonRead{}
}

// The whole way out and back: what a mail server is given is read by a program that shares no code with us, and an answer that the council's own server signed
// is known of the visit.
func TestAnInviteGoesOutAndItsAnswerComesBack(t *testing.T) {
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
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	own := council{key}
	w := newWorld(t, storetest.SQLite(t).Open(t), func(o *engine.Options) {
		o.Mail, err = smtp.New(smtp.Options{Server: server, From: "Allclear <" + ourMail + ">", Dial: new(net.Dialer).DialContext, Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		o.MailFrom, o.OwnDomains, o.Addresses = ourMail, []string{"council.example"}, []string{ourMail}
		o.Prover = mail.NewProver(mail.Options{Domains: []string{"council.example"}, TXT: own.TXT})
	})
	w.person("p-sam", func(p *buddy.Person) { p.Email = private.New(samMail) })
	w.posts()
	id := w.book(w.inTwoHours)
	w.posts()
	w.settle()
	first := lastInvite(t, mails, samMail)
	if first.Method != "REQUEST" || first.Sequence != 0 || first.Start != "2026-11-22T16:00:00Z" || first.End != "2026-11-22T17:00:00Z" {
		t.Errorf("the invite is %+v", first)
	}

	later := w.clock.Now().Add(150 * time.Minute)
	w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{StartsAt: later, ExpectedEndAt: later.Add(time.Hour)}))
	w.posts()
	w.settle()
	if second := lastInvite(t, mails, samMail); second.Method != "REQUEST" || second.UID != first.UID || second.Sequence != 1 || second.Start != "2026-11-22T16:30:00Z" {
		t.Errorf("the update is %+v", second)
	}

	reply := func(part string, sign func(string) []byte) {
		t.Helper()
		raw := sign(strings.ReplaceAll(fmt.Sprintf(`From: Sam Hill <%s>
To: %s
Subject: %s: Private appointment
Date: Sun, 22 Nov 2026 13:59:00 +0000
Message-ID: <%s@council.example>
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=utf-8

BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VEVENT
ATTENDEE;PARTSTAT=%[3]s;CN=Sam Hill:mailto:%[1]s
UID:%[5]s
SEQUENCE:1
DTSTART:20261122T163000Z
DTEND:20261122T173000Z
DTSTAMP:20261122T135900Z
END:VEVENT
END:VCALENDAR
`, samMail, ourMail, part, strings.ToLower(part), first.UID), "\n", "\r\n"))
		w.must(w.engine.ReceiveMail(t.Context(), mail.Arrival{Raw: raw, From: samMail, To: []string{ourMail}, Via: mail.ByListener, At: w.clock.Now()}))
		w.worked()
	}
	answer := func() store.Answered {
		t.Helper()
		i, err := w.db.InviteByUID(t.Context(), first.UID)
		w.must(err)
		return i.Answer
	}
	reply("DECLINED", func(s string) []byte { return []byte(s) })
	if got := answer(); got != store.NoAnswer {
		t.Errorf("an answer that nobody signed counts: %q", got)
	}
	reply("ACCEPTED", func(s string) []byte { return own.sign(t, s) })
	if got := answer(); got != store.AnswerAccepted {
		t.Errorf("the answer is %q", got)
	}

	w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, false, private.Text{}))
	w.posts()
	w.settle()
	if gone := lastInvite(t, mails, samMail); gone.Method != "CANCEL" || gone.UID != first.UID || gone.Sequence != 2 || gone.Start != "2026-11-22T16:30:00Z" {
		t.Errorf("the cancellation is %+v", gone)
	}
}
