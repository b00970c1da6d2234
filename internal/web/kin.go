package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

const (
	kinWithin   = 7 * 24 * time.Hour
	kinAgain    = 10 * time.Minute // how soon somebody is not asked a second time: each is a text
	kinContacts = 3
)

// kinPart is what a person's page says of the form for their next of kin.
type kinPart struct {
	To       string // the number the link goes to, as it is written
	Asked    time.Time
	Answered time.Time
	Over     bool // it did not come
}

// kinOf says what became of the form that somebody was sent; nil where the reader does not ask for it. A leaver is not asked, nor whoever has no mobile.
func (p *Pages) kinOf(c *request, who buddy.Person) (*kinPart, error) {
	to := ownMobile(who)
	if c.who.ID == who.ID || !who.Active || to.IsZero() || !p.mayEdit(c, who) {
		return nil, nil
	}
	part := &kinPart{To: to.National()}
	k, err := p.Store.LastKinAsk(c.Context(), who.ID)
	if errors.Is(err, store.ErrNotFound) {
		return part, nil
	}
	part.Asked, part.Answered, part.Over = k.AskedAt, k.AnsweredAt, !k.EndsAt.After(c.at)
	return part, err
}

// ownMobile is where somebody is texted: the mobile that they work with, else their own.
func ownMobile(who buddy.Person) phone.Number {
	for _, n := range []phone.Number{who.Mobile, who.PersonalMobile} {
		if n.Mobile() {
			return n
		}
	}
	return phone.Number{}
}

// askKin answers POST /people/{id}/kin: the link is texted to their own mobile.
func (p *Pages) askKin(c *request) error {
	who, _, err := p.colleague(c)
	if err != nil {
		return err
	}
	part, err := p.kinOf(c, who)
	if err == nil && part == nil {
		err = notFound()
	}
	if err != nil {
		return err
	}
	secret := rand.Text()
	err = p.Store.AskKin(c.Context(), store.KinAsk{Person: who.ID, By: c.who.ID, AskedAt: c.at, EndsAt: c.at.Add(kinWithin)}, rand.Text(), "page", secret, kinAgain)
	if errors.Is(err, store.ErrEnough) {
		return c.redirect("/people/" + who.ID + "?done=kin-asked")
	}
	if err != nil {
		return err
	}
	if err := p.Engine.TextKinForm(c.Context(), who.ID, ownMobile(who), p.URL+"/kin/"+secret); err != nil {
		return fmt.Errorf("text form: %w", err)
	}
	return c.redirect("/people/" + who.ID + "?done=kin-asked")
}

// kinPage is the form; it shows nothing that is known already, as whoever holds the telephone may open it.
type kinPage struct {
	Layout
	To       string
	Name     string
	Contacts []contactFields
	Home     govuk.Input
	Car      []govuk.Input
	NoCar    govuk.Checkboxes
	About    govuk.Textarea
	Thanks   bool
}

// kinAsked finds whose form an address is.
func (p *Pages) kinAsked(c *request) (buddy.Person, error) {
	k, err := p.Store.KinAsk(c.Context(), c.PathValue("secret"), c.at)
	if err != nil {
		return buddy.Person{}, kinGone(err)
	}
	who, err := p.Store.Person(c.Context(), k.Person)
	if err == nil && !who.Active {
		err = store.ErrNotFound
	}
	return who, kinGone(err)
}

func kinGone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return &statusError{status: http.StatusNotFound, title: "This link is over", cause: err, says: "This link was used, or is over. If your details are still to be given, ask your manager for a new one."}
	}
	return err
}

// kinForm answers GET /kin/{secret}. It changes nothing: whatever fetches links before people do leaves it good.
func (p *Pages) kinForm(c *request) error {
	if c.PathValue("secret") == "thanks" {
		return p.show(c, http.StatusOK, "kin", kinPage{Layout: p.layout(c, "Thank you"), Thanks: true})
	}
	who, err := p.kinAsked(c)
	if err != nil {
		return err
	}
	return p.showKin(c, http.StatusOK, blank(), who)
}

