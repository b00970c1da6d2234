package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// firstPage is where the first administrator begins.
type firstPage struct {
	Layout
	To    string
	Name  govuk.Input
	Email govuk.Input
	Team  govuk.Input
}

// firstForm answers GET /first/{secret}: the address that a new installation's log shows.
func (p *Pages) firstForm(c *request) error {
	if err := p.SignIn.IsFirst(c.Context(), c.PathValue("secret")); err != nil {
		return firstGone(err)
	}
	return p.showFirst(c, http.StatusOK, blank())
}

// firstGone says what became of the address.
func firstGone(err error) error {
	if errors.Is(err, signin.ErrGone) {
		return &statusError{status: http.StatusNotFound, cause: err,
			says: "This address was used, or is over. Where nobody can sign in yet, start Allclear again: it shows a new one. Else “allclear user create” makes one."}
	}
	return err
}

func (p *Pages) showFirst(c *request, status int, f *form) error {
	page := firstPage{Layout: p.layout(c, "Set up Allclear").again(f), To: "/first/" + c.PathValue("secret"),
		Name: f.input("name", "Your name", ""), Email: f.input("email", "Your e-mail address", ""),
		Team: f.input("team", "Your team", "The first team that uses Allclear. More can be added later")}
	page.Name.Autocomplete = "name"
	page.Email.Type, page.Email.Autocomplete, page.Email.Spellcheck = "email", "email", new(false)
	return p.show(c, status, "first", page)
}

// first answers POST /first/{secret}: the first administrator and their team are there, and they go on to how they sign in.
func (p *Pages) first(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("name", "Enter your name")
	f.need("email", "Enter your e-mail address")
	f.need("team", "Enter what your team is called")
	if err := p.SignIn.IsFirst(c.Context(), c.PathValue("secret")); err != nil {
		return firstGone(err)
	}
	who := buddy.Person{ID: "p-" + strings.ToLower(rand.Text()[:12]), Name: f.value("name"), Email: private.New(f.value("email")), Roles: []string{buddy.Admin}, Active: true}
	team := store.FirstTeam(f.value("team"), who.ID)
	who.Team = team.ID
	for _, x := range append(who.Problems(), buddy.NameProblems("team", team.Name)...) {
		f.wrong(x.Field, personSays(x.Field, x.Says))
	}
	if f.bad() {
		return p.showFirst(c, http.StatusUnprocessableEntity, f)
	}
	if err := p.SignIn.First(c.Context(), c.PathValue("secret")); err != nil { // of two who press at once one goes on
		return firstGone(err)
	}
	if err := p.settleFirst(c, who, team); err != nil {
		return fmt.Errorf("settle the first administrator: %w", err)
	}
	secret, err := p.SignIn.Invite(c.Context(), who.ID, "page", who.ID)
	if err != nil {
		return fmt.Errorf("invite the first administrator: %w", err)
	}
	return c.redirect("/join/" + secret)
}

// settleFirst puts the first team and the first administrator there.
func (p *Pages) settleFirst(c *request, who buddy.Person, team store.Team) error {
	by := engine.Actor{By: who.ID, Via: "page"}
	if _, err := p.Engine.PutTeam(c.Context(), by, team); err != nil {
		return err
	}
	_, err := p.Engine.PutPerson(c.Context(), by, who)
	return err
}
