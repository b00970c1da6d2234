package edge

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// One client calls one host, and none that is not on the operator's list; nobody in the clear; and it goes where it was sent by nobody.
func TestOnlyWhoIsNamedIsCalled(t *testing.T) {
	var heard atomic.Int32
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard.Add(1)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://127.0.0.2/", http.StatusFound)
		}
	}))
	defer there.Close()
	listed, err := ParseOutgoing("API.twilio.com, login.example.org")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		out       Outgoing
		named, to string
		refused   string
	}{
		{"another host than the one it is for", Outgoing{}, "https://api.twilio.com", "https://evil.example.org/secret", "may not connect"},
		{"a host that is on no list", listed, "", "https://evil.example.org/secret", "may not connect"},
		{"its own host, which is on no list", listed, "https://evil.example.org", "https://evil.example.org/secret", "may not connect"},
		{"a host of the list, in the clear", listed, "", "http://login.example.org/secret", "must be https"},
		{"a name that begins as one of the list", listed, "", "https://login.example.org.evil.example/secret", "may not connect"},
		{"this machine", listed, there.URL, there.URL + "/", ""},
		{"where a redirect leads", Outgoing{}, there.URL, there.URL + "/away", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			client := c.out.Client(c.named, time.Second)
			defer client.CloseIdleConnections()
			answer, err := client.Get(c.to)
			if c.refused == "" {
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("it says %v", err)
			}
			if c.refused == "may not connect" && !errors.Is(err, ErrNotNamed) {
				t.Errorf("%v is not ErrNotNamed", err)
			}
		})
	}
	if heard.Load() != 2 {
		t.Errorf("%d calls came, not 2", heard.Load())
	}
}

// Whose certificate nobody vouches for is told nothing.
func TestAStrangersCertificateIsNotBelieved(t *testing.T) {
	var heard atomic.Int32
	there := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	there.Config.ErrorLog = log.New(io.Discard, "", 0)
	there.StartTLS()
	defer there.Close()
	client := Outgoing{}.Client(there.URL, time.Second)
	answer, err := client.Get(there.URL)
	if err == nil {
		_ = answer.Body.Close()
		t.Fatal("it is believed")
	}
	if !strings.Contains(err.Error(), "certificate") || heard.Load() != 0 {
		t.Errorf("%v, and %d calls came", err, heard.Load())
	}
}

func TestAListOfHostsIsOne(t *testing.T) {
	for _, bad := range []string{"", "api.twilio.com,", "https://api.twilio.com", "*.twilio.com", "api.twilio.com:443", "a b"} {
		if _, err := ParseOutgoing(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	o, err := ParseOutgoing("::1,10.0.0.5, db")
	if err != nil || !o.Allows("10.0.0.5") || !o.Allows("DB") || !o.Allows("127.0.0.1") || o.Allows("10.0.0.6") {
		t.Errorf("%v %v", o, err)
	}
}
