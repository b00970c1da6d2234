package signin_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/signin/testidp"
	"github.com/allclear-safety/allclear/internal/store"
)

const public = "https://allclear.example.org"

// desk is a door at which people sign in by their organisation too.
type desk struct {
	*door
	idp *testidp.Provider
	o   signin.OrganisationOptions
	org *signin.Organisation
	log bytes.Buffer
}

func newDesk(t *testing.T, change func(*signin.OrganisationOptions)) *desk {
	t.Helper()
	d := &desk{door: newDoor(t, public)}
	d.door.Log = slog.New(slog.NewTextHandler(&d.log, nil))
	for _, p := range []buddy.Person{
		{ID: "p-lee", Name: "Lee Fox", Team: "echo", Email: private.New("Lee.Fox@example.org"), Active: true},
		{ID: "p-eve", Name: "Eve Gone", Team: "echo", Email: private.New("eve@example.org")},
		{ID: "p-kim", Name: "Kim One", Team: "echo", Email: private.New("team@example.org"), Active: true},
		{ID: "p-kit", Name: "Kit Two", Team: "echo", Email: private.New("team@example.org"), Active: true},
	} {
		if _, err := d.db.PutPerson(t.Context(), p, ten); err != nil {
			t.Fatal(err)
		}
	}
	idp, err := testidp.New(testidp.Options{ClientID: "allclear", ClientSecret: "s3cret+/ %", Redirect: public + signin.OrganisationBack,
		AfterLogout: public + signin.OrganisationOut, Now: func() time.Time { return d.at }})
	if err != nil {
		t.Fatal(err)
	}
	if err := idp.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := idp.Stop(); err != nil {
			t.Error(err)
		}
	})
	idp.User = map[string]any{"sub": "sub-sam", "sid": "session-1"}
	d.idp = idp
	d.o = signin.OrganisationOptions{SignIn: d.SignIn, Issuer: idp.Issuer(), ClientID: "allclear", ClientSecret: private.New("s3cret+/ %")}
	if change != nil {
		change(&d.o)
	}
	d.restart(t)
	return d
}

// restart is what a new process knows.
func (d *desk) restart(t *testing.T) {
	t.Helper()
	org, err := signin.NewOrganisation(d.o)
	if err != nil {
		t.Fatal(err)
	}
	d.org = org
}

// invitation is one for someone; none for "".
func (d *desk) invitation(t *testing.T, person string) signin.Invitation {
	t.Helper()
	if person == "" {
		return ""
	}
	secret, err := d.Invite(t.Context(), "p-ada", "page", person)
	if err != nil {
		t.Fatal(err)
	}
	return signin.Invitation(secret)
}

// begin is what a browser has once it was sent off: the provider's answer, and its cookie.
func (d *desk) begin(t *testing.T, then, person string) (begun string, back url.Values) {
	t.Helper()
	address, begun, err := d.org.Begin(t.Context(), then, d.invitation(t, person))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(address, begun) {
		t.Error("the cookie's value is in the address")
	}
	return begun, d.visit(t, address)
}

// visit goes to the provider with a browser.
func (d *desk) visit(t *testing.T, address string) url.Values {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	to, err := answer.Location()
	if err != nil {
		t.Fatalf("%s: %v", answer.Status, err)
	}
	return to.Query()
}

// signIn goes all the way.
func (d *desk) signIn(t *testing.T, person string) (signin.Arrived, error) {
	t.Helper()
	begun, back := d.begin(t, "/alarms", person)
	return d.org.Back(t.Context(), begun, back)
}

// invited links Sam.
func (d *desk) invited(t *testing.T) {
	t.Helper()
	if _, err := d.signIn(t, "p-sam"); err != nil {
		t.Fatal(err)
	}
}

