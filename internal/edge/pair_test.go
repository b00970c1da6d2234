package edge

import (
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
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
