package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

type visitEditPage struct {
	Layout
	ID, Name, Reference string
	Key, Was            string
	StartDate           govuk.Input
	StartTime, EndTime  govuk.Input
	Place               placeFields
	Buddy               *govuk.Select // nil where there is nobody else
	Private, Prompts    govuk.Radios
	Overlap             *govuk.Checkboxes
	Warned              *warned // nil where no warning stands there
}

// visitToEdit finds the visit that the address names, where the reader sees and changes it and it is not over. The form
// shows its details: the look is recorded.
func (p *Pages) visitToEdit(c *request) (seen, error) {
	v, err := p.seen(c)
	if err != nil {
		return v, err
	}
	if !v.rights.Changes || !v.Open || !v.Live() {
		return v, notFound()
	}
	return v, p.lookedAtVisit(c, v)
}

// editVisit answers GET /visits/{id}/edit.
func (p *Pages) editVisit(c *request) error {
	v, err := p.visitToEdit(c)
	if err != nil {
		return err
	}
	return p.showVisitEdit(c, http.StatusOK, v, filledVisit(v, c.in).marked(visitFields(v)), nil)
}

// filledVisit is the form as the visit stands.
func filledVisit(v seen, zone *time.Location) *form {
	f := blank("key", rand.Text(), "private", "no")
	if v.Private {
		f.values.Set("private", "yes")
	}
	f.values.Set("prompts", onOrOff(v.Watch.Clock.Prompts))
	f.values.Set("buddy", v.buddy())
	f.fill("start", v.StartsAt, zone)
	f.fill("end", v.ExpectedEndAt, zone)
	for field, words := range detailFields(&v.Details) {
		f.values.Set(field, words.Reveal())
	}
	return f
}

