package twilio

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	alarmCall = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" numDigits="1" timeout="6" action="/voice/key?n=N1&amp;try=1">` +
		`<Say language="en-GB">Allclear alarm for P N. To take charge, press 7.</Say></Gather><Redirect>/voice/again?n=N1</Redirect></Response>`
	goodbye = `<Response><Say>Goodbye.</Say><Hangup/><Say>Never said.</Say></Response>`
)

func call(to string) url.Values {
	return url.Values{
		"To": {to}, "From": {ours}, "Timeout": {"20"}, "Url": {"https://allclear.example/voice?n=N1"},
		"StatusCallback": {"https://allclear.example/status"}, "StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"},
	}
}

func TestCalls(t *testing.T) {
	for _, c := range []struct {
		name     string
		set      func(*Phone)
		statuses []string
		pressed  []string
		paths    []string // fetched, in order
		heard    []string
	}{
		{"the digit heard is pressed", func(p *Phone) { p.PressesHeard() }, []string{"initiated", "ringing", "in-progress", "completed"},
			[]string{"7"}, []string{"/voice", "/voice/key"}, []string{"Allclear alarm for P N. To take charge, press 7.", "Goodbye."}},
		{"a wrong digit", func(p *Phone) { p.PressesWrong() }, []string{"initiated", "ringing", "in-progress", "completed"},
			[]string{"1"}, []string{"/voice", "/voice/key"}, []string{"Allclear alarm for P N. To take charge, press 7.", "Goodbye."}},
		{"a voicemail completes and presses nothing", func(p *Phone) { p.PressesHeard().Voicemail() }, []string{"initiated", "ringing", "in-progress", "completed"},
			nil, []string{"/voice", "/voice/again"}, []string{"Allclear alarm for P N. To take charge, press 7.", "Goodbye."}},
		{"engaged", func(p *Phone) { p.Busy() }, []string{"initiated", "busy"}, nil, nil, nil},
		{"nobody answers", func(p *Phone) { p.RingsOut() }, []string{"initiated", "ringing", "no-answer"}, nil, nil, nil},
		{"switched off", func(p *Phone) { p.PressesHeard().Off() }, []string{"initiated", "failed"}, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, api, hook := start(t, nil)
			hook.documents = map[string]string{"/voice": alarmCall, "/voice/key": goodbye, "/voice/again": goodbye}
			c.set(s.Phone(sam))
			status, body := ask(t, "POST", api+"/Calls.json", call(sam))
			if status != http.StatusCreated || body["status"] != "queued" || !strings.HasPrefix(body["sid"].(string), "CA") {
				t.Fatalf("got %d %v", status, body)
			}
			made, err := s.WaitCall(soon(t), sam)
			if err != nil || made.SID != body["sid"] || !slices.Equal(made.Pressed, c.pressed) || !slices.Equal(made.Heard, c.heard) || made.Faults != nil {
				t.Fatalf("got %+v, %v", made, err)
			}
			s.Settle()
			if got := hook.told("/status", "CallStatus"); !slices.Equal(got, c.statuses) {
				t.Errorf("told %v, want %v", got, c.statuses)
			}
			if got := hook.told("/status", "SequenceNumber"); !slices.Equal(got, []string{"0", "1", "2", "3"}[:len(c.statuses)]) {
				t.Errorf("sequence %v", got)
			}
			for _, path := range []string{"/voice", "/voice/key", "/voice/again"} {
				if got, want := len(hook.told(path, "CallSid")), slices.Contains(c.paths, path); (got == 1) != want {
					t.Errorf("%s was fetched %d times", path, got)
				}
			}
			if got := hook.told("/voice/key", "Digits"); !slices.Equal(got, c.pressed) {
				t.Errorf("digits %v", got)
			}
		})
	}
}

func TestOnlyTheEndIsToldUnasked(t *testing.T) {
	s, api, hook := start(t, nil)
	s.Phone(sam).Busy()
	form := call(sam)
	form.Del("StatusCallbackEvent")
	ask(t, "POST", api+"/Calls.json", form)
	if _, err := s.WaitCall(soon(t), sam); err != nil {
		t.Fatal(err)
	}
	s.Settle()
	if got := hook.told("/status", "CallStatus"); !slices.Equal(got, []string{"busy"}) {
		t.Errorf("told %v", got)
	}
}

func TestBadDocumentsAreFaultsOfTheCall(t *testing.T) {
	for _, c := range []struct{ name, document, fault string }{
		{"none", "", "EOF"},
		{"not XML", "Hello", "EOF"},
		{"not TwiML", "<html/>", "not TwiML"},
		{"a verb not played", "<Response><Dial/></Response>", "Dial is not played"},
		{"without end", `<Response><Redirect>/voice?n=N1</Redirect></Response>`, "without end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, api, hook := start(t, nil)
			hook.documents = map[string]string{"/voice": c.document}
			s.Phone(sam).PressesHeard()
			ask(t, "POST", api+"/Calls.json", call(sam))
			made, err := s.WaitCall(soon(t), sam)
			if err != nil || len(made.Faults) != 1 || !strings.Contains(made.Faults[0], c.fault) || made.Status != "completed" {
				t.Errorf("got %+v, %v", made, err)
			}
		})
	}
}

func TestTheFallbackSpeaksWhenTheServiceFails(t *testing.T) {
	s, api, hook := start(t, nil)
	hook.documents = map[string]string{"/voice/fallback": goodbye}
	s.Phone(sam).PressesHeard()
	form := call(sam)
	form.Set("FallbackUrl", "https://allclear.example/voice/fallback")
	ask(t, "POST", api+"/Calls.json", form)
	if made, err := s.WaitCall(soon(t), sam); err != nil || !slices.Equal(made.Heard, []string{"Goodbye."}) {
		t.Errorf("got %+v, %v", made, err)
	}
}

func TestCallRefusals(t *testing.T) {
	s, api, _ := start(t, nil)
	s.Phone("+447700900302").Invalid()
	s.Phone("+447700900303").Landline().Busy()
	for _, c := range []struct {
		name, field, value string
		code               float64
	}{
		{"no number", "To", "", 21201}, {"no caller", "From", "", 21213}, {"no E.164", "To", "999", 21211}, {"invalid", "To", "+447700900302", 21211},
		{"a path alone", "Url", "/voice", 21205}, {"a ring of an hour", "Timeout", "3600", 20001},
	} {
		form := call(sam)
		form.Set(c.field, c.value)
		if status, body := ask(t, "POST", api+"/Calls.json", form); status != http.StatusBadRequest || body["code"] != c.code {
			t.Errorf("%s: %d %v", c.name, status, body)
		}
	}
	if status, _ := ask(t, "POST", api+"/Calls.json", call("+447700900303")); status != http.StatusCreated {
		t.Errorf("a landline can be rung: %d", status)
	}
}

func TestTheDigitHeard(t *testing.T) {
	for words, want := range map[string]string{
		"To take charge, press 7.": "7", "Press seven to take charge": "7", "press the number 3": "3", "pressing 4 things": "", "nothing": "", "PRESS KEY 9": "9",
	} {
		if got := Heard(words); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
