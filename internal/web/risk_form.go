package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// riskForm is the page on which an assessment is written.
type riskForm struct {
	Layout
	Start       bool // it is only asked whom it is about
	Action      string
	Visit, From string
	Reference   string
	BeforeAt    time.Time // when the one was decided that it was written from; zero for the first
	ServiceUser govuk.Input
	Address     govuk.Textarea
	Asks        []topicFields
	Plan        govuk.Textarea
	Joint       govuk.Radios
	JointWhy    govuk.Input
	Discussed   govuk.Input
	Still       *govuk.Checkboxes
	Warnings    []warningRow
	Key         string
	Revision    int
	Waits       bool // it was sent before
}

// topicFields ask of one topic.
type topicFields struct {
	Answer govuk.Radios
	Words  govuk.Input
}

// riskAbout is what an assessment that is to be written is about.
type riskAbout struct {
	visit, reference string
	worker, team     string
}

// aboutOf finds the visit that an assessment is to be about, where the reader sees it and writes one; "" is the reader's own, about a family.
func (p *Pages) aboutOf(c *request, visit string) (riskAbout, seen, error) {
	if visit == "" {
		if !access.May(access.WriteRisk, access.ByRole(c.who)|access.Self) {
			return riskAbout{}, seen{}, notFound()
		}
		return riskAbout{worker: c.who.ID, team: c.who.Team}, seen{}, nil
	}
	v, err := p.openVisit(c, visit)
	if err != nil {
		return riskAbout{}, v, err
	}
	is, err := p.overVisit(c, v.Visit)
	if err == nil && v.Worker == c.who.ID {
		is |= access.ByRole(c.who)
	}
	if err == nil && !access.May(access.WriteRisk, is) {
		err = notFound()
	}
	return riskAbout{v.ID, v.Reference, v.Worker, v.Team}, v, err
}

// newRisk answers GET /risks/new. For a visit it starts from the last assessment of its family or place; else it is asked first whom it is about.
func (p *Pages) newRisk(c *request) error {
	query := c.URL.Query()
	if id := query.Get("from"); id != "" {
		c.SetPathValue("id", id)
		last, err := p.riskAt(c)
		if err != nil || !last.may(access.WriteRisk) || last.Person != c.who.ID {
			return firstOf(err, notFound())
		}
		return p.startRisk(c, riskAbout{worker: c.who.ID, team: c.who.Team}, last.Place)
	}
	if id := query.Get("incident"); id != "" {
		return p.newRiskAfter(c, id)
	}
	about, v, err := p.aboutOf(c, query.Get("visit"))
	if err != nil {
		return err
	}
	if about.visit == "" {
		return p.showRiskForm(c, http.StatusOK, blank(), riskForm{Start: true, Action: "/risks/start"})
	}
	if known, err := p.View.Risks(c.Context(), v.Visit.Visit, c.reader()); err != nil {
		return err
	} else if known.Waits.ID != "" && known.Waits.Person == v.Worker && (v.Worker == c.who.ID || known.Waits.Status != string(risk.Draft)) {
		return c.redirect("/risks/" + known.Waits.ID)
	}
	return p.startRisk(c, about, engine.PlaceOf(v.Visit.Visit))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// aboutFamily answers POST /risks/start: the form for a family that was named. It changes nothing, and is a POST so that no name is in an address.
func (p *Pages) aboutFamily(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	about, _, err := p.aboutOf(c, "")
	if err != nil {
		return err
	}
	at := f.riskPlace()
	if at.IsZero() {
		f.wrong("service_user", "Enter a name, an address, or both")
	}
	if f.bad() {
		return p.showRiskForm(c, http.StatusUnprocessableEntity, f, riskForm{Start: true, Action: "/risks/start"})
	}
	return p.startRisk(c, about, at)
}

// startRisk shows the form, filled in from the last assessment of the family or place.
func (p *Pages) startRisk(c *request, about riskAbout, at risk.Place) error {
	past, err := p.riskHistory(c, about.team, at, "")
	if err != nil {
		return err
	}
	a, page := risk.Assessment{Place: at}, riskForm{Action: "/risks/new", Visit: about.visit, Reference: about.reference}
	if len(past) > 0 {
		a = past[0].Anew()
		a.Place = at
		if past[0].Person != c.who.ID {
			if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "risk/"+past[0].ID, "", c.at); err != nil {
				return err
			}
		}
		page.From, page.BeforeAt = past[0].ID, past[0].At
	}
	f := filledRisk(a)
	f.values.Set("key", rand.Text())
	return p.showRiskForm(c, http.StatusOK, f, page)
}

// filledRisk is the form as an assessment stands.
func filledRisk(a risk.Assessment) *form {
	f := blank("service_user", a.ServiceUser.Reveal(), "address", a.Address.Reveal(), "plan", a.Plan.Reveal(), "joint", string(a.Joint), "joint-why", a.JointWhy.Reveal(),
		"discussed", a.Discussed.Reveal())
	for _, t := range risk.Topics() {
		f.values.Set(string(t), string(a.Known[t].Answer))
		f.values.Set(string(t)+"-words", a.Known[t].Words.Reveal())
	}
	return f
}

// topicHints say what a topic asks.
var topicHints = map[risk.Topic]string{
	risk.Discrimination: "Towards anybody: by the family, their visitors, or people around the place",
	risk.Area:           "Where you park, the way to the door, stairs, what happens around there",
	risk.Unexpected:     "Somebody who may be there and is not said to be",
}

