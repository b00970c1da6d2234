package town

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

// Text sends a person's text, and waits until Allclear has it. A patient town's provider repeats it until then.
func (w *Town) Text(p Person, words string) (sid string) {
	w.t.Helper()
	return w.TextFrom(p.Mobile, words)
}

// TextFrom sends a text from a number.
func (w *Town) TextFrom(number, words string) (sid string) {
	w.t.Helper()
	w.note(owner(number), "texts: %s", abridged(words))
	sid = w.provider.Receive(number, from, words)
	w.Deliver(sid)
	return sid
}

// Deliver calls the webhook with a text that was received, again if it was called before.
func (w *Town) Deliver(sid string) {
	w.t.Helper()
	for end := time.Now().Add(startWithin); ; time.Sleep(look) {
		status, err := w.provider.Deliver(context.Background(), sid)
		switch {
		case err == nil && status/100 == 2:
			return
		case !w.o.Patient || time.Now().After(end):
			w.fail("the webhook answered a text with %d, %v", status, err)
		}
	}
}

// Hook posts a form to one of Twilio's webhooks with a signature and returns the status.
func (w *Town) Hook(path, signature string, form url.Values) int {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, w.URL()+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.fail("post to %s: %v", path, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	answer, err := w.client.Do(r)
	if err != nil {
		w.fail("post to %s: %v", path, err)
	}
	_ = answer.Body.Close() // only the status counts
	return answer.StatusCode
}

// TextForm is the form of Twilio's webhook for a text.
func TextForm(sid, number, words string) url.Values {
	return url.Values{"AccountSid": {Account}, "MessageSid": {sid}, "From": {number}, "To": {from}, "Body": {words}, "NumMedia": {"0"}, "NumSegments": {"1"}}
}

// Sign is Twilio's signature of a webhook form.
func (w *Town) Sign(path string, form url.Values) string {
	return twilio.Sign(AuthToken, w.URL()+path, form)
}

// Texts lists what Allclear has texted, oldest first.
func (w *Town) Texts() []twilio.Message {
	return slices.DeleteFunc(w.provider.Messages(), func(m twilio.Message) bool { return m.Inbound })
}

// TextsTo lists what Allclear has texted to a number.
func (w *Town) TextsTo(number string) []twilio.Message {
	return slices.DeleteFunc(w.Texts(), func(m twilio.Message) bool { return m.To != number })
}

// Calls lists the calls that Allclear has made, oldest first.
func (w *Town) Calls() []twilio.Call { return w.provider.Calls() }

// WaitText waits for a text to a number that holds all the words, after the last one waited for there.
func (w *Town) WaitText(number string, within time.Duration, words ...string) twilio.Message {
	w.t.Helper()
	var found twilio.Message
	come := w.eventually(within, func() bool {
		texts := w.TextsTo(number)
		for n := w.read[number]; n < len(texts); n++ {
			if holds(texts[n].Body, words) {
				found, w.read[number] = texts[n], n+1
				return true
			}
		}
		return false
	})
	if !come {
		w.fail("no text to %s with %q within %v", owner(number), words, within)
	}
	return found
}

// WaitCall waits for a call to a number, after the last one waited for there.
func (w *Town) WaitCall(number string, within time.Duration) twilio.Call {
	w.t.Helper()
	var found twilio.Call
	come := w.eventually(within, func() bool {
		calls := slices.DeleteFunc(w.Calls(), func(c twilio.Call) bool { return c.To != number })
		if n := w.rung[number]; n < len(calls) {
			found, w.rung[number] = calls[n], n+1
			return true
		}
		return false
	})
	if !come {
		w.fail("no call to %s within %v", owner(number), within)
	}
	return found
}

// NoText checks that no text so far to a number holds all the words.
func (w *Town) NoText(number string, words ...string) {
	w.t.Helper()
	for _, m := range w.TextsTo(number) {
		w.Check(!holds(m.Body, words), "%s is not texted %q", owner(number), m.Body)
	}
}

// PressesKey makes a person answer calls from now on and press the key they are asked to.
func (w *Town) PressesKey(p Person) { w.provider.Phone(p.Mobile).PressesHeard() }

// PressesWrongKey makes a person answer calls from now on and press another key.
func (w *Town) PressesWrongKey(p Person) { w.provider.Phone(p.Mobile).PressesWrong() }

// Voicemail lets a person's voicemail answer calls from now on.
func (w *Town) Voicemail(p Person) { w.provider.Phone(p.Mobile).Voicemail() }

// RingsOut lets calls to a person ring out from now on.
func (w *Town) RingsOut(p Person) { w.provider.Phone(p.Mobile).RingsOut() }

// holds reports whether text has all the words, in any case.
func holds(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, strings.ToLower(word)) })
}

// abridged is enough of a text to know it by.
func abridged(words string) string {
	if r := []rune(words); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return words
}

// Rung is a call as it stands.
type Rung = twilio.Call

// WaitRung waits for any call to a number to be as it should.
func (w *Town) WaitRung(number string, within time.Duration, should string, be func(Rung) bool) {
	w.t.Helper()
	come := w.eventually(within, func() bool {
		return slices.ContainsFunc(w.Calls(), func(c Rung) bool { return c.To == number && be(c) })
	})
	if !come {
		w.fail("a call to %s should %s within %v", owner(number), should, within)
	}
}
