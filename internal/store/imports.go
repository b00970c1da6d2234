package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
)

// Import is an import of people, from its file to its end.
type Import struct {
	ID              string // begins with its day, and is its name in the record
	By, Via         string // who brought the file, and how
	State           string
	AsOf            time.Time // of when the file is
	MadeAt, BegunAt time.Time
	EndedAt         time.Time // zero until it is done or cancelled
	Parts, Part     int       // of its people, and how many of these are done
	Counts          ImportCounts
}

// ImportCounts are how many people became what.
type ImportCounts struct {
	People  int `json:"people"` // that the file speaks of
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
	Kept    int `json:"kept"` // of whom a field stayed as somebody had said it
	Left    int `json:"left"` // who are no longer here, and stay as they are
}

// Seen is how many are done.
func (c ImportCounts) Seen() int { return c.New + c.Changed + c.Same + c.Left }

// The states of an import. From running on it goes through to its end, whatever stops in between.
const (
	ImportMade      = "made"  // its file is read
	ImportReady     = "ready" // what would change is known
	ImportRunning   = "running"
	ImportDone      = "done"
	ImportCancelled = "cancelled"
)

// The parts of an import.
const (
	ImportTable   = "table"   // the file's rows
	ImportSetting = "setting" // what its columns are
	ImportReport  = "report"  // what would change
	ImportPeople  = "people"  // what it says of whom
)

// importPart is how much is sealed as one, so that no write is long.
const importPart = 64 << 10

func importOwner(id string) string { return "import/" + id }

// MakeImport keeps an import with its file's rows.
func (db *DB) MakeImport(ctx context.Context, i Import, table []byte) error {
	counts, err := json.Marshal(i.Counts)
	if err == nil {
		err = db.write(ctx, func(t *tx) error {
			_, err := t.exec(`INSERT INTO imports (id, by_whom, via, state, as_of_at, made_at, parts, part, counts) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7)`,
				i.ID, i.By, i.Via, ImportMade, instant(i.AsOf), instant(i.MadeAt), string(counts))
			return err
		})
	}
	if err == nil && table != nil {
		err = db.PutImportParts(ctx, i.ID, ImportTable, i.MadeAt, cutParts(table)...)
	}
	if err != nil {
		return fmt.Errorf("keep import %s: %w", i.ID, err)
	}
	return nil
}

func cutParts(raw []byte) (parts [][]byte) {
	for len(raw) > importPart {
		parts = append(parts, raw[:importPart])
		raw = raw[importPart:]
	}
	return append(parts, raw)
}

// PutImportBlob keeps one kind of an import's words in place of those before, in as many parts as it needs.
func (db *DB) PutImportBlob(ctx context.Context, id, kind string, at time.Time, raw []byte) error {
	return db.PutImportParts(ctx, id, kind, at, cutParts(raw)...)
}

// PutImportParts keeps parts of an import in place of those before of their kind, a few in each commit. ErrConflict where it is not at rest.
func (db *DB) PutImportParts(ctx context.Context, id, kind string, at time.Time, parts ...[]byte) error {
	const atOnce = 16
	for n := 0; n == 0 || n < len(parts); n += atOnce {
		err := db.write(ctx, func(t *tx) error {
			if err := t.importIs(id, ImportMade, ImportReady); err != nil {
				return err
			}
			if n == 0 {
				if _, err := t.exec(`DELETE FROM import_parts WHERE import = $1 AND kind = $2`, id, kind); err != nil {
					return err
				}
			}
			return t.putImportParts(id, kind, n, parts[n:min(n+atOnce, len(parts))], at)
		})
		if err != nil {
			return fmt.Errorf("keep part of import %s: %w", id, err)
		}
	}
	return nil
}

