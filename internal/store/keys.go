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

// keyring remembers data keys, so that a row that is read costs no look-up of its key. What is erased by another process is forgotten at the
// next [DB.HearKeys]; nothing is sealed under a key that is only remembered.
type keyring struct {
	mu     sync.Mutex
	keys   map[string]vault.Key
	round  int64 // how often it was emptied: a key that was read before is not put into it after
	erased int64 // how far the chain of erasures was when it was emptied
}

// maxKeys bounds the ring: some 20 MB.
const maxKeys = 50_000

func (r *keyring) get(owner string) (vault.Key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.keys[owner]
	return k, ok
}

// now is the round that keys read from now on belong to.
func (r *keyring) now() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.round
}

func (r *keyring) put(round int64, keys map[string]vault.Key) {
	if len(keys) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.round != round {
		return
	}
	if r.keys == nil || len(r.keys) > maxKeys {
		r.keys = make(map[string]vault.Key)
	}
	maps.Copy(r.keys, keys)
}

// empty forgets every key: they are read again as they are needed, which costs a few microseconds each.
func (r *keyring) empty(erased int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.round, r.erased = nil, r.round+1, erased
}

// HearKeys hears what others did with keys: it forgets the data keys in memory if any was erased since it was last asked, and learns the
// wrapping key that is used now. It reads two rows; it is to run every second or so, which bounds how long words can be read after they
// were erased, and has a node that is idle know the next key before the one before is gone.
func (db *DB) HearKeys(ctx context.Context) error {
	under, err := db.Meta(ctx, wrapName)
	if err == nil {
		err = db.learn(ctx, db.reader, under)
	}
	heard := db.hearErasures(ctx) // whatever became of the wrapping key
	if err != nil && !errors.Is(err, ErrNotFound) {
		return errors.Join(fmt.Errorf("keep up with the wrapping key: %w", err), heard)
	}
	return heard
}

// hearErasures forgets the data keys in memory if any was erased since it was last asked.
func (db *DB) hearErasures(ctx context.Context) error {
	n, err := first(ctx, db.reader, value[int64], `SELECT seq FROM workers WHERE id = $1`, retention)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for what was erased: %w", err)
	}
	db.keys.mu.Lock()
	heard := db.keys.erased == n
	db.keys.mu.Unlock()
	if !heard {
		db.keys.empty(n)
	}
	return nil
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
	return db.unwrap(ctx, on, wrapped)
}

// key gives an owner's data key, and makes it when there is none.
//
// What is in memory is not trusted for it: another process may have erased the key since, and what is sealed under it then is lost. The row is
// read in the transaction that seals, and on PostgreSQL stays as it is until the commit: an erasure comes before, and is seen, or after.
func (t *tx) key(owner string, at time.Time) (vault.Key, error) {
	if k, ok := t.keys[owner]; ok {
		return k, nil
	}
	wrapped, err := first(t.ctx, t.on, value[[]byte], `SELECT wrapped FROM data_keys WHERE owner = $1`+t.shareRow(), owner)
	if errors.Is(err, ErrNotFound) {
		return t.newKey(owner, at)
	}
	if err != nil {
		return vault.Key{}, err
	}
	if wrapped == nil {
		return vault.Key{}, ErrErased
	}
	k, known := t.db.keys.get(owner)
	if !known {
		k, err = t.db.unwrap(t.ctx, t.on, wrapped)
	}
	if err == nil {
		t.remember(owner, k)
	}
	return k, err
}

func (t *tx) newKey(owner string, at time.Time) (k vault.Key, err error) {
	under, err := t.wrapsUnder()
	if err != nil {
		return k, err
	}
	wrapped, k, err := t.db.vault.NewKeyUnder(under)
	if err != nil {
		return k, err
	}
	made, err := t.exec(`INSERT INTO data_keys (owner, wrapped, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, owner, wrapped, instant(at))
	if err != nil {
		return k, fmt.Errorf("keep data key: %w", err)
	}
	if made == 0 { // another node was first
		return t.key(owner, at)
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
	round := db.keys.now()
	k, err := db.dataKey(ctx, on, owner)
	if errors.Is(err, ErrErased) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: data key of %s: %w", place, owner, err)
	}
	db.keys.put(round, map[string]vault.Key{owner: k})
	return k.Open(sealed, place)
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
		if size <= 0 || n > uint64(len(raw)-size) { // #nosec G115 -- size is at most the length
			return errors.New("unpack sealed words: cut short")
		}
		raw = raw[size:]
		*s, raw = string(raw[:n]), raw[n:]
	}
	return nil
}
