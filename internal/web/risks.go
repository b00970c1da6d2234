package web

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// risksPage lists the assessments that are the reader's: their own, and those of the teams that they answer for.
type risksPage struct {
	Layout
	Waiting, Again, Drafts, Others []riskRow
	MayWrite, Warns                bool
}

// riskRow is an assessment in a list.
type riskRow struct {
	ID, Whom, Where, Worker, State string
	Own                            bool
	MadeAt, DueAt                  time.Time
}

// assessed is an assessment with the paper that it is, as its reader may deal with it.
type assessed struct {
	store.Paper
	risk.Assessment
	is access.Is
}

func (a assessed) may(act access.Act) bool { return access.May(act, a.is) }

// open says that it may still be written.
func (a assessed) open() bool {
	return a.OverAt.IsZero() && (a.Status == string(risk.Draft) || a.Status == string(risk.Waiting))
}

// state says how an assessment stands.
func (a assessed) state() string {
	switch risk.Status(a.Status) {
	case risk.Draft:
		return "Draft"
	case risk.Waiting:
		return "Not decided yet"
	case risk.Decided:
		return a.Decision.Words()
	default:
		if a.Decision == "" {
			return "Put away"
		}
		return "Before: " + a.Decision.Words()
	}
}

// readRisk opens an assessment.
func (p *Pages) readRisk(c *request, paper store.Paper) (a assessed, err error) {
	a.Paper = paper
	if a.Assessment, err = risk.ReadAssessment(paper.Body); err != nil {
		return a, err
	}
	worker, err := p.directory.person(c.Context(), paper.Person)
	if err != nil {
		return a, fmt.Errorf("find worker of assessment: %w", err)
	}
	a.is, err = p.overPerson(c, worker)
	return a, err
}

// risks answers GET /risks.
func (p *Pages) risks(c *request) error {
	teams, err := p.teamsFor(c, access.SeeRisk)
	if err != nil {
		return err
	}
	filters := []store.PaperFilter{{Kind: store.RiskPaper, Person: c.who.ID, Standing: true}}
	for _, t := range teams {
		filters = append(filters, store.PaperFilter{Kind: store.RiskPaper, Team: t.ID, Standing: true})
	}
	page := risksPage{Layout: p.layout(c, "Risk assessments"), MayWrite: access.May(access.WriteRisk, access.ByRole(c.who)|access.Self),
		Warns: access.May(access.SeeWarnings, access.ByRole(c.who))}
	had := map[string]bool{}
	for _, f := range filters {
		list, err := p.Store.Papers(c.Context(), f)
		if err != nil {
			return err
		}
		for _, paper := range list {
			if had[paper.ID] || slices.Contains(c.kept, paper.Person) || paper.Erased {
				continue
			}
			had[paper.ID] = true
			if err := p.listRisk(c, &page, paper); err != nil {
				return err
			}
		}
	}
	return p.show(c, http.StatusOK, "risks", page)
}

// listRisk puts an assessment where it belongs on the page. Another's draft is theirs alone.
func (p *Pages) listRisk(c *request, page *risksPage, paper store.Paper) error {
	a, err := p.readRisk(c, paper)
	if err != nil || !a.may(access.SeeRisk) {
		return err
	}
	own := paper.Person == c.who.ID
	row := riskRow{ID: paper.ID, Whom: a.ServiceUser.Reveal(), Where: a.Address.Reveal(), State: a.state(), Own: own, MadeAt: paper.MadeAt, DueAt: paper.DueAt}
	if row.Worker, err = p.nameOf(c.Context(), paper.Person); err != nil {
		return err
	}
	switch {
	case paper.Status == string(risk.Draft) && own:
		page.Drafts = append(page.Drafts, row)
	case paper.Status == string(risk.Draft):
	case paper.Status == string(risk.Waiting):
		page.Waiting = append(page.Waiting, row)
	case !paper.DueAt.IsZero() && !paper.DueAt.After(c.at):
		page.Again = append(page.Again, row)
	default:
		page.Others = append(page.Others, row)
	}
	return nil
}

// riskPage is one assessment, with the form for a decision where it is the reader's to take.
type riskPage struct {
	Layout
	ID, Worker  string
	Own         bool
	State       string
	Stops, Past bool
	Due         bool // it is to be looked at again
	Whom, Where string
	Visit       string // of which it is; "" for the family as such
	Reference   string
	Known       []knownRow
	Plan        string
	Joint       string
	Discussed   string
	Verdict     *verdictWords
	Decide      *decideForm
	MayEdit     bool
	MayAnew     bool
	Warnings    []warningRow
	History     []riskRow
	OwnWords    string // what the way to them is called; "" where there is none for the reader
	Opened      map[string]bool
	Key         string
	Revision    int
}

