package checkin

import (
	"embed"
	"fmt"
	"slices"

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
	hindrances
	called
	notThere
	uncertain
	fines
	exits
	aways
	fillers
	overs
	stays
	asksAnyone
	asksFor
	beckons
	dayWords
	corrections
	answers
)

// looked are the sections whose phrases are looked for, in the order of the constants above.
var looked = []string{"cry-alone", "cry", "threat", "calm-again", "taken-back", "harmless", "entry", "not-in", "called-off", "not-there", "not-called-off",
	"well", "exit", "away", "filler", "over", "stays", "ask-anyone", "ask-for", "beckon", "other-day", "correction", "no-answer"}

type wordSet map[string]bool

// Vocabulary is the words and phrases by which texts are read: those of our own languages, and what a council adds.
type Vocabulary struct {
	*grammar.Grammar

	family, titleBefore, courtesy, notAsked, optOuts                                                  wordSet
	deny, denyThrough, alarming, thingOfColour, notPhrase, told, presentWords, wellOfOthers           wordSet
	afterTime, overCues, overAfter, moreCues, clockCues, glueCues, otherThings, pastCues, answersElse wordSet
	beginCues, endCues, willDo, noSlip, promise, joins                                                wordSet
	ahead, spent, wanted, numbered, clauses                                                           wordSet
	oneSlip                                                                                           []string
}

// standard is the vocabulary without additions. It is part of the program, so a mistake in it stops the program at once.
var standard = func() *Vocabulary {
	v, err := NewVocabulary("")
	if err != nil {
		panic("checkin: " + err.Error())
	}
	return v
}()

// NewVocabulary is our own languages with additions, in the form that package grammar describes: each section of them adds to
// ours. It errs when a line of the additions is none of that form.
func NewVocabulary(additions string) (*Vocabulary, error) {
	texts := []string{}
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
	}
	g, err := grammar.Parse(looked, append(texts, additions)...)
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	v := &Vocabulary{Grammar: g}
	for name, set := range map[string]*wordSet{
		"family": &v.family, "title-before": &v.titleBefore, "courtesy": &v.courtesy, "not-asked": &v.notAsked, "opt-out": &v.optOuts,
		"deny": &v.deny, "deny-through": &v.denyThrough, "alarming": &v.alarming, "thing-of-colour": &v.thingOfColour, "not-phrase": &v.notPhrase,
		"told": &v.told, "present": &v.presentWords, "well-of-others": &v.wellOfOthers, "after-time": &v.afterTime, "over-before": &v.overCues,
		"over-after": &v.overAfter, "more-before": &v.moreCues, "clock-before": &v.clockCues, "time-glue": &v.glueCues, "other-thing": &v.otherThings,
		"past-before": &v.pastCues, "answers-elsewhere": &v.answersElse, "begin-before": &v.beginCues, "end-before": &v.endCues, "will-do": &v.willDo,
		"no-slip": &v.noSlip, "promise": &v.promise, "joins": &v.joins, "ahead": &v.ahead, "spent": &v.spent,
		"wanted": &v.wanted, "numbered": &v.numbered, "clause": &v.clauses,
	} {
		*set = g.Words(name)
	}
	for w := range g.Words("one-slip") {
		v.oneSlip = append(v.oneSlip, w)
	}
	slices.Sort(v.oneSlip)
	return v, nil
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
	times := make([]grammar.Time, len(m.words))
	for i := range times {
		if i < len(m.times) {
			times[i] = grammar.Time{Words: m.times[i].words, Length: m.times[i].isLength()}
		}
	}
	m.found = m.v.Match(m.words, times)
}
