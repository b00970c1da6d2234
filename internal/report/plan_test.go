package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/plan"
)

var printedAt = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

// echo is a plan as a team has it: words in four sections, three signatures, two who have not signed.
func echo() plan.Printed {
	p := plan.Printed{Team: "ECHo, Caerdydd a Świdnica", Version: 3, PublishedOn: "3 March 2026", ReviewOn: "3 March 2027",
		Signatures: []plan.Signed{{Name: "Priya Nair", On: "4 March 2026"}, {Name: "Siân Ŵyn-Łukasiewicz", On: "5 March 2026"}, {Name: "Sam O’Hill", On: "13 November 2026"}},
		Unsigned:   []string{"Alex Doe", "Chris Żak"}}
	own := plan.Words{
		plan.Calendar:       "Visits are in colour:\n- green for home visits\n- blue for family time\n\nWe look at them each morning.",
		plan.PersonalSafety: "keep a charger in the car.",
		plan.CheckingIn:     "use the buddy that is named for the visit.\nIn our team we never text from the doorstep.",
		plan.CallingForHelp: "we ask for Ruby.",
	}
	for i, section := range plan.Sections() {
		p.Parts = append(p.Parts, plan.PrintedPart{Section: section, Number: i + 1, Standard: section.Text(), Own: own[section]})
	}
	p.Parts[3].Settings = []string{"Fifteen minutes after the expected end, silence becomes an alarm.", "Workers are reminded at the end of a visit."}
	return p
}

// sixty is a plan with 60 signatures and as many words as a section may have.
func sixty() plan.Printed {
	p := echo()
	p.Signatures = nil
	for i := range 60 {
		p.Signatures = append(p.Signatures, plan.Signed{Name: fmt.Sprintf("Team member number %d", i+1), On: "13 November 2026"})
	}
	for i := range p.Parts {
		p.Parts[i].Own = strings.Repeat("We keep our phones charged and on us, wherever we go. ", 110)
	}
	return p
}

