// Package mailbox reads mail that waits in a mailbox, by IMAP.
//
// Whatever is in the folder is waiting: a mail is handed on, and once that is kept it is moved to another folder. So a person who looks at the mailbox
// and thereby marks a mail as read keeps nobody's visit from being booked, and a crash between the two hands a mail on again, never not at all. The server
// says by IDLE that there is more, where it can; otherwise it is asked from time to time.
package mailbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/allclear-safety/allclear/internal/mail"
)

// Options are what a mailbox is given.
type Options struct {
	Address Address
	// Take keeps a mail for good, and returns once it is. An error means that it is not kept, and it stays where it is. A mail can come again.
	Take func(ctx context.Context, a mail.Arrival) error
	// Token gives a token in a password's place; nil: the address has a password.
	Token func(ctx context.Context) (string, error)
	// Dial connects to HOST:PORT.
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Roots *x509.CertPool // whose certificates are believed; nil: whom the machine does
	// Done is the folder that a mail is moved to; "" is "Taken". It is made where it is not there.
	Done string
	// Keep is how long mails stay there; 0: 30 days. Their words are kept elsewhere, by other rules.
	Keep time.Duration
	Now  func() time.Time
	Log  *slog.Logger

	Bounds Bounds
}

// Bounds are of time. Those that are 0 are as [Usual].
type Bounds struct {
	Answer time.Duration // until the server has answered
	Poll   time.Duration // from one look to the next, without IDLE
	Idle   time.Duration // from one look to the next, with it: a connection can be dead and nobody says so
	Life   time.Duration // of a connection
	First  time.Duration // until it connects again after one fault; twice as long after the next
	Most   time.Duration // the longest such wait
}

// Usual are the bounds where nothing else is said.
func Usual() Bounds {
	return Bounds{Answer: 2 * time.Minute, Poll: 15 * time.Second, Idle: 2 * time.Minute, Life: 12 * time.Hour, First: time.Second, Most: time.Minute}
}

// Mailbox is one.
type Mailbox struct {
	o     Options
	bound Bounds

	taken, failed atomic.Int64

	mu    sync.Mutex
	state State
}

// State is how a mailbox is.
type State struct {
	Connected bool
	Since     time.Time // when it became so; zero before the first try
	Says      string    // what was wrong last, without a word of the server's or of a mail's
	Taken     int64     // mails, since the start
	Failed    int64     // tries to keep one
}

// New makes one, and connects to nothing before [Mailbox.Run].
func New(o Options) (*Mailbox, error) {
	if o.Address.Password.IsZero() && o.Token == nil {
		return nil, errors.New("mailbox: neither a password nor the credentials of an application are given")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Done == "" {
		o.Done = "Taken"
	}
	if o.Keep == 0 {
		o.Keep = 30 * 24 * time.Hour
	}
	usual := Usual()
	b := &o.Bounds
	for _, d := range []struct{ to, or *time.Duration }{{&b.Answer, &usual.Answer}, {&b.Poll, &usual.Poll}, {&b.Idle, &usual.Idle},
		{&b.Life, &usual.Life}, {&b.First, &usual.First}, {&b.Most, &usual.Most}} {
		if *d.to == 0 {
			*d.to = *d.or
		}
	}
	return &Mailbox{o: o, bound: o.Bounds}, nil
}

// State gives it.
func (m *Mailbox) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.state
	s.Taken, s.Failed = m.taken.Load(), m.failed.Load()
	return s
}

// Run reads the mailbox until ctx ends, and connects again after each fault.
func (m *Mailbox) Run(ctx context.Context) error {
	wait := m.bound.First
	for {
		lived, err := m.read(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if lived {
			wait = m.bound.First
		}
		if err != nil {
			m.is(false, plainly(err))
			m.o.Log.Warn("mailbox not read: connecting again", "error", plainly(err), "in", wait.String())
		}
		if !mail.Pause(ctx, wait) {
			return nil
		}
		wait = min(2*wait, m.bound.Most)
	}
}

func (m *Mailbox) is(connected bool, says string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state.Connected != connected || m.state.Since.IsZero() {
		m.state.Since = m.o.Now()
	}
	m.state.Connected, m.state.Says = connected, says
}

// Check connects, signs in and looks at the folder, and changes nothing.
func (m *Mailbox) Check(ctx context.Context) error {
	s, err := m.connect(ctx)
	if err != nil {
		return errors.New(plainly(err))
	}
	defer s.close()
	if _, err := s.selected(m.o.Address.Folder, true); err != nil {
		return errors.New(plainly(err))
	}
	return nil
}

// read is one connection's life. A panic in it is of that connection alone.
func (m *Mailbox) read(ctx context.Context) (lived bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.o.Log.Error("mailbox reader panicked", "stack", string(debug.Stack()))
			err = fmt.Errorf("read the mailbox: panic of %T", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, m.bound.Life)
	defer cancel()
	s, err := m.connect(ctx)
	if err != nil {
		return false, err
	}
	defer s.close()
	if err := s.tidy(); err != nil {
		return false, err
	}
	if _, err := s.selected(m.o.Address.Folder, false); err != nil {
		return false, err
	}
	m.is(true, "")
	for {
		soon, err := s.takeAll(ctx)
		if err != nil {
			return true, err
		}
		if err := s.wait(ctx, soon); err != nil || ctx.Err() != nil {
			return true, err
		}
	}
}

// plainly says what went wrong without the server's words, which may name a person or a tenant.
func plainly(err error) string {
	if refused, ok := errors.AsType[*imap.Error](err); ok {
		doing, _, _ := strings.Cut(err.Error(), ": ")
		return fmt.Sprintf("%s: the server says %s %s", doing, refused.Type, plainWord(string(refused.Code)))
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("connect: its certificate is not believed (%T)", bad.Err)
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return "the server is not reached, or does not answer any more"
	}
	if ours, ok := errors.AsType[doing](err); ok {
		return ours.what
	}
	return "the server's answer cannot be read"
}

// doing is an error of ours, whose words are constants.
type doing struct {
	what string
	err  error
}

func (d doing) Error() string { return d.what }
func (d doing) Unwrap() error { return d.err }

// plainWord lets a code through that is one, and nothing else.
func plainWord(s string) string {
	if len(s) > 40 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-0123456789") != "" {
		return ""
	}
	return s
}
