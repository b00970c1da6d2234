// Package written understands a buddy form as people write it in an invite: as a table or in lines, in the organisation's own words or ours.
//
// It goes by what a label means ("SU", "Client", "Name of child/young person"), never by where it stands, and takes nothing for a value that could be
// the next label. What it understands is in its field. What it does not stays, word for word and in its order, in [Form.Note], so that whoever keeps the
// form can keep it too: only what is no answer ("N/A", "TBC", "Click or tap here to enter text"), and what mail programs put around a text, is left out.
package written

import (
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Form is what was understood.
type Form struct {
	Visit  buddy.Form
	Worker Worker

	Kind       string        // "home_visit", "family_time", "meeting", "other"; "" where it is not said
	Start, End Clock         // as the form has them: the calendar's own times may be others
	Length     time.Duration // 0 where it is not said
	Responder  private.Text  // who is named to answer for it: the senior manager on call, a buddy
	Risks      private.Text  // what is known of risks, dogs, people
	Note       private.Text  // all else that was written, a line each
}

// Worker is the worker's own half of the form.
type Worker struct {
	Name                              private.Text
	Mobile, PersonalMobile, HomePhone phone.Number
	Contacts                          []buddy.Contact // as far as they were understood: one may have no name, or no number
	Description                       private.Text
	Vehicle                           buddy.Vehicle
	NoVehicle                         bool
}

// Clock is a time of day as it was written, and the day where that stood with it.
type Clock struct {
	Known            bool // that there is a time
	Hour, Minute     int
	Year, Month, Day int // 0 where there is no day; the year alone may be 0 too
}

// Limits of what is read. What is beyond stays in the note, up to its own.
const (
	maxLines = 2_000
	maxLine  = 4_000 // characters
	maxNote  = 4_000 // characters
	maxName  = 100   // as of a person
	maxProse = 1_000
	maxValue = 12 // lines of one answer
)

// Read understands a form. The bodies are the same one in the several ways a mail holds it, the best first: its page, the calendar's description, its
// plain text. A field is taken from the first that has it, the note from the first that says anything.
func Read(bodies ...string) Form {
	var f Form
	for _, body := range bodies {
		read := readOne(body)
		f.fill(read)
	}
	return f
}

// IsZero says that nothing was understood, and nothing was written.
func (f Form) IsZero() bool {
	return f.Note.IsZero() && !f.Understood()
}

// Understood says that there is something of a form.
func (f Form) Understood() bool {
	w := f.Worker
	return f.Visit != buddy.Form{} || f.Kind != "" || f.Start != Clock{} || f.End != Clock{} || f.Length != 0 || !f.Responder.IsZero() || !f.Risks.IsZero() ||
		!w.Name.IsZero() || len(w.Contacts) > 0 || !w.Description.IsZero() || w.Vehicle != buddy.Vehicle{} || w.NoVehicle || !w.Mobile.IsZero() || !w.PersonalMobile.IsZero() || !w.HomePhone.IsZero()
}

// fill takes from another reading of the same form what this one does not have.
func (f *Form) fill(g Form) {
	text := func(mine *private.Text, other private.Text) {
		if mine.IsZero() {
			*mine = other
		}
	}
	number := func(mine *phone.Number, other phone.Number) {
		if mine.IsZero() {
			*mine = other
		}
	}
	text(&f.Visit.ServiceUser, g.Visit.ServiceUser)
	text(&f.Visit.Address, g.Visit.Address)
	text(&f.Visit.Access, g.Visit.Access)
	text(&f.Visit.Contact, g.Visit.Contact)
	text(&f.Visit.WhoElse, g.Visit.WhoElse)
	text(&f.Worker.Name, g.Worker.Name)
	number(&f.Worker.Mobile, g.Worker.Mobile)
	number(&f.Worker.PersonalMobile, g.Worker.PersonalMobile)
	number(&f.Worker.HomePhone, g.Worker.HomePhone)
	text(&f.Worker.Description, g.Worker.Description)
	text(&f.Worker.Vehicle.Make, g.Worker.Vehicle.Make)
	text(&f.Worker.Vehicle.Model, g.Worker.Vehicle.Model)
	text(&f.Worker.Vehicle.Colour, g.Worker.Vehicle.Colour)
	text(&f.Worker.Vehicle.Registration, g.Worker.Vehicle.Registration)
	f.Worker.NoVehicle = (f.Worker.NoVehicle || g.Worker.NoVehicle) && f.Worker.Vehicle == buddy.Vehicle{}
	if len(f.Worker.Contacts) == 0 {
		f.Worker.Contacts = g.Worker.Contacts
	}
	if f.Kind == "" {
		f.Kind = g.Kind
	}
	if f.Start == (Clock{}) {
		f.Start = g.Start
	}
	if f.End == (Clock{}) {
		f.End = g.End
	}
	if f.Length == 0 {
		f.Length = g.Length
	}
	text(&f.Responder, g.Responder)
	text(&f.Risks, g.Risks)
	text(&f.Note, g.Note)
}
