// Package app puts Allclear's parts together and runs them: the one place that
// reads the clock, opens the database, knows which provider is behind which
// channel and listens.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web"
)

// Options are an installation's settings, checked.
type Options struct {
	Database  string        // sqlite:PATH or postgres://…
	Listen    string        // host:port
	URL       string        // the public address; "" is http:// and Listen
	Key       private.Text  // the master key; at most one of it, KeyFile and KeyCommand: none is a file beside the database, made where it is not there
	KeyFile   string        // the file that holds it
	Speed     int           // rehearsal clock; 0: real time
	Demo      bool          // a sample county with simulated phones, on loopback only; Speed is its clock's at first
	Pace      time.Duration // how long a line of a demo's stories stays at least; 0: its usual
	Twilio    *Twilio       // nil: no texts, no calls
	SMTP      *SMTP         // nil: no e-mails go out
	OIDC      *OIDC         // nil: people sign in by nothing but what is here
	Emergency string        // the organisation's emergency contact: a number or a person's id
	Front     Front         // TLS, and the proxy in front; needed where Listen is not on loopback
	Mail      Mail          // how mail comes in
	Graph     *Graph        // Microsoft 365, by Graph; nil: not
	Heartbeat string        // called every minute while the engine truly works
	ExitPage  string        // where a worker's own pages are left for; "" is the weather
	Version   string
	Outgoing  edge.Outgoing // whom Allclear may call of itself; zero: whom the settings name

	CheckpointFile string // checkpoints of the record are added to it; "": none
	CheckpointURL  string // and posted there; "": none
	CheckpointMail string // and sent there by e-mail; "": nobody. It needs SMTP

	IncidentWebhook string       // incidents are posted there; "": nowhere
	IncidentSecret  private.Text // and signed with it

	BackupRecipients string // who can read backups: public keys of age, or a file of them; "": who has the master key
	BackupDir        string // a backup is kept there each night; "": none
	BackupKeep       int    // how many of them; 0: 14
	NoDrills         bool   // no backup is restored on trial: something else is measured

	Log *slog.Logger

	KeyCommand []string       // what fetches the master key: a program and its arguments
	Environ    []string       // for KeyCommand; as os.Environ
	Retain     retain.Periods // how long words are kept; zero: as retain.Standard

	Vocabulary *checkin.Vocabulary // by which texts are read; nil: our own languages alone
}

// Twilio is the account that texts and calls go through.
type Twilio struct {
	AccountSID string
	AuthToken  private.Text
	From       phone.Number
	API        string
}

// App is Allclear running.
type App struct {
	o         Options
	db        *store.DB
	lock      *os.File // nil: the database may have several servers
	clock     *clock
	engine    *engine.Engine
	began     time.Time // on the clock
	publisher *publisher
	pages     *web.Pages // nil where they are not shown
	sender    *sender    // of e-mails; nil: there is none
	demo      *demo.Demo // nil but in a demo
	first     string     // the secret of the first administrator's address; "" for none
	erased    erasures
	backups   mount // where nightly backups are kept
	server    *http.Server
	listen    net.Listener
	edge      *edge.Edge
	mail      inbox
	plain     net.Listener // nil: nothing leads from plain HTTP to https
	redirect  *http.Server // on it
	stop      context.CancelFunc
	wg        sync.WaitGroup
	failed    chan error
}

// Open opens the database that the options name, with its master key.
func Open(ctx context.Context, o Options, readOnly bool) (*store.DB, error) {
	v, err := openVault(ctx, o, readOnly)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{URL: o.Database, Vault: v, ReadOnly: readOnly, Reload: o.reload()})
	return db, o.otherKeys(o.another(err))
}

// KeyFile is where the master key is kept when no setting gives it: beside an
// SQLite database, else in the folder Allclear was started in.
func KeyFile(database string) string { return besideDatabase(database, ".key") }

