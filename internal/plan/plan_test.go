package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// agreed is a plan that may be published.
func agreed() plan.Settings {
	s := plan.Standard()
	s.Fallback = "p-lee"
	return s
}

func fields(problems []plan.Problem) []string {
	var names []string
	for _, p := range problems {
		names = append(names, p.Field)
	}
	return names
}

func TestTheStandardPlanLacksOnlyItsFallback(t *testing.T) {
	if got := fields(plan.Standard().Problems(false)); !slices.Equal(got, []string{"plan.fallback"}) {
		t.Errorf("the standard plan has problems with %v, want plan.fallback alone", got)
	}
	if got := agreed().Problems(false); got != nil {
		t.Errorf("with a fallback it still has problems: %v", got)
	}
}

func TestBoundsOfTheTimes(t *testing.T) {
	for _, bound := range []struct {
		field               string
		set                 func(*plan.Settings, time.Duration)
		least, most, lifted time.Duration
	}{
		{"plan.grace", func(s *plan.Settings, d time.Duration) { s.Grace = d }, 0, time.Hour, 0},
		{"plan.ring_round", func(s *plan.Settings, d time.Duration) { s.RingRound = d }, 5 * time.Minute, time.Hour, time.Second},
		{"plan.acknowledge_within", func(s *plan.Settings, d time.Duration) { s.Acknowledge = d }, time.Minute, 15 * time.Minute, time.Second},
		{"plan.acknowledge_within_danger", func(s *plan.Settings, d time.Duration) { s.AcknowledgeDanger = d }, time.Minute, 15 * time.Minute, time.Second},
		{"plan.police_repeat", func(s *plan.Settings, d time.Duration) { s.Repeat = d }, time.Minute, 15 * time.Minute, time.Second},
		{"plan.start_prompt", func(s *plan.Settings, d time.Duration) { s.StartPrompt = d }, 0, time.Hour, 0},
		{"plan.end_prompts", func(s *plan.Settings, d time.Duration) { s.EndPrompts = []time.Duration{d} }, 0, time.Hour, 0},
	} {
		check := func(d time.Duration, rehearsal, taken bool) {
			t.Helper()
			s := agreed()
			bound.set(&s, d)
			got := fields(s.Problems(rehearsal))
			if taken && got != nil || !taken && !slices.Equal(got, []string{bound.field}) {
				t.Errorf("%s of %v, rehearsal %v: problems with %v", bound.field, d, rehearsal, got)
			}
		}
		check(bound.least, false, true)
		check(bound.most, false, true)
		check(bound.least-1, false, false)
		check(bound.most+1, false, false)
		check(bound.lifted, true, true)
		check(bound.lifted-1, true, false)
		check(bound.most, true, true)
		check(bound.most+1, true, false)
	}
}

