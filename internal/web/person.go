package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// shiftsAhead is how far ahead a person's shifts are listed.
const shiftsAhead = 90 * 24 * time.Hour

type personPage struct {
	Layout
	Person   personRow
	Self     bool
	Numbers  []namedNumber
	Email    string
	About    string // how they look
	Vehicle  string
	Contacts []contactRow
	Private  bool // home number and next of kin are shown
	Right    *rightPart
	Photo    bool // there is one, and the reader may see it
	Missing  []string
	Shifts   []shiftRow
	MayEdit  bool
	Invites  bool // the reader lets them sign in
	Apart    bool // the reader says who may never see them
	TakesOut bool // all about them is the reader's to download
	Held     *heldPart
	Kin      *kinPart // nil where the reader does not ask for their next of kin
}

// dial is a telephone number as it is written and as it is dialled.
type dial struct{ Says, Dial string }

type namedNumber struct {
	Name string
	dial
	Proved, Fails bool // said where Marked
	Marked        bool // the reader is one who rings it
}

// contactRow is one emergency contact, in the worker's order.
type contactRow struct {
	Name, Relation string
	Number         dial
	PoliceOnly     bool
	NextOfKin      bool
}

// shiftRow is a shift in a list.
type shiftRow struct {
	ID, Place, Teams string
	Person           string // their name, in a list of several people's
	From, To         time.Time
	Now              bool
}

// person answers GET /people/{id}.
func (p *Pages) person(c *request) error {
	who, team, err := p.colleague(c)
	if err != nil {
		return err
	}
	private, err := p.mayRing(c, who)
	if err != nil {
		return err
	}
	if private {
		if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "person/"+who.ID, "", c.at); err != nil {
			return err
		}
	}
	on, err := p.onCall(c, team.ID)
	if err != nil {
		return err
	}
	page := personPage{Layout: p.layout(c, who.Name), Self: who.ID == c.who.ID, Private: private, MayEdit: p.mayEdit(c, who), Invites: p.mayInvite(c, who), Apart: p.mayKeepApart(c, who), Vehicle: vehicleWords(who),
		Person: personRow{ID: who.ID, Name: who.Name, Roles: roleWords(who.Roles), Team: team.Name, OnCall: slices.Contains(on, who.ID) && who.Active, Left: !who.Active}}
	page.Numbers = numbersOf(who, private, page.Person.OnCall)
	if private {
		page.Email, page.About, page.Contacts = who.Email.Reveal(), who.Description.Reveal(), contactsOf(who)
		since, err := p.Store.HasPhotograph(c.Context(), who.ID)
		if err != nil {
			return err
		}
		page.Photo = !since.IsZero()
		if err := p.markNumbers(c, who, page.Numbers); err != nil {
			return err
		}
	}
	if page.Right, err = p.rightOf(c, who); err != nil {
		return err
	}
	if who.Active && who.Has(buddy.Worker) && (private || page.MayEdit) {
		page.Missing = missingOf(who)
	}
	is, err := p.overPerson(c, who)
	if err != nil {
		return err
	}
	page.TakesOut = access.May(access.TakeOut, is)
	if page.Held, err = p.heldOn(c, "person/"+who.ID, who.Name, who.ID, is); err != nil {
		return err
	}
	if page.Kin, err = p.kinOf(c, who); err != nil {
		return err
	}
	page.Shifts, err = p.shiftsOf(c, who.ID)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "person", page)
}

// colleague finds the person that an address names, and their team, where they are the reader's business.
func (p *Pages) colleague(c *request) (buddy.Person, store.Team, error) {
	who, err := p.Store.Person(c.Context(), c.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return who, store.Team{}, notFound()
	case err != nil:
		return who, store.Team{}, fmt.Errorf("find person: %w", err)
	}
	if c.apart(who.ID) != 0 {
		return who, store.Team{}, notFound()
	}
	who.Name = cmp.Or(who.Name, who.ID)
	teams, err := p.teams(c)
	if err != nil {
		return who, store.Team{}, err
	}
	team, found := teamOf(teams, who.Team)
	if !found {
		return who, team, notFound()
	}
	return who, team, nil
}

