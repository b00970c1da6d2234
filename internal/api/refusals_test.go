package api_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	aTeam   = `{"name":"ECHo","zone":"Europe/London","plan":{"fallback":"p-lee"}}`
	aPerson = `{"name":"Kim Ito","team":"echo","roles":["worker"],"mobile":"07700 900131"}`
	aShift  = `{"person":"p-lee","starts_at":"2026-11-21T00:00:00Z","ends_at":"2026-11-22T00:00:00Z","order":2}`
)

// Each bad input is refused by the field that is wrong, and changes nothing.
func TestBadInputNamesItsField(t *testing.T) {
	visit := func(changes map[string]any) string { return with(aVisit, changes) }
	person := func(changes map[string]any) string { return with(aPerson, changes) }
	contact := func(phone string) []any { return []any{map[string]any{"name": "Jo", "phone": phone}} }
	tests := []struct{ name, method, path, body, field string }{
		{"an end before its start", "POST", "/visits", visit(map[string]any{"expected_end_at": "2026-11-21T14:20:00Z"}), "expected_end_at"},
		{"an end already gone", "POST", "/visits", visit(map[string]any{"starts_at": "2026-11-21T12:00:00Z", "expected_end_at": "2026-11-21T13:00:00Z"}), "expected_end_at"},
		{"a start more than 12 h past", "POST", "/visits", visit(map[string]any{"starts_at": "2026-11-21T01:59:00Z"}), "starts_at"},
		{"a visit longer than 24 h", "POST", "/visits", visit(map[string]any{"expected_end_at": "2026-11-22T14:31:00Z"}), "expected_end_at"},
		{"an unknown worker", "POST", "/visits", visit(map[string]any{"worker": "p-nobody"}), "worker"},
		{"no worker", "POST", "/visits", visit(map[string]any{"worker": nil}), "worker"},
		{"an unknown kind", "POST", "/visits", visit(map[string]any{"kind": "party"}), "kind"},
		{"an unknown responder", "POST", "/visits", visit(map[string]any{"responders": []string{"p-nobody"}}), "responders"},
		{"an instant without offset", "POST", "/visits", visit(map[string]any{"starts_at": "2026-11-21T14:30:00"}), "starts_at"},
		{"an instant that is a number", "POST", "/visits", visit(map[string]any{"starts_at": 1795271400}), "starts_at"},
		{"a flag that is a string", "POST", "/visits", visit(map[string]any{"private": "yes"}), "private"},
		{"an unknown field", "POST", "/visits", visit(map[string]any{"adress": "1 Example Street"}), "adress"},
		{"an id with a slash", "POST", "/visits", visit(map[string]any{"external_id": "a/b"}), "external_id"},
		{"an address over its length", "POST", "/visits", visit(map[string]any{"address": strings.Repeat("a", 1001)}), "address"},
		{"an unknown actor", "POST", "/visits", visit(map[string]any{"by": "p-nobody"}), "by"},
		{"an overlap", "POST", "/visits", visit(map[string]any{"external_id": "cal-2", "worker": "p-ann"}), "starts_at"},
		{"an end moved before the start", "PATCH", "/visits/busy", `{"expected_end_at":"2026-11-21T14:00:00Z"}`, "expected_end_at"},
		{"a start that is null", "PATCH", "/visits/busy", `{"starts_at":null}`, "starts_at"},
		{"nobody who cancels", "POST", "/visits/busy/cancel", `{"reason":"away"}`, "by"},
		{"a number that is no number", "PUT", "/people/p-kim", person(map[string]any{"mobile": "call me"}), "mobile"},
		{"a number that is too short", "PUT", "/people/p-kim", person(map[string]any{"home_phone": "999"}), "home_phone"},
		{"a contact on the worker's own number", "PUT", "/people/p-kim", person(map[string]any{"emergency_contacts": contact("07700 900131")}), "emergency_contacts[0].phone"},
		{"a contact's number that is none", "PUT", "/people/p-kim", person(map[string]any{"emergency_contacts": contact("x")}), "emergency_contacts[0].phone"},
		{"an unknown field of a vehicle", "PUT", "/people/p-kim", person(map[string]any{"vehicle": map[string]any{"color": "blue"}}), "vehicle.color"},
		{"an unknown role", "PUT", "/people/p-kim", person(map[string]any{"roles": []string{"boss"}}), "roles"},
		{"an unknown team", "PUT", "/people/p-kim", person(map[string]any{"team": "nowhere"}), "team"},
		{"no name", "PUT", "/people/p-kim", person(map[string]any{"name": nil}), "name"},
		{"an id in the address that is none", "PUT", "/people/p%20kim", aPerson, "id"},
		{"a name that nobody can see", "PUT", "/teams/new", with(aTeam, map[string]any{"name": "\u200b"}), "name"},
		{"a plan without a fallback", "PUT", "/teams/new", with(aTeam, map[string]any{"plan": map[string]any{}}), "plan.fallback"},
		{"a grace over its bound", "PUT", "/teams/new", with(aTeam, map[string]any{"plan": map[string]any{"fallback": "p-lee", "grace": "2h"}}), "plan.grace"},
		{"a phrase that is an everyday word", "PUT", "/teams/new", with(aTeam, map[string]any{"plan": map[string]any{"fallback": "p-lee", "duress_phrase": "garden"}}), "plan.duress_phrase"},
		{"a phrase that is a common name", "PUT", "/teams/new", with(aTeam, map[string]any{"plan": map[string]any{"fallback": "p-lee", "duress_phrase": "Sara"}}), "plan.duress_phrase"},
		{"an unknown setting", "PUT", "/teams/new", with(aTeam, map[string]any{"plan": map[string]any{"fallback": "p-lee", "gracee": "5m"}}), "plan.gracee"},
		{"a zone that is none", "PUT", "/teams/new", with(aTeam, map[string]any{"zone": "Gloucester"}), "zone"},
		{"a shift that ends before it starts", "POST", "/shifts", with(aShift, map[string]any{"ends_at": "2026-11-20T00:00:00Z"}), "ends_at"},
		{"a shift over 31 days", "POST", "/shifts", with(aShift, map[string]any{"ends_at": "2026-12-23T00:00:00Z"}), "ends_at"},
		{"two shifts in one place", "POST", "/shifts", with(aShift, map[string]any{"order": 1}), "order"},
		{"a place that is none", "POST", "/shifts", with(aShift, map[string]any{"order": 0}), "order"},
		{"an order that is a fraction", "POST", "/shifts", with(aShift, map[string]any{"order": 1.5}), "order"},
		{"an unknown person on call", "POST", "/shifts", with(aShift, map[string]any{"person": "p-nobody"}), "person"},
		{"an unknown team on call", "POST", "/shifts", with(aShift, map[string]any{"teams": []string{"nowhere"}}), "teams"},
		{"a check-in of nobody", "POST", "/checkins", `{"person":"p-nobody","text":"in"}`, "person"},
		{"a check-in that says nothing", "POST", "/checkins", `{"person":"p-ann"}`, "text"},
		{"a check-in of an unknown kind", "POST", "/checkins", `{"person":"p-ann","kind":"asleep"}`, "kind"},
		{"a new time already gone", "POST", "/checkins", `{"person":"p-ann","kind":"late","until":"2026-11-21T13:00:00Z"}`, "until"},
		{"late without a time", "POST", "/checkins", `{"person":"p-ann","kind":"late"}`, "until"},
		{"by a call of nobody", "POST", "/checkins", `{"person":"p-ann","text":"in","via":"call"}`, "by"},
		{"another's visit", "POST", "/checkins", `{"person":"p-priya","kind":"out","visit":"busy"}`, "visit"},
		{"an alarm of silence", "POST", "/alarms", `{"worker":"p-ann","kind":"overdue","by":"p-sam"}`, "kind"},
		{"an alarm raised by nobody", "POST", "/alarms", `{"worker":"p-ann","kind":"duress"}`, "by"},
		{"a status that is none", "GET", "/alarms?status=loud", "", "status"},
		{"a parameter that is none", "GET", "/alarms?state=open", "", "state"},
		{"a span the wrong way round", "GET", "/visits?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", "", "to"},
		{"a clock that is neither", "GET", "/visits?live=maybe", "", "live"},
		{"a limit of none", "GET", "/visits?limit=0", "", "limit"},
	}
	each(t, func(o *office) {
		o.must("POST", "/visits", with(aVisit, map[string]any{"external_id": "busy", "worker": "p-ann"}), 201)
		before := o.state()
		for _, tt := range tests {
			got := o.call(tt.method, tt.path, tt.body)
			if got.Code != 422 {
				o.Errorf("%s: %d %s", tt.name, got.Code, got.Body)
				continue
			}
			if fields := got.fields(); !slices.Contains(fields, tt.field) {
				o.Errorf("%s: names %v, not %s", tt.name, fields, tt.field)
			}
		}
		if after := o.state(); after != before {
			o.Errorf("something changed:\n%s\n%s", before, after)
		}
	})
}

