package calendar

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// linesOf gives the lines of a calendar, unfolded and in UTF-8.
//
// Folds are undone among the bytes, as some programs cut a character in two. Blank lines are dropped before that: some servers double every
// line end, and what follows the blank is the fold's rest.
func linesOf(text []byte) ([]string, error) {
	if len(text) > MostBytes {
		return nil, ErrTooLong
	}
	text = bytes.TrimPrefix(unwide(text), []byte("\uFEFF"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\x00"), nil)
	if bytes.Count(text, []byte("\n")) > MostLines {
		return nil, ErrManyLines
	}
	var lines []string
	var above []byte // words whose next line may belong to them
	for _, line := range unfolded(text) {
		switch {
		case softBreak(above):
			above = append(above[:len(above)-1], line...)
		case belongsAbove(above, line):
			above = append(append(above, `\n`...), line...)
		default:
			if len(above) > 0 {
				lines = append(lines, decoded(above))
			}
			above = line
		}
	}
	if len(above) > 0 {
		lines = append(lines, decoded(above))
	}
	return lines, nil
}

// unfolded joins what was folded: a line that begins with a space or tab goes on where the one before it ended.
func unfolded(text []byte) [][]byte {
	var lines [][]byte
	for raw := range bytes.SplitSeq(text, []byte("\n")) {
		switch {
		case len(raw) == 0:
		case raw[0] != ' ' && raw[0] != '\t':
			lines = append(lines, bytes.Clone(raw))
		case len(lines) > 0:
			lines[len(lines)-1] = append(lines[len(lines)-1], raw[1:]...)
		default: // a calendar whose lines are all indented
			lines = append(lines, bytes.Clone(bytes.TrimLeft(raw, " \t")))
		}
	}
	return lines
}

// unwide gives UTF-16, with its mark or without, as UTF-8.
func unwide(text []byte) []byte {
	if len(text) < 4 {
		return text
	}
	var big bool
	switch {
	case text[0] == 0xFE && text[1] == 0xFF, text[0] == 0 && text[1] != 0 && text[2] == 0 && text[3] != 0:
		big = true
	case text[0] == 0xFF && text[1] == 0xFE, text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0:
	default:
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 0; i+1 < len(text); i += 2 {
		if big {
			units = append(units, uint16(text[i])<<8|uint16(text[i+1]))
		} else {
			units = append(units, uint16(text[i+1])<<8|uint16(text[i]))
		}
	}
	return []byte(string(utf16.Decode(units)))
}

// softBreak says that a line of vCalendar 1.0 goes on in the next: quoted-printable, and it ends in "=".
func softBreak(line []byte) bool {
	if !bytes.HasSuffix(line, []byte("=")) {
		return false
	}
	head, _, _ := bytes.Cut(line[:min(len(line), 200)], []byte(":"))
	return bytes.Contains(bytes.ToUpper(head), []byte("QUOTED-PRINTABLE"))
}

// belongsAbove says that a line is no property but the next line of words whose writer forgot to escape them.
func belongsAbove(line, raw []byte) bool {
	if looksLikeProperty(raw) && !looksLikeWords(raw) {
		return false
	}
	end := bytes.IndexAny(line, ":;")
	if end < 0 {
		return false
	}
	switch strings.ToUpper(string(line[:end])) {
	case "DESCRIPTION", "SUMMARY", "LOCATION", "COMMENT", "X-ALT-DESC":
		return true
	}
	return false
}

// looksLikeProperty says that a line begins as a property does: a name of letters, digits and hyphens up to a colon or semicolon.
func looksLikeProperty(raw []byte) bool {
	end := bytes.IndexAny(raw, ":;")
	return end > 0 && isName(string(bytes.TrimSpace(raw[:end])))
}

// looksLikeWords says that what begins as a property does is rather a line of a form, "Where: 12 Mill Lane": its name is not in capitals, and none
// that a calendar has.
func looksLikeWords(raw []byte) bool {
	name := string(bytes.TrimSpace(raw[:bytes.IndexAny(raw, ":;")]))
	upper := strings.ToUpper(name)
	return name != upper && !strings.HasPrefix(upper, "X-") && !strings.Contains(name, ".") && !slices.Contains(properties, upper)
}

// properties are the names of RFC 5545 and 7986 that stand in an event or a zone.
var properties = []string{
	"ACTION", "ATTACH", "ATTENDEE", "BEGIN", "CATEGORIES", "CLASS", "COLOR", "COMMENT", "CONFERENCE", "CONTACT", "CREATED", "DESCRIPTION", "DTEND", "DTSTAMP", "DTSTART",
	"DURATION", "END", "EXDATE", "EXRULE", "GEO", "IMAGE", "LAST-MODIFIED", "LOCATION", "METHOD", "NAME", "ORGANIZER", "PRIORITY", "PRODID", "RDATE", "RECURRENCE-ID",
	"REFRESH-INTERVAL", "RELATED-TO", "REPEAT", "REQUEST-STATUS", "RESOURCES", "RRULE", "SEQUENCE", "SOURCE", "STATUS", "STYLED-DESCRIPTION", "SUMMARY", "TRANSP", "TRIGGER",
	"TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "TZURL", "UID", "URL", "VERSION",
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return s != ""
}

// decoded is a line as UTF-8. One that is not was written in Windows-1252, whatever its mail says: nothing else is sent so.
func decoded(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	var b strings.Builder
	for _, c := range line {
		b.WriteRune(windows1252(c))
	}
	return b.String()
}

// windows1252Upper are the characters 0x80 to 0x9F, where Windows differs from Latin-1. Five are not used.
var windows1252Upper = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8D, 'Ž', 0x8F,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9D, 'ž', 'Ÿ',
}

func windows1252(c byte) rune {
	if c >= 0x80 && c <= 0x9F {
		return windows1252Upper[c-0x80]
	}
	return rune(c)
}

// property is one line: NAME;PARAM=VALUE:value.
type property struct {
	name   string // upper case, without a group before it
	params []param
	value  string // as written
	line   string // all of it after the name, for those that are cut in the wrong place
}

type param struct{ name, value string }

// propertyOf takes a line apart, at the first colon that stands in no quotes.
func propertyOf(line string) (property, bool) {
	end := strings.IndexAny(line, ":;")
	if end <= 0 {
		return property{}, false
	}
	name := strings.TrimSpace(line[:end])
	if !isName(name) {
		return property{}, false
	}
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		name = name[dot+1:] // "item1.DTSTART"
	}
	p := property{name: strings.ToUpper(name), line: line[end:]}
	head, value, found := cutUnquoted(p.line)
	if !found { // a quote that is never closed, or only after the value
		head, value, _ = strings.Cut(p.line, ":")
	}
	p.value = value
	for _, s := range splitUnquoted(strings.TrimPrefix(head, ";"), ';') {
		name, value, _ := strings.Cut(s, "=")
		p.params = append(p.params, param{strings.ToUpper(strings.TrimSpace(name)), paramValue(value)})
	}
	return p, true
}

// cutUnquoted cuts at the first colon outside of quotes.
func cutUnquoted(s string) (head, value string, found bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ':' && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}

// splitUnquoted splits at sep outside of quotes.
func splitUnquoted(s string, sep byte) []string {
	var parts []string
	quoted, from := false, 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// caret is RFC 6868, by which a parameter holds quotes and line ends.
var caret = strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^")

// paramValue is a parameter's value without its quotes and escapes.
func paramValue(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	return caret.Replace(strings.Trim(s, `"`))
}

// param is a parameter's value, "" for none.
func (p property) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// text is the value as words: its escapes undone, and vCalendar's quoted-printable.
func (p property) text() string {
	if strings.EqualFold(p.param("ENCODING"), "QUOTED-PRINTABLE") || p.has("QUOTED-PRINTABLE") {
		return unescaped(decoded(unhexed(p.value, '=')))
	}
	return unescaped(p.value)
}

// has says that a parameter is there, with a value or, as in vCalendar 1.0, without.
func (p property) has(name string) bool {
	for _, q := range p.params {
		if q.name == name {
			return true
		}
	}
	return false
}

// unescaped undoes RFC 5545's escapes. A backslash before anything else is one: "C:\temp" is sent as it is by programs that escape nothing.
func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ';', ',', ':', '"':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// unhexed reads the two hexadecimal digits behind each mark: "=" of quoted-printable, "%" of addresses.
func unhexed(s string, mark byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}
