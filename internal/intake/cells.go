package intake

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// personFields are the fields of a person that one cell says, in the order in which they are shown.
var personFields = []Field{ID, ExternalID, Name, Team, Mobile, Personal, Home, Email, Description, Make, Model, Colour, Registration, NoVehicle}

// cell reads one cell of a person's own.
func (r *reader) cell(s *Said, f Field, cell, heading string) {
	put := func(value string) { s.Values[f], s.headings[f] = private.New(value), heading }
	line := s.line()
	switch f {
	case FirstName:
		s.first = private.New(cell)
	case LastName:
		s.last = private.New(cell)
	case Name:
		put(inOrder(cell))
	case Mobile, Personal, Home:
		n, says := readNumber(cell)
		if says != "" {
			r.wrong(line, heading, says)
			return
		}
		put(n.E164())
	case Registration:
		put(strings.ToUpper(strings.Join(strings.Fields(cell), " ")))
	case NoVehicle:
		yes, known := yesNo(cell)
		if !known {
			r.wrong(line, heading, "must be yes or no")
			return
		}
		put(map[bool]string{true: "yes", false: "no"}[yes])
	case Team:
		r.team(s, cell, heading)
	case Roles:
		r.roles(s, cell, heading)
	case ChangedOn:
		at, ok := Date(cell)
		if !ok {
			r.wrong(line, heading, "is not a date, such as 2026-03-03 or 03.03.2026")
			return
		}
		s.ChangedOn = at
	case ID, ExternalID:
		put(strings.TrimSuffix(cell, ".0"))
	default:
		put(cell)
	}
}

// team finds a team by its id, its external id or its name.
func (r *reader) team(s *Said, cell, heading string) {
	for _, is := range []func(Group) bool{
		func(g Group) bool { return g.ID == cell },
		func(g Group) bool { return g.ExternalID != "" && g.ExternalID == cell },
		func(g Group) bool { return strings.EqualFold(g.Name, cell) },
	} {
		if i := slices.IndexFunc(r.Groups, is); i >= 0 {
			s.Values[Team], s.headings[Team] = private.New(r.Groups[i].ID), heading
			return
		}
	}
	r.wrong(s.line(), heading, "is no team that is known here")
}

// roleWords are the roles by what people call them.
var roleWords = map[string]string{
	"worker": buddy.Worker, "lone worker": buddy.Worker, "staff": buddy.Worker, "practitioner": buddy.Worker, "social worker": buddy.Worker, "support worker": buddy.Worker,
	"manager": buddy.Manager, "team manager": buddy.Manager, "line manager": buddy.Manager,
	"responder": buddy.Responder, "on call": buddy.Responder, "on call manager": buddy.Responder, "senior manager": buddy.Responder, "senior manager on call": buddy.Responder,
	"admin": buddy.Admin, "administrator": buddy.Admin, "auditor": buddy.Auditor,
}

var betweenRoles = regexp.MustCompile(`[,;/+&|\n]| and `)

func (r *reader) roles(s *Said, cell, heading string) {
	for _, word := range betweenRoles.Split(cell, -1) {
		word = normal(word)
		if word == "" {
			continue
		}
		role, known := roleWords[word]
		if !known {
			r.wrong(s.line(), heading, "names a role that is not known; there are "+strings.Join(buddy.Roles(), ", "))
			return
		}
		if !slices.Contains(s.Roles, role) {
			s.Roles = append(s.Roles, role)
		}
	}
	s.headings[Roles] = heading
}

// contactCells are the cells of one contact in one row.
type contactCells struct {
	name, first, last, relation, phone, police string
	heading                                    map[Field]string
}

func (k *contactCells) put(f Field, cell, heading string) {
	if k.heading == nil {
		k.heading = map[Field]string{}
	}
	k.heading[f] = heading
	*map[Field]*string{ContactName: &k.name, ContactFirst: &k.first, ContactLast: &k.last, Relation: &k.relation, ContactPhone: &k.phone, PoliceOnly: &k.police}[f] = cell
}

