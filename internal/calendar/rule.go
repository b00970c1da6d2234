package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// errRule is why a recurrence is not followed. It never holds the rule's own words.
var errRule = errors.New("a recurrence that can't be followed")

// What a rule may be at most. Nothing that people do, or clocks, needs more, and each bounds what a stranger's rule can make us count.
const (
	longestRule  = 1_000   // characters
	mostValues   = 60      // in one list
	mostTimes    = 24      // a day
	mostInterval = 1_000   // of days, weeks, months or years
	mostCount    = 100_000 // times
)

// rule is a recurrence, read and found to be one that can be followed.
type rule struct {
	option   rrule.ROption
	until    wall
	hasUntil bool
}

// ruleOf reads the value of an RRULE. Days are the least it repeats by: what recurs by the hour or second is no appointment, and would have us
// count its seconds.
func ruleOf(value string) (rule, error) {
	var r rule
	if len(value) > longestRule {
		return rule{}, fmt.Errorf("%w: too long", errRule)
	}
	seen := map[string]string{}
	value = strings.ToUpper(strings.Trim(value, " \t;"))
	for part := range strings.SplitSeq(value, ";") {
		key, v, _ := strings.Cut(part, "=")
		key, v = strings.TrimSpace(key), strings.ReplaceAll(v, " ", "")
		if was, twice := seen[key]; twice && was != v {
			return rule{}, fmt.Errorf("%w: a part comes twice", errRule)
		}
		seen[key] = v
		if err := r.set(key, v); err != nil {
			return rule{}, err
		}
	}
	if seen["FREQ"] == "" {
		return rule{}, fmt.Errorf("%w: no frequency", errRule)
	}
	if err := r.check(); err != nil {
		return rule{}, err
	}
	r.number()
	return r, nil
}

func (r *rule) set(key, v string) (err error) {
	o := &r.option
	switch key {
	case "", "SKIP":
	case "FREQ":
		frequency, known := map[string]rrule.Frequency{"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY, "DAILY": rrule.DAILY}[v]
		if !known {
			return fmt.Errorf("%w: its frequency", errRule)
		}
		o.Freq = frequency
	case "RSCALE":
		if v != "GREGORIAN" {
			return fmt.Errorf("%w: its calendar", errRule)
		}
	case "INTERVAL":
		o.Interval, err = between(v, 1, mostInterval)
	case "COUNT":
		if v == "-1" { // without end, to some programs
			return nil
		}
		o.Count, err = between(v, 1, 1<<31-1)
		o.Count = min(o.Count, mostCount)
	case "UNTIL":
		if r.until, r.hasUntil = wallOf(v); !r.hasUntil {
			return fmt.Errorf("%w: its end", errRule)
		}
	case "WKST":
		o.Wkst, _, err = weekday(v)
	case "BYDAY":
		o.Byweekday, err = weekdays(v)
	case "BYSETPOS":
		o.Bysetpos, err = list(v, -366, 366)
	case "BYMONTH":
		o.Bymonth, err = list(v, 1, 12)
	case "BYMONTHDAY":
		o.Bymonthday, err = list(v, -31, 31)
	case "BYYEARDAY":
		o.Byyearday, err = list(v, -366, 366)
	case "BYWEEKNO":
		o.Byweekno, err = list(v, -53, 53)
	case "BYHOUR":
		o.Byhour, err = list(v, 0, 23)
	case "BYMINUTE":
		o.Byminute, err = list(v, 0, 59)
	case "BYSECOND":
		o.Bysecond, err = list(v, 0, 59)
	default:
		return fmt.Errorf("%w: a part that is not known", errRule)
	}
	return err
}

// check refuses what makes no sense together, or more than people and clocks do.
func (r rule) check() error {
	o := r.option
	if max(1, len(o.Byhour))*max(1, len(o.Byminute))*max(1, len(o.Bysecond)) > mostTimes {
		return fmt.Errorf("%w: too many times a day", errRule)
	}
	if slices.Contains(o.Bysetpos, 0) || slices.Contains(o.Bymonthday, 0) || slices.Contains(o.Byyearday, 0) || slices.Contains(o.Byweekno, 0) {
		return fmt.Errorf("%w: a place of none", errRule)
	}
	for _, d := range o.Byweekday {
		inMonth := o.Freq == rrule.MONTHLY || o.Freq == rrule.YEARLY && len(o.Bymonth) > 0
		if n := d.N(); inMonth && (n > 5 || n < -5) {
			return fmt.Errorf("%w: a week that no month has", errRule)
		}
	}
	if len(o.Byweekno) > 0 && o.Freq != rrule.YEARLY {
		return fmt.Errorf("%w: weeks of a year", errRule)
	}
	return nil
}

func between(v string, least, most int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%w: a number", errRule)
	}
	return n, nil
}

