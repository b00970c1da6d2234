package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// caller calls the program's API.
type caller struct {
	address string
	secrets []string
	turn    atomic.Int64
	http    *http.Client
}

func newCaller(address string, secrets []string) *caller {
	return &caller{address: address, secrets: secrets, http: &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConns: clients, MaxIdleConnsPerHost: clients},
	}}
}

func (c *caller) close() { c.http.CloseIdleConnections() }

// call makes one call and reads its answer into out, where that is wanted.
func (c *caller) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.address+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call %s: %w", path, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.secrets[int(c.turn.Add(1))%len(c.secrets)])
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("call %s: %w", path, err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, bytes.TrimSpace(said)) // people and places here are invented
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(said, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

// gauge reads one figure from the program's metrics.
func (c *caller) gauge(ctx context.Context, names ...string) ([]float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address+"/metrics", nil)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	values := make([]float64, len(names))
	for i, name := range names {
		if values[i], err = gaugeIn(said, name); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// gaugeIn finds a figure without labels in Prometheus's text form.
func gaugeIn(text []byte, name string) (float64, error) {
	for line := range bytes.Lines(text) {
		if rest, found := bytes.CutPrefix(line, []byte(name+" ")); found {
			var v float64
			if _, err := fmt.Sscan(string(rest), &v); err != nil {
				return 0, fmt.Errorf("read metric %s: %w", name, err)
			}
			return v, nil
		}
	}
	return 0, fmt.Errorf("read metric %s: it is not there", name)
}

// each does n pieces of work, as many at once as there are clients, and gives the first error; the rest is then left.
func each(ctx context.Context, n int, done func(n int), work func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var next, finished atomic.Int64
	for range min(clients, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := work(ctx, i); err != nil {
					cancel(err)
					return
				}
				done(int(finished.Add(1)))
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return ctx.Err()
}
