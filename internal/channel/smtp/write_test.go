package smtp_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/smtp"
)

const calendarText = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Private appointment (A7F3) \u2013 Llŷr\r\nEND:VCALENDAR\r\n"

func invite(id string) channel.Message {
	m := alarm(id)
	m.Class, m.Body = channel.Info, private.New("You are asked to a visit.\nMon 23 Nov 14:00 to 15:00\n.\nA line that begins with a full stop above, and Llŷr.\n")
	m.Mail.Subject, m.Mail.InReplyTo = private.New("Private appointment (A7F3) – Llŷr"), "abc@council.example"
	m.Mail.Calendar = &channel.Calendar{Method: "REQUEST", Text: private.New(calendarText), File: true}
	return m
}

// sent hands a message over and gives the mail as it came.
func sent(t *testing.T, m channel.Message) standin.Mail {
	t.Helper()
	s, c := provider(t, standin.Options{})
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.Mails()[0]
	if got.Bad != nil {
		t.Fatalf("it can't be read: %v\n%s", got.Bad, got.Raw)
	}
	return got
}

func TestAnAlarmsMail(t *testing.T) {
	want := strings.ReplaceAll(`Auto-Submitted: auto-generated
Date: Sun, 22 Nov 2026 14:05:00 +0000
Importance: high
In-Reply-To: <thread.alarm.a1@council.example>
MIME-Version: 1.0
Message-ID: <m1@council.example>
Priority: urgent
References: <thread.alarm.a1@council.example>
Sensitivity: Private
Subject: Allclear: alarm (A7F3)
X-Auto-Response-Suppress: OOF, AutoReply
X-Priority: 1
From: "Allclear" <allclear@council.example>
To: <sam@people.example>
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset=UTF-8

We have not heard from Priya N.
`, "\n", "\r\n")
	if got := string(sent(t, alarm("m1")).Raw); got != want {
		t.Errorf("it is\n%s", got)
	}
}

var boundary = regexp.MustCompile(`[0-9a-f]{40,70}`)

func TestARepeatIsTheSameMail(t *testing.T) {
	s, c := provider(t, standin.Options{})
	for range 2 {
		if _, err := c.Send(t.Context(), invite("m1")); err != nil {
			t.Fatal(err)
		}
	}
	bare := func(m standin.Mail) string { return string(boundary.ReplaceAll(m.Raw, []byte("boundary"))) }
	if got := s.Mails(); bare(got[0]) != bare(got[1]) || got[0].ID != "<m1@council.example>" {
		t.Errorf("first\n%s\nthen\n%s", bare(got[0]), bare(got[1]))
	}
}

// Outlook takes an invite for one where the calendar is the last of the alternatives, and says its method.
func TestAnInvitesMail(t *testing.T) {
	m := sent(t, invite("m1"))
	var kinds []string
	for _, p := range m.Parts {
		kinds = append(kinds, p.Within+" "+p.Type+" "+p.Params["method"]+" "+strings.ToLower(p.Params["charset"])+" "+p.Encoding+" "+p.Attachment)
	}
	want := []string{"multipart/alternative text/plain  utf-8 quoted-printable ", "multipart/alternative text/calendar REQUEST utf-8 base64 ", "multipart/mixed application/ics   base64 invite.ics"}
	if !slices.Equal(kinds, want) {
		t.Errorf("its parts are %q", kinds)
	}
	if m.Parts[1].Body != calendarText || m.Parts[2].Body != calendarText || m.Text != invite("m1").Body.Reveal() || m.Subject != "Private appointment (A7F3) – Llŷr" {
		t.Errorf("it came as\n%s", m.Raw)
	}
	if m.Header.Get("In-Reply-To") != "<abc@council.example>" || m.Header.Get("References") != "<thread.alarm.a1@council.example> <abc@council.example>" || m.Header.Get("X-Auto-Response-Suppress") != "OOF" {
		t.Errorf("its headers are %v", m.Header)
	}
}

