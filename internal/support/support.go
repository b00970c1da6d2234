// Package support says who stands around a worker: the spheres of support of a team, from the worker in the middle to help from outside, each
// with how it is reached and what for (rule 6.4).
//
// It is a list that a team keeps, its bounds and its moves, and where each name stands in the picture that is drawn of it.
package support

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Ring is one sphere of support.
type Ring string

// The rings, from the nearest to the farthest.
const (
	Me           Ring = "me"
	Team         Ring = "team"
	Manager      Ring = "manager"
	Organisation Ring = "organisation"
	Outside      Ring = "outside"
)

// Rings gives the rings from the nearest to the farthest.
func Rings() []Ring { return []Ring{Me, Team, Manager, Organisation, Outside} }

// Title is what a ring is called.
func (r Ring) Title() string {
	return map[Ring]string{Me: "Me", Team: "My buddy and team", Manager: "My manager", Organisation: "Our organisation", Outside: "Help from outside"}[r]
}

// Entry is one person, group or thing that is there for a worker.
type Entry struct {
	ID      int    `json:"id"` // of its list, from 1; 0 for one that is in none
	Ring    Ring   `json:"ring"`
	Name    string `json:"name"`
	Phone   string `json:"phone,omitempty"` // as it is dialled, with spaces: "116 123", which is no telephone's number but a line's
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"`
	When    string `json:"when,omitempty"` // they are there: "Day and night"
	For     string `json:"for,omitempty"`  // what they are there for
}

// Dial is an entry's number without what stands between its digits.
func (e Entry) Dial() string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, e.Phone)
}

// The bounds of a list and of what it says, in entries and characters.
const (
	MostEntries  = 60
	LongestName  = 60
	LongestPhone = 20
	LongestEmail = 100
	LongestWords = 200
)

// Problem is one field that is wrong, and a sentence for who typed it.
type Problem = plan.Problem

// Problems says what is wrong with an entry, field by field; none where it can be kept.
func (e Entry) Problems() (list []Problem) {
	add := func(field, says string) { list = append(list, Problem{Field: field, Says: says}) }
	if !slices.Contains(Rings(), e.Ring) {
		add("ring", "Choose how near they are")
	}
	if e.Name == "" {
		add("name", "Enter a name")
	}
	for _, f := range []struct {
		field, says, what string
		most              int
	}{
		{"name", e.Name, "the name", LongestName}, {"phone", e.Phone, "the number", LongestPhone}, {"email", e.Email, "the e-mail address", LongestEmail},
		{"address", e.Address, "the address", LongestWords}, {"when", e.When, "when they are there", LongestWords}, {"for", e.For, "what they are for", LongestWords},
	} {
		switch {
		case utf8.RuneCountInString(f.says) > f.most:
			add(f.field, fmt.Sprintf("Enter %s in at most %d characters", f.what, f.most))
		case !plan.OneLine(f.says):
			add(f.field, "Enter "+f.what+" on one line, in letters that can be read")
		}
	}
	if e.Phone != "" && (len(e.Dial()) < 3 || strings.Trim(e.Phone, "+0123456789 ()-") != "" || strings.LastIndexByte(e.Dial(), '+') > 0) {
		add("phone", "Enter a number to dial, such as 116 123 or 01632 960001")
	}
	if at := strings.IndexByte(e.Email, '@'); e.Email != "" && (at < 1 || at == len(e.Email)-1 || strings.ContainsAny(e.Email, " ,;<>?&\"")) {
		add("email", "Enter an e-mail address, such as team@example.org")
	}
	return list
}

// Spheres are the entries of a team, in the order in which each ring has them.
type Spheres []Entry

// Parse reads what [Spheres.String] wrote.
func Parse(body string) (Spheres, error) {
	var s Spheres
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		return nil, errors.New("read spheres of support: not as they are written") // and nothing of what they say
	}
	return s, nil
}

// String writes the list down.
func (s Spheres) String() string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and numbers can always be written
	}
	return string(raw)
}

// In gives the entries of a ring.
func (s Spheres) In(r Ring) Spheres {
	return slices.DeleteFunc(slices.Clone(s), func(e Entry) bool { return e.Ring != r })
}