type knownRow struct {
	Topic, Answer, Words string
	Yes                  bool
}

type verdictWords struct {
	What, Why, By string
	Conditions    []string
	At            time.Time
}

// decideForm is the manager's.
type decideForm struct {
	Decision   govuk.Radios
	Conditions govuk.Checkboxes
	Reasons    govuk.Textarea
	Again      bool // it is decided already
}

var answerWords = map[risk.Answer]string{risk.Yes: "Yes", risk.No: "No", risk.NotKnown: "Not known"}

// riskAt finds the assessment that the address names. The look is recorded, unless it is the reader's own.
func (p *Pages) riskAt(c *request) (a assessed, err error) {
	paper, err := p.Store.Paper(c.Context(), store.RiskPaper, c.PathValue("id"))
	if err != nil {
		return a, err
	}
	if paper.Erased {
		return a, notFound()
	}
	if a, err = p.readRisk(c, paper); err != nil {
		return a, err
	}
	own := paper.Person == c.who.ID
	if !a.may(access.SeeRisk) || paper.Status == string(risk.Draft) && !own && paper.MadeBy != c.who.ID {
		return a, notFound()
	}
	if own {
		return a, nil
	}
	return a, p.Access.LookedAt(c.Context(), c.who.ID, "page", "risk/"+paper.ID, "", c.at)
}

// risk answers GET /risks/{id}.
func (p *Pages) risk(c *request) error {
	a, err := p.riskAt(c)
	if err != nil {
		return err
	}
	f := blank("decision", string(a.Decision), "reasons", a.Reasons.Reveal())
	for field, on := range map[string]bool{"voice": a.VoiceOnly, "quiet": a.NoPrompts} {
		if on {
			f.values.Add("conditions", field)
		}
	}
	return p.showRisk(c, http.StatusOK, a, f)
}

func (p *Pages) showRisk(c *request, status int, a assessed, f *form) error {
	worker, err := p.nameOf(c.Context(), a.Person)
	if err != nil {
		return err
	}
	own := a.Person == c.who.ID
	page := riskPage{Layout: p.layout(c, "Risk assessment").again(f), ID: a.ID, Worker: worker, Own: own, State: a.state(), Stops: a.Decision.Stops(), Past: !a.OverAt.IsZero(),
		Due: !a.DueAt.IsZero() && !a.DueAt.After(c.at), Whom: a.ServiceUser.Reveal(), Where: a.Address.Reveal(), Plan: a.Plan.Reveal(), Discussed: a.Discussed.Reveal(),
		Joint: strings.TrimSuffix(cmp.Or(answerWords[a.Joint], "Not said")+". "+a.JointWhy.Reveal(), " "), Key: rand.Text(), Revision: a.Revision,
		MayEdit: a.open() && a.may(access.WriteRisk), MayAnew: !a.open() && a.OverAt.IsZero() && a.may(access.WriteRisk), Opened: map[string]bool{}}
	page.Path = "/risks/" + a.ID
	if own {
		page.Layout = page.leaving(p)
	}
	for _, x := range f.problems {
		page.Opened[x.Field] = true
	}
	for _, t := range risk.Topics() {
		k := a.Known[t]
		page.Known = append(page.Known, knownRow{t.Words(), cmp.Or(answerWords[k.Answer], "Not said"), k.Words.Reveal(), k.Answer == risk.Yes})
	}
	if page.Verdict, err = p.verdictOf(c, a); err != nil {
		return err
	}
	if !own && a.OverAt.IsZero() && a.Status != string(risk.Draft) && a.may(access.DecideRisk) {
		page.Decide = f.decide(a)
	}
	if err := p.aroundRisk(c, a, &page); err != nil {
		return err
	}
	return p.show(c, status, "risk", page)
}

// aroundRisk adds the visit, the warnings and the assessments before, and whether the worker wrote something for the reader.
func (p *Pages) aroundRisk(c *request, a assessed, page *riskPage) (err error) {
	if id, is := strings.CutPrefix(a.About, "visit/"); is {
		page.Visit = id
		if v, err := p.Store.Visit(c.Context(), id); err == nil {
			page.Reference = v.Reference
		}
	}
	found, err := p.warningsAt(c, a.Place, page.Visit)
	if err != nil {
		return err
	}
	for _, w := range found {
		page.Warnings = append(page.Warnings, warningIn(w.Paper, w.Warning, c.at))
	}
	before, err := p.riskHistory(c, a.Team, a.Place, a.ID)
	if err != nil {
		return err
	}
	for _, b := range before {
		row := riskRow{ID: b.ID, State: b.state(), MadeAt: b.MadeAt}
		if row.Worker, err = p.nameOf(c.Context(), b.Person); err != nil {
			return err
		}
		page.History = append(page.History, row)
	}
	page.OwnWords, err = p.wayToOwnWords(c, a)
	return err
}

