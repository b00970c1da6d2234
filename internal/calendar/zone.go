package calendar

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// What is done at most about the zones of one text. Those beyond are as unknown as any.
const (
	mostZones   = 200    // that are looked up
	mostRules   = 300    // of the calendar's own zones that are followed; a zone has two, with all its history twenty
	mostChanges = 50_000 // that come of those rules; a rule has one a year
	longestTZID = 300
)

// effort counts what was done already.
type effort struct{ zones, rules, changes int }

// atlas finds the zones that a calendar names.
type atlas struct {
	home      *time.Location
	zones     []*component // VTIMEZONE
	years     followed
	effort    *effort // of the whole text
	known     map[string]found
	described []description // what was found both by its name and in the calendar's own words
}

// found is what is known of a TZID.
type found struct {
	named  *time.Location // by its name; nil where the name says nothing
	own    *time.Location // as the calendar describes it; nil where it does not, or not so that it is understood
	since  time.Time      // the first change of that description; of what was before it says nothing
	till   time.Time      // until when a description holds that lists its changes and ends; zero for one without end
	stated int            // the standard time's offset that the name itself states, "(UTC+01:00) Amsterdam, …", in seconds
	states bool           // it states one
	meant  *time.Location // what people may mean by a name that is short for standard time alone; nil for others
}

// description is how a calendar describes a zone whose name is known too, or a zone that is doubted on some days.
type description struct {
	tzid string
	zone found
}

// location is the zone to take.
func (z found) location() *time.Location {
	if z.named != nil {
		return z.named
	}
	return z.own
}

// disagrees says that at this instant the name and what the calendar says of it differ. Only the instant counts: what Windows describes is
// its present rule, as if it had held since 1601, and differs from the name in every year of another rule.
func (z found) disagrees(clock time.Time, at time.Time) bool {
	if z.named == nil {
		return !z.till.IsZero() && at.After(z.till)
	}
	if z.own != nil {
		by, _ := resolve(clock, z.own)
		return !by.Equal(at) && !at.Before(z.since)
	}
	_, offset := at.Zone()
	if z.meant != nil {
		return offset != offsetAt(at, z.meant)
	}
	if at.IsDST() {
		offset -= int(time.Hour / time.Second)
	}
	return z.states && offset != z.stated
}

// moment is when w is, by the zone that was written beside it. base is whose zone a time without one has: the start's, for all that follows
// it; nil where there is none.
func (a *atlas) moment(w wall, tzid string, base *Moment) (Moment, []Doubt) {
	tzid = strings.TrimSpace(tzid)
	m := Moment{TZID: tzid}
	var doubts []Doubt
	switch {
	case w.day:
		zone := a.home
		if base != nil {
			zone = base.At.Location()
		}
		m.At, _ = resolve(w.clock, zone)
		m.Day = true
	case w.utc:
		m.At = w.clock
		if tzid != "" {
			if z := a.find(tzid).location(); z != nil && offsetAt(m.At, z) != 0 {
				doubts = append(doubts, ZoneDisagrees)
			}
		}
	case w.fixed:
		m.At = w.clock.Add(-time.Duration(w.offset) * time.Second).In(time.FixedZone("", w.offset))
		if tzid == "" {
			break
		}
		if z := a.find(tzid).location(); z != nil && offsetAt(m.At, z) == w.offset {
			m.At = m.At.In(z) // whose clocks a series follows
		} else if z != nil {
			doubts = append(doubts, ZoneDisagrees)
		}
	case tzid == "":
		zone := a.home
		if base != nil {
			zone, m.TZID = base.At.Location(), base.TZID
		}
		var d Doubt
		m.At, d = resolve(w.clock, zone)
		doubts = append(doubts, Floating, d)
	default:
		z := a.find(tzid)
		loc := z.location()
		if loc == nil {
			loc = a.home
			doubts = append(doubts, ZoneUnknown)
		}
		var d Doubt
		m.At, d = resolve(w.clock, loc)
		doubts = append(doubts, d)
		if z.disagrees(w.clock, m.At) {
			doubts = append(doubts, ZoneDisagrees)
		}
	}
	return m, slices.DeleteFunc(doubts, func(d Doubt) bool { return d == "" })
}

func offsetAt(at time.Time, zone *time.Location) int {
	_, seconds := at.In(zone).Zone()
	return seconds
}

