package wording

import "fmt"

// List gives the visits of the shift from v.Begin to v.Until, with their references and times, as one text or several of one segment each
// (rule 3.6). The first has the link; each says which it is of how many. It is written so that a responder who can reach nothing else still
// knows what to expect, so no visit is left out.
func List(visits []Visit, v Values) []string {
	opening := openingOf(visits)
	texts := pack(visits, v, opening, "")
	if n := len(texts); n > 1 {
		texts = pack(visits, v, opening, fmt.Sprint(n))
		if m := len(texts); m != n { // the count itself took room
			texts = pack(visits, v, opening, fmt.Sprint(m))
		}
	}
	return texts
}

// openingOf is what stands before the visits.
func openingOf(visits []Visit) string {
	if len(visits) == 0 {
		return "On call {begin} to {until}. There are no visits so far.[ {link}]"
	}
	return "On call {begin} to {until}.[ {link}]<< Your visits:>>"
}

// pack fills texts one after the other; of is how many there will be, or "".
func pack(visits []Visit, v Values, opening, of string) []string {
	var texts []string
	begin := func(template string) string {
		if of != "" {
			template = fmt.Sprintf("%d of %s. ", len(texts)+1, of) + template
		}
		return write(template, v)
	}
	text, empty := begin(opening), true
	for _, w := range visits {
		entry := fmt.Sprintf(" %s %s-%s", one(w.Reference, longestReference), v.clock(w.StartsAt), v.endOf(w))
		if more := text + "," + entry; !empty && fits(more) {
			text = more
			continue
		}
		if more := text + entry; empty && fits(more) {
			text, empty = more, false
			continue
		}
		texts = append(texts, text)
		text, empty = begin("Visits:")+entry, false
	}
	return append(texts, text)
}

// endOf is a visit's end: with its day when that is not the day it starts on.
func (v Values) endOf(w Visit) string {
	onTheDay := v
	if !v.Now.IsZero() {
		onTheDay.Now = w.StartsAt
	}
	return onTheDay.clock(w.ExpectedEndAt)
}
