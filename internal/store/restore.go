package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/store/migrations"
	"github.com/pressly/goose/v3"
)

// ErrBackup says that what is read is no backup, or not a whole one.
var ErrBackup = errors.New("it is not a whole backup")

func badBackup(what string, args ...any) error {
	return fmt.Errorf("%w: "+what, append([]any{ErrBackup}, args...)...)
}

// Restore makes the database at a new place of what Backup wrote: a file that is not there yet, or a PostgreSQL database that Allclear has not
// begun to use. Whoever made the backup may have been of an earlier version. The rows go in by one transaction, and only if the backup is
// whole; on SQLite the file is not durable yet, and to be thrown away after an error. Nothing of it is opened: whether the master key fits,
// and the record is whole, is for [Open] and [DB.Audit].
func Restore(ctx context.Context, in io.Reader, address string) (m Manifest, err error) {
	return RestoreOnRecord(ctx, in, address, "")
}

// RestoreOnRecord is Restore that puts with the rows what [DB.RestoreFact] gave of them; "" is nothing: then no record says that it was done.
func RestoreOnRecord(ctx context.Context, in io.Reader, address, fact string) (m Manifest, err error) {
	r := &backupReader{in: bufio.NewReaderSize(in, 1<<16), hash: sha256.New()}
	if m, err = r.manifest(); err != nil {
		return m, fmt.Errorf("read backup: %w", err)
	}
	place, err := newPlace(ctx, address)
	if err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, place.close()) }()
	if err := place.migrate(ctx, m.Schema); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	if err := place.fill(ctx, r, m, fact); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	if err := place.migrate(ctx, migrations.Version); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	if err := place.sound(ctx); err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	return m, nil
}

// place is where a backup is restored to.
type place struct {
	pool *sql.DB
	db   *DB // for its dialect; it is not opened for use
}

func newPlace(ctx context.Context, address string) (*place, error) {
	path, sqlite := strings.CutPrefix(address, "sqlite:")
	if !sqlite {
		return newServerPlace(ctx, address)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is there already", path)
	}
	makePrivate(path)
	// Without a log and without a sync: it counts only once it is whole, and is then made durable at once.
	pool, err := sql.Open("sqlite", placeAddress(path))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	return &place{pool: pool, db: &DB{}}, nil
}

func placeAddress(path string) string {
	return address(path, "journal_mode(DELETE)", "synchronous(OFF)", "foreign_keys(0)")
}

// newServerPlace refuses a PostgreSQL database that is in use: what is there cannot be kept aside as a file can.
func newServerPlace(ctx context.Context, address string) (*place, error) {
	db := &DB{readOnly: true, receiveTexts: receiveStatements()}
	if err := db.openPostgres(ctx, address); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	used, err := hasMeta(ctx, db.reader)
	if err == nil && used {
		if _, err = db.Meta(ctx, "vault"); errors.Is(err, ErrNotFound) {
			used, err = false, nil // an earlier restore was cut off
		}
	}
	if err == nil && used {
		err = errors.New("that PostgreSQL database is in use; make an empty one (createdb), and name it with ALLCLEAR_DATABASE")
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &place{pool: db.pg.pool, db: db}, nil
}

func (p *place) close() error {
	if p.db.pg != nil {
		return p.db.Close()
	}
	return p.pool.Close()
}

func (p *place) migrate(ctx context.Context, to int64) error {
	dialect, folder := goose.DialectSQLite3, "sqlite"
	if p.db.pg != nil {
		dialect, folder = goose.DialectPostgres, "postgres"
	}
	files, err := fs.Sub(migrations.Files, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, p.pool, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.UpTo(ctx, to); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return nil
}

// fill puts all rows in, or none.
func (p *place) fill(ctx context.Context, r *backupReader, m Manifest, fact string) (err error) {
	t, err := p.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(t.Rollback()))
		}
	}()
	tables, err := p.db.tables(ctx, direct{t})
	if err != nil {
		return fmt.Errorf("list tables: %w", err)
	}
	for _, table := range tables { // the migrations put rows in, which the backup has too
		if _, err := t.ExecContext(ctx, `DELETE FROM "`+table.name+`"`); err != nil { // #nosec G202 -- names of our own schema, which were compared with it; values are parameters
			return err
		}
	}
	f := &filling{tx: t, tables: tables, postgres: p.db.pg != nil, manifest: m, rows: map[string]int64{}}
	if err := r.each(ctx, f); err != nil {
		return err
	}
	if err := f.whole(ctx); err != nil {
		return err
	}
	if fact != "" {
		if err := noteRestored(ctx, t, fact); err != nil {
			return err
		}
	}
	return t.Commit()
}

