package web

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/signin/testidp"
)

// federation is a house whose people sign in as their organisation does: both are there over real HTTP.
type federation struct {
	*house
	idp    *testidp.Provider
	server *httptest.Server
}

func openFederation(t *testing.T) *federation {
	t.Helper()
	f := &federation{house: openHouse(t)}
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.pages.ServeHTTP(w, r) }))
	t.Cleanup(f.server.Close)
	f.idp = f.provider(f.server.URL)
	h := f.locked(f.server.URL)
	org, err := signin.NewOrganisation(signin.OrganisationOptions{SignIn: h.pages.SignIn, Issuer: f.idp.Issuer(), ClientID: "allclear", ClientSecret: private.New("s3cret")})
	f.ok(err)
	o := h.pages.Options
	o.Organisation = org
	h.pages, err = New(o)
	f.ok(err)
	f.house = h
	return f
}

// provider is an organisation's own sign-in, for Allclear at an address.
func (h *house) provider(address string) *testidp.Provider {
	h.Helper()
	idp, err := testidp.New(testidp.Options{ClientID: "allclear", ClientSecret: "s3cret", Redirect: address + signin.OrganisationBack,
		AfterLogout: address + signin.OrganisationOut, Now: h.clock.Now})
	h.ok(err)
	h.ok(idp.Start())
	h.Cleanup(func() { h.ok(idp.Stop()) })
	return idp
}

// window is a real browser's way with addresses and cookies.
type window struct {
	*federation
	client http.Client
}

func (f *federation) window() *window { return &window{f, http.Client{Jar: jar{}}} }

// jar keeps the cookies of our one address, by the house's clock: only what is taken away goes.
type jar map[string]*http.Cookie

func (j jar) SetCookies(_ *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		j[c.Name] = c
		if c.MaxAge < 0 {
			delete(j, c.Name)
		}
	}
}

func (j jar) Cookies(*url.URL) []*http.Cookie { return slices.Collect(maps.Values(j)) }

