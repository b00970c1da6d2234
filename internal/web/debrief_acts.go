package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// ownTalk is a debrief of the reader's own, and the form that was sent.
func (p *Pages) ownTalk(c *request) (talk, *form, error) {
	t, err := p.talkAt(c)
	if err == nil && !t.own {
		err = notFound()
	}
	if err != nil {
		return t, nil, err
	}
	f, err := c.form()
	return t, f, err
}

// chooseDebrief answers POST /debriefs/{id}/choose: with whom, and when it suits.
func (p *Pages) chooseDebrief(c *request) error {
	t, f, err := p.ownTalk(c)
	if err != nil {
		return err
	}
	is, err := p.aListener(c, f.value("with"))
	if err != nil {
		return err
	}
	if !is {
		f.wrong("with", "Choose a person")
	}
	if f.bad() {
		return p.showDebrief(c, http.StatusUnprocessableEntity, t, f)
	}
	t.Said.With, t.Said.When = f.value("with"), f.value("when")
	if _, err := p.Engine.PutDebrief(c.Context(), c.press(), t.paper, t.Said, debrief.Wanted); err != nil {
		return err
	}
	return p.ownDid(c, f, "debrief-wanted")
}

// ownDid leads back to a debrief of the reader's own. The page has one form and three buttons, and what was typed for another button is not lost: the
// page is shown with it, and says that it is not sent yet.
func (p *Pages) ownDid(c *request, f *form, did string) error {
	t, err := p.talkAt(c)
	if err != nil {
		return err
	}
	if t.left = t.leftOver(f); t.left == "" {
		return c.redirect("/debriefs/" + t.paper.ID + "?done=" + did)
	}
	t.left = done[did] + " " + t.left
	return p.showDebrief(c, http.StatusOK, t, f)
}

// leftOver says what of the form is not kept; "" for nothing. What the form does not have is as it is kept.
func (t talk) leftOver(f *form) string {
	t.fill(f)
	same := func(field, kept string) bool { return f.secret(field).Reveal() == kept }
	asks := t.paper.Status != string(debrief.Held) && (!same("with", t.Said.With) || !same("when", strings.ReplaceAll(t.Said.When, "\r\n", "\n")))
	felt := !same("own", t.words.Text.Reveal()) || !slices.Equal(slices.Sorted(slices.Values(f.values["reader"])), slices.Sorted(slices.Values(t.words.Named)))
	switch {
	case asks && felt:
		return "The rest of what you typed is still below, and not sent yet."
	case asks:
		return "With whom you would like to talk is still below, and nobody is asked yet."
	case felt:
		return "Your own words are still below, and not kept yet."
	}
	return ""
}

// fill puts what is kept into the fields that a form was sent without.
func (t talk) fill(f *form) {
	for field, kept := range map[string]string{"with": t.Said.With, "when": t.Said.When} {
		if _, typed := f.values[field]; !typed {
			f.values.Set(field, kept)
		}
	}
	if _, typed := f.values["own"]; !typed { // its ticks come with it
		f.values.Set("own", t.words.Text.Reveal())
		f.values["reader"] = t.words.Named
	}
}

// declineDebrief answers POST /debriefs/{id}/decline. Nobody is asked why.
func (p *Pages) declineDebrief(c *request) error {
	t, f, err := p.ownTalk(c)
	if err != nil {
		return err
	}
	if t.paper.Status != string(debrief.Declined) {
		if _, err := p.Engine.PutDebrief(c.Context(), c.press(), t.paper, t.Said, debrief.Declined); err != nil {
			return err
		}
	}
	return p.ownDid(c, f, "debrief-declined")
}

// debriefFormPage is where those who talked put down what of it is kept.
type debriefFormPage struct {
	Layout
	ID, Revision            string
	On                      govuk.Input
	Happened, Lessons, Plan govuk.Textarea
}

// toWrite finds a debrief that can be put down.
func (p *Pages) toWrite(c *request) (talk, error) {
	t, err := p.talkAt(c)
	if err == nil && !debrief.May(debrief.Status(t.paper.Status), debrief.Held) {
		err = notFound()
	}
	return t, err
}

// editDebrief answers GET /debriefs/{id}/edit.
func (p *Pages) editDebrief(c *request) error {
	t, err := p.toWrite(c)
	if err != nil {
		return err
	}
	day := cmp.Or(t.Said.Day, c.today().Format(time.DateOnly))
	return p.showDebriefForm(c, http.StatusOK, t, blank("day", day, "happened", t.Said.Happened, "lessons", t.Said.Lessons, "plan", t.Said.Plan, "revision", revisionOf(t.paper)))
}

// revisionOf is which revision of a paper a form was shown, so that what another changed meanwhile is not written over.
func revisionOf(p store.Paper) string { return fmt.Sprint(p.Revision) }

