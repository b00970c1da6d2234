package engine

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/search"
)

// titles stand before a name and are no part of it.
var titles = []string{"mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "rev", "revd", "reverend", "sir", "dame", "lady", "lord", "cllr", "councillor"}

// sameName says that two names are one, however they are typed: in capitals or small letters, with or without the marks of their letters, with a
// title or without.
func sameName(a, b string) bool {
	return search.New(language.Und, search.Loose).EqualString(plainName(a), plainName(b))
}

// plainName is a name as it is compared: its words, without titles and without what stands within and between them.
func plainName(name string) string {
	words := strings.FieldsFunc(strings.NewReplacer("'", "", "’", "", "‘", "", "`", "").Replace(strings.ToLower(name)), func(r rune) bool {
		return r == ' ' || r == '\u00a0' || r == '\t' || r == '.' || r == ',' || r == '-' || r == '‐' || r == '‑' || r == '–'
	})
	for len(words) > 1 && slices.Contains(titles, words[0]) {
		words = words[1:]
	}
	return strings.Join(words, " ")
}
