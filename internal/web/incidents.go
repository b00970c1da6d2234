package web

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// afterwardsRoutes are the pages of care afterwards: incidents, debriefs, what was agreed, whom people can turn to.
func (p *Pages) afterwardsRoutes() []route {
	return []route{
		{"GET /incidents", signedIn, p.incidents},
		{"POST /incidents/table", signedIn, p.incidentTable},
		{"GET /incidents/figures", signedIn, p.incidentFigures},
		{"GET /incidents/new", signedIn, p.newIncident},
		{"POST /incidents/new", signedIn, p.addIncident},
		{"GET /incidents/{id}", signedIn, p.incident},
		{"GET /incidents/{id}/incident.pdf", signedIn, p.incidentPDF},
		{"GET /incidents/{id}/edit", signedIn, p.editIncident},
		{"POST /incidents/{id}/edit", signedIn, p.changeIncident},
		{"POST /incidents/{id}/actions", signedIn, p.incidentAction},
	}
}

// has says that there is a page by a pattern here.
func (p *Pages) has(pattern string) bool {
	return slices.ContainsFunc(p.routes(), func(r route) bool { return r.pattern == pattern })
}

type incidentsPage struct {
	Layout
	Rows    []incidentRow
	Records bool // the reader can record one
	Figures bool
	Takes   bool
}

type incidentRow struct {
	ID, Name, What, Team, Asks string
	Racist, Complete           bool
	At                         time.Time
	Day                        string
}

// toIncident is what the reader is to an incident: who recorded it sees what became of it. While an alarm about the reader is open, what others recorded of
// them since is hidden: nothing of the alarm is for them to know (rule 4.2).
func (p *Pages) toIncident(c *request, i store.Paper, open []store.Alarm) access.Is {
	if view.HiddenIncident(i, c.who.ID, open) {
		return access.Blocked
	}
	is := access.InTeam(c.who, i.Team) | c.apart(i.Person)
	if i.Person == c.who.ID || i.MadeBy == c.who.ID {
		is |= access.Self
	}
	return is
}

// openAlarms are the alarms that are open.
func (p *Pages) openAlarms(c *request) ([]store.Alarm, error) {
	return p.Store.Alarms(c.Context(), store.AlarmOpen, 0)
}

// incidentsFor gives the incidents that are the reader's to see, the latest first.
func (p *Pages) incidentsFor(c *request) ([]store.Paper, error) {
	open, err := p.openAlarms(c)
	if err != nil {
		return nil, err
	}
	papers, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.IncidentPaper, Bare: true})
	if err != nil {
		return nil, err
	}
	var shown []store.Paper
	for _, bare := range papers {
		if !access.May(access.SeeIncident, p.toIncident(c, bare, open)) {
			continue
		}
		whole, err := p.Store.Paper(c.Context(), store.IncidentPaper, bare.ID)
		if err != nil {
			return nil, err
		}
		shown = append(shown, whole)
	}
	return shown, nil
}

// incidents answers GET /incidents.
func (p *Pages) incidents(c *request) error {
	papers, err := p.incidentsFor(c)
	if err != nil {
		return err
	}
	people, err := p.mayRecordFor(c)
	if err != nil {
		return err
	}
	page := incidentsPage{Layout: p.layout(c, "Incidents"), Records: len(people) > 0, Figures: maySeeCounts(c), Takes: len(papers) > 0}
	var looked []string
	for _, paper := range papers {
		i, err := p.incidentIn(paper)
		if err != nil {
			return err
		}
		row := incidentRow{ID: paper.ID, Name: cmp.Or(i.Name, "Somebody"), What: cmp.Or(kindOfIncident(i), "Not said yet"), Racist: i.Racist(), Complete: paper.Status == engine.IncidentComplete, At: paper.MadeAt, Day: i.DayInWords(), Asks: asks(i, paper, c.today())}
		if paper.Erased {
			row.Name, row.What, row.Asks = "Erased", "Its words were erased", ""
		}
		row.Team = p.teamName(c, paper.Team)
		page.Rows, looked = append(page.Rows, row), append(looked, "incident/"+paper.ID)
	}
	if err := p.Access.LookedAtAll(c.Context(), c.who.ID, "page", "", c.at, looked...); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "incidents", page)
}

