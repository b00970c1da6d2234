package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
)

// Asking for Scarlett brings 999 to the responder at once, and to the worker's phone just what asking for Jane brings.
func TestAskingForScarlettLooksLikeAskingForJane(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 600})
	w.Settle(nil)
	visit := w.Book(2*time.Minute, time.Hour)
	w.Text(town.Priya, "IN")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until")

	before := len(w.TextsTo(town.Priya.Mobile))
	w.Text(town.Priya, "ASK Jane")
	jane := w.WaitText(town.Priya.Mobile, w.Tolerance(), "jane")
	w.WaitText(town.Sam.Mobile, w.Tolerance(), town.Priya.Short(), "jane")
	w.Until(w.Now().Add(10 * time.Minute))
	w.NoAlarm()
	forJane := len(w.TextsTo(town.Priya.Mobile)) - before

	before = len(w.TextsTo(town.Priya.Mobile))
	w.Text(town.Priya, "Can you ask for Scarlett")
	alarmed := w.WaitText(town.Sam.Mobile, w.Tolerance(), "999", town.Priya.Short(), visit.Reference)
	w.Check(!strings.Contains(alarmed.Body, "Example Street"), "the text holds no address")
	w.WaitText(town.Sam.Personal, w.Tolerance(), "999")
	w.WaitCall(town.Sam.Mobile, w.Tolerance())
	alarm := w.WaitAlarm(w.Tolerance(), "be duress", func(a town.Alarm) bool { return a.Kind == "duress" })
	w.Check(alarm.PoliceDueAt.Equal(alarm.OpenedAt), "the police are due at once")
	scarlett := w.WaitText(town.Priya.Mobile, w.Tolerance(), "scarlett")
	w.Until(w.Now().Add(10 * time.Minute))
	w.Check(len(w.TextsTo(town.Priya.Mobile))-before == forJane, "Priya gets as many texts (%d) as for Jane", forJane)

	w.Check(spoken(scarlett.Body) == "I'll see if I can find Scarlett for you.", "Priya is answered %q", scarlett.Body)
	w.Check(strings.ReplaceAll(scarlett.Body, "Scarlett", "Jane") == jane.Body, "the same bytes but the name: %q and %q", scarlett.Body, jane.Body)
	for _, m := range w.TextsTo(town.Priya.Mobile) {
		for _, word := range []string{"alarm", "duress", "police", "emergency", "999"} {
			w.Check(!strings.Contains(strings.ToLower(m.Body), word), "Priya's phone does not say %q: %q", word, m.Body)
		}
	}
	for _, c := range w.Calls() {
		w.Check(c.To != town.Priya.Mobile, "Priya's phone is not rung")
	}
}

// spoken is a text without the mark of a rehearsal.
func spoken(body string) string {
	return strings.Trim(strings.NewReplacer("REHEARSAL", "").Replace(body), " :.-[]()") + "."
}

// An OUT of the worker's under duress ends nothing on the responders' side.
func TestAnOutUnderDuressDoesNotCloseTheAlarm(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 600})
	w.Settle(nil)
	visit := w.Book(2*time.Minute, time.Hour)
	w.Text(town.Priya, "IN")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "until")
	w.Until(w.Now().Add(12 * time.Minute))
	w.Text(town.Priya, "is Scarlett there?")
	w.WaitAlarm(w.Tolerance(), "be duress", func(a town.Alarm) bool { return a.Kind == "duress" })
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "scarlett")

	w.Text(town.Priya, "OUT")
	w.WaitText(town.Priya.Mobile, w.Tolerance(), "out ")
	w.WaitText(town.Sam.Mobile, w.Tolerance(), "texted", visit.Reference)
	w.Check(len(w.Alarms("open")) == 1, "the alarm is still open")
	w.Check(w.Visit(visit.ID).Status != "ended", "the visit has not ended")
}

// A plain cry for help is answered with nothing that a person beside the worker may not read.
func TestACryForHelpAlarmsAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t, town.Options{Speed: 600})
	w.Settle(nil)
	w.Text(town.Priya, "SOS")
	answer := w.WaitText(town.Priya.Mobile, w.Tolerance(), "got your message")
	w.Check(spoken(answer.Body) == "Got your message.", "Priya is answered %q", answer.Body)
	w.WaitText(town.Sam.Mobile, w.Tolerance(), "999", town.Priya.Short())
	alarm := w.WaitAlarm(w.Tolerance(), "be distress", func(a town.Alarm) bool { return a.Kind == "distress" })
	w.WaitText(town.Ann.Mobile, 2*time.Minute+w.Tolerance(), "999")
	w.Acknowledge(alarm, town.Ann) // by its id as it stands in an address
	w.WaitText(town.Sam.Mobile, 2*w.Tolerance(), town.Ann.First(), "has the alarm")
}
