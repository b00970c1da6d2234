package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// Loaded is a worker's watch as it was last committed.
type Loaded struct {
	Watch    watch.Watch
	Revision int64 // 0: there is none yet
}

// Change is all that one input changes; it is kept whole or not at all.
type Change struct {
	Worker   string
	Revision int64 // the one that was loaded
	Watch    watch.Watch
	WakeAt   time.Time // when time alone changes something; zero: never

	Visits   []Visit        // rows to write or write over
	Alarms   []Alarm        // the same
	Entries  []Entry        // the record of it
	Drop     []string       // alarms whose messages that were not handed over are superseded; before Messages
	Messages []Message      // the world to be told
	Invites  []Invite       // what people are sent for their calendars
	Answers  []InviteAnswer // what those answered
	Received []ReceivedRef  // texts that are done with this
}

// Load gives a worker's watch. One who told us nothing yet has an empty watch and revision 0.
func (db *DB) Load(ctx context.Context, worker string) (Loaded, error) {
	type row struct {
		revision int64
		watch    string
	}
	r, err := first(ctx, db.reader, func(s scanner) (r row, err error) {
		err = s.Scan(&r.revision, &r.watch)
		return r, err
	}, `SELECT revision, watch FROM workers WHERE id = $1`, worker)
	if errors.Is(err, ErrNotFound) {
		return Loaded{Watch: watch.Watch{Worker: worker}}, nil
	}
	if err != nil {
		return Loaded{}, fmt.Errorf("load worker %s: %w", worker, err)
	}
	l := Loaded{Revision: r.revision}
	if err := json.Unmarshal([]byte(r.watch), &l.Watch); err != nil {
		return Loaded{}, fmt.Errorf("load worker %s: read watch: %w", worker, err)
	}
	return l, nil
}

// Commit keeps a change. ErrConflict: the worker's revision moved, or a live visit has a new one's reference; load and step again. ErrSeen:
// the id of one of its entries is in the record. ErrUnknown: give the same input again.
func (db *DB) Commit(ctx context.Context, c Change) error {
	raw, err := json.Marshal(c.Watch)
	if err != nil {
		return fmt.Errorf("commit for worker %s: %w", c.Worker, err)
	}
	if err := db.write(ctx, func(t *tx) error { return t.commit(c, string(raw)) }); err != nil {
		return fmt.Errorf("commit for worker %s: %w", c.Worker, err)
	}
	return nil
}

func (t *tx) commit(c Change, raw string) error {
	link, err := t.link(c.Worker)
	if err != nil {
		return err
	}
	if link.revision != c.Revision {
		return t.moved(c.Entries)
	}
	rows, err := t.chain(&link, c.Worker, c.Entries)
	if err != nil {
		return err
	}
	if err := t.putWorker(c.Worker, link, raw, c.WakeAt); err != nil {
		return err
	}
	if err := t.insertEntries(rows); err != nil {
		return err
	}
	// always in the order of their ids: two nodes must not wait for each other
	for _, v := range slices.SortedFunc(slices.Values(c.Visits), func(a, b Visit) int { return cmp.Compare(a.ID, b.ID) }) {
		if err := t.putVisit(v); err != nil {
			return fmt.Errorf("visit %s: %w", v.ID, err)
		}
	}
	for _, a := range slices.SortedFunc(slices.Values(c.Alarms), func(a, b Alarm) int { return cmp.Compare(a.ID, b.ID) }) {
		if err := t.putAlarm(a); err != nil {
			return fmt.Errorf("alarm %s: %w", a.ID, err)
		}
	}
	for _, i := range c.Invites {
		err := t.putInvite(i)
		if err == nil {
			err = t.dropInvite(i)
		}
		if err != nil {
			return fmt.Errorf("invite of %s to visit %s: %w", i.Person, i.Visit, err)
		}
	}
	for _, a := range c.Answers {
		if err := t.putAnswer(a); err != nil {
			return fmt.Errorf("answer to an invite: %w", err)
		}
	}
	if err := t.tell(c.Drop, c.Messages); err != nil {
		return err
	}
	for _, r := range c.Received {
		if err := t.settleReceived(r, "done", "", when(c.Entries)); err != nil {
			return err
		}
	}
	t.notify()
	return nil
}

