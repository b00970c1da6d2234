package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/standin/twilio"
	"github.com/allclear-safety/allclear/internal/store"
)

const (
	accountSID = "AC00000000000000000000000000000000"
	authToken  = "benchmark"
	ourNumber  = "+447700900000" // kept free for drama by Ofcom; nothing leaves loopback
	clients    = 64              // callers at once; each has its own token, as a token is limited
	stopWithin = 15 * time.Second
)

// system is the wired program in this process, a stand-in for Twilio, and a caller of its API.
type system struct {
	*caller
	twilio  *provider
	app     *app.App
	cookies map[string]*http.Cookie // of those who look at pages
}

// start runs the program over the place's database.
func (o Options) start(ctx context.Context, at place) (*system, error) {
	p, err := startProvider()
	if err != nil {
		return nil, err
	}
	s, err := o.startBehind(ctx, at, p)
	if err != nil {
		return nil, keepFirst(err, p.close())
	}
	return s, nil
}

func (o Options) startBehind(ctx context.Context, at place, p *provider) (*system, error) {
	settings, err := o.settings(at, p)
	if err != nil {
		return nil, err
	}
	secrets, err := makeTokens(ctx, settings)
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	a.Start(ctx)
	s := &system{caller: newCaller("http://"+a.Addr().String(), secrets), twilio: p, app: a}
	var people []string
	for _, l := range lookers() {
		people = append(people, l.id)
	}
	s.cookies, err = app.SignedIn(ctx, settings, people)
	return s, err
}

// signedIn signs people in at the program over the place's database, which may run in another process.
func (o Options) signedIn(ctx context.Context, at place, p *provider, people []string) (map[string]*http.Cookie, error) {
	settings, err := o.settings(at, p)
	if err != nil {
		return nil, err
	}
	return app.SignedIn(ctx, settings, people)
}

func (s *system) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	s.caller.close()
	err := s.app.Stop(ctx)
	return keepFirst(err, s.twilio.close())
}

// ended gives the error of a program that ended by itself; nil while it runs.
func (s *system) ended() error {
	select {
	case err := <-s.app.Failed():
		return fmt.Errorf("the program ended: %w", err)
	default:
		return nil
	}
}

func (o Options) settings(at place, p *provider) (app.Options, error) {
	from, err := phone.Parse(ourNumber)
	if err != nil {
		return app.Options{}, fmt.Errorf("read our number: %w", err)
	}
	return app.Options{
		Database: at.database, Listen: "127.0.0.1:0", Key: at.key, Version: o.Version, Log: o.Log, NoDrills: true, Mail: o.mail,
		Twilio: &app.Twilio{AccountSID: accountSID, AuthToken: private.New(authToken), From: from, API: p.url},
	}, nil
}

// makeTokens makes the callers' tokens before the program starts: the database is opened by one at a time.
func makeTokens(ctx context.Context, o app.Options) (secrets []string, err error) {
	db, err := app.Open(ctx, o, false)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = keepFirst(err, db.Close()) }()
	for range clients {
		secret := rand.Text()
		t := store.Token{ID: rand.Text(), Name: "bench", Scope: "admin", CreatedAt: time.Now().UTC()}
		if err := db.AddToken(ctx, t, secret, store.By{}); err != nil {
			return nil, fmt.Errorf("make a token: %w", err)
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// provider is the stand-in for Twilio with its listener.
type provider struct {
	*twilio.Server
	http    *http.Server
	url     string
	watcher atomic.Pointer[func(twilio.Message)]
}

func startProvider() (*provider, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the stand-in: %w", err)
	}
	p := &provider{url: "http://" + l.Addr().String()}
	p.Server = twilio.New(twilio.Options{AccountSID: accountSID, AuthToken: authToken, Now: time.Now, Forget: true, Observe: p.accepted})
	p.http = &http.Server{Handler: p.Server, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = p.http.Serve(l) }() // ends with close
	return p, nil
}

// watch has every text that the stand-in accepts shown to see, from many goroutines at once.
func (p *provider) watch(see func(twilio.Message)) { p.watcher.Store(&see) }

func (p *provider) accepted(m twilio.Message) {
	if see := p.watcher.Load(); see != nil {
		(*see)(m)
	}
}

func (p *provider) close() error {
	err := p.http.Close()
	p.Server.Close()
	return err
}
