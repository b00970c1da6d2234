package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Block says that a person may never see or answer for a worker (rule 1.4). Who is blocked is private.
type Block struct {
	Worker, Person string
	By             string // who set it
	At             time.Time
	Why            private.Text // sealed
}

// blockWords are the sealed words of what the record has of a block: whom it is about is nobody's but theirs who set it.
type blockWords struct {
	Person string `json:"person"`
	Why    string `json:"why,omitempty"`
}

// PutBlock keeps a block, or sets another reason for it. The record has it before it counts: an entry of kind "block" in the
// chain of the looks of who set it, the worker in Visit as "person/ID", who is blocked and why sealed.
func (db *DB) PutBlock(ctx context.Context, b Block, via string) error {
	err := db.recordBlock(ctx, "block", via, b)
	if err == nil {
		err = db.write(ctx, func(t *tx) error {
			if err := t.moveEpoch(); err != nil {
				return err
			}
			var plain []byte
			if !b.Why.IsZero() {
				plain = pack(b.Why.Reveal())
			}
			why, err := t.seal("person/"+b.Worker, blockPlace(b.Worker, b.Person), plain, b.At)
			if err != nil {
				return err
			}
			_, err = t.exec(`INSERT INTO blocks (worker, person, by_whom, at, why) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (worker, person) DO UPDATE SET by_whom = excluded.by_whom, at = excluded.at, why = excluded.why`,
				b.Worker, b.Person, b.By, instant(b.At), why)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("keep block of worker %s: %w", b.Worker, err)
	}
	return nil
}

// DropBlock ends a block; b says who ends it, and when. ErrNotFound when there is none. The record has it, as of one that is set.
func (db *DB) DropBlock(ctx context.Context, b Block, via string) error {
	err := db.recordBlock(ctx, "unblock", via, b)
	if err == nil {
		err = db.write(ctx, func(t *tx) error {
			if err := t.moveEpoch(); err != nil {
				return err
			}
			n, err := t.exec(`DELETE FROM blocks WHERE worker = $1 AND person = $2`, b.Worker, b.Person)
			if err == nil && n == 0 {
				err = ErrNotFound
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("end block of worker %s: %w", b.Worker, err)
	}
	return nil
}

func blockPlace(worker, person string) string { return "block/" + worker + "/" + person }

func (db *DB) recordBlock(ctx context.Context, kind, via string, b Block) error {
	words, err := json.Marshal(blockWords{b.Person, b.Why.Reveal()})
	if err != nil {
		return err
	}
	return db.recordLooks(ctx, b.By, []Entry{{ID: kind + "/" + rand.Text(), At: b.At, RecordedAt: b.At, Kind: kind, By: b.By, Via: via, Visit: "person/" + b.Worker,
		Input: []byte("{}"), Events: []byte("[]"), Words: private.New(string(words)), Owner: "person/" + b.Worker}})
}

// Blocks gives a worker's blocks with their reasons, the first set first.
func (db *DB) Blocks(ctx context.Context, worker string) ([]Block, error) {
	type row struct {
		Block
		why []byte
	}
	rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) {
		err = s.Scan(&r.Worker, &r.Person, &r.By, at{&r.At}, &r.why)
		return r, err
	}, `SELECT worker, person, by_whom, at, why FROM blocks WHERE worker = $1 ORDER BY at, person`, worker)
	if err != nil {
		return nil, fmt.Errorf("list blocks of worker %s: %w", worker, err)
	}
	var list []Block
	for _, r := range rows {
		plain, err := db.open(ctx, db.reader, "person/"+worker, blockPlace(r.Worker, r.Person), r.why)
		var why string
		if err == nil && plain != nil {
			err = unpack(plain, &why)
		}
		if err != nil {
			return nil, fmt.Errorf("list blocks of worker %s: %w", worker, err)
		}
		r.Why = private.New(why)
		list = append(list, r.Block)
	}
	return list, nil
}

// Blocked gives the ids of those who may never see or answer for a worker.
func (db *DB) Blocked(ctx context.Context, worker string) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], `SELECT person FROM blocks WHERE worker = $1 ORDER BY person`, worker)
	if err != nil {
		return nil, fmt.Errorf("read who is blocked from worker %s: %w", worker, err)
	}
	return ids, nil
}

// BlockedFrom gives the ids of the workers whom a person may never see or answer for.
func (db *DB) BlockedFrom(ctx context.Context, person string) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], `SELECT worker FROM blocks WHERE person = $1 ORDER BY worker`, person)
	if err != nil {
		return nil, fmt.Errorf("read from whom %s is blocked: %w", person, err)
	}
	return ids, nil
}