// says wants words in the log, and none that are private.
func (d *desk) says(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(d.log.String(), w) {
			t.Errorf("the log has no %q: %s", w, d.log.String())
		}
	}
	for _, w := range []string{"sub-", "oid-", "@example", "s3cret"} {
		if strings.Contains(d.log.String(), w) {
			t.Errorf("the log has %q: %s", w, d.log.String())
		}
	}
}

func TestWhoWasInvitedIsLinkedAndThenSignsIn(t *testing.T) {
	for _, how := range []struct {
		sign string
		post bool
	}{{"RS256", false}, {"ES256", false}, {"PS256", true}} {
		t.Run(how.sign, func(t *testing.T) {
			d := newDesk(t, nil)
			d.idp.Sign, d.idp.Post = how.sign, how.post
			if _, err := d.signIn(t, ""); !errors.Is(err, signin.ErrStranger) {
				t.Errorf("before the invitation: %v", err)
			}
			want := signin.Arrived{Proof: signin.Proof{Person: "p-sam", Method: signin.ByOrganisation, Provider: d.idp.Issuer() + "/session-1", Subject: d.idp.Issuer() + "/sub-sam"}, Then: "/alarms"}
			for _, person := range []string{"p-sam", "p-sam", ""} {
				got, err := d.signIn(t, person)
				if err != nil || got.Proof != want.Proof || got.Then != want.Then || got.Roles != nil || got.Known {
					t.Fatalf("as %q: %+v, %v", person, got, err)
				}
			}
			if _, err := d.signIn(t, "p-ann"); !errors.Is(err, signin.ErrTaken) {
				t.Errorf("by another's invitation: %v", err)
			}
			delete(d.idp.User, "sid")
			if got, err := d.signIn(t, ""); err != nil || got.Proof.Provider != "" || got.Proof.Subject != d.idp.Issuer()+"/sub-sam" {
				t.Errorf("without a session's name: %+v, %v", got, err)
			}
			d.says(t)
		})
	}
}

func TestAnOidOutlivesTheSubject(t *testing.T) {
	d := newDesk(t, nil)
	d.idp.User = map[string]any{"sub": "sub-of-one-client", "oid": "oid-sam"}
	d.invited(t)
	d.idp.User["sub"] = "sub-of-another"
	if got, err := d.signIn(t, ""); err != nil || got.Proof.Person != "p-sam" || got.Proof.Subject != d.idp.Issuer()+"/sub-of-another" {
		t.Errorf("%+v, %v", got, err)
	}
	d.idp.User = map[string]any{"sub": "sub-of-one-client", "oid": "oid-of-another"}
	if _, err := d.signIn(t, ""); !errors.Is(err, signin.ErrStranger) {
		t.Errorf("another oid: %v", err)
	}
}

func TestATokenThatDoesNotStandIsRefused(t *testing.T) {
	d := newDesk(t, nil)
	d.invited(t)
	for name, spoil := range map[string]func(map[string]any){
		"a bad nonce":              func(c map[string]any) { c["nonce"] = "of another" },
		"no nonce":                 func(c map[string]any) { delete(c, "nonce") },
		"an expired one":           func(c map[string]any) { c["exp"] = d.at.Add(-61 * time.Second).Unix() },
		"one without an end":       func(c map[string]any) { delete(c, "exp") },
		"one for another":          func(c map[string]any) { c["aud"] = "another" },
		"one for nobody":           func(c map[string]any) { delete(c, "aud") },
		"one that another asked":   func(c map[string]any) { c["aud"], c["azp"] = []string{"allclear", "another"}, "another" },
		"one for two, of nobody":   func(c map[string]any) { c["aud"] = []string{"allclear", "another"} },
		"another tenant's":         func(c map[string]any) { c["iss"] = d.idp.Issuer() + "/another" },
		"one with a slash more":    func(c map[string]any) { c["iss"] = d.idp.Issuer() + "/" },
		"no issuer's":              func(c map[string]any) { delete(c, "iss") },
		"nobody's":                 func(c map[string]any) { delete(c, "sub") },
		"one with a name too long": func(c map[string]any) { c["sub"] = strings.Repeat("s", 256) },
		"one that is far too long": func(c map[string]any) { c["more"] = strings.Repeat("m", 70_000) },
	} {
		d.idp.Change = spoil
		if got, err := d.signIn(t, ""); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	d.idp.Change = nil
	for _, algorithm := range []string{"none", "HS256", "RS384"} {
		d.idp.Sign = algorithm
		if got, err := d.signIn(t, ""); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("signed by %s: %+v, %v", algorithm, got, err)
		}
	}
	d.idp.Sign = "RS256"
	d.idp.Change = func(c map[string]any) {
		c["exp"] = d.at.Add(-59 * time.Second).Unix()
		c["aud"], c["azp"] = []string{"allclear", "another"}, "allclear"
	}
	if _, err := d.signIn(t, ""); err != nil {
		t.Errorf("a clock that is a minute off: %v", err)
	}
	d.says(t, "nonce", "token is over", "its issuer is another", "it is for another client", "the algorithm of its signature")
}

