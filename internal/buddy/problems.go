package buddy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
)

// Problem is why a person can't be taken. Field is named as in the API ("emergency_contacts[0].phone"); Says holds nothing private.
type Problem = plan.Problem

// Bounds in characters: generous to people, small beside a page.
const (
	maxID       = 100
	maxName     = 100 // a person's; of a service user it may be a household's
	maxWord     = 50  // a colour, a relation
	maxEmail    = 254
	maxProse    = 1000 // a description, how to get in
	maxContacts = 10
)

// Problems says what keeps p from being taken. What is only missing is no problem: see [Missing].
func (p Person) Problems() []Problem {
	var found problems
	found.line("id", p.ID, maxID)
	found = append(found, NameProblems("name", p.Name)...)
	found.line("external_id", p.ExternalID, maxID)
	found.line("team", p.Team, maxID)
	found.roles(p)
	found.email(p.Email.Reveal())
	found.prose("description", p.Description, maxProse)
	found.line("vehicle.make", p.Vehicle.Make.Reveal(), maxWord)
	found.line("vehicle.model", p.Vehicle.Model.Reveal(), maxWord)
	found.line("vehicle.colour", p.Vehicle.Colour.Reveal(), maxWord)
	found.line("vehicle.registration", p.Vehicle.Registration.Reveal(), maxWord)
	found.contacts(p)
	return found
}

// Problems says what keeps f from being taken.
func (f Form) Problems() []Problem {
	var found problems
	found.line("service_user", f.ServiceUser.Reveal(), 2*maxName)
	found.prose("address", f.Address, maxProse)
	found.prose("access", f.Access, maxProse)
	found.prose("contact", f.Contact, maxProse)
	found.prose("who_else", f.WhoElse, maxProse)
	return found
}

type problems []Problem

func (f *problems) add(field, says string, args ...any) {
	*f = append(*f, Problem{Field: field, Says: fmt.Sprintf(says, args...)})
}

// required is line, for what may not be missing.
func (f *problems) required(field, text string, most int) {
	if Visible(text) == 0 {
		f.add(field, "is missing")
		return
	}
	f.line(field, text, most)
}

// line takes text of one line.
func (f *problems) line(field, text string, most int) {
	switch {
	case !utf8.ValidString(text):
		f.add(field, "is not written in UTF-8")
	case utf8.RuneCountInString(text) > most:
		f.add(field, "must have at most %d characters", most)
	case !plan.OneLine(text):
		f.add(field, "must be one line of plain text")
	}
}

// NameProblems says what keeps a name, a person's or a team's, from being taken.
func NameProblems(field, name string) []Problem {
	var found problems
	found.required(field, name, maxName)
	return found
}

// Visible counts the characters of a text that whoever reads it sees. A text of none says nothing, and a name of none can't
// be told from its lack.
func Visible(text string) (n int) {
	for _, r := range text {
		blank := r == '\u2800' || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) // letters and signs by their class, drawn as nothing
		if !blank && unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) {
			n++
		}
	}
	return n
}

// prose takes text of several lines.
func (f *problems) prose(field string, text private.Text, most int) {
	f.line(field, strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text.Reveal()), most)
}

func (f *problems) roles(p Person) {
	for i, role := range p.Roles {
		switch {
		case !slices.Contains(Roles(), role):
			f.add("roles", "must be of %s", strings.Join(Roles(), ", "))
			return
		case slices.Contains(p.Roles[:i], role):
			f.add("roles", "names a role twice")
			return
		}
	}
	if p.Has(Responder) && p.Mobile.IsZero() && p.PersonalMobile.IsZero() {
		f.add("mobile", "is missing: a responder is told of alarms on it")
	}
}

// email takes what could be an address. Whether it is one, only mail to it shows.
func (f *problems) email(address string) {
	if address == "" {
		return
	}
	local, domain, ok := strings.Cut(address, "@")
	spaced := strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || plan.Hidden(r) || strings.ContainsRune(`<>,;"`, r) })
	if !ok || local == "" || domain == "" || strings.Contains(domain, "@") || spaced || len(address) > maxEmail || !utf8.ValidString(address) {
		f.add("email", "is no e-mail address")
	}
}

func (f *problems) contacts(p Person) {
	if len(p.Contacts) > maxContacts {
		f.add("emergency_contacts", "can be %d at most", maxContacts)
		return
	}
	for i, c := range p.Contacts {
		field := fmt.Sprintf("emergency_contacts[%d].", i)
		f.required(field+"name", c.Name.Reveal(), maxName)
		f.line(field+"relation", c.Relation.Reveal(), maxWord)
		switch {
		case c.Phone.IsZero():
			f.add(field+"phone", "is missing")
		case slices.Contains(p.Numbers(), c.Phone):
			f.add(field+"phone", "is the worker's own number; give one that reaches somebody else") // rule 1.3
		}
	}
}
