package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/allclear-safety/allclear/internal/store"
	"golang.org/x/sys/unix"
)

// sqlitePath is the file of an SQLite database, as SQLite finds it: where the name is a symbolic link, what that leads to. "" for another kind.
// Whoever comes by another name takes the same lock, and what is restored is put there and not in the place of the link.
func sqlitePath(database string) string {
	path, sqlite := strings.CutPrefix(database, "sqlite:")
	if !sqlite {
		return ""
	}
	for range linksMost {
		to, err := os.Readlink(path)
		if err != nil {
			break // it is none, or not there yet
		}
		if !filepath.IsAbs(to) {
			to = filepath.Dir(path) + string(filepath.Separator) + to // not cleaned: a folder before .. may be a link too
		}
		path = to
	}
	return path
}

// linksMost is how many links lead to a file, at most: more is a circle.
const linksMost = 40

// besideDatabase is what is kept beside an SQLite database, else in the folder Allclear was started in. What lies beside a link to the database
// already stays in use.
func besideDatabase(database, suffix string) string {
	path := sqlitePath(database)
	if path == "" {
		return "allclear" + suffix
	}
	named := strings.TrimPrefix(database, "sqlite:") + suffix
	if _, err := os.Lstat(named); err == nil {
		return named
	}
	return path + suffix
}

// placedBy is what says where the database is, for who must name another place.
func (o Options) placedBy() string {
	if o.Demo {
		return "folder with --data"
	}
	return "file with ALLCLEAR_DATABASE"
}

// another adds to why a database cannot be opened how to name another: where what
// was named is none. A demo, which nobody counts on, can always begin elsewhere.
func (o Options) another(err error) error {
	if _, none := errors.AsType[*store.NoDatabaseError](err); none || o.Demo && err != nil {
		return fmt.Errorf("%w; or name another %s", err, o.placedBy())
	}
	return err
}

// checkFolder says that the folder of an SQLite database is not there, before
// anything else that is to lie in it is complained of.
func checkFolder(o Options) error {
	path := sqlitePath(o.Database)
	if path == "" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s for the database; make it, or name another %s", filepath.Dir(path), o.placedBy())
	}
	return nil
}

// mayMakeKey refuses to make a master key where one must have been before: a new
// key opens nothing of what is there, and hides that the right one is lost.
func mayMakeKey(o Options, readOnly bool) error {
	key := KeyFile(o.Database)
	if _, err := os.Stat(key); !errors.Is(err, fs.ErrNotExist) {
		return nil // it is there, or why it cannot be read is said by who reads it
	}
	if err := isDatabase(o); err != nil {
		return err
	}
	info, err := os.Stat(sqlitePath(o.Database))
	if readOnly || err == nil && info.Size() > 0 {
		or := "give ALLCLEAR_KEY"
		if o.Demo {
			or = "name another " + o.placedBy()
		}
		return fmt.Errorf("the key file %s is missing, and without it nothing in the database can be read; put it back, or %s", key, or)
	}
	return nil
}

// sqliteMagic is how every SQLite file begins.
const sqliteMagic = "SQLite format 3\x00"

// isDatabase refuses a file that is something else, before a missing key is
// complained of. One that is not there, or that cannot be read, is the store's.
func isDatabase(o Options) error {
	path := sqlitePath(o.Database)
	f, err := os.Open(path) // #nosec G304 -- beside the database that the settings name
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, len(sqliteMagic))
	if n, err := io.ReadFull(f, head); n > 0 && (err != nil || string(head) != sqliteMagic) {
		return fmt.Errorf("open database %s: it is not a database; name another %s", path, o.placedBy())
	}
	return nil
}

// lockServing keeps a second server from the same SQLite file: two would tell
// everyone twice. Other commands work beside a server. What it gives is held
// until it is closed, or the process ends.
func lockServing(o Options) (*os.File, error) {
	path := sqlitePath(o.Database)
	if path == "" {
		return nil, nil // several servers share a PostgreSQL database
	}
	f, err := takeLock(path + ".lock")
	switch {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS):
		return nil, fmt.Errorf("the folder of %s is read-only for this user; let them write to the file and its folder, or name another %s", path, o.placedBy())
	case errors.Is(err, errLocked):
		return nil, fmt.Errorf("another allclear serves %s already; stop it first, or name another %s", path, o.placedBy())
	}
	return f, err
}

// errLocked says that another process holds a lock.
var errLocked = errors.New("another process has it")

// takeLock takes the lock that a file stands for, and makes the file. A file system without locks gives it to everyone: that must not stop
// the service.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- beside the database that the settings name
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil, errors.Join(errLocked, f.Close())
	case err != nil && !errors.Is(err, unix.ENOTSUP) && !errors.Is(err, unix.ENOLCK):
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

func unlock(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}

// phonesFile is where a demo's phones are kept, beside its database. Nobody but
// its user reads it: it has what they typed.
func (a *App) phonesFile() string { return sqlitePath(a.o.Database) + ".phones" }

// keepPhones replaces what is kept, whole or not at all.
func (a *App) keepPhones(raw []byte) error {
	path := a.phonesFile()
	if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
		return fmt.Errorf("keep the phones: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep the phones: %w", err)
	}
	return nil
}

// keptPhones is what was kept last; nil for nothing.
func (a *App) keptPhones() ([]byte, error) {
	raw, err := os.ReadFile(a.phonesFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the phones that were kept: %w", err)
	}
	return raw, nil
}
