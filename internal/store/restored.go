package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// restoredKey is the fact that a database was made of a backup and its record does not say so yet.
const restoredKey = "restored"

// restoredOf is what the record says of a backup that was put back.
type restoredOf struct {
	MadeAt     time.Time `json:"made_at"`
	Number     int64     `json:"number"` // of its last entry in the sealed chain
	Head       string    `json:"head"`
	RestoredAt time.Time `json:"restored_at"`
	Left       []left    `json:"left,omitempty"`
}

// left is a stretch of a record that another backup was put in the place of: what a backup brought back and what followed it.
type left struct {
	Number int64     `json:"number"` // after which it is another record than the one that was put in its place
	Since  time.Time `json:"since"`  // when it was brought back
	Until  time.Time `json:"until"`  // when the other was put in its place
	MadeAt time.Time `json:"made_at"`
}

// signedRestore is a restoredOf as it is kept, with a signature that only the master key makes: it excuses what is missing, and whoever can
// write to the database must not be able to excuse anything.
type signedRestore struct {
	Restore   json.RawMessage `json:"restore"`
	Signature []byte          `json:"signature"`
}

func signedAs(restore []byte) []byte { return append([]byte("allclear restored 1"), restore...) }

// openRestore gives what was signed; ok is false where the master key did not sign it.
func (db *DB) openRestore(text []byte) (of restoredOf, ok bool) {
	var s signedRestore
	if json.Unmarshal(text, &s) != nil || !db.vault.Verify(s.Signature, signedAs(s.Restore)) {
		return of, false
	}
	return of, json.Unmarshal(s.Restore, &of) == nil
}

// RestoreFact says, signed, that a backup was restored: for [RestoreOnRecord], or for [DB.NoteRestore] of db, which is one made of it. With the
// database that is replaced, where that can be read, what was brought back there is accounted for too.
func (db *DB) RestoreFact(ctx context.Context, m Manifest, at time.Time, replaced *DB) (string, error) {
	of := restoredOf{MadeAt: m.MadeAt.UTC(), Number: m.HeadNumber, Head: m.Head, RestoredAt: at.UTC()}
	if replaced != nil {
		here, err := db.putBack(ctx)
		if err == nil {
			of.Left, err = replaced.leaves(ctx, here, of)
		}
		if err != nil {
			return "", fmt.Errorf("read what was restored before: %w", err)
		}
	}
	raw, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(signedRestore{raw, db.vault.Sign(signedAs(raw))})
	return string(text), err
}

// leaves gives what a database that is replaced had of its own since a backup was put back: but for what is in the one that is put in its place.
func (db *DB) leaves(ctx context.Context, here []putBack, by restoredOf) (list []left, err error) {
	known := map[int64]bool{}
	for _, p := range here {
		known[p.of.RestoredAt.UnixNano()] = true
		for _, l := range p.of.Left {
			known[l.Since.UnixNano()] = true
		}
	}
	there, err := db.putBack(ctx)
	for _, p := range there {
		if !p.ours {
			continue
		}
		for _, l := range append(p.of.Left, left{p.of.Number, p.of.RestoredAt, by.RestoredAt, by.MadeAt}) {
			if !known[l.Since.UnixNano()] {
				known[l.Since.UnixNano()] = true
				list = append(list, l)
			}
		}
	}
	return list, err
}

// noteRestored notes, with the rows themselves, that they were restored: whatever is cut off after them, the record will say it.
func noteRestored(ctx context.Context, t *sql.Tx, fact string) error {
	_, err := t.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, restoredKey, fact)
	return err
}

// NoteRestore notes what RestoreFact gave, for [DB.RecordRestore].
func (db *DB) NoteRestore(ctx context.Context, fact string) error {
	return db.SetMeta(ctx, restoredKey, fact)
}

