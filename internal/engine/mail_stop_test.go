package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// stopping is a database whose process stops at some of its writes about mails: before the write, or just after.
type stopping struct {
	*store.DB
	commits, settles int // how many are let through before
	after            bool
}

var errStopped = errors.New("stopped")

func (s *stopping) Commit(ctx context.Context, c store.Change) error {
	return s.at(&s.commits, func() error { return s.DB.Commit(ctx, c) })
}

func (s *stopping) SettleMail(ctx context.Context, m store.SettledMail) error {
	return s.at(&s.settles, func() error { return s.DB.SettleMail(ctx, m) })
}

func (s *stopping) at(left *int, write func() error) error {
	*left--
	if *left != -1 {
		return write()
	}
	if s.after {
		if err := write(); err != nil {
			return err
		}
	}
	return errStopped
}

// A process may stop before or after any write: what was mailed is booked, moved and called off once, and answered once.
func TestAStopBetweenAnyTwoWrites(t *testing.T) {
	mails := []event{invite(), invite(func(e *event) {
		e.start, e.end, e.sequence, e.location = "20261122T163000Z", "20261122T173000Z", 1, "2 Example Street"
	}),
		invite(func(e *event) { e.method, e.sequence = "CANCEL", 2 })}
	for _, after := range []bool{false, true} {
		for n := range 4 {
			for which := range mails {
				t.Run(fmt.Sprintf("mail %d, write %d, after it %v", which, n, after), func(t *testing.T) {
					invited(t, func(t *testing.T, w *world, _ *notary) {
						for i, e := range mails[:which+1] {
							if i == which {
								w.phone(priya).read()
								before := w.tweak
								s := &stopping{DB: w.db, commits: n, settles: 1 << 30, after: after}
								if n == 3 {
									s.commits, s.settles = 1<<30, 0
								}
								w.tweak = func(o *engine.Options) { before(o); o.Store = s }
								w.crash()
							}
							w.mails(e.raw())
						}
						for range 3 {
							w.clock.Set(w.clock.Now().Add(10 * time.Second))
							w.worked()
						}
						want := [][]string{{"Sun 22 Nov 16:00-17:00 booked home_visit"}, {"Sun 22 Nov 16:30-17:30 booked home_visit"}, {"Sun 22 Nov 16:30-17:30 cancelled home_visit"}}[which]
						w.hasVisits("p-priya", want...)
						if texts := w.phone(priya).read(); len(texts) != 1 {
							t.Errorf("%d texts: %q", len(texts), texts)
						}
					})
				})
			}
		}
	}
}

func TestADelegateBooksForWhoAllowedIt(t *testing.T) {
	const sec = "sec@council.example"
	for name, e := range map[string]event{
		"on behalf, as Exchange sends it": invite(func(e *event) {
			e.sender, e.organizer = sec, "ORGANIZER;SENT-BY=\"mailto:"+sec+"\":mailto:"+priyasAddress
		}),
		"in their own name": invite(func(e *event) {
			e.from, e.organizer = "jo@council.example", "ORGANIZER;SENT-BY=\"mailto:jo@council.example\":mailto:"+priyasAddress
		}),
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.mails(e.raw())
				w.phone(priya).Expects("from somebody who may not book for you yet")
				w.hasVisits("p-priya")
				for _, address := range []string{sec, "Jo@council.example"} {
					w.must(w.engine.AddDelegate(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, address))
				}
				again := e // the other database's has its own
				again.stamp = 7
				w.mails(again.raw())
				w.phone(priya).Expects("booked: Sun 22 Nov 16:00-17:00")
				w.hasVisits("p-priya", "Sun 22 Nov 16:00-17:00 booked home_visit")
				w.silent(jo)
			})
		})
	}
	t.Run("not from elsewhere", func(t *testing.T) {
		invited(t, func(t *testing.T, w *world, _ *notary) {
			err := w.engine.AddDelegate(t.Context(), engine.Actor{By: "p-priya"}, "sec@elsewhere.example")
			invalid(t, err, "address")
		})
	})
}
