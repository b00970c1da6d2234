// Package buddy holds the buddy form and the people behind it: all that a responder needs to find and describe a worker on a visit.
//
// The form has two halves. The worker's is kept on the [Person] and filled in from there; the visit's is the [Form]. What is not there yet
// never stops a visit: [Missing] says what to ask for (rule 1.3).
package buddy

import (
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Vehicle is the car a worker comes in.
type Vehicle struct{ Make, Model, Colour, Registration private.Text }

// Contact is whom to ring about a worker who can't be reached: a next of kin or another emergency contact (rule 3.5).
type Contact struct {
	Name, Relation private.Text
	Phone          phone.Number
	PoliceOnly     bool // to be rung by the police, not by us
	NextOfKin      bool // as the organisation's own records have it
}

// Person is someone who works here, in any role.
type Person struct {
	ID, ExternalID, Name, Team        string
	Roles                             []string
	Mobile, PersonalMobile, HomePhone phone.Number
	Email, Description                private.Text
	Vehicle                           Vehicle
	NoVehicle                         bool      // comes without a car, so that none is asked for
	Contacts                          []Contact // in the worker's own order
	Active                            bool
}

// The roles a person may have.
const (
	Worker    = "worker"    // visits alone
	Manager   = "manager"   // answers for a team
	Responder = "responder" // is told of alarms
	Admin     = "admin"     // keeps the installation
	Auditor   = "auditor"   // reads the record
)

// Roles lists the roles there are.
func Roles() []string { return []string{Worker, Manager, Responder, Admin, Auditor} }

// Has says that p has the role.
func (p Person) Has(role string) bool { return slices.Contains(p.Roles, role) }

// Numbers gives the numbers that reach p, in the order to ring them, none twice.
func (p Person) Numbers() []phone.Number {
	var numbers []phone.Number
	for _, n := range []phone.Number{p.Mobile, p.PersonalMobile, p.HomePhone} {
		if !n.IsZero() && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// Moved says what became of how someone is reached, or known.
type Moved string

// What may become of it. What stood elsewhere before, or is theirs no more, is replaced: who holds the old is not them.
const (
	Stayed   Moved = ""
	Added    Moved = "added"
	Replaced Moved = "replaced"
)

// ReachedBy says what became of the mobiles by which someone is texted and known, and of the e-mail address.
func ReachedBy(before, after Person) (mobiles, email Moved) {
	moved := func(now *Moved, is, had bool) {
		switch {
		case is:
		case had:
			*now = Replaced
		case *now == Stayed:
			*now = Added
		}
	}
	moved(&mobiles, before.Mobile == after.Mobile, !before.Mobile.IsZero())
	moved(&mobiles, before.PersonalMobile == after.PersonalMobile, !before.PersonalMobile.IsZero())
	moved(&email, before.Email.Reveal() == after.Email.Reveal(), !before.Email.IsZero())
	return mobiles, email
}

// Form is the visit's half of the buddy form.
type Form struct {
	ServiceUser private.Text
	Address     private.Text
	Access      private.Text // how to get in
	Contact     private.Text // of the service user: free text or a number
	WhoElse     private.Text // who else is there
}

// Missing gives the fields that a responder would need and that are not there yet, named as in the API and in the order of the form (rule
// 1.3). How to get in and who else is there are not among them: often there is nothing to say.
func Missing(p Person, f Form) []string {
	v := p.Vehicle
	var missing []string
	for _, field := range []struct {
		name  string
		there bool
	}{
		{"mobile", !p.Mobile.IsZero() || !p.PersonalMobile.IsZero()},
		{"home_phone", !p.HomePhone.IsZero()},
		{"emergency_contacts", slices.ContainsFunc(p.Contacts, p.canBeRung)},
		{"description", said(p.Description)},
		{"vehicle", p.NoVehicle || said(v.Make) && said(v.Model) && said(v.Colour) && said(v.Registration)},
		{"service_user", said(f.ServiceUser)},
		{"address", said(f.Address)},
		{"contact", said(f.Contact)},
	} {
		if !field.there {
			missing = append(missing, field.name)
		}
	}
	return missing
}

// canBeRung says that c is someone else to ring: with a name to ask for, on a number that is not p's own.
func (p Person) canBeRung(c Contact) bool {
	return said(c.Name) && !c.Phone.IsZero() && !slices.Contains(p.Numbers(), c.Phone)
}

// said says that there is more than space in a text.
func said(t private.Text) bool { return strings.TrimSpace(t.Reveal()) != "" }
