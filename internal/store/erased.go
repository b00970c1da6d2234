package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
)

// erasureMark is what is kept of an owner outside: whose it is only the master key tells.
func (db *DB) erasureMark(owner string) string {
	return hex.EncodeToString(db.vault.Hash("erased", owner))
}

// ErasureMarks gives marks of the owners whose data keys were destroyed, from the chain of erasures after its seq-th entry, and the seq of the last
// one. They are to be kept outside the database, so that no backup brings their words back.
func (db *DB) ErasureMarks(ctx context.Context, seq int64) (marks []string, last int64, err error) {
	type row struct {
		id  string
		seq int64
	}
	for last = seq; ; {
		rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) { return r, s.Scan(&r.id, &r.seq) },
			`SELECT id, seq FROM entries WHERE worker = $1 AND seq > $2 AND kind = 'erased' ORDER BY seq LIMIT $3`, retention, last, page)
		if err != nil {
			return nil, seq, fmt.Errorf("read what was erased: %w", err)
		}
		for _, r := range rows {
			marks, last = append(marks, db.erasureMark(strings.TrimPrefix(r.id, erasedID("")))), r.seq
		}
		if len(rows) < page {
			return marks, last, nil
		}
	}
}

// EraseAgain erases the owners whose marks are given, but for those that stay: in a database that was put back to before they were erased.
// It gives how many went, and how many there still are.
func (db *DB) EraseAgain(ctx context.Context, marks map[string]bool, at time.Time, stays func(retain.Record) retain.Why) (erased, stayed int, err error) {
	err = db.eachMarked(ctx, marks, func(owners []string) error {
		done, err := db.Erase(ctx, Erasure{At: at, Via: "restore", Why: "restored", Stays: stays}, owners...)
		for _, e := range done {
			if e.Stays == "" {
				erased++
			} else {
				stayed++
			}
		}
		return err
	})
	return erased, stayed, err
}

// StillThere gives the owners whose marks are given and who have a key all the same, in the order of their names.
func (db *DB) StillThere(ctx context.Context, marks map[string]bool) (owners []string, err error) {
	err = db.eachMarked(ctx, marks, func(some []string) error {
		owners = append(owners, some...)
		return nil
	})
	return owners, err
}

// eachMarked walks over all data keys, and hands on the owners whose marks are given, some at a time.
func (db *DB) eachMarked(ctx context.Context, marks map[string]bool, do func(owners []string) error) error {
	for after := ""; ; {
		owners, err := all(ctx, db.reader, value[string], `SELECT owner FROM data_keys WHERE wrapped IS NOT NULL AND owner > $1 ORDER BY owner LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read data keys: %w", err)
		}
		var marked []string
		for _, owner := range owners {
			after = owner
			if marks[db.erasureMark(owner)] {
				marked = append(marked, owner)
			}
		}
		if err := do(marked); err != nil {
			return err
		}
		if len(owners) < page {
			return nil
		}
	}
}