// numbersOf gives someone's numbers: the work mobile to all who may see them, the personal one too where they are on call
// (rule 1.1), and all of them to those who may ring their home.
func numbersOf(who buddy.Person, private, onCall bool) []namedNumber {
	var numbers []namedNumber
	for _, n := range []struct {
		name  string
		phone phone.Number
		shown bool
	}{
		{"Mobile", who.Mobile, true},
		{"Personal mobile", who.PersonalMobile, private || onCall},
		{"Home phone", who.HomePhone, private},
	} {
		if n.shown {
			numbers = append(numbers, namedNumber{Name: n.name, dial: numberOf(n.phone)})
		}
	}
	return numbers
}

func numberOf(n phone.Number) dial { return dial{n.National(), n.E164()} }

func contactsOf(who buddy.Person) []contactRow {
	var rows []contactRow
	for _, c := range who.Contacts {
		rows = append(rows, contactRow{c.Name.Reveal(), c.Relation.Reveal(), numberOf(c.Phone), c.PoliceOnly, c.NextOfKin})
	}
	return rows
}

// vehicleWords says what someone comes in; make, colour and registration are known to the team (rule 1.6).
func vehicleWords(who buddy.Person) string {
	v := who.Vehicle
	var words []string
	for _, w := range []string{v.Colour.Reveal(), v.Make.Reveal(), v.Model.Reveal()} {
		if w != "" {
			words = append(words, w)
		}
	}
	car := strings.Join(words, " ")
	if plate := v.Registration.Reveal(); plate != "" {
		car = strings.TrimPrefix(car+", "+plate, ", ")
	}
	if who.NoVehicle {
		return "Comes without a car"
	}
	return capital(car)
}

// capital begins with a capital letter.
func capital(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + words[size:]
}

// missingOf says what a responder would miss to find and describe a worker: their own half of the buddy form (rule 1.3).
func missingOf(who buddy.Person) []string {
	ofVisit := detailFields(&buddy.Form{})
	return missingWords(slices.DeleteFunc(buddy.Missing(who, buddy.Form{}), func(field string) bool { return ofVisit[field] != nil }))
}

// missingWords says what is missing of a buddy form, the worker's half or the visit's.
func missingWords(fields []string) []string {
	called := map[string]string{"mobile": "a mobile number", "home_phone": "a home phone number", "emergency_contacts": "an emergency contact with a number of their own",
		"description": "a description", "vehicle": "the car’s make, model, colour and registration", "service_user": "who is visited", "address": "the address",
		"contact": "how to reach them"}
	var words []string
	for _, field := range fields {
		words = append(words, cmp.Or(called[field], field))
	}
	return words
}

// shiftsOf lists someone's shifts from now on, for the reader's teams.
func (p *Pages) shiftsOf(c *request, person string) ([]shiftRow, error) {
	teams, err := p.teams(c)
	if err != nil {
		return nil, err
	}
	shifts, err := p.Store.AllShifts(c.Context(), c.at, c.at.Add(shiftsAhead))
	if err != nil {
		return nil, fmt.Errorf("list shifts: %w", err)
	}
	var rows []shiftRow
	for _, s := range shifts {
		if names := teamNames(teams, s.Teams); s.Person == person && names != "" {
			rows = append(rows, shiftOf(s, names, c.at))
		}
	}
	return rows, nil
}

func shiftOf(s rota.Shift, teams string, at time.Time) shiftRow {
	return shiftRow{ID: s.ID, Place: placeWords(s.Order), Teams: teams, From: s.StartsAt, To: s.EndsAt, Now: !at.Before(s.StartsAt) && at.Before(s.EndsAt)}
}

// teamNames gives the names of those of the teams that ids name.
func teamNames(teams []store.Team, ids []string) string {
	var names []string
	for _, t := range teams {
		if slices.Contains(ids, t.ID) {
			names = append(names, t.Name)
		}
	}
	return listed(names)
}

// placeWords is a place in the order: "1st".
func placeWords(order int) string {
	ending := "th"
	if order%100 < 11 || order%100 > 13 {
		switch order % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return fmt.Sprintf("%d%s", order, ending)
}
