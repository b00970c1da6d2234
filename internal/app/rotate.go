package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// Rotation says how the key that wraps the data keys is to be changed.
type Rotation struct {
	NewKeyFile string                          // where the new master key is, or is to be made; only for a key that is in no file
	Progress   func(step string, done, of int) // nil: quiet
}

// Rotated says what a rotation did.
type Rotated struct {
	Keys    int    // data keys, all of which are now wrapped under the new key
	Wrapped int    // of these, by this run
	Kept    string // the file that holds the old key, and the new one; "" when it was in none
	New     string // the file whose key is to be put in the place of the old one; "" when that is done
	Bridged bool   // whoever has the old key alone still opens the database, until FinishRotation
}

// A batch is made as large as keeps its writing well under 100 ms, and is followed by a pause, so that whoever else writes comes in between.
const (
	batchLeast, batchFirst, batchMost = 10, 100, 500
	batchSlow, batchQuick             = 40 * time.Millisecond, 15 * time.Millisecond
	pauseLeast, pauseShare            = 5 * time.Millisecond, 2
)

// Rotate makes a new master key and wraps every data key under it, beside a running server. Killed at any point, everything still opens, and
// running it again goes on.
func Rotate(ctx context.Context, o Options, r Rotation) (done Rotated, err error) {
	if err := o.mayRotate(r); err != nil {
		return done, err
	}
	if r.Progress == nil {
		r.Progress = func(string, int, int) {}
	}
	lock, err := lockRotation(o, r)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, unlock(lock)) }()
	db, err := Open(ctx, o, false)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if path := o.keyPath(); path != "" {
		return r.inFile(ctx, db, path, sqlitePath(o.Database) == "")
	}
	return r.toFile(ctx, db)
}

func (o Options) mayRotate(r Rotation) error {
	path := o.keyPath()
	switch {
	case path != "" && r.NewKeyFile != "":
		return fmt.Errorf("the master key is in the file %s, which then holds the new one: take out --new-key-file", path)
	case path == "" && r.NewKeyFile == "":
		return errors.New("the master key is in no file that could hold the new one: give --new-key-file FILE, where the new one is or is to be made")
	}
	if was := keptFor(path); was != "" {
		return fmt.Errorf("the key file %s opens backups of before a rotation, and is not changed: copy it to where the key in use is to be (cp -p %s %s), name that by ALLCLEAR_KEY_FILE, and rotate then",
			path, path, was)
	}
	if file := sqlitePath(o.Database); file != "" {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database %s whose key could be rotated; name another %s", file, o.placedBy())
		}
	}
	return nil
}

// lockRotation keeps a second rotation from the key file: each would make a key of its own. The folder is what is locked, as the file is
// replaced.
func lockRotation(o Options, r Rotation) (*os.File, error) {
	path := o.keyPath()
	if path == "" {
		path = r.NewKeyFile
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("lock the key's folder: %w", err)
	}
	err = unix.Flock(int(folder.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("another rotation of a key in %s is under way; wait for its end", filepath.Dir(path)), folder.Close())
	}
	return folder, nil // a file system without locks must not stop it
}

// inFile rotates a key that is in a file: it holds both keys until every data key is wrapped anew, and the new one alone then.
func (r Rotation) inFile(ctx context.Context, db *store.DB, path string, bridge bool) (done Rotated, err error) {
	text, err := vault.ReadFile(path)
	if err != nil {
		return done, err
	}
	both, err := vault.WithNext(text)
	if err != nil {
		return done, fmt.Errorf("read key file %s: %w", path, err)
	}
	if !bytes.Equal(both, text) {
		if waits, err := db.Bridged(ctx); err != nil || waits {
			return done, errors.Join(err, store.ErrRotating)
		}
		if err := vault.ReplaceFile(path, both); err != nil {
			return done, err
		}
	}
	r.Progress("key file written", 0, 0)
	if done, err = r.wrapAll(ctx, db, both, bridge); err != nil {
		return done, err
	}
	next, _, err := vault.Parted(both)
	if err != nil {
		return done, err
	}
	// Both, as a backup that was made meanwhile has data keys under either.
	if done.Kept, err = vault.KeepFile(path+untilSuffix+time.Now().Format(time.DateOnly), both); err != nil {
		return done, err
	}
	r.Progress("old key kept", done.Keys, done.Keys)
	return done, vault.ReplaceFile(path, next)
}

