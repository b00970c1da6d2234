package incident

import (
	"slices"
	"time"
)

// Reason is why an incident must be reported to the Health and Safety Executive; "" for none.
type Reason string

// The reasons there are.
const (
	Death     Reason = "death"
	Specified Reason = "specified injury"
	Taken     Reason = "taken to hospital"
	OverSeven Reason = "over seven days"
)

// Duty is what the law asks of an incident: the Reporting of Injuries, Diseases and Dangerous Occurrences Regulations 2013 (RIDDOR, S.I. 2013/1471),
// as HSE explains them. docs/administrator.md says which of it was compared with which source, and what is not decided here.
type Duty struct {
	Report Reason
	AtOnce bool      // HSE is told without delay, by the quickest way there is
	Due    time.Time // the last day on which the written report may come in, at its start in UTC; zero for none
	Keep   bool      // a record of it must be kept for three years (regulation 12): of all that is reported, and of what takes over three days
	Days   int       // consecutive days, without that of the incident, on which they could not do their usual work so far
	Exempt string    // why the regulations leave it out, in a sentence; "" where they do not
}

// Clocks of RIDDOR, in days from that of the incident.
const (
	reportWithin    = 10 // Schedule 1, paragraph 1(1)(b): deaths, specified injuries, people taken to hospital
	overSevenWithin = 15 // regulation 4(2)
	overSeven       = 7
	overThree       = 3 // regulation 12(1)(c): to be recorded
)

// Riddor says what the law asks of an incident, as far as its answers tell, on a day.
//
// What counts: an accident, as HSE reads it, is one unintended event that causes physical injury, and regulation 2 says that an act of
// non-consensual physical violence done to a person at work is one. Fright, shock and stress alone are none.
// A death is reported whoever died (regulation 6(1)); regulation 4's list of injuries and over-seven-day incapacitation of people at work alone; of
// others that they were taken from the scene to hospital for treatment of an injury (regulation 5), for which examination and tests do not count.
//
// What does not: one worker hurting another in a personal dispute, and a relative or friend who comes to somebody's work about a domestic matter (HSE,
// "Work-related violence: reporting and learning from incidents"); and what a moving vehicle does on a public road, but for loading, works beside
// the road, a substance that escapes, or a train (regulation 14(3)): for those somebody reads the regulation, and [Duty.Says] says so.
//
// The seven days do not count that of the accident, and do count weekends and days of rest.
func (i Incident) Riddor(today time.Time) Duty {
	day, known := parseDay(i.Day)
	d := Duty{Exempt: i.exempt()}
	if !known || d.Exempt != "" {
		return d
	}
	if i.atWork() && i.physical() {
		d.Days = i.unfit(day, today)
	}
	switch {
	case i.Harm == string(Death):
		d.Report = Death
	case i.atWork() && slices.Contains(specified, i.Harm):
		d.Report = Specified
	case !i.atWork() && i.physical() && i.Hospital == Yes:
		d.Report = Taken
	case d.Days > overSeven:
		d.Report = OverSeven
	}
	switch d.Report {
	case "":
	case OverSeven:
		d.Due = day.AddDate(0, 0, overSevenWithin)
	default:
		d.AtOnce, d.Due = true, day.AddDate(0, 0, reportWithin)
	}
	d.Keep = d.Report != "" || d.Days > overThree
	return d
}

// specified are the injuries of regulation 4(1), as [Harms] has them.
var specified = []string{"fracture", "amputation", "sight", "crush", "burn", "scalping", "unconscious", "enclosed"}

// exempt says why the regulations leave it out; "" where they do not.
func (i Incident) exempt() string {
	switch {
	case i.Personal == Yes:
		return "What was about something private between people is not reported to HSE."
	case i.Kind == Vehicle:
		return "What a moving vehicle does on a public road is not reported to HSE, unless it was loading, road works, a substance that escaped, or a train: if it was, or if it was not on a public road, read regulation 14 of RIDDOR."
	default:
		return ""
	}
}

// atWork says that who was affected was at work: an employee, one of an agency, a trainee, or self-employed. A volunteer is not (HSIS1).
func (i Incident) atWork() bool {
	return slices.Contains([]string{"employee", "agency", "trainee", "contractor"}, i.Employment)
}

// physical says that somebody's body was hurt.
func (i Incident) physical() bool { return i.Harm != "" && i.Harm != "none" }

// unfit counts the consecutive days after that of the incident on which they could not do their usual work, so far. What began later than the day
// after counts as well: an injury may tell after a while.
func (i Incident) unfit(day, today time.Time) int {
	from, is := parseDay(i.UnfitFrom)
	if !is {
		return 0
	}
	to, over := parseDay(i.UnfitTo)
	if !over || to.After(today) {
		to = today
	}
	if first := day.AddDate(0, 0, 1); from.Before(first) {
		from = first
	}
	return max(0, int(to.Sub(from).Hours()/24)+1)
}

// Reminder is when a manager is reminded of a report that is due.
type Reminder struct {
	Day  time.Time
	Left int // days until it is due; negative once it is late
}

// Reminder gives the last day by today on which a manager is reminded of a report that is not yet made: the day it is known, five, two and one before it
// is due, that day and the one after; ok is false for none.
func (d Duty) Reminder(today time.Time) (r Reminder, ok bool) {
	if d.Report == "" {
		return r, false
	}
	for _, before := range []int{reportWithin + overSevenWithin, 5, 2, 1, 0, -1} {
		if day := d.Due.AddDate(0, 0, -before); !day.After(today) {
			r, ok = Reminder{day, before}, true
		}
	}
	return r, ok
}

// Says is the duty in one sentence, for who has to see to it.
func (d Duty) Says() string {
	why := map[Reason]string{
		Death:     "Somebody died.",
		Specified: "It is an injury that the law names.",
		Taken:     "Somebody who was not at work was taken to hospital to be treated.",
		OverSeven: "They could not do their usual work for more than seven days.",
	}[d.Report]
	due := d.Due.Format("Monday 2 January 2006")
	switch {
	case d.Exempt != "":
		return d.Exempt
	case d.Report == "" && d.Keep:
		return "Over three days: the law asks that this record is kept for three years. Over seven days it must be reported."
	case d.Report == "":
		return "By these answers nothing has to be reported to HSE."
	case d.AtOnce:
		return why + " Tell HSE without delay, and see that the written report is there by " + due + "."
	default:
		return why + " See that the report to HSE is there by " + due + "."
	}
}
