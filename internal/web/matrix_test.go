package web

import (
	"bytes"
	"encoding/base64"
	goflag "flag"
	"fmt"
	"go/ast"
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
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/signin/testidp"
	"github.com/allclear-safety/allclear/internal/store"
)

var update = goflag.Bool("update", false, "write testdata/access.txt anew")

// askers are those who ask for every page and press every button: each what they are to Priya, her visit, her alarm and her
// team.
var askers = []asker{
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

type asker struct{ name, id string }

// matrix is a house in which Priya's private visit is overdue and Sam is told of it.
type matrix struct {
	*house
	objects map[string]string // what is asked about, by the address before it
	idp     *testidp.Provider // the organisation's own sign-in, to which a button leads
	hers    []string          // Priya's passkeys, her feeds and her session elsewhere, and the hold on her
}

func openMatrix(t *testing.T) matrix {
	t.Helper()
	return matrixOf(t, openHouse(t), nil)
}

// matrixOf makes a house that, with a sign-in that another has left, whose keys are made, or one of its own.
func matrixOf(t *testing.T, h *house, idp *testidp.Provider) matrix {
	t.Helper()
	h.published()
	visit, alarm := h.overdue()
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	h.with("p-odd", "Odd Moe", buddy.Auditor)
	h.elsewhere()
	paper, warning := h.papers(visit)
	_, err := h.db.Seal(t.Context(), h.clock.Now())
	h.ok(err)
	h = h.locked("https://allclear.example.org")
	if idp == nil {
		idp = h.provider("https://allclear.example.org")
	}
	org, err := signin.NewOrganisation(signin.OrganisationOptions{SignIn: h.pages.SignIn, Issuer: idp.Issuer(), ClientID: "allclear", ClientSecret: private.New("s3cret")})
	h.ok(err)
	o := h.pages.Options
	o.Organisation = org
	h.pages, err = New(o)
	h.ok(err)
	go h.pages.runChecks(t.Context()) // ends with the test
	h.pages.Stop()                    // a stream ends after its first event
	objects := map[string]string{"/visits/": visit, "/alarms/": alarm, "/people/": "p-priya", "/teams/": "echo", "/rota/shifts/": "s-sam", "/texts/": "none", "/risks/": paper, "/warnings/": warning}
	objects["/incidents/"], objects["/debriefs/"], objects["/actions/"] = h.afterwards("p-priya")
	objects["/prompts/"] = "p-priya"
	objects["/holds/"], err = h.engine.Hold(t.Context(), engine.Actor{By: "p-ada", Via: "page"}, "person/p-priya", "claim 7")
	h.ok(err)
	h.ok(h.db.AddAccount(t.Context(), store.Account{Person: "p-priya", Handle: []byte("h"), Name: "priya", MadeAt: saturday}))
	for _, id := range []string{"k1", "k2"} { // the last way to sign in is not removed
		h.ok(h.db.AddPasskey(t.Context(), store.Passkey{ID: []byte(id), Person: "p-priya", Name: "a phone", Key: []byte("{}"), AddedAt: saturday}, nil))
	}
	objects["/account/passkeys/"] = base64.RawURLEncoding.EncodeToString([]byte("k1"))
	objects["/imports/"] = "2026-11-21_none" // the manager's
	h.ok(h.db.MakeImport(t.Context(), store.Import{ID: objects["/imports/"], By: "p-lee", Via: "page", AsOf: saturday, MadeAt: saturday}, []byte(`{"Heads":["Mobile"],"Rows":[{"Line":2,"Cells":["07700 900101"]}]}`)))
	session, _, err := h.pages.Access.Begin(t.Context(), access.Start{Person: "p-priya", Reach: access.Whole}, h.clock.Now())
	h.ok(err)
	objects["/account/sessions/"] = session.ID
	objects["/feeds/"], objects["/calendar/"] = "f-priya", "feed-secret"
	h.ok(h.db.AddFeed(t.Context(), store.Feed{ID: objects["/feeds/"], Person: "p-priya", Kind: store.FeedOwn, Name: "a phone", MadeAt: saturday}, objects["/calendar/"], store.By{}))
	m := matrix{h, objects, idp, nil}
	m.hers = m.standing()
	return m
}

// standing is what there is of Priya's passkeys, of her feeds, of the session that she has elsewhere, and of the hold on her.
func (h matrix) standing() (all []string) {
	h.Helper()
	keys, err := h.db.Passkeys(h.Context(), "p-priya")
	h.ok(err)
	for _, k := range keys {
		all = append(all, string(k.ID))
	}
	feeds, err := h.db.Feeds(h.Context(), "p-priya")
	h.ok(err)
	for _, f := range feeds {
		all = append(all, f.ID)
	}
	sessions, err := h.db.Sessions(h.Context(), "p-priya", h.clock.Now())
	h.ok(err)
	for _, s := range sessions {
		if s.ID == h.objects["/account/sessions/"] {
			all = append(all, s.ID)
		}
	}
	holds, err := h.db.HoldsOn(h.Context(), "person/p-priya")
	h.ok(err)
	for _, hold := range holds {
		all = append(all, hold.ID)
	}
	return all
}

// at is a route's address about the objects.
func at(pattern string, objects map[string]string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	switch {
	case pattern == "/":
		method, path = http.MethodGet, "/nowhere"
	case path == "": // by every method
		method, path = http.MethodGet, pattern
	}
	path = strings.ReplaceAll(path, "/calendar/{secret}", "/calendar/"+objects["/calendar/"]+".ics")
	path = strings.NewReplacer("{$}", "", "{secret}", "none", "{n}", "1", "{person}", "p-priya").Replace(path)
	for _, before := range slices.Sorted(maps.Keys(objects)) {
		path = strings.ReplaceAll(path, before+"{id}", before+objects[before])
	}
	return method, path
}

// TestEveryRouteForEveryRole asks for every page and presses every button as each kind of person, about one worker, her private
// visit and its open alarm. A route that is new stands in no row of the table until somebody has looked at who may use it. The
// routes of a demo come last: where people sign in they are not there. Under the race detector, which has nothing to see of what is asked
// one after the other, every eighth route is asked for.
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
	for i, pattern := range everyRoute(m.pages) {
		if underRace && i%8 > 0 {
			had = without(had, pattern)
			continue
		}
		fmt.Fprintf(&b, "%-42s", pattern)
		for _, a := range askers {
			said := m.answers(pattern, a.name, a.id)
			fmt.Fprintf(&b, " %-10s", said)
			if strings.HasPrefix(pattern, "POST ") && (said[0] == '2' || said[0] == '3') {
				m = matrixOf(t, openHouse(t), m.idp) // a button that was pressed may have changed what the next one is asked about
			}
		}
		b.WriteString("\n")
	}
	got := regexp.MustCompile(` +\n`).ReplaceAllString(b.String(), "\n")
	if *update && !underRace {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(had), got); diff != "" {
		t.Errorf("%s is out of date; if each is right, run the test with -update:\n%s", file, diff)
	}
}

