package sheet

import (
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// gathering is the rows of a sheet being read.
type gathering struct {
	of    *book
	list  []Row
	row   Row
	next  int // column of a cell that does not say its own, from 0
	words int // bytes of all cells
}

// errOver ends a sheet before its end.
var errOver = errors.New("over")

// rows reads a sheet row by row. Of its empty ones nothing is kept.
func (b *book) rows(name string) ([]Row, error) {
	g := &gathering{of: b}
	err := b.walk(name, func(d *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			return g.begin(e)
		case "c":
			return g.cell(d, e)
		default:
			return nil
		}
	})
	if errors.Is(err, errMissing) || errors.Is(err, errOver) {
		err = nil
	}
	if err == nil {
		err = g.end()
	}
	return g.list, err
}

// begin begins a row, by its own number or the next.
func (g *gathering) begin(e xml.StartElement) error {
	if err := g.end(); err != nil {
		return err
	}
	line := g.row.Line + 1
	if said, err := strconv.Atoi(attribute(e, "r")); err == nil && said >= line {
		line = said
	}
	g.row, g.next = Row{Line: line}, 0
	return nil
}

// end keeps the row that was begun, where anything stands in it.
func (g *gathering) end() error {
	if len(g.row.Cells) == 0 {
		return nil
	}
	if len(g.list) > MostRows+20 {
		return tooMany()
	}
	g.list = append(g.list, Row{g.row.Line, slices.Clip(g.row.Cells)})
	g.row.Cells = nil
	return nil
}

// cell reads one cell into its column.
func (g *gathering) cell(d *xml.Decoder, e xml.StartElement) error {
	column := g.next
	if said := columnOf(attribute(e, "r")); said >= 0 {
		column = said
	}
	g.next = column + 1
	value, err := g.of.value(d, attribute(e, "t"))
	if err != nil || value == "" {
		return err
	}
	if column >= MostColumns {
		return tooWide()
	}
	if g.words += len(value); g.words > mostWords {
		return ErrMuch
	}
	for len(g.row.Cells) <= column {
		g.row.Cells = append(g.row.Cells, "")
	}
	g.row.Cells[column] = value
	return nil
}

func tooWide() error { return fmt.Errorf("it has more than %d columns", MostColumns) }

// columnOf is the column of a cell's address, from 0: 27 of "AB12". -1 for what is none.
func columnOf(address string) int {
	column := 0
	for i, r := range address {
		switch {
		case r >= 'A' && r <= 'Z' && i < 3:
			column = column*26 + int(r-'A') + 1
		case r >= '0' && r <= '9' && i > 0:
			return column - 1
		default:
			return -1
		}
	}
	return -1
}

// value reads what stands in a cell: in it, or among the texts that cells share. A formula counts by what it last came to.
func (b *book) value(d *xml.Decoder, kind string) (string, error) {
	var v, inline string
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "v":
				v, err = letters(d)
			case "is":
				inline, err = words(d)
			default:
				err = d.Skip()
			}
			if err != nil {
				return "", err
			}
		case xml.EndElement:
			if kind != "s" {
				return unescaped(v + inline), nil
			}
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil || n < 0 || n >= len(b.strings) {
				return "", nil
			}
			return b.strings[n], nil
		}
	}
}

// words reads the text of an element that may be in pieces of several looks. How it is pronounced is no part of it.
func words(d *xml.Decoder) (string, error) {
	var all strings.Builder
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "t":
				s, err := letters(d)
				if err != nil {
					return "", err
				}
				if all.WriteString(s); all.Len() > mostWords {
					return "", ErrMuch
				}
			case "rPh":
				if err := d.Skip(); err != nil {
					return "", err
				}
			default:
				depth++
			}
		case xml.EndElement:
			depth--
		}
	}
	return unescaped(all.String()), nil
}

// letters reads the text of one element.
func letters(d *xml.Decoder) (string, error) {
	var s strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.CharData:
			if s.Write(e); s.Len() > mostWords {
				return "", ErrMuch
			}
		case xml.StartElement:
			if err := d.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return s.String(), nil
		}
	}
}

// escape is how a workbook writes a character that XML cannot.
var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped is a text with the characters it means. Those that nobody sees are left out.
func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		code, err := hex.DecodeString(e[2:6])
		if err != nil {
			return ""
		}
		if r := rune(code[0])<<8 | rune(code[1]); r == '\n' || r == '\t' || !unicode.IsControl(r) {
			return string(r)
		}
		return ""
	})
}
