// Package web is the pages people use: the board of open visits, a visit with its timeline, the alarm room, the rota,
// the people and the team's plan.
//
// Every page is rendered here and works without JavaScript; with it, what changes on the server is brought into the page
// as it stands. A page shows what its reader may see (package view says what that is), and only a button changes
// anything. Who the reader is they have proved; in a demo it is whom they choose to act as, and then the pages are there on a
// loopback address alone.
package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

// Options is what the pages are made of.
type Options struct {
	Engine *engine.Engine
	Store  *store.DB
	Access *access.Access
	View   *view.View
	// Speed is how many times as fast as real time the clock runs now; 1 is real time, 0 a rehearsal that is paused.
	Speed     func() int
	Rehearsal bool             // every page says REHEARSAL
	Demo      *demo.Demo       // nil but in a demo: its phones, stories and clock have pages
	Clock     func() time.Time // real time, for the deadlines of connections and sessions

	URL          string               // the public address
	SignIn       *signin.SignIn       // nil: a demo, whose reader chooses whom to act as
	Organisation *signin.Organisation // nil: there is no organisation's own sign-in
	ExitPage     string               // where "Exit this page" leads; "" is the weather
	Log          *slog.Logger         // nil: nothing is logged
	Keeping      Keeping              // nil: how the installation is kept is not known here

	Vocabulary *checkin.Vocabulary // by which texts are read; nil: our own languages alone
}

// weather is a page that anybody may have open.
const weather = "https://www.bbc.co.uk/weather"

// Pages answers requests for pages. It is an [http.Handler]; Run keeps its readers up to date.
type Pages struct {
	Options
	templates templates
	static    *Static
	live      *live
	directory *directory
	shared    *shared
	days      *report.Days
	checking  *checking
	told      *toldFeeds
	filing    chan struct{} // has a place for each file that is read at the same time
	drawing   chan struct{} // has room for the photographs that are made at once
	handler   http.Handler
}

// New makes the pages.
func New(o Options) (*Pages, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.ExitPage = cmp.Or(o.ExitPage, weather)
	own, err := builtIn()
	if err != nil {
		return nil, err
	}
	p := &Pages{Options: o, templates: own.templates, static: own.static, live: newLive(o.Store, o.View, o.Log, o.Clock), directory: &directory{store: o.Store, log: o.Log}, shared: newShared(o.Store, o.View), days: report.NewDays(o.Store), checking: newChecking(), told: newToldFeeds(), filing: make(chan struct{}, atOnce), drawing: make(chan struct{}, 1)}
	p.handler = p.mux()
	return p, nil
}

// ServeHTTP answers one request.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.Demo != nil && !asksByItself(r) {
		p.Demo.Seen()
	}
	p.handler.ServeHTTP(w, r)
}

// asksByItself says whether an open page asks, perhaps in a tab that nobody has looked at for hours, and not a reader.
func asksByItself(r *http.Request) bool {
	return r.URL.Path == "/live" || strings.HasPrefix(r.URL.Path, "/static/") || r.URL.Query().Has("fragment")
}

// Run tells open pages what changes, until ctx ends.
func (p *Pages) Run(ctx context.Context) error {
	var following sync.WaitGroup
	if p.Keeping != nil {
		following.Go(func() { p.runChecks(ctx) }) // ends with ctx
	}
	if p.Demo != nil {
		following.Go(func() { p.followDemo(ctx) }) // ends with ctx
	}
	defer following.Wait()
	return p.live.run(ctx)
}
