package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Browse says which sealed entries somebody reads, page by page, the newest first.
type Browse struct {
	Kind     string    // "" for all
	Person   string    // whose chains it is in, or by whom; "" for all
	Team     string    // of whose people's chains; "" for all
	From, To time.Time // when it was recorded: from, and before to; zero is no bound
	Before   int64     // numbers below it alone; 0 begins with the newest
	Without  []string  // alarms: neither what is of them nor looks at them
	Apart    []string  // workers: neither what is of or by them nor looks at what is theirs
}

// Browsed is a page of the record.
type Browsed struct {
	Rows  []Extract // without the heads of the sealed chain
	Older int64     // go on with what is before it; 0: there is nothing before
	Until time.Time // with fewer rows than fit: as far back was looked; zero where all was
}

const (
	browsePage  = 50
	browseReach = 20_000 // entries that one page looks through: a rare kind must not hold up a reader, nor a disk
	browseSlack = 1_000  // entries that may have been recorded out of the order of their numbers
)

// Browse reads a page of the sealed entries.
func (db *DB) Browse(ctx context.Context, b Browse) (page Browsed, err error) {
	page, err = db.browse(ctx, b)
	if err != nil {
		return Browsed{}, fmt.Errorf("browse the record: %w", err)
	}
	return page, nil
}

