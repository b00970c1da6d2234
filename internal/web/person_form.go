package web

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// Rows for emergency contacts: three at least, one more than are filled in, and as many as a person may have.
const (
	leastContacts = 3
	mostContacts  = 10
)

type personFormPage struct {
	Layout
	Person   personRow
	To       string // where the form goes
	Key      string
	Was      string // marks of what is shown
	Name     govuk.Input
	Team     *govuk.Select     // nil where there is no choice
	Roles    *govuk.Checkboxes // nil where it is not the reader's to say
	Mobile   govuk.Input
	Personal govuk.Input
	Home     *govuk.Input // nil where home numbers are not for the reader
	Email    govuk.Input
	About    govuk.Textarea
	Car      []govuk.Input
	NoCar    govuk.Checkboxes
	Contacts []contactFields // none where they are not for the reader
	MayLeave bool
	Refused  string // why they cannot leave yet
}

// contactFields is what is asked of one emergency contact.
type contactFields struct {
	Number                int
	Name, Relation, Phone govuk.Input
	Place                 govuk.Select
	PoliceOnly, NextOfKin govuk.Checkboxes
}

// personRight is what of a person's details the reader changes.
type personRight struct {
	keeps bool         // team, roles and whether they are here
	rings bool         // home number and emergency contacts
	teams []store.Team // that the reader keeps
}

// over says that the reader keeps a team.
func (r personRight) over(team string) bool {
	return among(r.teams, team)
}

// right says what of someone's details the reader changes; none of it is a page that is not there.
func (p *Pages) right(c *request, who buddy.Person, isNew bool) (personRight, error) {
	all, err := p.teams(c)
	if err != nil {
		return personRight{}, err
	}
	r := personRight{teams: p.kept(c, all)}
	if isNew {
		r.keeps, r.rings = len(r.teams) > 0, true
	} else {
		r.keeps = p.mayKeep(c, who.Team)
		r.rings, err = p.mayRing(c, who)
	}
	if err == nil && !r.keeps && (isNew || c.who.ID != who.ID) {
		err = notFound()
	}
	return r, err
}

// newPerson answers GET /people/new.
func (p *Pages) newPerson(c *request) error {
	right, err := p.right(c, buddy.Person{}, true)
	if err != nil {
		return err
	}
	f := blank("key", rand.Text(), "roles", buddy.Worker)
	if right.over(c.who.Team) {
		f.values.Set("team", c.who.Team)
	}
	return p.showPersonForm(c, http.StatusOK, f, buddy.Person{}, right)
}

// addPerson answers POST /people/new. The same press again leads to the person whom the first one made.
func (p *Pages) addPerson(c *request) error {
	right, err := p.right(c, buddy.Person{}, true)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(c.who.ID + "/" + cmp.Or(f.value("key"), rand.Text())))
	id := "p-" + hex.EncodeToString(sum[:8])
	if _, err := p.Store.Person(c.Context(), id); err == nil {
		return c.redirect("/people/" + id + "?done=person-added")
	} else if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look for person: %w", err)
	}
	return p.savePerson(c, f, buddy.Person{ID: id, Active: true}, right, "person-added")
}

// editPerson answers GET /people/{id}/edit.
func (p *Pages) editPerson(c *request) error {
	who, right, err := p.toEdit(c)
	if err != nil {
		return err
	}
	return p.showPersonForm(c, http.StatusOK, filledPerson(who).marked(right.fields()), who, right)
}

