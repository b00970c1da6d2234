package incident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestWhatMustBeReported holds the rules against the cases that HSE's guidance gives: its pages on types of reportable incidents
// and on work-related violence. All happen on Monday 2 November 2026.
func TestWhatMustBeReported(t *testing.T) {
	const employee, public = "employee", "service_user"
	for name, c := range map[string]struct {
		is        incident.Incident
		today     string
		want      incident.Reason
		due       string
		atOnce    bool
		keep      bool
		daysSoFar int
		leftOut   bool
	}{
		"the death of a worker, by an act of violence too": {is: incident.Incident{Employment: employee, Kind: "violence", Harm: "death"}, want: incident.Death, due: "2026-11-12", atOnce: true, keep: true},
		"the death of somebody who is no worker":           {is: incident.Incident{Employment: public, Kind: "slip", Harm: "death"}, want: incident.Death, due: "2026-11-12", atOnce: true, keep: true},
		"an arm that is broken in an assault":              {is: incident.Incident{Employment: employee, Kind: "violence", Harm: "fracture"}, want: incident.Specified, due: "2026-11-12", atOnce: true, keep: true},
		"an agency worker made unconscious by a blow":      {is: incident.Incident{Employment: "agency", Kind: "violence", Harm: "unconscious"}, want: incident.Specified, due: "2026-11-12", atOnce: true, keep: true},
		"a broken finger, and nobody off work":             {is: incident.Incident{Employment: employee, Kind: "violence", Harm: "some"}},
		"a worker who is assaulted and off for eight days": {is: incident.Incident{Employment: employee, Kind: "violence", Harm: "some", UnfitFrom: "2026-11-03", UnfitTo: "2026-11-10"},
			want: incident.OverSeven, due: "2026-11-17", keep: true, daysSoFar: 8},
		"off for exactly seven days, which is not over seven":   {is: incident.Incident{Employment: employee, Kind: "slip", Harm: "some", UnfitFrom: "2026-11-03", UnfitTo: "2026-11-09"}, keep: true, daysSoFar: 7},
		"the day of the accident is not counted":                {is: incident.Incident{Employment: employee, Kind: "slip", Harm: "some", UnfitFrom: "2026-11-02", UnfitTo: "2026-11-09"}, keep: true, daysSoFar: 7},
		"weekends and days of rest are counted":                 {is: incident.Incident{Employment: employee, Kind: "slip", Harm: "some", UnfitFrom: "2026-11-07", UnfitTo: "2026-11-14"}, want: incident.OverSeven, due: "2026-11-17", keep: true, daysSoFar: 8},
		"still off, and the eighth day is here":                 {is: incident.Incident{Employment: employee, Kind: "slip", Harm: "some", UnfitFrom: "2026-11-03"}, today: "2026-11-10", want: incident.OverSeven, due: "2026-11-17", keep: true, daysSoFar: 8},
		"still off, on the seventh day":                         {is: incident.Incident{Employment: employee, Kind: "slip", Harm: "some", UnfitFrom: "2026-11-03"}, today: "2026-11-09", keep: true, daysSoFar: 7},
		"over three days is recorded, and not reported":         {is: incident.Incident{Employment: employee, Kind: "animal", Harm: "some", UnfitFrom: "2026-11-03", UnfitTo: "2026-11-06"}, keep: true, daysSoFar: 4},
		"three days are neither":                                {is: incident.Incident{Employment: employee, Kind: "animal", Harm: "some", UnfitFrom: "2026-11-03", UnfitTo: "2026-11-05"}, daysSoFar: 3},
		"a service user who is taken to hospital and treated":   {is: incident.Incident{Employment: public, Kind: "slip", Harm: "some", Hospital: "yes"}, want: incident.Taken, due: "2026-11-12", atOnce: true, keep: true},
		"a volunteer who is taken to hospital and treated":      {is: incident.Incident{Employment: "volunteer", Kind: "slip", Harm: "fracture", Hospital: "yes"}, want: incident.Taken, due: "2026-11-12", atOnce: true, keep: true},
		"taken to hospital to be on the safe side, unhurt":      {is: incident.Incident{Employment: public, Kind: "slip", Harm: "none", Hospital: "yes"}},
		"a visitor's broken leg, who goes home":                 {is: incident.Incident{Employment: public, Kind: "slip", Harm: "fracture", Hospital: "no"}},
		"a worker at hospital, back the next day":               {is: incident.Incident{Employment: employee, Kind: "slip", Harm: "some", Hospital: "yes"}},
		"shock without an injury to the body, off for a month":  {is: incident.Incident{Employment: employee, Kind: "threat", Harm: "none", UnfitFrom: "2026-11-03", UnfitTo: "2026-11-30"}, today: "2026-12-01"},
		"one worker injuring another during a personal dispute": {is: incident.Incident{Employment: employee, Kind: "violence", Harm: "fracture", Personal: "yes"}, leftOut: true},
		"a road traffic accident":                               {is: incident.Incident{Employment: employee, Kind: "vehicle", Harm: "fracture"}, leftOut: true},
		"a near miss":                                           {is: incident.Incident{Employment: employee, Kind: "near_miss", Harm: "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.is.Day = "2026-11-02"
			if c.today == "" {
				c.today = "2026-11-28"
			}
			d := c.is.Riddor(day(c.today))
			due := ""
			if !d.Due.IsZero() {
				due = d.Due.Format(time.DateOnly)
			}
			if d.Report != c.want || due != c.due || d.AtOnce != c.atOnce || d.Keep != c.keep || d.Days != c.daysSoFar || (d.Exempt != "") != c.leftOut {
				t.Errorf("is %+v", d)
			}
			if says := d.Says(); says == "" || c.want != "" && !strings.Contains(says, d.Due.Format("2 January 2006")) {
				t.Errorf("says %q", says)
			}
		})
	}
}

func TestAManagerIsRemindedOfAReportUntilItIsLate(t *testing.T) {
	i := incident.Incident{Employment: "employee", Day: "2026-11-02", Kind: "violence", Harm: "fracture"}
	var days []string
	for d := day("2026-11-02"); d.Before(day("2026-11-20")); d = d.AddDate(0, 0, 1) {
		r, ok := i.Riddor(d).Reminder(d)
		if !ok {
			t.Fatalf("none by %s", d)
		}
		if s := r.Day.Format(time.DateOnly); len(days) == 0 || days[len(days)-1] != s {
			days = append(days, s)
		}
	}
	want := "2026-10-18 2026-11-07 2026-11-10 2026-11-11 2026-11-12 2026-11-13" // the first is long before: at once
	if got := strings.Join(days, " "); got != want {
		t.Errorf("on %s, not on %s", got, want)
	}
	if _, ok := (incident.Duty{}).Reminder(day("2026-11-02")); ok {
		t.Error("reminded of nothing")
	}
}
