package town

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Line is one line of what happened.
type Line struct {
	At   time.Time     // plan time
	Real time.Duration // since the town opened
	Who  string
	What string
}

func (l Line) String() string {
	return fmt.Sprintf("%s  %6.2f s  %-16s %s", l.At.In(Zone()).Format("15:04:05"), l.Real.Seconds(), l.Who, l.What)
}

// note writes a line of the transcript.
func (w *Town) note(who, format string, args ...any) {
	l := Line{w.Now(), w.Elapsed(), who, fmt.Sprintf(format, args...)}
	w.mu.Lock()
	w.lines = append(w.lines, l)
	w.mu.Unlock()
	if w.o.Narrate != nil {
		w.o.Narrate(l)
	}
}

// Transcript is what happened so far, with every text and call in its place.
func (w *Town) Transcript() string {
	w.mu.Lock()
	lines := slices.Clone(w.lines)
	w.mu.Unlock()
	for _, m := range w.Texts() {
		lines = append(lines, Line{m.At, w.realTime(m.At), owner(m.To), "is texted: " + m.Body})
	}
	for _, c := range w.Calls() {
		lines = append(lines, Line{c.At, w.realTime(c.At), owner(c.To), fmt.Sprintf("is rung (%s, pressed %q): %q", c.Status, c.Pressed, c.Heard)})
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) })
	var out strings.Builder
	for _, l := range lines {
		fmt.Fprintln(&out, l)
	}
	return out.String()
}

// realTime is how long after the town opened an instant of plan time was.
func (w *Town) realTime(plan time.Time) time.Duration {
	return w.Elapsed() - w.inReal(w.Now().Sub(plan))
}

// owner names who has a number.
func owner(number string) string {
	for _, p := range []Person{Priya, Sam, Ann, Lee} {
		switch number {
		case p.Mobile:
			return p.First()
		case p.Personal:
			return p.First() + " (own phone)"
		}
	}
	return cmp.Or(number, "nobody")
}
