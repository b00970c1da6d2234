package plan

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are the working hours of a week, as the clock on the wall shows them. The zero value is none.
type Hours struct {
	stretches []stretch // rising by day and start, none twice
}

// stretch is one day's from–to in minutes after its midnight, half open. A night's work ends on the next day, over 1440.
type stretch struct {
	day      time.Weekday
	from, to int
}

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
	noHours     = "none"
)

func officeHours() Hours {
	var h Hours
	for day := time.Monday; day <= time.Friday; day++ {
		h.stretches = append(h.stretches, stretch{day, 8*60 + 30, 17 * 60})
	}
	return h
}

// IsZero says that there are no working hours.
func (h Hours) IsZero() bool { return len(h.stretches) == 0 }

// Equal says that both are written alike. Hours with the same sum but other joints ("09:00-12:00,12:00-17:00") are not Equal.
func (h Hours) Equal(g Hours) bool { return slices.Equal(h.stretches, g.stretches) }

// Contains says whether it is working hours at the instant at, by the clock on the wall in at's own location: the caller converts to the
// team's zone.
func (h Hours) Contains(at time.Time) bool {
	wall := sinceSunday(at)
	for _, s := range h.stretches {
		start, length := time.Duration(s.start())*time.Minute, time.Duration(s.to-s.from)*time.Minute
		if into := (wall - start + week) % week; into < length {
			return true
		}
	}
	return false
}

// NextChange gives the first instant after at at which Contains changes, in at's location; the zero time if it never does.
//
// It goes by the clock on the wall, and so steps over nothing where that jumps: an hour that is skipped changes Contains at the jump, an
// hour that comes twice can change it three times.
func (h Hours) NextChange(at time.Time) time.Time {
	now := h.Contains(at)
	for t, last := at, at.Add(2*week); t.Before(last); {
		t = h.nextEdge(t)
		if t.IsZero() {
			break
		}
		if h.Contains(t) != now {
			return t
		}
	}
	return time.Time{}
}

// nextEdge gives the next instant after at that a stretch begins or ends on the wall's clock, or that this clock is changed; the zero
// time if there are no stretches.
func (h Hours) nextEdge(at time.Time) time.Time {
	wall, wait := sinceSunday(at), week+1
	for _, s := range h.stretches {
		for _, minute := range []int{s.start(), s.start() + s.to - s.from} {
			away := (time.Duration(minute)*time.Minute - wall + 2*week) % week
			if away == 0 {
				away = week
			}
			wait = min(wait, away)
		}
	}
	if wait > week {
		return time.Time{}
	}
	edge := at.Add(wait)
	if _, change := at.ZoneBounds(); !change.IsZero() && change.Before(edge) {
		return change.In(at.Location())
	}
	return edge
}

const week = weekMinutes * time.Minute

// start gives the minute of the week, from Sunday's midnight.
func (s stretch) start() int { return int(s.day)*dayMinutes + s.from }

// sinceSunday gives how far the clock on the wall is into its week.
func sinceSunday(at time.Time) time.Duration {
	hour, minute, second := at.Clock()
	return time.Duration(at.Weekday())*24*time.Hour + time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second + time.Duration(at.Nanosecond())
}

var errHours = errors.New(`hours are written like "Mon-Fri 08:30-17:00; Sat 09:00-12:00", or "none"`)

// ParseHours reads hours as people write them: "Mon-Fri 08:30-17:00", "Mon,Wed 09:00-12:00,13:00-16:30", several parts by ";", or "none".
// Days may be written out; an end that is not later than its start is on the next day ("Fri 22:00-06:00"); a whole day is "00:00-24:00".
func ParseHours(s string) (Hours, error) {
	if t := strings.TrimSpace(s); t == "" || strings.EqualFold(t, noHours) {
		return Hours{}, nil
	}
	if len(s) > 500 {
		return Hours{}, errHours
	}
	var h Hours
	for part := range strings.SplitSeq(strings.NewReplacer("–", "-", "—", "-").Replace(s), ";") {
		part = strings.Join(strings.Fields(part), "")
		digits := strings.IndexFunc(part, func(r rune) bool { return r >= '0' && r <= '9' })
		if digits < 0 {
			return Hours{}, errHours
		}
		days, err := parseDays(part[:digits])
		if err != nil {
			return Hours{}, err
		}
		for times := range strings.SplitSeq(part[digits:], ",") {
			from, to, err := parseTimes(times)
			if err != nil {
				return Hours{}, err
			}
			for _, day := range days {
				h.stretches = append(h.stretches, stretch{day, from, to})
			}
		}
	}
	return h.tidied(), nil
}

