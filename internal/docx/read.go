package docx

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// Read reads a document of so many bytes. What is wrong with the file is a Refusal. Headers, footers, comments, pictures and formulas are not read.
func Read(r io.ReaderAt, size int64) (Document, error) {
	a, err := open(r, size)
	if err != nil {
		return Document{}, err
	}
	main, err := a.main()
	if err != nil {
		return Document{}, err
	}
	looks := a.looks(main)
	d := Document{}
	if d.Blocks, err = a.text(main, looks); err != nil {
		return Document{}, err
	}
	for _, kind := range []string{"footnotes", "endnotes"} {
		if name := a.related(main, kind); name != "" && a.has(name) {
			notes, err := a.text(name, looks)
			if err != nil {
				return Document{}, err
			}
			d.Notes = append(d.Notes, notes...)
		}
	}
	var core struct {
		Title    string `xml:"title"`
		Language string `xml:"language"`
		Keywords string `xml:"keywords"`
	}
	if err := a.small("docProps/core.xml", &core); err == nil {
		d.Title, d.Language, d.Keywords = core.Title, core.Language, core.Keywords
	}
	return d, nil
}

// text reads a part that holds text.
func (a *archive) text(name string, looks looks) ([]Block, error) {
	f, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &reading{xml: xml.NewDecoder(f), looks: looks}
	blocks, err := r.whole()
	if refusal, is := errors.AsType[Refusal](err); is {
		return nil, refusal
	}
	if err != nil {
		return nil, isDamaged // the decoder's own words may quote the document
	}
	return blocks, nil
}

// reading is a part being read, element by element.
type reading struct {
	xml    *xml.Decoder
	looks  looks
	pieces int
	words  int // in bytes
	depth  int
}

func (r *reading) whole() ([]Block, error) {
	flow := &flow{}
	for {
		token, err := r.xml.Token()
		if errors.Is(err, io.EOF) {
			return nil, isDamaged
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, isDamaged // Word declares no types and no entities
		case xml.StartElement:
			if err := r.in(token, flow); err != nil {
				return nil, err
			}
			flow.end()
			return flow.blocks, nil
		}
	}
}

// flow is what text runs into: a body, a cell, a text box.
type flow struct {
	blocks []Block
	open   *Paragraph
	text   strings.Builder // of the open paragraph
	bold   boldness
	aside  []Block // text boxes anchored in the open paragraph: they stand after it
	joins  bool    // the open paragraph's end was deleted: the next one goes on in it
	table  *Table  // rows go here
	places [][]int // for each of them, in which column of the table's grid each of its cells begins
	row    *Row    // cells go here
	place  []int   // for each of them, that column
	next   int     // the column in which the next begins
}

// boldness is what is bold of a paragraph.
type boldness struct{ some, other bool }

// end closes the paragraph that is open.
func (f *flow) end() {
	f.joins = false
	if f.open == nil {
		return
	}
	f.open.Text, f.open.Bold = f.text.String(), f.bold.some && !f.bold.other
	f.blocks = append(append(f.blocks, *f.open), f.aside...)
	f.open, f.aside, f.bold = nil, nil, boldness{}
	f.text.Reset()
}

// write adds text to the open paragraph. Text outside of every paragraph begins one: it is not lost.
func (f *flow) write(text string, bold bool) {
	if f.open == nil {
		f.open = &Paragraph{Style: Body}
	}
	f.text.WriteString(text)
	if strings.TrimSpace(text) != "" {
		f.bold.some = f.bold.some || bold
		f.bold.other = f.bold.other || !bold
	}
}