// find looks a TZID up, once.
func (a *atlas) find(tzid string) found {
	if a.known == nil {
		a.known = map[string]found{}
	}
	if z, known := a.known[tzid]; known {
		return z
	}
	if a.effort.zones++; a.effort.zones > mostZones || len(tzid) > longestTZID {
		return found{}
	}
	z := a.look(tzid)
	a.known[tzid] = z
	if z.named != nil && (z.own != nil || z.meant != nil) || z.named == nil && !z.till.IsZero() {
		a.described = append(a.described, description{tzid, z})
	}
	return z
}

func (a *atlas) look(tzid string) found {
	name := cleaned(tzid)
	var z found
	if c := a.component(name); c != nil {
		z.own, z.since, z.till = c.location(tzid, a.years, a.effort)
		z.named = ianaOf(c.first("X-LIC-LOCATION"))
	}
	if by := byName(name); by.named != nil {
		z.named, z.stated, z.states = by.named, by.stated, by.states
	}
	// "GMT" and "CET" are a zone of their own to some and short for another to others: what the calendar says of them counts.
	if z.own != nil && !strings.Contains(name, "/") && ianaOf(name) != nil && z.named != time.UTC {
		z.named = nil
	}
	if z.location() == nil {
		z.named = offsetZone(name)
	}
	if z.own == nil {
		z.meant = ianaOf(summery[strings.ToLower(name)])
	}
	return z
}

// summery are names of a standard time by which people may mean the zone that has it, in summer too. Lotus does.
var summery = map[string]string{"gmt": "Europe/London", "est": "America/New_York", "mst": "America/Denver"}

// component is the calendar's own VTIMEZONE of that name, the first that there is.
func (a *atlas) component(name string) *component {
	for _, c := range a.zones {
		if strings.EqualFold(cleaned(c.first("TZID")), name) {
			return c
		}
	}
	return nil
}

// first is a component's first property of that name, as words.
func (c *component) first(name string) string {
	for _, p := range c.props {
		if p.name == name {
			return p.text()
		}
	}
	return ""
}

var spaces = regexp.MustCompile(`\s+`)

// cleaned is a TZID without the quotes, escapes and spaces around and in it.
func cleaned(tzid string) string {
	s := strings.Trim(unescaped(strings.TrimSpace(tzid)), "\" :")
	s = strings.ReplaceAll(s, "&amp;", "&")
	return spaces.ReplaceAllString(s, " ")
}

var (
	// "(UTC+01:00) Amsterdam, Berlin", "(GMT-05.00) Eastern Time (US & Canada)", "(UTC) Casablanca"
	shown = regexp.MustCompile(`^\((?:UTC|GMT)\s*([+-]\d{1,2}[:.]?\d{0,2})?\)\s*(.+)$`)
	// a name of the IANA database among other words
	inside = regexp.MustCompile(`\b[A-Z][A-Za-z]+/[A-Za-z_+-]+[A-Za-z](?:/[A-Za-z_+-]+[A-Za-z])?`)
	bare   = regexp.MustCompile(`^\(?(?:UTC|GMT)?\s*([+-]\d{1,2}(?::?\d{2})?)\)?$`)
	parens = regexp.MustCompile(`\([^()]*\)`)
	pieces = regexp.MustCompile(`[,;:/]`)
	number = regexp.MustCompile(` time[ -]*\(?\d+\)?$`)
)

// byName is what a name alone says of a zone.
func byName(name string) found {
	switch strings.ToLower(name) {
	case "utc", "z", "zulu", "etc/utc", "tzone://microsoft/utc", "coordinated universal time":
		return found{named: time.UTC}
	}
	if loc := ianaOf(name); loc != nil {
		return found{named: loc}
	}
	// "/freeassociation.sourceforge.net/Tzfile/Europe/London", "/citadel.org/20211207_1/America/Argentina/Salta", "/citadel.org/20260108_1/GB"
	parts := strings.Split(name, "/")
	for most := 3; most >= 1; most-- {
		if len(parts) > most && (most > 1 || len(parts) > 3 && parts[0] == "") {
			if loc := ianaOf(strings.Join(parts[len(parts)-most:], "/")); loc != nil {
				return found{named: loc}
			}
		}
	}
	if loc := windowsOf(name); loc != nil {
		return found{named: loc}
	}
	if z, ok := shownZone(name); ok {
		return z
	}
	// "US-Eastern", "Europe_Berlin"
	if i := strings.IndexAny(name, "-_"); i > 0 {
		if loc := ianaOf(name[:i] + "/" + name[i+1:]); loc != nil {
			return found{named: loc}
		}
	}
	if loc := ianaOf(inside.FindString(name)); loc != nil {
		return found{named: loc}
	}
	return found{}
}

