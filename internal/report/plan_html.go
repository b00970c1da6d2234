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

var planSheet = template.Must(template.New("plan").Parse(planHTML))

// PlanPart writes a plan without a page around it, for one that has its own: its heading is of the first level, its sections' of the second. It
// is the accessible original of the printed plan. The day of printing is that of at in its own zone.
func PlanPart(w io.Writer, p plan.Printed, at time.Time) error {
	if err := planSheet.Execute(w, layPlan(p, at)); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}
