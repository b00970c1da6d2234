package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var made = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

// sample has one of everything that can be written.
func sample() Document {
	return Document{Title: "A plan", Language: "en-GB", Keywords: "a b", Made: made, Footer: "ECHo & others, version 3", Blocks: []Block{
		Paragraph{Style: Title, Text: "A plan"},
		Paragraph{Style: Heading1, Text: "1. First", Keep: true},
		Paragraph{Style: Body, Text: "Ŵyl y bobl, zażółć gęślą jaźń, <b> & \"quotes\"\nand a second line\twith a tab"},
		Paragraph{Style: Bullet, Text: "an item"},
		Paragraph{Style: Numbered, Text: "a step"},
		Paragraph{Style: Body, Text: "All of it", Bold: true},
		Table{Style: Grid, Header: true, Widths: []float64{100, 70}, Height: 9, About: "Who signed", Rows: []Row{{Text("Name"), Text("Date")}, {Text("Priya Nair"), Text("")}}},
		Table{Style: Framed, Rows: []Row{{{Paragraph{Style: Lead, Text: "We…"}, Table{Style: Grid, Rows: []Row{{Text("inner")}}}, Paragraph{Text: "share"}}}}},
		Paragraph{},
	}}
}

func written(t testing.TB, d Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readBack(t testing.TB, raw []byte) Document {
	t.Helper()
	d, err := Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	got := readBack(t, written(t, sample()))
	if got.Title != "A plan" || got.Language != "en-GB" || got.Keywords != "a b" {
		t.Errorf("the document says that it is %q in %q, about %q", got.Title, got.Language, got.Keywords)
	}
	want := []string{"A plan", "1. First", "Ŵyl y bobl, zażółć gęślą jaźń, <b> & \"quotes\"", "and a second line\twith a tab", "an item", "a step", "All of it",
		"Name", "Date", "Priya Nair", "", "", "We…", "inner", "", "share", "", ""}
	if lines := Words(got.Blocks); !cmp.Equal(lines, want) {
		t.Errorf("read again: %s", cmp.Diff(want, lines))
	}
	for i, want := range []Paragraph{{Style: Title}, {Style: Heading1}, {Style: Body}, {Style: Bullet, List: true}, {Style: Numbered, List: true}, {Style: Body, Bold: true}} {
		p := got.Blocks[i].(Paragraph)
		if p.Style != want.Style || p.List != want.List || p.Bold != want.Bold {
			t.Errorf("paragraph %q has style %q, list %v, bold %v", p.Text, p.Style, p.List, p.Bold)
		}
	}
	if table := got.Blocks[6].(Table); !table.Header || len(table.Rows) != 2 || len(table.Rows[1]) != 2 {
		t.Errorf("the table is %+v", table)
	}
}

func TestTheSameDocumentIsTheSameBytes(t *testing.T) {
	if !bytes.Equal(written(t, sample()), written(t, sample())) {
		t.Error("the same document differs")
	}
}

func TestAFrameCannotBeWritten(t *testing.T) {
	if err := Write(io.Discard, Document{Blocks: []Block{Frame{}}}); err == nil {
		t.Error("a frame was written")
	}
}

// Word refuses a file in which a part is named and not there, or is not XML.
func TestEveryPartIsThereAndIsXML(t *testing.T) {
	d := sample()
	d.Footer = "signs \x00\x0b\ufffe that XML has none of"
	raw := written(t, d)
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if z.File[0].Name != "[Content_Types].xml" {
		t.Errorf("the first part is %s", z.File[0].Name)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(text)
		if err := wellFormed(text); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	for name := range parts {
		if ext := name[strings.LastIndex(name, "."):]; ext != ".rels" && name != "[Content_Types].xml" && !strings.Contains(parts["[Content_Types].xml"], `PartName="/`+name+`"`) {
			t.Errorf("%s has no type", name)
		}
	}
	for _, c := range []struct{ rels, dir string }{{"_rels/.rels", ""}, {"word/_rels/document.xml.rels", "word/"}} {
		var list struct {
			Relations []relation `xml:"Relationship"`
		}
		if err := xml.Unmarshal([]byte(parts[c.rels]), &list); err != nil || len(list.Relations) < 3 {
			t.Fatalf("%s: %v, %d relations", c.rels, err, len(list.Relations))
		}
		for _, r := range list.Relations {
			if parts[c.dir+r.Target] == "" {
				t.Errorf("%s names %s, which is not there", c.rels, r.Target)
			}
		}
	}
}

func wellFormed(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestEveryStyleThatIsNamedIsThere(t *testing.T) {
	sheet, err := parts.ReadFile("parts/styles.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Style{Body, Title, Subtitle, Heading1, Heading2, Bullet, Numbered, Setting, Lead, Grid, Framed, "Gap", "Footer"} {
		if !strings.Contains(string(sheet), `w:styleId="`+s.id()+`"`) {
			t.Errorf("the styles lack %s", s.id())
		}
	}
}

// file makes a .docx of a body as some writer makes it, with the parts that are given besides.
func file(t testing.TB, body string, more ...string) []byte {
	t.Helper()
	parts := []string{"[Content_Types].xml", `<Types/>`, "word/document.xml", `<w:document xmlns:w="` + wordSpace + `" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="s" xmlns:v="v" xmlns:r="r"><w:body>` + body + `</w:body></w:document>`}
	return zipped(t, append(parts, more...)...)
}

func zipped(t testing.TB, namesAndTexts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(namesAndTexts); i += 2 {
		w, err := z.Create(namesAndTexts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, namesAndTexts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const phoneBox = `<w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent>`

func TestTheWordsOfAnyWriterAreRead(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"several runs a word", `<w:p><w:r><w:t>Gl</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">os </w:t></w:r><w:r><w:t>GL1</w:t></w:r></w:p>`, "Glos GL1"},
		{"line breaks, tabs and hyphens", `<w:p><w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>3</w:t><w:noBreakHyphen/><w:t>4</w:t><w:br w:type="page"/></w:r></w:p>`, "one|two\t3-4"},
		{"insertions count and deletions do not", `<w:p><w:ins w:id="1"><w:r><w:t>kept</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>gone</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> here</w:t></w:r></w:moveTo></w:p>`, "kept here"},
		{"a paragraph whose end was deleted", `<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>one </w:t></w:r></w:p><w:p><w:r><w:t>line</w:t></w:r></w:p>`, "one line"},
		{"a deleted end before a table", `<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>before</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>in</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`, "before|in"},
		{"a deleted row", `<w:tbl><w:tr><w:trPr><w:del w:id="4"/></w:trPr><w:tc><w:p><w:r><w:t>gone</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:trPr><w:ins w:id="5"/></w:trPr><w:tc><w:p><w:r><w:t>new</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`, "new"},
		{"links and fields", `<w:p><w:hyperlink r:id="x"><w:r><w:t>link</w:t></w:r></w:hyperlink><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t> 3 May</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr="AUTHOR"><w:r><w:t> Sam</w:t></w:r></w:fldSimple></w:p>`, "link 3 May Sam"},
		{"a content control in a line", `<w:p><w:sdt><w:sdtPr><w:alias w:val="Team"/></w:sdtPr><w:sdtContent><w:r><w:t>ECHo</w:t></w:r></w:sdtContent></w:sdt></w:p>`, "ECHo"},
		{"a content control that still shows its hint", `<w:p><w:r><w:t>a</w:t></w:r><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click here</w:t></w:r></w:sdtContent></w:sdt></w:p>`, "a"},
		{"content controls around paragraphs, rows and cells", `<w:sdt><w:sdtContent><w:p><w:r><w:t>p</w:t></w:r></w:p></w:sdtContent></w:sdt><w:tbl><w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt></w:tbl>`, "p|c"},
		{"a text box, once, after its paragraph", `<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>` + phoneBox + `</wps:txbx></mc:Choice><mc:Fallback><v:textbox>` + phoneBox + `</v:textbox></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>around</w:t></w:r></w:p>`, "around|in a box"},
		{"a text box of before 2010", `<w:p><w:r><w:pict><v:shape><v:textbox>` + phoneBox + `</v:textbox></v:shape></w:pict></w:r></w:p>`, "|in a box"},
		{"tables within tables", `<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>deep</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc><w:tc><w:p><w:r><w:t>beside</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`, "deep||beside"},
		{"what is unknown is looked into", `<w:strange><w:p><w:r><w:t>there</w:t></w:r></w:p></w:strange>`, "there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(Words(readBack(t, file(t, c.body)).Blocks), "|"); got != c.want {
				t.Errorf("read %q, want %q", got, c.want)
			}
		})
	}
}

func TestACellWithAHintKeepsItsPlace(t *testing.T) {
	d := readBack(t, file(t, `<w:tbl><w:tr><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:tc><w:p><w:r><w:t>Name</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt><w:tc><w:p><w:r><w:t>date</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`))
	if row := d.Blocks[0].(Table).Rows[0]; len(row) != 2 || len(Words(row[0])) != 0 {
		t.Errorf("the row is %+v", row)
	}
}

func TestStylesAreKnownByWhatTheyAreNotHowTheyAreCalled(t *testing.T) {
	raw := file(t, `<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>h</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="Punkte"/></w:pPr><w:r><w:t>i</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="Punkte"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:p><w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr></w:p>`,
		"word/_rels/document.xml.rels", `<Relationships><Relationship Type="x/styles" Target="/word/styles2.xml"/><Relationship Type="x/footnotes" Target="notes.xml"/></Relationships>`,
		"word/styles2.xml", `<w:styles xmlns:w="w"><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="Punkte"><w:name w:val="Punkte"/><w:basedOn w:val="Liste"/></w:style><w:style w:styleId="Liste"><w:basedOn w:val="Punkte"/><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style></w:styles>`,
		"word/notes.xml", `<w:footnotes xmlns:w="`+wordSpace+`"><w:footnote w:type="separator"><w:p><w:r><w:t>-</w:t></w:r></w:p></w:footnote><w:footnote w:id="1"><w:p><w:r><w:t>a note</w:t></w:r></w:p></w:footnote></w:footnotes>`)
	d := readBack(t, raw)
	var got []Paragraph
	for _, b := range d.Blocks {
		p := b.(Paragraph)
		got = append(got, Paragraph{Style: p.Style, List: p.List})
	}
	want := []Paragraph{{Style: Heading1}, {Style: "Punkte", List: true}, {Style: "Punkte"}, {Style: Heading2}}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if got[0].Style.Level() != 1 || got[1].Style.Level() != 0 {
		t.Errorf("levels are %d and %d", got[0].Style.Level(), got[1].Style.Level())
	}
	if notes := Words(d.Notes); !slices.Equal(notes, []string{"a note"}) {
		t.Errorf("notes are %q", notes)
	}
}

func TestADocumentElsewhereInThePackageIsFound(t *testing.T) {
	raw := zipped(t, "_rels/.rels", `<Relationships><Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>`,
		"word/document2.xml", `<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>strict</w:t></w:r></w:p></w:body></w:document>`)
	if got := Words(readBack(t, raw).Blocks); !slices.Equal(got, []string{"strict"}) {
		t.Errorf("read %q", got)
	}
}

func TestWhatIsNoDocumentIsRefusedInWords(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	book := func(dir string) string {
		return string(zipped(t, "_rels/.rels", `<Relationships><Relationship Type="http://x/officeDocument" Target="`+dir+`/main.xml"/></Relationships>`, dir+"/main.xml", "<x/>"))
	}
	for _, c := range []struct {
		name, raw string
		want      Refusal
	}{
		{"nothing", "", isEmpty},
		{"too much", strings.Repeat("x", MostBytes+1), isTooLarge},
		{"an older Word document", ole, isOld},
		{"a document with a password", ole + string(wide("EncryptedPackage")), isLocked},
		{"a PDF", "%PDF-1.7 …", isPDF},
		{"rich text", `{\rtf1 hello}`, isRTF},
		{"plain text", "hello", isSomething},
		{"a zip of something", string(zipped(t, "a.txt", "hello")), isSomething},
		{"OpenDocument", string(zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<x/>")), isODT},
		{"a workbook", book("xl"), isWorkbook},
		{"slides", book("ppt"), isSlides},
		{"a zip that was cut off", string(file(t, "<w:p/>")[:300]), isDamaged},
		{"XML that was cut off", string(zipped(t, "word/document.xml", `<w:document xmlns:w="`+wordSpace+`"><w:body><w:p>`)), isDamaged},
		{"no XML at all", string(zipped(t, "word/document.xml", "hello")), isDamaged},
		{"entities", string(zipped(t, "word/document.xml", `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="`+wordSpace+`"><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:document>`)), isDamaged},
		{"elements without end within each other", string(file(t, strings.Repeat("<w:x>", 10_000)+strings.Repeat("</w:x>", 10_000))), isTooLong},
		{"paragraphs without end", string(file(t, strings.Repeat("<w:p/>", mostPieces+1))), isTooLong},
		{"words without end", string(file(t, "<w:p><w:r><w:t>"+strings.Repeat("x", mostText+1)+"</w:t></w:r></w:p>")), isTooLong},
		{"a zip bomb", string(file(t, strings.Repeat(" ", mostUnzipped))), isTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.raw), int64(len(c.raw)))
			if got, is := errors.AsType[Refusal](err); !is || got != c.want {
				t.Errorf("refused with %v, want %v", err, c.want)
			}
			if !strings.HasSuffix(string(c.want), "try again.") {
				t.Errorf("%q does not say what to do", c.want)
			}
		})
	}
}

type brokenDisk struct{}

func (brokenDisk) ReadAt([]byte, int64) (int, error) { return 0, errors.New("input/output error") }

func TestAFileThatCannotBeReadIsNoFaultOfTheDocument(t *testing.T) {
	_, err := Read(brokenDisk{}, 100)
	if _, refusal := errors.AsType[Refusal](err); refusal || err == nil || !strings.Contains(err.Error(), "input/output error") {
		t.Errorf("read with %v", err)
	}
}

// FuzzRead: whatever the parts of a document hold, it is read or refused. It never panics, and what it gives can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add(`<w:p><w:pPr><w:pStyle w:val="ListBullet"/></w:pPr><w:r><w:t>one</w:t><w:br/></w:r></w:p>`, `<w:style w:styleId="ListBullet"><w:basedOn w:val="ListBullet"/></w:style>`)
	f.Add(`<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:sdt><w:sdtContent><w:tc><w:p/></w:tc></w:sdtContent></w:sdt></w:tr></w:tbl></w:tc></w:tr></w:tbl>`, ``)
	f.Add(`<w:p><w:p><w:r><w:tbl><w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr></w:p><w:tr/>x</w:tbl></w:r></w:p></w:p>`, `<`)
	f.Add(`<w:r><w:txbxContent><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:tc/></w:sdtContent></w:sdt></w:txbxContent></w:r>`, ``)
	f.Fuzz(func(t *testing.T, body, styles string) {
		raw := file(t, body, "word/_rels/document.xml.rels", `<Relationships><Relationship Type="x/styles" Target="styles.xml"/></Relationships>`,
			"word/styles.xml", `<w:styles xmlns:w="w">`+styles+`</w:styles>`)
		d, err := Read(bytes.NewReader(raw), int64(len(raw)))
		if _, refusal := errors.AsType[Refusal](err); err != nil && !refusal {
			t.Errorf("read with %v", err)
		}
		for _, line := range Words(d.Blocks) {
			if again := readBack(t, written(t, Document{Blocks: []Block{Paragraph{Text: line}}})); Words(again.Blocks)[0] != line {
				t.Errorf("a line of %q", line)
			}
		}
	})
}

// FuzzReadBytes: nor do bytes of any kind.
func FuzzReadBytes(f *testing.F) {
	f.Add(file(f, "<w:p/>"))
	f.Add([]byte("%PDF-1.7"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := Read(bytes.NewReader(raw), int64(len(raw)))
		if _, refusal := errors.AsType[Refusal](err); err != nil && !refusal {
			t.Errorf("read with %v", err)
		}
	})
}
