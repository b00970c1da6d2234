package twilio_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	standin "github.com/allclear-safety/allclear/internal/standin/twilio"
)

// example is the one Twilio's own client is tested with.
func example() url.Values {
	return url.Values{
		"Digits": {"1234"}, "CallSid": {"CA1234567890ABCDE"}, "To": {"+18005551212"}, "Caller": {"+14158675309"}, "From": {"+14158675309"},
		"ReasonConferenceEnded": {"test"}, "Reason": {"Participant"},
	}
}

func signed(t testing.TB, address string) *twilio.Client {
	t.Helper()
	c, err := twilio.New(twilio.Options{AccountSID: account, AuthToken: token, From: number(t, "07700 900000"), URL: address})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTwiliosOwnSignature(t *testing.T) {
	const signature, target = "vOEb5UThFn24KEfnOFLQY2AE5FY=", "/myapp.php?foo=1&bar=2"
	c := signed(t, "https://mycompany.com")
	if !c.CheckSignature(target, example(), signature) {
		t.Error("refused")
	}
	for name, forged := range map[string]func() bool{
		"another signature": func() bool { return c.CheckSignature(target, example(), "95+Bu0JVPi0r/SsESZCVf0dWAjw=") },
		"no signature":      func() bool { return c.CheckSignature(target, example(), "") },
		"no base64":         func() bool { return c.CheckSignature(target, example(), "WRONG SIGNATURE") },
		"another query":     func() bool { return c.CheckSignature("/myapp.php?foo=1&bar=3", example(), signature) },
		"another value":     func() bool { f := example(); f.Set("Digits", "7"); return c.CheckSignature(target, f, signature) },
		"a value more":      func() bool { f := example(); f.Add("Digits", "7"); return c.CheckSignature(target, f, signature) },
		"a name more":       func() bool { f := example(); f.Set("Zone", "7"); return c.CheckSignature(target, f, signature) },
		"no form":           func() bool { return c.CheckSignature(target, nil, signature) },
		"another host": func() bool {
			return signed(t, "https://mycompany.com.example").CheckSignature(target, example(), signature)
		},
		"a target that is a host": func() bool {
			return signed(t, "https://mycompany").CheckSignature(".com"+target, example(), signature)
		},
	} {
		if forged() {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestPortsAndPathsOfOurAddress(t *testing.T) {
	const target = "/hooks/twilio/sms"
	for _, c := range []struct {
		ours, called string
		want         bool
	}{
		{"https://allclear.example", "https://allclear.example", true},
		{"https://allclear.example", "https://allclear.example:443", true},
		{"https://allclear.example:443", "https://allclear.example", true},
		{"https://allclear.example:8443", "https://allclear.example:8443", true},
		{"https://allclear.example:8443", "https://allclear.example", true},
		{"http://allclear.example", "http://allclear.example:80", true},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"http://[::1]:8080", "http://[::1]", true},
		{"https://allclear.example/", "https://allclear.example", true},
		{"https://allclear.example", "http://allclear.example", false},
		{"https://allclear.example", "https://allclear.example:8443", false},
	} {
		signature := standin.Sign(token, c.called+target, example())
		if got := signed(t, c.ours).CheckSignature(target, example(), signature); got != c.want {
			t.Errorf("%s called as %s: %v", c.ours, c.called, got)
		}
	}
}

func inbound() url.Values {
	return url.Values{
		"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "MessageSid": {"SM5"}, "SmsSid": {"SM5"}, "SmsMessageSid": {"SM5"},
		"SmsStatus": {"received"}, "From": {"+447700900101"}, "To": {"+447700900000"}, "Body": {"Going in now, out by 4"}, "NumMedia": {"0"},
		"NumSegments": {"1"}, "FromCountry": {"GB"}, "FromState": {""}, "FromCity": {""}, "FromZip": {""}, "ToCountry": {"GB"}, "ToState": {""},
		"ToCity": {""}, "ToZip": {""},
	}
}

func TestParseText(t *testing.T) {
	r, err := twilio.ParseText(inbound())
	if err != nil || r.Provider != "twilio" || r.ID != "SM5" || r.From != number(t, "07700 900101") || r.To != number(t, "07700 900000") ||
		r.Body.Reveal() != "Going in now, out by 4" || r.RawFrom.Reveal() != "+447700900101" || !r.ReceivedAt.IsZero() {
		t.Errorf("got %+v, %v", r, err)
	}
	for name, change := range map[string]func(url.Values){
		"no id": func(f url.Values) { f.Del("MessageSid") }, "no sender": func(f url.Values) { f.Del("From") },
	} {
		f := inbound()
		change(f)
		if _, err := twilio.ParseText(f); !errors.Is(err, twilio.ErrNotTwilios) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOddTextsAreTextsAllTheSame(t *testing.T) {
	for name, c := range map[string]struct{ from, body, want string }{
		"a name for a sender": {"NHSTrust", "Your appointment", "Your appointment"},
		"a hidden sender":     {"", "in", "in"},
		"no words":            {"+447700900101", "", ""},
		"long":                {"+447700900101", strings.Repeat("a", 10_000), strings.Repeat("a", 10_000)},
		"emoji and NUL":       {"+447700900101", "👍\x00", "👍\x00"},
		"broken UTF-8":        {"+447700900101", "in\xff 60", "in\uFFFD 60"},
	} {
		f := inbound()
		f.Set("From", c.from)
		f.Set("Body", c.body)
		r, err := twilio.ParseText(f)
		if err != nil || r.Body.Reveal() != c.want || r.RawFrom.Reveal() != c.from || r.From.IsZero() != !strings.HasPrefix(c.from, "+") {
			t.Errorf("%s: got %+v, %v", name, r, err)
		}
	}
}

func TestParseStatus(t *testing.T) {
	text := func(status, code string) url.Values {
		return url.Values{"MessageSid": {"SM5"}, "MessageStatus": {status}, "ErrorCode": {code}, "m": {"m1"}}
	}
	call := func(status string) url.Values {
		return url.Values{"CallSid": {"CA5"}, "CallStatus": {status}, "SequenceNumber": {"3"}, "m": {"m1"}}
	}
	for _, c := range []struct {
		name   string
		form   url.Values
		failed bool
		next   channel.Next
		code   int
	}{
		{"sent", text("sent", ""), false, "", 0},
		{"delivered", text("delivered", ""), false, "", 0},
		{"unreachable", text("undelivered", "30003"), true, channel.NextChannel, 30003},
		{"unknown to the carrier", text("undelivered", "30005"), true, channel.WrongNumber, 30005},
		{"blocked by the carrier", text("undelivered", "30007"), true, channel.NextChannel, 30007},
		{"opted out", text("failed", "21610"), true, channel.OptedOut, 21610},
		{"suspended", text("failed", "30002"), true, channel.NoCredit, 30002},
		{"failed without a code", text("failed", ""), true, channel.NextChannel, 0},
		{"invented later", text("teleported", ""), false, "", 0},
		{"answered", call("in-progress"), false, "", 0},
		{"completed, perhaps by a voicemail", call("completed"), false, "", 0},
		{"engaged", call("busy"), true, channel.NextChannel, 0},
		{"nobody", call("no-answer"), true, channel.NextChannel, 0},
		{"unreachable phone", call("failed"), true, channel.NextChannel, 0},
	} {
		u, err := twilio.ParseStatus(c.form)
		if err != nil || u.Failed != c.failed || u.Next != c.next || u.Code != c.code || u.Provider != "twilio" || u.ProviderID == "" || u.ID != "m1" || u.Status == "" {
			t.Errorf("%s: got %+v, %v", c.name, u, err)
		}
	}
	for _, form := range []url.Values{nil, {"MessageSid": {"SM5"}}, {"MessageStatus": {"sent"}}, {"CallSid": {""}, "CallStatus": {"busy"}}} {
		if u, err := twilio.ParseStatus(form); !errors.Is(err, twilio.ErrNotTwilios) {
			t.Errorf("%v: got %+v, %v", form, u, err)
		}
	}
}

func TestStatesAreRanked(t *testing.T) {
	for id, order := range map[string][]string{
		"MessageSid": {"teleported", "accepted", "queued", "sending", "sent", "delivered"},
		"CallSid":    {"teleported", "queued", "initiated", "ringing", "in-progress", "completed"},
	} {
		status := map[string]string{"MessageSid": "MessageStatus", "CallSid": "CallStatus"}[id]
		last := -1
		for _, s := range order {
			u, err := twilio.ParseStatus(url.Values{id: {"X1"}, status: {s}})
			if err != nil || u.Rank <= last {
				t.Errorf("%s has rank %d after %d, %v", s, u.Rank, last, err)
			}
			last = u.Rank
		}
		for _, s := range map[string][]string{"MessageSid": {"undelivered", "failed", "canceled"}, "CallSid": {"busy", "no-answer", "failed", "canceled"}}[id] {
			if u, _ := twilio.ParseStatus(url.Values{id: {"X1"}, status: {s}}); u.Rank != last {
				t.Errorf("%s has rank %d: it is as final as any", s, u.Rank)
			}
		}
	}
}

func BenchmarkWebhook(b *testing.B) {
	c := signed(b, "https://allclear.example")
	body := inbound().Encode()
	signature := standin.Sign(token, "https://allclear.example/hooks/twilio/sms", inbound())
	b.ReportAllocs()
	for b.Loop() {
		form, err := url.ParseQuery(body)
		if err != nil || !c.CheckSignature("/hooks/twilio/sms", form, signature) {
			b.Fatal("refused")
		}
		if _, err := twilio.ParseText(form); err != nil {
			b.Fatal(err)
		}
	}
}
