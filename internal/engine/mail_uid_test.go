package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// A UID is whatever a program made of it. However long it is and whatever it holds, an invite is booked, followed and called off by it on both databases, and an
// answer to such an invite, which is none of ours, is passed over.
func TestAUIDMayBeAnything(t *testing.T) {
	var long strings.Builder // of nothing that a database could pack
	for n := uint64(1); long.Len() < 60_000; n = n*6364136223846793005 + 1442695040888963407 {
		fmt.Fprintf(&long, "%016x", n)
	}
	for name, uid := range map[string]string{"long": long.String(), "with a zero byte": "a\x00b@council.example", "no text": "\xff\xfe\xc3(@council.example", "none": "", "words": "9 Zyzzyva Mews, Mrs Nettlecombe"} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				named := func(e *event) { e.uid = uid }
				w.mails(invite(named).raw())
				w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
				if uid != "" { // else nothing says what is updated
					w.mails(invite(named, func(e *event) { e.sequence, e.start, e.end = 1, "20261122T180000Z", "20261122T190000Z" }).raw())
					w.hasVisits("p-priya", "Sun 22 Nov 18:00-19:00 booked home_visit")
					w.mails(invite(named, func(e *event) { e.sequence, e.method = 2, "CANCEL" }).raw())
					w.hasVisits("p-priya", "Sun 22 Nov 18:00-19:00 cancelled home_visit")
				}
				w.mails(invite(named, func(e *event) { e.method = "REPLY" }).raw(), invite(named, func(e *event) { e.method = "COUNTER" }).raw())
				left, err := w.db.TakeMails(t.Context(), w.clock.Now().Add(time.Hour), w.clock.Now().Add(2*time.Hour), "n", 10)
				w.must(err)
				for _, m := range left {
					t.Errorf("a mail waits as %s, tried %d times", m.State, m.Attempts)
				}
				aside, err := w.db.MailsOf(t.Context(), "p-priya")
				w.must(err)
				for _, m := range aside {
					if m.State != store.MailDone {
						t.Errorf("a mail is %s: %s", m.State, m.Result)
					}
				}
			})
		})
	}
}
