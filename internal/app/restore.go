package app

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"
)

// Restore says which backup is to be restored.
type Restore struct {
	File     string
	Identity string // a file of secret keys that open it; "": the master key does
	Check    bool   // only say what it is, and that it is whole
	Progress func(done, total int64)
}

// Restored is what was restored, or would be.
type Restored struct {
	store.Manifest
	Entries     int64  // of the record, which is whole
	ErasedAgain int    // how many were erased again that had been since
	Kept        string // where the database is that was there; "": there was none
	Key         string // the key file that opens it from now on, where that is not the one it was restored with; "": as before
	KeyFrom     string // what is to be copied to Key first; "": it is there
}

// RestoreBackup puts a backup in the database's place, once it was restored beside it and found whole. What was there is kept. It refuses
// while a server runs.
func RestoreBackup(ctx context.Context, o Options, r Restore) (done Restored, err error) {
	v, err := openVault(ctx, o, true)
	if err != nil {
		return done, err
	}
	keys, err := identities(r.Identity, v)
	if err != nil {
		return done, err
	}
	if !r.Check {
		var lock *os.File
		if lock, err = lockServing(o); err != nil {
			return done, err
		}
		defer func() { err = errors.Join(err, unlock(lock)) }()
	}
	t, err := newTrial(o)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, t.remove()) }()
	if r.Check { // which a server may run beside
		if err := roomToCheck(o, t.dir, r.File); err != nil {
			return done, err
		}
	}
	if done, err = t.run(ctx, v, r.File, keys, r.Progress); err != nil {
		return done, o.otherKeys(err)
	}
	m, err := erasedForRestore(o, r.File)
	if err != nil {
		return done, err
	}
	if !r.Check { // beside a server its list is as good
		maps.Copy(m, erasedThere(ctx, o))
	}
	fact, err := t.finish(ctx, v, o, m, r, &done)
	if err != nil || r.Check {
		return done, err
	}
	if _, err := erasedFile(o.Database).add(m); err != nil {
		return done, err
	}
	if path := sqlitePath(o.Database); path != "" {
		done.Kept, err = swap(ctx, t.file, path, time.Now())
		return done, err
	}
	err = restoreOnServer(ctx, o, r, keys, m, fact, &done)
	return done, err
}

// restoredTimes is how many times what a backup takes the database does that is made of it, at most: it is compressed, and has no indexes.
const restoredTimes = 4

// roomToCheck refuses to restore on trial what may leave a server beside it without room: as much as the database that is there, or more
// where the backup is large.
func roomToCheck(o Options, dir, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	size := info.Size() * restoredTimes
	if there, err := os.Stat(sqlitePath(o.Database)); err == nil {
		size = max(size, there.Size())
	}
	return roomIn(dir, uint64(size), "restore "+file+" on trial") // #nosec G115 -- sizes are not negative
}

// restoreOnServer puts a backup that was found whole into an empty PostgreSQL database.
func restoreOnServer(ctx context.Context, o Options, r Restore, keys []age.Identity, m marks, fact string, done *Restored) (err error) {
	in, closeIn, err := openBackup(r.File, keys, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	if _, err := store.RestoreOnRecord(ctx, in, o.Database, fact); err != nil {
		return err
	}
	db, err := Open(ctx, o, false)
	if err != nil {
		return err
	}
	if _, err = finishRestore(ctx, db, o, m); err == nil {
		err = done.rewrap(ctx, o, db, r.Progress)
	}
	return errors.Join(err, db.Close())
}

// trial is a folder of its own in which a backup is restored and looked at. Nobody but this user reads it.
type trial struct {
	dir  string
	file string   // the database
	lock *os.File // on dir, held until it is gone: a folder whose lock is free was left behind by a kill
}

// trialPattern names the folders: beside the database, so that what was restored can be moved into its place.
const trialPattern = ".allclear-restore-*"

// trialTries is how many folders are made before it is given up: another that begins a trial may take a new one for left behind.
const trialTries = 100

func newTrial(o Options) (*trial, error) {
	dir := os.TempDir()
	if path := sqlitePath(o.Database); path != "" {
		dir = filepath.Dir(path)
	}
	if err := removeLeft(dir); err != nil {
		return nil, err
	}
	for range trialTries {
		own, err := os.MkdirTemp(dir, trialPattern)
		if err != nil {
			return nil, fmt.Errorf("make a folder to restore in: %w", err)
		}
		lock, locked, err := lockFolder(own)
		if errors.Is(err, errLocked) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("make a folder to restore in: %w", err), os.RemoveAll(own))
		}
		if is, gone := os.Stat(own); locked && (gone != nil || !sameFile(lock, is)) {
			if err := unlock(lock); err != nil { // on a folder that was removed before
				return nil, err
			}
			continue
		}
		return &trial{dir: own, file: filepath.Join(own, "allclear.db"), lock: lock}, nil
	}
	return nil, fmt.Errorf("make a folder to restore in: others remove it from %s time and again", dir)
}

