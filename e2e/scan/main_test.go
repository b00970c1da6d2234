package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/api"
)

func TestWhatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    options
		says string
	}{
		{options{binary: "nowhere/allclear", databases: "sqlite"}, "make build makes it"},
		{options{databases: "oracle"}, `no database "oracle"`},
		{options{databases: "sqlite", only: "sqlite/nmap"}, `called "sqlite/nmap"`},
	} {
		if _, err := run(t.Context(), c.o, io.Discard); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}

// What is not found in the weak server would not be found in Allclear either.
func TestAScanThatIsBlindSaysSo(t *testing.T) {
	t.Parallel()
	all := []finding{{"wapiti", "Cross Site Scripting: XSS", ""}, {"wapiti", "Open Redirect: to", ""}, {"wapiti", "Internal Server Error: 500", ""}, {"sqlmap", "SQL injection: id (GET)", ""}}
	if err := missed(all); err != nil {
		t.Error(err)
	}
	for i := range all {
		if err := missed(slices.Delete(slices.Clone(all), i, i+1)); err == nil || !strings.Contains(err.Error(), all[i].by) {
			t.Errorf("without %v: %v", all[i], err)
		}
	}
}

// The weak server is as weak as it says, without the programs: the scan itself proves the rest each time.
func TestTheWeakServerIsWeak(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "weak")
	if out, err := exec.Command("go", "build", "-o", binary, "./testdata/weak").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	base, end, err := runWeak(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	c := &county{folder: t.TempDir()}
	if err := c.certify(); err != nil {
		t.Fatal(err)
	}
	c.client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true // it made its own
	for path, want := range map[string]string{"/visit?id=2": "there", "/visit?id=9+OR+1%3D1": "here"} {
		if status, answer, err := c.ask(t.Context(), "GET", base+path, "", nil, "Cookie", "open=sesame"); err != nil || status != 200 || !strings.Contains(string(answer), want) {
			t.Errorf("%s: %d %s %v", path, status, answer, err)
		}
	}
	if status, _, err := c.ask(t.Context(), "GET", base+"/visit?id=1", "", nil); err != nil || status != 401 {
		t.Errorf("who is not signed in is answered %d, %v", status, err)
	}
}

func TestAReportIsRead(t *testing.T) {
	t.Parallel()
	found, err := reportOf([]byte(`{"vulnerabilities":{"SQL Injection":[{"method":"POST","path":"/visits/abc/edit","info":"SQL in ref"}],"CRLF":[]},
		"anomalies":{"Internal Server Error":[{"method":"GET","path":"/rota","info":"500"}]},"infos":{}}`))
	want := []finding{{"wapiti", "SQL Injection: SQL in ref", "POST /visits/abc/edit"}, {"wapiti", "Internal Server Error: 500", "GET /rota"}}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("%v %v", found, err)
	}
	if got := found[0].String(); got != "wapiti: SQL Injection: SQL in ref: POST /visits/{id}/edit" {
		t.Error(got)
	}
	for _, broken := range []string{`{}`, `{"vulnerabilities":{}}`, `<html>`} {
		if _, err := reportOf([]byte(broken)); err == nil {
			t.Errorf("%s: a report that names nothing is taken for one of nothing found", broken)
		}
	}
}

func TestOnlyWhatWasTriedToTheEndIsClean(t *testing.T) {
	t.Parallel()
	one := target{method: "GET", path: "/visit?id=1"}
	if found, err := injected([]byte("[CRITICAL] all tested parameters do not appear to be injectable. Try"), one); err != nil || found != nil {
		t.Errorf("%v %v", found, err)
	}
	found, err := injected([]byte("sqlmap identified the following injection point(s) with a total of 39 HTTP(s) requests:\n---\nParameter: id (GET)\n"), one)
	if err != nil || len(found) != 1 || found[0].what != "SQL injection: id (GET)" {
		t.Errorf("%v %v", found, err)
	}
	if _, err := injected([]byte("[20:01:02] [CRITICAL] unable to connect to the target URL\n"), one); err == nil || !strings.Contains(err.Error(), "unable to connect") {
		t.Errorf("%v", err)
	}
}

