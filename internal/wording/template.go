package wording

import (
	"cmp"
	"strings"
)

// part is a piece of a template: words, a value, or a group of parts that may be left out.
type part struct {
	words string
	value string
	group []part
	mark  mark
}

// mark says when a group may be left out.
type mark int

const (
	ifThere mark = iota // [ ] when a value in it is not there
	ifRoom              // < > for room too
	ifAmple             // << >> for room, first
)

// marks are how a group opens and closes; the longer ones are looked for first.
var marks = []struct {
	opens, closes string
	mark          mark
}{{"<<", ">>", ifAmple}, {"<", ">", ifRoom}, {"[", "]", ifThere}}

// parse reads a template up to the closing mark, and gives what follows it.
func parse(s, closes string) (parts []part, rest string) {
	for s != "" {
		if closes != "" && strings.HasPrefix(s, closes) {
			return parts, s[len(closes):]
		}
		if name, after, ok := cutValue(s); ok {
			parts = append(parts, part{value: name})
			s = after
			continue
		}
		if g, after, ok := cutGroup(s); ok {
			parts = append(parts, g)
			s = after
			continue
		}
		end := strings.IndexAny(s[1:], "{[<>]") + 1
		if end == 0 {
			end = len(s)
		}
		parts = append(parts, part{words: s[:end]})
		s = s[end:]
	}
	return parts, ""
}

func cutValue(s string) (name, after string, ok bool) {
	if s[0] != '{' {
		return "", "", false
	}
	return strings.Cut(s[1:], "}")
}

func cutGroup(s string) (part, string, bool) {
	for _, m := range marks {
		if strings.HasPrefix(s, m.opens) {
			group, rest := parse(s[len(m.opens):], m.closes)
			return part{group: group, mark: m.mark}, rest, true
		}
	}
	return part{}, s, false
}

// countIfRoom counts the groups marked < >.
func countIfRoom(parts []part) int {
	n := 0
	for _, p := range parts {
		n += countIfRoom(p.group)
		if p.group != nil && p.mark == ifRoom {
			n++
		}
	}
	return n
}

// filler fills a template within what the room allows.
type filler struct {
	room  room
	value func(name string, r room) string
	seen  int // groups marked < > so far
	out   strings.Builder
}

// fill writes the parts, and a stand-in for a value that is not there.
func (f *filler) fill(parts []part) {
	for _, p := range parts {
		switch {
		case p.group != nil:
			if f.keeps(p) {
				f.fill(p.group)
			} else {
				f.seen += countIfRoom(p.group)
			}
		case p.value != "":
			f.write(cmp.Or(f.value(p.value, f.room), standIns[p.value]))
		default:
			f.write(p.words)
		}
	}
}

// write leaves out a second full stop, after a name that was cut.
func (f *filler) write(s string) {
	if strings.HasSuffix(f.out.String(), ".") {
		s = strings.TrimPrefix(s, ".")
	}
	f.out.WriteString(s)
}

// keeps says whether a group stays: there is room for it, and each value that is directly in it is there.
func (f *filler) keeps(g part) bool {
	if g.mark == ifRoom {
		f.seen++
		if f.seen > f.room.extras {
			return false
		}
	}
	if g.mark == ifAmple && !f.room.ample {
		return false
	}
	for _, p := range g.group {
		if p.value != "" && f.value(p.value, f.room) == "" {
			return false
		}
	}
	return true
}
