package api_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/api"
)

var update = flag.Bool("update", false, "write testdata/access.txt anew")

// Every call is made with every scope, with none and with a token that nobody gave, and what becomes of it is held against a file
// that people read: a new call fails here until its line is there. What a call is about is a colleague's open alarm and private visit.
func TestEveryCallForEveryScope(t *testing.T) {
	const golden = "testdata/access.txt"
	o := onSQLite(t)
	visit, alarm := o.overdue()
	var got strings.Builder
	fmt.Fprintln(&got, "# What each token may call, by its scope: yes, or the status that refuses. Written by: go test ./internal/api -run Scope -update")
	for _, route := range api.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = strings.NewReplacer("/visits/{id}", "/visits/"+visit, "/alarms/{id}", "/alarms/"+alarm, "/people/{id}", "/people/p-priya",
			"/teams/{id}", "/teams/echo", "/shifts/{id}", "/shifts/none").Replace(path)
		if strings.Contains(path, "{") {
			t.Fatalf("%s: what is it about?", route.Pattern)
		}
		fmt.Fprintf(&got, "%s:", route.Pattern)
		for _, token := range []string{"admin", "act", "write", "read", "unknown"} {
			fmt.Fprintf(&got, " %s %s,", token, o.as(token).verdict(method, path))
		}
		without := *o
		without.token = ""
		fmt.Fprintf(&got, " none %s", without.verdict(method, path))
		fmt.Fprintln(&got)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("what each scope may call has changed:\n%s", diff)
	}
}

// verdict says whether the office's token may make a call. Its body is one that every call refuses, so that none changes anything.
func (o *office) verdict(method, path string) string {
	ctx, stop := context.WithCancel(o.Context())
	defer stop()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(`{"no such field":1}`))
	r.Header.Set("Content-Type", "application/json")
	if o.token != "" {
		r.Header.Set("Authorization", "Bearer "+o.token)
	}
	answer := headed{httptest.NewRecorder(), stop} // the stream of events goes on until it is left
	o.api.ServeHTTP(answer, r)
	switch code := answer.Code; code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprint(code)
	case http.StatusOK, http.StatusNotFound, http.StatusUnprocessableEntity:
		return "yes"
	default:
		o.Errorf("%s %s: %d %s", method, path, code, answer.Body)
		return fmt.Sprint(code)
	}
}

// headed leaves as soon as the answer begins.
type headed struct {
	*httptest.ResponseRecorder
	leave func()
}

func (h headed) WriteHeader(status int) {
	h.ResponseRecorder.WriteHeader(status)
	h.leave()
}
