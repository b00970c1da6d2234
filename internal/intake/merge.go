package intake

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Past is what became of somebody's fields before.
type Past struct {
	AsOf   time.Time       // of when the list is
	Person string          // whose they are
	Hands  map[string]Hand // by field; "" is all of them at once, as when somebody was put in, and "confirmed" that all was said to be right
	Seen   map[string]Seen // what the lists before said, by field
	Same   func(field, value string, print []byte) bool
}

// Hand is when somebody last said a field by hand, and who: the person themselves where By is their id.
type Hand struct {
	At time.Time
	By string
}

// Seen is what the last list that spoke of a field said, and of when that list was.
type Seen struct {
	Print []byte
	At    time.Time
}

// Kept is a field that the list has otherwise, and that stays as it is.
type Kept struct {
	Field string    `json:"field"`
	By    string    `json:"by"` // who said it by hand
	At    time.Time `json:"at"`
}

// Outcome is what becomes of somebody by a list.
type Outcome struct {
	After   buddy.Person
	Changed []string // fields, by the record's names
	Kept    []Kept
	Speaks  map[string]private.Text // what the list says, by field, for the next list to be held against
}

// Merge says what becomes of somebody by what a list says of them. What is not said stays; what they or another said by hand stays too
// until the list is known to be newer: see keeps.
func Merge(now buddy.Person, s Said, past Past) Outcome {
	m := merger{Said: s, past: past, Outcome: Outcome{After: now, Speaks: map[string]private.Text{}}}
	m.After.Roles = slices.Clone(now.Roles)
	m.After.Contacts = slices.Clone(now.Contacts)
	if now.ID != "" && now.Name == "" && len(now.Roles) == 0 && len(s.Roles) == 0 {
		m.After.Roles = []string{buddy.Worker}
	}
	m.text(ExternalID, now.ExternalID, func(v string) { m.After.ExternalID = v })
	m.text(Name, now.Name, func(v string) { m.After.Name = v })
	m.text(Team, now.Team, func(v string) { m.After.Team = v })
	m.number(Mobile, now.Mobile, &m.After.Mobile)
	m.number(Personal, now.PersonalMobile, &m.After.PersonalMobile)
	m.number(Home, now.HomePhone, &m.After.HomePhone)
	m.private(Email, now.Email, &m.After.Email)
	m.private(Description, now.Description, &m.After.Description)
	m.vehicle(now)
	m.contacts(now)
	m.roles(now)
	return m.Outcome
}

type merger struct {
	Said
	past Past
	Outcome
}

// take says that a field becomes something by what the list says: it is not so already, and nobody's word stands against it.
func (m *merger) take(f Field, is, becomes, said string) bool {
	m.Speaks[string(f)] = private.New(said)
	if strings.EqualFold(is, becomes) || f == Registration && strings.EqualFold(spaceless(is), spaceless(becomes)) {
		return false
	}
	if hand, keeps := m.keeps(f, is, said); keeps {
		m.Kept = append(m.Kept, Kept{string(f), hand.By, hand.At})
		return false
	}
	m.Changed = append(m.Changed, string(f))
	return true
}

// keeps says that what somebody said of a field by hand stays, and whose word and of when it is.
//
// A list tells the value of its day, not when it became so: an old number comes again with each export. So a word by hand stays where it
// is younger than the list, and where the lists before said the same as this one. A person's own word stays also where nothing says that the list
// is newer: no list since then, up to this one, said otherwise, and this one has no date of its own for the change.
func (m *merger) keeps(f Field, is, said string) (Hand, bool) {
	hand, by := m.past.Hands[string(f)]
	for _, whole := range []string{"", "confirmed"} {
		if all, one := m.past.Hands[whole]; one && is != "" && (!by || all.At.After(hand.At)) {
			hand, by = all, true
		}
	}
	if !by {
		return Hand{}, false
	}
	of := m.past.AsOf
	if !m.ChangedOn.IsZero() && m.ChangedOn.Before(of) {
		of = m.ChangedOn
	}
	seen, spoke := m.past.Seen[string(f)]
	switch {
	case of.Before(hand.At):
		return hand, true
	case spoke && m.past.Same(string(f), said, seen.Print):
		return hand, true
	case hand.By == m.past.Person && m.ChangedOn.IsZero() && (!spoke || seen.At.Before(hand.At)):
		return hand, true
	}
	return hand, false
}

func spaceless(s string) string { return strings.ReplaceAll(s, " ", "") }

func (m *merger) text(f Field, is string, put func(string)) {
	if v, says := m.Values[f]; says && m.take(f, is, v.Reveal(), v.Reveal()) {
		put(v.Reveal())
	}
}

func (m *merger) private(f Field, is private.Text, into *private.Text) {
	m.text(f, is.Reveal(), func(v string) { *into = private.New(v) })
}

func (m *merger) number(f Field, is phone.Number, into *phone.Number) {
	m.text(f, is.E164(), func(v string) {
		if n, err := phone.Parse(v); err == nil { // Read parsed it
			*into = n
		}
	})
}

// vehicle takes what is said of the car, unless its worker comes without one and that stands.
func (m *merger) vehicle(now buddy.Person) {
	if v, says := m.Values[NoVehicle]; says {
		m.text(NoVehicle, map[bool]string{true: "yes", false: "no"}[now.NoVehicle], func(string) { m.After.NoVehicle = v.Reveal() == "yes" })
	} else if now.NoVehicle && m.value(Registration) != "" {
		if hand, keeps := m.keeps(NoVehicle, "yes", "no"); keeps {
			m.Kept = append(m.Kept, Kept{string(Registration), hand.By, hand.At})
			return
		}
		m.After.NoVehicle = false
		m.Changed = append(m.Changed, string(NoVehicle))
	}
	for _, x := range []struct {
		f    Field
		is   private.Text
		into *private.Text
	}{{Make, now.Vehicle.Make, &m.After.Vehicle.Make}, {Model, now.Vehicle.Model, &m.After.Vehicle.Model}, {Colour, now.Vehicle.Colour, &m.After.Vehicle.Colour},
		{Registration, now.Vehicle.Registration, &m.After.Vehicle.Registration}} {
		m.private(x.f, x.is, x.into)
	}
}

// contacts takes the list's contacts, all or none of them: which of two lists somebody is to be rung by is not mixed.
func (m *merger) contacts(now buddy.Person) {
	if len(m.Contacts) == 0 {
		return
	}
	list := m.listed(now)
	if m.take(contacts, written(now.Contacts), written(list), written(m.listed(buddy.Person{}))) {
		m.After.Contacts = list
	}
}

// written writes contacts so that the same give the same.
func written(list []buddy.Contact) string {
	if len(list) == 0 {
		return ""
	}
	var lines [][]string
	for _, c := range list {
		police := ""
		if c.PoliceOnly {
			police = "police"
		}
		lines = append(lines, []string{c.Name.Reveal(), c.Relation.Reveal(), c.Phone.E164(), police})
	}
	raw, err := json.Marshal(lines)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(raw)
}

// roles gives roles, and takes none: who answers for others would be lost by a list that does not know of it.
func (m *merger) roles(now buddy.Person) {
	for _, role := range buddy.Roles() {
		if slices.Contains(m.Roles, role) && !m.After.Has(role) {
			m.After.Roles = append(m.After.Roles, role)
		}
	}
	if !slices.Equal(now.Roles, m.After.Roles) {
		m.Changed = append(m.Changed, string(Roles))
	}
}
