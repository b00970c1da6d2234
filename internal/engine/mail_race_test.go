package engine_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/store"
)

// crossing is a database on which two mails come as close to each other as they can: each node takes one, and neither goes on from what it read of the invite before the
// other has read it too, or was told to wait.
type crossing struct {
	*store.DB
	mu   sync.Mutex
	came int
	both chan struct{}
}

func (c *crossing) comes() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.came++; c.came == 2 {
		close(c.both)
	}
}

func (c *crossing) TakeMails(ctx context.Context, now, lease time.Time, node string, _ int) ([]store.ReceivedMail, error) {
	c.mu.Lock() // else both may look at the first, and one of them go without
	defer c.mu.Unlock()
	return c.DB.TakeMails(ctx, now, lease, node, 1)
}

func (c *crossing) TakeTurn(ctx context.Context, mail string, objects ...store.Object) error {
	err := c.DB.TakeTurn(ctx, mail, objects...)
	if err != nil {
		c.comes()
	}
	return err
}

func (c *crossing) InvitedBy(ctx context.Context, organizer, uid string) ([]store.Invited, error) {
	list, err := c.DB.InvitedBy(ctx, organizer, uid)
	c.comes()
	select {
	case <-c.both:
	case <-ctx.Done():
	}
	return list, err
}

// A worker's own mail and their delegate's, of one invite, come to two nodes at once: what is booked is what the newer of them says, once, and so is what is kept of it.
func TestTwoMailsOfOneInviteAtOnce(t *testing.T) {
	byJo := func(sequence int, from, to string) event {
		return invite(func(e *event) {
			e.from, e.organizer, e.sequence = "jo@council.example", "ORGANIZER;SENT-BY=\"mailto:jo@council.example\":mailto:"+priyasAddress, sequence
			e.start, e.end = "20261122T"+from+"00Z", "20261122T"+to+"00Z"
		})
	}
	own := func(sequence int, method, from, to string) event {
		return invite(func(e *event) {
			e.sequence, e.method, e.start, e.end = sequence, method, "20261122T"+from+"00Z", "20261122T"+to+"00Z"
		})
	}
	for name, c := range map[string]struct {
		before, both []event
		want, says   string
	}{
		"both would book it":              {nil, []event{byJo(0, "1600", "1700"), own(1, "REQUEST", "1800", "1900")}, "Sun 22 Nov 18:00-19:00 booked home_visit", "18:00-19:00"},
		"both would book it, overlapping": {nil, []event{own(0, "REQUEST", "1600", "1700"), byJo(1, "1630", "1730")}, "Sun 22 Nov 16:30-17:30 booked home_visit", "16:30-17:30"},
		"both move it": {[]event{invite()}, []event{byJo(1, "1730", "1830"), own(2, "REQUEST", "1900", "2000")},
			"Sun 22 Nov 19:00-20:00 booked home_visit", "19:00-20:00"},
		"one moves it and one calls it off": {[]event{invite()}, []event{byJo(1, "1730", "1830"), own(2, "CANCEL", "1600", "1700")}, " cancelled home_visit", "cancelled: Sun 22 Nov "},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.must(w.engine.AddDelegate(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, "jo@council.example"))
				for _, e := range c.before {
					w.mails(e.raw())
				}
				w.phone(priya).read()
				x, tweak := &crossing{DB: w.db, both: make(chan struct{})}, w.tweak
				w.tweak = func(o *engine.Options) { tweak(o); o.Store, o.Random = x, rand.Reader }
				nodes := []*engine.Engine{w.node(), w.node()}
				for _, e := range c.both {
					w.must(nodes[0].ReceiveMail(t.Context(), mail.Arrival{Raw: []byte(e.raw()), To: []string{"book@allclear.example"}, Via: mail.ByListener, At: w.clock.Now()}))
				}
				var wg sync.WaitGroup
				for _, n := range nodes {
					wg.Go(func() {
						if took, err := n.StepMails(t.Context()); err != nil || took != 1 {
							t.Errorf("a node took %d mails: %v", took, err)
						}
					})
				}
				wg.Wait()
				for range 5 {
					w.clock.Set(w.clock.Now().Add(2 * time.Second))
					w.worked()
				}
				got := w.visitsOf("p-priya")
				if len(got) != 1 || !strings.HasSuffix(got[0], c.want) {
					t.Fatalf("booked: %v, want one that is %s", got, c.want)
				}
				list, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya"})
				w.must(err)
				if i, err := w.db.InvitedTo(t.Context(), list[0].ID); err != nil || i.Sequence != c.both[1].sequence {
					t.Errorf("kept at sequence %d, %v", i.Sequence, err)
				}
				if texts := w.phone(priya).read(); !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, c.says) }) {
					t.Errorf("told %q", texts)
				}
				if left := w.waitingMails(); len(left) != 0 {
					t.Errorf("%d mails wait", len(left))
				}
			})
		})
	}
}

// overtaken is a database in which what became of an invite changes just before a mail is settled, once, as by another node.
type overtaken struct {
	*store.DB
	once sync.Once
}

func (o *overtaken) SettleMail(ctx context.Context, s store.SettledMail) (err error) {
	o.once.Do(func() {
		var rows []store.Invited
		if rows, err = o.DB.InvitedBy(ctx, priyasAddress, "u1@council.example"); err == nil {
			err = o.DB.PutInvited(ctx, rows, nil)
		}
	})
	return errors.Join(err, o.DB.SettleMail(ctx, s))
}

// A mail that was overtaken is worked again from what stands now, and answered once.
func TestAMailThatWasOvertakenIsWorkedAgain(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite().raw())
		w.phone(priya).read()
		tweak := w.tweak
		w.tweak = func(o *engine.Options) { tweak(o); o.Store = &overtaken{DB: w.db} }
		w.crash()
		w.mails(invite(func(e *event) { e.start, e.end, e.sequence = "20261122T163000Z", "20261122T173000Z", 1 }).raw())
		w.silent(priya)
		w.clock.Set(w.clock.Now().Add(2 * time.Second))
		w.worked()
		w.hasVisits("p-priya", "Sun 22 Nov 16:30-17:30 booked home_visit")
		if texts := w.phone(priya).read(); len(texts) != 1 || !strings.Contains(texts[0], "moved: Sun 22 Nov 16:30-17:30") {
			t.Errorf("told %q", texts)
		}
		if log := w.log.String(); strings.Contains(log, "not worked") {
			t.Errorf("logged as an error:\n%s", log)
		}
	})
}
