package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Entry is one line of the record: an input and what came of it.
type Entry struct {
	ID             string // the input's id, unique for ever
	At, RecordedAt time.Time
	Kind           string // "text", "acknowledge", …
	By, Via, Token string
	Visit, Alarm   string
	Rules          int          // the version of the rules that made it
	Input, Events  []byte       // JSON without private words
	Words          private.Text // verbatim text, note, number … as JSON; sealed
	Owner          string       // the data key of the words: "visit/ID", "alarm/ID", "text/ID"; "" for a key of the entry's own, as where that was erased
	Worker         string
	Seq            int64 // its place in the worker's chain, from 1; set by Commit
	N              int64 // its place in the sealed chain, from 1; 0 until it is sealed
}

// Office says that an entry is of the office's own chains: who looked, who changed or opened what, who signs in, what was erased.
// Nothing in them is a worker's doing, or becomes of a visit or an alarm.
func (e Entry) Office() bool { return strings.HasPrefix(e.Worker, looks) || e.Worker == retention }

// chained is an entry ready to be written.
type chained struct {
	Entry
	words, commitment, hash []byte
}

const saltSize = 32

// chain hangs entries on the end of a worker's chain, and moves the end.
func (t *tx) chain(l *link, worker string, entries []Entry) ([]chained, error) {
	rows := make([]chained, 0, len(entries))
	for _, e := range entries {
		e.Worker, e.Seq = worker, l.seq+1
		if e.Owner == "" {
			e.Owner = "text/" + e.ID
		}
		c := chained{Entry: e}
		err := t.sealWords(&c)
		if errors.Is(err, ErrErased) { // what is said of someone or something that was erased is new, and must not fail the rest
			c.Owner = "text/" + c.ID
			err = t.sealWords(&c)
		}
		if err != nil {
			return nil, err
		}
		c.hash = c.sum(l.head)
		l.seq, l.head = e.Seq, c.hash
		rows = append(rows, c)
	}
	return rows, nil
}

// sealWords seals an entry's words together with a fresh salt, and commits to both: the chain holds the commitment only. When the words'
// key is erased the salt goes with it, and nobody can try words against the commitment.
func (t *tx) sealWords(c *chained) error {
	if c.Words.IsZero() {
		return nil
	}
	plain := make([]byte, saltSize, saltSize+len(c.Words.Reveal()))
	rand.Read(plain)
	plain = append(plain, c.Words.Reveal()...)
	sealed, err := t.seal(c.Owner, c.place(), plain, c.RecordedAt)
	if err != nil {
		return err
	}
	c.words, c.commitment = sealed, commit(plain)
	return nil
}

func (c chained) place() string { return "entry/" + c.ID + "/words" }

// commit gives the commitment to salted words.
func commit(plain []byte) []byte {
	h := hmac.New(sha256.New, plain[:saltSize])
	h.Write(plain[saltSize:])
	return h.Sum(nil)
}

// The names of the two ways an entry was hashed: the first over its input and events as they are, the second, since an auditor is given the
// record without them, over their digests.
const (
	entryForm1 = "allclear entry 1"
	entryForm2 = "allclear entry 2"
)

// sum is the entry's hash over the one before it and all that the entry says: the words by their commitment, the input and the events by
// their digests.
func (c chained) sum(before []byte) []byte {
	return c.hashed(entryForm2, before, digest(c.Input), digest(c.Events))
}

// form says in which form the entry was hashed over the one before it: 1 or 2; 0 when what it says is not what was hashed.
func (c chained) form(before []byte) int {
	switch {
	case bytes.Equal(c.sum(before), c.hash):
		return 2
	case bytes.Equal(c.hashed(entryForm1, before, c.Input, c.Events), c.hash):
		return 1
	default:
		return 0
	}
}

