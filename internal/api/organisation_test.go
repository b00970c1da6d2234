package api_test

import (
	"slices"
	"strings"
	"testing"
)

func TestATeamIsPutAndReadBack(t *testing.T) {
	each(t, func(o *office) {
		whole := `{"name":"ECHo two","zone":"Europe/London","plan":{"grace":"15m","ring_round":"30m","acknowledge_within":"5m","acknowledge_within_danger":"2m",
			"police_repeat":"5m","start_prompt":"10m","end_prompts":["0s","10m"],"duress_phrase":"Scarlett","fallback":"p-lee","named_buddy":null,"out_word":"off",
			"out_closes_overdue":false,"prompts":true,"working_hours":"Mon-Fri 08:30-17:00"}}`
		first := o.must("PUT", "/teams/echo-2", whole, 201)
		again := o.must("PUT", "/teams/echo-2", whole, 200)
		if first.Body.String() != again.Body.String() {
			o.Errorf("%s then %s", first.Body, again.Body)
		}
		got := o.must("GET", "/teams/echo-2", "", 200)
		got.says("plan.grace", "15m")
		got.says("plan.working_hours", "Mon-Fri 08:30-17:00")
		got.says("plan.named_buddy", nil)
		o.must("PUT", "/teams/echo-2", `{"name":"ECHo again"}`, 200).says("plan.fallback", "p-lee")
		if n := len(o.must("GET", "/teams", "", 200).get("teams").([]any)); n != 2 {
			o.Errorf("%d teams", n)
		}
	})
}

func TestAPersonIsPutAndReadBack(t *testing.T) {
	each(t, func(o *office) {
		whole := `{"name":"Kim Ito","team":"echo","roles":["worker"],"mobile":"07700 900131","personal_mobile":null,"home_phone":"01632 960131",
			"email":"kim@example.org","description":"tall","vehicle":{"make":"Kia","model":"Rio","colour":"red","registration":"AB12 CDF"},
			"emergency_contacts":[{"name":"Jo Ito","relation":"sister","phone":"+44 7700 900132"}]}`
		o.must("PUT", "/people/p-kim", whole, 201)
		o.must("PUT", "/people/p-kim", whole, 200)
		got := o.must("GET", "/people/p-kim", "", 200)
		got.says("mobile", "+447700900131")
		got.says("home_phone", "+441632960131")
		got.says("personal_mobile", nil)
		got.says("vehicle.registration", "AB12 CDF")
		if c := got.get("emergency_contacts").([]any)[0].(map[string]any); c["phone"] != "+447700900132" || c["name"] != "Jo Ito" {
			o.Errorf("%v", c)
		}
		o.must("PUT", "/people/p-kim", with(whole, map[string]any{"home_phone": nil, "vehicle": nil}), 200).says("home_phone", nil)
	})
}

func TestAnotherSystemsIdsWorkEverywhere(t *testing.T) {
	o := onSQLite(t)
	o.must("PUT", "/people/p-kim", with(aPerson, map[string]any{"external_id": "HR-9"}), 201)
	o.must("GET", "/people/HR-9", "", 200).says("id", "p-kim")
	o.must("POST", "/visits", with(aVisit, map[string]any{"worker": "HR-9"}), 201).says("worker", "p-kim")
	o.must("POST", "/checkins", `{"person":"HR-9","text":"in"}`, 200)
	o.must("GET", "/visits/cal-17?by=HR-9", "", 200)
	o.must("PUT", "/people/p-other", with(aPerson, map[string]any{"external_id": "HR-9"}), 422)
	o.must("PUT", "/teams/t-1", with(aTeam, map[string]any{"external_id": "T-1"}), 201)
	o.must("PUT", "/people/HR-9", with(aPerson, map[string]any{"name": "Kim Sato"}), 200).says("id", "p-kim")
	o.must("GET", "/people/p-kim", "", 200).says("name", "Kim Sato")
	o.must("PUT", "/teams/T-1", with(aTeam, map[string]any{"name": "East"}), 200).says("id", "t-1")
	o.must("PUT", "/people/HR-9", with(aPerson, map[string]any{"team": "T-1"}), 200).says("team", "t-1")
	o.must("POST", "/shifts", with(aShift, map[string]any{"person": "HR-9", "teams": []string{"T-1"}}), 201).says("person", "p-kim")
	for path, list := range map[string]string{"/visits?worker=HR-9": "visits", "/shifts?team=T-1": "shifts"} {
		if n := len(o.must("GET", path, "", 200).get(list).([]any)); n != 1 {
			t.Errorf("%s gives %d", path, n)
		}
	}
	o.must("POST", "/visits", with(aVisit, map[string]any{"worker": "HR-9", "external_id": "cal-18", "starts_at": "2026-11-21T17:00:00Z", "expected_end_at": "2026-11-21T18:00:00Z"}), 201)
	if n := len(o.must("GET", "/visits?team=T-1", "", 200).get("visits").([]any)); n != 1 {
		t.Errorf("the team has %d visits", n)
	}
	named := o.must("PUT", "/teams/t-1", with(aTeam, map[string]any{"plan": map[string]any{"fallback": "HR-9", "named_buddy": "p-not-yet"}}), 200)
	named.says("plan.fallback", "p-kim")
	named.says("plan.named_buddy", "p-not-yet")
	o.must("PUT", "/teams/t-2", with(aTeam, map[string]any{"external_id": "T-1"}), 422)
}