func (p *Pages) showDebriefForm(c *request, status int, t talk, f *form) error {
	page := debriefFormPage{Layout: p.layout(c, "What was talked over").again(f), ID: t.paper.ID, Revision: f.value("revision")}
	page.Path = "/debriefs/" + t.paper.ID + "/edit"
	page.On = f.dayInput("day", "When did you talk?", "")
	page.Happened = f.textarea("happened", "What happened?", "As far as both of you want it kept. How it felt has a place of its own.")
	page.Lessons = f.textarea("lessons", "What did you learn from it?", "What went well, and what would help next time. It blames nobody.")
	page.Plan = f.textarea("plan", "What should be otherwise in the team’s plan?", "Leave empty for nothing")
	return p.show(c, status, "debrief_form", page)
}

// writeDebrief answers POST /debriefs/{id}/edit.
func (p *Pages) writeDebrief(c *request) error {
	t, err := p.toWrite(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	said := t.Said
	said.Day, said.Happened, said.Lessons, said.Plan = f.value("day"), f.value("happened"), f.value("lessons"), f.value("plan")
	if d, ok := parseDate(said.Day); ok {
		said.Day = d.in(time.UTC).Format(time.DateOnly)
	}
	for _, problem := range said.Problems(c.today()) {
		f.wrong(problem.Field, problem.Says)
	}
	if f.bad() {
		return p.showDebriefForm(c, http.StatusUnprocessableEntity, t, f)
	}
	if f.value("revision") != revisionOf(t.paper) {
		return store.ErrConflict
	}
	if _, err := p.Engine.PutDebrief(c.Context(), c.press(), t.paper, said, debrief.Held); err != nil {
		return err
	}
	return c.redirect("/debriefs/" + t.paper.ID + "?done=changed")
}

// keepFelt answers POST /debriefs/{id}/own: how it felt, for those alone whom they choose.
func (p *Pages) keepFelt(c *request) error {
	t, f, err := p.ownTalk(c)
	if err != nil {
		return err
	}
	words, status := ownwords.Words{For: ownwords.Me, Text: f.secret("own")}, http.StatusUnprocessableEntity
	if words.Text.IsZero() && t.words.Standing() {
		if err := p.Engine.WithdrawOwn(c.Context(), c.press(), t.felt); err != nil {
			return err
		}
		return p.ownDid(c, f, "own-withdrawn")
	}
	for _, id := range f.values["reader"] {
		if !t.mayHear(id) {
			f.wrong("reader", "Choose among those who are listed")
			continue
		}
		words.For, words.Named = ownwords.Named, append(words.Named, id)
	}
	t.felt.Team, t.felt.About = t.paper.Team, "debrief/"+t.paper.ID
	if !f.bad() {
		if status, err = f.takesPaper(p.Engine.SayOwn(c.Context(), c.press(), t.felt, words), "own"); err != nil {
			return fmt.Errorf("keep own words: %w", err)
		}
	}
	if f.bad() {
		return p.showDebrief(c, status, t, f)
	}
	return p.ownDid(c, f, "own-saved")
}

// actionRow is something that somebody is to do, or did.
type actionRow struct {
	ID, What, Owner, How, From string
	Due                        time.Time
	Done, Late, Mine           bool
}

// actionsOf gives what was agreed in a debrief or of an incident; "" for all that the reader is to do. With all, also what is done.
func (p *Pages) actionsOf(c *request, about string, all bool) ([]actionRow, error) {
	filter := store.PaperFilter{Kind: store.ActionPaper, About: about, Standing: !all}
	if about == "" {
		filter.Person = c.who.ID
	}
	papers, err := p.Store.Papers(c.Context(), filter)
	if err != nil {
		return nil, err
	}
	var rows []actionRow
	for _, paper := range papers {
		if paper.Erased {
			continue
		}
		a, err := debrief.Decode[debrief.Action](paper.Body.Reveal())
		if err != nil {
			return nil, err
		}
		row := actionRow{ID: paper.ID, What: a.What, How: a.How, Due: paper.DueAt, Done: paper.Status == string(debrief.Done), Mine: paper.Person == c.who.ID}
		row.Late = !row.Done && paper.DueAt.Before(c.today())
		if row.Owner, err = p.nameFor(c.Context(), c.kept, paper.Person); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b actionRow) int { return a.Due.Compare(b.Due) })
	return rows, nil
}

// giveForm is where something is agreed to be done.
type giveForm struct {
	To, Key string
	What    govuk.Textarea
	Owner   govuk.Select
	Due     govuk.Input
	Open    bool // it was refused
}

