package main

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/internal/web"
)

// role is one of those whose pages are scanned, and the person who has it.
type role struct {
	name string
	who  town.Person
}

// roles are everyone there is to be: nobody is who has not signed in.
var roles = []role{
	{"nobody", town.Person{}},
	{"worker", town.Priya},
	{"responder", town.Sam},
	{"manager", town.Lee},
	{"administrator", town.Person{ID: "p-ada", Name: "Ada Bell", Roles: []string{"admin"}, Mobile: "+447700900501"}},
	{"auditor", town.Person{ID: "p-odd", Name: "Odd Moe", Roles: []string{"auditor"}, Mobile: "+447700900601"}},
}

// settle makes a team, its people, those on call, visits, a text that is not understood, and an open alarm.
func (c *county) settle(ctx context.Context) (err error) {
	if c.token, err = c.command(ctx, "token", "create", "--name", "scan", "--scope", "admin"); err != nil {
		return err
	}
	if err := c.call(ctx, http.MethodPut, "/teams/echo", town.TeamForm(nil), nil); err != nil {
		return err
	}
	for _, p := range []town.Person{roles[3].who, roles[2].who, town.Ann, town.Priya, roles[4].who, roles[5].who} {
		if err := c.call(ctx, http.MethodPut, "/people/"+p.ID, town.PersonForm(p), nil); err != nil {
			return err
		}
	}
	now := time.Now()
	for order, p := range []town.Person{town.Sam, town.Ann} {
		if err := c.call(ctx, http.MethodPost, "/shifts", town.ShiftForm(p, order+1, now.Add(-time.Hour), 24*time.Hour), nil); err != nil {
			return err
		}
	}
	var later struct{ ID string }
	if err := c.call(ctx, http.MethodPost, "/shifts", town.ShiftForm(town.Ann, 3, now.Add(25*time.Hour), time.Hour), &later); err != nil {
		return err
	}
	c.here.shift = later.ID
	return c.visit(ctx, now)
}

// visit books Priya's visits and has the alarm raised.
func (c *county) visit(ctx context.Context, now time.Time) error {
	var booked, alarm struct{ ID string }
	for _, in := range []time.Duration{30 * time.Hour, time.Minute} { // one is left alone, at the other something happens
		if err := c.call(ctx, http.MethodPost, "/visits", visitForm(now.Add(in)), &booked); err != nil {
			return err
		}
	}
	c.here.visit = booked.ID
	if err := c.call(ctx, http.MethodPost, "/checkins", town.Form{"person": town.Priya.ID, "text": "the lights of the car"}, nil); err != nil {
		return err
	}
	if err := c.call(ctx, http.MethodPost, "/alarms", town.Form{"worker": town.Priya.ID, "kind": "distress", "by": town.Ann.ID}, &alarm); err != nil {
		return err
	}
	c.here.alarm = alarm.ID
	return nil
}

// visitForm is a private home visit by Priya of two hours.
func visitForm(start time.Time) town.Form {
	return town.Form{"worker": town.Priya.ID, "kind": "home_visit", "starts_at": town.Instant(start), "expected_end_at": town.Instant(start.Add(2 * time.Hour)),
		"service_user": town.ServiceUser, "address": town.Address, "contact": "07700 900103", "private": true}
}

// person is somebody with a browser.
type person struct {
	c       *county
	role    role
	session string // what the cookie of their session holds; "" for nobody
}

func (p *person) cookie() string {
	if p.session == "" {
		return ""
	}
	return web.SessionCookie(p.c.url) + "=" + p.session
}

var typed = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

// signIn signs the person of a role in as people are: by the link that the command line makes for them they choose a password, read a secret into
// an app that makes codes, and type both.
func (c *county) signIn(ctx context.Context, name string) (*person, error) {
	p := &person{c: c}
	for _, r := range roles {
		if r.name == name {
			p.role = r
		}
	}
	if p.role.who.ID == "" {
		return p, nil
	}
	link, err := c.command(ctx, "user", "create", "--person", p.role.who.ID)
	if err != nil {
		return nil, err
	}
	status, shown, err := c.ask(ctx, http.MethodGet, link, "", nil)
	secret := typed.FindSubmatch(shown)
	if err != nil || status != http.StatusOK || secret == nil {
		return nil, fmt.Errorf("open the link: %d %w", status, err)
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(string(secret[1]), " ", ""), time.Now())
	if err != nil {
		return nil, err
	}
	form := url.Values{"name": {strings.ToLower(p.role.who.First()) + "@example.org"}, "password": {"gravel otter lantern quilt"},
		"secret": {string(secret[1])}, "code": {code}}
	return p, p.join(ctx, link, form)
}

// join sends the form, and keeps the session.
func (p *person) join(ctx context.Context, link string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, link+"/password", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := p.c.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // only its cookie counts
	for _, cookie := range answer.Cookies() {
		if cookie.Name != web.SessionCookie(p.c.url) {
			continue
		}
		if !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
			return fmt.Errorf("the session's cookie is not guarded: %s", cookie.String())
		}
		p.session = cookie.Value
	}
	if p.session == "" {
		return fmt.Errorf("the password was answered %s without a session", answer.Status)
	}
	return nil
}

// open fetches a page.
func (p *person) open(ctx context.Context, path string) (status int, page string, err error) {
	status, body, err := p.c.ask(ctx, http.MethodGet, p.c.url+path, "", nil, "Cookie", p.cookie())
	return status, html.UnescapeString(string(body)), err
}

// still makes sure that the person is signed in at the end: else the pages that were scanned were not theirs.
func (p *person) still(ctx context.Context) error {
	if p.session == "" {
		return nil
	}
	status, page, err := p.open(ctx, "/account")
	if err == nil && (status != http.StatusOK || !strings.Contains(page, p.role.who.Name)) {
		err = fmt.Errorf("%s was signed out on the way: %d", p.role.who.Name, status)
	}
	return err
}

// leaves are the addresses that would end the session of who asks, and the scan with it.
func (p *person) leaves() []string {
	return []string{"/sign-out", "/account/sessions/", "/people/" + p.role.who.ID + "/leave", "/people/" + p.role.who.ID + "/edit"}
}
