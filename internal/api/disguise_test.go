package api_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// joint has Priya and Ann inside on one joint visit, and gives the visits' ids.
func (o *office) joint() (priyas, anns string) {
	o.Helper()
	booked := o.must("POST", "/visits", with(aVisit, map[string]any{"joint_with": []string{"p-ann"}}), 201)
	o.wait(30 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
	o.must("POST", "/checkins", `{"person":"p-ann","kind":"in"}`, 200)
	return booked.text("id"), booked.get("joint").([]any)[0].(string)
}

// openAlarms lists the workers of the open alarms that a reader is shown.
func (o *office) openAlarms(by string) []string {
	o.Helper()
	var workers []string
	for _, al := range o.must("GET", "/alarms?status=open"+by, "", 200).get("alarms").([]any) {
		workers = append(workers, al.(map[string]any)["worker"].(string))
	}
	slices.Sort(workers)
	return workers
}

// Rules 4.2 and 8.2: whoever holds a worker's phone may hold that of the partner beside them.
func TestDuressShowsNothingToThePartnerOfAJointVisit(t *testing.T) {
	each(t, func(o *office) {
		priyas, anns := o.joint()
		o.must("POST", "/checkins", `{"person":"p-ann","text":"Can you ask Scarlett to ring me"}`, 200)
		o.wait(10 * time.Second)
		if _, err := o.engine.Deliver(o.Context()); err != nil {
			o.Fatal(err)
		}
		if all := o.openAlarms(""); !slices.Contains(all, "p-ann") {
			o.Fatalf("open alarms of %v", all)
		}
		alarm := o.must("GET", "/visits/"+anns, "", 200).text("alarm.id")
		for _, by := range []string{"p-priya", "p-ann"} {
			if shown := o.openAlarms("&by=" + by); len(shown) != 0 {
				o.Errorf("%s is shown the alarms of %v", by, shown)
			}
			o.must("GET", "/alarms/"+alarm+"?by="+by, "", 404)
			o.must("GET", "/alarms/"+alarm+"/handover?by="+by, "", 404)
			o.must("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"`+by+`"}`, 404)
			for _, visit := range []string{priyas, anns} {
				got := o.must("GET", "/visits/"+visit+"?by="+by, "", 200)
				got.says("alarm", nil)
				if slices.ContainsFunc(got.lines(), func(l string) bool { return strings.Contains(l, "alarm") || l == "told" }) {
					o.Errorf("%s sees %v", by, got.lines())
				}
			}
			if list := o.must("GET", "/visits?by="+by, "", 200); strings.Contains(list.Body.String(), `"kind":"duress"`) {
				o.Errorf("%s sees %s", by, list.Body)
			}
		}
		if shown := o.openAlarms("&by=p-sam"); !slices.Contains(shown, "p-ann") {
			o.Errorf("the responder is shown the alarms of %v", shown)
		}
	})
}

// One who has left answers for the other like any colleague.
func TestAPartnerWhoHasLeftIsShownTheAlarm(t *testing.T) {
	o := onSQLite(t)
	o.joint()
	o.wait(30 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","text":"I have left, all done"}`, 200).says("visit.status", "ended")
	o.must("POST", "/checkins", `{"person":"p-ann","text":"Can you ask Scarlett to ring me"}`, 200)
	if shown := o.openAlarms("&by=p-priya"); !slices.Equal(shown, []string{"p-ann"}) {
		t.Errorf("shown the alarms of %v", shown)
	}
}

// alike does the same in two offices, where the worker asked for Scarlett and where they asked for Jane, and holds the
// answers against each other but for what no two runs share.
func alike(t *testing.T, inside bool, do func(o *office, visit string) reply) {
	t.Helper()
	var answers []string
	for _, name := range []string{"Scarlett", "Jane"} {
		o := onSQLite(t)
		o.name = name
		visit := o.must("POST", "/visits", aVisit, 201)
		id, ref := visit.text("id"), visit.text("reference")
		o.wait(30 * time.Minute)
		if inside {
			o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
		}
		o.must("POST", "/checkins", `{"person":"p-priya","text":"Can you ask `+name+` to ring me"}`, 200)
		o.wait(15 * time.Minute)
		got := do(o, id)
		answers = append(answers, fmt.Sprint(got.Code, " ", sameInEvery(o, got.Body.String(), id, ref)))
	}
	if answers[0] != answers[1] {
		t.Errorf("in duress\n%s\nelse\n%s", answers[0], answers[1])
	}
}

// sameInEvery is an answer without what no two offices share.
func sameInEvery(o *office, body, id, ref string) string {
	body = strings.NewReplacer(id, "ID", ref, "REF", o.name, "NAME").Replace(body)
	body = newID.ReplaceAllString(body, `"id":"ID"`)
	return newReference.ReplaceAllString(body, `"reference":"REF"`)
}

var (
	newID        = regexp.MustCompile(`"(id|visit)":"[0-9a-z]{20,}"`)
	newReference = regexp.MustCompile(`"reference":"[0-9A-Z]{4}"`)
)

// Rule 4.2: also what is refused is refused in the same words.
func TestTheWorkerIsRefusedInDuressAsEver(t *testing.T) {
	out := func(o *office) {
		o.must("POST", "/checkins", `{"person":"p-priya","text":"I have left, all done"}`, 200)
		o.wait(time.Minute)
	}
	for name, do := range map[string]func(*office, string) reply{
		"a new time once out": func(o *office, visit string) reply {
			out(o)
			return o.call("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T17:00:00Z","by":"p-priya"}`)
		},
		"cancelling once out": func(o *office, visit string) reply {
			out(o)
			return o.call("POST", "/visits/"+visit+"/cancel", `{"by":"p-priya"}`)
		},
		"cancelling while inside": func(o *office, visit string) reply {
			return o.call("POST", "/visits/"+visit+"/cancel", `{"by":"p-priya","reason":"no"}`)
		},
		"a list of what goes on, once out": func(o *office, _ string) reply {
			out(o)
			return o.call("GET", "/visits?live=true&by=p-priya", "")
		},
		"an end already gone": func(o *office, visit string) reply {
			return o.call("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T14:31:00Z","by":"p-priya"}`)
		},
		"a program without a right to alarms": func(o *office, visit string) reply {
			out(o)
			return o.as("write").call("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T17:00:00Z"}`)
		},
		"a new time by a program without a right to alarms": func(o *office, visit string) reply {
			return o.as("write").call("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T17:00:00Z","by":"p-lee"}`)
		},
		"a change of what such a program may not move": func(o *office, visit string) reply {
			return o.as("write").call("PATCH", "/visits/"+visit, `{"starts_at":"2026-11-21T15:00:00Z"}`)
		},
		"cancelling by such a program, on the word of the worker": func(o *office, visit string) reply {
			o.as("write").must("POST", "/visits/"+visit+"/cancel", `{"by":"p-sam","spoke_worker":true}`, 200)
			return o.as("write").call("POST", "/visits/"+visit+"/cancel", `{"by":"p-sam","spoke_worker":true}`)
		},
		"a booking by such a program once out": func(o *office, _ string) reply {
			out(o)
			return o.as("write").call("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-18", "starts_at": "2026-11-21T15:10:00Z"}))
		},
		"what such a program records for the worker": func(o *office, _ string) reply {
			return o.as("write").call("POST", "/checkins", `{"person":"p-priya","text":"she is out now","by":"p-sam","via":"call"}`)
		},
		"another booking once out": func(o *office, _ string) reply {
			out(o)
			return o.call("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-18", "by": "p-priya", "starts_at": "2026-11-21T15:10:00Z"}))
		},
		"another booking that overlaps": func(o *office, _ string) reply {
			return o.call("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-18", "by": "p-priya", "starts_at": "2026-11-21T15:10:00Z"}))
		},
	} {
		t.Run(name, func(t *testing.T) { alike(t, true, do) })
	}
}

