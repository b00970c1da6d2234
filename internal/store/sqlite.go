package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/store/migrations"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	applicationID = 0x616c636c // "alcl", in the file's header
	readers       = 6
	busy          = 5000 // ms to wait for another process, such as "token create" beside a running server
)

// NoDatabaseError says that where a database was named is none of ours, and how to mend that. How to name another place
// is for those to say who know by what it was named.
type NoDatabaseError struct{ says string }

func (e *NoDatabaseError) Error() string { return e.says }

const noDatabase = "it is no database; move it away"

// openSQLite opens the file at path: one connection that writes, a few that read.
//
// Nothing else in the process may open and close the file: POSIX locks would fall with the first close.
func (db *DB) openSQLite(ctx context.Context, path string) error {
	if path == "" {
		return errors.New("open database: sqlite: needs a path, as in sqlite:allclear.db")
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("open database %s: %w", path, &NoDatabaseError{fmt.Sprintf("there is no folder %s; make it", filepath.Dir(path))})
	}
	if _, err := os.Stat(path); db.readOnly && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open database %s: %w", path, &NoDatabaseError{"there is none; start the server once"})
	}
	if err := look(ctx, path); err != nil {
		return explain("open database", path, err)
	}
	if !db.readOnly {
		makePrivate(path)
	}
	if err := db.openToWrite(ctx, path); err != nil {
		return explain("open database", path, err)
	}
	pool, err := sql.Open("sqlite", dsn(path, "query_only(1)"))
	if err != nil {
		return explain("open database", path, err)
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	reader := &prepared{on: pool}
	db.reader, db.readers = reader, pool
	db.closers = append(db.closers, pool.Close, reader.close)
	return nil
}

// makePrivate makes a database's file, where there is none yet, for this user's eyes alone; its logs take after it. SQLite would let everyone
// on the machine read it. One that is there is not touched: locks would fall, and who may read it was decided. Why it cannot be made is for
// SQLite to say.
func makePrivate(path string) {
	flags := os.O_RDWR | os.O_CREATE | os.O_EXCL
	switch is, err := os.Lstat(path); {
	case err == nil && is.Mode()&fs.ModeSymlink != 0:
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return
		}
		flags &^= os.O_EXCL // which follows no link
	case err == nil:
		return
	}
	if f, err := os.OpenFile(path, flags, 0o600); err == nil { // #nosec G304 -- the operator's own file, as a setting or an argument names it
		_ = f.Close()
	}
}

