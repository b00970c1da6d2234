package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/vault"
)

// keyring remembers data keys, so that a row costs no look-up of its key.
type keyring struct {
	mu   sync.Mutex
	keys map[string]vault.Key
}

// maxKeys bounds the ring: some 20 MB.
const maxKeys = 50_000

func (r *keyring) get(owner string) (vault.Key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.keys[owner]
	return k, ok
}

func (r *keyring) put(keys map[string]vault.Key) {
	if len(keys) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil || len(r.keys) > maxKeys {
		r.keys = make(map[string]vault.Key)
	}
	maps.Copy(r.keys, keys)
}

func (r *keyring) forget(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.keys, owner)
}

// dataKey reads an owner's data key: ErrNotFound when there was never one, ErrErased when it was deleted.
func (db *DB) dataKey(ctx context.Context, on runner, owner string) (vault.Key, error) {
	if k, ok := db.keys.get(owner); ok {
		return k, nil
	}
	wrapped, err := first(ctx, on, value[[]byte], `SELECT wrapped FROM data_keys WHERE owner = $1`, owner)
	if err != nil {
		return vault.Key{}, err
	}
	if wrapped == nil {
		return vault.Key{}, ErrErased
	}
	return db.vault.Unwrap(wrapped)
}

// key gives an owner's data key, and makes it when there is none.
func (t *tx) key(owner string, at time.Time) (vault.Key, error) {
	if k, ok := t.keys[owner]; ok {
		return k, nil
	}
	k, err := t.db.dataKey(t.ctx, t.on, owner)
	if err == nil {
		t.remember(owner, k)
	}
	if !errors.Is(err, ErrNotFound) {
		return k, err
	}
	wrapped, k, err := t.db.vault.NewKey()
	if err != nil {
		return k, err
	}
	made, err := t.exec(`INSERT INTO data_keys (owner, wrapped, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, owner, wrapped, instant(at))
	if err != nil {
		return k, fmt.Errorf("keep data key: %w", err)
	}
	if made == 0 { // another node was first
		return t.db.dataKey(t.ctx, t.on, owner)
	}
	t.remember(owner, k)
	return k, nil
}

// remember keeps a key until the commit, and for all once it succeeds: a key whose row was rolled back must never seal again.
func (t *tx) remember(owner string, k vault.Key) {
	if t.keys == nil {
		t.keys = make(map[string]vault.Key)
	}
	t.keys[owner] = k
}

// seal seals words of an owner for one place; no words are nil.
func (t *tx) seal(owner, place string, plain []byte, at time.Time) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	k, err := t.key(owner, at)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", place, err)
	}
	return k.Seal(plain, place), nil
}

// open opens what seal sealed. Words whose key was erased are gone: nil, and no error.
func (db *DB) open(ctx context.Context, on runner, owner, place string, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	k, err := db.dataKey(ctx, on, owner)
	if errors.Is(err, ErrErased) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: data key of %s: %w", place, owner, err)
	}
	db.keys.put(map[string]vault.Key{owner: k})
	return k.Open(sealed, place)
}

// Erase deletes the data key of an owner ("visit/v7", "person/p-sam", "text/…"): no word sealed under it can be read again, and the
// record's chain still verifies. A node that has the key in memory forgets it when it next starts. That it was erased is noted outside
// first: what is restored later must not bring it back, and a note without an erasure is made good at the next start.
func (db *DB) Erase(ctx context.Context, owner string, at time.Time) error {
	if db.readOnly {
		return ErrReadOnly
	}
	if db.erasures != nil {
		if err := db.erasures.Note(db.erasureMark(owner)); err != nil {
			return fmt.Errorf("note what is erased: %w", err)
		}
	}
	return db.deleteKey(ctx, owner, at)
}

func (db *DB) deleteKey(ctx context.Context, owner string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO data_keys (owner, wrapped, made_at, erased_at) VALUES ($1, NULL, $2, $2)
			ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, erased_at = excluded.erased_at`, owner, instant(at))
		return err
	})
	db.keys.forget(owner)
	if err != nil {
		return fmt.Errorf("erase data key: %w", err)
	}
	return nil
}

// pack joins strings so that unpack gives back the same bytes: a text of NULs or of broken UTF-8 is evidence as well.
func pack(parts ...string) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.AppendUvarint(out, uint64(len(p)))
		out = append(out, p...)
	}
	return out
}

func unpack(raw []byte, into ...*string) error {
	for _, s := range into {
		n, size := binary.Uvarint(raw)
		if size <= 0 || n > uint64(len(raw)-size) {
			return errors.New("unpack sealed words: cut short")
		}
		raw = raw[size:]
		*s, raw = string(raw[:n]), raw[n:]
	}
	return nil
}
