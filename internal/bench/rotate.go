package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// RotateSize is what is rotated.
type RotateSize struct {
	Records int // each under a data key of its own
}

// What is asked of a rotation.
const (
	rotateWithin = 2 * time.Minute
	rotateWait   = 100 * time.Millisecond // the engine looks every 250 ms at what fell due: nobody sees that an alarm waited for this
	// writeEvery is how often the other writer writes.
	writeEvery = 10 * time.Millisecond
)

// Rotate measures how long the rotation of the master key takes, as allclear keys rotate in a process of its own, and how long another
// writer, in this process, waits meanwhile for writes that seal under new data keys.
func Rotate(ctx context.Context, o Options, size RotateSize) ([]Figure, error) {
	return o.withDatabase(ctx, func(b beside) ([]Figure, error) {
		if err := o.sealRecords(ctx, b.db, size.Records); err != nil {
			return nil, err
		}
		alone, _, err := writeMeanwhile(ctx, b.db, "before", pauseAlone(size))
		if err != nil {
			return nil, err
		}
		var took time.Duration
		waits, refused, err := writeMeanwhile(ctx, b.db, "meanwhile", func(ctx context.Context) error {
			began := time.Now()
			err := b.runs(ctx, "rotate the master key", "keys", "rotate")
			took = time.Since(began)
			return err
		})
		if err != nil {
			return nil, err
		}
		return rotateFigures(size, took, waits, alone, refused), nil
	})
}

func rotateFigures(size RotateSize, took time.Duration, waits, alone []time.Duration, refused int) []Figure {
	in, before := sorted(waits), sorted(alone)
	const who = "another writer meanwhile"
	return []Figure{
		atMost(thousands(size.Records)+" sealed records: rotated in", took, rotateWithin),
		{Name: who + ": writes", Value: thousands(len(in))},
		{Name: who + ": median wait", Value: written(quantile(in, 0.5))},
		{Name: who + ": 99th percentile", Value: written(quantile(in, 0.99))},
		atMost(who+": longest wait", quantile(in, 1), rotateWait),
		{Name: who + ": refused", Value: thousands(refused), Target: "none", Met: refused == 0},
		{Name: "the same writer before it: median wait", Value: written(quantile(before, 0.5))},
		{Name: "the same writer before it: longest wait", Value: written(quantile(before, 1))},
	}
}

// sealRecords puts people into the database: each has a data key, and details sealed under it.
func (o Options) sealRecords(ctx context.Context, db *store.DB, records int) error {
	return each(ctx, records, func(n int) { o.progress("records", n, records) }, func(ctx context.Context, i int) error {
		return sealRecord(ctx, db, worker(i))
	})
}

func sealRecord(ctx context.Context, db *store.DB, id string) error {
	p := buddy.Person{ID: id, Name: "Priya Nair", Team: teamID(0), Roles: []string{"worker"}, Active: true,
		Description: private.New("5 ft 4, short black hair, green coat"), NoVehicle: true}
	_, err := db.PutPerson(ctx, p, time.Now())
	return err
}

// writeMeanwhile has one writer write again and again until what goes on beside it has ended, and gives how long each write took.
func writeMeanwhile(ctx context.Context, db *store.DB, name string, beside func(context.Context) error) (waits []time.Duration, refused int, err error) {
	ended := make(chan error, 1)
	go func() { ended <- beside(ctx) }() // ends with what it runs, or with ctx
	for n := 0; ; n++ {
		began := time.Now()
		if err := sealRecord(ctx, db, fmt.Sprintf("p-%s-%d", name, n)); err != nil {
			refused++
		}
		waits = append(waits, time.Since(began))
		select {
		case err := <-ended:
			return waits, refused, err
		case <-time.After(writeEvery):
		}
	}
}

// pauseAlone is how long the writer is measured by itself, for comparison.
func pauseAlone(size RotateSize) func(context.Context) error {
	return func(ctx context.Context) error { return pause(ctx, time.Duration(size.Records)*100*time.Microsecond) }
}
