package edge

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func proxies(t *testing.T, list string) []netip.Prefix {
	t.Helper()
	p, err := ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhoAsksIsTheProxysWord(t *testing.T) {
	e := &Edge{Options: Options{Proxies: proxies(t, "10.0.0.0/24, 192.0.2.9"), URL: "https://" + ourName}}
	for _, c := range []struct {
		what, peer string
		said       []string
		want       string
	}{
		{"the proxy tells of one", "10.0.0.5:400", []string{"198.51.100.7"}, "198.51.100.7"},
		{"what they made up stands before", "10.0.0.5:400", []string{"203.0.113.1, 198.51.100.7"}, "198.51.100.7"},
		{"in a header of their own", "10.0.0.5:400", []string{"203.0.113.1", "198.51.100.7"}, "198.51.100.7"},
		{"two proxies in a row", "10.0.0.5:400", []string{"203.0.113.1, 198.51.100.7, 10.0.0.6"}, "198.51.100.7"},
		{"they say that they are the proxy", "10.0.0.5:400", []string{"10.0.0.7, 198.51.100.7"}, "198.51.100.7"},
		{"a stranger tells", "198.51.100.7:400", []string{"127.0.0.1"}, "198.51.100.7"},
		{"one next to the network tells", "10.0.1.5:400", []string{"127.0.0.1"}, "10.0.1.5"},
		{"the proxy itself asks", "192.0.2.9:400", nil, "192.0.2.9"},
		{"the proxy writes the port too", "10.0.0.5:400", []string{"198.51.100.7:5000"}, "198.51.100.7"},
		{"IPv6, by its network", "10.0.0.5:400", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},
		{"IPv6 in brackets", "10.0.0.5:400", []string{"[2001:db8:1:2::6]:99"}, "2001:db8:1:2::/64"},
		{"IPv4 in IPv6's clothes", "[::ffff:10.0.0.5]:400", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		{"the proxy does not know", "10.0.0.5:400", []string{"203.0.113.1, unknown"}, "10.0.0.5"},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
			r.RemoteAddr = c.peer
			for _, said := range c.said {
				r.Header.Add("X-Forwarded-For", said)
			}
			got := ""
			e.Behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = From(r) })).ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWithoutAProxyNobodyIsBelieved(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "127.0.0.1:400"
	r.Header.Set("X-Forwarded-For", "203.0.113.1")
	if got := From(r); got != "127.0.0.1" {
		t.Errorf("got %s", got)
	}
}

func TestWhatComesInTheClearGoesNoFurther(t *testing.T) {
	e := &Edge{Options: Options{Proxies: proxies(t, "10.0.0.5"), URL: "https://" + ourName}}
	for _, c := range []struct {
		what, method, path, peer, proto string
		want                            int
	}{
		{"by the proxy", "GET", "/people", "10.0.0.5:1", "https", 200},
		{"by a proxy that does not say how", "GET", "/people", "10.0.0.5:1", "", 200},
		{"by the proxy, in the clear", "GET", "/people?left=yes", "10.0.0.5:1", "http", 308},
		{"a form, in the clear", "POST", "/people/new", "10.0.0.5:1", "http", 403},
		{"a program's token, in the clear", "GET", "/api/v1/visits", "10.0.0.5:1", "http", 403},
		{"a text, in the clear", "POST", "/hooks/twilio/sms", "10.0.0.5:1", "http", 200},
		{"a guest of https before us wrote http", "GET", "/people", "10.0.0.5:1", "http, https", 200},
		{"past the proxy", "GET", "/people", "198.51.100.7:1", "", 403},
		{"past the proxy, with its words", "GET", "/people", "198.51.100.7:1", "https", 403},
		{"a text past the proxy", "POST", "/hooks/twilio/sms", "198.51.100.7:1", "https", 403},
		{"a monitor", "GET", "/readyz", "198.51.100.7:1", "", 200},
		{"from this machine", "GET", "/api/v1/clock", "127.0.0.1:1", "", 200},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.path, nil)
			r.RemoteAddr = c.peer
			if c.proto != "" {
				r.Header.Set("X-Forwarded-Proto", c.proto)
			}
			w := httptest.NewRecorder()
			e.Behind(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {})).ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("got %d: %s", w.Code, w.Body)
			}
			if to := w.Header().Get("Location"); c.want == 308 && to != "https://"+ourName+c.path {
				t.Errorf("led to %s", to)
			}
			if c.want == 403 && strings.HasPrefix(c.peer, "198.") && !strings.Contains(w.Body.String(), "198.51.100.7") {
				t.Errorf("does not say which address: %s", w.Body)
			}
		})
	}
}

func TestThePlainListenerOnlyLeadsToHTTPS(t *testing.T) {
	e := &Edge{Options: Options{URL: "https://" + ourName}}
	for _, c := range []struct {
		method, path string
		want         int
		to           string
	}{
		{"GET", "/visits/v1?done=in", 308, "https://" + ourName + "/visits/v1?done=in"},
		{"GET", "//evil.example.com/%2e%2e", 308, "https://" + ourName + "//evil.example.com/%2e%2e"},
		{"POST", "/sign-in", 403, ""}, {"GET", "/api/v1/visits", 403, ""}, {"POST", "/hooks/twilio/sms", 403, ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, "http://anything.example.com"+c.path, nil)
		e.Plain().ServeHTTP(w, r)
		if w.Code != c.want || w.Header().Get("Location") != c.to || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %d to %s", c.method, c.path, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestFromElsewhereOnlyByTLSOrAProxy(t *testing.T) {
	bare := &Edge{}
	err := bare.Check("0.0.0.0:8080", false)
	if !errors.Is(err, ErrPlain) {
		t.Fatalf("got %v", err)
	}
	for _, way := range []string{"ALLCLEAR_TLS_CERT", "ALLCLEAR_ACME_DOMAIN", "ALLCLEAR_PROXY"} {
		if !strings.Contains(err.Error(), way) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q does not name %s in one line", err, way)
		}
	}
	if err := bare.Check("127.0.0.1:8080", true); err != nil {
		t.Errorf("this machine alone: %v", err)
	}
	if err := (&Edge{Options: Options{Proxies: OnLoopback()}}).Check("0.0.0.0:8080", false); err != nil {
		t.Errorf("with a proxy: %v", err)
	}
}

func TestProxiesAreAddressesOrNetworks(t *testing.T) {
	for _, list := range []string{"", "proxy", "10.0.0.5/24", "10.0.0.5,", "0.0.0.0/0", "::/0", "10.0.0.5:80", "fe80::1%eth0"} {
		if p, err := ParseProxies(list); err == nil {
			t.Errorf("%q is read as %v", list, p)
		}
	}
}