// contact reads a contact. One without a number is nobody to ring: SAP has all of a family so.
func (r *reader) contact(s *Said, k contactCells) {
	line := s.line()
	name := inOrder(k.name)
	if name == "" {
		name = strings.TrimSpace(k.first + " " + k.last)
	}
	switch {
	case k.phone == "" && name == "":
		return
	case k.phone == "":
		r.noted = append(r.noted, Remark{Line: line, Says: "the contact has no number, so there is nothing to ring: left out"})
		return
	}
	n, says := readNumber(k.phone)
	if says != "" {
		r.wrong(line, k.heading[ContactPhone], says)
		return
	}
	if name == "" {
		r.wrong(line, k.heading[ContactPhone], "is the number of a contact without a name")
		return
	}
	c := Contact{Name: private.New(name), Relation: private.New(relation(k.relation)), Phone: n, line: line, heading: k.heading[ContactPhone]}
	if k.police != "" {
		yes, known := yesNo(k.police)
		if !known {
			r.wrong(line, k.heading[PoliceOnly], "must be yes or no")
			return
		}
		c.PoliceOnly = &yes
	}
	s.addContact(c)
}

// readNumber reads a telephone number as people and spreadsheets write it, or says what is wrong.
func readNumber(cell string) (phone.Number, string) {
	if strings.ContainsAny(cell, "eE") && spoiltNumber.MatchString(cell) {
		return phone.Number{}, "was shortened by a spreadsheet: make the column text, and put the whole number in"
	}
	n, err := phone.Parse(strings.TrimSuffix(cell, ".0"))
	switch {
	case err == nil:
		return n, ""
	case errors.Is(err, phone.ErrExtension):
		return n, "has an extension: give a direct number"
	case errors.Is(err, phone.ErrShort):
		return n, "is too short: give the whole number with its area code"
	default:
		return n, "is no telephone number"
	}
}

var spoiltNumber = regexp.MustCompile(`^[0-9.,]+[eE]\+?[0-9]+$`)

// inOrder gives a name as it is spoken: "Nair, Priya" is Priya Nair.
func inOrder(name string) string {
	last, first, turned := strings.Cut(name, ",")
	if !turned || strings.TrimSpace(first) == "" || strings.Contains(first, ",") {
		return strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimSpace(name), ",")), " ")
	}
	return strings.Join(strings.Fields(first+" "+last), " ")
}

// yesNo reads a yes or a no; SAP marks a yes with an X.
func yesNo(cell string) (yes, known bool) {
	switch strings.ToLower(cell) {
	case "yes", "y", "true", "1", "x", "ja", "wahr":
		return true, true
	case "no", "n", "false", "0", "-", "nein", "falsch":
		return false, true
	}
	return false, false
}

// families are SAP's types of a family record (infotype 0021).
var families = map[int]string{1: "spouse", 2: "child", 5: "guardian", 6: "stepchild", 7: "emergency contact", 8: "relative", 9: "partner", 10: "divorced spouse",
	11: "father", 12: "mother", 13: "partner", 15: "partner"}

func relation(cell string) string {
	if n, err := strconv.Atoi(cell); err == nil {
		return families[n]
	}
	return cell
}

// communicates says what SAP's type of communication (infotype 0105) is of a person's; Skip for what is not kept here.
func communicates(kind string) Field {
	k := normal(kind)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(k, w) })
	}
	switch {
	case k == "0010" || k == "10" || has("mail"):
		return Email
	case has("cell", "mobile") && has("private", "personal"):
		return Personal
	case has("cell", "mobile"):
		return Mobile
	case has("private phone", "private telephone", "home"):
		return Home
	}
	return Skip
}

// Date reads a day as people, SAP and spreadsheets write it, in the order of Britain; a number is the serial that a spreadsheet keeps.
func Date(cell string) (time.Time, bool) {
	day, _, _ := strings.Cut(strings.TrimSpace(cell), "T")
	for _, layout := range []string{time.DateOnly, "02.01.2006", "2.1.2006", "02/01/2006", "2/1/2006", "02-01-2006", "2 January 2006", "2 Jan 2006", "20060102"} {
		if at, err := time.Parse(layout, day); err == nil {
			return at, true
		}
	}
	serial, err := strconv.ParseFloat(day, 64)
	if err != nil || serial < 20_000 || serial > 100_000 { // 1954 to 2173
		return time.Time{}, false
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)), true
}
