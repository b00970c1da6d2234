package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/phone"
)

// Phone is a telephone as its holder sees it.
type Phone struct {
	ID           string // "p-priya.mobile": for forms, as a number is private
	Person       string // the holder's id; "" for a stranger
	Holder       string
	Team         string // its name
	Kind         string // "mobile", "personal mobile"
	Number       string // as people say it
	State        town.State
	Calls        []town.Call // that ring or that the holder is on
	Conversation []town.Line // in order, the latest last
}

// How a phone's id ends.
const (
	mobile   = ".mobile"
	personal = ".personal"
)

// stranger is the phone of someone whom nobody knows.
const (
	stranger       = "stranger" + mobile
	strangerNumber = "07700 900999"
)

// MostCharacters is how long a text typed on a phone may be.
const MostCharacters = 1600

// These say what is wrong with what a visitor did, in words for them.
var (
	ErrNoPhone = errors.New("there is no such phone")
	ErrEmpty   = errors.New("type a text first")
	ErrTooLong = fmt.Errorf("a text has at most %d characters", MostCharacters)
	ErrUnsent  = errors.New("the phone is off or has no signal, so the text was not sent")
)

// Phones lists every phone, the workers' first.
func (d *Demo) Phones(ctx context.Context) ([]Phone, error) {
	people, err := d.o.Store.People(ctx)
	if err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	teams, err := d.o.Store.Teams(ctx)
	if err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	names := map[string]string{}
	for _, t := range teams {
		names[t.ID] = t.Name
	}
	ringing := d.town.Ringing()
	var workers, others []Phone
	for _, p := range people {
		if !p.Active {
			continue
		}
		p.Team = names[p.Team]
		to := &others
		if p.Has(buddy.Worker) {
			to = &workers
		}
		if !p.Mobile.IsZero() {
			*to = append(*to, d.phone(p, mobile, "mobile", p.Mobile, ringing))
		}
		if !p.PersonalMobile.IsZero() {
			*to = append(*to, d.phone(p, personal, "personal mobile", p.PersonalMobile, ringing))
		}
	}
	unknown := d.phone(buddy.Person{Name: "Someone we do not know"}, "", "mobile", number(strangerNumber), ringing)
	unknown.ID = stranger
	return append(append(workers, others...), unknown), nil
}

func (d *Demo) phone(p buddy.Person, suffix, kind string, n phone.Number, ringing []town.Call) Phone {
	held := d.town.Phone(n)
	shown := Phone{ID: p.ID + suffix, Person: p.ID, Holder: p.Name, Team: p.Team, Kind: kind, Number: n.National(), State: held.State(), Conversation: held.Conversation()}
	for _, c := range ringing {
		if c.To == n {
			shown.Calls = append(shown.Calls, c)
		}
	}
	return shown
}

// find gives the phone with an id.
func (d *Demo) find(ctx context.Context, id string) (*town.Phone, error) {
	if id == stranger {
		return d.town.Phone(number(strangerNumber)), nil
	}
	person, work := strings.CutSuffix(id, mobile)
	if !work {
		person = strings.TrimSuffix(id, personal)
	}
	p, err := d.o.Store.Person(ctx, person)
	if err != nil {
		return nil, ErrNoPhone
	}
	n := p.PersonalMobile
	if work {
		n = p.Mobile
	}
	if n.IsZero() || person == id {
		return nil, ErrNoPhone
	}
	return d.town.Phone(n), nil
}

// Text sends a text from a phone. It is stored when Text returns, or will be as soon as it can.
func (d *Demo) Text(ctx context.Context, id, words string) error {
	words = strings.ToValidUTF8(strings.ReplaceAll(words, "\r\n", "\n"), "")
	switch {
	case strings.TrimSpace(words) == "":
		return ErrEmpty
	case utf8.RuneCountInString(words) > MostCharacters:
		return ErrTooLong
	}
	p, err := d.find(ctx, id)
	if err != nil {
		return err
	}
	if p.State() != town.On {
		return ErrUnsent
	}
	d.posting.Lock()
	d.unsent = append(d.unsent, d.town.Text(p.Number, number(ourNumber), words))
	d.posting.Unlock()
	d.report(ctx, "text not stored", d.post(ctx))
	return nil
}

// PickUp answers a call that rings; what is said is then in the conversation.
func (d *Demo) PickUp(ctx context.Context, call string) error {
	_, err := d.town.PickUp(ctx, call)
	return err
}

// PressKey presses a key on a call that was picked up.
func (d *Demo) PressKey(ctx context.Context, call, digit string) error {
	_, err := d.town.Press(ctx, call, digit)
	return err
}

// HangUp ends a call, or declines one that rings.
func (d *Demo) HangUp(_ context.Context, call string) error { return d.town.HangUp(call) }

// Divert sends a call that rings to voicemail.
func (d *Demo) Divert(ctx context.Context, call string) error { return d.town.Divert(ctx, call) }

// SetState switches a phone off or on, or takes it where there is no signal.
func (d *Demo) SetState(ctx context.Context, id string, to town.State) error {
	p, err := d.find(ctx, id)
	if err != nil {
		return err
	}
	switch to {
	case town.On:
		p.On()
	case town.Off:
		p.Off()
	case town.NoSignal:
		p.LosesSignal()
	default:
		return fmt.Errorf("a phone is on, off or has no signal, and not %q", to)
	}
	return nil
}
