package web

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// organisationCareRoutes are the pages of what the organisation says, and of managers' prompts.
func (p *Pages) organisationCareRoutes() []route {
	return []route{
		{"GET /organisation", signedIn, p.organisation},
		{"POST /organisation", signedIn, p.keepOrganisation},
		{"GET /prompts", signedIn, p.prompts},
		{"POST /prompts/{id}/done", signedIn, p.prompted},
	}
}

// standardSupport is whom people can turn to until the organisation lists its own: by name, and without an address, which only it knows.
func standardSupport() []store.Support {
	return []store.Support{
		{Name: "Black Workers Network", For: "Support from colleagues for Global Majority workers"},
		{Name: "Anti-Racist Ally Group", For: "Colleagues who stand beside you, and hear what should change"},
		{Name: "Occupational health", For: "How you are afterwards, in confidence"},
		{Name: "Your trade union", For: "Somebody on your side"},
	}
}

// standardHRSteps is how next of kin is changed in the HR system, until the organisation says it in words of its own.
const standardHRSteps = "Change your next of kin in the HR system too (SAP, under your own personal details): that is for you to do, and what you change here does not reach it. " +
	"If you work through an agency, tell the agency as well. If you cannot get into the HR system, ask your manager."

// mostHRSteps is how long the organisation's words for it may be, in characters: they are read on a phone.
const mostHRSteps = 2000

// hrSteps is how people change their next of kin in the HR system.
func (p *Pages) hrSteps(c *request) (string, error) {
	words, err := p.Store.OrganisationText(c.Context(), store.TextHRSteps)
	return cmp.Or(words, standardHRSteps), err
}

// putHRSteps keeps the organisation's words for it. Our standard words are not kept as its own: where it says nothing else, they may become better.
func (p *Pages) putHRSteps(c *request, words string) error {
	if words == standardHRSteps {
		words = ""
	}
	kept, err := p.Store.OrganisationText(c.Context(), store.TextHRSteps)
	if err != nil || words == kept {
		return err
	}
	return p.Store.PutOrganisationText(c.Context(), store.TextHRSteps, words, store.By{Person: c.who.ID, Via: "page"}, c.at)
}

// mostSupports is how many groups and services are listed.
const mostSupports = 12

type organisationPage struct {
	Layout
	Supports []supportForm
	HR       govuk.Textarea
}

// supportForm asks for one group or service.
type supportForm struct {
	Number           int
	Name, For, Reach govuk.Input
}

func mayKeepOrganisation(c *request) bool {
	return access.May(access.KeepOrganisation, access.ByRole(c.who))
}

// organisation answers GET /organisation.
func (p *Pages) organisation(c *request) error {
	if !mayKeepOrganisation(c) {
		return notFound()
	}
	list, err := p.supports(c)
	if err != nil {
		return err
	}
	hr, err := p.hrSteps(c)
	if err != nil {
		return err
	}
	f := blank("hr", hr)
	for n, s := range list {
		for field, value := range map[string]string{"name": s.Name, "for": s.For, "reach": s.Reach} {
			f.values.Set(fmt.Sprintf("%s-%d", field, n+1), value)
		}
	}
	return p.showOrganisation(c, http.StatusOK, f)
}

func (p *Pages) showOrganisation(c *request, status int, f *form) error {
	page := organisationPage{Layout: p.layout(c, "What the organisation says").again(f)}
	page.Path = "/organisation"
	filled := 0
	for n := 1; n <= mostSupports; n++ {
		if f.value(fmt.Sprintf("name-%d", n))+f.value(fmt.Sprintf("reach-%d", n))+f.value(fmt.Sprintf("for-%d", n)) != "" {
			filled = n
		}
	}
	for n := 1; n <= min(filled+2, mostSupports); n++ {
		page.Supports = append(page.Supports, supportForm{n, f.input(fmt.Sprintf("name-%d", n), "Name", ""), f.input(fmt.Sprintf("for-%d", n), "What it is for", ""),
			f.input(fmt.Sprintf("reach-%d", n), "How to reach it", "A number, an e-mail address or a page")})
	}
	page.HR = f.textarea("hr", "How people change their next of kin in the HR system", "Step by step. It is shown with their own details, and when they change an emergency contact. Empty it for our standard words.")
	return p.show(c, status, "organisation", page)
}

