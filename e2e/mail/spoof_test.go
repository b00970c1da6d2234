package mail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
	"github.com/allclear-safety/allclear/e2e/town"
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

// Where no mail server of ours stands before it, Allclear finds out by itself who sent a mail. What is not proved books nothing, and Priya is told of it.
func TestThoseWhoSpeakForOthersBookNothing(t *testing.T) {
	t.Parallel()
	w, p, direct := opened(t, bySMTP, false)
	settle(w)
	start := w.Now().Add(2 * time.Hour).Truncate(time.Minute)
	meeting := func(uid string, hours int) []byte {
		from := start.Add(time.Duration(hours) * time.Hour)
		return invite{from: town.Priya, uid: uid, start: from, end: from.Add(time.Hour), rows: [][2]string{{"Address", town.Address}}}.mail()
	}
	signed := p.Sign(meeting("changed", 3), post.Council)
	for name, mail := range map[string][]byte{
		"unsigned":                        meeting("unsigned", 1),
		"signed by another":               p.Sign(meeting("another", 2), post.Attacker),
		"signed, and then changed":        []byte(strings.Replace(string(signed), "Subject: Home visit", "Subject: No visit", 1)),
		"unsigned, with a forged verdict": append([]byte("Authentication-Results: "+post.MX+"; dmarc=pass header.from="+post.Council+"\r\n"), meeting("forged", 4)...),
	} {
		if said, taken := p.Send(direct, priya, visits, mail); !taken {
			t.Errorf("%s is not taken: %s", name, said)
		}
		w.WaitText(town.Priya.Mobile, 15*time.Second, "could not prove to be yours", "NOT BOOKED")
	}
	if said, taken := p.Send(direct, priya, visits, p.Sign(meeting("signed", 0), post.Council)); !taken {
		t.Fatalf("not taken: %s", said)
	}
	w.WaitText(town.Priya.Mobile, 15*time.Second, "booked", start.In(london).Format("15:04"))
	for _, text := range w.TextsTo(town.Priya.Mobile) {
		if strings.Contains(text.Body, " booked: ") && !strings.Contains(text.Body, start.In(london).Format("15:04")) {
			t.Errorf("a forged invite was booked: %s", text.Body)
		}
	}
}
