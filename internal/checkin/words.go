package checkin

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/checkin/grammar"
)

// message is a text cut into words, as the grammar reads it.
type message struct {
	v        *Vocabulary
	found    *grammar.Matches // nil until they are looked for
	typed    []string         // the words as they were typed, before a slip of the thumb was mended
	words    []string         // one way of writing each word; the breaks "," "." "?" and a quotation mark stand among them
	times    []moment         // for each word, the time that begins there; its words are 0 where none does
	unknown  []bool           // for each word, whether we do not know it
	guessed  bool             // a word was read through its misspelling: never enough to close a visit
	in       bool             // the worker has gone in
	cut      bool             // longer than is read
	quotes   bool             // has quotation marks
	text     string           // as it was cut into words
	raw      string           // as it came
	from     []int            // for each character of text, the byte of raw that it came from
	respaced bool             // its spaces were put where they may belong
	pieces   []piece          // the words before a space was taken out of one; nil where none was. The phrase is looked for in them too

	exited    []stretch // the words of the exits that were found
	claimed   bool      // an exit was found, whatever else the text says
	plainly   bool      // one so plain that little can be said against it: "I've left", not "all done"
	nearly    bool      // words of an exit were found where they make none: "nearly out"
	calledOff bool      // words of a visit that is off were found, whatever else the text says

	noting  bool // keep notes
	notes   []note
	cuts    []stretch // for each word, the characters it was cut from
	outWord stretch   // the characters of the plan's out word
}

func (v *Vocabulary) read(s string) *message {
	m := &message{v: v, cut: len(s) > longest && len([]rune(s)) > longest}
	m.raw, m.text = s, normalise(s, &m.from)
	pieces := split(m.text)
	room := len(pieces) + len(pieces)/8 + 4 // "I'm" is two words
	m.words, m.typed, m.cuts, m.unknown = make([]string, 0, room), make([]string, 0, room), make([]stretch, 0, room), make([]bool, 0, room)
	for i := 0; i < len(pieces); {
		said, n, guess := v.say(pieces[i:])
		if guess {
			m.guessed, m.pieces = true, pieces
		}
		cut := stretch{pieces[i].from.first, pieces[i+n-1].from.last}
		for j, w := range said {
			capital := cut.first < len(m.from) && startsUpper(s[m.from[cut.first]:])
			m.add(w, cut, capital)
			m.strange(capital || j > 0)
		}
		i += n
	}
	m.cut = m.cut || len(m.words) > grammar.MostWords
	m.quotes = slices.Contains(m.words, `"`)
	m.times = make([]moment, len(m.words))
	for i := range m.words {
		m.times[i] = m.momentAt(i)
	}
	return m
}

