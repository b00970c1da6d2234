package edge

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Certificates in these tests are good for a lifetime: nothing here is about when one ends.
var (
	begins = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	ends   = time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
)

const ourName = "allclear.example.org"

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// selfSigned makes a certificate with a serial number, and its key, as PEM.
func selfSigned(t *testing.T, serial int64) (cert, key []byte) {
	t.Helper()
	k := newKey(t)
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: ourName}, DNSNames: []string{ourName},
		NotBefore: begins, NotAfter: ends, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	held, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: held})
}

// files are a certificate and its key where a server looks for them.
type files struct {
	*testing.T
	cert, key string
}

func newFiles(t *testing.T) files {
	folder := t.TempDir()
	return files{t, filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")}
}

func (f files) write(cert, key []byte) {
	f.Helper()
	for path, held := range map[string][]byte{f.cert: cert, f.key: key} {
		if err := os.WriteFile(path, held, 0o600); held != nil && err != nil {
			f.Fatal(err)
		}
	}
}

// journal keeps a log.
type journal struct {
	mu sync.Mutex
	bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Buffer.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Buffer.String()
}

func (j *journal) log() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// served is a server that speaks TLS as the edge says.
func served(t *testing.T, e *Edge, all http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(all)
	s.EnableHTTP2 = true
	s.TLS = e.Config()
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // who tries TLS 1.1 is no matter
	// httptest puts a certificate of its own beside; GetCertificate is asked first where a name is.
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// shakesHands connects as a browser that trusts roots, and tells what it was shown.
func shakesHands(s *httptest.Server, roots []byte, c *tls.Config) (tls.ConnectionState, error) {
	return shakesHandsBy(s, roots, c, &net.Dialer{})
}

func shakesHandsBy(s *httptest.Server, roots []byte, c *tls.Config, by *net.Dialer) (tls.ConnectionState, error) {
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(roots)
	c.RootCAs, c.ServerName = trusted, ourName
	conn, err := tls.DialWithDialer(by, "tcp", s.Listener.Addr().String(), c)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.ConnectionState(), nil
}