func list(v string, least, most int) ([]int, error) {
	values := strings.Split(strings.Trim(v, ","), ",")
	if len(values) > mostValues {
		return nil, fmt.Errorf("%w: too many values", errRule)
	}
	var numbers []int
	for _, s := range values {
		n, err := between(s, least, most)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

func weekdays(v string) ([]rrule.Weekday, error) {
	values := strings.Split(strings.Trim(v, ","), ",")
	if len(values) > mostValues {
		return nil, fmt.Errorf("%w: too many values", errRule)
	}
	var days []rrule.Weekday
	for _, s := range values {
		day, n, err := weekday(s)
		if err != nil {
			return nil, err
		}
		days = append(days, day.Nth(n))
	}
	return days, nil
}

// weekday reads MO, 1SU and -1FR.
func weekday(s string) (rrule.Weekday, int, error) {
	if len(s) < 2 {
		return rrule.Weekday{}, 0, fmt.Errorf("%w: a day", errRule)
	}
	i := slices.Index([]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}, s[len(s)-2:])
	if i < 0 {
		return rrule.Weekday{}, 0, fmt.Errorf("%w: a day", errRule)
	}
	day := weekdays7[i]
	if len(s) == 2 {
		return day, 0, nil
	}
	n, err := between(s[:len(s)-2], -53, 53)
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: a place of none", errRule)
	}
	return day, n, err
}

// number writes "TU" as the first to the last Tuesday where it stands beside "2MO": the library takes only the days that are both, RFC 5545 those
// that are either.
func (r *rule) number() {
	o := &r.option
	most := 5
	switch {
	case o.Freq == rrule.YEARLY && len(o.Bymonth) == 0:
		most = 53
	case o.Freq != rrule.YEARLY && o.Freq != rrule.MONTHLY:
		return
	}
	plain := func(d rrule.Weekday) bool { return d.N() == 0 }
	if !slices.ContainsFunc(o.Byweekday, plain) || !slices.ContainsFunc(o.Byweekday, func(d rrule.Weekday) bool { return !plain(d) }) {
		return
	}
	var days []rrule.Weekday
	for _, d := range o.Byweekday {
		if !plain(d) {
			days = append(days, d)
			continue
		}
		for n := range most {
			days = append(days, d.Nth(n+1))
		}
	}
	o.Byweekday = days
}

// library is the rule as the library counts it by RFC 5545, for a series whose first that counts is start.
func (r rule) library(start time.Time) (rrule.ROption, error) {
	o := r.option
	today := weekdays7[(int(start.Weekday())+6)%7]
	days := len(o.Byweekday) + len(o.Bymonthday) + len(o.Byyearday)
	if len(o.Byweekno) > 0 && days == 0 {
		o.Byweekday = []rrule.Weekday{today} // one day of those weeks, where the library takes all
	}
	if o.Freq == rrule.WEEKLY && len(o.Bysetpos) > 0 {
		// A place in the week counts from the week's first day, where the library's first week begins with the series.
		if o.Count > 0 {
			return o, errRule
		}
		if days == 0 {
			o.Byweekday = []rrule.Weekday{today}
		}
		start = start.AddDate(0, 0, -(today.Day()-o.Wkst.Day()+7)%7)
	}
	o.Dtstart = shifted(start, later)
	return o, nil
}

// weekdays7 are the days of the week in the library's order.
var weekdays7 = [...]rrule.Weekday{rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU}

// The library counts until the year 9999 where a rule has no day at all. The calendar repeats itself every 400 years to the day of the week, so
// counting happens at the end of those years: a rule that never comes is given up within 400.
const (
	later      = 7600 // years, a multiple of 400
	firstYear  = 1601
	latestYear = 2300
)

// between gives the times that a clock shows by the rule, from and to included, of a series that begins at start. All are clocks as in [wall].
func (r rule) between(start, from, to, until time.Time) (clocks []time.Time, err error) {
	if start.Year() < firstYear || start.Year() > latestYear || from.Year() > latestYear {
		return nil, fmt.Errorf("%w: its years", errRule)
	}
	// The library is bounded by what ruleOf lets through; should it fail all the same, a series is not followed and the rest goes on.
	defer func() {
		if recover() != nil {
			clocks, err = nil, errRule
		}
	}()
	o, err := r.library(r.forward(start, from))
	if err != nil {
		return nil, err
	}
	if r.hasUntil && until.Before(to) {
		to = until
	}
	if to.Year() > latestYear {
		to = time.Date(latestYear, time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	if to.Before(start) {
		return nil, nil
	}
	o.Until = shifted(to, later)
	made, err := rrule.NewRRule(o)
	if err != nil {
		return nil, errRule
	}
	next := made.Iterator()
	for {
		t, more := next()
		if !more {
			return clocks, nil
		}
		if t = shifted(t, -later); !t.Before(from) && !t.Before(start) {
			clocks = append(clocks, t)
		}
	}
}

func shifted(t time.Time, years int) time.Time {
	return time.Date(t.Year()+years, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// forward is a later start of the same series that leaves the days from then on as they are, so that a series from long ago costs no more than
// a young one. One that ends after a number of times is counted from its start.
func (r rule) forward(start, from time.Time) time.Time {
	step := max(1, r.option.Interval)
	switch {
	case r.option.Count > 0:
		return start
	case r.option.Freq == rrule.WEEKLY:
		step *= 7
	case r.option.Freq != rrule.DAILY:
		return start
	}
	if days := int(from.Sub(start)/(24*time.Hour)) - 2*step; days > 0 {
		return start.AddDate(0, 0, days/step*step)
	}
	return start
}
