package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/allclear-safety/allclear/internal/vault"
)

// How a change of the key that wraps the data keys stands, in meta.
const (
	// wrapName is the name of the key under which data keys are wrapped from now on. Whoever makes a data key reads it in the same
	// transaction, so that once it has moved on nobody wraps under the key before.
	wrapName = "wrap_key"
	// wrapBridge is that key, sealed under the one before it, for processes that have only that one. It is there until FinishRotation.
	wrapBridge = "wrap_bridge"
	// wrapBack is the key before, sealed under that key, for whoever has the new one alone while data keys are under either. It goes with the
	// bridge.
	wrapBack = "wrap_back"
)

// restOwner is whose data key holds what hashes and signs, where the master key's text no longer does.
const restOwner = "master/rest"

var (
	// ErrRotated says that data keys are wrapped under a key that is not here.
	ErrRotated = errors.New("the database's keys are wrapped under another master key than the one given; give the newest one")
	// ErrRotating says that a change of the wrapping key is to be ended before another begins.
	ErrRotating = errors.New("another rotation was begun and is not finished; give the new key that it began with, or run allclear keys rotate --finish")
)

// Rewrapped says what one batch of a rotation did.
type Rewrapped struct {
	Last     string // the owner up to which it came; "" when there was nothing left
	Seen     int    // data keys looked at
	Wrapped  int    // of these, wrapped anew
	Unopened int    // of these, such as no key that is here opens: left as they are
	Busy     int    // of these, such as others wrote under or changed: left as they are for now
}

// wrapsUnder names the key under which new data keys are wrapped, and keeps it so until the commit.
func (t *tx) wrapsUnder() (string, error) {
	if t.under != "" {
		return t.under, nil
	}
	under, err := first(t.ctx, t.on, value[string], `SELECT value FROM meta WHERE key = 'wrap_key'`+t.shareRow())
	if err != nil {
		return "", fmt.Errorf("read the wrapping key's name: %w", err)
	}
	if err := t.db.learn(t.ctx, t.on, under); err != nil {
		return "", err
	}
	t.under = under
	return under, nil
}

// unwrap gives a data key. One that is wrapped under a key that came after we started is met by reading on where that key is.
func (db *DB) unwrap(ctx context.Context, on runner, wrapped []byte) (vault.Key, error) {
	k, err := db.vault.Unwrap(wrapped)
	if !errors.Is(err, vault.ErrSealed) {
		return k, err
	}
	under, failed := first(ctx, on, value[string], `SELECT value FROM meta WHERE key = 'wrap_key'`)
	if errors.Is(failed, ErrNotFound) || failed == nil && db.vault.Knows(under) {
		return k, err // it is not that: this row was changed
	}
	if failed == nil {
		failed = db.learn(ctx, on, under)
	}
	if failed != nil {
		return k, failed
	}
	return db.vault.Unwrap(wrapped)
}

// learn sees that the vault has the wrapping key of this name: from the key file as it is now, or over the bridge of a rotation.
func (db *DB) learn(ctx context.Context, on runner, name string) error {
	if db.vault.Knows(name) {
		return nil
	}
	var unread error
	if db.reload != nil {
		fresh, err := db.reload()
		if err == nil {
			db.vault.Learn(fresh)
		}
		unread = err // and the bridge may be there all the same
	}
	if !db.vault.Knows(name) {
		if err := db.crossBridge(ctx, on, wrapBridge); err != nil {
			return errors.Join(err, unread)
		}
	}
	if !db.vault.Knows(name) {
		return errors.Join(ErrRotated, unread)
	}
	return nil
}

// crossBridge takes up the key of a rotation that is not finished, if there is one that we can open.
func (db *DB) crossBridge(ctx context.Context, on runner, name string) error {
	bridge, err := first(ctx, on, value[string], `SELECT value FROM meta WHERE key = $1`, name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the next wrapping key: %w", err)
	}
	sealed, err := base64.StdEncoding.DecodeString(bridge)
	if err != nil || db.vault.Cross(sealed) != nil {
		return nil //nolint:nilerr // it is for another: who misses the key says so
	}
	return nil
}

// takeWraps makes the vault ready for this database: it has the wrapping key that is used now, and hashes with what the database keeps.
func (db *DB) takeWraps(ctx context.Context) error {
	under, err := db.Meta(ctx, wrapName)
	if errors.Is(err, ErrNotFound) {
		return nil // never rotated; noteWraps does it once the key is known to be the right one
	}
	if err == nil {
		err = db.learn(ctx, db.reader, under)
	}
	if err == nil {
		err = db.crossBridge(ctx, db.reader, wrapBack)
	}
	if err != nil {
		return err
	}
	rest, err := first(ctx, db.reader, value[[]byte], `SELECT wrapped FROM data_keys WHERE owner = $1`, restOwner)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		err = db.vault.TakeRest(rest)
	}
	return err
}

// noteWraps notes under which key data keys are wrapped, where it is not noted yet.
func (db *DB) noteWraps(ctx context.Context) error {
	if db.readOnly {
		return nil
	}
	_, err := db.Meta(ctx, wrapName)
	if errors.Is(err, ErrNotFound) {
		_, err = db.MetaOnce(ctx, wrapName, db.vault.Primary())
	}
	return err
}