// toFile rotates to a key in a file of the operator's, who puts it in the place of the old one afterwards.
func (r Rotation) toFile(ctx context.Context, db *store.DB) (done Rotated, err error) {
	text, err := vault.ReadFile(r.NewKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err = vault.LoadOrCreate(r.NewKeyFile); err == nil {
			text, err = vault.ReadFile(r.NewKeyFile)
		}
	}
	if err != nil {
		return done, err
	}
	r.Progress("key file written", 0, 0)
	done, err = r.wrapAll(ctx, db, text, true)
	done.New = r.NewKeyFile
	return done, err
}

// wrapAll wraps every data key under the primary key of text. It goes over all of them until there was nothing to do.
func (r Rotation) wrapAll(ctx context.Context, db *store.DB, text []byte, bridge bool) (done Rotated, err error) {
	next, err := vault.Open(text)
	if err != nil {
		return done, fmt.Errorf("read new master key: %w", err)
	}
	if err := db.BeginRotation(ctx, next, bridge); err != nil {
		return done, err
	}
	r.Progress("begun", 0, 0)
	for left := -1; left != 0; {
		if done.Keys, err = db.DataKeys(ctx); err != nil {
			return done, err
		}
		if left, err = r.pass(ctx, db, &done); err != nil {
			return done, err
		}
	}
	done.Bridged, err = db.Bridged(ctx)
	return done, err
}

// pass goes over all data keys once. It gives how many were not yet under the new key, whether they are now or not.
func (r Rotation) pass(ctx context.Context, db *store.DB, done *Rotated) (left int, err error) {
	seen, unopened, size := 0, 0, batchFirst
	for after := ""; ; {
		began := time.Now()
		b, err := db.Rewrap(ctx, after, size)
		if err != nil {
			return left, err
		}
		if b.Seen == 0 {
			break
		}
		after, seen, unopened = b.Last, seen+b.Seen, unopened+b.Unopened
		done.Wrapped += b.Wrapped
		left += b.Wrapped + b.Busy
		r.Progress("wrapping data keys", min(seen, done.Keys), done.Keys)
		if b.Wrapped+b.Busy == 0 {
			continue
		}
		took := time.Since(began)
		size = nextBatch(size, took)
		if err := rest(ctx, max(pauseLeast, pauseShare*took)); err != nil {
			return left, err
		}
	}
	if unopened > 0 {
		return left, fmt.Errorf("wrap data keys: %d of %d open with no key that is here, so both keys stay in use; erase what they sealed, or put back the key they need", unopened, seen)
	}
	return left, nil
}

// nextBatch is how large the next batch is after one of this size took so long.
func nextBatch(size int, took time.Duration) int {
	switch {
	case took > batchSlow:
		return max(batchLeast, size/2)
	case took < batchQuick:
		return min(batchMost, size*2)
	}
	return size
}

// rest waits, or until ctx is done.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// FinishRotation takes the old key out of use, once the settings give the new one: whoever has the old one alone opens nothing from then on.
func FinishRotation(ctx context.Context, o Options) (was bool, err error) {
	v, err := openVault(ctx, o, true)
	if err != nil {
		return false, err
	}
	db, err := store.Open(ctx, store.Options{URL: o.Database, Vault: v, Reload: o.reload()})
	if err != nil {
		return false, o.another(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	under, err := db.WrapsUnder(ctx)
	if err != nil {
		return false, err
	}
	if under != v.Primary() {
		return false, errors.New("finish rotation: the settings still give the old master key; put the new one in its place first, and restart what runs with the old one")
	}
	quiet := Rotation{Progress: func(string, int, int) {}}
	for left := -1; left != 0; {
		if left, err = quiet.pass(ctx, db, &Rotated{}); err != nil {
			return false, err
		}
	}
	return db.FinishRotation(ctx)
}
