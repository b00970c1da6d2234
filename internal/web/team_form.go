package web

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// teamFormPage changes what is of a team and not of its plan, and leads to that.
type teamFormPage struct {
	Layout
	ID, Was    string
	Name, Zone govuk.Input
	Plan       []planSection // what the settings do now, by the plan's sections
	None       bool          // no plan was published yet
	Drafted    bool          // there is a draft of the next version
}

// timeSetting is one of the plan's lengths of time: its field, which is the API's too, and what it is called.
type timeSetting struct {
	field, label, hint string
	in                 *time.Duration
}

// timeSettings lists the plan's lengths of time, in the order in which they come to pass.
func timeSettings(s *plan.Settings) []timeSetting {
	return []timeSetting{
		{"grace", "Silence that is normal", "After the expected end; then an alarm opens. From 0 to 60 minutes", &s.Grace},
		{"acknowledge_within", "To take charge", "Then the next in the order is told too. From 1 to 15 minutes", &s.Acknowledge},
		{"acknowledge_within_danger", "To take charge of a call for help", "From 1 to 15 minutes", &s.AcknowledgeDanger},
		{"ring_round", "Ring-round", "Then the police are to be contacted. From 5 to 60 minutes", &s.RingRound},
		{"police_repeat", "Between reminders to contact the police", "From 1 to 15 minutes", &s.Repeat},
		{"start_prompt", "After the start", "A worker who has not said that they are going in is asked then. From 0 to 60 minutes", &s.StartPrompt},
	}
}

// flag is something that a plan has on or off.
type flag struct {
	field, label, hint string
	in                 *bool
}

func flagSettings(s *plan.Settings) []flag {
	return []flag{
		{"prompts", "Remind workers", "A buzzing phone can be wrong in a tense home", &s.Prompts},
		{"pass_on_texts", "Text the responder when a worker goes in, gives a new time and goes out", "", &s.PassOnTexts},
		{"out_closes_overdue", "Going out closes an overdue alarm, until someone takes charge or logs a call", "", &s.OutClosesOverdue},
	}
}

// editTeam answers GET /teams/{id}/edit.
func (p *Pages) editTeam(c *request) error {
	t, err := p.teamToEdit(c)
	if err != nil {
		return err
	}
	return p.showTeamForm(c, http.StatusOK, filledTeam(t).marked(teamFields()), t)
}

// teamToEdit finds the team that an address names, where the reader keeps it. The form names the covert phrase: on a visit it is for later (rule 4.2).
func (p *Pages) teamToEdit(c *request) (store.Team, error) {
	t, err := p.teamAt(c)
	if err != nil {
		return t, err
	}
	if !p.mayKeep(c, t.ID) {
		return t, notFound()
	}
	out, err := p.outAlone(c)
	if err == nil && out {
		err = &statusError{status: http.StatusConflict, says: "You can change a team when you are not on a visit and no alarm about you is open.", again: "/teams/" + t.ID}
	}
	return t, err
}

