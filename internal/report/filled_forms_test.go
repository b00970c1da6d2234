package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/plan"
)

// spanning is a row of cells, each as wide as is given before it.
func spanning(widthsAndTexts ...string) string {
	var b strings.Builder
	b.WriteString(`<w:tr>`)
	for i := 0; i+1 < len(widthsAndTexts); i += 2 {
		b.WriteString(`<w:tc><w:tcPr><w:gridSpan w:val="` + widthsAndTexts[i] + `"/></w:tcPr>` + para(run(widthsAndTexts[i+1])) + `</w:tc>`)
	}
	b.WriteString(`</w:tr>`)
	return b.String()
}

// A plan that somebody made in Word as a form: merged cells, tick boxes, smart tags, a large first letter.
func TestAPlanThatIsAFormInWordIsRead(t *testing.T) {
	tick := `<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>`
	raw := wordFile(t,
		styled("Title", "Lone-working team plan"),
		`<w:tbl>`+spanning("3", "Signed by")+spanning("2", "Name", "1", "Date")+spanning("1", "Priya", "1", "Nair", "1", "13/11/2025")+spanning("1", "Sam", "1", "O’Hill", "1", "")+`</w:tbl>`,
		styled("Heading1", "1. Calendar expectations – knowing where you are"),
		`<w:p><w:pPr><w:framePr w:dropCap="drop" w:lines="2"/></w:pPr>`+run("V")+`</w:p>`, para(run("isits to "), `<w:smartTag w:element="City">`+run("Stroud")+`</w:smartTag>`, run(" are green.")),
		styled("Heading1", "4. Checking in"),
		`<w:tbl>`+spanning("2", "In our team we…")+spanning("1", "text Sam", "1", "by day")+`<w:tr><w:tc>`+para(tick, run(" ring Alex after five"))+`</w:tc></w:tr></w:tbl>`,
	)
	got, err := ReadPlan(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Words{plan.Calendar: "Visits to Stroud are green.", plan.CheckingIn: "text Sam: by day\n☒ ring Alex after five"}
	if !cmp.Equal(got.Words, want) {
		t.Error(cmp.Diff(want, got.Words))
	}
	if !slices.Equal(got.Signatures, []plan.Signed{{Name: "Priya Nair", On: "13 November 2025"}}) || !slices.Equal(got.Undated, []string{"Sam O’Hill"}) || len(got.Leftover) > 0 {
		t.Errorf("signed is %+v, not dated %q, left over %q", got.Signatures, got.Undated, got.Leftover)
	}
}
