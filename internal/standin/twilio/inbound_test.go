package twilio

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

func TestAnInboundTextReachesTheWebhookOnce(t *testing.T) {
	s, api, hook := start(t, nil)
	sid, status, err := s.Text(priya, ours, "Going in")
	if err != nil || status != http.StatusNoContent {
		t.Fatal(status, err)
	}
	hook.mu.Lock()
	forms := hook.forms["/hooks/twilio/sms"]
	hook.mu.Unlock()
	if len(forms) != 1 || forms[0].Get("Body") != "Going in" || forms[0].Get("From") != priya || forms[0].Get("MessageSid") != sid || forms[0].Get("NumSegments") != "1" {
		t.Fatalf("told %v", forms)
	}
	if status, err := s.Deliver(t.Context(), sid); err != nil || status != http.StatusNoContent {
		t.Fatal(status, err)
	}
	if got := hook.told("/hooks/twilio/sms", "MessageSid"); !slices.Equal(got, []string{sid, sid}) {
		t.Errorf("a repeat carries another sid: %v", got)
	}
	status, body := ask(t, "GET", api+"/Messages/"+sid+".json", nil)
	if status != http.StatusOK || body["direction"] != "inbound" || body["status"] != "received" || body["body"] != "Going in" || body["from"] != priya {
		t.Errorf("fetched %d %v", status, body)
	}
	if _, err := time.Parse(time.RFC1123Z, body["date_sent"].(string)); err != nil {
		t.Error(err)
	}
	if status, body := ask(t, "GET", api+"/Messages/SM00.json", nil); status != http.StatusNotFound || body["code"] != 20404.0 {
		t.Errorf("unknown: %d %v", status, body)
	}
	s.Blind()
	if status, _ := ask(t, "GET", api+"/Messages/"+sid+".json", nil); status != http.StatusInternalServerError {
		t.Errorf("blind: %d", status)
	}
	s.Heal()
	if status, _ := ask(t, "GET", api+"/Messages/"+sid+".json", nil); status != http.StatusOK {
		t.Errorf("healed: %d", status)
	}
}

func TestTheListIsPagedNewestFirst(t *testing.T) {
	s, api, _ := start(t, nil)
	var sids []string // received at 14:00:01, :02, …
	for range 5 {
		sids = append(sids, s.Receive(priya, ours, "in"))
	}
	s.Receive(priya, "+447700900999", "to another number")
	q := url.Values{"To": {ours}, "DateSent>": {started.Add(2 * time.Second).Format(time.RFC3339)}, "PageSize": {"2"}}
	next := api + "/Messages.json?" + q.Encode()
	var got []string
	for pages := 0; next != ""; pages++ {
		if pages == 1 {
			s.Receive(priya, ours, "a new one shifts nothing")
		}
		status, body := ask(t, "GET", next, nil)
		if status != http.StatusOK {
			t.Fatal(status, body)
		}
		for _, m := range body["messages"].([]any) {
			got = append(got, m.(map[string]any)["sid"].(string))
		}
		next = ""
		if uri, ok := body["next_page_uri"].(string); ok {
			next = api[:len(api)-len("/2010-04-01/Accounts/"+account)] + uri
		}
	}
	if want := []string{sids[4], sids[3], sids[2], sids[1]}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, day := range []struct {
		date string
		want int
	}{{"2026-11-22", 7}, {"2026-11-23", 0}} {
		if _, body := ask(t, "GET", api+"/Messages.json?DateSent="+day.date, nil); len(body["messages"].([]any)) != day.want {
			t.Errorf("on %s: %v", day.date, body["messages"])
		}
	}
	if status, _ := ask(t, "GET", api+"/Messages.json?DateSent%3E=yesterday", nil); status != http.StatusBadRequest {
		t.Errorf("no date: %d", status)
	}
}
