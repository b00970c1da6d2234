package wording

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The most that a value of ours takes: none is that long, and none may push out what stands after it.
const (
	longestReference = 12
	longestNumber    = 20
	longestDetail    = 30
)

// standIns are said for a value that is not there, where the sentence can't do without it.
var standIns = map[string]string{
	"ref": "your visit", "at": "a time not known", "begin": "a time not known", "until": "a time not known", "worker": "a worker",
	"who": "a colleague", "name": "them", "asked": "someone", "missing": "the details", "code": "not known", "slot": "a time not known", "count": "some", "clash": "others",
}

// in gives the value that a template calls by name; "" when it is not there.
func (v Values) in(name string, r room) string {
	switch name {
	case "ref":
		return one(v.Reference, longestReference)
	case "at":
		return v.clock(v.At)
	case "begin":
		return v.clock(v.Begin)
	case "until":
		return v.clock(v.Until)
	case "due":
		return v.unlessNow(v.Due)
	case "since":
		return v.unlessNow(v.Since)
	case "worker":
		return short(v.Worker, r.names)
	case "who":
		return short(v.Who, r.names)
	case "name":
		return one(v.Name.Reveal(), r.names)
	case "asked":
		return one(v.Asked.Reveal(), r.names)
	case "link":
		return v.link(r.link)
	case "number":
		return one(v.Number, longestNumber)
	case "code":
		return one(v.Code.Reveal(), longestReference)
	case "tail":
		return one(v.Tail.Reveal(), longestReference)
	default:
		return v.more(name, r)
	}
}

// more gives the values that are sentences or lists themselves.
func (v Values) more(name string, r room) string {
	switch name {
	case "LATE":
		if v.Late < lateFrom {
			return ""
		}
		return "LATE"
	case "late":
		if v.Late < lateFrom {
			return ""
		}
		return length(v.Late)
	case "nth":
		if v.Round < 2 {
			return ""
		}
		return nth(v.Round)
	case "unsure":
		if !v.Unsure {
			return ""
		}
		return "An OUT is not confirmed."
	case "choice":
		return some(v.among(func(w Visit) string { return fmt.Sprintf(" (%s)", v.clock(w.StartsAt)) }), r.list, " or ")
	case "slot":
		return v.slot()
	case "count":
		if v.Count == 0 {
			return "none"
		}
		return fmt.Sprint(v.Count)
	case "other":
		if len(v.Among) == 0 {
			return ""
		}
		return one(v.Among[0].Reference, longestReference)
	case "clash":
		var days []string
		for _, w := range v.Among {
			days = append(days, w.StartsAt.In(v.zone()).Format("2 Jan"))
		}
		return some(days, r.list, " and ")
	case "fell":
		return some(v.among(func(w Visit) string {
			if w.Reference == "" {
				return "an open alarm"
			}
			return ""
		}), r.list, " and ")
	case "nothing":
		if len(v.Among) > 0 {
			return ""
		}
		return "Nothing fell due."
	case "missing":
		var details []string
		for _, d := range v.Missing {
			details = append(details, one(d, longestDetail))
		}
		return some(details, r.list, " and ")
	default:
		return ""
	}
}

// among names the visits by their references, each with what more says of it.
func (v Values) among(more func(Visit) string) []string {
	var named []string
	for _, w := range v.Among {
		named = append(named, one(w.Reference, longestReference)+more(w))
	}
	return named
}

func (v Values) link(form linkForm) string {
	link := one(v.Link, segment)
	switch form {
	case bareLink:
		return strings.TrimPrefix(link, "https://")
	case noLink:
		return ""
	default:
		return link
	}
}

func (v Values) zone() *time.Location {
	if v.Zone == nil {
		return time.UTC
	}
	return v.Zone
}

// clock is an instant as a text gives it: "15:15" today, "Sat 15:15" within six days, else "29 Nov 15:15"; with its zone in the hour that comes
// twice when summer time ends.
func (v Values) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(v.zone())
	at := t.Format("15:04")
	if at == t.Add(time.Hour).Format("15:04") || at == t.Add(-time.Hour).Format("15:04") {
		at = t.Format("15:04 MST")
	}
	switch days := v.daysTo(t); {
	case v.Now.IsZero(), days < -6, days > 6:
		return t.Format("2 Jan ") + at
	case days != 0:
		return t.Format("Mon ") + at
	default:
		return at
	}
}

// unlessNow is t, when that is not the time which the sentence has already.
func (v Values) unlessNow(t time.Time) string {
	if v.clock(t) == v.clock(v.At) {
		return ""
	}
	return v.clock(t)
}

// daysTo counts the days on the calendar from now to t.
func (v Values) daysTo(t time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(t).Sub(midnight(v.Now.In(v.zone()))).Hours() / 24)
}

// length is a duration in hours and minutes: "50 min", "2 h", "2 h 5 min".
func length(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}

// nth is "2nd", "3rd", "12th".
func nth(n int) string {
	ending := "th"
	if n/10%10 != 1 && n%10 >= 1 && n%10 <= 3 {
		ending = []string{"st", "nd", "rd"}[n%10-1]
	}
	return fmt.Sprint(n) + ending
}

// Short is a person's name as texts and calls give it: first name and initial, "Priya N" for "Dr Priya Nair" or "Nair, Priya". No surname goes
// out whole where one can tell that it is one. The short form stays as it is.
func Short(name string) string {
	first, initial := halves(name)
	if initial == "" {
		return first
	}
	return first + " " + initial
}

// short is Short in GSM-7 and in at most n letters; the first name is cut, the initial stays.
func short(name string, n int) string {
	first, initial := halves(Fold(name))
	if initial == "" {
		return one(first, n)
	}
	return one(first, n-2) + " " + one(initial, 2)
}

// halves gives the first name, and the initial of the last. A surname alone, "Mr Hill" or "Hill,", is only an initial.
func halves(name string) (first, initial string) {
	last, rest, listed := strings.Cut(name, ",")
	if listed {
		name = rest + " " + last
	}
	words := strings.Fields(name)
	titled := len(words) > 1 && isTitle(words[0])
	if titled {
		words = words[1:]
	}
	surname := titled || listed && strings.TrimSpace(rest) == ""
	switch {
	case len(words) == 0:
		return "", ""
	case len(words) > 1:
		return words[0], initialOf(words[len(words)-1])
	case surname:
		return initialOf(words[0]), ""
	default:
		return words[0], ""
	}
}

// initialOf gives the first letter of a word, with the marks that combine with it, as a capital; a word without one stays as it is.
func initialOf(word string) string {
	start := strings.IndexFunc(word, unicode.IsLetter)
	if start < 0 {
		return word
	}
	_, size := utf8.DecodeRuneInString(word[start:])
	end := start + size
	for end < len(word) {
		r, size := utf8.DecodeRuneInString(word[end:])
		if !unicode.Is(unicode.Mn, r) {
			break
		}
		end += size
	}
	return strings.ToUpper(word[start:end])
}

func isTitle(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ".")) {
	case "dr", "mr", "mrs", "ms", "miss", "mx", "prof", "professor", "sir", "dame", "rev":
		return true
	}
	return false
}
