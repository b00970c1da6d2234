package web

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// What nobody sends by mistake. Each has a word of its own in it that no answer may give back but into a field of a form.
const sentinel = "zq7sentinel"

var (
	badTexts = []string{
		sentinel + "\x00", sentinel + "\xff\xfe\xc3", sentinel + "\u202e\u2028\ufeff", strings.Repeat(sentinel, 5000), "'; DROP TABLE visit; --" + sentinel,
		`"><script>` + sentinel + `</script>`, "{{.}}" + sentinel, "%00%ff%zz" + sentinel, "../../../../etc/passwd", "\r\nSet-Cookie: " + sentinel + "=1",
		"-1", "99999999999999999999999999", "1e999", "NaN", "0000-00-00", "2026-02-30", "25:61", "9999-12-31T23:59:59Z", "-9223372036854775808",
	}
	// worst are those that are sent in one field at a time of a form that is filled in well besides.
	worst    = []string{sentinel + "\x00", sentinel + "\xff", strings.Repeat(sentinel, 250), "99999999999999999999999999", `"><script>` + sentinel + `</script>`, "'" + sentinel}
	badPaths = []string{"%00", "%ff%fe", strings.Repeat("a", 20_000), "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%27%20OR%201=1--", "%F0%9F%92%A9", "%E2%80%AE", "%0d%0aX:%20y", ";a=b", "*"}
	badWays  = []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "G\x7fT", "get"}
)

// What a page's forms are made of.
var (
	wholeForm  = regexp.MustCompile(`(?s)<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>`)
	formField  = regexp.MustCompile(`<(?:input|textarea|select|button)[^>]* name="[^"]+"[^>]*>`)
	fieldName  = regexp.MustCompile(` name="([^"]+)"`)
	fieldValue = regexp.MustCompile(` value="([^"]*)"`)
)

// atMost is what one request may take on a busy machine, real time.
const atMost = 10 * time.Second

// stranger sends bad input as somebody.
type stranger struct {
	matrix
	secret string // of the session
	asked  int
}

// sends sends one request that is made by hand, and holds the answer against what every answer must be.
func (s *stranger) sends(what, method, path, kind string, body io.Reader) {
	s.Helper()
	before := s.log.String()
	r := s.request(method, path, body)
	r.Header.Set("Content-Type", kind)
	ctx, done := context.WithTimeout(s.Context(), atMost)
	defer done()
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r.WithContext(ctx))
	s.asked++
	shown := fmt.Sprintf("%s as %s to %.80q", method, what, path)
	if w.Code < 200 || w.Code >= 500 {
		s.Errorf("%s was answered %d: %s", shown, w.Code, strings.TrimPrefix(s.log.String(), before))
	}
	if ctx.Err() != nil {
		s.Errorf("%s took over %v", shown, atMost)
	}
	if w.Body.Len() > 1<<20 {
		s.Errorf("%s was answered %d bytes", shown, w.Body.Len())
	}
	page{s.house, w, shown}.guards()
	if strings.Contains(w.Body.String(), "<script>"+sentinel) || len(w.Header().Values("Set-Cookie")) > 0 && strings.Contains(fmt.Sprint(w.Header()), sentinel) {
		s.Errorf("%s gave markup or a header back as it was sent", shown)
	}
	if to := w.Header().Get("Location"); strings.Contains(to, sentinel) || to != "" && !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, s.idp.Issuer()+"/authorize?") || strings.HasPrefix(to, "//") {
		s.Errorf("%s leads to %q", shown, to)
	}
	if logged := strings.TrimPrefix(s.log.String(), before); strings.Contains(logged, sentinel) {
		s.Errorf("%s was logged: %s", shown, logged)
	}
}

