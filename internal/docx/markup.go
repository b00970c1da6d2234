package docx

import (
	"strings"
	"unicode"
)

// markup is XML being written. Names are written with their prefix, as the parts declare it.
type markup struct{ out strings.Builder }

// open begins an element; attributes are names and values in turn.
func (m *markup) open(name string, attributes ...string) { m.tag(name, ">", attributes) }

// empty writes an element with nothing in it.
func (m *markup) empty(name string, attributes ...string) { m.tag(name, "/>", attributes) }

func (m *markup) close(name string) { m.out.WriteString("</" + name + ">") }

// element writes an element with text in it.
func (m *markup) element(name, text string, attributes ...string) {
	m.open(name, attributes...)
	m.out.WriteString(escaped(text))
	m.close(name)
}

func (m *markup) tag(name, end string, attributes []string) {
	m.out.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		m.out.WriteString(" " + attributes[i] + `="` + escaped(attributes[i+1]) + `"`)
	}
	m.out.WriteString(end)
}

// escaped is s as XML may hold it: what XML has no way to say, a control character say, is "�".
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\t' || r == '\n':
			b.WriteRune(r)
		case r < ' ' || r == 0xFFFE || r == 0xFFFF:
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