func TestOtherSettingsThatCannotBe(t *testing.T) {
	for _, test := range []struct {
		field string
		name  string
		set   func(*plan.Settings)
	}{
		{"plan.fallback", "none", func(s *plan.Settings) { s.Fallback = "" }},
		{"plan.fallback", "with a line break", func(s *plan.Settings) { s.Fallback = "p-\nlee" }},
		{"plan.named_buddy", "with a space before it", func(s *plan.Settings) { s.NamedBuddy = " p-ann" }},
		{"plan.named_buddy", "of great length", func(s *plan.Settings) { s.NamedBuddy = strings.Repeat("p", 101) }},
		{"plan.colleagues", "an empty id", func(s *plan.Settings) { s.Colleagues = []string{"p-ann", ""} }},
		{"plan.colleagues", "twice", func(s *plan.Settings) { s.Colleagues = []string{"p-ann", "p-bo", "p-ann"} }},
		{"plan.colleagues", "a crowd", func(s *plan.Settings) { s.Colleagues = make([]string, 21) }},
		{"plan.end_prompts", "falling", func(s *plan.Settings) { s.EndPrompts = []time.Duration{600e9, 0} }},
		{"plan.end_prompts", "twice at one time", func(s *plan.Settings) { s.EndPrompts = []time.Duration{0, 0} }},
		{"plan.end_prompts", "without end", func(s *plan.Settings) { s.EndPrompts = make([]time.Duration, 7) }},
		{"plan.duress_phrase", "none", func(s *plan.Settings) { s.DuressPhrase = "" }},
		{"plan.duress_phrase", "a sentence", func(s *plan.Settings) { s.DuressPhrase = "is the file at work" }},
		{"plan.duress_phrase", "a space before it", func(s *plan.Settings) { s.DuressPhrase = " Scarlett" }},
		{"plan.duress_phrase", "two spaces", func(s *plan.Settings) { s.DuressPhrase = "Auntie  Jo" }},
		{"plan.duress_phrase", "a line break", func(s *plan.Settings) { s.DuressPhrase = "Auntie\nJo" }},
		{"plan.duress_phrase", "a digit", func(s *plan.Settings) { s.DuressPhrase = "Scarlett2" }},
		{"plan.duress_phrase", "a letter that no plain text has", func(s *plan.Settings) { s.DuressPhrase = "Zoë" }},
		{"plan.duress_phrase", "too short", func(s *plan.Settings) { s.DuressPhrase = "Al" }},
		{"plan.duress_phrase", "too long", func(s *plan.Settings) { s.DuressPhrase = strings.Repeat("a", 21) }},
		{"plan.duress_phrase", "a keyword", func(s *plan.Settings) { s.DuressPhrase = "Late" }},
		{"plan.duress_phrase", "a word understood", func(s *plan.Settings) { s.DuressPhrase = "help" }},
		{"plan.out_word", "two words", func(s *plan.Settings) { s.OutWord = "blue sky" }},
		{"plan.out_word", "a letter", func(s *plan.Settings) { s.OutWord = "b" }},
		{"plan.out_word", "a keyword", func(s *plan.Settings) { s.OutWord = "OUT" }},
		{"plan.out_word", "the phrase", func(s *plan.Settings) { s.OutWord = "scarlett" }},
	} {
		s := agreed()
		test.set(&s)
		for _, rehearsal := range []bool{false, true} {
			if got := fields(s.Problems(rehearsal)); !slices.Equal(got, []string{test.field}) {
				t.Errorf("%s, %s: problems with %v", test.field, test.name, got)
			}
		}
	}
}

func TestSettingsThatMayBe(t *testing.T) {
	for name, set := range map[string]func(*plan.Settings){
		"a phrase with an accent":  func(s *plan.Settings) { s.DuressPhrase = "Renèe" },
		"a phrase of two words":    func(s *plan.Settings) { s.DuressPhrase = "Red Folder" },
		"a phrase of three words":  func(s *plan.Settings) { s.DuressPhrase = "the blue file" },
		"a phrase with a hyphen":   func(s *plan.Settings) { s.DuressPhrase = "Anne-Marie" },
		"an out word":              func(s *plan.Settings) { s.OutWord = "bluebell7" },
		"no end prompts":           func(s *plan.Settings) { s.EndPrompts = nil },
		"no prompts":               func(s *plan.Settings) { s.Prompts = false },
		"no working hours":         func(s *plan.Settings) { s.WorkingHours = plan.Hours{} },
		"prompts later than grace": func(s *plan.Settings) { s.Grace = time.Minute }, // so that a team can shorten grace alone
		"colleagues":               func(s *plan.Settings) { s.Colleagues = []string{"p-ann", "p-bo"} },
	} {
		s := agreed()
		set(&s)
		if got := s.Problems(false); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSeveralProblemsAreAllSaid(t *testing.T) {
	s := plan.Settings{Clock: plan.Clock{Grace: -1}}
	want := []string{"plan.grace", "plan.ring_round", "plan.acknowledge_within", "plan.acknowledge_within_danger", "plan.police_repeat",
		"plan.duress_phrase", "plan.fallback"}
	if got := fields(s.Problems(false)); !slices.Equal(got, want) {
		t.Errorf("problems with %v, want %v", got, want)
	}
	if got := s.Problems(false)[0].Says; got != "must be from 0s to 1h" {
		t.Errorf("plan.grace %s", got)
	}
}

func TestOutWordOff(t *testing.T) {
	for word, wanted := range map[string]bool{"": false, "off": false, "bluebell": true} {
		if got := (plan.Settings{OutWord: word}).WantsOutWord(); got != wanted {
			t.Errorf("an out word of %q is wanted: %v", word, got)
		}
	}
}
