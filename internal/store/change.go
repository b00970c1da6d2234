package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
)

// By is who changes something, for the record; the zero By, where nobody does, as where a demo is set up, leaves none.
type By struct{ Person, Via, Token string }

// changed is what the record says of a change in clear: which fields have other values now, and none of the values.
type changed struct {
	New     bool     `json:"new,omitzero"`
	Changed []string `json:"changed,omitempty"`
	Import  string   `json:"import,omitzero"` // by which import
}

// ChangePerson keeps a person, new or changed, and says whether they are new. In the same transaction it goes on record, an
// entry of kind "person" in the chain of the looks of who did it, the person in Visit as "person/ID"; and what tell gives
// goes into the outbox, which is handed the person as they were, for one who is new the zero Person. tell may be called
// more than once, and must not ask the database.
func (db *DB) ChangePerson(ctx context.Context, p buddy.Person, by By, at time.Time, tell func(before buddy.Person) []Message) (created bool, err error) {
	return db.changePerson(ctx, p, by, at, tell, func(*tx) error { return nil })
}

// changePerson is ChangePerson, if may lets it.
func (db *DB) changePerson(ctx context.Context, p buddy.Person, by By, at time.Time, tell func(before buddy.Person) []Message, may func(*tx) error) (created bool, err error) {
	raw, err := json.Marshal(toPerson(p))
	if err == nil {
		err = db.change(ctx, by, at, func(t *tx) (what string, c changed, err error) {
			if err := may(t); err != nil {
				return "", c, err
			}
			before, err := t.person(p.ID)
			if err != nil {
				return "", c, err
			}
			if created, err = t.putPerson(p, raw, at); err != nil {
				return "", c, err
			}
			if c.New = created; !created {
				if c.Changed, err = differ(before, p); err != nil {
					return "", c, err
				}
				if err := t.voidWhatWasGiven(before, p); err != nil {
					return "", c, err
				}
			}
			if tell == nil {
				return "person/" + p.ID, c, nil
			}
			return "person/" + p.ID, c, t.tell(nil, tell(before))
		})
	}
	if err != nil {
		return false, fmt.Errorf("keep person %s: %w", p.ID, err)
	}
	return created, nil
}

// voidWhatWasGiven makes void the links of someone who is no longer reached, or known, by what they were, and of one who is given an
// office: a link that a manager made for a worker must not make an administrator of whoever has it. A phone page that was opened by
// a number ends with the number.
func (t *tx) voidWhatWasGiven(before, after buddy.Person) error {
	mobiles, email := buddy.ReachedBy(before, after)
	given := func(office string) bool { return after.Has(office) && !before.Has(office) }
	if mobiles == buddy.Replaced {
		if err := t.endSessions(`person = $1 AND reach = 'phone'`, after.ID); err != nil {
			return err
		}
	}
	if mobiles == buddy.Replaced || email == buddy.Replaced || given(buddy.Admin) || given(buddy.Auditor) {
		return t.voidLinks(after.ID)
	}
	return nil
}

// person gives a person as they are in a transaction; the zero Person where they are new. Of one whose details cannot be
// opened they are left out: what is wrong with them must not keep anyone from putting it right.
func (t *tx) person(id string) (buddy.Person, error) {
	s, err := first(t.ctx, t.on, scanPerson, `SELECT `+personColumns+` FROM people WHERE id = $1`, id)
	if errors.Is(err, ErrNotFound) {
		return buddy.Person{}, nil
	}
	if err != nil {
		return buddy.Person{}, err
	}
	if whole, err := t.db.openPerson(t.ctx, t.on, s); err == nil {
		return whole, nil
	}
	return s.Person, nil
}

// differ names the fields in which a person is not as they were.
func differ(before, after buddy.Person) ([]string, error) {
	names, err := fields(toPerson(before), toPerson(after))
	add := func(name string, same bool) {
		if !same {
			names = append(names, name)
		}
	}
	add("team", before.Team == after.Team)
	add("roles", list(before.Roles) == list(after.Roles))
	add("active", before.Active == after.Active)
	add("external_id", after.ExternalID == "" || before.ExternalID == after.ExternalID)
	slices.Sort(names)
	return names, err
}