// incidentIn reads an incident; of one whose words were erased nothing is left.
func (p *Pages) incidentIn(paper store.Paper) (incident.Incident, error) {
	if paper.Erased || paper.Body.IsZero() {
		return incident.Incident{}, nil
	}
	return incident.Decode(paper.Body.Reveal())
}

// today is the day where the reader is, in UTC.
func (c *request) today() time.Time { return dateOf(c.at.In(c.in)).in(time.UTC) }

// kindOfIncident is what kind of incident it was, in words.
func kindOfIncident(i incident.Incident) string {
	for _, k := range incident.Kinds() {
		if k.Value == i.Kind {
			return k.Says
		}
	}
	return ""
}

// asks is what is still asked for of an incident, the most urgent first; "" for nothing.
func asks(i incident.Incident, paper store.Paper, today time.Time) string {
	duty := i.Riddor(today)
	switch {
	case paper.Erased:
		return ""
	case duty.Report != "" && i.HSEDay == "" && duty.Due.Before(today):
		return "The report to HSE is late"
	case duty.Report != "" && i.HSEDay == "":
		return "Report to HSE by " + dayWords(duty.Due)
	case len(i.Problems(today)) > 0:
		return "Some answers are missing"
	case !i.Entered():
		return "Not in the portal yet"
	default:
		return ""
	}
}

// teamName is what a team is called; its id where it is not known.
func (p *Pages) teamName(c *request, id string) string {
	teams, err := p.directory.teams(c.Context())
	if t, found := teamOf(teams, id); err == nil && found {
		return t.Name
	}
	return id
}

// mayRecordFor gives the people of whom the reader can record an incident.
func (p *Pages) mayRecordFor(c *request) ([]buddy.Person, error) {
	everyone, err := p.directory.everyone(c.Context())
	if err != nil {
		return nil, err
	}
	teams, err := p.teamsFor(c, access.RecordIncident)
	if err != nil {
		return nil, err
	}
	var list []buddy.Person
	for _, who := range everyone {
		mine := who.ID == c.who.ID && access.May(access.RecordIncident, access.Self)
		if who.Active && (mine || among(teams, who.Team) && c.apart(who.ID) == 0) {
			list = append(list, who)
		}
	}
	slices.SortFunc(list, byName)
	return list, nil
}

