package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/web"
)

// mostPages is how many pages of one role are looked at for forms.
const mostPages = 120

// target is one request that sqlmap changes: each value in its query and its body, and each part of its path that names something.
type target struct {
	method, path string // the path with its query, a star after what is to be changed
	kind         string // of the body
	body         string
	headers      []string
}

// String is the target without the ids in it, for the names of files and for telling one from another.
func (t target) String() string { return t.method + " " + nameless(t.path) }

var named = regexp.MustCompile(`/(visits|alarms|people|teams|texts|shifts|sessions|passkeys|join|phone)/[^/?]+`)

// nameless is a path without what it names.
func nameless(path string) string {
	path, query, _ := strings.Cut(path, "?")
	path = named.ReplaceAllStringFunc(path, func(found string) string {
		if strings.HasSuffix(found, "/new") {
			return found
		}
		return found[:strings.LastIndex(found, "/")] + "/{id}"
	})
	values, _ := url.ParseQuery(query) // what cannot be read has no names
	if names := slices.Sorted(maps.Keys(values)); len(names) > 0 {
		path += "?" + strings.Join(names, "&")
	}
	return path
}

// seen is what someone finds who looks at every page there is for them.
type seen struct {
	pages   []string // addresses that answered 200
	targets []target
}

// walker looks at pages.
type walker struct {
	p       *person
	waiting []string
	known   map[string]int // how often a page was met, by its address without ids
	forms   map[string]target
	pages   []string
}

// walk looks at every page of the table, and at what these link to.
func (p *person) walk(ctx context.Context) (seen, error) {
	w := &walker{p: p, known: map[string]int{}, forms: map[string]target{}}
	for _, pattern := range (&web.Pages{Options: web.Options{SignIn: new(signin.SignIn)}}).Addresses() {
		w.meet(p.c.here.fill(strings.TrimPrefix(pattern, "GET ")))
	}
	for len(w.waiting) > 0 && len(w.pages) < mostPages {
		next := w.waiting[0]
		w.waiting = w.waiting[1:]
		if err := w.look(ctx, next); err != nil {
			return seen{}, fmt.Errorf("look at %s: %w", next, err)
		}
	}
	s := seen{pages: w.pages}
	for _, key := range slices.Sorted(maps.Keys(w.forms)) {
		s.targets = append(s.targets, w.forms[key])
	}
	slices.SortStableFunc(s.targets, func(a, b target) int { return cmp.Compare(b.method, a.method) }) // what changes something first
	return s, nil
}

// fill puts what is there into a pattern of net/http.
func (i ids) fill(pattern string) string {
	return strings.NewReplacer("{$}", "", "{secret}", "none", "/visits/{id}", "/visits/"+i.visit, "/alarms/{id}", "/alarms/"+i.alarm, "/shifts/{id}", "/shifts/"+i.shift,
		"/people/{id}", "/people/"+town.Priya.ID, "/teams/{id}", "/teams/echo", "{id}", "none").Replace(pattern)
}

// meet notes a page that is to be looked at. Two of each kind are enough.
func (w *walker) meet(path string) {
	path, _, _ = strings.Cut(path, "#")
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.HasPrefix(path, "/static/") || path == "/live" {
		return
	}
	w.known[path]++
	kind := nameless(path)
	if w.known[path] > 1 || path != kind && w.known[kind] >= 2 {
		return
	}
	if path != kind {
		w.known[kind]++
	}
	w.waiting = append(w.waiting, path)
}

// look opens a page and notes what leads on from there.
func (w *walker) look(ctx context.Context, path string) error {
	status, page, err := w.p.c.ask(ctx, http.MethodGet, w.p.c.url+path, "", nil, "Cookie", w.p.cookie())
	if err != nil {
		return err
	}
	if address, err := url.Parse(path); err == nil {
		w.note(lookedAt(address))
	}
	if status != http.StatusOK {
		return nil
	}
	w.pages = append(w.pages, path)
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return err
	}
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a":
			w.meet(attribute(n, "href"))
		case n.Data == "form":
			w.form(n, path)
		}
	}
	return nil
}

// lookedAt is a page as a target: what it names, its query, and a query of the names that some pages know.
func lookedAt(address *url.URL) target {
	query := address.Query()
	if len(query) == 0 {
		query = url.Values{"fragment": {"content"}, "then": {"/"}, "day": {"2026-11-22"}, "done": {"saved"}}
	}
	return target{method: http.MethodGet, path: starred(address.Path) + "?" + query.Encode()}
}

// starred marks what a path names.
func starred(path string) string {
	return named.ReplaceAllStringFunc(path, func(found string) string {
		if strings.HasSuffix(found, "/new") {
			return found
		}
		return found + "*"
	})
}

func (w *walker) note(t target) {
	key := t.String()
	if values, err := url.ParseQuery(t.body); err == nil {
		key += " " + strings.Join(slices.Sorted(maps.Keys(values)), "&")
	}
	if _, known := w.forms[key]; !known {
		w.forms[key] = t
	}
}

