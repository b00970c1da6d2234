package api_test

import (
	"bytes"
	"strings"
	"testing"
)

func TestTheHandoverHoldsAllThatIsKnown(t *testing.T) {
	each(t, func(o *office) {
		visit, alarm := o.overdue()
		o.must("PATCH", "/visits/"+visit, `{"access":"round the back"}`, 200)
		o.must("POST", "/alarms/"+alarm+"/acknowledge", `{"by":"p-sam"}`, 200)
		o.must("POST", "/alarms/"+alarm+"/calls", `{"by":"p-sam","to":"07700 900101","result":"voicemail"}`, 200)
		o.must("POST", "/alarms/"+alarm+"/calls", `{"by":"p-sam","to":"07700 900102","result":"spoke_other","note":"last heard at noon"}`, 200)
		got := o.as("act").must("GET", "/alarms/"+alarm+"/handover?by=p-sam", "", 200)
		got.says("worker.name", "Priya Nair")
		got.says("worker.vehicle.registration", "AB12 CDE")
		got.says("last_word.text", "Going in")
		got.says("call_back.name", "Sam Hill")
		got.says("call_back.number", "+447700900110")
		got.says("kind", "overdue")
		v := got.get("visits").([]any)[0].(map[string]any)
		if v["address"] != "1 Example Street, Gloucester GL1 1AA (round the back)" || v["address_at_in"] != "1 Example Street, Gloucester GL1 1AA" ||
			v["service_user"] != "J Smith" || v["purpose"] != "home visit" {
			o.Errorf("visit %v", v)
		}
		calls := got.get("calls").([]any)
		if len(calls) != 2 {
			o.Fatalf("calls %v", calls)
		}
		first, second := calls[0].(map[string]any), calls[1].(map[string]any)
		if first["whose"] != "own mobile" || first["result"] != "voicemail" || first["by"] != "Sam Hill" || first["to"] != "+447700900101" {
			o.Errorf("first call %v", first)
		}
		if second["whose"] != "Ravi Nair, husband" || second["note"] != "last heard at noon" {
			o.Errorf("second call %v", second)
		}
		if kin := got.get("next_of_kin").([]any)[0].(map[string]any); kin["name"] != "Ravi Nair" || kin["told_at"] == nil {
			o.Errorf("next of kin %v", kin)
		}
		if n := o.record("looks/p-sam"); n != 1 {
			o.Errorf("%d looks on record", n)
		}
	})
}

func TestTheHandoverOfACryForHelpHasItsWords(t *testing.T) {
	o := onSQLite(t)
	o.must("POST", "/checkins", `{"person":"p-priya","text":"help, he won't let me leave"}`, 200)
	alarm := o.must("GET", "/alarms", "", 200).get("alarms").([]any)[0].(map[string]any)["id"].(string)
	got := o.must("GET", "/alarms/"+alarm+"/handover", "", 200)
	got.says("do_not_ring", true)
	if !strings.Contains(got.text("spoken"), "he won't let me leave") {
		t.Errorf("%s", got.text("spoken"))
	}
}

func TestTheHandoverComesAsItIsAskedFor(t *testing.T) {
	o := onSQLite(t)
	_, alarm := o.overdue()
	for accept, want := range map[string]string{
		"": "application/json", "*/*": "application/json", "text/html": "text/html; charset=utf-8", "application/pdf": "application/pdf",
		"text/html,application/xhtml+xml,*/*;q=0.8":   "text/html; charset=utf-8",
		"application/json;q=0.2, application/pdf;q=1": "application/pdf", "text/*": "text/html; charset=utf-8",
		"*/*, application/json;q=0": "text/html; charset=utf-8",
	} {
		got := o.must("GET", "/alarms/"+alarm+"/handover", "", 200, "Accept", accept)
		if kind := got.Header().Get("Content-Type"); kind != want {
			t.Errorf("%q: %s, not %s", accept, kind, want)
		}
		if strings.HasPrefix(want, "application/pdf") && !bytes.HasPrefix(got.Body.Bytes(), []byte("%PDF-")) {
			t.Errorf("%q: no PDF", accept)
		}
		if strings.HasPrefix(want, "text/html") && !strings.Contains(got.Body.String(), "Example Street") {
			t.Errorf("%q: no sheet", accept)
		}
	}
	for _, accept := range []string{"image/png", "application/json;q=0", "nonsense"} {
		o.must("GET", "/alarms/"+alarm+"/handover", "", 406, "Accept", accept)
	}
}
