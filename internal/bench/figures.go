package bench

import (
	"fmt"
	"slices"
	"syscall"
	"time"
)

// processorTime is what this process has taken of the processors, the load and the stand-in included. On a machine that others use too it
// says more than the clock on the wall.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// quantile is the smallest of the sorted values that at least the share q of them do not exceed; zero for none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

// written gives a span with three figures, as people read it.
func written(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case ms >= 10_000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 1000:
		return fmt.Sprintf("%.2f s", ms/1000)
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.2f ms", ms)
	}
}

// atMost is a figure of time with a bound from above.
func atMost(name string, is, bound time.Duration) Figure {
	return Figure{Name: name, Value: written(is), Target: "at most " + short(bound), Met: is <= bound}
}

// atLeast is a figure of a rate with a bound from below.
func atLeast(name string, is, bound float64) Figure {
	return Figure{Name: name, Value: perSecond(is), Target: "at least " + perSecond(bound), Met: is >= bound}
}

func perSecond(rate float64) string { return thousands(int(rate)) + "/s" }

// short gives a round span.
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

// thousands writes a number as 12,345.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// spread gives the median, the 99th percentile and the slowest of some times as figures; bound is for the 99th percentile.
func spread(name string, times []time.Duration, bound time.Duration) []Figure {
	in := sorted(times)
	p99 := Figure{Name: name + ", 99th percentile", Value: written(quantile(in, 0.99))}
	if bound > 0 {
		p99 = atMost(p99.Name, quantile(in, 0.99), bound)
	}
	return []Figure{
		{Name: name + ", median", Value: written(quantile(in, 0.5))},
		p99,
		{Name: name + ", slowest", Value: written(quantile(in, 1))},
	}
}

func sorted(times []time.Duration) []time.Duration { return slices.Sorted(slices.Values(times)) }
