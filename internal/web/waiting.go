package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
)

// waitingRow is something that waits for the reader: what and how many, and the page on which it is done.
type waitingRow struct{ Says, Href string }

// many is a number of things in words: of one, as one is said, of more with {n} for how many.
func many(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return strings.Replace(more, "{n}", strconv.Itoa(n), 1)
}

// waiting collects what waits for the reader, in the order in which it is asked for; empty where nothing does. Papers are listed without their words:
// nothing but a debrief that waits to be held is opened to be counted. A worker costs nine questions to the database, who answers for others eleven, a manager fourteen;
// what is found due costs one or two more.
//
// Nothing of it changes while an alarm about the reader is open (rule 4.2), and a phone page, from which none of it can be reached, has none.
func (p *Pages) waiting(c *request) (list []waitingRow, err error) {
	if c.byPhone() {
		return nil, nil
	}
	for _, of := range []func(*request) ([]waitingRow, error){p.planMissing, p.ownWaiting, p.calendarWaits, p.papersWaiting, p.risksWaiting, p.promptsWaiting, p.incidentsWaiting} {
		rows, err := of(c)
		if err != nil {
			return nil, fmt.Errorf("collect what waits: %w", err)
		}
		list = append(list, rows...)
	}
	return list, nil
}

// planMissing is the first plan of the reader's own team, where they keep it and nobody has published one.
func (p *Pages) planMissing(c *request) ([]waitingRow, error) {
	if !p.mayKeep(c, c.who.Team) {
		return nil, nil
	}
	number, err := p.Engine.PlanNumber(c.Context(), c.who.Team)
	if err != nil || number > 0 {
		return nil, err
	}
	return []waitingRow{{"Your team has no plan yet: start it from the standard", "/teams/" + url.PathEscape(c.who.Team) + "/plan/start"}}, nil
}

// ownWaiting is the plan to be signed, and what is to be looked at in one's own details.
func (p *Pages) ownWaiting(c *request) (list []waitingRow, err error) {
	sign, err := p.planWaits(c, c.who)
	if err != nil {
		return nil, err
	}
	if sign != "" {
		list = append(list, waitingRow{"Your team’s plan waits for you to read and sign it", sign})
	}
	due, err := p.detailsDue(c)
	if err != nil {
		return nil, err
	}
	if due {
		list = append(list, waitingRow{"Look at your details: is what we would find you by still right?", "/details"})
	}
	failing, err := p.failing(c)
	if failing > 0 {
		list = append(list, waitingRow{many(failing, "One of your numbers reaches nobody: put it right", "{n} of your numbers reach nobody: put them right"), "/details"})
	}
	return list, err
}

// failing counts the reader's own numbers that reach nobody. What was found of one in a search for them is not told before it is over, and nobody is asked on a
// visit.
func (p *Pages) failing(c *request) (n int, err error) {
	known, err := p.Store.Known(c.Context(), c.who.ID)
	if err != nil {
		return 0, err
	}
	var failed []string
	for _, x := range numberNames {
		if number := engine.Own(c.who, x.field); !number.IsZero() && !known.FailedAt(number).IsZero() {
			failed = append(failed, x.field)
		}
	}
	if len(failed) == 0 {
		return 0, nil
	}
	if out, err := p.outAlone(c); err != nil || out {
		return 0, err
	}
	loaded, err := p.Store.Load(c.Context(), c.who.ID)
	if err != nil {
		return 0, err
	}
	for _, field := range failed {
		if a := loaded.Watch.Alarm; a == nil || known.FailedAt(engine.Own(c.who, field)).Before(a.OpenedAt) {
			n++
		}
	}
	return n, nil
}

// papersWaiting is what the reader was offered, and what they are to do.
func (p *Pages) papersWaiting(c *request) (list []waitingRow, err error) {
	offered, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.DebriefPaper, Person: c.who.ID, Status: string(debrief.Offered), Standing: true, Bare: true})
	if err != nil {
		return nil, err
	}
	if n := len(offered); n > 0 {
		list = append(list, waitingRow{many(n, "A debrief is offered to you: say with whom, or that you would rather not", "{n} debriefs are offered to you: say with whom, or that you would rather not"), "/debriefs"})
	}
	talks, err := p.talksWaiting(c)
	if err != nil {
		return nil, err
	}
	if talks > 0 {
		list = append(list, waitingRow{many(talks, "Somebody would like to talk with you", "{n} people would like to talk with you"), "/debriefs"})
	}
	do, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.ActionPaper, Person: c.who.ID, Status: string(debrief.Open), Standing: true, Bare: true})
	if err != nil {
		return nil, err
	}
	if n := len(do); n > 0 {
		list = append(list, waitingRow{many(n, "One thing is agreed that you do", "{n} things are agreed that you do"), "/actions"})
	}
	return list, nil
}