// windowsOf is the zone of a name of Windows: "W. Europe Standard Time", "W. Europe", "Eastern Daylight Time", "GMT Standard Time 1".
func windowsOf(name string) *time.Location {
	name = strings.ToLower(name)
	numberless := number.ReplaceAllString(name, " time")
	for _, n := range [...]string{name, name + " standard time", strings.Replace(name, " daylight time", " standard time", 1), numberless} {
		if iana, known := windows.zones[n]; known {
			return ianaOf(iana)
		}
	}
	return nil
}

// shownZone is the zone by what Windows shows for it: an offset and places. Lists of places changed over the years and differ in language;
// the first place that is known counts, of those whose standard time is the one that is stated.
func shownZone(name string) (found, bool) {
	var z found
	phrase := name
	if m := shown.FindStringSubmatch(name); m != nil {
		phrase = m[2]
		z.states = true
		if m[1] != "" {
			z.stated, z.states = offsetOf(strings.ReplaceAll(m[1], ".", ":"))
		}
		if loc := ianaOf(phrase); loc != nil {
			z.named = loc
			return z, true
		}
		if loc := windowsOf(phrase); loc != nil {
			z.named = loc
			return z, true
		}
	}
	for i, place := range pieces.Split(strings.ToLower(parens.ReplaceAllString(phrase, "")), 20) {
		iana, known := windows.places[strings.TrimSpace(place)]
		if !known {
			continue
		}
		loc := ianaOf(iana)
		if loc == nil {
			continue
		}
		if !z.states || standard(loc) == z.stated {
			z.named = loc
			return z, true
		}
		if z.named == nil || i == 0 {
			z.named = loc
		}
	}
	return z, z.named != nil
}

// standard is a zone's standard time as it was at the turn of 2026: the lesser of its offsets in winter and summer.
func standard(zone *time.Location) int {
	january := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	return min(offsetAt(january, zone), offsetAt(january.AddDate(0, 6, 0), zone))
}

// offsetZone is a zone that is a bare offset: "GMT+0100", "UTC-5", "+01:00".
func offsetZone(name string) *time.Location {
	m := bare.FindStringSubmatch(strings.ToUpper(name))
	if m == nil {
		return nil
	}
	seconds, ok := offsetOf(m[1])
	if !ok {
		return nil
	}
	return time.FixedZone(name, seconds)
}

// longestIANA is longer than any name of a zone; what is longer is not asked for.
const longestIANA = 64

// ianaOf is a zone by its name in the IANA database, in whatever case; nil where there is none.
func ianaOf(name string) *time.Location {
	if name == "" || len(name) > longestIANA || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/ ") != "" {
		return nil
	}
	name = strings.ReplaceAll(name, " ", "_")
	switch first, _, _ := strings.Cut(strings.ToLower(name), "/"); first {
	case "", "local", "localtime", "posix", "posixrules", "right", "factory":
		return nil // the machine's own zone, and zones that count leap seconds
	}
	for _, n := range [...]string{name, capitals(name)} {
		if loc, err := time.LoadLocation(n); err == nil {
			return loc
		}
	}
	if !strings.Contains(name, "/") {
		if loc, err := time.LoadLocation(strings.ToUpper(name)); err == nil {
			return loc
		}
	}
	return nil
}

// capitals writes a zone as the IANA database does: "america/port-au-prince", "AMERICA/PORT-AU-PRINCE" as "America/Port-au-Prince".
func capitals(name string) string {
	b := []byte(strings.ToLower(name))
	start := 0
	for i := 0; i <= len(b); i++ {
		if i < len(b) && b[i] != '/' && b[i] != '_' && b[i] != '-' {
			continue
		}
		switch word := string(b[start:i]); word {
		case "au", "of", "es":
		default:
			if i > start && b[start] >= 'a' && b[start] <= 'z' {
				b[start] -= 'a' - 'A'
			}
		}
		start = i + 1
	}
	return string(b)
}
