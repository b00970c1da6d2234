package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// joinPage is where someone sets up how they sign in, by a link that was made for them.
type joinPage struct {
	Layout
	Name         string // of whom the link is for
	To           string // where its forms go
	Passkeys     bool
	Organisation bool
	Setup        setup
}

// setup is the form for a password and a telephone that makes codes.
type setup struct {
	Own      string // their e-mail address, by which they sign in; "" where they have none here
	Name     govuk.Input
	Password govuk.Input
	Secret   string // to be typed into the app, in groups
	QR       string // what the app's camera reads, as a path of SVG
	Size     int    // of the QR code, in its own dots
	Code     govuk.Input
}

// invited finds for whom the link of a request is. A link that is used or over says so.
func (p *Pages) invited(c *request) (person string, err error) {
	person, err = p.SignIn.Invited(c.Context(), c.PathValue("secret"))
	return person, joinGone(err)
}

// joinGone says what became of a link, or of whom it was for.
func joinGone(err error) error {
	if errors.Is(err, signin.ErrGone) || errors.Is(err, signin.ErrRefused) {
		return &statusError{status: http.StatusNotFound, cause: err,
			says: "This link was used, or is over. If you have set up how you sign in, go to “Sign in”. Else ask whoever sent it for a new one."}
	}
	return err
}

// invitation is the link that a request goes by.
func (c *request) invitation() signin.Invitation { return signin.Invitation(c.PathValue("secret")) }

// join answers GET /join/{secret}. It changes nothing: whatever fetches links before people do leaves them good.
func (p *Pages) join(c *request) error { return p.showJoin(c, http.StatusOK, blank()) }

func (p *Pages) showJoin(c *request, status int, f *form) error {
	id, err := p.invited(c)
	if err != nil {
		return err
	}
	who, err := p.directory.person(c.Context(), id)
	if err != nil {
		return fmt.Errorf("find who is invited: %w", err)
	}
	page := joinPage{Layout: p.layout(c, "Set up how you sign in").again(f), Name: who.Name, To: "/join/" + c.PathValue("secret"),
		Passkeys: p.SignIn.Passkeys(), Organisation: p.Organisation != nil}
	if page.Setup, err = p.setup(f, who.Email.Reveal()); err != nil {
		return err
	}
	p.toOrganisation(c)
	return p.show(c, status, "join", page)
}

// setup makes the form, with a new secret unless one was shown before. Whoever has an e-mail address of their own here is not asked for
// another.
func (p *Pages) setup(f *form, own string) (setup, error) {
	if own != "" {
		f.values.Set("name", own)
	}
	s := setup{Own: own, Name: f.input("name", "E-mail address", "You sign in by it"),
		Password: f.password("password", "Password", fmt.Sprintf("%d characters or more. Three or four words that do not belong together are good", signin.LeastPassword), "new-password"),
		Code:     f.input("code", "Code that the app shows now", "")}
	s.Name.Type, s.Name.Autocomplete, s.Name.Spellcheck = "email", "username", new(false)
	s.Code.Value, s.Code.Autocomplete, s.Code.Classes, s.Code.Inputmode = "", "one-time-code", "govuk-input--width-10", "numeric"
	s.Secret = f.value("secret")
	offer, err := p.SignIn.OfferCode(fitting(f.value("name")), private.New(s.Secret))
	if err != nil {
		return s, fmt.Errorf("make secret for codes: %w", err)
	}
	s.Secret = offer.Secret.Reveal()
	s.QR, s.Size, err = qrPath(offer.Address.Reveal())
	return s, err
}

// longestName is the longest that an e-mail address may be, in bytes.
const longestName = 254

// fitting is the name that a QR code is drawn with: none for one that is no e-mail address by its length, and that no code holds.
func fitting(name string) string {
	if len(name) > longestName {
		return ""
	}
	return name
}

// setPassword reads the form and gives someone the password; the recovery codes come back, or what is wrong is on the form.
func (p *Pages) setPassword(c *request, person string, f *form, by signin.Invitation) ([]string, error) {
	f.need("name", "Enter your e-mail address")
	f.need("password", "Choose a password")
	f.need("code", "Enter the code that the app shows")
	if f.bad() {
		return nil, nil
	}
	codes, err := p.SignIn.SetPassword(c.Context(), person, signin.NewPassword{Name: f.value("name"), Password: f.values.Get("password"),
		Secret: f.value("secret"), Code: f.value("code")}, by, c.session.ID)
	if wrong, is := errors.AsType[*signin.FormError](err); is {
		f.wrong(wrong.Field, wrong.Says)
		return nil, nil
	}
	var shown []string
	for _, code := range codes {
		shown = append(shown, strings.ToLower(code.Reveal()))
	}
	return shown, err
}

// recoveryPage shows recovery codes, this once.
type recoveryPage struct {
	Layout
	Codes []string
	Then  string
	Out   bool // the password is set, and they are not signed in yet
}

// joinPassword answers POST /join/{secret}/password.
func (p *Pages) joinPassword(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	person, err := p.invited(c)
	if err != nil {
		return err
	}
	codes, err := p.setPassword(c, person, f, c.invitation())
	if err != nil {
		return joinGone(err)
	}
	if f.bad() {
		return p.showJoin(c, http.StatusUnprocessableEntity, f)
	}
	p.Engine.TellOfSignIn(c.Context(), person)
	page := recoveryPage{Codes: codes, Then: "/"}
	if err := p.enter(c, signin.Proof{Person: person, Method: signin.ByPassword}, access.Whole); err != nil {
		p.Log.Error("begin session of who has set up a password", "person", person, "error", err) // the codes are shown all the same: the link is spent
		page.Then, page.Out = "/sign-in", true
	}
	page.Layout = p.layout(c, "Write down your recovery codes")
	return p.show(c, http.StatusOK, "recovery", page)
}

// joinOffer answers POST /join/{secret}/passkey/ask.
func (p *Pages) joinOffer(c *request) error {
	person, err := p.invited(c)
	if err != nil {
		return err
	}
	asked, err := p.SignIn.OfferPasskey(c.Context(), person, c.invitation())
	return p.sendAsked(c, asked, err)
}

// joinPasskey answers POST /join/{secret}/passkey.
func (p *Pages) joinPasskey(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	person, err := p.invited(c)
	if err != nil {
		return err
	}
	if err := p.addedPasskey(c, person, f, c.invitation()); err != nil {
		return err
	}
	if f.bad() {
		return p.showJoin(c, http.StatusUnprocessableEntity, f)
	}
	p.Engine.TellOfSignIn(c.Context(), person)
	if err := p.enter(c, signin.Proof{Person: person, Method: signin.ByPasskey}, access.Whole); err != nil {
		return err
	}
	return c.redirect("/?done=joined")
}

// addedPasskey keeps the passkey that a form brings; what is wrong with it is on the form.
func (p *Pages) addedPasskey(c *request, person string, f *form, by signin.Invitation) error {
	err := p.SignIn.AddPasskey(c.Context(), person, access.Device(c.UserAgent()), p.cookie(c.Request, begunCookie), []byte(f.values.Get("answer")), by)
	if _, says := refusal(err, "The passkey was not taken. Try once more, or with another device"); says != "" {
		f.wrong("passkey", says)
		return nil
	}
	return err
}
