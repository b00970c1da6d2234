package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
)

func TestTheProvidersNewKeyIsFetchedAndItsOldOneEnds(t *testing.T) {
	d := newDesk(t, nil)
	d.invited(t)
	thief := d.idp.Steal()
	asked := d.idp.Asked("/keys")
	d.invited(t)
	if d.idp.Asked("/keys") != asked {
		t.Error("keys that are known were asked for")
	}
	if err := d.idp.Rotate(); err != nil {
		t.Fatal(err)
	}
	d.invited(t)
	if d.idp.Asked("/keys") != asked+1 {
		t.Errorf("keys were asked for %d times", d.idp.Asked("/keys")-asked)
	}
	token := func() (string, error) {
		return thief(map[string]any{"iss": d.idp.Issuer(), "aud": "allclear", "sid": "session-1", "jti": rand.Text(), "exp": d.at.Add(time.Minute).Unix(),
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
	}
	counts := func(what string, want error) {
		t.Helper()
		raw, err := token()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.org.BackChannel(t.Context(), raw); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	counts("a key that is still offered", nil)
	d.idp.Withdraw()
	if err := d.idp.Rotate(); err != nil {
		t.Fatal(err)
	}
	d.invited(t) // a token of the newest key
	counts("a key that was withdrawn, after a rotation", signin.ErrRefused)
	d.restart(t)
	counts("a key that was withdrawn, after a restart", signin.ErrRefused)
	d.says(t, "token: its signature")
}

func TestAKeyThatWasWithdrawnQuietlyEndsWithinTheHour(t *testing.T) {
	d := newDesk(t, nil)
	d.invited(t)
	thief := d.idp.Steal()
	if err := d.idp.Rotate(); err != nil {
		t.Fatal(err)
	}
	d.idp.Withdraw()
	d.at = d.at.Add(time.Hour)
	raw, err := thief(map[string]any{"iss": d.idp.Issuer(), "aud": "allclear", "sid": "session-1", "jti": "j", "exp": d.at.Add(time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.org.BackChannel(t.Context(), raw); !errors.Is(err, signin.ErrRefused) {
		t.Error(err)
	}
}

func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	d := newDesk(t, nil)
	stop := func() {
		t.Helper()
		if err := d.idp.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	d.restart(t)
	for range 2 {
		_, _, err := d.org.Begin(t.Context(), "/", "")
		if !errors.Is(err, signin.ErrAway) || !strings.Contains(err.Error(), "ask "+d.idp.Issuer()+" about itself: no answer") {
			t.Fatalf("down: %v", err)
		}
	}
	if err := d.idp.Start(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.org.Begin(t.Context(), "/", ""); !errors.Is(err, signin.ErrAway) {
		t.Errorf("at once: %v", err)
	}
	d.at = d.at.Add(5 * time.Second)
	d.invited(t)

	begun, back := d.begin(t, "/", "")
	stop()
	if _, err := d.org.Back(t.Context(), begun, back); !errors.Is(err, signin.ErrAway) {
		t.Errorf("down before the code was exchanged: %v", err)
	}
	d.at = d.at.Add(2 * time.Hour)
	if _, _, err := d.org.Begin(t.Context(), "/", ""); err != nil {
		t.Errorf("it was known, and may be back by the time they are there: %v", err)
	}
	d.says(t, "goes on as it was known")
}

func TestManyWhoComeAtOnceAskOnce(t *testing.T) {
	d := newDesk(t, nil)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			_, _, err := d.org.Begin(t.Context(), "/", "")
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := d.idp.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("the provider was asked about itself %d times", n)
	}
}

func TestAClientThatTheProviderRefusesIsTheAdministratorsMatter(t *testing.T) {
	d := newDesk(t, func(o *signin.OrganisationOptions) { o.ClientSecret = private.New("s3cret of last year") })
	_, err := d.signIn(t, "p-sam")
	if !errors.Is(err, signin.ErrAway) || !strings.Contains(err.Error(), "give it the right ones") || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

func TestWhatIsNoProviderIsSaidPlainly(t *testing.T) {
	d := newDesk(t, nil)
	var body string
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	defer odd.Close()
	full := `{"issuer":"` + odd.URL + `","authorization_endpoint":"` + odd.URL + `/a","token_endpoint":"` + odd.URL + `/t","jwks_uri":"http://192.0.2.1/k"}`
	for name, c := range map[string]struct{ issuer, body, says string }{
		"another issuer":           {strings.Replace(d.idp.Issuer(), "127.0.0.1", "localhost", 1), "", "to the letter"},
		"a page":                   {odd.URL, "<html>secret words</html>", "no OpenID Connect provider"},
		"keys in the clear":        {odd.URL, full, "is not https"},
		"an answer without an end": {odd.URL, `{"issuer":"` + strings.Repeat("secret words", 100_000) + `"}`, "no OpenID Connect provider"},
	} {
		d.o.Issuer, body = c.issuer, c.body
		d.restart(t)
		_, _, err := d.org.Begin(t.Context(), "/", "")
		if !errors.Is(err, signin.ErrAway) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret words") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// silent is a network in which nothing ever answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAProviderIsWaitedForTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := signin.New(signin.Options{URL: public, Clock: func() time.Time { return ten }})
		if err != nil {
			t.Fatal(err)
		}
		org, err := signin.NewOrganisation(signin.OrganisationOptions{SignIn: s, Issuer: "https://id.example.org", ClientID: "allclear",
			Client: &http.Client{Transport: silent{}, Timeout: time.Hour}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
		defer cancel()
		if _, _, err := org.Begin(ctx, "/", ""); !errors.Is(err, signin.ErrAway) {
			t.Error(err)
		}
	})
}

func TestAProvidersRedirectIsNotFollowed(t *testing.T) {
	d := newDesk(t, nil)
	away := httptest.NewServer(http.RedirectHandler(d.idp.Issuer()+"/.well-known/openid-configuration", http.StatusTemporaryRedirect))
	defer away.Close()
	d.o.Issuer = away.URL
	d.restart(t)
	if _, _, err := d.org.Begin(t.Context(), "/", ""); !errors.Is(err, signin.ErrAway) || d.idp.Asked("/.well-known/openid-configuration") != 0 {
		t.Error(err)
	}
}

func TestSigningOutThere(t *testing.T) {
	d := newDesk(t, nil)
	address, err := d.org.LogoutAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.visit(t, address)
	if outs := d.idp.Logouts(); len(outs) != 1 || outs[0].Get("theme") != "plain" {
		t.Errorf("%v", outs)
	}
	if at, err := url.Parse(address); err != nil || at.Query().Get("client_id") != "allclear" {
		t.Errorf("%s, %v", address, err)
	}
}

func TestTheProviderSignsSomeoneOut(t *testing.T) {
	d := newDesk(t, nil)
	d.invited(t)
	for _, c := range []struct {
		what                      string
		says                      map[string]any
		provider, subject, person string
		want                      error
	}{
		{"one session", map[string]any{"sid": "session-1"}, "/session-1", "", "", nil},
		{"one session of someone", map[string]any{"sid": "session-1", "sub": "sub-sam"}, "/session-1", "/sub-sam", "", nil},
		{"someone", map[string]any{"sub": "sub-sam"}, "", "/sub-sam", "p-sam", nil},
		{"someone who was never here", map[string]any{"sub": "sub-who"}, "", "/sub-who", "", nil},
		{"nobody", nil, "", "", "", signin.ErrRefused},
		{"another's client", map[string]any{"sid": "s", "aud": "another"}, "", "", "", signin.ErrRefused},
		{"another issuer's", map[string]any{"sid": "s", "iss": "https://another.example.org"}, "", "", "", signin.ErrRefused},
		{"one that is over", map[string]any{"sid": "s", "exp": d.at.Add(-61 * time.Second).Unix()}, "", "", "", signin.ErrRefused},
		{"one without an end", map[string]any{"sid": "s", "exp": nil}, "", "", "", signin.ErrRefused},
		{"one without a name", map[string]any{"sid": "s", "jti": nil}, "", "", "", signin.ErrRefused},
		{"an ID token", map[string]any{"sub": "sub-sam", "nonce": "n"}, "", "", "", signin.ErrRefused},
		{"another event", map[string]any{"sid": "s", "events": map[string]any{"https://example.org/event": map[string]any{}}}, "", "", "", signin.ErrRefused},
	} {
		t.Run(c.what, func(t *testing.T) {
			raw, err := d.idp.LogoutToken(c.says)
			if err != nil {
				t.Fatal(err)
			}
			want := signin.SignedOut{Person: c.person}
			if c.provider != "" {
				want.Provider = d.idp.Issuer() + c.provider
			}
			if c.subject != "" {
				want.Subject = d.idp.Issuer() + c.subject
			}
			said, err := d.org.BackChannel(t.Context(), raw)
			if said != want || !errors.Is(err, c.want) {
				t.Errorf("%+v, %v", said, err)
			}
			if c.want != nil {
				return
			}
			d.restart(t) // what was seen is known to every process
			if said, err := d.org.BackChannel(t.Context(), raw); said != (signin.SignedOut{}) || !errors.Is(err, signin.ErrGone) {
				t.Errorf("replayed: %+v, %v", said, err)
			}
		})
	}
	for _, algorithm := range []string{"none", "HS256"} {
		d.idp.Sign = algorithm
		raw, err := d.idp.LogoutToken(map[string]any{"sid": "session-1"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.org.BackChannel(t.Context(), raw); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("signed by %s: %v", algorithm, err)
		}
	}
	for _, raw := range []string{"", "x", "a.b.c", strings.Repeat("x", 100_000)} {
		if _, err := d.org.BackChannel(t.Context(), raw); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("%.10q: %v", raw, err)
		}
	}
}

func TestASettingThatCannotBeIsRefused(t *testing.T) {
	s := newDoor(t, public).SignIn
	for name, o := range map[string]signin.OrganisationOptions{
		"no issuer":     {SignIn: s, ClientID: "c"},
		"no client":     {SignIn: s, Issuer: "https://id.example.org"},
		"another claim": {SignIn: s, Issuer: "https://id.example.org", ClientID: "c", RolesClaim: "wids"},
		"another match": {SignIn: s, Issuer: "https://id.example.org", ClientID: "c", Match: "email"},
	} {
		if _, err := signin.NewOrganisation(o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
