// Package docx writes and reads Word documents: paragraphs, headings, lists and tables, in and out. It knows nothing of what a document
// is about. What Read gives is what a person sees in the text: tracked insertions count, deletions do not, and the words of text boxes, content
// controls, links and fields stand where they stand.
package docx

import (
	"strings"
	"time"
)

// Document is a document's text and what it says of itself.
type Document struct {
	Title    string
	Language string // "en-GB"
	Keywords string
	Made     time.Time
	Footer   string // at the foot of each page, before "Page 1 of 3"
	Blocks   []Block
	Notes    []Block // what is read of footnotes and endnotes; not written
}

// Block is a Paragraph, a Table or a Frame.
type Block interface{ block() }

// Style is how a paragraph or a table looks, and what it is to those who hear the document read.
type Style string

// The styles of paragraphs. Read gives others too, by the name that Word shows.
const (
	Body     Style = "Normal"
	Title    Style = "Title"
	Subtitle Style = "Subtitle"
	Heading1 Style = "heading 1"
	Heading2 Style = "heading 2"
	Bullet   Style = "List Bullet"
	Numbered Style = "List Number"
	Setting  Style = "Setting" // what a system does, beside what people say
	Lead     Style = "Lead"    // the words with which a box begins
)

// The styles of tables.
const (
	Grid   Style = "Table Grid" // lines around every cell, the first row shaded where it is the heads of the columns
	Framed Style = "Box"        // one frame around all
)

// Paragraph is one paragraph. A line break in it is "\n".
type Paragraph struct {
	Style Style
	Text  string
	List  bool // an item of a list, by its style or by itself; set by Read
	Bold  bool // all of it
	Keep  bool // on the same page as what follows
}

// Table is rows of cells, and a cell is a document in small.
type Table struct {
	Style  Style
	Header bool      // the first row heads the columns and is repeated on each page
	Widths []float64 // of the columns, in millimetres; not read
	Height float64   // of a row at least, in millimetres; 0: of its text; not read
	Rows   []Row
	About  string // says what the table is to those who cannot see it; not read
}

// Row is a row's cells.
type Row []Cell

// Cell is what is in one cell.
type Cell []Block

// Frame is a text box: what is in it stands apart from the text around it. It is read, not written.
type Frame struct{ Blocks []Block }

func (Paragraph) block() {}
func (Table) block()     {}
func (Frame) block()     {}

// Text is a cell of one paragraph.
func Text(s string) Cell { return Cell{Paragraph{Text: s}} }

// Words gives the lines of blocks in the order in which they are read, those of cells and frames among them.
func Words(blocks []Block) []string {
	var lines []string
	for _, b := range blocks {
		switch b := b.(type) {
		case Paragraph:
			lines = append(lines, strings.Split(b.Text, "\n")...)
		case Frame:
			lines = append(lines, Words(b.Blocks)...)
		case Table:
			for _, row := range b.Rows {
				for _, cell := range row {
					lines = append(lines, Words(cell)...)
				}
			}
		}
	}
	return lines
}
