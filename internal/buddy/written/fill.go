package written

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
)

// section is whom the labels around are about.
type section int

const (
	ofNobody section = iota
	ofWorker
	ofVisit
	ofEmergency
	ofResponder
)

// reading is a form that is being filled in.
type reading struct {
	form   Form
	list   []token
	at     int // the token that is looked at
	about  section
	day    Clock
	filled map[field]bool
	note   []string

	open   field // whose answer is awaited, or goes on
	asked  token // its label
	lines  []string
	inCell bool // the answer ends with its cell
}

func readOne(body string) Form {
	if strings.TrimSpace(body) == "" {
		return Form{}
	}
	r := reading{list: tokens(tidy(body)), filled: map[field]bool{}}
	for r.at = range r.list {
		r.take(r.list[r.at])
	}
	r.flush()
	r.finish()
	return r.form
}

var closing = regexp.MustCompile(`(?i)^\W*((kind|kindest|warm|best|many)?\s*(regards|wishes|thanks)|thank you|cheers|yours (sincerely|faithfully|truly)|ta)\b[\s,.!]*$`)

func (r *reading) take(t token) {
	switch t.is {
	case aLabel:
		if r.awaits() && t.label.weak && !r.inCell && t.label.field != heading {
			r.line(t.text) // "Children", where it was asked who else is there
			return
		}
		r.flush()
		r.asked, r.lines = t, nil
		r.inCell = r.endsWithCell()
		r.open = r.resolve(t.label)
		if r.open == heading {
			r.visit(t.text)
		}
	case aStranger:
		r.flush()
		r.asked, r.lines, r.open, r.inCell = t, nil, unknown, r.endsWithCell()
	case aRowEnd:
		r.flush()
	case aBlank:
		if len(r.lines) > 0 && !r.inCell {
			r.flush()
		}
	case aText:
		if closing.MatchString(t.text) {
			r.flush()
		}
		r.line(t.text)
	}
}

// awaits says that a label was read and no answer yet.
func (r *reading) awaits() bool {
	return r.open != none && r.open != heading && len(r.lines) == 0
}

// endsWithCell says that the answer to the label at hand ends with its cell.
func (r *reading) endsWithCell() bool {
	for _, t := range r.list[r.at+1:] {
		switch t.is {
		case aRowEnd:
			return true
		case aText:
			continue
		}
		return false
	}
	return false
}

// line takes a line of an answer, or one that belongs to none.
func (r *reading) line(text string) {
	if r.open == none || r.open == heading {
		r.open = none
		r.note = append(r.note, text)
		return
	}
	r.lines = append(r.lines, text)
	switch {
	case r.inCell && len(r.lines) < 3*maxValue:
		return
	case oneLine[r.open], len(r.lines) >= maxValue, r.open == address && postcode.MatchString(text):
		r.flush()
	}
}

// oneLine are the answers of a single line.
var oneLine = map[field]bool{
	unknown: true, serviceUser: true, worker: true, mobile: true, personal: true, homePhone: true, workPhone: true, anyPhone: true, emergencyName: true, emergencyPhone: true, relation: true,
	makeOf: true, model: true, colour: true, plate: true, kind: true, start: true, end: true, times: true, date: true, length: true, responder: true,
}

// resolve says what a label asks for where it stands, and of whom the following ones are.
func (r *reading) resolve(l label) field {
	about := l.about
	switch {
	case about&(anEmergency|aRelation) != 0:
		r.about = ofEmergency
	case about&aResponder != 0 && about&(aServiceUser|aTitle) == 0:
		r.about = ofResponder
	case about&(aWorker|aCar|aPlate|aLook|anOwn) != 0 && about&(anAddress|aVisit) == 0:
		r.about = ofWorker
	case about&(aServiceUser|aParent|aVisit) != 0 || l.field == access || l.field == whoElse:
		r.about = ofVisit
	case l.field == address && about&aHome == 0 && !(r.about == ofWorker && r.later(address)) && r.about != ofEmergency:
		r.about = ofVisit
	}
	switch l.field {
	case anyName:
		return r.nameOf()
	case anyPhone, anyMobile, anyHome, anyContact:
		return r.phoneOf(l.field)
	case address:
		if r.about == ofEmergency || r.about == ofResponder || r.about == ofWorker && (about&aHome != 0 || r.later(address)) {
			return unknown
		}
	case contactNamed:
		if r.about == ofEmergency {
			return emergencyName
		}
	}
	return l.field
}

// later says that a field is asked for again further down.
func (r *reading) later(f field) bool {
	for _, t := range r.list[r.at+1:] {
		if t.is == aLabel && t.label.field == f {
			return true
		}
	}
	return false
}

