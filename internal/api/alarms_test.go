package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestAnAlarmToItsEnd(t *testing.T) {
	each(t, func(o *office) {
		visit, alarm := o.overdue()
		got := o.must("GET", "/alarms?status=open", "", 200).get("alarms").([]any)
		if len(got) != 1 {
			o.Fatalf("open alarms %v", got)
		}
		o.must("GET", "/visits/"+visit, "", 200).says("status", "overdue")
		a := o.must("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"p-sam"}`, 200)
		a.says("kind", "overdue")
		a.says("acknowledged_by", "p-sam")
		a.says("police_due_at", "2026-11-21T16:15:00Z")
		o.must("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"p-sam"}`, 200)
		o.must("POST", "/alarms/"+alarm+"/calls", `{"by":"p-sam","to":"07700 900102","result":"spoke_other","note":"he has not heard"}`, 200).says("calls", 1)
		o.must("POST", "/alarms/"+alarm+"/calls", `{"by":"p-sam","to":"+447700900101","result":"no_answer"}`, 200).says("calls", 2)
		o.must("POST", "/alarms/"+alarm+"/police", `{"by":"p-sam","reference":"GP-1","officer":"PC Green","attending":true,"next_update_at":"2026-11-21T16:10:00Z"}`, 200).
			says("police_told_at", "2026-11-21T15:45:00Z")
		o.must("POST", "/alarms/"+alarm+"/liaison", `{"by":"p-sam","note":"a car is on its way"}`, 200)
		lacks := o.must("POST", "/alarms/"+alarm+"/close", `{"by":"p-sam","evidence":"seen_by_police","note":"at the door"}`, 422)
		for _, field := range []string{"visit", "police_stood_down.at", "police_stood_down.to"} {
			if !slices.Contains(lacks.fields(), field) {
				o.Errorf("%s is not named in %v", field, lacks.fields())
			}
		}
		closing := `{"by":"p-sam","evidence":"seen_by_police","note":"at the door","visit":"ended","police_stood_down":{"at":"2026-11-21T15:45:00Z","to":"PC Green"}}`
		a = o.must("POST", "/alarms/"+alarm+"/close", closing, 200)
		a.says("status", "closed")
		a.says("evidence", "seen_by_police")
		o.must("POST", "/alarms/"+alarm+"/close", closing, 200).says("status", "closed")
		o.must("POST", "/alarms/"+alarm+"/liaison", `{"by":"p-sam","note":"one more"}`, 409)
		v := o.must("GET", "/visits/"+visit, "", 200)
		v.says("status", "ended")
		v.says("alarm.status", "closed")
		whole := o.must("GET", "/alarms/"+alarm, "", 200)
		for _, what := range []string{"alarm_opened", "told", "acknowledged", "call", "police_told", "liaison", "alarm_closed"} {
			if !slices.Contains(whole.lines(), what) || !slices.Contains(v.lines(), what) {
				o.Errorf("%s is not in both timelines: %v, %v", what, whole.lines(), v.lines())
			}
		}
		if !strings.Contains(whole.Body.String(), `"token":"admin"`) || !strings.Contains(whole.Body.String(), `"note":"he has not heard"`) {
			o.Errorf("the record does not say by which token, or what was said: %s", whole.Body)
		}
		if open := o.must("GET", "/alarms?status=open", "", 200).get("alarms").([]any); len(open) != 0 {
			o.Errorf("open alarms %v", open)
		}
	})
}

func TestClosingWithANewEndArmsTheVisitAgain(t *testing.T) {
	o := onSQLite(t)
	visit, alarm := o.overdue()
	o.must("POST", "/alarms/"+alarm+"/close", `{"by":"p-sam","evidence":"spoke_worker","note":"asked her for the dog's name",
		"visit":{"expected_end_at":"2026-11-21T16:30:00Z"}}`, 200)
	o.must("GET", "/visits/"+visit, "", 200).says("due_at", "2026-11-21T16:45:00Z")
	o.wait(time.Hour)
	o.must("GET", "/visits/"+visit, "", 200).says("alarm.status", "open")
}

func TestNothingMovesAVisitInAnAlarm(t *testing.T) {
	each(t, func(o *office) {
		visit, _ := o.overdue()
		o.must("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T18:00:00Z"}`, 409)
		o.must("POST", "/visits/"+visit+"/cancel", `{"by":"p-priya"}`, 409)
		refused := o.must("POST", "/checkins", `{"person":"p-priya","kind":"out"}`, 409)
		if !strings.Contains(refused.text("detail"), "alarm") {
			o.Errorf("%s", refused.Body)
		}
		o.must("GET", "/visits/"+visit, "", 200).says("status", "overdue")
	})
}

func TestAColleagueRaises(t *testing.T) {
	each(t, func(o *office) {
		a := o.must("POST", "/alarms", `{"worker":"p-priya","kind":"duress","by":"p-ann"}`, 201)
		a.says("kind", "duress")
		a.says("raised_by", "p-ann")
		a.says("police_due_at", a.text("opened_at"))
		again := o.must("POST", "/alarms", `{"worker":"p-priya","kind":"duress","by":"p-ann"}`, 200)
		again.says("id", a.text("id"))
		o.must("POST", "/alarms/"+a.text("id")+"/reassure", `{"by":"p-sam"}`, 200)
		o.must("POST", "/alarms/"+a.text("id")+"/harmed", `{"by":"p-sam","note":"with the ambulance"}`, 200).says("status", "open")
		o.must("POST", "/alarms/"+a.text("id")+"/hold", `{"by":"p-sam","second_person":"p-lee","note":"a mix-up"}`, 409)
	})
}

func TestAMereMentionIsHeldByTwo(t *testing.T) {
	o := onSQLite(t)
	o.visit()
	o.wait(35 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","text":"Scarlett was at school today"}`, 200)
	open := o.must("GET", "/alarms?status=open", "", 200).get("alarms").([]any)
	if len(open) != 1 || open[0].(map[string]any)["mention"] != true {
		t.Fatalf("%v", open)
	}
	id := open[0].(map[string]any)["id"].(string)
	if got := o.must("POST", "/alarms/"+id+"/hold", `{"by":"p-sam","second_person":"p-sam","note":"a child"}`, 422).fields(); !slices.Equal(got, []string{"second_person"}) {
		t.Errorf("fields %v", got)
	}
	o.must("POST", "/alarms/"+id+"/hold", `{"by":"p-sam","second_person":"p-lee","note":"a child of that name"}`, 200).says("status", "open")
}

// Law 9: in duress the record that the worker is shown is that of a visit without an alarm, line by line; no one else's.
func TestDuressKeepsTheWorkersTimeline(t *testing.T) {
	each(t, func(o *office) {
		jane, _ := timelines(openOffice(o.T, storetest.SQLite(o.T).Open(o.T)), "Jane")
		scarlett, others := timelines(o, "Scarlett")
		if shown := strings.ReplaceAll(scarlett.timeline(), "Scarlett", "Jane"); shown != jane.timeline() {
			t.Errorf("asking for Scarlett the worker sees\n%s\nasking for Jane\n%s", shown, jane.timeline())
		}
		for _, what := range []string{"new_time", "prompted", "ended"} {
			if !slices.Contains(scarlett.lines(), what) {
				t.Errorf("the worker does not see %s in %v", what, scarlett.lines())
			}
			if slices.Contains(others.lines(), what) {
				t.Errorf("others see %s in %v, which is not so", what, others.lines())
			}
		}
		if strings.Contains(others.Body.String(), `"shown"`) {
			t.Errorf("the mark is told: %s", others.Body)
		}
	})
}

// timelines plays a visit in which the worker asks for someone, and gives it as the worker sees it and as others do.
func timelines(o *office, name string) (worker, others reply) {
	visit := o.visit()
	o.wait(30 * time.Minute)
	says := func(text string) {
		o.Helper()
		o.must("POST", "/checkins", `{"person":"p-priya","text":"`+text+`"}`, 200)
		o.wait(5 * time.Minute)
	}
	says("Going in")
	says("ASK " + name)
	if alarm, is := o.must("GET", "/visits/"+visit, "", 200).get("alarm").(map[string]any); is {
		o.must("POST", "/alarms/"+alarm["id"].(string)+"/acknowledge", `{"by":"p-sam"}`, 200)
	}
	says("LATE 15:50")
	says("what")
	o.wait(60 * time.Minute) // asked at 15:50
	says("OUT")
	return o.must("GET", "/visits/"+visit+"?by=p-priya", "", 200), o.must("GET", "/visits/"+visit, "", 200)
}

// timeline is the answer's timeline as it stands, without the visit's own id.
func (r reply) timeline() string {
	r.Helper()
	var v struct {
		ID       string
		Timeline json.RawMessage
	}
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		r.Fatalf("%s: %v", r.asked, err)
	}
	return strings.ReplaceAll(string(v.Timeline), v.ID, "VISIT")
}

// Rule 4.2: nothing that the worker can reach shows an alarm by duress.
func TestDuressShowsNothingToTheWorker(t *testing.T) {
	each(t, func(o *office) {
		visit := o.visit()
		o.wait(30 * time.Minute)
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
		asked := o.must("POST", "/checkins", `{"person":"p-priya","text":"Can you ask Scarlett to ring me"}`, 200)
		asked.says("reading.intent", "ask")
		for reader, o := range map[string]*office{"?by=p-priya": o, "": o.as("read")} {
			got := o.must("GET", "/visits/"+visit+reader, "", 200)
			got.says("status", "inside")
			got.says("alarm", nil)
			for _, word := range []string{"alarm", "told", "police", "duress"} {
				if slices.ContainsFunc(got.lines(), func(l string) bool { return strings.Contains(l, word) }) {
					o.Errorf("%s in %v", word, got.lines())
				}
			}
		}
		real := o.must("GET", "/visits/"+visit, "", 200)
		real.says("alarm.kind", "duress")
		alarm := real.text("alarm.id")
		o.must("GET", "/alarms/"+alarm+"?by=p-priya", "", 404)
		o.must("GET", "/alarms/"+alarm+"/handover?by=p-priya", "", 404)
		if list := o.must("GET", "/alarms?by=p-priya", "", 200).get("alarms").([]any); len(list) != 0 {
			o.Errorf("listed to the worker: %v", list)
		}
		// to the worker a new time counts; in truth nothing moves (rule 3.2)
		o.must("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T16:30:00Z","by":"p-priya"}`, 200).says("expected_end_at", "2026-11-21T16:30:00Z")
		o.must("GET", "/visits/"+visit, "", 200).says("expected_end_at", "2026-11-21T15:30:00Z")
		// nor is a program without a right to alarms told more: it is answered as on any day, and in truth nothing moves
		o.as("write").must("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T16:45:00Z","by":"p-ann"}`, 200).says("expected_end_at", "2026-11-21T16:45:00Z")
		o.must("GET", "/visits/"+visit, "", 200).says("expected_end_at", "2026-11-21T15:30:00Z")
		refused := o.must("PATCH", "/visits/"+visit, `{"expected_end_at":"2026-11-21T16:30:00Z","by":"p-sam"}`, 409)
		if !strings.Contains(refused.text("detail"), "alarm") {
			o.Errorf("one who may know is not told why: %s", refused.Body)
		}
		out := o.must("POST", "/checkins", `{"person":"p-priya","text":"I have left, all done"}`, 200)
		o.must("GET", "/visits/"+visit+"?by=p-priya", "", 200).says("status", out.text("visit.status"))
		o.must("GET", "/visits/"+visit, "", 200).says("alarm.status", "open")
	})
}

func TestAResponderRecordsForTheWorker(t *testing.T) {
	o := onSQLite(t)
	visit := o.visit()
	o.wait(30 * time.Minute)
	o.must("POST", "/checkins", `{"person":"p-priya","text":"she rang: going in","by":"p-sam","via":"call"}`, 200)
	got := o.must("GET", "/visits/"+visit, "", 200)
	line := got.get("timeline").([]any)[1].(map[string]any)
	if line["by"] != "p-sam" || line["via"] != "call" || line["text"] != "she rang: going in" {
		t.Errorf("%v", line)
	}
}

func TestACheckinOfOneWithoutAVisit(t *testing.T) {
	o := onSQLite(t)
	got := o.must("POST", "/checkins", `{"person":"p-ann","text":"in, until 4"}`, 200)
	got.says("visit.status", "inside")
	got.says("reading.until", "2026-11-21T16:00:00Z")
	o.must("POST", "/checkins", `{"person":"p-lee","text":"hello"}`, 200).says("visit", nil)
	o.must("POST", "/checkins", `{"person":"p-ann","kind":"late","until":"2026-11-21T15:30:00Z"}`, 200).says("visit.expected_end_at", "2026-11-21T15:30:00Z")
	o.must("POST", "/checkins", `{"person":"p-ann","kind":"sos"}`, 200)
	if n := len(o.must("GET", "/alarms?status=open", "", 200).get("alarms").([]any)); n != 1 {
		t.Errorf("%d alarms", n)
	}
}
