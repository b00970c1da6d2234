package docx

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/allclear-safety/allclear/internal/gauge"
)

// The bounds of what is read. A plan of many pages with pictures has some 2 MB, and its text some 300 kB of XML.
const (
	MostBytes    = 5_000_000  // of the file
	mostUnzipped = 50_000_000 // of the parts that are read, together
	mostParts    = 5_000      // of the archive
	mostPieces   = 20_000     // paragraphs, rows, cells and tables
	mostText     = 1_000_000  // bytes of words: what is read of nested tables is looked at more than once
	mostDepth    = 100        // of what is looked into, within each other
)

// each bounds a part, also where it is passed over. A picture's outline may stand in an attribute, and has some 100 kB.
var each = gauge.Bounds{Tag: 2 << 20, Text: 2 << 20, Depth: 300, Elements: 2_000_000}

// Refusal says in words for whoever chose the file why it cannot be read and what to do. It holds nothing of what is in the file.
type Refusal string

func (r Refusal) Error() string { return string(r) }

const again = " Save it as a Word document (.docx) and try again."

// The refusals.
const (
	isEmpty     Refusal = "The file is empty." + again
	isTooLarge  Refusal = "The file is larger than 5 MB. Take pictures out of it, save it as a Word document (.docx) and try again."
	isTooLong   Refusal = "There is more in the document than can be read. Copy the plan’s text into a new document, save it as a Word document (.docx) and try again."
	isOld       Refusal = "This is an older Word document (.doc)." + again
	isLocked    Refusal = "The document is protected by a password. Open it, take the password off, save it as a Word document (.docx) and try again."
	isPDF       Refusal = "This is a PDF, and its text cannot be read back. Open what it was made from, save that as a Word document (.docx) and try again."
	isRTF       Refusal = "This is a rich text document (.rtf)." + again
	isODT       Refusal = "This is an OpenDocument text (.odt)." + again
	isWorkbook  Refusal = "This is an Excel workbook. Put its text into a Word document (.docx) and try again."
	isSlides    Refusal = "This is a PowerPoint presentation. Put its text into a Word document (.docx) and try again."
	isSomething Refusal = "This is not a Word document." + again
	isDamaged   Refusal = "The document is damaged. Open it in Word, save it as a Word document (.docx) and try again."
)

// archive is a file of parts that may still be read.
type archive struct {
	parts map[string]*zip.File
	left  int64 // how many bytes may still be unzipped
}

func open(r io.ReaderAt, size int64) (*archive, error) {
	if size <= 0 {
		return nil, isEmpty
	}
	if size > MostBytes {
		return nil, isTooLarge
	}
	raw := make([]byte, size)
	if _, err := r.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read document: %w", err)
	}
	if err := kind(raw); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(raw), size)
	if err != nil {
		return nil, isDamaged
	}
	if len(z.File) > mostParts {
		return nil, isTooLong
	}
	a := &archive{parts: map[string]*zip.File{}, left: mostUnzipped}
	for _, f := range z.File {
		a.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	return a, nil
}

// kind refuses what is known to be something else, by how it begins.
func kind(raw []byte) error {
	begins := func(s string) bool { return bytes.HasPrefix(raw, []byte(s)) }
	switch {
	case begins("PK\x03\x04") || begins("PK\x05\x06"):
		return nil
	case begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		// the same container holds documents of before 2007 and those that are encrypted
		if bytes.Contains(raw, wide("EncryptedPackage")) {
			return isLocked
		}
		return isOld
	case bytes.Contains(raw[:min(len(raw), 1024)], []byte("%PDF-")):
		return isPDF
	case begins(`{\rtf`):
		return isRTF
	default:
		return isSomething
	}
}

// wide is a name as those containers have it.
func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// main finds the part with the text: the package says where it is, mostly word/document.xml.
func (a *archive) main() (string, error) {
	for _, r := range a.relations("_rels/.rels") {
		name := strings.TrimPrefix(path.Clean("/"+r.Target), "/")
		if strings.HasSuffix(r.Type, "/officeDocument") && a.has(name) {
			switch {
			case strings.HasPrefix(strings.ToLower(name), "xl/"):
				return "", isWorkbook
			case strings.HasPrefix(strings.ToLower(name), "ppt/"):
				return "", isSlides
			}
			return name, nil
		}
	}
	switch {
	case a.has("word/document.xml"):
		return "word/document.xml", nil
	case a.has("content.xml") && a.has("mimetype"):
		return "", isODT
	default:
		return "", isSomething
	}
}

func (a *archive) has(name string) bool { return a.parts[strings.ToLower(name)] != nil }

// relation is a part's word for another.
type relation struct {
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// relations reads one of the lists of them; what cannot be read names nothing.
func (a *archive) relations(name string) []relation {
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	if err := a.small(name, &list); err != nil {
		return nil
	}
	return list.Relations
}

// related finds another part that the one with the text names, by the end of the relation's type.
func (a *archive) related(main, kind string) string {
	dir, base := path.Split(main)
	relations := a.relations(dir + "_rels/" + base + ".rels")
	i := slices.IndexFunc(relations, func(r relation) bool { return strings.HasSuffix(r.Type, "/"+kind) })
	if i < 0 {
		return ""
	}
	if whole, is := strings.CutPrefix(relations[i].Target, "/"); is {
		return whole
	}
	return path.Join(dir, relations[i].Target)
}

// mostSmall bounds a part that is read whole into values, in bytes.
const mostSmall = 4 << 20

// small reads a small part into a value.
func (a *archive) small(name string, into any) error {
	f, err := a.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return xml.NewDecoder(io.LimitReader(f, mostSmall)).Decode(into)
}

// open gives a part's bytes, until there were too many of all parts together.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.parts[strings.ToLower(name)]
	if f == nil {
		return nil, isDamaged
	}
	r, err := f.Open()
	if err != nil {
		return nil, isDamaged
	}
	return &bounded{each.Reader(&counted{r, a}), r}, nil
}

// bounded is a part that is read as far as its bounds go.
type bounded struct {
	io.Reader
	io.Closer
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	switch {
	case errors.Is(err, gauge.ErrMuch):
		err = isTooLong
	case errors.Is(err, gauge.ErrForeign):
		err = isDamaged
	}
	return n, err
}

// counted counts down what may be unzipped: what an archive says of its sizes need not be so.
type counted struct {
	io.Reader
	of *archive
}

func (c *counted) Read(p []byte) (int, error) {
	if c.of.left <= 0 {
		return 0, isTooLong
	}
	n, err := c.Reader.Read(p[:min(int64(len(p)), c.of.left)])
	c.of.left -= int64(n)
	return n, err
}