// Find gives the entry of an id.
func (s Spheres) Find(id int) (Entry, bool) {
	if i := s.index(id); i >= 0 {
		return s[i], true
	}
	return Entry{}, false
}

func (s Spheres) index(id int) int {
	return slices.IndexFunc(s, func(e Entry) bool { return e.ID == id })
}

// ErrFull says that a list has as many entries as it may.
var ErrFull = errors.New("no more entries fit")

// Put gives the list with an entry in the place of the one that has its id; as the last of its ring where none has, or where it was in another.
func (s Spheres) Put(e Entry) (Spheres, error) {
	if i := s.index(e.ID); i >= 0 && s[i].Ring == e.Ring {
		s = slices.Clone(s)
		s[i] = e
		return s, nil
	} else if i >= 0 {
		return append(s.Without(e.ID), e), nil
	}
	if len(s) >= MostEntries {
		return s, ErrFull
	}
	if e.ID == 0 {
		for _, other := range s {
			e.ID = max(e.ID, other.ID)
		}
		e.ID++
	}
	return append(slices.Clone(s), e), nil
}

// Without gives the list without an entry.
func (s Spheres) Without(id int) Spheres {
	return slices.DeleteFunc(slices.Clone(s), func(e Entry) bool { return e.ID == id })
}

// Move gives the list with an entry one place on in its ring; with by -1, one place back. At its ring's end it stays.
func (s Spheres) Move(id, by int) Spheres {
	i := s.index(id)
	if i < 0 {
		return s
	}
	for j := i + by; j >= 0 && j < len(s); j += by {
		if s[j].Ring == s[i].Ring {
			s = slices.Clone(s)
			s[i], s[j] = s[j], s[i]
			return s
		}
	}
	return s
}

// Shift gives the list with an entry in the next ring outwards; with by -1, inwards. Beyond the last it stays.
func (s Spheres) Shift(id, by int) Spheres {
	e, found := s.Find(id)
	to := slices.Index(Rings(), e.Ring) + by
	if !found || to < 0 || to >= len(Rings()) {
		return s
	}
	e.Ring = Rings()[to]
	return append(s.Without(id), e)
}

// Standard is what a new team starts from: what holds anywhere in England, and lines that everyone may ring.
func Standard() Spheres {
	list := Spheres{
		{Ring: Me, Name: "My own judgement", For: "If it feels wrong, leave. Nobody will ask you to stay"},
		{Ring: Me, Name: "My phone, charged", For: "Text or press when you go in, when the end moves and when you are out"},
		{Ring: Team, Name: "My team", For: "Tell somebody before you go, and afterwards how it was"},
		{Ring: Team, Name: "A colleague to go with", For: "Ask when a visit worries you"},
		{Ring: Manager, Name: "My manager", For: "Talk before a visit that worries you, and after one that did"},
		{Ring: Organisation, Name: "Black Workers Network", For: "Support from colleagues for Global Majority workers"},
		{Ring: Organisation, Name: "Anti-Racist Ally Group", For: "Colleagues who stand beside you, and hear what should change"},
		{Ring: Organisation, Name: "Occupational health", For: "How you are afterwards, in confidence"},
		{Ring: Organisation, Name: "Your trade union", For: "Advice, and somebody at your side"},
		{Ring: Outside, Name: "Police, in danger", Phone: "999", When: "Day and night", For: "You, or somebody else, are in danger now"},
		{Ring: Outside, Name: "Police, otherwise", Phone: "101", When: "Day and night", For: "To report what happened, when nobody is in danger now"},
		{Ring: Outside, Name: "NHS", Phone: "111", When: "Day and night", For: "You are hurt or unwell, and it is not for 999"},
		{Ring: Outside, Name: "Samaritans", Phone: "116 123", Email: "jo@samaritans.org", When: "Day and night", For: "To be listened to, about anything"},
		{Ring: Outside, Name: "Victim Support", Phone: "0808 168 9111", When: "Day and night", For: "After a crime, whether or not it was reported"},
		{Ring: Outside, Name: "National Domestic Abuse Helpline", Phone: "0808 2000 247", When: "Day and night", For: "When harm is at home"},
	}
	for i := range list {
		list[i].ID = i + 1
	}
	return list
}
