package written

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
)

var nothing = regexp.MustCompile(`(?i)^[\s\[<({"'*]*(` +
	`n\s*[/.\\]?\s*a\.?|not applicable|tb[cad]|t\.b\.c\.?|to be (confirmed|advised|completed|added)|not (yet )?(known|provided|given|stated|available)|unknown|dk|nil return|` +
	`(click|tap|click or tap|please|insert|enter|type|choose|select|add|put|write)\b.{0,60}\b(text|here|date|item|option|details|name|number|address|below)\.?|` +
	`(enter|insert|add|type|write)( (here|text|details|name|number|your|time|date|address|postcode|the|and))*|` +
	`as above|see above|as below|see below|same|ditto|dd\W?mm\W?yy(yy)?|hh\W?mm|choose an item\.?|please (state|specify|complete)|x+|\?+|[-–—_.…/\\ ]+` +
	`)[\s\])}>"'*.]*$`)

// placeholder says that a text is no answer: what stands on a form before it is filled in, or says that there is nothing to say.
func placeholder(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || nothing.MatchString(s) || bracketed.MatchString(s)
}

var bracketed = regexp.MustCompile(`^(\[[^\]]{2,80}\]|<[^>@]{2,80}>|\{[^}]{2,80}\})$`)

// nobody says that an answer is that there is none, which for some questions is an answer.
func nobody(s string) bool {
	return slices.Contains([]string{"none", "nil", "no", "nobody", "no one", "no-one", "nothing", "none known", "nothing known"}, strings.ToLower(strings.Trim(s, " .")))
}

var numbers = regexp.MustCompile(`(?:\+|\(|\b)[0-9][0-9 ()./–-]{6,24}[0-9]\b|\+\s?\(?[0-9][0-9 ()./-]{6,24}[0-9]\b`)

// phones finds the telephone numbers in a text, and what stands before, between and behind them.
func phones(text string) (found []phone.Number, around []string) {
	from := 0
	for _, at := range numbers.FindAllStringIndex(text, 10) {
		for _, piece := range alternatives(text[at[0]:at[1]]) {
			n, err := phone.Parse(piece.text)
			if err != nil {
				continue
			}
			found = append(found, n)
			around = append(around, text[from:at[0]+piece.start])
			from = at[0] + piece.end
		}
	}
	return found, append(around, text[from:])
}

type span struct {
	text       string
	start, end int
}

// alternatives are the numbers that a run of digits may be: all of it, or those that a stroke parts.
func alternatives(run string) []span {
	if _, err := phone.Parse(run); err == nil || !strings.ContainsAny(run, "/") {
		return []span{{run, 0, len(run)}}
	}
	var list []span
	at := 0
	for part := range strings.SplitSeq(run, "/") {
		list = append(list, span{strings.TrimSpace(part), at, at + len(part)})
		at += len(part) + 1
	}
	return list
}

var (
	clock    = regexp.MustCompile(`(?i)\b(?:(noon|midday|midnight)|([01][0-9]|2[0-3])([0-5][0-9])(?:\b|\s*hrs?\b|\s*hours\b)|([01]?[0-9]|2[0-3])\s*(?:[:.h]\s*([0-5][0-9])(?::[0-5][0-9])?)?\s*(a\.?m\b\.?|p\.?m\b\.?|o'?clock)?)(?:\s*hrs?)?`)
	dmy      = regexp.MustCompile(`\b([0-3]?[0-9])[/.-]([01]?[0-9])[/.-]((?:20)?[0-9]{2})\b`)
	ymd      = regexp.MustCompile(`\b(20[0-9]{2})-([01][0-9])-([0-3][0-9])\b`)
	dayMonth = regexp.MustCompile(`(?i)\b([0-3]?[0-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?,?(?:\s+(20[0-9]{2}))?`)
	between  = regexp.MustCompile(`(?i)^\s*(?:-|–|—|to|until|till|and|→|->)\s*$`)
)

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// day takes the first date out of a text, and gives what is left of it.
func day(text string) (c Clock, rest string) {
	if m := ymd.FindStringSubmatchIndex(text); m != nil {
		c.Year, c.Month, c.Day = atoi(text[m[2]:m[3]]), atoi(text[m[4]:m[5]]), atoi(text[m[6]:m[7]])
		text = text[:m[0]] + "|" + text[m[1]:]
	} else if m := dmy.FindStringSubmatchIndex(text); m != nil {
		c.Day, c.Month, c.Year = atoi(text[m[2]:m[3]]), atoi(text[m[4]:m[5]]), atoi(text[m[6]:m[7]])
		if c.Year < 100 {
			c.Year += 2000
		}
		text = text[:m[0]] + "|" + text[m[1]:]
	} else if m := dayMonth.FindStringSubmatchIndex(text); m != nil {
		c.Day, c.Month = atoi(text[m[2]:m[3]]), 1+slices.Index(months, strings.ToLower(text[m[4]:m[5]])[:3])
		if m[6] >= 0 {
			c.Year = atoi(text[m[6]:m[7]])
		}
		text = text[:m[0]] + "|" + text[m[1]:]
	}
	if c.Month < 1 || c.Month > 12 || c.Day < 1 || c.Day > 31 {
		return Clock{}, text
	}
	return c, text
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// clocks finds the times of day in a text: one, or a beginning and an end. "2-3.30pm" is in the afternoon twice.
func clocks(text string) (list []Clock) {
	on, text := day(text)
	var half []string
	end := 0
	for _, m := range clock.FindAllStringSubmatchIndex(text, 6) {
		c, pm, ok := oneClock(text, m)
		if !ok {
			continue
		}
		if len(list) == 1 && !between.MatchString(text[end:m[0]]) {
			break
		}
		c.Year, c.Month, c.Day = on.Year, on.Month, on.Day
		list, half, end = append(list, c), append(half, pm), m[1]
		if len(list) == 2 {
			break
		}
	}
	if len(list) == 2 && half[0] == "" && half[1] == "p" && list[0].Hour < 12 && list[0].Hour+12 <= list[1].Hour {
		list[0].Hour += 12
	}
	if len(list) == 0 && on != (Clock{}) {
		list = append(list, on)
	}
	return list
}

// oneClock reads one match of clock. A bare number is no time, but as the beginning of a pair it may be one.
func oneClock(text string, m []int) (c Clock, half string, ok bool) {
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return strings.ToLower(text[m[2*i]:m[2*i+1]])
	}
	c.Known = true
	switch {
	case part(1) == "midnight":
		return c, "", true
	case part(1) != "":
		c.Hour = 12
		return c, "p", true
	case part(2) != "":
		c.Hour, c.Minute = atoi(part(2)), atoi(part(3))
		return c, "", true
	}
	c.Hour, c.Minute = atoi(part(4)), atoi(part(5))
	sign := part(6)
	rest := text[m[1]:]
	paired := len(rest) > 0 && regexp.MustCompile(`(?i)^\s*(-|–|—|to|until|till)\s*[0-9]{1,2}(\s*[:.][0-9]{2})?\s*[ap]\.?m`).MatchString(rest)
	switch {
	case sign == "" && part(5) == "" && !paired:
		return c, "", false
	case strings.HasPrefix(sign, "p") && c.Hour < 12:
		c.Hour += 12
	case strings.HasPrefix(sign, "a") && c.Hour == 12:
		c.Hour = 0
	}
	if strings.HasPrefix(sign, "p") {
		half = "p"
	}
	if strings.HasPrefix(sign, "a") {
		half = "a"
	}
	return c, half, true
}

