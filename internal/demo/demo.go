// Package demo is a county in miniature: two teams, eleven people with their phones, an administrator and an auditor, a day's visits in every state, and stories that play by
// themselves. It is for looking at Allclear without setting anything up.
//
// Nothing in it is painted on. The day is played from its morning to now through the engine, text by text and call by call, and a story does
// nothing that a person could not do: it books, texts, picks up and presses keys. What the pages show is what came of that.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// Clock is the demo's: it can be set forward, slowed, hastened and stopped.
type Clock interface {
	engine.Clock
	// Speed is how many times as fast as real time the clock runs; 0 stands still.
	Speed() int
	// SetSpeed changes it, from where the clock is.
	SetSpeed(ctx context.Context, speed int) error
	// Set makes the clock stand still at an instant.
	Set(at time.Time)
}

// The speeds of a demo's clock.
const (
	UsualSpeed   = 60
	FastestSpeed = 600
)

// Speeds are those that a page offers; 0 is a pause.
func Speeds() []int { return []int{0, 1, 10, UsualSpeed, 240, FastestSpeed} }

// CheckSpeed refuses a speed that the demo's clock does not have.
func CheckSpeed(speed int) error {
	if speed < 0 || speed > FastestSpeed {
		return fmt.Errorf("the clock's speed is a whole number from 0, a pause, to %d", FastestSpeed)
	}
	return nil
}

// Options are what a demo is made of.
type Options struct {
	Store *store.DB
	Clock Clock
	Real  func() time.Time // the time of those who look at it: phones ring by it
	Log   *slog.Logger     // ids only
	Pace  time.Duration    // how long a step of a story is shown at least, in real time; 0: PaceUsual

	// Keep has what the phones hold, and the story that was begun, outlive the process; Kept gives what it was given last, nil for nothing.
	// Without them the phones begin anew.
	Keep func([]byte) error
	Kept func() ([]byte, error)
}

// PaceUsual is how long a line of a story takes to be read.
const PaceUsual = 5 * time.Second

// Demo is the county. It may be used from many goroutines at once.
type Demo struct {
	o      Options
	town   *town.Town
	engine *engine.Engine // from Begin on

	bell    sync.Mutex
	changed chan struct{} // closed at the next change

	company company
	keeping keeping

	posting sync.Mutex
	unsent  []channel.Received     // texts that the engine could not store yet
	untold  []channel.StatusUpdate // what became of calls, not recorded yet

	stage     sync.Mutex // held over each step of a story, and by whoever looks at it
	story     *play      // nil: none was begun
	rotaUntil time.Time
}

// keptLines is how much each phone keeps.
const keptLines = 200

// New makes a demo on a database; nothing is in it until Begin.
func New(o Options) *Demo {
	if o.Pace == 0 {
		o.Pace = PaceUsual
	}
	d := &Demo{o: o, changed: make(chan struct{})}
	d.Seen()
	d.town = town.New(town.Options{
		Now: o.Clock.Now, Hand: o.Real, ByHand: true, Keep: keptLines, Changed: d.ring,
		Name: "demo-" + strings.ToLower(rand.Text()[:8]), // texts of an earlier run are in the database
		Answered: func(ctx context.Context, nonce string) (string, error) {
			words, _, err := d.engine.Speak(ctx, nonce)
			return words, err
		},
		Pressed: func(ctx context.Context, nonce, digit string) (string, error) {
			_, words, err := d.engine.Press(ctx, nonce, digit)
			return words, err
		},
	})
	return d
}

// SMS is the channel for texts to the demo's phones.
func (d *Demo) SMS() channel.Channel { return d.town.SMS() }

// Voice is the channel for calls to them.
func (d *Demo) Voice() channel.Channel { return d.town.Voice() }

// Mail is the channel for e-mails to the demo's mailboxes.
func (d *Demo) Mail() channel.Channel { return d.town.Mail() }

// MailFrom is whom they come from.
func (d *Demo) MailFrom() string { return ourAddress }

// OwnDomains are the organisation's own mail domains.
func (d *Demo) OwnDomains() []string { return []string{ownDomain} }

// Providers is where the texts from them come from.
func (d *Demo) Providers() map[string]engine.Provider {
	return map[string]engine.Provider{town.Provider: exchange{d.town}}
}

// Number is the one that people text.
func (d *Demo) Number() string { return ourNumber }

// Emergency is the organisation's emergency contact, by id.
func (d *Demo) Emergency() string { return "p-lee" }

// exchange is the town as a provider that has lost no text: each is handed over as it is sent.
type exchange struct{ *town.Town }

func (exchange) Received(context.Context, time.Time) iter.Seq2[channel.Received, error] {
	return func(func(channel.Received, error) bool) {}
}

// readyKey marks a database whose day was played to its end.
const readyKey = "demo"

// ErrNotDemo refuses a database that is someone's, or whose day was not played to its end.
var ErrNotDemo = errors.New("this folder holds a database that is not a demo's, or one that was interrupted while it was made; name another folder, or delete it")