func onOrOff(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

// buddy is the visit's named buddy; "" where it is as the plan says.
func (s seen) buddy() string {
	if len(s.Responders) == 0 {
		return ""
	}
	return s.Responders[0]
}

// detailFields are the fields of the visit's half of the buddy form.
func detailFields(d *buddy.Form) map[string]*private.Text {
	return map[string]*private.Text{"service_user": &d.ServiceUser, "address": &d.Address, "access": &d.Access, "contact": &d.Contact, "who_else": &d.WhoElse}
}

// visitFields are the fields of the form that changes a visit, in the page's order.
func visitFields(v seen) []string {
	fields := []string{"start-date", "start-time", "end-time", "service_user", "address", "access", "contact", "who_else"}
	if !v.Watch.Unwatched {
		fields = append(fields, "buddy")
	}
	if fields = append(fields, "private"); !v.Watch.Unwatched {
		fields = append(fields, "prompts")
	}
	return fields
}

// asKept is what was typed with its times as a visit's would be shown.
func (f *form) asKept(zone *time.Location) *form {
	read := &form{values: maps.Clone(f.values)}
	if when, ok := read.period("start", "end", zone); ok {
		read.fill("start", when.StartsAt, zone)
		read.fill("end", when.EndsAt, zone)
	}
	return read
}

// visitInWords gives what each field of a visit's form is called and what it holds, for a sentence about it.
func (f *form) visitInWords(buddy string) func(field string) (what, is string) {
	called := map[string]string{"start-date": "the date", "start-time": "the start", "end-time": "the expected end", "service_user": "who is visited", "access": "how to get in",
		"contact": "how to reach them", "who_else": "who else is there"}
	return func(field string) (what, is string) {
		switch field {
		case "start-date":
			d, _ := parseDate(f.value(field))
			return called[field], dayWords(d.in(time.UTC))
		case "buddy":
			return "the named buddy", cmp.Or(buddy, "“As the plan says”")
		case "private":
			return "who sees the details", map[string]string{"yes": "“Private”", "no": "“Open to the team”"}[f.value(field)]
		case "prompts":
			return "the texts during the visit", map[string]string{"yes": "“Ask by text”", "no": "“Send no prompts”"}[f.value(field)]
		default:
			return cmp.Or(called[field], "the "+field), f.inQuotes(field)
		}
	}
}

func (p *Pages) showVisitEdit(c *request, status int, v seen, f *form, w *warned) error {
	name, err := p.nameOf(c.Context(), v.Worker)
	if err != nil {
		return err
	}
	worker, err := p.directory.person(c.Context(), v.Worker)
	if err != nil {
		return fmt.Errorf("find worker: %w", err)
	}
	buddies, err := p.buddies(c, worker, v.buddy())
	if err != nil {
		return err
	}
	page := visitEditPage{Layout: p.layout(c, "Change the visit").again(f), ID: v.ID, Name: name, Reference: v.Reference, Key: f.value("key"), Was: f.value("was"),
		StartDate: f.dateInput("start", "Date", ""), StartTime: f.timeInput("start", "Start", "24-hour clock, such as 14:30"),
		EndTime: f.timeInput("end", "Expected end", "An end earlier than the start is on the day after."), Overlap: f.overlap(), Place: f.place(), Warned: w,
		Private: f.radios("private", "Who sees the details?", "", govuk.Choice{Value: "yes", Text: "Private: the worker and those who answer for them"},
			govuk.Choice{Value: "no", Text: "Open to the team"})}
	if !v.Watch.Unwatched {
		page.Buddy = f.namedBuddy(buddies)
		page.Prompts = f.radios("prompts", "Texts during the visit", promptsHint, govuk.Choice{Value: "yes", Text: "Ask by text how things are going"},
			govuk.Choice{Value: "no", Text: "Send no prompts on this visit"})
	}
	return p.show(c, status, "visit_edit", page)
}

// changeVisit answers POST /visits/{id}/edit. What someone else changed since the form was shown is not written over.
func (p *Pages) changeVisit(c *request) error {
	v, err := p.visitToEdit(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	buddy, err := p.nameOf(c.Context(), v.buddy())
	if err != nil {
		return err
	}
	warned, err := p.warnedOfMove(c, f, v)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if edit, changes := f.visitEdit(v, c.at, c.in); !f.bad() {
		kept := filledVisit(v, c.in)
		switch {
		case f.since(f.asKept(c.in), kept, visitFields(v), kept.visitInWords(buddy)):
			status = http.StatusConflict
		case !changes: // also the same press again
			return c.redirect("/visits/" + v.ID)
		default:
			if status, err = p.saveVisit(c, f, v, edit); err != nil {
				return err
			}
		}
	}
	if f.bad() {
		return p.showVisitEdit(c, status, v, f, warned)
	}
	return c.redirect("/visits/" + v.ID + "?done=changed")
}

// saveVisit has the change made; what is refused is noted on the form, with the status to answer.
func (p *Pages) saveVisit(c *request, f *form, v seen, edit engine.VisitEdit) (status int, err error) {
	err = p.Engine.EditVisit(c.Context(), c.press(), v.ID, edit)
	if refused, is := errors.AsType[*watch.Refused](err); is {
		f.wrong("start-date", refused.Says)
		return http.StatusConflict, nil
	}
	if err = f.takesVisit(err); err != nil {
		return 0, fmt.Errorf("edit visit: %w", err)
	}
	return http.StatusUnprocessableEntity, nil
}

// visitEdit reads what the form changes of a visit as its reader sees it.
func (f *form) visitEdit(v seen, at time.Time, zone *time.Location) (e engine.VisitEdit, changes bool) {
	e.Overlap = f.value("overlap") != ""
	if when, ok := f.period("start", "end", zone); ok {
		if !sameMinute(when.StartsAt, v.StartsAt) {
			e.StartsAt = when.StartsAt
		}
		if !sameMinute(when.EndsAt, v.ExpectedEndAt) {
			e.ExpectedEndAt = when.EndsAt
			if when.NextDay && v.Status != watch.Booked && when.EndsAt.Sub(at) > farAhead { // it has gone: tomorrow is hardly meant (rule 2.3)
				f.wrong("end-time", "Enter a time that is still to come, within "+span(farAhead))
			}
		}
	}
	changes = !e.StartsAt.IsZero() || !e.ExpectedEndAt.IsZero()
	given := f.details()
	typed, kept := detailFields(&given), detailFields(&v.Details)
	for field, to := range map[string]**private.Text{"service_user": &e.ServiceUser, "address": &e.Address, "access": &e.Access, "contact": &e.Contact, "who_else": &e.WhoElse} {
		if *typed[field] != *kept[field] {
			*to, changes = typed[field], true
		}
	}
	if private := f.yesOrNo("private"); private != nil && *private != v.Private {
		e.Private, changes = private, true
	}
	if prompts := f.yesOrNo("prompts"); prompts != nil && *prompts != v.Watch.Clock.Prompts {
		e.Prompts, changes = prompts, true
	}
	if _, asked := f.values["buddy"]; asked && f.value("buddy") != v.buddy() {
		e.Responders, changes = new(f.responders()), true
	}
	return e, changes
}

// sameMinute says that a form, which has no seconds, leaves an instant as it is.
func sameMinute(a, b time.Time) bool { return a.Truncate(time.Minute).Equal(b.Truncate(time.Minute)) }

// overlap asks whether an overlap is meant, once there is one (rule 8.1).
func (f *form) overlap() *govuk.Checkboxes {
	if f.value("overlap") == "" && !f.problem("overlap") {
		return nil
	}
	return &govuk.Checkboxes{Name: "overlap", Values: f.values["overlap"], ErrorMessage: f.says("overlap"),
		Items: []govuk.Choice{{Value: "yes", Text: "These two visits overlap on purpose"}}}
}