func digest(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// hashed hashes an entry's parts. Each has its length before it, so that none can run into the next.
func (c chained) hashed(form string, before, input, events []byte) []byte {
	h := sha256.New()
	part := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	number := func(n int64) { part(binary.BigEndian.AppendUint64(nil, uint64(n))) } // #nosec G115 -- the bits are hashed, whatever the sign
	part([]byte(form))
	part(before)
	for _, s := range []string{c.ID, c.Worker, c.Kind, c.By, c.Via, c.Token, c.Visit, c.Alarm, c.Owner} {
		part([]byte(s))
	}
	number(c.Seq)
	number(instant(c.At))
	number(instant(c.RecordedAt))
	number(int64(c.Rules))
	part(input)
	part(events)
	part(c.commitment)
	return h.Sum(nil)
}

// insertEntries writes entries. One whose id is there already is an input that was committed before.
func (t *tx) insertEntries(rows []chained) error {
	for _, c := range rows {
		added, err := t.exec(`INSERT INTO entries (id, worker, seq, at, recorded_at, kind, by_whom, via, token, visit, alarm, rules, input, events,
				owner, words, commitment, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (id) DO NOTHING`,
			c.ID, c.Worker, c.Seq, instant(c.At), instant(c.RecordedAt), c.Kind, c.By, c.Via, c.Token, c.Visit, c.Alarm, c.Rules,
			string(c.Input), string(c.Events), c.Owner, c.words, c.commitment, c.hash)
		if err != nil {
			return fmt.Errorf("entry %s: %w", c.ID, err)
		}
		if added == 0 {
			return ErrSeen
		}
	}
	return nil
}

const entryColumns = `id, worker, seq, at, recorded_at, kind, by_whom, via, token, visit, alarm, rules, input, events, owner, words, commitment, hash,
	COALESCE(n, 0)`

func scanEntry(s scanner) (c chained, err error) {
	var input, events string
	err = s.Scan(&c.ID, &c.Worker, &c.Seq, at{&c.At}, at{&c.RecordedAt}, &c.Kind, &c.By, &c.Via, &c.Token, &c.Visit, &c.Alarm, &c.Rules,
		&input, &events, &c.Owner, &c.words, &c.commitment, &c.hash, &c.N)
	c.Input, c.Events = []byte(input), []byte(events)
	return c, err
}

// openEntry opens an entry's words; those whose key was erased stay empty.
func (db *DB) openEntry(ctx context.Context, c chained) (Entry, error) {
	plain, err := db.open(ctx, db.reader, c.Owner, c.place(), c.words)
	if err != nil {
		return Entry{}, err
	}
	if len(plain) >= saltSize {
		c.Words = private.New(string(plain[saltSize:]))
	}
	return c.Entry, nil
}

func (db *DB) openEntries(ctx context.Context, rows []chained) ([]Entry, error) {
	entries := make([]Entry, 0, len(rows))
	for _, c := range rows {
		e, err := db.openEntry(ctx, c)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Recorded says whether anything has happened here: whether the record has an entry that is not the [Entry.Office]'s own.
func (db *DB) Recorded(ctx context.Context) (bool, error) {
	_, err := first(ctx, db.reader, value[string], `SELECT id FROM entries WHERE worker NOT LIKE $1 AND worker <> $2 LIMIT 1`, looks+"%", retention)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a record: %w", err)
	}
	return true, nil
}

// Entries gives a worker's record of what happened from from until before to, in the order it was recorded; a zero instant is no bound.
func (db *DB) Entries(ctx context.Context, worker string, from, to time.Time) ([]Entry, error) {
	last := int64(1<<63 - 1)
	if !to.IsZero() {
		last = instant(to)
	}
	rows, err := all(ctx, db.reader, scanEntry,
		`SELECT `+entryColumns+` FROM entries WHERE worker = $1 AND at >= $2 AND at < $3 ORDER BY seq`, worker, instant(from), last)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("read the record of worker %s: %w", worker, err)
}

// Latest gives the newest entries of a kind in a worker's record, at most limit, the newest first.
func (db *DB) Latest(ctx context.Context, worker, kind string, limit int) ([]Entry, error) {
	rows, err := all(ctx, db.reader, scanEntry,
		`SELECT `+entryColumns+` FROM entries WHERE worker = $1 AND kind = $2 ORDER BY seq DESC LIMIT $3`, worker, kind, limit)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("read the latest of the record of worker %s: %w", worker, err)
}

// Since gives the sealed entries after the n-th, at most limit, in the order of the sealed chain.
func (db *DB) Since(ctx context.Context, n int64, limit int) ([]Entry, error) {
	rows, err := all(ctx, db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries WHERE n > $1 ORDER BY n LIMIT $2`, n, limit)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("read the record since %d: %w", n, err)
}

// Touched is what one sealed entry is about, without its words.
type Touched struct {
	N                          int64
	Kind, Worker, Visit, Alarm string
	Events                     []byte // as the entry has them: JSON without private words
}

// Touched says what the sealed entries after the n-th are about, at most limit, in the order of the sealed chain.
func (db *DB) Touched(ctx context.Context, n int64, limit int) ([]Touched, error) {
	scan := func(s scanner) (t Touched, err error) {
		return t, s.Scan(&t.N, &t.Kind, &t.Worker, &t.Visit, &t.Alarm, &t.Events)
	}
	list, err := all(ctx, db.reader, scan, `SELECT n, kind, worker, visit, alarm, events FROM entries WHERE n > $1 ORDER BY n LIMIT $2`, n, limit)
	if err != nil {
		return nil, fmt.Errorf("see what the record since %d is about: %w", n, err)
	}
	return list, nil
}
