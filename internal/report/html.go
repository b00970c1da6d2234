package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed handover.html
var handoverHTML string

var handoverPage = template.Must(template.New("handover").Parse(handoverHTML))

// Opening is what is said first, a sentence each: what not to do, what we ask for, and why it is urgent.
func (h Handover) Opening() []string {
	s := h.urgency()
	if s.Warning == "" {
		return s.Text
	}
	return append([]string{s.Warning}, s.Text...)
}

// Part writes the sheet without a page around it, for one that has its own: its heading is of the first level, its
// sections' of the second.
func (h Handover) Part(w io.Writer) error {
	if err := handoverPage.ExecuteTemplate(w, "sheet", h.sheet()); err != nil {
		return fmt.Errorf("write handover sheet: %w", err)
	}
	return nil
}

// HTML writes the sheet as one page that stands by itself: no script, and nothing from outside. It is the accessible original, and prints.
func (h Handover) HTML(w io.Writer) error {
	if err := handoverPage.Execute(w, h.sheet()); err != nil {
		return fmt.Errorf("write handover sheet: %w", err)
	}
	return nil
}
