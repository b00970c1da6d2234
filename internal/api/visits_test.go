package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
)

func TestAVisitIsBookedAndWatched(t *testing.T) {
	each(t, func(o *office) {
		booked := o.must("POST", "/visits", aVisit, 201)
		booked.says("status", "booked")
		booked.says("due_at", "2026-11-21T15:45:00Z")
		booked.says("responder.id", "p-sam")
		booked.says("responder.name", "Sam Hill")
		booked.says("gap", false)
		booked.says("alarm", nil)
		if missing := booked.get("missing").([]any); len(missing) != 0 {
			o.Errorf("missing %v", missing)
		}
		o.wait(30 * time.Minute)
		o.must("POST", "/checkins", `{"person":"p-priya","text":"Going in"}`, 200).says("visit.status", "inside")
		got := o.must("GET", "/visits/cal-17", "", 200)
		got.says("id", booked.text("id"))
		got.says("status", "inside")
		got.says("in_at", "2026-11-21T14:30:00Z")
		got.says("service_user", "J Smith")
		if lines := got.lines(); !slices.Equal(lines, []string{"booked", "text_in", "in"}) {
			o.Errorf("timeline %v", lines)
		}
		said := got.get("timeline").([]any)[1].(map[string]any)
		if said["text"] != "Going in" || said["by"] != "p-priya" {
			o.Errorf("said %v", said)
		}
	})
}

func TestAVisitThatLacksDetailsSaysSo(t *testing.T) {
	o := onSQLite(t)
	got := o.must("POST", "/visits", with(aVisit, map[string]any{"address": nil, "contact": nil}), 201)
	if missing := got.get("missing").([]any); !slices.Equal(missing, []any{"address", "contact"}) {
		t.Errorf("missing %v", missing)
	}
}

func TestAVisitInAGapFallsToTheFallback(t *testing.T) {
	o := onSQLite(t)
	got := o.must("POST", "/visits", with(aVisit, map[string]any{"starts_at": "2026-11-28T14:00:00Z", "expected_end_at": "2026-11-28T15:00:00Z"}), 201)
	got.says("gap", true)
	got.says("responder.id", "p-lee")
}

// Rule 1.1: a visit booked in a gap says so at once, wherever in it the gap is.
func TestAVisitThatRunsIntoAGapSaysSo(t *testing.T) {
	o := onSQLite(t)
	o.must("POST", "/visits", with(aVisit, map[string]any{"starts_at": "2026-11-22T23:30:00Z", "expected_end_at": "2026-11-23T00:30:00Z"}), 201).says("gap", true)
}

func TestTheSameBookingAgainIsTheSameVisit(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		before := o.record("p-priya")
		o.must("POST", "/visits", aVisit, 200).says("id", id)
		if after := o.record("p-priya"); after != before {
			o.Errorf("the record grew from %d to %d", before, after)
		}
		for field, other := range map[string]any{"expected_end_at": "2026-11-21T16:00:00Z", "address": "2 Example Street", "service_user": "K Smith",
			"contact": nil, "access": "by the back door", "who_else": "a brother", "private": false, "responders": []string{"p-lee"}, "worker": "p-ann"} {
			if got := o.call("POST", "/visits", with(aVisit, map[string]any{field: other})); got.Code != 409 {
				o.Errorf("another %s: %d %s", field, got.Code, got.Body)
			}
		}
		o.must("POST", "/visits", with(aVisit, map[string]any{"private": nil}), 200).says("id", id) // left to the plan
	})
}

func TestAVisitsOwnIDIsChangedAndTakenAway(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		o.must("PATCH", "/visits/cal-17", `{"external_id":"cal-8"}`, 200).says("external_id", "cal-8")
		o.must("GET", "/visits/cal-8", "", 200).says("id", id)
		o.must("GET", "/visits/cal-17", "", 404)
		o.wait(30 * time.Minute)
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200).says("visit.external_id", "cal-8") // a step leaves it
		o.must("PATCH", "/visits/cal-8", `{"who_else":"a brother"}`, 200).says("external_id", "cal-8")
		o.must("PATCH", "/visits/cal-8", `{"external_id":null}`, 200).says("external_id", nil)
		o.must("GET", "/visits/cal-8", "", 404)
		o.must("GET", "/visits/"+id, "", 200).says("external_id", nil)
	})
}

