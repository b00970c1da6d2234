package report

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

const (
	mostDays   = 64    // that are remembered; beyond it they are counted anew
	mostBehind = 5_000 // sealed entries since a day was counted; beyond it the day is read anew, as most of them may be of other days
)

// Days reads the figures of days from the record. A sealed entry never changes: it is counted once, and each look adds what
// came since.
type Days struct {
	store *store.DB

	mu      sync.Mutex
	counted map[span]counted
}

// span is a day as instants: the same day in two zones is one span where their midnights are.
type span struct{ from, to int64 }

// counted is what the first n sealed entries of the record say of a day.
type counted struct {
	n     int64
	hours []Hour // not to be changed: who reads it holds no lock
}

// NewDays remembers nothing yet.
func NewDays(db *store.DB) *Days { return &Days{store: db, counted: map[span]counted{}} }

// Read is the day in zone that holds the instant, as the record has it.
func (r *Days) Read(ctx context.Context, at time.Time, zone *time.Location) (Day, error) {
	d := NewDay(at, zone)
	if err := r.count(ctx, &d); err != nil {
		return d, fmt.Errorf("count a day: %w", err)
	}
	told, err := r.store.FirstTold(ctx, d.From, d.To)
	if err != nil {
		return d, fmt.Errorf("count a day: %w", err)
	}
	for _, t := range told {
		d.Tell = append(d.Tell, Told{t.OpenedAt, t.ToldAt})
	}
	return d, nil
}

// count counts a day that has nothing in it yet. What is sealed beyond the head that was read first is not remembered, as what
// waits for its seal is not: of what is up to that head nothing is missing.
func (r *Days) count(ctx context.Context, d *Day) error {
	head, err := r.store.Head(ctx)
	if err != nil {
		return err
	}
	sealed := NewDay(d.From, d.Zone)
	read := func(h store.Happened) error {
		if h.N > 0 && h.N <= head.N {
			return sealed.read(h)
		}
		return d.read(h)
	}
	if before, ok := r.remembered(*d, head.N); ok {
		sealed.add(before.hours)
		err = r.store.EachHappenedSince(ctx, before.n, d.From, d.To, read)
	} else {
		err = r.store.EachHappened(ctx, d.From, d.To, read)
	}
	if err != nil {
		return err
	}
	d.add(sealed.Hours)
	r.remember(sealed, head.N)
	return nil
}

// remembered gives what was counted of a day, where the head of the record is not far from there.
func (r *Days) remembered(d Day, head int64) (counted, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, ok := r.counted[d.span()]
	return before, ok && before.n <= head && head-before.n <= mostBehind
}

// remember keeps what the first n sealed entries say of a day, unless someone who looked at the same time has come further.
func (r *Days) remember(d Day, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.counted[d.span()]
	switch {
	case known && before.n > n:
		return
	case !known && len(r.counted) >= mostDays:
		clear(r.counted)
	}
	r.counted[d.span()] = counted{n, d.Hours}
}

func (d Day) span() span { return span{d.From.UnixMicro(), d.To.UnixMicro()} }