// lockFolder locks a folder itself: what is in it can then be removed by who holds the lock and by nobody else. A file system without locks
// gives none.
func lockFolder(dir string) (f *os.File, locked bool, err error) {
	if f, err = os.Open(dir); err != nil { // #nosec G304 -- a folder of ours
		return nil, false, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, false, errors.Join(errLocked, f.Close())
	}
	return f, err == nil, nil
}

func sameFile(f *os.File, is fs.FileInfo) bool {
	own, err := f.Stat()
	return err == nil && os.SameFile(own, is)
}

func (t *trial) remove() error { return errors.Join(os.RemoveAll(t.dir), unlock(t.lock)) }

// removeLeft removes the trials that a kill left behind.
func removeLeft(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, trialPattern))
	if err != nil {
		return err
	}
	for _, old := range left {
		lock, locked, err := lockFolder(old)
		if errors.Is(err, errLocked) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
			continue // it goes on, is another user's, or has just gone
		}
		if err == nil && locked {
			err = os.RemoveAll(old)
		}
		if err = errors.Join(err, unlock(lock)); err != nil {
			return fmt.Errorf("clear what was left behind: %w", err)
		}
	}
	return nil
}

// openBackup opens a backup's file and gives its content.
func openBackup(file string, keys []age.Identity, progress func(done, total int64)) (in io.Reader, end func() error, err error) {
	f, err := os.Open(file) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return nil, nil, fmt.Errorf("read backup: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		in, err = readBackup(&counting{Reader: f, total: info.Size(), progress: progress}, keys)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read backup %s: %w", file, err), f.Close())
	}
	return in, f.Close, nil
}

// run restores a backup in the trial's folder, and says what it is once all of it was found whole: what was read, the file made of it, the
// master key, and the record to its head.
func (t *trial) run(ctx context.Context, v *vault.Vault, file string, keys []age.Identity, progress func(done, total int64)) (done Restored, err error) {
	half := func(second int64) func(done, total int64) {
		if progress == nil {
			return nil
		}
		return func(done, total int64) { progress(done+second*total, 2*total) }
	}
	in, closeIn, err := openBackup(file, keys, half(0))
	if err != nil {
		return done, err
	}
	done.Manifest, err = store.Restore(ctx, in, "sqlite:"+t.file)
	if err = errors.Join(err, closeIn()); err != nil {
		return done, fmt.Errorf("%s: %w", file, err)
	}
	db, err := store.Open(ctx, store.Options{URL: "sqlite:" + t.file, Vault: v})
	if err != nil {
		return done, fmt.Errorf("%s: %w", file, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// What waited for its seal when the backup was made is sealed by the next start: without an instant, nothing has waited too long.
	found, err := db.Audit(ctx, store.Audit{Progress: half(1)})
	if err != nil {
		return done, fmt.Errorf("%s: %w", file, err)
	}
	if found.Head.N != done.HeadNumber || hex.EncodeToString(found.Head.Hash) != done.Head {
		return done, fmt.Errorf("%s: its record ends at number %d, and it says %d", file, found.Head.N, done.HeadNumber)
	}
	done.Entries = found.Entries
	return done, nil
}

// finish makes what was restored ready to be used, notes in done how many were erased again, and gives what is to be on record of the
// restore: of one that is only checked that is nothing.
func (t *trial) finish(ctx context.Context, v *vault.Vault, o Options, m marks, r Restore, done *Restored) (fact string, err error) {
	db, err := store.Open(ctx, store.Options{URL: "sqlite:" + t.file, Vault: v})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !r.Check {
		if fact, err = restoreFact(ctx, db, o, done.Manifest); err == nil {
			err = db.NoteRestore(ctx, fact)
		}
		if err != nil {
			return "", err
		}
	}
	done.ErasedAgain, err = finishRestore(ctx, db, o, m)
	if err != nil || r.Check || sqlitePath(o.Database) == "" { // on a server it is restored once more
		return fact, err
	}
	return fact, done.rewrap(ctx, o, db, r.Progress)
}

// restoreFact is what is to be on record of a restore, with what is lost of the database that is replaced where that can be read.
func restoreFact(ctx context.Context, db *store.DB, o Options, of store.Manifest) (string, error) {
	c, err := newClock(ctx, db, o.Speed, nil)
	if err != nil {
		return "", fmt.Errorf("read the clock: %w", err)
	}
	at := c.Now()
	path := sqlitePath(o.Database)
	if info, err := os.Stat(path); path != "" && err == nil && info.Size() > 0 && isDatabase(o) == nil {
		if replaced, err := Open(ctx, o, true); err == nil {
			fact, err := db.RestoreFact(ctx, of, at, replaced)
			if errors.Join(err, replaced.Close()) == nil {
				return fact, nil
			}
		}
	}
	return db.RestoreFact(ctx, of, at, nil)
}

// finishRestore puts on record that a backup was restored, and erases who was erased since it was made.
func finishRestore(ctx context.Context, db *store.DB, o Options, m marks) (erased int, err error) {
	c, err := newClock(ctx, db, o.Speed, nil)
	if err != nil {
		return 0, fmt.Errorf("read the clock: %w", err)
	}
	if err := db.RecordRestore(ctx, c.Now()); err != nil {
		return 0, err
	}
	if erased, _, err = eraseAgain(ctx, db, m, c.Now(), all); err != nil {
		return erased, err
	}
	_, err = db.Seal(ctx, c.Now()) // else an audit before the next start would find it waiting for its seal
	return erased, err
}

// swap puts the file made into the database's place, and gives where what was there is kept. Whenever it is cut off, the whole of the old
// or the whole of the new is there: the old one's log is folded into it first, and then one rename puts the new one in its place.
func swap(ctx context.Context, made, path string, at time.Time) (kept string, err error) {
	if whole, err := store.FoldLog(ctx, made); err != nil || !whole {
		return "", cmp.Or(err, errors.New("what was restored can't be read any more; look at the machine's disk"))
	}
	if err := syncFile(made); err != nil {
		return "", fmt.Errorf("keep what was restored: %w", err)
	}
	if was, err := os.Stat(path); err == nil {
		if err := likeBefore(made, was); err != nil {
			return "", err
		}
		if kept, err = keptName(path, at); err != nil {
			return "", err
		}
		if err := setAside(ctx, path, kept); err != nil {
			return "", err
		}
	} else if err := straysAside(path, at); err != nil {
		return "", err
	}
	if err := os.Rename(made, path); err != nil {
		return "", fmt.Errorf("put what was restored in its place: %w", err)
	}
	return kept, vault.SyncFolder(filepath.Dir(path))
}

// straysAside moves away the logs of a database that is not there itself: SQLite would take them for the new one's.
func straysAside(path string, at time.Time) error {
	for _, log := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Rename(path+log, keptAt(path, at)+log); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keep the log that is there: %w", err)
		}
	}
	return nil
}

