package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// beginsWithin is how long the cookie of a sign-in that was begun is kept; what it stands for ends by itself.
const beginsWithin = 10 * time.Minute

type signInPage struct {
	Layout
	Then         string
	Again        bool // who asks is signed in, and is to prove it once more
	Passkeys     bool
	Organisation bool // there is an organisation's own sign-in
	Name         govuk.Input
	Password     govuk.Input
	Mobile       govuk.Input
}

// signInForm answers GET /sign-in.
func (p *Pages) signInForm(c *request) error {
	return p.showSignIn(c, http.StatusOK, blank("then", c.URL.Query().Get("then")))
}

func (p *Pages) showSignIn(c *request, status int, f *form) error {
	page := signInPage{Layout: p.layout(c, "Sign in").again(f), Then: localPath(f.value("then")), Again: c.who.ID != "", Passkeys: p.SignIn.Passkeys(),
		Organisation: p.Organisation != nil, Name: f.input("name", "E-mail address", ""), Password: f.password("password", "Password", "", "current-password")}
	page.Name.Type, page.Name.Autocomplete, page.Name.Spellcheck = "email", "username", new(false)
	page.Mobile = f.input("mobile", "Your mobile number", "We text you a link to your own visits. It is good once, for 10 minutes.")
	page.Mobile.Type, page.Mobile.Autocomplete, page.Mobile.Classes = "tel", "tel", "govuk-input--width-20"
	if page.Again {
		page.Title = "Show that it is you"
	}
	p.toOrganisation(c)
	return p.show(c, status, "sign_in", page)
}

// signIn answers POST /sign-in: a name and a password. A code is asked for next.
func (p *Pages) signIn(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("name", "Enter your e-mail address")
	f.need("password", "Enter your password")
	if f.bad() {
		return p.showSignIn(c, http.StatusUnprocessableEntity, f)
	}
	begun, err := p.SignIn.Password(c.Context(), p.from(c), f.value("name"), f.values.Get("password"))
	if status, says := refusal(err, "The e-mail address and the password do not go together. Try again, or ask whoever looks after Allclear for a new link"); says != "" {
		p.refusedSignIn(c, "password", status)
		f.wrong("name", says)
		return p.showSignIn(c, status, f)
	}
	if err != nil {
		return fmt.Errorf("look at password: %w", err)
	}
	p.keep(c, begunCookie, begun, p.Clock().Add(beginsWithin))
	return c.redirect("/sign-in/code?then=" + url.QueryEscape(localPath(f.value("then"))))
}

// from is where someone tries to sign in from.
func (p *Pages) from(c *request) signin.From {
	return signin.From{Address: edge.From(c.Request), Known: p.cookie(c.Request, knownCookie)}
}

// refusal is what a refused sign-in says, and with which status; "" where it was not refused.
func refusal(err error, wrong string) (status int, says string) {
	wait, waits := errors.AsType[*signin.WaitError](err)
	switch {
	case waits:
		return http.StatusTooManyRequests, fmt.Sprintf("That was tried too often from here. Wait %s, then try again. Alarms still reach you by text and call", waitWords(wait.For))
	case errors.Is(err, signin.ErrRefused):
		return http.StatusUnprocessableEntity, wrong
	case errors.Is(err, signin.ErrGone):
		return http.StatusUnprocessableEntity, "That took too long, or was done in another window. Begin once more"
	}
	return 0, ""
}

// refusedSignIn puts a sign-in that was refused into the log, by which way it was tried and with what came of it: never who was meant, as
// people type passwords where their name belongs.
func (p *Pages) refusedSignIn(c *request, by string, status int) {
	p.Log.Info("sign-in refused", "by", by, "status", status)
}

// waitWords is a short wait in words.
func waitWords(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", max(1, int(d.Seconds())))
	}
	return span(d + time.Minute - 1)
}

type codePage struct {
	Layout
	Then string
	Code govuk.Input
}

// codeForm answers GET /sign-in/code.
func (p *Pages) codeForm(c *request) error {
	return p.showCode(c, http.StatusOK, blank("then", c.URL.Query().Get("then")))
}

func (p *Pages) showCode(c *request, status int, f *form) error {
	page := codePage{Layout: p.layout(c, "Enter your code").again(f), Then: localPath(f.value("then")),
		Code: f.input("code", "Code", "Six digits from the app on your telephone, or one of your recovery codes")}
	page.Code.Value = ""
	page.Code.Autocomplete, page.Code.Classes, page.Code.Spellcheck = "one-time-code", "govuk-input--width-10 govuk-input--extra-letter-spacing", new(false)
	return p.show(c, status, "code", page)
}

// code answers POST /sign-in/code.
func (p *Pages) code(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("code", "Enter the code")
	if f.bad() {
		return p.showCode(c, http.StatusUnprocessableEntity, f)
	}
	proof, err := p.SignIn.Code(c.Context(), p.from(c), p.cookie(c.Request, begunCookie), f.value("code"))
	if errors.Is(err, signin.ErrGone) {
		return c.redirect("/sign-in?done=sign-in-over&then=" + url.QueryEscape(localPath(f.value("then"))))
	}
	if status, says := refusal(err, "That code does not count. Enter the one that the app shows now; each counts once"); says != "" {
		p.refusedSignIn(c, "code", status)
		f.wrong("code", says)
		return p.showCode(c, status, f)
	}
	if err != nil {
		return fmt.Errorf("look at code: %w", err)
	}
	return p.begin(c, proof, access.Whole, f.value("then"))
}

// askPasskey answers POST /sign-in/passkey/ask: what the browser is asked for a passkey with.
func (p *Pages) askPasskey(c *request) error {
	asked, err := p.SignIn.AskPasskey(c.Context())
	return p.sendAsked(c, asked, err)
}

// sendAsked sends a browser what it makes or finds a passkey by.
func (p *Pages) sendAsked(c *request, asked signin.Asked, err error) error {
	if err != nil {
		return err
	}
	p.keep(c, begunCookie, asked.Begun, p.Clock().Add(beginsWithin))
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(asked.Options) // the reader has gone: nobody is left to tell
	return nil
}

// passkey answers POST /sign-in/passkey: what the browser answered.
func (p *Pages) passkey(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	proof, err := p.SignIn.Passkey(c.Context(), p.cookie(c.Request, begunCookie), []byte(f.values.Get("answer")))
	if status, says := refusal(err, "That passkey is not known here. Use another, or ask whoever looks after Allclear for a new link"); says != "" {
		p.refusedSignIn(c, "passkey", status)
		f.wrong("passkey", says)
		return p.showSignIn(c, status, f)
	}
	if err != nil {
		return fmt.Errorf("look at passkey: %w", err)
	}
	return p.begin(c, proof, access.Whole, f.value("then"))
}
