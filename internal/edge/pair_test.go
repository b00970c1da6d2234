package edge

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestARenewedCertificateIsShownWithoutARestart(t *testing.T) {
	f, log := newFiles(t), &journal{}
	cert, key := selfSigned(t, 1)
	f.write(cert, key)
	e, err := New(Options{Cert: f.cert, Key: f.key, Log: log.log()})
	if err != nil {
		t.Fatal(err)
	}
	s := served(t, e, http.NotFoundHandler())
	shows := func(serial int64, roots []byte) {
		t.Helper()
		e.Look(t.Context())
		state, err := shakesHands(s, roots, &tls.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if got := state.PeerCertificates[0].SerialNumber.Int64(); got != serial {
			t.Errorf("certificate %d is shown, not %d", got, serial)
		}
	}
	shows(1, cert)

	renewed, renewedKey := selfSigned(t, 2)
	f.write(renewed, key) // half of a renewal: the key is not there yet
	shows(1, cert)
	shows(1, cert)
	if said := strings.Count(log.String(), "certificate not renewed"); said != 1 {
		t.Errorf("a pair that does not fit is said %d times: %s", said, log)
	}
	f.write(renewed, renewedKey)
	shows(2, renewed)
	if !strings.Contains(log.String(), "certificate renewed") {
		t.Errorf("the renewal is not said: %s", log)
	}

	if err := os.Remove(f.cert); err != nil {
		t.Fatal(err)
	}
	shows(2, renewed)
	shows(2, renewed)
	if said := strings.Count(log.String(), "certificate not renewed"); said != 2 {
		t.Errorf("a certificate that is gone is said %d times: %s", said, log)
	}
	f.write([]byte("no certificate"), renewedKey)
	shows(2, renewed)
	again, againKey := selfSigned(t, 3)
	f.write(again, againKey)
	shows(3, again)
	if strings.Contains(log.String(), "PRIVATE KEY") {
		t.Error("the log tells the key")
	}
}

// A mount that hangs holds up a look, and nobody who connects.
func TestNoConnectionWaitsForTheCertificatesFiles(t *testing.T) {
	f := newFiles(t)
	cert, key := selfSigned(t, 1)
	f.write(cert, key)
	e, err := New(Options{Cert: f.cert, Key: f.key})
	if err != nil {
		t.Fatal(err)
	}
	s := served(t, e, http.NotFoundHandler())
	if err := errors.Join(os.Remove(f.cert), unix.Mkfifo(f.cert, 0o600)); err != nil { // whoever opens it waits for who writes
		t.Fatal(err)
	}
	looked := make(chan struct{})
	go func() { // ends when somebody writes
		e.Look(t.Context())
		close(looked)
	}()
	for range 2 {
		if state, err := shakesHandsBy(s, cert, &tls.Config{}, &net.Dialer{Timeout: 5 * time.Second}); err != nil || state.PeerCertificates[0].SerialNumber.Int64() != 1 {
			t.Errorf("shown %v, %v", state.PeerCertificates, err)
		}
	}
	writing, err := os.OpenFile(f.cert, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = writing.Close()
	<-looked
}

func TestTheEndOfACertificateIsKnown(t *testing.T) {
	f := newFiles(t)
	f.write(selfSigned(t, 1))
	inFiles, err := New(Options{Cert: f.cert, Key: f.key})
	if err != nil || !inFiles.Ends().Equal(ends) {
		t.Errorf("in files: %v, %v", inFiles.Ends(), err)
	}
	none, err := New(Options{})
	if none.Look(t.Context()); err != nil || !none.Ends().IsZero() {
		t.Errorf("without one: %v, %v", none.Ends(), err)
	}
	d, cache := newDirectory(t, "tls-alpn-01"), t.TempDir()
	e, s := fetching(t, d, cache, &journal{})
	if e.Look(t.Context()); !e.Ends().IsZero() {
		t.Errorf("before it is fetched: %v", e.Ends())
	}
	if _, err := shakesHands(s, d.roots, &tls.Config{}); err != nil {
		t.Fatal(err)
	}
	if e.Look(t.Context()); !e.Ends().Equal(ends) {
		t.Errorf("fetched: %v", e.Ends())
	}
}

func TestACertificateMustFitItsKeyAtTheStart(t *testing.T) {
	f := newFiles(t)
	cert, _ := selfSigned(t, 1)
	_, other := selfSigned(t, 2)
	f.write(cert, other)
	if _, err := New(Options{Cert: f.cert, Key: f.key}); err == nil || !strings.Contains(err.Error(), f.cert) {
		t.Errorf("got %v", err)
	}
	if _, err := New(Options{Cert: f.cert + "x", Key: f.key}); err == nil || !strings.Contains(err.Error(), "read the certificate") {
		t.Errorf("got %v", err)
	}
}

func TestTLSIsOfToday(t *testing.T) {
	f := newFiles(t)
	cert, key := selfSigned(t, 1)
	f.write(cert, key)
	e, err := New(Options{Cert: f.cert, Key: f.key})
	if err != nil {
		t.Fatal(err)
	}
	s := served(t, e, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		_, err := shakesHands(s, cert, &tls.Config{MinVersion: version, MaxVersion: version})
		if taken := err == nil; taken != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	for _, suite := range tls.InsecureCipherSuites() {
		if _, err := shakesHands(s, cert, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}}); err == nil {
			t.Errorf("%s is taken", suite.Name)
		}
	}
	state, err := shakesHands(s, cert, &tls.Config{NextProtos: []string{"http/1.1", "h2"}})
	if err != nil || state.NegotiatedProtocol != "h2" || state.Version != tls.VersionTLS13 {
		t.Errorf("a browser is answered by %s over %s, %v", state.NegotiatedProtocol, tls.VersionName(state.Version), err)
	}
}
