package watch

import (
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
)

// Input is one thing that happened to a worker's watch.
type Input struct {
	ID    string     `json:"id"`            // the same each time the same thing is given
	By    string     `json:"by,omitempty"`  // the person who did it; "" for the worker's phone or the clock
	Via   string     `json:"via,omitempty"` // "sms", "api", "call", "text", "press", "clock"
	Cover rota.Cover `json:"cover,omitzero"`
	Clock plan.Clock `json:"clock,omitzero"` // the team's settings now, for what no visit pins
	// Unaware says that who did it must not know of danger, as the worker must not: what the shown watch says to it is the answer.
	Unaware bool  `json:"unaware,omitempty"`
	Event   Event `json:"-"` // see [Marshal]
}

// Event is the closed set of things that can happen.
type Event interface{ event() }

type (
	// Elapsed says that time has passed; nothing else happened.
	Elapsed struct{}

	// Book puts a visit under watch. Refused when it overlaps another live visit
	// of the worker, unless Overlap says that this is meant (rule 8.1).
	Book struct {
		Visit   Visit `json:"visit"`
		Overlap bool  `json:"overlap,omitempty"`
	}

	// Edit changes a visit's times, responders, whether the worker is prompted and
	// whether it ends by voice only, from a page, the API or the calendar. Zero and nil leave a thing as it is.
	Edit struct {
		Visit         string    `json:"visit"`
		StartsAt      time.Time `json:"starts_at,omitzero"`
		ExpectedEndAt time.Time `json:"expected_end_at,omitzero"`
		Responders    *[]string `json:"responders,omitempty"`
		Prompts       *bool     `json:"prompts,omitempty"`
		VoiceOnly     *bool     `json:"voice_only,omitempty"`
		Overlap       bool      `json:"overlap,omitempty"`
	}

	// Cancel calls a visit off. Once it started, only a responder who Spoke with
	// the worker may (rule 2.8); the worker does so by a Text.
	Cancel struct {
		Visit string `json:"visit"`
		Spoke bool   `json:"spoke,omitempty"`
	}

	// Text is what a worker told us, by text, press, or through a responder who
	// records it (By, Via).
	Text struct {
		Intent     checkin.Intent `json:"intent"`
		Until      time.Time      `json:"until,omitzero"`
		Begin      time.Time      `json:"begin,omitzero"`
		Reference  string         `json:"reference,omitempty"`
		Visit      string         `json:"visit,omitempty"` // when the way it came names the visit
		Words      string         `json:"words,omitempty"` // fingerprint: the same for the same words
		Mention    bool           `json:"mention,omitempty"`
		Away       bool           `json:"away,omitempty"`
		NoAnswer   bool           `json:"no_answer,omitempty"`
		NotThere   bool           `json:"not_there,omitempty"`
		OptOut     bool           `json:"opt_out,omitempty"`
		NoWord     bool           `json:"no_word,omitempty"`    // the plan asks for an out word and it is not there
		Number     bool           `json:"number,omitempty"`     // it gives a number to reach the worker on
		Both       bool           `json:"both,omitempty"`       // "we're both out"; unclear: a bare "both"
		No         bool           `json:"no,omitempty"`         // a bare no to the later end that was asked back
		Doubtful   bool           `json:"doubtful,omitempty"`   // it came by a webhook and can still be fetched back
		OpensAs    Visit          `json:"opens_as,omitzero"`    // the visit that an IN opens when there is none (rule 2.4)
		Keyword    bool           `json:"keyword,omitempty"`    // the whole text is a keyword that is taught (rule 2.1)
		Unfinished bool           `json:"unfinished,omitempty"` // it ends in a word that wants another
		Joined     *Text          `json:"joined,omitempty"`     // what it says as one with the unfinished text before it
		Besides    *Text          `json:"besides,omitempty"`    // what a text that asks for a person says of the visit as well
		Unasked    bool           `json:"unasked,omitempty"`    // duress: as a name like any other the phrase asks for nobody; Besides is all that is said
	}

	// Fetched is the provider's answer when a text was asked for again.
	Fetched struct {
		Message string `json:"message"` // the id of the Input that carried the text
		Found   bool   `json:"found"`   // false: not yet to be had
		Forged  bool   `json:"forged,omitempty"`
	}

	// Raise opens an alarm for the worker: a colleague who was called, a press on
	// a page, or the partner of a joint visit.
	Raise struct {
		Kind    Kind   `json:"kind"`
		Visit   string `json:"visit,omitempty"`
		Mention bool   `json:"mention,omitempty"`
	}

	// BothOut asks the worker about their visit when a partner said "we're both out".
	BothOut struct {
		Visit string `json:"visit"`
	}

	// Unreached says that nothing could be handed over to someone by any way in
	// a round of the alarm: the next in the cover chain is told at once.
	Unreached struct {
		Alarm  string `json:"alarm,omitempty"` // "" for the one that is open
		Person string `json:"person"`
		Round  int    `json:"round"`
	}

	// CoverChanged says that the rota was changed while an alarm is open.
	CoverChanged struct{}

	// Acknowledge says "I have this alarm".
	Acknowledge struct{}

	// Call logs one call of the ring-round.
	Call struct {
		Result Result `json:"result"`
	}

	// Police logs that the police were told.
	Police struct {
		NextUpdateAt time.Time `json:"next_update_at,omitzero"`
	}

	// Liaison logs what was said with the police since.
	Liaison struct {
		NextUpdateAt time.Time `json:"next_update_at,omitzero"`
	}

	// Harmed says that the worker was found harmed: the search ends, the alarm
	// stays open until the outcome is known.
	Harmed struct{}

	// Hold records why 999 is held for a mere mention of the duress phrase, on
	// the word of two named people (rule 4.6).
	Hold struct {
		Second string `json:"second"`
	}

	// Reassure has the second duress message sent: "I've got a message to
	// Scarlett." It goes only when a responder presses it (rule 4.2).
	Reassure struct{}

	// Close closes the alarm and says how it is known that the worker is safe.
	Close struct {
		Evidence      Evidence  `json:"evidence"`
		Note          bool      `json:"note"`                     // how we know was written down
		Ended         bool      `json:"ended,omitempty"`          // what becomes of the visits: ended …
		ExpectedEndAt time.Time `json:"expected_end_at,omitzero"` // … or inside with a new expected end
		Away          bool      `json:"away,omitempty"`           // spoken with away from the place
		Second        string    `json:"second,omitempty"`         // the second person who agrees
		StoodDownAt   time.Time `json:"stood_down_at,omitzero"`   // police told that the worker is safe
		StoodDownTo   bool      `json:"stood_down_to,omitempty"`
	}
)

// Result is what came of a call (rule 3).
type Result string

const (
	NoAnswer    Result = "no_answer"
	Voicemail   Result = "voicemail"
	Engaged     Result = "engaged"
	WrongNumber Result = "wrong_number"
	SpokeOther  Result = "spoke_other"
	SpokeThem   Result = "spoke_worker"
)

// Results lists every result a call can have.
var Results = []Result{NoAnswer, Voicemail, Engaged, WrongNumber, SpokeOther, SpokeThem}

func (Elapsed) event()      {}
func (Book) event()         {}
func (Edit) event()         {}
func (Cancel) event()       {}
func (Text) event()         {}
func (Fetched) event()      {}
func (Raise) event()        {}
func (BothOut) event()      {}
func (CoverChanged) event() {}
func (Unreached) event()    {}
func (Acknowledge) event()  {}
func (Call) event()         {}
func (Police) event()       {}
func (Liaison) event()      {}
func (Harmed) event()       {}
func (Hold) event()         {}
func (Reassure) event()     {}
func (Close) event()        {}
