package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// BoardFilter says which part of the board to give.
type BoardFilter struct {
	Teams []string // of these; none gives nothing
	Skip  int      // rows before the first
	Limit int
}

// Board gives the visits with a clock, soonest due first, without their sealed details, and how many there are in all.
// Those that are not watched are not among them.
func (db *DB) Board(ctx context.Context, f BoardFilter) (visits []Visit, total int, err error) {
	if len(f.Teams) == 0 {
		return nil, 0, nil
	}
	where, args := f.where()
	if total, err = first(ctx, db.reader, value[int], `SELECT count(*) FROM visits`+where, args...); err != nil {
		return nil, 0, fmt.Errorf("count the board: %w", err)
	}
	args = append(args, f.Limit, f.Skip)
	n := len(args)
	rows, err := all(ctx, db.reader, scanVisit, boardPage(where, n-1, n), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list the board: %w", err)
	}
	for _, s := range rows {
		visits = append(visits, s.Visit)
	}
	return visits, total, nil
}

// boardPage finds the visits of a page by their index alone, before it reads their rows.
func boardPage(where string, limit, skip int) string {
	return `SELECT ` + visitColumns + ` FROM visits WHERE id IN (SELECT id FROM visits` + where +
		` ORDER BY due_at, id LIMIT $` + strconv.Itoa(limit) + ` OFFSET $` + strconv.Itoa(skip) + `) ORDER BY due_at, id`
}

func (f BoardFilter) where() (clause string, args []any) {
	return ` WHERE ` + live + ` AND due_at IS NOT NULL AND team IN (` + places(f.Teams, &args) + `)`, args
}

// places adds values to the arguments of a statement, and gives their placeholders.
func places[T any](values []T, args *[]any) string {
	var marks []string
	for _, v := range values {
		*args = append(*args, v)
		marks = append(marks, "$"+strconv.Itoa(len(*args)))
	}
	return strings.Join(marks, ", ")
}

// settled are the statuses of a visit that is over. They stand in the statement itself, as its index is of them alone.
const settled = `status IN ('ended', 'cancelled')`

// Settled gives the visits of some teams that ended or were cancelled since an instant, the latest first, without their
// sealed details.
func (db *DB) Settled(ctx context.Context, teams []string, since time.Time, limit int) ([]Visit, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	args := []any{instant(since), limit}
	rows, err := all(ctx, db.reader, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE starts_at >= $1 AND `+settled+`
		AND team IN (`+places(teams, &args)+`) ORDER BY COALESCE(ended_at, starts_at) DESC, id LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("list settled visits: %w", err)
	}
	var visits []Visit
	for _, s := range rows {
		visits = append(visits, s.Visit)
	}
	return visits, nil
}

// Day gives the visits of some teams that begin from one instant until before another, in order of their start, without
// their sealed details, and how many there are in all.
func (db *DB) Day(ctx context.Context, teams []string, from, to time.Time, limit int) (visits []Visit, total int, err error) {
	if len(teams) == 0 {
		return nil, 0, nil
	}
	args := []any{instant(from), instant(to)}
	where := ` WHERE starts_at >= $1 AND starts_at < $2 AND team IN (` + places(teams, &args) + `)`
	rows, err := all(ctx, db.reader, scanVisit, `SELECT `+visitColumns+` FROM visits`+where+` ORDER BY starts_at, id LIMIT $`+strconv.Itoa(len(args)+1), append(args, limit)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list the visits of a day: %w", err)
	}
	if total = len(rows); total == limit { // there may be more, which costs a walk over the day to know
		if total, err = first(ctx, db.reader, value[int], `SELECT count(*) FROM visits`+where, args...); err != nil {
			return nil, 0, fmt.Errorf("count the visits of a day: %w", err)
		}
	}
	for _, s := range rows {
		visits = append(visits, s.Visit)
	}
	return visits, total, nil
}

// Referred gives the visits of some teams that have a reference, without their sealed details: the one that is open alone,
// else those that began since an instant, the latest first. A reference is used again once its visit is over.
func (db *DB) Referred(ctx context.Context, teams []string, reference string, since time.Time, limit int) ([]Visit, error) {
	if len(teams) == 0 || reference == "" {
		return nil, nil
	}
	args := []any{reference, instant(since), limit}
	rows, err := all(ctx, db.reader, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE reference = $1 AND (`+live+` OR starts_at >= $2)
		AND team IN (`+places(teams, &args)+`) ORDER BY CASE WHEN `+live+` THEN 0 ELSE 1 END, starts_at DESC, id LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for reference: %w", err)
	}
	var visits []Visit
	for _, s := range rows {
		visits = append(visits, s.Visit)
	}
	if len(visits) > 0 && visits[0].Status != watch.Ended && visits[0].Status != watch.Cancelled {
		visits = visits[:1]
	}
	return visits, nil
}
