package checkin

import (
	"slices"
	"strings"
)

// duress looks for the team's phrase, misspelt and half-heard forms among them (rule 4.6). It gives the plan's own
// spelling, and whether she is only mentioned.
func (m *message) duress(phrase string) (name string, mention bool) {
	if start, end, found := m.findPhrase(phrase); found {
		m.note(onPhrase, start, end)
		return strings.TrimSpace(phrase), m.onlyMentioned(start, end)
	}
	return m.duressInPieces(phrase)
}

// duressInPieces looks for the phrase in the words as they were before a space was taken out of one: it may be the phrase that was cut.
func (m *message) duressInPieces(phrase string) (name string, mention bool) {
	if m.pieces == nil {
		return "", false
	}
	bare := &message{v: m.v, times: make([]moment, len(m.pieces))}
	for _, p := range m.pieces {
		bare.words = append(bare.words, p.word)
	}
	start, end, found := bare.findPhrase(phrase)
	if !found {
		return "", false
	}
	first := slices.IndexFunc(m.cuts, func(c stretch) bool { return c.last > m.pieces[start].from.first })
	last := first
	for last < len(m.cuts) && m.cuts[last].first < m.pieces[end-1].from.last {
		last++
	}
	m.note(onPhrase, first, last)
	return strings.TrimSpace(phrase), bare.onlyMentioned(start, end)
}

// findPhrase finds the words that are the phrase.
func (m *message) findPhrase(phrase string) (start, end int, found bool) {
	return m.findCry(newCry(phrase), 0)
}

// findCry finds the phrase in word i or after it, in the words as they were typed: a slip of the thumb in it must not be mended to another
// word.
func (m *message) findCry(c cry, i int) (start, end int, found bool) {
	if len(c.words) == 0 {
		return 0, 0, false
	}
	if len(m.typed) == len(m.words) {
		typed := *m
		typed.words = m.typed
		m = &typed
	}
	for ; i < len(m.words); i++ {
		n := m.cryAt(i, c)
		spelled := m.words[i] == c.whole.letters && m.v.IsSomeone(m.words[i]) // a name, as the plan has it, is nothing else
		if n == 0 || len(c.words) == 1 && !spelled && m.ofSomethingElse(i, n) {
			continue
		}
		if c.article != "" && m.word(i-1) == c.article {
			return i - 1, i + n, true
		}
		return i, i + n, true
	}
	return 0, 0, false
}

// AfterPhrase gives what follows the phrase in a text that begins with it, however it is spelt: "skarlet Priya" is a
// colleague's raise too (rule 4.3).
func AfterPhrase(text, phrase string) (rest string, is bool) {
	text = Normalise(text)
	pieces := split(text)
	m := &message{v: standard()}
	for _, p := range pieces {
		m.words = append(m.words, p.word)
	}
	start, end, found := m.findCry(newCry(phrase), 0)
	if !found || start > 0 || end == len(pieces) {
		return "", false
	}
	return strings.Trim(string([]rune(text)[pieces[end-1].from.last:]), " ,.:"), true
}

// standIns are given names of which one is surely not in the text too.
var standIns = []string{"jane", "mary", "ruth", "anna", "lucy", "emma"}

// hidePhrase puts a given name where the phrase stands, so that it is read as any name is. It gives both as they are
// said: the name that stands in, and what was typed. Without the phrase it gives nothing.
func (m *message) hidePhrase(phrase string) (standIn, typed string) {
	c := newCry(phrase)
	i := slices.IndexFunc(standIns, func(name string) bool { return !slices.Contains(m.words, name) && !c.has(name) })
	if i < 0 {
		return "", ""
	}
	for from := 0; ; {
		start, end, found := m.findCry(c, from)
		if !found {
			break
		}
		if typed == "" {
			standIn, typed = m.v.title(standIns[i:i+1]), m.v.title(m.words[start:end])
		}
		m.cuts = slices.Replace(m.cuts, start, end, stretch{m.cuts[start].first, m.cuts[end-1].last})
		m.words = slices.Replace(m.words, start, end, standIns[i])
		m.typed = slices.Replace(m.typed, start, end, standIns[i])
		m.unknown = slices.Replace(m.unknown, start, end, false)
		m.times = slices.Replace(m.times, start, end, moment{})
		m.found = nil
		from = start + 1
	}
	return standIn, typed
}

