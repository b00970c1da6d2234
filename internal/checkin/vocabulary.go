package checkin

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/allclear-safety/allclear/internal/checkin/grammar"
)

//go:embed languages/*.txt
var languages embed.FS

// phrases are those of one section of the languages, such as [exit].
type phrases grammar.Topic

const (
	plainCries phrases = iota
	cries
	threats
	resolved
	retracted
	harmless
	entries
	within
	hindrances
	called
	notThere
	uncertain
	otherOff
	neverIn
	fines
	exits
	aways
	fillers
	overs
	stays
	unmeant
	there
	wellAlone
	asksAnyone
	asksFor
	beckons
	dayWords
	corrections
	answers
	keptIn
	clipped
	turnedAway
	leaves
	hedges
)

// looked are the sections whose phrases are looked for, in the order of the constants above.
var looked = []string{"cry-alone", "cry", "threat", "calm-again", "taken-back", "harmless", "entry", "in", "not-in", "called-off", "not-there", "not-called-off", "other-off", "never-in",
	"well", "exit", "away", "filler", "over", "stays", "unmeant", "there", "well-alone", "ask-anyone", "ask-for", "beckon", "other-day", "correction", "no-answer", "kept-in", "clipped", "turned-away", "leaving", "hedge"}

type wordSet map[string]bool

// Vocabulary is the words and phrases by which texts are read: those of our own languages, and what a council adds.
type Vocabulary struct {
	*grammar.Grammar
	sets
	english    map[string]bool     // the words of English alone, and of additions
	dialect    map[string]bool     // the words of its dialects
	ordinary   []string            // the ordinary words, in order
	searches   sync.Pool           // of [grammar.Search]
	shortSlips []string            // short words of danger that more slips are read through, in order
	saying     map[string][]saying // by the first word that is written
	slips      map[string][]string // words that matter enough to be read through one slip of the thumb, by what is left of them without a letter
	mends      map[string]bool     // words that are read where two of their letters are swapped
}

// sets are words that the rules tell apart, each a section of the languages.
type sets struct {
	family, titleBefore, courtesy, notAsked, optOuts, deny, denyThrough, alarming, lasting, shouted, thingOfColour, notPhrase                          wordSet
	told, is, at, joins, adverbs, waits, back, session, gone, me, later, after                                                                         wordSet
	with, again, timeWords, creature, notDoing, titles, asksUs, promise, doubt, wellOfOthers, afterTime, overCues                                      wordSet
	overAfter, moreCues, clockCues, glueCues, otherThings, pastCues, answersElse, afterIn, afterWell, fret, atLeisure, entryBefore, beginCues, endCues wordSet
	willDo, noSlip, oneSlip, ahead, spent, wanted, numbered, clauses, visitors, shortSlip, people, thing                                               wordSet
	article, official, returns, moves, putsOn, takesOff, shortens, begun, calls, ownEnd, scrapped, theyDo                                              wordSet
	hisOwn, beside, perhaps, meant, momentOf, sentBefore, changes, waitsInside, errand, room, counted                                                  wordSet
}

// standard is the vocabulary without additions, read when it is first asked for. It is part of the program, so a mistake in it stops the program
// at once.
var standard = sync.OnceValue(func() *Vocabulary {
	v, err := NewVocabulary("")
	if err != nil {
		panic("checkin: " + err.Error())
	}
	return v
})

// NewVocabulary is our own languages with additions, in the form that package grammar describes: each section of them adds to
// ours. Where a line of the additions is none of that form, or in no section of ours, the error is a [*BadLine].
func NewVocabulary(additions string) (*Vocabulary, error) {
	texts, english, dialect := []string{}, map[string]bool{}, map[string]bool{}
	files, err := languages.ReadDir("languages")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		raw, err := languages.ReadFile("languages/" + f.Name())
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(raw))
		if f.Name() == "english.txt" || f.Name() == "everyday.txt" {
			maps.Copy(english, grammar.WordsIn(string(raw)))
		}
		if f.Name() == "dialects.txt" {
			maps.Copy(dialect, grammar.WordsIn(string(raw)))
		}
	}
	if err := checkAdditions(additions, texts); err != nil {
		return nil, err
	}
	g, err := grammar.Parse(looked, append(texts, additions)...)
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	maps.Copy(english, grammar.WordsIn(additions))
	v := &Vocabulary{Grammar: g, sets: setsOf(g), english: english, dialect: dialect}
	v.shortSlips = slices.Sorted(maps.Keys(v.shortSlip))
	v.searches.New = func() any { return g.NewSearch() }
	v.ordinary = slices.Sorted(maps.Keys(g.Words("not-names")))
	v.saying, v.slips, v.mends = sayings(g.Say), slipsOf(v.matter()), common(g)
	return v, nil
}

