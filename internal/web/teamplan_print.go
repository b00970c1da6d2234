package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/report"
)

// planAs answers a plan's address with the plan in another form: its current version with the signatures; a draft, where none was published.
func (p *Pages) planAs(kind, file string, write func(out io.Writer, v plan.Printed, at time.Time) error) handler {
	return func(c *request) error {
		printed, err := p.planToPrint(c)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := write(&out, printed, c.at.In(c.in)); err != nil {
			return err
		}
		c.w.Header().Set("Content-Type", kind)
		c.w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
		_, _ = c.w.Write(out.Bytes()) // the reader has gone: nobody is left to tell
		return nil
	}
}

// planPrintPage is the plan as a page to print.
type planPrintPage struct {
	Layout
	ID    string
	Sheet template.HTML
}

// printPlan answers GET /teams/{id}/plan/print: the accessible original of the printed plan.
func (p *Pages) printPlan(c *request) error {
	printed, err := p.planToPrint(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := report.PlanPart(&out, printed, c.at.In(c.in)); err != nil {
		return err
	}
	page := planPrintPage{Layout: p.layout(c, "The plan of "+printed.Team+", to print"), ID: c.PathValue("id"), Sheet: template.HTML(out.String())} // #nosec G203 -- html/template made it
	return p.show(c, http.StatusOK, "plan_print", page)
}

// planToPrint gives a team's plan as the reader may print it: its current version with the signatures; a draft, where none was published.
func (p *Pages) planToPrint(c *request) (plan.Printed, error) {
	t, err := p.planTeam(c)
	if err != nil {
		return plan.Printed{}, err
	}
	v, found, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err == nil && !found {
		v, err = p.Engine.NextPlan(c.Context(), t)
	}
	if err != nil {
		return plan.Printed{}, fmt.Errorf("read plan: %w", err)
	}
	printed, err := printedPlan(c.Context(), p.Engine, v, func(id string) bool { return c.apart(id) != 0 })
	printed.Rehearsal = p.Rehearsal
	return printed, err
}

// printedPlan gives a version as it is printed, with who signed it and who has not, without those who are to be left out.
func printedPlan(ctx context.Context, e *engine.Engine, v engine.PlanVersion, without func(id string) bool) (plan.Printed, error) {
	printed := v.Printed()
	if !v.Published() {
		return printed, nil
	}
	signatures, err := e.Signatures(ctx, v)
	if err != nil {
		return printed, fmt.Errorf("read signatures: %w", err)
	}
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		zone = time.UTC
	}
	for _, s := range signatures {
		if s.Name != "" && !without(s.Person) {
			printed.Signatures = append(printed.Signatures, plan.Signed{Name: s.Printed(), On: plan.Date(s.SignedAt.In(zone).Format(plan.ISODate))})
		}
	}
	unsigned, err := e.Unsigned(ctx, v)
	if err != nil {
		return printed, fmt.Errorf("find who has not signed: %w", err)
	}
	for _, m := range unsigned {
		if !without(m.ID) {
			printed.Unsigned = append(printed.Unsigned, m.Name)
		}
	}
	slices.Sort(printed.Unsigned)
	return printed, nil
}

// The kinds of file that a plan is given as.
const (
	pdfKind  = "application/pdf"
	docxKind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// planFiles are the routes of a plan as a file, and of one that is taken over from a file.
func (p *Pages) planFiles() []route {
	return []route{
		{"GET /teams/{id}/plan/print", signedIn, p.printPlan},
		{"GET /teams/{id}/plan.pdf", signedIn, p.planAs(pdfKind, "plan.pdf", report.PlanPDF)},
		{"GET /teams/{id}/plan.docx", signedIn, p.planAs(docxKind, "plan.docx", report.PlanDOCX)},
		{"GET /teams/{id}/plan/import", signedIn, p.planImportForm},
		{"POST /teams/{id}/plan/import", signedIn, p.importPlan},
	}
}
