package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// PlanStore is what the engine needs of the store for teams' plans.
type PlanStore interface {
	PutPaper(ctx context.Context, p store.Paper, marks []string, by store.By, at time.Time, messages ...store.Message) (store.Paper, error)
	PublishPlan(ctx context.Context, team store.Team, p store.Paper, by store.By, at time.Time, messages ...store.Message) (store.Paper, error)
	Paper(ctx context.Context, kind store.PaperKind, id string) (store.Paper, error)
	Papers(ctx context.Context, f store.PaperFilter) ([]store.Paper, error)
}

// What becomes of a version of a plan. Once it is published it never changes; the current one is that of the highest number.
const (
	planDraft     = "draft"
	planPublished = "published"
	planSigned    = "signed" // of a signature
)

// longestReview is how far ahead a plan may be looked at again.
const longestReview = 3 // years

// PlanVersion is a version of a team's plan, and the paper it is kept on; the zero Paper while it is kept nowhere.
type PlanVersion struct {
	plan.Version
	Paper store.Paper
}

// Published says that the version is one that was published, and not a draft.
func (v PlanVersion) Published() bool { return v.Paper.Status == planPublished }

func readVersion(p store.Paper) (PlanVersion, error) {
	v := PlanVersion{Paper: p}
	if p.Erased {
		return v, fmt.Errorf("read plan %s: %w", p.ID, store.ErrErased)
	}
	if json.Unmarshal([]byte(p.Body.Reveal()), &v.Version) != nil {
		return PlanVersion{Paper: p}, fmt.Errorf("read plan %s: %w", p.ID, errOtherKind)
	}
	return v, nil
}

// errOtherKind says that private words could not be read. What is wrong with them is said without them: an error of encoding/json may quote what it met.
var errOtherKind = errors.New("what was kept is not of its kind")

// CurrentPlan gives the version of a team's plan that was published last; found is false where none was.
func (e *Engine) CurrentPlan(ctx context.Context, team string) (v PlanVersion, found bool, err error) {
	return e.latestPlan(ctx, team, planPublished)
}

// PlanDraft gives the draft of a team's next version; found is false where there is none.
func (e *Engine) PlanDraft(ctx context.Context, team string) (v PlanVersion, found bool, err error) {
	return e.latestPlan(ctx, team, planDraft)
}

func (e *Engine) latestPlan(ctx context.Context, team, status string) (PlanVersion, bool, error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: team, Status: status, Limit: 1})
	if err != nil || len(papers) == 0 {
		return PlanVersion{}, false, err
	}
	v, err := readVersion(papers[0])
	return v, err == nil, err
}

// PlanVersions gives every version of a team's plan that was published, the latest first.
func (e *Engine) PlanVersions(ctx context.Context, team string) ([]PlanVersion, error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: team, Status: planPublished})
	var versions []PlanVersion
	for _, p := range papers {
		v, failed := readVersion(p)
		if failed != nil {
			return nil, failed
		}
		versions = append(versions, v)
	}
	return versions, err
}

// PlanNumbers gives the number of each team's current version, by the team; a team without one is not in it.
func (e *Engine) PlanNumbers(ctx context.Context) (map[string]int, error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Status: planPublished, Bare: true})
	numbers := map[string]int{}
	for _, p := range papers {
		numbers[p.Team] = max(numbers[p.Team], p.Number)
	}
	return numbers, err
}

// PlanNumber gives the number of a team's current version; 0 where none was published.
func (e *Engine) PlanNumber(ctx context.Context, team string) (number int, err error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: team, Status: planPublished, Bare: true})
	for _, p := range papers {
		number = max(number, p.Number)
	}
	return number, err
}

// NextPlan gives what the next version of a team's plan says so far: its draft, else the team's settings as they are now with the words of
// the current version, or with none. A setting that the draft did not change is as the team has it now.
func (e *Engine) NextPlan(ctx context.Context, t store.Team) (PlanVersion, error) {
	draft, drafted, err := e.PlanDraft(ctx, t.ID)
	if err != nil {
		return draft, err
	}
	last, found, err := e.CurrentPlan(ctx, t.ID)
	if err != nil {
		return draft, err
	}
	if drafted {
		if found {
			draft.Settings = draft.Settings.Since(last.Settings, t.Plan)
		}
		draft.Names, err = e.namesOf(ctx, draft.Settings)
		return draft, err
	}
	v := PlanVersion{Version: plan.Version{Team: t.Name, Number: 1, Zone: t.Zone, Settings: t.Plan, Words: plan.Words{}}}
	if found {
		v.Number, v.Words = last.Number+1, last.Words
	}
	v.Names, err = e.namesOf(ctx, v.Settings)
	return v, err
}

