package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// person is how the details of a person are sealed.
type person struct {
	Name           string    `json:"name"`
	Mobile         string    `json:"mobile,omitempty"`
	PersonalMobile string    `json:"personal_mobile,omitempty"`
	HomePhone      string    `json:"home_phone,omitempty"`
	Email          string    `json:"email,omitempty"`
	Description    string    `json:"description,omitempty"`
	Make           string    `json:"make,omitempty"`
	Model          string    `json:"model,omitempty"`
	Colour         string    `json:"colour,omitempty"`
	Registration   string    `json:"registration,omitempty"`
	NoVehicle      bool      `json:"no_vehicle,omitempty"`
	Contacts       []contact `json:"contacts,omitempty"`
}

type contact struct {
	Name       string `json:"name,omitempty"`
	Relation   string `json:"relation,omitempty"`
	Phone      string `json:"phone,omitempty"`
	PoliceOnly bool   `json:"police_only,omitempty"`
	NextOfKin  bool   `json:"next_of_kin,omitempty"`
}

func toPerson(p buddy.Person) person {
	d := person{
		Name: p.Name, Mobile: p.Mobile.E164(), PersonalMobile: p.PersonalMobile.E164(), HomePhone: p.HomePhone.E164(),
		Email: p.Email.Reveal(), Description: p.Description.Reveal(),
		Make: p.Vehicle.Make.Reveal(), Model: p.Vehicle.Model.Reveal(), Colour: p.Vehicle.Colour.Reveal(), Registration: p.Vehicle.Registration.Reveal(),
		NoVehicle: p.NoVehicle,
	}
	for _, c := range p.Contacts {
		d.Contacts = append(d.Contacts, contact{c.Name.Reveal(), c.Relation.Reveal(), c.Phone.E164(), c.PoliceOnly, c.NextOfKin})
	}
	return d
}

// into fills in a person's details.
func (d person) into(p *buddy.Person) error {
	numbers := numberReader{}
	p.Name = d.Name
	p.Mobile, p.PersonalMobile, p.HomePhone = numbers.read(d.Mobile), numbers.read(d.PersonalMobile), numbers.read(d.HomePhone)
	p.Email, p.Description = private.New(d.Email), private.New(d.Description)
	p.Vehicle = buddy.Vehicle{
		Make: private.New(d.Make), Model: private.New(d.Model), Colour: private.New(d.Colour), Registration: private.New(d.Registration),
	}
	p.NoVehicle = d.NoVehicle
	for _, c := range d.Contacts {
		p.Contacts = append(p.Contacts, buddy.Contact{
			Name: private.New(c.Name), Relation: private.New(c.Relation), Phone: numbers.read(c.Phone), PoliceOnly: c.PoliceOnly, NextOfKin: c.NextOfKin,
		})
	}
	return numbers.err
}

// numberReader reads stored numbers and keeps the first error.
type numberReader struct{ err error }

func (r *numberReader) read(s string) phone.Number {
	if s == "" || r.err != nil {
		return phone.Number{}
	}
	n, err := phone.Parse(s)
	r.err = err
	return n
}

// PutPerson keeps a person as [DB.ChangePerson] does, off the record and without telling anyone: for what sets a database up.
func (db *DB) PutPerson(ctx context.Context, p buddy.Person, at time.Time) (created bool, err error) {
	return db.ChangePerson(ctx, p, By{}, at, nil)
}

