package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// incidentFormPage asks what is known of an incident.
type incidentFormPage struct {
	Layout
	To       string // where the form goes
	Back     string
	Whom     *govuk.Select // of whom it is; nil where that is known
	Parts    []formPart
	About    string // "alarm/…", "visit/…" or "debrief/…"; "" for none
	Person   string
	Revision string // of what is changed
	Key      string
}

// formPart is some questions under one heading.
type formPart struct {
	Heading  string
	Controls []any
}

// newIncident answers GET /incidents/new: filled with what an alarm, a visit or a debrief knows already.
func (p *Pages) newIncident(c *request) error {
	f := blank()
	about := ""
	for _, kind := range []string{"alarm", "visit", "debrief"} {
		if id := c.URL.Query().Get(kind); id != "" && about == "" {
			about = kind + "/" + id
		}
	}
	if about != "" {
		i, person, err := p.knownOf(c, about)
		if err != nil {
			return err
		}
		fillIncident(f, i)
		f.values.Set("about", about)
		f.values.Set("person", person)
	}
	return p.showIncidentForm(c, http.StatusOK, f, "/incidents/new", "")
}

// knownOf is what is known already of what an incident is to be about, and of whom it is. What the reader does not know of is not found.
func (p *Pages) knownOf(c *request, about string) (i incident.Incident, person string, err error) {
	kind, id, _ := strings.Cut(about, "/")
	switch kind {
	case "debrief":
		d, err := p.Store.Paper(c.Context(), store.DebriefPaper, id)
		if err != nil {
			return i, "", err
		}
		if !access.May(access.SeeDebrief, p.toDebrief(c, d)) {
			return i, "", notFound()
		}
		if d.About == "" || strings.HasPrefix(d.About, "debrief/") {
			return incident.Incident{}, d.Person, nil
		}
		return p.knownOf(c, d.About)
	case "alarm":
		r, err := p.known(c, id)
		if err != nil {
			return i, "", err
		}
		if r.Self && r.alarm.Status == store.AlarmOpen || !r.Opens && !r.Self { // what becomes of an open alarm is not for its worker to see (rule 4.2)
			return i, "", notFound()
		}
		i, _, err = p.Engine.IncidentOf(c.Context(), r.alarm)
		if r.Self { // what others logged is theirs
			i.Description, i.Reporter = "", c.who.Name
		}
		return i, r.alarm.Worker, err
	case "visit":
		v, err := p.seenVisit(c, id)
		if err != nil {
			return i, "", err
		}
		local := v.StartsAt.In(c.in)
		i.Day, i.Reporter = local.Format("2006-01-02"), c.who.Name
		if v.Open {
			if err := p.lookedAtVisit(c, v); err != nil {
				return i, "", err
			}
			i.Place = v.Details.Address.Reveal()
		}
		i.Name, err = p.nameOf(c.Context(), v.Worker)
		return i, v.Worker, err
	}
	return i, "", notFound()
}

// fillIncident puts an incident's answers into a form.
func fillIncident(f *form, i incident.Incident) {
	for _, q := range incident.Questions() {
		f.values.Set(q.Name, *q.In(&i))
	}
}

// readIncident reads the answers of a form, and notes what is wrong with them.
func (c *request) readIncident(f *form) (i incident.Incident) {
	for _, q := range incident.Questions() {
		value := f.value(q.Name)
		switch q.Kind {
		case incident.Day:
			if d, ok := parseDate(value); ok {
				value = d.in(c.in).Format("2006-01-02")
			}
		case incident.Clock:
			if t, ok := parseClock(value); ok {
				value = fmt.Sprintf("%02d:%02d", t.hour, t.minute)
			}
		}
		*q.In(&i) = value
	}
	for _, problem := range i.Problems(c.today()) {
		f.wrong(problem.Field, problem.Says)
	}
	var order []string
	for _, q := range incident.Questions() {
		order = append(order, q.Name)
	}
	f.inOrder(append([]string{"person"}, order...)...)
	return i
}

