package store

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// backupForm is the form of a backup's lines: the first says what it is, then each table's name and columns on a line with its rows after it,
// a JSON array a line; the last has the hash over all lines before it.
const backupForm = 1

// Manifest says what a backup is: its first line.
type Manifest struct {
	Form       int              `json:"allclear_backup"`
	Program    string           `json:"program"`  // the version that made it
	Database   string           `json:"database"` // "sqlite" or "postgres"; it can be restored on either
	Schema     int64            `json:"schema"`
	MinReader  int              `json:"min_reader"`
	MadeAt     time.Time        `json:"made_at"` // by the wall clock; what was committed before then is in it
	HeadNumber int64            `json:"head_number"`
	Head       string           `json:"head"` // of the sealed chain, in hexadecimal
	OpenAlarms int64            `json:"open_alarms"`
	LiveVisits int64            `json:"live_visits"`
	Rows       map[string]int64 `json:"rows"` // by table
}

// backupTable begins a table's rows.
type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// backupEnd is the last line.
type backupEnd struct {
	End    int64  `json:"end"`    // how many rows there were
	SHA256 string `json:"sha256"` // of all lines before this one, in hexadecimal
}

// Backup says of a backup who made it when, and who hears how far it is.
type Backup struct {
	Program  string
	MadeAt   time.Time
	Progress func(done, total int64) // in rows; nil: nobody
}

// notInBackups are the tables that a backup leaves out: which migrations were run is said by its schema, and who was signed in, or was given
// an address to sign in with, is not to be so again, nor is a calendar feed's address that was revoked since, nor who no longer may book for somebody; nor is how often sessions ended anybody's business there. What they signed in with is in it; a code that proves a number is good for minutes.
// An import that is under way is brought again: what its file says is kept for an hour, and in no backup for years. Whose turn it is at an invite, a mail takes anew.
var notInBackups = []string{"goose_db_version", "sessions", "session_ends", "tickets", "imports", "import_parts", "kin_asks", "number_codes", "feeds", "delegates", "invited_turns"}

// Backup writes all that is kept, as it is at one instant, as lines of JSON. What is sealed stays sealed; the master key is not in it. It
// reads in one transaction that holds no lock a writer waits for, and works beside a running server.
func (db *DB) Backup(ctx context.Context, out io.Writer, b Backup) (m Manifest, err error) {
	on, end, err := db.snapshot(ctx)
	if err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	defer func() { err = errors.Join(err, end()) }()
	tables, err := db.tables(ctx, on)
	if err != nil {
		return m, fmt.Errorf("back up: list tables: %w", err)
	}
	if m, err = db.manifest(ctx, on, b, tables); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	w := newBackupWriter(out, m, b.Progress)
	if err := w.line(m); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	for _, t := range tables {
		if err := w.table(ctx, on, t); err != nil {
			return m, fmt.Errorf("back up %s: %w", t.name, err)
		}
	}
	return m, w.finish()
}

// snapshot begins a transaction that sees the database as it is now, whatever is written meanwhile.
func (db *DB) snapshot(ctx context.Context) (on runner, end func() error, err error) {
	if db.pg != nil {
		t, err := db.pg.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return nil, nil, err
		}
		return direct{t}, func() error { return ignoreDone(t.Rollback()) }, nil
	}
	conn, err := db.readers.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN DEFERRED"); err != nil { // by hand: the connection string makes others immediate
		return nil, nil, errors.Join(err, conn.Close())
	}
	return direct{conn}, func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, conn.Close())
	}, nil
}

