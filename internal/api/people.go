package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
)

// personJSON is a person as the API answers them, numbers in E.164.
type personJSON struct {
	ID             string        `json:"id"`
	ExternalID     *string       `json:"external_id"`
	Name           string        `json:"name"`
	Team           string        `json:"team"`
	Roles          []string      `json:"roles"`
	Mobile         *string       `json:"mobile"`
	PersonalMobile *string       `json:"personal_mobile"`
	HomePhone      *string       `json:"home_phone"`
	Email          *string       `json:"email"`
	Description    *string       `json:"description"`
	Vehicle        *vehicleJSON  `json:"vehicle"`
	NoVehicle      bool          `json:"no_vehicle"`
	Contacts       []contactJSON `json:"emergency_contacts"`
	Active         bool          `json:"active"`
}

type vehicleJSON struct {
	Make         *string `json:"make"`
	Model        *string `json:"model"`
	Colour       *string `json:"colour"`
	Registration *string `json:"registration"`
}

type contactJSON struct {
	Name       string  `json:"name"`
	Relation   *string `json:"relation"`
	Phone      string  `json:"phone"`
	PoliceOnly bool    `json:"police_only"`
	NextOfKin  bool    `json:"next_of_kin"`
}

func personOf(p buddy.Person) personJSON {
	out := personJSON{
		ID: p.ID, ExternalID: maybe(p.ExternalID), Name: p.Name, Team: p.Team, Roles: append([]string{}, p.Roles...),
		Mobile: maybe(p.Mobile.E164()), PersonalMobile: maybe(p.PersonalMobile.E164()), HomePhone: maybe(p.HomePhone.E164()),
		Email: reveal(p.Email), Description: reveal(p.Description), NoVehicle: p.NoVehicle, Contacts: []contactJSON{}, Active: p.Active,
	}
	if v := p.Vehicle; v != (buddy.Vehicle{}) {
		out.Vehicle = &vehicleJSON{reveal(v.Make), reveal(v.Model), reveal(v.Colour), reveal(v.Registration)}
	}
	for _, c := range p.Contacts {
		out.Contacts = append(out.Contacts, contactJSON{c.Name.Reveal(), reveal(c.Relation), c.Phone.E164(), c.PoliceOnly, c.NextOfKin})
	}
	return out
}

// putPerson answers PUT /people/{id}: the whole person; what is not given is not known.
func (a *API) putPerson(c *call) (answer, error) {
	id, err := pathID(c)
	if err != nil {
		return answer{}, err
	}
	if id, err = a.knownPerson(c.Context(), id); err != nil {
		return answer{}, err
	}
	by, err := a.by(c, false)
	if err != nil {
		return answer{}, err
	}
	sameID(c, id)
	p := readPerson(c.in, id)
	if p.Team, err = a.team(c, "team", p.Team); err != nil {
		return answer{}, err
	}
	c.in.need("team")
	if err := a.ownPersonID(c, p); err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	created, err := a.Engine.PutPerson(c.Context(), c.actor(by), p)
	if err != nil {
		return answer{}, fmt.Errorf("put person: %w", err)
	}
	if p, err = a.Store.Person(c.Context(), id); err != nil {
		return answer{}, fmt.Errorf("find person again: %w", err)
	}
	return made(created, personOf(p))
}

// knownPerson gives the own id of the person whom an id names, by either of their ids; the id itself when it is nobody's.
func (a *API) knownPerson(ctx context.Context, id string) (string, error) {
	p, err := a.Store.Person(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return id, nil
	case err != nil:
		return "", fmt.Errorf("look for person: %w", err)
	}
	return p.ID, nil
}

// ownPersonID refuses an external id that another person has.
func (a *API) ownPersonID(c *call, p buddy.Person) error {
	if p.ExternalID == "" {
		return nil
	}
	switch other, err := a.Store.Person(c.Context(), p.ExternalID); {
	case err == nil && other.ID != p.ID:
		c.in.wrong("external_id", "names another person")
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("look for person: %w", err)
	}
	return nil
}

func readPerson(in *body, id string) buddy.Person {
	p := buddy.Person{
		ID: id, ExternalID: in.id("external_id"), Name: in.text("name", maxName), Team: in.id("team"), Roles: in.texts("roles"),
		Mobile: in.number("mobile"), PersonalMobile: in.number("personal_mobile"), HomePhone: in.number("home_phone"),
		Email: in.secret("email", maxName*2), Description: in.secret("description", maxWords), Active: true,
	}
	switch {
	case !in.given("roles"):
		p.Roles = []string{buddy.Worker}
	case len(p.Roles) == 0:
		in.wrong("roles", "must have one at least; left out, it is worker")
	}
	if v := in.object("vehicle"); v != nil {
		p.Vehicle = buddy.Vehicle{Make: v.secret("make", maxName), Model: v.secret("model", maxName),
			Colour: v.secret("colour", maxName), Registration: v.secret("registration", maxName)}
		v.refuseUnknown()
	}
	if none := in.flag("no_vehicle"); none != nil {
		p.NoVehicle = *none
	}
	if active := in.flag("active"); active != nil {
		p.Active = *active
	}
	for _, o := range in.objects("emergency_contacts") {
		c := buddy.Contact{Name: o.secret("name", maxName), Relation: o.secret("relation", maxName), Phone: o.number("phone")}
		if only := o.flag("police_only"); only != nil {
			c.PoliceOnly = *only
		}
		if kin := o.flag("next_of_kin"); kin != nil {
			c.NextOfKin = *kin
		}
		o.refuseUnknown()
		p.Contacts = append(p.Contacts, c)
	}
	if len(*in.problems) == 0 { // what is wrong by itself is not said twice
		in.also(p.Problems())
	}
	return p
}

// getPerson answers GET /people/{id}. It shows home numbers and next of kin: the look is recorded.
func (a *API) getPerson(c *call) (answer, error) {
	q, err := query(c, "by")
	if err != nil {
		return answer{}, err
	}
	by, err := a.reader(c, q)
	if err != nil {
		return answer{}, err
	}
	p, err := a.Store.Person(c.Context(), c.PathValue("id"))
	if err != nil {
		return answer{}, fmt.Errorf("find person: %w", err)
	}
	if err := a.Access.Looked(c.Context(), c.who, by, "person/"+p.ID, "", c.at); err != nil {
		return answer{}, err
	}
	return ok(personOf(p))
}