// changePerson answers POST /people/{id}/edit.
func (p *Pages) changePerson(c *request) error {
	who, right, err := p.toEdit(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	return p.savePerson(c, f, who, right, "person-saved")
}

// toEdit finds whom the address names, where the reader changes their details. The form shows them: the look is recorded.
func (p *Pages) toEdit(c *request) (buddy.Person, personRight, error) {
	who, _, err := p.colleague(c)
	if err != nil {
		return who, personRight{}, err
	}
	right, err := p.right(c, who, false)
	if err == nil && !p.mayEdit(c, who) {
		err = notFound()
	}
	if err == nil {
		err = p.Access.LookedAt(c.Context(), c.who.ID, "page", "person/"+who.ID, "", c.at)
	}
	return who, right, err
}

// savePerson takes what the form says of someone, or shows it again with what is wrong, or with what someone else saved
// since it was shown.
func (p *Pages) savePerson(c *request, f *form, who buddy.Person, right personRight, done string) error {
	kept := filledPerson(who)
	status := http.StatusUnprocessableEntity
	fields := f.readPerson(&who, right)
	if right.keeps && !right.over(who.Team) {
		f.wrong("team", "Choose the team")
	}
	if p.signsInBy(c) && f.value("email") != kept.value("email") {
		f.wrong("email", "Only an administrator changes it: people are found by it when they sign in")
	}
	// What is wrong by itself is not said twice.
	for _, x := range who.Problems() {
		says := personSays(x.Field, x.Says)
		if who.ID == c.who.ID {
			says = toThemselves(says)
		}
		f.wrong(cmp.Or(fields[x.Field], x.Field), says)
	}
	switch {
	case f.bad():
	case f.since(filledPerson(who), kept, right.fields(), kept.personInWords(right)):
		status = http.StatusConflict
	default:
		if err := p.putPerson(c, f, who); err != nil {
			return err
		}
	}
	if f.bad() {
		return p.showPersonForm(c, status, f, who, right)
	}
	if done == "person-saved" && who.ID == c.who.ID && kept.holds(contactsField) != filledPerson(who).holds(contactsField) {
		return c.redirect("/details?done=kin-saved")
	}
	return c.redirect("/people/" + who.ID + "?done=" + done)
}

// signsInBy says that an e-mail address says who somebody is to the organisation's own sign-in, so that it is an
// administrator's to change.
func (p *Pages) signsInBy(c *request) bool {
	return p.Organisation != nil && p.Organisation.Match != signin.MatchNobody && !access.May(access.GiveOffice, access.ByRole(c.who))
}

// putPerson keeps someone. A worker who still has visits stays one (rule 8.11).
func (p *Pages) putPerson(c *request, f *form, who buddy.Person) error {
	_, err := p.Engine.PutPerson(c.Context(), c.press(), who)
	if refused, is := errors.AsType[*watch.Refused](err); is {
		f.wrong("roles", "They stay a worker for now: "+p.plainly(c, refused.Says))
		return nil
	}
	if err != nil {
		return f.takes(fmt.Errorf("put person: %w", err), nil)
	}
	return nil
}

// leave answers POST /people/{id}/leave: someone is no longer here.
func (p *Pages) leave(c *request) error { return p.here(c, false) }

// comeBack answers POST /people/{id}/return: someone is here again.
func (p *Pages) comeBack(c *request) error { return p.here(c, true) }

func (p *Pages) here(c *request, active bool) error {
	who, right, err := p.toEdit(c)
	if err != nil {
		return err
	}
	if !right.keeps || who.ID == c.who.ID {
		return notFound()
	}
	who.Active = active
	_, err = p.Engine.PutPerson(c.Context(), c.press(), who)
	if refused, is := errors.AsType[*watch.Refused](err); is {
		who.Active = true
		f := filledPerson(who).marked(right.fields())
		f.wrong("leave", fmt.Sprintf("%s cannot leave yet. %s", who.Name, sentence(p.plainly(c, refused.Says))))
		return p.showPersonForm(c, http.StatusConflict, f, who, right)
	}
	if err != nil {
		return fmt.Errorf("put person: %w", err)
	}
	done := map[bool]string{true: "person-back", false: "person-left"}
	return c.redirect("/people/" + who.ID + "?done=" + done[active])
}

// plainly puts the names of teams where a reason has their ids. A reader who visits is told nothing of alarms: one may be
// their own, and they must find no trace of it (rule 4.2).
func (p *Pages) plainly(c *request, says string) string {
	if c.who.Has(buddy.Worker) && strings.Contains(says, "alarm") {
		return "others count on them just now: settle what is open first"
	}
	teams, err := p.Store.Teams(c.Context())
	if err != nil {
		return says // with the id it is still the reason
	}
	for _, t := range teams {
		says = strings.ReplaceAll(says, "team "+t.ID+":", t.Name+":")
	}
	return says
}

// personSays makes a sentence of what is wrong with a field.
func personSays(field, says string) string {
	last := field[strings.LastIndexByte(field, '.')+1:]
	called := map[string]string{"name": "the name", "email": "the e-mail address", "description": "the description", "make": "the make", "model": "the model",
		"colour": "the colour", "registration": "the registration", "relation": "the relation", "phone": "the number", "mobile": "the mobile number", "roles": "the roles"}
	word := cmp.Or(called[last], "this")
	if missing, is := strings.CutPrefix(says, "is missing"); is {
		return "Enter " + word + missing
	}
	if last == "email" && strings.HasPrefix(says, "is no") {
		return "Enter an e-mail address, such as name@example.org"
	}
	return capital(word) + " " + says
}

// readPerson puts what the form says into a person, as far as it is the reader's to say; problems are noted. It gives the
// form's fields by the core's names for those whose place in the form is another.
func (f *form) readPerson(who *buddy.Person, right personRight) (fields map[string]string) {
	fields = map[string]string{"vehicle.make": "make", "vehicle.model": "model", "vehicle.colour": "colour", "vehicle.registration": "registration"}
	who.Name = f.value("name")
	if right.keeps {
		f.readPlace(who, right)
	}
	who.Mobile, who.PersonalMobile = f.number("mobile"), f.number("personal_mobile")
	who.Email, who.Description = private.New(f.value("email")), private.New(f.value("description"))
	who.Vehicle = buddy.Vehicle{Make: private.New(f.value("make")), Model: private.New(f.value("model")), Colour: private.New(f.value("colour")),
		Registration: private.New(strings.ToUpper(f.value("registration")))}
	who.NoVehicle = f.value("no_vehicle") != ""
	if !right.rings {
		return fields
	}
	who.HomePhone = f.number("home_phone")
	who.Contacts = nil
	for i, row := range f.contactRows() {
		name := contactField(row)
		who.Contacts = append(who.Contacts, buddy.Contact{Name: private.New(f.value(name("name"))), Relation: private.New(f.value(name("relation"))),
			Phone: f.number(name("phone")), PoliceOnly: f.value(name("police")) != "", NextOfKin: f.value(name("kin")) != ""})
		for _, field := range []string{"name", "relation", "phone"} {
			fields[fmt.Sprintf("emergency_contacts[%d].%s", i, field)] = name(field)
		}
	}
	return fields
}

// readPlace reads the team and the roles. A role that is not the reader's to give stays as it was.
func (f *form) readPlace(who *buddy.Person, right personRight) {
	if team := f.value("team"); team != "" || len(right.teams) > 1 {
		who.Team = team
	} else if who.Team == "" && len(right.teams) == 1 {
		who.Team = right.teams[0].ID
	}
	given := f.values["roles"]
	who.Roles = slices.DeleteFunc(buddy.Roles(), func(role string) bool {
		if offered(role) {
			return !slices.Contains(given, role)
		}
		return !who.Has(role)
	})
	if len(who.Roles) == 0 {
		f.wrong("roles", "Choose one role at least")
	}
}

// offered says that a role is given on the page; administrators and auditors are made by the API.
func offered(role string) bool { return role != buddy.Admin && role != buddy.Auditor }

// contactRows gives the rows that are filled in, in the order in which they are to be rung. A row that was moved up comes
// before the one whose place it was given, one that was moved down after it.
func (f *form) contactRows() []int {
	key := map[int]int{}
	var rows []int
	for row := range mostContacts {
		name := contactField(row)
		if f.value(name("name")) == "" && f.value(name("relation")) == "" && f.value(name("phone")) == "" {
			continue
		}
		place, err := strconv.Atoi(f.value(name("place")))
		if err != nil || place < 1 || place > mostContacts {
			place = row + 1
		}
		key[row] = 2*place + cmp.Compare(place, row+1)
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(key[a], key[b]) })
	return rows
}

// contactField names the fields of a row: "contact-1-phone".
func contactField(row int) func(field string) string {
	return func(field string) string { return fmt.Sprintf("contact-%d-%s", row+1, field) }
}

// number reads a telephone number as people write it.
func (f *form) number(field string) phone.Number {
	typed := f.value(field)
	if typed == "" {
		return phone.Number{}
	}
	n, err := phone.Parse(typed)
	switch {
	case err == nil:
	case errors.Is(err, phone.ErrExtension):
		f.wrong(field, "Enter a direct number: one with an extension cannot be texted")
	case errors.Is(err, phone.ErrShort):
		f.wrong(field, "Enter the whole number with its area code, such as 01632 960001")
	case errors.Is(err, phone.ErrLetters):
		f.wrong(field, "Enter a telephone number with nothing else beside it")
	case errors.Is(err, phone.ErrDigits), errors.Is(err, phone.ErrLong):
		f.wrong(field, "Enter a telephone number: this one has too many digits or an unknown country code")
	default:
		f.wrong(field, "Enter a telephone number, such as 07700 900101")
	}
	return n
}