// New opens everything and listens, but runs nothing yet. Its error is one line:
// what is wrong and what to do.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Demo && !onLoopback(o.Listen) {
		return nil, fmt.Errorf("a demo has no sign-in, so it listens on this machine only: give 127.0.0.1 and a port, not %s", o.Listen)
	}
	if err := checkFolder(o); err != nil {
		return nil, err
	}
	front, err := o.theEdge()
	if err != nil {
		return nil, err
	}
	lock, err := lockServing(o)
	if err != nil {
		return nil, err
	}
	db, err := Open(ctx, o, false)
	if err != nil {
		return nil, errors.Join(err, unlock(lock))
	}
	a := &App{o: o, db: db, lock: lock, edge: front, failed: make(chan error, 4)}
	if err := a.assemble(ctx); err != nil {
		return nil, errors.Join(err, a.unlisten(), db.Close(), unlock(lock))
	}
	return a, nil
}

func (a *App) assemble(ctx context.Context) (err error) {
	if a.clock, err = a.theClock(ctx); err != nil {
		return err
	}
	if err := a.sameTime(ctx); err != nil {
		return err
	}
	if err := a.db.RecordRestore(ctx, a.clock.Now()); err != nil { // one that was cut off
		a.o.Log.Error("put the restore on record", "error", err)
	}
	if err := a.eraseAgain(ctx); err != nil {
		a.o.Log.Error("what was erased may be back", "error", err)
	}
	a.began = a.clock.Now()
	a.publisher = newPublisher(a.o, a.db, a.clock)
	if err := a.listenTo(); err != nil {
		return err
	}
	metrics := newMetrics(a)
	here := place(a.listen.Addr())
	eo := engine.Options{Store: a.db, Clock: a.clock, Random: rand.Reader, Log: a.o.Log, URL: a.o.URL, Emergency: a.o.Emergency,
		Rehearsal: a.o.Demo || a.o.Speed > 0, Vocabulary: a.o.Vocabulary, Retain: a.o.Retain, Place: here, Node: here + rand.Text()[:8], Told: metrics.told}
	ao := api.Options{Store: a.db, Access: access.New(a.db), Clock: time.Now, Log: a.o.Log,
		Rehearsal: a.o.Demo || a.o.Speed > 1, Speed: a.clock.Speed}
	if !a.o.Demo {
		ao.Besides = a.besides
	}
	a.o.believe(&eo)
	a.o.writesCalendars(&eo)
	if err := a.connect(&eo, &ao); err != nil {
		return err
	}
	ao.Graph = a.hook()
	a.engine = engine.New(eo)
	ao.Engine = a.engine
	front := api.New(ao)
	served, err := a.withPages(ctx, front, ao.Access)
	if err != nil {
		return err
	}
	a.answerWith(front.Server(), withMetrics(served, metrics))
	if a.pages != nil {
		a.server.RegisterOnShutdown(a.pages.Stop)
	}
	if a.demo != nil {
		return a.demo.Begin(ctx, a.engine, a.o.Speed)
	}
	return nil
}

// theClock is the one that this installation lives by.
func (a *App) theClock(ctx context.Context) (*clock, error) {
	if a.o.Demo {
		return newDemoClock(ctx, a.db)
	}
	return newClock(ctx, a.db, a.o.Speed, a.witness)
}

// connect puts what reaches people behind the engine: a demo's phones, or Twilio where there is an account.
func (a *App) connect(eo *engine.Options, ao *api.Options) error {
	if a.o.Demo {
		a.demo = demo.New(demo.Options{Store: a.db, Clock: a.clock, Real: a.clock.real, Log: a.o.Log, Pace: a.o.Pace,
			Keep: a.keepPhones, Kept: a.keptPhones})
		eo.SMS, eo.Voice, eo.Providers = a.demo.SMS(), a.demo.Voice(), a.demo.Providers()
		eo.Mail, eo.MailFrom, eo.OwnDomains = a.demo.Mail(), a.demo.MailFrom(), a.demo.OwnDomains()
		eo.Number, eo.Emergency = a.demo.Number(), a.demo.Emergency()
		return nil
	}
	client, err := a.o.byTwilio(eo)
	if client != nil {
		ao.Twilio = client
	}
	if err == nil {
		a.sender, err = a.o.byMail(eo)
	}
	return err
}

