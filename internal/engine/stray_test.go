package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// stumbling is a database that some questions are not answered by, while it
// stumbles.
type stumbling struct {
	*store.DB
	stumbles bool
}

var errStumbled = errors.New("no answer")

func (d *stumbling) MessagesTo(ctx context.Context, alarm, person string, round int) ([]store.Message, error) {
	if d.stumbles {
		return nil, errStumbled
	}
	return d.DB.MessagesTo(ctx, alarm, person, round)
}

func (d *stumbling) Teams(ctx context.Context) ([]store.Team, error) {
	if d.stumbles {
		return nil, errStumbled
	}
	return d.DB.Teams(ctx)
}

// eachStumbling is a visit 75 minutes ago, whose alarm has yet to be opened, on
// a database that can be made to stumble.
func eachStumbling(t *testing.T, tweak func(*engine.Options), test func(t *testing.T, w *world, db *stumbling)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := &stumbling{DB: open()}
		w := newWorld(t, db.DB, func(o *engine.Options) {
			o.Store = db
			if tweak != nil {
				tweak(o)
			}
		})
		w.book()
		w.wait(74 * time.Minute)
		w.readAll()
		w.sleep(time.Minute)
		test(t, w, db)
	})
}

// pass steps who is due and hands over what there is, once.
func (w *world) pass() {
	w.t.Helper()
	_, err := w.engine.StepDue(w.t.Context())
	w.must(err)
	_, err = w.engine.Deliver(w.t.Context())
	w.must(err)
}

// What follows from a refused message must outlive the process that saw it.
func TestRefusalOutlivesACrash(t *testing.T) {
	eachStumbling(t, func(o *engine.Options) { o.Voice = nil }, func(t *testing.T, w *world, db *stumbling) {
		w.phone(sam).Wrong()
		w.phone(samHome).Wrong()
		db.stumbles = true
		w.pass()
		w.pass()
		w.silent(ann)
		db.stumbles = false
		w.crash()
		w.wait(35 * time.Second)
		w.phone(ann).Expects("We have not heard from Priya N")
	})
}

// closing is a channel that refuses what it is given, after someone closed the
// alarm that it was about.
type closing struct {
	channel.Channel
	close func()
	next  channel.Next
}

func (c *closing) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if c.close == nil {
		return c.Channel.Send(ctx, m)
	}
	c.close()
	c.close = nil
	return channel.Receipt{}, &channel.Error{Next: c.next}
}

// An alarm's text that fails on its way, after the stand-down, is told of only
// where it shows that a number must be put right.
func TestRefusalAfterAStandDown(t *testing.T) {
	for next, told := range map[channel.Next]bool{channel.NextChannel: false, channel.WrongNumber: true, channel.OptedOut: true} {
		t.Run(string(next), func(t *testing.T) {
			sms := &closing{next: next}
			eachStumbling(t, func(o *engine.Options) {
				sms.Channel = o.SMS
				o.SMS = sms
			}, func(t *testing.T, w *world, _ *stumbling) {
				sms.close = func() {
					alarm := w.alarm()
					w.must(w.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "api"}, alarm.ID, watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}, engine.Words{}))
				}
				w.pass()
				if sms.close != nil {
					t.Fatal("no text of the alarm was under way")
				}
				w.noAlarm()
				w.settle()
				for _, n := range []string{ann, lee, mo} {
					got := w.phone(n).read()
					if (len(got) == 1) != told || len(got) > 1 {
						t.Errorf("%s was texted %q after the stand-down", n, got)
					}
				}
			})
		})
	}
}

// A provider sends its receipt again only when we did not take it.
func TestFailedReceiptOutlivesACrash(t *testing.T) {
	eachStumbling(t, nil, func(t *testing.T, w *world, db *stumbling) {
		w.pass()
		sent, err := w.db.MessagesAbout(t.Context(), w.alarm().ID)
		w.must(err)
		db.stumbles = true
		for _, m := range sent {
			w.must(w.engine.Status(t.Context(), channel.StatusUpdate{Provider: m.Provider, ProviderID: m.ProviderID, ID: m.ID,
				Status: "undelivered", Rank: 9, Failed: true, Code: 30005, Next: channel.WrongNumber}))
		}
		w.pass()
		w.silent(ann)
		db.stumbles = false
		w.crash()
		w.sleep(2 * time.Second)
		w.pass()
		w.pass()
		w.phone(ann).Expects("We have not heard from Priya N")
	})
}

// A receipt of nothing we know may be faster than our own record: it is looked for, for a while.
func TestReceiptOfNoMessageOfOurs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.must(w.engine.Status(t.Context(), channel.StatusUpdate{Provider: "elsewhere", ProviderID: "not-ours", Status: "failed", Rank: 9, Failed: true}))
		w.wait(5 * time.Minute)
		if _, messages, err := w.db.Backlog(t.Context()); err != nil || messages != 0 {
			t.Errorf("%d messages wait (%v)", messages, err)
		}
	})
}

func TestChannelTroubleIsToldOnceItCanBe(t *testing.T) {
	eachStumbling(t, nil, func(t *testing.T, w *world, db *stumbling) {
		w.town.Fail(town.Broke, 1000)
		db.stumbles = true
		w.pass()
		db.stumbles = false
		for range 4 {
			w.sleep(31 * time.Second)
			w.pass()
		}
		entries, err := w.db.Entries(t.Context(), "system", sunday, w.clock.Now().Add(time.Hour))
		w.must(err)
		told := 0
		for _, entry := range entries {
			if entry.Kind == "channel_down" {
				told++
			}
		}
		if told == 0 {
			t.Error("it was never told that the credit is gone")
		}
	})
}

// A message whose words cannot be opened may be an alarm.
func TestMessageThatCannotBeOpened(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		w := newWorld(t, p.Open(t), nil)
		w.book()
		w.readAll()
		w.sleep(75 * time.Minute)
		ctx := t.Context()
		_, err := w.engine.StepDue(ctx)
		w.must(err)
		_, err = p.Raw(t).Exec(`UPDATE outbox SET body = $1 WHERE state = 'pending' AND person = 'p-sam'`, []byte("spoilt"))
		w.must(err)
		if _, err = w.engine.Deliver(ctx); err == nil || strings.Contains(err.Error(), "Priya") {
			t.Errorf("err = %v, want the messages' ids", err)
		}
		_, err = w.engine.Deliver(ctx)
		w.must(err)
		w.phone(sam).Expects("A message could not be dealt with")
	})
}