func (p *Pages) showIncidentForm(c *request, status int, f *form, to, revision string) error {
	page := incidentFormPage{Layout: p.layout(c, "Record an incident").again(f), To: to, Back: "/incidents", About: f.value("about"), Person: f.value("person"), Revision: revision, Key: rand.Text()}
	page.Path = to
	if id, edits := strings.CutSuffix(to, "/edit"); edits {
		page.Title, page.Back = "Change an incident", id
	}
	if to == "/incidents/new" && page.About == "" {
		people, err := p.mayRecordFor(c)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return notFound()
		}
		whom := govuk.Select{Name: "person", Label: govuk.Label{Text: "Whom of us is it about?"}, Hint: govuk.Hint{Text: "Whose visit or work it was. Who was hurt is asked below."}, Value: cmp.Or(page.Person, c.who.ID), ErrorMessage: f.says("person")}
		for _, who := range people {
			whom.Items = append(whom.Items, govuk.Option{Value: who.ID, Text: who.Name})
		}
		page.Whom = &whom
	}
	for _, s := range incident.Sections() {
		part := formPart{Heading: s.Heading}
		for _, q := range s.Questions {
			part.Controls = append(part.Controls, f.control(q))
		}
		page.Parts = append(page.Parts, part)
	}
	return p.show(c, status, "incident_form", page)
}

// control is what a question is answered by.
func (f *form) control(q incident.Question) any {
	switch q.Kind {
	case incident.Lines:
		return f.textarea(q.Name, q.Label, q.Hint)
	case incident.Day:
		return f.dayInput(q.Name, q.Label, q.Hint)
	case incident.Choose:
		return govuk.Select{Name: q.Name, Label: govuk.Label{Text: q.Label}, Hint: govuk.Hint{Text: q.Hint}, Value: f.value(q.Name), Items: options("Choose an answer", q.Choices), ErrorMessage: f.says(q.Name), Classes: "allclear-select"}
	case incident.Clock:
		in := f.input(q.Name, q.Label, q.Hint)
		in.Classes, in.Inputmode = "govuk-input--width-5", "numeric"
		return in
	default:
		return f.input(q.Name, q.Label, q.Hint)
	}
}

// addIncident answers POST /incidents/new.
func (p *Pages) addIncident(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	about, person := f.value("about"), f.value("person")
	if about != "" {
		if _, person, err = p.knownOf(c, about); err != nil {
			return err
		}
	}
	people, err := p.mayRecordFor(c)
	if err != nil {
		return err
	}
	if len(people) == 0 && about == "" {
		return notFound()
	}
	who, err := p.Store.Person(c.Context(), person)
	if err != nil && who.ID == "" && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if about == "" && !slices.ContainsFunc(people, func(b buddy.Person) bool { return b.ID == who.ID && who.ID != "" }) {
		f.wrong("person", "Choose whom it is about")
	}
	i := c.readIncident(f)
	if f.bad() {
		return p.showIncidentForm(c, http.StatusUnprocessableEntity, f, "/incidents/new", "")
	}
	kept, err := p.Engine.PutIncident(c.Context(), c.press(), store.Paper{Kind: store.IncidentPaper, Team: who.Team, Person: who.ID, About: about}, i)
	if errors.Is(err, store.ErrConflict) { // the same press once more
		return c.redirect("/incidents")
	}
	if err != nil {
		return err
	}
	return c.redirect("/incidents/" + kept.ID + "?done=incident")
}

// editIncident answers GET /incidents/{id}/edit.
func (p *Pages) editIncident(c *request) error {
	paper, i, err := p.toChange(c)
	if err != nil {
		return err
	}
	f := blank()
	fillIncident(f, i)
	return p.showIncidentForm(c, http.StatusOK, f, "/incidents/"+paper.ID+"/edit", revisionOf(paper))
}

// toChange finds the incident that the reader may change.
func (p *Pages) toChange(c *request) (store.Paper, incident.Incident, error) {
	paper, i, is, err := p.incidentAt(c)
	if err == nil && (paper.Erased || !access.May(access.RecordIncident, is)) {
		err = notFound()
	}
	return paper, i, err
}

// changeIncident answers POST /incidents/{id}/edit. What somebody else changed meanwhile is not written over.
func (p *Pages) changeIncident(c *request) error {
	paper, _, err := p.toChange(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	i := c.readIncident(f)
	if f.bad() {
		return p.showIncidentForm(c, http.StatusUnprocessableEntity, f, "/incidents/"+paper.ID+"/edit", f.value("revision"))
	}
	if f.value("revision") != revisionOf(paper) {
		return store.ErrConflict
	}
	if _, err := p.Engine.PutIncident(c.Context(), c.press(), paper, i); err != nil {
		return err
	}
	return c.redirect("/incidents/" + paper.ID + "?done=changed")
}
