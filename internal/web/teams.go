package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

type teamsPage struct {
	Layout
	Teams []teamRow
	Adds  bool // the reader adds teams
}

// teamRow is one team in the list.
type teamRow struct {
	ID, Name string
	People   int
	OnCall   []string // their names, in their order
	Gap      bool     // nobody answers now but the fallback
	Plan     int      // the number of the plan's current version; 0 for none
	Starts   bool     // the reader may publish the first
}

// teamList answers GET /teams.
func (p *Pages) teamList(c *request) error {
	teams, err := p.teams(c)
	if err != nil {
		return err
	}
	page := teamsPage{Layout: p.layout(c, "Teams"), Adds: mayAddTeam(c.who)}
	numbers, err := p.Engine.PlanNumbers(c.Context())
	if err != nil {
		return fmt.Errorf("list plans: %w", err)
	}
	ctx, err := p.directory.hold(c.Context())
	if err != nil {
		return err
	}
	shifts, err := p.directory.shifts(ctx, c.at)
	if err != nil {
		return fmt.Errorf("read rota: %w", err)
	}
	shifts = slices.DeleteFunc(shifts, func(s rota.Shift) bool { return s.StartsAt.After(c.at) || !s.EndsAt.After(c.at) })
	for _, team := range teams {
		members, err := p.directory.members(ctx, team.ID)
		if err != nil {
			return fmt.Errorf("list people: %w", err)
		}
		t, _ := chosenTeam([]store.Team{team}, team.ID, "")
		own := slices.DeleteFunc(slices.Clone(shifts), func(s rota.Shift) bool { return !slices.Contains(s.Teams, team.ID) })
		if err := p.fillRota(ctx, &t, own); err != nil {
			return err
		}
		row := teamRow{ID: team.ID, Name: team.Name, People: len(membersOf(members, team.ID)), Gap: t.cover(c.at).Gap, Plan: numbers[team.ID], Starts: p.mayKeep(c, team.ID)}
		for _, id := range t.shifts.On(team.ID, c.at) {
			row.OnCall = append(row.OnCall, t.people[id].Name)
		}
		page.Teams = append(page.Teams, row)
	}
	return p.show(c, http.StatusOK, "teams", page)
}

type teamPage struct {
	Layout
	ID        string
	Settings  []setting
	People    []personRow
	Right     map[string]*rightPart // when its workers said that their details are right, by id; nil for who does not keep the team
	MayEdit   bool
	NoPlan    bool   // none was given yet: what is shown is the standard one
	Taken     bool   // somebody around the team has a name that sounds like its phrase; said to who may change it
	Free      string // names that are free then
	Calendars []calendarRow
	Lacking   []lackingRow
	Out       bool // the reader may be on a visit: nothing leads to how they would call for help (rule 4.2)
}

// setting is one part of the plan in words.
type setting struct {
	Name   string
	Says   []string
	Folded []string // the covert phrase, which whoever glances at the page is not to read (rule 4.2)
}

// team answers GET /teams/{id}: the plan in words, and who is in the team.
func (p *Pages) team(c *request) error {
	t, err := p.teamAt(c)
	if err != nil {
		return err
	}
	rows, err := p.rowsOf(c, t, false)
	if err != nil {
		return err
	}
	out, err := p.outAlone(c)
	if err != nil {
		return err
	}
	name := func(id string) string { return p.nameOrID(c, id) }
	page := teamPage{Layout: p.layout(c, t.Name), ID: t.ID, People: rows, MayEdit: p.mayKeep(c, t.ID), NoPlan: !t.HasPlan, Out: out}
	if page.Right, err = p.rightRows(c, t.ID); err != nil {
		return err
	}
	if page.Calendars, err = p.calendarRows(c, t); err != nil {
		return err
	}
	if page.Lacking, err = p.lackingRows(c, t); err != nil {
		return err
	}
	page.Settings = slices.Concat(timesInWords(t.Plan.Clock), promptsInWords(t.Plan), helpInWords(t.Plan, !out, name), []setting{hoursInWords(t, name)})
	if page.MayEdit && !out {
		taken, free, err := p.directory.phraseTaken(c.Context(), t.ID, c.at, func() (bool, []string, error) { return p.Engine.TakenPhrase(c.Context(), t) })
		if err != nil {
			return err
		}
		page.Taken, page.Free = taken, listed(free)
	}
	return p.show(c, http.StatusOK, "team", page)
}

// teamAt finds the team that an address names, where it is the reader's business.
func (p *Pages) teamAt(c *request) (store.Team, error) {
	teams, err := p.teams(c)
	if err != nil {
		return store.Team{}, err
	}
	id := c.PathValue("id")
	i := slices.IndexFunc(teams, func(t store.Team) bool { return t.ID == id || t.ExternalID == id })
	if i < 0 {
		return store.Team{}, notFound()
	}
	return teams[i], nil
}

