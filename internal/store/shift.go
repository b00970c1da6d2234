package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
)

// AddShift keeps a shift, and says whether it is new: the same shift again changes nothing. A *ClashError names a shift that has its place
// in the order at that time for one of its teams; ErrConflict says that its id is another shift's.
func (db *DB) AddShift(ctx context.Context, s rota.Shift, at time.Time) (created bool, err error) {
	s.StartsAt, s.EndsAt = s.StartsAt.UTC().Truncate(time.Microsecond), s.EndsAt.UTC().Truncate(time.Microsecond)
	err = db.write(ctx, func(t *tx) (err error) {
		created, err = t.addShift(s, at)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep shift %s: %w", s.ID, err)
	}
	return created, nil
}

func (t *tx) addShift(s rota.Shift, at time.Time) (created bool, err error) {
	if err := t.moveEpoch(); err != nil { // from here on no other shift is added
		return false, err
	}
	switch is, err := first(t.ctx, t.on, scanShiftTeam, shiftQuery+` WHERE s.id = $1`, s.ID); {
	case err == nil:
		return false, t.sameShift(is.shift, s)
	case !errors.Is(err, ErrNotFound):
		return false, err
	}
	rows, err := all(t.ctx, t.on, scanShiftTeam, shiftQuery+` WHERE s.ends_at > $1 AND s.starts_at < $2 AND s.place = $3`,
		instant(s.StartsAt), instant(s.EndsAt), s.Order)
	if err != nil {
		return false, err
	}
	if with, clash := joined(rows).Clash(s); clash {
		return false, &ClashError{With: with}
	}
	if _, err := t.exec(`INSERT INTO shifts (id, person, starts_at, ends_at, place, put_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Person, instant(s.StartsAt), instant(s.EndsAt), s.Order, instant(at)); err != nil {
		return false, err
	}
	for _, team := range s.Teams {
		if _, err := t.exec(`INSERT INTO shift_teams (shift, team) VALUES ($1, $2) ON CONFLICT DO NOTHING`, s.ID, team); err != nil {
			return false, err
		}
	}
	return true, nil
}

// RemoveShift takes a shift that begins after an instant off the rota, and gives it as it was. ErrConflict says that it has begun.
func (db *DB) RemoveShift(ctx context.Context, id string, at time.Time) (s rota.Shift, err error) {
	err = db.write(ctx, func(t *tx) error {
		if err := t.moveEpoch(); err != nil {
			return err
		}
		rows, err := all(t.ctx, t.on, scanShiftTeam, shiftQuery+` WHERE s.id = $1`, id)
		switch {
		case err != nil:
			return err
		case len(rows) == 0:
			return ErrNotFound
		}
		if s = joined(rows)[0]; !s.StartsAt.After(at) {
			return ErrConflict
		}
		if _, err := t.exec(`DELETE FROM shift_teams WHERE shift = $1`, id); err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM shifts WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return rota.Shift{}, fmt.Errorf("remove shift %s: %w", id, err)
	}
	return s, nil
}

// sameShift is ErrConflict unless the shift that has the id says the same.
func (t *tx) sameShift(is, s rota.Shift) error {
	rows, err := all(t.ctx, t.on, scanShiftTeam, shiftQuery+` WHERE s.id = $1`, s.ID)
	if err != nil {
		return err
	}
	teams := slices.Compact(slices.Sorted(slices.Values(s.Teams)))
	if is.Person != s.Person || is.Order != s.Order || !is.StartsAt.Equal(s.StartsAt) || !is.EndsAt.Equal(s.EndsAt) ||
		!slices.Equal(joined(rows)[0].Teams, teams) {
		return ErrConflict
	}
	return nil
}

const shiftQuery = `SELECT s.id, s.person, s.starts_at, s.ends_at, s.place, t.team FROM shifts s LEFT JOIN shift_teams t ON t.shift = s.id`

// shiftTeam is a shift and one of its teams; "" for a shift without any.
type shiftTeam struct {
	shift rota.Shift
	team  string
}

func scanShiftTeam(s scanner) (r shiftTeam, err error) {
	err = s.Scan(&r.shift.ID, &r.shift.Person, at{&r.shift.StartsAt}, at{&r.shift.EndsAt}, &r.shift.Order, words{&r.team})
	return r, err
}

// joined puts the rows of each shift together, in the order of start, place and id.
func joined(rows []shiftTeam) rota.Rota {
	slices.SortFunc(rows, func(a, b shiftTeam) int {
		return cmp.Or(a.shift.StartsAt.Compare(b.shift.StartsAt), cmp.Compare(a.shift.Order, b.shift.Order), cmp.Compare(a.shift.ID, b.shift.ID),
			cmp.Compare(a.team, b.team))
	})
	var shifts rota.Rota
	for _, r := range rows {
		if n := len(shifts); n == 0 || shifts[n-1].ID != r.shift.ID {
			shifts = append(shifts, r.shift)
		}
		if last := &shifts[len(shifts)-1]; r.team != "" {
			last.Teams = append(last.Teams, r.team)
		}
	}
	return shifts
}

// Shift gives a shift by its id.
func (db *DB) Shift(ctx context.Context, id string) (rota.Shift, error) {
	rows, err := all(ctx, db.reader, scanShiftTeam, shiftQuery+` WHERE s.id = $1`, id)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return rota.Shift{}, fmt.Errorf("read shift %s: %w", id, err)
	}
	return joined(rows)[0], nil
}

// ShiftPut gives the instant at which a shift was put on the rota: one that was removed and put there again is another.
func (db *DB) ShiftPut(ctx context.Context, id string) (put time.Time, err error) {
	us, err := first(ctx, db.reader, value[int64], `SELECT put_at FROM shifts WHERE id = $1`, id)
	if err != nil {
		return put, fmt.Errorf("read when shift %s was put: %w", id, err)
	}
	return time.UnixMicro(us).UTC(), nil
}

// Shifts gives the shifts of a team that touch the time from from until before to, in order of start; a zero instant is no bound.
func (db *DB) Shifts(ctx context.Context, team string, from, to time.Time) (rota.Rota, error) {
	return db.shifts(ctx, ` AND s.id IN (SELECT shift FROM shift_teams WHERE team = $3)`, from, to, team)
}

// AllShifts gives the shifts of every team that touch the time from from until before to, in order of start.
func (db *DB) AllShifts(ctx context.Context, from, to time.Time) (rota.Rota, error) {
	return db.shifts(ctx, "", from, to)
}

func (db *DB) shifts(ctx context.Context, condition string, from, to time.Time, args ...any) (rota.Rota, error) {
	last := int64(math.MaxInt64)
	if !to.IsZero() {
		last = instant(to)
	}
	rows, err := all(ctx, db.reader, scanShiftTeam, shiftQuery+` WHERE s.ends_at > $1 AND s.starts_at < $2`+condition,
		append([]any{instant(from), last}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list shifts: %w", err)
	}
	return joined(rows), nil
}
