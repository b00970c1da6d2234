package checkin

import (
	"slices"
	"strings"
)

// dangerRespaced looks for danger in the text as it would be with its spaces, and doubled letters, where they belong: "he's justshoved me", "s end somebody", "I n eed
// help". What is guessed so is heard as a cry and nothing else.
func (m *message) dangerRespaced(state State) (rule Rule) {
	if m.respaced || m.cut {
		return ""
	}
	text, origins := m.respace()
	if text == m.text {
		return ""
	}
	again := m.v.read(text)
	again.in, again.noting, again.respaced = m.in, m.noting, true
	rule, _ = again.danger(state)
	for _, n := range again.notes {
		if chars := again.characters(n.words); chars.first < chars.last && chars.last <= len(origins) {
			first, last := origins[chars.first], origins[chars.last-1]
			from := slices.IndexFunc(m.cuts, func(c stretch) bool { return c.last > first })
			to := slices.IndexFunc(m.cuts, func(c stretch) bool { return c.last > last })
			if from >= 0 && to >= from {
				m.note(n.topic, from, to+1)
			}
		}
	}
	return rule
}

// respace puts spaces into words that we do not know, and takes them out of those that are pieces; a letter that was doubled is one again. It
// gives for each character where it came from.
func (m *message) respace() (spaced string, origins []int) {
	rs := []rune(m.text)
	pieces := split(m.text)
	var out []rune
	last := 0
	keep := func(until int) {
		for ; last < until; last++ {
			out, origins = append(out, rs[last]), append(origins, last)
		}
	}
	for i := 0; i < len(pieces); i++ {
		w, at := pieces[i].word, pieces[i].from
		if i+1 < len(pieces) && pieces[i+1].from.first == at.last+1 && m.v.parted(w, pieces[i+1].word) {
			keep(at.last)
			last++ // the space
			i++
			continue
		}
		if !m.unknownAt(at.first) || at.last-at.first != len(w) {
			continue
		}
		if k := m.v.joint(w); k > 0 {
			keep(at.first + k)
			out, origins = append(out, ' '), append(origins, last)
		} else if k := m.v.doubled(w); k > 0 {
			keep(at.first + k)
			last++
		}
	}
	keep(len(rs))
	return string(out), origins
}

// unknownAt says whether the word that begins with a character is one we do not know, and no name by its capital.
func (m *message) unknownAt(char int) bool {
	i, found := slices.BinarySearchFunc(m.cuts, char, func(c stretch, char int) int { return c.first - char })
	return found && m.unknown[i]
}

// parted says whether two words are one of a cry's that a space fell into, in any language: "he lp", "dd im".
func (v *Vocabulary) parted(a, b string) bool {
	if len(a)+len(b) < 4 || a[0] <= '9' || isBreak(a) || isBreak(b) {
		return false
	}
	whole := v.english[b] && v.english[a] // each is a word of its own: the usual, so it is asked first
	if b != "ing" && len(a) > 1 && (whole || len(b) == 1) {
		return false
	}
	if !v.english[a+b] && (v.saying[a+b] == nil || v.means(a)) {
		return false
	}
	return b == "ing" || len(a) > 1 || a != "i" && a != "a" || !v.Ordinary(b)
}

// joint says after how many letters a word that we do not know is two: "beenattacked", "he'sgot"; 0 when it is none.
func (v *Vocabulary) joint(w string) int {
	if len(w) < 6 || v.means(w) || v.IsSomeone(w) {
		return 0
	}
	if head, tail, of := strings.Cut(w, "'s"); of && v.english[head] && v.english[tail] {
		return len(head) + 2
	}
	best, least := 0, 1
	for k := 2; k+2 <= len(w); k++ {
		if short := min(k, len(w)-k); short > least && v.english[w[:k]] && v.english[w[k:]] {
			best, least = k, short
		}
	}
	return best
}

// doubled says which letter of a word that we do not know is one too many: "haave", "weell"; 0 when none is.
func (v *Vocabulary) doubled(w string) int {
	if len(w) < 4 || v.means(w) || v.IsSomeone(w) {
		return 0
	}
	for k := 1; k < len(w); k++ {
		if w[k] == w[k-1] && v.english[w[:k]+w[k+1:]] {
			return k
		}
	}
	return 0
}