func setsOf(g *grammar.Grammar) sets {
	s := sets{
		family:        g.Words("family"),
		titleBefore:   g.Words("title-before"),
		courtesy:      g.Words("courtesy"),
		notAsked:      g.Words("not-asked"),
		optOuts:       g.Words("opt-out"),
		deny:          g.Words("deny"),
		denyThrough:   g.Words("deny-through"),
		alarming:      g.Words("alarming"),
		lasting:       g.Words("lasting"),
		shouted:       g.Words("shouted"),
		thingOfColour: g.Words("thing-of-colour"),
		notPhrase:     g.Words("not-phrase"),
		told:          g.Words("told"),
		is:            g.Words("is"),
		at:            g.Words("at"),
		joins:         g.Words("joins"),
		adverbs:       g.Words("adv"),
		waits:         g.Words("waits"),
		back:          g.Words("back"),
		session:       g.Words("session"),
		gone:          g.Words("gone"),
		me:            g.Words("mine"),
		with:          g.Words("with"),
		again:         g.Words("again"),
		creature:      g.Words("creature"),
		notDoing:      g.Words("not-doing"),
		titles:        g.Words("whose-word"),
		asksUs:        g.Words("ask-us"),
		promise:       g.Words("promise"),
		doubt:         g.Words("doubt"),
		wellOfOthers:  g.Words("well-of-others"),
		otherThings:   g.Words("other-thing"),
		answersElse:   g.Words("answers-elsewhere"),
		willDo:        g.Words("will-do"),
		noSlip:        g.Words("no-slip"),
		oneSlip:       g.Words("one-slip"),
		wanted:        g.Words("wanted"),
		clauses:       g.Words("clause"),
		visitors:      g.Words("visitor"),
		shortSlip:     g.Words("short-slip"),
		people:        g.Words("people"),
		thing:         g.Words("thing"),
		article:       g.Words("article"),
		official:      g.Words("official"),
		returns:       g.Words("return"),
		scrapped:      g.Words("scrap"),
		beside:        g.Words("beside"),
		perhaps:       g.Words("perhaps"),
		sentBefore:    g.Words("sent-before"),
		changes:       g.Words("changes"),
		waitsInside:   g.Words("waits-inside"),
		theyDo:        g.Words("they-do"),
		hisOwn:        g.Words("his-own"),
		errand:        g.Words("errand"),
		room:          g.Words("room"),
	}
	s.ofTimes(g)
	return s
}

// ofTimes reads the words that say what a time is for.
func (s *sets) ofTimes(g *grammar.Grammar) {
	s.later = g.Words("later")
	s.after = g.Words("after-visit")
	s.timeWords = g.Words("time-word")
	s.afterTime = g.Words("after-time")
	s.overCues = g.Words("over-before")
	s.overAfter = g.Words("over-after")
	s.moreCues = g.Words("more-before")
	s.clockCues = g.Words("clock-before")
	s.glueCues = g.Words("time-glue")
	s.pastCues = g.Words("past-before")
	s.afterIn = g.Words("after-in")
	s.afterWell = g.Words("after-well")
	s.atLeisure = g.Words("at-leisure")
	s.fret = g.Words("fret")
	s.entryBefore = g.Words("entry-before")
	s.beginCues = g.Words("begin-before")
	s.endCues = g.Words("end-before")
	s.ahead = g.Words("ahead")
	s.spent = g.Words("spent")
	s.numbered = g.Words("numbered")
	s.moves = g.Words("moves")
	s.putsOn = g.Words("puts-on")
	s.takesOff = g.Words("takes-off")
	s.shortens = g.Words("shortens")
	s.begun = g.Words("late-begun")
	s.ownEnd = g.Words("own-end")
	s.meant = g.Words("planned")
	s.momentOf = g.Words("moment-of")
	s.calls = g.Words("come-then")
	s.counted = g.Words("counted")
}

// dangerous are the sections whose words tell of danger.
var dangerous = []string{"cry", "threat", "cry-alone", "kept-in", "clipped"}

// matter gives the words that matter enough to be read through one slip of the thumb: those of danger, but for short ones, from which too many
// others are a slip away. They are those of English only: a surname here is one slip from too many words of other languages ("Costello", coltello).
func (v *Vocabulary) matter() []string {
	all := v.Words("one-slip")
	for _, section := range dangerous {
		for _, w := range v.All(section) {
			if len(w) >= 5 && v.english[w] {
				all[w] = true
			}
		}
	}
	for _, written := range slices.Sorted(maps.Keys(v.Say)) { // "sombody" is somebody, which is said someone
		if said := v.Say[written]; all[said] && len(written) > 5 && v.english[said] && !strings.ContainsAny(written, " '") {
			all[written] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// common gives the words that are read where two of their letters are swapped: those of danger and the commonest.
func common(g *grammar.Grammar) map[string]bool {
	all := g.Words("mend")
	for _, section := range dangerous {
		for _, w := range g.All(section) {
			if len(w) >= 3 {
				all[w] = true
			}
		}
	}
	return all
}

// at gives where the longest phrase of the topic that begins at word i ends, or -1.
func (ps phrases) at(m *message, i int) int {
	if m.found == nil {
		m.find()
	}
	return m.found.End(grammar.Topic(ps), i)
}

// find gives the first phrase of the topic at or after word i, or -1, -1.
func (ps phrases) find(m *message, i int) (start, end int) {
	for ; i < len(m.words); i++ {
		if end := ps.at(m, i); end >= 0 {
			return i, end
		}
	}
	return -1, -1
}

func (ps phrases) in(m *message) bool { start, _ := ps.find(m, 0); return start >= 0 }

// find looks for the phrases of all topics.
func (m *message) find() {
	words := m.words[:min(len(m.words), grammar.MostWords)]
	times := make([]grammar.Time, len(words))
	for i := range times {
		if i < len(m.times) {
			times[i] = grammar.Time{Words: m.times[i].words, Length: m.times[i].isLength()}
		}
	}
	s := m.v.searches.Get().(*grammar.Search)
	m.found = s.Match(words, times)
	m.v.searches.Put(s)
}
