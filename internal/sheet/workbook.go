package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/allclear-safety/allclear/internal/gauge"
)

// A workbook is read by our own hand and not by a library's: those read all of it into memory and make more of it there, so that a file of 3 kB took two
// minutes and gigabytes. Here each part is read as a stream, and what is kept of it is counted.

// Bounds on what is inside a workbook.
const (
	mostInside  = 104_857_600 // bytes that the parts that are read have together once they are unpacked
	mostParts   = 5_000       // of the archive
	mostSheets  = 100         // that are looked at
	mostStrings = 1_000_000   // different texts
	mostWords   = 33_554_432  // bytes of all cells together, and of all different texts
	mostMarks   = 10_000_000  // elements of a part
)

// each bounds a part, so that no tag and no text of it has to be held that nobody would write.
var each = gauge.Bounds{Tag: 1 << 20, Text: 1 << 20, Depth: 100, Elements: mostMarks}

// book is a workbook being read.
type book struct {
	parts   map[string]*zip.File
	left    int64    // how many bytes may still be unpacked
	strings []string // that cells name by number; nil before they are read
}

// readWorkbook reads the first sheet of an XLSX that has two rows or more. A cell is read as it is kept: a date is its serial, as what it is shown as
// depends on who looks.
func readWorkbook(raw []byte) (Table, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(z.File) > mostParts {
		return Table{}, ErrKind
	}
	b := &book{parts: map[string]*zip.File{}, left: mostInside}
	for _, f := range z.File {
		b.parts[partName(f.Name)] = f
	}
	sheets, err := b.sheets()
	if err != nil {
		return Table{}, err
	}
	var found error = ErrEmpty
	for _, name := range sheets {
		rows, err := b.rows(name)
		if err != nil {
			return Table{}, err
		}
		if len(rows) < 2 {
			continue
		}
		var t Table
		if t, found = table(rows); found == nil {
			return t, nil
		}
	}
	return Table{}, found
}

// partName is a part's name as it is looked for: writers differ in capitals and slashes.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// relation is a part's word for another.
type relation struct{ id, kind, target string }

// relations reads those of a part, with their targets as names of parts.
func (b *book) relations(part string) (list []relation, err error) {
	dir, file := path.Split(part)
	err = b.walk(dir+"_rels/"+file+".rels", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || attribute(e, "TargetMode") == "External" {
			return nil
		}
		target := attribute(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		list = append(list, relation{attribute(e, "Id"), path.Base(attribute(e, "Type")), partName(target)})
		return nil
	})
	if errors.Is(err, errMissing) {
		return nil, nil
	}
	return list, err
}

// sheets gives the parts that hold the sheets, in the order of their tabs, and reads the texts that they share.
func (b *book) sheets() ([]string, error) {
	main := "xl/workbook.xml"
	parts, err := b.relations("")
	if err != nil {
		return nil, err
	}
	for _, r := range parts {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	relations, err := b.relations(main)
	if err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, r := range relations {
		switch r.kind {
		case "worksheet":
			targets[r.id] = r.target
		case "sharedStrings":
			if err := b.share(r.target); err != nil {
				return nil, err
			}
		}
	}
	var sheets []string
	err = b.walk(main, func(_ *xml.Decoder, e xml.StartElement) error {
		if target := targets[attribute(e, "id")]; e.Name.Local == "sheet" && target != "" && len(sheets) < mostSheets {
			sheets = append(sheets, target)
		}
		return nil
	})
	if errors.Is(err, errMissing) {
		return nil, ErrKind
	}
	return sheets, err
}

// share reads the texts that cells name by number.
func (b *book) share(part string) error {
	if b.strings != nil {
		return nil
	}
	b.strings = []string{}
	bytes := 0
	err := b.walk(part, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := words(d)
		if bytes += len(s); bytes > mostWords || len(b.strings) == mostStrings {
			return ErrMuch
		}
		b.strings = append(b.strings, s)
		return err
	})
	if errors.Is(err, errMissing) {
		return nil
	}
	return err
}

// errMissing says that a workbook has no such part.
var errMissing = errors.New("no such part")

// walk reads a part element by element; each may read on itself, to the end of its element.
func (b *book) walk(name string, do func(*xml.Decoder, xml.StartElement) error) error {
	f := b.parts[partName(name)]
	if f == nil {
		return errMissing
	}
	r, err := f.Open()
	if err != nil {
		return ErrKind
	}
	defer r.Close()
	d := xml.NewDecoder(each.Reader(&counted{r, b}))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if e, is := token.(xml.StartElement); is && err == nil {
			err = do(d, e)
		}
		if err != nil {
			return refused(err)
		}
	}
}

// refused is an error without the decoder's own words, which may quote the file.
func refused(err error) error {
	if errors.Is(err, gauge.ErrMuch) {
		return ErrMuch
	}
	if _, bad := errors.AsType[*xml.SyntaxError](err); bad || errors.Is(err, gauge.ErrForeign) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrKind
	}
	return err
}

// counted counts down what may be unpacked: what an archive says of its sizes need not be so.
type counted struct {
	io.Reader
	of *book
}

func (c *counted) Read(p []byte) (int, error) {
	if c.of.left <= 0 {
		return 0, ErrMuch
	}
	n, err := c.Reader.Read(p[:min(int64(len(p)), c.of.left)])
	c.of.left -= int64(n)
	return n, err
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
