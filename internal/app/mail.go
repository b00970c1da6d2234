package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/mail/graph"
	"github.com/allclear-safety/allclear/internal/mail/listener"
	"github.com/allclear-safety/allclear/internal/mail/mailbox"
)

// Mail is how mail comes in, and whom it is believed from.
type Mail struct {
	Listen  string         // smtp://HOST:PORT, lmtp://HOST:PORT or lmtp:///PATH; "": nothing is listened to
	To      []string       // whom mail is taken for
	Clients []netip.Prefix // who may hand it over; empty: everybody

	Mailbox     *mailbox.Address     // nil: none is read
	Credentials *mailbox.Credentials // to read it without a password; nil: it has one

	Domains []string // the organisation's own
	Relay   string   // the name of the mail server whose verdict is believed; "": none
	Tenant  bool     // what Microsoft's tenant says of mail within it is believed
	DNS     string   // host:port of the name server that keys are asked of; "": the machine's
}

// on says that mail comes in at all.
func (m Mail) on() bool { return m.Listen != "" || m.Mailbox != nil }

const tokenWithin = 30 * time.Second

// inbox is what mail comes in by.
type inbox struct {
	listener *listener.Listener // nil: none
	mailbox  *mailbox.Mailbox   // nil: none
	graph    *graph.Inbox       // nil: none
}

// openMail opens the port for mail, and connects to nothing yet.
func (a *App) openMail() (err error) {
	m := a.o.Mail
	if m.Listen != "" {
		a.mail.listener, err = listener.New(listener.Options{Take: a.takeMail, Address: m.Listen, Accept: a.o.taken(), Clients: m.Clients, TLS: a.edge.Mail(),
			Now: a.clock.Now, Log: a.o.Log})
		if err != nil {
			return fmt.Errorf("%w; see ALLCLEAR_MAIL_LISTEN", err)
		}
	}
	if m.Mailbox != nil {
		a.mail.mailbox, err = a.o.mailbox(a.takeMail, a.clock.Now)
	}
	if a.o.readsGraph() {
		a.mail.graph = a.o.graphInbox(a.takeMail, a.clock.Now)
	}
	return err
}

// believe says by whom a mail is proved, and which addresses are ours.
func (o Options) believe(eo *engine.Options) {
	byGraph := o.readsGraph()
	if !o.Mail.on() && !byGraph {
		return
	}
	eo.Prover = mail.NewProver(mail.Options{Domains: o.Mail.Domains, Relay: o.Mail.Relay, Tenant: o.Mail.Tenant, TXT: mail.TXT(o.Mail.DNS)})
	ours := o.taken()
	if o.Mail.Mailbox != nil {
		ours = append(ours, o.Mail.Mailbox.User)
	}
	if byGraph {
		ours = append(ours, o.Graph.Mailbox)
	}
	for _, a := range ours {
		// All of a domain is no address, nor is a user's name.
		if a = strings.ToLower(a); strings.Index(a, "@") > 0 && !slices.Contains(eo.Addresses, a) {
			eo.Addresses = append(eo.Addresses, a)
		}
	}
}

// takeMail keeps a mail for good.
func (a *App) takeMail(ctx context.Context, m mail.Arrival) error {
	return a.engine.ReceiveMail(ctx, m)
}

func (o Options) mailbox(take func(context.Context, mail.Arrival) error, now func() time.Time) (*mailbox.Mailbox, error) {
	mo := mailbox.Options{Address: *o.Mail.Mailbox, Take: take, Dial: o.Outgoing.Dial, Now: now, Log: o.Log}
	if c := o.Mail.Credentials; c != nil {
		mo.Token = c.Tokens(o.Outgoing.Client(c.TokenURL, tokenWithin))
	}
	return mailbox.New(mo)
}

// runMail takes mail until ctx ends.
func (a *App) runMail(ctx context.Context, run func(what string, f func() error)) {
	if a.mail.listener != nil {
		run("mail listener", a.mail.listener.Serve)
	}
	if a.mail.mailbox != nil {
		run("mailbox", func() error { return a.mail.mailbox.Run(ctx) })
	}
	if a.mail.graph != nil {
		run("mailbox by Graph", func() error { return a.mail.graph.Run(ctx) })
	}
}

// stopMail lets those finish who are handing mail over.
func (a *App) stopMail(ctx context.Context) error {
	if a.mail.listener == nil {
		return nil
	}
	return a.mail.listener.Stop(ctx)
}

// MailAddr is where mail is listened for; nil where it is not.
func (a *App) MailAddr() net.Addr {
	if a.mail.listener == nil {
		return nil
	}
	return a.mail.listener.Addr()
}

// besides is what /readyz says that keeps no alarm from being raised.
func (a *App) besides(ctx context.Context) string {
	says := a.drillLine(ctx)
	if s, _, reads := a.mail.state(); reads {
		says += "\n" + mailboxLine(s, a.clock.Now())
	}
	return says
}

