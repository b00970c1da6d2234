package town

import (
	"maps"
	"net/http"
	"time"
)

// Alarm is an alarm as the API shows it.
type Alarm struct {
	ID             string     `json:"id"`
	Visits         []string   `json:"visits"`
	Worker         string     `json:"worker"`
	Kind           string     `json:"kind"`
	Status         string     `json:"status"`
	OpenedAt       time.Time  `json:"opened_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy *string    `json:"acknowledged_by"`
	PoliceDueAt    time.Time  `json:"police_due_at"`
	PoliceToldAt   *time.Time `json:"police_told_at"`
	ClosedAt       *time.Time `json:"closed_at"`
	Evidence       *string    `json:"evidence"`
}

// Holder is who has the alarm, "" for nobody yet.
func (a Alarm) Holder() string {
	if a.AcknowledgedBy == nil {
		return ""
	}
	return *a.AcknowledgedBy
}

// Alarms lists the alarms of a status, "open" or "closed".
func (w *Town) Alarms(status string) []Alarm {
	w.t.Helper()
	return Ask[struct {
		Alarms []Alarm `json:"alarms"`
	}](w, http.MethodGet, "/alarms?status="+status, nil, http.StatusOK).Alarms
}

// WaitAlarm waits for an alarm to be open, and as it should be.
func (w *Town) WaitAlarm(within time.Duration, should string, be func(Alarm) bool) Alarm {
	w.t.Helper()
	var open []Alarm
	done := w.eventually(within, func() bool {
		open = w.Alarms("open")
		return len(open) == 1 && be(open[0])
	})
	if !done {
		w.fail("an open alarm should %s within %v; open are %+v", should, within, open)
	}
	return open[0]
}

// Any is for a wait that takes an alarm as it comes.
func Any(Alarm) bool { return true }

// NoAlarm checks that none is open.
func (w *Town) NoAlarm() {
	w.t.Helper()
	open := w.Alarms("open")
	w.Check(len(open) == 0, "no alarm is open (open are %+v)", open)
}

// act does one thing about an alarm, which must succeed.
func (w *Town) act(a Alarm, what string, body Form) {
	w.t.Helper()
	Ask[Form](w, http.MethodPost, "/alarms/"+a.ID+"/"+what, body, http.StatusOK, http.StatusCreated)
}

// Acknowledge says for a person: I have this alarm.
func (w *Town) Acknowledge(a Alarm, by Person) {
	w.t.Helper()
	w.act(a, "acknowledge", Form{"by": by.ID})
	w.note(by.First(), "acknowledges the alarm")
}

// Call logs a try of the ring-round.
func (w *Town) Call(a Alarm, by Person, number, result, note string) {
	w.t.Helper()
	w.act(a, "calls", Form{"by": by.ID, "to": number, "result": result, "note": note})
	w.note(by.First(), "rings %s: %s", number, result)
}

// Police logs that the police were told.
func (w *Town) Police(a Alarm, by Person, reference, officer string, nextUpdate time.Time) {
	w.t.Helper()
	w.act(a, "police", Form{"by": by.ID, "reference": reference, "officer": officer, "attending": true, "next_update_at": Instant(nextUpdate), "note": "car on its way"})
	w.note(by.First(), "tells the police: %s", reference)
}

// Liaison logs what was said with the police.
func (w *Town) Liaison(a Alarm, by Person, note string) {
	w.t.Helper()
	w.act(a, "liaison", Form{"by": by.ID, "note": note})
	w.note(by.First(), "speaks with the police: %s", note)
}

// CloseForm closes an overdue alarm: Priya was spoken with, and the visit is over. A play adds what else it needs.
func CloseForm(by Person, more Form) Form {
	form := Form{"by": by.ID, "evidence": "spoke_worker", "note": "she told me what we had for lunch", "visit": "ended"}
	maps.Copy(form, more)
	return form
}

// CloseAlarm closes an alarm.
func (w *Town) CloseAlarm(a Alarm, form Form) {
	w.t.Helper()
	w.act(a, "close", form)
	w.note("the responder", "closes the alarm: %v", form["evidence"])
}

// Handover fetches the handover sheet in a media type.
func (w *Town) Handover(a Alarm, mediaType string) []byte {
	w.t.Helper()
	answer := w.Do(Request{Method: http.MethodGet, Path: "/alarms/" + a.ID + "/handover", Accept: mediaType})
	w.Check(answer.Status == http.StatusOK, "the handover sheet is there as %s (it answers %d)", mediaType, answer.Status)
	return answer.Body
}