// request is one from another machine. A path goes as it stands, also where it is none.
func (s *stranger) request(method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Method, r.RequestURI = method, path
	address, query, _ := strings.Cut(path, "?")
	r.URL = &url.URL{Path: address, RawQuery: query}
	if plain, err := url.PathUnescape(address); err == nil {
		r.URL.Path, r.URL.RawPath = plain, address
	}
	r.RemoteAddr, r.Host = "192.0.2.7:50000", "allclear.example.org"
	if s.secret != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-allclear", Value: s.secret})
	}
	return r
}

// forms are the forms of every page, each by what it is sent to, with its fields as they stand there.
func (s *stranger) forms() map[string]url.Values {
	forms := map[string]url.Values{}
	for _, r := range s.pages.routes() {
		method, path := at(r.pattern, s.objects)
		if method != http.MethodGet {
			continue
		}
		w := httptest.NewRecorder()
		s.pages.ServeHTTP(w, s.request(method, path, nil))
		for _, form := range wholeForm.FindAllStringSubmatch(w.Body.String(), -1) {
			to := form[1]
			if to == "" {
				to = path
			}
			if forms[to] == nil {
				forms[to] = url.Values{}
			}
			for _, found := range formField.FindAllString(form[2], -1) {
				value := "1"
				if v := fieldValue.FindStringSubmatch(found); v != nil {
					value = html.UnescapeString(v[1])
				}
				forms[to].Set(fieldName.FindStringSubmatch(found)[1], value)
			}
		}
	}
	return forms
}

// abuses sends everything bad to one route.
func (s *stranger) abuses(pattern string) {
	s.Helper()
	method, path := at(pattern, s.objects)
	const form = "application/x-www-form-urlencoded"
	if method == http.MethodGet {
		for _, text := range badTexts {
			s.sends("a query", method, path+"?fragment="+url.QueryEscape(text)+"&then="+url.QueryEscape(text)+"&date="+url.QueryEscape(text)+"&from="+url.QueryEscape(text), "", nil)
		}
		s.sends("a query that is none", method, path+"?%zz&&&=%&;;"+strings.Repeat("&a", 20_000), "", nil)
	} else {
		acting := url.Values{actingField: {"p-lee"}}.Encode()
		s.sends("a huge form", method, path, form, strings.NewReader(acting+"&a="+strings.Repeat("x", 8<<20)))
		s.sends("a form of many fields", method, path, form, strings.NewReader(acting+strings.Repeat("&a=b", 10_000)))
		s.sends("a form that is none", method, path, form, strings.NewReader("%zz=%&;;\x00\xff"))
		s.sends("no form", method, path, "", nil)
		s.sends("JSON", method, path, "application/json", strings.NewReader(strings.Repeat(`{"a":[`, 10_000)))
		s.sends("a kind that is none", method, path, "multipart/;;;=\x00", strings.NewReader(acting))
		s.sends("parts without an end", method, path, "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"acting\"\r\n\r\np-lee"))
		s.sends("parts without a boundary", method, path, "multipart/form-data", strings.NewReader("--x--"))
		kind, parts := manyParts()
		s.sends("a file", method, path, kind, parts)
		s.sends("a body that breaks off", method, path, form, io.MultiReader(strings.NewReader(acting+"&a="), broken{}))
	}
	s.misnames(pattern)
	for _, way := range badWays {
		s.sends("a method", way, path, form, strings.NewReader(actingField+"=p-lee"))
	}
}

// misnames puts bad names into a route's address.
func (s *stranger) misnames(pattern string) {
	s.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	if !strings.Contains(path, "{id}") && !strings.Contains(path, "{secret}") {
		return
	}
	for _, bad := range badPaths {
		s.sends("a path", method, strings.NewReplacer("{id}", bad, "{secret}", bad).Replace(path), "application/x-www-form-urlencoded", strings.NewReader(actingField+"=p-lee"))
	}
}

