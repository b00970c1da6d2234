// Package fault keeps the faults that somebody asked a stand-in for, until its requests suffer them. What a fault is, each stand-in says itself.
package fault

import (
	"sync"
	"sync/atomic"
)

// Queue is the faults asked for, in their order. Its zero value has none.
type Queue[F ~string] struct {
	mu   sync.Mutex
	list []asked[F]
	any  atomic.Bool // so that requests that suffer none do not wait for each other
}

type asked[F ~string] struct {
	kind F
	left int
}

// Add makes the next n requests suffer f, after the faults asked for earlier. A negative n is for all of them until Clear.
func (q *Queue[F]) Add(f F, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, asked[F]{f, n})
	q.any.Store(true)
}

// Clear forgets all faults asked for.
func (q *Queue[F]) Clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = nil
	q.any.Store(false)
}

// Next is the one that this request suffers, or "".
func (q *Queue[F]) Next() F {
	if !q.any.Load() {
		return ""
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return ""
	}
	f := &q.list[0]
	kind := f.kind
	if f.left--; f.left == 0 {
		q.list = q.list[1:]
		q.any.Store(len(q.list) > 0)
	}
	return kind
}
