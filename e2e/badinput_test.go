package e2e_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
)

const (
	bad     = http.StatusBadRequest
	refused = http.StatusUnprocessableEntity
)

// with is a form with changes; a nil value takes the field out.
func with(form town.Form, changes town.Form) town.Form {
	changed := town.Form{}
	maps.Copy(changed, form)
	for name, value := range changes {
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
	}
	return changed
}

// Each is refused with the field that is wrong, and nothing has changed.
func TestBadInputIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 10})
	w.Settle(nil)
	visit := w.Book(10*time.Minute, time.Hour)
	before, texts := w.Visit(visit.ID), len(w.Texts())
	form := w.VisitForm(2*time.Hour, time.Hour)
	in := func(d time.Duration) string { return town.Instant(w.Now().Add(d)) }
	for _, c := range []struct {
		what, method, path string
		body               any
		field              string
		status             []int
	}{
		{"no JSON", "POST", "/visits", []byte(`{"worker":`), "", []int{bad}},
		{"a list for an object", "POST", "/visits", []byte(`[]`), "", []int{bad, refused}},
		{"a number for a text", "POST", "/visits", with(form, town.Form{"worker": 7}), "worker", []int{bad, refused}},
		{"an unknown field", "POST", "/visits", with(form, town.Form{"expected_end": in(time.Hour)}), "expected_end", []int{bad, refused}},
		{"an unknown field of a plan", "PUT", "/teams/echo", town.TeamForm(town.Form{"gracee": "15m"}), "gracee", []int{bad, refused}},
		{"a megabyte", "POST", "/visits", with(form, town.Form{"address": strings.Repeat("x", 1<<20)}), "", []int{http.StatusRequestEntityTooLarge}},
		{"no worker", "POST", "/visits", with(form, town.Form{"worker": nil}), "worker", []int{refused}},
		{"an unknown worker", "POST", "/visits", with(form, town.Form{"worker": "p-nobody"}), "worker", []int{refused}},
		{"an unknown kind", "POST", "/visits", with(form, town.Form{"kind": "raid"}), "kind", []int{refused}},
		{"an instant that is none", "POST", "/visits", with(form, town.Form{"starts_at": "tomorrow"}), "starts_at", []int{bad, refused}},
		{"an end before its start", "POST", "/visits", with(form, town.Form{"expected_end_at": in(time.Hour)}), "expected_end_at", []int{refused}},
		{"an expected end already gone", "POST", "/visits", with(form, town.Form{"starts_at": in(-2 * time.Hour), "expected_end_at": in(-time.Hour)}), "expected_end_at", []int{refused}},
		{"a start over 12 h past", "POST", "/visits", with(form, town.Form{"starts_at": in(-13 * time.Hour), "expected_end_at": in(time.Hour)}), "starts_at", []int{refused}},
		{"a visit over 24 h", "POST", "/visits", with(form, town.Form{"expected_end_at": in(27 * time.Hour)}), "expected_end_at", []int{refused}},
		{"a visit's end moved before its start", "PATCH", "/visits/" + visit.ID, town.Form{"expected_end_at": in(time.Minute)}, "expected_end_at", []int{refused}},
		{"a visit that is not there", "PATCH", "/visits/nothing", town.Form{"expected_end_at": in(time.Hour)}, "", []int{http.StatusNotFound}},
		{"a mobile that is no number", "PUT", "/people/p-priya", with(town.PersonForm(town.Priya), town.Form{"mobile": "banana"}), "mobile", []int{refused}},
		{"a mobile with an extension", "PUT", "/people/p-priya", with(town.PersonForm(town.Priya), town.Form{"mobile": "01632 960101 ext 5"}), "mobile", []int{refused}},
		{"an emergency number that is her own", "PUT", "/people/p-priya", with(town.PersonForm(town.Priya), town.Form{
			"emergency_contacts": []town.Form{{"name": "Ravi", "relation": "husband", "phone": "07700 900101"}}}), "emergency_contacts", []int{refused}},
		{"an unknown role", "PUT", "/people/p-priya", with(town.PersonForm(town.Priya), town.Form{"roles": []string{"boss"}}), "roles", []int{refused}},
		{"an unknown team", "PUT", "/people/p-priya", with(town.PersonForm(town.Priya), town.Form{"team": "nowhere"}), "team", []int{refused}},
		{"a grace over an hour", "PUT", "/teams/echo", town.TeamForm(town.Form{"grace": "90m"}), "grace", []int{refused}},
		{"a zone that is none", "PUT", "/teams/echo", with(town.TeamForm(nil), town.Form{"zone": "Europe/Camelot"}), "zone", []int{refused}},
		{"a second first responder", "POST", "/shifts", town.ShiftForm(town.Lee, 1, w.Now(), 8*time.Hour), "order", []int{http.StatusConflict, refused}},
		{"a shift of nobody", "POST", "/shifts", with(town.ShiftForm(town.Lee, 3, w.Now(), time.Hour), town.Form{"person": "p-nobody"}), "person", []int{refused}},
		{"a shift that ends before it starts", "POST", "/shifts", town.ShiftForm(town.Lee, 3, w.Now(), -time.Hour), "ends_at", []int{refused}},
		{"a shift in place 0", "POST", "/shifts", town.ShiftForm(town.Lee, 0, w.Now(), time.Hour), "order", []int{refused}},
		{"a check-in of nobody", "POST", "/checkins", town.Form{"person": "p-nobody", "text": "IN"}, "person", []int{refused}},
		{"a check-in that says nothing", "POST", "/checkins", town.Form{"person": town.Priya.ID}, "", []int{refused}},
		{"a check-in of an unknown kind", "POST", "/checkins", town.Form{"person": town.Priya.ID, "kind": "maybe"}, "kind", []int{refused}},
		{"an alarm of nobody", "POST", "/alarms", town.Form{"worker": "p-nobody", "kind": "duress", "by": town.Ann.ID}, "worker", []int{refused}},
		{"an alarm that is not there", "POST", "/alarms/nothing/acknowledge", town.Form{"by": town.Sam.ID}, "", []int{http.StatusNotFound}},
		{"alarms of an unknown status", "GET", "/alarms?status=ajar", nil, "status", []int{bad, refused}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w.On(t).Refused(town.Request{Method: c.method, Path: c.path, Body: c.body}, c.field, c.status...)
		})
	}
	if after := w.Visit(visit.ID); !reflect.DeepEqual(before, after) {
		t.Errorf("the visit changed from %+v to %+v", before, after)
	}
	w.NoAlarm()
	w.Check(len(w.Texts()) == texts, "nobody is texted")
}