// startsUpper says whether s begins with a capital.
func startsUpper(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

// strange notes whether the last word is one that we do not know, and no name by its capital: a piece, perhaps, of a word that would tell
// another story.
func (m *message) strange(named bool) {
	for len(m.unknown) < len(m.words) {
		m.unknown = append(m.unknown, false)
	}
	i := len(m.words) - 1
	if i < 0 {
		return
	}
	w := m.typed[i] // never empty
	capital := named && i > 0 && (m.words[i-1] == "," || !isBreak(m.words[i-1]))
	ordinal := i > 0 && m.words[i-1][0] <= '9' && (w == "th" || w == "st" || w == "nd" || w == "rd")
	m.unknown[i] = w == m.words[i] && w[0] > '9' && len(w) > 1 && !strings.ContainsAny(w, "0123456789") && !isBreak(w) && !m.v.means(w) && !m.v.IsSomeone(strings.TrimSuffix(w, "s")) && !capital && !ordinal
}

func (m *message) add(w string, from stretch, capital bool) {
	if w == "" { // what is left of "n't" without its verb
		return
	}
	n := len(m.words)
	if n > 0 {
		last := m.words[n-1]
		switch {
		case isBreak(w) && isBreak(last):
			if w == "?" || last == "," {
				m.words[n-1], m.typed[n-1] = w, w
			}
			return
		case w == "one" && (last == "no" || last == "any" || last == "some"):
			m.words[n-1] = map[string]string{"no": "nobody", "any": "anyone", "some": "someone"}[last]
			m.cuts[n-1].last = from.last
			return
		case last == "ill" && m.v.willDo[w]: // "ill be out": the apostrophe was left out
			m.words[n-1] = "i"
			m.words, m.typed, m.cuts = append(m.words, "will"), append(m.typed, "will"), append(m.cuts, m.cuts[n-1])
		}
	}
	if n > 0 && ofWhom[m.words[n-1]] && len(w) > 3 && strings.HasSuffix(w, "s") && m.v.IsGiven(w[:len(w)-1]) && !m.v.IsSomeone(w) && !m.v.Ordinary(w) {
		m.words, m.typed, m.cuts = append(m.words, w[:len(w)-1]), append(m.typed, w[:len(w)-1]), append(m.cuts, from) // "left kyles": the apostrophe was left out
		w = "s"
	}
	m.typed = append(m.typed, w)
	right, guess := m.v.spelling(w)
	named := capital && n > 0 && !isBreak(m.words[n-1])                 // "the Reids"
	another := len(right) == len(w) && right != w && !anagram(w, right) // "liing" may be lying, or living
	m.guessed = m.guessed || guess || another && !named
	w = right
	m.words, m.cuts = append(m.words, w), append(m.cuts, from)
}

// ofWhom are the words after which a first name in s is of somebody's house.
var ofWhom = set("left of from")

// piece is a word with the characters it was cut from.
type piece struct {
	word string
	from stretch
}

// split cuts a normalised text into words, numbers and breaks. A number keeps its point or colon ("4.15"); letters
// that follow digits are a word of their own ("30mins", "4pm").
func split(s string) []piece {
	rs := []rune(s)
	out := make([]piece, 0, len(rs)/4+2)
	for i := 0; i < len(rs); {
		switch r := rs[i]; {
		case fraction(rs, i) != "":
			out = append(out, piece{fraction(rs, i), stretch{i, i + 3}})
			i += 3
		case unicode.IsDigit(r):
			j := i + 1
			for j < len(rs) && (unicode.IsDigit(rs[j]) || pointed(rs, j)) {
				j++
			}
			out = append(out, piece{string(rs[i:j]), stretch{i, j}})
			i = j
		case unicode.IsLetter(r):
			j := i + 1
			for j < len(rs) && (unicode.IsLetter(rs[j]) || rs[j] == '\'' || unicode.IsDigit(rs[j]) && !hourSign(rs, i, j)) {
				j++
			}
			out = append(out, piece{strings.Trim(string(rs[i:j]), "'"), stretch{i, j}})
			i = j
		default:
			if b := breakAt(rs, i); b != "" {
				out = append(out, piece{b, stretch{i, i + 1}})
			}
			i++
		}
	}
	return out
}

// fraction reads "1/2" and "1/4", which stand for a word.
func fraction(rs []rune, i int) string {
	if i+2 >= len(rs) || rs[i] != '1' || rs[i+1] != '/' || i > 0 && unicode.IsDigit(rs[i-1]) || i+3 < len(rs) && (unicode.IsDigit(rs[i+3]) || rs[i+3] == '/') {
		return ""
	}
	switch rs[i+2] {
	case '2':
		return "half"
	case '4':
		return "quarter"
	}
	return ""
}

// hourSign says whether the letters from i until before j, between figures, part hours from minutes: "1h30", "1hr30".
func hourSign(rs []rune, i, j int) bool {
	return i > 0 && unicode.IsDigit(rs[i-1]) && rs[i] == 'h' && (j == i+1 || j == i+2 && rs[i+1] == 'r' || j == i+3 && rs[i+1] == 'r' && rs[i+2] == 's')
}

func pointed(rs []rune, j int) bool {
	return (rs[j] == '.' || rs[j] == ':') && j+1 < len(rs) && unicode.IsDigit(rs[j+1]) && unicode.IsDigit(rs[j-1])
}

func breakAt(rs []rune, i int) string {
	switch rs[i] {
	case '/':
		if i > 0 && i+1 < len(rs) && unicode.IsDigit(rs[i-1]) && rs[i+1] != ' ' {
			return "/"
		}
	case '.', '!', ';':
		return "."
	case '?':
		return "?"
	case ',', '(', ')', ':':
		return ","
	case '"', '>':
		return `"`
	case '+':
		return "plus"
	case '-':
		if (i == 0 || rs[i-1] == ' ') && i+1 < len(rs) && unicode.IsDigit(rs[i+1]) && !(i > 1 && unicode.IsDigit(rs[i-2])) {
			return "minus" // "IN -5" is a slip, and no length
		}
		digit := func(j int) bool { return j >= 0 && j < len(rs) && unicode.IsDigit(rs[j]) }
		if digit(i-1) && digit(i+1) || i > 1 && rs[i-1] == ' ' && digit(i-2) && digit(i+2) {
			return "-"
		}
		if i > 0 && rs[i-1] == ' ' || i+1 < len(rs) && rs[i+1] == ' ' {
			return ","
		}
	}
	return ""
}

// say gives what the first of the pieces says, in one way of writing each word, and how many pieces that takes: a phrase of the
// languages' [say], or one word without its contraction, so that "I'm", "im" and "I am" are one. Where a space had to be taken out of a word it
// is a guess.
func (v *Vocabulary) say(pieces []piece) (said []string, n int, guess bool) {
	w := pieces[0].word
	if len(pieces) > 1 && v.strayEnd(w, pieces[1].word) {
		return v.sayOne(w + pieces[1].word), 2, true
	}
	for _, s := range v.saying[w] {
		if s.matches(pieces) && !(len(s.written) == 1 && len(pieces) > 1 && v.short(w) && v.cutInTwo(w, pieces[1].word)) { // "st arted"
			return s.said, len(s.written), false
		}
	}
	if len(pieces) > 1 {
		if second, of := strings.CutSuffix(pieces[1].word, "'s"); v.cutInTwo(w, second) {
			said := v.sayOne(w + second)
			if of {
				said = append(slices.Clone(said), "s")
			}
			return said, 2, !v.means(w) || !v.means(second)
		}
	}
	return v.sayOne(w), 1, false
}

// sayOne is say for one word.
func (v *Vocabulary) sayOne(w string) []string {
	for _, s := range v.saying[w] {
		if len(s.written) == 1 {
			return s.said
		}
	}
	if bare := strings.ReplaceAll(w, "'", ""); bare != w && !strings.HasSuffix(w, "n't") && strings.HasSuffix(bare, "t") {
		for _, s := range v.saying[bare] { // "cna't"
			if len(s.written) == 1 {
				return s.said
			}
		}
	}
	if base, ok := strings.CutSuffix(w, "n't"); ok {
		return []string{base, "not"}
	}
	for _, c := range contractions {
		if base, ok := strings.CutSuffix(w, c[0]); ok && base != "" {
			return []string{strings.ReplaceAll(base, "'", ""), c[1]}
		}
	}
	return []string{strings.ReplaceAll(w, "'", "")}
}

// cutInTwo says whether two words are one that a space fell into: together they are a known word, and one of them is nothing by itself, or
// nothing that texts are made of: "gathe ring", "thin king".
func (v *Vocabulary) cutInTwo(a, b string) bool {
	if isBreak(a) || isBreak(b) || len(a)+len(b) < 4 || !v.Knows(a+b) {
		return false
	}
	if (len(a) < 3 || len(b) > 3) && !v.means(b) || !v.means(a) {
		return true
	}
	if len(a) < 2 || len(b) < 2 || b == "ing" || v.article[a] {
		return false
	}
	return v.english[a+b] && (v.Phrased(a+b) && !(v.Phrased(a) && v.Phrased(b) && v.english[a] && v.english[b]) || len(a+b) > 5 && !(v.isEnglish(a) && v.isEnglish(b)))
}

// isEnglish says whether a word is one of English, with an ending or without, and nobody's name.
func (v *Vocabulary) isEnglish(w string) bool {
	return !v.short(w) && (v.english[w] || !v.Knows(w) && v.Ordinary(w))
}

// short says whether two letters only stand for a longer word: "st" for street.
func (v *Vocabulary) short(w string) bool {
	return len(w) == 2 && slices.ContainsFunc(v.saying[w], func(s saying) bool { return len(s.written) == 1 && len(s.said) == 1 && len(s.said[0]) > 4 })
}

// strayEnd says whether the second of two words is the first one's last letter: "goin g", "li p". It is none that is a word in texts.
func (v *Vocabulary) strayEnd(a, b string) bool {
	return len(b) == 1 && len(a) > 1 && strings.Contains("defghjlpqtz", b) && (b != "e" || !v.Ordinary(a)) && v.Knows(a+b)
}

func (v *Vocabulary) means(w string) bool {
	return v.Ordinary(w) || v.IsSomeone(w) || v.saying[w] != nil
}

// saying is a line of [say]: the words as they are written, and as they are said.
type saying struct{ written, said []string }

func (s saying) matches(pieces []piece) bool {
	if len(s.written) > len(pieces) {
		return false
	}
	for i, w := range s.written {
		if pieces[i].word != w {
			return false
		}
	}
	return true
}

// sayings sorts the lines of [say] by their first word, the longest first.
func sayings(say map[string]string) map[string][]saying {
	out := map[string][]saying{}
	for _, key := range slices.Sorted(maps.Keys(say)) {
		var s saying
		for _, p := range split(Normalise(key)) {
			s.written = append(s.written, p.word)
		}
		s.said = strings.Fields(say[key])
		if len(s.written) > 0 {
			out[s.written[0]] = append(out[s.written[0]], s)
		}
	}
	for _, first := range slices.Sorted(maps.Keys(out)) {
		slices.SortStableFunc(out[first], func(a, b saying) int { return len(b.written) - len(a.written) })
	}
	return out
}

var contractions = [][2]string{{"'s", "s"}, {"'m", "am"}, {"'re", "are"}, {"'ve", "have"}, {"'ll", "will"}, {"'d", "d"}}

// spelling reads a word through how people write in haste. A g left out ("leavin") leaves no doubt; one slip of the thumb (a letter
// missing, doubled, wrong, or two swapped) in a word that matters is a guess; in one that only tells of danger it is none that could close a visit.
func (v *Vocabulary) spelling(w string) (right string, guess bool) {
	if v.noSlip[w] || v.Ordinary(w) || v.IsSomeone(w) || len(w) < 3 || isBreak(w) || w[0] <= '9' {
		return w, false
	}
	if near, is := v.oneLetter(w); near != w {
		return near, is
	}
	if right, is := v.mended(w); is {
		return right, true
	}
	return w, false
}

// oneLetter is spelling for the words that matter most.
func (v *Vocabulary) oneLetter(w string) (right string, guess bool) {
	if strings.HasSuffix(w, "in") && v.Knows(w+"g") {
		return w + "g", false
	}
	if n := len(w); w[n-1] == w[n-2] && strings.IndexByte("aeiouy", w[n-1]) >= 0 && v.Knows(w[:n-1]) {
		return w[:n-1], false // "finee"
	}
	if len(w) < 4 {
		return w, false
	}
	least := 0 // points of slip
	for _, left := range shorter(w) {
		for _, candidate := range v.slips[left] {
			if (w[0] == candidate[0] || w[0] == candidate[1] && w[1] == candidate[0]) && distance(w, candidate, 1) <= 1 {
				points := slip(w, candidate, worstSlip)
				if v.oneSlip[candidate] {
					points-- // what people text most
				}
				if right == "" || points < least {
					right, least = candidate, points
				}
			}
		}
	}
	if said := v.Say[right]; right != "" && said != "" {
		right = said
	}
	if right != "" {
		return right, v.oneSlip[right]
	}
	return w, false
}

// worstSlip is more points than one slip of any letter has.
const worstSlip = 4

// mended reads a word that we do not know by a slip that thumbs make most: two neighbouring letters swapped, or, in a few short words
// of danger, a letter's neighbour on the keyboard, a letter twice or all but the first in another order. It must leave one word only, and is a guess.
func (v *Vocabulary) mended(w string) (right string, is bool) {
	for i := 0; i+1 < len(w); i++ {
		if swapped := w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:]; w[i] != w[i+1] && v.mends[swapped] {
			if is {
				return "", false
			}
			right, is = swapped, true
		}
	}
	if is || len(w) < 4 {
		return right, is
	}
	for _, candidate := range v.shortSlips {
		if w[0] == candidate[0] && anagram(w, candidate) || slip(w, candidate, oneSlip) <= oneSlip && distance(w, candidate, 1) <= 1 && len(w) >= len(candidate) {
			if is {
				return "", false
			}
			right, is = candidate, true
		}
	}
	return right, is
}

