package plan_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Rules 2.2 and 4.2: whoever reads along learns nothing, and the covert name is answered as any other.
func TestAnAnswerInTheTeamsOwnWords(t *testing.T) {
	for words, says := range map[string]string{
		"":                                "",
		"OK, I'll ask NAME to ring you.":  "",
		"Right you are - asking NAME":     "",
		"Ŵyn y byd, NAME":                 "",
		"I'll ask them.":                  "must have NAME",
		"NAME, NAME":                      "must have NAME",
		"I'll ask name.":                  "must have NAME",
		"RENAMED":                         "must have NAME",
		"NAME! Now!":                      "must be letters",
		"Ringing NAME on 01632 960000":    "must be letters",
		"{NAME}":                          "must be letters",
		"Help is coming, NAME knows":      "must not say “help”",
		"NAME is calling the POLICE":      "must not say “police”",
		"Alarmed NAME":                    "must not say “alarmed”",
		"NAME keeps you safe":             "must not say “safe”",
		"Scarlett or NAME rings":          "must not have the duress phrase",
		"Text OUT, then NAME rings":       "must not teach",
		"Bluebell, NAME":                  "must not have the word that must come with OUT",
		strings.Repeat("a", 96) + " NAME": "must fit one text: 100 letters",
	} {
		s := agreed()
		s.AskAnswer, s.OutWord = words, "bluebell"
		got := s.Problems(false)
		switch {
		case says == "" && len(got) > 0:
			t.Errorf("%q is refused: %v", words, got)
		case says != "" && (len(got) != 1 || got[0].Field != "plan.ask_answer" || !strings.HasPrefix(got[0].Says, says)):
			t.Errorf("%q: %v, want %q", words, got, says)
		}
	}
	if problems := (plan.Settings{AskAnswer: plan.StandardAnswer}).Problems(false); strings.Contains(strings.Join(fields(problems), " "), "ask_answer") {
		t.Errorf("the standard answer is refused: %v", problems)
	}
}

func TestAnAnswerIsKeptTidied(t *testing.T) {
	for given, kept := range map[string]string{" I’ll ask\u00a0 NAME ": "I'll ask NAME", " I’ll see if I can find NAME  for you.": "", "": ""} {
		if got := plan.TidyAnswer(given); got != kept {
			t.Errorf("%q is kept as %q", given, got)
		}
	}
	s, problems := plan.Parse([]byte(`{"ask_answer":"I’ll ask NAME"}`), agreed())
	if problems != nil || s.AskAnswer != "I'll ask NAME" || s.AnswerWith("Jane") != "I'll ask Jane" {
		t.Errorf("read as %q, %v", s.AskAnswer, problems)
	}
	if s, _ = plan.Parse([]byte(`{"ask_answer":null}`), s); s.AnswerWith("Jane") != "I'll see if I can find Jane for you." {
		t.Errorf("the standard answer is %q", s.AnswerWith("Jane"))
	}
}
