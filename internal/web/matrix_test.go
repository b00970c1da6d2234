package web

import (
	goflag "flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
)

var update = goflag.Bool("update", false, "write testdata/access.txt anew")

// askers are those who ask for every page and press every button: each what they are to Priya, her visit, her alarm and her
// team.
var askers = []struct{ name, id string }{
	{"nobody", ""},
	{"phone", "p-priya"}, // by the link to her own phone page
	{"Priya", "p-priya"},
	{"colleague", "p-kay"},
	{"on call", "p-sam"},
	{"manager", "p-lee"},
	{"admin", "p-ada"},
	{"auditor", "p-odd"},
	{"elsewhere", "p-nia"}, // a manager and responder of another team
}

// matrix is a house in which Priya's private visit is overdue and Sam is told of it.
type matrix struct {
	*house
	objects map[string]string // what is asked about, by the address before it
}

func openMatrix(t *testing.T) matrix {
	t.Helper()
	h := openHouse(t)
	visit, alarm := h.overdue()
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	h.with("p-odd", "Odd Moe", buddy.Auditor)
	h.elsewhere()
	_, err := h.db.Seal(t.Context(), h.clock.Now())
	h.ok(err)
	locked := h.locked("https://allclear.example.org")
	go locked.pages.runChecks(t.Context()) // ends with the test
	return matrix{locked, map[string]string{"/visits/": visit, "/alarms/": alarm, "/people/": "p-priya", "/teams/": "echo", "/rota/shifts/": "s-sam", "/texts/": "none",
		"/holds/": "none", "/account/passkeys/": "none", "/account/sessions/": "none"}}
}

// at is a route's address about the objects.
func at(pattern string, objects map[string]string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.ReplaceAll(strings.ReplaceAll(path, "{$}", ""), "{secret}", "none")
	path = strings.ReplaceAll(path, "{n}", "1")
	for _, before := range slices.Sorted(maps.Keys(objects)) {
		path = strings.ReplaceAll(path, before+"{id}", before+objects[before])
	}
	return method, path
}

// TestEveryRouteForEveryRole asks for every page and presses every button as each kind of person, about one worker, her private
// visit and its open alarm. A route that is new stands in no row of the table until somebody has looked at who may use it.
func TestEveryRouteForEveryRole(t *testing.T) {
	const file = "testdata/access.txt"
	had, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-42s", "")
	for _, a := range askers {
		fmt.Fprintf(&b, " %-10s", a.name)
	}
	b.WriteString("\n")
	m := openMatrix(t)
	for _, r := range m.pages.routes() {
		fmt.Fprintf(&b, "%-42s", r.pattern)
		for _, a := range askers {
			said := m.answers(r.pattern, a.name, a.id)
			fmt.Fprintf(&b, " %-10s", said)
			if strings.HasPrefix(r.pattern, "POST ") && (said[0] == '2' || said[0] == '3') {
				m = openMatrix(t) // a button that was pressed may have changed what the next one is asked about
			}
		}
		b.WriteString("\n")
	}
	got := regexp.MustCompile(` +\n`).ReplaceAllString(b.String(), "\n")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(had), got); diff != "" {
		t.Errorf("%s is out of date; if each is right, run the test with -update:\n%s", file, diff)
	}
}

// answers is what someone is answered who asks for a route once: its status, or where it leads to prove who they are; with a
// plus where Priya's private words are in it.
func (h matrix) answers(pattern, name, id string) string {
	h.Helper()
	method, path := at(pattern, h.objects)
	form := url.Values{actingField: {id}}
	r := httptest.NewRequest(method, path, nil)
	if method == http.MethodPost {
		r = httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	b := h.browser()
	if id != "" {
		reach := access.Whole
		if name == "phone" {
			reach = access.Phone
		}
		_, secret, err := h.pages.Access.Begin(h.Context(), access.Start{Person: id, Reach: reach}, h.clock.Now())
		h.ok(err)
		b.cookies["__Host-allclear"] = &http.Cookie{Name: "__Host-allclear", Value: secret}
	}
	r.RemoteAddr, r.Host = "192.0.2.7:50000", "allclear.example.org"
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	h.pages.ServeHTTP(w, r)
	switch to := w.Header().Get("Location"); {
	case strings.HasPrefix(to, "/sign-in?") && w.Code == http.StatusSeeOther && !strings.Contains(to, "done="):
		return "sign in"
	case to == "/phone":
		return "phone"
	}
	private := func(words string) bool { return strings.Contains(w.Body.String(), words) }
	if slices.ContainsFunc([]string{"Example Street", "J Smith", "01632 960101", "Ravi Nair"}, private) {
		return fmt.Sprint(w.Code, "+")
	}
	return fmt.Sprint(w.Code)
}
