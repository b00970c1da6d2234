package web

import (
	"fmt"
	"net/http"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

type invitePage struct {
	Layout
	Person personRow
	Known  govuk.Checkboxes
	Anew   govuk.Checkboxes
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
	return p.showInvite(c, http.StatusOK, who, blank())
}

// showInvite asks first that who makes the link knows whom it is for, also where a telephone or a passkey was lost: else anybody who
// asks by a strange number would become them.
func (p *Pages) showInvite(c *request, status int, who buddy.Person, f *form) error {
	page := invitePage{Layout: p.layout(c, "Let "+who.Name+" sign in").again(f), Person: personRow{ID: who.ID, Name: who.Name}}
	page.Known = govuk.Checkboxes{Name: "known", Values: f.values["known"], ErrorMessage: f.says("known"),
		Items: []govuk.Choice{{Value: "yes", Text: "I have seen " + who.Name + ", or rung them on a number that I knew before",
			Hint: govuk.Hint{Text: "Also where they lost their telephone: not by a message or a call that came from them."}}}}
	page.Anew = govuk.Checkboxes{Name: "anew", Values: f.values["anew"],
		Items: []govuk.Choice{{Value: "yes", Text: "What they signed in by before no longer counts",
			Hint: govuk.Hint{Text: "Once the link is used: their passkeys, their password and the link to your organisation’s sign-in. Where a device was stolen, or somebody else may have set one up."}}}}
	return p.show(c, status, "invite", page)
}

// signThemOut answers POST /people/{id}/sign-out: wherever somebody is signed in they are no more, as where their telephone was
// stolen. Who lets them sign in does it, on record, and they are told. How they sign in stays.
func (p *Pages) signThemOut(c *request) error {
	who, err := p.invitee(c)
	if err != nil {
		return err
	}
	by := store.By{Person: c.who.ID, Via: "page"}
	if err := p.Access.EndAllBy(c.Context(), who.ID, c.session.ID, by, p.Clock().UTC()); err != nil { // one's own window stays
		return fmt.Errorf("end their sessions: %w", err)
	}
	p.Engine.TellOfSignOut(c.Context(), who.ID, c.who.Name)
	p.Log.Info("sessions ended by another", "person", who.ID, "by", c.who.ID)
	return c.redirect("/people/" + who.ID + "?done=signed-out-there")
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
	f, err := c.form()
	if err != nil {
		return err
	}
	if f.value("known") == "" {
		f.wrong("known", "Say that you know it is them: whoever has the link signs in as them")
		return p.showInvite(c, http.StatusUnprocessableEntity, who, f)
	}
	link := p.SignIn.Invite
	if f.value("anew") != "" {
		link = p.SignIn.InviteAnew
	}
	secret, err := link(c.Context(), c.who.ID, "page", who.ID)
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
