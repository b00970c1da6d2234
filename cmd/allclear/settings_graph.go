package main

import (
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"github.com/allclear-safety/allclear/internal/app"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/mail/graph"
	"github.com/allclear-safety/allclear/internal/private"
)

// Graph is an application of a Microsoft 365 tenant; the zero ClientID means none.
type Graph struct {
	Tenant, ClientID string
	ClientSecret     private.Text
	Mailbox          string
	API, Login       string // base addresses
}

var tenantName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$`)

func setGraphTenant(s *Settings, v string) error {
	s.Graph.Tenant = v
	if !tenantName.MatchString(v) {
		return errors.New("must be the id of your tenant, or a domain of its such as council.onmicrosoft.com")
	}
	return nil
}

func setGraphMailbox(s *Settings, v string) error {
	s.Graph.Mailbox = strings.ToLower(v)
	if parsed, err := mail.ParseAddress(v); err != nil || parsed.Address != v || strings.ContainsAny(v, "'\\/?#%") {
		return errors.New("must be an address such as visits@allclear.example.org")
	}
	return nil
}

func setGraphBase(to *string, v string) error {
	*to = strings.TrimSuffix(v, "/")
	return setSecure(to, *to)
}

// disagreements says what of it does not go together, or with a rehearsal.
func (g Graph) disagreements(s Settings) problems {
	var bad problems
	some := g.Tenant != "" || g.ClientID != "" || !g.ClientSecret.IsZero() || g.Mailbox != ""
	if !some {
		return nil
	}
	if g.Tenant == "" || g.ClientID == "" || g.ClientSecret.IsZero() {
		bad = append(bad, variable("graph_tenant")+", "+variable("graph_client_id")+" and "+variable("graph_client_secret")+" are needed together")
	}
	if g.Mailbox == "" {
		bad = append(bad, variable("graph_mailbox")+" is missing: without it the application has nothing to do")
	}
	if g.Mailbox != "" && s.Mail.IMAP.Host != "" {
		bad = append(bad, variable("graph_mailbox")+" and "+variable("imap")+" both name a mailbox: keep one of the two")
	}
	if g.Mailbox != "" && s.Mail.Domains == "" {
		bad = append(bad, variable("mail_domains")+" is missing: without your own domains nobody's mail is believed")
	}
	if s.Speed > 0 && (!onLoopback(g.API) || !onLoopback(g.Login)) {
		bad = append(bad, variable("speed")+" is for rehearsals, and "+variable("graph_api")+" is not on loopback: take one of them out, so that no real visit is booked into one")
	}
	return bad
}

// unreachable says which of its hosts Allclear may not connect to.
func (g Graph) unreachable(allowed edge.Outgoing) problems {
	var bad problems
	for _, to := range []struct{ name, address string }{{"graph_api", g.API}, {"graph_login", g.Login}} {
		if u, err := url.Parse(to.address); g.ClientID != "" && err == nil && !allowed.Allows(u.Hostname()) {
			bad = append(bad, variable("outgoing")+" lacks the host of "+variable(to.name)+": Allclear could not connect to it")
		}
	}
	return bad
}

// options are they as the application takes them; nil where it is off.
func (g Graph) options() *app.Graph {
	if g.ClientID == "" {
		return nil
	}
	return &app.Graph{Account: graph.Account{API: g.API, Login: g.Login, Tenant: g.Tenant, ClientID: g.ClientID, Secret: g.ClientSecret}, Mailbox: g.Mailbox}
}
