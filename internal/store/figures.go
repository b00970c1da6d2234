package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Happened is what one entry of the record says happened.
type Happened struct {
	At     time.Time
	Events []byte // JSON without private words
	N      int64  // the entry's place in the sealed chain, which never changes; 0 while it waits for one
}

// happened gives, of some entries, what Happened has.
const happened = `SELECT e.at, e.events, COALESCE(e.n, 0) FROM `

// eachHappened has a cross join to keep SQLite to the index by worker: a search for each worker, and no walk over years of entries.
const eachHappened = happened + `workers w CROSS JOIN entries e WHERE e.worker = w.id AND e.at >= $1 AND e.at < $2`

// eachHappenedSince is one statement, so that what is sealed meanwhile is neither missed nor read twice.
const eachHappenedSince = happened + `entries e WHERE e.n > $3 AND e.at >= $1 AND e.at < $2
	UNION ALL ` + happened + `entries e WHERE e.n IS NULL AND e.at >= $1 AND e.at < $2`

// EachHappened gives to do what every worker's entries from from until before to say happened, in no order. It holds one entry at a time and
// opens no words, so a county's day costs little memory; an error of do ends it.
func (db *DB) EachHappened(ctx context.Context, from, to time.Time, do func(Happened) error) error {
	return db.eachHappened(ctx, do, eachHappened, from, to)
}

// EachHappenedSince gives what EachHappened gives, but for the n sealed entries that came first.
func (db *DB) EachHappenedSince(ctx context.Context, n int64, from, to time.Time, do func(Happened) error) error {
	return db.eachHappened(ctx, do, eachHappenedSince, from, to, n)
}

func (db *DB) eachHappened(ctx context.Context, do func(Happened) error, query string, from, to time.Time, since ...any) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read what happened from %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
		}
	}()
	rows, err := db.reader.query(ctx, query, append([]any{instant(from), instant(to)}, since...)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var h Happened
		if err := rows.Scan(at{&h.At}, &h.Events, &h.N); err != nil {
			return err
		}
		if err := do(h); err != nil {
			return err
		}
	}
	return rows.Err()
}

// FirstTold is when an alarm opened, and when a message about it was first handed over to reach somebody who answers for the worker.
type FirstTold struct {
	Alarm            string
	OpenedAt, ToldAt time.Time // ToldAt is zero while nothing was handed over
}

// FirstTold gives the alarms that opened from from until before to, in the order in which they opened. Handed over is not heard: it is when a
// provider took the text or the call.
func (db *DB) FirstTold(ctx context.Context, from, to time.Time) ([]FirstTold, error) {
	list, err := all(ctx, db.reader, func(s scanner) (f FirstTold, err error) {
		err = s.Scan(&f.Alarm, at{&f.OpenedAt}, at{&f.ToldAt})
		return f, err
	}, `SELECT a.id, a.opened_at, (SELECT MIN(o.handed_at) FROM outbox o
			WHERE o.alarm = a.id AND o.alarm <> '' AND o.class = 'alarm' AND o.channel <> 'mail' AND o.provider <> '' AND o.person <> '' AND o.person <> a.worker)
		FROM alarms a WHERE a.opened_at >= $1 AND a.opened_at < $2 ORDER BY a.opened_at, a.id`, instant(from), instant(to))
	if err != nil {
		return nil, fmt.Errorf("read when alarms from %s to %s were told: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
	}
	return list, nil
}
