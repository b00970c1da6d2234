package checkin

import (
	"strings"
	"unicode"
)

func (m *message) optOut() bool {
	_, ok := m.bare()
	return ok && m.v.optOuts[m.words[0]]
}

// bare gives the words when the text is no more than one word and courtesies after it.
func (m *message) bare() (string, bool) {
	if len(m.words) == 0 || m.has("?") || !m.onlyCourtesy(1, len(m.words)) {
		return "", false
	}
	return m.words[0], true
}

// keyword reads a text that is a keyword and nothing else (rule 2.1): IN, IN 60, IN 1130, LATE 30, OUT, ASK Jane.
func (m *message) keyword(c Context) (Reading, bool) {
	if w, ok := m.bare(); ok {
		m.note(onKeyword, 0, 1)
		switch w {
		case "in":
			return Reading{Intent: Start, Keyword: true, Rule: byIn}, true
		case "out", "end":
			if c.State == None || c.State == Booked && c.Now.Before(c.Start) {
				return Reading{Intent: Unclear, Keyword: w == "out", OptOut: w == "end", Rule: byOutEarly}, true
			}
			return Reading{Intent: End, Keyword: w == "out", OptOut: w == "end", Rule: byOut}, true
		case "stop", "stopall", "unsubscribe", "cancel", "quit", "revoke", "optout":
			return Reading{Intent: Unclear, OptOut: true, Rule: byOptOut}, true
		case "ok", "k", "yes", "done", "start", "no", "gone", "finished":
			return Reading{Intent: Unclear, Rule: byOneWord}, true
		}
		return Reading{}, false
	}
	switch m.words0() {
	case "in", "late":
		return m.timedKeyword(c)
	case "ask":
		if name, ok := m.askKeyword(); ok {
			return Reading{Intent: Ask, Keyword: true, Name: name, Rule: byAsk}, true
		}
	}
	return Reading{}, false
}

func (m *message) words0() string { return m.word(0) }

// timedKeyword reads "IN 60", "IN 1130", "LATE 30" and "LATE 1630" (guide K).
func (m *message) timedKeyword(c Context) (Reading, bool) {
	t := m.timeAt(1)
	if t.words == 0 || m.words[1] == "at" || !m.onlyCourtesy(1+t.words, len(m.words)) {
		return Reading{}, false
	}
	s := m.spokenAt(1, t)
	s.counts = late
	if t.form == bareHour {
		if m.words[0] == "in" && t.hour <= 4 {
			return Reading{}, false
		}
		s.asMinutes(t.hour)
	} else if w := m.words[1]; len(w) == 3 && strings.Trim(w, "0123456789") == "" && (w[1:] >= "60" || w == "120" || w == "100") && m.words[0] == "in" {
		return Reading{}, false
	}
	m.note(onKeyword, 0, s.last)
	r := Reading{Keyword: true, Rule: byLate}
	var p plan
	switch {
	case m.words[0] == "in":
		r.Intent, r.Rule, p.until = Start, byInUntil, c.next(s.t)
	case c.State == Booked:
		r.Intent, r.Rule, p.begin = Change, byLateStart, c.starts(&s)
	case c.State == None:
		return Reading{}, false
	default:
		r.Intent, p.until = Change, c.ends(&s, false)
	}
	given := p
	if p = p.within(c.Now); p != given || p == (plan{}) {
		return Reading{Intent: Unclear, Keyword: true, Rule: byTimeGone}, true
	}
	r.Until, r.Begin = p.until, p.begin
	return r, true
}

const referenceLetters = "ABCDEFGHJKMNPQRTUVWXYZ2346789"

// takeReference takes a visit's short code out of a text: four signs in capitals, a letter first, with a digit; after
// a keyword in any case.
func takeReference(text string) (rest, reference string) {
	fields := strings.FieldsFunc(text, unicode.IsSpace)
	for i, f := range fields {
		code := strings.Trim(f, ".,!?()")
		after := i > 0 && i < 3 && i == len(fields)-1 && isTaught(fields[0])
		if after {
			code = strings.ToUpper(code)
		}
		if looksLikeReference(code) {
			before, after, _ := strings.Cut(text, f)
			if i > 0 && isReferenceWord(fields[i-1]) {
				before = strings.TrimSuffix(strings.TrimRightFunc(before, unicode.IsSpace), fields[i-1])
			}
			return before + strings.Trim(f[len(strings.TrimRight(f, ".,!?()")):], "() ") + after, code
		}
	}
	return text, ""
}

func isTaught(w string) bool {
	switch strings.ToUpper(w) {
	case "IN", "OUT", "LATE", "SOS", "END":
		return true
	}
	return false
}

func isReferenceWord(w string) bool {
	switch strings.ToLower(strings.Trim(w, ".:,#")) {
	case "ref", "reference", "code":
		return true
	}
	return false
}

func looksLikeReference(code string) bool {
	if len(code) != 4 || strings.Trim(code, referenceLetters) != "" || !strings.ContainsAny(code, "2346789") {
		return false
	}
	return code[0] > '9'
}

// takeOutWord takes the plan's out word from the words, and says whether it was there.
func (m *message) takeOutWord(word string) bool {
	word = strings.ToLower(strings.TrimSpace(word))
	if word == "" || word == "off" {
		return false
	}
	for i, w := range m.words {
		if w == word {
			m.outWord = m.cuts[i]
			m.words, m.typed = append(m.words[:i:i], m.words[i+1:]...), append(m.typed[:i:i], m.typed[i+1:]...)
			m.times = append(m.times[:i:i], m.times[i+1:]...)
			m.cuts = append(m.cuts[:i:i], m.cuts[i+1:]...)
			m.unknown = append(m.unknown[:i:i], m.unknown[i+1:]...)
			m.found = nil
			return true
		}
	}
	return false
}

// title writes a name as it is to be answered.
func (v *Vocabulary) title(words []string) string {
	var out []string
	for _, w := range words {
		if !isBreak(w) && (!v.courtesy[w] || v.IsGiven(w)) {
			rs := []rune(w)
			rs[0] = unicode.ToUpper(rs[0])
			out = append(out, string(rs))
		}
	}
	return strings.Join(out, " ")
}
