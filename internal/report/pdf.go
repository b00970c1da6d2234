package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// Measures of the page, in millimetres; type sizes in points.
const (
	margin       = 14.0
	pageWidth    = 210.0
	pageHeight   = 297.0
	textWidth    = pageWidth - 2*margin
	labelWidth   = 44.0
	pictureWidth = 30.0
	bodySize     = 9.5
	callSize     = 8.0
)

// PDF writes the sheet on A4: one page of ordinary content, more when there is more. The page that HTML writes is the accessible original:
// this one has its language and its text, but no tags.
func (h Handover) PDF(w io.Writer) error {
	p, err := newPaper(h)
	if err != nil {
		return fmt.Errorf("write handover sheet: %w", err)
	}
	p.lay(h.sheet())
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write handover sheet: %w", err)
	}
	return nil
}

// paper is a PDF being written.
type paper struct {
	*fpdf.Fpdf
	letters *sfnt.Font
	missing bool    // a letter was not in the typeface
	noted   bool    // and that is said
	narrow  float64 // what a photograph takes from the width
}

func newPaper(h Handover) (*paper, error) { return paperOf(h.sheet().Title, "", h.WrittenAt) }

// paperOf is an empty paper that says of itself what it is, with a line and the page's number at its foot.
func paperOf(title, foot string, at time.Time) (*paper, error) {
	letters, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), letters: letters}
	// what the sheet says decides its bytes: no time of printing, no order of a map
	p.SetCatalogSort(true)
	p.SetCreationDate(at)
	p.SetModificationDate(at)
	p.SetLang("en-GB")
	p.SetTitle(title, true)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	p.AliasNbPages("")
	p.AddUTF8FontFromBytes("go", "", slices.Clone(goregular.TTF))
	p.AddUTF8FontFromBytes("go", "B", slices.Clone(gobold.TTF))
	p.SetFooterFunc(func() {
		p.SetY(-margin + 2)
		p.SetFont("go", "", callSize)
		p.CellFormat(0, 4, p.firstLine(foot, textWidth-30), "", 0, "L", false, 0, "")
		p.CellFormat(0, 4, fmt.Sprintf("Page %d of {nb}", p.PageNo()), "", 0, "R", false, 0, "")
	})
	p.AddPage()
	return p, p.Error()
}

// firstLine is as much of a text as goes on one line of that width.
func (p *paper) firstLine(text string, width float64) string {
	lines := p.SplitText(p.printable(text), width)
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return lines[0]
	default:
		return strings.TrimRight(lines[0], " ,") + "…"
	}
}

// lay writes the whole sheet.
func (p *paper) lay(s sheet) {
	if s.Rehearsal {
		p.boxed("REHEARSAL. This did not happen: tell no police force.")
	}
	p.paragraph(s.Title, "B", 14)
	p.rows(s.Head)
	for _, part := range s.Sections {
		p.section(part)
	}
	for _, part := range s.Sections {
		p.calls(part) // after all that is read aloud, which is not to be pushed overleaf
	}
	p.noteMissing()
}

// noteMissing says once on the sheet that "?" stands for letters, and where those are.
func (p *paper) noteMissing() {
	if p.missing && !p.noted {
		p.noted = true
		p.paragraph("Some letters could not be printed here and stand as “?”: the web page has them.", "B", callSize)
	}
}

func (p *paper) section(s section) {
	p.Ln(1.2)
	p.room(12)
	p.paragraph(s.Heading, "B", 11)
	p.Line(margin, p.GetY(), pageWidth-margin, p.GetY())
	p.Ln(0.8)
	under := p.picture(s.Photograph)
	if s.Warning != "" {
		p.boxed(s.Warning)
	}
	for _, text := range s.Text {
		p.paragraph(text, "", bodySize)
	}
	p.rows(s.Rows)
	if s.ID == "worker" {
		p.noteMissing()
	}
	p.narrow = 0
	if p.GetY() < under {
		p.SetY(under)
	}
}