func keptAt(path string, at time.Time) string {
	return path + beforeSuffix + at.UTC().Format("20060102T150405Z")
}

// likeBefore lets those use what was made who could use what was there: whoever restores may not be whom the service runs as.
func likeBefore(made string, was fs.FileInfo) error {
	err := os.Chmod(made, was.Mode().Perm())
	if owner, known := was.Sys().(*syscall.Stat_t); known && err == nil && os.Getuid() == 0 {
		err = os.Chown(made, int(owner.Uid), int(owner.Gid))
	}
	if err != nil {
		return fmt.Errorf("keep what was restored: %w", err)
	}
	return nil
}

// keptName is what the database that is there will be called. What a kill left of an earlier restore, a second name of this database, goes.
func keptName(path string, at time.Time) (string, error) {
	is, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("keep the database that is there: %w", err)
	}
	named := filepath.Base(path) + beforeSuffix
	list, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "", fmt.Errorf("keep the database that is there: %w", err)
	}
	taken := map[string]bool{}
	for _, f := range list {
		other := filepath.Join(filepath.Dir(path), f.Name())
		if info, err := os.Lstat(other); err != nil || !strings.HasPrefix(f.Name(), named) || !os.SameFile(is, info) {
			taken[other] = true
			continue
		}
		if err := os.Remove(other); err != nil {
			return "", fmt.Errorf("clear what was left behind: %w", err)
		}
	}
	name := keptAt(path, at)
	free := name
	for n := 2; taken[filepath.Clean(free)]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free, nil
}

// setAside gives the database that is there a second name. The log of one that is damaged cannot be folded in: it keeps that under a second
// name too, and away from where the new one is to be.
func setAside(ctx context.Context, path, kept string) error {
	logs := []string{"-wal", "-journal"}
	for _, log := range logs { // before SQLite looks at it, which may drop what it cannot read
		if err := os.Link(path+log, kept+log); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keep the database that is there: %w", err)
		}
	}
	whole, err := store.FoldLog(ctx, path)
	from := path // a damaged one's logs are removed from beside it, as kept
	if whole || err != nil {
		from = kept // what is folded in is kept there, and what is in use stays where it is
	}
	for _, log := range append(logs, "-shm") {
		if gone := os.Remove(from + log); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err == nil {
		err = os.Link(path, kept)
	}
	if err != nil {
		return fmt.Errorf("keep the database that is there: %w", err)
	}
	return vault.SyncFolder(filepath.Dir(path))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
