package mail

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/emersion/go-message/charset"
)

// field is one line of a header, unfolded.
type field struct {
	name  string // lower case
	value string
}

// header is the fields of a mail or a part, from the top.
type header []field

// split parts a header from what follows it. What is no field is passed over, as every mail program does. It ends the header where RFC 5322 and the
// verifier of signatures end it, at the first empty line: two readings of where a header ends are how a signature is made to cover other words than
// people are shown.
func split(raw []byte) (header, []byte) {
	var h header
	var value []byte // of the last field: its lines are gathered once, as a header may be nothing but lines that go on
	end := func() {
		if len(h) > 0 {
			h[len(h)-1].value = string(value)
		}
	}
	rest := raw
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			end()
			return h, after
		}
		rest = after
		switch {
		case len(h) > maxFields:
		case line[0] == ' ' || line[0] == '\t':
			value = append(append(value, ' '), bytes.TrimSpace(line)...)
		default:
			name, said, found := bytes.Cut(line, []byte(":"))
			name = bytes.TrimSpace(name)
			if !found || len(name) == 0 || bytes.ContainsAny(name, " \t") {
				continue
			}
			end()
			h = append(h, field{name: strings.ToLower(string(name))})
			value = append(value[:0], bytes.TrimSpace(said)...)
		}
	}
	end()
	return h, nil
}

// get is the first field of a name.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// count says how often a field stands in the header.
func (h header) count(name string) int {
	n := 0
	for _, f := range h {
		if f.name == name {
			n++
		}
	}
	return n
}

// words reads a field of words: encoded words, and bytes beyond ASCII as they were meant.
func words(value string) string {
	decoder := mime.WordDecoder{CharsetReader: func(name string, r io.Reader) (io.Reader, error) { return charset.Reader(name, r) }}
	decoded, err := decoder.DecodeHeader(value)
	if err != nil {
		decoded = value
	}
	return utf8Of([]byte(decoded), "")
}

// one is the only address that the fields of a name hold between them, in lower case; "" where they hold none, several or a group: whoever is written
// in two ways is nobody.
func (h header) one(name string) string {
	if h.count(name) != 1 {
		return ""
	}
	value := h.get(name)
	if len(value) > maxAddress || strings.ContainsAny(unquoted(value), ":;") { // a group, or a list by another sign
		return ""
	}
	parser := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charset.Reader}}
	if list, err := parser.ParseList(value); err == nil {
		if len(list) != 1 {
			return ""
		}
		return address(list[0].Address)
	}
	// A name with a comma that nobody quoted, or in a charset that nobody knows: the address is still the only one there is.
	if strings.Count(value, "@") != 1 || strings.Count(value, "<") != 1 || strings.Count(value, ">") != 1 || strings.ContainsAny(value, `"();:`) {
		return ""
	}
	_, rest, _ := strings.Cut(value, "<")
	inside, after, _ := strings.Cut(rest, ">")
	if strings.TrimSpace(after) != "" {
		return ""
	}
	parsed, err := netmail.ParseAddress("<" + strings.TrimSpace(inside) + ">")
	if err != nil {
		return ""
	}
	return address(parsed.Address)
}

// unquoted is a field without its quoted strings and comments.
func unquoted(s string) string {
	var b strings.Builder
	quoted, depth := false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// address is an address as it is compared: lower case, and "" where it holds what no mailbox of ours may hold.
func address(s string) string {
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || domain == "" || len(s) > 254 || strings.ContainsAny(s, " \t\r\n\"<>(),;:\\[]\x00") || strings.Contains(domain, "@") {
		return ""
	}
	low := strings.ToLower(s)
	if isASCII(low) != isASCII(s) { // as the sign for kelvin, which is a small "k" then: it looks like somebody's address, and is another
		return ""
	}
	return low
}

func isASCII(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0 }

// id is the first id of a Message-ID or In-Reply-To, without its brackets.
func (h header) id(name string) string {
	value := h.get(name)
	if _, rest, found := strings.Cut(value, "<"); found {
		value, _, _ = strings.Cut(rest, ">")
	} else {
		value, _, _ = strings.Cut(value, " ")
	}
	value = strings.TrimSpace(value)
	if len(value) > 998 || strings.ContainsAny(value, " \t\r\n\x00") {
		return ""
	}
	return value
}

func (h header) date() time.Time {
	at, err := netmail.ParseDate(h.get("date"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// parameters reads a Content-Type or Content-Disposition: what it says, and its parameters by their names in lower case. One that is not quite right is
// read as far as it goes.
func parameters(value string) (string, map[string]string) {
	kind, list, err := mime.ParseMediaType(value)
	if err == nil {
		for name, v := range list {
			list[name] = words(v)
		}
		return kind, list
	}
	pieces := pieces(value)
	kind = strings.ToLower(strings.TrimSpace(pieces[0]))
	list = map[string]string{}
	for _, piece := range pieces[1:] {
		name, v, found := strings.Cut(piece, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := list[name]; found && !twice && len(list) < 50 {
			list[name] = words(strings.Trim(strings.TrimSpace(v), `"`))
		}
	}
	return kind, list
}

// pieces parts at each semicolon that is not in quotes.
func pieces(s string) []string {
	var list []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			list = append(list, s[start:i])
			start = i + 1
		}
	}
	return append(list, s[min(start, len(s)):])
}
