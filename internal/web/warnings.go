package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// warningsPage is where warnings are sought by a name or an address, and where those of a team are listed to who keeps them.
type warningsPage struct {
	Layout
	ServiceUser govuk.Input
	Address     govuk.Textarea
	Sought      bool
	Unplaced    bool // what was sought has no postcode
	Found, Ours []warningRow
}

// warningRow is a warning in words.
type warningRow struct {
	ID, Topic, Whom, Where   string
	What, Reason, Source     string
	Case, Ended              string
	ReviewAt, MadeAt, OverAt time.Time
	Due                      bool
}

func warningIn(p store.Paper, w risk.Warning, at time.Time) warningRow {
	return warningRow{ID: p.ID, Topic: w.Topic.Words(), Whom: w.ServiceUser.Reveal(), Where: w.Address.Reveal(), What: w.What.Reveal(), Reason: w.Reason.Reveal(),
		Source: w.Source.Reveal(), Case: w.Case.Reveal(), Ended: w.Ended.Reveal(), ReviewAt: p.DueAt, MadeAt: p.MadeAt, OverAt: p.OverAt, Due: p.OverAt.IsZero() && !p.DueAt.After(at)}
}

func (p *Pages) maySeeWarnings(c *request) error {
	if !access.May(access.SeeWarnings, access.ByRole(c.who)) {
		return notFound()
	}
	return nil
}

// warnings answers GET /warnings.
func (p *Pages) warnings(c *request) error {
	if err := p.maySeeWarnings(c); err != nil {
		return err
	}
	return p.showWarnings(c, http.StatusOK, blank(), nil)
}

// seekWarnings answers POST /warnings: those about a name or an address, in no address of a page.
func (p *Pages) seekWarnings(c *request) error {
	if err := p.maySeeWarnings(c); err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	at := f.riskPlace()
	if at.IsZero() {
		f.wrong("service_user", "Enter a name, an address, or both")
	}
	if f.bad() {
		return p.showWarnings(c, http.StatusUnprocessableEntity, f, nil)
	}
	found, err := p.warningsAt(c, at, "")
	if err != nil {
		return err
	}
	return p.showWarnings(c, http.StatusOK, f, found)
}

// riskPlace reads a family and an address.
func (f *form) riskPlace() risk.Place {
	return risk.Place{ServiceUser: f.secret("service_user"), Address: f.secret("address")}
}

// secret is a field's words.
func (f *form) secret(field string) private.Text {
	return private.New(strings.ReplaceAll(f.value(field), "\r\n", "\n"))
}

// warningsAt gives the warnings that stand somewhere. The look at each is recorded.
func (p *Pages) warningsAt(c *request, at risk.Place, visit string) ([]engine.StandingWarning, error) {
	found, err := engine.WarningsAt(c.Context(), p.Store, at, visit)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, p.lookedAtPapers(c, found)
}

func (p *Pages) lookedAtPapers(c *request, found []engine.StandingWarning) error {
	var objects []string
	for _, w := range found {
		objects = append(objects, "warning/"+w.ID)
	}
	return p.Access.LookedAtAll(c.Context(), c.who.ID, "page", "", c.at, objects...)
}

func (p *Pages) showWarnings(c *request, status int, f *form, found []engine.StandingWarning) error {
	at := f.riskPlace()
	page := warningsPage{Layout: p.layout(c, "Warnings").again(f), ServiceUser: f.input("service_user", "Who is visited?", "The service user, or the family"),
		Address: f.textarea("address", "Address", "With the postcode, if you have it"), Sought: c.Method == http.MethodPost && !f.bad(), Unplaced: !at.Address.IsZero() && !at.Placed()}
	page.Address.Rows = 2
	page.Path = "/warnings"
	for _, w := range found {
		page.Found = append(page.Found, warningIn(w.Paper, w.Warning, c.at))
	}
	if !page.Sought {
		ours, err := p.ourWarnings(c)
		if err != nil {
			return err
		}
		page.Ours = ours
	}
	return p.show(c, status, "warnings", page)
}