// changeTeam answers POST /teams/{id}/edit. What someone else changed since the form was shown is not written over unseen.
func (p *Pages) changeTeam(c *request) error {
	t, err := p.teamToEdit(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	was := t
	t.Name, t.Zone = f.value("name"), f.value("zone")
	f.leavesThePlan()
	if err := p.nameIsFree(c, f, was, t); err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch kept := filledTeam(was); {
	case f.bad():
	case f.since(filledTeam(t), kept, teamFields(), p.teamInWords(c, kept)):
		status = http.StatusConflict
	default:
		err := p.Engine.NameTeam(c.Context(), c.press(), t.ID, t.Name, t.Zone)
		if err := f.takesTeam(err); err != nil {
			return fmt.Errorf("name team: %w", err)
		}
	}
	if f.bad() {
		return p.showTeamForm(c, status, f, was)
	}
	return c.redirect("/teams/" + t.ID + "?done=team-saved")
}

// leavesThePlan refuses settings of the plan, which a form that was opened long ago still sends: they are changed by a version of it, that everyone signs.
func (f *form) leavesThePlan() {
	for _, section := range plan.Sections() {
		for _, field := range sectionFields[section] {
			if f.values.Has(field) {
				f.wrong("plan", "The settings are changed in the team’s plan: they are as they were")
			}
		}
	}
}

// nameIsFree refuses a name that another team has, so that nobody has to tell two apart. One that keeps its name keeps it.
func (p *Pages) nameIsFree(c *request, f *form, was, given store.Team) error {
	folded := func(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }
	if folded(was.Name) == folded(given.Name) {
		return nil
	}
	teams, err := p.Store.Teams(c.Context())
	if err != nil {
		return fmt.Errorf("list teams: %w", err)
	}
	if slices.ContainsFunc(teams, func(t store.Team) bool { return t.ID != given.ID && folded(t.Name) == folded(given.Name) }) {
		f.wrong("name", "The name is another team’s: give one that no other team has")
	}
	return nil
}

// onlyOurs refuses people whom the form did not offer.
func (p *Pages) onlyOurs(c *request, f *form, was store.Team, s plan.Settings) error {
	members, err := p.members(c, was.ID)
	if err != nil {
		return err
	}
	offered := append([]string{"", was.Plan.Fallback, was.Plan.NamedBuddy}, was.Plan.Colleagues...)
	for _, m := range membersOf(members, was.ID) {
		offered = append(offered, m.ID)
	}
	for field, ids := range map[string][]string{"fallback": {s.Fallback}, "named_buddy": {s.NamedBuddy}, "colleagues": s.Colleagues} {
		if slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(offered, id) }) {
			f.wrong(field, "Choose "+map[string]string{"fallback": "the fallback", "named_buddy": "the named buddy", "colleagues": "the colleagues"}[field]+" from those who are here")
		}
	}
	return nil
}

// takesTeam makes what the core found wrong with a plan sentences beside its fields, each of which names its field: the summary at the top of
// the page has them too. A page that calls a field otherwise says how.
func (f *form) takesTeam(err error, called ...map[string]string) error {
	invalid, is := errors.AsType[*watch.Invalid](err)
	if !is {
		return err
	}
	labels := map[string]string{"zone": "The time zone", "end_prompts": "The reminders", "duress_phrase": "The duress phrase", "fallback": "The fallback",
		"named_buddy": "The named buddy", "out_word": "The word", "colleagues": "The colleagues", "working_hours": "The working hours", "private_by_default": "What is private", "ask_answer": "The answer", "channels": "How workers are reminded", "invites": "What invites carry", "name": "The name",
		"risk_for": "The visits that want a risk assessment"}
	for _, t := range timeSettings(&plan.Settings{}) {
		labels[t.field] = "“" + t.label + "”"
	}
	for _, own := range called {
		maps.Copy(labels, own)
	}
	for _, p := range invalid.Problems {
		field := strings.TrimPrefix(p.Field, "plan.")
		if missing, is := strings.CutPrefix(p.Says, "is missing"); is {
			f.wrong(field, "Enter "+strings.ToLower(cmp.Or(labels[field], "this"))+missing)
			continue
		}
		f.wrong(field, cmp.Or(labels[field], "This")+" "+inMinutes(p.Says))
	}
	return nil
}

// inMinutes says "0 to 60 minutes" where the core says "0s to 1h": the form asks for minutes.
func inMinutes(says string) string {
	words := strings.Fields(says)
	for i, word := range words {
		if d, err := time.ParseDuration(word); err == nil {
			words[i] = minutes(d)
		}
	}
	return strings.Join(words, " ")
}