// spoils sends a form with something bad in all of its fields, and with the worst in one field at a time.
func (s *stranger) spoils(path string, form url.Values) {
	s.Helper()
	const kind = "application/x-www-form-urlencoded"
	as := form.Get(actingField)
	for _, text := range badTexts {
		all := url.Values{"q": {text}, "answer": {text}}
		for name := range form {
			all.Set(name, text)
		}
		all.Set(actingField, as)
		s.sends("a form", http.MethodPost, path, kind, strings.NewReader(all.Encode()))
	}
	for name := range form {
		for _, text := range worst {
			one := maps.Clone(form)
			one.Set(name, text)
			s.sends("a form with a bad "+name, http.MethodPost, path, kind, strings.NewReader(one.Encode()))
		}
	}
}

// broken is a connection that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// manyParts is a form of many parts, one of them a file.
func manyParts() (kind string, parts io.Reader) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for range 2000 {
		_ = m.WriteField("a", "b") // a buffer takes all
	}
	file, _ := m.CreateFormFile("file", "../../"+sentinel+".exe")
	_, _ = file.Write(bytes.Repeat([]byte("x"), 1<<20))
	_ = m.Close()
	return m.FormDataContentType(), &b
}

// TestNoInputBreaksAPage sends everything bad to every route there is, as nobody and as a manager. Whatever it is, the answer is one of ours: never 5xx, never for long,
// never of any size, nothing of it in the log, nothing kept in memory.
func TestNoInputBreaksAPage(t *testing.T) {
	s := &stranger{matrix: openMatrix(t)}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, who := range []string{"p-lee", ""} {
		if underRace && who == "" {
			break
		}
		for i, r := range s.pages.routes() {
			if underRace && i%10 > 0 {
				continue
			}
			s.becomes(who) // some buttons sign out
			s.abuses(r.pattern)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
		t.Errorf("after %d requests %d MiB more are held", s.asked, grown>>20)
	}
	t.Logf("%d requests", s.asked)
}

// TestNoWordsBreakADatabase spoils every field of every form that anyone is shown, and every name in an address, on PostgreSQL: it takes less than SQLite does, and says
// so by an error. A form that one is shown as another was is not spoiled twice.
func TestNoWordsBreakADatabase(t *testing.T) {
	spoiled := map[string]bool{}
	for _, who := range []string{"p-lee", "p-ada", "p-priya", "p-sam", "p-odd"} {
		if underRace && who != "p-lee" {
			break
		}
		t.Run(who, func(t *testing.T) {
			s := &stranger{matrix: matrixOf(t, houseAt(t, storetest.Postgres(t)), nil)}
			s.becomes(who)
			forms := s.forms()
			if len(forms) < 5 {
				t.Fatalf("%s is shown %d forms", who, len(forms))
			}
			for i, path := range slices.Sorted(maps.Keys(forms)) {
				if underRace && i%10 > 0 {
					continue
				}
				form := s.nameless(path) + " " + strings.Join(slices.Sorted(maps.Keys(forms[path])), " ")
				if spoiled[form] {
					continue
				}
				spoiled[form] = true
				s.becomes(who) // some buttons sign out
				s.spoils(path, forms[path])
			}
			if underRace || who != "p-lee" && who != "p-ada" { // who may do most
				return
			}
			for _, r := range s.pages.routes() {
				s.becomes(who)
				s.misnames(r.pattern)
			}
		})
	}
	if len(spoiled) < 40 && !underRace {
		t.Errorf("%d forms were spoiled", len(spoiled))
	}
}

// nameless is an address without the ids in it.
func (s *stranger) nameless(path string) string {
	for _, before := range slices.Sorted(maps.Keys(s.objects)) {
		path = strings.ReplaceAll(path, before+s.objects[before], before)
	}
	return path
}

// becomes begins a session of someone's; nobody has none.
func (s *stranger) becomes(who string) {
	s.Helper()
	if s.secret = ""; who == "" {
		return
	}
	_, secret, err := s.pages.Access.Begin(s.Context(), access.Start{Person: who, Reach: access.Whole}, s.clock.Now())
	s.ok(err)
	s.secret = secret
}
