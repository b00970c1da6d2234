package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"
	"testing"
)

// The documents here imitate what writers make, by their own habits: nobody else's files are kept.

const documentOpen = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>`

// wordFile is a document of these pieces of a body.
func wordFile(t testing.TB, body ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range [][2]string{{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", documentOpen + strings.Join(body, "") + "<w:sectPr/></w:body></w:document>"}} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
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

// run is text of one look; para a paragraph of runs.
func run(text string) string {
	return `<w:r><w:t xml:space="preserve">` + html.EscapeString(text) + `</w:t></w:r>`
}
func boldRun(text string) string {
	return `<w:r><w:rPr><w:b/><w:bCs/></w:rPr><w:t xml:space="preserve">` + html.EscapeString(text) + `</w:t></w:r>`
}
func para(runs ...string) string {
	return `<w:p w:rsidR="00A1"><w:pPr><w:spacing w:after="0"/></w:pPr>` + strings.Join(runs, `<w:proofErr w:type="spellEnd"/>`) + `</w:p>`
}
func styled(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + run(text) + `</w:p>`
}
func listed(text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="ListParagraph"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>` + run(text) + `</w:p>`
}

// cells is a table of rows, each a list of cells' contents.
func cells(rows ...[]string) string {
	var b strings.Builder
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr><w:tblGrid><w:gridCol w:w="9016"/></w:tblGrid>`)
	for _, row := range rows {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for _, cell := range row {
			b.WriteString(`<w:tc><w:tcPr><w:tcW w:w="9016" w:type="dxa"/></w:tcPr>` + cell + `</w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>`)
	return b.String()
}

// textRows are cells of one paragraph each.
func textRows(rows ...[]string) string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		for _, text := range row {
			all[i] = append(all[i], para(run(text)))
		}
	}
	return cells(all...)
}

// wordBox is a box with a lead and what a team typed.
func wordBox(content ...string) string { return cells([]string{strings.Join(content, "")}) }

// fromWord is a plan as a team has it that types into the template in Word, with its changes tracked.
func fromWord(t testing.TB) []byte {
	inserted := func(s string) string {
		return `<w:ins w:id="1" w:author="Sam" w:date="2025-11-13T10:00:00Z">` + s + `</w:ins>`
	}
	deleted := func(s string) string {
		return `<w:del w:id="2" w:author="Sam" w:date="2025-11-13T10:00:00Z"><w:r><w:delText>` + s + `</w:delText></w:r></w:del>`
	}
	floating := `<w:txbxContent>` + para(run("We share one colour for visits.")) + `</w:txbxContent>`
	return wordFile(t,
		styled("Title", "Lone-working team plan"),
		cells([]string{para(run("Team Name")), `<w:sdt><w:sdtPr><w:alias w:val="Team"/></w:sdtPr><w:sdtContent>` + para(run("Family "), run("Links")) + `</w:sdtContent></w:sdt>`}),
		para(run("It covers:")),
		listed("Calendar Expectations – knowing where you are."), listed("Next of Kin – knowing who to contact."), listed("Planning & Personal safety – keeping ourselves safe."),
		listed("Checking in – knowing when and how to check in."), listed("Calling for help – knowing what to do if something goes wrong."), listed("Debriefing after – learning from incidents."),
		cells([]string{para(), para(run("Name")), para(run("Date"))}, []string{para(run("1")), para(run("Priya "), run("Nair")), para(run("13/11/2025"))},
			[]string{para(run("2")), para(run("Sam O’Hill")), para(run("13 Nov 25"))}, []string{para(run("3")), para(run("Alex Doe")), para()}, []string{para(run("4")), para(), para()}),
		styled("Heading1", "1. Calendar Expectations – knowing where you are."),
		para(run("Each entry says clearly whom you are "), run("seeing and where.")),
		para(run("Our team’s own calendar is called FL-visits. "), `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>`+floating+`</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>`+floating+`</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`),
		para(boldRun("2. Next of "), boldRun("kin – knowing who to contact")),
		para(run("You keep your details up to date yourself, here and in the HR system. Sam keeps a list in the locked cupboard.")),
		styled("Heading1", "3. Planning & Personal Safety – keeping ourselves safe."),
		para(run("If you come by car, the team knows its make, colour and registration.")),
		wordBox(para(run("All team members will..")), listed("keep a charger in the car"), listed("tell the buddy"), para(run("and go in pairs after dark"), deleted(" or not"), inserted(run(", always")))),
		para(),
		para(run("4. Checking in.")),
		wordBox(para(run("In our team we… use the WhatsApp group “FL out”."), `<w:r><w:br/></w:r>`, run("Sam is the buddy on Mondays.")), textRows([]string{"Tuesday", "Alex"}, []string{"Wednesday", "Chris"}), para()),
		para(run("On Fridays the manager is the buddy.")),
		styled("Heading1", "5. Calling for help – knowing what to do if something goes wrong."),
		para(run("Nobody with that name works here or is known to the team: it means nothing at all.")),
		wordBox(para(run("We ask for "), `<w:hyperlink r:id="rId9">`+run("Ruby")+`</w:hyperlink>`, run("."))),
		styled("Heading1", "6. Debriefing after – learning from incidents."),
		wordBox(`<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>`+para(run("Click or tap here to enter text."))+`</w:sdtContent></w:sdt>`),
		styled("Heading1", "Appendices"),
		para(run("Our duty desk is on the second floor.")),
	)
}

// fromGoogle is one from Google Docs: plain and bold paragraphs, no numbering, boxes made of one cell.
func fromGoogle(t testing.TB) []byte {
	return wordFile(t,
		para(boldRun("ECHo lone working")), para(run("Team name: ECHo")), para(),
		textRows([]string{"Staff name", "Signature", "Date signed"}, []string{"Priya Nair", "P. Nair", "Thursday 13th November, 2025"}, []string{"Chris Żak", "Chris Żak", "soon"}),
		para(boldRun("Calendar expectations")), para(run("All visits are red.")),
		para(boldRun("NEXT OF KIN")), para(run("• Ask Sam")), para(run("–  or Alex")),
		para(boldRun("Planning and personal safety")), wordBox(para(run("take the dog spray"))),
		para(boldRun("Checking-in")), para(run("In our team we…")), para(run("text Sam")), para(),
		para(boldRun("Calling for help")), wordBox(para(run("If this is different for your team, outline your plan here")), para(run("ask for Dr Brown"))),
		para(boldRun("De-briefing after incidents")), para(run("within a day")),
	)
}

// fromLibre is one from LibreOffice: sections within a layout table, a heading misspelt, its boxes as frames.
func fromLibre(t testing.TB) []byte {
	frame := func(s string) string {
		return `<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>` + s + `</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>`
	}
	return wordFile(t,
		cells([]string{para(run("Name of team")) + para()}, []string{para(run("Locality North"))}),
		cells([]string{styled("berschrift1", "Section 1: Calender expectations") + para(run("Shared with all.")), para()}),
		styled("Heading2", "2 Next of kin details"), para(run("The form is with Kim.")),
		styled("Heading2", "(3) Planning & Personal Safety"), frame(para(run("All team members will: look after each other"))),
		styled("Heading2", "IV. Check-ins"), frame(para(run("In our team we:"))+listed("ring")+listed("text")),
		styled("Heading3", "WhatsApp"), para(run("Group: North.")),
		styled("Heading2", "5) Calling for help"), textRows([]string{"Our word", "Scarlett"}),
		styled("Heading2", "6 – Debrief"), para(run("Kim, on the day.")),
		textRows([]string{"Jo", "1.2.2026"}, []string{"Kim", "2026-02-03"}, []string{"Max", ""}),
	)
}

// plainly is a document of plain paragraphs.
func plainly(t testing.TB, lines ...string) []byte {
	var body []string
	for _, line := range lines {
		body = append(body, para(run(line)))
	}
	return wordFile(t, body...)
}

func sign(names ...string) string {
	rows := [][]string{{"Name", "Date"}}
	for i, name := range names {
		rows = append(rows, []string{name, fmt.Sprintf("%d/3/26", i+1)})
	}
	return textRows(rows...)
}
