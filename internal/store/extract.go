package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Extract is one sealed entry as an auditor is given it: who did what to which object and when, and all that its place in the chains is
// computed of; none of its words, nothing of its input, and of its events their kinds.
type Extract struct {
	N                         int64 // its number in the sealed chain, from 1
	ID, Chain                 string
	Seq                       int64 // its place in the worker's or reader's chain, from 1
	At, RecordedAt            time.Time
	Kind, By, Via, Token      string
	Visit, Alarm, Owner       string
	Rules                     int
	Events                    []string // their kinds
	InputDigest, EventsDigest []byte   // SHA-256 of each
	Commitment                []byte   // to the words; nil: there are none
	Prev, Hash                []byte   // of the entry before it in its chain, nil for the first; its own
	Head                      []byte   // of the sealed chain after it
	Form                      int      // 2; 1: hashed by an earlier version, over the input and events themselves
}

// Extracts gives every sealed entry as an auditor is given it, in the order of the sealed chain, page by page. An error of do ends it.
func (db *DB) Extracts(ctx context.Context, do func(Extract) error) error {
	last, err := first(ctx, db.reader, scanEnd, readEnd)
	e := end{head: []byte{}}
	for err == nil && e.n < last.n {
		e, err = db.extractPage(ctx, e, last.n, do)
	}
	if err != nil {
		return fmt.Errorf("extract the record: %w", err)
	}
	return nil
}

func (db *DB) extractPage(ctx context.Context, e end, last int64, do func(Extract) error) (end, error) {
	rows, err := all(ctx, db.reader, scanExtract, `SELECT `+extractColumns+`
		FROM entries e LEFT JOIN entries p ON p.worker = e.worker AND p.seq = e.seq - 1 WHERE e.n > $1 AND e.n <= $2 ORDER BY e.n LIMIT $3`, e.n, last, page)
	if err != nil {
		return e, err
	}
	for _, r := range rows {
		if r.N != e.n+1 {
			break
		}
		e = e.next(r.hash)
		if err := do(r.extract(r.prev, e.head)); err != nil {
			return e, err
		}
	}
	if len(rows) == 0 || rows[len(rows)-1].N != e.n {
		return e, broken("it is gone", "number %d", e.n+1)
	}
	return e, nil
}

// extractRow is a sealed entry with the hash of the one before it in its chain.
type extractRow struct {
	chained
	prev []byte
}

// extractColumns are those of an entry e and the one before it, p.
const extractColumns = `e.n, e.id, e.worker, e.seq, e.at, e.recorded_at, e.kind, e.by_whom, e.via, e.token, e.visit, e.alarm, e.owner, e.rules, e.input, e.events,
	e.commitment, e.hash, p.hash`

func scanExtract(s scanner) (r extractRow, err error) {
	var input, events string
	err = s.Scan(&r.N, &r.ID, &r.Worker, &r.Seq, at{&r.At}, at{&r.RecordedAt}, &r.Kind, &r.By, &r.Via, &r.Token, &r.Visit, &r.Alarm, &r.Owner, &r.Rules,
		&input, &events, &r.commitment, &r.hash, &r.prev)
	r.Input, r.Events = []byte(input), []byte(events)
	return r, err
}

func (c chained) extract(prev, head []byte) Extract {
	x := Extract{N: c.N, ID: c.ID, Chain: c.Worker, Seq: c.Seq, At: c.At, RecordedAt: c.RecordedAt, Kind: c.Kind, By: c.By, Via: c.Via, Token: c.Token,
		Visit: c.Visit, Alarm: c.Alarm, Owner: c.Owner, Rules: c.Rules, InputDigest: digest(c.Input), EventsDigest: digest(c.Events), Commitment: c.commitment,
		Prev: prev, Hash: c.hash, Head: head, Form: c.form(prev)}
	var events []struct {
		What string `json:"what"`
	}
	if json.Unmarshal(c.Events, &events) == nil { // what is no list of events has no kinds; its digest shows what it is
		for _, e := range events {
			x.Events = append(x.Events, e.What)
		}
	}
	return x
}
