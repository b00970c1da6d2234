package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// shy is a provider that may not give its texts back.
type shy struct {
	engine.Provider
	down bool
}

func (p *shy) Fetch(ctx context.Context, id string) (channel.Received, error) {
	if p.down {
		return channel.Received{}, errors.New("no answer")
	}
	return p.Provider.Fetch(ctx, id)
}

func eachShy(t *testing.T, test func(t *testing.T, w *world, p *shy)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		p := &shy{}
		w := newWorld(t, open(), func(o *engine.Options) {
			p.Provider = o.Providers[town.Provider]
			o.Providers = map[string]engine.Provider{town.Provider: p}
		})
		test(t, w, p)
	})
}

func TestOutIsFetchedBack(t *testing.T) {
	eachShy(t, func(t *testing.T, w *world, p *shy) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.wait(30 * time.Minute)
		w.readAll()
		p.down = true
		w.phone(priya).texts("out")
		w.phone(priya).Expects("Got that, confirming. 14:30")
		w.is(visit, watch.Inside)
		w.wait(20 * time.Minute)
		w.silent(priya) // it is said once
		p.down = false
		w.wait(time.Minute)
		w.is(visit, watch.Ended)
		w.phone(priya).Expects("Out")
		w.wait(2 * time.Hour)
		w.silent(priya, sam)
		w.noAlarm()
	})
}

func TestOutThatCannotBeFetched(t *testing.T) {
	eachShy(t, func(t *testing.T, w *world, p *shy) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.wait(50 * time.Minute)
		p.down = true
		w.phone(priya).texts("out")
		w.wait(25 * time.Minute)
		w.is(visit, watch.Overdue)
		w.phone(sam).Expects("An OUT is not confirmed.")
		p.down = false
		w.wait(2 * time.Minute) // too late: a person closes the alarm
		w.is(visit, watch.Overdue)
		w.phone(sam).Expects("Priya N has texted")
	})
}

// forge gives us a text that its provider never received, or received otherwise.
func (w *world) forge(id string, from phone.Number, body string) {
	w.t.Helper()
	w.must(w.engine.Receive(w.t.Context(), channel.Received{Provider: town.Provider, ID: id, From: from, To: w.number(ours),
		RawFrom: private.New(from.E164()), Body: private.New(body), ReceivedAt: w.clock.Now()}))
	w.settle()
}

func TestForgedOut(t *testing.T) {
	t.Run("that the provider does not know", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.phone(priya).texts("in")
			w.wait(30 * time.Minute)
			w.readAll()
			w.forge("town-999999", w.number(priya), "out")
			w.wait(5 * time.Minute)
			w.is(visit, watch.Inside)
			w.phone(sam).Expects("An OUT for Priya N is not known to our provider")
			w.wait(40 * time.Minute)
			w.is(visit, watch.Overdue)
		})
	})
	t.Run("in the place of another text", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.phone(priya).texts("in")
			w.wait(30 * time.Minute)
			w.readAll()
			real := w.town.Text(w.number(priya), w.number(ours), "he is shouting, back later") // its webhook was lost
			w.forge(real.ID, w.number(priya), "out")
			w.is(visit, watch.Inside)
			w.phone(sam).Expects("An OUT for Priya N is not known to our provider")
		})
	})
	t.Run("from another phone", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.phone(priya).texts("in")
			w.wait(30 * time.Minute)
			real := w.town.Text(w.number(stranger), w.number(ours), "out")
			w.forge(real.ID, w.number(priya), "out")
			w.is(visit, watch.Inside)
		})
	})
}

// silentProvider never answers, and asks on being asked.
type silentProvider struct {
	engine.Provider
	asked func()
}

func (p silentProvider) Fetch(ctx context.Context, _ string) (channel.Received, error) {
	p.asked()
	<-ctx.Done()
	return channel.Received{}, ctx.Err()
}

// The alarm of who said nothing waits for no provider, and one that does not
// answer is not asked for each OUT.
func TestUnaskedOutsKeepNoAlarmWaiting(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	silent := w.book(func(b *engine.Booking) { b.ExpectedEndAt = sunday.Add(65 * time.Minute) })
	his := w.book(forJo)
	hers := w.book(func(b *engine.Booking) { b.Worker = "p-ann" })
	w.wait(70 * time.Minute)
	asked := 0
	w.tweak = func(o *engine.Options) {
		o.Providers = map[string]engine.Provider{town.Provider: silentProvider{w.town, func() {
			asked++
			w.is(silent, watch.Overdue)
		}}}
	}
	w.crash()
	w.phone(jo).sends("out")
	w.phone(ann).sends("out")
	w.sleep(20 * time.Minute)
	_, err := w.engine.StepDue(t.Context())
	w.must(err)
	w.is(silent, watch.Overdue)
	w.is(his, watch.Overdue)
	w.is(hers, watch.Overdue)
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}