// A false alarm is one of a program's own words; nothing that Allclear itself did wrong is one.
func TestFalseAlarmsHaveReasons(t *testing.T) {
	t.Parallel()
	for _, k := range falseAlarms {
		if k.by != "wapiti" && k.by != "sqlmap" || len(k.begins) < 20 || len(k.reason) < 20 {
			t.Errorf("%+v", k)
		}
	}
	for _, f := range []finding{{"answers", "answered 500", ""}, {"log", "holds Priya", ""}, {"wapiti", "SQL Injection: x", ""}} {
		if f.known() != "" {
			t.Errorf("%v is excused", f)
		}
	}
}

func TestALogThatTellsIsAFinding(t *testing.T) {
	t.Parallel()
	for line, bad := range map[string]bool{
		`{"level":"DEBUG","msg":"page refused","route":"GET /visits/{id}","status":404}`:    false,
		`{"level":"ERROR","msg":"page failed","route":"POST /visits","error":"read visit"}`: true,
		`{"level":"INFO","msg":"visit of Priya Nair"}`:                                      true,
		`panic: runtime error`:                   true,
		`Allclear begins at https://127.0.0.1:1`: false,
	} {
		if got := badLine(line, []string{"Priya"}); (len(got) > 0) != bad {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestEachAnswerIsNoted(t *testing.T) {
	t.Parallel()
	r := &recorder{statuses: map[int]int{}}
	r.keepFrom([]string{"/sign-out"})
	answers := r.note(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		if q.URL.Path == "/long" {
			_, _ = w.Write(bytes.Repeat([]byte("x"), mostBytes+1)) // a recorder takes all
		}
	}))
	for path, want := range map[string]int{"/": 200, "/broken": 500, "/long": 200, "/sign-out": 403} {
		w := httptest.NewRecorder()
		if answers.ServeHTTP(w, httptest.NewRequest("GET", path, nil)); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	var bad []string
	for _, f := range r.findings() {
		bad = append(bad, f.where)
	}
	slices.Sort(bad)
	if !slices.Equal(bad, []string{"GET /broken", "GET /long"}) || r.asked() != 3 {
		t.Errorf("%v of %d", bad, r.asked())
	}
}

func TestEachValueIsTried(t *testing.T) {
	t.Parallel()
	form := target{method: "POST", path: "/visits/abc*/edit", kind: "application/x-www-form-urlencoded", body: url.Values{"acting": {"p-lee"}, "note": {"a b"}}.Encode()}
	for _, want := range []string{"POST /visits/abc*/edit HTTP/1.1\r\n", "Host: 127.0.0.1:1\r\n", "Cookie: s=1\r\n", "\r\n\r\nacting=p-lee*&note=a+b*"} {
		if got := string(form.request("https://127.0.0.1:1", "s=1")); !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	if got := starredJSON(`{"by":"p-sam","n":4,"list":["a","b"],"in":{"x":"a \"b\""},"flag":true}`); got != `{"by":"p-sam*","n":4*,"list":["a*","b*"],"in":{"x":"a \"b\"*"},"flag":true}` {
		t.Error(got)
	}
}

// A call that is new has to be scanned too.
func TestEveryCallWithABodyHasOne(t *testing.T) {
	t.Parallel()
	known := bodies(time.Now())
	for _, r := range api.Routes() {
		method, _, _ := strings.Cut(r.Pattern, " ")
		if _, has := known[r.Pattern]; has != (method == "POST" || method == "PUT" || method == "PATCH") {
			t.Errorf("%s: a body: %v", r.Pattern, has)
		}
	}
}

func TestModulesAreAllButThoseLeftOut(t *testing.T) {
	t.Parallel()
	got := modulesOf([]byte("[*] Available modules:\n\tbackup\n\t\tUncover\n\n\tnikto\n\t\tBrute\n\n\txss (used by default)\n\t\tDetects\n"))
	if !slices.Equal(got, []string{"backup", "xss"}) {
		t.Error(got)
	}
}
