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

// HTML writes the sheet as one page that stands by itself: no script, and nothing from outside. It is the accessible original, and prints.
func (h Handover) HTML(w io.Writer) error {
	if err := handoverPage.Execute(w, h.sheet()); err != nil {
		return fmt.Errorf("write handover sheet: %w", err)
	}
	return nil
}
