package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/watch"
)

// toOrganisation lets the forms of a page lead to the organisation's own sign-in: browsers hold a form to where the page
// says that it may lead, wherever it is led on to.
func (p *Pages) toOrganisation(c *request) {
	if p.Organisation == nil {
		return
	}
	if at, err := url.Parse(p.Organisation.Issuer); err == nil {
		c.w.Header().Set("Content-Security-Policy", edge.Policy("form-action 'self' "+at.Scheme+"://"+at.Host))
	}
}

// askOrganisation answers POST /sign-in/organisation.
func (p *Pages) askOrganisation(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	return p.leadToOrganisation(c, localPath(f.value("then")), "")
}

// joinOrganisation answers POST /join/{secret}/organisation: who was invited links themself.
func (p *Pages) joinOrganisation(c *request) error {
	if _, err := p.invited(c); err != nil {
		return err
	}
	return p.leadToOrganisation(c, "/", c.invitation())
}

func (p *Pages) leadToOrganisation(c *request, then string, by signin.Invitation) error {
	address, begun, err := p.Organisation.Begin(c.Context(), then, by)
	if err != nil {
		return organisationProblem(err)
	}
	p.keep(c, begunCookie, begun, p.Clock().Add(beginsWithin))
	return c.redirect(address)
}

// backFromOrganisation answers GET /sign-in/organisation/back. It is the provider that leads here, and what it brings counts
// once, in the browser that asked for it.
func (p *Pages) backFromOrganisation(c *request) error {
	arrived, err := p.Organisation.Back(c.Context(), p.cookie(c.Request, begunCookie), c.URL.Query())
	if err != nil {
		err = organisationProblem(err)
		p.refusedSignIn(c, "organisation", problemOf(err).status)
		return err
	}
	if err := p.takeRoles(c, arrived); err != nil {
		return err
	}
	if err := p.SignIn.EndInvitation(c.Context(), arrived.Proof.Person); err != nil {
		return err
	}
	return p.begin(c, arrived.Proof, access.Whole, arrived.Then)
}

// organisationProblem says what became of a sign-in by the organisation.
func organisationProblem(err error) error {
	said := func(status int, says string) error {
		return &statusError{status: status, says: says, again: "/sign-in", cause: err}
	}
	switch {
	case errors.Is(err, signin.ErrGone):
		return said(http.StatusConflict, "That sign-in took too long, or was done in another window. Begin once more.")
	case errors.Is(err, signin.ErrRefused):
		return said(http.StatusForbidden, "Your organisation’s sign-in did not show who you are. Begin once more, or sign in another way.")
	case errors.Is(err, signin.ErrStranger):
		return said(http.StatusForbidden, "Your organisation knows you, and Allclear does not know yet who you are here. Ask whoever looks after Allclear for a link: it joins the two.")
	case errors.Is(err, signin.ErrTaken):
		return said(http.StatusConflict, "That sign-in of your organisation belongs to somebody else here. Ask whoever looks after Allclear.")
	case errors.Is(err, signin.ErrAway):
		return said(http.StatusServiceUnavailable, "Your organisation’s sign-in does not answer. Try again in a moment, or sign in another way. Alarms still reach you by text and call.")
	}
	return err
}

// takeRoles gives someone the roles that their organisation says they have, of those that it is asked about; the others they
// keep. What it could not say changes nothing.
func (p *Pages) takeRoles(c *request, a signin.Arrived) error {
	if !a.Known || len(p.Organisation.Roles) == 0 {
		return nil
	}
	who, err := p.Store.Person(c.Context(), a.Proof.Person)
	if err != nil {
		return fmt.Errorf("find who signs in: %w", err)
	}
	had := who.Roles
	who.Roles = slices.Clone(a.Roles)
	for _, role := range had {
		if !p.decides(role) {
			who.Roles = append(who.Roles, role)
		}
	}
	slices.Sort(who.Roles)
	if slices.Equal(who.Roles, slices.Sorted(slices.Values(had))) {
		return nil
	}
	_, err = p.Engine.PutPerson(c.Context(), engine.Actor{By: who.ID, Via: "organisation"}, who)
	_, invalid := errors.AsType[*watch.Invalid](err) // such as a responder without a number
	_, refused := errors.AsType[*watch.Refused](err) // such as a worker whose visit is open
	if invalid || refused {
		p.Log.Warn("roles of the organisation do not fit", "person", who.ID, "roles", who.Roles)
		return nil
	}
	return err
}

// decides says that the organisation is asked about a role.
func (p *Pages) decides(role string) bool {
	for _, asked := range p.Organisation.Roles {
		if asked == role {
			return true
		}
	}
	return false
}

// endedElsewhere answers POST /sign-in/organisation/ended: the provider says that someone signed out there.
func (p *Pages) endedElsewhere(c *request) error {
	right, err := p.SignIn.TryToken(edge.From(c.Request))
	if err != nil {
		return &statusError{status: http.StatusTooManyRequests, says: "Wait, then try again.", cause: err}
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	said, err := p.Organisation.BackChannel(c.Context(), f.value("logout_token"))
	switch {
	case errors.Is(err, signin.ErrRefused), errors.Is(err, signin.ErrGone):
		return &statusError{status: http.StatusBadRequest, says: "That is no logout token that counts.", cause: err}
	case err != nil:
		return err
	}
	right()
	if err := p.Access.EndElsewhere(c.Context(), said.Provider, said.Subject); err != nil || said.Person == "" {
		return err
	}
	return p.Access.EndAll(c.Context(), said.Person, "")
}