// without is a table without a route's row.
func without(table []byte, pattern string) []byte {
	return slices.Concat(slices.DeleteFunc(slices.Collect(bytes.Lines(table)), func(line []byte) bool { return bytes.HasPrefix(line, []byte(pattern+" ")) })...)
}

// everyRoute lists all routes that there are anywhere: those of pages, and those of a demo.
func everyRoute(p *Pages) []string {
	var patterns []string
	for _, r := range p.table() {
		patterns = append(patterns, r.pattern)
	}
	for _, pattern := range DemoRoutes() {
		if !slices.Contains(patterns, pattern) {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

// outside lists the routes that have no row in the table of who may.
func outside(table string, patterns []string) (without []string) {
	for _, pattern := range patterns {
		if !strings.Contains(table, "\n"+pattern+" ") {
			without = append(without, pattern)
		}
	}
	return without
}

// TestANewRouteNeedsARow proves of the table that no route can be outside it: one that is new has no row, and nothing is routed but by
// the table.
func TestANewRouteNeedsARow(t *testing.T) {
	raw, err := os.ReadFile("testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := everyRoute(openMatrix(t).pages)
	if without := outside(string(raw), all); len(without) > 0 {
		t.Errorf("without a row: %v", without)
	}
	if without := outside(string(raw), append(all, "GET /new-and-unseen", "POST /visits/{id}/glas")); !slices.Equal(without, []string{"GET /new-and-unseen", "POST /visits/{id}/glas"}) {
		t.Errorf("of two new ones without a row: %v", without)
	}
	for _, pattern := range []string{"GET /live", "GET /visits/{id}/late", "GET /static/", "/", "POST /demo/speed", "POST /acting", "POST /sign-in/organisation/ended"} {
		if !slices.Contains(all, pattern) {
			t.Errorf("the table is not asked about %s", pattern)
		}
	}
	var routed []string
	eachSource(t, "*.go", func(name string, parsed *ast.File) {
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, is := n.(*ast.SelectorExpr); is && (call.Sel.Name == "Handle" || call.Sel.Name == "HandleFunc") {
				routed = append(routed, name)
			}
			return true
		})
	})
	if !slices.Equal(routed, []string{"routes.go"}) {
		t.Errorf("routes are added in %v, and not once, from the table", routed)
	}
}

// answers is what someone is answered who asks for a route once: its status, or where it leads to prove who they are; with a
// plus where Priya's private words are in it, and a minus where a passkey or a feed of hers, her session elsewhere or the hold on her is gone.
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
	r.RemoteAddr, r.Host = fmt.Sprintf("192.0.2.%d:50000", 1+slices.IndexFunc(askers, func(a asker) bool { return a.name == name })), "allclear.example.org"
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
	if !slices.Equal(h.standing(), h.hers) {
		return fmt.Sprint(w.Code, "-")
	}
	return fmt.Sprint(w.Code)
}