// keepOrganisation answers POST /organisation.
func (p *Pages) keepOrganisation(c *request) error {
	if !mayKeepOrganisation(c) {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	var list []store.Support
	for n := 1; n <= mostSupports; n++ {
		s := store.Support{Name: f.value(fmt.Sprintf("name-%d", n)), For: f.value(fmt.Sprintf("for-%d", n)), Reach: f.value(fmt.Sprintf("reach-%d", n))}
		switch {
		case s == store.Support{}:
		case s.Name == "":
			f.wrong(fmt.Sprintf("name-%d", n), "Enter its name")
		default:
			list = append(list, s)
		}
	}
	if utf8.RuneCountInString(f.value("hr")) > mostHRSteps {
		f.wrong("hr", fmt.Sprintf("The steps must have at most %d characters", mostHRSteps))
	}
	if f.bad() {
		return p.showOrganisation(c, http.StatusUnprocessableEntity, f)
	}
	if err := p.Store.PutSupports(c.Context(), list, store.By{Person: c.who.ID, Via: "page"}, c.at); err != nil {
		return err
	}
	if err := p.putHRSteps(c, f.value("hr")); err != nil {
		return err
	}
	return c.redirect("/organisation?done=changed")
}

type promptsPage struct {
	Layout
	Rows         []promptRow
	First, After []debrief.Prompt
	Key          string
}

// promptRow is somebody with whom the prompts are taken up.
type promptRow struct {
	ID, Name string
	Last     time.Time // zero: never
	Next     time.Time
	Due      bool
}

// prompts answers GET /prompts: what a manager asks in a 1:1, and with whom it is due. Nothing of the answers is written down.
func (p *Pages) prompts(c *request) error {
	if !access.May(access.TakePrompts, access.InTeam(c.who, c.who.Team)) {
		return notFound()
	}
	rows, err := p.promptRows(c)
	if err != nil {
		return err
	}
	page := promptsPage{Layout: p.layout(c, "Prompts for your 1:1s"), First: debrief.Prompts(true)[:2], After: debrief.Prompts(false), Rows: rows, Key: rand.Text()}
	return p.show(c, http.StatusOK, "prompts", page)
}

// prompted answers POST /prompts/{id}/done.
func (p *Pages) prompted(c *request) error {
	who, err := p.Store.Person(c.Context(), c.PathValue("id"))
	if err != nil && who.ID == "" {
		return err
	}
	if who.ID == c.who.ID || !access.May(access.TakePrompts, c.toPerson(who)) {
		return notFound()
	}
	if err := p.Store.PutPrompted(c.Context(), who.ID, store.By{Person: c.who.ID, Via: "page"}, c.at); err != nil {
		return err
	}
	return c.redirect("/prompts?done=prompted")
}

// maySeeCounts says that the figures of incidents are for the reader.
func maySeeCounts(c *request) bool { return access.May(access.SeeCounts, access.ByRole(c.who)) }

type incidentFiguresPage struct {
	Layout
	Quarters []quarterFigures
}

// quarterFigures is one quarter: teams in columns, kinds of incident in rows, without those of which all is hidden.
type quarterFigures struct {
	Name       string
	Teams      []string
	Rows       []figureRow
	Sums       []incident.Figure
	Sum        incident.Figure
	Everything bool // is hidden
}

type figureRow struct {
	What  string
	Cells []incident.Figure
	Sum   incident.Figure
}

// countIn is how many people work in a team.
func countIn(everyone []buddy.Person, team string) (n int) {
	for _, who := range everyone {
		if who.Active && access.InTeam(who, team)&access.Member != 0 {
			n++
		}
	}
	return n
}

// incidentFigures answers GET /incidents/figures. The table is the same for whoever may see it: what one reader has not, another's could not give away.
func (p *Pages) incidentFigures(c *request) error {
	if !maySeeCounts(c) {
		return notFound()
	}
	teams, err := p.directory.teams(c.Context())
	if err != nil {
		return err
	}
	papers, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.IncidentPaper})
	if err != nil {
		return err
	}
	everyone, err := p.directory.everyone(c.Context())
	if err != nil {
		return err
	}
	var ids, names []string
	for _, t := range teams {
		if people := countIn(everyone, t.ID); people < incident.Fewest { // its numbers would be about one of very few
			continue
		}
		ids, names = append(ids, t.ID), append(names, t.Name)
	}
	var all []incident.Counted
	for _, paper := range papers {
		i, err := p.incidentIn(paper)
		if err != nil {
			return err
		}
		if day, ok := parseDate(i.Day); ok && i.Kind != "" {
			all = append(all, incident.Counted{Team: paper.Team, Day: day.in(time.UTC), Kind: i.Kind, Of: i.Strand})
		}
	}
	page := incidentFiguresPage{Layout: p.layout(c, "Incidents by quarter")}
	quarters, tables := incident.Tables(all, ids, c.today())
	for n, t := range tables {
		shown := incident.Suppress(t)
		q := quarterFigures{Name: quarters[n], Teams: names, Sums: shown.ColumnSums, Sum: shown.Sum, Everything: shown.Sum.Hidden}
		for i, class := range t.Rows {
			if !shown.RowSums[i].Hidden {
				q.Rows = append(q.Rows, figureRow{incident.ClassWords(class), shown.Cells[i], shown.RowSums[i]})
			}
		}
		page.Quarters = append(page.Quarters, q)
	}
	return p.show(c, http.StatusOK, "incident_figures", page)
}
