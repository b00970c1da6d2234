package edge

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// directory is a small ACME server (RFC 8555): one account, one order at a time, and a real look at whoever says that the
// name is theirs, by TLS-ALPN-01 or by HTTP-01. Each message's signature is checked, and that it answers a nonce of ours.
type directory struct {
	*testing.T
	*httptest.Server
	roots       []byte
	ca          *x509.Certificate
	caKey       *ecdsa.PrivateKey
	challenge   string // the kind it offers
	tls, plain  string // host:port where our name leads
	mu          sync.Mutex
	nonces      map[string]bool
	account     *jose.JSONWebKey
	proved      bool
	signed      []byte // the chain of the order, as PEM
	looks, sold int
}

const acmeToken = "token-of-the-order"

func newDirectory(t *testing.T, challenge string) *directory {
	t.Helper()
	key := newKey(t)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test directory"}, NotBefore: begins, NotAfter: ends,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{T: t, ca: ca, caKey: key, challenge: challenge, nonces: map[string]bool{},
		roots: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	d.Server = httptest.NewServer(d.mux())
	t.Cleanup(d.Close)
	return d
}

func (d *directory) mux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /directory", func(w http.ResponseWriter, _ *http.Request) {
		says(w, 200, map[string]any{"meta": map[string]string{"termsOfService": d.URL + "/terms"}, "newNonce": d.URL + "/nonce", "newAccount": d.URL + "/account", "newOrder": d.URL + "/orders", "revokeCert": d.URL + "/revoke", "keyChange": d.URL + "/key"})
	})
	mux.HandleFunc("/nonce", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("POST /account", d.signedBy(d.newAccount))
	mux.Handle("POST /orders", d.signedBy(func(w http.ResponseWriter, _ []byte) {
		d.proved, d.signed = false, nil
		w.Header().Set("Location", d.URL+"/order")
		says(w, 201, d.order())
	}))
	mux.Handle("POST /order", d.signedBy(func(w http.ResponseWriter, _ []byte) { says(w, 200, d.order()) }))
	mux.Handle("POST /authorization", d.signedBy(func(w http.ResponseWriter, _ []byte) { says(w, 200, d.authorization()) }))
	mux.Handle("POST /challenge", d.signedBy(func(w http.ResponseWriter, _ []byte) {
		if err := d.look(); err != nil {
			says(w, 403, map[string]string{"type": "urn:ietf:params:acme:error:unauthorized", "detail": err.Error()})
			return
		}
		d.proved = true
		says(w, 200, d.offered())
	}))
	mux.Handle("POST /finalize", d.signedBy(d.finalize))
	mux.Handle("POST /certificate", d.signedBy(func(w http.ResponseWriter, _ []byte) { _, _ = w.Write(d.signed) }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		nonce := rand.Text()
		d.nonces[nonce] = true
		w.Header().Set("Replay-Nonce", nonce)
		mux.ServeHTTP(w, r)
	})
}

func says(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// signedBy lets a message on that the account signed, for this address, once.
func (d *directory) signedBy(handle func(http.ResponseWriter, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			d.Error(err)
		}
		message, err := jose.ParseSignedJSON(string(raw), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			says(w, 400, err.Error())
			return
		}
		head := message.Signatures[0].Protected
		if r.URL.Path == "/account" {
			d.account = head.JSONWebKey
		}
		payload, err := message.Verify(d.account)
		if err != nil || !d.nonces[head.Nonce] || head.ExtraHeaders["url"] != d.URL+r.URL.Path {
			d.Errorf("%s: signed %v, nonce known: %t, for %v", r.URL.Path, err, d.nonces[head.Nonce], head.ExtraHeaders["url"])
		}
		delete(d.nonces, head.Nonce)
		handle(w, payload)
	})
}

func (d *directory) newAccount(w http.ResponseWriter, payload []byte) {
	if !bytes.Contains(payload, []byte(`"termsOfServiceAgreed":true`)) {
		d.Errorf("the account is asked for with %s", payload)
	}
	w.Header().Set("Location", d.URL+"/account/1")
	says(w, 201, map[string]string{"status": "valid"})
}

func (d *directory) order() map[string]any {
	o := map[string]any{"status": "pending", "authorizations": []string{d.URL + "/authorization"}, "finalize": d.URL + "/finalize",
		"identifiers": []any{map[string]string{"type": "dns", "value": ourName}}}
	if d.proved {
		o["status"] = "ready"
	}
	if d.signed != nil {
		o["status"], o["certificate"] = "valid", d.URL+"/certificate"
	}
	return o
}

func (d *directory) status() string {
	if d.proved {
		return "valid"
	}
	return "pending"
}

func (d *directory) authorization() map[string]any {
	return map[string]any{"status": d.status(), "identifier": map[string]string{"type": "dns", "value": ourName}, "challenges": []any{d.offered()}}
}

func (d *directory) offered() map[string]string {
	return map[string]string{"type": d.challenge, "url": d.URL + "/challenge", "token": acmeToken, "status": d.status()}
}

// look sees for itself that whoever asks answers at the name.
func (d *directory) look() error {
	d.looks++
	print, err := d.account.Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	want := acmeToken + "." + base64.RawURLEncoding.EncodeToString(print)
	if d.challenge == "http-01" {
		return d.lookInTheClear(want)
	}
	conn, err := tls.Dial("tcp", d.tls, &tls.Config{ServerName: ourName, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true}) // RFC 8737: the certificate itself is the answer
	if err != nil {
		return err
	}
	defer conn.Close()
	sum := sha256.Sum256([]byte(want))
	value, err := asn1.Marshal(sum[:])
	if err != nil {
		return err
	}
	for _, extension := range conn.ConnectionState().PeerCertificates[0].Extensions {
		if extension.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}) && extension.Critical && bytes.Equal(extension.Value, value) {
			return nil
		}
	}
	return fmt.Errorf("the certificate does not answer the challenge")
}

func (d *directory) lookInTheClear(want string) error {
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, d.plain)
	}}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + ourName + "/.well-known/acme-challenge/" + acmeToken)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); err != nil || strings.TrimSpace(string(got)) != want {
		return fmt.Errorf("the challenge is answered %d %q, %v", answer.StatusCode, got, err)
	}
	return nil
}

// finalize signs, for nothing but the name that was proved.
func (d *directory) finalize(w http.ResponseWriter, payload []byte) {
	var asked struct{ CSR string }
	if err := json.Unmarshal(payload, &asked); err != nil {
		d.Error(err)
	}
	der, err := base64.RawURLEncoding.DecodeString(asked.CSR)
	if err != nil {
		d.Error(err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || csr.CheckSignature() != nil || len(csr.DNSNames) != 1 || csr.DNSNames[0] != ourName || !d.proved {
		d.Errorf("asked to sign %v, %v", csr, err)
		return
	}
	d.sold++
	leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(int64(100 + d.sold)), DNSNames: csr.DNSNames, NotBefore: begins, NotAfter: ends,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, d.ca, csr.PublicKey, d.caKey)
	if err != nil {
		d.Error(err)
	}
	d.signed = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf}), d.roots...)
	w.Header().Set("Location", d.URL+"/order")
	says(w, 200, d.order())
}
