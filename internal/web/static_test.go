package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const styled = "body{color:#4a1d6e}"

func builtOnce(t *testing.T, css string) *Static {
	t.Helper()
	s, err := newStatic(fstest.MapFS{
		"static/README.md":       {Data: []byte("for people")},
		"static/allclear.css":    {Data: []byte(css)},
		"static/allclear.css.gz": {Data: []byte("compressed " + css)},
		"static/favicon.svg":     {Data: []byte("<svg/>")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ask(s *Static, address string, headers ...string) *http.Response {
	r := httptest.NewRequest("GET", address, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestABrowserMayKeepTheStyleSheetForEver(t *testing.T) {
	s := builtOnce(t, styled)
	first := ask(s, s.URL("allclear.css"))
	if got := body(t, first); first.StatusCode != 200 || got != styled {
		t.Fatalf("%d %q", first.StatusCode, got)
	}
	if got := first.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control: %s", got)
	}
	if got := first.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("Content-Type: %s", got)
	}
	if again := ask(s, s.URL("allclear.css"), "If-None-Match", first.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("asked again with its tag: %d", again.StatusCode)
	}
}

func TestANewLookHasANewAddress(t *testing.T) {
	if a, b := builtOnce(t, styled).URL("allclear.css"), builtOnce(t, styled+" ").URL("allclear.css"); a == b {
		t.Errorf("both are at %s", a)
	}
}

func TestGzipIsServedToThoseWhoTakeIt(t *testing.T) {
	s := builtOnce(t, styled)
	for accepted, zipped := range map[string]bool{
		"": false, "br": false, "gzip": true, "gzip, deflate, br": true, "br;q=1.0, gzip;q=0.8": true, "gzip;q=0": false, "gzip; q=0.0": false,
	} {
		r := ask(s, s.URL("allclear.css"), "Accept-Encoding", accepted)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: gzip %v", accepted, got)
		}
		if got := strings.HasPrefix(body(t, r), "compressed"); got != zipped {
			t.Errorf("Accept-Encoding %q: compressed body %v", accepted, got)
		}
		if r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: a proxy could serve the wrong one", accepted)
		}
	}
	if r := ask(s, s.URL("favicon.svg"), "Accept-Encoding", "gzip"); r.Header.Get("Content-Encoding") != "" || body(t, r) != "<svg/>" {
		t.Error("a file without a variant is sent as it is")
	}
}

func TestOnlyWhatBrowsersNeedIsServed(t *testing.T) {
	s := builtOnce(t, styled)
	for _, address := range []string{"/static/", "/static/README.md", s.URL("README.md"), s.URL("nowhere.js"), "/static/allclear.css", "/static/../static.go"} {
		if r := ask(s, address); r.StatusCode != 404 || r.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d, %q", address, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
}

func TestABinaryWithoutAssetsStillOpens(t *testing.T) {
	s, err := newStatic(fstest.MapFS{"static/README.md": {Data: []byte("for people")}})
	if err != nil {
		t.Fatal(err)
	}
	if r := ask(s, s.URL("allclear.css")); r.StatusCode != 404 {
		t.Errorf("a style sheet that was not built: %d", r.StatusCode)
	}
	if _, err := OpenStatic(); err != nil {
		t.Error(err)
	}
}