func planPartOf(t testing.TB, p plan.Printed) string {
	t.Helper()
	var b bytes.Buffer
	if err := PlanPart(&b, p, printedAt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func planPDFOf(t testing.TB, p plan.Printed) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PlanPDF(&b, p, printedAt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func planDOCXOf(t testing.TB, p plan.Printed) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PlanDOCX(&b, p, printedAt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kept writes what a test made where it can be looked at: go test -artifacts -outputdir DIR.
func kept(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAPlanOnPaperHasAllOfIt(t *testing.T) {
	page := planPartOf(t, echo())
	kept(t, "plan.html", []byte(page))
	kept(t, "plan.pdf", planPDFOf(t, echo()))
	for _, want := range []string{
		"<dd>ECHo, Caerdydd a Świdnica</dd>", "Version 3, published on 3 March 2026, to be looked at again by 3 March 2027.",
		`<h2 id="calendar">1. Calendar expectations – knowing where you are</h2>`, `<h2 id="debriefing">6. Debriefing – learning from what happened</h2>`,
		"<li>green for home visits</li>\n<li>blue for family time</li>", "<p>We look at them each morning.</p>", `<p class="lead">All team members will…</p>`,
		"<li>Workers are reminded at the end of a visit.</li>", `<th scope="row">Priya Nair</th><td>4 March 2026</td>`, `<th scope="row">Chris Żak</th><td></td>`,
		"version 3 of 3 March 2026, printed on 22 November 2026",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, section := range plan.Sections() {
		for _, text := range section.Text().Paragraphs {
			if !strings.Contains(page, strings.TrimPrefix(text, "- ")) {
				t.Errorf("the page lacks %q", text)
			}
		}
	}
}

func TestAPlanOnAPageHasNoStyleOfItsOwn(t *testing.T) {
	page := planPartOf(t, echo())
	if strings.Contains(page, " style=") || strings.Contains(page, "<script") || strings.Contains(page, "<style") {
		t.Errorf("the page's policy would not show it: %s", page)
	}
}

func TestADraftSaysThatItIsNotToBeSigned(t *testing.T) {
	p := echo()
	p.Version, p.PublishedOn, p.Signatures, p.Unsigned = 0, "", nil, nil
	page := planPartOf(t, p)
	if !strings.Contains(page, "A draft: not published, and not to be signed.") || !strings.Contains(page, "Świdnica, draft, printed on") || strings.Count(page, "<tr><td></td><td></td></tr>") != emptyRows {
		t.Errorf("the draft is\n%s", page)
	}
}

func TestWhatATeamTypedIsNoMarkup(t *testing.T) {
	p := echo()
	p.Team, p.Parts[0].Own, p.Signatures[0].Name = "<b>{nb}</b>", "<script>alert(1)</script>\u202e{nb}", "</td><td>"
	page := planPartOf(t, p)
	for _, bad := range []string{"<script", "<b>", "\u202e"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	planPDFOf(t, p)
	if d := documentOf(t, planDOCXOf(t, p)); !slices.Contains(docx.Words(d.Blocks), "<script>alert(1)</script>\ufffd{nb}") {
		t.Error("the document has not what was typed")
	}
}

func documentOf(t testing.TB, raw []byte) docx.Document {
	t.Helper()
	d, err := docx.Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPlanWith60SignaturesGoesOnOverPages(t *testing.T) {
	pdf := planPDFOf(t, sixty())
	kept(t, "sixty.pdf", pdf)
	if n := pages(pdf); n < 12 || n > 22 {
		t.Errorf("the plan has %d pages", n)
	}
	if !bytes.Contains(pdf, []byte("/Lang (en-GB)")) || !bytes.Contains(pdf, []byte("/Title ")) {
		t.Error("the PDF does not say its language and title")
	}
	if !bytes.Equal(pdf, planPDFOf(t, sixty())) {
		t.Error("the same plan gives another PDF")
	}
}

// What does not fit a line is broken, not lost, and nothing hangs.
func TestLongWordsArePrinted(t *testing.T) {
	p := echo()
	long := strings.Repeat("Llanfairpwllgwyngyll", 300)
	p.Team, p.Parts[0].Own, p.Parts[1].Own, p.Unsigned[0] = long, long, strings.Repeat("- "+long+"\n\n", 3), long
	p.Parts[2].Settings = []string{long}
	p.Parts[4].Own = strings.Repeat("\n", 200) + "one\n" + strings.Repeat("🙂 ", 200) + "\ttab"
	pdf := planPDFOf(t, p)
	kept(t, "long.pdf", pdf)
	if n := pages(pdf); n < 8 {
		t.Errorf("the plan has %d pages", n)
	}
	kept(t, "long.docx", planDOCXOf(t, p))
	planPartOf(t, p)
}

func TestAPlanAsADocumentHasRealStyles(t *testing.T) {
	raw := planDOCXOf(t, echo())
	kept(t, "plan.docx", raw)
	kept(t, "sixty.docx", planDOCXOf(t, sixty()))
	d := documentOf(t, raw)
	if d.Title != "Lone-working team plan: ECHo, Caerdydd a Świdnica" || d.Language != "en-GB" {
		t.Errorf("the document says that it is %q in %q", d.Title, d.Language)
	}
	counts := map[docx.Style]int{}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case docx.Paragraph:
			counts[b.Style]++
		case docx.Table:
			if len(b.Rows[0]) == 2 && b.Header {
				counts["signed"] += len(b.Rows)
			}
		}
	}
	if counts[docx.Title] != 1 || counts[docx.Heading1] != 6 || counts[docx.Numbered] != 6 || counts[docx.Setting] != 3 || counts["signed"] != 6 {
		t.Errorf("its styles are %v", counts)
	}
}

func BenchmarkPlanPDF(b *testing.B) {
	for b.Loop() {
		planPDFOf(b, sixty())
	}
}

func BenchmarkPlanDOCX(b *testing.B) {
	for b.Loop() {
		planDOCXOf(b, sixty())
	}
}
