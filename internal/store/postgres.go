package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	wakeChannel = "allclear"
	// retries bounds how often a transaction is run again that PostgreSQL ended to let another through, or whose connection was lost.
	retries = 10
	// poolMost bounds the connections of one node, where the address does not by pool_max_conns.
	poolMost = 16
)

// pgStore writes to PostgreSQL: each unit is a transaction of its own.
type pgStore struct {
	pool *sql.DB
	conf *pgx.ConnConfig // for the connection that listens
	bell chan struct{}   // something was committed that other nodes should hear of
	self string          // what it rings with: whoever committed knows already
}

// openPostgres opens the database at address. The errors never hold its password.
func (db *DB) openPostgres(ctx context.Context, address string) error {
	conf, err := pgxpool.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("open database: the address can't be read; write it as postgres://user:password@host:5432/name: %w", err)
	}
	if err := guarded(conf.ConnConfig); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	conf.MaxConns = connections(address, conf.MaxConns)
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	db.closers = append(db.closers, func() error { pool.Close(); return nil })
	shared := stdlib.OpenDBFromPool(pool)
	db.closers = append(db.closers, shared.Close)
	db.pg = &pgStore{pool: shared, conf: conf.ConnConfig, bell: make(chan struct{}, 1), self: rand.Text()}
	if !db.readOnly {
		db.closers = append(db.closers, db.pg.startRinger())
	}
	db.reader = direct{shared}
	where := conf.ConnConfig.Database + " at " + conf.ConnConfig.Host
	if err := db.checkPostgres(ctx); err != nil {
		return fmt.Errorf("open database %s: %w", where, oneLine{err})
	}
	return nil
}

// connections is how many the pool may hold: as the address says, else more than the four that pgx gives a small machine.
func connections(address string, parsed int32) int32 {
	if strings.Contains(address, "pool_max_conns=") {
		return parsed
	}
	return max(parsed, poolMost)
}

// oneLine says an error in one line: pgx has a line for each address it tried.
type oneLine struct{ error }

func (e oneLine) Error() string { return strings.Join(strings.Fields(e.error.Error()), " ") }

func (e oneLine) Unwrap() error { return e.error }

// checkPostgres refuses a server that answers before it wrote, and brings the tables to this version unless only reading was asked for.
func (db *DB) checkPostgres(ctx context.Context) error {
	mode, err := first(ctx, db.reader, value[string], "SHOW synchronous_commit")
	if err != nil {
		return fmt.Errorf("no answer from the server; see that it runs and that the address is right: %w", err)
	}
	if mode == "off" {
		return errors.New("synchronous_commit is off: a crash could lose alarms; set it to on for this user or database")
	}
	if err := checkSchema(ctx, db.reader, hasMeta); err != nil || db.readOnly {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	return migrate(ctx, goose.DialectPostgres, db.pg.pool, "postgres", goose.WithSessionLocker(locker))
}

func hasMeta(ctx context.Context, on runner) (bool, error) {
	return first(ctx, on, value[bool], `SELECT to_regclass('meta') IS NOT NULL`)
}

// write runs a transaction, again when PostgreSQL ended it for another's sake.
func (p *pgStore) write(ctx context.Context, db *DB, run func(*tx) error) error {
	var err error
	for range retries {
		if err = p.once(ctx, db, run); !again(err) && !lost(err) {
			break
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "23505" && !errors.Is(err, ErrUnknown) {
		return fmt.Errorf("%w: %s", ErrConflict, e.ConstraintName) // two nodes at once; never the error's detail, which has the values
	}
	return err
}

func (p *pgStore) once(ctx context.Context, db *DB, run func(*tx) error) error {
	inner, err := p.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	t := &tx{ctx: ctx, db: db, on: direct{inner}, postgres: true, round: db.keys.now()}
	if err := run(t); err != nil {
		return errors.Join(err, ignoreDone(inner.Rollback()))
	}
	if err := inner.Commit(); err != nil {
		if again(err) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	db.keys.put(t.round, t.keys)
	if t.wakes {
		select {
		case p.bell <- struct{}{}:
		default: // it will be rung for this one too
		}
	}
	return nil
}

// startRinger starts the goroutine that wakes the other nodes, once for all that was committed since the last time, and gives what ends it.
// Not in the transactions themselves: PostgreSQL lets those that notify commit only one after the other, each with its own sync. What is
// lost with a process or a connection the others' own look at intervals finds.
func (p *pgStore) startRinger() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ctx.Done():
				return
			case <-p.bell:
				_, _ = p.pool.ExecContext(ctx, `SELECT pg_notify('`+wakeChannel+`', $1)`, p.self)
			}
		}
	}()
	return func() error {
		cancel()
		<-ended
		return nil
	}
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// again says that the transaction was rolled back because of another, and may succeed when it is run again.
func again(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && !errors.Is(err, ErrUnknown) && (e.Code == "40001" || e.Code == "40P01")
}

// lost says that the connection went before the commit was asked for, so that nothing was written: the server ended it, as it does when it
// restarts or another takes over, and the pool had not noticed yet. Where no new connection can be had, trying at once is of no use.
func lost(err error) bool {
	if err == nil || errors.Is(err, ErrUnknown) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "57P01" || e.Code == "57P02" // admin_shutdown, crash_shutdown
	}
	_, network := errors.AsType[net.Error](err)
	return network || pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// Listen calls woken whenever another node has committed something, until ctx ends or the connection is lost. On SQLite, where there is no
// other node, it returns at once. The caller listens again after an error, and looks at intervals in any case.
func (db *DB) Listen(ctx context.Context, woken func()) error {
	if db.pg == nil {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, db.pg.conf.Copy())
	if err != nil {
		return fmt.Errorf("listen to the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing was written on it
	if _, err := conn.Exec(ctx, "LISTEN "+wakeChannel); err != nil {
		return fmt.Errorf("listen to the database: %w", err)
	}
	woken() // what was committed before we listened
	for {
		heard, err := conn.WaitForNotification(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("listen to the database: %w", err)
		}
		if heard.Payload != db.pg.self {
			woken()
		}
	}
}

// ServerTime is the time by the clock of the database's server, which all nodes
// share. remote is false on SQLite, which has no clock of its own.
func (db *DB) ServerTime(ctx context.Context) (t time.Time, remote bool, err error) {
	if db.pg == nil {
		return t, false, nil
	}
	var micros int64
	row := db.pg.pool.QueryRowContext(ctx, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
	if err := row.Scan(&micros); err != nil {
		return t, true, fmt.Errorf("read the database's clock: %w", err)
	}
	return time.UnixMicro(micros).UTC(), true, nil
}
