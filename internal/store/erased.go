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

// Erased gives marks of the owners whose data keys were destroyed, from the chain of erasures after its seq-th entry, and the seq of the last
// one. They are to be kept outside the database, so that no backup brings their words back.
func (db *DB) Erased(ctx context.Context, seq int64) (marks []string, last int64, err error) {
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
// It gives how many there were.
func (db *DB) EraseAgain(ctx context.Context, marks map[string]bool, at time.Time, stays func(retain.Record) retain.Why) (erased int, err error) {
	after := ""
	for {
		owners, err := all(ctx, db.reader, value[string], `SELECT owner FROM data_keys WHERE wrapped IS NOT NULL AND owner > $1 ORDER BY owner LIMIT $2`, after, page)
		if err != nil {
			return erased, fmt.Errorf("read data keys: %w", err)
		}
		var going []string
		for _, owner := range owners {
			after = owner
			if marks[db.erasureMark(owner)] {
				going = append(going, owner)
			}
		}
		done, err := db.Erase(ctx, Erasure{At: at, Via: "restore", Why: "restored", Stays: stays}, going...)
		if err != nil {
			return erased, err
		}
		for _, e := range done {
			if e.Stays == "" {
				erased++
			}
		}
		if len(owners) < page {
			return erased, nil
		}
	}
}
