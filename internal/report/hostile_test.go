package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
)

// hostile are words that break what is made of them where nobody thought of it.
var hostile = map[string]string{
	"control characters": "a\x00b\x07c\x1b[31md\x7fe\u0085f",
	"turned round":       "name \u202egpj.exe\u2066x\u2069",
	"a very long word":   strings.Repeat("W", 5000),
	"emoji":              "🙂👩🏾‍🚒🇬🇧 " + strings.Repeat("👩‍👩‍👧‍👦", 200),
	"marks on a letter":  "a" + strings.Repeat("\u0301", 2000),
	"no UTF-8":           "a\xff\xfeb",
	"markup":             `</w:t></w:r><w:r><w:fldSimple w:instr="DDEAUTO c:\\x"/>&amp;<!--`,
	"PDF":                `) Tj ET /JavaScript (app.alert(1)) << /AA`,
	"right to left":      "שלום مرحبا",
	"line ends":          "a\r\nb\rc\u2028d\u2029e\vf\ff",
	"nothing but spaces": strings.Repeat(" ", 3000),
}

func TestHostileWordsMakeSoundDocuments(t *testing.T) {
	at := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	for name, words := range hostile {
		v := plan.Version{Team: words, Settings: plan.Standard(), Words: plan.Words{plan.CheckingIn: words, plan.Debriefing: "- " + words + "\n\n" + words}}
		p := v.Printed()
		p.Signatures = []plan.Signed{{Name: words, On: words}}
		var pdf, docx bytes.Buffer
		if err := errors.Join(report.PlanPDF(&pdf, p, at), report.PlanDOCX(&docx, p, at)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) || bytes.Contains(pdf.Bytes(), []byte("app.alert")) {
			t.Errorf("%s: the PDF is none, or holds what was written as it was", name)
		}
		soundDOCX(t, name, docx.Bytes())
		if _, err := report.ReadPlan(bytes.NewReader(docx.Bytes()), int64(docx.Len())); err != nil {
			t.Errorf("%s: what was printed is not read again: %v", name, err)
		}
		var sheet bytes.Buffer
		i := report.Incident{ID: "i", Team: words, Zone: time.UTC, WrittenAt: at, Is: incident.Incident{Name: words, Description: words, Place: words, Day: "2026-11-20", Kind: "verbal"}}
		if err := i.PDF(&sheet); err != nil || !bytes.HasPrefix(sheet.Bytes(), []byte("%PDF-")) {
			t.Errorf("%s: an incident: %v", name, err)
		}
	}
}

// soundDOCX says that each part is XML, that no field computes but the numbers of pages, and that nothing turns the text round.
func soundDOCX(t *testing.T, name string, raw []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(string(text), "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x00\x07\x1b") {
			t.Errorf("%s: %s holds what nobody sees", name, f.Name)
		}
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %s is no XML: %v", name, f.Name, err)
				break
			}
			if e, is := token.(xml.StartElement); is && e.Name.Local == "fldSimple" && strings.Contains(e.Attr[0].Value, "DDE") {
				t.Errorf("%s: %s has a field", name, f.Name)
			}
		}
	}
}

func TestTheRecordForASpreadsheetComputesNothing(t *testing.T) {
	var out bytes.Buffer
	write := report.RecordLines(&out, true)
	if err := write(store.Extract{ID: "=1+1", By: "-2", Via: "token", Token: `=HYPERLINK("http://example.org")`, Visit: "@x"}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for n, cell := range rows[1] {
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
			t.Errorf("%s is computed: %s", rows[0][n], cell)
		}
	}
}
