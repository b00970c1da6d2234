package checkin

import (
	"slices"
	"strings"
	"unicode"

	"unicode/utf8"
)

// A text that closes a visit must close it however its slips of the thumb are mended: "will ty the back gate" is as likely from one who will try
// it. So each word that is none of English is read as every word of English that is one slip from it, and two words as the one that a space may
// have cut. A mending that leaves the visit open stands against the closing.

// mostMended is how many mendings are read at most.
const mostMended = 240

// mending is another way of reading a part of a text: bytes of it, and what they may have been meant to be.
type mending struct {
	bytes stretch
	chars stretch
	typed string // what stands there
	said  string
}

// underSlips gives a reading that closes a visit only where every mending of the text closes it too. Else the text is asked back, or is the cry for
// help that one of them hears.
func (m *message) underSlips(r Reading, c Context) Reading {
	if r.Intent != End && r.Intent != Cancel {
		return r
	}
	all := m.mendings()
	open := len(all) > mostMended
	for _, s := range all[:min(len(all), mostMended)] {
		other := c.vocabulary().read(m.raw[:s.bytes.first] + s.said + m.raw[s.bytes.last:])
		other.in = m.in
		other.takeOutWord(c.OutWord)
		switch got := other.decide(c); got.Intent {
		case End, Cancel:
		case Distress:
			if m.v.Ordinary(s.typed) {
				open = true
				continue
			}
			at := slices.IndexFunc(m.cuts, func(cut stretch) bool { return cut.last > s.chars.first })
			m.note(onDanger, max(0, at-1), at+1)
			return Reading{Intent: Distress, Away: got.Away, Rule: byCry}
		default:
			open = true
		}
	}
	switch {
	case !open:
		return r
	case r.Intent == Cancel:
		return Reading{Intent: Unclear, NoAnswer: r.NoAnswer, Rule: byCalledOffDoubt}
	}
	return Reading{Intent: Unclear, Rule: byExitDoubt}
}

// mendings gives the other ways in which a text may be meant.
func (m *message) mendings() (all []mending) {
	shouts := strings.ToUpper(m.raw) == m.raw
	pieces := split(m.text)
	foreign := m.v.foreign(pieces)
	said := 0 // up to where several words are known to be one way of saying a thing: "i don comot"
	for i, p := range pieces {
		for _, s := range m.v.saying[p.word] {
			if len(s.written) > 1 && s.matches(pieces[i:]) {
				said = max(said, i+len(s.written))
			}
		}
		if !isASCIIWord(p.word) {
			continue
		}
		if i+1 < len(pieces) && pieces[i+1].from.first == p.from.last+1 && m.v.isApart(pieces, i) {
			all = append(all, m.mending(stretch{p.from.first, pieces[i+1].from.last}, p.word+pieces[i+1].word))
		}
		if onceOf(pieces, i) {
			all = append(all, m.mending(p.from, "once"))
		}
		named := !shouts && i > 0 && pieces[i-1].word != "." && startsUpper(m.raw[m.from[p.from.first]:])
		if named || foreign || i < said {
			continue
		}
		for _, w := range m.v.mendingsOf(p.word) {
			all = append(all, m.mending(p.from, w))
		}
	}
	return all
}

