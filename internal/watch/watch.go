package watch

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Status is where a visit stands.
type Status string

const (
	Booked    Status = "booked"
	Inside    Status = "inside"
	Overdue   Status = "overdue" // begins at due (rule 8.12)
	Ended     Status = "ended"
	Cancelled Status = "cancelled"
)

// Kind is what an alarm is about, from least to worst; it only ever rises.
type Kind string

const (
	OverdueAlarm Kind = "overdue"
	Distress     Kind = "distress"
	Duress       Kind = "duress"
)

func (k Kind) rank() int {
	return slices.Index([]Kind{OverdueAlarm, Distress, Duress}, k)
}

// Danger says whether the worker may be in danger now, so that they are
// neither rung nor texted (rule 4.5).
func (k Kind) Danger() bool { return k == Distress || k == Duress }

// Evidence is how we know that a visit ended or a worker is safe (rule 3.1).
type Evidence string

const (
	WorkerOut       Evidence = "worker_out"       // the worker's own clear statement
	WorkerNotThere  Evidence = "worker_not_there" // the worker says plainly that they are not in there
	CancelledBefore Evidence = "cancelled_before" // called off by a named person before its start
	NotWatched      Evidence = "not_watched"      // a meeting in the calendar, whose time is over
	SpokeWorker     Evidence = "spoke_worker"
	SeenByPolice    Evidence = "seen_by_police"
	SeenByColleague Evidence = "seen_by_colleague"
	OutcomeKnown    Evidence = "outcome_known"
	RaisedInError   Evidence = "raised_in_error"
)

// Watch is one worker under watch. The zero value with a Worker is one who has
// told us nothing yet.
type Watch struct {
	Worker   string    `json:"worker"`
	Visits   []Visit   `json:"visits,omitempty"`   // live, and those that ended in the last day
	Alarm    *Alarm    `json:"alarm,omitempty"`    // the one open alarm
	Asked    *Asked    `json:"asked,omitempty"`    // what we asked back and await
	Question *Question `json:"question,omitempty"` // what a short text answers
	Fragment *Fragment `json:"fragment,omitempty"` // an unfinished text
	Shown    *Watch    `json:"shown,omitempty"`    // this watch as the worker sees it, while danger is open
	Since    time.Time `json:"since,omitzero"`     // of a Shown: when the danger began
	Past     *Alarm    `json:"past,omitempty"`     // of a Shown: the overdue alarm that the worker's own OUT closed in it
	Seen     []string  `json:"seen,omitempty"`     // the latest inputs, so that a repeat has no second effect
}

// Visit is one home visit or session as the core knows it.
type Visit struct {
	ID            string     `json:"id"`
	Reference     string     `json:"reference"` // said aloud easily: "A7F3"
	Status        Status     `json:"status"`
	Unwatched     bool       `json:"unwatched,omitempty"`  // a meeting or appointment
	VoiceOnly     bool       `json:"voice_only,omitempty"` // no text and no press ends it: somebody speaks with the worker (rule 1.5)
	StartsAt      time.Time  `json:"starts_at"`
	ExpectedEndAt time.Time  `json:"expected_end_at"`
	Clock         plan.Clock `json:"clock"`                // the plan's settings, pinned at booking
	Partners      []Partner  `json:"partners,omitempty"`   // the linked visits of a joint visit (rule 8.2)
	Responders    []string   `json:"responders,omitempty"` // the visit's own responders: its named buddy in working hours
	InAt          time.Time  `json:"in_at,omitzero"`
	StartAsked    bool       `json:"start_asked,omitempty"`
	EndAsked      int        `json:"end_asked,omitempty"` // prompts at the expected end that were sent
	Proposed      time.Time  `json:"proposed,omitzero"`   // a new end over 2 h more, until it is said again
	Claim         *Claim     `json:"claim,omitempty"`     // an OUT that the provider has not confirmed yet
	Hushed        bool       `json:"hushed,omitempty"`    // an OUT without the plan's word: looks ended to the phone
	EndedAt       time.Time  `json:"ended_at,omitzero"`
	EndedBy       string     `json:"ended_by,omitempty"`
	Evidence      Evidence   `json:"evidence,omitempty"`
	OutWords      string     `json:"out_words,omitempty"` // fingerprint of the text that ended it
}

// Partner is the other half of a joint visit.
type Partner struct {
	Worker string `json:"worker"`
	Visit  string `json:"visit"`
}

// Claim is a text that would end a visit and waits for the provider to show it.
type Claim struct {
	Message  string    `json:"message"`        // the input's id
	Then     []string  `json:"then,omitempty"` // inputs that are fetched after it: they were read as one
	At       time.Time `json:"at"`
	Evidence Evidence  `json:"evidence"`
	Words    string    `json:"words,omitempty"`
	Answered bool      `json:"answered,omitempty"` // "Got that, confirming" was said
	Both     bool      `json:"both,omitempty"`
	NoWord   bool      `json:"no_word,omitempty"` // it lacks the plan's word: it ends nothing, in the same time
}

// Asked is a question we put to the worker and what they had said before it.
type Asked struct {
	At    time.Time `json:"at"`
	Of    string    `json:"of"`             // the input
	With  []string  `json:"with,omitempty"` // the inputs before it that were read as one with it
	Text  Text      `json:"text"`
	Among []string  `json:"among"` // visits it might be about
}

// Due is when silence becomes an alarm: the expected end and the grace. Grace
// counts from the expected end, not from a reminder: the seed's clock must
// hold however the texts fare.
func (v Visit) Due() time.Time { return v.ExpectedEndAt.Add(v.Clock.Grace) }

// Live says whether the visit still has a clock.
func (v Visit) Live() bool { return v.Status == Booked || v.Status == Inside || v.Status == Overdue }

// started says whether the worker may be there: an IN came or the start passed.
func (v Visit) started(at time.Time) bool { return v.Status != Booked || !v.StartsAt.After(at) }

// Visit finds a visit by id.
func (w Watch) Visit(id string) (Visit, bool) {
	if i := w.index(id); i >= 0 {
		return w.Visits[i], true
	}
	return Visit{}, false
}

func (w *Watch) index(id string) int {
	return slices.IndexFunc(w.Visits, func(v Visit) bool { return v.ID == id })
}

// Live lists the visits that still have a clock, in order of start.
func (w Watch) Live() []Visit {
	var live []Visit
	for _, v := range w.Visits {
		if v.Live() {
			live = append(live, v)
		}
	}
	return live
}

// clone copies all that Step may change, so that the old value stays as it was.
func (w Watch) clone() Watch {
	w.Visits = slices.Clone(w.Visits)
	for i := range w.Visits {
		if c := w.Visits[i].Claim; c != nil {
			w.Visits[i].Claim = new(*c)
		}
	}
	w.Seen = slices.Clone(w.Seen)
	if w.Asked != nil {
		w.Asked = new(*w.Asked)
	}
	if w.Question != nil {
		w.Question = new(*w.Question)
	}
	if w.Fragment != nil { // only ever replaced
		w.Fragment = new(*w.Fragment)
	}
	if w.Alarm != nil {
		w.Alarm = new(*w.Alarm)
		w.Alarm.Visits = slices.Clone(w.Alarm.Visits)
		w.Alarm.Told = slices.Clone(w.Alarm.Told)
	}
	if w.Past != nil { // closed: only ever replaced
		w.Past = new(*w.Past)
	}
	if w.Shown != nil {
		w.Shown = new(w.Shown.clone())
	}
	return w
}