func (t *tx) putPerson(p buddy.Person, raw []byte, at time.Time) (created bool, err error) {
	sealed, err := t.seal("person/"+p.ID, "person/"+p.ID+"/details", raw, at)
	if err != nil {
		return false, err
	}
	created, err = t.isNew(`SELECT id FROM people WHERE id = $1`, p.ID)
	if err != nil {
		return false, err
	}
	var left time.Time
	if !p.Active {
		left = at
	}
	if _, err := t.exec(`INSERT INTO people (id, external_id, team, roles, active, details, put_at, left_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET external_id = COALESCE(excluded.external_id, people.external_id), team = excluded.team, roles = excluded.roles,
			active = excluded.active, details = excluded.details, put_at = excluded.put_at,
			left_at = CASE WHEN excluded.left_at IS NULL THEN NULL ELSE COALESCE(people.left_at, excluded.left_at) END`,
		p.ID, text(p.ExternalID), p.Team, list(p.Roles), p.Active, sealed, instant(at), maybe(left)); err != nil {
		return false, err
	}
	if !p.Active {
		if err := t.signOut(p.ID); err != nil {
			return false, err
		}
	}
	if _, err := t.exec(`DELETE FROM person_numbers WHERE person = $1`, p.ID); err != nil {
		return false, err
	}
	for _, n := range []phone.Number{p.Mobile, p.PersonalMobile} {
		if n.IsZero() {
			continue
		}
		if _, err := t.exec(`INSERT INTO person_numbers (hash, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.db.numberHash(n), p.ID); err != nil {
			return false, err
		}
	}
	if err := t.keepCalendar(p, at); err != nil {
		return false, err
	}
	return created, t.keepKnown(p, at)
}

// signOut ends wherever someone is signed in, and each link and calendar feed they were given: what was theirs before they left must not
// count again when they come back.
func (t *tx) signOut(person string) error {
	if err := t.endSessions(`person = $1`, person); err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM feeds WHERE person = $1`, person); err != nil {
		return err
	}
	return t.voidLinks(person)
}

// voidLinks makes void each link that someone was given: what was sent to one number does not count once they have another.
func (t *tx) voidLinks(person string) error {
	if _, err := t.exec(`DELETE FROM kin_asks WHERE person = $1 AND answered_at IS NULL`, person); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM tickets WHERE person = $1`, person)
	return err
}

// isNew says that the query finds nothing. The epoch's row is locked before, so that nobody else makes it in between.
func (t *tx) isNew(query string, args ...any) (bool, error) {
	_, err := first(t.ctx, t.on, value[string], query, args...)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return false, err
}

func (db *DB) numberHash(n phone.Number) []byte { return db.vault.Hash("phone", n.E164()) }

type sealedPerson struct {
	buddy.Person
	details []byte
}

const personColumns = `id, external_id, team, roles, active, details`

func scanPerson(s scanner) (p sealedPerson, err error) {
	err = s.Scan(&p.ID, words{&p.ExternalID}, &p.Team, stringList{&p.Roles}, &p.Active, &p.details)
	return p, err
}

// openPerson opens a person's details; of one whose key was erased, or whose details can't be opened, only what is not sealed is left.
func (db *DB) openPerson(ctx context.Context, on runner, s sealedPerson) (buddy.Person, error) {
	raw, err := db.open(ctx, on, "person/"+s.ID, "person/"+s.ID+"/details", s.details)
	if err != nil || raw == nil {
		return s.Person, err
	}
	var d person
	if err := json.Unmarshal(raw, &d); err != nil {
		return s.Person, fmt.Errorf("read details of person %s: %w", s.ID, err)
	}
	whole := s.Person
	if err = d.into(&whole); err != nil {
		return s.Person, err
	}
	return whole, nil
}

// Person gives a person by their id or external id. One whose details can't be opened comes without them, with the error: an alarm about
// them, or to others of their team, must go on.
func (db *DB) Person(ctx context.Context, id string) (buddy.Person, error) {
	s, err := first(ctx, db.reader, scanPerson,
		`SELECT `+personColumns+` FROM people WHERE id = $1 OR external_id = $1 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1`, id)
	if err != nil {
		return buddy.Person{}, fmt.Errorf("read person %s: %w", id, err)
	}
	p, err := db.openPerson(ctx, db.reader, s)
	if err != nil {
		return p, fmt.Errorf("read person %s: %w", id, err)
	}
	return p, nil
}

// Unread is the error of a person whose details can't be opened.
type Unread struct {
	Person string // id
	Err    error
}

func (u *Unread) Error() string { return fmt.Sprintf("person %s: %v", u.Person, u.Err) }

func (u *Unread) Unwrap() error { return u.Err }

// UnreadPeople takes the error of People or PeopleOf apart: whose details can't be opened, and what else went wrong, nil if nothing did.
func UnreadPeople(err error) (ids []string, rest error) {
	all := []error{err}
	if joined, several := err.(interface{ Unwrap() []error }); several {
		all = joined.Unwrap()
	}
	for _, err := range all {
		if u, unread := errors.AsType[*Unread](err); unread && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			ids = append(ids, u.Person)
		} else {
			rest = errors.Join(rest, err)
		}
	}
	return ids, rest
}

// People gives everyone, in the order of their ids; those whose details can't be opened as Person gives them.
func (db *DB) People(ctx context.Context) ([]buddy.Person, error) {
	return db.listPeople(ctx, `SELECT `+personColumns+` FROM people`)
}

// PeopleOf gives the people of a team, in the order of their ids; those whose details can't be opened as Person gives them.
func (db *DB) PeopleOf(ctx context.Context, team string) ([]buddy.Person, error) {
	return db.listPeople(ctx, `SELECT `+personColumns+` FROM people WHERE team = $1`, team)
}

// Managers gives the ids of a team's managers who are there, in their order. No one's details are opened for it.
func (db *DB) Managers(ctx context.Context, team string) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], `SELECT id FROM people WHERE team = $1 AND active = $2 AND roles LIKE '%"manager"%'`, team, true)
	if err != nil {
		return nil, fmt.Errorf("list managers: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// WithRole lists the ids of the people who have a role, of whatever team, and are there.
func (db *DB) WithRole(ctx context.Context, role string) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], `SELECT id FROM people WHERE active = $1 AND roles LIKE $2`, true, `%"`+role+`"%`)
	if err != nil {
		return nil, fmt.Errorf("list people by role: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

func (db *DB) listPeople(ctx context.Context, query string, args ...any) ([]buddy.Person, error) {
	rows, err := all(ctx, db.reader, scanPerson, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	slices.SortFunc(rows, func(a, b sealedPerson) int { return cmp.Compare(a.ID, b.ID) })
	people := make([]buddy.Person, 0, len(rows))
	var errs []error
	for _, s := range rows {
		p, err := db.openPerson(ctx, db.reader, s)
		if err != nil {
			errs = append(errs, fmt.Errorf("list people: %w", &Unread{s.ID, err}))
		}
		people = append(people, p)
	}
	return people, errors.Join(errs...)
}

// Holders gives the ids of those whose mobile or personal mobile has the number, in order; several for a shared phone.
func (db *DB) Holders(ctx context.Context, n phone.Number) ([]string, error) {
	if n.IsZero() {
		return nil, nil
	}
	ids, err := all(ctx, db.reader, value[string], `SELECT person FROM person_numbers WHERE hash = $1`, db.numberHash(n))
	if err != nil {
		return nil, fmt.Errorf("look for the holders of %v: %w", n, err)
	}
	slices.Sort(ids)
	return ids, nil
}