func TestAKeyGivesTheFirstAnswerAgain(t *testing.T) {
	each(t, func(o *office) {
		body := with(aVisit, map[string]any{"external_id": nil})
		first := o.must("POST", "/visits", body, 201, "Idempotency-Key", "k1")
		again := o.must("POST", "/visits", " "+body, 200, "Idempotency-Key", "k1")
		if first.Body.String() != again.Body.String() {
			o.Errorf("first %s, then %s", first.Body, again.Body)
		}
		other := o.must("POST", "/visits", with(body, map[string]any{"address": "elsewhere"}), 422, "Idempotency-Key", "k1")
		if !slices.Equal(other.fields(), []string{"Idempotency-Key"}) {
			o.Errorf("fields %v", other.fields())
		}
		o.as("write").must("POST", "/visits", body, 422, "Idempotency-Key", "k1") // another token's keys are its own: this is a new call, and overlaps
	})
}

func TestARefusedCallMayBeMadeAgainWithItsKey(t *testing.T) {
	o := onSQLite(t)
	o.must("POST", "/visits", with(aVisit, map[string]any{"kind": "party"}), 422, "Idempotency-Key", "k2")
	o.must("POST", "/visits", aVisit, 201, "Idempotency-Key", "k2")
}

func TestAVisitIsChanged(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		got := o.must("PATCH", "/visits/"+id, `{"expected_end_at":"2026-11-21T17:00:00+01:00","contact":null,"who_else":"a brother","by":"p-ann"}`, 200)
		got.says("expected_end_at", "2026-11-21T16:00:00Z")
		got.says("due_at", "2026-11-21T16:15:00Z")
		got.says("contact", nil)
		got.says("who_else", "a brother")
		got.says("service_user", "J Smith")
		if !slices.Contains(got.lines(), "new_time") {
			o.Errorf("timeline %v", got.lines())
		}
		o.must("PATCH", "/visits/"+id, `{"prompts":false}`, 200)
		loaded, err := o.db.Load(o.Context(), "p-priya")
		if v, _ := loaded.Watch.Visit(id); err != nil || v.Clock.Prompts {
			o.Errorf("prompts are on: %v", err)
		}
		o.must("PATCH", "/visits/"+id, `{"prompts":null}`, 422)
	})
}

func TestAnAddressEditedAfterInShowsBoth(t *testing.T) {
	o := onSQLite(t)
	id := o.visit()
	o.wait(30 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
	got := o.must("PATCH", "/visits/"+id, `{"address":"2 Example Street"}`, 200)
	got.says("address", "2 Example Street")
	got.says("address_at_in", "1 Example Street, Gloucester GL1 1AA")
}

func TestCancelling(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		o.must("POST", "/visits/"+id+"/cancel", `{"by":"p-priya","reason":"family is away"}`, 200).says("status", "cancelled")
		o.must("POST", "/visits/"+id+"/cancel", `{"by":"p-priya","reason":"family is away"}`, 200).says("evidence", "cancelled_before")
		started := o.must("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-18", "starts_at": "2026-11-21T13:30:00Z"}), 201).text("id")
		o.must("POST", "/visits/"+started+"/cancel", `{"by":"p-sam","reason":"the office says so"}`, 409)
		o.must("POST", "/visits/"+started+"/cancel", `{"by":"p-sam","spoke_worker":true}`, 200).says("evidence", "spoke_worker")
	})
}

func TestAJointVisitIsOneForEach(t *testing.T) {
	o := onSQLite(t)
	got := o.must("POST", "/visits", with(aVisit, map[string]any{"joint_with": []string{"p-ann"}}), 201)
	joint := got.get("joint").([]any)
	if len(joint) != 1 {
		t.Fatalf("joint %v", joint)
	}
	o.must("GET", "/visits/"+joint[0].(string), "", 200).says("worker", "p-ann")
}

