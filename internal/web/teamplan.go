package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
)

// teamPlanPage is a version of a team's plan as it is read.
type teamPlanPage struct {
	Layout
	ID, Name     string
	None         bool // none was published yet: what is shown is the standard text, with the settings as they are
	Old          bool // another was published since
	Version      int
	PublishedOn  string
	PublishedBy  string
	ReviewOn     string
	Reviewed     string // when it was looked at last and stayed as it is, and by whom; "" for not yet
	ReviewDue    string // says that the day of the review is near, or past; "" for neither
	Sections     []planSection
	Changes      []planChange // since the version before
	Before       int          // the number of that; 0 for none
	Since        []string     // the settings that have other values now than were published, a sentence each
	ChangedOn    string       // when the team was last changed
	Waits        bool         // for the reader's signature
	SignedOn     string       // when the reader signed it
	MayKeep      bool
	Drafted      bool // there is a draft of the next version
	Signed, Each int  // how many have signed, of how many
	OnPaper      []plan.Signed
}

// planSection is one section as a page shows it.
type planSection struct {
	Number       int
	Title, About string
	Anchor       string
	Standard     []passage
	Lead         string
	Own          []passage
	Does         []string // what the system does by the settings
	Covert       bool     // it names the covert phrase: on a page that is only read it is folded (rule 4.2)
}

// passage is a paragraph, or a list.
type passage struct {
	Text  string
	Items []string
}

// passages makes lines of text paragraphs and lists: what begins with "- " is an item.
func passages(lines []string) []passage {
	var all []passage
	for _, line := range lines {
		line = strings.TrimSpace(line)
		item, is := strings.CutPrefix(line, "- ")
		switch last := len(all) - 1; {
		case line == "":
		case !is:
			all = append(all, passage{Text: line})
		case last >= 0 && all[last].Items != nil:
			all[last].Items = append(all[last].Items, item)
		default:
			all = append(all, passage{Items: []string{item}})
		}
	}
	return all
}

// sectionsOf gives a version's sections. Folded has what names the covert phrase folded.
func sectionsOf(v plan.Version, folded bool) []planSection {
	var sections []planSection
	for _, part := range v.Parts() {
		sections = append(sections, planSection{Number: part.Number, Title: part.Standard.Title, About: part.Standard.About, Anchor: "section-" + strconv.Itoa(part.Number),
			Standard: passages(part.Standard.Paragraphs), Lead: part.Standard.Lead, Own: passages(strings.Split(part.Own, "\n")), Does: part.Settings,
			Covert: folded && part.Section == plan.CallingForHelp})
	}
	return sections
}

// planChange is what changed in one section; what is new in the team's own words, and no longer there, is in paragraphs and lists.
type planChange struct {
	Title string
	plan.Change
	New, Old []passage
}

func changesOf(before, after plan.Version) []planChange {
	var changes []planChange
	for _, c := range plan.Compare(before, after) {
		changes = append(changes, planChange{c.Section.Text().Title, c, passages(c.Added), passages(c.Gone)})
	}
	return changes
}

// planTeam finds the team that an address names, where its plan is the reader's to read. The plan names the covert phrase, and its own words may
// anywhere: on a visit it is for later, in danger as on any day (rule 4.2).
func (p *Pages) planTeam(c *request) (store.Team, error) {
	t, err := p.teamAt(c)
	if err != nil {
		return t, err
	}
	return t, p.planLater(c, t)
}

func (p *Pages) planLater(c *request, t store.Team) error {
	out, err := p.outAlone(c)
	if err == nil && out {
		err = &statusError{status: http.StatusConflict, title: "Not now", says: "You can read the plan and sign it when you are not on a visit and no alarm about you is open.", again: "/teams/" + url.PathEscape(t.ID)}
	}
	return err
}

// planToKeep is planTeam for who keeps the team.
func (p *Pages) planToKeep(c *request) (store.Team, error) {
	t, err := p.teamAt(c)
	if err != nil {
		return t, err
	}
	if !p.mayKeep(c, t.ID) {
		return t, notFound()
	}
	return t, p.planLater(c, t)
}

// readPlan answers GET /teams/{id}/plan: the current version.
func (p *Pages) readPlan(c *request) error {
	t, err := p.planTeam(c)
	if err != nil {
		return err
	}
	v, found, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	if !found {
		if v, err = p.Engine.NextPlan(c.Context(), t); err != nil {
			return fmt.Errorf("read plan: %w", err)
		}
	}
	page := p.planPage(c, t, v)
	page.None = !found
	if found {
		if err := p.planStands(c, t, v, &page); err != nil {
			return err
		}
	}
	_, page.Drafted, err = p.Engine.PlanDraft(c.Context(), t.ID)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "plan", page)
}

