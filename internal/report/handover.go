// Package report is what Allclear prints for people outside it. So far that is the handover sheet for the police (rule 3.4): one page, as a
// web page, a PDF and JSON, in an order and in words that can be read aloud over the telephone in 90 seconds.
//
// A sheet reveals on purpose what the rest of the program hides. Whoever asks for one answers for the right to it, and for the look being
// recorded.
package report

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// notKnown is said for whatever nobody gave: an officer must not have to ask whether it was left out.
const notKnown = "not known"

// Handover is all that the police are told. What is zero is not known, and says so.
type Handover struct {
	Kind      watch.Kind // what the alarm is
	Mention   bool       // duress: the agreed words were mentioned, not plainly asked for (rule 4.6)
	RaisedBy  string     // the colleague who raised it for the worker; "" when the worker did
	OpenedAt  time.Time  // when the alarm opened, or took its present kind
	HarmedAt  time.Time  // when the worker was found harmed: nobody need look for them any more; zero when they were not
	WrittenAt time.Time  // when the sheet was made; times on the same day are given without their day
	Zone      *time.Location
	Rehearsal bool

	Force       string       // the police force that the plan names
	ForceNumber phone.Number // how to reach it from elsewhere in the country, where 999 reaches another force

	Words     private.Text   // distress, duress: what the worker said, verbatim
	Reasons   []private.Text // what else makes whoever answers think so
	Harm      private.Text   // what is known of the harm, verbatim
	Worker    Worker
	LastVisit *Visit  // where the alarm has no visit: the one that the worker was on last; nil when there was none
	Visits    []Visit // those the alarm covers; none for a cry for help without one
	Said      []Said  // by those who raised the alarm for the worker
	LastWord  LastWord
	LastPress LastPress
	Calls     []Call // in the order they were made
	Kin       []Kin  // in the worker's order
	CallBack  CallBack
}

// Worker is who is to be found.
type Worker struct {
	Name        private.Text
	Description private.Text
	Mobile      phone.Number
	Photograph  []byte // JPEG or PNG; nil when none was given
	Vehicle     Vehicle
}

// Vehicle is what the worker came in.
type Vehicle struct{ Make, Model, Colour, Registration private.Text }

// Visit is where the worker went.
type Visit struct {
	Reference               string
	Purpose                 string // "home visit"
	ServiceUser             private.Text
	Address                 private.Text   // as it stands now, with how to get in
	AddressAtIn             private.Text   // as it stood when the worker went in; both are shown where they differ
	Contact                 private.Text   // how to reach the people there
	Others                  private.Text   // who else is there
	Risks                   []private.Text // warnings that stand, and the risk assessment's
	StartsAt, ExpectedEndAt time.Time
	EndedAt                 time.Time // zero while it has not
	InAt                    time.Time // when the worker said they were going in
}

// Said is what someone who raised the alarm for the worker knows: where they are, what they said.
type Said struct {
	By   string
	At   time.Time
	Text private.Text // verbatim; none where they raised it and said no more
}

// Whereabouts says that there is something to go by where the alarm has no visit.
func (h Handover) Whereabouts() bool {
	return h.LastVisit != nil || slices.ContainsFunc(h.Said, func(s Said) bool { return !s.Text.IsZero() })
}

// LastPress is the button that the worker pressed last: it has no words of theirs.
type LastPress struct {
	What string // "pressed “I’m out”"; "" for none
	At   time.Time
}

// LastWord is what the worker last told us in words.
type LastWord struct {
	Text private.Text // verbatim
	At   time.Time
	Via  string // "text", "call", "page"
}

// Call is one try to reach the worker.
type Call struct {
	At     time.Time
	To     phone.Number
	Whose  private.Text // "own mobile", "Ravi Nair, husband"
	By     string
	Result watch.Result
	Note   private.Text // what they said
}

// Kin is someone close to the worker.
type Kin struct {
	Name, Relation private.Text
	Phone          phone.Number
	PoliceOnly     bool      // the worker wants only the police to ring them (rule 3.5)
	ToldAt         time.Time // zero: not told
}

// CallBack is whom the police ring.
type CallBack struct {
	Name   string
	Number phone.Number
}

// spokeAt is when someone last spoke with the worker; zero when nobody did.
func (h Handover) spokeAt() time.Time {
	var at time.Time
	for _, c := range h.Calls {
		if c.Result == watch.SpokeThem && c.At.After(at) {
			at = c.At
		}
	}
	return at
}

// reference names the sheet: the visits' references, or "".
func (h Handover) reference() string {
	return joined(h.Visits, ", ", func(v Visit) string { return v.Reference })
}
