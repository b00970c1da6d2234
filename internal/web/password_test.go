package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
)

// A password is changed by who knows the one that stands, with a new one and a code; the old one no longer counts.
func TestAPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	b.joins("p-sam", "sam@example.org")
	const another = "marble teapot window salad"
	change := func(current string) page {
		t.Helper()
		b.opens("/account/password").last.is(http.StatusOK).says("The password that you have now")
		secret := typedSecret.FindStringSubmatch(b.last.Body.String())[1]
		b.presses("/account/password", "name", "sam@example.org", "current", current, "password", another, "code", b.code(secret))
		return b.last
	}
	change("").is(http.StatusUnprocessableEntity).says("Enter the password that you have now")
	change("not "+password).is(http.StatusUnprocessableEntity).says("That is not the password that you have now").hides(password, another)
	change(password).is(http.StatusOK).says("Write down your recovery codes")
	there := h.browser()
	there.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", password).last.is(http.StatusUnprocessableEntity)
	there.presses("/sign-in", "name", "sam@example.org", "password", another).last.is(http.StatusOK).says("Enter your code")
	for range 5 {
		change("wrong")
	}
	change(another).is(http.StatusUnprocessableEntity).says("That was tried too often from here")
}

// A password counts for as long as it is not changed: whoever must choose a new one every month chooses a worse one.
func TestAPasswordHasNoEnd(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	secret := b.joins("p-sam", "sam@example.org")
	h.clock.Move(3 * 365 * 24 * time.Hour)
	there := h.browser()
	there.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", password).last.is(http.StatusOK).says("Enter your code")
	there.presses("/sign-in/code", "code", there.code(secret)).last.is(http.StatusOK).says("Signed in as Sam Hill")
}

var passwordField = regexp.MustCompile(`<input[^>]* id="(password|current)"[^>]*>`)

// Every field for a password hides what is typed, tells password managers what it is, and lets them and people paste.
func TestAFieldForAPasswordIsOne(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	b.joins("p-sam", "sam@example.org")
	join, err := h.pages.SignIn.Invite(t.Context(), "p-ada", "page", "p-lee")
	h.ok(err)
	for path, want := range map[string][]string{"/sign-in": {"current-password"}, "/join/" + join: {"new-password"}, "/account/password": {"current-password", "new-password"}} {
		fields := passwordField.FindAllString(b.opens(path).last.Body.String(), -1)
		if len(fields) != len(want) {
			t.Fatalf("%s has the fields %q", path, fields)
		}
		for i, field := range fields {
			if !strings.Contains(field, `type="password"`) || !strings.Contains(field, `autocomplete="`+want[i]+`"`) || strings.Contains(field, "maxlength") || strings.Contains(field, "readonly") || strings.Contains(field, "value=") {
				t.Errorf("%s has %s", path, field)
			}
		}
	}
	for name, script := range scripts(t) {
		if regexp.MustCompile(`["']paste["']|onpaste`).MatchString(script) {
			t.Errorf("%s has a say in pasting", name)
		}
	}
}

// The pages keep nothing in the browser but cookies that no script reads (ASVS 5.0, 14.3.3).
func TestScriptsKeepNothingInTheBrowser(t *testing.T) {
	storage := regexp.MustCompile(`localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|cookieStore|serviceWorker`)
	for name, script := range scripts(t) {
		if found := storage.FindString(script); found != "" {
			t.Errorf("%s uses %s", name, found)
		}
	}
}

// scripts are the sources of the pages' scripts, by their names.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../web/src/*.js")
	if err != nil || len(files) < 5 {
		t.Fatalf("the scripts are %v (%v)", files, err)
	}
	all := map[string]string{}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(raw)
	}
	return all
}

// Who lets somebody sign in signs them out, as where their telephone was stolen; nobody else does.
func TestSomebodyIsSignedOutByWhoKeepsTheirTeam(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	h.elsewhere()
	sam, lee, ann, nia := h.browser(), h.browser(), h.browser(), h.browser()
	sam.joins("p-sam", "sam@example.org")
	lee.joins("p-lee", "lee@example.org")
	ann.joins("p-ann", "ann@example.org")
	nia.joins("p-nia", "nia@example.org")
	for _, other := range []*browser{ann, nia} {
		r := httptest.NewRequest(http.MethodPost, "/people/p-sam/sign-out", strings.NewReader("acting="+map[*browser]string{ann: "p-ann", nia: "p-nia"}[other]))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		other.ask(r).last.is(http.StatusNotFound)
	}
	sam.opens("/").last.says("Signed in as Sam Hill")
	lee.opens("/people/p-sam").presses("/people/p-sam/sign-out").last.is(http.StatusOK).says("They are signed out everywhere")
	sam.opens("/").last.says("With a password")
	lee.opens("/").last.says("Signed in as Lee Marsh")
	if is := h.changesOf("p-lee"); !slices.Contains(is, `person person/p-sam {"changed":["signed out everywhere"]} page`) {
		t.Errorf("on record is %q", is)
	}
	if texts := h.inbox("07700 900110"); !told(texts, "Lee M signed you out of Allclear everywhere") {
		t.Errorf("Sam is told %q", texts)
	}
	if !strings.Contains(h.log.String(), `msg="sessions ended by another" person=p-sam by=p-lee`) {
		t.Errorf("the log: %s", h.log)
	}
}

// unlet is a database in which no session begins.
type unlet struct{ *store.DB }