func (p *Pages) showRiskForm(c *request, status int, f *form, page riskForm) error {
	page.Layout = p.layout(c, "Risk assessment").again(f).leaving(p)
	page.Path = page.Action
	page.Key = f.value("key")
	page.ServiceUser = f.input("service_user", "Who is visited?", "The service user, or the family")
	page.Address = f.textarea("address", "Address", "With the postcode, so that what is known of it is found")
	page.Address.Rows = 2
	if page.Start {
		return p.show(c, status, "risk_form", page)
	}
	for _, t := range risk.Topics() {
		var choices []govuk.Choice
		for _, a := range risk.Answers() {
			choices = append(choices, govuk.Choice{Value: string(a), Text: answerWords[a]})
		}
		fields := topicFields{f.radios(string(t), t.Words(), topicHints[t], choices...), f.input(string(t)+"-words", "In a few words", "")}
		fields.Answer.Classes = "govuk-radios--inline govuk-radios--small"
		fields.Words.Label.Classes = "govuk-visually-hidden"
		fields.Words.Label.Text = t.Words() + ", in a few words"
		page.Asks = append(page.Asks, fields)
	}
	page.Plan = f.textarea("plan", "What will you do?", "Such as: park facing out, keep to the room by the door, ring before and after.")
	page.Plan.Rows = 3
	page.Joint = f.radios("joint", "Is a joint visit right?", "", govuk.Choice{Value: "yes", Text: "Yes"}, govuk.Choice{Value: "no", Text: "No"}, govuk.Choice{Value: "not_known", Text: "I am not sure"})
	page.Joint.Classes = "govuk-radios--inline govuk-radios--small"
	page.JointWhy = f.input("joint-why", "Why?", "")
	page.Discussed = f.input("discussed", "Whom have you talked it over with?", "Leave it empty if with nobody yet.")
	if page.From != "" {
		page.Still = &govuk.Checkboxes{Name: "still", Values: f.values["still"], ErrorMessage: f.says("still"), Items: []govuk.Choice{{Value: "yes", Text: "All that stands here is still so, or I have changed it"}}}
	}
	found, err := p.warningsAt(c, f.riskPlace(), page.Visit)
	if err != nil {
		return err
	}
	for _, w := range found {
		page.Warnings = append(page.Warnings, warningIn(w.Paper, w.Warning, c.at))
	}
	return p.show(c, status, "risk_form", page)
}

// readAssessment reads the form.
func (f *form) readAssessment() risk.Assessment {
	a := risk.Assessment{Place: f.riskPlace(), Known: map[risk.Topic]risk.Known{}, Plan: f.secret("plan"), Joint: risk.Answer(f.value("joint")), JointWhy: f.secret("joint-why"),
		Discussed: f.secret("discussed")}
	for _, t := range risk.Topics() {
		a.Known[t] = risk.Known{Answer: risk.Answer(f.value(string(t))), Words: f.secret(string(t) + "-words")}
	}
	return a
}

// addRisk answers POST /risks/new.
func (p *Pages) addRisk(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	about, _, err := p.aboutOf(c, f.value("visit"))
	if err != nil {
		return err
	}
	paper := store.Paper{Team: about.team, Person: about.worker}
	page := riskForm{Action: "/risks/new", Visit: about.visit, Reference: about.reference}
	if about.visit != "" {
		paper.About = "visit/" + about.visit
	}
	if id := f.value("from"); id != "" {
		past, err := p.riskHistory(c, about.team, f.riskPlace(), "")
		if err != nil {
			return err
		}
		for _, one := range past {
			if one.ID == id {
				page.From, page.BeforeAt = id, one.At
			}
		}
	}
	return p.saveRisk(c, f, paper, page)
}

func (p *Pages) saveRisk(c *request, f *form, paper store.Paper, page riskForm) (err error) {
	a, send, status := f.readAssessment(), f.value("do") == "send", http.StatusUnprocessableEntity
	a.From = page.From
	if send && page.From != "" && f.value("still") == "" {
		f.wrong("still", "Say that all of it is still so")
	}
	kept := paper
	if !f.bad() {
		kept, err = p.Engine.Assess(c.Context(), c.press(), paper, a, send)
		if status, err = f.takesPaper(err, "service_user"); err != nil {
			return fmt.Errorf("keep assessment: %w", err)
		}
	}
	if f.bad() {
		return p.showRiskForm(c, status, f, page)
	}
	if send {
		return c.redirect("/risks/" + kept.ID + "?done=risk-sent")
	}
	return c.redirect("/risks/" + kept.ID + "?done=risk-draft")
}

// riskToEdit finds the assessment that the address names, where the reader may still write it.
func (p *Pages) riskToEdit(c *request) (a assessed, page riskForm, err error) {
	if a, err = p.riskAt(c); err != nil {
		return a, page, err
	}
	if !a.open() || !a.may(access.WriteRisk) {
		return a, page, notFound()
	}
	page = riskForm{Action: "/risks/" + a.ID + "/edit", From: a.From, Revision: a.Revision, Waits: a.Status == string(risk.Waiting)}
	if a.From != "" {
		if last, err := p.Store.Paper(c.Context(), store.RiskPaper, a.From); err == nil {
			page.BeforeAt = last.ChangedAt
		}
	}
	return a, page, nil
}

// editRisk answers GET /risks/{id}/edit.
func (p *Pages) editRisk(c *request) error {
	a, page, err := p.riskToEdit(c)
	if err != nil {
		return err
	}
	f := filledRisk(a.Assessment)
	f.values.Set("key", rand.Text())
	return p.showRiskForm(c, http.StatusOK, f, page)
}

// changeRisk answers POST /risks/{id}/edit.
func (p *Pages) changeRisk(c *request) error {
	a, page, err := p.riskToEdit(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	paper := a.Paper
	if n, err := strconv.Atoi(f.value("revision")); err == nil && n > 0 {
		paper.Revision = n
	}
	return p.saveRisk(c, f, paper, page)
}