// readSettings puts what the form of a plan says into its settings; what cannot be read is noted.
func (f *form) readSettings(s *plan.Settings) {
	for _, setting := range timeSettings(s) {
		d, ok := readMinutes(f.value(setting.field))
		if !ok {
			f.wrong(setting.field, fmt.Sprintf("Enter a number of minutes, such as 15, for “%s”", setting.label))
			continue
		}
		*setting.in = d
	}
	for _, setting := range flagSettings(s) {
		*setting.in = f.value(setting.field) != ""
	}
	s.EndPrompts = nil
	for typed := range strings.FieldsFuncSeq(f.value("end_prompts"), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		d, ok := readMinutes(typed)
		if !ok {
			f.wrong("end_prompts", "Enter minutes with commas between, such as 0, 10, for “After the expected end”")
		}
		s.EndPrompts = append(s.EndPrompts, d)
	}
	s.PlainDistressAnswer = f.value("plain_distress_answer") != ""
	s.DuressPhrase, s.Fallback, s.NamedBuddy = f.value("duress_phrase"), f.value("fallback"), f.value("named_buddy")
	s.Colleagues, s.RiskFor = f.values["colleagues"], f.values["risk_for"]
	s.OutWord = cmp.Or(f.value("out_word"), plan.OutWordOff)
	s.AskAnswer = plan.TidyAnswer(f.value("ask_answer"))
	s.Channels = plan.ReadChannels(f.value("channels"))
	s.Invites = plan.ReadInvites(f.value("invites"))
	s.Private = plan.ReadPrivacy(f.value("private_by_default"))
	hours, err := plan.ParseHours(f.value("working_hours"))
	if err != nil {
		f.wrong("working_hours", "Enter the working hours like Mon-Fri 08:30-17:00; Sat 09:00-12:00, or none")
		return
	}
	s.WorkingHours = hours
}

// readMinutes reads a number of minutes, in parts of one where that is needed.
func readMinutes(s string) (time.Duration, bool) {
	d, err := time.ParseDuration(strings.TrimSuffix(strings.TrimSpace(s), " minutes") + "m")
	return d, err == nil && !strings.ContainsAny(s, "hms")
}

// filledTeam is the form with a team's settings.
func filledTeam(t store.Team) *form {
	f := blank("name", t.Name, "zone", t.Zone, "duress_phrase", t.Plan.DuressPhrase, "fallback", t.Plan.Fallback, "named_buddy", t.Plan.NamedBuddy,
		"working_hours", t.Plan.WorkingHours.String(), "private_by_default", t.Plan.Private.String(), "ask_answer", t.Plan.AskAnswer, "channels", t.Plan.Channels.String(), "invites", t.Plan.Invites.String())
	for _, setting := range timeSettings(&t.Plan) {
		f.values.Set(setting.field, writeMinutes(*setting.in))
	}
	for _, setting := range append(flagSettings(&t.Plan), flag{field: "plain_distress_answer", in: &t.Plan.PlainDistressAnswer}) {
		if *setting.in {
			f.values.Set(setting.field, "yes")
		}
	}
	if t.Plan.WantsOutWord() {
		f.values.Set("out_word", t.Plan.OutWord)
	}
	var prompts []string
	for _, d := range t.Plan.EndPrompts {
		prompts = append(prompts, writeMinutes(d))
	}
	f.values.Set("end_prompts", strings.Join(prompts, ", "))
	f.values["colleagues"], f.values["risk_for"] = t.Plan.Colleagues, t.Plan.RiskFor
	return f
}

// teamFields lists the form's fields as they stand on the page.
func teamFields() []string { return []string{"name", "zone"} }

