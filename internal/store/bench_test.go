package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func eachBench(b *testing.B, run func(b *testing.B, db *store.DB)) {
	b.Run("sqlite", func(b *testing.B) { run(b, storetest.SQLite(b).Open(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, storetest.Postgres(b).Open(b)) })
}

// rate reports how many a second there were.
func rate(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s") }

// BenchmarkReceive stores texts from 64 callers at once.
func BenchmarkReceive(b *testing.B) {
	eachBench(b, func(b *testing.B, db *store.DB) {
		from := number(b, mobile)
		var n atomic.Int64
		b.SetParallelism(32) // of two processors: 64 callers
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r := store.Received{Provider: "twilio", ID: fmt.Sprintf("SM%032d", n.Add(1)), From: from, RawFrom: private.New(mobile), Body: private.New("OUT"), ReceivedAt: nine, StoredAt: nine}
				if _, err := db.Receive(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
		rate(b)
	})
}

// BenchmarkCommit steps texts of 64 workers at once: load, and a commit with a visit, an entry, a reply and an inbox row that is done.
func BenchmarkCommit(b *testing.B) {
	eachBench(b, func(b *testing.B, db *store.DB) {
		var callers atomic.Int64
		b.SetParallelism(32)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			id := fmt.Sprintf("p-%d", callers.Add(1))
			c := booked(id, "v-"+id)
			must(b, db.Commit(b.Context(), c))
			v := c.Visits[0]
			v.DetailsChanged = false
			for i := 0; pb.Next(); i++ {
				l, err := db.Load(b.Context(), id)
				must(b, err)
				c := next(l, fmt.Sprintf("%s-%d", id, i))
				m := told(c.Entries[0].ID)
				m.Owner, m.Class = "person/"+id, store.ClassInfo
				c.Visits, c.Messages, c.WakeAt = []store.Visit{v}, []store.Message{m}, nine.Add(time.Hour)
				must(b, db.Commit(b.Context(), c))
			}
		})
		rate(b)
	})
}

// BenchmarkCommitAlone is one commit at a time: what a single alarm waits.
func BenchmarkCommitAlone(b *testing.B) {
	eachBench(b, func(b *testing.B, db *store.DB) {
		i := 0
		for b.Loop() {
			l, err := db.Load(b.Context(), "p-priya")
			must(b, err)
			must(b, db.Commit(b.Context(), next(l, fmt.Sprintf("text-%d", i))))
			i++
		}
	})
}

// BenchmarkNextWake looks for the next wake among 100,000 armed visits.
func BenchmarkNextWake(b *testing.B) {
	place := storetest.SQLite(b)
	db := place.Open(b)
	tx, err := place.Raw(b).Begin()
	must(b, err)
	for i := range 100_000 {
		_, err := tx.Exec(`INSERT INTO workers (id, revision, watch, wake_at, seq, head) VALUES ($1, 1, '{}', $2, 0, x'')`, fmt.Sprintf("p-%d", i), nine.UnixMicro()+int64(i*7919%100_000))
		must(b, err)
	}
	must(b, tx.Commit())
	for b.Loop() {
		if _, err := db.NextWake(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDeliver claims and settles messages in hundreds.
func BenchmarkDeliver(b *testing.B) {
	eachBench(b, func(b *testing.B, db *store.DB) {
		for i := 0; i < b.N; i += 1000 {
			l, err := db.Load(b.Context(), "p-priya")
			must(b, err)
			c := next(l, fmt.Sprintf("c-%d", i))
			for j := range min(1000, b.N-i) {
				c.Messages = append(c.Messages, told(fmt.Sprintf("m-%d-%d", i, j)))
			}
			must(b, db.Commit(b.Context(), c))
		}
		b.ResetTimer()
		for done := 0; done < b.N; {
			ms, err := db.Claim(b.Context(), nine, nine.Add(time.Minute), "node", "", 100)
			must(b, err)
			var outcomes []store.Outcome
			for _, m := range ms {
				outcomes = append(outcomes, store.Outcome{Message: m.ID, Owner: "node", Attempt: m.Attempts, At: nine, State: store.Done, Provider: "twilio", ProviderID: "SM" + m.ID, Result: "accepted"})
			}
			must(b, db.Settle(b.Context(), outcomes))
			done += len(ms)
		}
		rate(b)
	})
}
