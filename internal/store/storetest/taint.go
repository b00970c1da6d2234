package storetest

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Bytes gives every byte that whoever takes the disk would have of the place, by where it is: SQLite's file, the two beside it and a copy by
// VACUUM INTO; what COPY writes of each table of PostgreSQL. It writes binary: as text, sealed bytes would be hexadecimal, in which any short
// number turns up by chance.
func (p Place) Bytes(t testing.TB) map[string][]byte {
	t.Helper()
	if p.File == "" {
		return p.copied(t)
	}
	all := map[string][]byte{}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if _, err := p.Raw(t).ExecContext(t.Context(), `VACUUM INTO '`+backup+`'`); err != nil {
		t.Fatal(err)
	}
	for where, file := range map[string]string{"the file": p.File, "-wal": p.File + "-wal", "-shm": p.File + "-shm", "VACUUM INTO": backup} {
		raw, err := os.ReadFile(file) // #nosec G304 -- the test's own file
		if err != nil {
			t.Fatal(err)
		}
		all[where] = raw
	}
	return all
}

func (p Place) copied(t testing.TB) map[string][]byte {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.Options.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	all := map[string][]byte{}
	for _, table := range tables(t, p.Raw(t)) {
		var out bytes.Buffer
		if _, err := conn.PgConn().CopyTo(t.Context(), &out, `COPY "`+table+`" TO STDOUT (FORMAT binary)`); err != nil {
			t.Fatal(err)
		}
		all[table] = out.Bytes()
	}
	return all
}

func tables(t testing.TB, raw *sql.DB) (names []string) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}
