package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// or gives the first that is there, else "not known".
func or(of ...string) string {
	for _, s := range of {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return notKnown
}

func reveal(t private.Text) string { return or(t.Reveal()) }

func number(n phone.Number) string { return or(n.National()) }

// spaced reveals what is there of them.
func spaced(of ...private.Text) string {
	var words []string
	for _, t := range of {
		if !t.IsZero() {
			words = append(words, t.Reveal())
		}
	}
	return strings.Join(words, " ")
}

// joined lists what each of them says, leaving out those that say nothing.
func joined[T any](of []T, between string, says func(T) string) string {
	var words []string
	for _, t := range of {
		if s := says(t); s != "" {
			words = append(words, s)
		}
	}
	return strings.Join(words, between)
}

// count is "1 call", "9 calls".
func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// minutes is "45 minutes", or "2 hours 5 minutes".
func minutes(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0:
		return count(m, "minute")
	case m == 0:
		return count(h, "hour")
	default:
		return count(h, "hour") + " " + count(m, "minute")
	}
}