func (p *Pages) verdictOf(c *request, a assessed) (*verdictWords, error) {
	if a.Decision == "" {
		return nil, nil
	}
	by, err := p.nameOf(c.Context(), a.By)
	return &verdictWords{What: a.Decision.Words(), Why: a.Reasons.Reveal(), By: by, Conditions: a.Conditions(), At: a.At}, err
}

// riskHistory gives the assessments of a team about a family or place that were decided, the newest first, but one and but those of workers whom the
// reader may never see.
func (p *Pages) riskHistory(c *request, team string, at risk.Place, not string) ([]assessed, error) {
	marks := at.Sought()
	if len(marks) == 0 {
		return nil, nil
	}
	list, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.RiskPaper, Team: team, Marked: marks})
	if err != nil {
		return nil, err
	}
	var past []assessed
	for _, paper := range list {
		if paper.ID == not || paper.Erased || slices.Contains(c.kept, paper.Person) {
			continue
		}
		a, err := p.readRisk(c, paper)
		if err != nil {
			return nil, err
		}
		if a.Decision != "" {
			past = append(past, a)
		}
	}
	slices.SortStableFunc(past, func(a, b assessed) int { return b.At.Compare(a.At) })
	return past, nil
}

func (f *form) decide(a assessed) *decideForm {
	d := &decideForm{Again: a.Decision != "", Reasons: f.textarea("reasons", "Why?", "The worker reads it. It is not in the text that they are sent."),
		Conditions: govuk.Checkboxes{Name: "conditions", Values: f.values["conditions"], ErrorMessage: f.says("conditions"),
			Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: "On these conditions", Classes: "govuk-fieldset__legend--s"}},
			Items: []govuk.Choice{{Value: "voice", Text: "It ends by voice only", Hint: govuk.Hint{Text: "No text and no press ends it. A worker who says that they are out is told so, and whoever answers for them is asked to ring and to record it."}},
				{Value: "quiet", Text: "No prompts", Hint: govuk.Hint{Text: "Allclear texts nothing to the worker during the visit. The alarm comes at the same time."}}}}}
	d.Reasons.Rows = 3
	var choices []govuk.Choice
	for _, one := range risk.Decisions() {
		choice := govuk.Choice{Value: string(one), Text: one.Words()}
		switch one {
		case risk.NotHome:
			choice.Hint.Text = "Meet them elsewhere. The visit is not called off by itself: the worker is told, and it is marked."
		case risk.NotAtAll:
			choice.Hint.Text = "The visit is not called off by itself: the worker is told, and it is marked."
		}
		choices = append(choices, choice)
	}
	d.Decision = f.radios("decision", "What do you decide?", "", choices...)
	return d
}

// decide answers POST /risks/{id}/decide.
func (p *Pages) decide(c *request) error {
	a, err := p.riskAt(c)
	if err != nil {
		return err
	}
	if a.Person == c.who.ID || !a.may(access.DecideRisk) {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	v := risk.Verdict{Decision: risk.Decision(f.value("decision")), Reasons: f.secret("reasons"), VoiceOnly: slices.Contains(f.values["conditions"], "voice"),
		NoPrompts: slices.Contains(f.values["conditions"], "quiet")}
	status := http.StatusUnprocessableEntity
	if len(v.Problems()) == 0 && f.value("revision") != revisionOf(a.Paper) && !sameVerdict(a, v, c.who.ID) {
		f.wrong("decision", "It was changed, or decided by somebody else, since you opened this page. It is shown as it is now: decide again if you still want to")
		status = http.StatusConflict
	}
	if !f.bad() {
		if status, err = f.takesPaper(p.Engine.Decide(c.Context(), c.press(), a.Paper, v), "decision"); err != nil {
			return fmt.Errorf("decide: %w", err)
		}
	}
	if f.bad() {
		return p.showRisk(c, status, a, f)
	}
	return c.redirect("/risks/" + a.ID + "?done=risk-decided")
}

// sameVerdict says that somebody decided just this already: the same press.
func sameVerdict(a assessed, v risk.Verdict, by string) bool {
	v.By, v.At = by, a.At
	return a.Verdict == v
}

// endRisk answers POST /risks/{id}/end: it is needed no longer.
func (p *Pages) endRisk(c *request) error {
	a, err := p.riskAt(c)
	if err != nil {
		return err
	}
	if !a.may(access.WriteRisk) {
		return notFound()
	}
	if a.OverAt.IsZero() {
		if err := p.Engine.EndAssessment(c.Context(), c.press(), a.Paper); err != nil {
			return err
		}
	}
	return c.redirect("/risks?done=risk-ended")
}
