package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Past is what became of someone's fields before, by the names that the record has of them.
type Past struct {
	Hands map[string]Hand // what was last said by hand; "" is all fields at once, and so is "confirmed"
	Seen  map[string]Seen // what the last list that spoke of a field said
}

// Hand is when someone said a field by hand, and who.
type Hand struct {
	At time.Time
	By string
}

// Seen is a print of what a list said, and of when the list was.
type Seen struct {
	Print []byte
	At    time.Time
}

// byHand says that a person changed it, and no program.
func (b By) byHand() bool {
	return b.Token == "" && b.Person != "" && !slices.Contains([]string{"", "command", "import", "api", "clock"}, b.Via)
}

// keptHand and keptSeen are how they are stored: instants in microseconds.
type keptHand struct {
	At int64  `json:"at"`
	By string `json:"by"`
}

type keptSeen struct {
	Print []byte `json:"print"`
	At    int64  `json:"at"`
}

type pastRow struct {
	person, hands, seen string
}

func scanPast(s scanner) (r pastRow, err error) { return r, s.Scan(&r.person, &r.hands, &r.seen) }

func (r pastRow) read() (Past, error) {
	var hands map[string]keptHand
	var seen map[string]keptSeen
	if err := errors.Join(json.Unmarshal([]byte(r.hands), &hands), json.Unmarshal([]byte(r.seen), &seen)); err != nil {
		return Past{}, fmt.Errorf("read past of person %s: %w", r.person, err)
	}
	p := Past{Hands: map[string]Hand{}, Seen: map[string]Seen{}}
	for f, h := range hands {
		p.Hands[f] = Hand{time.UnixMicro(h.At).UTC(), h.By}
	}
	for f, s := range seen {
		p.Seen[f] = Seen{s.Print, time.UnixMicro(s.At).UTC()}
	}
	return p, nil
}

// Pasts gives the past of everyone who has one, by their ids.
func (db *DB) Pasts(ctx context.Context) (map[string]Past, error) {
	rows, err := all(ctx, db.reader, scanPast, `SELECT person, hands, seen FROM person_past`)
	pasts := make(map[string]Past, len(rows))
	for _, r := range rows {
		if err == nil {
			pasts[r.person], err = r.read()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read what was said by hand: %w", err)
	}
	return pasts, nil
}

// Print gives the print of what a list says of a field: keyed, so that nobody can try words against it.
func (db *DB) Print(field, value string) []byte { return db.vault.Hash("list/"+field, value) }

func (t *tx) past(person string) (Past, error) {
	r, err := first(t.ctx, t.on, scanPast, `SELECT person, hands, seen FROM person_past WHERE person = $1`, person)
	if errors.Is(err, ErrNotFound) {
		return Past{Hands: map[string]Hand{}, Seen: map[string]Seen{}}, nil
	}
	if err != nil {
		return Past{}, err
	}
	return r.read()
}

func (t *tx) putPast(person string, p Past) error {
	hands, seen := map[string]keptHand{}, map[string]keptSeen{}
	for f, h := range p.Hands {
		hands[f] = keptHand{instant(h.At), h.By}
	}
	for f, s := range p.Seen {
		seen[f] = keptSeen{s.Print, instant(s.At)}
	}
	h, err := json.Marshal(hands)
	if err != nil {
		return err
	}
	s, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO person_past (person, hands, seen) VALUES ($1, $2, $3) ON CONFLICT (person) DO UPDATE SET hands = excluded.hands, seen = excluded.seen`,
		person, string(h), string(s))
	return err
}

// saidByHand keeps that someone said fields of a person by hand; no field is all of them, as where a person is put in.
func (t *tx) saidByHand(person string, by By, at time.Time, fields ...string) error {
	if !by.byHand() {
		return nil
	}
	p, err := t.past(person)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		fields = []string{""}
	}
	for _, f := range fields {
		p.Hands[f] = Hand{at, by.Person}
	}
	return t.putPast(person, p)
}

// spoke keeps what a list of an instant says of a person.
func (t *tx) spoke(person string, p Past, says map[string]private.Text, asOf time.Time) error {
	moved := false
	for f, v := range says {
		print := t.db.Print(f, v.Reveal())
		was, had := p.Seen[f]
		if had && (was.At.After(asOf) || was.At.Equal(asOf) && slices.Equal(was.Print, print)) {
			continue
		}
		p.Seen[f] = Seen{print, asOf}
		moved = true
	}
	if !moved {
		return nil
	}
	return t.putPast(person, p)
}