// cry is a team's phrase, ready to be looked for.
type cry struct {
	article string   // stands before it and need not be said: "the blue file"
	words   []voiced // "blue", "file"
	whole   voiced   // as one word: "bluefile"
}

func newCry(phrase string) (c cry) {
	var whole strings.Builder
	for _, p := range split(Normalise(phrase)) {
		w := plainLetters(p.word)
		switch {
		case isBreak(w) || w == "":
		case len(c.words) == 0 && c.article == "" && articles[w]:
			c.article = w
		default:
			c.words = append(c.words, spoke(w))
			whole.WriteString(w)
		}
	}
	if len(c.words) == 0 && c.article != "" {
		c.words, c.article = []voiced{spoke(c.article)}, ""
	}
	c.whole = c.alone()
	if len(c.words) > 1 {
		c.whole = spoke(whole.String())
	}
	return c
}

func (c cry) alone() voiced {
	if len(c.words) == 0 {
		return voiced{}
	}
	return c.words[0]
}

// has says whether w is one of the phrase's words, or near one.
func (c cry) has(w string) bool {
	return slices.ContainsFunc(c.words, func(s voiced) bool { return s.letters == w || s.like(w).near })
}

var articles = set("the a an my our")

// cryAt says how many words at i are the phrase; 0 when they are not.
func (m *message) cryAt(i int, c cry) int {
	if isBreak(m.words[i]) {
		return 0
	}
	if n := len(c.words); n > 1 && m.eachIs(i, c.words) {
		return n
	}
	w := plainLetters(m.words[i])
	if m.v.isOne(w, c.whole) || m.v.joined(w, c.whole) || len(c.words) == 1 && m.askedOf(i, 1) && m.v.nearWord(w, c.whole) {
		return 1
	}
	if n := m.inPieces(i, w, c.whole); n > 0 || len(c.words) > 1 {
		return n
	}
	next := m.word(i + 1)
	if next != "to" && next != "" && !isBreak(next) && m.askedOf(i, 2) && !m.v.IsSomeone(w) && !m.v.IsSomeone(next) && m.v.nearWord(plainLetters(w+next), c.whole) { // "ask star let to ring"
		return 2
	}
	return 0
}

// eachIs says whether the words at i are those of a phrase of several. Beside the others, one may be an ordinary word or
// a name that sounds the same: "read folder", "aunty Joe".
func (m *message) eachIs(i int, words []voiced) bool {
	odd := 0
	for k, want := range words {
		w := plainLetters(m.word(i + k))
		if m.v.isOne(w, want) {
			continue
		}
		l := want.like(w)
		if odd++; odd > 1 || !l.near || !l.same || l.points > oneSlip || m.v.IsSomeone(w) && l.points > 1 {
			return false
		}
	}
	return true
}

// isOne says whether w is the name: exactly, of hers ("scarletts"), or near it. A word that people write of other things
// only counts if it sounds the same; somebody else's name does not.
func (v *Vocabulary) isOne(w string, name voiced) bool {
	if w == name.letters {
		return true
	}
	if len(w) < 2 {
		return false
	}
	if one, ok := strings.CutSuffix(w, "s"); ok && (one == name.letters || strings.TrimSuffix(one, "e") == name.letters) {
		return true
	}
	l := name.like(w)
	switch {
	case !l.near:
		return v.nearOwned(w, name)
	case v.IsSomeone(w) || v.notPhrase[w]:
		return false
	case v.Ordinary(w):
		return l.same && l.points <= oneSlip && len(name.letters) >= shortName
	}
	return true
}

