// Package testidp plays an organisation's own sign-in for tests: a small OpenID Connect provider over real HTTP, written
// from the standards (OpenID Connect Core, Discovery, RP-Initiated and Back-Channel Logout 1.0; RFC 6749 and RFC 7636).
//
// Whoever comes is signed in at once, as the user that the test has set. What a good provider does it does strictly: it
// refuses a code that comes twice, a redirect that is not registered, a client without PKCE. What a bad one does it does
// when it is told to.
package testidp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options is what a provider is told of itself and of its one client.
type Options struct {
	ClientID, ClientSecret string
	Redirect               string // where codes are sent
	AfterLogout            string // where people may be sent who have signed out
	Now                    func() time.Time
	Post                   bool // takes the client's secret in the form only, not in a header
}

// Provider is a provider. Its fields are set between requests.
type Provider struct {
	Options
	User   map[string]any              // what it says of whoever comes: sub, and more
	Deny   string                      // the error that it sends people back with; "" for none
	Change func(claims map[string]any) // spoils the claims of an ID token before it is signed
	Sign   string                      // the algorithm of the next tokens: RS256, ES256, PS256, none or HS256 (with the public key as the secret)

	mu     sync.Mutex
	server *http.Server
	addr   string
	keys   []*keyPair // the newest last; what it offers
	codes  map[string]grant
	asked  map[string]int // how often each path was asked for
	outs   []url.Values   // what people were sent to sign out with
}

// grant is what a code stands for.
type grant struct {
	challenge, nonce, redirect string
	user                       map[string]any
}

// New makes a provider with a key and an address of its own, that does not answer yet.
func New(o Options) (*Provider, error) {
	p := &Provider{Options: o, Sign: "RS256", codes: map[string]grant{}, asked: map[string]int{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.addr = l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	return p, p.Rotate()
}

// Issuer is the provider's address.
func (p *Provider) Issuer() string { return "http://" + p.addr }

// Start begins to answer; [Provider.Stop] ends it. It may start again, at the same address.
func (p *Provider) Start() error {
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.offerKeys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /logout", p.logout)
	server := &http.Server{Handler: p.counted(mux), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }() // ends with Stop
	p.server = server
	return nil
}

// Stop ends all answers.
func (p *Provider) Stop() error {
	if p.server == nil {
		return nil
	}
	return p.server.Close()
}

func (p *Provider) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked[r.URL.Path]++
		p.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// Asked says how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// Logouts gives what people were sent to sign out with, the first first.
func (p *Provider) Logouts() []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.outs)
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	method := "client_secret_basic"
	if p.Post {
		method = "client_secret_post"
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer(), "authorization_endpoint": p.Issuer() + "/authorize", "token_endpoint": p.Issuer() + "/token",
		"jwks_uri": p.Issuer() + "/keys", "end_session_endpoint": p.Issuer() + "/logout?theme=plain",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "PS256", "HS256", "none"}, // a strict client takes its own list
		"token_endpoint_auth_methods_supported": []string{method}, "code_challenge_methods_supported": []string{"S256"},
		"scopes_supported": []string{"openid", "profile", "email", "groups"}, "backchannel_logout_supported": true,
	})
}

// authorize signs whoever comes in, and sends them back with a code.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != p.ClientID || q.Get("redirect_uri") != p.Redirect {
		http.Error(w, "no such client, or not its address", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {p.Issuer()}}
	switch {
	case q.Get("response_type") != "code" || !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		back.Set("error", "invalid_request")
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		back.Set("error", "invalid_request")
	case p.Deny != "":
		back.Set("error", p.Deny)
	default:
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = grant{q.Get("code_challenge"), q.Get("nonce"), q.Get("redirect_uri"), maps.Clone(p.User)}
		p.mu.Unlock()
		back.Set("code", code)
	}
	http.Redirect(w, r, p.Redirect+"?"+back.Encode(), http.StatusFound)
}

// token gives an ID token for a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if !p.isClient(r) {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	g, is := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !is || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != g.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": p.Issuer(), "aud": p.ClientID, "nonce": g.nonce, "iat": p.Now().Unix(), "exp": p.Now().Add(5 * time.Minute).Unix()}
	maps.Copy(claims, g.user)
	if p.Change != nil {
		p.Change(claims)
	}
	signed, err := p.signed(claims, "JWT")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": signed})
}

func (p *Provider) isClient(r *http.Request) bool {
	id, secret, header := r.BasicAuth()
	if header { // form-encoded first: RFC 6749, section 2.3.1
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	if p.Post {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	return header != p.Post && id == p.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(p.ClientSecret)) == 1
}

// logout ends whoever's session, and sends them where they may go.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != p.ClientID || q.Get("post_logout_redirect_uri") != p.AfterLogout {
		http.Error(w, "no such client, or not its address", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.outs = append(p.outs, q)
	p.mu.Unlock()
	http.Redirect(w, r, p.AfterLogout, http.StatusFound)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
