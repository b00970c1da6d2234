// Package town is a small town of people with telephones around a real Allclear: the binary that people run, a database,
// and a provider that plays Twilio on loopback. It knows Allclear by nothing but its command line, its API, its webhooks
// and its rehearsal clock, as anyone outside does.
//
// A play is written in the town's words:
//
//	tw := town.Open(t, town.Options{Binary: "bin/allclear", Database: "sqlite:" + file, Speed: 600})
//	tw.Settle(nil)
//	visit := tw.Book(time.Minute, 10*time.Minute)
//	tw.Text(town.Priya, "IN")
//	tw.WaitText(town.Sam.Mobile, 40*time.Minute, "Priya N", visit.Reference)
//
// All durations are plan time, which runs Speed times as fast as real time. What does not happen in time ends the play
// with a transcript: when, who, what.
package town

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

// T is the part of testing.TB that a town needs. Fatalf does not return.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Options say which Allclear is played, and how fast.
type Options struct {
	Binary   string // path of the allclear binary
	Database string // sqlite:PATH or postgres://…
	Dir      string // an existing folder of this town's own, in which Allclear runs
	Speed    int    // of the rehearsal clock
	// Patient players send again what met a dead server, as Twilio's retries and a person with a page do.
	Patient bool
	// Observe, when given, hears each text as the provider accepts it, before Allclear knows that it did.
	Observe func()
	// Settings are more of them, NAME=value as in an environment.
	Settings []string
	// Overhear, when given, is told of each request to the provider before it is answered.
	Overhear func(*http.Request)
	// Carry, when given, carries the town's own calls; else they go straight to Allclear.
	Carry http.RoundTripper
	// Narrate, when given, is handed each line of the transcript as it is written.
	Narrate func(Line)
}

const (
	// slack is how much real time may pass on a loaded machine before a thing counts as not done.
	slack = 2 * time.Second
	// patience is the same where Allclear is killed and comes back in between.
	patience = 10 * time.Second
	// startWithin is how long Allclear may take to start, migrations and all.
	startWithin = 20 * time.Second
	// look is how often the town looks again at what it waits for: half as often as one token may ask.
	look = 10 * time.Millisecond

	from = "+441632960999"
)

// Allclear's account with the provider.
const (
	Account   = "ACe2e00000000000000000000000000000"
	AuthToken = "0e2e0e2e0e2e0e2e0e2e0e2e0e2e0e2e" // #nosec G101 -- of an invented account
)

// Town is one play's people, their telephones and their Allclear.
type Town struct {
	t       T
	o       Options
	address string // host:port of Allclear
	token   string
	client  *http.Client

	provider *twilio.Server
	door     *http.Server // the provider's API

	clock   clock
	process process

	mu    sync.Mutex
	lines []Line
	read  map[string]int // texts already read, by number
	rung  map[string]int // calls already heard of, by number
}

// Open starts the provider and Allclear, and signs the town in. Close it.
func Open(t T, o Options) *Town {
	t.Helper()
	w := &Town{
		t: t, o: o,
		client: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
		read:   map[string]int{}, rung: map[string]int{},
	}
	if o.Carry != nil {
		w.client.Transport = o.Carry
	}
	w.clock.speed, w.clock.began = float64(o.Speed), time.Now()
	address, err := freeAddress()
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	w.address = address
	if err := w.openProvider(); err != nil {
		t.Fatalf("start the stand-in Twilio: %v", err)
	}
	w.Start()
	w.token = w.newToken()
	w.synchronise()
	return w
}

func (w *Town) openProvider() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.provider = twilio.New(twilio.Options{
		AccountSID: Account, AuthToken: AuthToken,
		Hook: w.URL(), Now: w.Now, Speed: float64(w.o.Speed),
		Observe: func(twilio.Message) {
			if w.o.Observe != nil {
				w.o.Observe()
			}
		},
	})
	w.door = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if w.o.Overhear != nil {
			w.o.Overhear(r)
		}
		w.provider.ServeHTTP(answer, r)
	})}
	w.process.provider = "http://" + listener.Addr().String()
	go func() { _ = w.door.Serve(listener) }() // ends at Close
	return nil
}

// URL is where Allclear is served.
func (w *Town) URL() string { return "http://" + w.address }

// Provider is the stand-in Twilio, for a play that makes it fail.
func (w *Town) Provider() *twilio.Server { return w.provider }

// Close stops Allclear and the provider.
func (w *Town) Close() {
	w.process.kill()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = w.door.Shutdown(ctx) // what hangs is closed next
	_ = w.door.Close()
	w.provider.Close()
	w.client.CloseIdleConnections()
}

// Check ends the play unless a thing that must hold does.
func (w *Town) Check(holds bool, format string, args ...any) {
	w.t.Helper()
	if !holds {
		w.fail("did not hold: "+format, args...)
	}
}

// fail ends the play with its transcript and what Allclear last logged.
func (w *Town) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf(format+"\n\n%s\nallclear's log ends:\n%s", append(args, w.Transcript(), w.process.tail(20))...)
}

// OnDisk is where the town keeps a file of its own.
func (w *Town) OnDisk(name string) string { return filepath.Join(w.o.Dir, name) }

// environment is what every allclear command of this town is told.
func (w *Town) environment() []string {
	return append(append(Environment(w.o.Database), w.o.Settings...),
		"ALLCLEAR_LISTEN="+w.address,
		"ALLCLEAR_URL="+w.URL(),
		"ALLCLEAR_SPEED="+itoa(w.o.Speed),
		"ALLCLEAR_TWILIO_ACCOUNT_SID="+Account,
		"ALLCLEAR_TWILIO_AUTH_TOKEN="+AuthToken,
		"ALLCLEAR_TWILIO_FROM="+from,
		"ALLCLEAR_TWILIO_API="+w.process.provider,
	)
}

// Environment is the process's own without any setting of Allclear's, and a database.
func Environment(database string) []string {
	var kept []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ALLCLEAR_") {
			kept = append(kept, v)
		}
	}
	return append(kept, "ALLCLEAR_DATABASE="+database)
}

// On is the town as a part of a test speaks of it: what fails there ends that part.
func (w *Town) On(t T) *View { return &View{w, t} }

// View is a town in a part of a test.
type View struct {
	w *Town
	t T
}

// Refused is [Town.Refused].
func (v *View) Refused(r Request, field string, statuses ...int) {
	v.t.Helper()
	if err := v.w.refused(r, field, statuses...); err != nil {
		v.t.Fatalf("%v", err)
	}
}
