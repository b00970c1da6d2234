package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/vault"
)

// runner runs statements, inside a transaction or out.
type runner interface {
	exec(ctx context.Context, query string, args ...any) (changed int64, err error)
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// direct hands each statement to database/sql as it is: pgx keeps its own prepared statements.
type direct struct {
	q interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
}

func (d direct) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := d.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (d direct) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.q.QueryContext(ctx, query, args...)
}

// prepared prepares each statement once: on SQLite, reading the text costs as much as running it.
type prepared struct {
	on interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	mu         sync.Mutex
	statements map[string]*sql.Stmt
}

func (p *prepared) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.statements[query]; ok {
		return s, nil
	}
	s, err := p.on.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if p.statements == nil {
		p.statements = make(map[string]*sql.Stmt)
	}
	p.statements[query] = s
	return s, nil
}

func (p *prepared) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := p.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	return direct{statementQuerier{s}}.exec(ctx, "", args...)
}

func (p *prepared) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// close lets go of the statements.
func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, s := range p.statements {
		errs = append(errs, s.Close())
	}
	p.statements = nil
	return errors.Join(errs...)
}

type statementQuerier struct{ s *sql.Stmt }

func (q statementQuerier) ExecContext(ctx context.Context, _ string, args ...any) (sql.Result, error) {
	return q.s.ExecContext(ctx, args...)
}

func (q statementQuerier) QueryContext(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
	return q.s.QueryContext(ctx, args...)
}

// tx is one unit of writing.
type tx struct {
	ctx      context.Context
	db       *DB
	on       runner
	postgres bool
	keys     map[string]vault.Key // data keys read or made here: remembered only once they are committed
	round    int64                // of the keyring when it began
	wakes    bool                 // see notify
	under    string               // see wrapsUnder
	work     int                  // statements run, by which the writer bounds a commit
}

func (t *tx) exec(query string, args ...any) (int64, error) {
	t.work++
	return t.on.exec(t.ctx, query, args...)
}

// lockRows ends a SELECT whose rows the transaction will change. It and shareRow are all of SQL that differs; SQLite has one writer anyway.
func (t *tx) lockRows() string {
	if t.postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// shareRow ends a SELECT of what must stay as it is until the commit.
func (t *tx) shareRow() string {
	if t.postgres {
		return " FOR SHARE"
	}
	return ""
}

// notify wakes the other nodes once this is committed.
func (t *tx) notify() { t.wakes = true }

// scanner is a row.
type scanner interface{ Scan(into ...any) error }

// all reads every row of a query.
func all[T any](ctx context.Context, on runner, scan func(scanner) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := on.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// first reads the one row of a query; ErrNotFound when there is none.
func first[T any](ctx context.Context, on runner, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	list, err := all(ctx, on, scan, query, args...)
	var none T
	switch {
	case err != nil:
		return none, err
	case len(list) == 0:
		return none, ErrNotFound
	}
	return list[0], nil
}

// value scans a row of one column.
func value[T any](row scanner) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}

// instant is how a time that is always there is stored.
func instant(t time.Time) int64 { return t.UnixMicro() }

// maybe is how a time that may not be there is stored: the zero time as NULL.
func maybe(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// at scans an instant; NULL becomes the zero time.
type at struct{ into *time.Time }

func (a at) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*a.into = time.Time{}
	case int64:
		*a.into = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("read instant: it is a %T", src)
	}
	return nil
}

// text is how a name that may not be there is stored: "" as NULL, so that UNIQUE lets many be without.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// words scans a string that may be NULL.
type words struct{ into *string }

func (w words) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*w.into = ""
	case string:
		*w.into = v
	case []byte:
		*w.into = string(v)
	default:
		return fmt.Errorf("read text: it is a %T", src)
	}
	return nil
}

// list stores strings as a JSON array.
func list(ss []string) string {
	raw, err := json.Marshal(append([]string{}, ss...))
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(raw)
}

// stringList scans what list stored; an empty one becomes nil.
type stringList struct{ into *[]string }

func (l stringList) Scan(src any) error {
	var raw string
	if err := (words{&raw}).Scan(src); err != nil {
		return err
	}
	*l.into = nil
	if raw == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(raw), l.into)
}