// askedOf says whether the text asks something of the n words there: "get ... to call me", "can ... ring", "has ... got a sec". Between
// such words stands a name, even where a phone made an ordinary word of it.
func (m *message) askedOf(i, n int) bool {
	prev, next := m.word(i-1), m.word(i+n)
	if next == "to" {
		next = m.word(i + n + 1)
	}
	switch {
	case prev == "ask" || prev == "asking":
		return askedFor[next] || next == "if" || next == "whether" || next == "for" || next == "about"
	case prev == "tell", prev == "let" && next == "know":
		return true
	case prev == "get" || prev == "can" || prev == "could" || prev == "would" || prev == "will" || prev == "please" || prev == "have":
		return askedFor[next]
	case prev == "has" || prev == "is" || prev == "does":
		return whereabouts[next]
	}
	return (prev == "with" || prev == "for" || prev == "to") && passed[m.word(i-2)]
}

var (
	askedFor = set("ring call phone text message contact come be give know please bell pop speak buzz")
	// whereabouts go after one of whom it is asked whether she may be spoken to.
	whereabouts = set("got around about available free there know")
	passed      = set("word message speak pass this it chat talk note msg speaking")
)

// nearWord says whether an ordinary word is one that a phone may have made of a long name: "starlet", "scarlets".
func (v *Vocabulary) nearWord(w string, name voiced) bool {
	if len(name.letters) < longName || v.IsSomeone(w) || v.notPhrase[w] {
		return false
	}
	one := strings.TrimSuffix(w, "s")
	return name.like(w).near || one != w && !v.IsSomeone(one) && !v.notPhrase[one] && name.like(one).near
}

// nearOwned is isOne for what is hers and misspelt: "skarlets".
func (v *Vocabulary) nearOwned(w string, name voiced) bool {
	one, ok := strings.CutSuffix(w, "s")
	if !ok || len(name.letters) < shortName || v.IsSomeone(w) || v.IsSomeone(one) || v.Ordinary(w) || v.notPhrase[one] {
		return false
	}
	return name.like(one).near
}

// glue are words that run together with a name in a hurry: "askscarlett", "ask4scarlett", "scarlettplease".
var glue = struct{ before, after []string }{
	strings.Fields("askfor ask4 asking4 askingfor ask askin asking tell get find ring call text msg message phone need want is can where wheres hi hey 4 for 2 to with and from about"),
	strings.Fields("please pls plz there here in about around now ring call me back for to is can xx x"),
}

// joined says whether the name is in w beside a word that was run together with it.
func (v *Vocabulary) joined(w string, name voiced) bool {
	n := len(name.letters)
	if len(w) <= n || n < 3 {
		return false
	}
	holds := n >= 7 && strings.Contains(w, name.letters[:n-1])
	for k := 0; k < len(glue.before) && !holds; k++ {
		rest, ok := strings.CutPrefix(w, glue.before[k])
		holds = ok && (rest == name.letters || len(rest) >= n-1 && n >= shortName && v.isOne(rest, name))
	}
	for k := 0; k < len(glue.after) && !holds; k++ {
		rest, ok := strings.CutSuffix(w, glue.after[k])
		holds = ok && n >= shortName && len(rest) >= n-1 && v.isOne(rest, name)
	}
	return holds && !v.Ordinary(w) && !v.IsSomeone(w)
}

// inPieces says how many words at i are the name cut into pieces, "scar let"; 0 when they are not.
func (m *message) inPieces(i int, w string, name voiced) int {
	n := len(name.letters)
	if n < shortName || len(w) > n || w == "" || wrong[w[0]][name.letters[0]] > 1 {
		return 0
	}
	letters := len(w)
	for k := 1; k <= 2; k++ {
		next := m.word(i + k)
		if letters += len(next); next == "" || isBreak(next) || letters > n+oneSlip {
			return 0
		}
		if letters >= n-oneSlip && m.piecesAre(i, k+1, plainLetters(strings.Join(m.words[i:i+k+1], "")), name) {
			return k + 1
		}
	}
	return 0
}

