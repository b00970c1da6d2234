// Package listener takes mail that is handed to us, by SMTP from another mail server or by LMTP from our own.
//
// A mail is answered with 250 once it is kept for good and not before: what could not be kept is answered 451, and whoever holds it tries again. It
// takes mail for the addresses it was told and for nobody else, so that it relays nothing; who sent a mail is not its business, as
// that is proved from the mail itself. Each connection is bounded in time and size, each client in connections, and all of them in what they hold in memory.
package listener

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/allclear-safety/allclear/internal/mail"
)

// Options are what a listener is given.
type Options struct {
	// Take keeps a mail for good, and returns once it is. An error means that it is not kept. It may be called many times at once.
	Take func(ctx context.Context, a mail.Arrival) error
	// Address is smtp://HOST:PORT, lmtp://HOST:PORT or lmtp:///PATH, a socket in the file system.
	Address string
	// Accept are the addresses that mail is taken for; "@example.org" is all of a domain's.
	Accept []string
	// Clients may hand mail over; empty: everybody. A client through a socket in the file system is always one.
	Clients []netip.Prefix
	// TLS is what STARTTLS offers; nil: it is not offered, and only clients on this machine are listened to.
	TLS *tls.Config
	// Domain is what we call ourselves; "" is that of the first address.
	Domain string
	// Now is the time of arrival.
	Now    func() time.Time
	Log    *slog.Logger
	Bounds Bounds
}

// Bounds are how much of us one client may have, and all of them. Those that are 0 are as [Usual].
type Bounds struct {
	Size        int           // bytes of a mail
	Memory      int           // bytes of all mails that are being handed over
	Connections int           // at once
	PerClient   int           // of them, from one address
	Recipients  int           // of a mail
	Refusals    int           // of a connection's mails and recipients, before it is closed
	Silence     time.Duration // until the next command; and for all of a mail
	Life        time.Duration // of a connection
	Keep        time.Duration // until a mail is kept
}

// Usual are the bounds where nothing else is said.
func Usual() Bounds {
	return Bounds{Size: mail.MaxSize, Memory: 256 << 20, Connections: 256, PerClient: 64, Recipients: 100, Refusals: 20,
		Silence: 2 * time.Minute, Life: 15 * time.Minute, Keep: 30 * time.Second}
}

// longestLine is far more than the 1000 bytes that the standard allows, as there are programs that do not know of it.
const longestLine = 64 << 10

// Listener is one open port.
type Listener struct {
	o      Options
	bound  Bounds
	lmtp   bool
	accept map[string]bool
	port   net.Listener
	server *smtp.Server

	memory atomic.Int64 // of mails being handed over
	counts counts

	mu    sync.Mutex
	conns map[*conn]struct{}
	from  map[string]int // connections by their client
	ended bool
}

// New opens the port, and listens to nobody before [Listener.Serve].
func New(o Options) (*Listener, error) {
	network, at, lmtp, err := Where(o.Address)
	if err != nil {
		return nil, fmt.Errorf("mail listener: %w", err)
	}
	l := &Listener{o: o, bound: o.Bounds.orUsual(), lmtp: lmtp, accept: map[string]bool{}, conns: map[*conn]struct{}{}, from: map[string]int{}}
	if l.o.Log == nil {
		l.o.Log = slog.New(slog.DiscardHandler)
	}
	for _, a := range o.Accept {
		l.accept[strings.ToLower(a)] = true
	}
	if len(l.accept) == 0 {
		return nil, errors.New("mail listener: it is told of no address that mail is taken for")
	}
	if o.TLS == nil && !local(network, at) {
		return nil, errors.New("mail listener: without a certificate it can be reached from this machine alone, as what is sent could be read on its way")
	}
	if l.port, err = open(network, at); err != nil {
		return nil, fmt.Errorf("mail listener: %w", err)
	}
	l.server = l.protocol()
	return l, nil
}