// Rule 4.2: what was understood of the phrase is what is understood of any name.
func TestTheReadingOfThePhraseIsThatOfAnyName(t *testing.T) {
	for _, text := range []string{"can NAME ring me, out by 7", "Can NAME ring me? I'm out", "running late, out by 5, tell NAME", "ask NAME",
		"ask NAME REF out by 5", "is NAME there, going in", "NAME help me", "tell NAME I'm fine",
		"NAME was here", "NAME", "hi NAME", "need NAME", "NAME ring me", "NAME is with me, out by 5", "don't tell NAME", "NAME I'm out",
		"Mary saw NAME", "NAME rang from 01452 900900", "NAME said STOP"} {
		for _, inside := range []bool{false, true} {
			t.Run(fmt.Sprint(text, " ", inside), func(t *testing.T) {
				alike(t, inside, func(o *office, visit string) reply {
					ref := o.must("GET", "/visits/"+visit, "", 200).text("reference")
					text := strings.NewReplacer("NAME", o.name, "REF", ref).Replace(text)
					return o.call("POST", "/checkins", `{"person":"p-priya","text":"`+text+`"}`)
				})
			})
		}
	}
	o := onSQLite(t)
	o.visit()
	o.wait(31 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
	said := o.must("POST", "/checkins", `{"person":"p-priya","text":"can scarlett ring me, out by 7"}`, 200)
	said.says("reading.intent", "change")
	said.says("reading.until", "2026-11-21T19:00:00Z")
	told := o.must("POST", "/checkins", `{"person":"p-priya","text":"can scarlett ring me","by":"p-sam","via":"call"}`, 409) // the responder is told how things stand
	if !strings.Contains(told.text("detail"), "alarm") {
		t.Errorf("%s", told.Body)
	}
}

// Rule 4.2: the timeline has what the worker was answered, not a line less.
func TestTheTimelineInDuressIsThatOfAnyDay(t *testing.T) {
	said := func(o *office, text string) {
		o.must("POST", "/checkins", `{"person":"p-priya","text":"`+text+`"}`, 200)
	}
	for name, do := range map[string]func(*office, string){
		"nothing since": func(*office, string) {},
		"a new time and out": func(o *office, visit string) {
			said(o, "running late out by 4")
			o.must("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T16:10:00Z","by":"p-priya"}`, 200)
			o.wait(30 * time.Minute)
			said(o, "I have left, all done")
			o.wait(time.Minute)
		},
		"asked back": func(o *office, _ string) {
			said(o, "hmm")
			said(o, "out by 11pm")
			said(o, "out by 11pm")
		},
		"prompted": func(o *office, _ string) { o.wait(31 * time.Minute) },
		"another visit": func(o *office, _ string) {
			said(o, "I have left, all done")
			o.must("POST", "/visits", with(aVisit, map[string]any{"external_id": "cal-18", "by": "p-priya", "starts_at": "2026-11-21T15:10:00Z"}), 201)
		},
	} {
		t.Run(name, func(t *testing.T) {
			alike(t, true, func(o *office, visit string) reply {
				do(o, visit)
				return o.must("GET", "/visits/"+visit+"?by=p-priya", "", 200)
			})
		})
	}
}

// Rules 2.7 and 8.2: a partner who answers for workers too records what the other told them, and is told no more than
// on any day.
func TestWhatThePartnerRecordsInDuressIsAnsweredAsEver(t *testing.T) {
	for _, text := range []string{"she is running late, out by 4", "she is out", "NAME", "NAME was here"} {
		t.Run(text, func(t *testing.T) {
			var answers []string
			for _, name := range []string{"Scarlett", "Jane"} {
				o := onSQLite(t)
				o.name = name
				o.must("PUT", "/people/p-ann", `{"name":"Ann Nair","team":"echo","roles":["worker","responder"],"mobile":"07700 900121"}`, 200)
				visit := o.must("POST", "/visits", with(aVisit, map[string]any{"joint_with": []string{"p-ann"}}), 201)
				o.wait(30 * time.Minute)
				o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
				o.must("POST", "/checkins", `{"person":"p-ann","kind":"in"}`, 200)
				if !strings.Contains(text, "NAME") {
					o.must("POST", "/checkins", `{"person":"p-priya","text":"Can you ask `+name+` to ring me"}`, 200)
				}
				o.wait(15 * time.Minute)
				got := o.call("POST", "/checkins", `{"person":"p-priya","text":"`+strings.ReplaceAll(text, "NAME", name)+`","by":"p-ann","via":"call"}`)
				answers = append(answers, fmt.Sprint(got.Code, " ", sameInEvery(o, got.Body.String(), visit.text("id"), visit.text("reference"))))
				if inDuress := len(o.openAlarms("")) > 0; inDuress != (name == "Scarlett") {
					t.Errorf("asked for %s, an alarm is open: %v", name, inDuress)
				}
			}
			if answers[0] != answers[1] {
				t.Errorf("in duress\n%s\nelse\n%s", answers[0], answers[1])
			}
		})
	}
}