// piecesAre says whether the words at i, which together are w, are the name. Where all of them are ordinary words ("is
// old" for Isolde) they are held to more.
func (m *message) piecesAre(i, words int, w string, name voiced) bool {
	points := slip(w, name.letters, oneSlip)
	if points > oneSlip {
		return false
	}
	odd := slices.ContainsFunc(m.words[i:i+words], func(w string) bool { return !m.v.Ordinary(w) && !m.v.IsSomeone(w) })
	switch {
	case odd:
		return points == 0 || len(name.letters) >= 7 || soundKey(w) == name.sound
	case len(name.letters) >= 7:
		return points <= 1
	}
	return points == 0 && askWords[m.word(i-1)]
}

var askWords = set("ask asked asking for tell get ring call phone message text contact find fetch")

// ofSomethingElse says whether what sounds like the phrase is the ordinary word: scarlet fever, the colour, "he went
// scarlet", "scarlet with rage" (guide D4). The phrase as the team spells it is never one of these, unless it is an ordinary
// word itself.
func (m *message) ofSomethingElse(i, n int) bool {
	next, prev := m.word(i+n), m.word(i-1)
	if next == "fever" || next == "pimpernel" || prev == "colour" {
		return true
	}
	if n > 1 || !m.v.Ordinary(m.words[i]) {
		return false
	}
	switch {
	case m.v.thingOfColour[next], becoming[prev], m.coloured(i):
		return true
	case describing[prev] && becoming[m.word(i-2)]: // "a lovely scarlet fire engine"
		return m.v.Ordinary(next) && !askedFor[next] && !m.v.courtesy[next] && next != "to" && next != "can" && next != "could"
	case next == "with" || next == "from" || next == "and":
		return feelings[m.word(i+n+1)]
	case prev == "is" || prev == "s" || prev == "was" || prev == "are" || prev == "looks":
		return reddens[m.word(i-2)] || m.v.thingOfColour[m.word(i-2)]
	}
	return false
}

// coloured says whether what stands shortly before word i makes it a colour: "painted the hall scarlet", "her nails are scarlet".
func (m *message) coloured(i int) bool {
	if m.word(i-1) == "are" || m.word(i-1) == "were" {
		return i > 1 && !isBreak(m.words[i-2])
	}
	for j := i - 1; j >= max(m.clauseStart(i), i-5); j-- {
		if colouring[m.words[j]] {
			return true
		}
	}
	return false
}

var (
	colouring  = set("painted painting paint dyed dyeing wearing wears wore coloured decorated")
	describing = set("lovely big little bright beautiful gorgeous new old nice small huge tiny pretty fab amazing massive great long short shiny smart")
	becoming   = set("a an the went goes gone go going turned turns turning bright dark deep in all blushed blushing flushed his her their this that some")
	feelings   = set("rage anger fury shame embarrassment cold temper heat crying sweat hot sore itchy swollen sweaty angry")
	reddens    = set("face faces cheek cheeks ear ears skin rash nose he she it he's she's arm arms leg legs")
)

// onlyMentioned says whether she is only spoken of: nothing is asked of her, of her whereabouts, or passed to her.
func (m *message) onlyMentioned(start, end int) bool {
	if m.has("?", "ask", "tell", "can", "could", "cld", "get", "ring", "please", "is", "where", "let", "pass", "need", "want", "speak", "did", "has", "does", "would", "asking", "inform", "check", "remind", "message") {
		return m.denied(start) && !m.has("can", "could", "ring", "ask", "?")
	}
	return !m.onlyCourtesy(0, start) || !m.onlyNames(end)
}

// onlyNames says whether nothing but names follows: "SCARLETT Kim and Priya" is a colleague's raise (rule 4.3).
func (m *message) onlyNames(i int) bool {
	for _, w := range m.words[i:] {
		if w != "and" && !isBreak(w) && !m.v.courtesy[w] && !m.v.IsName(w) {
			return false
		}
	}
	return true
}
