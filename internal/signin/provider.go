package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Bounds on what a provider may cost us.
const (
	providerWithin = 10 * time.Second
	mostAnswer     = 1 << 20 // bytes
	mostToken      = 64 << 10
	mostSubject    = 255 // OpenID Connect Core 1.0, section 2
)

// How long what a provider said about itself is good, and how soon one that did not answer is asked again: those who wait
// together are told together.
const (
	knownFor   = time.Hour
	askAgain   = 5 * time.Second
	askAnew    = time.Minute // one that is known
	tokenSlack = time.Minute // that our clocks may differ
)

// algorithms are the signatures that count. Never none, and none by a shared secret: then whoever has a public key could
// sign with it.
var algorithms = []string{oidc.RS256, oidc.ES256, oidc.PS256}

// provider is what a provider said about itself.
type provider struct {
	oauth oauth2.Config
	keys  *oidc.RemoteKeySet
	end   string // where people sign out; "" for nowhere
}

// bounded is a client that waits no longer than providerWithin, reads no more than mostAnswer and follows no redirect: a
// client's secret is sent by it.
func bounded(given *http.Client) *http.Client {
	c := http.Client{}
	if given != nil {
		c = *given
	}
	if c.Timeout <= 0 || c.Timeout > providerWithin {
		c.Timeout = providerWithin
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Transport = short{c.Transport}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// short cuts answers.
type short struct{ http.RoundTripper }

func (s short) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, mostAnswer)
	}
	return answer, err
}

// provider is what is known of the provider; it is asked where that is nothing, or old.
func (o *Organisation) provider(ctx context.Context) (*provider, error) {
	select {
	case o.asking <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-o.asking }()
	if o.SignIn.Clock().Before(o.again) {
		return o.known, o.failed
	}
	p, err := o.discover(ctx)
	if ctx.Err() != nil { // who asked went away: it says nothing of the provider
		return nil, ctx.Err()
	}
	now := o.SignIn.Clock()
	switch {
	case err == nil:
		o.known, o.failed, o.again = p, nil, now.Add(knownFor)
	case o.known == nil:
		o.failed, o.again = err, now.Add(askAgain)
	default:
		o.SignIn.Log.Warn("organisation's sign-in goes on as it was known", "problem", err)
		o.again = now.Add(askAnew)
	}
	return o.known, o.failed
}

// discover asks the provider about itself (OpenID Connect Discovery 1.0). What it answers is never part of the error.
func (o *Organisation) discover(ctx context.Context) (*provider, error) {
	away := func(says string) error { return fmt.Errorf("ask %s about itself: %s: %w", o.Issuer, says, ErrAway) }
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, o.client), o.Issuer)
	if _, other := errors.AsType[*oidc.IssuerMismatchError](err); other {
		return nil, away("it calls itself by another issuer, and must be set as it does, to the letter")
	}
	if _, silent := errors.AsType[*url.Error](err); silent {
		return nil, away("no answer")
	}
	if err != nil {
		return nil, away("what answers there is no OpenID Connect provider, or has a fault")
	}
	var says struct {
		Keys    string   `json:"jwks_uri"`
		End     string   `json:"end_session_endpoint"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
		Scopes  []string `json:"scopes_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return nil, away("its answer is not as Discovery has it")
	}
	at := found.Endpoint()
	for _, address := range []string{at.AuthURL, at.TokenURL, says.Keys} {
		if !safe(address) {
			return nil, away("an address that it gives is not https")
		}
	}
	if !safe(says.End) {
		says.End = ""
	}
	at.AuthStyle = oauth2.AuthStyleInHeader // what is usual (Discovery, section 3); trying both would use a code twice
	if len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		at.AuthStyle = oauth2.AuthStyleInParams
	}
	return &provider{
		oauth: oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal(), Endpoint: at,
			RedirectURL: strings.TrimRight(o.SignIn.URL, "/") + OrganisationBack, Scopes: o.scopes(says.Scopes)},
		keys: oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), o.client), says.Keys),
		end:  says.End,
	}, nil
}

