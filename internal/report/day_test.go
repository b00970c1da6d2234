package report

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

var update = flag.Bool("update", false, "write the golden files anew")

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// weekday is an ordinary day: visits from nine to six, some asked, two alarms told and one not yet.
func weekday(t testing.TB) Day {
	midnight := time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)
	happened := func(yield func(time.Time, watch.What) bool) {
		for hour := range 24 {
			at := midnight.Add(time.Duration(hour)*time.Hour + 20*time.Minute)
			n := map[watch.What]int{watch.VisitIn: 3} // what came of a check-in is no second one
			if hour >= 9 && hour <= 18 {
				n[watch.TextIn], n[watch.Prompted] = 4+hour*7%11, hour%3
			}
			if hour == 11 || hour == 17 || hour == 23 {
				n[watch.AlarmOpened], n[watch.AlarmRaised] = 1, 1 // raised further is no second alarm
			}
			for what, times := range n {
				for range times {
					if !yield(at, what) {
						return
					}
				}
			}
		}
		yield(midnight.Add(-time.Second), watch.TextIn)
		yield(midnight.AddDate(0, 0, 1), watch.TextIn)
	}
	tell := []Told{
		{midnight.Add(11*time.Hour + 20*time.Minute), midnight.Add(11*time.Hour + 20*time.Minute + 4*time.Second)},
		{midnight.Add(17*time.Hour + 20*time.Minute), midnight.Add(17*time.Hour + 21*time.Minute + 15*time.Second)},
		{OpenedAt: midnight.Add(23*time.Hour + 20*time.Minute)},
		{OpenedAt: midnight.AddDate(0, 0, 1)},
	}
	return DayOf(midnight.Add(12*time.Hour), london(t), happened, tell)
}

func charts(t testing.TB, d Day) string {
	t.Helper()
	part, err := d.Charts()
	if err != nil {
		t.Fatal(err)
	}
	return string(part)
}

func TestADayCountsWhatIsItsOwn(t *testing.T) {
	d := weekday(t)
	if got := d.Total(); got.CheckIns != 94 || got.Reminders != 9 || got.Alarms != 3 || len(d.Tell) != 3 {
		t.Errorf("counted %+v and %d alarms told of", got, len(d.Tell))
	}
	if h := d.Hours[9]; h.CheckIns != 12 || h.Reminders != 0 || h.From.Hour() != 9 {
		t.Errorf("the hour from nine: %+v", h)
	}
}

// TestADayWithAClockChange: the hours are those that passed, and one that comes twice is told apart.
func TestADayWithAClockChange(t *testing.T) {
	zone := london(t)
	for _, tt := range []struct {
		date  time.Time
		hours int
		twice []string
		never string
	}{
		{time.Date(2026, 3, 29, 12, 0, 0, 0, zone), 23, nil, "01:00"},
		{time.Date(2026, 10, 25, 12, 0, 0, 0, zone), 25, []string{"01:00 BST", "01:00 GMT"}, "01:00"},
		{time.Date(2026, 11, 22, 12, 0, 0, 0, zone), 24, nil, ""},
	} {
		d := NewDay(tt.date, zone)
		labels := d.labels()
		if len(d.Hours) != tt.hours || d.To.Sub(d.From) != time.Duration(tt.hours)*time.Hour {
			t.Errorf("%s has %d hours", tt.date.Format(time.DateOnly), len(d.Hours))
		}
		for _, label := range tt.twice {
			if !slices.Contains(labels, label) {
				t.Errorf("%s: no hour %s: %v", tt.date.Format(time.DateOnly), label, labels)
			}
		}
		if tt.never != "" && slices.Contains(labels, tt.never) {
			t.Errorf("%s: an hour %s: %v", tt.date.Format(time.DateOnly), tt.never, labels)
		}
		last := DayOf(tt.date, zone, one(d.To.Add(-time.Second), watch.TextIn), nil)
		if last.Hours[tt.hours-1].CheckIns != 1 {
			t.Errorf("%s: its last second is not in its last hour", tt.date.Format(time.DateOnly))
		}
	}
}

func one(at time.Time, what watch.What) iter.Seq2[time.Time, watch.What] {
	return func(yield func(time.Time, watch.What) bool) { yield(at, what) }
}

var countedRow = regexp.MustCompile(`<tr><th scope="row">([^<]*)</th><td>([^<]*)</td>(?:<td>(\d+)</td><td>(\d+)</td>)?</tr>`)