// next gives what the labels after the one at hand ask for.
func (r *reading) next(n int) []label {
	var list []label
	for _, t := range r.list[r.at+1:] {
		if t.is == aLabel && len(list) < n {
			list = append(list, t.label)
		}
	}
	return list
}

func (r *reading) nameOf() field {
	switch r.about {
	case ofEmergency:
		return emergencyName
	case ofResponder:
		return responder
	case ofVisit:
		if !r.filled[serviceUser] {
			return serviceUser
		}
	case ofNobody:
		if r.filled[worker] {
			return serviceUser
		}
		if next := r.next(1); len(next) > 0 && next[0].field == address && !r.later(serviceUser) {
			return serviceUser
		}
	}
	return worker
}

// phoneOf says whose number is asked for. Under the visit it is the service user's, unless theirs is known: a mobile and a home number under each other, above the
// emergency contact, are the worker's.
func (r *reading) phoneOf(f field) field {
	own := map[field]field{anyMobile: mobile, anyHome: homePhone, anyPhone: anyPhone, anyContact: anyPhone}[f]
	switch r.about {
	case ofEmergency:
		return emergencyPhone
	case ofResponder:
		return unknown
	case ofVisit:
		if f == anyContact || f == anyPhone {
			return contact
		}
		for _, l := range r.next(3) {
			switch {
			case l.about&anEmergency != 0:
				r.about = ofWorker
				return own
			case l.field != anyMobile && l.field != anyHome && l.field != personal && l.field != workPhone:
				if r.filled[contact] {
					return own
				}
				return contact
			}
		}
		if r.filled[contact] {
			return own
		}
		return contact
	}
	return own
}

