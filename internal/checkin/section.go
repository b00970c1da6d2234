package checkin

import (
	"slices"

	"github.com/allclear-safety/allclear/internal/checkin/grammar"
)

// sectionsOn are the sections of the languages that have the words on a topic. A topic without any is found by the rules
// alone: a keyword, a time, the team's phrase.
var sectionsOn = map[topic][]string{
	onTakingBack: {"taken-back"}, onDanger: {"cry-alone", "cry", "threat", "kept-in", "clipped"}, onNoDanger: {"harmless", "turned-away", "calm-again"},
	onExit: {"exit"}, onOver: {"over"}, onLeaving: {"leaving"}, onStays: {"stays"}, onAway: {"away"}, onEntry: {"entry", "there"},
	onCalledOff: {"called-off", "not-there", "never-in", "no-answer"}, onWellbeing: {"well", "well-alone"}, onWish: {"ask-for", "ask-anyone", "beckon"},
}

// Section is one section of a language, and the texts that the language gives for it.
type Section struct {
	Name           string
	Wanted, Others []string // texts that are one, and texts that only look like it
}

// Sections gives the sections of the languages by whose phrases a text is read as it is, in the order in which its rule asks
// for them. A text that is read by a keyword or a time alone, or not at all, has none.
func Sections(text string, c Context) []Section {
	r, m := understand(text, c, true)
	var list []Section
	for _, on := range reasons[r.Rule].topics {
		for _, name := range sectionsOn[on] {
			if m.holds(name) {
				list = append(list, c.vocabulary().section(name))
			}
		}
	}
	return list
}

// holds says whether a phrase of a section is in the text.
func (m *message) holds(section string) bool {
	t := slices.Index(looked, section)
	return t >= 0 && phrases(grammar.Topic(t)).in(m)
}

func (v *Vocabulary) section(name string) Section {
	s := Section{Name: name}
	for _, x := range v.Examples {
		switch {
		case x.Section != name:
		case x.Wanted:
			s.Wanted = append(s.Wanted, x.Text)
		default:
			s.Others = append(s.Others, x.Text)
		}
	}
	return s
}