// ourWarnings lists those that stand of the teams that the reader answers for, the next to be looked at first.
func (p *Pages) ourWarnings(c *request) (rows []warningRow, err error) {
	teams, err := p.teamsFor(c, access.KeepWarning)
	if err != nil {
		return nil, err
	}
	var all []engine.StandingWarning
	for _, t := range teams {
		list, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.WarningPaper, Team: t.ID, Standing: true})
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			w, err := risk.ReadWarning(one.Body)
			if err != nil {
				return nil, err
			}
			all = append(all, engine.StandingWarning{Paper: one, Warning: w})
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	if err := p.lookedAtPapers(c, all); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b engine.StandingWarning) int { return a.DueAt.Compare(b.DueAt) })
	for _, w := range all {
		rows = append(rows, warningIn(w.Paper, w.Warning, c.at))
	}
	return rows, nil
}

// warningPage is one warning.
type warningPage struct {
	Layout
	Row      warningRow
	Stands   bool
	MayKeep  bool
	End      govuk.Textarea
	Revision int
	Key      string
}

// warningAt finds the warning that the address names.
func (p *Pages) warningAt(c *request) (w engine.StandingWarning, keeps bool, err error) {
	if err := p.maySeeWarnings(c); err != nil {
		return w, false, err
	}
	if w.Paper, err = p.Store.Paper(c.Context(), store.WarningPaper, c.PathValue("id")); err != nil {
		return w, false, err
	}
	if w.Erased {
		return w, false, notFound()
	}
	if w.Warning, err = risk.ReadWarning(w.Paper.Body); err != nil {
		return w, false, err
	}
	teams, err := p.teamsFor(c, access.KeepWarning)
	if err != nil {
		return w, false, err
	}
	is := access.ByRole(c.who)
	if w.MadeBy == c.who.ID {
		is |= access.Self
	}
	return w, w.OverAt.IsZero() && (access.May(access.KeepWarning, is) || among(teams, w.Team)), p.lookedAtPapers(c, []engine.StandingWarning{w})
}

// warning answers GET /warnings/{id}.
func (p *Pages) warning(c *request) error {
	w, keeps, err := p.warningAt(c)
	if err != nil {
		return err
	}
	return p.showWarning(c, http.StatusOK, w, keeps, blank())
}

func (p *Pages) showWarning(c *request, status int, w engine.StandingWarning, keeps bool, f *form) error {
	page := warningPage{Layout: p.layout(c, "Warning: "+w.Topic.Words()).again(f), Row: warningIn(w.Paper, w.Warning, c.at), Stands: w.OverAt.IsZero(), MayKeep: keeps,
		End: f.textarea("ended", "Why does it no longer stand?", "It is kept with the warning, and on record."), Revision: w.Revision, Key: rand.Text()}
	page.End.Rows = 2
	page.Path = "/warnings/" + w.ID
	return p.show(c, status, "warning", page)
}