// talksWaiting counts the debriefs that wait to be held with the reader. With whom is among their words, so those few that wait are opened.
func (p *Pages) talksWaiting(c *request) (n int, err error) {
	wanted, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.DebriefPaper, Status: string(debrief.Wanted), Standing: true})
	for _, d := range wanted {
		if is := p.toDebrief(c, d); !d.Erased && is&access.Chosen != 0 && access.May(access.KnowDebrief, is) {
			n++
		}
	}
	return n, err
}

// risksWaiting is the assessments that wait for the reader's decision, and what they are to look at again: their own, and of those for whom they answer.
func (p *Pages) risksWaiting(c *request) (list []waitingRow, err error) {
	var teams []store.Team
	if access.ByRole(c.who)&access.AnswersRole != 0 {
		if teams, err = p.teamsFor(c, access.DecideRisk); err != nil {
			return nil, err
		}
	}
	mine := func(paper store.Paper) bool { return paper.Person == c.who.ID }
	theirs := func(paper store.Paper) bool {
		return !mine(paper) && among(teams, paper.Team) && c.apart(paper.Person) == 0
	}
	count := func(f store.PaperFilter, is func(store.Paper) bool) (int, error) {
		f.Standing, f.Bare = true, true
		papers, err := p.Store.Papers(c.Context(), f)
		return len(slices.DeleteFunc(papers, func(paper store.Paper) bool { return !is(paper) })), err
	}
	add := func(n int, err error, one, more, href string) error {
		if n > 0 && err == nil {
			list = append(list, waitingRow{many(n, one, more), href})
		}
		return err
	}
	if len(teams) > 0 {
		n, err := count(store.PaperFilter{Kind: store.RiskPaper, Status: string(risk.Waiting)}, theirs)
		if err := add(n, err, "A risk assessment waits for a decision", "{n} risk assessments wait for a decision", "/risks"); err != nil {
			return nil, err
		}
		n, err = count(store.PaperFilter{Kind: store.WarningPaper, DueBy: c.at}, theirs)
		if err := add(n, err, "A warning is to be looked at again", "{n} warnings are to be looked at again", "/warnings"); err != nil {
			return nil, err
		}
	}
	n, err := count(store.PaperFilter{Kind: store.RiskPaper, Status: string(risk.Decided), DueBy: c.at}, func(paper store.Paper) bool { return mine(paper) || theirs(paper) })
	return list, add(n, err, "A risk assessment is to be looked at again", "{n} risk assessments are to be looked at again", "/risks")
}

// promptsWaiting is with how many people the prompts of a 1:1 are due.
func (p *Pages) promptsWaiting(c *request) (list []waitingRow, err error) {
	if !access.May(access.TakePrompts, access.InTeam(c.who, c.who.Team)) {
		return nil, nil
	}
	rows, err := p.promptRows(c)
	rows = slices.DeleteFunc(rows, func(row promptRow) bool { return !row.Due })
	if n := len(rows); n > 0 {
		list = append(list, waitingRow{many(n, "Prompts for a 1:1 are due with one person", "Prompts for your 1:1s are due with {n} people"), "/prompts"})
	}
	return list, err
}

// incidentsWaiting is the incidents that whoever recorded them, or keeps their team, has still to finish: answers, and the portal's reference.
func (p *Pages) incidentsWaiting(c *request) (list []waitingRow, err error) {
	papers, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.IncidentPaper, Status: engine.IncidentOpen, Standing: true, Bare: true})
	if err != nil || len(papers) == 0 {
		return nil, err
	}
	open, err := p.openAlarms(c)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, paper := range papers {
		is := p.toIncident(c, paper, open)
		if access.May(access.SeeIncident, is) && (paper.MadeBy == c.who.ID || is&access.Manages != 0) {
			n++
		}
	}
	if n > 0 {
		list = []waitingRow{{many(n, "An incident lacks answers, or its reference from the portal", "{n} incidents lack answers, or their references from the portal"), "/incidents"}}
	}
	return list, nil
}

// promptRows are those of the reader's team with whom they take up the prompts of a 1:1, the soonest due first.
func (p *Pages) promptRows(c *request) (rows []promptRow, err error) {
	members, err := p.members(c, c.who.Team)
	if err != nil {
		return nil, err
	}
	done, err := p.Store.Prompts(c.Context())
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !m.Active || !m.Has(buddy.Worker) || m.ID == c.who.ID || c.apart(m.ID) != 0 {
			continue
		}
		row := promptRow{ID: m.ID, Name: m.Name, Last: done[m.ID].At, Next: debrief.NextPrompt(done[m.ID].At)}
		row.Due = !row.Next.After(c.at)
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b promptRow) int { return a.Next.Compare(b.Next) })
	return rows, nil
}
