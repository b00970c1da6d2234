package town

import (
	"net/http"
	"time"
)

// Visit is a visit as the API shows it.
type Visit struct {
	ID            string    `json:"id"`
	Reference     string    `json:"reference"`
	Status        string    `json:"status"`
	Missing       []string  `json:"missing"`
	StartsAt      time.Time `json:"starts_at"`
	ExpectedEndAt time.Time `json:"expected_end_at"`
	DueAt         time.Time `json:"due_at"`
	Responder     *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"responder"`
	Alarm    *Alarm   `json:"alarm"`
	Timeline []Moment `json:"timeline"`
}

// Moment is a line of a visit's timeline.
type Moment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// Words that a visit's details hold, and that no text may.
const (
	ServiceUser = "J Smith"
	Address     = "1 Example Street, Gloucester GL1 1AA"
	Contact     = "+447700900103"
)

// VisitForm is a private home visit by Priya that begins after in, on the minute before, for a length of time.
func (w *Town) VisitForm(in, length time.Duration) Form {
	start := w.Now().Add(in).Truncate(time.Minute)
	return Form{
		"worker": Priya.ID, "kind": "home_visit", "starts_at": Instant(start), "expected_end_at": Instant(start.Add(length)),
		"service_user": ServiceUser, "address": Address, "contact": national(Contact), "private": true,
	}
}

// Book books a visit by Priya that begins after in.
func (w *Town) Book(in, length time.Duration) Visit {
	w.t.Helper()
	v := Ask[Visit](w, http.MethodPost, "/visits", w.VisitForm(in, length), http.StatusCreated)
	w.note("Priya", "books visit %s, due %s", v.Reference, Clock(v.DueAt))
	return v
}

// Visit looks a visit up.
func (w *Town) Visit(id string) Visit {
	w.t.Helper()
	return Ask[Visit](w, http.MethodGet, "/visits/"+id, nil, http.StatusOK)
}

// WaitVisit waits until a visit is as it should be.
func (w *Town) WaitVisit(id string, within time.Duration, should string, be func(Visit) bool) Visit {
	w.t.Helper()
	var v Visit
	if !w.eventually(within, func() bool { v = w.Visit(id); return be(v) }) {
		w.fail("visit %s should %s within %v; it is %+v", id, should, within, v)
	}
	return v
}