// inside reads what is in the element that has just begun, until it ends.
func (r *reading) inside(each func(xml.StartElement) error) error {
	if r.depth++; r.depth > mostDepth {
		return isTooLong
	}
	defer func() { r.depth-- }()
	for {
		token, err := r.xml.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := each(token); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (r *reading) piece() error {
	if r.pieces++; r.pieces > mostPieces {
		return isTooLong
	}
	return nil
}

// within reads what is in an element into the same flow.
func (r *reading) within(f *flow) error {
	return r.inside(func(e xml.StartElement) error { return r.in(e, f) })
}

// in reads one element. What is not known is looked into: words in it count.
func (r *reading) in(e xml.StartElement, f *flow) error {
	switch e.Name.Local {
	case "p":
		if !word(e) {
			return r.xml.Skip() // a drawing's
		}
		return r.paragraph(f)
	case "r":
		return r.run(f)
	case "tbl":
		return r.table(f)
	case "tr":
		return r.row(f)
	case "tc":
		return r.cell(f)
	case "sdt":
		return r.control(f)
	case "txbxContent":
		return r.box(f)
	case "AlternateContent":
		return r.alternates(f)
	case "footnote", "endnote":
		if kind := attribute(e, "type"); kind != "" && kind != "normal" {
			return r.xml.Skip() // the line between text and notes
		}
		return r.within(f)
	case "del", "moveFrom", "instrText", "delText", "delInstrText", "sectPr", "tblPr", "tblGrid", "tblPrEx", "trPr", "tcPr", "rPr", "pPr", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr",
		"oMath", "oMathPara", "object", "rt", "annotation":
		return r.xml.Skip()
	default:
		return r.within(f)
	}
}

// word says whether an element is WordprocessingML's, of either edition.
func word(e xml.StartElement) bool {
	return e.Name.Space == wordSpace || e.Name.Space == "http://purl.oclc.org/ooxml/wordprocessingml/main"
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// on says whether a property that is there is switched on.
func on(e xml.StartElement) bool {
	switch attribute(e, "val") {
	case "0", "false", "off", "none":
		return false
	default:
		return true
	}
}

func (r *reading) paragraph(f *flow) error {
	if err := r.piece(); err != nil {
		return err
	}
	outer := f.open != nil && !f.joins // one within another, which no writer makes
	if outer {
		f.end()
	}
	if f.open == nil {
		f.open = &Paragraph{Style: Body}
	}
	f.joins = false
	deleted := false
	err := r.inside(func(e xml.StartElement) (err error) {
		if e.Name.Local != "pPr" {
			return r.in(e, f)
		}
		deleted, err = r.properties(f)
		return err
	})
	if err != nil {
		return err
	}
	if deleted {
		f.joins = true
		return nil
	}
	f.end()
	return nil
}

// properties reads how a paragraph looks, and whether its end was deleted, or is none.
func (r *reading) properties(f *flow) (deleted bool, err error) {
	p := Paragraph{}
	if f.open != nil {
		p = *f.open
	}
	err = r.inside(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "framePr":
			deleted = deleted || slices.Contains([]string{"drop", "margin"}, attribute(e, "dropCap")) // a large first letter: the next paragraph goes on with it
		case "pStyle":
			p.Style, p.List = r.looks.of(attribute(e, "val"))
		case "numPr":
			return r.inside(func(e xml.StartElement) error {
				if e.Name.Local == "numId" {
					p.List = attribute(e, "val") != "0"
				}
				return r.xml.Skip()
			})
		case "rPr":
			return r.inside(func(e xml.StartElement) error {
				deleted = deleted || e.Name.Local == "del" || e.Name.Local == "moveFrom"
				return r.xml.Skip()
			})
		}
		return r.xml.Skip()
	})
	if f.open != nil {
		f.open.Style, f.open.List = p.Style, p.List
	}
	return deleted, err
}

// run reads text of one look.
func (r *reading) run(f *flow) error {
	bold := false
	return r.inside(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "rPr":
			return r.inside(func(e xml.StartElement) error {
				if e.Name.Local == "b" {
					bold = on(e)
				}
				return r.xml.Skip()
			})
		case "t":
			text, err := r.letters()
			f.write(text, bold)
			return err
		case "br", "cr":
			if attribute(e, "type") != "page" && attribute(e, "type") != "column" {
				f.write("\n", bold)
			}
		case "tab", "ptab":
			f.write("\t", bold)
		case "fldChar":
			return r.field(f, bold)
		case "noBreakHyphen":
			f.write("-", bold)
		case "sym":
			f.write("•", bold) // a sign of a typeface of signs: a bullet or a tick, mostly
		default:
			return r.in(e, f)
		}
		return r.xml.Skip()
	})
}

// letters reads the text of one element.
func (r *reading) letters() (string, error) {
	var text strings.Builder
	for {
		token, err := r.xml.Token()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			if r.words += len(token); r.words > mostText {
				return "", isTooLong
			}
			text.Write(token)
		case xml.StartElement:
			if err := r.xml.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return text.String(), nil
		}
	}
}