// teamInWords gives what each field of a team's form is called and what it holds, for a sentence about it.
func (p *Pages) teamInWords(c *request, f *form) func(field string) (what, is string) {
	called := map[string]string{"name": "the team’s name", "zone": "the time zone", "end_prompts": "when workers are asked after the expected end",
		"out_word": "the word that must come with OUT", "duress_phrase": "the duress phrase", "working_hours": "the working hours",
		"private_by_default": "which visits are private", "channels": "how workers are reminded", "invites": "what invites carry", "ask_answer": "the answer to whoever asks for a person", "fallback": "the fallback", "named_buddy": "the named buddy", "colleagues": "the colleagues told of a duress phrase"}
	var s plan.Settings
	for _, t := range timeSettings(&s) {
		called[t.field] = "“" + t.label + "”"
	}
	ticks := map[string]string{"plain_distress_answer": "Answer a cry for help in plain words"}
	for _, t := range flagSettings(&s) {
		ticks[t.field] = t.label
	}
	return func(field string) (what, is string) {
		if label := ticks[field]; label != "" {
			return "“" + label + "”", f.ticked(field)
		}
		switch field {
		case "channels":
			return called[field], plan.ReadChannels(f.value(field)).InWords()
		case "invites":
			return called[field], plan.ReadInvites(f.value(field)).InWords()
		case "private_by_default":
			return called[field], plan.ReadPrivacy(f.value(field)).InWords()
		case "risk_for":
			return "the visits that want a risk assessment", cmp.Or(listed(kindsInWords(f.values[field])), "none")
		case "fallback", "named_buddy", "colleagues":
			var names []string
			for _, id := range f.values[field] {
				if id != "" {
					names = append(names, p.nameOrID(c, id))
				}
			}
			return called[field], cmp.Or(listed(names), "nobody")
		}
		return called[field], f.inQuotes(field)
	}
}

// riskFor asks which kinds of visit want a risk assessment (rule 1.5).
func (f *form) riskFor() govuk.Checkboxes {
	box := govuk.Checkboxes{Name: "risk_for", Values: f.values["risk_for"], Classes: "govuk-checkboxes--small", ErrorMessage: f.says("risk_for"),
		Hint:     govuk.Hint{Text: "Such a visit can be booked without one: its worker and their manager are told at once."},
		Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: "Visits that want a risk assessment", Classes: "govuk-fieldset__legend--s"}}}
	for _, kind := range plan.VisitKinds() {
		box.Items = append(box.Items, govuk.Choice{Value: kind, Text: visitWords[kind]})
	}
	return box
}

func kindsInWords(kinds []string) (words []string) {
	for _, kind := range kinds {
		words = append(words, visitWords[kind])
	}
	return words
}

func writeMinutes(d time.Duration) string { return strconv.FormatFloat(d.Minutes(), 'f', -1, 64) }

// showTeamForm shows the form with what was typed and what is wrong with it; t is the team as it is kept.
func (p *Pages) showTeamForm(c *request, status int, f *form, t store.Team) error {
	names := map[string]string{}
	for _, id := range t.Plan.Named() {
		names[id] = p.nameOrID(c, id)
	}
	_, found, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	_, drafted, err := p.Engine.PlanDraft(c.Context(), t.ID)
	if err != nil {
		return fmt.Errorf("read draft: %w", err)
	}
	f.inOrder(teamFields()...)
	page := teamFormPage{Layout: p.layout(c, "Change the team").again(f), ID: t.ID, Was: f.value("was"), None: !found, Drafted: drafted,
		Name: f.input("name", "Team’s name", ""), Zone: f.input("zone", "Time zone", "Such as Europe/London: whose clocks the team lives by"),
		Plan: sectionsOf(plan.Version{Zone: t.Zone, Settings: t.Plan, Names: names}, true)}
	page.Zone.Classes = "govuk-input--width-20"
	page.Plan = slices.DeleteFunc(page.Plan, func(s planSection) bool { return len(sectionFields[plan.Sections()[s.Number-1]]) == 0 })
	return p.show(c, status, "team_form", page)
}

// choices lists people to choose from, after the choice of none, with those of other teams who are chosen now.
func (p *Pages) choices(c *request, here []buddy.Person, none string, chosen ...string) []govuk.Option {
	options := []govuk.Option{{Text: none}}
	for _, m := range here {
		options = append(options, govuk.Option{Value: m.ID, Text: m.Name})
	}
	for _, id := range chosen {
		if !slices.ContainsFunc(options, func(o govuk.Option) bool { return o.Value == id }) {
			options = append(options, govuk.Option{Value: id, Text: p.nameOrID(c, id)})
		}
	}
	return options
}

// minutesInput is a line for a number of minutes.
func (f *form) minutesInput(s timeSetting) govuk.Input {
	in := f.input(s.field, s.label, s.hint)
	in.Classes, in.Suffix = "govuk-input--width-4", &govuk.Affix{Text: "minutes"}
	return in
}