func (p *Pages) showKin(c *request, status int, f *form, who buddy.Person) error {
	f.inOrder(personFields()...)
	page := kinPage{Layout: p.layout(c, "Whom do we ring if we cannot reach you?").again(f), To: "/kin/" + c.PathValue("secret"), Name: firstName(who.Name),
		Home:  f.telephone("home_phone", "Your home phone", "If you have one"),
		NoCar: f.tick("no_vehicle", "I come without a car", ""),
		About: f.textarea("description", "What you look like", "Height, build, hair, what you usually wear: to find you if you do not answer")}
	page.About.Rows = 2
	for row := range kinContacts {
		name := contactField(row)
		page.Contacts = append(page.Contacts, contactFields{Number: row + 1, Name: f.input(name("name"), "Name", ""), Relation: f.input(name("relation"), "Who they are to you", ""),
			Phone: f.telephone(name("phone"), "Number", "Another than your own")})
	}
	for _, field := range []struct{ name, label string }{{"make", "Make"}, {"model", "Model"}, {"colour", "Colour"}, {"registration", "Registration"}} {
		in := f.input(field.name, field.label, "")
		in.Classes = "govuk-input--width-10"
		page.Car = append(page.Car, in)
	}
	return p.show(c, status, "kin", page)
}

// toThemselves says to a worker what is said of them to others.
func toThemselves(says string) string {
	return strings.Replace(says, "the worker's own", "your own", 1)
}

// answerKin answers POST /kin/{secret}: what was said is kept, what was left empty stays as it was.
func (p *Pages) answerKin(c *request) error {
	who, err := p.kinAsked(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	fields := f.readKin(&who)
	for _, x := range who.Problems() {
		f.wrong(fields(x.Field), toThemselves(personSays(x.Field, x.Says)))
	}
	if !f.bad() {
		err = p.Engine.AnswerKin(c.Context(), c.PathValue("secret"), who)
		if invalid, is := errors.AsType[*watch.Invalid](err); is {
			for _, x := range invalid.Problems {
				f.wrong(fields(x.Field), capital(x.Says))
			}
		} else if err != nil {
			return kinGone(err)
		}
	}
	if f.bad() {
		return p.showKin(c, http.StatusUnprocessableEntity, f, who)
	}
	return c.redirect("/kin/thanks")
}

// readKin puts what was said into a person. The contacts that are given are rung first; those who were there before stay, behind them. It gives where on
// the form each of the core's fields stands.
func (f *form) readKin(who *buddy.Person) (places func(field string) string) {
	if n := f.number("home_phone"); !n.IsZero() {
		who.HomePhone = n
	}
	for field, into := range map[string]*private.Text{"description": &who.Description, "make": &who.Vehicle.Make, "model": &who.Vehicle.Model, "colour": &who.Vehicle.Colour} {
		if said := f.value(field); said != "" {
			*into = private.New(said)
		}
	}
	if plate := f.value("registration"); plate != "" {
		who.Vehicle.Registration, who.NoVehicle = private.New(strings.ToUpper(plate)), false
	} else if f.value("no_vehicle") != "" {
		who.NoVehicle = true
	}
	at := map[string]string{"vehicle.make": "make", "vehicle.model": "model", "vehicle.colour": "colour", "vehicle.registration": "registration"}
	var given []buddy.Contact
	for row := range kinContacts {
		name := contactField(row)
		if f.value(name("name")) == "" && f.value(name("phone")) == "" && f.value(name("relation")) == "" {
			continue
		}
		for _, part := range []string{"name", "relation", "phone"} {
			at[fmt.Sprintf("emergency_contacts[%d].%s", len(given), part)] = name(part)
		}
		given = append(given, buddy.Contact{Name: private.New(f.value(name("name"))), Relation: private.New(f.value(name("relation"))), Phone: f.number(name("phone"))})
	}
	if len(given) == 0 {
		f.wrong("contact-1-name", "Enter somebody to ring for you")
	}
	for _, c := range who.Contacts {
		if i := slices.IndexFunc(given, func(g buddy.Contact) bool { return g.Phone == c.Phone }); i >= 0 {
			given[i].PoliceOnly = c.PoliceOnly
		} else if len(given) < mostContacts {
			given = append(given, c)
		}
	}
	who.Contacts = given
	return func(field string) string {
		if place, known := at[field]; known {
			return place
		}
		return field
	}
}
