// Package gauge keeps the reading of somebody else's XML from costing more than it may. A decoder holds a whole tag, a whole stretch of text and one
// frame for each element that is open before anybody is asked: a file of 50 kB could take gigabytes. What is read through a gauge is counted
// before the decoder has it.
package gauge

import (
	"bytes"
	"errors"
	"io"
	"regexp"
)

// Bounds say how much one part of a file may ask of who reads it.
type Bounds struct {
	Tag      int // bytes of one tag with its attributes, of one comment, of one instruction
	Text     int // bytes between two tags
	Depth    int // elements within each other
	Elements int // in all
}

// What is wrong with a part.
var (
	ErrMuch    = errors.New("it is more than can be read")
	ErrForeign = errors.New("it declares types, or an encoding other than UTF-8") // which no office program writes, and by which more could be hidden
)

// Reader gives what r gives, until it is more than the bounds. It judges no grammar: that is the decoder's.
func (b Bounds) Reader(r io.Reader) io.Reader { return &reader{from: r, most: b} }

// state is what the next byte stands in.
type state int

const (
	text   state = iota
	opened       // just after "<"
	tag
	quoted
	ended // a tag that ends an element
	instruction
	declared // after "<!", before it is known what it is
	comment
	cdata
)

type reader struct {
	from     io.Reader
	most     Bounds
	in       state
	quote    byte
	last     [2]byte // the two bytes before
	length   int     // of what is being read
	begun    []byte  // of an instruction or a declaration
	depth    int
	elements int
	wrong    error
}

func (g *reader) Read(p []byte) (int, error) {
	if g.wrong != nil {
		return 0, g.wrong
	}
	n, err := g.from.Read(p)
	for _, c := range p[:n] {
		if g.wrong = g.next(c); g.wrong != nil {
			return 0, g.wrong
		}
	}
	return n, err
}

// next takes one byte more.
func (g *reader) next(c byte) error {
	g.length++
	switch g.in {
	case text:
		if c == '<' {
			g.enter(opened)
		} else if g.length > g.most.Text {
			return ErrMuch
		}
	case opened:
		return g.begin(c)
	case cdata:
		if c == '>' && g.last == [2]byte{']', ']'} {
			g.enter(text)
		} else if g.length > g.most.Text {
			return ErrMuch
		}
	default:
		if g.length > g.most.Tag {
			return ErrMuch
		}
		if err := g.inTag(c); err != nil {
			return err
		}
	}
	g.last = [2]byte{g.last[1], c}
	return nil
}

func (g *reader) enter(s state) { g.in, g.length, g.last, g.begun = s, 0, [2]byte{}, g.begun[:0] }

// begin takes the byte after "<".
func (g *reader) begin(c byte) error {
	switch c {
	case '/':
		g.enter(ended)
	case '?':
		g.enter(instruction)
	case '!':
		g.enter(declared)
	default:
		g.enter(tag)
		if g.elements++; g.elements > g.most.Elements {
			return ErrMuch
		}
	}
	return nil
}

func (g *reader) inTag(c byte) error {
	switch g.in {
	case tag:
		return g.inStart(c)
	case quoted:
		if c == g.quote {
			g.in = tag
		}
	case ended:
		if c == '>' {
			g.depth--
			g.enter(text)
		}
	case instruction:
		g.begun = append(g.begun, c)
		if c == '>' && g.last[1] == '?' {
			return g.instructed()
		}
	case declared:
		return g.declare(c)
	case comment:
		if c == '>' && g.last == [2]byte{'-', '-'} {
			g.enter(text)
		}
	}
	return nil
}

func (g *reader) inStart(c byte) error {
	switch c {
	case '"', '\'':
		g.in, g.quote = quoted, c
	case '>':
		if g.last[1] != '/' {
			if g.depth++; g.depth > g.most.Depth {
				return ErrMuch
			}
		}
		g.enter(text)
	}
	return nil
}

// encoding is how an instruction names UTF-8, in which all is counted.
var encoding = regexp.MustCompile(`(?i)^[^=]*=\s*["']utf-8["']`)

func (g *reader) instructed() error {
	if _, names, says := bytes.Cut(g.begun, []byte("encoding")); says && (!encoding.Match(names) || bytes.Contains(names, []byte("encoding"))) {
		return ErrForeign
	}
	g.enter(text)
	return nil
}

// declare tells a comment and a stretch of raw text from all else that begins with "<!".
func (g *reader) declare(c byte) error {
	g.begun = append(g.begun, c)
	switch {
	case string(g.begun) == "--":
		g.enter(comment)
	case string(g.begun) == "[CDATA[":
		g.enter(cdata)
	case !bytes.HasPrefix([]byte("--"), g.begun) && !bytes.HasPrefix([]byte("[CDATA["), g.begun):
		return ErrForeign
	}
	return nil
}