// flush puts the answer where it belongs.
func (r *reading) flush() {
	open, asked := r.open, r.asked
	var lines []string
	for _, line := range r.lines {
		if !placeholder(line) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	written, cell := len(r.lines) > 0, r.inCell
	r.open, r.lines, r.inCell = none, nil, false
	if open == none {
		return
	}
	if len(lines) == 0 {
		if asked.beside {
			r.note = append(r.note, asked.text)
		}
		if open == unknown && asked.is == aStranger && !written && !cell && (!strings.HasSuffix(asked.text, "?") || len(strings.Fields(asked.text)) > 6) {
			r.note = append(r.note, asked.text)
		}
		return
	}
	if !r.answer(open, lines, asked) {
		r.noted(asked.text, lines)
	}
}

// noted keeps an answer with its question.
func (r *reading) noted(label string, lines []string) {
	text := strings.Join(lines, "; ")
	if label != "" {
		sign := ": "
		if strings.HasSuffix(label, "?") {
			sign = " "
		}
		text = label + sign + text
	}
	r.note = append(r.note, text)
}

// answer puts an answer into its field, and says whether it could.
func (r *reading) answer(f field, lines []string, asked token) bool {
	v, one := &r.form.Visit, strings.Join(lines, " ")
	switch f {
	case serviceUser:
		return r.text(f, &v.ServiceUser, strings.Join(lines, ", "), maxName)
	case serviceUserAll:
		return r.person(lines)
	case nameAndAddress:
		return r.nameAndAddress(lines)
	case address:
		return r.more(f, &v.Address, strings.Join(lines, "\n"), ", ")
	case access:
		return r.more(f, &v.Access, strings.Join(lines, "\n"), "; ")
	case contact:
		return r.more(f, &v.Contact, one, ", ")
	case contactNamed:
		return r.more(contact, &v.Contact, asked.text+": "+one, ", ")
	case whoElse:
		return r.more(f, &v.WhoElse, strings.Join(lines, "\n"), "; ")
	case risks:
		return r.more(f, &r.form.Risks, strings.Join(lines, "\n"), "; ")
	case responder:
		return r.text(f, &r.form.Responder, one, maxName)
	case kind:
		k := kindOf(one)
		if r.form.Kind == "" {
			r.form.Kind = k
		}
		return k != "" && k == r.form.Kind && (len(strings.Fields(one)) < 8 || boxes.MatchString(one))
	case purpose:
		r.visit(one)
		return false // what a visit is for is nowhere else
	case start, end, times, date, length:
		return r.time(f, one)
	case heading, unknown, notes, none:
		if f == notes {
			r.note = append(r.note, lines...)
			return true
		}
		return false
	}
	return r.workers(f, lines, one)
}

// text sets a field that has one answer.
func (r *reading) text(f field, to *private.Text, text string, most int) bool {
	if r.filled[f] || utf8.RuneCountInString(text) > most || nobody(text) {
		return nobody(text)
	}
	r.filled[f] = true
	*to = private.New(text)
	return true
}

// more sets a field, or adds to it.
func (r *reading) more(f field, to *private.Text, text, sign string) bool {
	if f != whoElse && f != risks && f != access && nobody(text) {
		return true
	}
	if before := to.Reveal(); before != "" {
		if strings.Contains(before, text) {
			return true
		}
		text = before + sign + text
	}
	if utf8.RuneCountInString(text) > maxProse {
		return false
	}
	r.filled[f] = true
	*to = private.New(text)
	return true
}

// person reads who is visited and how to reach them, from one answer.
func (r *reading) person(lines []string) bool {
	text := strings.Join(lines, ", ")
	found, around := phones(text)
	if len(found) == 0 {
		return r.text(serviceUser, &r.form.Visit.ServiceUser, text, maxName)
	}
	name := strings.Trim(beforeNumber.ReplaceAllString(around[0], ""), " ,;:-–(")
	rest := strings.Trim(strings.TrimPrefix(text, around[0]), " ,;:-–")
	ok := name == "" || r.text(serviceUser, &r.form.Visit.ServiceUser, name, maxName)
	return r.more(contact, &r.form.Visit.Contact, rest, ", ") && ok
}

// nameAndAddress reads both from one answer: who stands first, up to the first line's end, or the comma before the first number.
func (r *reading) nameAndAddress(lines []string) bool {
	name, rest := lines[0], strings.Join(lines[1:], "\n")
	if rest == "" {
		i := strings.Index(name, ",")
		if i < 0 {
			if strings.ContainsAny(name, "0123456789") {
				return r.more(address, &r.form.Visit.Address, name, ", ")
			}
			return r.text(serviceUser, &r.form.Visit.ServiceUser, name, maxName)
		}
		name, rest = name[:i], strings.TrimSpace(name[i+1:])
	}
	if strings.ContainsAny(name, "0123456789") {
		return r.more(address, &r.form.Visit.Address, strings.Join(lines, "\n"), ", ")
	}
	ok := r.text(serviceUser, &r.form.Visit.ServiceUser, strings.TrimSpace(name), maxName)
	return r.more(address, &r.form.Visit.Address, rest, ", ") && ok
}

// time reads when the visit is. What no time is found in stays in the note.
func (r *reading) time(f field, text string) bool {
	if d := lasting(text); d > 0 && r.form.Length == 0 && (f == length || hoursSaid.MatchString(text) || minutesSaid.MatchString(text)) {
		r.form.Length = d
		if f == length {
			return true
		}
	}
	list := clocks(text)
	if len(list) == 0 {
		return f != length && r.form.Length > 0 && f == end && lasting(text) > 0
	}
	if d := list[0]; d.Day > 0 && r.day == (Clock{}) {
		r.day = Clock{Year: d.Year, Month: d.Month, Day: d.Day}
	}
	if !list[0].Known {
		return true
	}
	switch {
	case f == end:
		return r.clock(&r.form.End, list[len(list)-1])
	case len(list) == 2:
		return r.clock(&r.form.Start, list[0]) && r.clock(&r.form.End, list[1])
	}
	return r.clock(&r.form.Start, list[0])
}

func (r *reading) clock(to *Clock, c Clock) bool {
	if to.Known {
		return *to == c
	}
	*to = c
	return true
}

// visit takes the kind of a visit from words around the form. That it is a meeting, which nobody watches, is to be said where the kind is asked for.
func (r *reading) visit(text string) {
	if k := kindOf(text); r.form.Kind == "" && (k == "home_visit" || k == "family_time") {
		r.form.Kind = k
	}
}

// finish puts the day to the times, and the note together.
func (r *reading) finish() {
	for _, c := range []*Clock{&r.form.Start, &r.form.End} {
		if c.Known && c.Day == 0 {
			c.Year, c.Month, c.Day = r.day.Year, r.day.Month, r.day.Day
		}
	}
	if !r.form.Start.Known && r.day.Day > 0 {
		r.form.Start = r.day
	}
	if (r.form.Worker.Vehicle != buddy.Vehicle{}) {
		r.form.Worker.NoVehicle = false
	}
	var b strings.Builder
	for _, line := range r.note {
		line = strings.TrimSpace(strings.ReplaceAll(line, "\x1f", ""))
		if len(strings.Fields(line)) < 7 {
			r.visit(line)
		}
		if line == "" || placeholder(line) {
			continue
		}
		b.WriteString(line + "\n")
	}
	note := strings.TrimSpace(b.String())
	if utf8.RuneCountInString(note) > maxNote {
		note = string([]rune(note)[:maxNote-1]) + "…"
	}
	r.form.Note = private.New(note)
}
