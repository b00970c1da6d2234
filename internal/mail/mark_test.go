package mail_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/mail"
)

func TestAMailIsMarkedAsItIsRead(t *testing.T) {
	body := "\r\n\r\nhello\r\nthere\r\n"
	raw := "Message-ID: <1@council.example>\r\nFrom: \"Nair, Priya\"\r\n <Priya@Council.example>\r\nDate: Sun, 22 Nov 2026 14:00:00 +0000" + body
	sender, print := mail.Mark([]byte(raw))
	if sender != "priya@council.example" {
		t.Errorf("from %q", sender)
	}
	for name, same := range map[string]string{
		"handed on by another":            "Received: from elsewhere\r\n" + raw,
		"out of a mailbox's file":         "From priya@council.example Sun Nov 22 14:00:00 2026\r\n" + raw,
		"with the lines of another":       strings.ReplaceAll(raw, "\r\n", "\n"),
		"with a header folded on the way": strings.Replace(raw, "Date: Sun, 22", "Date: Sun,\r\n\t22", 1),
	} {
		if s, p := mail.Mark([]byte(same)); s != sender || p != print {
			t.Errorf("%s: another mail, from %q", name, s)
		}
	}
	for name, other := range map[string]string{
		"with other words":       strings.Replace(raw, "hello", "hallo", 1),
		"with a signature":       "DKIM-Signature: v=1; b=x\r\n" + raw,
		"of another id":          strings.Replace(raw, "<1@", "<2@", 1),
		"with a header's words":  strings.Replace(raw, "\r\n\r\n", "\r\n\r\nDate: x\r\n\r\n", 1),
		"from another besides":   "From: sam@council.example\r\n" + raw,
		"from two in one header": strings.Replace(raw, "<Priya@Council.example>", "<Priya@Council.example>, sam@council.example", 1),
	} {
		if _, p := mail.Mark([]byte(other)); p == print {
			t.Errorf("%s: taken for the same mail", name)
		}
	}
	for name, raw := range map[string]string{
		"an address in the name": "From: \"sam@council.example\" <priya@council.example>" + body, "two": "From: sam@council.example, priya@council.example" + body,
		"two headers": "From: sam@council.example\r\nFrom: priya@council.example" + body, "an empty line first": "\r\nFrom: priya@council.example" + body,
		"none": "Subject: x" + body, "no mail": "", "a group": "From: team: priya@council.example;" + body,
	} {
		sender, _ := mail.Mark([]byte(raw))
		if read := mail.Read(mail.Arrival{Raw: []byte(raw)}).From; sender != read {
			t.Errorf("%s: marked as from %q, read as from %q", name, sender, read)
		}
	}
}

// A mail of lines that all go on with the one above once took a minute for each 400,000 of them.
func TestAHeaderOfNothingButFoldsCostsNoMoreThanItsLength(t *testing.T) {
	for _, start := range []string{"From: priya@council.example\nSubject: x\n", "From: priya@council.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nSubject: x\n"} {
		raw := []byte(start + strings.Repeat(" x\n", 1_000_000) + "\nbody")
		sender, _ := mail.Mark(raw)
		if m := mail.Read(mail.Arrival{Raw: raw}); sender != "priya@council.example" || m.From != sender {
			t.Errorf("from %q and %q", sender, m.From)
		}
	}
}
