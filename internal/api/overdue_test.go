package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// inOverdue gives all that the API answers a worker who is overdue, knows of it, and asks for someone; then someone acts on
// the danger, which is not there on Jane's day.
func inOverdue(t *testing.T, name string) (answers []string) {
	t.Helper()
	o := onSQLite(t)
	o.name = name
	visit := o.must("POST", "/visits", aVisit, 201)
	id, ref := visit.text("id"), visit.text("reference")
	o.wait(30 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
	for range 12 { // as it goes: a prompt at a time
		o.wait(15 * time.Minute)
		if len(o.openAlarms("")) > 0 {
			break
		}
	}
	alarm := o.must("GET", "/visits/"+id, "", 200).text("alarm.id")
	note := func(got reply) {
		answers = append(answers, fmt.Sprint(got.Code, " ", strings.ReplaceAll(sameInEvery(o, got.Body.String(), id, ref), alarm, "ALARM")))
	}
	look := func() {
		for _, path := range []string{"/visits/" + id, "/visits", "/alarms", "/alarms/" + alarm} {
			note(o.call("GET", path+"?by=p-priya", ""))
		}
		note(o.call("GET", "/alarms?status=open&by=p-priya", ""))
	}
	o.must("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"p-sam"}`, 200)
	look()
	note(o.must("POST", "/checkins", `{"person":"p-priya","text":"Can you ask `+name+` to ring me"}`, 200))
	look()
	if name == "Scarlett" {
		o.must("GET", "/alarms/"+alarm+"?by=p-sam", "", 200).says("kind", "duress")
		o.must("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"p-sam"}`, 200)
	}
	o.must("GET", "/alarms/"+alarm+"?by=p-priya", "", 200).says("kind", "overdue")
	look()
	note(o.call("POST", "/checkins", `{"person":"p-priya","text":"I have left, all done"}`))
	note(o.call("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"p-priya"}`))
	note(o.call("PATCH", "/visits/"+id, `{"expected_end_at":"2026-11-21T20:00:00Z","by":"p-priya"}`))
	note(o.call("POST", "/visits/"+id+"/cancel", `{"by":"p-priya","reason":"no"}`))
	look()
	return answers
}

// Rule 4.2: the overdue alarm that a worker knows of is what it was, in every answer, when they ask for Scarlett.
func TestAnOverdueWorkerIsAnsweredInDuressAsEver(t *testing.T) {
	scarlett, jane := inOverdue(t, "Scarlett"), inOverdue(t, "Jane")
	for i := range jane {
		if scarlett[i] != jane[i] {
			t.Errorf("answer %d in duress\n%s\nelse\n%s", i, scarlett[i], jane[i])
		}
	}
}