// endWarning answers POST /warnings/{id}/end.
func (p *Pages) endWarning(c *request) error {
	w, keeps, err := p.warningAt(c)
	if err != nil {
		return err
	}
	if !keeps && !w.OverAt.IsZero() && w.Team == c.who.Team { // the same press
		return c.redirect("/warnings/" + w.ID)
	}
	if !keeps {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("ended", "Enter why it no longer stands")
	status := http.StatusUnprocessableEntity
	if !f.bad() {
		status, err = f.takesPaper(p.Engine.EndWarning(c.Context(), c.press(), w.Paper, f.secret("ended")), "ended")
	}
	switch {
	case err != nil:
		return err
	case f.bad():
		return p.showWarning(c, status, w, keeps, f)
	}
	return c.redirect("/warnings?done=warning-ended")
}

// takesPaper notes on the form what keeps a paper from being kept, with the status to answer. What is no one field's stands beside field.
func (f *form) takesPaper(err error, field string) (status int, other error) {
	refused, is := errors.AsType[*watch.Refused](err)
	switch {
	case err == nil:
		return http.StatusSeeOther, nil
	case is:
		f.wrong(field, refused.Says)
		return http.StatusConflict, nil
	case errors.Is(err, store.ErrConflict):
		f.wrong(field, "Somebody else changed it meanwhile: look at it again in another window, then send this once more")
		return http.StatusConflict, nil
	}
	if invalid, is := errors.AsType[*watch.Invalid](err); is {
		for _, p := range invalid.Problems {
			f.wrong(p.Field, asked(p.Says))
		}
		err = nil
	}
	return http.StatusUnprocessableEntity, err
}

// asked is what to do about a problem, where it says that: "is missing: say why" is "Say why".
func asked(says string) string {
	for _, what := range []string{"is missing: ", "are missing: ", "is not answered: ", "is empty: "} {
		says = strings.TrimPrefix(says, what)
	}
	if rest, is := strings.CutPrefix(says, "must "); is {
		return "This must " + rest
	}
	return says
}

// warningForm is the page on which a warning is written or changed.
type warningForm struct {
	Layout
	Action, Back string
	ServiceUser  govuk.Input
	Address      govuk.Textarea
	Topic        govuk.Radios
	What         govuk.Input
	Reason       govuk.Textarea
	Source, Case govuk.Input
	Review       govuk.Input
	Key          string
	Revision     int
}

// newWarning answers GET /warnings/new. A link from a visit or an incident has its place filled in.
func (p *Pages) newWarning(c *request) error {
	if err := p.maySeeWarnings(c); err != nil {
		return err
	}
	f := blank("key", rand.Text(), "review", c.at.In(c.in).AddDate(0, 6, 0).Format(time.DateOnly))
	if id := c.URL.Query().Get("visit"); id != "" {
		v, err := p.openVisit(c, id)
		if err != nil {
			return err
		}
		f.values.Set("service_user", v.Details.ServiceUser.Reveal())
		f.values.Set("address", v.Details.Address.Reveal())
	}
	if id := c.URL.Query().Get("incident"); id != "" {
		i, at, err := p.placeOfIncident(c, id)
		if err != nil {
			return err
		}
		f.values.Set("service_user", at.ServiceUser.Reveal())
		f.values.Set("address", at.Address.Reveal())
		if i.Racist() {
			f.values.Set("topic", string(risk.Discrimination))
		}
	}
	return p.showWarningForm(c, http.StatusOK, f, "/warnings/new", 0)
}

// openVisit finds a visit whose details the reader sees. The look is recorded.
func (p *Pages) openVisit(c *request, id string) (seen, error) {
	c.SetPathValue("id", id)
	v, err := p.seen(c)
	if err == nil && !v.Open {
		err = notFound()
	}
	if err != nil {
		return v, err
	}
	return v, p.lookedAtVisit(c, v)
}

func (p *Pages) showWarningForm(c *request, status int, f *form, action string, revision int) error {
	title := "Write a warning"
	if revision > 0 {
		title = "Change the warning"
	}
	page := warningForm{Layout: p.layout(c, title).again(f), Action: action, Back: "/warnings", Key: f.value("key"), Revision: revision,
		ServiceUser: f.input("service_user", "Who is it about?", "The service user, or the family. Leave it empty if it is about the address alone."),
		Address:     f.textarea("address", "Address", "With the postcode, so that it is found. Leave it empty if it is about the person wherever they are."),
		Topic:       f.radios("topic", "What is it about?", "", topicChoices()...),
		What:        f.input("what", "What must whoever goes there know?", "One sentence. It is read aloud to the police if somebody there needs help."),
		Reason:      f.textarea("reason", "Why does it stand?", "What happened, and when. Facts, as the family may ask to read it."),
		Source:      f.input("source", "Who knows it?", "A colleague, the police, a record"), Case: f.input("case", "Reference in the case-management system", "Leave it empty if there is none."),
		Review: f.dayInput("review", "When is it looked at again?", "A text asks then whether it still stands. Within two years.")}
	page.Address.Rows, page.Reason.Rows = 3, 3
	page.Topic.Classes = "govuk-radios--small"
	page.Path = action
	return p.show(c, status, "warning_form", page)
}

func topicChoices() []govuk.Choice {
	var choices []govuk.Choice
	for _, t := range risk.WarningTopics() {
		choices = append(choices, govuk.Choice{Value: string(t), Text: t.Words()})
	}
	return choices
}

// readWarning reads the form.
func (f *form) readWarning(zone *time.Location) (w risk.Warning, review time.Time) {
	w = risk.Warning{Place: f.riskPlace(), Topic: risk.Topic(f.value("topic")), What: f.secret("what"), Reason: f.secret("reason"), Source: f.secret("source"), Case: f.secret("case")}
	if d, ok := parseDate(f.value("review")); ok {
		review = d.in(zone).Add(9 * time.Hour) // in the morning: a text goes then
	} else {
		f.wrong("review", "Enter a day, such as 22/11/2026")
	}
	return w, review
}

// addWarning answers POST /warnings/new.
func (p *Pages) addWarning(c *request) error {
	if err := p.maySeeWarnings(c); err != nil {
		return err
	}
	return p.saveWarning(c, store.Paper{Team: c.who.Team}, risk.Warning{}, "/warnings/new")
}

// changeWarning answers POST /warnings/{id}/edit.
func (p *Pages) changeWarning(c *request) error {
	w, keeps, err := p.warningAt(c)
	if err != nil {
		return err
	}
	if !keeps {
		return notFound()
	}
	return p.saveWarning(c, w.Paper, w.Warning, "/warnings/"+w.ID+"/edit")
}

func (p *Pages) saveWarning(c *request, paper store.Paper, was risk.Warning, action string) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	w, review := f.readWarning(c.in)
	w.Not = was.Not
	kept, status := paper, http.StatusUnprocessableEntity
	if paper.Revision > 0 {
		kept.Revision, _ = strconv.Atoi(f.value("revision")) // what is none fits no revision
		kept.Revision = max(kept.Revision, 1)
	}
	if !f.bad() {
		kept, err = p.Engine.Warn(c.Context(), c.press(), kept, w, review)
		if status, err = f.takesPaper(err, "what"); err != nil {
			return fmt.Errorf("keep warning: %w", err)
		}
	}
	if f.bad() {
		f.inOrder("service_user", "address", "topic", "what", "reason", "source", "case", "review")
		return p.showWarningForm(c, status, f, action, paper.Revision)
	}
	return c.redirect("/warnings/" + kept.ID + "?done=warning-saved")
}

