package web

import (
	"html/template"
	"strings"
	"unicode"
)

// quote shows what someone wrote, word for word, and keeps it to itself: words that run from right to left turn nothing
// round that stands beside them. What would do so from inside, or cannot be seen, shows as a mark that it was there.
func quote(words string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(strings.Map(showable, words)) + "</bdi>")
}

// showable is a character as a page may show it.
func showable(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r == '\r':
		return -1 // a line's end is told by the other
	case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069': // embeddings, overrides and isolates
		return unicode.ReplacementChar
	default:
		return r
	}
}