func TestVisitsAreListedWithoutTheirDetails(t *testing.T) {
	o := onSQLite(t)
	o.visit()
	list := o.must("GET", "/visits?worker=p-priya&live=true&from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z", "", 200)
	if strings.Contains(list.Body.String(), "Example Street") || len(list.get("visits").([]any)) != 1 {
		t.Errorf("%s", list.Body)
	}
	if n := len(o.must("GET", "/visits?worker=p-ann", "", 200).get("visits").([]any)); n != 0 {
		t.Errorf("%d visits of another", n)
	}
}

// Rule 1.5: what the program sends ends such a visit no more than a text does; who spoke with the worker says so.
func TestAVisitThatEndsByVoiceOnlyIsNotEndedByTheAPI(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		if err := o.engine.EditVisit(o.Context(), engine.Actor{By: "p-lee"}, id, engine.VisitEdit{VoiceOnly: new(true)}); err != nil {
			o.Fatal(err)
		}
		o.wait(30 * time.Minute)
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
		o.wait(15 * time.Minute)
		for _, body := range []string{`{"person":"p-priya","kind":"out"}`, `{"person":"p-priya","text":"Left now"}`, `{"person":"p-priya","text":"Left now","by":"p-sam","via":"text"}`} {
			if said := o.must("POST", "/checkins", body, 409).Body.String(); !strings.Contains(said, "this visit ends with a call") {
				o.Errorf("%s is answered %s", body, said)
			}
			o.must("GET", "/visits/"+id, "", 200).says("status", "inside")
		}
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"out","by":"p-sam","via":"call"}`, 200)
		o.must("GET", "/visits/"+id, "", 200).says("status", "ended")
	})
}

func TestThePlanSaysWhichVisitsArePrivate(t *testing.T) {
	each(t, func(o *office) {
		team := o.must("GET", "/teams/echo", "", 200)
		var kept map[string]any
		if err := json.Unmarshal(team.Body.Bytes(), &kept); err != nil {
			o.Fatal(err)
		}
		settings := kept["plan"].(map[string]any)
		if settings["private_by_default"] != "out_of_hours" {
			o.Errorf("the standard plan has %v", settings["private_by_default"])
		}
		settings["private_by_default"] = "none"
		body, err := json.Marshal(map[string]any{"name": kept["name"], "zone": kept["zone"], "plan": settings})
		if err != nil {
			o.Fatal(err)
		}
		o.must("PUT", "/teams/echo", string(body), 200)
		o.must("POST", "/visits", with(aVisit, map[string]any{"private": nil}), 201).says("private", false)
	})
}

func TestAPrivateVisitIsShownToWhoMay(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		hidden := o.as("read").must("GET", "/visits/"+id, "", 200)
		if strings.Contains(hidden.Body.String(), "Smith") || strings.Contains(hidden.Body.String(), "Gloucester") {
			o.Errorf("shown: %s", hidden.Body)
		}
		o.wait(30 * time.Minute)
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
		o.as("read").must("GET", "/visits/"+id, "", 200).says("service_user", nil) // no step makes a visit less private
		o.must("GET", "/visits/"+id, "", 200).says("private", true)
		open := o.must("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-19", "worker": "p-ann", "private": false}), 201).text("id")
		o.as("read").must("GET", "/visits/"+open, "", 200).says("service_user", "J Smith")
	})
}

func TestEachLookIsOnRecordOnce(t *testing.T) {
	each(t, func(o *office) {
		id := o.visit()
		for range 3 {
			o.must("GET", "/visits/"+id+"?by=p-lee", "", 200)
		}
		if n := o.record("looks/p-lee"); n != 1 {
			o.Errorf("%d looks on record after three in a minute", n)
		}
		o.wait(time.Minute)
		o.must("GET", "/visits/"+id+"?by=p-lee", "", 200)
		o.must("GET", "/people/p-priya?by=p-lee", "", 200)
		if n := o.record("looks/p-lee"); n != 3 {
			o.Errorf("%d looks on record", n)
		}
		o.as("read").must("GET", "/visits/"+id+"?by=p-ann", "", 200) // was shown nothing private
		if n := o.record("looks/p-ann"); n != 0 {
			o.Errorf("%d looks of one who saw nothing", n)
		}
		if got := o.must("GET", "/visits/"+id+"?by=nobody", "", 422).fields(); !slices.Equal(got, []string{"by"}) {
			o.Errorf("fields %v", got)
		}
	})
}