// editWarning answers GET /warnings/{id}/edit.
func (p *Pages) editWarning(c *request) error {
	w, keeps, err := p.warningAt(c)
	if err != nil {
		return err
	}
	if !keeps {
		return notFound()
	}
	f := blank("key", rand.Text(), "service_user", w.ServiceUser.Reveal(), "address", w.Address.Reveal(), "topic", string(w.Topic), "what", w.What.Reveal(),
		"reason", w.Reason.Reveal(), "source", w.Source.Reveal(), "case", w.Case.Reveal(), "review", w.DueAt.In(c.in).Format(time.DateOnly))
	return p.showWarningForm(c, http.StatusOK, f, "/warnings/"+w.ID+"/edit", w.Revision)
}

// notThere answers POST /visits/{id}/elsewhere: a warning is about another place or family than the visit goes to.
func (p *Pages) notThere(c *request) error {
	v, err := p.seen(c)
	if err != nil {
		return err
	}
	if !v.Open || !v.rights.Changes {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	known, err := p.View.Risks(c.Context(), v.Visit.Visit, c.reader())
	if err != nil {
		return err
	}
	for _, w := range known.Warnings {
		if w.ID == f.value("warning") {
			if err := p.Engine.NotThere(c.Context(), c.press(), w.ID, v.ID); err != nil {
				return err
			}
		}
	}
	return c.redirect("/visits/" + v.ID + "?done=elsewhere")
}