// sound asks SQLite whether the file it made is a whole one.
func (p *place) sound(ctx context.Context) error {
	if p.db.pg != nil {
		return nil // a server keeps that by itself
	}
	says, err := first(ctx, direct{p.pool}, value[string], "PRAGMA integrity_check(1)")
	if err != nil {
		return err
	}
	if says != "ok" {
		return badBackup("what was made of it is damaged: %s", says)
	}
	stray, err := all(ctx, direct{p.pool}, func(s scanner) (t string, err error) {
		var row, parent, key any
		return t, s.Scan(&t, &row, &parent, &key)
	}, "PRAGMA foreign_key_check")
	if err == nil && len(stray) > 0 {
		err = badBackup("a row of %s refers to one that is not there", stray[0])
	}
	if err != nil {
		return err
	}
	// As it will be used: by who opens it next, this would be made durable at once, and a server on the same disk would wait for it.
	_, err = p.pool.ExecContext(ctx, "PRAGMA journal_mode(WAL)")
	return err
}

// filling is the transaction that takes the rows.
type filling struct {
	tx       *sql.Tx
	tables   []table
	postgres bool
	manifest Manifest
	rows     map[string]int64

	now     table // the one that rows are of
	columns []column
	insert  *sql.Stmt
}

// begin begins a table. Only names that the schema has reach a statement.
func (f *filling) begin(ctx context.Context, head backupTable) error {
	i := slices.IndexFunc(f.tables, func(t table) bool { return t.name == head.Table })
	if i < 0 {
		return badBackup("schema %d has no table %q", f.manifest.Schema, head.Table)
	}
	f.now, f.columns = f.tables[i], nil
	var places []string
	for n, name := range head.Columns {
		j := slices.IndexFunc(f.now.columns, func(c column) bool { return c.name == name })
		if j < 0 {
			return badBackup("schema %d has no column %q in %s", f.manifest.Schema, name, head.Table)
		}
		f.columns = append(f.columns, f.now.columns[j])
		places = append(places, fmt.Sprintf("$%d", n+1))
	}
	over := ""
	if f.postgres {
		over = " OVERRIDING SYSTEM VALUE"
	}
	if f.insert != nil {
		if err := f.insert.Close(); err != nil {
			return err
		}
	}
	var err error
	f.insert, err = f.tx.PrepareContext(ctx, `INSERT INTO "`+head.Table+`" (`+quoted(head.Columns)+`)`+over+` VALUES (`+strings.Join(places, ", ")+`)`) // #nosec G202 -- names of our own schema, which were compared with it; values are parameters
	return err
}

// row puts one row in.
func (f *filling) row(ctx context.Context, row []any) error {
	if f.insert == nil || len(row) != len(f.columns) {
		return badBackup("a row of %s has %d columns", f.now.name, len(row))
	}
	for i, v := range row {
		var err error
		if row[i], err = restoredValue(v, f.columns[i].boolean); err != nil {
			return fmt.Errorf("column %s of %s: %w", f.columns[i].name, f.now.name, err)
		}
	}
	if _, err := f.insert.ExecContext(ctx, row...); err != nil {
		return fmt.Errorf("put a row into %s: %w", f.now.name, err)
	}
	f.rows[f.now.name]++
	return nil
}

