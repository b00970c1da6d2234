package incident_test

import (
	"testing"

	"github.com/allclear-safety/allclear/internal/incident"
)

// A day is read in words, and goes into a table as it was typed.
func TestADayIsReadInWords(t *testing.T) {
	i := incident.Incident{Day: "2026-11-23", UnfitFrom: "soon", Place: "2026-11-23"}
	for _, q := range incident.Questions() {
		says, answer := q.Says(i), q.Answer(i)
		if want := map[string]string{"day": "Monday 23 November 2026", "unfit_from": "soon", "place": "2026-11-23"}[q.Name]; says != want {
			t.Errorf("%s is read as %q", q.Name, says)
		}
		if q.Name == "day" && answer != "2026-11-23" {
			t.Errorf("the table has %q", answer)
		}
	}
	if i.DayInWords() != "Monday 23 November 2026" || (incident.Incident{}).DayInWords() != "" {
		t.Error("the day in words is", i.DayInWords())
	}
}
