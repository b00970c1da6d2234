package report

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"html/template"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/plan"
)

// templateText is a file with the text of the template that teams have, which is not ours to keep here.
var templateText = flag.String("template", "", "make templates/template.runs anew from this text")

func TestTheTemplateIsKnown(t *testing.T) {
	if *templateText != "" {
		text, err := os.ReadFile(*templateText)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("templates/template.runs", []byte(runsFile(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, run := range []string{"keep you safe", "find her, keep", "to view detail", "team plan", "next of kin", "agreed approach to"} {
		if likeness(run) != 1 {
			t.Errorf("%q is not known", run)
		}
	}
	if likeness("we keep a charger in each car") > 0.2 {
		t.Error("what no template says is known")
	}
}

// runsFile is a text's runs in the form of the file.
func runsFile(text string) string {
	all := map[uint32]bool{}
	for line := range strings.Lines(text) {
		if words := wordsOf(line); len(words) > 0 {
			for _, run := range runsOf(words) {
				all[run] = true
			}
		}
	}
	var raw []byte
	for _, run := range slices.Sorted(maps.Keys(all)) {
		raw = binary.BigEndian.AppendUint32(raw, run)
	}
	encoded := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	for len(encoded) > 0 {
		n := min(len(encoded), 120)
		b.WriteString(encoded[:n] + "\n")
		encoded = encoded[n:]
	}
	return b.String()
}

func filledOf(t testing.TB, raw []byte) Filled {
	t.Helper()
	f, err := ReadPlan(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wordsIn(p plan.Printed) plan.Words {
	w := plan.Words{}
	for _, part := range p.Parts {
		w[part.Section] = part.Own
	}
	return w.Trimmed()
}

func TestOurOwnExportComesBackAsItWas(t *testing.T) {
	for name, p := range map[string]plan.Printed{"a team's": echo(), "a long one": sixty(), "one with nothing in it": {Team: "New"}} {
		want := Filled{Team: p.Team, Words: wordsIn(p), Signatures: p.Signatures, Undated: p.Unsigned}
		if got := filledOf(t, planDOCXOf(t, p)); !cmp.Equal(got, want) {
			t.Errorf("%s: %s", name, cmp.Diff(want, got))
		}
	}
}

// Who had signed on paper is printed beneath those who signed the version, and is read again with them.
func TestWhoSignedOnPaperComesOutAgain(t *testing.T) {
	p := echo()
	p.OnPaper = []plan.Signed{{Name: "Kit Shaw", On: "19 November 2026"}, {Name: "Bea Holt", On: "soon"}}
	want := Filled{Team: p.Team, Words: wordsIn(p), Signatures: append(slices.Clone(p.Signatures), p.OnPaper...), Undated: p.Unsigned}
	raw := planDOCXOf(t, p)
	kept(t, "plan.docx", raw)
	kept(t, "plan.pdf", planPDFOf(t, p))
	if got := filledOf(t, raw); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	page := func(p plan.Printed) string {
		var b bytes.Buffer
		if err := template.Must(template.New("plan").Parse(planHTML)).Execute(&b, layPlan(p, printedAt)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if said := page(p); !strings.Contains(said, planBefore) || !strings.Contains(said, `<th scope="row">Kit Shaw</th><td>19 November 2026</td>`) {
		t.Errorf("the page does not say who signed on paper:\n%s", said)
	}
	if strings.Contains(page(echo()), planBefore) {
		t.Error("a plan that was never on paper speaks of paper")
	}
}

func TestAPlanFromWordIsRead(t *testing.T) {
	want := Filled{Team: "Family Links",
		Signatures: []plan.Signed{{Name: "Priya Nair", On: "13 November 2025"}, {Name: "Sam O’Hill", On: "13 November 2025"}}, Undated: []string{"Alex Doe"},
		Words: plan.Words{
			plan.Calendar:       "We share one colour for visits.",
			plan.NextOfKin:      "Sam keeps a list in the locked cupboard.",
			plan.PersonalSafety: "- keep a charger in the car\n- tell the buddy\nand go in pairs after dark, always",
			plan.CheckingIn:     "use the WhatsApp group “FL out”.\nSam is the buddy on Mondays.\nTuesday: Alex\nWednesday: Chris\n\nOn Fridays the manager is the buddy.",
			plan.CallingForHelp: "We ask for Ruby.",
		},
		Leftover: []string{"Our duty desk is on the second floor.", "Our team’s own calendar is called FL-visits.", "Nobody with that name works here or is known to the team: it means nothing at all."}}
	if got := filledOf(t, fromWord(t)); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestAPlanFromGoogleDocsIsRead(t *testing.T) {
	want := Filled{Team: "ECHo", Signatures: []plan.Signed{{Name: "Priya Nair", On: "13 November 2025"}, {Name: "Chris Żak", On: "soon"}},
		Words: plan.Words{plan.Calendar: "All visits are red.", plan.NextOfKin: "- Ask Sam\n- or Alex", plan.PersonalSafety: "take the dog spray", plan.CheckingIn: "text Sam",
			plan.CallingForHelp: "ask for Dr Brown", plan.Debriefing: "within a day"},
		Leftover: []string{"ECHo lone working"}}
	if got := filledOf(t, fromGoogle(t)); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestAPlanFromLibreOfficeIsRead(t *testing.T) {
	want := Filled{Team: "Locality North", Signatures: []plan.Signed{{Name: "Jo", On: "1 February 2026"}, {Name: "Kim", On: "3 February 2026"}}, Undated: []string{"Max"},
		Words: plan.Words{plan.Calendar: "Shared with all.", plan.NextOfKin: "The form is with Kim.", plan.PersonalSafety: "look after each other",
			plan.CheckingIn: "- ring\n- text\nWhatsApp\nGroup: North.", plan.CallingForHelp: "Our word: Scarlett", plan.Debriefing: "Kim, on the day."}}
	if got := filledOf(t, fromLibre(t)); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestAHeadingIsKnownInAnyOfItsSpellings(t *testing.T) {
	for text, want := range map[string]plan.Section{
		"1. Calendar Expectations – knowing where you are.": plan.Calendar, "CALENDAR EXPECTATIONS": plan.Calendar, "1 Calendar": plan.Calendar,
		"2. Next of Kin – knowing who to contact.": plan.NextOfKin, "2.  NOK": plan.NextOfKin, "Part 2 - Next of kin": plan.NextOfKin,
		"3. Planning & Personal safety – keeping ourselves safe.": plan.PersonalSafety, "Planing and personal safety": plan.PersonalSafety, "c) Personal safety": plan.PersonalSafety,
		"4. Checking in.": plan.CheckingIn, "Checking-in": plan.CheckingIn, "4.0 Checking in – knowing when and how to check in\t3": plan.CheckingIn,
		"5. Calling for help – knowing what to do if something goes wrong.": plan.CallingForHelp, "[5] Calling For Help:": plan.CallingForHelp,
		"6. Debriefing after – learning from incidents.": plan.Debriefing, "6. De-briefing": plan.Debriefing, "Debreifing": plan.Debriefing,
		"Calendar": "", "Planning": "", "Checking in with your buddy is what keeps you safe": "", "2. Next of kin are rung by the manager first": "",
		"We are calling for help": "", "Help": "", "": "", "1.": "", "Personal safety alarms are in the office": "",
	} {
		if got, more := headingOf(planLine{text: tidyLine(text)}); got != want || more {
			t.Errorf("%q is the heading of %q, want %q; says more: %v", text, got, want, more)
		}
	}
	if section, more := headingOf(planLine{text: "Calendar", bold: true}); section != plan.Calendar || more {
		t.Error("a short title in bold is none")
	}
	if section, more := headingOf(planLine{text: "Checking in with Sam", style: docx.Heading2}); section != plan.CheckingIn || !more {
		t.Error("a long title in a heading's style is none, or says no more than others")
	}
}

func TestADateIsReadDayFirst(t *testing.T) {
	for text, want := range map[string]string{
		"13/11/2025": "13 November 2025", "13/11/25": "13 November 2025", "3.2.2026": "3 February 2026", "13-11-25": "13 November 2025", "13 Nov 25": "13 November 2025", "1st Sept 2025": "1 September 2025",
		"13 NOVEMBER 2025": "13 November 2025", "Thurs 13 November 2025": "13 November 2025", "Nov 13, 2025": "13 November 2025", "2025-11-13": "13 November 2025", "22nd of June 2025": "22 June 2025",
		"11/13/2025": "11/13/2025", "31/2/2025": "31/2/2025", "13/11": "13/11", "yes": "yes", "": "", "Nov 25": "Nov 25",
	} {
		if got := asDate(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestWhatWasChangedInTheStandardTextIsLeftOver(t *testing.T) {
	debriefing := plan.Debriefing.Text().Paragraphs[0]
	f := filledOf(t, plainly(t, "6. Debriefing", debriefing, "It is recorded as an incident in the health-and-safety portal in Kim’s name. Ring Kim first."))
	if f.Words[plan.Debriefing] != "Ring Kim first." || !slices.Equal(f.Leftover, []string{"It is recorded as an incident in the health-and-safety portal in Kim’s name."}) {
		t.Errorf("read %q, left over %q", f.Words, f.Leftover)
	}
	f = filledOf(t, plainly(t, "6. Debriefing", debriefing+" We do so on the same day, with tea."))
	if f.Words[plan.Debriefing] != "We do so on the same day, with tea." || f.Leftover != nil {
		t.Errorf("read %q, left over %q", f.Words, f.Leftover)
	}
}

func TestABoxUnderNoHeadingIsKnownByItsLead(t *testing.T) {
	f := filledOf(t, wordFile(t, wordBox(para(run("All team members will…")), para(run("look up")))))
	if !cmp.Equal(f.Words, plan.Words{plan.PersonalSafety: "look up"}) || f.Leftover != nil {
		t.Errorf("read %q, left over %q", f.Words, f.Leftover)
	}
}

// Where a section is told twice, both are kept; a list of what the plan covers is none of it.
func TestASectionMayGoOn(t *testing.T) {
	f := filledOf(t, plainly(t, "1. Calendar", "one", "4. Checking in", "two", "1. Calendar (see above)", "Calendar expectations", "three"))
	if !cmp.Equal(f.Words, plan.Words{plan.Calendar: "one\nthree", plan.CheckingIn: "two\n1. Calendar (see above)"}) {
		t.Errorf("read %q", f.Words)
	}
	f = filledOf(t, plainly(t, "Calendar expectations", "Next of kin", "Checking in", "we ring"))
	if !cmp.Equal(f.Words, plan.Words{plan.CheckingIn: "we ring"}) {
		t.Errorf("read %q", f.Words)
	}
}

func TestOurSettingsAreKnownAndWhatIsTypedBeneathIsNot(t *testing.T) {
	raw := planDOCXOf(t, echo())
	d := documentOf(t, raw)
	for i, b := range d.Blocks {
		if p, is := b.(docx.Paragraph); is && p.Text == "Workers are reminded at the end of a visit." {
			d.Blocks = slices.Insert(d.Blocks, i+1, docx.Block(docx.Paragraph{Style: docx.Setting, Text: "Sam rings too."}), docx.Block(docx.Paragraph{Text: "So does Kim."}))
			break
		}
	}
	var b bytes.Buffer
	if err := docx.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	f := filledOf(t, b.Bytes())
	if !cmp.Equal(f.Words, wordsIn(echo())) || !slices.Equal(f.Leftover, []string{"Sam rings too.", "So does Kim."}) {
		t.Errorf("read %q, left over %q", f.Words, f.Leftover)
	}
}

func TestTheTeamsNameIsFound(t *testing.T) {
	for name, body := range map[string]string{
		"beside its label":       textRows([]string{"Team Name:", "ECHo"}),
		"beside an empty cell":   textRows([]string{"Team Name", "", "ECHo"}),
		"under its label":        textRows([]string{"Name of team"}, []string{"ECHo"}),
		"after its label":        textRows([]string{"Team name – ECHo"}),
		"in a line":              para(run("Team: ECHo")),
		"in the line after":      para(run("Team Name")) + para() + para(run("ECHo")),
		"in a table of two rows": textRows([]string{"Manager", "Sam"}, []string{"Team", "ECHo"}),
	} {
		f := filledOf(t, wordFile(t, body, sign("Priya")))
		if f.Team != "ECHo" || len(f.Signatures) != 1 {
			t.Errorf("%s: the team is %q, signed by %v", name, f.Team, f.Signatures)
		}
	}
	if f := filledOf(t, wordFile(t, textRows([]string{"Name", "Team", "Phone"}, []string{"Sam", "ECHo", "1"}))); f.Team != "" || len(f.Leftover) != 2 {
		t.Errorf("a table of people names the team %q, and leaves over %q", f.Team, f.Leftover)
	}
}

func TestTwoColumnsOfSignaturesAreRead(t *testing.T) {
	f := filledOf(t, wordFile(t, textRows([]string{"Read and understood"}, []string{"Name", "Date", "Name", "Date"}, []string{"Jo", "1/3/26", "Kim", "2/3/26"}, []string{"", "", "", ""}, []string{"", "3/3/26", "Max", ""})))
	want := Filled{Words: plan.Words{}, Signatures: []plan.Signed{{Name: "Jo", On: "1 March 2026"}, {Name: "Kim", On: "2 March 2026"}}, Undated: []string{"Max"}, Leftover: []string{"Read and understood", "3/3/26"}}
	if !cmp.Equal(f, want) {
		t.Error(cmp.Diff(want, f))
	}
}

func TestWhatIsNoPlanIsRefused(t *testing.T) {
	_, err := ReadPlan(strings.NewReader("%PDF-1.7"), 8)
	if refusal, is := errors.AsType[Refusal](err); !is || !strings.HasSuffix(string(refusal), "try again.") {
		t.Errorf("refused with %v", err)
	}
}

// pieces are what makes reading hard: what has a meaning elsewhere in a plan, and what is not to be seen.
var pieces = []string{
	"In our team we…", "All team members will…", "In our team", "4. Checking in", "Debriefing", "Name", "Date", "Team name:", "Team: x", "13/11/25", "What Allclear does for this team:", "Appendices",
	"- ", "•", "– ", "-", "\n", "\n\n\n", " ", "\t", "\u00a0", "\u200b", "\r\n", "Version 3.", "Each entry says clearly whom you are seeing and where.", "It covers:", "<w:p>&", "\x00", "\ufffe", "{nb}", "ŵ", "Ż", "🙂", "ring Sam", "1.", "…",
}

// Whatever a team wrote and is called, what is exported is read again the same, and a second time to the letter.
func TestWhateverATeamWroteComesBack(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 12).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(r *rapid.T) {
		p, own := echo(), text.Draw(r, "own words")
		p.Team, p.Parts[2].Own, p.Parts[3].Own = text.Draw(r, "team"), own, text.Draw(r, "more")
		p.Signatures[0] = plan.Signed{Name: text.Draw(r, "name"), On: text.Draw(r, "on")}
		first := filledOf(t, planDOCXOf(t, p))
		if got, want := letters(first.Words[plan.PersonalSafety]), letters(own); got != want {
			r.Errorf("%q came back as %q", want, got)
		}
		if len(first.Signatures) < 2 {
			r.Errorf("signed by %v", first.Signatures)
		}
		p.Team, p.Signatures = first.Team, first.Signatures
		for i, part := range p.Parts {
			p.Parts[i].Own = first.Words[part.Section]
		}
		second := filledOf(t, planDOCXOf(t, p))
		if !cmp.Equal(second.Words, first.Words) || second.Team != first.Team || !cmp.Equal(second.Signatures, first.Signatures) {
			r.Errorf("the second time %s", cmp.Diff(first, second))
		}
	})
}

// letters is a text without what is between its words, and without the marks of its items.
func letters(s string) string {
	var kept []string
	for line := range strings.Lines(strings.NewReplacer("\ufffe", "\ufffd", "\uffff", "\ufffd").Replace(Showable(strings.TrimSpace(s)))) {
		kept = append(kept, strings.Fields(strings.TrimPrefix(tidyLine(line), "- "))...)
	}
	return strings.Join(kept, "")
}

// FuzzNoWordIsLost: wherever a line stands in a document, a word of it that no template has is somewhere in what is read.
func FuzzNoWordIsLost(f *testing.F) {
	f.Add("Calendar expectations\nshare it\nTeam name\nIn our team we…\nring Sam", "pbthlbfs")
	f.Add("4. Checking in\nwe ring. Then we text. Text when you are about to go in.\nName\nDate\n1/2/26", "hpttttssff")
	f.Add("Appendices\nAll team members will…\nTeam: x\n- a", "hbppc")
	f.Fuzz(func(t *testing.T, text, shape string) {
		var body []string
		var marks []string
		for i, line := range strings.Split(text, "\n") {
			if i >= len(shape) || i > 40 {
				break
			}
			mark := "qx" + strings.Repeat("z", i) + "q"
			marks = append(marks, mark)
			body = append(body, shaped(shape[i], strings.ToValidUTF8(Showable(line), "?")+" "+mark))
		}
		read := filledOf(t, wordFile(t, body...))
		all := []string{read.Team, strings.Join(read.Undated, "\n"), strings.Join(read.Leftover, "\n")}
		for _, s := range read.Signatures {
			all = append(all, s.Name, s.On)
		}
		for _, words := range read.Words {
			all = append(all, words)
		}
		for _, mark := range marks {
			if !strings.Contains(strings.Join(all, "\n"), mark) {
				t.Errorf("%s is lost of %q in the shape %q: %+v", mark, text, shape, read)
			}
		}
	})
}

// shaped puts a line into a document in one of the ways in which lines stand in one.
func shaped(shape byte, line string) string {
	switch shape {
	case 'b':
		return para(boldRun(line))
	case 'h':
		return styled("Heading1", line)
	case 'l':
		return listed(line)
	case 't':
		return wordBox(para(run(line)))
	case 's':
		return textRows([]string{"Name", "Date"}, []string{line, "1/2/26"})
	case 'd':
		return textRows([]string{"Name", "Date"}, []string{line, ""}, []string{"", line})
	case 'f':
		return `<w:p><w:r><w:pict><w:txbxContent>` + para(run(line)) + `</w:txbxContent></w:pict></w:r></w:p>`
	case 'c':
		return textRows([]string{"Team name", line})
	case 'r':
		return textRows([]string{line, "beside", line})
	case 'S':
		return styled("Setting", line)
	default:
		return para(run(line))
	}
}