// whole says whether all is there that the manifest counted, and has PostgreSQL number on from there.
func (f *filling) whole(ctx context.Context) error {
	for _, t := range f.tables {
		if f.rows[t.name] != f.manifest.Rows[t.name] {
			return badBackup("%s has %d rows, and it says %d", t.name, f.rows[t.name], f.manifest.Rows[t.name])
		}
		for _, c := range t.columns {
			if !c.counted {
				continue
			}
			if _, err := f.tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence($1, $2), COALESCE(max("`+c.name+`"), 0) + 1, false) FROM "`+t.name+`"`, t.name, c.name); err != nil { // #nosec G202 -- names of our own schema, which were compared with it; values are parameters
				return err
			}
		}
	}
	return nil
}

// restoredValue is a value of a backup as a column takes it.
func restoredValue(v any, boolean bool) (any, error) {
	switch v := v.(type) {
	case nil, string:
		return v, nil
	case json.Number:
		n, err := v.Int64()
		if boolean {
			return n != 0, err
		}
		return n, err
	case map[string]any:
		if len(v) == 1 {
			for kind, held := range v {
				return heldBytes(kind, held)
			}
		}
	}
	return nil, badBackup("a value is no number, no text and no bytes")
}

func heldBytes(kind string, held any) (any, error) {
	text, ok := held.(string)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return nil, badBackup("bytes are not in base64")
	}
	switch kind {
	case "b":
		return raw, nil
	case "t":
		return string(raw), nil
	default:
		return nil, badBackup("there is no kind of value %q", kind)
	}
}

// backupReader reads the lines and hashes them.
type backupReader struct {
	in   *bufio.Reader
	hash hash.Hash
}

// next reads a line, and gives what the hash over those before it is.
func (r *backupReader) next() (line []byte, before string, err error) {
	line, err = r.in.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		return nil, "", badBackup("its end is missing")
	}
	if err != nil {
		return nil, "", err
	}
	if bytes.HasPrefix(line, []byte(`{"end"`)) {
		before = hex.EncodeToString(r.hash.Sum(nil))
	}
	r.hash.Write(line)
	return line, before, nil
}

// manifest reads the first line, and refuses what this program cannot restore.
func (r *backupReader) manifest() (m Manifest, err error) {
	line, _, err := r.next()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(line, &m); err != nil || m.Form == 0 || m.Schema < 1 {
		return m, badBackup("it does not begin as one")
	}
	if m.Form > backupForm || m.Schema > migrations.Version {
		return m, fmt.Errorf("a newer version of allclear made it (%s, schema %d; this program knows %d); restore it with that version", m.Program, m.Schema, migrations.Version)
	}
	return m, nil
}

// each gives all rows to the filling, and says whether the hash at the end is that of what was read.
func (r *backupReader) each(ctx context.Context, f *filling) error {
	for rows := int64(0); ; {
		line, before, err := r.next()
		if err != nil {
			return err
		}
		switch {
		case line[0] == '[':
			lines := json.NewDecoder(bytes.NewReader(line))
			lines.UseNumber()
			var row []any
			if err := lines.Decode(&row); err != nil {
				return badBackup("a row can't be read")
			}
			err = f.row(ctx, row)
			rows++
		case before != "":
			var end backupEnd
			if err := json.Unmarshal(line, &end); err != nil || end.End != rows || end.SHA256 != before {
				return badBackup("it is not what its hash was made of")
			}
			return r.over()
		default:
			var head backupTable
			if json.Unmarshal(line, &head) != nil || head.Table == "" {
				return badBackup("a line can't be read")
			}
			err = f.begin(ctx, head)
		}
		if err != nil {
			return err
		}
	}
}

// over reads to the end of what is below, so that what vouches for it there is asked too.
func (r *backupReader) over() error {
	switch _, err := r.in.ReadByte(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return badBackup("something stands after its end")
}