// look refuses a file that is not ours, or too new, before anything is set on it: another program's database must stay as it is.
func look(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	pool, err := sql.Open("sqlite", address(path, "query_only(1)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return checkSchema(ctx, direct{pool}, isOurs)
}

// dsn is the connection string. FULL, not NORMAL: with NORMAL a power cut can undo a commit that was answered. The log is folded into the
// file every 16 MB and not every 4, as the writer waits for it.
func dsn(path string, pragmas ...string) string {
	return address(path, append([]string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)", "wal_autocheckpoint(4000)"}, pragmas...)...)
}

func address(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}}
	q["_pragma"] = append([]string{"busy_timeout(" + strconv.Itoa(busy) + ")"}, pragmas...)
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// openToWrite looks at the file, brings it to this version and starts the writer; opened for reading, it only looks.
func (db *DB) openToWrite(ctx context.Context, path string) error {
	pool, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	db.closers = append(db.closers, pool.Close)
	if err := checkSQLite(ctx, pool); err != nil {
		return err
	}
	if db.readOnly {
		return nil
	}
	if err := tryWrite(ctx, pool); err != nil {
		return err
	}
	if err := migrateSQLite(ctx, pool); err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	db.writer = startWriter(db, conn)
	db.closers = append(db.closers, db.writer.close)
	return nil
}

// checkSQLite reads back what the connection promises, and refuses to keep alarms on less.
func checkSQLite(ctx context.Context, pool *sql.DB) error {
	on := direct{pool}
	for _, want := range []struct{ query, is string }{
		{"PRAGMA journal_mode", "wal"},
		{"PRAGMA synchronous", "2"},
		{"PRAGMA foreign_keys", "1"},
	} {
		is, err := first(ctx, on, value[string], want.query)
		if err != nil {
			return err
		}
		if is != want.is {
			return fmt.Errorf("%s is %s and can't be made %s here; put the database on a local disk", strings.TrimPrefix(want.query, "PRAGMA "), is, want.is)
		}
	}
	version, err := first(ctx, on, value[string], "SELECT sqlite_version()")
	if err != nil {
		return err
	}
	if !atLeast(version, 3, 51, 3) {
		return fmt.Errorf("this program was built with SQLite %s, which can lose commits; it needs 3.51.3 or newer", version)
	}
	return nil
}

func atLeast(version string, want ...int) bool {
	for i, part := range strings.SplitN(version, ".", len(want)) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		if n != want[i] {
			return n > want[i]
		}
	}
	return true
}

// tryWrite finds out at once what would else be found out by the first alarm: a file that is locked or read-only.
func tryWrite(ctx context.Context, pool *sql.DB) error {
	t, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return t.Rollback()
}

// isOurs says whether the file is an Allclear database; one without tables is new and may become one.
func isOurs(ctx context.Context, on runner) (tables bool, err error) {
	count, err := first(ctx, on, value[int], "SELECT count(*) FROM sqlite_schema")
	if err != nil || count == 0 {
		return false, err
	}
	id, err := first(ctx, on, value[int], "PRAGMA application_id")
	if err == nil && id != applicationID {
		// goose makes its own table before the first migration: a start that was cut off there is still ours
		others, err := first(ctx, on, value[int], "SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT IN ('goose_db_version', 'sqlite_sequence')")
		if err != nil || others > 0 {
			return false, errors.Join(err, &NoDatabaseError{"it is another program's database; move that away"})
		}
		return false, nil
	}
	return true, err
}

// checkSchema refuses a database that a newer program made unreadable for this one.
func checkSchema(ctx context.Context, on runner, ours func(context.Context, runner) (bool, error)) error {
	tables, err := ours(ctx, on)
	if err != nil || !tables {
		return err
	}
	needs, err := first(ctx, on, value[string], `SELECT value FROM meta WHERE key = 'min_reader'`)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(needs); err != nil || n > migrations.Version {
		return fmt.Errorf("a newer version of allclear made it (it needs schema %s, this program knows %d); install that version again", needs, migrations.Version)
	}
	return nil
}

// migrateSQLite brings the tables to this version. Of two processes that start on a new file, the second finds it done.
func migrateSQLite(ctx context.Context, pool *sql.DB) error {
	var err error
	for range 3 {
		if err = checkSchema(ctx, direct{pool}, isOurs); err != nil {
			return err
		}
		if err = migrate(ctx, goose.DialectSQLite3, pool, "sqlite"); err == nil {
			return nil
		}
	}
	return err
}

// explain makes one line of an error of SQLite: what is wrong, and what to do. Others stay as they are.
func explain(doing, path string, err error) error {
	if path != "" {
		doing += " " + path
	}
	says := ""
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		says = sqliteSays(e.Code())
		if e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			return fmt.Errorf("%w: %w", ErrConflict, err)
		}
	}
	switch {
	case says == noDatabase:
		return fmt.Errorf("%s: %w: %w", doing, &NoDatabaseError{says}, err)
	case says != "":
		return fmt.Errorf("%s: %s: %w", doing, says, err)
	case path != "":
		return fmt.Errorf("%s: %w", doing, err)
	default:
		return err
	}
}

// sqliteSays gives what to do about a result code; "" where there is no advice.
func sqliteSays(code int) string {
	switch code {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE:
		return "the disk is full, or a quota or file size limit is reached; make room"
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another program holds it locked; end that program"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return "it is read-only; let this user write to the file and its folder"
	case sqlite3.SQLITE_CANTOPEN:
		return "it can't be opened; let this user read and write the file and its folder"
	case sqlite3.SQLITE_FULL:
		return "the disk is full; make room"
	case sqlite3.SQLITE_NOTADB:
		return noDatabase
	case sqlite3.SQLITE_CORRUPT:
		return "it is damaged; restore a backup"
	case sqlite3.SQLITE_IOERR:
		return "the disk could not be read or written; look at the machine's disk"
	default:
		return ""
	}
}

// diskFailed says that a commit's error leaves unknown what is on the disk.
func diskFailed(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC:
		return true
	}
	return e.Code()&0xff == sqlite3.SQLITE_CORRUPT
}
