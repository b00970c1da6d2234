package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed templates/day.html
var dayHTML string

var dayPart = template.Must(template.New("day").Parse(dayHTML))

// Charts is the day as a part of a page: each chart an inline SVG with its title and description, and beside it the table
// of the same numbers. It has no script, no inline style and no heading above the second level.
func (d Day) Charts() (template.HTML, error) {
	var b strings.Builder
	if err := dayPart.Execute(&b, d.page()); err != nil {
		return "", fmt.Errorf("write charts of a day: %w", err)
	}
	return template.HTML(b.String()), nil // #nosec G203 -- html/template made it
}

// The plot, in the units of the drawing. Its letters are 13 high, and 12 pixels on a phone 360 wide.
const (
	chartWidth, chartHeight = 360, 150
	plotLeft, plotRight     = 52, 352
	plotTop, plotFloor      = 12, 124
)

// dayPage is a day as its template shows it.
type dayPage struct {
	Title              string
	Empty              bool
	Bars               []barChart
	Hours              []hourRow
	Total              Hour
	ID                 string
	Dots               *dotChart // nil when no alarm opened
	Told               []toldRow
	Width, Height      int
	Left, Right        int
	Floor              int // where the plot stands; its marks go on to TickEnd, and their labels are on LabelLine
	TickEnd, LabelLine int
}

type hourRow struct {
	Label string
	Hour
}

type toldRow struct{ Opened, After string }

// chart is what every chart has.
type chart struct {
	ID, Title, Desc string
	Up, Along       []tick
}

// tick is a labelled place on an axis.
type tick struct{ At, Label string }

type barChart struct {
	chart
	Class string
	Bars  []bar
}

type bar struct{ X, Y, Width, Height string }

type dotChart struct {
	chart
	Dots []dot
}

// dot is one alarm; one that nobody was told of yet is a cross at the top.
type dot struct {
	X, Y string
	Told bool
}

func (d Day) page() dayPage {
	p := dayPage{Title: "Figures of " + d.From.Format("Monday 2 January 2006"), Empty: d.Empty(), Total: d.Total(), ID: "day-" + d.From.Format("2006-01-02"),
		Width: chartWidth, Height: chartHeight, Left: plotLeft, Right: plotRight, Floor: plotFloor, TickEnd: plotFloor + 6, LabelLine: plotFloor + 20}
	if p.Empty {
		return p
	}
	labels := d.labels()
	for i, h := range d.Hours {
		p.Hours = append(p.Hours, hourRow{labels[i], h})
	}
	for _, c := range []struct {
		class, title, one, many string
		of                      func(Hour) int
	}{
		{"check-ins", "Check-ins", "check-in", "check-ins", func(h Hour) int { return h.CheckIns }},
		{"reminders", "Reminders", "reminder", "reminders", func(h Hour) int { return h.Reminders }},
		{"alarms", "Alarms", "alarm", "alarms", func(h Hour) int { return h.Alarms }},
	} {
		b := d.bars(c.of)
		b.Class, b.ID, b.Title = c.class, p.ID+"-"+c.class, c.title+" in each hour"
		b.Desc = d.most(c.of, labels, c.one, c.many)
		p.Bars = append(p.Bars, b)
	}
	p.Dots, p.Told = d.dots(p.ID), d.told()
	return p
}

// labels names the hours by the clock on the wall. One that comes twice says by which time it goes.
func (d Day) labels() []string {
	seen := map[string]int{}
	for _, h := range d.Hours {
		seen[h.From.Format("15:04")]++
	}
	var labels []string
	for _, h := range d.Hours {
		label := h.From.Format("15:04")
		if seen[label] > 1 {
			label = h.From.Format("15:04 MST")
		}
		labels = append(labels, label)
	}
	return labels
}

// along are the hours named below a chart: every sixth on the wall clock.
func (d Day) along() []tick {
	var ticks []tick
	for i, h := range d.Hours {
		if h.From.Hour()%6 == 0 && h.From.Minute() == 0 {
			ticks = append(ticks, tick{units(d.across(float64(i))), h.From.Format("15:04")})
		}
	}
	return ticks
}

// across is where an hour, counted from the day's first, is drawn.
func (d Day) across(hour float64) float64 {
	return plotLeft + hour*(plotRight-plotLeft)/float64(len(d.Hours))
}

// up is where a share of a chart's height is drawn.
func up(share float64) float64 { return plotFloor - share*(plotFloor-plotTop) }