func (unlet) AddSession(context.Context, store.Session, string) error {
	return errors.New("disk is full")
}

// The link is spent and the password kept by then: the codes are shown this once, whatever becomes of the session.
func TestRecoveryCodesAreShownAlsoWhereNoSessionBegins(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	h.pages.Access = access.New(unlet{h.db})
	b := h.browser()
	link, err := h.pages.SignIn.Invite(t.Context(), "p-ada", "page", "p-sam")
	h.ok(err)
	b.opens("/join/" + link)
	app := typedSecret.FindStringSubmatch(b.last.Body.String())[1]
	b.presses("/join/"+link+"/password", "name", "sam@example.org", "password", password, "code", b.code(app)).last.is(http.StatusOK).
		says("Write down your recovery codes", "You are not signed in yet", "Sign in").hides("Signed in as")
	shown := regexp.MustCompile(`<code>([a-z0-9-]{29})</code>`).FindStringSubmatch(b.last.Body.String())
	if len(shown) != 2 {
		t.Fatalf("no codes are shown: %s", b.last.text())
	}
	h.pages.Access = access.New(h.db)
	b.opens("/sign-in").presses("/sign-in", "name", "sam@example.org", "password", password).presses("/sign-in/code", "code", shown[1]).last.says("Signed in as Sam Hill")
}

// What a thief set up for somebody ends by whoever lets them sign in, where they say so; else it stays.
func TestALinkEndsWhatAThiefSetUpWhereItIsSaid(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	sam, lee := h.browser(), h.browser()
	sam.joins("p-sam", "sam@example.org")
	lee.joins("p-lee", "lee@example.org")
	h.ok(h.db.AddPasskey(t.Context(), store.Passkey{ID: []byte("thief's"), Person: "p-sam", Key: []byte("{}"), AddedAt: saturday}, nil))
	for _, c := range []struct {
		said []string
		keys int
	}{{nil, 1}, {[]string{"anew", "yes"}, 0}} {
		lee.opens("/people/p-sam/invite").last.says("no longer counts")
		lee.presses("/people/p-sam/invite", append([]string{"known", "yes"}, c.said...)...).last.is(http.StatusOK)
		link := regexp.MustCompile(`/join/([\w-]+)`).FindStringSubmatch(lee.last.Body.String())[1]
		sam.opens("/join/" + link).last.is(http.StatusOK)
		app := typedSecret.FindStringSubmatch(sam.last.Body.String())[1]
		sam.presses("/join/"+link+"/password", "name", "sam@example.org", "password", password, "code", sam.code(app)).last.is(http.StatusOK)
		keys, err := h.db.Passkeys(t.Context(), "p-sam")
		h.ok(err)
		if len(keys) != c.keys {
			t.Errorf("%q: %d passkeys", c.said, len(keys))
		}
	}
	if texts := h.inbox("07700 900110"); !told(texts, "how you sign in to Allclear was changed") {
		t.Errorf("Sam is told %q", texts)
	}
	made, err := h.db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{})
	h.ok(err)
	if !slices.ContainsFunc(made, func(e store.Entry) bool { return e.Kind == "invite" && string(e.Input) == `{"anew":true}` }) {
		t.Errorf("on record is %+v", made)
	}
}

// The log has each sign-in and each that was refused, by the way it was tried, and each page or button that was refused, by whom:
// people by their ids alone.
func TestTheLogHasWhoWasLetInAndWhoWasNot(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	visit := h.visit()
	b := h.browser()
	secret := b.joins("p-ada", "ada@example.org")
	b.opens("/account").presses("/sign-out")
	b.opens("/sign-in").presses("/sign-in", "name", "ada@example.org", "password", "not it at all")
	b.presses("/sign-in", "name", "ada@example.org", "password", password).presses("/sign-in/code", "code", "000000")
	h.clock.Move(time.Minute)
	b.presses("/sign-in/code", "code", b.code(secret)).last.says("Signed in as Ada Flint")
	b.opens("/visits/" + visit).last.is(http.StatusNotFound)
	h.clock.Move(time.Hour)
	guesser := h.browser().opens("/sign-in")
	for range 6 {
		guesser.presses("/sign-in", "name", "ada@example.org", "password", "not it at all")
	}
	r := httptest.NewRequest(http.MethodPost, "/phone/none", strings.NewReader(""))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.browser().ask(r)
	foreign := httptest.NewRequest(http.MethodPost, "/visits/"+visit+"/cancel", strings.NewReader("acting=p-ada"))
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	b.ask(foreign).last.is(http.StatusForbidden)
	for _, line := range []string{
		`level=INFO msg="signed in" person=p-ada by="password and code" reach=whole`,
		`level=INFO msg="sign-in refused" by=password status=422`,
		`level=INFO msg="sign-in refused" by=password status=429`,
		`level=INFO msg="sign-in refused" by=code status=422`,
		`level=INFO msg="sign-in refused" by=link status=404`,
		`level=INFO msg="page refused" route="GET /visits/{id}" status=404 person=p-ada`,
		`level=INFO msg="page refused" route="a form from elsewhere" status=403`,
	} {
		if !strings.Contains(h.log.String(), line) {
			t.Errorf("the log has no line %s:\n%s", line, h.log)
		}
	}
	for _, never := range []string{"Ada", "Flint", "ada@", "not it at all", password, visit, "192.0.2"} {
		if strings.Contains(h.log.String(), never) {
			t.Errorf("the log has %q", never)
		}
	}
}
