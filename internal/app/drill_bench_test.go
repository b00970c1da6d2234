package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// BenchmarkWritesBesideADrill measures how long a durable write waits while a drill is held beside it, on a record of 100,000 entries, and how
// long while none is.
func BenchmarkWritesBesideADrill(b *testing.B) {
	o := Options{Database: "sqlite:" + filepath.Join(b.TempDir(), "a.db"), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	a, err := New(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Stop(context.Background())
	const workers, each = 100, 1000
	at := time.Now().UTC()
	write := func(worker string, n int) error {
		l, err := a.db.Load(b.Context(), worker)
		if err != nil {
			return err
		}
		var entries []store.Entry
		for i := range n {
			entries = append(entries, store.Entry{ID: fmt.Sprint(worker, "/", l.Revision, "/", i), At: at, RecordedAt: at, Kind: "text", Visit: "v" + worker, Rules: 3,
				Owner: "visit/v" + worker + fmt.Sprint(l.Revision), Input: []byte(`{"intent":"begin"}`), Events: []byte(`[{"what":"text_in"}]`), Words: private.New("going in now, out by four")})
		}
		return a.db.Commit(b.Context(), store.Change{Worker: worker, Revision: l.Revision, Watch: l.Watch, Entries: entries})
	}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			for range each / 10 {
				if err := write(fmt.Sprint("p-", i), 10); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for {
		n, err := a.db.Seal(b.Context(), at)
		if err != nil {
			b.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	waits := func(until <-chan struct{}) (list []time.Duration) {
		for {
			select {
			case <-until:
				slices.Sort(list)
				return list
			default:
			}
			began := time.Now()
			if err := write("p-alarm", 1); err != nil {
				b.Fatal(err)
			}
			list = append(list, time.Since(began))
		}
	}
	say := func(when string, list []time.Duration) {
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, "ms_median_"+when)
		b.ReportMetric(float64(list[len(list)*99/100].Microseconds())/1000, "ms_99th_"+when)
		b.ReportMetric(float64(list[len(list)-1].Microseconds())/1000, "ms_longest_"+when)
	}
	for b.Loop() {
		quiet := make(chan struct{})
		time.AfterFunc(3*time.Second, func() { close(quiet) })
		say("without", waits(quiet))
		ended := make(chan struct{})
		began := time.Now()
		go func() {
			if err := a.Drill(b.Context()); err != nil {
				b.Error(err)
			}
			b.ReportMetric(time.Since(began).Seconds(), "s_drill")
			close(ended)
		}()
		say("beside", waits(ended))
	}
}
