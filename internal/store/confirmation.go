package store

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
)

// ConfirmEvery is how long someone's word that their details are right is good (rule 1.6).
const ConfirmEvery = 90 * 24 * time.Hour

// AskedMost is how often someone is asked whether their details are right; from then on their manager's page says so instead.
const AskedMost = 3

// Confirmation is when someone last said that their details are right, and how often they were asked since.
type Confirmation struct {
	Person      string
	SinceAt     time.Time // when they were first here
	ConfirmedAt time.Time // zero for never
	Asked       int       // by text, since it was time again
	AskAt       time.Time // when they are next asked; zero for not again
}

// Due is when it is time to say it again.
func (c Confirmation) Due() time.Time { return later(c.ConfirmedAt, c.SinceAt).Add(ConfirmEvery) }

// Unanswered says that they were asked as often as anyone is, and did not say it.
func (c Confirmation) Unanswered() bool { return c.Asked >= AskedMost }

const confirmationColumns = `person, since_at, confirmed_at, asked, ask_at`

func scanConfirmation(s scanner) (c Confirmation, err error) {
	err = s.Scan(&c.Person, at{&c.SinceAt}, at{&c.ConfirmedAt}, &c.Asked, at{&c.AskAt})
	return c, err
}

// Confirmation gives someone's; ErrNotFound for nobody, or one who was erased.
func (db *DB) Confirmation(ctx context.Context, person string) (Confirmation, error) {
	c, err := first(ctx, db.reader, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmations WHERE person = $1`, person)
	if err != nil {
		return c, fmt.Errorf("read when %s confirmed their details: %w", person, err)
	}
	return c, nil
}

// ConfirmationsOf gives those of a team's people, by their ids.
func (db *DB) ConfirmationsOf(ctx context.Context, team string) (map[string]Confirmation, error) {
	list, err := all(ctx, db.reader, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmations WHERE person IN (SELECT id FROM people WHERE team = $1)`, team)
	if err != nil {
		return nil, fmt.Errorf("read when team %s confirmed their details: %w", team, err)
	}
	by := map[string]Confirmation{}
	for _, c := range list {
		by[c.Person] = c
	}
	return by, nil
}

// ToConfirm gives those who are to be asked by now, the longest due first, at most limit.
func (db *DB) ToConfirm(ctx context.Context, now time.Time, limit int) ([]Confirmation, error) {
	list, err := all(ctx, db.reader, scanConfirmation, `SELECT `+confirmationColumns+` FROM confirmations WHERE ask_at IS NOT NULL AND ask_at <= $1
		ORDER BY ask_at, person LIMIT $2`, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("look for who is to confirm their details: %w", err)
	}
	return list, nil
}

// PutAsked keeps how often someone was asked and when they are asked next, zero for not again, where nobody wrote it since c was read: who confirms
// meanwhile is asked no more.
func (db *DB) PutAsked(ctx context.Context, c Confirmation, asked int, next time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE confirmations SET asked = $2, ask_at = $3 WHERE person = $1 AND asked = $4 AND ask_at = $5`, c.Person, asked, maybe(next), c.Asked, instant(c.AskAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that %s was asked to confirm: %w", c.Person, err)
	}
	return nil
}

// Confirm keeps that someone says that all their details are right, on record as ChangePerson has a change; and which of their contacts, by
// their numbers, they say know of it. Numbers that could not be reached count as right then. ErrErased for one whose details are gone.
func (db *DB) Confirm(ctx context.Context, p buddy.Person, by By, now time.Time, told ...phone.Number) error {
	err := db.change(ctx, by, now, func(t *tx) (what string, c changed, err error) {
		n, err := t.exec(`UPDATE confirmations SET confirmed_at = $2, asked = 0, ask_at = $3 WHERE person = $1`, p.ID, instant(now), instant(now.Add(ConfirmEvery)))
		if err == nil && n == 0 {
			err = ErrErased
		}
		if err != nil {
			return "", c, err
		}
		c.Changed = []string{"confirmed"}
		for _, number := range told {
			if err := t.know(p.ID, number, "told_at", now); err != nil {
				return "", c, err
			}
			c.Changed = []string{"confirmed", "contacts_know"}
		}
		_, err = t.exec(`UPDATE known_numbers SET failed_at = NULL, asked_at = NULL WHERE person = $1`, p.ID)
		return "person/" + p.ID, c, err
	})
	if err != nil {
		return fmt.Errorf("confirm details of %s: %w", p.ID, err)
	}
	return nil
}
