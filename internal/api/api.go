// Package api is what other people's programs talk to: the JSON API under /api/v1, its OpenAPI document, and the
// webhooks that text and voice providers call.
//
// It turns requests into the engine's inputs and what is stored into answers; it decides nothing about a visit or an
// alarm. Whatever is wrong with a request is said by field, and then nothing has changed. A webhook is answered 2xx only
// once what it brought is stored.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Visits is where visits are booked and changed.
type Visits interface {
	Book(ctx context.Context, who engine.Actor, b engine.Booking) (engine.Booked, error)
	EditVisit(ctx context.Context, who engine.Actor, visit string, e engine.VisitEdit) error
	CancelVisit(ctx context.Context, who engine.Actor, visit string, spoke bool, reason private.Text) error
	Checkin(ctx context.Context, who engine.Actor, c engine.Checkin) (engine.CheckedIn, error)
}

// Alarms is where alarms are raised and acted on.
type Alarms interface {
	Raise(ctx context.Context, who engine.Actor, worker, visit string, kind watch.Kind, said engine.Words) (alarm string, err error)
	Act(ctx context.Context, who engine.Actor, alarm string, e watch.Event, w engine.Words) error
}

// Organisation is where teams, people and shifts are put.
type Organisation interface {
	PutTeam(ctx context.Context, who engine.Actor, t store.Team) (created bool, err error)
	PutPerson(ctx context.Context, who engine.Actor, p buddy.Person) (created bool, err error)
	AddShift(ctx context.Context, who engine.Actor, s rota.Shift) (created bool, err error)
	RemoveShift(ctx context.Context, who engine.Actor, id string) (rota.Shift, error)
}

// Phones is where texts, key presses and receipts come in.
type Phones interface {
	Receive(ctx context.Context, r channel.Received) error
	Press(ctx context.Context, nonce, digit string) (result engine.Pressed, words string, err error)
	Speak(ctx context.Context, nonce string) (words string, over bool, err error)
	Status(ctx context.Context, s channel.StatusUpdate) error
}

// Health is whether an alarm could be raised now, and what time it is.
type Health interface {
	Now() time.Time // on the rehearsal clock
	Ready(ctx context.Context) error
}

// Engine is all that the API asks of the engine.
type Engine interface {
	Visits
	Alarms
	view.Engine
	Organisation
	Phones
	Health
	Plans
}

// Options is what an API is made of.
type Options struct {
	Engine Engine
	Store  *store.DB
	Access *access.Access
	Twilio TwilioHooks      // nil when there is no Twilio account: its webhooks are then not there
	Graph  http.Handler     // takes Microsoft's notifications; nil: they are not there
	Clock  func() time.Time // real time, for limits and deadlines of connections
	Log    *slog.Logger     // nil: nothing is logged

	Rehearsal bool       // the clock is not that of this world
	Speed     func() int // of the clock now, 0 where a demo's stands still; nil: real time

	Besides func(context.Context) string // a line for /readyz about what stops no alarm; nil: none
}

// API answers requests. It is an [http.Handler].
type API struct {
	Options
	view     *view.View
	limits   *limits
	repeats  *repeats
	handler  http.Handler
	streams  atomic.Int64    // that are open
	stopping context.Context // done when the server stops: streams must end then
	stop     context.CancelFunc
}

// New makes an API.
func New(o Options) *API {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{Options: o, limits: newLimits(o.Clock), repeats: newRepeats()}
	a.view = view.New(view.Options{Store: o.Store, Engine: o.Engine, Rehearsal: o.Rehearsal})
	a.stopping, a.stop = context.WithCancel(context.Background())
	a.handler = a.mux()
	return a
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Bounds in real time on what one request may take.
const (
	readHeaderWithin = 5 * time.Second
	readWithin       = 10 * time.Second
	answerWithin     = 15 * time.Second
	idleFor          = 2 * time.Minute
)

// Server gives a server with every bound set, to be given an address. A slow caller costs a connection, and not for long.
func (a *API) Server() *http.Server {
	s := &http.Server{
		Handler:           a,
		ReadHeaderTimeout: readHeaderWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      readWithin + answerWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug), // what strangers send is no error of ours
	}
	s.RegisterOnShutdown(a.stop)
	return s
}
