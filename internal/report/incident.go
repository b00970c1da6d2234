package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
)

// Incident is the sheet of one incident.
type Incident struct {
	ID         string
	Team       string // its name
	RecordedAt time.Time
	ChangedAt  time.Time
	WrittenAt  time.Time // when the sheet was made
	Zone       *time.Location
	Rehearsal  bool
	Is         incident.Incident
}

// PDF writes the sheet on A4, with every question that has an answer, and what the law asks.
func (i Incident) PDF(w io.Writer) error {
	p, err := newPaper(Handover{WrittenAt: i.WrittenAt})
	if err != nil {
		return fmt.Errorf("write incident sheet: %w", err)
	}
	s := i.sheet()
	p.SetTitle(s.Title, true)
	if s.Rehearsal {
		p.boxed("REHEARSAL. This did not happen.")
	}
	p.paragraph(s.Title, "B", 14)
	p.rows(s.Head)
	for _, part := range s.Sections {
		p.section(part)
	}
	p.noteMissing()
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write incident sheet: %w", err)
	}
	return nil
}

func (i Incident) sheet() sheet {
	instant := func(at time.Time) string { return at.In(i.Zone).Format("Monday 2 January 2006, 15:04") }
	s := sheet{Title: "Incident " + i.ID, Rehearsal: i.Rehearsal, Head: []row{{"Team", i.Team}, {"Recorded", instant(i.RecordedAt)}, {"Last changed", instant(i.ChangedAt)}, {"Printed", instant(i.WrittenAt)}}}
	for _, part := range incident.Sections() {
		sec := section{Heading: part.Heading}
		for _, q := range part.Questions {
			if answer := q.Says(i.Is); answer != "" {
				sec.Rows = append(sec.Rows, row{q.Label, answer})
			}
		}
		if len(sec.Rows) > 0 {
			s.Sections = append(s.Sections, sec)
		}
	}
	s.Sections = append(s.Sections, section{Heading: "What the law asks (RIDDOR 2013)", Text: []string{i.Is.Riddor(i.WrittenAt).Says()}})
	return s.showable()
}

// byteOrder is what spreadsheets know UTF-8 by.
const byteOrder = "\ufeff"

// IncidentsCSV writes incidents as a table for a spreadsheet: UTF-8 with its mark, a row each, every answer in words.
func IncidentsCSV(to io.Writer, all []Incident) error {
	if _, err := io.WriteString(to, byteOrder); err != nil {
		return err
	}
	rows := csv.NewWriter(to)
	rows.UseCRLF = true
	head := []string{"id", "team", "recorded", "changed"}
	for _, q := range incident.Questions() {
		head = append(head, q.Name)
	}
	if err := rows.Write(append(head, "riddor", "riddor_due")); err != nil {
		return err
	}
	for _, i := range all {
		line := []string{i.ID, i.Team, i.RecordedAt.UTC().Format(time.RFC3339), i.ChangedAt.UTC().Format(time.RFC3339)}
		for _, q := range incident.Questions() {
			line = append(line, q.Answer(i.Is))
		}
		duty, due := i.Is.Riddor(i.WrittenAt), ""
		if !duty.Due.IsZero() {
			due = duty.Due.Format(time.DateOnly)
		}
		line = append(line, string(duty.Report), due)
		for n := range line {
			line[n] = Cell(line[n])
		}
		if err := rows.Write(line); err != nil {
			return err
		}
	}
	rows.Flush()
	return rows.Error()
}

// Cell is words as a spreadsheet shows them and never computes them: what would begin a formula stands behind an apostrophe (OWASP, "CSV
// injection"). Programs such as Excel cut a cell at tabs and line ends too, so that each line of it is looked at.
func Cell(words string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(words), "\n")
	for n, line := range lines {
		if begins := strings.TrimLeft(line, " \u00a0\u200b\ufeff"); begins != "" && strings.ContainsAny(begins[:firstRune(begins)], "=+-@＝＋－＠") {
			lines[n] = "'" + line
		}
	}
	return strings.Join(lines, "\n")
}

// firstRune is how many bytes the first letter takes.
func firstRune(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}
