package checkin

import (
	"reflect"
	"slices"
	"testing"

	"github.com/allclear-safety/allclear/internal/checkin/grammar"
)

// means is what the examples of a section are read as, and those that only look like them are not; not turns it round.
var means = map[string]struct {
	state   State
	intents []Intent
	not     bool
}{
	"cry-alone": {Inside, []Intent{Distress}, false}, "cry": {Inside, []Intent{Distress}, false}, "threat": {Inside, []Intent{Distress}, false}, "kept-in": {Inside, []Intent{Distress}, false}, "clipped": {Inside, []Intent{Distress}, false},
	"harmless": {Inside, []Intent{Distress}, true}, "calm-again": {Inside, []Intent{Distress}, true}, "taken-back": {Inside, []Intent{SafeReply}, false},
	"exit": {Inside, []Intent{End}, false}, "over": {Inside, []Intent{End}, false}, "away": {Inside, []Intent{End}, false},
	"stays": {Inside, []Intent{End}, true}, "unmeant": {Inside, []Intent{End}, true},
	"entry": {Booked, []Intent{Start}, false}, "there": {Booked, []Intent{Start}, false}, "not-in": {Booked, []Intent{Start}, true},
	"called-off": {Booked, []Intent{Cancel}, false}, "never-in": {Booked, []Intent{Cancel}, false},
	"not-called-off": {Booked, []Intent{Cancel}, true}, "other-off": {Booked, []Intent{Cancel}, true},
	"well": {Inside, []Intent{SafeReply}, false}, "well-alone": {Inside, []Intent{SafeReply}, false},
}

// TestTheExamplesOfTheLanguages reads each example that stands beside the phrases it explains.
func TestTheExamplesOfTheLanguages(t *testing.T) {
	for _, e := range standard().Examples {
		want, ok := means[e.Section]
		if !ok {
			continue
		}
		c := afternoon1500(want.state)
		c.Phrase = "Scarlett"
		r := Understand(e.Text, c)
		if slices.Contains(want.intents, r.Intent) == (want.not == e.Wanted) {
			t.Errorf("[%s] %q (wanted: %v) is read as %s by %s", e.Section, e.Text, e.Wanted, r.Intent, r.Rule)
		}
	}
}

// TestEverySectionOfPhrasesHasAnExample keeps each section's reason beside it.
func TestEverySectionOfPhrasesHasAnExample(t *testing.T) {
	for _, section := range looked {
		if _, ok := means[section]; ok && !slices.ContainsFunc(standard().Examples, func(e grammar.Example) bool { return e.Section == section && e.Wanted }) {
			t.Errorf("[%s] has no example", section)
		}
	}
}

// TestEverySetHasItsWords: a section that is misnamed would be an empty set, and its rule would never apply.
func TestEverySetHasItsWords(t *testing.T) {
	sets := reflect.ValueOf(standard().sets)
	for i := range sets.NumField() {
		if sets.Field(i).Len() == 0 {
			t.Errorf("%s is empty", sets.Type().Field(i).Name)
		}
	}
}
