package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Hold is a legal hold: while it stands nothing is erased of a visit, a person or an alarm, nor of what belongs to it.
type Hold struct {
	ID       string
	Object   string       // "visit/ID", "person/ID" or "alarm/ID"
	Reason   private.Text // sealed
	By       string       // who set it
	At       time.Time
	LiftedBy string
	LiftedAt time.Time // zero: it stands
}

// ErrGone says that there is nothing left to hold: its words were erased.
var ErrGone = errors.New("its words were erased already")

// SetHold sets a legal hold; via is how it was asked for. That it was set is on record. ErrNotFound where there is no such visit, person or
// alarm; ErrGone where its words are gone.
func (db *DB) SetHold(ctx context.Context, h Hold, via string) error {
	err := db.changeHold(ctx, h.ID, "set", h.By, via, h.Object, h.Reason, h.At, func(t *tx) error {
		if err := t.canHold(h.Object); err != nil {
			return err
		}
		reason, err := t.seal("hold/"+h.ID, "hold/"+h.ID+"/reason", []byte(h.Reason.Reveal()), h.At)
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO holds (id, object, reason, set_by, set_at, lifted_by) VALUES ($1, $2, $3, $4, $5, '')`,
			h.ID, h.Object, reason, h.By, instant(h.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("set hold on %s: %w", h.Object, err)
	}
	return nil
}

func (t *tx) canHold(object string) error {
	kind, id, _ := strings.Cut(object, "/")
	table, known := map[string]string{"visit": "visits", "person": "people", "alarm": "alarms"}[kind]
	if !known {
		return ErrNotFound
	}
	if _, err := first(t.ctx, t.on, value[string], `SELECT id FROM `+table+` WHERE id = $1`, id); err != nil {
		return err
	}
	_, err := first(t.ctx, t.on, value[string], `SELECT owner FROM data_keys WHERE owner = $1 AND wrapped IS NULL`, object)
	if err == nil {
		return ErrGone
	}
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// LiftHold ends a hold, and gives it. ErrNotFound where there is none, ErrConflict where it was lifted before.
func (db *DB) LiftHold(ctx context.Context, id, by, via string, at time.Time) (Hold, error) {
	h, err := db.hold(ctx, id)
	if err == nil {
		err = db.changeHold(ctx, id, "lifted", by, via, h.Object, private.Text{}, at, func(t *tx) error {
			n, err := t.exec(`UPDATE holds SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL`, id, by, instant(at))
			if err == nil && n == 0 {
				err = ErrSeen
			}
			return err
		})
	}
	if errors.Is(err, ErrSeen) {
		err = ErrConflict
	}
	if err != nil {
		return Hold{}, fmt.Errorf("lift hold: %w", err)
	}
	h.LiftedBy, h.LiftedAt = by, at
	return h, nil
}

// changeHold makes a change of a hold, with its entry in the chain of erasures: an erasure that began before sees it, and begins again.
func (db *DB) changeHold(ctx context.Context, id, what, by, via, object string, reason private.Text, at time.Time, change func(*tx) error) error {
	input, err := json.Marshal(struct {
		Hold   string `json:"hold"`
		Object string `json:"object"`
	}{id, object})
	if err != nil {
		return err
	}
	e := Entry{ID: "hold/" + id + "/" + what, At: at, RecordedAt: at, Kind: "hold_" + what, By: by, Via: via, Input: input,
		Events: []byte(`[{"what":"hold_` + what + `"}]`), Words: reason, Owner: "hold/" + id}
	for range retries {
		err = db.write(ctx, func(t *tx) error {
			l, err := t.link(retention)
			if err != nil {
				return err
			}
			if err := change(t); err != nil {
				return err
			}
			return t.record(l, []Entry{e})
		})
		if !errors.Is(err, ErrConflict) {
			break
		}
	}
	return err
}

const holdColumns = `id, object, reason, set_by, set_at, lifted_by, lifted_at`

func (db *DB) readHolds(ctx context.Context, where string, args ...any) ([]Hold, error) {
	type row struct {
		Hold
		reason []byte
	}
	rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) {
		return r, s.Scan(&r.ID, &r.Object, &r.reason, &r.By, at{&r.At}, &r.LiftedBy, at{&r.LiftedAt})
	}, `SELECT `+holdColumns+` FROM holds WHERE `+where+` ORDER BY set_at, id`, args...)
	if err != nil {
		return nil, err
	}
	holds := make([]Hold, 0, len(rows))
	for _, r := range rows {
		raw, err := db.open(ctx, db.reader, "hold/"+r.ID, "hold/"+r.ID+"/reason", r.reason)
		if err != nil {
			return nil, err
		}
		r.Reason = private.New(string(raw))
		holds = append(holds, r.Hold)
	}
	return holds, nil
}

func (db *DB) hold(ctx context.Context, id string) (Hold, error) {
	list, err := db.readHolds(ctx, `id = $1`, id)
	switch {
	case err != nil:
		return Hold{}, err
	case len(list) == 0:
		return Hold{}, ErrNotFound
	}
	return list[0], nil
}

// HoldsOn gives the holds that stand on "visit/ID", "person/ID" or "alarm/ID" itself, the oldest first.
func (db *DB) HoldsOn(ctx context.Context, object string) ([]Hold, error) {
	list, err := db.readHolds(ctx, `object = $1 AND lifted_at IS NULL`, object)
	if err != nil {
		return nil, fmt.Errorf("list holds on %s: %w", object, err)
	}
	return list, nil
}

// Holds gives the holds that stand, the oldest first; with lifted those too that were lifted.
func (db *DB) Holds(ctx context.Context, lifted bool) ([]Hold, error) {
	where := `lifted_at IS NULL`
	if lifted {
		where = `1 = 1`
	}
	list, err := db.readHolds(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return list, nil
}