func mailboxLine(s mailbox.State, now time.Time) string {
	switch {
	case s.Connected:
		return "mailbox: read"
	case s.Since.IsZero():
		return "mailbox: not read yet"
	default:
		return "mailbox: not read for " + span(now.Sub(s.Since))
	}
}

// mailFigures count what came in, each time they are asked.
type mailFigures struct{ of *App }

var (
	mailsIn     = prometheus.NewDesc("allclear_mails_total", "Mails that were handed over: kept, refused, or not kept and tried again.", []string{"via", "outcome"}, nil)
	mailsTurned = prometheus.NewDesc("allclear_mail_connections_refused_total", "Connections of mail servers that were turned away.", nil, nil)
	mailRead    = prometheus.NewDesc("allclear_mailbox_read", "1 while the mailbox is read.", nil, nil)
)

func (mailFigures) Describe(to chan<- *prometheus.Desc) {
	to <- mailsIn
	to <- mailsTurned
	to <- mailRead
}

func (f mailFigures) Collect(to chan<- prometheus.Metric) {
	count := func(n int64, via mail.Via, outcome string) {
		to <- prometheus.MustNewConstMetric(mailsIn, prometheus.CounterValue, float64(n), string(via), outcome)
	}
	if l := f.of.mail.listener; l != nil {
		n := l.Counts()
		count(n.Taken, mail.ByListener, "kept")
		count(n.Refused, mail.ByListener, "refused")
		count(n.Deferred, mail.ByListener, "later")
		to <- prometheus.MustNewConstMetric(mailsTurned, prometheus.CounterValue, float64(n.TurnedAway))
	}
	if s, via, reads := f.of.mail.state(); reads {
		count(s.Taken, via, "kept")
		count(s.Failed, via, "later")
		read := 0.0
		if s.Connected {
			read = 1
		}
		to <- prometheus.MustNewConstMetric(mailRead, prometheus.GaugeValue, read)
	}
}

// checkMail asks whether mail can come in. Without it no alarm is lost, but a visit may not be booked.
func checkMail(ctx context.Context, o Options) []Finding {
	byGraph := o.readsGraph()
	if !o.Mail.on() && !byGraph {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, gatewayTimeout)
	defer cancel()
	var found []Finding
	if o.Mail.Mailbox != nil {
		found = append(found, checkMailbox(ctx, o))
	}
	if byGraph {
		found = append(found, checkGraph(ctx, o))
	}
	if o.Mail.Listen != "" {
		found = append(found, checkListener(ctx, o))
	}
	if o.Mail.Relay == "" && !o.Mail.Tenant {
		ask := mail.TXT(o.Mail.DNS)
		for _, domain := range o.Mail.Domains {
			found = append(found, checkPolicy(ctx, ask, domain))
		}
	}
	return found
}

// checkPolicy asks what a domain tells the world of its mail. Where others are not to turn away what only pretends to be its own, or it has no key to sign with, its
// mail may well go unsigned, and no invite from it would be believed.
func checkPolicy(ctx context.Context, ask mail.Lookup, domain string) Finding {
	s, err := mail.Stand(ctx, ask, domain)
	f := Finding{About: "mail"}
	switch {
	case err != nil:
		f.Says = "the name server does not answer for " + domain + ", so its mail waits: see ALLCLEAR_DNS"
	case s.Trial:
		f.Says = domain + " only tries its DKIM key out (t=y), so no invite from it is believed: have the mark taken off the key"
	case !s.Firm():
		f.Says = domain + " has no DMARC policy of quarantine or reject: see that its mail is signed by DKIM, or no invite is believed"
	case len(s.Keys) == 0:
		f.Says = domain + " has a DMARC policy, but no DKIM key under a usual name: send a mail to Allclear, and see that it is believed"
	default:
		f.Says = domain + " says how its mail is known, and has a DKIM key"
	}
	return f
}

func checkMailbox(ctx context.Context, o Options) Finding {
	m, err := o.mailbox(func(context.Context, mail.Arrival) error { return errors.New("a check takes nothing") }, time.Now)
	if err == nil {
		err = m.Check(ctx)
	}
	if err != nil {
		return Finding{About: "mail", Says: "the mailbox is not read, so no visit is booked by it: " + err.Error()}
	}
	return Finding{About: "mail", Says: "the mailbox is read"}
}

func checkListener(ctx context.Context, o Options) Finding {
	network, at, _, err := listener.Where(o.Mail.Listen)
	if err != nil {
		return Finding{About: "mail", Says: err.Error()}
	}
	wire, err := edge.Outgoing{}.Dial(ctx, network, here(network, at))
	if err != nil {
		return Finding{About: "mail", Says: "nobody listens for mail now; allclear serve does"}
	}
	_ = wire.Close() // it said nothing, so there is nothing that could be lost
	return Finding{About: "mail", Says: "is listened for"}
}

// here is where a port of all addresses is reached on this machine.
func here(network, at string) string {
	host, port, err := net.SplitHostPort(at)
	if ip, bad := netip.ParseAddr(host); network == "tcp" && err == nil && (host == "" || bad == nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return at
}
