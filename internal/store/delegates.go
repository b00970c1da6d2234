package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Delegate is somebody, by their e-mail address, whom a person lets book for them by invite.
type Delegate struct {
	Address private.Text
	At      time.Time
}

// MostDelegates bounds how many one person may have.
const MostDelegates = 10

func (db *DB) delegateHash(address string) []byte {
	return db.vault.Hash("delegate", strings.ToLower(strings.TrimSpace(address)))
}

// Delegates gives whom a person lets book for them, the latest last.
func (db *DB) Delegates(ctx context.Context, person string) ([]Delegate, error) {
	type row struct {
		address, words []byte
		at             time.Time
	}
	rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) { return r, s.Scan(&r.address, &r.words, at{&r.at}) },
		`SELECT address, words, put_at FROM delegates WHERE person = $1 ORDER BY put_at, address`, person)
	var list []Delegate
	for _, r := range rows {
		if err != nil {
			break
		}
		var plain []byte
		if plain, err = db.open(ctx, db.reader, "person/"+person, delegatePlace(person, r.address), r.words); err == nil && plain != nil {
			list = append(list, Delegate{Address: private.New(string(plain)), At: r.at})
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list delegates: %w", err)
	}
	return list, nil
}

func delegatePlace(person string, address []byte) string {
	return fmt.Sprintf("delegate/%s/%x", person, address)
}

// MayDelegate says whether a person lets an address book for them.
func (db *DB) MayDelegate(ctx context.Context, person, address string) (bool, error) {
	n, err := first(ctx, db.reader, value[int], `SELECT count(*) FROM delegates WHERE person = $1 AND address = $2`, person, db.delegateHash(address))
	if err != nil {
		return false, fmt.Errorf("look for delegate: %w", err)
	}
	return n > 0, nil
}

// PutDelegate lets an address book for a person; ErrConflict where they have as many as they may. It goes on record, an entry of kind "delegate", as by [DB.ChangePerson].
func (db *DB) PutDelegate(ctx context.Context, person, address string, by By, now time.Time) error {
	address = strings.ToLower(strings.TrimSpace(address))
	hash := db.delegateHash(address)
	err := db.recorded(ctx, by, now, func(t *tx) (done, error) {
		n, err := first(t.ctx, t.on, value[int], `SELECT count(*) FROM delegates WHERE person = $1 AND address <> $2`, person, hash)
		if err == nil && n >= MostDelegates {
			err = ErrConflict
		}
		if err != nil {
			return done{}, err
		}
		sealed, err := t.seal("person/"+person, delegatePlace(person, hash), []byte(address), now)
		if err == nil {
			n64 := int64(0)
			n64, err = t.exec(`INSERT INTO delegates (person, address, words, put_at) VALUES ($1, $2, $3, $4) ON CONFLICT (person, address) DO NOTHING`, person, hash, sealed, instant(now))
			if err == nil && n64 == 0 {
				return done{}, nil
			}
		}
		return done{what: "delegate/" + person, input: map[string]string{"change": "added"}, words: private.New(address)}, err
	})
	if err != nil {
		return fmt.Errorf("add delegate: %w", err)
	}
	return nil
}

// DropDelegate no longer lets an address book for a person. It goes on record likewise.
func (db *DB) DropDelegate(ctx context.Context, person, address string, by By, now time.Time) error {
	address = strings.ToLower(strings.TrimSpace(address))
	err := db.recorded(ctx, by, now, func(t *tx) (done, error) {
		n, err := t.exec(`DELETE FROM delegates WHERE person = $1 AND address = $2`, person, db.delegateHash(address))
		if err != nil || n == 0 {
			return done{}, err
		}
		return done{what: "delegate/" + person, input: map[string]string{"change": "removed"}, words: private.New(address)}, nil
	})
	if err != nil {
		return fmt.Errorf("remove delegate: %w", err)
	}
	return nil
}
