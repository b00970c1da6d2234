package app

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web"
)

// fronted is Allclear on this machine, as it is reached over the network.
type fronted struct {
	*testing.T
	*App
	client *http.Client
	cookie *http.Cookie // of Ada, who is signed in
}

// front serves with a certificate of its own, and a plain listener that leads to it.
func front(t *testing.T) *fronted {
	t.Helper()
	folder := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
		Front: Front{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem"), Redirect: "127.0.0.1:0"}}
	roots := certified(t, o.Front, time.Now().Add(90*24*time.Hour))
	ada := signedIn(t, o)
	a, err := New(t.Context(), o)
	must(t, err)
	a.Start(context.WithoutCancel(t.Context()))
	f := &fronted{T: t, App: a, cookie: &http.Cookie{Name: web.SessionCookie(a.o.URL), Value: ada},
		client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(func() {
		f.client.CloseIdleConnections()
		must(t, a.Stop(context.WithoutCancel(t.Context())))
	})
	return f
}

// certified writes a certificate for this machine that is good until then, and gives what trusts it.
func certified(t *testing.T, f Front, until time.Time) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	must(t, err)
	held, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	must(t, os.WriteFile(f.Cert, chain, 0o600))
	must(t, os.WriteFile(f.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: held}), 0o600))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(chain)
	return roots
}

// signedIn puts Ada there, an administrator, and gives what her browser's cookie holds.
func signedIn(t *testing.T, o Options) string {
	t.Helper()
	db, err := Open(t.Context(), o, false)
	must(t, err)
	defer db.Close()
	_, err = db.PutTeam(t.Context(), store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London"}, time.Now())
	must(t, err)
	_, err = db.PutPerson(t.Context(), buddy.Person{ID: "p-ada", Name: "Ada Flint", Team: "echo", Roles: []string{buddy.Admin, buddy.Manager}, Active: true}, time.Now())
	must(t, err)
	_, secret, err := access.New(db).Begin(t.Context(), access.Start{Person: "p-ada", Reach: access.Whole, Method: "passkey"}, time.Now())
	must(t, err)
	return secret
}

func (f *fronted) ask(method, address string, cookies ...*http.Cookie) *http.Response {
	f.Helper()
	r, err := http.NewRequestWithContext(f.Context(), method, address, nil)
	must(f.T, err)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	answer, err := f.client.Do(r)
	must(f.T, err)
	f.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

// Whatever is asked, by whom and how, the answer has the headers that guard it: pages, forms, the API, webhooks, figures, files
// and what is not there.
func TestEveryAnswerIsGuarded(t *testing.T) {
	f := front(t)
	patterns := append(f.Pages(), "GET /static/nothing.js", "GET /live", "GET /metrics", "GET /healthz", "GET /readyz", "POST /hooks/twilio/sms", "GET /nowhere", "TRACE /", "PUT /people", "GET /api/v1/nowhere")
	for _, r := range api.Routes() {
		patterns = append(patterns, r.Pattern)
	}
	for _, pattern := range patterns {
		method, path, _ := strings.Cut(inBraces.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), "x"), " ")
		for _, who := range [][]*http.Cookie{nil, {f.cookie}} {
			answer := f.ask(method, f.Serving()+path, who...)
			h := answer.Header
			for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000; includeSubDomains"} {
				if h.Get(name) != want {
					t.Errorf("%s: %s is %q", pattern, name, h.Get(name))
				}
			}
			if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: the policy is %q", pattern, csp)
			}
			if answer.ProtoMajor != 2 || answer.TLS.Version != tls.VersionTLS13 {
				t.Errorf("%s: answered by %s", pattern, answer.Proto)
			}
			if method == "TRACE" && answer.StatusCode == http.StatusOK {
				t.Error("TRACE is answered")
			}
			if h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: another site may read it", pattern)
			}
			_ = answer.Body.Close()
		}
	}
}

// A browser sends its cookie with whatever another site makes it ask. Programs have tokens, and a cookie opens nothing of theirs.
func TestACookieOpensNothingOfTheAPI(t *testing.T) {
	f := front(t)
	if answer := f.ask(http.MethodGet, f.Serving()+"/account", f.cookie); answer.StatusCode != http.StatusOK {
		t.Fatalf("the cookie signs nobody in: %d", answer.StatusCode)
	}
	for _, r := range api.Routes() {
		if r.Scope == "" {
			continue
		}
		method, path, _ := strings.Cut(inBraces.ReplaceAllString(r.Pattern, "x"), " ")
		if answer := f.ask(method, f.Serving()+path, f.cookie); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", r.Pattern, answer.StatusCode)
		}
	}
}

func TestThePagesEventsComeOverHTTP2(t *testing.T) {
	f := front(t)
	answer := f.ask(http.MethodGet, f.Serving()+"/live?topics=clock", f.cookie)
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Fatalf("%d by %s", answer.StatusCode, answer.Proto)
	}
	if line, err := bufio.NewReader(answer.Body).ReadString('\n'); err != nil || line != "event: news\n" {
		t.Errorf("the first line is %q, %v", line, err)
	}
}

func TestPlainHTTPLeadsToHTTPS(t *testing.T) {
	f := front(t)
	answer := f.ask(http.MethodGet, "http://"+f.plain.Addr().String()+"/people?left=yes")
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusPermanentRedirect || to != f.Serving()+"/people?left=yes" {
		t.Errorf("%d to %s", answer.StatusCode, to)
	}
	if answer := f.ask(http.MethodGet, "http://"+f.plain.Addr().String()+"/api/v1/clock"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a program is answered %d", answer.StatusCode)
	}
	answer, err := f.client.Get("http://" + f.listen.Addr().String() + "/")
	must(t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP on the port of TLS is answered %d", answer.StatusCode)
	}
}

func TestFromElsewhereNobodyIsServedInTheClear(t *testing.T) {
	folder := t.TempDir()
	for _, listen := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"} {
		o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Listen: listen, Log: slog.New(slog.DiscardHandler)}
		if _, err := New(t.Context(), o); !errors.Is(err, edge.ErrPlain) {
			t.Errorf("%s: %v", listen, err)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("a refusal leaves %v, %v", left, err)
	}
	proxies, err := edge.ParseProxies("10.0.0.5")
	must(t, err)
	a, err := New(t.Context(), Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Listen: "0.0.0.0:0", URL: "https://allclear.example.org", Front: Front{Proxies: proxies}, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	must(t, a.Stop(t.Context()))
}

// With a public address of https and nothing but this machine listened to, the proxy is on this machine.
func TestAProxyOnThisMachineIsBelieved(t *testing.T) {
	e, err := Options{Listen: "127.0.0.1:8080", URL: "https://allclear.example.org"}.theEdge()
	must(t, err)
	if len(e.Proxies) != 2 {
		t.Errorf("believed are %v", e.Proxies)
	}
	if e, err = (Options{Listen: "127.0.0.1:8080"}).theEdge(); err != nil || len(e.Proxies) > 0 {
		t.Errorf("without a public address believed are %v, %v", e.Proxies, err)
	}
}

func TestAFolderOfKeysIsForItsOwnerAlone(t *testing.T) {
	folder := t.TempDir()
	o := Options{Database: "sqlite:" + filepath.Join(folder, "a.db"), Listen: "0.0.0.0:443", Front: Front{ACMEDomain: "allclear.example.org"}}
	if _, err := os.Stat(certificates(o.Database)); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	_, err := o.theEdge()
	must(t, err)
	must(t, os.Mkdir(certificates(o.Database), 0o755))
	if _, err := o.theEdge(); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("got %v", err)
	}
}
