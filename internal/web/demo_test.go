package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/view"
)

// demoClock is a clock moved by hand whose speed is only shown.
type demoClock struct {
	*enginetest.Clock
	speed atomic.Int64
}

func (c *demoClock) Speed() int { return int(c.speed.Load()) }

func (c *demoClock) SetSpeed(_ context.Context, speed int) error {
	c.speed.Store(int64(speed))
	return nil
}

// openDemo is the demo's pages: a house whose time, and that of its visitors, is moved by hand.
func openDemo(t *testing.T) *house {
	t.Helper()
	c := &demoClock{Clock: enginetest.NewClock(saturday)}
	visitors := enginetest.NewClock(saturday)
	h := &house{T: t, db: storetest.SQLite(t).Open(t), clock: visitors, log: &journal{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	d := demo.New(demo.Options{Store: h.db, Clock: c, Real: visitors.Now, Log: log})
	h.engine = engine.New(engine.Options{Store: h.db, Clock: c, Random: rand.Reader, Log: log, URL: "http://127.0.0.1", Node: "test", SMS: d.SMS(),
		Voice: d.Voice(), Providers: d.Providers(), Number: d.Number(), Emergency: d.Emergency(), Rehearsal: true})
	h.ok(d.Begin(t.Context(), h.engine, demo.UsualSpeed))
	pages, err := New(Options{Engine: h.engine, Store: h.db, Access: access.New(h.db), View: view.New(view.Options{Store: h.db, Engine: h.engine, Rehearsal: true}),
		Speed: c.Speed, Rehearsal: true, Demo: d, Clock: visitors.Now, Log: log})
	h.ok(err)
	h.pages = pages
	return h
}

func TestADemoThatNobodyLooksAtSaysThatItWasPaused(t *testing.T) {
	const says = "The clock was paused while nobody was looking."
	h := openDemo(t)
	h.get("/demo").is(http.StatusOK).hides(says)
	// An open page asks for what changed by itself, and that is nobody.
	for range 3 {
		h.clock.Move(demo.AloneMost / 3)
		h.get("/demo?fragment=clock").is(http.StatusOK)
	}
	h.pages.Demo.Pass(t.Context())
	h.get("/demo").is(http.StatusOK).says(says, "Let it go on")
	h.get("/").is(http.StatusOK).says(says)
	h.post("/demo/speed", "speed", "60").is(http.StatusSeeOther)
	h.get("/demo").is(http.StatusOK).hides(says, "Let it go on")
}

func TestADemoThatSomebodyLooksAtGoesOn(t *testing.T) {
	h := openDemo(t)
	for range 3 {
		h.clock.Move(demo.AloneMost - time.Minute)
		h.get("/").is(http.StatusOK)
		h.pages.Demo.Pass(t.Context())
	}
	if speed := h.pages.Demo.Time().Speed; speed != demo.UsualSpeed {
		t.Errorf("the clock runs at %d", speed)
	}
}

// Where somebody pauses the clock, the pages that are open no longer say that it runs.
func TestTheBannerOfADemoKeepsUpWithItsClock(t *testing.T) {
	openHouse(t).get("/").hides("/demo?fragment=rehearsal")
	h := openDemo(t)
	h.get("/").says(`<live-region src="/demo?fragment=rehearsal" topic="clock">`, "The clock runs 60 times as fast as real time.")
	h.ok(h.pages.Demo.SetSpeed(t.Context(), 0))
	h.get("/demo?fragment=rehearsal").is(http.StatusOK).says("REHEARSAL", "The clock is paused.").hides("60 times", "<html", "<live-region")
	h.get("/teams").says("The clock is paused.").hides("/demo?fragment=rehearsal") // a page that listens to nothing opens no stream for it
}
