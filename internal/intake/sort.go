package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// Here is who is here already, and what whoever brings the list may change.
type Here struct {
	People   []buddy.Person
	Erased   func(id string) bool          // whose details were erased: an id that is never given again
	May      func(buddy.Person) bool       // may they change this person; they never see why not
	MayTeam  func(team string) bool        // may they put people into this team
	Offices  bool                          // may they make administrators and auditors
	ByEmail  bool                          // people are found by their e-mail address when they sign in, and it is not theirs to change
	NewID    func(key string) string       // the id of somebody new, by what tells them apart in the list
	Problems func(buddy.Person) []string   // what besides their own problems keeps somebody from being taken: names of fields
	Past     func(id string) (Past, error) // what was said of somebody before
}

// Placed is what a list says of somebody, and who that is here.
type Placed struct {
	Said
	Now buddy.Person // as they are; of somebody new their id alone
	New bool
	Outcome
	Gone    bool // they left, or were erased: nothing of them is changed
	Nothing bool // nothing is to be done: the last list said the same
}

// Sort finds who each person of a list is here: by id, else by personnel number, else by mobile or e-mail address; whoever is none is new. It says what
// would become of each.
func Sort(said []Said, here Here) (placed []Placed, bad []Remark, err error) {
	s := sorter{Here: here, by: index(here.People), named: map[string]int{}}
	for _, one := range said {
		p, ok := s.place(one)
		if !ok {
			continue
		}
		if before, twice := s.named[p.Now.ID]; twice {
			s.wrong(one.line(), "", fmt.Sprintf("is the same person as on line %d", before))
			continue
		}
		s.named[p.Now.ID] = one.line()
		if p.Gone {
			placed = append(placed, p)
			continue
		}
		past := Past{}
		if !p.New {
			if past, err = here.Past(p.Now.ID); err != nil {
				return nil, nil, err
			}
		}
		p.Outcome = Merge(p.Now, one, past)
		p.Nothing = !p.New && len(p.Changed) == 0 && p.heard(past)
		s.check(p)
		placed = append(placed, p)
	}
	return placed, s.bad, nil
}

// heard says that the lists before said of each field what this one says, and were not older.
func (o Outcome) heard(past Past) bool {
	for _, f := range slices.Sorted(maps.Keys(o.Speaks)) {
		seen, spoke := past.Seen[f]
		if !spoke || seen.At.Before(past.AsOf) || !past.Same(f, o.Speaks[f].Reveal(), seen.Print) {
			return false
		}
	}
	return true
}

type sorter struct {
	Here
	by    map[string][]int
	named map[string]int
	bad   []Remark
}

func (s *sorter) wrong(line int, heading, says string) {
	s.bad = append(s.bad, Remark{line, heading, says})
}

// index finds people by what tells them apart.
func index(people []buddy.Person) map[string][]int {
	by := map[string][]int{}
	add := func(f Field, value string, i int) {
		if value != "" && !slices.Contains(by[string(f)+" "+strings.ToLower(value)], i) {
			by[string(f)+" "+strings.ToLower(value)] = append(by[string(f)+" "+strings.ToLower(value)], i)
		}
	}
	for i, p := range people {
		add(ID, p.ID, i)
		add(ExternalID, p.ExternalID, i)
		add(Mobile, p.Mobile.E164(), i)
		add(Mobile, p.PersonalMobile.E164(), i)
		add(Email, p.Email.Reveal(), i)
	}
	return by
}

func (s *sorter) find(f Field, value string) []int {
	if value == "" {
		return nil
	}
	return s.by[string(f)+" "+strings.ToLower(value)]
}

// place finds who a person of the list is.
func (s *sorter) place(one Said) (Placed, bool) {
	at, says := s.who(one)
	if says != "" {
		s.wrong(one.line(), "", says)
		return Placed{}, false
	}
	if at < 0 {
		return s.newcomer(one)
	}
	now := s.People[at]
	if !s.May(now) {
		s.wrong(one.line(), "", "is somebody whom you cannot change: leave the row out, or ask an administrator")
		return Placed{}, false
	}
	return Placed{Said: one, Now: now, Gone: !now.Active || s.Erased(now.ID)}, true
}

