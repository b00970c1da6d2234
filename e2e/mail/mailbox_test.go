package mail_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
)

// A mailbox says by itself that mail is there, so that nobody waits until it is looked into again.
func TestAMailboxIsReadAsMailComes(t *testing.T) {
	t.Parallel()
	w, p, _ := opened(t, byIMAP, true)
	const kept = `allclear_mails_total{outcome="kept",via="mailbox"}`
	eventually(t, "the mailbox is read", func() bool { return figure(w, "allclear_mailbox_read") == 1 })
	// The first look after a mail is soon, in any case: what is measured is the second.
	for n, name := range []string{"first", "second"} {
		if n == 1 {
			time.Sleep(time.Second)
		}
		said, taken := p.Send(p.SMTP(), priya, visits, p.Sign(letter(name), post.Council))
		if !taken {
			t.Fatalf("not taken: %s", said)
		}
		began := time.Now()
		eventually(t, "it is kept", func() bool { return figure(w, kept) == float64(n+1) })
		t.Logf("the %s mail took %v from Postfix's answer until it was kept", name, time.Since(began).Round(time.Millisecond))
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v: somebody waited", took)
		}
	}
	eventually(t, "both are filed", func() bool { return len(p.Mailbox("visits")) == 0 && len(p.Mailbox("visits/.Taken")) == 2 })
}
