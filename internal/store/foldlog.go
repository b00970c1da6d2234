package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrInUse says that another process has the file open.
var ErrInUse = errors.New("another program has it open; end that program")

// FoldLog folds the log of a SQLite file into the file, so that the file alone is the whole database and can be moved. whole is false for one
// that is damaged, or no database: then there is nothing to fold. The error is ErrInUse where another process has it open.
func FoldLog(ctx context.Context, path string) (whole bool, err error) {
	pool, err := sql.Open("sqlite", address(path))
	if err != nil {
		return false, err
	}
	pool.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, pool.Close()) }()
	mode, err := first(ctx, direct{pool}, value[string], "PRAGMA journal_mode(DELETE)")
	if e, ours := errors.AsType[*sqlite.Error](err); ours {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return false, ErrInUse
		case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
			return false, nil
		}
	}
	if err != nil {
		return false, explain("fold the log of database", path, err)
	}
	if mode != "delete" {
		return false, fmt.Errorf("fold the log of database %s: %w", path, ErrInUse)
	}
	return true, nil
}
