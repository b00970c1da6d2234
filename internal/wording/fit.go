package wording

import (
	"fmt"
	"strings"
)

// room is how much a sentence may say.
type room struct {
	names  int  // letters of a name
	list   int  // how many of a list are named
	ample  bool // groups marked << >> are said
	extras int  // how many groups marked < > are said
	link   linkForm
}

type linkForm int

const (
	wholeLink linkForm = iota
	bareLink           // without https://, which phones do without
	noLink             // a link that was cut would open nothing: rather none
)

// rooms lists how a sentence with so many extras is made shorter, step by step: what helps least goes first.
func rooms(extras int) []room {
	r := room{names: 40, list: 12, ample: true, extras: extras}
	steps := []room{r}
	step := func(change func()) {
		change()
		steps = append(steps, r)
	}
	step(func() { r.names, r.list = 24, 8 })
	step(func() { r.ample = false })
	step(func() { r.names, r.list = 16, 4 })
	for r.extras > 0 {
		step(func() { r.extras-- })
	}
	step(func() { r.names, r.list = 10, 2 })
	step(func() { r.list = 1 })
	step(func() { r.link = bareLink })
	step(func() { r.link = noLink })
	return steps
}

// write says a template in one segment. Should nothing help, the end is cut: what matters most stands first.
func write(template string, v Values) string {
	parts, _ := parse(template, "")
	var text string
	for _, r := range rooms(countIfRoom(parts)) {
		if text = say(parts, r, v); fits(text) {
			return text
		}
	}
	return cut(text, segment)
}

func say(parts []part, r room, v Values) string {
	f := filler{room: r, value: v.in}
	if v.Rehearsal {
		f.out.WriteString("REHEARSAL ")
	}
	f.fill(parts)
	return f.out.String()
}

func fits(text string) bool {
	septets, gsm7 := Segments(text)
	return gsm7 && septets <= segment
}

// cut takes so many septets of the text.
func cut(text string, septets int) string {
	for i, r := range text {
		if septets -= gsmCost(r); septets < 0 {
			return text[:i]
		}
	}
	return text
}

// one makes a value a single line of GSM-7, at most n letters long; a longer one is cut at n with a full stop.
func one(s string, n int) string {
	s = strings.Join(strings.Fields(Fold(s)), " ")
	if letters := []rune(s); len(letters) > n {
		return strings.TrimSpace(string(letters[:n-1])) + "."
	}
	return s
}

// some lists the first n of them, and says how many more there are.
func some(of []string, n int, or string) string {
	if more := len(of) - n; more > 0 {
		return strings.Join(of[:n], ", ") + fmt.Sprintf(" and %d more", more)
	}
	if len(of) < 2 {
		return strings.Join(of, "")
	}
	last := len(of) - 1
	return strings.Join(of[:last], ", ") + or + of[last]
}