func TestWhatWasBegunIsOneBrowsersAndGoodOnce(t *testing.T) {
	d := newDesk(t, nil)
	d.invited(t)
	mine, back := d.begin(t, "/", "")
	theirs, stolen := d.begin(t, "/", "")
	for name, try := range map[string]struct {
		begun string
		query url.Values
	}{
		"my browser, sent there by another": {mine, stolen},
		"no state":                          {mine, url.Values{"code": back["code"]}},
	} {
		if _, err := d.org.Back(t.Context(), try.begun, try.query); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, begun := range map[string]string{"no cookie": "", "another cookie": "AAAAAAAAAAAAAAAAAAAAAA"} {
		if _, err := d.org.Back(t.Context(), begun, back); !errors.Is(err, signin.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A code that was taken from its browser: the provider has another proof for it.
	injected := url.Values{"state": back["state"], "code": stolen["code"]}
	if _, err := d.org.Back(t.Context(), mine, injected); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("another browser's code: %v", err)
	}
	if _, err := d.org.Back(t.Context(), mine, back); !errors.Is(err, signin.ErrGone) {
		t.Errorf("once more: %v", err)
	}
	if _, err := d.org.Back(t.Context(), theirs, stolen); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a code that was spent: %v", err)
	}

	first, back := d.begin(t, "/", "")
	if _, err := d.org.Back(t.Context(), first, back); err != nil {
		t.Fatal(err)
	}
	second, again := d.begin(t, "/", "")
	again["code"] = back["code"]
	if _, err := d.org.Back(t.Context(), second, again); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a code that was used: %v", err)
	}

	late, back := d.begin(t, "/", "")
	d.at = d.at.Add(15 * time.Minute)
	if _, err := d.org.Back(t.Context(), late, back); !errors.Is(err, signin.ErrGone) {
		t.Errorf("a quarter of an hour later: %v", err)
	}
	d.says(t, "invalid_grant")
}