// state is all that bad input could have changed.
func (o *office) state() string {
	o.Helper()
	var all strings.Builder
	for _, path := range []string{"/visits", "/teams", "/shifts", "/alarms", "/people/p-ann", "/people/p-priya"} {
		all.WriteString(o.must("GET", path, "", 200).Body.String())
	}
	o.must("GET", "/people/p-kim", "", 404)
	return all.String()
}

func TestEveryWrongFieldIsNamedAtOnce(t *testing.T) {
	o := onSQLite(t)
	got := o.must("POST", "/visits", `{"worker":5,"starts_at":"soon","privat":true}`, 422)
	if fields := got.fields(); !slices.Equal(fields, []string{"kind", "expected_end_at", "worker", "starts_at", "privat"}) {
		t.Errorf("%v", fields)
	}
	if !strings.Contains(got.Body.String(), `the nearest is \"private\"`) {
		t.Errorf("%s", got.Body)
	}
}

func TestAnActionOnAnAlarmSaysWhatItLacks(t *testing.T) {
	o := onSQLite(t)
	_, alarm := o.overdue()
	for action, want := range map[string]struct{ body, field string }{
		"acknowledge": {`{}`, "by"},
		"calls":       {`{"by":"p-sam","to":"x","result":"no_answer"}`, "to"},
		"police":      {`{"by":"p-sam","next_update_at":"2026-11-21T15:00:00Z"}`, "next_update_at"},
		"liaison":     {`{"by":"p-sam"}`, "note"},
		"harmed":      {`{"by":"p-priya"}`, "by"},
		"close":       {`{"by":"p-sam","evidence":"a feeling","note":"x","visit":"ended"}`, "evidence"},
		"hold":        {`{"by":"p-sam","note":"x"}`, "second_person"},
	} {
		got := o.must("POST", "/alarms/"+alarm+"/"+action, want.body, 422)
		if !slices.Contains(got.fields(), want.field) {
			t.Errorf("%s: %v", action, got.fields())
		}
	}
	for action, body := range map[string]string{
		"hold":    `{"by":"p-sam","second_person":"p-lee","note":"  "}`,
		"liaison": `{"by":"p-sam","note":" \n\t"}`,
		"calls":   `{"by":"p-sam","to":"  ","result":"no_answer"}`,
	} {
		o.must("POST", "/alarms/"+alarm+"/"+action, body, 422)
	}
	if got := o.must("POST", "/alarms/"+alarm+"/calls", `{"by":"p-sam","to":"07700900102","result":"hung_up"}`, 422).fields(); !slices.Equal(got, []string{"result"}) {
		t.Errorf("%v", got)
	}
	got := o.must("POST", "/alarms/"+alarm+"/close", `{"by":"p-sam","evidence":"spoke_worker","note":"x","visit":"over"}`, 422)
	if !slices.Equal(got.fields(), []string{"visit"}) {
		t.Errorf("%v", got.fields())
	}
	o.must("GET", "/alarms/"+alarm, "", 200).says("acknowledged_by", nil)
}

