package checkin

import (
	"strings"
	"unicode"
)

// longest is how much of a text is read, in characters. A carrier joins at most ten segments (1,530 characters); the
// rest is room for other channels. A longer text is read for danger only, by its first part.
const longest = 12_000

// Normalise folds what phones vary and people do not mean: case, curly quotes, dashes, odd spaces, emoji, characters
// that are no text, the points of "p.m.". The SOS emoji becomes its word. The result is one line of at most about 12,000 characters, with a
// full stop for each line's end.
func Normalise(s string) string { return normalise(s, nil) }

// normalise is Normalise; from, where it is given, is filled with the byte of s that each character comes from.
func normalise(s string, from *[]int) string {
	var b strings.Builder
	b.Grow(min(len(s), longest) + 1)
	if from != nil {
		*from = make([]int, 0, min(len(s), longest)+1)
	}
	var last, before rune
	n := 0
	for i, r := range s {
		if n++; n > longest {
			break
		}
		folded := fold(r)
		for _, r := range folded {
			if r == ' ' && (last == ' ' || last == 0) {
				continue
			}
			// "heeelp" is near enough to help: nobody's English has a letter three times running.
			if r == last && r == before && unicode.IsLetter(r) {
				continue
			}
			b.WriteRune(r)
			if from != nil {
				*from = append(*from, i)
			}
			before, last = last, r
		}
	}
	return closeClockWords(strings.TrimRight(b.String(), " "), from)
}

// clockWords takes the points out of the words that stand with a time.
var clockWords = strings.NewReplacer("a.m.", "am", "p.m.", "pm", "a.m", "am", "p.m", "pm", "o'clock", "oclock")

// closeClockWords takes them out, and what they came from out of from.
func closeClockWords(s string, from *[]int) string {
	closed := clockWords.Replace(s)
	if from == nil || len(closed) == len(s) {
		return closed
	}
	origins, old, i := make([]int, 0, len(*from)), []rune(s), 0
	for _, r := range closed {
		for old[i] != r { // only points and apostrophes were left out
			i++
		}
		origins = append(origins, (*from)[i])
		i++
	}
	*from = origins
	return closed
}

// fold gives what one character stands for; most that are no letter, digit or plain punctuation stand for a space.
func fold(r rune) string {
	switch r {
	case '’', '‘', '`', '´', 'ʼ':
		return "'"
	case '“', '”', '«', '»', '„':
		return `"`
	case '–', '—', '−', '‐', '‑':
		return "-"
	case '…', '\n', '\r', '\u2028':
		return " . "
	case '🆘':
		return " sos "
	case '🙄':
		return " eyeroll "
	case '½':
		return " 1/2 "
	case '¼':
		return " 1/4 "
	case '¾':
		return " 3/4 "
	case '&':
		return " and "
	case '@':
		return " at "
	case '\u200b', '\u200c', '\u200d', '\ufeff', '\ufe0f':
		return ""
	case '\'', '"', ',', '.', ':', ';', '!', '?', '(', ')', '-', '/', '>', '+':
		return string(r)
	}
	if r >= 0xff01 && r <= 0xff5e { // full-width forms of ASCII
		return fold(r - 0xff01 + '!')
	}
	if unicode.Is(unicode.Mn, r) {
		return ""
	}
	if unicode.Is(unicode.So, r) { // an emoji parts what stands before it from what comes after
		return " , "
	}
	if r != unicode.ReplacementChar && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return string(unicode.ToLower(r))
	}
	return " "
}

// withoutQuoted leaves out the lines that quote an earlier text, as mail programs mark them ("> Are you safe?"), if there are others. It
// keeps each byte in its place.
func withoutQuoted(s string) string {
	if !strings.Contains(s, ">") {
		return s
	}
	var b strings.Builder
	others := false
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, ">") {
			b.WriteString(strings.Repeat(" ", len(line)))
			continue
		}
		others = others || strings.TrimSpace(line) != ""
		b.WriteString(line)
	}
	if !others {
		return s
	}
	return b.String()
}