// nameOrID is someone's name; the id of one whose details cannot be read: the rest of the page is still worth showing.
func (p *Pages) nameOrID(c *request, id string) string {
	name, err := p.nameOf(c.Context(), id)
	if err != nil {
		p.Log.Error("someone's details cannot be read", "error", err)
	}
	return cmp.Or(name, id)
}

// minutes is a length of time as a plan says it: "15 minutes".
func minutes(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "1 minute"
	case d%time.Minute == 0:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	default:
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
}

func timesInWords(c plan.Clock) []setting {
	silence := fmt.Sprintf("Silence is normal for %s after the expected end. Then an alarm opens.", minutes(c.Grace))
	if c.Grace == 0 {
		silence = "Silence is normal until the expected end. Then an alarm opens."
	}
	early := "Once an alarm is open, only a person closes it."
	if c.OutClosesOverdue {
		early = "Going out still closes an overdue alarm, until someone takes charge of it or logs a call."
	}
	return []setting{
		{Name: "Overdue", Says: []string{silence, early}},
		{Name: "Who is told", Says: []string{fmt.Sprintf("Whoever is told has %s to take charge, then the next in the order is told too.", minutes(c.Acknowledge)),
			fmt.Sprintf("With a call for help it is %s.", minutes(c.AcknowledgeDanger))}},
		{Name: "Ring-round and police", Says: []string{fmt.Sprintf("Numbers are rung for %s. If nobody has spoken with the worker by then, the police are to be contacted.", minutes(c.RingRound)),
			fmt.Sprintf("That is said again every %s until it is logged.", minutes(c.Repeat))}},
	}
}

func promptsInWords(s plan.Settings) []setting {
	asked := setting{Name: "Reminders"}
	if !s.Prompts {
		asked.Says = []string{"Workers are sent no reminders."}
	} else {
		asked.Says = []string{fmt.Sprintf("A worker who has not said that they are going in is asked %s after the start.", minutes(s.StartPrompt)), endPromptWords(s.EndPrompts)}
	}
	out := setting{Name: "Checking out"}
	switch {
	case s.WantsOutWord():
		out.Says = []string{fmt.Sprintf("OUT ends a visit only with the word “%s” beside it.", s.OutWord)}
	default:
		out.Says = []string{"OUT ends a visit. No further word is asked for."}
	}
	if s.PassOnTexts {
		out.Says = append(out.Says, "The responder is texted when a worker goes in, gives a new time and goes out.")
	}
	return []setting{asked, out}
}

// endPromptWords says when a worker is asked around the expected end.
func endPromptWords(prompts []time.Duration) string {
	var words []string
	for _, d := range prompts {
		if d == 0 {
			words = append(words, "at the expected end")
			continue
		}
		words = append(words, minutes(d)+" after it")
	}
	if len(words) == 0 {
		return "Nobody is asked when the expected end passes."
	}
	if prompts[0] != 0 {
		words[0] = minutes(prompts[0]) + " after the expected end"
	}
	return "A worker who has not said that they are out is asked " + listed(words) + "."
}

// helpInWords says what the plan has about calling for help, with the covert phrase only where the page may name it.
func helpInWords(s plan.Settings, phrase bool, name func(string) string) []setting {
	help := setting{Name: "Calling for help"}
	if phrase {
		help.Folded = []string{fmt.Sprintf("Asking for %s means: call 999 for me.", s.DuressPhrase)}
	}
	var told []string
	for _, id := range s.Colleagues {
		told = append(told, name(id))
	}
	if len(told) > 0 {
		help.Says = append(help.Says, "Told at once as well as the responder: "+listed(told)+".")
	}
	if s.PlainDistressAnswer {
		help.Says = append(help.Says, "A cry for help is answered in plain words.")
	}
	fallback := setting{Name: "Fallback", Says: []string{name(s.Fallback) + " answers when nobody else does."}}
	if s.Fallback == "" {
		fallback.Says = []string{"There is none yet. Someone must answer when nobody else does."}
	}
	if len(help.Says)+len(help.Folded) == 0 {
		return []setting{fallback}
	}
	return []setting{help, fallback}
}

func hoursInWords(t store.Team, name func(string) string) setting {
	hours := setting{Name: "Working hours", Says: []string{t.Plan.WorkingHours.String() + ", by the clocks of " + t.Zone + "."}}
	if t.Plan.WorkingHours.IsZero() {
		hours.Says = []string{"None: the rota answers day and night."}
	}
	if buddy := name(t.Plan.NamedBuddy); buddy != "" {
		hours.Says = append(hours.Says, "In working hours "+buddy+" answers for a visit that names nobody.")
	}
	return hours
}
