package calendar

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// breaks says that r ends a line, for some reader or other: some take Unicode's line ends for one.
func breaks(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// plain says that s can be written as it is, as text and within quotes alike, which nearly all is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\\' || c == ';' || c == ',' || c == ':' || c == '"' {
			return false
		}
	}
	return true
}

// appendEscaped adds text as a value (RFC 5545, 3.3.11). Control characters have no place in it.
func appendEscaped(out []byte, s string) []byte {
	if plain(s) {
		return append(out, s...)
	}
	for i, r := range s { // broken UTF-8 becomes U+FFFD
		switch {
		case r == '\\' || r == ';' || r == ',':
			out = append(out, '\\', byte(r))
		case r == '\n' && i > 0 && s[i-1] == '\r': // of one line end
		case breaks(r):
			out = append(out, `\n`...)
		case r == '\t':
			out = append(out, ' ')
		case !unicode.IsControl(r):
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// quoted is a parameter's value. There is no way to say a double quote that Outlook understands.
func quoted(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	mark := false
	for _, r := range s {
		switch {
		case r == '"':
			b.WriteByte('\'')
		case breaks(r) || r == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(r):
		default:
			mark = mark || r == ',' || r == ';' || r == ':' || r > '~'
			b.WriteRune(r)
		}
	}
	if mark {
		return `"` + b.String() + `"`
	}
	return b.String()
}

// address is an address of mail or of the web: what can't be part of one is left out, so that it can end neither its line nor its quotes.
func address(s string) string {
	ok := func(r rune) bool {
		return r != utf8.RuneError && r > ' ' && r != '"' && r != '<' && r != '>' && !unicode.IsControl(r) && !unicode.IsSpace(r)
	}
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, s)
}

// token is a word of the format itself: letters, digits and hyphens.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, s)
}

// ruled is a recurrence as it was given, or "" where it holds what no recurrence can: half a rule would be another.
func ruled(rule string) string {
	for _, r := range rule {
		if token(string(r)) == "" && !strings.ContainsRune("=;,+", r) {
			return ""
		}
	}
	return rule
}