// fields names the fields of two values, as JSON has them, that are not the same in both.
func fields(before, after any) (names []string, err error) {
	was, err := members(before)
	if err != nil {
		return nil, err
	}
	is, err := members(after)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(was)
	maps.Copy(all, is)
	for name := range all {
		if !bytes.Equal(was[name], is[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func members(v any) (m map[string]json.RawMessage, err error) {
	raw, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	return m, err
}

// ChangeTeam keeps a team, new or changed, and says whether it is new. It goes on record as ChangePerson does, as an entry of
// kind "team".
func (db *DB) ChangeTeam(ctx context.Context, team Team, by By, at time.Time) (created bool, err error) {
	err = db.change(ctx, by, at, func(t *tx) (what string, c changed, err error) {
		what, c, err = t.changeTeam(team, at)
		created = c.New
		return what, c, err
	})
	if err != nil {
		return false, fmt.Errorf("keep team %s: %w", team.ID, err)
	}
	return created, nil
}

func (t *tx) changeTeam(team Team, at time.Time) (what string, c changed, err error) {
	var before Team
	s, err := first(t.ctx, t.on, scanTeam, `SELECT `+teamColumns+` FROM teams WHERE id = $1`, team.ID)
	if err == nil {
		if before, err = t.db.openTeam(t.ctx, t.on, s); err != nil {
			before, err = s.Team, nil // what is wrong with it must not keep anyone from putting it right
		}
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", c, err
	}
	if c.New, err = t.putTeam(team, at); err != nil {
		return "", c, err
	}
	if !c.New {
		c.Changed, err = differTeam(before, team)
	}
	return "team/" + team.ID, c, err
}

func differTeam(before, after Team) (names []string, err error) {
	if after.HasPlan {
		if names, err = fields(before.Plan, after.Plan); err != nil {
			return nil, err
		}
	}
	if before.Name != after.Name {
		names = append(names, "name")
	}
	if before.Zone != after.Zone {
		names = append(names, "zone")
	}
	slices.Sort(names)
	return names, nil
}

// change runs what changes a person, a team or a token, with its record, in one transaction.
func (db *DB) change(ctx context.Context, by By, at time.Time, run func(*tx) (what string, c changed, err error)) error {
	return db.recorded(ctx, by, at, func(t *tx) (d done, err error) {
		if err := t.moveEpoch(); err != nil {
			return d, err
		}
		t.notify()
		what, c, err := run(t)
		if err != nil || !c.New && len(c.Changed) == 0 {
			return d, err
		}
		if person, is := strings.CutPrefix(what, "person/"); is && by != (By{}) {
			err = t.saidByHand(person, by, at, c.Changed...)
		}
		return done{what: what, input: c}, err
	})
}

// done is what somebody did, for the record.
type done struct {
	what  string       // the object as KIND/ID; its kind is the entry's. "" for nothing that needs a record
	input any          // what the record says of it in clear, as JSON
	words private.Text // what it keeps sealed
	owner string       // the data key of the words; "" for that of who did it
}

// recorded runs a change with its record, in one transaction. What nobody did leaves none.
func (db *DB) recorded(ctx context.Context, by By, at time.Time, run func(*tx) (done, error)) error {
	id := rand.Text()
	var err error
	for range retries { // a look of the same reader may come between
		err = db.write(ctx, func(t *tx) error {
			d, err := run(t)
			if err != nil || by == (By{}) || d.what == "" {
				return err
			}
			return t.recordChange(by, id, d, at)
		})
		if !errors.Is(err, errMoved) {
			return err
		}
	}
	return err
}

// errMoved says that another entry came into a chain at the same moment.
var errMoved = fmt.Errorf("record who did it: %w", ErrConflict)

func (t *tx) recordChange(by By, id string, d done, at time.Time) error {
	input, err := json.Marshal(d.input)
	if err != nil {
		return err
	}
	kind, _, _ := strings.Cut(d.what, "/")
	e := Entry{ID: kind + "/" + id, At: at, RecordedAt: at, Kind: kind, By: by.Person, Via: by.Via, Token: by.Token, Visit: d.what,
		Input: input, Events: []byte("[]"), Words: d.words, Owner: d.owner}
	chain := looks + cmp.Or(by.Person, "token "+by.Token)
	if by.Person == "" && by.Token == "" { // nobody did, but time
		chain = looks + by.Via
	}
	if e.Owner == "" && by.Person != "" {
		e.Owner = "person/" + by.Person
	}
	return t.recordAll(chain, []Entry{e})
}

// recordAll hangs entries on the end of a chain of the office's; errMoved where another came in between.
func (t *tx) recordAll(chain string, entries []Entry) error {
	l, err := t.link(chain)
	if err != nil {
		return err
	}
	rows, err := t.chain(&l, chain, entries)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]string{"worker": chain})
	if err == nil {
		err = t.putWorker(chain, l, string(raw), time.Time{})
	}
	if errors.Is(err, ErrConflict) {
		return errMoved
	}
	if err != nil {
		return err
	}
	return t.insertEntries(rows)
}