func (b Bounds) orUsual() Bounds {
	usual := Usual()
	for _, n := range []struct{ to, or *int }{
		{&b.Size, &usual.Size}, {&b.Memory, &usual.Memory}, {&b.Connections, &usual.Connections}, {&b.PerClient, &usual.PerClient},
		{&b.Recipients, &usual.Recipients}, {&b.Refusals, &usual.Refusals},
	} {
		if *n.to == 0 {
			*n.to = *n.or
		}
	}
	for _, d := range []struct{ to, or *time.Duration }{{&b.Silence, &usual.Silence}, {&b.Life, &usual.Life}, {&b.Keep, &usual.Keep}} {
		if *d.to == 0 {
			*d.to = *d.or
		}
	}
	return b
}

func (l *Listener) protocol() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(l.session))
	s.LMTP = l.lmtp
	s.Domain = l.o.Domain
	if s.Domain == "" {
		_, s.Domain, _ = strings.Cut(l.o.Accept[0], "@")
	}
	s.TLSConfig = l.o.TLS
	s.EnableSMTPUTF8 = true
	s.MaxMessageBytes = int64(l.bound.Size)
	s.MaxRecipients = l.bound.Recipients
	s.MaxLineLength = longestLine
	s.ReadTimeout = l.bound.Silence
	s.WriteTimeout = l.bound.Silence
	s.ErrorLog = quiet{l.o.Log}
	return s
}

// Where says what an address means: the network and the place on it.
func Where(address string) (network, at string, lmtp bool, err error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", "", false, errAddress
	}
	lmtp = u.Scheme == "lmtp"
	switch {
	case u.Scheme != "smtp" && !lmtp:
		return "", "", false, errAddress
	case u.Host != "" && u.Port() != "" && (u.Path == "" || u.Path == "/"):
		return "tcp", u.Host, lmtp, nil
	case lmtp && u.Host == "" && len(u.Path) > 1:
		return "unix", u.Path, lmtp, nil
	}
	return "", "", false, errAddress
}

var errAddress = errors.New("must be smtp://HOST:PORT, lmtp://HOST:PORT or lmtp:///PATH")

// Local reports whether an address is reached from this machine only.
func Local(address string) bool {
	network, at, _, err := Where(address)
	return err == nil && local(network, at)
}

func local(network, at string) bool {
	host, _, err := net.SplitHostPort(at)
	ip, bad := netip.ParseAddr(host)
	return network == "unix" || err == nil && (host == "localhost" || bad == nil && ip.IsLoopback())
}

// open takes a port; or a socket's path, also one that was left by a process that is no more.
func open(network, at string) (net.Listener, error) {
	if network != "unix" {
		return net.Listen(network, at)
	}
	if info, err := os.Stat(at); err == nil && info.Mode()&fs.ModeSocket != 0 {
		if c, err := net.Dial(network, at); err == nil {
			return nil, errors.Join(fmt.Errorf("%s is listened to already", at), c.Close())
		}
		if err := os.Remove(at); err != nil {
			return nil, err
		}
	}
	port, err := net.Listen(network, at)
	if err != nil {
		return nil, err
	}
	// #nosec G302 -- a mail server runs as another user; who comes as far as the socket is said by the rights of its folder
	if err := os.Chmod(at, 0o666); err != nil {
		return nil, errors.Join(err, port.Close())
	}
	return port, nil
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.port.Addr() }

// Serve listens until [Listener.Stop].
func (l *Listener) Serve() error {
	err := l.server.Serve(door{l.port, l})
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// Stop lets in nobody more, lets those finish whose mail is being handed over, and closes everything else.
func (l *Listener) Stop(ctx context.Context) error {
	l.mu.Lock()
	l.ended = true
	for c := range l.conns {
		c.closeWhenIdle()
	}
	l.mu.Unlock()
	err := l.server.Shutdown(ctx)
	if ctx.Err() != nil {
		l.mu.Lock()
		for c := range l.conns {
			err = errors.Join(err, c.Close())
		}
		l.mu.Unlock()
	}
	// Shutdown knows the port only once it was served.
	if closed := l.port.Close(); closed != nil && !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// quiet keeps of what the protocol's package says what holds nobody's words: that it panicked, and where.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) {
	if !strings.HasPrefix(format, "panic") || len(v) == 0 {
		return // a client that went away
	}
	where, _ := v[len(v)-1].([]byte)
	q.log.Error("mail connection ended by a panic", "stack", string(where))
}

func (q quiet) Println(...any) {}
