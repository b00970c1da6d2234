package api

import (
	"sync"
	"time"
)

// What one token may ask, in real time: far above what a program needs that asks for a reason.
const (
	asksPerSecond = 200
	asksAtOnce    = 2000
	maxBuckets    = 1000 // tokens remembered; beyond it all start anew
)

// limits keeps one caller from taking the whole service. Check-ins and alarms never come here.
type limits struct {
	clock   func() time.Time
	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket is what a token may still ask, as it was at some time.
type bucket struct {
	left float64
	at   time.Time
}

func newLimits(clock func() time.Time) *limits {
	return &limits{clock: clock, buckets: map[string]*bucket{}}
}

// over takes one ask of the token's; when it has none left it says how long to wait.
func (l *limits) over(token string) (wait time.Duration, over bool) {
	at := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[token]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			clear(l.buckets)
		}
		b = &bucket{asksAtOnce, at}
		l.buckets[token] = b
	}
	if passed := at.Sub(b.at); passed > 0 {
		b.left = min(asksAtOnce, b.left+passed.Seconds()*asksPerSecond)
	}
	b.at = at
	if b.left < 1 {
		return time.Second / asksPerSecond, true
	}
	b.left--
	return 0, false
}
