// Package store is an alarm's memory: what it was told is there after a crash, and what it could not keep it says it could not.
//
// One SQL text serves SQLite and PostgreSQL: $1 placeholders, instants as whole UTC microseconds in columns named …_at (no instant is
// NULL), and the statement beside the function that runs it. All that a worker's input changes is written by one [DB.Commit], or nothing
// is. An error of it means that nothing was written, but for [ErrUnknown], where the database did not say; then give the same input again:
// [ErrSeen] says that it was kept.
//
// On SQLite every write goes through one goroutine, which puts all that waits into one durable commit: load costs fsyncs, not each text.
// On PostgreSQL each write is a transaction of its own, and nodes share the work by conditional updates and row locks.
//
// Private words are sealed by package vault before they reach a column, each under the data key of its owner ("visit/v7", "alarm/a3",
// "person/p-sam", "text/…"). [DB.Erase] deletes such a key, and with it every word under it, and puts on record that it did. A backup of
// before has it still: marks of all that was erased ([DB.ErasureMarks]) are kept outside, and held against what comes back by [DB.EraseAgain].
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/vault"
)

var (
	// ErrNotFound says that there is no such row.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that the row moved since it was read, or that a live one has what should be its own: a worker's revision, a visit's
	// reference, an id.
	ErrConflict = errors.New("changed by another in the meantime")
	// ErrSeen says that this input was committed before; nothing changed now.
	ErrSeen = errors.New("this input was committed before")
	// ErrUnknown says that the database did not say whether the commit took place. Giving the same again is right: it is kept once.
	ErrUnknown = errors.New("commit outcome unknown")
	// ErrLost says that a lease ran out and another has the message now; the attempt was recorded all the same.
	ErrLost = errors.New("lease lost")
	// ErrUnopened says that what is kept cannot be opened: not now, and not at another try.
	ErrUnopened = errors.New("it cannot be opened")
	// ErrErased says that the data key was deleted: nothing can be sealed for this owner again. The record and the messages go on under
	// keys of their own; a visit's and a person's details are refused.
	ErrErased = errors.New("data key was erased")
	// ErrReadOnly says that the database was opened for reading.
	ErrReadOnly = errors.New("database was opened for reading only")
	// ErrClosed says that the database was closed.
	ErrClosed = errors.New("database is closed")
	// ErrClash is what errors.Is finds in a [ClashError].
	ErrClash = errors.New("two shifts with one place in the order for one team at one time")
)

// ClashError refuses a shift whose place in the order another has at that time for one of its teams.
type ClashError struct{ With rota.Shift }

func (e *ClashError) Error() string {
	return fmt.Sprintf("%v: shift %s of %s", ErrClash, e.With.ID, e.With.Person)
}

// Is makes errors.Is(err, ErrClash) true.
func (e *ClashError) Is(target error) bool { return target == ErrClash }

// Options say which database to open, and how.
type Options struct {
	URL      string       // "sqlite:PATH" or "postgres://…"
	Vault    *vault.Vault // the master key; a database remembers which one it began with
	ReadOnly bool         // opens for reading beside a running server; changes nothing, migrates nothing

	// Reload reads the master key anew from where it came from, for a rotation that began after we did; nil where that is no file.
	Reload func() (*vault.Vault, error)
}

// DB is one open database. It is safe for use by several goroutines.
type DB struct {
	vault    *vault.Vault // our own: it learns
	reload   func() (*vault.Vault, error)
	keys     keyring
	readOnly bool
	reader   runner   // reads what is committed
	readers  *sql.DB  // SQLite only: the connections that reader uses
	writer   *writer  // SQLite only: the one goroutine that writes
	pg       *pgStore // PostgreSQL only
	closers  []func() error

	receiveTexts [receiveRows + 1]string // see receiveStatements
}

// Open opens the database, makes it if it is SQLite and not there, and brings its tables to this version (on PostgreSQL under a lock). The
// error is one line: what is wrong and what to do.
func Open(ctx context.Context, o Options) (*DB, error) {
	db := &DB{reload: o.Reload, readOnly: o.ReadOnly, receiveTexts: receiveStatements()}
	if o.Vault == nil {
		return nil, errors.New("open database: no master key was given")
	}
	db.vault = o.Vault.Copy()
	var err error
	switch path, sqlite := strings.CutPrefix(o.URL, "sqlite:"); {
	case sqlite:
		err = db.openSQLite(ctx, path)
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		err = db.openPostgres(ctx, o.URL)
	default:
		err = errors.New("open database: the setting is neither sqlite:PATH nor postgres://…")
	}
	if err == nil {
		err = db.checkVault(ctx)
	}
	if err != nil {
		_ = db.Close() // what went wrong first is what to say
		return nil, err
	}
	return db, nil
}

// Migrate brings the database's tables to this version; where they are already, it does nothing.
func Migrate(ctx context.Context, o Options) error {
	o.ReadOnly = false
	db, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return db.Close()
}

// Close ends what the database runs, after the writes that were given to it, and closes it.
func (db *DB) Close() error {
	var errs []error
	for i := len(db.closers) - 1; i >= 0; i-- {
		errs = append(errs, db.closers[i]())
	}
	db.closers = nil
	return errors.Join(errs...)
}

// ErrWrongKey says that the master key is not this database's, or not any more.
var ErrWrongKey = errors.New("open database: the master key is not the one its data keys are wrapped under, or was rotated since; give the right key or key file")

// checkVault refuses a master key that is not the one this database began with: what it sealed could not be opened, and what is sealed
// from now on would be lost with the next right key.
func (db *DB) checkVault(ctx context.Context) error {
	err := db.takeWraps(ctx)
	switch {
	case errors.Is(err, ErrRotated), errors.Is(err, vault.ErrSealed), errors.Is(err, vault.ErrMaster):
		return ErrWrongKey
	case err != nil:
		return fmt.Errorf("check master key: %w", err)
	}
	mark := fmt.Sprintf("%x", db.vault.Hash("vault", "check"))
	var is string
	if is, err = db.Meta(ctx, "vault"); errors.Is(err, ErrNotFound) && !db.readOnly {
		is, err = db.MetaOnce(ctx, "vault", mark)
	}
	switch {
	case err != nil:
		return fmt.Errorf("check master key: %w", err)
	case is != mark:
		return ErrWrongKey
	}
	if err := db.noteWraps(ctx); err != nil {
		return fmt.Errorf("check master key: %w", err)
	}
	return nil
}

// write runs one unit of writing: all of run's statements are kept or none. On PostgreSQL run may be run again.
func (db *DB) write(ctx context.Context, run func(*tx) error) error {
	switch {
	case db.readOnly:
		return ErrReadOnly
	case db.pg != nil:
		return db.pg.write(ctx, db, run)
	default:
		return db.writer.do(ctx, &job{run: run})
	}
}

// Failed is closed when the disk broke a promise: a commit could not be made durable, and what is on the disk is not known. The process
// must end; the next one recovers. On PostgreSQL the server itself sees to it.
func (db *DB) Failed() <-chan struct{} {
	if db.writer == nil {
		return nil
	}
	return db.writer.broken
}