// sends presses a button, and gives the page that it leads to in the end.
func (w *window) sends(address string, fields ...string) (at, says string, header http.Header) {
	w.Helper()
	form := url.Values{actingField: {"p-sam"}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return w.reads(w.client.PostForm(w.server.URL+address, form))
}

func (w *window) opens(address string) (at, says string, header http.Header) {
	w.Helper()
	return w.reads(w.client.Get(address))
}

func (w *window) reads(r *http.Response, err error) (at, says string, header http.Header) {
	w.Helper()
	w.ok(err)
	defer r.Body.Close()
	var b strings.Builder
	_, err = io.Copy(&b, r.Body)
	w.ok(err)
	return r.Request.URL.String(), b.String(), r.Header
}

// joins links Sam by an invitation, as who the provider says comes.
func (w *window) joins() {
	w.Helper()
	link, err := w.pages.SignIn.Invite(w.Context(), "p-ada", "page", "p-sam")
	w.ok(err)
	if at, says, _ := w.sends("/join/" + link + "/organisation"); at != w.server.URL+"/" || !strings.Contains(says, "Signed in as <strong>Sam Hill") {
		w.Fatalf("the invitation leads to %s: %s", at, says)
	}
}

// signsIn goes to the provider and back.
func (w *window) signsIn() *window {
	w.Helper()
	if at, says, _ := w.sends("/sign-in/organisation", "then", "/"); at != w.server.URL+"/" || !strings.Contains(says, "Signed in as <strong>Sam Hill") {
		w.Fatalf("signing in leads to %s: %s", at, says)
	}
	return w
}

// in says whether the window is still signed in.
func (w *window) in() bool {
	w.Helper()
	at, says, _ := w.opens(w.server.URL + "/")
	return at == w.server.URL+"/" && strings.Contains(says, "Signed in as <strong>Sam Hill")
}

// Entra is linked by its oid, and says by sub and sid who signed out: each of a session's names ends it.
func TestSigningOutAtTheOrganisationEndsTheSessionHere(t *testing.T) {
	for name, c := range map[string]struct {
		says          map[string]any
		first, second bool // who is still signed in
	}{
		"someone":                   {map[string]any{"sub": "sub-of-allclear"}, false, false},
		"a session":                 {map[string]any{"sid": "session-1"}, false, true},
		"a session of someone":      {map[string]any{"sid": "session-1", "sub": "sub-of-allclear"}, false, true},
		"someone else":              {map[string]any{"sub": "sub-of-another"}, true, true},
		"a session of someone else": {map[string]any{"sid": "session-9", "sub": "sub-of-another"}, true, true},
		"by a name that is no sub":  {map[string]any{"sub": "oid-sam"}, false, false}, // a provider that says the oid there: it is linked
	} {
		t.Run(name, func(t *testing.T) {
			f := openFederation(t)
			f.idp.User = map[string]any{"sub": "sub-of-allclear", "oid": "oid-sam", "sid": "session-1"}
			first := f.window()
			first.joins()
			f.idp.User["sid"] = "session-2"
			second := f.window().signsIn()
			raw, err := f.idp.LogoutToken(c.says)
			f.ok(err)
			f.window().sends("/sign-in/organisation/ended", "logout_token", raw)
			if got := first.in(); got != c.first {
				t.Errorf("the first is signed in: %v", got)
			}
			if got := second.in(); got != c.second {
				t.Errorf("the second is signed in: %v", got)
			}
			f.hasNone("sub-of", "oid-sam", "session-1")
		})
	}
}

// hasNone wants words in no line of the log.
func (f *federation) hasNone(words ...string) {
	f.Helper()
	for _, w := range words {
		if strings.Contains(f.log.String(), w) {
			f.Errorf("the log has %q", w)
		}
	}
}

// A session that began without a name at the provider ends by whose it is, even where the provider names the session.
func TestASessionWithoutANameEndsWithItsSubject(t *testing.T) {
	f := openFederation(t)
	f.idp.User = map[string]any{"sub": "sub-of-allclear", "oid": "oid-sam"}
	w := f.window()
	w.joins()
	raw, err := f.idp.LogoutToken(map[string]any{"sub": "sub-of-allclear", "sid": "session-1"})
	f.ok(err)
	f.window().sends("/sign-in/organisation/ended", "logout_token", raw)
	if w.in() {
		t.Error("it goes on")
	}
}

func TestSigningOutHereLeadsToTheOrganisation(t *testing.T) {
	f := openFederation(t)
	f.idp.User = map[string]any{"sub": "sub-sam", "name": "Sam Hill", "email": "sam@example.org"}
	w := f.window()
	w.joins()
	at, says, header := w.sends("/sign-out")
	to, on := strings.CutPrefix(header.Get("Refresh"), "0; url=")
	if at != w.server.URL+"/sign-out" || !on || !strings.Contains(says, "You are signed out here") || strings.Contains(says, "Signed in as") {
		t.Fatalf("at %s, on to %q: %s", at, to, says)
	}
	if strings.Contains(header.Get("Content-Security-Policy"), f.idp.Issuer()) {
		t.Error("the page's forms may lead elsewhere")
	}
	if w.in() {
		t.Error("they are signed in yet")
	}
	if at, says, _ := w.opens(to); at != w.server.URL+"/sign-in?done=signed-out" || !strings.Contains(says, "You are signed out.") {
		t.Errorf("from there it comes back to %s: %s", at, says)
	}
	outs := f.idp.Logouts()
	if len(outs) != 1 || outs[0].Get("client_id") != "allclear" {
		t.Fatalf("signed out there: %v", outs)
	}
	for _, never := range []string{"id_token_hint", "logout_hint"} {
		if outs[0].Has(never) {
			t.Errorf("the address has %s", never)
		}
	}
}

// Who signed in another way stays out of it, and who can't be led there is signed out here.
func TestSigningOutHereNeedsNoOrganisation(t *testing.T) {
	f := openFederation(t)
	f.idp.User = map[string]any{"sub": "sub-sam"}
	w := f.window()
	w.joins()
	f.ok(f.idp.Stop())
	h := *f
	org, err := signin.NewOrganisation(f.pages.Organisation.OrganisationOptions) // as after a restart: it knows nothing of the provider
	f.ok(err)
	h.pages.Organisation = org
	if at, says, header := w.sends("/sign-out"); at != w.server.URL+"/sign-in?done=signed-out" || header.Get("Refresh") != "" || !strings.Contains(says, "You are signed out.") {
		t.Errorf("at %s: %s", at, says)
	}
	if w.in() {
		t.Error("they are signed in yet")
	}
}

// The tokens of the organisation's sign-in are looked at here and dropped: no browser gets them, and nothing keeps them.
func TestTheOrganisationsTokensStayOnTheServer(t *testing.T) {
	f := openFederation(t)
	f.idp.User = map[string]any{"sub": "sub-sam", "sid": "session-1"}
	w := f.window()
	w.joins()
	_, says, header := w.opens(w.server.URL + "/account")
	kept := []string{says, f.log.String()}
	for _, values := range header {
		kept = append(kept, values...)
	}
	for _, c := range w.client.Jar.(jar) {
		kept = append(kept, c.Value)
	}
	rows, err := f.place.Raw(t).Query(`SELECT matter FROM tickets UNION ALL SELECT id || method || device || provider || subject FROM sessions`)
	f.ok(err)
	defer rows.Close()
	var n int
	for ; rows.Next(); n++ {
		var text string
		f.ok(rows.Scan(&text))
		kept = append(kept, text)
	}
	f.ok(rows.Err())
	if n == 0 {
		t.Fatal("nothing is kept of the session")
	}
	for _, text := range kept {
		if strings.Contains(text, "eyJ") || strings.Contains(text, "id_token") || strings.Contains(text, "access_token") { // a token begins so: {" in base64
			t.Errorf("a token is in %.100q", text)
		}
	}
}