// who gives the place of a person among those who are here, -1 for somebody new, or says why it cannot be told.
func (s *sorter) who(one Said) (at int, says string) {
	if id := one.value(ID); id != "" {
		if found := s.find(ID, id); len(found) > 0 {
			return found[0], ""
		}
		if found := s.find(ExternalID, id); len(found) > 0 {
			return found[0], ""
		}
		return -1, ""
	}
	number := one.value(ExternalID)
	if found := s.find(ExternalID, number); len(found) == 1 {
		return found[0], ""
	}
	if found := s.find(ID, number); len(found) == 1 {
		return found[0], ""
	}
	var found []int
	for _, by := range []struct {
		f     Field
		value string
	}{{Mobile, one.value(Mobile)}, {Mobile, one.value(Personal)}, {Email, one.value(Email)}} {
		for _, i := range s.find(by.f, by.value) {
			if !slices.Contains(found, i) {
				found = append(found, i)
			}
		}
	}
	switch {
	case len(found) == 0:
		return -1, ""
	case len(found) > 1:
		return 0, "fits several people who are here, by mobile or e-mail address: give the id"
	case number != "" && s.People[found[0]].ExternalID != "":
		return 0, "has the mobile or e-mail address of somebody with another personnel number"
	}
	return found[0], ""
}

// newcomer is somebody who is not here yet.
func (s *sorter) newcomer(one Said) (Placed, bool) {
	id := one.value(ID)
	if id == "" {
		id = s.NewID(one.key())
	}
	if s.Erased(id) {
		s.wrong(one.line(), "", "has the id of somebody whose details were erased: whoever comes back is a new person")
		return Placed{}, false
	}
	maps.Insert(one.Values, maps.All(one.otherwise))
	return Placed{Said: one, Now: buddy.Person{ID: id, Active: true}, New: true}, true
}

// check says what is wrong with what would become of somebody.
func (s *sorter) check(p Placed) {
	line := p.line()
	after := p.After
	if after.Team == "" {
		s.wrong(line, p.heading(Team), "names no team: choose one for those without")
	} else if after.Team != p.Now.Team && !s.MayTeam(after.Team) {
		s.wrong(line, p.heading(Team), "is a team whose people you do not keep")
	}
	for _, office := range []string{buddy.Admin, buddy.Auditor} {
		if after.Has(office) && !p.Now.Has(office) && !s.Offices {
			s.wrong(line, p.heading(Roles), "makes an administrator or an auditor: an administrator does that")
		}
	}
	if s.ByEmail && !p.New && slices.Contains(p.Changed, string(Email)) {
		s.wrong(line, p.heading(Email), "is not as it is here: only an administrator changes it, as people are found by it when they sign in")
	}
	for _, x := range after.Problems() {
		if x.Field == "team" && after.Team == "" {
			continue
		}
		at, heading := p.whereIs(x.Field)
		s.wrong(at, heading, x.Says)
	}
	for _, field := range s.Problems(after) {
		at, heading := p.whereIs(field)
		s.wrong(at, heading, "is Allclear's own number: texts and calls to it would reach nobody")
	}
}

// whereIs finds the line and the heading of what the core calls a field, such as "emergency_contacts[1].phone".
func (p Placed) whereIs(field string) (line int, heading string) {
	if rest, is := strings.CutPrefix(field, "emergency_contacts["); is {
		i := int(rest[0] - '0')
		if i >= 0 && i < len(p.After.Contacts) {
			for _, c := range p.Contacts {
				if c.Phone == p.After.Contacts[i].Phone {
					return c.line, c.heading
				}
			}
		}
		return p.line(), "emergency contact"
	}
	field = strings.TrimPrefix(field, "vehicle.")
	if heading = p.heading(Field(field)); heading == "" {
		heading = strings.ReplaceAll(field, "_", " ")
	}
	return p.line(), heading
}

// sameContact gives the contact of somebody that has a number.
func sameContact(p buddy.Person, c Contact) (buddy.Contact, bool) {
	for _, o := range p.Contacts {
		if o.Phone == c.Phone {
			return o, true
		}
	}
	return buddy.Contact{}, false
}

// listed gives the contacts that a list says, as somebody's. What the list does not say of one whom they have already stays.
func (s Said) listed(now buddy.Person) []buddy.Contact {
	var list []buddy.Contact
	for _, o := range now.Contacts { // in the worker's own order
		for _, c := range s.Contacts {
			if c.Phone == o.Phone {
				list = append(list, c.as(now))
			}
		}
	}
	for _, c := range s.Contacts {
		if _, had := sameContact(now, c); !had {
			list = append(list, c.as(now))
		}
	}
	return list
}

func (c Contact) as(now buddy.Person) buddy.Contact {
	was, had := sameContact(now, c)
	is := buddy.Contact{Name: c.Name, Relation: c.Relation, Phone: c.Phone, PoliceOnly: was.PoliceOnly}
	if had && strings.EqualFold(was.Name.Reveal(), c.Name.Reveal()) {
		is.Name = was.Name
	}
	if had && (c.Relation.IsZero() || strings.EqualFold(was.Relation.Reveal(), c.Relation.Reveal())) {
		is.Relation = was.Relation
	}
	if c.PoliceOnly != nil {
		is.PoliceOnly = *c.PoliceOnly
	}
	return is
}