func isASCIIWord(w string) bool { return strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" }

// foreign says whether a text is in another language: at least half of its words are none of English.
func (v *Vocabulary) foreign(pieces []piece) bool {
	english, others := 0, 0
	for _, p := range pieces {
		switch {
		case isBreak(p.word) || strings.ContainsFunc(p.word, unicode.IsDigit):
		case v.english[p.word] || strings.Contains(p.word, "'"):
			english++
		default:
			others++
		}
	}
	return others > 1 && others >= english
}

// isApart says whether the words at i may be one that a space fell into, though each means something: "ma y", "the n", "gone in to".
func (v *Vocabulary) isApart(pieces []piece, i int) bool {
	a, b := pieces[i].word, pieces[i+1].word
	if !v.english[a+b] || !isASCIIWord(b) {
		return false
	}
	if a == "in" && b == "to" {
		return i > 0 && (pieces[i-1].word == "gone" || pieces[i-1].word == "going")
	}
	return len(b) == 1 && b != "x" || len(a) == 1 && a != "i" && a != "a" && a != "x" || !v.english[a] || !v.english[b]
}

// onceOf says whether the "one" at i may be a "once" that lost a letter: "I'll ring you one I'm home", but not "left the last one, I'm home".
func onceOf(pieces []piece, i int) bool {
	if pieces[i].word != "one" || i+1 == len(pieces) {
		return false
	}
	switch pieces[i+1].word {
	case "i", "im", "i'm", "i've", "ive", "we", "we're", "we've", "were", "weve", "he's", "she's", "they've", "mum's", "dad's":
		return true
	}
	return false
}

// mendingsOf gives the words of English that a word may be meant to be which is none itself. What is often written short may only be a word of
// what is still to come that lost a letter, "wll" and "oce", and two letters swapped leave no doubt.
func (v *Vocabulary) mendingsOf(w string) []string {
	if len(w) < 2 || v.english[w] || v.dialect[w] || v.inflected(w) || v.drawnOut(w) {
		return nil
	}
	if slices.ContainsFunc(v.saying[w], func(s saying) bool { return len(s.written) == 1 }) {
		if len(w) < 3 {
			return nil
		}
		return slices.DeleteFunc(v.oneSlipFrom(w), func(near string) bool {
			return len(near) <= len(w) || !v.promise[near] && !v.later[near] && near != "once" && near != "when" && near != "until"
		})
	}
	near := v.oneSlipFrom(w)
	if swapped := slices.DeleteFunc(slices.Clone(near), func(n string) bool { return len(n) != len(w) || !anagram(w, n) }); len(swapped) > 0 {
		return swapped
	}
	return near
}

// inflected says whether a word is one of English with an ending: "stacked", "cancelling".
func (v *Vocabulary) inflected(w string) bool {
	for _, end := range [...]string{"s", "es", "ed", "ing"} {
		if base, ok := strings.CutSuffix(w, end); ok && len(base) > 3 && (v.english[base] || end != "s" && v.english[base+"e"]) {
			return true
		}
	}
	return false
}

// drawnOut says whether a word's last vowel is only drawn out: "soo", "finee"; or whether its g was left out: "leavin".
func (v *Vocabulary) drawnOut(w string) bool {
	n := len(w)
	return n > 2 && w[n-1] == w[n-2] && strings.IndexByte("aeiouy", w[n-1]) >= 0 && v.english[w[:n-1]] || strings.HasSuffix(w, "in") && v.english[w+"g"]
}

func (m *message) mending(chars stretch, said string) mending {
	last := m.from[chars.last-1]
	_, size := utf8.DecodeRuneInString(m.raw[last:])
	return mending{stretch{m.from[chars.first], last + size}, chars, string([]rune(m.text)[chars.first:chars.last]), said}
}

// oneSlipFrom gives the words of English that are one slip of the thumb from a word, in order: a letter missing, doubled or wrong, or two swapped.
func (v *Vocabulary) oneSlipFrom(w string) (near []string) {
	add := func(s string) {
		if v.english[s] && s != w {
			near = append(near, s)
		}
	}
	for i := range len(w) + 1 {
		for c := 'a'; c <= 'z'; c++ {
			add(w[:i] + string(c) + w[i:])
			if i < len(w) {
				add(w[:i] + string(c) + w[i+1:])
			}
		}
		if i < len(w) {
			add(w[:i] + w[i+1:])
		}
		if i+1 < len(w) {
			add(w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:])
		}
	}
	slices.Sort(near)
	return slices.Compact(near)
}
