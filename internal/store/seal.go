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
		sealed, form := 0, ""
		err := db.write(ctx, func(t *tx) (err error) {
			sealed, form, err = t.sealSome(at)
			return err
		})
		total += sealed
		if err == nil && form == sealBroken {
			err = broken("it was not what had been signed when more was sealed behind it", "the end of the sealed chain")
		}
		if err != nil {
			return total, fmt.Errorf("seal the record: %w", err)
		}
		if sealed < sealRows {
			return total, nil
		}
	}
}

// sealSome seals the entries that waited longest.
func (t *tx) sealSome(at time.Time) (sealed int, form string, err error) {
	rows, err := all(t.ctx, t.on, scanUnsealed,
		`SELECT id, hash FROM entries WHERE n IS NULL ORDER BY recorded_at, worker, seq LIMIT $1`, sealRows)
	if err != nil || len(rows) == 0 {
		return 0, "", err
	}
	before, err := t.lockChain()
	if err != nil {
		return 0, "", err
	}
	e := before
	for _, row := range rows {
		n, err := t.exec(`UPDATE entries SET n = $2 WHERE id = $1 AND n IS NULL`, row.id, e.n+1)
		if err != nil {
			return 0, "", err
		}
		if n == 1 { // else another node has just sealed it
			e = e.next(row.hash)
			sealed++
		}
	}
	if sealed == 0 {
		return 0, "", nil
	}
	form, err = t.putSeal(before, e, at)
	return sealed, form, err
}

// putSeal signs the stretch after before, and the end that the chain has now.
//
// An end that is not what we signed was put there by another. Sealing goes on, as the pages live by it; the seal says for ever that the
// record was broken before it.
func (t *tx) putSeal(before, e end, at time.Time) (form string, err error) {
	ours, err := t.db.endHolds(t.ctx, t.on, before)
	if err != nil {
		return "", err
	}
	form = sealForm
	if !ours {
		form = sealBroken
	}
	if _, err := t.exec(`UPDATE chain SET n = $1, head = $2, signature = $3 WHERE id = 1`, e.n, e.head, t.db.vault.Sign(e.signed())); err != nil {
		return "", err
	}
	s := seal{first: before.n + 1, last: e.n, at: instant(at), head: e.head}
	_, err = t.exec(`INSERT INTO seals (first_n, last_n, sealed_at, head, signature) VALUES ($1, $2, $3, $4, $5)`,
		s.first, s.last, s.at, s.head, t.db.vault.Sign(s.signed(form)))
	return form, err
}

// endHolds says whether the sealed chain's end is one that we signed. A chain that was last sealed before ends were signed has the seal alone.
func (db *DB) endHolds(ctx context.Context, on runner, e end) (bool, error) {
	if len(e.signature) > 0 {
		return db.vault.Verify(e.signature, e.signed()), nil
	}
	if e.n == 0 {
		return len(e.head) == 0, nil
	}
	s, err := first(ctx, on, scanSeal, `SELECT `+sealColumns+` FROM seals ORDER BY first_n DESC LIMIT 1`)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && s.last == e.n && bytes.Equal(s.head, e.head) && db.vault.Verify(s.signature, s.signed(sealForm1)), err
}

type unsealed struct {
	id   string
	hash []byte
}

func scanUnsealed(s scanner) (u unsealed, err error) {
	err = s.Scan(&u.id, &u.hash)
	return u, err
}

// end is the end of the sealed chain. Its signature is written over by the next one's: whoever takes the last entries away and puts the end
// back to where an earlier seal had it lacks the signature of that end.
type end struct {
	n         int64
	head      []byte
	signature []byte // empty: of none
}

// signed is what an end's signature is over.
func (e end) signed() []byte {
	return append(binary.BigEndian.AppendUint64([]byte("allclear end 1"), uint64(e.n)), e.head...) // #nosec G115 -- the bits are signed, whatever the sign
}

// next is the end after one more entry.
func (e end) next(hash []byte) end {
	h := sha256.New()
	h.Write([]byte("allclear chain 1"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(e.head))))
	h.Write(e.head)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(e.n+1))) // #nosec G115 -- the bits are signed, whatever the sign
	h.Write(hash)
	return end{n: e.n + 1, head: h.Sum(nil)}
}

const readEnd = `SELECT n, head, signature FROM chain WHERE id = 1`

func scanEnd(s scanner) (e end, err error) {
	err = s.Scan(&e.n, &e.head, &e.signature)
	return e, err
}

// lockChain reads the end of the sealed chain, and keeps other nodes from it until the commit.
func (t *tx) lockChain() (end, error) {
	if _, err := t.exec(`UPDATE chain SET n = n WHERE id = 1`); err != nil {
		return end{}, err
	}
	return first(t.ctx, t.on, scanEnd, readEnd)
}

// What a seal is signed as: one whose chain ended where it was signed to end; one of an earlier version, which signed no ends; one that was
// put behind an end that was not ours.
const (
	sealForm   = "allclear seal 2"
	sealForm1  = "allclear seal 1"
	sealBroken = "allclear seal after a break"
)

// seal is one signature over a stretch of the sealed chain.
type seal struct {
	first, last, at int64
	head, signature []byte
}

const sealColumns = `first_n, last_n, sealed_at, head, signature`

func scanSeal(s scanner) (l seal, err error) {
	err = s.Scan(&l.first, &l.last, &l.at, &l.head, &l.signature)
	return l, err
}

// signed is what the signature is over.
func (s seal) signed(form string) []byte {
	out := []byte(form)
	for _, n := range []int64{s.first, s.last, s.at} {
		out = binary.BigEndian.AppendUint64(out, uint64(n)) // #nosec G115 -- the bits are signed, whatever the sign
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
	e, err := first(ctx, db.reader, scanEnd, readEnd)
	if err != nil {
		return Head{}, fmt.Errorf("read the record's head: %w", err)
	}
	return Head{e.n, e.head}, nil
}