// TestTheTablesHoldTheNumbers: who cannot see the charts has every number, and no other.
func TestTheTablesHoldTheNumbers(t *testing.T) {
	d := weekday(t)
	rows := countedRow.FindAllStringSubmatch(charts(t, d), -1)
	if len(rows) != 24+1+3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, h := range append(slices.Clone(d.Hours), d.Total()) {
		want := []string{strconv.Itoa(h.CheckIns), strconv.Itoa(h.Reminders), strconv.Itoa(h.Alarms)}
		if !slices.Equal(rows[i][2:], want) {
			t.Errorf("%s: want %v, got %v", rows[i][1], want, rows[i][2:])
		}
	}
	for i, want := range [][]string{{"11:20:00", "4 s"}, {"17:20:00", "1 min 15 s"}, {"23:20:00", "Nobody yet"}} {
		if got := rows[25+i][1:3]; !slices.Equal(got, want) {
			t.Errorf("told: want %v, got %v", want, got)
		}
	}
}

// drawn is what of an SVG's elements the tests look at.
type drawn struct {
	Name   string
	Attr   map[string]string
	Inside string
}

// elements reads the part as strictly as XML, so that every element is closed and every attribute quoted.
func elements(t testing.TB, part string) []drawn {
	t.Helper()
	var out []drawn
	dec := xml.NewDecoder(strings.NewReader(part))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := drawn{Name: tok.Name.Local, Attr: map[string]string{}}
			for _, a := range tok.Attr {
				e.Attr[a.Name.Local] = a.Value
			}
			out = append(out, e)
		case xml.CharData:
			if len(out) > 0 && out[len(out)-1].Inside == "" {
				out[len(out)-1].Inside = strings.TrimSpace(string(tok))
			}
		}
	}
}

// TestTheBarsAreAsHighAsTheirNumbers reads the drawing back: each chart's bars, in order, in proportion to its numbers.
func TestTheBarsAreAsHighAsTheirNumbers(t *testing.T) {
	d := weekday(t)
	numbers := map[string]func(Hour) int{
		"chart chart-check-ins": func(h Hour) int { return h.CheckIns },
		"chart chart-reminders": func(h Hour) int { return h.Reminders },
		"chart chart-alarms":    func(h Hour) int { return h.Alarms },
	}
	heights, class := map[string][]float64{}, ""
	for _, e := range elements(t, charts(t, d)) {
		switch e.Name {
		case "figure":
			class = e.Attr["class"]
		case "rect":
			h, err := strconv.ParseFloat(e.Attr["height"], 64)
			if err != nil {
				t.Fatal(err)
			}
			heights[class] = append(heights[class], h)
		}
	}
	for class, of := range numbers {
		most, bars := 1, []int{}
		for _, h := range d.Hours {
			if n := of(h); n > 0 {
				bars = append(bars, n)
			}
			most = max(most, of(h))
		}
		if len(heights[class]) != len(bars) {
			t.Errorf("%s: %d bars for %d hours", class, len(heights[class]), len(bars))
			continue
		}
		for i, n := range bars {
			if want := float64(n) / float64(roundUp(most)) * (plotFloor - plotTop); heights[class][i] < want-.1 || heights[class][i] > want+.1 {
				t.Errorf("%s: a bar %.1f high for %d: want %.1f", class, heights[class][i], n, want)
			}
		}
	}
}

// TestTheChartsAreAccessibleAndStrict: each is an image with a title and a description of its own, and nothing needs a
// policy that allows inline style or script.
func TestTheChartsAreAccessibleAndStrict(t *testing.T) {
	ids, images := map[string]string{}, 0
	all := elements(t, charts(t, weekday(t)))
	for _, e := range all {
		if id := e.Attr["id"]; id != "" {
			if ids[id] != "" {
				t.Errorf("two elements are %s", id)
			}
			ids[id] = e.Name + ": " + e.Inside
		}
		for name, value := range e.Attr {
			if name == "style" || strings.HasPrefix(name, "on") || strings.HasPrefix(value, "#") {
				t.Errorf("%s has %s=%q", e.Name, name, value)
			}
		}
		if e.Name == "script" || e.Name == "style" || e.Name == "use" {
			t.Errorf("a %s", e.Name)
		}
	}
	for _, e := range all {
		if e.Name != "svg" {
			continue
		}
		images++
		title, desc := e.Attr["aria-labelledby"], e.Attr["aria-describedby"]
		if e.Attr["role"] != "img" || !strings.HasPrefix(ids[title], "title: ") || !strings.HasPrefix(ids[desc], "desc: ") || len(ids[desc]) < 20 {
			t.Errorf("a chart that is no image with its title and description: %v", e.Attr)
		}
		if e.Attr["viewBox"] == "" || e.Attr["width"] != "100%" || e.Attr["height"] != "" {
			t.Errorf("a chart that does not scale: %v", e.Attr)
		}
	}
	if images != 4 {
		t.Errorf("%d charts", images)
	}
}