// slipOfAny says whether a word is one slip of the thumb from any that means something.
func (v *Vocabulary) slipOfAny(w string) bool {
	for i := range len(w) {
		if v.Ordinary(w[:i]+w[i+1:]) || i > 0 && v.Ordinary(w[:i-1]+w[i:i+1]+w[i-1:i]+w[i+1:]) {
			return true
		}
		for c := byte('a'); c <= 'z'; c++ {
			if v.Ordinary(w[:i]+string(c)+w[i:]) || v.Ordinary(w[:i]+string(c)+w[i+1:]) {
				return true
			}
		}
	}
	return false
}

// slipsOf sorts words by what is left of them when a letter is: two words that are one slip apart share one of these.
func slipsOf(words []string) map[string][]string {
	out := map[string][]string{}
	for _, w := range words {
		for _, left := range shorter(w) {
			out[left] = append(out[left], w)
		}
	}
	return out
}

// shorter gives a word, and it without each of its letters.
func shorter(w string) []string {
	out := []string{w}
	for i := range w {
		out = append(out, w[:i]+w[i+1:])
	}
	return out
}

// distance counts the slips between two words (a letter missing, added, wrong, or two neighbours swapped); above most
// it only says "more".
func distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return most + 1
	}
	older, old := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now := make([]int, len(y)+1)
		now[0] = i
		for j := 1; j <= len(y); j++ {
			wrong := 1
			if x[i-1] == y[j-1] {
				wrong = 0
			}
			now[j] = min(old[j]+1, now[j-1]+1, old[j-1]+wrong)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], older[j-2]+1)
			}
		}
		older, old = old, now
	}
	return old[len(y)]
}

func isBreak(w string) bool { return grammar.IsBreak(w) }

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