// namesOf gives the names of the people whom settings name, by the ids by which they do; one who is not there yet has none.
func (e *Engine) namesOf(ctx context.Context, s plan.Settings) (map[string]string, error) {
	names := map[string]string{}
	for _, id := range s.Named() {
		p, err := e.Store.Person(ctx, id)
		switch {
		case err == nil:
			names[id] = p.Name
		case !errors.Is(err, store.ErrNotFound) && p.ID == "":
			return nil, fmt.Errorf("read whom the plan names: %w", err)
		}
	}
	return names, nil
}

// SavePlanDraft keeps the draft of a team's next version. ErrConflict says that another was kept since it was read.
func (e *Engine) SavePlanDraft(ctx context.Context, who Actor, t store.Team, v PlanVersion) (PlanVersion, error) {
	v.Words = v.Words.Trimmed()
	if p := v.Words.Problems(); len(p) > 0 {
		return v, invalid(p)
	}
	v.Team, v.Zone = t.Name, t.Zone
	var err error
	if v.Names, err = e.namesOf(ctx, v.Settings); err != nil {
		return v, err
	}
	v.Paper.Status = planDraft
	paper, err := planPaper(t, v)
	if err == nil {
		v.Paper, err = e.putPaper(ctx, paper, nil, who.by(), e.Now())
	}
	return v, err
}

func planPaper(t store.Team, v PlanVersion) (store.Paper, error) {
	raw, err := json.Marshal(v.Version)
	p := v.Paper
	p.Kind, p.Team, p.Number, p.Body = store.PlanPaper, t.ID, v.Number, private.New(string(raw))
	return p, err
}

// invalid makes what is wrong with something an error; nil where nothing is.
func invalid(found []plan.Problem) error {
	if len(found) == 0 {
		return nil
	}
	p := make([]watch.Problem, len(found))
	for i, x := range found {
		p[i] = watch.Problem(x)
	}
	return &watch.Invalid{Problems: p}
}

// PlanTeam gives a team as it is once a version is published, and what keeps that from being published: *watch.Invalid, by the fields of the
// API's plan object, "words.SECTION" and "review_on".
func (e *Engine) PlanTeam(ctx context.Context, t store.Team, v PlanVersion) (store.Team, error) {
	t.Plan, t.HasPlan = v.Settings, true
	p, err := e.teamProblems(ctx, t)
	if err != nil {
		return t, err
	}
	for _, x := range v.Words.Problems() {
		p = append(p, watch.Problem{Field: x.Field, Says: x.Says})
	}
	if says := e.reviewProblem(t, v.ReviewOn); says != "" {
		p = append(p, watch.Problem{Field: "review_on", Says: says})
	}
	if len(p) > 0 {
		return t, &watch.Invalid{Problems: p}
	}
	return t, nil
}

func (e *Engine) reviewProblem(t store.Team, on string) string {
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return "" // which the zone's own problem says
	}
	now := e.Now().In(zone)
	day, err := time.ParseInLocation(plan.ISODate, on, zone)
	switch {
	case on == "":
		return "is missing: the day by which the plan is looked at again"
	case err != nil:
		return "is not a day, such as 2027-11-21"
	case !day.After(now):
		return "must be a day that is still to come"
	case day.After(now.AddDate(longestReview, 0, 0)):
		return fmt.Sprintf("must be within %d years", longestReview)
	}
	return ""
}

