package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// planDraftPage is a draft's six sections, and what it changes.
type planDraftPage struct {
	Layout
	ID, Name string
	Version  int
	First    bool // nothing was published before it
	Kept     bool // there is a draft; else it is as the current version and the settings are
	Sections []draftSection
	Changes  []planChange
	Review   govuk.Input
	Revision int
	Took     string   // how much of the document that it was taken over from fits no section, in a sentence
	Missing  []string // what keeps it from being published, a sentence each
	Effects  []string // what publishing changes in how the system works, a sentence each
}

type draftSection struct {
	Number int
	Title  string
	Own    bool
	Edited bool // it is not as it was published last
}

// draftOf finds a team that the reader keeps, with what the next version of its plan says so far.
func (p *Pages) draftOf(c *request) (store.Team, engine.PlanVersion, error) {
	t, err := p.planToKeep(c)
	if err != nil {
		return t, engine.PlanVersion{}, err
	}
	v, err := p.Engine.NextPlan(c.Context(), t)
	if err != nil {
		err = fmt.Errorf("read draft: %w", err)
	}
	return t, v, err
}

// editPlan answers GET /teams/{id}/plan/edit.
func (p *Pages) editPlan(c *request) error {
	t, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	page, err := p.draftPage(c, t, v, "Change the plan")
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "plan_edit", page)
}

func (p *Pages) draftPage(c *request, t store.Team, v engine.PlanVersion, title string) (planDraftPage, error) {
	page := planDraftPage{Layout: p.layout(c, title), ID: t.ID, Name: t.Name, Version: v.Number, Kept: v.Paper.ID != "", Revision: v.Paper.Revision}
	last, found, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err != nil {
		return page, fmt.Errorf("read plan: %w", err)
	}
	page.Took = tookOver(v.Version)
	if page.First = !found; found {
		page.Changes = changesOf(last.Version, v.Version)
	}
	for i, section := range plan.Sections() {
		edited := slices.ContainsFunc(page.Changes, func(x planChange) bool { return x.Section == section })
		page.Sections = append(page.Sections, draftSection{i + 1, section.Text().Title, v.Words[section] != "", edited})
	}
	return page, nil
}

// planSectionPage is one section to edit: its words beside its settings.
type planSectionPage struct {
	Layout
	ID, Name string
	Number   int
	Section  planSection
	Words    govuk.Textarea
	Settings []any // the components of its settings
	Was      string
	Leftover []string // of the document that it was taken over from, what fits no section
	Later    string   // the address of the section after it; "" for the last
}

// sectionFields are the settings that stand with each section, by their fields, as they stand on the page.
var sectionFields = map[plan.Section][]string{
	plan.Calendar:       {"working_hours", "private_by_default", "invites"},
	plan.PersonalSafety: {"risk_for"},
	plan.CheckingIn: {"grace", "acknowledge_within", "ring_round", "police_repeat", "fallback", "named_buddy", "prompts", "channels", "start_prompt", "end_prompts", "pass_on_texts",
		"out_closes_overdue", "out_word"},
	plan.CallingForHelp: {"duress_phrase", "ask_answer", "colleagues", "acknowledge_within_danger", "plain_distress_answer"},
}

// wordsField is the field of the team's own words.
const wordsField = "words"

func fieldsOf(section plan.Section) []string {
	return append([]string{wordsField}, sectionFields[section]...)
}

// filledSection is the form with what a version has in a section, and with the other sections' settings, which are not shown.
func filledSection(t store.Team, v plan.Version, section plan.Section) *form {
	t.Plan = v.Settings
	f := filledTeam(t)
	f.values.Set(wordsField, v.Words[section])
	return f
}

// sectionAt is the section that an address numbers.
func sectionAt(c *request) (plan.Section, int, error) {
	n, err := strconv.Atoi(c.PathValue("n"))
	if err != nil || n < 1 || n > len(plan.Sections()) {
		return "", 0, notFound()
	}
	return plan.Sections()[n-1], n, nil
}

// editSection answers GET /teams/{id}/plan/edit/{n}.
func (p *Pages) editSection(c *request) error {
	t, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	section, _, err := sectionAt(c)
	if err != nil {
		return err
	}
	return p.showSection(c, http.StatusOK, filledSection(t, v.Version, section).marked(fieldsOf(section)), t, v)
}

// draftTries bounds how often a draft is read anew because another was kept at the same moment.
const draftTries = 3

