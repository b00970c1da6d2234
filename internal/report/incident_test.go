package report_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/report"
)

var recorded = time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)

func anIncident() report.Incident {
	return report.Incident{ID: "i-7", Team: "ECHo", RecordedAt: recorded, ChangedAt: recorded, WrittenAt: recorded, Zone: time.UTC,
		Is: incident.Incident{Name: "Priya Nair", Employment: "employee", Day: "2026-11-21", Kind: "violence", Harm: "fracture", Description: "=HYPERLINK(\"http://x\")", Place: "1 Example Street\n+44 flat"}}
}

func TestAnIncidentPrintsWithWhatTheLawAsks(t *testing.T) {
	var a, b bytes.Buffer
	if err := anIncident().PDF(&a); err != nil {
		t.Fatal(err)
	}
	if err := anIncident().PDF(&b); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("the same incident prints otherwise: %v", err)
	}
	if !bytes.HasPrefix(a.Bytes(), []byte("%PDF-")) || a.Len() < 5000 {
		t.Errorf("%d bytes", a.Len())
	}
	other := anIncident()
	other.Is.Harm = "none"
	b.Reset()
	if err := other.PDF(&b); err != nil || bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("what the law asks is not in it")
	}
}

func TestIncidentsAreATableThatComputesNothing(t *testing.T) {
	var out bytes.Buffer
	if err := report.IncidentsCSV(&out, []report.Incident{anIncident()}); err != nil {
		t.Fatal(err)
	}
	raw, marked := strings.CutPrefix(out.String(), "\ufeff")
	if !marked {
		t.Error("no mark of UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	cell := map[string]string{}
	for i, name := range rows[0] {
		cell[name] = rows[1][i]
	}
	for name, want := range map[string]string{"id": "i-7", "name": "Priya Nair", "employment": "Employee", "riddor": "specified injury", "riddor_due": "2026-12-01",
		"description": `'=HYPERLINK("http://x")`, "place": "1 Example Street\n'+44 flat", "recorded": "2026-11-22T16:00:00Z"} {
		if cell[name] != want {
			t.Errorf("%s is %q, not %q", name, cell[name], want)
		}
	}
}

func TestWhatWouldBeginAFormulaDoesNot(t *testing.T) {
	for words, want := range map[string]string{"": "", "a=b": "a=b", "=1": "'=1", " =1": "' =1", "-1": "'-1", "@SUM": "'@SUM", "＝1": "'＝1", "a\r=1": "a\n'=1", "\t=1": "' =1", "é": "é", "\u00a0+1": "'\u00a0+1"} {
		if got := report.Cell(words); got != want {
			t.Errorf("%q is %q, not %q", words, got, want)
		}
	}
}