func TestTheChartsOfADayAreKept(t *testing.T) {
	const golden = "testdata/day.html"
	got := charts(t, weekday(t))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the charts changed: look at them, then run with -update. Got:\n%s", got)
	}
}

func TestAnEmptyDaySaysSo(t *testing.T) {
	part := charts(t, NewDay(on(12, 0), time.UTC))
	if !strings.Contains(part, "Nothing happened on this day yet") || strings.Contains(part, "<svg") || strings.Contains(part, "<table") {
		t.Errorf("an empty day:\n%s", part)
	}
	part = charts(t, DayOf(on(12, 0), time.UTC, one(on(12, 0), watch.TextIn), nil))
	if strings.Contains(part, "Nothing happened") || !strings.Contains(part, "No alarm opened on this day") || !strings.Contains(part, "No reminders.") {
		t.Errorf("a day without an alarm:\n%s", part)
	}
}

func TestHowSoonIsSaidInWords(t *testing.T) {
	told := func(after ...time.Duration) Day {
		d := NewDay(on(12, 0), time.UTC)
		for _, a := range after {
			u := Told{OpenedAt: on(12, 0), At: on(12, 0).Add(a)}
			if a == never {
				u.At = time.Time{}
			}
			d.Tell = append(d.Tell, u)
		}
		return d
	}
	for want, d := range map[string]Day{
		"One alarm was told, after 4 s.":                                                                                      told(4 * time.Second),
		"One alarm was told, after under 1 s.":                                                                                told(-time.Second),
		"2 alarms were told, each within a second.":                                                                           told(0, time.Second/2),
		"2 alarms were told: half of them within 1 s, the last after 2 s.":                                                    told(0, 2*time.Second),
		"3 alarms were told: half of them within 5 s, the last after 2 h 1 s.":                                                told(2*time.Hour+time.Second, time.Second, 5*time.Second),
		"One alarm, a cross, has reached nobody yet.":                                                                         told(never),
		"2 alarms were told: half of them within 1 s, the last after 1 min. 2 alarms, a cross each, have reached nobody yet.": told(never, time.Second, time.Minute, never),
	} {
		if got := d.howSoon(); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
	if !strings.Contains(charts(t, told(40*time.Hour)), ">40 h<") {
		t.Error("a time to tell longer than any axis has no axis of its own")
	}
}

const never = time.Duration(-1 << 63)

func TestAnAxisEndsOnARoundNumber(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 4, 5: 6, 7: 8, 9: 10, 11: 20, 57: 60, 99: 100, 401: 600, 10_000: 10_000} {
		if got := roundUp(n); got != want {
			t.Errorf("%d: want %d, got %d", n, want, got)
		}
	}
}

// TestADayIsReadFromTheRecord: every worker's, without what was only shown to one in danger.
func TestADayIsReadFromTheRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		keep := func(worker, id string, at time.Time, events ...map[string]any) {
			t.Helper()
			raw, err := json.Marshal(events)
			if err != nil {
				t.Fatal(err)
			}
			l, err := db.Load(t.Context(), worker)
			if err != nil {
				t.Fatal(err)
			}
			c := store.Change{Worker: worker, Revision: l.Revision, Watch: l.Watch,
				Entries: []store.Entry{{ID: id, At: at, RecordedAt: at, Kind: "text", Input: []byte("{}"), Events: raw}}}
			if id == "e2" {
				c.Alarms = []store.Alarm{{Worker: worker, Alarm: watch.Alarm{ID: "a1", Kind: watch.OverdueAlarm, OpenedAt: at}}}
			}
			if err := db.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		what := func(w watch.What) map[string]any { return map[string]any{"what": w} }
		keep("p-priya", "e1", on(9, 5), what(watch.TextIn), what(watch.VisitIn), map[string]any{"what": watch.Prompted, "shown": true})
		keep("p-priya", "e2", on(10, 15), what(watch.VisitOverdue), what(watch.AlarmOpened))
		keep("p-ann", "e3", on(9, 59), what(watch.TextIn), what(watch.Prompted))
		keep("p-ann", "e4", on(9, 59).AddDate(0, 0, 1), what(watch.TextIn))
		d, err := NewDays(db).Read(t.Context(), on(20, 0), london(t))
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(d.Hours[9].CheckIns, d.Hours[9].Reminders, d.Hours[10].Alarms, d.Total().CheckIns, d.Tell)
		if want := fmt.Sprint(2, 1, 1, 2, []Told{{OpenedAt: on(10, 15)}}); got != want {
			t.Errorf("want %s, got %s", want, got)
		}
	})
}