// when is the instant of what is recorded; zero for a change without a record.
func when(entries []Entry) time.Time {
	if len(entries) == 0 {
		return time.Time{}
	}
	return entries[0].RecordedAt
}

// moved says why a change comes too late: it was committed itself before, or another was.
func (t *tx) moved(entries []Entry) error {
	for _, e := range entries {
		_, err := first(t.ctx, t.on, value[string], `SELECT id FROM entries WHERE id = $1`, e.ID)
		if err == nil {
			return ErrSeen
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return ErrConflict
}

// link is the end of a worker's chain, where the next entry hangs on.
type link struct {
	revision int64
	seq      int64
	head     []byte
}

func (t *tx) link(worker string) (link, error) {
	l, err := first(t.ctx, t.on, func(s scanner) (l link, err error) {
		err = s.Scan(&l.revision, &l.seq, &l.head)
		return l, err
	}, `SELECT revision, seq, head FROM workers WHERE id = $1`, worker)
	if errors.Is(err, ErrNotFound) {
		return link{}, nil
	}
	return l, err
}

// putWorker moves a worker's row on by one revision, if nobody else has.
func (t *tx) putWorker(id string, l link, raw string, wakeAt time.Time) error {
	head := l.head
	if head == nil {
		head = []byte{}
	}
	query := `UPDATE workers SET revision = revision + 1, watch = $2, wake_at = $3, seq = $4, head = $5 WHERE id = $1 AND revision = $6`
	if l.revision == 0 {
		query = `INSERT INTO workers (id, revision, watch, wake_at, seq, head) VALUES ($1, CAST($6 AS bigint) + 1, $2, $3, $4, $5)
			ON CONFLICT (id) DO NOTHING`
	}
	changed, err := t.exec(query, id, raw, maybe(wakeAt), l.seq, head, l.revision)
	if err == nil && changed == 0 {
		err = ErrConflict
	}
	return err
}

// DueWorkers gives the workers whose time has come, the one that waited longest first.
func (db *DB) DueWorkers(ctx context.Context, at time.Time, limit int) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], `SELECT id FROM workers WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2`, instant(at), limit)
	if err != nil {
		return nil, fmt.Errorf("look for workers whose time has come: %w", err)
	}
	return ids, nil
}

// NextDue gives the next instant after one at which a worker's time comes; zero for none.
func (db *DB) NextDue(ctx context.Context, after time.Time) (time.Time, error) {
	next, err := first(ctx, db.reader, func(s scanner) (next time.Time, err error) {
		err = s.Scan(at{&next})
		return next, err
	}, `SELECT min(wake_at) FROM workers WHERE wake_at > $1`, instant(after))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for whose time comes next: %w", err)
	}
	return next, nil
}

// NextWake gives the next instant at which a worker's time comes or a message is due; zero for none.
func (db *DB) NextWake(ctx context.Context) (time.Time, error) {
	next, err := first(ctx, db.reader, func(s scanner) (time.Time, error) {
		var ts [4]time.Time
		if err := s.Scan(at{&ts[0]}, at{&ts[1]}, at{&ts[2]}, at{&ts[3]}); err != nil {
			return time.Time{}, err
		}
		var next time.Time
		for _, t := range ts {
			if !t.IsZero() && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
		return next, nil
	}, `SELECT (SELECT min(wake_at) FROM workers WHERE wake_at IS NOT NULL),
		(SELECT min(next_at) FROM outbox WHERE state = 'pending' AND class = 'alarm'),
		(SELECT min(next_at) FROM outbox WHERE state = 'pending' AND class = 'prompt'),
		(SELECT min(next_at) FROM outbox WHERE state = 'pending' AND class = 'info')`)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the next wake: %w", err)
	}
	return next, nil
}