func (p *Pages) planPage(c *request, t store.Team, v engine.PlanVersion) teamPlanPage {
	printed := v.Printed()
	return teamPlanPage{Layout: p.layout(c, "The plan of "+t.Name), ID: t.ID, Name: t.Name, Version: v.Number, PublishedOn: printed.PublishedOn, PublishedBy: v.PublishedBy,
		ReviewOn: printed.ReviewOn, Reviewed: printed.Reviewed, Sections: sectionsOf(v.Version, true), MayKeep: p.mayKeep(c, t.ID), OnPaper: v.OnPaper}
}

// planStands says of the current version how it stands: who signed it, when it is to be reviewed, and what is no longer as it was signed.
func (p *Pages) planStands(c *request, t store.Team, v engine.PlanVersion, page *teamPlanPage) error {
	signatures, err := p.Engine.Signatures(c.Context(), v)
	if err != nil {
		return fmt.Errorf("read signatures: %w", err)
	}
	if i := slices.IndexFunc(signatures, func(s engine.Signature) bool { return s.Person == c.who.ID }); i >= 0 {
		page.SignedOn = page.Day(signatures[i].SignedAt)
	}
	page.Waits = page.SignedOn == "" && engine.SignsPlan(c.who, t.ID)
	unsigned, err := p.Engine.Unsigned(c.Context(), v)
	if err != nil {
		return fmt.Errorf("find who has not signed: %w", err)
	}
	members, err := p.Engine.PlanMembers(c.Context(), t.ID)
	if err != nil {
		return err
	}
	page.Each = len(members)
	page.Signed = page.Each - len(unsigned)
	page.ReviewDue = reviewWords(v, c.at)
	return p.planChangedSince(c, t, v, page)
}

// planChangedSince says which settings are no longer what was published: they were changed in another way than by a version.
func (p *Pages) planChangedSince(c *request, t store.Team, v engine.PlanVersion, page *teamPlanPage) error {
	names := map[string]string{}
	for _, id := range t.Plan.Named() {
		names[id] = p.nameOrID(c, id)
	}
	if page.Since = v.Differences(t.Plan, names); len(page.Since) == 0 {
		return nil
	}
	put, err := p.Store.TeamPutAt(c.Context(), t.ID)
	page.ChangedOn = page.Day(put)
	return err
}

// reviewNear is how long before a plan's review its page says so.
const reviewNear = 30 * 24 * time.Hour

func reviewWords(v engine.PlanVersion, at time.Time) string {
	on, due := plan.Date(v.NextReview()), v.Paper.DueAt
	switch {
	case due.IsZero() || due.Sub(at) > reviewNear:
		return ""
	case due.After(at):
		return "The plan is due for review by " + on + "."
	default:
		return "The plan was due for review by " + on + ". Look at it: confirm that nothing changed, or publish it anew."
	}
}

type planVersionsPage struct {
	Layout
	ID, Name string
	Rows     []planVersionRow
}

type planVersionRow struct {
	Number      int
	PublishedOn string
	PublishedBy string
	Current     bool
	Signed      int
}

// planVersions answers GET /teams/{id}/plan/versions.
func (p *Pages) planVersions(c *request) error {
	t, err := p.planTeam(c)
	if err != nil {
		return err
	}
	versions, err := p.Engine.PlanVersions(c.Context(), t.ID)
	if err != nil {
		return fmt.Errorf("list versions: %w", err)
	}
	page := planVersionsPage{Layout: p.layout(c, "Every version of the plan"), ID: t.ID, Name: t.Name}
	for i, v := range versions {
		signatures, err := p.Engine.Signatures(c.Context(), v)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, planVersionRow{v.Number, v.Printed().PublishedOn, v.PublishedBy, i == 0, len(signatures)})
	}
	return p.show(c, http.StatusOK, "plan_versions", page)
}

// planVersion answers GET /teams/{id}/plan/versions/{n}: a version as it was published.
func (p *Pages) planVersion(c *request) error {
	t, err := p.planTeam(c)
	if err != nil {
		return err
	}
	versions, err := p.Engine.PlanVersions(c.Context(), t.ID)
	if err != nil {
		return fmt.Errorf("list versions: %w", err)
	}
	i := slices.IndexFunc(versions, func(v engine.PlanVersion) bool { return strconv.Itoa(v.Number) == c.PathValue("n") })
	if i < 0 {
		return notFound()
	}
	v := versions[i]
	page := p.planPage(c, t, v)
	page.Title, page.Old, page.MayKeep = fmt.Sprintf("Version %d of the plan of %s", v.Number, v.Team), i > 0, false
	if i+1 < len(versions) {
		page.Before, page.Changes = versions[i+1].Number, changesOf(versions[i+1].Version, v.Version)
	}
	if err := p.signedWhen(c, v, &page); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "plan", page)
}

func (p *Pages) signedWhen(c *request, v engine.PlanVersion, page *teamPlanPage) error {
	signatures, err := p.Engine.Signatures(c.Context(), v)
	if err != nil {
		return fmt.Errorf("read signatures: %w", err)
	}
	page.Signed, page.Each = len(signatures), 0
	for _, s := range signatures {
		if s.Person == c.who.ID {
			page.SignedOn = page.Day(s.SignedAt)
		}
	}
	return nil
}
