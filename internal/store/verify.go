package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/vault"
)

// BreakError names the first place where the record is not what was written.
type BreakError struct {
	Where string // "entry e7 (worker p-ann, place 3, number 12)", "seal of 12 to 40", …
	What  string
}

func (e *BreakError) Error() string { return "the record is broken at " + e.Where + ": " + e.What }

func broken(what, where string, args ...any) error {
	return &BreakError{Where: fmt.Sprintf(where, args...), What: what}
}

// Published is a head of the sealed chain that is kept outside.
type Published struct {
	Head
	Name string // what it is called when the record is not the one it was published of: "checkpoint of 2026-11-22T10:00:00Z"
	At   time.Time
}

// Audit says what the record is held against, and who hears how far that has come.
type Audit struct {
	At        time.Time               // by which nothing may have waited for its seal for longer than 10 s
	Published []Published             // in the order of their numbers
	Progress  func(done, total int64) // in steps; nil: nobody
}

// Audited is what was found of a record that is whole.
type Audited struct {
	Entries int64     // how many there are, those that wait for their seal among them
	Head    Head      // of the sealed chain
	Until   time.Time // when the last seal was made; zero: there is none
	Lost    []Lost    // what a restored backup did not have, in the order of the restores
	Agree   int       // of the published heads this many are of this record
}

// Verify is Audit without anything published and without an answer.
func (db *DB) Verify(ctx context.Context, at time.Time) error {
	_, err := db.Audit(ctx, Audit{At: at})
	return err
}

// Audit checks the whole record: each worker's chain and its end, the words against their commitments, the sealed chain, its signatures and
// its signed end, the heads that were published of it, and that nothing waits for its seal for longer than 10 s. The error names the first
// break; it is a *BreakError, unless the database could not be read. It reads page by page, and beside a running server.
//
// What it cannot show: that the whole database was put back to an earlier copy, but by what was published after that copy; and that whoever
// can write to it added entries at its end.
func (db *DB) Audit(ctx context.Context, a Audit) (Audited, error) {
	v := &audit{Audit: a, db: db, seals: sealCursor{db: db}}
	for _, check := range []func(context.Context) error{v.begin, v.restored, v.strays, v.erased, v.keyless, v.holds, v.workers, v.sealed, v.end, v.waiting} {
		if err := check(ctx); err != nil {
			return Audited{}, fmt.Errorf("verify: %w", err)
		}
	}
	found := Audited{Entries: v.entries, Head: Head{v.last.n, v.last.head}, Until: v.until, Lost: v.lost(), Agree: len(a.Published)}
	for _, l := range found.Lost {
		found.Agree -= l.Checkpoints
	}
	return found, nil
}

// audit is one walk over the record: over each entry twice, in its worker's chain and in the sealed one.
type audit struct {
	Audit
	db          *DB
	last        end // of the sealed chain, as it was when the walk began
	entries     int64
	done, total int64
	seals       sealCursor
	seal        seal   // the one that the walk is in
	firstOf     string // the id of the first entry in it
	until       time.Time
	putBack     []putBack
	excuses     []excuse // by them, with what is lost by those that cost something
}

// page is how many entries are in memory at once.
const page = 1000

func (v *audit) begin(ctx context.Context) (err error) {
	if v.last, err = first(ctx, v.db.reader, scanEnd, readEnd); err != nil {
		return err
	}
	v.total, err = first(ctx, v.db.reader, value[int64], `SELECT count(*) + count(n) FROM entries`)
	return err
}

// went says how far it is.
func (v *audit) went(steps int) {
	v.done += int64(steps)
	if v.Progress != nil && steps > 0 {
		v.Progress(min(v.done, v.total), v.total)
	}
}

// workers walks each worker's chain to the end that the worker's row has.
func (v *audit) workers(ctx context.Context) error {
	type row struct {
		id string
		link
	}
	after, compare := "", ">="
	for {
		rows, err := all(ctx, v.db.reader, func(s scanner) (r row, err error) {
			return r, s.Scan(&r.id, &r.seq, &r.head)
		}, `SELECT id, seq, head FROM workers WHERE id `+compare+` $1 ORDER BY id LIMIT $2`, after, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := v.worker(ctx, r.id, r.link); err != nil {
				return err
			}
			after, compare = r.id, ">"
		}
		if len(rows) < page {
			return nil
		}
	}
}