// changeSection answers POST /teams/{id}/plan/edit/{n}. What someone else changed since the form was shown is not written over unseen.
func (p *Pages) changeSection(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	for range draftTries {
		if err = p.keepSection(c, f); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return err
}

func (p *Pages) keepSection(c *request, f *form) error {
	t, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	section, n, err := sectionAt(c)
	if err != nil {
		return err
	}
	kept := filledSection(t, v.Version, section)
	next := v
	if next.Version, err = p.readSection(c, f, t, v.Version, section); err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch {
	case f.bad():
	case f.since(filledSection(t, next.Version, section), kept, fieldsOf(section), p.sectionInWords(c, kept)):
		status = http.StatusConflict
	default:
		if _, err := p.Engine.SavePlanDraft(c.Context(), c.press(), t, next); err != nil {
			return err
		}
		to := "/teams/" + url.PathEscape(t.ID) + "/plan/edit"
		if f.value("then") == "next" && n < len(plan.Sections()) {
			to += "/" + strconv.Itoa(n+1)
		}
		return c.redirect(to + "?done=plan-draft")
	}
	return p.showSection(c, status, f, t, v)
}

// sectionInWords is teamInWords with what the team's own words are called.
func (p *Pages) sectionInWords(c *request, kept *form) func(field string) (what, is string) {
	inWords := p.teamInWords(c, kept)
	return func(field string) (what, is string) {
		if field == wordsField {
			return "the team’s own words", kept.inQuotes(wordsField)
		}
		return inWords(field)
	}
}

// readSection puts what the form says of a section into a version; what is wrong with it is noted.
func (p *Pages) readSection(c *request, f *form, t store.Team, v plan.Version, section plan.Section) (plan.Version, error) {
	t.Plan = v.Settings
	was, whole := t, filledTeam(t)
	for _, field := range sectionFields[section] {
		if (field == "working_hours" || field == "private_by_default" || field == "channels" || field == "invites") && !f.values.Has(field) {
			continue // what was not sent is not meant to be none
		}
		whole.values[field] = f.values[field]
	}
	whole.readSettings(&t.Plan)
	for _, problem := range whole.problems {
		f.wrong(problem.Field, problem.Says)
	}
	words := plan.Words{}
	maps.Copy(words, v.Words)
	words[section] = f.value(wordsField)
	v.Settings, v.Words = t.Plan, words.Trimmed()
	if err := p.onlyOurs(c, f, was, t.Plan); err != nil || f.bad() {
		return v, err
	}
	_, err := p.Engine.PlanTeam(c.Context(), was, engine.PlanVersion{Version: v})
	return v, f.takesSection(err, section)
}

// takesSection makes what the core found wrong with a section's fields sentences beside them. What a draft still lacks is no fault of it.
func (f *form) takesSection(err error, section plan.Section) error {
	invalid := new(watch.Invalid)
	if !errors.As(err, &invalid) {
		return err
	}
	var own []watch.Problem
	for _, x := range invalid.Problems {
		switch field := strings.TrimPrefix(x.Field, "plan."); {
		case x.Field == "words."+string(section):
			f.wrong(wordsField, "Enter fewer of the team’s own words: 6,000 letters at most")
		case slices.Contains(sectionFields[section], field) && (field != "fallback" || !strings.HasPrefix(x.Says, "is missing")):
			own = append(own, x)
		}
	}
	return f.takesTeam(&watch.Invalid{Problems: own}, onPlan())
}

func (p *Pages) showSection(c *request, status int, f *form, t store.Team, v engine.PlanVersion) error {
	section, n, err := sectionAt(c)
	if err != nil {
		return err
	}
	f.inOrder(fieldsOf(section)...)
	text := section.Text()
	page := planSectionPage{Layout: p.layout(c, fmt.Sprintf("%d. %s", n, text.Title)).again(f), ID: t.ID, Name: t.Name, Number: n, Section: sectionsOf(v.Version, false)[n-1],
		Words: f.textarea(wordsField, text.Lead, "The team’s own words. A line that begins with “- ” is an item of a list."), Was: f.value("was")}
	page.Leftover = v.Leftover
	page.Words.Rows, page.Words.Label.Classes = 10, "govuk-label--m"
	t.Plan = v.Settings
	if page.Settings, err = p.settingInputs(c, f, t, sectionFields[section]); err != nil {
		return err
	}
	if n < len(plan.Sections()) {
		page.Later = "yes"
	}
	return p.show(c, status, "plan_section", page)
}

// settingInputs gives what the settings of some fields are typed into.
func (p *Pages) settingInputs(c *request, f *form, t store.Team, fields []string) (inputs []any, err error) {
	members, err := p.members(c, t.ID)
	if err != nil {
		return nil, err
	}
	here := membersOf(members, t.ID)
	minutes, flags := timeSettings(&t.Plan), flagSettings(&t.Plan)
	for _, field := range fields {
		if i := slices.IndexFunc(minutes, func(s timeSetting) bool { return s.field == field }); i >= 0 {
			inputs = append(inputs, f.minutesInput(minutes[i]))
			continue
		}
		if i := slices.IndexFunc(flags, func(s flag) bool { return s.field == field }); i >= 0 {
			inputs = append(inputs, f.tick(field, flags[i].label, flags[i].hint))
			continue
		}
		inputs = append(inputs, p.wordInput(c, f, t, field, here))
	}
	return inputs, nil
}
