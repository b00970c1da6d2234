package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

//go:embed templates/plan.html
var planHTML string

var planPage = template.Must(template.New("plan").Parse(planHTML))

// PlanHTML writes a plan as one page that stands by itself: no script, and nothing from outside. It is the accessible original, and prints.
// The day of printing is that of at in its own zone.
func PlanHTML(w io.Writer, p plan.Printed, at time.Time) error {
	if err := planPage.Execute(w, layPlan(p, at)); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}

// PlanPolicy is what a browser may load of that page: the one style sheet within it.
func PlanPolicy() string { return policyOf(planHTML) }