// worker walks one worker's chain. Its end was read before its entries: what is committed meanwhile is beyond it, and no break.
func (v *audit) worker(ctx context.Context, id string, is link) error {
	var l link
	for l.seq < is.seq {
		rows, err := all(ctx, v.db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries WHERE worker = $1 AND seq > $2 AND seq <= $3
			ORDER BY seq LIMIT $4`, id, l.seq, is.seq, page)
		if err != nil {
			return err
		}
		for _, c := range rows {
			if err := v.entry(ctx, &l, c); err != nil {
				return err
			}
		}
		v.entries += int64(len(rows))
		v.went(len(rows))
		if len(rows) == 0 {
			return broken("it was taken away, and all of this worker's after it", "worker %s, place %d", id, l.seq+1)
		}
	}
	if !bytes.Equal(l.head, is.head) {
		return broken("the end of this worker's chain is not the last entry's hash", "worker %s, place %d", id, is.seq)
	}
	return nil
}

// entry checks that an entry is the next in its worker's chain.
func (v *audit) entry(ctx context.Context, l *link, c chained) error {
	switch {
	case c.Seq != l.seq+1:
		return broken(fmt.Sprintf("the entry before it, place %d of this worker's, is gone", l.seq+1), "%s", c.where())
	case c.form(l.head) == 0:
		return broken("what it says, or the entry before it, was changed", "%s", c.where())
	case (c.words == nil) != (c.commitment == nil):
		return broken("its words were taken away, or put there", "%s", c.where())
	}
	l.seq, l.head = c.Seq, c.hash
	return v.words(ctx, c)
}

// where names an entry by its id, its place in its worker's chain and its number in the sealed one.
func (c chained) where() string {
	if c.N == 0 {
		return fmt.Sprintf("entry %s (worker %s, place %d, not sealed)", c.ID, c.Worker, c.Seq)
	}
	return fmt.Sprintf("entry %s (worker %s, place %d, number %d)", c.ID, c.Worker, c.Seq, c.N)
}

// words holds an entry's words against its commitment. Words whose key was erased can't be, and are none of the chain's matter.
func (v *audit) words(ctx context.Context, c chained) error {
	plain, err := v.db.open(ctx, v.db.reader, c.Owner, c.place(), c.words)
	switch {
	case errors.Is(err, vault.ErrSealed), errors.Is(err, ErrNotFound):
		return broken("its words can't be opened: they, or their data key, were changed", "%s", c.where())
	case err != nil:
		return err
	case plain != nil && (len(plain) < saltSize || !bytes.Equal(commit(plain), c.commitment)):
		return broken("its words are not those that were recorded", "%s", c.where())
	}
	return nil
}

// strays looks for what is in no chain: no walk comes past it. Each is one statement, so that a server that goes on meanwhile is no break.
func (v *audit) strays(ctx context.Context) error {
	for _, stray := range []struct{ from, what string }{
		{`entries LEFT JOIN workers w ON w.id = worker WHERE w.id IS NULL ORDER BY worker, entries.seq`, "its worker's row is gone, or it never had one"},
		{`entries JOIN workers w ON w.id = worker WHERE entries.seq > w.seq OR entries.seq < 1 ORDER BY worker, entries.seq`, "it is not in its worker's chain"},
		{`entries WHERE n > (SELECT n FROM chain WHERE id = 1) OR n < 1 ORDER BY n`, "it is not in the sealed chain, which ends elsewhere"},
	} {
		c, err := first(ctx, v.db.reader, func(s scanner) (c chained, err error) {
			return c, s.Scan(&c.ID, &c.Worker, &c.Seq, &c.N)
		}, `SELECT entries.id, worker, entries.seq, COALESCE(n, 0) FROM `+stray.from+` LIMIT 1`)
		if err == nil {
			return broken(stray.what, "%s", c.where())
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	s, err := first(ctx, v.db.reader, scanSeal, `SELECT `+sealColumns+` FROM seals WHERE last_n > (SELECT n FROM chain WHERE id = 1) OR first_n < 1
		ORDER BY first_n LIMIT 1`)
	if err == nil {
		return broken("the sealed chain ends before it", "%s", s.where())
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// sealed walks the sealed chain through every seal to the end it had when the walk began.
func (v *audit) sealed(ctx context.Context) error {
	e := end{head: []byte{}}
	for e.n < v.last.n {
		rows, err := all(ctx, v.db.reader, func(s scanner) (c chained, err error) {
			return c, s.Scan(&c.ID, &c.Worker, &c.Seq, &c.N, &c.hash)
		}, `SELECT id, worker, seq, n, hash FROM entries WHERE n > $1 AND n <= $2 ORDER BY n LIMIT $3`, e.n, v.last.n, page)
		if err != nil {
			return err
		}
		for _, c := range rows {
			if c.N != e.n+1 {
				return broken(fmt.Sprintf("the entry before it in the sealed chain, number %d, is gone", e.n+1), "%s", c.where())
			}
			e = e.next(c.hash)
			if err := v.sealOf(ctx, e, c); err != nil {
				return err
			}
			if err := v.putBackAt(e); err != nil {
				return err
			}
		}
		v.went(len(rows))
		if len(rows) == 0 {
			return broken("it was taken away from the end of the sealed chain, with all that came after it", "number %d", e.n+1)
		}
	}
	if !bytes.Equal(e.head, v.last.head) {
		return broken("the end of the sealed chain is not what its entries make", "number %d", e.n)
	}
	return nil
}

// sealOf checks an entry's seal, and what was published when the chain ended with it.
func (v *audit) sealOf(ctx context.Context, e end, c chained) error {
	if e.n > v.seal.last {
		s, err := v.seals.next(ctx)
		switch {
		case errors.Is(err, ErrNotFound), err == nil && s.first > e.n:
			return broken("its seal is gone", "%s", c.where())
		case err != nil:
			return err
		}
		if err := v.sealHolds(s, e.n); err != nil {
			return err
		}
		v.seal, v.firstOf, v.until = s, c.ID, time.UnixMicro(s.at).UTC()
	}
	if e.n == v.seal.last && !bytes.Equal(v.seal.head, e.head) {
		return broken("one of them was changed, or put in another's place", "%s, entries %s to %s", v.seal.where(), v.firstOf, c.ID)
	}
	for len(v.Published) > 0 && v.Published[0].N <= e.n {
		p := v.Published[0]
		if (p.N != e.n || !bytes.Equal(p.Hash, e.head)) && !v.lostWith(p) {
			return broken("up to here it is not the record that the "+p.Name+" was made of"+byHand, "%s", c.where())
		}
		v.Published = v.Published[1:]
	}
	return nil
}

// sealHolds checks one seal by itself: that we made it, and that it begins where the one before it ended.
func (v *audit) sealHolds(s seal, from int64) error {
	switch {
	case v.db.vault.Verify(s.signature, s.signed(sealBroken)):
		return broken("when it was made the sealed chain did not end where it had been signed to end: what was there was taken away or changed", "%s", s.where())
	case !v.db.vault.Verify(s.signature, s.signed(sealForm)) && !v.db.vault.Verify(s.signature, s.signed(sealForm1)):
		return broken("its signature is wrong", "%s", s.where())
	case s.first != from || s.last < s.first:
		return broken("it is not the next after the seal before it", "%s", s.where())
	}
	return nil
}

func (s seal) where() string { return fmt.Sprintf("seal of %d to %d", s.first, s.last) }

// sealCursor reads the seals in their order, page by page.
type sealCursor struct {
	db    *DB
	rows  []seal
	after int64
}

// next gives the next seal; ErrNotFound when there is none.
func (c *sealCursor) next(ctx context.Context) (s seal, err error) {
	if len(c.rows) == 0 {
		c.rows, err = all(ctx, c.db.reader, scanSeal, `SELECT `+sealColumns+` FROM seals WHERE first_n > $1 ORDER BY first_n LIMIT $2`, c.after, page)
		if err != nil {
			return s, err
		}
	}
	if len(c.rows) == 0 {
		return s, ErrNotFound
	}
	s, c.rows = c.rows[0], c.rows[1:]
	c.after = s.first
	return s, nil
}

// end checks that the sealed chain ends where we signed that it does, and where no published head says that it went on.
func (v *audit) end(context.Context) error {
	holds := v.db.vault.Verify(v.last.signature, v.last.signed())
	if len(v.last.signature) == 0 { // rightly so before the first seal, and where the last one is an earlier version's
		holds = v.last.n == 0 || v.db.vault.Verify(v.seal.signature, v.seal.signed(sealForm1))
	}
	if !holds {
		return broken("the sealed chain does not end before it: it was taken away with all that came after it, or the end was changed", "number %d", v.last.n+1)
	}
	for _, p := range v.Published {
		if !v.lostWith(p) {
			return broken(fmt.Sprintf("the record ends before it, and the %s was made of a longer one: entries %d to %d are missing", p.Name, v.last.n+1,
				v.Published[len(v.Published)-1].N)+byHand, "number %d", v.last.n+1)
		}
	}
	return nil
}

// waiting looks for an entry that should have been sealed.
func (v *audit) waiting(ctx context.Context) error {
	c, err := first(ctx, v.db.reader, func(s scanner) (c chained, err error) {
		return c, s.Scan(&c.ID, &c.Worker, &c.Seq)
	}, `SELECT id, worker, seq FROM entries WHERE n IS NULL AND recorded_at < $1 ORDER BY recorded_at LIMIT 1`, instant(v.At.Add(-sealWithin)))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return broken("it has waited for its seal for more than 10 s; a running server seals twice a second", "%s", c.where())
}