var (
	hoursSaid   = regexp.MustCompile(`(?i)\b([0-9]{1,2})(?:[.,]([0-9]))?\s*(½|¼|¾)?\s*(?:hours?|hrs?|h)\b|\b(an|one|two|three|four|half an|half|one and a half|an hour and a half)\s*(?:hours?|hrs?)\b`)
	minutesSaid = regexp.MustCompile(`(?i)\b([0-9]{1,3})\s*(?:minutes?|mins?|m)\b|(?:h|hrs?|hours?)\s*([0-5][0-9])\b`)
)

// lasting reads how long something takes; 0 where it says nothing that is understood.
func lasting(text string) time.Duration {
	var d time.Duration
	if m := hoursSaid.FindStringSubmatch(text); m != nil {
		switch strings.ToLower(m[4]) {
		case "an", "one":
			d = time.Hour
		case "two":
			d = 2 * time.Hour
		case "three":
			d = 3 * time.Hour
		case "four":
			d = 4 * time.Hour
		case "half", "half an":
			d = 30 * time.Minute
		case "one and a half":
			d = 90 * time.Minute
		case "":
			d = time.Duration(atoi(m[1]))*time.Hour + time.Duration(atoi(m[2]))*6*time.Minute + map[string]time.Duration{"½": 30 * time.Minute, "¼": 15 * time.Minute, "¾": 45 * time.Minute}[m[3]]
		}
		if strings.Contains(strings.ToLower(text), "and a half") {
			d = d/time.Hour*time.Hour + 30*time.Minute
		}
	}
	if m := minutesSaid.FindStringSubmatch(text); m != nil {
		d += time.Duration(atoi(m[1]+m[2])) * time.Minute
	}
	if d > 24*time.Hour {
		return 0
	}
	return d
}

// kindOf says which kind of visit is meant; "" where that is not sure. What is ticked counts, where there are boxes.
func kindOf(text string) string {
	if strings.ContainsAny(text, "☒☑✓✔■") || strings.Contains(strings.ToLower(text), "[x]") {
		text = ticked(text)
	}
	s := strings.ToLower(text)
	family := strings.Contains(s, "family time") || strings.Contains(s, "contact session") || strings.Contains(s, "supervised contact") || strings.Contains(s, "family contact")
	home := strings.Contains(s, "home visit") || s == "home" || s == "visit" || strings.Contains(s, "visit to home") || strings.Contains(s, "house visit")
	meeting := strings.Contains(s, "meeting") || strings.Contains(s, "conference") || strings.Contains(s, "appointment") || strings.Contains(s, "training")
	switch {
	case family && !home:
		return "family_time"
	case home && !family:
		return "home_visit"
	case meeting && !home && !family:
		return "meeting"
	case s == "other":
		return "other"
	}
	return ""
}

var boxes = regexp.MustCompile(`(☒|☑|✓|✔|■|☐|□|\[[xX]\]|\[ ?\])\s*([^☒☑✓✔■☐□\[]*)`)

// ticked is what stands behind the boxes with a tick.
func ticked(text string) string {
	var kept []string
	for _, m := range boxes.FindAllStringSubmatch(text, 20) {
		if m[1] != "☐" && m[1] != "□" && !strings.HasPrefix(m[1], "[ ") && m[1] != "[]" {
			kept = append(kept, strings.TrimSpace(m[2]))
		}
	}
	return strings.Join(kept, " ")
}

var postcode = regexp.MustCompile(`(?i)\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][ABD-HJLNP-UW-Z]{2}\b`)