// scopes are what is asked for, and no more. Entra gives its oid for profile only; some give groups by a scope of that name.
func (o *Organisation) scopes(there []string) []string {
	scopes := []string{oidc.ScopeOpenID, oidc.ScopeProfile}
	if o.Match == MatchVerified {
		scopes = append(scopes, oidc.ScopeEmail)
	}
	if len(o.Roles) > 0 && slices.Contains(there, o.RolesClaim) {
		scopes = append(scopes, o.RolesClaim)
	}
	return scopes
}

// safe says that an address is https, or stays on this machine.
func safe(address string) bool {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" {
		return false
	}
	ip, err := netip.ParseAddr(at.Hostname())
	return at.Scheme == "https" || at.Scheme == "http" && (at.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// exchange gives the ID token for a code.
func (o *Organisation) exchange(ctx context.Context, p *provider, code, verifier string) (string, error) {
	token, err := p.oauth.Exchange(oidc.ClientContext(ctx, o.client), code, oauth2.VerifierOption(verifier))
	said, answered := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case answered && (said.ErrorCode == "invalid_client" || said.ErrorCode == "unauthorized_client"):
		return "", fmt.Errorf("exchange code at %s: it refuses our client id or its secret, which may be over: give it the right ones: %w", o.Issuer, ErrAway)
	case answered && said.Response != nil && said.Response.StatusCode < http.StatusInternalServerError:
		return "", o.refused("code: " + errorCode(said.ErrorCode))
	case err != nil:
		return "", fmt.Errorf("exchange code at %s: %w", o.Issuer, ErrAway)
	}
	raw, is := token.Extra("id_token").(string)
	if !is {
		return "", fmt.Errorf("exchange code at %s: it gives no ID token: %w", o.Issuer, ErrAway)
	}
	return raw, nil
}

// keySet is a provider's keys, as one look at one token uses them.
type keySet struct {
	keys *oidc.RemoteKeySet
	away bool // they could not be had
}

func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.keys.VerifySignature(ctx, token)
	k.away = err != nil && strings.HasPrefix(err.Error(), "fetching keys") // the library has no error of its own for it
	return payload, err
}

// check gives what looks at a token, and what tells why it did not pass.
func (o *Organisation) check(p *provider) (*oidc.IDTokenVerifier, func(error) error) {
	keys := &keySet{keys: p.keys}
	v := oidc.NewVerifier(o.Issuer, keys, &oidc.Config{ClientID: o.ClientID, SupportedSigningAlgs: algorithms,
		Now: func() time.Time { return o.SignIn.Clock().Add(-tokenSlack) }})
	return v, func(err error) error {
		if keys.away {
			return fmt.Errorf("ask %s for its keys: %w", o.Issuer, ErrAway)
		}
		if _, over := errors.AsType[*oidc.TokenExpiredError](err); over {
			return o.refused("token is over")
		}
		return o.refused("token: " + whatFell(err))
	}
}

// whatFell is what of a token does not stand, in words of ours: the library's may have the token's.
func whatFell(err error) string {
	for _, sort := range []struct{ says, means string }{
		{"different provider", "its issuer is another"}, {"audience", "it is for another client"},
		{"malformed jwt", "its form, or the algorithm of its signature"}, {"verify signature", "its signature"},
	} {
		if strings.Contains(err.Error(), sort.says) {
			return sort.means
		}
	}
	return "something else"
}

// verified gives what an ID token says, once all of it stands.
func (o *Organisation) verified(ctx context.Context, p *provider, raw string, nonce []byte) (claims, error) {
	if len(raw) > mostToken {
		return nil, o.refused("token is too long")
	}
	v, why := o.check(p)
	token, err := v.Verify(ctx, raw)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, why(err)
	}
	c := claims{}
	if err := token.Claims(&c); err != nil {
		return nil, o.refused("token is not readable")
	}
	_, given := c["azp"]
	switch {
	case token.Issuer != o.Issuer: // the library is lenient to one provider
		return nil, o.refused("issuer")
	case subtle.ConstantTimeCompare(hashOf("nonce", token.Nonce), nonce) != 1:
		return nil, o.refused("nonce")
	case (given || len(token.Audience) > 1) && c.text("azp") != o.ClientID:
		return nil, o.refused("party that it is for")
	case c.text("sub") == "" || len(c.subject()) > mostSubject:
		return nil, o.refused("subject")
	}
	return c, nil
}
