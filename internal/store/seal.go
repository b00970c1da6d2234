package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

const (
	// sealRows bounds how many entries one seal gathers, so that the write lock is held for some 10 ms.
	sealRows = 500
	// sealWithin is how long an entry may be without its place in the sealed chain.
	sealWithin = 10 * time.Second
)

// Seal gives every entry that has none its place in the one chain of the installation, and signs the chain's head. It gives how many there
// were. No write waits for it; it is to run every second or so.
func (db *DB) Seal(ctx context.Context, at time.Time) (int, error) {
	_, err := first(ctx, db.reader, value[string], `SELECT id FROM entries WHERE n IS NULL LIMIT 1`)
	if errors.Is(err, ErrNotFound) {
		return 0, nil // mostly: and reading costs less than a transaction that writes nothing
	}
	if err != nil {
		return 0, fmt.Errorf("look for what is not sealed: %w", err)
	}
	total := 0
	for {
		sealed := 0
		err := db.write(ctx, func(t *tx) (err error) {
			sealed, err = t.sealSome(at)
			return err
		})
		total += sealed
		if err != nil {
			return total, fmt.Errorf("seal the record: %w", err)
		}
		if sealed < sealRows {
			return total, nil
		}
	}
}

// sealSome seals the entries that waited longest.
func (t *tx) sealSome(at time.Time) (int, error) {
	rows, err := all(t.ctx, t.on, scanUnsealed,
		`SELECT id, hash FROM entries WHERE n IS NULL ORDER BY recorded_at, worker, seq LIMIT $1`, sealRows)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	end, err := t.lockChain()
	if err != nil {
		return 0, err
	}
	before := end
	sealed := 0
	for _, e := range rows {
		n, err := t.exec(`UPDATE entries SET n = $2 WHERE id = $1 AND n IS NULL`, e.id, end.n+1)
		if err != nil {
			return 0, err
		}
		if n == 1 { // else another node has just sealed it
			end = end.next(e.hash)
			sealed++
		}
	}
	if sealed == 0 {
		return 0, nil
	}
	if _, err := t.exec(`UPDATE chain SET n = $1, head = $2 WHERE id = 1`, end.n, end.head); err != nil {
		return 0, err
	}
	s := seal{first: before.n + 1, last: end.n, at: instant(at), head: end.head}
	_, err = t.exec(`INSERT INTO seals (first_n, last_n, sealed_at, head, signature) VALUES ($1, $2, $3, $4, $5)`,
		s.first, s.last, s.at, s.head, t.db.vault.Sign(s.signed()))
	return sealed, err
}

type unsealed struct {
	id   string
	hash []byte
}

func scanUnsealed(s scanner) (u unsealed, err error) {
	err = s.Scan(&u.id, &u.hash)
	return u, err
}

// end is the end of the sealed chain.
type end struct {
	n    int64
	head []byte
}

// next is the end after one more entry.
func (e end) next(hash []byte) end {
	h := sha256.New()
	h.Write([]byte("allclear chain 1"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(e.head))))
	h.Write(e.head)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(e.n+1)))
	h.Write(hash)
	return end{e.n + 1, h.Sum(nil)}
}

func scanEnd(s scanner) (e end, err error) {
	err = s.Scan(&e.n, &e.head)
	return e, err
}

// lockChain reads the end of the sealed chain, and keeps other nodes from it until the commit.
func (t *tx) lockChain() (end, error) {
	if _, err := t.exec(`UPDATE chain SET n = n WHERE id = 1`); err != nil {
		return end{}, err
	}
	return first(t.ctx, t.on, scanEnd, `SELECT n, head FROM chain WHERE id = 1`)
}

// seal is one signature over a stretch of the sealed chain.
type seal struct {
	first, last, at int64
	head, signature []byte
}

func scanSeal(s scanner) (l seal, err error) {
	err = s.Scan(&l.first, &l.last, &l.at, &l.head, &l.signature)
	return l, err
}

// signed is what the signature is over.
func (s seal) signed() []byte {
	out := []byte("allclear seal 1")
	for _, n := range []int64{s.first, s.last, s.at} {
		out = binary.BigEndian.AppendUint64(out, uint64(n))
	}
	return append(out, s.head...)
}

// Head is the end of the sealed chain: what is published outside, so that a rewrite of the whole record shows.
type Head struct {
	N    int64
	Hash []byte
}

// Head gives the end of the sealed chain.
func (db *DB) Head(ctx context.Context) (Head, error) {
	e, err := first(ctx, db.reader, scanEnd, `SELECT n, head FROM chain WHERE id = 1`)
	if err != nil {
		return Head{}, fmt.Errorf("read the record's head: %w", err)
	}
	return Head{e.n, e.head}, nil
}

// CheckHead says whether a head that was published is still what the record had at that place.
func (db *DB) CheckHead(ctx context.Context, published Head) error {
	e := end{head: []byte{}}
	err := db.eachEntry(ctx, "n", byN, `n <= $3`, func(c chained) error {
		e = e.next(c.hash)
		return nil
	}, published.N)
	if err != nil {
		return fmt.Errorf("check published head %d: %w", published.N, err)
	}
	if e.n != published.N || !bytes.Equal(e.head, published.Hash) {
		return &BreakError{Where: fmt.Sprintf("published head %d", published.N), What: "the record is not the one it was published of"}
	}
	return nil
}
