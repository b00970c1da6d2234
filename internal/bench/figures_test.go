package bench

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		of   []time.Duration
		q    float64
		want time.Duration
	}{
		{hundred, 0.5, 50}, {hundred, 0.99, 99}, {hundred, 1, 100}, {hundred, 0, 1},
		{hundred[:1], 0.99, 1}, {hundred[:3], 0.5, 2}, {nil, 0.5, 0},
	} {
		if got := quantile(c.of, c.q); got != c.want {
			t.Errorf("of %d, at %v: got %d, want %d", len(c.of), c.q, got, c.want)
		}
	}
}

func TestSpreadSortsItsTimes(t *testing.T) {
	times := []time.Duration{30 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond}
	got := spread("x", slices.Clone(times), 25*time.Millisecond)
	want := []Figure{
		{Name: "x, median", Value: "20.0 ms"},
		{Name: "x, 99th percentile", Value: "30.0 ms", Target: "at most 25 ms", Met: false},
		{Name: "x, slowest", Value: "30.0 ms"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFiguresAreReadable(t *testing.T) {
	for d, want := range map[time.Duration]string{
		340 * time.Microsecond: "0.34 ms", 12340 * time.Microsecond: "12.3 ms", 250 * time.Millisecond: "250 ms",
		1480 * time.Millisecond: "1.48 s", 15900 * time.Millisecond: "15.9 s",
	} {
		if got := written(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
	var out strings.Builder
	err := Print(&out, []Figure{atMost("short", time.Second, 2*time.Second), atLeast("a longer one", 10, 5000), {Name: "plain", Value: "7"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "short          1.00 s   at most 2 s        met\na longer one   10/s     at least 5,000/s   not met\nplain          7\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", out.String(), want)
	}
}

func TestMetricsAreFoundByTheirWholeName(t *testing.T) {
	text := []byte("# HELP a b\nallclear_texts_waiting_long 3\nallclear_texts_waiting 1.5e+03\n")
	if got, err := gaugeIn(text, "allclear_texts_waiting"); err != nil || got != 1500 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := gaugeIn(text, "allclear_texts"); err == nil {
		t.Error("a metric that is not there was found")
	}
}