// tidied puts the stretches into their order, so that equal weeks are equal however they were written.
func (h Hours) tidied() Hours {
	slices.SortFunc(h.stretches, func(a, b stretch) int {
		return (a.start()-b.start())*2*dayMinutes + a.to - b.to
	})
	h.stretches = slices.Compact(h.stretches)
	return h
}

// parseDays reads "mon-fri", "Mon,Wed" or "Friday-Monday".
func parseDays(s string) ([]time.Weekday, error) {
	var days []time.Weekday
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, ok := parseDay(first)
		to, okay := parseDay(last)
		if !ok || !okay {
			return nil, fmt.Errorf("%.20q is no day of the week; %w", part, errHours)
		}
		for day := from; ; day = (day + 1) % 7 {
			days = append(days, day)
			if day == to {
				break
			}
		}
	}
	return days, nil
}

func parseDay(s string) (time.Weekday, bool) {
	s = strings.ToLower(s)
	if s == "weds" {
		return time.Wednesday, true
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if len(s) >= 3 && strings.HasPrefix(strings.ToLower(day.String()), s) {
			return day, true
		}
	}
	return 0, false
}

// parseTimes reads "08:30-17:00" into minutes after midnight, with an end on the next day over 1440.
func parseTimes(s string) (from, to int, err error) {
	first, last, _ := strings.Cut(s, "-")
	from, ok := parseClock(first)
	to, okay := parseClock(last)
	switch {
	case !ok || !okay || from == dayMinutes:
		return 0, 0, fmt.Errorf("%.20q is no from–to; %w", s, errHours)
	case from == to:
		return 0, 0, fmt.Errorf("%.20q has no length; a whole day is 00:00-24:00", s)
	case to < from:
		to += dayMinutes
	}
	return from, to, nil
}

// parseClock reads "8:30", "08:30" or "24:00" into minutes after midnight.
func parseClock(s string) (int, bool) {
	hours, minutes, ok := strings.Cut(s, ":")
	if !ok || len(hours) < 1 || len(hours) > 2 || len(minutes) != 2 {
		return 0, false
	}
	h, err := strconv.ParseUint(hours, 10, 8)
	m, err2 := strconv.ParseUint(minutes, 10, 8)
	if err != nil || err2 != nil || m > 59 || h*60+m > dayMinutes {
		return 0, false
	}
	return int(h*60 + m), true
}

// String writes the hours as ParseHours reads them, days with the same times together: "Mon-Fri 08:30-17:00".
func (h Hours) String() string {
	if h.IsZero() {
		return noHours
	}
	var parts []string
	rest := slices.Clone(h.stretches)
	slices.SortStableFunc(rest, func(a, b stretch) int { return fromMonday(a.day) - fromMonday(b.day) })
	for len(rest) > 0 {
		first := rest[0]
		var days [7]bool
		rest = slices.DeleteFunc(rest, func(s stretch) bool {
			same := s.from == first.from && s.to == first.to
			if same {
				days[fromMonday(s.day)] = true
			}
			return same
		})
		parts = append(parts, writeDays(days)+" "+writeClock(first.from)+"-"+writeClock(first.to))
	}
	return strings.Join(parts, "; ")
}

func fromMonday(day time.Weekday) int { return (int(day) + 6) % 7 }

// writeDays writes the days of a week that begins on Monday: "Mon-Fri", "Mon,Wed".
func writeDays(days [7]bool) string {
	var parts []string
	for i := 0; i < 7; i++ {
		if !days[i] {
			continue
		}
		first := i
		for i < 6 && days[i+1] {
			i++
		}
		part := dayName(first)
		if i > first {
			part += "-" + dayName(i)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

func dayName(fromMonday int) string { return time.Weekday((fromMonday + 1) % 7).String()[:3] }

func writeClock(minute int) string {
	if minute > dayMinutes {
		minute -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}

// MarshalText is String.
func (h Hours) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is ParseHours.
func (h *Hours) UnmarshalText(text []byte) error {
	parsed, err := ParseHours(string(text))
	if err == nil {
		*h = parsed
	}
	return err
}
