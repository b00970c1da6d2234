package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Account is how one person signs in. What is secret of it is sealed under the person's own data key, so that who is
// erased can sign in no more.
type Account struct {
	Person string
	Handle []byte // what an authenticator knows them by: random, and the same for all their passkeys
	Name   string // what they type to sign in by password, in lower case; kept as a keyed hash only, so it is "" when read
	Secrets
	CodeAt   int64 // the step of time of the code they used last: each counts once
	Revision int64 // moves with each change of password and secret for codes
	MadeAt   time.Time
}

// Secrets are what a person proves who they are by, without a passkey.
type Secrets struct {
	Password private.Text   `json:"-"` // as PHC string; zero: none
	Code     private.Text   `json:"-"` // the secret that codes are made of; zero: none
	Recovery []private.Text `json:"-"` // hashes of codes for when the telephone is lost, each good once
}

// secrets is how Secrets are sealed.
type secrets struct {
	Password string   `json:"password,omitempty"`
	Code     string   `json:"code,omitempty"`
	Recovery []string `json:"recovery,omitempty"`
}

func secretsPlace(person string) string { return "person/" + person + "/secrets" }

func (t *tx) sealSecrets(person string, s Secrets, at time.Time) ([]byte, error) {
	plain := secrets{Password: s.Password.Reveal(), Code: s.Code.Reveal()}
	for _, r := range s.Recovery {
		plain.Recovery = append(plain.Recovery, r.Reveal())
	}
	raw, err := json.Marshal(plain) // #nosec G117 -- it is sealed before it goes anywhere
	if err != nil {
		return nil, err
	}
	return t.seal("person/"+person, secretsPlace(person), raw, at)
}

func (db *DB) openSecrets(ctx context.Context, on runner, person string, sealed []byte) (s Secrets, err error) {
	raw, err := db.open(ctx, on, "person/"+person, secretsPlace(person), sealed)
	if err != nil || raw == nil {
		return s, err
	}
	var plain secrets
	if err := json.Unmarshal(raw, &plain); err != nil {
		return s, err
	}
	s.Password, s.Code = private.New(plain.Password), private.New(plain.Code)
	for _, r := range plain.Recovery {
		s.Recovery = append(s.Recovery, private.New(r))
	}
	return s, nil
}

// nameHash is what someone is found by who types their name to sign in.
func (db *DB) nameHash(name string) any {
	if name = strings.ToLower(strings.TrimSpace(name)); name == "" {
		return nil
	}
	return db.vault.Hash("sign-in", name)
}

// AddAccount makes a person's account. It is ErrConflict where they have one, or another has their name.
func (db *DB) AddAccount(ctx context.Context, a Account) error {
	err := db.write(ctx, func(t *tx) error {
		sealed, err := t.sealSecrets(a.Person, a.Secrets, a.MadeAt)
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO accounts (person, handle, name_hash, secrets, code_at, made_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			a.Person, a.Handle, db.nameHash(a.Name), sealed, a.CodeAt, instant(a.MadeAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("make account of %s: %w", a.Person, err)
	}
	return nil
}

const accountColumns = `person, handle, secrets, code_at, revision, made_at`

// account reads the one account that a condition finds, with its secrets.
func (db *DB) account(ctx context.Context, where string, arg any) (Account, error) {
	type row struct {
		Account
		sealed []byte
	}
	r, err := first(ctx, db.reader, func(s scanner) (r row, err error) {
		err = s.Scan(&r.Person, &r.Handle, &r.sealed, &r.CodeAt, &r.Revision, at{&r.MadeAt})
		return r, err
	}, `SELECT `+accountColumns+` FROM accounts WHERE `+where+` = $1`, arg)
	if err == nil {
		r.Secrets, err = db.openSecrets(ctx, db.reader, r.Person, r.sealed)
	}
	if err != nil {
		return Account{}, fmt.Errorf("read account: %w", err)
	}
	return r.Account, nil
}

// Account gives a person's account.
func (db *DB) Account(ctx context.Context, person string) (Account, error) {
	return db.account(ctx, "person", person)
}

// AccountByHandle gives the account that an authenticator's passkey is of.
func (db *DB) AccountByHandle(ctx context.Context, handle []byte) (Account, error) {
	return db.account(ctx, "handle", handle)
}

// AccountByName gives the account of whoever signs in by that name.
func (db *DB) AccountByName(ctx context.Context, name string) (Account, error) {
	hash := db.nameHash(name)
	if hash == nil {
		return Account{}, ErrNotFound
	}
	return db.account(ctx, "name_hash", hash)
}

// Accounts says how many accounts there are: none before the first administrator's.
func (db *DB) Accounts(ctx context.Context) (int, error) {
	n, err := first(ctx, db.reader, value[int], `SELECT count(*) FROM accounts`)
	if err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// changeAccount changes one account; ErrNotFound when none was changed.
func (db *DB) changeAccount(ctx context.Context, what, person string, change func(*tx) (int64, error)) error {
	err := db.write(ctx, func(t *tx) error {
		n, err := change(t)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s account of %s: %w", what, person, err)
	}
	return nil
}

// Passkey is one key of a person's, on one of their devices. None of it is secret: the private half never leaves the device.
type Passkey struct {
	ID      []byte
	Person  string
	Name    string // what the person calls it; sealed
	Key     []byte // as package signin writes it, JSON
	AddedAt time.Time
	UsedAt  time.Time // zero: never
}

func (k Passkey) place() string { return fmt.Sprintf("passkey/%x/name", k.ID) }

// UsedPasskey keeps what a passkey's use changed of it: its counter, and when it was used last.
func (db *DB) UsedPasskey(ctx context.Context, k Passkey, at time.Time) error {
	return db.changeAccount(ctx, "use a passkey of", k.Person, func(t *tx) (int64, error) {
		return t.exec(`UPDATE passkeys SET key = $2, used_at = $3 WHERE id = $1`, k.ID, string(k.Key), instant(at))
	})
}

// Passkeys gives a person's passkeys, the oldest first.
func (db *DB) Passkeys(ctx context.Context, person string) ([]Passkey, error) {
	type row struct {
		Passkey
		called []byte
	}
	rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) {
		var key string
		err = s.Scan(&r.ID, &r.Person, &r.Name, &r.called, &key, at{&r.AddedAt}, at{&r.UsedAt})
		r.Key = []byte(key)
		return r, err
	}, `SELECT id, person, name, called, key, added_at, used_at FROM passkeys WHERE person = $1`, person)
	var keys []Passkey
	for _, r := range rows {
		var called []byte
		if called, err = db.open(ctx, db.reader, "person/"+r.Person, r.place(), r.called); err != nil {
			break
		}
		if called != nil {
			r.Name = string(called)
		}
		keys = append(keys, r.Passkey)
	}
	if err != nil {
		return nil, fmt.Errorf("list passkeys of %s: %w", person, err)
	}
	slices.SortFunc(keys, func(a, b Passkey) int { return a.AddedAt.Compare(b.AddedAt) })
	return keys, nil
}

// Linked gives the person who is known to an issuer by a subject.
func (db *DB) Linked(ctx context.Context, issuer, subject string) (person string, err error) {
	person, err = first(ctx, db.reader, value[string], `SELECT person FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject)
	if err != nil {
		return "", fmt.Errorf("look for who someone is here: %w", err)
	}
	return person, nil
}
