// Package storetest gives tests a fresh database of each kind: a SQLite file, copied from a migrated one, and a PostgreSQL database cloned from
// a migrated template in a throw-away cluster that lives as long as the test binary.
//
// Where PostgreSQL is not installed its tests are skipped, with a line that says how to install it; with CI set they fail instead.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/vault"

	_ "github.com/jackc/pgx/v5/stdlib" // for Raw
)

// Each runs test once on each kind of database. Every call of open within one run opens the same fresh database, and it is closed when the
// run ends, unless the test did so before.
func Each(t *testing.T, test func(t *testing.T, open func() *store.DB)) {
	t.Helper()
	EachPlace(t, func(t *testing.T, p Place) {
		test(t, func() *store.DB { return p.Open(t) })
	})
}

// EachPlace is Each for tests that also look at the database from outside.
func EachPlace(t *testing.T, test func(t *testing.T, p Place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// Place is a fresh database of one kind.
type Place struct {
	Options store.Options
	File    string // SQLite's; "" for PostgreSQL
}

// SQLite gives a place for a SQLite file in a folder of its own; the file is made by the first Open.
func SQLite(t testing.TB) Place {
	t.Helper()
	file := filepath.Join(folder(t), "allclear.db")
	return Place{Options: store.Options{URL: "sqlite:" + file, Vault: newVault(t)}, File: file}
}

// migrated is a SQLite file with this version's tables and nothing in them, made once: to migrate each anew is most of what a short test costs.
var migrated = sync.OnceValues(func() (blank []byte, err error) {
	dir, err := os.MkdirTemp("", "allclear-test-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "migrated.db")
	if err := store.MigrateOnly(context.Background(), "sqlite:"+file); err != nil {
		return nil, err
	}
	return os.ReadFile(file) // #nosec G304 -- the test's own file
})

// folder gives a test a folder of its own, in memory where the system has a place for that: like the cluster, which runs without fsync, it
// need not outlive the machine.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "allclear-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return dir
}

// Postgres gives a migrated PostgreSQL database of its own.
func Postgres(t testing.TB) Place {
	t.Helper()
	return Place{Options: store.Options{URL: freshPostgres(t), Vault: newVault(t)}}
}

func newVault(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Open(vault.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Open opens the place's database, and closes it when the test ends. A SQLite file that is not there yet is a copy of a migrated one; a test of
// how the store makes one calls store.Open.
func (p Place) Open(t testing.TB) *store.DB {
	t.Helper()
	if _, err := os.Lstat(p.File); p.File != "" && !p.Options.ReadOnly && errors.Is(err, fs.ErrNotExist) {
		blank, err := migrated()
		if err == nil {
			err = os.WriteFile(p.File, blank, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), p.Options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// Raw opens the place's database past the store, as whoever tampers with it would.
func (p Place) Raw(t testing.TB) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", p.Options.URL
	if p.File != "" {
		driver, dsn = "sqlite", "file:"+p.File+"?_pragma=busy_timeout(5000)"
	}
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := raw.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return raw
}

// missing skips the test, or fails it where all must be there.
func missing(t testing.TB, why string) {
	t.Helper()
	const how = "install it with: apt-get install postgresql"
	if os.Getenv("CI") != "" {
		t.Fatalf("PostgreSQL is missing (%s) and CI is set; %s", strings.TrimSpace(why), how)
	}
	t.Skipf("PostgreSQL is missing (%s); %s", strings.TrimSpace(why), how)
}