// BeginRotation makes the primary key of next the one under which data keys are wrapped. With bridge, those who have only the one of both
// keys get the other from the database, and what hashes and signs is kept there too: next need hold nothing but the wrapping key. Beginning the same
// rotation again changes nothing. The error is ErrRotating when another is not finished.
func (db *DB) BeginRotation(ctx context.Context, next *vault.Vault, bridge bool) error {
	db.vault.Learn(next)
	err := db.write(ctx, func(t *tx) error {
		is, err := first(t.ctx, t.on, value[string], `SELECT value FROM meta WHERE key = 'wrap_key'`)
		if err != nil || is == next.Primary() {
			return err
		}
		if _, err := first(t.ctx, t.on, value[string], `SELECT value FROM meta WHERE key = 'wrap_bridge'`); err == nil {
			return ErrRotating
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		if bridge {
			if err := t.buildBridge(is, next.Primary()); err != nil {
				return err
			}
		}
		moved, err := t.exec(`UPDATE meta SET value = $1 WHERE key = 'wrap_key' AND value = $2`, next.Primary(), is)
		if err == nil && moved == 0 {
			err = ErrRotating
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("begin rotation: %w", err)
	}
	return nil
}

func (t *tx) buildBridge(is, next string) error {
	rest, err := t.db.vault.Rest(is)
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO data_keys (owner, wrapped, made_at) VALUES ($1, $2, 0) ON CONFLICT (owner) DO NOTHING`, restOwner, rest); err != nil {
		return err
	}
	for name, way := range map[string]struct{ under, of string }{wrapBridge: {is, next}, wrapBack: {next, is}} {
		sealed, err := t.db.vault.Bridge(way.under, way.of)
		if err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO meta (key, value) VALUES ($1, $2)`, name, base64.StdEncoding.EncodeToString(sealed)); err != nil {
			return err
		}
	}
	return nil
}

// WrapsUnder names the key under which data keys are wrapped now, as [vault.Vault.Primary] does.
func (db *DB) WrapsUnder(ctx context.Context) (string, error) { return db.Meta(ctx, wrapName) }

// CheckpointKey is the key that signs what is published of the record: this database's, whichever master key it is opened with.
func (db *DB) CheckpointKey() ed25519.PrivateKey { return db.vault.CheckpointKey() }

// Installation is what an installation without a public address is called, as [vault.Vault.Name].
func (db *DB) Installation() string { return db.vault.Name() }

// DataKeys counts the data keys that are wrapped.
func (db *DB) DataKeys(ctx context.Context) (int, error) {
	n, err := first(ctx, db.reader, value[int], `SELECT count(*) FROM data_keys WHERE wrapped IS NOT NULL`)
	if err != nil {
		return 0, fmt.Errorf("count data keys: %w", err)
	}
	return n, nil
}

// Rewrap wraps data keys anew under the key that is used now: at most so many, those after an owner. Only what it changes is written, in one
// commit, so that the write lock is held for the writing alone. Killed at any point, every key opens under the one or the other.
func (db *DB) Rewrap(ctx context.Context, after string, most int) (r Rewrapped, err error) {
	type row struct {
		owner    string
		was, now []byte
	}
	under, err := db.Meta(ctx, wrapName)
	if err != nil {
		return r, err
	}
	rows, err := all(ctx, db.reader, func(s scanner) (k row, err error) {
		return k, s.Scan(&k.owner, &k.was)
	}, `SELECT owner, wrapped FROM data_keys WHERE owner > $1 AND wrapped IS NOT NULL ORDER BY owner LIMIT $2`, after, most)
	if err != nil {
		return r, fmt.Errorf("read data keys: %w", err)
	}
	var stale []row
	for _, k := range rows {
		r.Last, r.Seen = k.owner, r.Seen+1
		if k.now, err = db.vault.Rewrap(bytes.Clone(k.was), under); err != nil {
			r.Unopened++
		} else if k.now != nil {
			stale = append(stale, k)
		}
	}
	if len(stale) == 0 {
		return r, nil
	}
	err = db.write(ctx, func(t *tx) error {
		r.Wrapped = 0 // PostgreSQL may run this again
		for _, k := range stale {
			// Whoever writes under a key keeps its row until the commit. It is not waited for: they may wait for another of these rows.
			n, err := t.exec(`UPDATE data_keys SET wrapped = $2 WHERE owner = (SELECT owner FROM data_keys WHERE owner = $1 AND wrapped = $3`+t.lockRows()+`)`,
				k.owner, k.now, k.was)
			if err != nil {
				return err
			}
			r.Wrapped += int(n)
		}
		r.Busy = len(stale) - r.Wrapped
		return nil
	})
	if err != nil {
		return Rewrapped{}, fmt.Errorf("wrap data keys: %w", err)
	}
	return r, nil
}

// FinishRotation takes away the bridge from the key before. From then on whoever has only that one opens nothing. It says whether there was
// one.
func (db *DB) FinishRotation(ctx context.Context) (was bool, err error) {
	err = db.write(ctx, func(t *tx) error {
		n, err := t.exec(`DELETE FROM meta WHERE key IN ('wrap_bridge', 'wrap_back')`)
		was = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("finish rotation: %w", err)
	}
	return was, nil
}

// Bridged says whether a rotation waits for FinishRotation.
func (db *DB) Bridged(ctx context.Context) (bool, error) {
	_, err := db.Meta(ctx, wrapBridge)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