// An answer to an invite is the calendar and nothing else.
func TestAnAnswersMail(t *testing.T) {
	r := invite("m1")
	r.Mail.Calendar = &channel.Calendar{Method: "REPLY", Text: private.New(calendarText), Alone: true}
	m := sent(t, r)
	if len(m.Parts) != 1 || m.Parts[0].Type != "text/calendar" || m.Parts[0].Params["method"] != "REPLY" || m.Parts[0].Within != "" || m.Parts[0].Body != calendarText {
		t.Errorf("it came as\n%s", m.Raw)
	}
}

// Whatever is put into a field, no other header and no other recipient comes of it.
func TestNoWordsMakeAHeader(t *testing.T) {
	for _, bad := range []string{"x\r\nBcc: spy@evil.example", "x\nBcc: spy@evil.example\n\nbody", "x\r\n\r\n<html>", "=?utf-8?q?x=0D=0ABcc:_spy@evil.example?=", "x\x00\u2028Bcc: y"} {
		r := invite(bad)
		r.Mail.Subject, r.Mail.Thread, r.Mail.InReplyTo, r.Mail.Calendar.Method = private.New(bad), bad, bad, bad
		m := sent(t, r)
		if len(m.To) != 1 || m.Header.Get("Bcc") != "" || len(m.Parts) != 3 || strings.Contains(string(m.Raw), "\nBcc:") {
			t.Errorf("%q: it came as\n%s", bad, m.Raw)
		}
		s, c := provider(t, standin.Options{})
		r = alarm("m1")
		r.Mail.Address = private.New("sam@people.example" + bad)
		if _, err := c.Send(t.Context(), r); channel.NextStep(err) != channel.WrongNumber || len(s.Mails()) != 0 {
			t.Errorf("to %q: %v", bad, err)
		}
	}
}

// pythons is how Python's email package reads a mail: its parts, their words, its headers and what is wrong with it.
const pythons = `
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
out = {"subject": str(m["Subject"]), "id": str(m["Message-ID"]), "date": m["Date"].datetime.isoformat(), "to": [a.addr_spec for a in m["To"].addresses],
  "from": m["From"].addresses[0].addr_spec, "defects": [str(d) for p in m.walk() for d in p.defects] + [str(d) for h in m.values() for d in getattr(h, "defects", [])],
  "parts": [[p.get_content_type(), p.get_param("method") or "", p.get_filename() or "", "" if p.is_multipart() else p.get_payload(decode=True).decode("utf-8")] for p in m.walk()]}
json.dump(out, sys.stdout)
`

// A second opinion on what we write, by a reader that shares nothing with us.
func TestPythonReadsOurMails(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("python3 is not there")
	}
	run := exec.CommandContext(t.Context(), python, "-c", pythons)
	run.Stdin = bytes.NewReader(sent(t, invite("m1")).Raw)
	said, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Subject, ID, Date, From string
		To, Defects             []string
		Parts                   [][4]string
	}
	if err := json.Unmarshal(said, &got); err != nil {
		t.Fatal(err)
	}
	body := strings.ReplaceAll(invite("m1").Body.Reveal(), "\n", "\r\n")
	want := [][4]string{{"multipart/mixed"}, {"multipart/alternative"}, {"text/plain", "", "", body}, {"text/calendar", "REQUEST", "", calendarText}, {"application/ics", "", "invite.ics", calendarText}}
	if got.Subject != "Private appointment (A7F3) – Llŷr" || got.ID != "<m1@council.example>" || got.Date != "2026-11-22T14:05:00+00:00" || got.From != "allclear@council.example" ||
		!slices.Equal(got.To, []string{"sam@people.example"}) || len(got.Defects) != 0 || !slices.Equal(got.Parts, want) {
		t.Errorf("Python reads %s", said)
	}
}
