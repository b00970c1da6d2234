package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
)

// However a UID was once made, what was sent keeps it.
func TestAnInviteKeepsTheUIDItWasSentWith(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		p.named = "of-old-"
		id := w.book(w.inTwoHours)
		w.posts()
		uid := "of-old-p-sam@" + ourMail[strings.Index(ourMail, "@")+1:]
		if m := p.to(mailOfSam); m.event.UID != uid {
			t.Fatalf("it is %s", m.event.UID)
		}
		p.named = ""
		later := w.clock.Now().Add(150 * time.Minute)
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{StartsAt: later, ExpectedEndAt: later.Add(time.Hour)}))
		w.posts()
		if m := p.to(mailOfSam); m.event.UID != uid || m.event.Sequence != 1 {
			t.Errorf("an update is of %s, sequence %d", m.event.UID, m.event.Sequence)
		}
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, false, private.Text{}))
		w.posts()
		if m := p.to(mailOfSam); m.event.UID != uid || m.method != "CANCEL" {
			t.Errorf("the cancellation is of %s", m.event.UID)
		}
	})
}
