package api_test

import (
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
