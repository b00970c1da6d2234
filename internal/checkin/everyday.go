package checkin

import (
	_ "embed"
	"strings"
)

//go:embed everyday.txt
var everydayText string

// everyday are words and names that people write of other things than the team's phrase, beside those of the vocabulary.
type everyday struct{ words, names wordSet }

// ordinary never changes, as [standard] does not.
var ordinary = readEveryday(everydayText)

func readEveryday(text string) everyday {
	e := everyday{wordSet{}, wordSet{}}
	into := e.words
	for line := range strings.Lines(text) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "#"):
		case line == "[words]":
			into = e.words
		case line == "[names]":
			into = e.names
		default:
			for w := range strings.FieldsSeq(line) {
				into[w] = true
			}
		}
	}
	return e
}

// endings are those with which a word is as ordinary as without; what they take away may come back: "baked", "running".
var endings = []string{"s", "es", "ed", "d", "ing", "er", "ers", "r", "rs", "ly", "y", "ness", "ful", "less", "est"}

// isWord says whether w is an ordinary word, as far as we know.
func (v *Vocabulary) isWord(w string) bool {
	if v.Knows(w) || ordinary.words[w] {
		return true
	}
	for _, end := range endings {
		base, ok := strings.CutSuffix(w, end)
		if n := len(base); ok && n > 2 && (ordinary.words[base] || n > 3 && base[n-1] == base[n-2] && ordinary.words[base[:n-1]] ||
			end[0] != 's' && ordinary.words[base+"e"] || base[n-1] == 'i' && ordinary.words[base[:n-1]+"y"]) {
			return true
		}
	}
	return false
}

// isSomeone says whether w is a first name or surname that people have.
func (v *Vocabulary) isSomeone(w string) bool { return v.IsGiven(w) || ordinary.names[w] }
