package mail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
)

const priya = "priya@" + post.Council

// letter is an ordinary mail of Priya's, of which there is one by each name.
func letter(name string) []byte {
	return fmt.Appendf(nil, "From: Priya N <%s>\r\nTo: %s\r\nDate: %s\r\nMessage-ID: <%s.%d@%s>\r\nSubject: Visit %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nAt two.\r\n",
		priya, visits, time.Now().Format(time.RFC1123Z), name, time.Now().UnixNano(), post.Council, name)
}

// Whoever says to be Priya and is not gets no further than the edge; a verdict that they wrote themselves goes, and what Priya sent is kept.
func TestThoseWhoSpeakForOthersAreRefusedAtTheEdge(t *testing.T) {
	t.Parallel()
	w, p, _ := opened(t, byLMTP, false)
	forged := append([]byte("Authentication-Results: "+post.MX+"; dmarc=pass header.from="+post.Council+"\r\n"), letter("forged")...)
	signed := p.Sign(letter("changed"), post.Council)
	for name, c := range map[string]struct {
		mail  []byte
		taken bool
	}{
		"signed by the council":           {p.Sign(letter("signed"), post.Council), true},
		"unsigned":                        {letter("unsigned"), false},
		"signed by another":               {p.Sign(letter("another"), post.Attacker), false},
		"unsigned, with a forged verdict": {forged, false},
		"signed, and then changed":        {[]byte(strings.Replace(string(signed), "Subject: Visit", "Subject: No visit", 1)), false},
		"signed, and with another forged": {append([]byte("Authentication-Results: "+post.MX+"; dmarc=fail\r\n"), p.Sign(letter("both"), post.Council)...), true},
	} {
		said, taken := p.Send(p.SMTP(), priya, visits, c.mail)
		if taken != c.taken || !taken && !strings.Contains(said, "550 5.7.1") {
			t.Errorf("%s: taken %t: %s", name, taken, said)
		}
	}
	eventually(t, "what was taken is kept", func() bool { return figure(w, `allclear_mails_total{outcome="kept",via="listener"}`) == 2 })
}

// While nobody looks at a mail, it waits: Postfix says "later", and no mail comes in unlooked at.
func TestAMailThatNobodyLookedAtWaits(t *testing.T) {
	t.Parallel()
	w, p, _ := opened(t, byLMTP, false)
	p.Stop("OpenDMARC")
	said, taken := p.Send(p.SMTP(), priya, visits, p.Sign(letter("early"), post.Council))
	if taken || !strings.Contains(said, "451 4.7.1") {
		t.Errorf("taken %t: %s", taken, said)
	}
	if n := figure(w, `allclear_mails_total{outcome="kept",via="listener"}`); n != 0 {
		t.Errorf("%v mails came in", n)
	}
}
