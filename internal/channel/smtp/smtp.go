// Package smtp reaches people by e-mail: through a mail server of the organisation's, or of whoever sends mail for it.
//
// It keeps connections for a while, so that of many mails at one instant not each has to shake hands. A mail that was taken by the server was
// handed over, and no more: whether it came to anybody is not known here. A repeat has the same Message-ID, so that a mail program shows it once.
package smtp

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/private"
)

// Provider is the name of e-mail in the record of attempts.
const Provider = "smtp"

const (
	defaultTimeout = 9 * time.Second
	mostAtOnce     = 16 // connections; many servers take no more from one place
	mostKept       = 8
	keptFor        = 45 * time.Second // less than the minute after which the hastiest servers hang up
	mostPer        = 50               // mails over one connection: servers bound it
)

// Options say by which server mail goes, and in whose name.
type Options struct {
	Server  Server
	From    string                                                               // "Allclear <allclear@council.example>"
	Hello   string                                                               // what we call ourselves to the server; default: the domain of From
	Timeout time.Duration                                                        // of one mail; default 9 s
	Now     func() time.Time                                                     // the true time, for how long connections are kept; nil keeps none
	Roots   *x509.CertPool                                                       // whose certificates are believed; nil: the machine's
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // how the server is reached: [edge.Outgoing] has one
}

// Client is one mail server and sender. It is a [channel.Channel].
type Client struct {
	options Options
	from    *mail.Address
	domain  string
	slots   chan struct{}

	mu   sync.Mutex
	kept []*connection // the youngest last
}

var _ channel.Channel = (*Client)(nil)

// New makes a client. It calls nobody.
func New(o Options) (*Client, error) {
	from, err := ParseFrom(o.From)
	if err != nil {
		return nil, err
	}
	if o.Server.Host == "" {
		return nil, errors.New("e-mail needs a server to go by")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Dial == nil {
		return nil, errors.New("e-mail needs a way to its server")
	}
	c := &Client{options: o, from: from, domain: Domain(from.Address), slots: make(chan struct{}, mostAtOnce)}
	if o.Hello == "" {
		c.options.Hello = c.domain
	}
	return c, nil
}

// ParseFrom reads a sender: one address, with a name or without.
func ParseFrom(s string) (*mail.Address, error) {
	from, err := mail.ParseAddress(s)
	if err != nil || Domain(from.Address) == "" || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("must be one e-mail address, such as Allclear <allclear@council.example>")
	}
	return from, nil
}

// Domain is what stands behind the @ of an address, in lower case; "" where there is none.
func Domain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 {
		return ""
	}
	return strings.ToLower(address[at+1:])
}

// Name is the channel's.
func (c *Client) Name() string { return Provider }

// Send hands a mail over.
func (c *Client) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if m.Mail == nil {
		return channel.Receipt{}, &channel.Error{Next: channel.NextChannel, Err: errNoMail}
	}
	if ctx.Err() != nil {
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Err: ctx.Err()} // nothing was sent
	}
	to, err := readAddress(m.Mail.Address)
	if err != nil {
		return channel.Receipt{}, &channel.Error{Next: channel.WrongNumber, Err: err}
	}
	words, err := c.write(m, to)
	if err != nil {
		return channel.Receipt{}, &channel.Error{Next: channel.NextChannel, Err: errUnwritten}
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Err: errBusy}
	}
	return c.hand(ctx, to, words)
}

var (
	errNoMail    = errors.New("the message is no e-mail")
	errAddress   = errors.New("the address is none")
	errUnwritten = errors.New("the mail can't be written")
	errBusy      = errors.New("all connections to the mail server are in use")
)

// Check says whether mail could be handed over now: it connects and signs in, and sends nothing.
func (c *Client) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	k, err := c.connect(ctx)
	if err != nil {
		return err
	}
	k.quit()
	return nil
}

// hand hands a finished mail over. A connection that was kept may have been closed by the server meanwhile: then a new one is opened, as nothing
// was said on the old one yet.
func (c *Client) hand(ctx context.Context, to string, words []byte) (channel.Receipt, error) {
	for {
		k, err := c.take(ctx)
		if err != nil {
			return channel.Receipt{}, err
		}
		done := k.until(ctx)
		answer, err := k.send(c.from.Address, to, words)
		whole := done()
		if errors.Is(err, errStale) && ctx.Err() == nil {
			k.close()
			continue // each is taken once, so this ends with a new one
		}
		if whole && k.usable {
			c.keep(k)
		} else {
			k.close()
		}
		if err != nil {
			return channel.Receipt{}, err
		}
		return channel.Receipt{ProviderID: receiptOf(answer)}, nil
	}
}

// take gives a kept connection that is young enough, else a new one.
func (c *Client) take(ctx context.Context) (*connection, error) {
	c.mu.Lock()
	var k *connection
	for k == nil && len(c.kept) > 0 {
		last := len(c.kept) - 1
		k = c.kept[last]
		c.kept = c.kept[:last]
		if c.options.Now().Sub(k.since) > keptFor {
			k.close()
			k = nil
		}
	}
	c.mu.Unlock()
	if k != nil {
		k.fresh = false
		return k, nil
	}
	return c.connect(ctx)
}

// keep keeps a connection for the next mail.
func (c *Client) keep(k *connection) {
	if k.sent++; c.options.Now == nil || k.sent >= mostPer {
		k.quit()
		return
	}
	k.since = c.options.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= mostKept {
		c.kept[0].close()
		c.kept = append(c.kept[:0], c.kept[1:]...)
	}
	c.kept = append(c.kept, k)
}

// Close ends the connections that are kept.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.kept {
		k.close()
	}
	c.kept = nil
}

// readAddress reads an address that a mail can go to.
func readAddress(t private.Text) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(t.Reveal()))
	if err != nil || Domain(a.Address) == "" || strings.ContainsAny(a.Address, "\r\n<> ") {
		return "", errAddress // the parser's error quotes it
	}
	return a.Address, nil
}

// queued finds the name under which Postfix, Exim and Exchange say that they took a mail.
var queued = regexp.MustCompile(`(?i)(?:queued as |\bid=|internalid=)([0-9A-Za-z-]{4,40})`)

// receiptOf is what the server calls the mail, for whoever asks its log, and something of our own, so that each receipt is another.
func receiptOf(answer string) string {
	own := rand.Text()[:12]
	if found := queued.FindStringSubmatch(answer); found != nil {
		return found[1] + "/" + own
	}
	return own
}
