package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed handover.html
var handoverHTML string

var handoverPage = template.Must(template.New("handover").Parse(handoverHTML))

// Policy is what a browser may load of the sheet as a page: the one style sheet within it, known by its hash, and its photograph.
func Policy() string { return policyOf(handoverHTML) }

func policyOf(page string) string {
	_, after, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(after, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

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
