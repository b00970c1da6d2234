package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/sheet"
)

const (
	cellSpace = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	kinSpace  = ` xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	kinKind   = `Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
)

// byHand is a workbook of parts as no spreadsheet writes it; what is not given is what a small one has.
func byHand(t testing.TB, given map[string]string) []byte {
	t.Helper()
	parts := map[string]string{
		"_rels/.rels":                `<Relationships` + kinSpace + `><Relationship Id="r1" ` + kinKind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook` + cellSpace + ` xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships` + kinSpace + `><Relationship Id="r1" ` + kinKind + `worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" ` + kinKind + `sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   cells(`<row><c t="inlineStr"><is><t>Name</t></is></c><c t="str"><v>Mobile</v></c></row><row><c t="s"><v>0</v></c><c><v>1</v></c></row>`),
		"xl/sharedStrings.xml":       texts(`<si><t>Priya</t></si>`),
	}
	maps.Copy(parts, given)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, parts[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func cells(rows string) string {
	return `<worksheet` + cellSpace + `><sheetData>` + rows + `</sheetData></worksheet>`
}
func texts(list string) string { return `<sst` + cellSpace + `>` + list + `</sst>` }

const sheetOne, shared = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"

// Files of a few kB that would be gigabytes, or minutes, to whoever reads them as they say.
func bombs() map[string]struct {
	parts map[string]string
	want  error
	says  string
} {
	type parts = map[string]string
	many := strings.Repeat
	return map[string]struct {
		parts map[string]string
		want  error
		says  string
	}{
		"texts without end":            {parts{shared: texts(many("<si/>", 1_000_001))}, sheet.ErrMuch, ""},
		"one long text":                {parts{shared: texts("<si><t>" + many("a", 2<<20) + "</t></si>")}, sheet.ErrMuch, ""},
		"a text in many pieces":        {parts{shared: texts("<si>" + many("<r><t>"+many("a", 1<<19)+"</t></r>", 70) + "</si>")}, sheet.ErrMuch, ""},
		"a long text in many cells":    {parts{shared: texts("<si><r><t>" + many("a", 1<<19) + "</t></r></si>"), sheetOne: cells(many("<row>"+many(`<c t="s"><v>0</v></c>`, 10)+"</row>", 10))}, sheet.ErrMuch, ""},
		"a short text in all cells":    {parts{shared: texts("<si><t>" + many("a", 4000) + "</t></si>"), sheetOne: cells(many("<row>"+many(`<c t="s"><v>0</v></c>`, 200)+"</row>", 50))}, sheet.ErrMuch, ""},
		"elements in each other":       {parts{sheetOne: cells(many("<a>", 200))}, sheet.ErrMuch, ""},
		"elements in each other, left": {parts{sheetOne: cells("<row><c><f>" + many("<a>", 200))}, sheet.ErrMuch, ""},
		"attributes without end":       {parts{sheetOne: cells("<row " + many(`a="" `, 250_000) + "/>")}, sheet.ErrMuch, ""},
		"more than it may unpack to":   {parts{sheetOne: cells(many("<!--"+many(" ", 1<<19)+"-->", 210))}, sheet.ErrMuch, ""},
		"a cell far out in each row":   {parts{sheetOne: cells(many(`<row><c r="XFD1"><v>1</v></c></row>`, 20))}, nil, "it has more than 200 columns"},
		"cells without end in a row":   {parts{sheetOne: cells(`<row>` + many(`<c><v>1</v></c>`, 300) + "</row>")}, nil, "it has more than 200 columns"},
		"rows without end":             {parts{sheetOne: cells(many(`<row><c><v>1</v></c></row>`, 20_100))}, nil, "it has more than 20000 rows"},
		"types of its own":             {parts{sheetOne: `<!DOCTYPE a [<!ENTITY b "bbbb">]>` + cells("<row><c><v>&b;</v></c></row>")}, sheet.ErrKind, ""},
		"an encoding of its own":       {parts{sheetOne: `<?xml version="1.0" encoding="UTF-7"?>` + cells("")}, sheet.ErrKind, ""},
		"styles without end, unread":   {parts{"xl/styles.xml": many("<xf/>", 1000)}, nil, ""},
	}
}

func TestASmallFileThatIsHugeInsideIsRefused(t *testing.T) {
	for name, bomb := range bombs() {
		_, err := sheet.Read(byHand(t, bomb.parts))
		switch {
		case bomb.want != nil && !errors.Is(err, bomb.want), bomb.says != "" && (err == nil || err.Error() != bomb.says), bomb.want == nil && bomb.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWorkbookAsOtherProgramsWriteIt(t *testing.T) {
	for name, test := range map[string]struct {
		parts map[string]string
		want  []string
	}{
		"texts shared and inline":         {nil, []string{"Priya", "1"}},
		"cells that name their column":    {map[string]string{sheetOne: cells(`<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row><row r="9"><c r="B9"><v>b</v></c></row>`)}, []string{"", "b"}},
		"a number of no text":             {map[string]string{sheetOne: cells(`<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>a</v></c><c t="s"><v>9</v></c></row>`)}, []string{"a", ""}},
		"pieces of several looks":         {map[string]string{shared: texts(`<si><r><rPr><b/></rPr><t>Pri</t></r><r><t>ya</t></r><rPh><t>pree</t></rPh></si>`)}, []string{"Priya", "1"}},
		"characters that XML cannot hold": {map[string]string{shared: texts(`<si><t>Pri_x000D_ya_x0000__x0041_</t></si>`)}, []string{"PriyaA", "1"}},
		"a formula":                       {map[string]string{sheetOne: cells(`<row><c><v>1</v></c><c><v>2</v></c></row><row><c t="str"><f>1+1</f><v>two</v></c><c><f>2</f></c></row>`)}, []string{"two", ""}},
	} {
		got, err := sheet.Read(byHand(t, test.parts))
		if err != nil || len(got.Rows) != 1 || !slices.Equal(got.Rows[0].Cells, test.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAHeadingHasItsBoundToo(t *testing.T) {
	if _, err := sheet.Read([]byte("Name," + strings.Repeat("x", 5000) + "\nPriya,1\n")); err == nil || err.Error() != "line 1: a cell has more than 4000 characters" {
		t.Errorf("got %v", err)
	}
}

func TestALineOfCommasIsNoTable(t *testing.T) {
	for name, file := range map[string]string{"one line": "a,b\n" + strings.Repeat(",", 30_000) + "\n", "each line": "a,b\n" + strings.Repeat(strings.Repeat(",", 15_000)+"\n", 300)} {
		if _, err := sheet.Read([]byte(file)); err == nil || !strings.HasSuffix(err.Error(), "it has more cells than there are headings") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoNULComesIn(t *testing.T) {
	if _, err := sheet.Read([]byte(utf16le("Name,Mobile\nPri\x00ya,1\n"))); !errors.Is(err, sheet.ErrKind) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkBombs(b *testing.B) {
	files := map[string][]byte{
		"elements side by side":      byHand(b, map[string]string{sheetOne: cells(strings.Repeat("<a/>", 11_000_000))}),
		"as wide and long as may be": byHand(b, map[string]string{sheetOne: cells(strings.Repeat("<row>"+strings.Repeat("<c><v>1</v></c>", 200)+"</row>", 20_000))}),
		"commas":                     []byte("a,b\n" + strings.Repeat(",", sheet.MostBytes-10)),
		"many commas":                []byte("a,b\n" + strings.Repeat(strings.Repeat(",", 500)+"\n", 20_000)),
		"quotes":                     []byte("a,b\n" + strings.Repeat(`"`, sheet.MostBytes-10)),
		"quoted lines":               []byte("a,b\n\"" + strings.Repeat("\n", sheet.MostBytes-10)),
		"no lines":                   []byte(strings.Repeat("x;", sheet.MostBytes/2)),
	}
	for name, bomb := range bombs() {
		files[name] = byHand(b, bomb.parts)
	}
	for name, raw := range files {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = sheet.Read(raw)
			}
		})
	}
}