// RecordRestore puts on record that the database was made of a backup, where it was and the record does not say so yet: an entry of kind
// "restored" in the chain of erasures and holds. From it an audit knows that what was published after that backup has no entries here; and
// invites are sent anew, above all that was sent meanwhile. A fact that was not signed is a *BreakError, and stays.
func (db *DB) RecordRestore(ctx context.Context, at time.Time) error {
	for range retries {
		text, err := db.Meta(ctx, restoredKey)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		of, ok := db.openRestore([]byte(text))
		if !ok {
			return unsignedFact()
		}
		if err := db.write(ctx, func(t *tx) error { return t.recordRestore(text, of, at) }); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("record the restore: %w", ErrConflict)
}

// mailsLost is more invites than one person was sent of one visit since any backup that is restored.
const mailsLost = 1000

func unsignedFact() error {
	return broken("the master key did not sign it: somebody put it there by hand", "the note that a backup was restored")
}

func (t *tx) recordRestore(text string, of restoredOf, at time.Time) error {
	l, err := t.link(retention)
	if err != nil {
		return err
	}
	if n, err := t.exec(`DELETE FROM meta WHERE key = $1`, restoredKey); err != nil || n == 0 {
		return err // another node was first
	}
	id := "restored/" + of.RestoredAt.Format(time.RFC3339Nano)
	if _, err := first(t.ctx, t.on, value[string], `SELECT id FROM entries WHERE id = $1`, id); !errors.Is(err, ErrNotFound) {
		return err // it is on record, and somebody put the note there again
	}
	// Calendars may have been sent more since that backup than it knows of, and take nothing that counts from there: what they show is as
	// good as unknown.
	if _, err := t.exec(`UPDATE invites_sent SET sequence = sequence + $1, print = $2`, mailsLost, []byte{}); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE team_events SET print = $1`, []byte{}); err != nil { // the same for what was written into teams' calendars
		return err
	}
	return t.record(l, []Entry{{ID: id, At: at, RecordedAt: at, Kind: "restored", By: "command line", Via: "command",
		Input: []byte(text), Events: []byte(`[{"what":"restored"}]`)}})
}

// Lost is what is not in the record as an older backup was put back: entries that checkpoints have.
type Lost struct {
	First, Last int64     // their numbers in the sealed chain, as far as checkpoints tell
	MadeAt      time.Time // of the backup
	RestoredAt  time.Time
	Checkpoints int // how many have them
}

// putBack is an entry that says that a backup was put back.
type putBack struct {
	chained
	of   restoredOf
	ours bool // the master key signed it
}

// putBack gives those entries, the oldest first.
func (db *DB) putBack(ctx context.Context) ([]putBack, error) {
	return all(ctx, db.reader, func(s scanner) (p putBack, err error) {
		if err := s.Scan(&p.ID, &p.Worker, &p.Seq, &p.N, &p.Input); err != nil {
			return p, err
		}
		p.of, p.ours = db.openRestore(p.Input)
		return p, nil
	}, `SELECT id, worker, seq, COALESCE(n, 0), input FROM entries WHERE worker = $1 AND kind = 'restored' ORDER BY seq`, retention)
}

// excuse is what a restore accounts for: what was published of entries from First on, from since to RestoredAt.
type excuse struct {
	Lost
	since time.Time // the second that it is in: checkpoints have whole ones
}

// restored reads what was put back. What excuses anything must be signed, and stand behind the entries that it names.
func (v *audit) restored(ctx context.Context) error {
	text, err := v.db.Meta(ctx, restoredKey)
	if _, ok := v.db.openRestore([]byte(text)); err == nil && !ok {
		return unsignedFact()
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	list, err := v.db.putBack(ctx)
	if err != nil {
		return err
	}
	for _, p := range list {
		switch {
		case !p.ours:
			return broken("the master key did not sign the restore that it tells of: somebody put it there by hand", "%s", p.where())
		case p.N != 0 && p.N <= p.of.Number, p.of.Number > v.last.n:
			return broken("it tells of a backup that ended behind it", "%s", p.where())
		}
		for _, l := range p.of.Left {
			v.excuses = append(v.excuses, excuse{Lost{First: l.Number + 1, MadeAt: l.MadeAt, RestoredAt: l.Until}, l.Since.Truncate(time.Second)})
		}
		v.excuses = append(v.excuses, excuse{Lost: Lost{First: p.of.Number + 1, MadeAt: p.of.MadeAt, RestoredAt: p.of.RestoredAt}})
	}
	v.putBack = list
	return v.putBackAt(end{})
}

// putBackAt holds the backups that ended here against the sealed chain.
func (v *audit) putBackAt(e end) error {
	for _, p := range v.putBack {
		if p.of.Number == e.n && p.of.Head != hex.EncodeToString(e.head) {
			return broken(fmt.Sprintf("it tells of another backup: the record up to number %d is not what was in that", e.n), "%s", p.where())
		}
	}
	return nil
}

// lostWith says whether a restore accounts for what was published and is not here: it was published between the backup and the restore.
func (v *audit) lostWith(p Published) bool {
	for i := range v.excuses {
		x := &v.excuses[i]
		if p.N >= x.First && !p.At.Before(x.since) && !p.At.After(x.RestoredAt) {
			x.Last, x.Checkpoints = max(x.Last, p.N), x.Checkpoints+1
			return true
		}
	}
	return false
}

// lost gives the restores that cost something that was published.
func (v *audit) lost() (list []Lost) {
	for _, x := range v.excuses {
		if x.Checkpoints > 0 {
			list = append(list, x.Lost)
		}
	}
	return list
}

// byHand is what an auditor asks next.
const byHand = "; if an older copy of the database was put back by hand, not by allclear restore, then what happened since that copy is gone"