// Without a token, or with one that is not known, the API says nothing.
func TestTheAPINeedsItsToken(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 10})
	w.Settle(nil)
	visit := w.Book(10*time.Minute, time.Hour)
	for _, token := range []string{"none", "nonsense"} {
		for _, path := range []string{"/visits/" + visit.ID, "/alarms?status=open", "/visits/nothing"} {
			r := town.Request{Method: http.MethodGet, Path: path, Token: token}
			w.Refused(r, "", http.StatusUnauthorized)
			w.Check(!strings.Contains(string(w.Do(r).Body), town.ServiceUser), "nothing of the visit is said")
		}
	}
}

// The document of the API is served, and knows every call of the contract.
func TestTheAPIDescribesItself(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 10})
	answer := w.Do(town.Request{Method: http.MethodGet, Path: "/openapi.json"})
	var document struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(answer.Body, &document); err != nil || !strings.HasPrefix(document.OpenAPI, "3.1") {
		t.Fatalf("no OpenAPI 3.1 document: %v", err)
	}
	for _, call := range []string{
		"get /clock", "put /teams/{id}", "put /people/{id}", "post /shifts", "post /visits", "get /visits/{id}", "patch /visits/{id}", "post /visits/{id}/cancel",
		"post /checkins", "get /alarms", "post /alarms", "post /alarms/{id}/acknowledge", "post /alarms/{id}/calls", "post /alarms/{id}/police",
		"post /alarms/{id}/liaison", "post /alarms/{id}/harmed", "post /alarms/{id}/close", "get /alarms/{id}/handover",
	} {
		method, path, _ := strings.Cut(call, " ")
		_, plain := document.Paths[path][method]
		_, full := document.Paths["/api/v1"+path][method]
		if !plain && !full {
			t.Errorf("%s is not described", call)
		}
	}
}
