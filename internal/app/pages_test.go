package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A proxy's default is to ask for the pages in this machine's own name: the public address tells it apart.
func TestThePagesAreShownOnThisMachineAlone(t *testing.T) {
	here, wide := net.ParseIP("127.0.0.1"), net.ParseIP("0.0.0.0")
	for _, place := range []struct {
		ip     net.IP
		public string
		want   bool
	}{
		{here, "http://127.0.0.1:8080", true},
		{here, "http://localhost:8080", true},
		{net.IPv6loopback, "http://[::1]:8080", true},
		{here, "https://allclear.example.org", false},
		{here, "https://127.0.0.1.example.org", false},
		{wide, "http://127.0.0.1:8080", false},
		{net.ParseIP("192.0.2.7"), "http://192.0.2.7:8080", false},
	} {
		if got := loopback(&net.TCPAddr{IP: place.ip, Port: 8080}, place.public); got != place.want {
			t.Errorf("listening on %s, known as %s: %t", place.ip, place.public, got)
		}
	}
}

// Where the pages are off, every address of theirs answers alike, and what is none of theirs is the API's.
func TestPagesThatAreOffAllAnswerAlike(t *testing.T) {
	asked := ""
	off := signInFirst(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.Method + " " + r.URL.Path }))
	for request, want := range map[string]string{
		"GET /": "GET /", "GET /people": "GET /", "GET /alarms/a-1": "GET /", "GET /rota": "GET /", "GET /acting": "GET /", "POST /raise": "GET /",
		"POST /alarms/a-1/acknowledge": "GET /", "GET /teams/echo/edit": "GET /",
		"GET /api/v1/alarms": "GET /api/v1/alarms", "POST /hooks/twilio/sms": "POST /hooks/twilio/sms", "GET /metrics": "GET /metrics", "GET /none": "GET /none",
	} {
		method, path, _ := strings.Cut(request, " ")
		off.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path, nil))
		if asked != want {
			t.Errorf("%s is asked for as %s", request, asked)
		}
	}
}
