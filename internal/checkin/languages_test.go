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
	"harmless": {Inside, []Intent{Distress}, true}, "turned-away": {Booked, []Intent{Distress}, true}, "calm-again": {Inside, []Intent{Distress}, true}, "taken-back": {Inside, []Intent{SafeReply}, false},
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

// TestOtherLanguagesCloseNothing: in no language is an exit that is denied, supposed, still to come, for a moment or somebody else's the worker's own.
func TestOtherLanguagesCloseNothing(t *testing.T) {
	for _, text := range []string{
		"dwi ddim wedi gadael", "mae'r plant wedi gadael", "pan fydda i wedi gadael", "bron wedi gorffen", "dwi allan yn yr ardd", "dal yma", "wedi mynd i'r gegin",
		"nie wyszłam", "mama wyszła", "jak wyszłam z kuchni", "po wizycie jadę do biura", "abhi nahi nikli", "mummy nikal gayi", "agar nikal gayi", "nu am plecat",
		"todavía no he salido", "je ne suis pas sortie", "quando já saí", "mish kharajt", "she don comot", "i never comot", "out now in a minute", "yer man's away now",
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == End || r.Intent == Cancel {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}

// TestEnglishThatLooksForeign: words of other languages that are English too mean what they mean in English.
func TestEnglishThatLooksForeign(t *testing.T) {
	for text, want := range map[string]Intent{
		"a tad late, out by 4": Change, "dal for dinner, til 5": Change, "breast pump needed, 10 mins": Change, "alright hun, out by 4": Change, "with Tara til 4": Change, "late cuz of traffic, out by 4": Change, "Fi left": Unclear,
		"main door locked, waiting": Unclear, "naw, still here": Unclear, "with Alan til 4": Change, "it's the night staff here now": Unclear, "sitting in Costello's": Unclear,
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != want {
			t.Errorf("%q is read as %s by %s, not as %s", text, r.Intent, r.Rule, want)
		}
	}
}