// picture puts a photograph to the right of what follows, and says where it ends.
func (p *paper) picture(photo *photograph) (under float64) {
	if photo == nil {
		return 0
	}
	height := min(pictureWidth*float64(photo.height)/float64(photo.width), 1.4*pictureWidth)
	width := height * float64(photo.width) / float64(photo.height)
	p.room(height)
	options := fpdf.ImageOptions{ImageType: "jpeg"}
	if p.RegisterImageOptionsReader("photograph", options, bytes.NewReader(photo.jpeg)); p.Err() {
		p.ClearError() // a picture that can't be shown must not cost the sheet
		return 0
	}
	top := p.GetY()
	p.ImageOptions("photograph", pageWidth-margin-width, top, width, height, false, options, 0, "")
	p.narrow = width + 3
	return top + height
}

// room begins a new page when less than so much is left of this one.
func (p *paper) room(height float64) {
	if p.GetY()+height > pageHeight-margin {
		p.AddPage()
	}
}

func (p *paper) paragraph(text, style string, size float64) {
	p.SetFont("go", style, size)
	p.MultiCell(textWidth-p.narrow, lineOf(size), p.printable(text), "", "L", false)
}

func (p *paper) boxed(text string) {
	p.SetFont("go", "B", bodySize+1)
	p.SetTextColor(138, 0, 0)
	p.SetDrawColor(138, 0, 0)
	p.MultiCell(textWidth-p.narrow, lineOf(bodySize+1)+1, p.printable(text), "1", "L", false)
	p.SetTextColor(0, 0, 0)
	p.SetDrawColor(0, 0, 0)
	p.Ln(0.8)
}

func (p *paper) rows(rows []row) {
	for _, r := range rows {
		p.cells(bodySize, []cell{{labelWidth, "B", r.Label}, {textWidth - labelWidth - p.narrow, "", r.Value}})
	}
}

// calls writes the table of a section's calls.
func (p *paper) calls(s section) {
	if len(s.Calls) == 0 {
		return
	}
	p.Ln(1.2)
	p.room(12)
	p.paragraph(s.CallsTitle, "B", bodySize)
	line := func(style string, c callRow) {
		p.cells(callSize, []cell{{24, style, c.At}, {30, style, c.To}, {40, style, c.Whose}, {32, style, c.Result}, {32, style, c.Note}, {24, style, c.By}})
	}
	line("B", callRow{"Time", "Number", "Whose", "By", "Result", "What they said"})
	for _, c := range s.Calls {
		line("", c)
	}
}

// cell is a column's part of a line of the page.
type cell struct {
	width       float64
	style, text string
}

// cells writes columns beside each other, together on one page where they fit on one.
func (p *paper) cells(size float64, cells []cell) {
	height := 0.0
	for i, c := range cells {
		cells[i].text = p.printable(c.text)
		p.SetFont("go", c.style, size)
		height = max(height, float64(p.lines(cells[i]))*lineOf(size))
	}
	if height < pageHeight-2*margin {
		p.room(height)
	}
	x, top, page, bottom := margin, p.GetY(), p.PageNo(), p.GetY()
	for _, c := range cells {
		p.SetFont("go", c.style, size)
		p.SetPage(page)
		p.SetXY(x, top)
		p.MultiCell(c.width, lineOf(size), c.text, "", "L", false)
		x += c.width
		if p.PageNo() > page {
			bottom = p.GetY() // a column that went on overleaf; what follows goes under it
			continue
		}
		bottom = max(bottom, p.GetY())
	}
	p.SetXY(margin, bottom)
}

func (p *paper) lines(c cell) int {
	n := 0
	for line := range strings.SplitSeq(c.text, "\n") {
		n += max(1, len(p.SplitText(line, c.width)))
	}
	return n
}

// lineOf is the height of a line of type, in millimetres.
func lineOf(size float64) float64 { return size * 0.46 }

// printable is s in letters that the typeface has: the library panics on some others. What it lacks stands as "?".
func (p *paper) printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch i, err := p.letters.GlyphIndex(nil, r); {
		case r == '\n', r <= 0xFFFF && err == nil && i != 0 && r != '{' && r != '}':
			return r
		case r == '{':
			return '('
		case r == '}':
			return ')' // "{nb}" would become the number of pages
		case r < ' ' || r == '\u200b' || r == '\ufe0f':
			return ' '
		default:
			p.missing = true
			return '?'
		}
	}, s)
}
