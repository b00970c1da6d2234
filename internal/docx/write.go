package docx

import (
	"archive/zip"
	"embed"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// parts are those parts of a document that are the same in each.
//
//go:embed parts
var parts embed.FS

// fixed says where each of them goes. The types come first: some readers look at the first entry of the archive.
var fixed = []struct{ name, file string }{
	{"[Content_Types].xml", "parts/types.xml"},
	{"_rels/.rels", "parts/rels.xml"},
	{"word/_rels/document.xml.rels", "parts/document.rels.xml"},
	{"word/styles.xml", "parts/styles.xml"},
	{"word/numbering.xml", "parts/numbering.xml"},
	{"word/settings.xml", "parts/settings.xml"},
	{"word/fontTable.xml", "parts/fonts.xml"},
	{"docProps/app.xml", "parts/app.xml"},
}

const (
	declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordSpace   = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relSpace    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

// Write writes the document as a .docx file. The same document gives the same bytes. Blocks that have to be read, frames, cannot be written.
func Write(w io.Writer, d Document) error {
	archive := zip.NewWriter(w)
	for _, part := range fixed {
		text, err := parts.ReadFile(part.file)
		if err != nil {
			return fmt.Errorf("write document: %w", err)
		}
		if err := d.part(archive, part.name, string(text)); err != nil {
			return err
		}
	}
	body, err := d.body()
	if err != nil {
		return err
	}
	for _, part := range []struct{ name, text string }{
		{"docProps/core.xml", d.core()}, {"word/footer1.xml", d.footer()}, {"word/document.xml", body},
	} {
		if err := d.part(archive, part.name, part.text); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

func (d Document) part(archive *zip.Writer, name, text string) error {
	// what a zip says of time begins in 1980
	made := d.Made
	if made.Year() < 1980 {
		made = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: made.UTC()})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

// core is what the document says of itself. A title is what a screen reader says first.
func (d Document) core() string {
	var m markup
	m.out.WriteString(declaration)
	m.open("cp:coreProperties", "xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/", "xmlns:dcterms", "http://purl.org/dc/terms/", "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
	m.element("dc:title", d.Title)
	m.element("cp:keywords", d.Keywords)
	m.element("dc:language", d.Language)
	made := d.Made.UTC().Format(time.RFC3339)
	m.element("dcterms:created", made, "xsi:type", "dcterms:W3CDTF")
	m.element("dcterms:modified", made, "xsi:type", "dcterms:W3CDTF")
	m.close("cp:coreProperties")
	return m.out.String()
}

func (d Document) footer() string {
	var m markup
	m.out.WriteString(declaration)
	m.open("w:ftr", "xmlns:w", wordSpace)
	m.open("w:p")
	m.open("w:pPr")
	m.empty("w:pStyle", "w:val", "Footer")
	m.close("w:pPr")
	m.run(d.Footer+"\tPage ", false)
	m.field("PAGE")
	m.run(" of ", false)
	m.field("NUMPAGES")
	m.close("w:p")
	m.close("w:ftr")
	return m.out.String()
}

// field writes what Word works out by itself.
func (m *markup) field(instruction string) {
	m.open("w:fldSimple", "w:instr", instruction)
	m.run("1", false)
	m.close("w:fldSimple")
}

func (d Document) body() (string, error) {
	var m markup
	m.out.WriteString(declaration)
	m.open("w:document", "xmlns:w", wordSpace, "xmlns:r", relSpace)
	m.open("w:body")
	if err := m.blocks(d.Blocks); err != nil {
		return "", err
	}
	m.open("w:sectPr")
	m.empty("w:footerReference", "w:type", "default", "r:id", "rId5")
	m.empty("w:pgSz", "w:w", "11906", "w:h", "16838")
	m.empty("w:pgMar", "w:top", "1134", "w:right", "1134", "w:bottom", "1134", "w:left", "1134", "w:header", "567", "w:footer", "567", "w:gutter", "0")
	m.close("w:sectPr")
	m.close("w:body")
	m.close("w:document")
	return m.out.String(), nil
}

// blocks writes what a document or a cell is made of. Word wants a paragraph in each cell, and one after each table.
func (m *markup) blocks(blocks []Block) error {
	if len(blocks) == 0 {
		m.paragraph(Paragraph{})
	}
	for _, b := range blocks {
		switch b := b.(type) {
		case Paragraph:
			m.paragraph(b)
		case Table:
			if err := m.table(b); err != nil {
				return err
			}
			m.paragraph(Paragraph{Style: "Gap"})
		default:
			return fmt.Errorf("write document: no way to write %T", b)
		}
	}
	return nil
}

func (m *markup) paragraph(p Paragraph) {
	m.open("w:p")
	m.open("w:pPr")
	if id := p.Style.id(); id != "" && p.Style != Body {
		m.empty("w:pStyle", "w:val", id)
	}
	if p.Keep {
		m.empty("w:keepNext")
	}
	m.close("w:pPr")
	if p.Text != "" {
		m.run(p.Text, p.Bold)
	}
	m.close("w:p")
}

// run writes text of one look; its line breaks and tabs have elements of their own.
func (m *markup) run(text string, bold bool) {
	m.open("w:r")
	if bold {
		m.open("w:rPr")
		m.empty("w:b")
		m.close("w:rPr")
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			m.empty("w:br")
		}
		for j, part := range strings.Split(line, "\t") {
			if j > 0 {
				m.empty("w:tab")
			}
			if part != "" {
				m.element("w:t", part, "xml:space", "preserve")
			}
		}
	}
	m.close("w:r")
}

func (m *markup) table(t Table) error {
	widths := t.widths()
	whole := 0
	for _, w := range widths {
		whole += w
	}
	m.open("w:tbl")
	m.open("w:tblPr")
	m.empty("w:tblStyle", "w:val", t.Style.id())
	m.empty("w:tblW", "w:w", strconv.Itoa(whole), "w:type", "dxa")
	m.empty("w:tblLayout", "w:type", "fixed")
	m.empty("w:tblLook", "w:val", t.look(), "w:firstRow", flag(t.Header), "w:lastRow", "0", "w:firstColumn", "0", "w:lastColumn", "0", "w:noHBand", "1", "w:noVBand", "1")
	if t.About != "" {
		m.empty("w:tblDescription", "w:val", t.About)
	}
	m.close("w:tblPr")
	m.open("w:tblGrid")
	for _, w := range widths {
		m.empty("w:gridCol", "w:w", strconv.Itoa(w))
	}
	m.close("w:tblGrid")
	for i, row := range t.Rows {
		if err := m.row(t, row, widths, i == 0 && t.Header); err != nil {
			return err
		}
	}
	m.close("w:tbl")
	return nil
}

func (m *markup) row(t Table, row Row, widths []int, header bool) error {
	m.open("w:tr")
	m.open("w:trPr")
	if t.Style != Framed {
		m.empty("w:cantSplit") // a box with much in it has to go on overleaf
	}
	if t.Height > 0 {
		m.empty("w:trHeight", "w:val", strconv.Itoa(twentieths(t.Height)), "w:hRule", "atLeast")
	}
	if header {
		m.empty("w:tblHeader")
	}
	m.close("w:trPr")
	for i, cell := range row {
		m.open("w:tc")
		m.open("w:tcPr")
		if i < len(widths) {
			m.empty("w:tcW", "w:w", strconv.Itoa(widths[i]), "w:type", "dxa")
		}
		m.close("w:tcPr")
		if err := m.blocks(cell); err != nil {
			return err
		}
		m.close("w:tc")
	}
	m.close("w:tr")
	return nil
}

// textWidth is what the page has between its margins, in millimetres.
const textWidth = 170.0

// widths are those of the columns in twentieths of a point; where none are given, each has the same.
func (t Table) widths() []int {
	columns := len(t.Widths)
	for _, row := range t.Rows {
		columns = max(columns, len(row))
	}
	all := make([]int, columns)
	for i := range all {
		all[i] = twentieths(textWidth / float64(columns))
		if i < len(t.Widths) {
			all[i] = twentieths(t.Widths[i])
		}
	}
	return all
}

func twentieths(millimetres float64) int { return int(math.Round(millimetres * 1440 / 25.4)) }

func (t Table) look() string {
	if t.Header {
		return "0620"
	}
	return "0600"
}

func flag(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}

// id is the style's name within the document.
func (s Style) id() string {
	switch s {
	case Heading1:
		return "Heading1"
	case Heading2:
		return "Heading2"
	default:
		return strings.ReplaceAll(string(s), " ", "")
	}
}