func units(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// bars draws one figure of each hour.
func (d Day) bars(of func(Hour) int) barChart {
	most := 1
	for _, h := range d.Hours {
		most = max(most, of(h))
	}
	top := roundUp(most)
	c := barChart{chart: chart{Along: d.along()}}
	steps := 2
	if top == 1 {
		steps = 1
	}
	for i := range steps + 1 {
		c.Up = append(c.Up, tick{units(up(float64(i) / float64(steps))), strconv.Itoa(i * top / steps)})
	}
	for i, h := range d.Hours {
		if n := of(h); n > 0 {
			y, wide := up(float64(n)/float64(top)), d.across(1)-d.across(0)
			c.Bars = append(c.Bars, bar{units(d.across(float64(i)) + wide/8), units(y), units(wide * 3 / 4), units(plotFloor - y)})
		}
	}
	return c
}

// roundUp gives the next 1, 2, 4, 6, 8 or 10 of a power of ten: an axis ends there.
func roundUp(n int) int {
	for ten := 1; ; ten *= 10 {
		for _, step := range []int{1, 2, 4, 6, 8, 10} {
			if step*ten >= n {
				return step * ten
			}
		}
	}
}

// most says a figure's whole and its fullest hour.
func (d Day) most(of func(Hour) int, labels []string, one, many string) string {
	sum, fullest := 0, 0
	for i, h := range d.Hours {
		sum += of(h)
		if of(h) > of(d.Hours[fullest]) {
			fullest = i
		}
	}
	switch {
	case sum == 0:
		return "No " + many + "."
	case sum == 1:
		return fmt.Sprintf("1 %s, in the hour from %s.", one, labels[fullest])
	}
	return fmt.Sprintf("%d %s; the most in one hour, %d, from %s.", sum, many, of(d.Hours[fullest]), labels[fullest])
}

// tops are the ends that the axis of times to tell may have.
var tops = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// dots draws each alarm's time to tell above the hour in which it opened.
func (d Day) dots(id string) *dotChart {
	if len(d.Tell) == 0 {
		return nil
	}
	var top time.Duration
	for _, t := range d.Tell {
		top = max(top, t.After())
	}
	if i := slices.IndexFunc(tops, func(end time.Duration) bool { return end >= top }); i >= 0 {
		top = tops[i]
	}
	c := &dotChart{chart: chart{ID: id + "-tell", Title: "Time to tell", Desc: d.howSoon(), Along: d.along(),
		Up: []tick{{units(up(0)), "0"}, {units(up(.5)), short(top / 2)}, {units(up(1)), short(top)}}}}
	for _, t := range d.Tell {
		y := up(1)
		if t.Yet() {
			y = up(float64(t.After()) / float64(top))
		}
		c.Dots = append(c.Dots, dot{units(d.across(t.OpenedAt.Sub(d.From).Hours())), units(y), t.Yet()})
	}
	return c
}

// howSoon says the times to tell in a sentence or two.
func (d Day) howSoon() string {
	var after []time.Duration
	for _, t := range d.Tell {
		if t.Yet() {
			after = append(after, t.After())
		}
	}
	slices.Sort(after)
	var s string
	switch n := len(after); {
	case n == 1:
		s = fmt.Sprintf("One alarm was told, after %s.", long(after[0]))
	case n > 1 && after[n-1] < time.Second:
		s = fmt.Sprintf("%d alarms were told, each within a second.", n)
	case n > 1:
		s = fmt.Sprintf("%d alarms were told: half of them within %s, the last after %s.", n, long(max(after[(n-1)/2], time.Second)), long(after[n-1]))
	}
	switch n := len(d.Tell) - len(after); {
	case n == 1:
		s += " One alarm, a cross, has reached nobody yet."
	case n > 1:
		s += fmt.Sprintf(" %d alarms, a cross each, have reached nobody yet.", n)
	}
	return strings.TrimSpace(s)
}

// told are the rows of the times to tell. An hour that comes twice says by which time it goes.
func (d Day) told() []toldRow {
	layout := "15:04:05"
	if len(d.Hours) > 24 {
		layout += " MST"
	}
	var rows []toldRow
	for _, t := range d.Tell {
		after := "Nobody yet"
		if t.Yet() {
			after = long(t.After())
		}
		rows = append(rows, toldRow{t.OpenedAt.In(d.Zone).Format(layout), after})
	}
	return rows
}

// long says a length in full: "1 min 20 s".
func long(d time.Duration) string {
	if d < time.Second {
		return "under 1 s"
	}
	d = d.Round(time.Second)
	var parts []string
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / u.of; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.of
		}
	}
	return strings.Join(parts, " ")
}

// short says a length beside an axis, in one unit where it can.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return strconv.FormatFloat(d.Hours(), 'f', -1, 64) + " h"
	case d >= time.Minute:
		return strconv.FormatFloat(d.Minutes(), 'f', -1, 64) + " min"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}
