package mail_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

// base64Lines is what a mail server makes of bytes that it does not trust the next one with.
func base64Lines(s string) string {
	var b strings.Builder
	for part := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString([]byte(s))), 76) {
		b.WriteString(string(part) + "\n")
	}
	return b.String()
}

func TestAMailThatCameBackSaysWhoseAddressFails(t *testing.T) {
	const (
		from   = "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nSubject: Undelivered Mail Returned to Sender\nDate: Sun, 22 Nov 2026 09:14:00 +0000\n"
		whole  = from + "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n"
		report = "Reporting-MTA: dns; mx.example\nArrival-Date: Sun, 22 Nov 2026 09:13:00 +0000\n\nFinal-Recipient: rfc822; Priya@Council.example\nOriginal-Recipient: rfc822;priya@council.example\nAction: failed\nStatus: 5.1.1\n" +
			"Diagnostic-Code: smtp; 550 5.1.1\n <priya@council.example>: no such user\n\n"
		status   = "Content-Type: message/delivery-status\n"
		in64     = "Content-Transfer-Encoding: base64\n"
		explains = "Content-Type: text/plain; charset=us-ascii\n\nYour message could not be delivered.\n"
		original = "Content-Type: message/rfc822\n\nFrom: visits@allclear.example\nSubject: Visit (A7F3)\nContent-Type: multipart/report; boundary=c\n\n--c\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; sam@council.example\nAction: failed\n\n--c--\n"
	)
	parts := func(list ...string) string { return "--b\n" + strings.Join(list, "\n--b\n") + "\n--b--\n" }
	for _, test := range []struct {
		name, raw string
		want      string
	}{
		{"as it is", whole + "\n" + parts(explains, status+"\n"+report, original), "priya@council.example"},
		{"its report in base64", whole + "\n" + parts(explains, status+in64+"\n"+base64Lines(report), original), "priya@council.example"},
		{"all its parts in base64", whole + "\n" + parts("Content-Type: text/plain\n"+in64+"\n"+base64Lines("It could not be delivered."), status+in64+"\n"+base64Lines(strings.ReplaceAll(report, "\n", "\r\n")),
			"Content-Type: message/rfc822\n"+in64+"\n"+base64Lines("From: visits@allclear.example\nSubject: Visit (A7F3)\n\nx")), "priya@council.example"},
		{"all of it in base64", whole + in64 + "\n" + base64Lines(parts(explains, status+"\n"+report, original)), "priya@council.example"},
		{"its report in quoted-printable", whole + "\n" + parts(explains, status+"Content-Transfer-Encoding: quoted-printable\n\n"+strings.ReplaceAll(report, "Final-Recipient: rfc822; ", "Final-Recipient: rfc822;=\n =20")), "priya@council.example"},
		{"a report and no more", from + status + in64 + "\n" + base64Lines(report), "priya@council.example"},
		{"a text in base64", from + "Content-Type: text/plain\n" + in64 + "\n" + base64Lines("It came back.\n\n"+report), "priya@council.example"},
		{"in any alphabet", whole + "\n" + parts(explains, "Content-Type: message/global-delivery-status\n"+in64+"\n"+base64Lines("Reporting-MTA: dns; mx\n\nFinal-Recipient: utf-8; priya@council.example\nAction: failed\n")), "priya@council.example"},
		{"of two, one is only late", whole + "\n" + parts(status+"\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; sam@council.example\nAction: delayed\n\nFinal-Recipient: rfc822;<priya@council.example>\nAction: Failed\n"), "priya@council.example"},
		{"late", whole + "\n" + parts(status+"\n"+strings.ReplaceAll(report, "failed", "delayed")), ""},
		{"of an old telephone", whole + "\n" + parts(status+"\n"+strings.ReplaceAll(report, "rfc822", "x-fax")), ""},
		{"of many", whole + "\n" + parts(status+"\n"+strings.Repeat("Final-Recipient: rfc822; a@council.example\nAction: failed\n\n", 3)+"Final-Recipient: rfc822; b@council.example\nAction: failed\n\nFinal-Recipient: rfc822; c@council.example\nAction: failed\n\nFinal-Recipient: rfc822; d@council.example\nAction: failed\n"), "a@council.example b@council.example c@council.example"},
		{"only inside what came back", whole + "\n" + parts(explains, original), ""},
		{"no address", whole + "\n" + parts(status+"\nFinal-Recipient: rfc822; nobody\nAction: failed\n"), ""},
	} {
		m := mail.Read(mail.Arrival{Raw: []byte(strings.ReplaceAll(test.raw, "\n", "\r\n")), Via: mail.ByMailbox, At: sentAt})
		if got := strings.Join(m.Failed, " "); got != test.want || !m.Automatic {
			t.Errorf("%s: %q fail, automatic: %v; want %q", test.name, got, m.Automatic, test.want)
		}
	}
}

// Who has no name for daemons is known as one by the report alone.
func TestAReportIsNoPersonsMail(t *testing.T) {
	for name, test := range map[string]struct {
		raw  string
		want bool
	}{
		"alone":           {head + "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + base64Lines("Final-Recipient: rfc822; x@council.example\nAction: failed\n"), true},
		"in parts":        {head + "Content-Type: multipart/report; boundary=b\nContent-Transfer-Encoding: base64\n\n" + base64Lines("--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n"), true},
		"beside an event": {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/calendar\n\n" + event + "\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n", false},
	} {
		if m := read(test.raw); m.Automatic != test.want {
			t.Errorf("%s: %v", name, m.Automatic)
		}
	}
}