func (db *DB) browse(ctx context.Context, b Browse) (page Browsed, err error) {
	e, err := first(ctx, db.reader, scanEnd, readEnd)
	if err != nil {
		return page, err
	}
	top, bottom := e.n+1, int64(0)
	if !b.To.IsZero() {
		after, err := db.numberAt(ctx, b.To, e.n)
		if err != nil {
			return page, err
		}
		top = min(top, after+browseSlack)
	}
	if !b.From.IsZero() {
		before, err := db.numberAt(ctx, b.From, e.n)
		if err != nil {
			return page, err
		}
		bottom = max(0, before-1-browseSlack)
	}
	if b.Before > 0 {
		top = min(top, b.Before)
	}
	least := max(bottom, top-1-browseReach)
	where, args := b.where(least, top)
	args = append(args, browsePage+1)
	rows, err := all(ctx, db.reader, scanExtract, `SELECT `+extractColumns+`
		FROM entries e LEFT JOIN entries p ON p.worker = e.worker AND p.seq = e.seq - 1 WHERE `+where+`
		ORDER BY e.n DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return page, err
	}
	switch {
	case len(rows) > browsePage:
		rows = rows[:browsePage]
		page.Older = rows[browsePage-1].N
	case least > bottom:
		page.Older = least + 1
		page.Until, err = db.recordedAt(ctx, page.Older)
	}
	for _, r := range rows {
		page.Rows = append(page.Rows, r.extract(r.prev, nil))
	}
	return page, err
}

// where finds the entries among those whose numbers are above least and below top.
func (b Browse) where(least, top int64) (where string, args []any) {
	clauses := []string{"e.n > $1", "e.n < $2"}
	args = []any{least, top}
	add := func(clause string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			clause = strings.Replace(clause, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		clauses = append(clauses, clause)
	}
	if b.Kind != "" {
		add("e.kind = ?", b.Kind)
	}
	if b.Person != "" {
		add("(e.worker = ? OR e.worker = ? OR e.by_whom = ?)", b.Person, looks+b.Person, b.Person)
	}
	if b.Team != "" {
		add("e.worker IN (SELECT id FROM people WHERE team = ?)", b.Team)
	}
	if !b.From.IsZero() {
		add("e.recorded_at >= ?", instant(b.From))
	}
	if !b.To.IsZero() {
		add("e.recorded_at < ?", instant(b.To))
	}
	for _, a := range b.Without {
		add("e.alarm <> ? AND e.visit <> ? AND e.visit <> ? AND e.visit <> ?", a, "alarm/"+a, "handover/"+a, harmedObject+a)
	}
	for _, w := range b.Apart {
		add("e.worker <> ? AND e.worker <> ? AND e.by_whom <> ? AND e.visit <> ?", w, looks+w, w, "person/"+w)
		add(`e.alarm NOT IN (SELECT id FROM alarms WHERE worker = ?) AND e.visit NOT IN (SELECT id FROM visits WHERE worker = ?
			UNION ALL SELECT 'visit/' || id FROM visits WHERE worker = ? UNION ALL SELECT 'alarm/' || id FROM alarms WHERE worker = ?
			UNION ALL SELECT 'handover/' || id FROM alarms WHERE worker = ? UNION ALL SELECT kind || '/' || id FROM papers WHERE person = ?)`, w, w, w, w, w, w)
	}
	return strings.Join(clauses, " AND "), args
}

// Of says that an entry is of one of some alarms, or a look at one.
func (x Extract) Of(alarms []string) bool { return ofAlarms(x.Alarm, x.Visit, alarms) }

// Of says that an entry is of one of some alarms, or a look at one.
func (e Entry) Of(alarms []string) bool { return ofAlarms(e.Alarm, e.Visit, alarms) }

// harmedObject begins the object of an incident that a harm opened: its id is the alarm's behind it.
const harmedObject = "incident/i-"

func ofAlarms(alarm, object string, alarms []string) bool {
	return slices.ContainsFunc(alarms, func(a string) bool {
		return alarm == a || object == "alarm/"+a || object == "handover/"+a || object == harmedObject+a
	})
}

// Without says whether a sealed entry is none of what there is of and by some workers, and no look at what is theirs.
func (db *DB) Without(ctx context.Context, n int64, workers []string) (bool, error) {
	where, args := Browse{Apart: workers}.where(n-1, n+1)
	_, err := first(ctx, db.reader, value[string], `SELECT e.id FROM entries e WHERE `+where, args...)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, fmt.Errorf("look whom entry %d is about: %w", n, err)
	}
	return err == nil, nil
}

// BlocksOn gives the numbers, from one to another, of the entries which say that someone was put on a list of who may never see a worker, or taken off it. Whom it was
// stands in their words alone: they are opened for it, unless they were erased.
func (db *DB) BlocksOn(ctx context.Context, person string, from, to int64) (numbers []int64, err error) {
	rows, err := all(ctx, db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries WHERE n >= $1 AND n <= $2 AND kind IN ('block', 'unblock')`, from, to)
	var entries []Entry
	if err == nil {
		entries, err = db.openEntries(ctx, rows)
	}
	for _, e := range entries {
		var words blockWords
		if err == nil && !e.Words.IsZero() {
			err = json.Unmarshal([]byte(e.Words.Reveal()), &words)
		}
		if err == nil && words.Person == person {
			numbers = append(numbers, e.N)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("look for blocks of %s: %w", person, err)
	}
	return numbers, nil
}

// numberAt gives the number of about the first sealed entry that was recorded at an instant or later, one more than the last where none was. It asks for some twenty
// entries, as no index has their instants.
func (db *DB) numberAt(ctx context.Context, at time.Time, last int64) (n int64, err error) {
	found := sort.Search(int(last), func(i int) bool {
		var recorded time.Time
		if err == nil {
			recorded, err = db.recordedAt(ctx, int64(i)+1)
		}
		return !recorded.Before(at)
	})
	return int64(found) + 1, err
}

func (db *DB) recordedAt(ctx context.Context, n int64) (time.Time, error) {
	return first(ctx, db.reader, func(s scanner) (recorded time.Time, err error) { return recorded, s.Scan(at{&recorded}) }, `SELECT recorded_at FROM entries WHERE n = $1`, n)
}

// Sealed is one sealed entry with what seals it.
type Sealed struct {
	Extract
	First, Last int64 // the numbers that were sealed with it
	SealedAt    time.Time
	SealHead    []byte // of the sealed chain after the last of them
	Erased      bool   // its words can be read by nobody any more
}

// SealedEntry gives the sealed entry of a number; ErrNotFound where there is none.
func (db *DB) SealedEntry(ctx context.Context, n int64) (s Sealed, err error) {
	row, err := first(ctx, db.reader, scanExtract, `SELECT `+extractColumns+`
		FROM entries e LEFT JOIN entries p ON p.worker = e.worker AND p.seq = e.seq - 1 WHERE e.n = $1`, n)
	if err != nil {
		return s, fmt.Errorf("find entry %d of the record: %w", n, err)
	}
	s.Extract = row.extract(row.prev, nil)
	by, err := first(ctx, db.reader, scanSeal, `SELECT `+sealColumns+` FROM seals WHERE first_n <= $1 ORDER BY first_n DESC LIMIT 1`, n)
	if err == nil {
		s.First, s.Last, s.SealedAt, s.SealHead = by.first, by.last, time.UnixMicro(by.at).UTC(), by.head
		_, err = first(ctx, db.reader, value[string], `SELECT owner FROM data_keys WHERE owner = $1 AND wrapped IS NULL`, row.Owner)
		s.Erased = err == nil && row.commitment != nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return s, fmt.Errorf("find the seal of entry %d: %w", n, err)
	}
	return s, nil
}

// ErasedBetween counts the owners of words that were erased from an instant until before another: by kind ("visit", "text", …), those whose period was over and those
// somebody asked for apart.
func (db *DB) ErasedBetween(ctx context.Context, from, to time.Time) (period, request map[string]int, err error) {
	type row struct {
		kind, by string
		n        int
	}
	const kind = `CASE WHEN id LIKE 'erased/visit/%' THEN 'visit' WHEN id LIKE 'erased/alarm/%' THEN 'alarm' WHEN id LIKE 'erased/person/%' THEN 'person'
		WHEN id LIKE 'erased/text/%' OR id LIKE 'erased/inbox/%' THEN 'text' WHEN id LIKE 'erased/looks/%' THEN 'looks' ELSE 'other' END`
	rows, err := all(ctx, db.reader, func(s scanner) (r row, err error) { return r, s.Scan(&r.kind, &r.by, &r.n) },
		`SELECT `+kind+`, CASE WHEN by_whom = '' THEN '' ELSE 'asked' END, count(*) FROM entries
			WHERE worker = $1 AND at >= $2 AND at < $3 AND kind = 'erased' GROUP BY 1, 2`, retention, instant(from), instant(to))
	if err != nil {
		return nil, nil, fmt.Errorf("count what was erased: %w", err)
	}
	period, request = map[string]int{}, map[string]int{}
	for _, r := range rows {
		if r.by == "" {
			period[r.kind] += r.n
		} else {
			request[r.kind] += r.n
		}
	}
	return period, request, nil
}
