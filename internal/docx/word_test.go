package docx

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func wordLine(text string) string { return `<w:p><w:r><w:t>` + text + `</w:t></w:r></w:p>` }

// wordCell is a cell that goes over so many columns.
func wordCell(span, text string) string {
	return `<w:tc><w:tcPr><w:tcW w:w="100"/><w:gridSpan w:val="` + span + `"/></w:tcPr>` + wordLine(text) + `</w:tc>`
}

// What Word itself makes, beside what TestTheWordsOfAnyWriterAreRead has. The structures are those of documents that Word made.
func TestWhatWordMakesIsRead(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"smart tags within each other", `<w:p><w:smartTag w:uri="u" w:element="place"><w:smartTagPr><w:attr w:name="n" w:val="v"/></w:smartTagPr><w:smartTag w:element="City"><w:r><w:t>Gloucester</w:t></w:r></w:smartTag></w:smartTag><w:r><w:t> office</w:t></w:r></w:p>`, "Gloucester office"},
		{"custom XML around a line", `<w:customXml w:element="x"><w:customXmlPr><w:placeholder w:val="p"/></w:customXmlPr>` + wordLine("within") + `</w:customXml>`, "within"},
		{"a large first letter", `<w:p><w:pPr><w:keepNext/><w:framePr w:dropCap="drop" w:lines="3"/></w:pPr><w:r><w:t>W</w:t></w:r></w:p>` + wordLine("e keep in touch."), "We keep in touch."},
		{"a frame that is none", `<w:p><w:pPr><w:framePr w:w="100"/></w:pPr><w:r><w:t>One.</w:t></w:r></w:p>` + wordLine("Two."), "One.|Two."},
		{"soft and hard hyphens, a set tab", `<w:p><w:r><w:t>co</w:t><w:softHyphen/><w:t>op</w:t><w:ptab w:alignment="right"/><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r></w:p>`, "coop\ta-b"},
		{"a spelling mistake, a bookmark and a comment", `<w:p><w:bookmarkStart w:id="0"/><w:commentRangeStart w:id="1"/><w:r><w:t>Sc</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>arl</w:t></w:r><w:bookmarkEnd w:id="0"/><w:r><w:t>ett</w:t></w:r><w:proofErr w:type="spellEnd"/><w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r></w:p>`, "Scarlett"},
		{"a look that was changed under review", `<w:p><w:pPr><w:pPrChange w:id="1"><w:pPr><w:pStyle w:val="Heading1"/></w:pPr></w:pPrChange></w:pPr><w:r><w:rPr><w:rPrChange w:id="2"><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>kept</w:t></w:r></w:p>`, "kept"},
		{"a tick box of today", `<w:p><w:sdt><w:sdtPr><w14:checkbox xmlns:w14="w14"><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t> yes</w:t></w:r></w:p>`, "☒ yes"},
		{"tick boxes of old forms", `<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="c"/><w:checkBox><w:sizeAuto/><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t> yes </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:t> no</w:t></w:r></w:p>`, "☒ yes ☐ no"},
		{"what was chosen in old forms", `<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="Sam"/><w:listEntry w:val="Alex"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:listEntry w:val=", Monday"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="7"/></w:ddList></w:ffData></w:fldChar></w:r></w:p>`, "Alex, Monday"},
		{"what was typed in old forms", `<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:textInput><w:default w:val="your team"/></w:textInput></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMTEXT </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>ECHo</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`, "ECHo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(Words(readBack(t, file(t, c.body)).Blocks), "|"); got != c.want {
				t.Errorf("read %q, want %q", got, c.want)
			}
		})
	}
}

// Where cells are merged, what stands under a head still stands under it.
func TestMergedCellsKeepTheirColumns(t *testing.T) {
	table := func(rows ...string) []Row {
		t.Helper()
		return readBack(t, file(t, `<w:tbl><w:tblGrid/><w:tr>`+strings.Join(rows, `</w:tr><w:tr>`)+`</w:tr></w:tbl>`)).Blocks[0].(Table).Rows
	}
	texts := func(rows []Row) (all []string) {
		for _, row := range rows {
			var cells []string
			for _, cell := range row {
				if cell == nil {
					cells = append(cells, "–")
					continue
				}
				cells = append(cells, strings.Join(Words(cell), " "))
			}
			all = append(all, strings.Join(cells, "|"))
		}
		return all
	}
	for _, c := range []struct {
		name string
		rows []Row
		want []string
	}{
		{"a head over two columns", table(wordCell("2", "Name")+wordCell("1", "Date"), wordCell("1", "Priya")+wordCell("1", "Nair")+wordCell("1", "1 May")), []string{"Name|–|Date", "Priya|Nair|1 May"}},
		{"every row alike", table(wordCell("3", "Name")+wordCell("2", "Date"), wordCell("3", "Priya")+wordCell("2", "1 May")), []string{"Name|Date", "Priya|1 May"}},
		{"a row that begins later", table(wordCell("1", "a")+wordCell("1", "b"), `<w:trPr><w:gridBefore w:val="1"/></w:trPr>`+wordCell("1", "c")), []string{"a|b", "–|c"}},
		{"a number that is none", table(wordCell("x", "a") + wordCell("-5", "b") + wordCell("999999999999", "c")), []string{"a|b|c"}},
	} {
		if got := texts(c.rows); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %s", c.name, cmp.Diff(c.want, got))
		}
	}
}
