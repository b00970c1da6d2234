package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Type sizes of a plan, in points, and its measures, in millimetres.
const (
	planSize    = 10.5
	planLeading = 5.2  // of a line of text
	planGap     = 1.8  // after a paragraph
	planPadding = 2.5  // between a frame and its words
	planIndent  = 5.0  // of a list's items
	signRow     = 9.0  // of a row to sign in, at least
	dateWidth   = 50.0 // of its second column
	mostInRow   = 10   // lines
	planFloor   = pageHeight - margin - 4
)

// PlanPDF writes a plan on A4, to be read and signed by hand: those who have not signed have a row of their own. The day of printing is
// that of at in its own zone. The page that PlanPart writes is the accessible original.
func PlanPDF(w io.Writer, p plan.Printed, at time.Time) error {
	laid := layPlan(p, at)
	paper, err := paperOf(laid.Title+": "+laid.Team, laid.Foot, at)
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	paper.plan(laid)
	if err := paper.Output(w); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}

func (p *paper) plan(laid planPaper) {
	p.SetAutoPageBreak(false, margin) // each line knows by itself when a page is full
	p.paragraph(laid.Title, "B", 20)
	p.Ln(3)
	p.team(laid.Team)
	p.Ln(4)
	plain := hand{}
	p.write(plain, laid.State)
	p.write(plain, laid.Intro)
	p.write(hand{keep: planLeading * 3}, planCovers)
	for i, covered := range laid.Covers {
		p.item(plain, fmt.Sprintf("%d.", i+1), covered)
	}
	p.Ln(planGap)
	p.write(hand{keep: 4 * signRow}, planSign)
	p.signatures(laid.Signatures)
	if laid.Before != "" {
		p.Ln(planGap)
		p.write(hand{keep: 3 * signRow}, laid.Before)
		p.signatures(laid.OnPaper)
	}
	for _, part := range laid.Parts {
		p.part(part)
	}
	p.noteMissing()
}

// team is the team's name in its box.
func (p *paper) team(name string) {
	p.SetFont("go", "B", planSize+2)
	lines := p.split(name, textWidth-labelWidth-2*planPadding)
	lines = lines[:min(len(lines), mostInRow)]
	height := float64(len(lines))*(planLeading+1) + 2*planPadding
	top := p.GetY()
	p.SetFillColor(231, 233, 234)
	p.Rect(margin, top, labelWidth, height, "FD")
	p.Rect(margin+labelWidth, top, textWidth-labelWidth, height, "D")
	for i, line := range lines {
		p.SetXY(margin+labelWidth+planPadding, top+planPadding+float64(i)*(planLeading+1))
		p.CellFormat(0, planLeading+1, line, "", 0, "L", false, 0, "")
	}
	p.SetXY(margin+planPadding, top+planPadding)
	p.SetFont("go", "B", planSize)
	p.CellFormat(0, planLeading+1, planTeam, "", 0, "L", false, 0, "")
	p.SetXY(margin, top+height)
}

// hand is how lines are written: where, and what happens to them.
type hand struct {
	style  string  // "B": bold
	indent float64 // from the margin
	keep   float64 // how much has to follow on the same page
	frame  *frame
	bar    bool // at the left of each line
}

// frame is drawn around lines, anew on each page that they go on to.
type frame struct{ top float64 }

// write writes a text with its line breaks, and a gap after it.
func (p *paper) write(h hand, text string) {
	p.SetFont("go", h.style, planSize)
	for i, line := range p.split(text, p.width(h)) {
		if i > 0 {
			h.keep = 0
		}
		p.line(h, line)
	}
	p.gap(h)
}

// item writes an item of a list with its mark.
func (p *paper) item(h hand, mark, text string) {
	p.SetFont("go", h.style, planSize)
	h.indent += planIndent
	for i, line := range p.split(text, p.width(h)) {
		p.line(h, line)
		if i == 0 {
			x, y := p.GetXY()
			p.SetXY(margin+h.indent-planIndent, y-planLeading)
			p.CellFormat(planIndent, planLeading, mark, "", 0, "L", false, 0, "")
			p.SetXY(x, y)
		}
	}
	p.SetY(p.GetY() + planGap/2)
}

// width is what a line has for its words.
func (p *paper) width(h hand) float64 {
	width := textWidth - h.indent
	if h.frame != nil {
		width -= planPadding
	}
	return width
}

// line writes one line, on the next page where this one is full.
func (p *paper) line(h hand, line string) {
	if p.GetY()+max(planLeading, h.keep) > planFloor {
		p.turn(h.frame)
		p.SetFont("go", h.style, planSize)
	}
	y := p.GetY()
	if h.bar {
		p.SetLineWidth(0.9)
		p.SetDrawColor(80, 90, 95)
		p.Line(margin+1, y, margin+1, y+planLeading)
		p.SetDrawColor(0, 0, 0)
		p.SetLineWidth(0.2)
	}
	p.SetX(margin + h.indent)
	p.CellFormat(p.width(h), planLeading, line, "", 0, "L", false, 0, "")
	p.SetXY(margin, y+planLeading)
}

