package web

import (
	"fmt"
	"net/http"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
)

type invitePage struct {
	Layout
	Person personRow
	Link   string // "" before it is made
}

// mayInvite says that the reader lets someone sign in: who keeps their team does. Nobody makes a link by which they could
// become more than they are.
func (p *Pages) mayInvite(c *request, who buddy.Person) bool {
	is := c.toPerson(who)
	if p.keptFrom(c, who) {
		return false
	}
	return p.SignIn != nil && who.Active && access.May(access.LetSignIn, is)
}

// keptFrom says that someone holds an office that is not the reader's to give: nor is it theirs to change where that person is
// reached, or to put them out.
func (p *Pages) keptFrom(c *request, who buddy.Person) bool {
	return (who.Has(buddy.Admin) || who.Has(buddy.Auditor)) && !access.May(access.GiveOffice, access.ByRole(c.who))
}

// invitee finds whom the address names, where the reader may invite them.
func (p *Pages) invitee(c *request) (buddy.Person, error) {
	who, _, err := p.colleague(c)
	if err == nil && !p.mayInvite(c, who) {
		err = notFound()
	}
	return who, err
}

// inviteForm answers GET /people/{id}/invite.
func (p *Pages) inviteForm(c *request) error {
	who, err := p.invitee(c)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "invite", invitePage{Layout: p.layout(c, "Let "+who.Name+" sign in"), Person: personRow{ID: who.ID, Name: who.Name}})
}

// invite answers POST /people/{id}/invite. Whom it is for is told: a link that they did not ask for is somebody else's.
func (p *Pages) invite(c *request) error {
	who, err := p.invitee(c)
	if err != nil {
		return err
	}
	if err := p.fresh(c); err != nil {
		return err
	}
	secret, err := p.SignIn.Invite(c.Context(), c.who.ID, "page", who.ID)
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	if err := p.Engine.TellOfLink(c.Context(), who.ID, c.who.Name); err != nil { // also who made it themselves: it may not have been them
		return err
	}
	page := invitePage{Layout: p.layout(c, "Let "+who.Name+" sign in"), Person: personRow{ID: who.ID, Name: who.Name}, Link: p.URL + "/join/" + secret}
	page.Done = done["invited"]
	return p.show(c, http.StatusOK, "invite", page)
}