func (t *tx) putImportParts(id, kind string, from int, parts [][]byte, at time.Time) error {
	for i, part := range parts {
		n := from + i
		sealed, err := t.seal(importOwner(id), importPlace(id, kind, n), part, at)
		if err == nil && sealed != nil {
			_, err = t.exec(`INSERT INTO import_parts (import, kind, n, sealed) VALUES ($1, $2, $3, $4)`, id, kind, n, sealed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func importPlace(id, kind string, n int) string { return fmt.Sprintf("import/%s/%s/%d", id, kind, n) }

// importIs refuses an import that is in none of the states.
func (t *tx) importIs(id string, states ...string) error {
	is, err := first(t.ctx, t.on, value[string], `SELECT state FROM imports WHERE id = $1`+t.shareRow(), id)
	if err != nil {
		return err
	}
	if slices.Contains(states, is) {
		return nil
	}
	return ErrConflict
}

// ImportParts gives the parts of a kind, in their order; none once they are gone.
func (db *DB) ImportParts(ctx context.Context, id, kind string) ([][]byte, error) {
	type row struct {
		n      int
		sealed []byte
	}
	rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) { return r, s.Scan(&r.n, &r.sealed) },
		`SELECT n, sealed FROM import_parts WHERE import = $1 AND kind = $2 ORDER BY n`, id, kind)
	var parts [][]byte
	for _, r := range rows {
		var plain []byte
		if plain, err = db.open(ctx, db.reader, importOwner(id), importPlace(id, kind, r.n), r.sealed); err != nil {
			break
		}
		parts = append(parts, plain)
	}
	if err != nil {
		return nil, fmt.Errorf("read import %s: %w", id, err)
	}
	return parts, nil
}

// ImportBlob gives what PutImportBlob kept; nil once it is gone.
func (db *DB) ImportBlob(ctx context.Context, id, kind string) ([]byte, error) {
	parts, err := db.ImportParts(ctx, id, kind)
	var raw []byte
	for _, p := range parts {
		raw = append(raw, p...)
	}
	return raw, err
}

const importColumns = `id, by_whom, via, state, as_of_at, made_at, begun_at, ended_at, parts, part, counts`

func scanImport(s scanner) (i Import, err error) {
	var counts string
	err = s.Scan(&i.ID, &i.By, &i.Via, &i.State, at{&i.AsOf}, at{&i.MadeAt}, at{&i.BegunAt}, at{&i.EndedAt}, &i.Parts, &i.Part, &counts)
	if err == nil {
		err = json.Unmarshal([]byte(counts), &i.Counts)
	}
	return i, err
}

// Import gives an import by its id.
func (db *DB) Import(ctx context.Context, id string) (Import, error) {
	i, err := first(ctx, db.reader, scanImport, `SELECT `+importColumns+` FROM imports WHERE id = $1`, id)
	if err != nil {
		return i, fmt.Errorf("read import %s: %w", id, err)
	}
	return i, nil
}

// ImportsBy gives the imports that somebody brought and that are not over, the youngest first.
func (db *DB) ImportsBy(ctx context.Context, person string) ([]Import, error) {
	list, err := all(ctx, db.reader, scanImport, `SELECT `+importColumns+` FROM imports WHERE by_whom = $1 AND state IN ('made', 'ready', 'running') ORDER BY made_at DESC LIMIT 20`, person)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return list, nil
}

// ReadyImport says that it is known what an import would change, in so many parts; the counts are of those of whom nothing is to be done.
func (db *DB) ReadyImport(ctx context.Context, id string, asOf time.Time, c ImportCounts, parts int) error {
	counts, err := json.Marshal(c)
	if err == nil {
		err = db.moveImport(ctx, `UPDATE imports SET state = 'ready', as_of_at = $2, parts = $3, counts = $4 WHERE id = $1 AND state IN ('made', 'ready')`,
			id, instant(asOf), parts, string(counts))
	}
	if err != nil {
		return fmt.Errorf("make import %s ready: %w", id, err)
	}
	return nil
}

// BeginImport decides that an import is done: from here on it goes through, whoever does it. Until lease no other than who begins it takes it up.
// ErrConflict where it was begun before, or is not ready.
func (db *DB) BeginImport(ctx context.Context, id string, at, lease time.Time) error {
	err := db.moveImport(ctx, `UPDATE imports SET state = 'running', begun_at = $2, lease_at = $3 WHERE id = $1 AND state = 'ready'`, id, instant(at), instant(lease))
	if err != nil {
		return fmt.Errorf("begin import %s: %w", id, err)
	}
	return nil
}

// EndImport ends an import that is done, or one that is not begun; what its file said goes.
func (db *DB) EndImport(ctx context.Context, id, state string, at time.Time) error {
	from := `state IN ('made', 'ready')`
	if state == ImportDone {
		from = `state = 'running' AND part = parts`
	}
	err := db.moveImport(ctx, `UPDATE imports SET state = $2, ended_at = $3, lease_at = NULL WHERE id = $1 AND `+from, id, state, instant(at))
	if err == nil {
		err = db.dropParts(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("end import %s: %w", id, err)
	}
	return nil
}

func (db *DB) moveImport(ctx context.Context, query string, args ...any) error {
	return db.write(ctx, func(t *tx) error {
		n, err := t.exec(query, args...)
		if err == nil && n == 0 {
			return ErrConflict
		}
		return err
	})
}

// dropParts takes what an import's file said away, some at a time.
func (db *DB) dropParts(ctx context.Context, id string) error {
	for {
		gone := int64(0)
		err := db.write(ctx, func(t *tx) (err error) {
			gone, err = t.exec(`DELETE FROM import_parts WHERE import = $1 AND (kind, n) IN (SELECT kind, n FROM import_parts WHERE import = $1 LIMIT 8)`, id)
			return err
		})
		if err != nil || gone == 0 {
			return err
		}
	}
}

// TakeImport gives an import that is running and that nobody has, until a lease; ErrNotFound where there is none.
func (db *DB) TakeImport(ctx context.Context, at, lease time.Time) (i Import, err error) {
	i, err = first(ctx, db.reader, scanImport, `SELECT `+importColumns+` FROM imports WHERE state = 'running' AND lease_at <= $1 ORDER BY lease_at LIMIT 1`, instant(at))
	if err == nil {
		err = db.moveImport(ctx, `UPDATE imports SET lease_at = $2 WHERE id = $1 AND state = 'running' AND lease_at <= $3`, i.ID, instant(lease), instant(at))
	}
	if errors.Is(err, ErrConflict) {
		err = ErrNotFound
	}
	if err != nil {
		return i, fmt.Errorf("take up an import: %w", err)
	}
	return i, nil
}

// ForgetImports ends the imports that were made before an instant and never begun, and takes away what a stop left of others.
func (db *DB) ForgetImports(ctx context.Context, before, at time.Time) error {
	old, err := all(ctx, db.reader, value[string], `SELECT id FROM imports WHERE state IN ('made', 'ready') AND made_at < $1`, instant(before))
	for _, id := range old {
		if err == nil {
			if err = db.EndImport(ctx, id, ImportCancelled, at); errors.Is(err, ErrConflict) {
				err = nil // it was begun just now
			}
		}
	}
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	over, err := all(ctx, db.reader, value[string], `SELECT DISTINCT p.import FROM import_parts p JOIN imports i ON i.id = p.import WHERE i.state IN ('done', 'cancelled')`)
	for _, id := range over {
		if err == nil {
			err = db.dropParts(ctx, id)
		}
	}
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	return nil
}

// RememberColumns keeps what the columns of a file with such headings are, for the next one.
func (db *DB) RememberColumns(ctx context.Context, heads, columns string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO import_columns (heads, columns, put_at) VALUES ($1, $2, $3) ON CONFLICT (heads) DO UPDATE SET columns = excluded.columns, put_at = excluded.put_at`,
			db.vault.Hash("headings", heads), columns, instant(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("remember columns: %w", err)
	}
	return nil
}

// Columns gives what RememberColumns kept; "" for none.
func (db *DB) Columns(ctx context.Context, heads string) (string, error) {
	columns, err := first(ctx, db.reader, value[string], `SELECT columns FROM import_columns WHERE heads = $1`, db.vault.Hash("headings", heads))
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read columns: %w", err)
	}
	return columns, nil
}

// Become is what becomes of one person by an import.
type Become struct {
	After   buddy.Person
	Says    map[string]private.Text // what the file says, by field
	Tell    []Message
	Kept    bool // a field stayed as somebody had said it
	Stays   bool // nothing of them changes
	Leaver  bool // as they are no longer here
	Changes bool // something of them changes, or they are new
}
