package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// gate says who gets as far as a page's handler; what of it they see and do is asked there.
type gate int

const (
	signedIn gate = iota // who proved who they are
	onPhone              // who opened the link to their own phone page too
	anyone               // nobody need be known
)

// cookies of this site. Where its address is https, a cookie's name binds it to this host alone (__Host-), and no other
// page of the same domain can put one there.
const (
	sessionCookie = "allclear"
	begunCookie   = "begun" // a sign-in that was begun in this browser
	knownCookie   = "known" // who signed in here before, without saying who: it proves nothing, and keeps others' guesses from them
)

// secure says that the site is reached by https alone.
func (p *Pages) secure() bool { return strings.HasPrefix(p.URL, "https://") }

func (p *Pages) cookieName(name string) string {
	if p.secure() {
		return "__Host-" + name
	}
	return name
}

// SessionCookie is what the cookie of a session is called at a public address.
func SessionCookie(address string) string {
	return (&Pages{Options: Options{URL: address}}).cookieName(sessionCookie)
}

// keep puts a cookie into the browser until an instant of real time; the zero instant takes it away.
func (p *Pages) keep(c *request, name, value string, until time.Time) {
	cookie := &http.Cookie{Name: p.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: p.secure(), SameSite: http.SameSiteLaxMode, Expires: until} // #nosec G124 -- Secure wherever the public address is https
	if until.IsZero() {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.w, cookie)
}

// cookie is the value of one of the site's cookies; "" for none.
func (p *Pages) cookie(r *http.Request, name string) string {
	cookie, err := r.Cookie(p.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// session finds the session of a request. It is over for someone who is no longer here.
func (p *Pages) session(c *request) (string, error) {
	s, err := p.Access.Session(c.Context(), p.cookie(c.Request, sessionCookie), !asksByItself(c.Request), p.Clock())
	if errors.Is(err, access.ErrSignedOut) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find session: %w", err)
	}
	c.session = s
	return s.Person, nil
}

// lets says what stands between who asks and a page: nil for nothing.
func (p *Pages) lets(rt route, c *request) error {
	switch {
	case rt.gate == anyone:
		return nil
	case c.who.ID == "" && asksByItself(c.Request): // an open page asks for a part of itself: no other page belongs into it
		return &statusError{status: http.StatusUnauthorized, says: "You are signed out. Reload the page."}
	case c.who.ID == "" && p.SignIn == nil:
		return &sentOn{"/acting?then=" + url.QueryEscape(c.back())}
	case c.who.ID == "":
		return &sentOn{"/sign-in?then=" + url.QueryEscape(c.back())}
	case access.Reach(c.session.Reach) == access.Phone && rt.gate != onPhone:
		return &sentOn{"/phone"}
	}
	return nil
}

// back is where to go once it is known who asks: the page they asked for, or for a button the page around it.
func (c *request) back() string {
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		return localPath(c.URL.RequestURI())
	}
	return "/"
}

// begin signs someone in, in this browser, and leads them on.
func (p *Pages) begin(c *request, proof signin.Proof, reach access.Reach, then string) error {
	if err := p.enter(c, proof, reach); err != nil {
		return err
	}
	return c.redirect(localPath(then))
}

// enter signs someone in, in this browser.
func (p *Pages) enter(c *request, proof signin.Proof, reach access.Reach) error {
	s, secret, err := p.Access.Begin(c.Context(), access.Start{Person: proof.Person, Reach: reach, Method: proof.Method, Provider: proof.Provider, Subject: proof.Subject,
		Agent: c.UserAgent(), Replaces: p.cookie(c.Request, sessionCookie)}, p.Clock())
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	p.Log.Info("signed in", "person", proof.Person, "by", proof.Method, "reach", s.Reach)
	p.keep(c, sessionCookie, secret, s.EndsAt)
	p.keep(c, begunCookie, "", time.Time{})
	if reach != access.Whole {
		return nil
	}
	known, err := p.SignIn.Remember(proof.Person, p.cookie(c.Request, knownCookie))
	if err != nil {
		return fmt.Errorf("remember who signed in: %w", err)
	}
	p.keep(c, knownCookie, known, p.Clock().Add(signin.KnownFor))
	return nil
}

// fresh says that who asks proved who they are a short while ago; else they are asked to once more.
func (p *Pages) fresh(c *request) error {
	if access.Fresh(c.session, p.Clock()) {
		return nil
	}
	return &sentOn{"/sign-in?again=yes&then=" + url.QueryEscape(c.back())}
}

// signOut answers POST /sign-out. Whom their organisation signed in is led there, to sign out there too.
func (p *Pages) signOut(c *request) error {
	if err := p.Access.End(c.Context(), c.session.Person, c.session.ID); err != nil {
		return err
	}
	p.keep(c, sessionCookie, "", time.Time{})
	c.w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	if c.session.Method == signin.ByOrganisation && p.Organisation != nil {
		address, err := p.Organisation.LogoutAddress(c.Context())
		if err == nil && address != "" {
			return p.leadOut(c, address)
		}
		if err != nil { // they are signed out here, whatever becomes of there
			p.Log.Warn("organisation's sign-in is not asked to sign out", "person", c.who.ID, "problem", err)
		}
	}
	return c.redirect("/sign-in?done=signed-out")
}

// leadOutPage leads to the organisation's sign-in from one who is signed out here.
type leadOutPage struct {
	Layout
	There string // its address
}

// leadOut leads to the organisation's own sign-in, to sign out there. It is a page and no redirect: browsers hold a form, and
// where it is led on to, to our own addresses, and that bound is to stay on every page that has a form.
func (p *Pages) leadOut(c *request, address string) error {
	c.who, c.session = buddy.Person{}, store.Session{}
	c.w.Header().Set("Refresh", "0; url="+address)
	return p.show(c, http.StatusOK, "lead_out", leadOutPage{Layout: p.layout(c, "You are signed out here"), There: address})
}

// outThere answers GET /sign-in/organisation/out: they are signed out at their organisation too.
func (p *Pages) outThere(c *request) error { return c.redirect("/sign-in?done=signed-out") }