// Begin puts the county into a new database, or goes on with the one that is there, and lets the clock run at a speed.
func (d *Demo) Begin(ctx context.Context, e *engine.Engine, speed int) error {
	d.engine = e
	there, err := d.there(ctx)
	if err != nil {
		return err
	}
	if !there {
		if err := d.playDay(ctx); err != nil {
			return fmt.Errorf("play the sample day: %w", err)
		}
		if err := d.o.Store.SetMeta(ctx, readyKey, "ready"); err != nil {
			return fmt.Errorf("mark the demo as ready: %w", err)
		}
	} else if d.goOn(ctx) {
		speed = 0
	}
	return d.o.Clock.SetSpeed(ctx, speed)
}

// there says whether the database has the county already.
func (d *Demo) there(ctx context.Context) (bool, error) {
	_, err := d.o.Store.Meta(ctx, readyKey)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return false, fmt.Errorf("look for the demo: %w", err)
	}
	teams, err := d.o.Store.Teams(ctx)
	if err != nil {
		return false, fmt.Errorf("look for the demo: %w", err)
	}
	if len(teams) > 0 {
		return false, ErrNotDemo
	}
	return false, nil
}

// every is how often Run looks, in real time.
const every = 50 * time.Millisecond

// Run hands on what the phones do and plays the story that was begun, until ctx ends.
func (d *Demo) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if err := d.post(context.WithoutCancel(ctx)); err != nil { // what they did last
				d.o.Log.Error("texts not stored", "error", err)
			}
			return nil
		case <-tick.C:
			d.Pass(ctx)
		}
	}
}

// Pass looks once: what Run does again and again.
func (d *Demo) Pass(ctx context.Context) {
	if _, err := d.town.Answer(ctx); err != nil {
		d.report(ctx, "call not answered", err)
	}
	d.report(ctx, "texts not stored", d.post(ctx))
	d.report(ctx, "story not played on", d.playOn(ctx))
	d.report(ctx, "rota not continued", d.continueRota(ctx))
	d.report(ctx, "clock not paused", d.rest(ctx))
	d.report(ctx, "phones not kept", d.keepSoon())
}

func (d *Demo) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		d.o.Log.Error(what, "error", err)
	}
}

// post hands on the texts that were sent and what became of calls, in order; what cannot be stored is tried again.
func (d *Demo) post(ctx context.Context) error {
	d.posting.Lock()
	defer d.posting.Unlock()
	d.untold = append(d.untold, d.town.Updates()...)
	for len(d.unsent) > 0 {
		if err := d.engine.Receive(ctx, d.unsent[0]); err != nil {
			return err
		}
		d.unsent = d.unsent[1:]
	}
	for len(d.untold) > 0 {
		if err := d.engine.Status(ctx, d.untold[0]); err != nil {
			return err
		}
		d.untold = d.untold[1:]
	}
	return nil
}

// Changed gives a channel that is closed at the next change of a phone, a story or the clock.
func (d *Demo) Changed() <-chan struct{} {
	d.bell.Lock()
	defer d.bell.Unlock()
	return d.changed
}

func (d *Demo) ring() {
	d.bell.Lock()
	defer d.bell.Unlock()
	d.keeping.due.Store(true)
	close(d.changed)
	d.changed = make(chan struct{})
}

// Time is what the demo's clock shows.
type Time struct {
	Now   time.Time
	Speed int // 0: it stands still
	Left  int // it stands still because nobody looked, and this was its speed; else 0
}

// Time gives what the clock shows.
func (d *Demo) Time() Time {
	t := Time{Now: d.o.Clock.Now(), Speed: d.o.Clock.Speed()}
	if t.Speed == 0 {
		t.Left = int(d.company.left.Load())
	}
	return t
}

// SetSpeed changes how fast the clock runs; 0 pauses it, and with it a story that plays.
func (d *Demo) SetSpeed(ctx context.Context, speed int) error {
	if err := CheckSpeed(speed); err != nil {
		return err
	}
	d.stage.Lock()
	defer d.stage.Unlock()
	return d.setSpeed(ctx, speed)
}

// setSpeed is SetSpeed for who holds the stage.
func (d *Demo) setSpeed(ctx context.Context, speed int) error {
	if s := d.story; s != nil && s.phase == Playing {
		s.before = speed
		if speed == 0 {
			s.phase, s.before = Paused, UsualSpeed
		}
	}
	defer d.ring()
	d.company.left.Store(0)
	return d.o.Clock.SetSpeed(ctx, speed)
}

// Actor is one whom a visitor can act as.
type Actor struct {
	ID, Name, Team string
	Roles          []string
}

// Actors are those whom a visitor can act as, workers first.
func Actors() []Actor {
	var all []Actor
	for _, p := range people() {
		all = append(all, Actor{p.ID, p.Name, teamName(p.Team), slices.Clone(p.Roles)})
	}
	return all
}
