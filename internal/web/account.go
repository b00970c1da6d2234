package web

import (
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// accountPage is a person's own: how they sign in, and where they are signed in.
type accountPage struct {
	Layout
	Passkeys   bool // this address can have them
	Keys       []keyRow
	Password   bool // they have one
	Recoveries int  // recovery codes that are left
	Sessions   []sessionRow
}

type keyRow struct {
	Name, Href string
	AddedAt    time.Time
	UsedAt     time.Time // zero: never
}

type sessionRow struct {
	Device, Method string
	Phone          bool // their own phone page alone
	Here           bool // this very one
	StartedAt      time.Time
	UsedAt         time.Time
	Href           string
}

// account answers GET /account.
func (p *Pages) account(c *request) error { return p.showAccount(c, http.StatusOK, blank()) }

func (p *Pages) showAccount(c *request, status int, f *form) error {
	page := accountPage{Layout: p.layout(c, "How you sign in").again(f), Passkeys: p.SignIn.Passkeys()}
	a, err := p.Store.Account(c.Context(), c.who.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	page.Password, page.Recoveries = !a.Password.IsZero(), len(a.Recovery)
	keys, err := p.Store.Passkeys(c.Context(), c.who.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		page.Keys = append(page.Keys, keyRow{Name: k.Name, Href: "/account/passkeys/" + base64.RawURLEncoding.EncodeToString(k.ID), AddedAt: k.AddedAt, UsedAt: k.UsedAt})
	}
	sessions, err := p.Access.Sessions(c.Context(), c.who.ID, p.Clock())
	if err != nil {
		return err
	}
	for _, s := range sessions {
		page.Sessions = append(page.Sessions, sessionRow{Device: s.Device, Method: s.Method, Phone: s.Reach == "phone", Here: s.ID == c.session.ID,
			StartedAt: s.StartedAt, UsedAt: s.UsedAt, Href: "/account/sessions/" + s.ID})
	}
	page.Now = p.Clock().UTC() // sessions are of real time, also in a rehearsal
	return p.show(c, status, "account", page)
}

// offerPasskey answers POST /account/passkeys/ask.
func (p *Pages) offerPasskey(c *request) error {
	if err := p.fresh(c); err != nil {
		return err
	}
	asked, err := p.SignIn.OfferPasskey(c.Context(), c.who.ID, "")
	return p.sendAsked(c, asked, err)
}

// keepPasskey answers POST /account/passkeys.
func (p *Pages) keepPasskey(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	if err := p.fresh(c); err != nil {
		return err
	}
	if err := p.addedPasskey(c, c.who.ID, f, ""); err != nil {
		return err
	}
	if f.bad() {
		return p.showAccount(c, http.StatusUnprocessableEntity, f)
	}
	p.Engine.TellOfSignIn(c.Context(), c.who.ID)
	return c.redirect("/account?done=passkey-added")
}

// removePasskey answers POST /account/passkeys/{id}/remove.
func (p *Pages) removePasskey(c *request) error {
	if err := p.fresh(c); err != nil {
		return err
	}
	id, err := base64.RawURLEncoding.DecodeString(c.PathValue("id"))
	if err != nil {
		return notFound()
	}
	err = p.SignIn.RemovePasskey(c.Context(), c.who.ID, id)
	if errors.Is(err, signin.ErrLast) {
		return &statusError{status: http.StatusConflict, says: "This is your only way to sign in. Add another passkey or a password first.", again: "/account"}
	}
	if err != nil {
		return err
	}
	p.Engine.TellOfSignIn(c.Context(), c.who.ID)
	return c.redirect("/account?done=passkey-removed")
}

// passwordPage is where someone who is signed in sets a password.
type passwordPage struct {
	Layout
	Current *govuk.Input // the password that they have; nil where they have none
	Setup   setup
}

// passwordForm answers GET /account/password.
func (p *Pages) passwordForm(c *request) error {
	if err := p.fresh(c); err != nil {
		return err
	}
	return p.showPassword(c, http.StatusOK, blank("name", c.who.Email.Reveal()))
}

func (p *Pages) showPassword(c *request, status int, f *form) (err error) {
	page := passwordPage{Layout: p.layout(c, "Set a password").again(f)}
	has, err := p.hasPassword(c)
	if err != nil {
		return err
	}
	if has {
		page.Current = new(f.password("current", "The password that you have now", "", "current-password"))
	}
	if page.Setup, err = p.setup(f, c.who.Email.Reveal()); err != nil {
		return err
	}
	return p.show(c, status, "password", page)
}

// changePassword answers POST /account/password. All other sessions end: whoever had the old one is out.
func (p *Pages) changePassword(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	if err := p.fresh(c); err != nil {
		return err
	}
	if err := p.knowsCurrent(c, f); err != nil {
		return err
	}
	if f.bad() {
		return p.showPassword(c, http.StatusUnprocessableEntity, f)
	}
	codes, err := p.setPassword(c, c.who.ID, f, "")
	if err != nil {
		return err
	}
	if f.bad() {
		return p.showPassword(c, http.StatusUnprocessableEntity, f)
	}
	p.Engine.TellOfSignIn(c.Context(), c.who.ID)
	return p.show(c, http.StatusOK, "recovery", recoveryPage{Layout: p.layout(c, "Write down your recovery codes"), Codes: codes, Then: "/account"})
}

// hasPassword says that who asks has a password.
func (p *Pages) hasPassword(c *request) (bool, error) {
	a, err := p.Store.Account(c.Context(), c.who.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return !a.Password.IsZero(), err
}

// knowsCurrent asks who changes their password for the one that they have: a screen that was left open is not enough. One who has
// forgotten it asks for a link.
func (p *Pages) knowsCurrent(c *request, f *form) error {
	has, err := p.hasPassword(c)
	if !has || err != nil {
		return err
	}
	f.need("current", "Enter the password that you have now")
	if f.bad() {
		return nil
	}
	err = p.SignIn.SamePassword(c.Context(), edge.From(c.Request), c.who.ID, f.values.Get("current"))
	if _, says := refusal(err, "That is not the password that you have now. If you have forgotten it, ask whoever looks after Allclear for a link"); says != "" {
		p.Log.Info("sign-in refused", "by", "current password", "person", c.who.ID)
		f.wrong("current", says)
		return nil
	}
	return err
}

// endSession answers POST /account/sessions/{id}/end.
func (p *Pages) endSession(c *request) error {
	if err := p.Access.End(c.Context(), c.who.ID, c.PathValue("id")); err != nil {
		return err
	}
	return c.redirect("/account?done=session-ended")
}

// endSessions answers POST /account/sessions/end: sign out everywhere else.
func (p *Pages) endSessions(c *request) error {
	if err := p.Access.EndAll(c.Context(), c.who.ID, c.session.ID); err != nil {
		return err
	}
	return c.redirect("/account?done=sessions-ended")
}
