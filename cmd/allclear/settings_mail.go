package main

import (
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"strings"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/mail/listener"
	"github.com/allclear-safety/allclear/internal/mail/mailbox"
	"github.com/allclear-safety/allclear/internal/private"
)

// Mail is how mail comes in, and whom it is believed from.
type Mail struct {
	Listen  string          // smtp:// or lmtp://; "": nothing is listened to
	To      string          // addresses that mail is taken for, with commas between
	Clients string          // as parseClients reads them; "": everybody
	IMAP    mailbox.Address // zero: no mailbox is read

	TokenURL, ClientID, Scope string // of an application that may read it
	ClientSecret              private.Text

	Domains string // the organisation's own, with commas between
	Relay   string // whose Authentication-Results is believed
	Tenant  string // "yes": what Microsoft's tenant says of mail within it is
	DNS     string // host:port of a name server; "": the machine's
}

func setMailListen(s *Settings, v string) error {
	s.Mail.Listen = v
	_, _, _, err := listener.Where(v)
	return err
}

// listed gives what stands between commas.
func listed(v string) []string {
	var all []string
	for one := range strings.SplitSeq(v, ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

func setMailTo(s *Settings, v string) error {
	s.Mail.To = strings.ToLower(v)
	wrong := errors.New("must be addresses such as visits@allclear.example.org with commas between, or @allclear.example.org for all of a domain")
	for _, one := range listed(s.Mail.To) {
		local, name, _ := strings.Cut(one, "@")
		if parsed, err := mail.ParseAddress("x" + one); err != nil || !strings.HasSuffix(parsed.Address, "@"+name) || strings.ContainsAny(local, "<>\" ") || !domain.MatchString(name) {
			return wrong
		}
	}
	if s.Mail.To == "" {
		return wrong
	}
	return nil
}

func setMailDomains(s *Settings, v string) error {
	s.Mail.Domains = strings.ToLower(v)
	all := listed(s.Mail.Domains)
	for _, one := range all {
		if !domain.MatchString(one) {
			all = nil
		}
	}
	if len(all) == 0 {
		return errors.New("must be domains such as council.example.org with commas between, as they stand behind the @")
	}
	return nil
}

func setMailClients(s *Settings, v string) error {
	s.Mail.Clients = v
	_, err := parseClients(v)
	return err
}

func parseClients(v string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, one := range listed(v) {
		if ip, err := netip.ParseAddr(one); err == nil {
			all = append(all, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(one)
		if err != nil || p.Bits() == 0 {
			return nil, errors.New("must be addresses or networks with commas between, such as 10.0.0.5, 10.1.0.0/16")
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

func setIMAP(s *Settings, v string) (err error) {
	s.Mail.IMAP, err = mailbox.ParseAddress(v)
	return err
}

func setMailRelay(s *Settings, v string) error {
	s.Mail.Relay = strings.ToLower(v)
	if !domain.MatchString(s.Mail.Relay) {
		return errors.New("must be the name that your mail server puts first into Authentication-Results, such as mx.example.org")
	}
	return nil
}

func setDNS(s *Settings, v string) error {
	s.Mail.DNS = v
	host, _, err := net.SplitHostPort(v)
	if err != nil {
		host, s.Mail.DNS = v, net.JoinHostPort(v, "53")
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return errors.New("must be the address of a name server such as 10.0.0.53, with its port where that is not 53")
	}
	return nil
}

// disagreements says what of it does not go together, or with a rehearsal.
func (m Mail) disagreements(s Settings) problems {
	var bad problems
	add := func(says string) { bad = append(bad, says) }
	comes, reads := m.Listen != "", m.IMAP.Host != ""
	if comes && m.To == "" && s.SMTP.From == "" {
		add(variable("mail_to") + " is missing: mail is taken for the addresses it names, and that of " + variable("mail_from") + ", and for nobody else")
	}
	if comes && !listener.Local(m.Listen) && s.Front.Cert == "" && s.Front.ACMEDomain == "" {
		add(variable("mail_listen") + " is reached from other machines, and needs a certificate (" + variable("tls_cert") + "): buddy forms are in such mail")
	}
	if comes && m.Relay != "" && !listener.Local(m.Listen) && m.Clients == "" {
		add(variable("mail_clients") + " is missing: whoever can hand mail over can write what " + variable("mail_relay") + " is believed for; name your mail server")
	}
	if (comes || reads) && m.Domains == "" {
		add(variable("mail_domains") + " is missing: without your own domains nobody's mail is believed")
	}
	if m.Tenant == "yes" && !reads && s.Graph.Mailbox == "" {
		add(variable("mail_tenant") + " is for a mailbox of your tenant, and neither " + variable("imap") + " nor " + variable("graph_mailbox") + " names one")
	}
	return append(bad, m.mailboxDisagreements(s, reads)...)
}

func (m Mail) mailboxDisagreements(s Settings, reads bool) problems {
	var bad problems
	token := m.TokenURL != "" || m.ClientID != "" || !m.ClientSecret.IsZero()
	switch {
	case token && !reads:
		bad = append(bad, variable("imap")+" is missing: without it an application's credentials read nothing")
	case token && !m.IMAP.Password.IsZero():
		bad = append(bad, variable("imap")+" has a password, and "+variable("imap_client_id")+" is for signing in without: keep one of the two")
	case token && (m.TokenURL == "" || m.ClientID == "" || m.ClientSecret.IsZero()):
		bad = append(bad, variable("imap_token_url")+", "+variable("imap_client_id")+" and "+variable("imap_client_secret")+" are needed together")
	case reads && !token && m.IMAP.Password.IsZero():
		bad = append(bad, variable("imap")+" has no password: give one, or an application's credentials ("+variable("imap_client_id")+")")
	}
	if s.Speed > 0 && (reads && !m.IMAP.Local() || m.Listen != "" && !listener.Local(m.Listen)) {
		bad = append(bad, variable("speed")+" is for rehearsals, and mail comes from elsewhere than this machine: take one of them out, so that no real visit is booked into one")
	}
	return bad
}

// called are the hosts that it makes Allclear connect to, by the setting that names each.
func (m Mail) unreachable(allowed edge.Outgoing) problems {
	var bad problems
	if m.IMAP.Host != "" && !allowed.Allows(m.IMAP.Host) {
		bad = append(bad, variable("outgoing")+" lacks the host of "+variable("imap")+": Allclear could not connect to it")
	}
	if host, _, err := net.SplitHostPort(m.DNS); err == nil && !allowed.Allows(host) {
		bad = append(bad, variable("outgoing")+" lacks the host of "+variable("dns")+": Allclear could not connect to it")
	}
	return bad
}

// options are they as the application takes them.
func (m Mail) options() app.Mail {
	o := app.Mail{Listen: m.Listen, To: listed(m.To), Domains: listed(m.Domains), Relay: m.Relay, Tenant: m.Tenant == "yes", DNS: m.DNS}
	if clients, err := parseClients(m.Clients); err == nil { // checked when it was read
		o.Clients = clients
	}
	if m.IMAP.Host != "" {
		at := m.IMAP
		o.Mailbox = &at
	}
	if m.ClientID != "" {
		o.Credentials = &mailbox.Credentials{TokenURL: m.TokenURL, ClientID: m.ClientID, Secret: m.ClientSecret, Scope: m.Scope}
	}
	return o
}
