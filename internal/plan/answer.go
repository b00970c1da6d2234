package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// StandardAnswer is how a request for a person is answered where the plan says nothing else (rule 4.2).
const StandardAnswer = "I'll see if I can find NAME for you."

// answerName stands in an answer for the name that was asked for.
const answerName = "NAME"

// longestAnswer leaves room in one text for the longest name and the mark of a rehearsal, in letters.
const longestAnswer = 100

// Answer is how a request for a person is answered, with NAME where the name stands: the same for everyone who is asked for, and so for the
// covert name.
func (s Settings) Answer() string {
	if s.AskAnswer == "" {
		return StandardAnswer
	}
	return s.AskAnswer
}

// AnswerWith is the answer with a value in the name's place.
func (s Settings) AnswerWith(name string) string {
	return strings.Replace(s.Answer(), answerName, name, 1)
}

// TidyAnswer gives an answer as it is kept: "" for the standard one.
func TidyAnswer(given string) string {
	given = strings.Join(strings.Fields(strings.NewReplacer("’", "'", "‘", "'").Replace(given)), " ")
	if given == StandardAnswer {
		return ""
	}
	return given
}

// tells are words that say to whoever reads along what was really asked for. They count also where a word only begins with one.
var tells = []string{"999", "alarm", "alert", "allclear", "ambulance", "assault", "attack", "code", "cops", "danger", "distress", "duress", "emergenc", "guard", "help",
	"hurt", "mayday", "officer", "panic", "phrase", "police", "rescue", "risk", "safe", "scared", "secret", "secur", "signal", "sos", "threat", "trouble", "urgent", "violen",
	"warn", "weapon", "worr"}

// wordsOf are the words of a text in small letters, without what stands between them.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && !unicode.IsDigit(r) })
}

// answer refuses what would tell whoever reads along (rule 4.2), teach how to check out (2.2) or not fit one text.
func (p *problems) answer(s Settings) {
	if says := s.wrongAnswer(); s.AskAnswer != "" && says != "" {
		p.add("ask_answer", "%s", says)
	}
}

func (s Settings) wrongAnswer() string {
	words := wordsOf(s.AskAnswer)
	odd := func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune(" .,'-", r) }
	phrase := wordsOf(s.DuressPhrase)
	i := slices.IndexFunc(words, func(word string) bool {
		return slices.ContainsFunc(tells, func(tell string) bool { return strings.HasPrefix(word, tell) })
	})
	switch {
	case utf8.RuneCountInString(s.AskAnswer) > longestAnswer:
		return fmt.Sprintf("must fit one text: %d letters at most", longestAnswer)
	case strings.Count(s.AskAnswer, answerName) != 1 || !slices.Contains(words, strings.ToLower(answerName)):
		return "must have NAME in it, once and in capitals: there the name that was asked for stands"
	case strings.ContainsFunc(s.AskAnswer, odd):
		return "must be letters, full stops, commas and hyphens alone"
	case i >= 0:
		return fmt.Sprintf("must not say “%s”: whoever reads along would wonder", words[i])
	case len(phrase) > 0 && strings.Contains(" "+strings.Join(words, " ")+" ", " "+strings.Join(phrase, " ")+" "):
		return "must not have the duress phrase in it: it answers whoever asks for anyone"
	case s.WantsOutWord() && slices.Contains(words, strings.ToLower(s.OutWord)):
		return "must not have the word that must come with OUT in it"
	case slices.ContainsFunc(strings.Fields(s.AskAnswer), func(word string) bool {
		return slices.Contains([]string{"IN", "OUT", "LATE", "SOS", "ASK"}, strings.Trim(word, ".,'-"))
	}):
		return "must not teach a word of checking in or out"
	}
	return ""
}
