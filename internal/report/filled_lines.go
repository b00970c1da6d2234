package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/plan"
)

// planLine is a line of a document, wherever it stands in it.
type planLine struct {
	text  string // tidy; "" for an empty one
	style docx.Style
	bold  bool
	item  bool // of a list
	box   int  // the table or frame that it stands in, from 1; 0 for none
	led   bool // that box begins with a lead: all that is in it is the team's own
}

// marked gives the line's words as a plan keeps them.
func (l planLine) marked(text string) string {
	if l.item {
		return "- " + strings.TrimPrefix(text, "- ")
	}
	return text
}

// walk goes through a document and takes out the tables with the team's name and with the signatures.
type walk struct {
	lines      []planLine
	boxes      int
	box        int
	led        bool
	team       string
	signatures []plan.Signed
	undated    []string
}

func (w *walk) blocks(blocks []docx.Block) {
	for _, b := range blocks {
		switch b := b.(type) {
		case docx.Paragraph:
			w.paragraph(b)
		case docx.Frame:
			w.within(b.Blocks, func() { w.blocks(b.Blocks) })
		case docx.Table:
			if !w.led && (w.signed(b) || w.named(&b)) {
				continue
			}
			w.within(first(b), func() { w.table(b) })
		}
	}
}

// within reads what stands in a box. One within another is a part of it.
func (w *walk) within(begin []docx.Block, read func()) {
	box, led := w.box, w.led
	if !w.led {
		w.boxes++
		w.box, w.led = w.boxes, beginsWithLead(begin)
	}
	read()
	w.box, w.led = box, led
}

// first is a table's first cell with something in it.
func first(t docx.Table) []docx.Block {
	for _, row := range t.Rows {
		for _, cell := range row {
			if strings.TrimSpace(strings.Join(docx.Words(cell), "")) != "" {
				return cell
			}
		}
	}
	return nil
}

func beginsWithLead(blocks []docx.Block) bool {
	for _, line := range docx.Words(blocks) {
		if line = tidyLine(line); line != "" {
			return uniqueLead(line) != "" || hasLead(line)
		}
	}
	return false
}

func (w *walk) paragraph(p docx.Paragraph) {
	for i, text := range strings.Split(p.Text, "\n") {
		text = tidyLine(text)
		item := p.List && i == 0
		if rest, is := strings.CutPrefix(text, "- "); is {
			text, item = rest, true
		}
		item = item && text != ""
		w.lines = append(w.lines, planLine{text, p.Style, p.Bold, item, w.box, w.led})
	}
}

// table reads a table's cells in order. A row of several cells with a line each is one line.
func (w *walk) table(t docx.Table) {
	for _, row := range t.Rows {
		if line, is := w.joined(row); is {
			w.lines = append(w.lines, planLine{text: line, style: docx.Body, box: w.box, led: w.led})
			continue
		}
		for _, cell := range row {
			w.blocks(cell)
		}
	}
}

// joined gives a row as one line, "Buddy: Sam" or "Monday | Sam | Alex"; not where a heading or a lead stands in it.
func (w *walk) joined(row docx.Row) (string, bool) {
	var texts []string
	for _, cell := range row {
		if several(cell) {
			return "", false
		}
		text := cellText(cell)
		if section, _ := headingOf(planLine{text: text, bold: true}); section != "" || hasLead(text) {
			return "", false
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	switch {
	case len(row) < 2 || len(texts) < 2:
		return "", false
	case len(texts) == 2:
		return strings.TrimSuffix(texts[0], ":") + ": " + texts[1], true
	default:
		return strings.Join(texts, " | "), true
	}
}

// several says of a cell that it has more than one line, or something other than text.
func several(cell docx.Cell) bool {
	lines := 0
	for _, b := range cell {
		p, is := b.(docx.Paragraph)
		if !is || p.List {
			return true
		}
		if strings.TrimSpace(p.Text) != "" {
			lines += 1 + strings.Count(strings.TrimSpace(p.Text), "\n")
		}
	}
	return lines > 1
}

// cellText is all of a cell in one line.
func cellText(cell docx.Cell) string {
	var texts []string
	for _, line := range docx.Words(cell) {
		if line = singly(line); line != "" {
			texts = append(texts, line)
		}
	}
	return strings.Join(texts, " ")
}

// bullets are the marks that people type, or that old documents have, before an item.
const bullets = "•·▪▫◦‣●○■□*–—-\uf0b7\uf0a7"

// singly is a line without space around it and with single spaces in it.
func singly(line string) string {
	return strings.Join(strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }), " ")
}

// tidyLine is such a line with "- " for the marks of an item. Marks alone are an empty line.
func tidyLine(line string) string {
	line = singly(line)
	rest := line
	for rest != "" {
		mark, size := utf8.DecodeRuneInString(rest)
		after := rest[size:]
		if !strings.ContainsRune(bullets, mark) || after != "" && after[0] != ' ' && mark != '•' && mark < '\uf000' {
			break
		}
		rest = strings.TrimLeft(after, " ")
	}
	switch {
	case rest == line:
		return line
	case rest == "":
		return ""
	default:
		return "- " + rest
	}
}
