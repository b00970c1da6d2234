package checkin

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// PhraseTrouble says what makes a phrase a bad choice, whoever is on the team: it would be heard in ordinary texts. It
// completes a sentence that begins with the phrase ("is a common first name"), and is "" for one that may be chosen.
func PhraseTrouble(phrase string) string {
	v, c := standard(), newCry(phrase)
	has := func(is func(string) bool) bool {
		return !slices.ContainsFunc(c.words, func(s voiced) bool { return !is(s.letters) })
	}
	if len(c.words) == 0 {
		return "has no word in it"
	}
	if strings.ContainsFunc(phrase, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune(" -'’", r)
	}) {
		return "has more in it than letters, which nobody types in haste"
	}
	switch means := v.meaning(phrase); {
	case means:
		return "already means something in a check-in"
	case has(v.IsGiven):
		return "is a common first name, so it would be in texts about others"
	case has(func(w string) bool { return v.Phrased(w) || len(w) < 2 }), len(c.words) == 1 && v.Ordinary(c.whole.letters):
		return "is an everyday word, so it would be in texts about other things"
	case len(c.words) > 1:
		return ""
	case v.soundsCommon(c.whole):
		return "sounds like a common first name, so it would be heard in texts about others"
	case v.soundsEveryday(c.whole):
		return "sounds like an everyday word, so it would be heard in texts about other things"
	}
	return ""
}

// meaning says whether the words of a phrase, alone in a text, are a check-in or a cry for help.
func (v *Vocabulary) meaning(phrase string) bool {
	for _, s := range []State{None, Booked, Inside, Overdue} {
		switch Understand(phrase, Context{State: s, Vocabulary: v}).Intent {
		case Unclear, Ask:
		default:
			return true
		}
	}
	words := split(Normalise(phrase))
	return slices.ContainsFunc(words, func(p piece) bool {
		_, guessed := v.spelling(p.word)
		return guessed || len(words) == 1 && v.Say[p.word] != ""
	})
}

// tooLike says whether w and the name are one to the ear, or all but one to the eye.
func (s voiced) tooLike(w string) bool {
	if w == s.letters {
		return true
	}
	l := s.like(w)
	return l.near && l.points <= oneSlip && (l.same || l.points <= 1)
}

func (v *Vocabulary) soundsCommon(s voiced) bool {
	return slices.ContainsFunc(slices.Sorted(maps.Keys(v.Words("names"))), s.tooLike)
}

// soundsEveryday says whether an ordinary word is the name to the ear. Scarlett is the phrase of the plan that teams
// begin with, and what is written of the colour is known.
func (v *Vocabulary) soundsEveryday(s voiced) bool {
	return slices.ContainsFunc(v.ordinary, func(w string) bool { return w != "scarlet" && s.tooLike(w) })
}

// SoundsLike says whether somebody's name has a word in it that would be taken for the phrase, or the phrase for it
// (rule 4.6).
func SoundsLike(name, phrase string) bool { return newCry(phrase).soundsLike(name) }

func (c cry) soundsLike(name string) bool {
	if len(c.words) == 0 {
		return false
	}
	m := &message{v: standard()}
	for _, p := range split(Normalise(name)) {
		w := plainLetters(p.word)
		if len(c.words) == 1 && !isBreak(w) && c.whole.tooLike(w) {
			return true
		}
		m.words = append(m.words, w)
	}
	_, _, found := m.findCry(c, 0)
	return found
}

// PhraseTaken says whether any of the names is taken for the phrase.
func PhraseTaken(phrase string, names []string) bool {
	return slices.ContainsFunc(names, newCry(phrase).soundsLike)
}

// seldom are first names that can be said on the telephone of someone at work, and that few in Britain have.
var seldom = strings.Fields(`Rosalind Ingrid Cordelia Marigold Rowena Beatrix Henrietta Yolanda Cressida Winifred Venetia Clementine Philomena Octavia
	Ottoline Araminta Millicent Wilhelmina Hermione Guinevere Persephone Leonora Theodora Arabella Lavinia Evangeline Imelda`)

// FreePhrases gives n first names that a team could take for its phrase: few people have them, and none of the names
// sounds like one. Which of them come first depends on team, so that not every team has the same.
func FreePhrases(n int, team string, names []string) []string {
	from := 0
	for _, b := range []byte(team) {
		from = (from + int(b)) % len(seldom)
	}
	var free []string
	for i := range seldom {
		phrase := seldom[(from+i)%len(seldom)]
		if len(free) < n && PhraseTrouble(phrase) == "" && !PhraseTaken(phrase, names) {
			free = append(free, phrase)
		}
	}
	return free
}
