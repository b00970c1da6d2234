package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Line is one row: where it stands, and its cells in the order of the columns.
type Line struct {
	Number int
	Cells  []string
}

// Remark is what is wrong with a row, or was left out of it. Nothing in it is of the list but the line's number and the heading.
type Remark struct {
	Line    int    `json:"line"`
	Heading string `json:"heading,omitempty"` // "" for the whole row
	Says    string `json:"says"`
}

// String is the remark in one line.
func (r Remark) String() string {
	if r.Heading == "" {
		return fmt.Sprintf("line %d: %s", r.Line, r.Says)
	}
	return fmt.Sprintf("line %d, %s: %s", r.Line, r.Heading, r.Says)
}

// Contact is somebody to ring, as the list has them.
type Contact struct {
	Name, Relation private.Text
	Phone          phone.Number
	PoliceOnly     *bool // nil where the list does not say
	line           int
	heading        string
}

// Said is what a list says of one person, in one row or several.
type Said struct {
	Lines     []int
	Values    map[Field]private.Text // by the fields of a person, numbers in E.164; what is not said is not there
	Contacts  []Contact
	Roles     []string
	ChangedOn time.Time // when the list says that it was last changed; zero where it does not

	headings map[Field]string
	first    private.Text
	last     private.Text

	otherwise map[Field]private.Text
}

func (s Said) value(f Field) string { return s.Values[f].Reveal() }

// Otherwise says a field of somebody new of whom the list does not.
func (s *Said) Otherwise(f Field, value string) {
	if s.otherwise == nil {
		s.otherwise = map[Field]private.Text{}
	}
	s.otherwise[f] = private.New(value)
}

// heading is what stands above a field.
func (s Said) heading(f Field) string { return s.headings[f] }

// line is where the person is first named.
func (s Said) line() int { return s.Lines[0] }

// Group is a team that a list may name.
type Group struct{ ID, ExternalID, Name string }

// Setting is what is said beside the list.
type Setting struct {
	Columns []Field // what each column is
	Heads   []string
	Groups  []Group // the teams there are
	Team    string  // the id of the team of new people for whom the list names none; "" for none
}

// Problems says why a table with such columns cannot be read at all; none where it can.
func (x Setting) Problems() []string {
	var says []string
	has := func(f Field) bool { return slices.Contains(x.Columns, f) }
	if !has(ID) && !has(ExternalID) && !has(Mobile) && !has(Email) && !has(Personal) && !has(Reached) {
		says = append(says, "Nothing says who a row is about: one column must be the personnel number, the id, a mobile or the e-mail address")
	}
	seen := map[Field]int{}
	for i, f := range x.Columns {
		if before, twice := seen[f]; twice && f != Skip {
			says = append(says, fmt.Sprintf("Columns %d and %d cannot both be %s", before+1, i+1, f.Words()))
		}
		seen[f] = i
	}
	if has(Reached) != has(Communication) {
		says = append(says, "SAP’s communication type and its ID or number only mean something together")
	}
	return says
}

// Words are what people are shown for a field.
func (f Field) Words() string {
	for _, n := range Fields() {
		if n.Field == f {
			return n.Words
		}
	}
	return string(f)
}

// Read makes of the rows what they say of each person, in the order in which they are first named. Rows with one id, personnel number, mobile or
// e-mail address, by the first of these that they have, are one person's. What is wrong is bad; what is left out is noted.
func Read(lines []Line, x Setting) (said []Said, bad, noted []Remark) {
	r := reader{Setting: x, people: map[string]*Said{}}
	for _, l := range lines {
		r.row(l)
	}
	for _, key := range r.order {
		s := r.people[key]
		r.whole(s)
		said = append(said, *s)
	}
	return said, r.bad, r.noted
}

type reader struct {
	Setting
	people     map[string]*Said
	order      []string
	bad, noted []Remark
}

func (r *reader) wrong(line int, heading, says string) {
	r.bad = append(r.bad, Remark{line, heading, says})
}

// row reads one row, and adds it to what is said of its person.
func (r *reader) row(l Line) {
	one := Said{Lines: []int{l.Number}, Values: map[Field]private.Text{}, headings: map[Field]string{}}
	var kin [mostContactColumns]contactCells
	kind, reached, reachedHead := "", "", ""
	before := len(r.bad)
	for i, cell := range l.Cells {
		if i >= len(r.Columns) || r.Columns[i] == Skip || cell == "" {
			continue
		}
		base, n := r.Columns[i].cut()
		head := r.Heads[i]
		switch base {
		case ContactName, ContactFirst, ContactLast, Relation, ContactPhone, PoliceOnly:
			kin[n-1].put(base, cell, head)
		case Communication:
			kind = cell
		case Reached:
			reached, reachedHead = cell, head
		default:
			r.cell(&one, base, cell, head)
		}
	}
	if f := communicates(kind); f != Skip && reached != "" {
		r.cell(&one, f, reached, reachedHead)
	}
	for _, k := range kin {
		r.contact(&one, k)
	}
	key := one.key()
	if key == "" {
		if len(r.bad) == before { // else what is wrong may be what would have said it
			r.wrong(l.Number, "", "nothing says who it is about: no personnel number, id, mobile or e-mail address")
		}
		return
	}
	if s, known := r.people[key]; known {
		r.join(s, one)
		return
	}
	r.people[key] = &one
	r.order = append(r.order, key)
}

// key is by what rows are one person's; "" where they are nobody's.
func (s Said) key() string {
	for _, f := range []Field{ID, ExternalID, Mobile, Email, Personal} {
		if v := s.value(f); v != "" {
			return string(f) + " " + strings.ToLower(v)
		}
	}
	return ""
}

// join adds another row to what is said of a person.
func (r *reader) join(s *Said, more Said) {
	line := more.line()
	s.Lines = append(s.Lines, line)
	if s.first.IsZero() && s.last.IsZero() {
		s.first, s.last = more.first, more.last
	}
	for _, f := range personFields {
		v, says := more.Values[f]
		if !says {
			continue
		}
		if was, said := s.Values[f]; said && !strings.EqualFold(was.Reveal(), v.Reveal()) {
			r.wrong(line, more.heading(f), fmt.Sprintf("is not as on line %d, which is about the same person", s.line()))
			continue
		}
		s.Values[f], s.headings[f] = v, more.heading(f)
	}
	for _, role := range more.Roles {
		if !slices.Contains(s.Roles, role) {
			s.Roles = append(s.Roles, role)
		}
	}
	for _, c := range more.Contacts {
		s.addContact(c)
	}
	if more.ChangedOn.Before(s.ChangedOn) { // all of it must be newer
		s.ChangedOn = more.ChangedOn
	}
}

// addContact adds a contact; one with the number of another is the same.
func (s *Said) addContact(c Contact) {
	if slices.ContainsFunc(s.Contacts, func(o Contact) bool { return o.Phone == c.Phone }) {
		return
	}
	s.Contacts = append(s.Contacts, c)
}

// whole makes one name of its parts.
func (r *reader) whole(s *Said) {
	if _, named := s.Values[Name]; !named {
		if name := strings.TrimSpace(s.first.Reveal() + " " + s.last.Reveal()); name != "" {
			s.Values[Name] = private.New(name)
		}
	}
}