func (p *Pages) giveForm(c *request, f *form, to string, paper store.Paper) (*giveForm, error) {
	people, err := p.owners(c, paper)
	if err != nil {
		return nil, err
	}
	g := &giveForm{To: to, Key: rand.Text(), What: f.textarea("action", "What is to be done?", ""), Due: f.dayInput("due", "By when?", ""), Open: f.problem("action") || f.problem("owner") || f.problem("due")}
	g.What.Rows = 2
	g.Owner = govuk.Select{Name: "owner", Label: govuk.Label{Text: "Who does it?"}, Value: f.value("owner"), Items: append([]govuk.Option{{Text: "Choose a person"}}, people...), ErrorMessage: f.says("owner")}
	return g, nil
}

// owners are those who can be given something to do from a debrief or an incident: the reader, whom it is about, and those around the two;
// nobody whom either keeps apart.
func (p *Pages) owners(c *request, paper store.Paper) ([]govuk.Option, error) {
	people, err := p.colleaguesIn(c, paper.Team)
	if err != nil {
		return nil, err
	}
	never, err := p.Store.Blocked(c.Context(), paper.Person)
	if err != nil {
		return nil, err
	}
	list := []govuk.Option{{Value: c.who.ID, Text: c.who.Name}}
	for _, who := range people {
		if !slices.Contains(never, who.ID) {
			list = append(list, govuk.Option{Value: who.ID, Text: who.Name})
		}
	}
	return list, nil
}

// give reads the form and gives somebody something to do; it says whether that was refused.
func (p *Pages) give(c *request, f *form, about string, paper store.Paper) error {
	f.need("action", "Enter what is to be done")
	owners, err := p.owners(c, paper)
	if err != nil {
		return err
	}
	if owner := f.value("owner"); owner == "" || !slices.ContainsFunc(owners, func(o govuk.Option) bool { return o.Value == owner }) {
		f.wrong("owner", "Choose who does it")
	}
	due, ok := parseDate(f.value("due"))
	switch {
	case f.value("due") == "":
		f.wrong("due", "Enter by when")
	case !ok:
		f.wrong("due", "Enter a real date, such as 22/11/2026")
	case due.in(time.UTC).Before(c.today()):
		f.wrong("due", "The date must not be gone")
	}
	if f.bad() {
		return nil
	}
	_, err = p.Engine.GiveAction(c.Context(), c.press(), about, f.value("owner"), f.value("action"), due.in(c.in))
	if errors.Is(err, store.ErrConflict) { // the same press once more
		return nil
	}
	return f.takes(err, nil)
}

// debriefAction answers POST /debriefs/{id}/actions.
func (p *Pages) debriefAction(c *request) error {
	t, err := p.toWrite(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if err := p.give(c, f, "debrief/"+t.paper.ID, t.paper); err != nil {
		return err
	}
	if f.bad() {
		return p.showDebrief(c, http.StatusUnprocessableEntity, t, f)
	}
	return c.redirect("/debriefs/" + t.paper.ID + "?done=action-given")
}

// incidentAction answers POST /incidents/{id}/actions.
func (p *Pages) incidentAction(c *request) error {
	paper, i, is, err := p.incidentAt(c)
	if err != nil {
		return err
	}
	if paper.Erased || !access.May(access.RecordIncident, is) {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if err := p.give(c, f, "incident/"+paper.ID, paper); err != nil {
		return err
	}
	if f.bad() {
		return p.showIncident(c, http.StatusUnprocessableEntity, paper, i, is, f)
	}
	return c.redirect("/incidents/" + paper.ID + "?done=action-given")
}

type actionsPage struct {
	Layout
	Rows []actionRow
}

// actions answers GET /actions: what the reader is to do.
func (p *Pages) actions(c *request) error {
	rows, err := p.actionsOf(c, "", true)
	if err != nil {
		return err
	}
	return p.showActions(c, http.StatusOK, rows, blank())
}

func (p *Pages) showActions(c *request, status int, rows []actionRow, f *form) error {
	page := actionsPage{Layout: p.layout(c, "What you are to do").again(f), Rows: rows}
	page.Path = "/actions"
	return p.show(c, status, "actions", page)
}

// actionDone answers POST /actions/{id}/done: it is done, and how.
func (p *Pages) actionDone(c *request) error {
	paper, err := p.Store.Paper(c.Context(), store.ActionPaper, c.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) || err == nil && (paper.Person != c.who.ID || paper.Erased) {
		return notFound()
	}
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	how := strings.TrimSpace(f.value("how"))
	if how == "" {
		f.wrong("how-"+paper.ID, "Enter how it was done")
		rows, err := p.actionsOf(c, "", true)
		if err != nil {
			return err
		}
		return p.showActions(c, http.StatusUnprocessableEntity, rows, f)
	}
	if paper.Status != string(debrief.Done) {
		if _, err := p.Engine.DoneAction(c.Context(), c.press(), paper, how); err != nil {
			return err
		}
	}
	return c.redirect("/actions?done=action-done")
}