// byTwilio puts Twilio behind an engine; nil where there is no account.
func (o Options) byTwilio(eo *engine.Options) (*twilio.Client, error) {
	t := o.Twilio
	if t == nil {
		return nil, nil
	}
	client, err := twilio.New(twilio.Options{AccountSID: t.AccountSID, AuthToken: t.AuthToken.Reveal(), From: t.From, API: t.API, URL: o.URL, Client: o.Outgoing.Client(t.API, 0)})
	if err != nil {
		return nil, err
	}
	eo.SMS, eo.Voice = client.SMS(), client.Voice()
	eo.Providers = map[string]engine.Provider{twilio.Provider: client}
	eo.Number = t.From.E164()
	return client, nil
}

// onLoopback says that an address to listen on is reached from this machine only.
func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip, bad := netip.ParseAddr(host)
	return err == nil && (host == "localhost" || bad == nil && ip.IsLoopback())
}

// Demo is the sample county; nil where this is none.
func (a *App) Demo() *demo.Demo { return a.demo }

// sameTime refuses to run beside a database server, and so beside other nodes,
// whose clock is far from ours: a deadline must mean the same to all of them.
func (a *App) sameTime(ctx context.Context) error {
	server, remote, err := a.db.ServerTime(ctx)
	if err != nil || !remote {
		return err
	}
	if off := time.Until(server).Abs(); off > astrayMost {
		return fmt.Errorf("this machine's clock is %s from the database server's; set both by NTP", off.Round(time.Second))
	}
	return nil
}

// place names where this process runs: no other can listen there at the same
// time, so that one that did before us has ended.
func place(listening net.Addr) string {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return host + "/" + listening.String() + "/"
}

// Addr is where the server listens.
func (a *App) Addr() net.Addr { return a.listen.Addr() }

// Start runs the engine, the server and the heartbeat until Stop.
func (a *App) Start(ctx context.Context) {
	ctx, a.stop = context.WithCancel(ctx)
	run := func(what string, f func() error) {
		a.wg.Go(func() { // ends with ctx, or when it fails: then the whole process must end
			if err := f(); err != nil && ctx.Err() == nil {
				a.failed <- fmt.Errorf("%s: %w", what, err)
			}
		})
	}
	run("engine", func() error { return a.engine.Run(ctx) })
	run("serve", a.serve)
	if a.redirect != nil {
		run("redirect", func() error { return unlessClosed(a.redirect.Serve(a.plain)) })
	}
	if a.pages != nil {
		run("pages", func() error { return a.pages.Run(ctx) })
	}
	if a.demo != nil {
		run("demo", func() error { return a.demo.Run(ctx) })
	}
	a.runMail(ctx, run)
	run("heartbeat", func() error { return a.beat(ctx) })
	if a.edge.TLS() {
		run("certificate", func() error { return a.watchCertificate(ctx) })
	}
	run("sessions", func() error { return a.forgetSessions(ctx) })
	run("erasures", func() error { return a.keepErased(ctx) })
	if a.demo == nil && !a.o.NoDrills {
		run("restore drill", func() error { return a.drill(ctx) })
	}
	if len(a.publisher.outlets) > 0 {
		run("checkpoints", func() error { return a.publish(ctx) })
	}
	if a.o.IncidentWebhook != "" {
		run("incidents", func() error { return a.postIncidents(ctx) })
	}
	run("database", func() error {
		select {
		case <-a.db.Failed():
			return errors.New("a write could not be made durable: stopping, so that the next start recovers")
		case <-ctx.Done():
			return nil
		}
	})
}

// Failed gives the error that the process must end with.
func (a *App) Failed() <-chan error { return a.failed }

// Stop ends everything in order: no more requests, then the engine, then the
// database. What was not handed over is in the outbox.
func (a *App) Stop(ctx context.Context) error {
	err := a.server.Shutdown(ctx)
	if err != nil {
		err = a.server.Close()
	}
	if a.redirect != nil {
		err = errors.Join(err, a.redirect.Close())
	}
	err = errors.Join(err, a.stopMail(ctx))
	if a.sender != nil {
		a.sender.Close()
	}
	if a.stop != nil {
		a.stop()
	}
	a.wg.Wait()
	a.publishLast(ctx)
	if a.demo != nil { // its world waits until somebody looks at it again
		err = errors.Join(err, a.clock.SetSpeed(ctx, 0), a.demo.Keep())
	}
	return errors.Join(err, a.db.Close(), unlock(a.lock))
}