// Size is what the database takes, in bytes: on PostgreSQL with its indexes and what was deleted.
func (db *DB) Size(ctx context.Context) (int64, error) {
	query := `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	if db.pg != nil {
		query = `SELECT pg_database_size(current_database())`
	}
	size, err := first(ctx, db.reader, value[int64], query)
	if err != nil {
		return 0, fmt.Errorf("read the size of the database: %w", err)
	}
	return size, nil
}

// table is one table as the database has it.
type table struct {
	name    string
	columns []column
}

type column struct {
	name    string
	boolean bool // PostgreSQL's; SQLite and backups have 0 and 1
	counted bool // PostgreSQL numbers the rows itself
}

func (t table) names() (list []string) {
	for _, c := range t.columns {
		list = append(list, c.name)
	}
	return list
}

// quoted lists columns for a statement.
func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

// tables lists what a backup has, those that others refer to first.
func (db *DB) tables(ctx context.Context, on runner) ([]table, error) {
	columns := `SELECT m.name, c.name, 0, 0 FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`
	parents := `SELECT m.name, f."table" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
	if db.pg != nil {
		columns = `SELECT c.table_name::text, c.column_name::text, CASE WHEN c.data_type = 'boolean' THEN 1 ELSE 0 END, CASE WHEN c.is_identity = 'YES' THEN 1 ELSE 0 END
			FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position`
		parents = `SELECT a.relname::text, b.relname::text FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
			WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace`
	}
	rows, err := all(ctx, on, func(s scanner) (t table, err error) {
		var c column
		var boolean, counted int
		err = s.Scan(&t.name, &c.name, &boolean, &counted)
		c.boolean, c.counted = boolean == 1, counted == 1
		t.columns = []column{c}
		return t, err
	}, columns)
	if err != nil {
		return nil, err
	}
	refers, err := all(ctx, on, func(s scanner) (pair [2]string, err error) { return pair, s.Scan(&pair[0], &pair[1]) }, parents)
	if err != nil {
		return nil, err
	}
	var list []table
	for _, r := range rows {
		switch last := len(list) - 1; {
		case slices.Contains(notInBackups, r.name):
		case last >= 0 && list[last].name == r.name:
			list[last].columns = append(list[last].columns, r.columns...)
		default:
			list = append(list, r)
		}
	}
	deep := map[string]int{} // how many tables above it a table refers to, one through the other
	for range list {
		for _, r := range refers {
			if r[0] != r[1] {
				deep[r[0]] = max(deep[r[0]], min(deep[r[1]]+1, len(list)))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b table) int { return cmp.Or(deep[a.name]-deep[b.name], strings.Compare(a.name, b.name)) })
	return list, nil
}

// manifest counts what the snapshot has.
func (db *DB) manifest(ctx context.Context, on runner, b Backup, tables []table) (m Manifest, err error) {
	m = Manifest{Form: backupForm, Program: b.Program, Database: "sqlite", MadeAt: b.MadeAt.UTC().Truncate(time.Second), Rows: map[string]int64{}}
	if db.pg != nil {
		m.Database = "postgres"
	}
	for _, t := range tables {
		if m.Rows[t.name], err = first(ctx, on, value[int64], `SELECT count(*) FROM "`+t.name+`"`); err != nil {
			return m, fmt.Errorf("count %s: %w", t.name, err)
		}
	}
	for _, figure := range []struct {
		into  any
		query string
	}{
		{&m.Schema, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`},
		{&m.MinReader, `SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'min_reader'`},
		{&m.OpenAlarms, `SELECT count(*) FROM alarms WHERE status = 'open'`},
		{&m.LiveVisits, `SELECT count(*) FROM visits WHERE status IN ('booked', 'inside', 'overdue')`},
	} {
		if _, err := first(ctx, on, func(s scanner) (struct{}, error) { return struct{}{}, s.Scan(figure.into) }, figure.query); err != nil {
			return m, err
		}
	}
	head, err := first(ctx, on, func(s scanner) (h Head, err error) { return h, s.Scan(&h.N, &h.Hash) }, `SELECT n, head FROM chain WHERE id = 1`)
	m.HeadNumber, m.Head = head.N, hex.EncodeToString(head.Hash)
	return m, err
}

// backupWriter writes the lines and hashes them.
type backupWriter struct {
	out         *bufio.Writer
	hash        interface{ Sum([]byte) []byte }
	lines       *json.Encoder
	done, total int64
	progress    func(done, total int64)
}

func newBackupWriter(out io.Writer, m Manifest, progress func(done, total int64)) *backupWriter {
	hash := sha256.New()
	w := &backupWriter{out: bufio.NewWriterSize(out, 1<<16), hash: hash, progress: progress}
	w.lines = json.NewEncoder(io.MultiWriter(w.out, hash))
	w.lines.SetEscapeHTML(false)
	for _, n := range m.Rows { // in any order: it is a sum
		w.total += n
	}
	return w
}

func (w *backupWriter) line(v any) error { return w.lines.Encode(v) }

// progressEvery is how many rows lie between two words of how far it is.
const progressEvery = 1000

// table writes a table's name, columns and rows.
func (w *backupWriter) table(ctx context.Context, on runner, t table) (err error) {
	if err := w.line(backupTable{t.name, t.names()}); err != nil {
		return err
	}
	rows, err := on.query(ctx, `SELECT `+quoted(t.names())+` FROM "`+t.name+`"`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range row {
			if row[i], err = backupValue(v); err != nil {
				return fmt.Errorf("column %s: %w", t.columns[i].name, err)
			}
		}
		if err := w.line(row); err != nil {
			return err
		}
		if w.done++; w.progress != nil && w.done%progressEvery == 0 {
			w.progress(w.done, w.total)
		}
	}
	return rows.Err()
}

// The values of JSON that are no plain text: bytes, and text that is no UTF-8, which JSON would change.
type (
	backupBytes struct {
		Bytes []byte `json:"b"`
	}
	backupText struct {
		Text []byte `json:"t"`
	}
)

// backupValue is a column's value as a backup has it.
func backupValue(v any) (any, error) {
	switch v := v.(type) {
	case nil, int64:
		return v, nil
	case int32:
		return int64(v), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case []byte:
		return backupBytes{append([]byte{}, v...)}, nil // none is not NULL
	case string:
		if !utf8.ValidString(v) {
			return backupText{[]byte(v)}, nil
		}
		return v, nil
	default:
		return nil, fmt.Errorf("a %T can't be backed up", v)
	}
}

// finish writes the last line.
func (w *backupWriter) finish() error {
	end, err := json.Marshal(backupEnd{w.done, hex.EncodeToString(w.hash.Sum(nil))})
	if err == nil {
		_, err = w.out.Write(append(end, '\n'))
	}
	if err == nil {
		err = w.out.Flush()
	}
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if w.progress != nil {
		w.progress(w.done, max(w.done, 1))
	}
	return nil
}
