package edge

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fetching is an edge that has its certificate from a directory.
func fetching(t *testing.T, d *directory, cache string, log *journal) (*Edge, *httptest.Server) {
	t.Helper()
	e, err := New(Options{Domain: ourName, Directory: d.URL + "/directory", Cache: cache, URL: "https://" + ourName, Log: log.log()})
	if err != nil {
		t.Fatal(err)
	}
	s := served(t, e, http.NotFoundHandler())
	d.tls = s.Listener.Addr().String()
	return e, s
}

func TestACertificateIsFetchedAndKept(t *testing.T) {
	d, cache, log := newDirectory(t, "tls-alpn-01"), filepath.Join(t.TempDir(), "a.db.acme"), &journal{}
	_, s := fetching(t, d, cache, log)
	if state, err := shakesHands(s, d.roots, &tls.Config{}); err != nil || state.PeerCertificates[0].SerialNumber.Int64() != 101 {
		t.Fatalf("shown %v, %v; %s", state.PeerCertificates, err, log)
	}
	info, err := os.Stat(cache)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of keys is %v, %v", info.Mode(), err)
	}
	_, again := fetching(t, d, cache, log) // a restart
	if _, err := shakesHands(again, d.roots, &tls.Config{}); err != nil {
		t.Fatal(err)
	}
	if d.looks != 1 || d.sold != 1 {
		t.Errorf("the directory looked %d times and signed %d; a restart needs neither", d.looks, d.sold)
	}
}

func TestTheChallengeInTheClearIsAnswered(t *testing.T) {
	d, log := newDirectory(t, "http-01"), &journal{}
	e, s := fetching(t, d, t.TempDir(), log)
	plain := httptest.NewServer(e.Plain())
	defer plain.Close()
	d.plain = plain.Listener.Addr().String()
	if _, err := shakesHands(s, d.roots, &tls.Config{}); err != nil || d.looks != 1 {
		t.Fatalf("looked %d times, %v; %s", d.looks, err, log)
	}
}

func TestOtherNamesAreNotFetched(t *testing.T) {
	d, log := newDirectory(t, "tls-alpn-01"), &journal{}
	_, s := fetching(t, d, t.TempDir(), log)
	for _, name := range []string{"other.example.org", ""} {
		conn, err := tls.Dial("tcp", s.Listener.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true}) // whatever is shown would be too much
		if err == nil && name != "" {
			t.Errorf("%q is shown %v", name, conn.ConnectionState().PeerCertificates[0].DNSNames)
		}
	}
	if d.looks > 0 || d.sold > 0 || log.String() != "" {
		t.Errorf("the directory looked %d times, signed %d; the log has %s", d.looks, d.sold, log)
	}
}

func TestACertificateThatCannotBeFetchedIsSaidOnce(t *testing.T) {
	d, log := newDirectory(t, "tls-alpn-01"), &journal{}
	_, s := fetching(t, d, t.TempDir(), log)
	d.tls = "127.0.0.1:1" // the name leads elsewhere
	for range 3 {
		if _, err := shakesHands(s, d.roots, &tls.Config{}); err == nil {
			t.Fatal("something is shown")
		}
	}
	if said := strings.Count(log.String(), "certificate not fetched"); said != 1 {
		t.Errorf("said %d times: %s", said, log)
	}
}
