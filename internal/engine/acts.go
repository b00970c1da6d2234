package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Actor says who did something and how it reached us. With a token, Token is
// its name: the record says "token N for p-sam".
type Actor struct {
	By    string // person id
	Via   string // "api", "call", "text", "press"
	Token string
	Key   string // makes a repeat of the same call recognisable; "" when it cannot be
	// Unaware says that whoever asks must not know of danger that is open: they are answered as on any day (rule 4.2). Of the
	// worker and who is with them it is known without being said.
	Unaware bool
}

// Booking is a visit to be put under watch. Problems come back as
// *watch.Invalid with the API's field names.
type Booking struct {
	ExternalID              string
	Worker                  string
	Kind                    string // home_visit, family_time; meeting and other are not watched
	StartsAt, ExpectedEndAt time.Time
	Details                 buddy.Form
	Private                 *bool    // nil: private out of hours (rule 1.4)
	Responders              []string // the named buddy
	JointWith               []string // the other workers of a joint visit: each has one of their own (rule 8.2)
	Overlap                 bool     // an overlap with another visit is meant (rule 8.1)
	answered                bool     // whoever books says what is missing of it: it is not asked for besides
	quiet                   bool     // one of many that are booked at once: nobody is told of each that it falls into a gap

	Prompts *bool // false: no prompts, a buzzing phone can be wrong in a tense home
}

// Booked is what came of a booking.
type Booked struct {
	Visit string   // its id
	Joint []string // the linked visits
	Gap   bool     // nobody is on call at some time of it: it falls to the fallback
}

// VisitEdit is what a PATCH changes; nil and zero leave a thing as it is.
type VisitEdit struct {
	StartsAt, ExpectedEndAt                        time.Time
	ServiceUser, Address, Access, Contact, WhoElse *private.Text
	ExternalID                                     *string
	Private                                        *bool
	Responders                                     *[]string
	Prompts                                        *bool
	VoiceOnly                                      *bool // whether it ends by voice only (rule 1.5)
	Overlap                                        bool
}

// Checkin is what a worker told us by another way than a text message: in their
// own words, or as a press of a kind.
type Checkin struct {
	Person string
	Visit  string       // when the way it came names it
	Text   private.Text // free words, or
	Kind   string       // in, late, out, sos
	Until  time.Time
}

// CheckedIn is what came of it.
type CheckedIn struct {
	Reading checkin.Reading // as it reads to someone to whom the duress phrase is a name like any other
	Visit   string          // the visit it was taken to be about; "" for none
	Refused string          // why nothing moved, where rule 1.5, 2.8 or 3.2 says no (409)
	ByVoice bool            // it is refused because the visit ends by voice only; the responder was asked to ring
	// Shown is the visit as the worker may see it while danger is open: as if
	// there were no alarm. Nil when it may be seen as it is.
	Shown *watch.Visit
}

// Words are the private words of an action: they are sealed beside the record.
type Words struct {
	Text      string `json:"text,omitempty"`      // a text, verbatim
	From      string `json:"from,omitempty"`      // the number it came from, E.164
	Name      string `json:"name,omitempty"`      // the person asked for
	Before    string `json:"before,omitempty"`    // the unfinished text that this one was read as one with
	Note      string `json:"note,omitempty"`      // how we know, what was said, why
	To        string `json:"to,omitempty"`        // the number rung, or whom the police line was
	Reference string `json:"reference,omitempty"` // the police's own
	Officer   string `json:"officer,omitempty"`
	Attending *bool  `json:"attending,omitempty"`
	Number    string `json:"number,omitempty"` // another number to reach the worker on
	StoodDown string `json:"stood_down,omitempty"`
	Stood     *Stood `json:"stood,omitempty"` // of a text that was asked back
	Meant     *Meant `json:"meant,omitempty"` // of a label
}

// Pressed is what a key press on an alarm call came to.
type Pressed string

const (
	PressTaken Pressed = "taken" // the alarm is theirs
	PressWrong Pressed = "wrong" // another key
	PressOver  Pressed = "over"  // the alarm is closed
	PressOther Pressed = "other" // someone else has it

	PressUnknown Pressed = "unknown" // the call is not one of ours: an alarm may be open
)

// parsed reads a number from the record; zero for none.
func parsed(e164 string) (phone.Number, error) {
	if e164 == "" {
		return phone.Number{}, nil
	}
	return phone.Parse(e164)
}

// WordsOf opens the private words of an entry; an entry without any has none.
func WordsOf(entry store.Entry) (Words, error) {
	var w Words
	if entry.Words.IsZero() {
		return w, nil
	}
	if json.Unmarshal([]byte(entry.Words.Reveal()), &w) != nil {
		return w, fmt.Errorf("read words of entry %s: %w", entry.ID, errOtherKind)
	}
	return w, nil
}