func TestALeaverWithAnOpenVisitStays(t *testing.T) {
	o := onSQLite(t)
	o.visit()
	o.must("PUT", "/people/p-priya", `{"name":"Priya Nair","team":"echo","active":false}`, 409)
}

func TestShifts(t *testing.T) {
	each(t, func(o *office) {
		first := o.must("POST", "/shifts", aShift, 201)
		first.says("order", 2)
		if teams := first.get("teams").([]any); !slices.Equal(teams, []any{"echo"}) {
			o.Errorf("teams %v", teams)
		}
		o.must("POST", "/shifts", aShift, 200).says("id", first.text("id"))
		named := with(aShift, map[string]any{"external_id": "rota-7", "order": 3})
		o.must("POST", "/shifts", named, 201).says("id", "rota-7")
		o.must("POST", "/shifts", with(named, map[string]any{"order": 4}), 409)
		if n := len(o.must("GET", "/shifts?team=echo", "", 200).get("shifts").([]any)); n != 3 {
			o.Errorf("%d shifts", n)
		}
		if got := o.must("GET", "/shifts?from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z", "", 200).Body.String(); !strings.Contains(got, `"shifts":[]`) {
			o.Errorf("%s", got)
		}
	})
}

func TestAShiftIsRemoved(t *testing.T) {
	o := onSQLite(t)
	later := with(aShift, map[string]any{"starts_at": "2026-12-21T00:00:00Z", "ends_at": "2026-12-22T00:00:00Z"})
	id := o.must("POST", "/shifts", later, 201).text("id")
	o.must("DELETE", "/shifts/"+id+"?by=p-nobody", "", 422)
	o.must("DELETE", "/shifts/"+id+"?by=p-lee", "", 200).says("id", id)
	o.must("DELETE", "/shifts/"+id, "", 404)
	o.must("POST", "/shifts", later, 201).says("id", id)
	begun := o.must("POST", "/shifts", aShift, 201).text("id")
	o.must("DELETE", "/shifts/"+begun, "", 409)
	if n := len(o.must("GET", "/shifts?from=2026-11-20T00:00:00Z&to=2026-12-31T00:00:00Z", "", 200).get("shifts").([]any)); n != 3 {
		t.Errorf("%d shifts are left, not 3", n)
	}
}

func TestWhatIsReadCanBePutBack(t *testing.T) {
	each(t, func(o *office) {
		o.must("PUT", "/people/p-kim", with(aPerson, map[string]any{"external_id": "HR-9"}), 201)
		o.must("PUT", "/teams/t-1", with(aTeam, map[string]any{"external_id": "T-1"}), 201)
		for _, path := range []string{"/people/p-kim", "/people/HR-9", "/people/p-priya", "/people/p-sam", "/teams/t-1", "/teams/T-1", "/teams/echo"} {
			read := o.must("GET", path, "", 200).Body.String()
			o.must("PUT", path, read, 200)
			if again := o.must("GET", path, "", 200).Body.String(); again != read {
				o.Errorf("%s: %s then %s", path, read, again)
			}
		}
	})
}

func TestAnIDIsTheOneInTheAddress(t *testing.T) {
	o := onSQLite(t)
	for _, path := range []string{"/people/p-new", "/teams/t-new"} {
		body := map[bool]string{true: aPerson, false: aTeam}[strings.HasPrefix(path, "/people")]
		if got := o.must("PUT", path, with(body, map[string]any{"id": "other"}), 422).fields(); !slices.Equal(got, []string{"id"}) {
			t.Errorf("%s: %v", path, got)
		}
		o.must("GET", path, "", 404)
	}
}

func TestRoles(t *testing.T) {
	o := onSQLite(t)
	if got := o.must("PUT", "/people/p-kim", with(aPerson, map[string]any{"roles": []string{}}), 422).fields(); !slices.Equal(got, []string{"roles"}) {
		t.Errorf("%v", got)
	}
	if roles := o.must("PUT", "/people/p-kim", with(aPerson, map[string]any{"roles": nil}), 201).get("roles").([]any); !slices.Equal(roles, []any{"worker"}) {
		t.Errorf("%v", roles)
	}
}
