package web

import (
	"crypto/rand"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/view"
)

// locked gives a house into which one gets by signing in alone, at an address.
func (h *house) locked(address string) *house {
	h.Helper()
	s, err := signin.New(signin.Options{Keeper: h.db, URL: address, Clock: h.clock.Now, Random: rand.Reader})
	h.ok(err)
	other := *h
	other.pages, err = New(Options{Engine: h.engine, Store: h.db, Access: access.New(h.db), View: view.New(view.Options{Store: h.db, Engine: h.engine}),
		Speed: func() int { return 1 }, Clock: h.clock.Now, SignIn: s, URL: address, Log: h.pages.Log, Keeping: h.ledger})
	h.ok(err)
	return &other
}

// browser keeps the cookies of one, and follows where it is led.
type browser struct {
	*house
	cookies map[string]*http.Cookie
	last    page
}

func (h *house) browser() *browser { return &browser{house: h, cookies: map[string]*http.Cookie{}} }

func (b *browser) ask(r *http.Request) *browser {
	b.Helper()
	r.RemoteAddr, r.Host = "192.0.2.7:50000", "allclear.example.org"
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	b.last = page{b.house, httptest.NewRecorder(), r.Method + " " + r.URL.Path}
	b.pages.ServeHTTP(b.last.ResponseRecorder, r)
	b.last.guards()
	for _, c := range b.last.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	if b.last.Code == http.StatusSeeOther {
		return b.opens(b.last.Header().Get("Location"))
	}
	return b
}

func (b *browser) opens(path string) *browser {
	b.Helper()
	return b.ask(httptest.NewRequest(http.MethodGet, path, nil))
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// presses sends a form of the page that is open: its hidden fields, and what is typed into others.
func (b *browser) presses(action string, typed ...string) *browser {
	b.Helper()
	form := url.Values{}
	_, after, found := strings.Cut(b.last.Body.String(), `action="`+html.EscapeString(action)+`"`)
	if !found {
		b.Fatalf("%s has no form for %s: %s", b.last.asked, action, b.last.text())
	}
	after, _, _ = strings.Cut(after, "</form>")
	for _, field := range hidden.FindAllStringSubmatch(after, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	for i := 0; i+1 < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, action, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.ask(r)
}

var typedSecret = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

// code is what the app shows that read in the secret of the page that is open.
func (b *browser) code(secret string) string {
	b.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), b.clock.Now())
	b.ok(err)
	return code
}

const password = "gravel otter lantern quilt"

// joins sets up a password by a link for someone, and gives the app's secret.
func (b *browser) joins(person, email string) (secret string) {
	b.Helper()
	link, err := b.pages.SignIn.Invite(b.Context(), "p-ada", "page", person)
	b.ok(err)
	b.opens("/join/" + link).last.is(http.StatusOK).says("Set up how you sign in")
	secret = typedSecret.FindStringSubmatch(b.last.Body.String())[1]
	b.presses("/join/"+link+"/password", "name", email, "password", password, "code", b.code(secret)).last.is(http.StatusOK).says("Write down your recovery codes")
	b.opens("/join/" + link).last.is(http.StatusNotFound).says("was used, or is over")
	return secret
}

func TestNobodyGetsInUnasked(t *testing.T) {
	h := openHouse(t)
	visit, alarm := h.overdue()
	b := h.locked("https://allclear.example.org").browser()
	for _, path := range []string{"/", "/visits/" + visit, "/alarms/" + alarm, "/people", "/account", "/reading", "/nowhere"} {
		b.opens(path).last.is(http.StatusOK).says("Sign in", "With a password").hides("Priya", "Example Street", "Book a visit")
	}
	r := httptest.NewRequest(http.MethodGet, "/live?topics=board", nil)
	if b.ask(r).last.Code != http.StatusUnauthorized {
		t.Errorf("/live answered %d", b.last.Code)
	}
	r = httptest.NewRequest(http.MethodPost, "/alarms/"+alarm+"/acknowledge", strings.NewReader("acting=p-sam"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: actingCookie, Value: "p-sam"}) // as a demo has it
	b.ask(r).last.says("With a password")
	if open, err := h.db.Alarms(t.Context(), "open", 10); err != nil || open[0].Alarm.HeldBy != "" {
		t.Errorf("somebody who did not sign in has the alarm: %v", err)
	}
	b.opens("/?fragment=board").last.is(http.StatusUnauthorized).hides("With a password", "Priya")
	for _, gone := range []string{"/acting", "/demo"} {
		b.opens(gone).last.says("With a password")
	}
}

func TestSigningInByPasswordAndCode(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	secret := b.joins("p-sam", "sam@example.org")
	b.opens("/").last.is(http.StatusOK).says("Signed in as Sam Hill")
	cookie := b.cookies["__Host-allclear"]
	if cookie == nil || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Fatalf("the session's cookie is %+v", cookie)
	}
	b.opens("/account").last.is(http.StatusOK)
	b.presses("/sign-out").last.says("You are signed out.").hides("Sam Hill")
	b.opens("/").last.says("With a password")

	h.clock.Move(time.Minute)
	b.opens("/rota")
	b.presses("/sign-in", "name", "sam@example.org", "password", "wrong").last.is(http.StatusUnprocessableEntity).says("do not go together").hides(`value="wrong"`)
	b.presses("/sign-in", "name", "", "password", "").last.is(http.StatusUnprocessableEntity).says("Enter your e-mail address", "Enter your password")
	b.presses("/sign-in", "name", "sam@example.org", "password", password).last.is(http.StatusOK).says("Enter your code")
	b.presses("/sign-in/code", "code", "000000").last.is(http.StatusUnprocessableEntity).says("That code does not count")
	b.presses("/sign-in/code", "code", b.code(secret)).last.is(http.StatusOK).says("Signed in as Sam Hill", "Rota")
	if after := b.cookies["__Host-allclear"]; after == nil || after.Value == cookie.Value {
		t.Error("the session’s secret is the one from before")
	}
	if strings.Contains(h.log.String(), password) || strings.Contains(h.log.String(), "sam@example.org") {
		t.Error("the log holds what was typed")
	}
}