// incidentTable answers POST /incidents/table: what the reader sees of incidents, for a spreadsheet. That it is taken out is on record before.
func (p *Pages) incidentTable(c *request) error {
	papers, err := p.incidentsFor(c)
	if err != nil {
		return err
	}
	if len(papers) == 0 {
		return notFound()
	}
	var all []report.Incident
	looked := []string{"incidents"}
	for _, paper := range papers {
		sheet, err := p.incidentSheet(c, paper)
		if err != nil {
			return err
		}
		if !paper.Erased {
			all, looked = append(all, sheet), append(looked, "incident/"+paper.ID)
		}
	}
	if err := p.Access.LookedAtAll(c.Context(), c.who.ID, "export", "", c.at, looked...); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := report.IncidentsCSV(&out, all); err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.w.Header().Set("Content-Disposition", `attachment; filename="incidents.csv"`)
	_, _ = c.w.Write(out.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

func (p *Pages) incidentSheet(c *request, paper store.Paper) (report.Incident, error) {
	i, err := p.incidentIn(paper)
	return report.Incident{ID: paper.ID, Team: p.teamName(c, paper.Team), RecordedAt: paper.MadeAt, ChangedAt: paper.ChangedAt, WrittenAt: c.at, Zone: c.in, Rehearsal: p.Rehearsal, Is: i}, err
}

// incidentAt finds the incident that an address names, where it is the reader's business, and what they are to it. The look is put on record.
func (p *Pages) incidentAt(c *request) (paper store.Paper, i incident.Incident, is access.Is, err error) {
	open, err := p.openAlarms(c)
	if err != nil {
		return paper, i, 0, err
	}
	paper, err = p.Store.Paper(c.Context(), store.IncidentPaper, c.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return paper, i, 0, notFound()
	}
	if err != nil {
		return paper, i, 0, err
	}
	if is = p.toIncident(c, paper, open); !access.May(access.SeeIncident, is) {
		return paper, i, is, notFound()
	}
	if i, err = p.incidentIn(paper); err != nil {
		return paper, i, is, err
	}
	return paper, i, is, p.Access.LookedAt(c.Context(), c.who.ID, "page", "incident/"+paper.ID, "", c.at)
}

type incidentPage struct {
	Layout
	ID, Team, By, Duty, Asks string
	Racist, Erased, Changes  bool
	Urgent                   bool // the law's report is not made
	Paper                    store.Paper
	Sections                 []factList
	Actions                  []actionRow
	Give                     *giveForm
	Support                  []store.Support
	Warning, Risk            string // where a warning is written, and the risk looked at again; "" where there is no such page
	Key                      string
}

// incident answers GET /incidents/{id}.
func (p *Pages) incident(c *request) error {
	paper, i, is, err := p.incidentAt(c)
	if err != nil {
		return err
	}
	return p.showIncident(c, http.StatusOK, paper, i, is, blank())
}

func (p *Pages) showIncident(c *request, status int, paper store.Paper, i incident.Incident, is access.Is, f *form) error {
	duty := i.Riddor(c.today())
	page := incidentPage{Layout: p.layout(c, "Incident: "+cmp.Or(i.Name, "somebody")).again(f), ID: paper.ID, Team: p.teamName(c, paper.Team), Racist: i.Racist(), Erased: paper.Erased, Paper: paper,
		Duty: duty.Says(), Urgent: duty.Report != "" && i.HSEDay == "", Asks: asks(i, paper, c.today()), Changes: !paper.Erased && access.May(access.RecordIncident, is), Key: rand.Text()}
	page.Path = "/incidents/" + paper.ID
	for _, s := range incident.Sections() {
		list := factList{Title: s.Heading}
		for _, q := range s.Questions {
			if answer := q.Says(i); answer != "" {
				list.List.Rows = append(list.List.Rows, fact(q.Label, answer))
			}
		}
		if len(list.List.Rows) > 0 {
			page.Sections = append(page.Sections, list)
		}
	}
	var err error
	if page.By, err = p.nameFor(c.Context(), c.kept, paper.MadeBy); err != nil {
		return err
	}
	if page.Actions, err = p.actionsOf(c, "incident/"+paper.ID, true); err != nil {
		return err
	}
	if page.Support, err = p.supports(c); err != nil {
		return err
	}
	if page.Changes {
		if page.Give, err = p.giveForm(c, f, "/incidents/"+paper.ID+"/actions", paper); err != nil {
			return err
		}
		if p.has("GET /warnings/new") {
			page.Warning = "/warnings/new?incident=" + paper.ID
		}
		if p.has("GET /risks/new") {
			page.Risk = "/risks/new?incident=" + paper.ID
		}
	}
	return p.show(c, status, "incident", page)
}

// incidentPDF answers GET /incidents/{id}/incident.pdf. That it is taken out is on record before.
func (p *Pages) incidentPDF(c *request) error {
	paper, _, _, err := p.incidentAt(c)
	if err != nil {
		return err
	}
	if paper.Erased {
		return notFound()
	}
	sheet, err := p.incidentSheet(c, paper)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := sheet.PDF(&out); err != nil {
		return err
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "export", "incident/"+paper.ID, "", c.at); err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/pdf")
	c.w.Header().Set("Content-Disposition", `inline; filename="incident.pdf"`)
	_, _ = c.w.Write(out.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// options are choices to select one of.
func options(first string, choices []incident.Choice) []govuk.Option {
	list := []govuk.Option{{Text: first}}
	for _, c := range choices {
		list = append(list, govuk.Option{Value: c.Value, Text: c.Says})
	}
	return list
}
