package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/twilio"
)

func TestATextIsStoredBeforeItIsAnswered(t *testing.T) {
	each(t, func(o *office) {
		visit := o.visit()
		o.wait(30 * time.Minute)
		for range 3 { // Twilio repeats what it thinks was lost
			if w := o.texts("SM1", mobiles["p-priya"], "Going in"); w.Code != 204 || w.Body.Len() > 0 {
				o.Errorf("%d %s", w.Code, w.Body)
			}
		}
		o.run()
		got := o.must("GET", "/visits/"+visit, "", 200)
		got.says("status", "inside")
		if lines := got.lines(); !slices.Equal(lines, []string{"booked", "text_in", "in"}) {
			o.Errorf("%v", lines)
		}
	})
}

func TestOddTextsAreStored(t *testing.T) {
	each(t, func(o *office) {
		o.visit()
		odd := []string{strings.Repeat("long ", 2000), "😀😀😀", strings.Repeat("😀", 10_000), "a\x00b\x00", "\xff\xfe", ""}
		for i, body := range odd {
			if w := o.texts(fmt.Sprint("SM", i), mobiles["p-priya"], body); w.Code != 204 {
				o.Errorf("%.10q: %d %s", body, w.Code, w.Body)
			}
		}
		o.run()
		before := o.record("p-priya")
		if before != 1+len(odd) {
			o.Errorf("%d entries on record, not the booking and %d texts", before, len(odd))
		}
		got := o.must("GET", "/visits/cal-17", "", 200).Body.String()
		for _, said := range []string{"long long", "😀😀😀", `a\u0000b\u0000`} {
			if !strings.Contains(got, said) {
				o.Errorf("%.10q is not in the timeline", said)
			}
		}
		if w := o.texts("SMz", "Gloucester", "who is this"); w.Code != 204 {
			o.Errorf("an unknown sender: %d", w.Code)
		}
	})
}

// PostgreSQL keeps no NUL, and neither database a name without end; the text may be a cry for help all the same.
func TestATextWithAnOddNameIsStoredOnce(t *testing.T) {
	each(t, func(o *office) {
		o.visit()
		names := []string{"SM\x001", "SM\x002", "SM\xff", strings.Repeat("SM", 50_000)}
		for _, name := range names {
			for range 2 {
				if w := o.texts(name, mobiles["p-priya"], "Going in"); w.Code != 204 {
					o.Errorf("%.10q: %d %s", name, w.Code, w.Body)
				}
			}
			if w := o.hook(twilio.StatusPath+"?m="+url.QueryEscape(name), url.Values{"MessageSid": {name}, "MessageStatus": {name}}); w.Code != 204 {
				o.Errorf("a status of %.10q: %d %s", name, w.Code, w.Body)
			}
		}
		o.run()
		if n := o.record("p-priya"); n != 1+len(names) {
			o.Errorf("%d entries on record, not the booking and %d texts", n, len(names))
		}
	})
}

