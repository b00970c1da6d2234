package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/store"
)

// Front is what Allclear shows to the network.
type Front struct {
	Cert, Key     string // files
	ACMEDomain    string
	ACMEDirectory string // "": Let's Encrypt's
	Redirect      string // host:port
	Proxy         string // as edge.ParseProxies reads it
}

func setFile(to *string, path string) error {
	*to = path
	f, err := os.Open(path) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return err
	}
	return f.Close()
}

var domain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

func setACMEDomain(s *Settings, v string) error {
	s.Front.ACMEDomain = strings.ToLower(v)
	if !domain.MatchString(s.Front.ACMEDomain) {
		return errors.New("must be one name such as allclear.example.org")
	}
	return nil
}

// setExitPage takes the address to the letter: a page may need its final slash.
func setExitPage(s *Settings, v string) error {
	s.ExitPage = v
	var checked string
	return setAddress(&checked, v)
}

func setOutgoing(s *Settings, v string) error {
	s.Outgoing = v
	_, err := edge.ParseOutgoing(v)
	return err
}

// outgoing is whom Allclear may call.
func (s Settings) outgoing() edge.Outgoing {
	if s.Outgoing == "" {
		return edge.Outgoing{}
	}
	o, err := edge.ParseOutgoing(s.Outgoing)
	if err != nil { // checked when it was read
		return edge.Nobody()
	}
	return o
}

// unreachable says which settings name a host that Allclear may not connect to.
func (s Settings) unreachable() problems {
	hosts := []struct{ name, address string }{
		{"heartbeat_url", s.HeartbeatURL}, {"checkpoint_url", s.CheckpointURL}, {"incident_webhook", s.IncidentWebhook}, {"oidc_issuer", s.OIDC.Issuer},
		{"imap_token_url", s.Mail.TokenURL},
	}
	if s.Twilio.AccountSID != "" {
		hosts = append(hosts, struct{ name, address string }{"twilio_api", s.Twilio.API})
	}
	if s.Front.ACMEDomain != "" {
		hosts = append(hosts, struct{ name, address string }{"acme_directory", cmp.Or(s.Front.ACMEDirectory, edge.LetsEncrypt)})
	}
	allowed := s.outgoing()
	bad := slices.Concat(s.Mail.unreachable(allowed), s.Graph.unreachable(allowed), s.SMTP.unreachable(allowed))
	for _, to := range hosts {
		if u, err := url.Parse(to.address); err == nil && to.address != "" && !allowed.Allows(u.Hostname()) {
			bad = append(bad, variable("outgoing")+" lacks the host of "+variable(to.name)+": Allclear could not connect to it")
		}
	}
	for _, host := range store.Servers(s.Database) {
		if !allowed.Allows(host) {
			bad = append(bad, variable("outgoing")+" lacks the host of "+variable("database")+": Allclear could not connect to it")
		}
	}
	return bad
}

// setACMEDirectory wants a way on which nobody between can sign a certificate of theirs.
func setACMEDirectory(s *Settings, v string) error {
	s.Front.ACMEDirectory = v // to the letter
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(v)) {
		return errors.New("must be https, but on this machine")
	}
	return nil
}

func setProxy(s *Settings, v string) error {
	s.Front.Proxy = v
	_, err := edge.ParseProxies(v)
	return err
}

// disagreements says what of it does not go together.
func (f Front) disagreements(public string) problems {
	var bad problems
	ours := f.Cert != "" || f.ACMEDomain != ""
	switch {
	case f.Cert != "" && f.Key == "":
		bad = append(bad, variable("tls_key")+" is missing: a certificate needs its key")
	case f.Cert == "" && f.Key != "":
		bad = append(bad, variable("tls_cert")+" is missing: a key needs its certificate")
	}
	if f.Cert != "" && f.ACMEDomain != "" {
		bad = append(bad, variable("acme_domain")+": the certificate is in "+variable("tls_cert")+" too: keep one of the two")
	}
	if f.ACMEDirectory != "" && f.ACMEDomain == "" {
		bad = append(bad, variable("acme_domain")+" is missing: without it nothing is fetched from "+variable("acme_directory"))
	}
	if f.Redirect != "" && !ours {
		bad = append(bad, variable("redirect")+" leads to TLS, and Allclear speaks none here: give a certificate, or let the proxy redirect")
	}
	if u, err := url.Parse(public); (ours || f.Proxy != "") && public != "" && (err != nil || u.Scheme != "https") {
		bad = append(bad, variable("url")+" must be https: that is how people come here")
	}
	if f.Proxy != "" && public == "" {
		bad = append(bad, variable("url")+" is missing: behind a proxy nothing else says what people type")
	}
	if u, err := url.Parse(public); f.ACMEDomain != "" && public != "" && err == nil && !strings.EqualFold(u.Hostname(), f.ACMEDomain) {
		bad = append(bad, variable("url")+" must have the name in "+variable("acme_domain")+": the certificate is for no other")
	}
	return bad
}

// options are they as the application takes them.
func (f Front) options() app.Front {
	o := app.Front{Cert: f.Cert, Key: f.Key, ACMEDomain: f.ACMEDomain, ACMEDirectory: f.ACMEDirectory, Redirect: f.Redirect}
	if f.Proxy != "" {
		if proxies, err := edge.ParseProxies(f.Proxy); err == nil { // checked when it was read
			o.Proxies = proxies
		}
	}
	return o
}

// shortestSecret is how many characters a secret has at least by which something is signed.
const shortestSecret = 32

func checkSecret(v string) error {
	if len(v) < shortestSecret {
		return fmt.Errorf("must be %d characters or more, such as openssl rand -base64 32 gives", shortestSecret)
	}
	return nil
}

// unsigned says that incidents would be posted without a signature.
func (s Settings) unsigned() problems {
	if s.Speed > 0 && s.IncidentWebhook != "" && !onLoopback(s.IncidentWebhook) {
		return problems{variable("speed") + " is for rehearsals, and " + variable("incident_webhook") + " is not on loopback: take one of them out, so that no portal hears of what did not happen"}
	}
	if s.IncidentWebhook != "" && s.IncidentSecret.IsZero() {
		return problems{variable("incident_secret") + " is needed with " + variable("incident_webhook") + ": whoever hears it must know that it is ours"}
	}
	return nil
}