func TestMalformedRequests(t *testing.T) {
	o := onSQLite(t)
	for name, tt := range map[string]struct {
		body    string
		headers []string
		status  int
	}{
		"empty":                 {"", nil, 400},
		"no JSON":               {"worker=p-priya", nil, 400},
		"cut short":             {aVisit[:50], nil, 400},
		"trailing data":         {aVisit + "{}", nil, 400},
		"a list":                {"[]", nil, 400},
		"null":                  {"null", nil, 400},
		"not UTF-8":             {`{"worker":"` + "\xff" + `"}`, nil, 400},
		"over 1 MiB":            {`{"note":"` + strings.Repeat("a", 1<<20) + `"}`, nil, 413},
		"a form":                {aVisit, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		"deep":                  {strings.Repeat("[", 20_000), nil, 400},
		"JSON with its charset": {aVisit, []string{"Content-Type", "application/json; charset=utf-8"}, 201},
	} {
		if got := o.call("POST", "/visits", tt.body, tt.headers...); got.Code != tt.status {
			t.Errorf("%s: %d, not %d", name, got.Code, tt.status)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	o := onSQLite(t)
	for _, path := range []string{"/visits/nope", "/alarms/nope", "/alarms/nope/handover", "/teams/nope", "/people/nope", "/nowhere"} {
		o.must("GET", path, "", 404)
	}
	o.must("POST", "/alarms/nope/acknowledge", `{"by":"p-sam"}`, 404)
	if got := o.must("DELETE", "/visits/nope", "", 405).Header().Get("Allow"); got != "GET, HEAD, PATCH" {
		t.Errorf("Allow: %s", got)
	}
}

// PostgreSQL fails on what is no text, and a failure there asks the caller to send the same for ever.
func TestWhatNoDatabaseCanKeepIsNotThereEither(t *testing.T) {
	each(t, func(o *office) {
		for _, odd := range []string{"%00", "%ff%fe", "a%00b"} {
			for _, path := range []string{"/visits/", "/people/", "/teams/", "/alarms/"} {
				o.must("GET", path+odd, "", 404)
			}
			o.must("POST", "/alarms/"+odd+"/acknowledge", `{"by":"p-sam"}`, 404)
			o.must("GET", "/visits?worker="+odd, "", 422)
			o.must("GET", "/visits?by="+odd, "", 422)
		}
	})
}

func TestWhoMayCallWhat(t *testing.T) {
	o := onSQLite(t)
	for _, authorization := range []string{"", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer " + strings.Repeat("x", 5000)} {
		r := httptest.NewRequest("GET", "/api/v1/alarms", nil)
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		o.api.ServeHTTP(w, r)
		if w.Code != 401 || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%.20q: %d %v", authorization, w.Code, w.Header())
		}
	}
	for _, tt := range []struct {
		token, method, path, body string
		status                    int
	}{
		{"read", "GET", "/visits", "", 200}, {"read", "GET", "/alarms", "", 403}, {"read", "POST", "/visits", aVisit, 403},
		{"read", "GET", "/people/p-priya", "", 403}, {"write", "POST", "/visits", aVisit, 201}, {"write", "GET", "/visits", "", 403},
		{"act", "GET", "/alarms", "", 200}, {"act", "PUT", "/teams/echo", aTeam, 403}, {"act", "POST", "/visits", aVisit, 403},
		{"write", "POST", "/alarms", `{"worker":"p-ann","kind":"duress","by":"p-sam"}`, 403},
		{"act", "POST", "/alarms", `{"worker":"p-ann","kind":"duress","by":"p-sam"}`, 201}, {"admin", "GET", "/clock", "", 200},
	} {
		o.as(tt.token).must(tt.method, tt.path, tt.body, tt.status)
	}
	o.as("").must("GET", "/openapi.json", "", 200)
}

func TestATokenThatAsksTooMuchIsToldToWait(t *testing.T) {
	o := onSQLite(t)
	for range 3000 {
		if got := o.call("GET", "/clock", ""); got.Code == 429 {
			if got.Header().Get("Retry-After") == "" {
				t.Error("it is not said when to come again")
			}
			break
		}
	}
	o.must("GET", "/clock", "", 429)
	o.must("POST", "/checkins", `{"person":"p-ann","kind":"sos"}`, 200)
	o.as("read").must("GET", "/clock", "", 200)
	o.clock.Move(time.Second)
	o.must("GET", "/clock", "", 200)
}
