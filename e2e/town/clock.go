package town

import (
	"net/http"
	"strconv"
	"sync"
	"time"
	_ "time/tzdata" // the town is in Gloucestershire, wherever the machine is
)

// clock is the rehearsal clock as read from outside: an instant of it, when that was read, and its speed.
type clock struct {
	mu    sync.Mutex
	speed float64
	began time.Time // real, when the town opened
	plan  time.Time // zero before the first reading
	real  time.Time
}

// readings is how often the clock is read at the start: the quickest answer tells the time best.
const readings = 7

// synchronise reads Allclear's clock.
func (w *Town) synchronise() {
	w.t.Helper()
	best := slack
	for range readings {
		before := time.Now()
		answer := Ask[struct {
			Now   time.Time `json:"now"`
			Speed float64   `json:"speed"`
		}](w, http.MethodGet, "/clock", nil, http.StatusOK)
		took := time.Since(before)
		w.Check(answer.Speed == float64(w.o.Speed), "the clock runs at %d times (it runs at %v)", w.o.Speed, answer.Speed)
		if took < best {
			best = took
			w.clock.mu.Lock()
			w.clock.plan, w.clock.real = answer.Now, before.Add(took/2)
			w.clock.mu.Unlock()
		}
	}
}

// Now is the plan time.
func (w *Town) Now() time.Time { return w.PlanTime(time.Now()) }

// PlanTime is the plan time at a real instant; the real instant itself before the clock was first read.
func (w *Town) PlanTime(real time.Time) time.Time {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	if w.clock.plan.IsZero() {
		return real
	}
	return w.clock.plan.Add(time.Duration(float64(real.Sub(w.clock.real)) * w.clock.speed))
}

// Elapsed is the real time since the town opened.
func (w *Town) Elapsed() time.Duration { return time.Since(w.clock.began) }

// inReal is how long a span of plan time takes.
func (w *Town) inReal(plan time.Duration) time.Duration {
	return time.Duration(float64(plan) / w.clock.speed)
}

// Tolerance is the plan time in which what is done at once may still be seen: 300 ms of real latency.
func (w *Town) Tolerance() time.Duration {
	return time.Duration(300 * float64(time.Millisecond) * w.clock.speed)
}

// Until lets plan time pass until an instant.
func (w *Town) Until(plan time.Time) {
	time.Sleep(w.inReal(plan.Sub(w.Now())))
}

// eventually looks until done, for within of plan time and the slack; it reports whether it came.
func (w *Town) eventually(within time.Duration, done func() bool) bool {
	more := slack
	if w.o.Patient {
		more = patience
	}
	for end := time.Now().Add(w.inReal(within) + more); ; time.Sleep(look) {
		if done() {
			return true
		}
		if time.Now().After(end) {
			return done()
		}
	}
}

// Clock is an instant as the town's people say it, "15:04".
func Clock(at time.Time) string { return at.In(Zone()).Format("15:04") }

// Zone is the town's.
func Zone() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return time.UTC // the zone's tables are built in
	}
	return zone
}

func itoa(n int) string { return strconv.Itoa(n) }
