package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// policePart is all of the room that is about the police, and about danger.
type policePart struct {
	Words     []string // to say to 999
	Told      string   // what is known of telling them; "" before that
	Script    []string // duress: what to do for whoever asked, in order
	Tell      *tellForm
	Hold      *holdForm
	Reassure  string // what the second message says; "" where it can't be sent
	Reassured bool   // it was sent
	Harmed    *govuk.Textarea
}

// tellForm logs what the police were told, or what they said since.
type tellForm struct {
	Since     bool // they know already
	Reference govuk.Input
	Officer   govuk.Input
	Attending govuk.Radios
	Next      govuk.Input
	Note      govuk.Textarea
}

// holdForm holds 999 for a mere mention (rule 4.6).
type holdForm struct {
	Second govuk.Select
	Why    govuk.Textarea
}

// police is the part about the police, as it stands.
func (r room) police(l Layout, f *form, people []govuk.Option) *policePart {
	a := r.alarm
	part := &policePart{Words: r.sheet.Opening(), Told: r.policeTold(l), Tell: tellFormOf(f, !a.TheyKnow.IsZero())}
	if a.HarmedAt.IsZero() {
		part.Harmed = new(f.textarea("harmed-note", "What is known", ""))
		part.Harmed.Rows = 3
	}
	if a.Mention && a.TheyKnow.IsZero() && a.HarmedAt.IsZero() {
		part.Hold = &holdForm{Second: secondPerson(f, "hold-second", people), Why: f.textarea("hold-note", "Why 999 is held", "What makes you both think that they did not ask for help.")}
		part.Hold.Why.Rows = 3
	}
	if a.Kind == watch.Duress {
		part.duress(r)
	}
	return part
}

// duress adds the script of rule 4.1. The second message goes to where the worker wrote from: who rang is told so on the
// telephone.
func (part *policePart) duress(r room) {
	says := fmt.Sprintf("I’ve got a message to %s. She’ll call you back as soon as possible.", r.phrase)
	tell := "Ring 999: give the address and the family’s details."
	if r.nowhere() {
		tell = "Ring 999: say who they are, and where they may be."
	}
	part.Script = []string{"If they are on the phone to you, keep them talking.", tell,
		"Then go back and tell them: “" + says + "”"}
	if r.alarm.Asked != "" {
		part.Reassure, part.Reassured = says, r.alarm.Reassured
	}
}

// policeTold says when the police were told and under which reference.
func (r room) policeTold(l Layout) string {
	if r.alarm.TheyKnow.IsZero() {
		return ""
	}
	says := "The police were told at " + l.When(r.alarm.TheyKnow) + "."
	if ref := lastSaid(r.record, func(l view.Line) string { return l.Reference.Reveal() }); ref != "" {
		says += " Reference " + ref + "."
	}
	if officer := lastSaid(r.record, func(l view.Line) string { return l.Officer.Reveal() }); officer != "" {
		says += " Last spoken with: " + officer + "."
	}
	return says
}

// lastSaid is the newest of something in the record that is not empty.
func lastSaid(record []view.Line, of func(view.Line) string) string {
	for _, l := range slices.Backward(record) {
		if said := of(l); said != "" {
			return said
		}
	}
	return ""
}

func tellFormOf(f *form, since bool) *tellForm {
	t := &tellForm{Since: since, Reference: f.input("police-reference", "Police reference", ""), Officer: f.input("police-officer", "Whom you spoke with", ""),
		Next: f.input("police-next", "When they will speak with you next", "A time in the next 4 hours. Left empty, you are asked again in 30 minutes."),
		Note: f.textarea("police-note", "What was said", "")}
	t.Attending = f.radios("police-attending", "Will they attend?", "", govuk.Choice{Value: "yes", Text: "Yes"}, govuk.Choice{Value: "no", Text: "No"},
		govuk.Choice{Value: "", Text: "They did not say"})
	t.Attending.Classes = "govuk-radios--inline govuk-radios--small"
	t.Reference.Classes, t.Next.Type, t.Next.Classes, t.Note.Rows = "govuk-input--width-10", "time", "govuk-input--width-5", 3
	return t
}

func secondPerson(f *form, field string, people []govuk.Option) govuk.Select {
	return govuk.Select{Name: field, Label: govuk.Label{Text: "Second person who agrees"}, Items: people, Value: f.values.Get(field), ErrorMessage: f.says(field)}
}

type policeSheet struct {
	Layout
	Back  string
	PDF   string
	Sheet template.HTML
}

// policeSheet answers GET /alarms/{id}/police: what is read aloud to the police.
func (p *Pages) policeSheet(c *request) error {
	r, err := p.sheetRoom(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := r.sheet.Part(&out); err != nil {
		return err
	}
	page := policeSheet{Layout: p.layout(c, "Handover to the police", "alarm/"+r.alarm.ID), Back: "/alarms/" + r.alarm.ID,
		PDF: "/alarms/" + r.alarm.ID + "/handover.pdf", Sheet: template.HTML(out.String())} // #nosec G203 -- html/template made it
	return p.show(c, http.StatusOK, "police", page)
}

// policePDF answers GET /alarms/{id}/handover.pdf.
func (p *Pages) policePDF(c *request) error {
	r, err := p.sheetRoom(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := r.sheet.PDF(&out); err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/pdf")
	c.w.Header().Set("Content-Disposition", `inline; filename="handover.pdf"`)
	_, _ = c.w.Write(out.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// sheetRoom is the room for one who may read the sheet to the police. The look at the sheet is put on record.
func (p *Pages) sheetRoom(c *request) (room, error) {
	r, err := p.room(c)
	if err != nil {
		return r, err
	}
	if !r.Opens {
		return r, notFound()
	}
	return r, p.Access.LookedAt(c.Context(), c.who.ID, "page", "handover/"+r.alarm.ID, "", c.at)
}
