package intake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// packed is how what a list says of somebody is kept, sealed, until it is done.
type packed struct {
	ID        string           `json:"id"`
	New       bool             `json:"new,omitzero"`
	Lines     []int            `json:"lines"`
	Values    map[Field]string `json:"values"`
	Contacts  []packedContact  `json:"contacts,omitempty"`
	Roles     []string         `json:"roles,omitempty"`
	ChangedOn time.Time        `json:"changed_on,omitzero"`
}

type packedContact struct {
	Name, Relation, Phone string
	PoliceOnly            *bool
}

// Pack writes what a list says of some people, and who they are here, with its private words.
func Pack(list []Placed) ([]byte, error) {
	var out []packed
	for _, p := range list {
		one := packed{ID: p.Now.ID, New: p.New, Lines: p.Lines, Values: map[Field]string{}, Roles: p.Roles, ChangedOn: p.ChangedOn}
		for _, f := range slices.Sorted(maps.Keys(p.Values)) {
			one.Values[f] = p.value(f)
		}
		for _, c := range p.Contacts {
			one.Contacts = append(one.Contacts, packedContact{c.Name.Reveal(), c.Relation.Reveal(), c.Phone.E164(), c.PoliceOnly})
		}
		out = append(out, one)
	}
	return json.Marshal(out)
}

// Told is what a list says of somebody, by the id they have here.
type Told struct {
	Said
	ID  string
	New bool
}

// Unpack reads what Pack wrote.
func Unpack(raw []byte) (list []Told, err error) {
	var in []packed
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, fmt.Errorf("read what a list says: %w", err)
	}
	for _, one := range in {
		t := Told{ID: one.ID, New: one.New, Said: Said{Lines: one.Lines, Values: map[Field]private.Text{}, Roles: one.Roles, ChangedOn: one.ChangedOn}}
		for _, f := range slices.Sorted(maps.Keys(one.Values)) {
			t.Values[f] = private.New(one.Values[f])
		}
		for _, c := range one.Contacts {
			n, err := phone.Parse(c.Phone)
			if err != nil {
				return nil, fmt.Errorf("read what a list says: %w", err)
			}
			t.Contacts = append(t.Contacts, Contact{Name: private.New(c.Name), Relation: private.New(c.Relation), Phone: n, PoliceOnly: c.PoliceOnly})
		}
		list = append(list, t)
	}
	return list, nil
}