func TestAnotherKindOfSignInIsNotGoneOnWith(t *testing.T) {
	d := newDesk(t, nil)
	d.setUp(t)
	half, err := d.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := d.AskPasskey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, begun := range map[string]string{"a password": half, "a passkey": asked.Begun} {
		if _, err := d.org.Back(t.Context(), begun, url.Values{"state": {""}, "code": {"x"}}); !errors.Is(err, signin.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	begun, _ := d.begin(t, "/", "p-sam")
	if _, err := d.Code(t.Context(), office, begun, "000000"); !errors.Is(err, signin.ErrGone) {
		t.Errorf("as a password: %v", err)
	}
	if _, err := d.Passkey(t.Context(), begun, []byte(`{}`)); err == nil {
		t.Error("as a passkey it counts")
	}
}

func TestTheProvidersNoIsOurs(t *testing.T) {
	d := newDesk(t, nil)
	d.idp.Deny = "access_denied"
	if _, err := d.signIn(t, "p-sam"); !errors.Is(err, signin.ErrRefused) {
		t.Error(err)
	}
	d.idp.Deny = "call-0900-sub-now"
	if _, err := d.signIn(t, "p-sam"); !errors.Is(err, signin.ErrRefused) {
		t.Error(err)
	}
	d.idp.Deny = ""
	begun, back := d.begin(t, "/", "p-sam")
	back.Set("iss", "https://another.example.org")
	if _, err := d.org.Back(t.Context(), begun, back); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("an answer in another's name: %v", err)
	}
	d.says(t, "access_denied", "another error")
}

func TestNobodyIsSentOnToAStranger(t *testing.T) {
	d := newDesk(t, nil)
	for then, want := range map[string]string{
		"/alarms/a1?tab=map": "/alarms/a1?tab=map", "https://evil.example.org/": "", "//evil.example.org": "", `/\evil.example.org`: "", "": "", "alarms": "",
	} {
		begun, back := d.begin(t, then, "p-sam")
		if got, err := d.org.Back(t.Context(), begun, back); err != nil || got.Then != want {
			t.Errorf("%q: %q, %v", then, got.Then, err)
		}
	}
}

func TestPeopleAreFoundByAnAddressThatIsTheirs(t *testing.T) {
	verified := map[string]any{"email": "lee.fox@EXAMPLE.org", "email_verified": true}
	for _, c := range []struct {
		what, match string
		says        map[string]any
		want        string
	}{
		{"verified", signin.MatchVerified, verified, "p-lee"},
		{"not asked for", signin.MatchNobody, verified, ""},
		{"not verified", signin.MatchVerified, map[string]any{"email": "lee.fox@example.org", "email_verified": false}, ""},
		{"verified as a word", signin.MatchVerified, map[string]any{"email": "lee.fox@example.org", "email_verified": "true"}, ""},
		{"nothing said of it", signin.MatchVerified, map[string]any{"email": "lee.fox@example.org"}, ""},
		{"by another name", signin.MatchVerified, map[string]any{"preferred_username": "lee.fox@example.org"}, ""},
		{"the user's name", signin.MatchUsername, map[string]any{"preferred_username": "lee.fox@example.org"}, "p-lee"},
		{"the user's name, not the address", signin.MatchUsername, verified, ""},
		{"no address, as many have none", signin.MatchVerified, map[string]any{"email": "", "email_verified": true}, ""},
		{"an address of two", signin.MatchVerified, map[string]any{"email": "team@example.org", "email_verified": true}, ""},
		{"someone who has left", signin.MatchVerified, map[string]any{"email": "eve@example.org", "email_verified": true}, ""},
		{"a letter that looks alike", signin.MatchVerified, map[string]any{"email": "\u212aim@example.org", "email_verified": true}, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			d := newDesk(t, func(o *signin.OrganisationOptions) { o.Match = c.match })
			if _, err := d.db.PutPerson(t.Context(), buddy.Person{ID: "p-kin", Name: "Kin", Team: "echo", Email: private.New("kim@example.org"), Active: true}, ten); err != nil {
				t.Fatal(err)
			}
			maps.Copy(d.idp.User, c.says)
			got, err := d.signIn(t, "")
			if got.Proof.Person != c.want || c.want == "" && !errors.Is(err, signin.ErrStranger) || c.want != "" && err != nil {
				t.Errorf("%+v, %v", got, err)
			}
			d.says(t)
		})
	}
}