// form notes a form, filled in as it stands.
func (w *walker) form(form *html.Node, page string) {
	action := attribute(form, "action")
	if action == "" {
		action = page
	}
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Type == html.ElementNode && name != "" {
			field(values, n, name)
		}
	}
	if strings.EqualFold(attribute(form, "method"), http.MethodPost) {
		if slices.ContainsFunc(w.p.leaves(), func(leave string) bool { return strings.HasPrefix(action, leave) }) {
			return
		}
		path, _, _ := strings.Cut(action, "?")
		w.note(target{method: http.MethodPost, path: starred(path), kind: "application/x-www-form-urlencoded", body: values.Encode()})
		return
	}
	w.meet(action + "?" + values.Encode())
}

// field fills in one field of a form: what it holds, else something that fits.
func field(values url.Values, n *html.Node, name string) {
	value := attribute(n, "value")
	switch n.Data {
	case "input":
		if kind := attribute(n, "type"); (kind == "radio" || kind == "checkbox") && values.Has(name) && !has(n, "checked") {
			return
		}
	case "select":
		for option := range n.Descendants() {
			if option.Data == "option" && (value == "" || has(option, "selected")) {
				value = attribute(option, "value")
			}
		}
	case "textarea":
		if n.FirstChild != nil {
			value = n.FirstChild.Data
		}
	case "button":
	default:
		return
	}
	if value == "" {
		value = "1"
	}
	values.Set(name, value)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// bodies are what each call of the API that has a body is sent.
func bodies(at time.Time) map[string]town.Form {
	by, note := town.Sam.ID, "rang twice"
	return map[string]town.Form{
		"PUT /api/v1/teams/{id}":               town.TeamForm(nil),
		"PUT /api/v1/people/{id}":              town.PersonForm(town.Priya),
		"POST /api/v1/shifts":                  town.ShiftForm(town.Ann, 4, at.Add(50*time.Hour), time.Hour),
		"POST /api/v1/visits":                  visitForm(at.Add(60 * time.Hour)),
		"PATCH /api/v1/visits/{id}":            {"expected_end_at": town.Instant(at.Add(4 * time.Hour)), "address": town.Address},
		"POST /api/v1/visits/{id}/cancel":      {"by": town.Priya.ID, "reason": note},
		"POST /api/v1/checkins":                {"person": town.Priya.ID, "text": "running late, out by 4", "by": by, "via": "call"},
		"POST /api/v1/alarms":                  {"worker": town.Priya.ID, "kind": "distress", "by": town.Ann.ID},
		"POST /api/v1/alarms/{id}/acknowledge": {"by": by},
		"POST /api/v1/alarms/{id}/calls":       {"by": by, "to": "+447700900102", "result": "no_answer", "note": note},
		"POST /api/v1/alarms/{id}/police":      {"by": by, "reference": "GP-1", "officer": "PC Low", "attending": true, "next_update_at": town.Instant(at.Add(time.Hour)), "note": note},
		"POST /api/v1/alarms/{id}/liaison":     {"by": by, "note": note},
		"POST /api/v1/alarms/{id}/harmed":      {"by": by, "note": note},
		"POST /api/v1/alarms/{id}/hold":        {"by": by, "second_person": town.Lee.ID, "note": note},
		"POST /api/v1/alarms/{id}/reassure":    {"by": by, "note": note},
		"POST /api/v1/alarms/{id}/close":       {"by": by, "evidence": "spoke_worker", "note": note, "second_person": town.Lee.ID, "away_from_place": true},
	}
}

// document is what the API says of itself, as far as it is needed here.
type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Parameters map[string]parameter }
}

type operation struct {
	Parameters  []parameter
	RequestBody *struct{}
}

type parameter struct {
	Ref      string `json:"$ref"`
	Name, In string
}

// calls are the calls of the API as its own document has them: with each parameter, and a body where there is one.
func (c *county) calls(ctx context.Context) ([]target, error) {
	_, raw, err := c.ask(ctx, http.MethodGet, c.url+"/api/v1/openapi.json", "", nil)
	if err != nil {
		return nil, err
	}
	return callsOf(raw, c.here, c.token, bodies(time.Now()))
}

func callsOf(raw []byte, here ids, token string, bodies map[string]town.Form) ([]target, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read the API's document: %w", err)
	}
	var list []target
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			o := d.Paths[path][method]
			if path == "/api/v1/stream" { // it answers for as long as anyone listens
				continue
			}
			t := target{method: strings.ToUpper(method), path: starred(here.fill(path)), headers: []string{"Authorization", "Bearer " + token}}
			t.add(o, d.Components.Parameters)
			if o.RequestBody != nil {
				body, err := json.Marshal(bodies[t.method+" "+path])
				if err != nil || string(body) == "null" {
					return nil, fmt.Errorf("%s %s has a body, and the scan has none for it", t.method, path)
				}
				t.kind, t.body = "application/json", string(body)
			}
			list = append(list, t)
		}
	}
	return list, nil
}

// add adds an operation's parameters.
func (t *target) add(o operation, shared map[string]parameter) {
	query := url.Values{}
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p = shared[p.Ref[strings.LastIndex(p.Ref, "/")+1:]]
		}
		switch p.In {
		case "query":
			query.Set(p.Name, values[p.Name])
		case "header":
			t.headers = append(t.headers, p.Name, "k-1*")
		}
	}
	if len(query) > 0 {
		t.path += "?" + query.Encode()
	}
}

// values are what a parameter in a query is sent.
var values = map[string]string{"by": town.Sam.ID, "limit": "10", "status": "open", "team": "echo", "worker": town.Priya.ID, "live": "true",
	"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