func TestSessionsAreOnesOwnToEnd(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	here, there := h.browser(), h.browser()
	secret := here.joins("p-sam", "sam@example.org")
	h.clock.Move(time.Minute)
	there.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", password).presses("/sign-in/code", "code", there.code(secret))
	there.opens("/").last.says("Signed in as Sam Hill")
	here.opens("/account").presses("/account/sessions/end").last.says("Every other device is signed out.")
	there.opens("/").last.says("With a password")
	here.opens("/").last.says("Signed in as Sam Hill")

	h.clock.Move(access.FreshFor)
	here.opens("/account/password").last.says("Show that it is you").hides("otpauth")
	h.clock.Move(4 * time.Hour)
	here.opens("/").last.says("With a password").hides("Sam Hill")
}

func TestAFormOfAnotherSessionIsRefused(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	h = h.locked("https://allclear.example.org")
	b := h.browser()
	b.joins("p-sam", "sam@example.org")
	b.opens("/alarms/" + alarm).last.is(http.StatusOK)
	open := b.last
	b.joins("p-lee", "lee@example.org")
	b.last = open
	b.presses("/alarms/" + alarm + "/acknowledge").last.is(http.StatusConflict).says("You are Lee Marsh here now.")
}

func TestTheFirstAdministrator(t *testing.T) {
	h := openHouse(t).locked("http://127.0.0.1:8080")
	secret, err := h.pages.SignIn.OfferFirst(t.Context())
	h.ok(err)
	b := h.browser()
	b.opens("/first/nothing").last.is(http.StatusNotFound)
	b.opens("/first/"+secret).presses("/first/"+secret, "name", "", "email", "", "team", "").last.is(http.StatusUnprocessableEntity).says("Enter your name", "Enter what your team is called")
	b.presses("/first/"+secret, "name", "Jo Bell", "email", "jo@example.org", "team", "Front door").last.is(http.StatusOK).says("This link is for Jo Bell")
	app := typedSecret.FindStringSubmatch(b.last.Body.String())[1]
	to := b.last.asked[len("GET "):] + "/password"
	b.presses(to, "name", "jo@example.org", "password", "short", "code", b.code(app)).last.is(http.StatusUnprocessableEntity).says("characters or more")
	if again := typedSecret.FindStringSubmatch(b.last.Body.String())[1]; again != app {
		t.Error("who mistypes has to read in another secret")
	}
	b.presses(to, "name", "jo@example.org", "password", password, "code", b.code(app)).last.is(http.StatusOK).says("recovery codes")
	b.opens("/people").last.is(http.StatusOK).says("Signed in as Jo Bell", "Front door")
	b.opens("/first/" + secret).last.is(http.StatusNotFound)
	other, err := h.pages.SignIn.Invite(t.Context(), "p-ada", "page", "p-sam")
	h.ok(err)
	b.opens("/first/" + other).last.is(http.StatusNotFound) // one kind of link is none of another
	if again, err := h.pages.SignIn.OfferFirst(t.Context()); again != "" || err != nil {
		t.Errorf("a second first administrator: %q, %v", again, err)
	}
	if c := b.cookies["allclear"]; c == nil || c.Secure {
		t.Errorf("on plain HTTP the cookie is %+v", c)
	}
}

func TestWhoHasLeftIsSignedOut(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	b.joins("p-sam", "sam@example.org")
	who, err := h.db.Person(t.Context(), "p-sam")
	h.ok(err)
	who.Active = false
	_, err = h.db.PutPerson(t.Context(), who, saturday)
	h.ok(err)
	b.opens("/").last.says("With a password").hides("Sam Hill")
}

func TestSomeoneIsLetIn(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	lee, priya := h.browser(), h.browser()
	lee.joins("p-lee", "lee@example.org")
	lee.opens("/people/p-priya").last.says("Let Priya Nair sign in")
	lee.opens("/people/p-priya/invite").presses("/people/p-priya/invite").last.is(http.StatusUnprocessableEntity).says("Say that you know it is them").hides("Whoever opens it")
	lee.presses("/people/p-priya/invite", "known", "yes").last.is(http.StatusOK).says("Whoever opens it signs in as Priya Nair")
	link := regexp.MustCompile(`https://allclear\.example\.org(/join/[A-Za-z0-9_-]+)`).FindStringSubmatch(lee.last.Body.String())[1]
	priya.opens(link).last.is(http.StatusOK).says("This link is for Priya Nair")
	_, err := h.engine.Deliver(t.Context())
	h.ok(err)
	if told := h.town.Phone(number("07700 900101")).Inbox(); len(told) != 1 || !strings.Contains(told[0].Body, "Lee M made a link") {
		t.Errorf("Priya was told %v", told)
	}
	lee.opens("/people/p-ada").last.hides("Let Ada Flint sign in")
	lee.opens("/people/p-ada/invite").last.is(http.StatusNotFound) // else a manager becomes the administrator
	priya.joins("p-priya", "priya@example.org")
	priya.opens("/people/p-sam/invite").last.is(http.StatusNotFound)
}