func TestAForgedWebhookIsRefused(t *testing.T) {
	o := onSQLite(t)
	form := url.Values{"MessageSid": {"SM1"}, "From": {mobiles["p-priya"]}, "Body": {"out"}}
	for _, signature := range []string{"", "AAAA", "Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ="} {
		if w := o.send(twilio.SMSPath, form, signature); w.Code != 403 {
			t.Errorf("%q: %d", signature, w.Code)
		}
	}
	for _, path := range []string{twilio.VoicePath + "?n=x", twilio.KeyPath + "?n=x", twilio.StatusPath} {
		if w := o.send(path, form, ""); w.Code != 403 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	o.run()
	if n := o.record("p-priya"); n != 0 {
		t.Errorf("%d entries on record", n)
	}
}

func TestAWebhookThatIsNoneOrTooLong(t *testing.T) {
	o := onSQLite(t)
	if w := o.hook(twilio.SMSPath, url.Values{"Hello": {"there"}}); w.Code != 400 {
		t.Errorf("%d", w.Code)
	}
	if w := o.texts("SM1", mobiles["p-priya"], strings.Repeat("x", 257<<10)); w.Code != 413 {
		t.Errorf("%d", w.Code)
	}
}

// A text that was not stored is not answered 2xx: the provider has it still.
func TestATextThatCannotBeStoredIsAskedForAgain(t *testing.T) {
	each(t, func(o *office) {
		if err := o.db.Close(); err != nil {
			o.Fatal(err)
		}
		if w := o.texts("SM1", mobiles["p-priya"], "SOS at 1 Example Street"); w.Code != 503 {
			o.Errorf("%d", w.Code)
		}
		if log := o.log.String(); strings.Contains(log, "Example") || strings.Contains(log, "7700900101") {
			o.Errorf("the log tells: %s", log)
		}
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"sos"}`, 503)
	})
}

func TestOnlyTheRightKeyAcknowledges(t *testing.T) {
	each(t, func(o *office) {
		_, alarm := o.overdue()
		nonce, digit := o.ringing(alarm)
		w := o.hook(twilio.VoicePath+"?n="+nonce, url.Values{"CallSid": {"CA1"}, "CallStatus": {"in-progress"}})
		if w.Code != 200 || !strings.Contains(w.Body.String(), "<Gather") || !strings.Contains(w.Body.String(), "voice/key?n=") {
			o.Fatalf("%d %s", w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "Example Street") {
			o.Errorf("a voicemail would record %s", w.Body)
		}
		wrong := strconv.Itoa((digit + 1) % 10)
		w = o.hook(twilio.KeyPath+"?n="+nonce, url.Values{"CallSid": {"CA1"}, "Digits": {wrong}})
		if w.Code != 200 || !strings.Contains(w.Body.String(), "<Gather") {
			o.Errorf("%d %s", w.Code, w.Body)
		}
		o.hook(twilio.StatusPath, url.Values{"CallSid": {"CA1"}, "CallStatus": {"completed"}})
		o.must("GET", "/alarms/"+alarm, "", 200).says("acknowledged_by", nil)
		w = o.hook(twilio.KeyPath+"?n="+nonce, url.Values{"CallSid": {"CA1"}, "Digits": {strconv.Itoa(digit)}})
		if w.Code != 200 || strings.Contains(w.Body.String(), "<Gather") {
			o.Errorf("%d %s", w.Code, w.Body)
		}
		o.must("GET", "/alarms/"+alarm, "", 200).says("acknowledged_by", "p-sam")
		w = o.hook(twilio.KeyPath+"?n=unknown", url.Values{"CallSid": {"CA2"}, "Digits": {"7"}})
		if w.Code != 200 || !strings.Contains(w.Body.String(), "<Hangup") {
			o.Errorf("an unknown call: %d %s", w.Code, w.Body)
		}
	})
}

// ringing gives the nonce and the digit of the call that an alarm has Sam rung with.
func (o *office) ringing(alarm string) (nonce string, digit int) {
	o.Helper()
	list, err := o.db.MessagesAbout(o.Context(), alarm)
	if err != nil {
		o.Fatal(err)
	}
	for _, m := range list {
		if m.Nonce != "" {
			return m.Nonce, m.Digit
		}
	}
	o.Fatal("nobody is rung")
	return "", 0
}

func TestAReceiptIsTaken(t *testing.T) {
	o := onSQLite(t)
	for _, form := range []url.Values{
		{"MessageSid": {"SM9"}, "MessageStatus": {"delivered"}}, {"MessageSid": {"SM9"}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30003"}},
		{"CallSid": {"CA9"}, "CallStatus": {"no-answer"}},
	} {
		if w := o.hook(twilio.StatusPath+"?m=x", form); w.Code != 204 {
			t.Errorf("%v: %d %s", form, w.Code, w.Body)
		}
	}
	if w := o.hook(twilio.StatusPath, url.Values{"Hello": {"there"}}); w.Code != 400 {
		t.Errorf("%d", w.Code)
	}
}

func BenchmarkTextWebhook(b *testing.B) {
	form := url.Values{"MessageSid": {"SM1"}, "AccountSid": {"AC1"}, "From": {"+447700900101"}, "To": {"+447700900000"}, "Body": {"Going in"},
		"NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"}}
	benchmarkHook(b, form)
}
