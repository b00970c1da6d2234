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
	Calendars        string // as parseCalendars reads them
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
	if !mailboxName(v) {
		return errors.New("must be an address such as visits@allclear.example.org")
	}
	return nil
}

func setGraphCalendars(s *Settings, v string) error {
	s.Graph.Calendars = v
	_, err := parseCalendars(v)
	return err
}

// parseCalendars reads which team has which calendar.
func parseCalendars(v string) (map[string]string, error) {
	calendars, taken := map[string]string{}, map[string]bool{}
	for _, one := range listed(v) {
		team, address, _ := strings.Cut(one, "=")
		team, address = strings.TrimSpace(team), strings.ToLower(strings.TrimSpace(address))
		if _, twice := calendars[team]; twice || taken[address] || team == "" || !mailboxName(address) {
			return nil, errors.New("must be TEAM=ADDRESS with commas between, such as echo=echo-calendar@example.org: a team's id, and the mailbox of its calendar, which is no other team's")
		}
		calendars[team], taken[address] = address, true
	}
	return calendars, nil
}

// mailboxName says that an address can be one of a mailbox, and stand in a path.
func mailboxName(v string) bool {
	parsed, err := mail.ParseAddress(v)
	return err == nil && parsed.Address == v && !strings.ContainsAny(v, "'\\/?#%")
}

func setGraphBase(to *string, v string) error {
	*to = strings.TrimSuffix(v, "/")
	return setSecure(to, *to)
}

// disagreements says what of it does not go together, or with a rehearsal.
func (g Graph) disagreements(s Settings) problems {
	var bad problems
	some := g.Tenant != "" || g.ClientID != "" || !g.ClientSecret.IsZero() || g.Mailbox != "" || g.Calendars != ""
	if !some {
		return nil
	}
	if g.Tenant == "" || g.ClientID == "" || g.ClientSecret.IsZero() {
		bad = append(bad, variable("graph_tenant")+", "+variable("graph_client_id")+" and "+variable("graph_client_secret")+" are needed together")
	}
	if g.Mailbox == "" && g.Calendars == "" {
		bad = append(bad, variable("graph_mailbox")+" or "+variable("graph_calendars")+" is missing: without them the application has nothing to do")
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
	calendars, err := parseCalendars(g.Calendars)
	if err != nil { // checked when it was read
		calendars = nil
	}
	return &app.Graph{Calendars: calendars,
		Account: graph.Account{API: g.API, Login: g.Login, Tenant: g.Tenant, ClientID: g.ClientID, Secret: g.ClientSecret}, Mailbox: g.Mailbox}
}