func TestAnAddressThatWasGivenOnFindsNobodyTwice(t *testing.T) {
	d := newDesk(t, func(o *signin.OrganisationOptions) { o.Match = signin.MatchVerified })
	d.idp.User = map[string]any{"sub": "sub-lee", "email": "lee.fox@example.org", "email_verified": true}
	if _, err := d.signIn(t, ""); err != nil {
		t.Fatal(err)
	}
	d.idp.User["sub"] = "sub-of-the-next-lee"
	if _, err := d.signIn(t, ""); !errors.Is(err, signin.ErrStranger) {
		t.Errorf("another with the address: %v", err)
	}
	d.idp.User = map[string]any{"sub": "sub-lee", "email": "fox@example.org"}
	if got, err := d.signIn(t, ""); err != nil || got.Proof.Person != "p-lee" {
		t.Errorf("Lee with another address: %+v, %v", got, err)
	}
}

func TestWhoHasLeftIsRefused(t *testing.T) {
	d := newDesk(t, nil)
	d.invited(t)
	who, err := d.db.Person(t.Context(), "p-sam")
	if err != nil {
		t.Fatal(err)
	}
	who.Active = false
	if _, err := d.db.PutPerson(t.Context(), who, ten); err != nil {
		t.Fatal(err)
	}
	if _, err := d.signIn(t, ""); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("linked before: %v", err)
	}
	d.idp.User["sub"] = "sub-eve"
	if _, err := d.signIn(t, "p-eve"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("invited before: %v", err)
	}
	if _, err := d.db.Linked(t.Context(), d.idp.Issuer(), "sub-eve"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("was linked all the same: %v", err)
	}
}

func TestRolesAreTheOrganisations(t *testing.T) {
	ours := map[string]string{"Allclear.Manager": "manager", "Allclear.Lead": "manager", "Allclear.Admin": "admin", "g-1": "responder"}
	for _, c := range []struct {
		what, claim string
		says        map[string]any
		want        []string
		known       bool
	}{
		{"two and one of nobody's", "", map[string]any{"roles": []string{"Allclear.Manager", "Payroll.Admin", "Allclear.Admin"}}, []string{"admin", "manager"}, true},
		{"two that are one", "", map[string]any{"roles": []string{"Allclear.Manager", "Allclear.Lead"}}, []string{"manager"}, true},
		{"one as a text", "", map[string]any{"roles": "Allclear.Admin"}, []string{"admin"}, true},
		{"another case", "", map[string]any{"Roles": []string{"Allclear.Admin"}, "roles": []string{"allclear.admin"}}, nil, true},
		{"none", "", nil, nil, true},
		{"not what was agreed", "", map[string]any{"roles": 7}, nil, false},
		{"groups", "groups", map[string]any{"groups": []string{"g-1", "g-2"}, "roles": []string{"Allclear.Admin"}}, []string{"responder"}, true},
		{"too many groups", "groups", overage(), nil, false},
		{"too many groups, said briefly", "groups", map[string]any{"hasgroups": true}, nil, false},
		{"too many groups, but roles are asked about", "", overage(), nil, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			d := newDesk(t, func(o *signin.OrganisationOptions) { o.Roles, o.RolesClaim = ours, c.claim })
			maps.Copy(d.idp.User, c.says)
			got, err := d.signIn(t, "p-sam")
			if err != nil || !slices.Equal(got.Roles, c.want) || got.Known != c.known {
				t.Errorf("%+v, %v", got, err)
			}
			if said := strings.Contains(d.log.String(), "level=WARN") && strings.Contains(d.log.String(), "person=p-sam"); said == c.known {
				t.Errorf("the log: %s", d.log.String())
			}
		})
	}
}

// overage is what Entra says of someone in more than 200 groups.
func overage() map[string]any {
	return map[string]any{"_claim_names": map[string]any{"groups": "src1"},
		"_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example.org/users/1/getMemberObjects"}}}
}

func TestARequestThatIsOverAsksNobody(t *testing.T) {
	d := newDesk(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.org.Begin(ctx, "/", ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, _, err := d.org.Begin(t.Context(), "/", ""); err != nil {
		t.Errorf("whoever comes next: %v", err)
	}
}