// gap ends a paragraph.
func (p *paper) gap(h hand) {
	y := p.GetY()
	if h.bar {
		return
	}
	p.SetY(y + planGap)
}

// turn begins a new page; a frame is closed on the old one and goes on on the new.
func (p *paper) turn(f *frame) {
	p.closeFrame(f)
	p.AddPage()
	if f != nil {
		f.top = p.GetY()
		p.SetY(f.top + planPadding)
	}
}

func (p *paper) closeFrame(f *frame) {
	if f == nil {
		return
	}
	p.SetLineWidth(0.5)
	p.Rect(margin, f.top, textWidth, p.GetY()+planPadding/2-f.top, "D")
	p.SetLineWidth(0.2)
}

// split breaks a text into lines of a width, in the face that is set.
func (p *paper) split(text string, width float64) []string {
	var lines []string
	for line := range strings.SplitSeq(p.printable(text), "\n") {
		broken := p.SplitText(strings.TrimRight(line, " "), width)
		if len(broken) == 0 {
			broken = []string{""}
		}
		lines = append(lines, broken...)
	}
	return lines
}

func (p *paper) passages(h hand, all []passage) {
	for _, passage := range all {
		if passage.Items == nil {
			p.write(h, passage.Text)
			continue
		}
		for _, item := range passage.Items {
			p.item(h, "•", item)
		}
		p.SetY(p.GetY() + planGap/2)
	}
}

// part writes a section: its heading stays with what follows, and so does the lead of the team's own words.
func (p *paper) part(part planPart) {
	p.Ln(5)
	p.SetFont("go", "B", 13)
	heading := p.split(part.Heading, textWidth)
	if p.GetY()+float64(len(heading))*6.5+4*planLeading > planFloor {
		p.AddPage()
		p.SetFont("go", "B", 13)
	}
	for _, line := range heading {
		p.CellFormat(0, 6.5, line, "", 1, "L", false, 0, "")
	}
	p.Ln(1.5)
	p.passages(hand{}, part.Standard)
	p.own(part)
	if len(part.Settings) == 0 {
		return
	}
	p.Ln(planGap)
	settings := hand{indent: 4, bar: true}
	p.write(hand{indent: 4, bar: true, keep: 2 * planLeading}, planSettings)
	for _, setting := range part.Settings {
		p.write(settings, setting)
	}
}

// own writes the team's own words in their box; one without words has room to write in.
func (p *paper) own(part planPart) {
	p.Ln(planGap)
	if p.GetY()+5*planLeading > planFloor {
		p.AddPage()
	}
	f := &frame{p.GetY()}
	p.SetY(f.top + planPadding)
	h := hand{indent: planPadding, frame: f}
	p.write(hand{style: "B", indent: planPadding, frame: f}, part.Lead)
	p.passages(h, part.Own)
	if len(part.Own) == 0 {
		p.SetY(p.GetY() + 2*planLeading)
	}
	p.closeFrame(f)
	p.Ln(planPadding + planGap)
}

// signatures writes the table to sign in. A row is never parted, and each page has the heads of the columns.
func (p *paper) signatures(rows []plan.Signed) {
	p.signRow("B", plan.Signed{Name: planName, On: planDate}, signRow)
	for _, row := range rows {
		p.SetFont("go", "", planSize)
		lines := max(len(p.split(row.Name, textWidth-dateWidth-planPadding)), len(p.split(row.On, dateWidth-planPadding)))
		height := max(signRow, float64(min(lines, mostInRow))*planLeading+planPadding)
		if p.GetY()+height > planFloor {
			p.AddPage()
			p.signRow("B", plan.Signed{Name: planName, On: planDate}, signRow)
		}
		p.signRow("", row, height)
	}
	p.Ln(planGap)
}

func (p *paper) signRow(style string, row plan.Signed, height float64) {
	p.SetFont("go", style, planSize)
	looks, top := "D", p.GetY()
	if style == "B" {
		looks = "FD"
		p.SetFillColor(231, 233, 234)
	}
	x := margin
	for _, c := range []cell{{textWidth - dateWidth, style, row.Name}, {dateWidth, style, row.On}} {
		p.Rect(x, top, c.width, height, looks)
		lines := p.split(c.text, c.width-planPadding)
		lines = lines[:min(len(lines), mostInRow)]
		y := top + (height-float64(len(lines))*planLeading)/2
		for i, line := range lines {
			p.SetXY(x+1, y+float64(i)*planLeading)
			p.CellFormat(c.width-2, planLeading, line, "", 0, "L", false, 0, "")
		}
		x += c.width
	}
	p.SetXY(margin, top+height)
}
