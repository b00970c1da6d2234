package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/allclear-safety/allclear/internal/channel"
)

// mostHeard bounds what a server may say on one connection, in bytes.
const mostHeard = 4 << 20

// connection is one to the server, signed in.
type connection struct {
	*smtp.Client
	wire   net.Conn
	fresh  bool      // nothing was sent on it yet
	usable bool      // it can take another mail
	sent   int       // mails
	since  time.Time // kept since
}

// errStale says that a kept connection was closed before anything was said on it.
var errStale = errors.New("the connection has ended")

// until ends the connection when ctx does. What it gives is to be called when the work is done, and says that it did not.
func (k *connection) until(ctx context.Context) (done func() (whole bool)) {
	return context.AfterFunc(ctx, func() { _ = k.wire.Close() })
}

func (k *connection) close() { _ = k.wire.Close() }

// quit ends it politely, and waits for no answer: there is nothing that it could say.
func (k *connection) quit() {
	_, _ = k.wire.Write([]byte("QUIT\r\n"))
	k.close()
}

// connect opens a connection and signs in. Its errors are all *channel.Error.
func (c *Client) connect(ctx context.Context) (*connection, error) {
	s := c.options.Server
	wire, err := c.options.Dial(ctx, "tcp", s.address())
	if err != nil {
		return nil, &channel.Error{Next: channel.Retry, Err: plain(err)} // nobody was there to take it
	}
	wire = &bounded{wire, mostHeard}
	settings := &tls.Config{ServerName: s.Host, RootCAs: c.options.Roots, MinVersion: tls.VersionTLS12}
	if s.TLS {
		wire = tls.Client(wire, settings)
	}
	k := &connection{wire: wire, fresh: true}
	done := k.until(ctx)
	if err = c.greet(k, settings); err == nil && !done() {
		err = &channel.Error{Next: channel.Retry, Err: context.Cause(ctx)}
	}
	if err != nil {
		done()
		k.close()
		return nil, err
	}
	return k, nil
}

// greet does what comes before the first mail.
func (c *Client) greet(k *connection, settings *tls.Config) (err error) {
	s := c.options.Server
	if secure, is := k.wire.(*tls.Conn); is {
		if err := secure.Handshake(); err != nil {
			return unsafe(err)
		}
	}
	if k.Client, err = smtp.NewClient(k.wire, s.Host); err != nil {
		return refusal(err, atGreeting)
	}
	if err := k.Hello(c.options.Hello); err != nil {
		return refusal(err, atGreeting)
	}
	if !s.TLS && !s.Local() {
		if offered, _ := k.Extension("STARTTLS"); !offered {
			return &channel.Error{Next: channel.Misconfigured, Err: errPlain}
		}
		if err := k.StartTLS(settings); err != nil {
			return unsafe(err)
		}
	}
	if s.User == "" {
		return nil
	}
	_, ways := k.Extension("AUTH")
	var auth smtp.Auth
	switch ways = " " + strings.ToUpper(ways) + " "; {
	case strings.Contains(ways, " PLAIN "):
		auth = smtp.PlainAuth("", s.User, s.Password.Reveal(), s.Host, s.Local())
	case strings.Contains(ways, " LOGIN "):
		auth = smtp.LoginAuth(s.User, s.Password.Reveal(), s.Host, s.Local())
	default:
		return &channel.Error{Next: channel.Misconfigured, Err: errNoAuth}
	}
	if err := k.Auth(auth); err != nil {
		return refusal(err, atSignIn)
	}
	return nil
}

var (
	errPlain  = errors.New("the mail server offers no TLS")
	errNoAuth = errors.New("the mail server takes no sign-in by PLAIN or LOGIN")
)

// send hands one mail over, and gives what the server said of it.
func (k *connection) send(from, to string, words []byte) (answer string, err error) {
	defer func() { k.fresh = false }()
	k.usable = false
	if err := k.Mail("<" + from + ">"); err != nil {
		if !k.fresh && !refusedForGood(err) {
			return "", errStale
		}
		return "", k.reset(refusal(err, atSender))
	}
	if err := k.Rcpt("<" + to + ">"); err != nil {
		return "", k.reset(refusal(err, atRecipient))
	}
	data, err := k.Data()
	if err != nil {
		return "", k.reset(refusal(err, atContent))
	}
	if _, err := data.Write(words); err != nil {
		return "", refusal(err, atContent) // its end was not sent, so nobody took it
	}
	if err := data.Close(); err != nil {
		return "", refusal(err, atEnd)
	}
	k.usable = true
	if said, is := data.(*smtp.DataCloser); is {
		answer = said.ServerResponse()
	}
	return answer, nil
}

// reset makes the connection ready for another mail after a refusal, where that goes.
func (k *connection) reset(refused error) error {
	var e *channel.Error
	if errors.As(refused, &e) && e.Code/100 >= 4 && e.Code != closing {
		k.usable = k.Reset() == nil
	}
	return refused
}

// bounded is a connection on which the other side may say so much and no more.
type bounded struct {
	net.Conn
	left int
}

var errTooMuch = errors.New("the mail server says too much")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