// PublishPlan publishes a version of a team's plan: from then on it is the current one, and its settings are the team's, in one transaction. Everyone
// in the team is asked to sign it. *watch.Invalid says what is missing, *watch.Refused that it says what the version before says; ErrConflict that
// another changed the draft since.
func (e *Engine) PublishPlan(ctx context.Context, who Actor, t store.Team, v PlanVersion) (PlanVersion, error) {
	last, found, err := e.CurrentPlan(ctx, t.ID)
	if err != nil {
		return v, err
	}
	if found && v.Settings.Equal(t.Plan) && v.ReviewOn == last.NextReview() && len(plan.Compare(last.Version, v.Version)) == 0 {
		return v, &watch.Refused{Says: fmt.Sprintf("it says what version %d says: everyone would have to sign the same again", last.Number)}
	}
	v, err = e.SetUpPlan(ctx, who, t, v)
	if err != nil {
		return v, err
	}
	members, err := e.PlanMembers(ctx, t.ID)
	e.report(ctx, "find who signs a plan", err) // it is published all the same, and they are reminded
	ids := slices.DeleteFunc(idsOf(members), func(id string) bool { return id == who.By })
	e.report(ctx, "ask for signatures", e.tellOfPlan(ctx, v.PublishedAt, t.ID, note{id: "plan_to_sign/" + v.Paper.ID, kind: "plan_to_sign", to: ids, notice: wording.PlanToSign,
		values: wording.Values{Link: e.planLink(t.ID, "/sign")}}))
	return v, nil
}

// SetUpPlan is PublishPlan without asking anybody to sign: for what sets a database up.
func (e *Engine) SetUpPlan(ctx context.Context, who Actor, t store.Team, v PlanVersion) (PlanVersion, error) {
	t, err := e.PlanTeam(ctx, t, v)
	if err != nil {
		return v, err
	}
	if v.Names, err = e.namesOf(ctx, v.Settings); err != nil {
		return v, err
	}
	publisher, err := e.Store.Person(ctx, who.By)
	if err != nil && publisher.ID == "" {
		return v, fmt.Errorf("read who publishes: %w", err)
	}
	at := e.Now()
	v.Team, v.Zone, v.Words = t.Name, t.Zone, v.Words.Trimmed()
	v.Version = v.Publish(at, publisher.Name)
	v.Paper.Status = planPublished
	paper, err := planPaper(t, v)
	if err != nil {
		return v, err
	}
	paper.DueAt = reviewAt(v.Version)
	v.Paper, err = e.Store.PublishPlan(ctx, t, paper, who.by(), at)
	e.woken()
	return v, err
}

// reviewAt is the instant at which the day of a version's review begins; zero where it has none.
func reviewAt(v plan.Version) time.Time {
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		zone = time.UTC
	}
	day, err := time.ParseInLocation(plan.ISODate, v.NextReview(), zone)
	if err != nil {
		return time.Time{}
	}
	return day.UTC()
}

func (e *Engine) planLink(team, page string) string {
	return e.URL + "/teams/" + url.PathEscape(team) + "/plan" + page
}

// tellOfPlan says something to people of a team about its plan, by one text each.
func (e *Engine) tellOfPlan(ctx context.Context, at time.Time, team string, n note) error {
	sc, err := e.teamScene(ctx, at, team)
	if err != nil {
		return err
	}
	n.reach = watch.OneText
	if n.to == nil {
		n.to = sc.chiefs
	}
	return e.say(ctx, at, sc, n)
}

// teamScene is a team and its people, where it is about no worker of it.
func (e *Engine) teamScene(ctx context.Context, at time.Time, team string) (scene, error) {
	pages, err := e.dir.open(ctx)
	if err != nil {
		return scene{}, err
	}
	sc := scene{pages: pages, zone: time.UTC}
	return sc, e.lookAtTeam(ctx, at, &sc, team)
}

func idsOf(people []buddy.Person) []string {
	ids := make([]string, 0, len(people))
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return ids
}

// SignsPlan says that someone is one of those who sign a team's plan: who works in it, as a worker, a responder or a manager.
func SignsPlan(p buddy.Person, team string) bool {
	return p.Active && p.Team == team && (p.Has(buddy.Worker) || p.Has(buddy.Responder) || p.Has(buddy.Manager))
}

// PlanMembers gives those who sign a team's plan.
func (e *Engine) PlanMembers(ctx context.Context, team string) ([]buddy.Person, error) {
	people, err := e.Store.PeopleOf(ctx, team)
	if err != nil && len(people) == 0 {
		return nil, fmt.Errorf("list who signs the plan: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(people), func(p buddy.Person) bool { return !SignsPlan(p, team) }), nil
}
