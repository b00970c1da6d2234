package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// UnderstandSize is which texts are read, and for how long.
type UnderstandSize struct {
	Lines []byte        // a JSON object a line, as `allclear understand` reads them; nil: the examples of our languages
	For   time.Duration // by one core, and again by all
}

// understoodRate is what is asked of two cores.
const understoodRate = 50_000

// Understand measures how many texts a second are read, understood and answered, each a line of JSON, by one core and by all.
func Understand(ctx context.Context, o Options, size UnderstandSize) ([]Figure, error) {
	lines, err := checkin.Lines{Phrase: "Scarlett"}.London()
	if err != nil {
		return nil, err
	}
	texts, err := textsOf(size.Lines)
	if err != nil {
		return nil, err
	}
	if err := tryEach(lines, texts); err != nil { // and fills the processor's caches
		return nil, err
	}
	figures := []Figure{{Name: "texts read over and over", Value: thousands(len(texts))}}
	cores := runtime.GOMAXPROCS(0)
	err = o.profiled(func() error {
		one, _, err := rateOf(ctx, lines, texts, 1, size.For)
		if err != nil {
			return err
		}
		o.progress("cores", 1, cores)
		all, each, err := rateOf(ctx, lines, texts, cores, size.For)
		figures = append(figures, Figure{Name: "texts understood by one core", Value: perSecond(one)},
			atLeast(fmt.Sprintf("texts understood by all %d cores", cores), all, understoodRate),
			Figure{Name: "processor time a text", Value: fmt.Sprintf("%.1f µs", float64(each)/float64(time.Microsecond))})
		return err
	})
	return figures, err
}

// textsOf cuts a file into its lines; without one it makes a line of each example, in each state that a visit can have.
func textsOf(file []byte) (texts [][]byte, err error) {
	for line := range bytes.Lines(file) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			texts = append(texts, line)
		}
	}
	if file != nil && len(texts) == 0 {
		return nil, errors.New("the file has no texts")
	}
	if len(texts) > 0 {
		return texts, nil
	}
	for _, x := range checkin.Standard().Examples {
		for now, state := range map[string]checkin.State{"2026-02-03T13:50": checkin.Booked, "2026-02-03T14:20": checkin.Inside, "2026-02-03T15:10": checkin.Overdue} {
			line, err := json.Marshal(map[string]any{"id": fmt.Sprint(len(texts)), "now": now, "state": state, "start": "14:00", "end": "15:00", "text": x.Text})
			if err != nil {
				return nil, fmt.Errorf("write example: %w", err)
			}
			texts = append(texts, line)
		}
	}
	return texts, nil
}

func tryEach(lines checkin.Lines, texts [][]byte) error {
	for i, line := range texts {
		if _, err := lines.Answer(line); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

// rateOf reads texts on some cores for a while, and gives how many a second and the processor time that each took.
func rateOf(ctx context.Context, lines checkin.Lines, texts [][]byte, cores int, during time.Duration) (rate float64, each time.Duration, err error) {
	ctx, done := context.WithTimeout(ctx, during)
	defer done()
	var read atomic.Int64
	began, used := time.Now(), processorTime()
	var wg sync.WaitGroup
	for core := range cores {
		wg.Go(func() {
			for i := core; ctx.Err() == nil; i++ {
				_, _ = lines.Answer(texts[i%len(texts)]) // each was tried before
				read.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	used = processorTime() - used
	if errors.Is(ctx.Err(), context.Canceled) {
		return 0, 0, ctx.Err()
	}
	n := max(read.Load(), 1)
	return float64(n) / took.Seconds(), used / time.Duration(n), nil
}
