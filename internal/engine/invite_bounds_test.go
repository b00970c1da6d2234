package engine_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// Somebody can have been entered with Allclear's own address: an invite to it would come back as one of theirs.
func TestNothingIsSentToAllclearItself(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.person("p-ann", func(p *buddy.Person) { p.Email = private.New("Allclear@Council.example") })
		w.person("p-priya", func(p *buddy.Person) { p.Email = private.New(strings.ToUpper(ourMail)) })
		w.book(w.inTwoHours)
		w.postsLater()
		p.sent("lee REQUEST 0 16:00-17:00, sam REQUEST 0 16:00-17:00")
	})
}

// A team can share a mailbox with somebody who may never see the worker.
func TestNoInviteGoesToTheMailboxOfWhoMayNotSeeTheWorker(t *testing.T) {
	eachPosted(t, func(t *testing.T, w *world, p *postbox) {
		w.person("p-jo", func(p *buddy.Person) { p.Email = private.New(strings.ToUpper(mailOfSam)) })
		w.must(w.engine.Block(t.Context(), engine.Actor{By: "p-mo", Via: "web"}, store.Block{Worker: "p-priya", Person: "p-jo", Why: private.New("they are related")}))
		w.book(w.inTwoHours)
		w.postsLater()
		p.sent("ann REQUEST 0 16:00-17:00, lee REQUEST 0 16:00-17:00, priya REQUEST 0 16:00-17:00")
	})
}
