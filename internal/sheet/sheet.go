// Package sheet reads the tables that people send: CSV as whatever program wrote it, and XLSX.
//
// A file is untrusted and may be anything. What is read of it is bounded, and an error names a line, never what stands in it.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Bounds on one file.
const (
	MostBytes   = 10_485_760 // 10 MB: of the file as it was sent
	MostRows    = 20_000     // below the headings
	MostColumns = 200
	mostCell    = 4000 // characters of one cell
)

// Table is a sheet: its headings, and the rows below them in their order. Rows in which nothing stands are left out.
type Table struct {
	Heads []string
	Rows  []Row
}

// Row is one line of a table, with as many cells as there are headings.
type Row struct {
	Line  int // in the file, from 1
	Cells []string
}

// The reasons for which a file is refused, besides those that name a line.
var (
	ErrEmpty = errors.New("there is nothing in it")
	ErrHeads = errors.New("there is only one line: the first has the headings, and a row for each person follows")
	ErrLarge = fmt.Errorf("it is larger than %d MB", MostBytes>>20)
	ErrOld   = errors.New("it is a workbook of Excel 97 to 2003, or one with a password: save it as .xlsx without one, or as .csv")
	ErrKind  = errors.New("it is neither a CSV file nor an .xlsx workbook")
	ErrMuch  = errors.New("there is more in it than can be read: copy the columns that are needed into a new sheet")
)

// Read reads a table from a file's bytes. Which kind it is they say themselves; a name can lie.
func Read(raw []byte) (Table, error) {
	switch {
	case len(raw) > MostBytes:
		return Table{}, ErrLarge
	case len(bytes.TrimSpace(raw)) == 0:
		return Table{}, ErrEmpty
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return readWorkbook(raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return Table{}, ErrOld
	}
	text, err := decoded(raw)
	if err != nil {
		return Table{}, err
	}
	return readCSV(text)
}

// decoded gives a file's text, whatever it is encoded in: UTF-8 or UTF-16 by their marks, else UTF-8 where it is valid, else
// Windows-1252, as Excel writes it in Western Europe.
func decoded(raw []byte) (string, error) {
	for mark, high := range map[string]int{"\xff\xfe": 1, "\xfe\xff": 0} {
		if rest, is := bytes.CutPrefix(raw, []byte(mark)); is {
			units := make([]uint16, len(rest)/2)
			for i := range units {
				units[i] = uint16(rest[2*i+high])<<8 | uint16(rest[2*i+1-high])
			}
			text := string(utf16.Decode(units))
			if strings.Contains(text, "\x00") { // which is in no text, and which PostgreSQL does not keep
				return "", ErrKind
			}
			return text, nil
		}
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", ErrKind
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return "", ErrKind
	}
	return string(text), nil
}

// readCSV reads text whose cells are apart by commas, semicolons, tabs or bars.
func readCSV(text string) (Table, error) {
	skipped := 0
	if first, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(strings.ToLower(first), "sep=") { // what Excel is told it by
		text, skipped = rest, 1
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	comma := separator(text)
	if line := crowded(text, comma); line > 0 {
		return Table{}, fmt.Errorf("line %d: it has more cells than there are headings", line+skipped)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	var rows []Row
	for {
		cells, err := r.Read()
		if err != nil && len(rows) > 0 && len(cells) == 0 && err.Error() == "EOF" {
			return table(rows)
		}
		if err != nil {
			if parse, is := errors.AsType[*csv.ParseError](err); is {
				return Table{}, fmt.Errorf("line %d: it cannot be read as CSV: %w", parse.Line+skipped, parse.Err)
			}
			return Table{}, ErrEmpty
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, Row{Line: line + skipped, Cells: cells})
		if len(rows) > MostRows+1 {
			return Table{}, tooMany()
		}
	}
}

// mostApart is how many cells a line may seem to have before it is known which of what sets them apart stands within quotes.
const mostApart = 100 * MostColumns

// crowded gives the first line with more cells than can be, of which the reader would make a list that is many times as long as the file; 0 for none.
func crowded(text string, comma rune) int {
	number, all := 0, 0
	for line := range strings.Lines(text) {
		number++
		n := strings.Count(line, string(comma))
		if all += n; n > mostApart || all > (MostRows+1)*MostColumns {
			return number
		}
	}
	return 0
}

func tooMany() error { return fmt.Errorf("it has more than %d rows", MostRows) }

// separator is what stands most often between the cells of the headings, outside quotes.
func separator(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	count := map[rune]int{}
	quoted := false
	for _, r := range first {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted {
			count[r]++
		}
	}
	best := ','
	for _, r := range []rune{'\t', ';', '|'} {
		if count[r] > count[best] {
			best = r
		}
	}
	return best
}

// table makes a table of rows, of which the first in which two cells or more are filled in has the headings: reports begin with a
// title. A table of one column has its heading in the first row.
func table(rows []Row) (Table, error) {
	for i := range rows {
		for j, cell := range rows[i].Cells {
			rows[i].Cells[j] = tidy(cell)
		}
	}
	head := 0
	for i, r := range rows[:min(len(rows), 20)] {
		if filled(r.Cells) > 1 {
			head = i
			break
		}
	}
	t := Table{Heads: rows[head].Cells}
	for len(t.Heads) > 0 && t.Heads[len(t.Heads)-1] == "" {
		t.Heads = t.Heads[:len(t.Heads)-1]
	}
	if len(t.Heads) > MostColumns {
		return Table{}, tooWide()
	}
	if err := notTooLong(rows[head]); err != nil {
		return Table{}, err
	}
	for _, r := range rows[head+1:] {
		if filled(r.Cells) == 0 || filled(r.Cells) == len(t.Heads) && same(r.Cells, t.Heads) { // headings again, as on each printed page
			continue
		}
		if err := t.add(r); err != nil {
			return Table{}, err
		}
	}
	if len(t.Rows) == 0 {
		return Table{}, ErrHeads
	}
	return t, nil
}

func (t *Table) add(r Row) error {
	if err := notTooLong(r); err != nil {
		return err
	}
	if len(r.Cells) > len(t.Heads) && filled(r.Cells[len(t.Heads):]) > 0 {
		return fmt.Errorf("line %d: it has more cells than there are headings", r.Line)
	}
	cells := make([]string, len(t.Heads))
	copy(cells, r.Cells)
	t.Rows = append(t.Rows, Row{r.Line, cells})
	if len(t.Rows) > MostRows {
		return tooMany()
	}
	return nil
}

func notTooLong(r Row) error {
	for _, cell := range r.Cells {
		if utf8.RuneCountInString(cell) > mostCell {
			return fmt.Errorf("line %d: a cell has more than %d characters", r.Line, mostCell)
		}
	}
	return nil
}

func same(a, b []string) bool {
	for i := range b {
		if i >= len(a) || a[i] != b[i] {
			return false
		}
	}
	return true
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}

// unseen are the kinds of space that no keyboard has.
var unseen = strings.NewReplacer("\u00a0", " ", "\u200b", "", "\u202f", " ", "\ufeff", "")

// tidy takes the space around a cell away, also the kinds that no keyboard has, and the apostrophe by which Excel is told that
// digits are words.
func tidy(cell string) string {
	cell = strings.TrimSpace(unseen.Replace(cell))
	if rest, is := strings.CutPrefix(cell, "'"); is && rest != "" && strings.Trim(rest, "+0123456789 ()-") == "" {
		return rest
	}
	return cell
}
