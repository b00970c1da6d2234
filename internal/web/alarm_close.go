package web

import (
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// closePart is the form that closes the alarm. It asks exactly what this alarm needs (rule 3.1).
type closePart struct {
	Evidence  govuk.Radios
	Note      govuk.Textarea
	Away      *govuk.Checkboxes // danger: spoken with away from the place, and
	Second    *govuk.Select     // a second person agrees
	StoodDown *stoodDown        // the police were told
	Visit     *govuk.Radios     // a visit it covers still has a clock, and
	Until     *govuk.Input      // its new expected end

	people []govuk.Option
}

// stoodDown is when and to whom the police were told that the worker is safe.
type stoodDown struct{ At, To govuk.Input }

func (p *Pages) closePart(c *request, r room, f *form) (*closePart, error) {
	a := r.alarm
	name := firstName(r.worker.Name)
	people, err := p.colleagues(c, r)
	if err != nil {
		return nil, err
	}
	part := &closePart{people: people, Evidence: f.radios("evidence", fmt.Sprintf("How do you know that %s is safe?", name), "Someone else saying so is not enough.", r.evidence()...),
		Note: f.textarea("close-note", "What do you know?", fmt.Sprintf("What %s said and what you asked to be sure, or who saw them, where and when.", name))}
	part.Note.Rows = 3
	if a.HarmedAt.IsZero() && a.Kind.Danger() {
		part.Away = &govuk.Checkboxes{Name: "away", Values: f.values["away"], ErrorMessage: f.says("away"),
			Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: "If it was by speaking with them", Classes: "govuk-fieldset__legend--s"}},
			Items:    []govuk.Choice{{Value: "yes", Text: fmt.Sprintf("I spoke with %s away from the place", name)}}}
		part.Second = new(secondPerson(f, "close-second", people))
	}
	if !a.HarmedAt.IsZero() {
		part.Evidence.Fieldset.Legend.Text, part.Evidence.Hint.Text = "How did it end?", ""
		part.Note.Hint.Text = fmt.Sprintf("What became of %s, and who told you.", name)
	}
	if !a.TheyKnow.IsZero() {
		part.StoodDown = &stoodDown{At: f.input("stood-at", fmt.Sprintf("When were the police told %s?", r.news()), ""), To: f.input("stood-to", "Whom of the police did you tell?", "A name, or the police reference.")}
		part.StoodDown.At.Type, part.StoodDown.At.Classes = "time", "govuk-input--width-5"
	}
	if r.live {
		part.settling(f, r.outcomes())
	}
	return part, nil
}

// news is what the police are to hear before the alarm closes.
func (r room) news() string {
	if !r.alarm.HarmedAt.IsZero() {
		return "how it ended"
	}
	return "that they are safe"
}

// evidence are the ways in which this alarm can close.
func (r room) evidence() []govuk.Choice {
	if !r.alarm.HarmedAt.IsZero() {
		return []govuk.Choice{{Value: string(watch.OutcomeKnown), Text: "The outcome is known"}}
	}
	name := firstName(r.worker.Name)
	spoke := "I spoke with " + name
	return []govuk.Choice{
		{Value: string(watch.SpokeWorker), Text: spoke},
		{Value: string(watch.SeenByPolice), Text: fmt.Sprintf("The police have seen %s safe", name)},
		{Value: string(watch.SeenByColleague), Text: fmt.Sprintf("A colleague has seen %s safe", name), Hint: govuk.Hint{Text: "Name them below."}},
		{Value: string(watch.RaisedInError), Text: "It was raised in error, and " + spoke},
	}
}

// outcomes are what may become of a visit that still has a clock. Nobody who was found harmed goes on with it.
func (r room) outcomes() []govuk.Choice {
	ended := govuk.Choice{Value: "ended", Text: "It has ended"}
	if !r.alarm.HarmedAt.IsZero() {
		return []govuk.Choice{ended}
	}
	return []govuk.Choice{ended, {Value: "inside", Text: firstName(r.worker.Name) + " is inside and needs longer", Hint: govuk.Hint{Text: "Allclear watches the visit again until its new end."}}}
}

// settling asks what becomes of the visit.
func (part *closePart) settling(f *form, outcomes []govuk.Choice) {
	part.Visit = new(f.radios("visit", "What becomes of the visit?", "", outcomes...))
	if len(outcomes) == 1 {
		return
	}
	part.Until = new(f.input("until", "New expected end", "If they need longer: a time in the next 12 hours."))
	part.Until.Type, part.Until.Classes = "time", "govuk-input--width-5"
}

// closes reads the form that closes the alarm, and says beside each field what is missing.
func (p *Pages) closes(c *request, f *form, r room) (watch.Event, engine.Words) {
	a := r.alarm
	e := watch.Close{Evidence: watch.Evidence(f.value("evidence")), Note: f.value("close-note") != ""}
	w := engine.Words{Note: f.value("close-note")}
	if !slices.ContainsFunc(r.evidence(), func(c govuk.Choice) bool { return c.Value == f.value("evidence") }) {
		f.wrong("evidence", "Choose how you know")
	}
	f.need("close-note", "Enter what you know")
	if a.Kind.Danger() && (e.Evidence == watch.SpokeWorker || e.Evidence == watch.RaisedInError) {
		e.Away, e.Second = f.value("away") == "yes", f.value("close-second")
		if !e.Away {
			f.wrong("away", "Confirm that you spoke with them away from the place. If you did not, the alarm stays open")
		}
		f.need("close-second", "Choose the second person who agrees")
	}
	if !a.TheyKnow.IsZero() {
		e.StoodDownAt, w.StoodDown = f.lately("stood-at", c.at, c.in), f.value("stood-to")
		f.need("stood-at", "Enter when the police were told "+r.news())
		if opened := a.OpenedAt.Truncate(time.Minute); !e.StoodDownAt.IsZero() && e.StoodDownAt.Before(opened) {
			f.wrong("stood-at", "Enter a time after the alarm opened, at "+p.layout(c, "").When(opened))
		}
		f.need("stood-to", "Enter whom of the police you told")
		e.StoodDownTo = w.StoodDown != ""
	}
	if r.live {
		f.settles(c, &e, r.outcomes())
	}
	return e, w
}

// settles reads what becomes of the visit.
func (f *form) settles(c *request, e *watch.Close, outcomes []govuk.Choice) {
	switch says := f.value("visit"); {
	case says == "ended":
		e.Ended = true
	case says == "inside" && len(outcomes) > 1:
		f.need("until", "Enter the new expected end")
		e.ExpectedEndAt = f.ahead("until", c.at, c.in, farAhead)
	default:
		f.wrong("visit", "Choose what becomes of the visit")
	}
}

// closeFields are the form's names for the API's.
var closeFields = map[string]string{
	"note": "close-note", "away_from_place": "away", "second_person": "close-second", "police_stood_down.at": "stood-at", "police_stood_down.to": "stood-to",
	"visit.expected_end_at": "until",
}
