package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
)

const defaultZone = "Europe/London"

// teamJSON is a team as the API answers it.
type teamJSON struct {
	ID         string        `json:"id"`
	ExternalID *string       `json:"external_id"`
	Name       string        `json:"name"`
	Zone       string        `json:"zone"`
	Plan       plan.Settings `json:"plan"`
	Signing    *signingJSON  `json:"plan_version,omitempty"`
}

// Plans says how teams' plans stand.
type Plans interface {
	CurrentPlan(ctx context.Context, team string) (v engine.PlanVersion, found bool, err error)
	Signatures(ctx context.Context, v engine.PlanVersion) ([]engine.Signature, error)
	Unsigned(ctx context.Context, v engine.PlanVersion) ([]buddy.Person, error)
}

// signingJSON is how the version of a team's plan stands that was published last.
type signingJSON struct {
	Number      int       `json:"number"`
	PublishedAt time.Time `json:"published_at"`
	ReviewOn    string    `json:"review_on"`
	Signed      int       `json:"signed"`
	Unsigned    int       `json:"unsigned"`
}

// signing says how a team's plan stands; nil where none was published.
func (a *API) signing(ctx context.Context, team string) (*signingJSON, error) {
	v, found, err := a.Engine.CurrentPlan(ctx, team)
	if err != nil || !found {
		return nil, err
	}
	signatures, err := a.Engine.Signatures(ctx, v)
	if err != nil {
		return nil, err
	}
	unsigned, err := a.Engine.Unsigned(ctx, v)
	return &signingJSON{v.Number, v.PublishedAt, v.NextReview(), len(signatures), len(unsigned)}, err
}

func teamOf(t store.Team) teamJSON {
	return teamJSON{ID: t.ID, ExternalID: maybe(t.ExternalID), Name: t.Name, Zone: t.Zone, Plan: t.Plan}
}

// pathID gives the id that a PUT's address names.
func pathID(c *call) (string, error) {
	id := c.PathValue("id")
	if !isID(id) {
		return "", fieldProblem("id", "must be up to 64 letters, digits and . _ ~ -")
	}
	return id, nil
}

// sameID reads the id in the body of a PUT, where what a GET gave is sent back: it must be the one in the address.
func sameID(c *call, own string) {
	if id := c.in.id("id"); id != "" && id != own && id != c.PathValue("id") {
		c.in.wrong("id", "is another than in the address")
	}
}

// putTeam answers PUT /teams/{id}: the whole team, and of its plan what differs from the standard one.
func (a *API) putTeam(c *call) (answer, error) {
	id, err := pathID(c)
	if err != nil {
		return answer{}, err
	}
	if id, err = a.knownTeam(c.Context(), id); err != nil {
		return answer{}, err
	}
	by, err := a.by(c, false)
	if err != nil {
		return answer{}, err
	}
	sameID(c, id)
	t, err := a.readTeam(c, id)
	if err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	created, err := a.Engine.PutTeam(c.Context(), c.actor(by), t)
	if err != nil {
		return answer{}, fmt.Errorf("put team: %w", err)
	}
	if t, err = a.Store.Team(c.Context(), id); err != nil {
		return answer{}, fmt.Errorf("find team again: %w", err)
	}
	return made(created, teamOf(t))
}

// knownTeam gives the own id of the team that an id names, by either of its ids; the id itself when it is no team's.
func (a *API) knownTeam(ctx context.Context, id string) (string, error) {
	t, err := a.Store.Team(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return id, nil
	case err != nil:
		return "", fmt.Errorf("look for team: %w", err)
	}
	return t.ID, nil
}

// readTeam reads a team. Without a plan it keeps the one it has.
func (a *API) readTeam(c *call, id string) (store.Team, error) {
	in := c.in
	in.need("name")
	in.take("plan_version") // what a GET gave may be sent back; it is no field to set
	t := store.Team{ID: id, ExternalID: in.id("external_id"), Name: in.text("name", maxName), Zone: in.text("zone", maxName), HasPlan: true}
	if t.Zone == "" {
		t.Zone = defaultZone
	}
	if _, err := time.LoadLocation(t.Zone); err != nil || t.Zone == "Local" {
		in.wrong("zone", `must be the name of a time zone, such as "Europe/London"`)
	}
	was, err := a.Store.Team(c.Context(), id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return t, fmt.Errorf("find team: %w", err)
	}
	if err := a.ownTeamID(c, t); err != nil {
		return t, err
	}
	raw, given := in.take("plan")
	if t.Plan = plan.Standard(); !given && was.HasPlan {
		t.Plan = was.Plan
		return t, nil
	}
	if !given {
		raw = json.RawMessage("{}")
	}
	settings, problems := plan.Parse(raw, plan.Standard())
	if len(problems) == 0 {
		problems = settings.Problems(a.Rehearsal)
	}
	in.also(problems)
	t.Plan = settings
	return t, a.ownPeople(c.Context(), &t.Plan)
}

// ownTeamID refuses an external id that another team has.
func (a *API) ownTeamID(c *call, t store.Team) error {
	if t.ExternalID == "" {
		return nil
	}
	switch other, err := a.Store.Team(c.Context(), t.ExternalID); {
	case err == nil && other.ID != t.ID:
		c.in.wrong("external_id", "names another team")
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("look for team: %w", err)
	}
	return nil
}

// ownPeople puts the own ids of the people whom a plan names; one who is not there yet keeps the id given.
func (a *API) ownPeople(ctx context.Context, s *plan.Settings) error {
	for _, id := range []*string{&s.Fallback, &s.NamedBuddy} {
		if *id == "" {
			continue
		}
		var err error
		if *id, err = a.knownPerson(ctx, *id); err != nil {
			return err
		}
	}
	return nil
}

// getTeam answers GET /teams/{id}.
func (a *API) getTeam(c *call) (answer, error) {
	t, err := a.Store.Team(c.Context(), c.PathValue("id"))
	if err != nil {
		return answer{}, fmt.Errorf("find team: %w", err)
	}
	answered := teamOf(t)
	if answered.Signing, err = a.signing(c.Context(), t.ID); err != nil {
		return answer{}, fmt.Errorf("read plan of team: %w", err)
	}
	return ok(answered)
}

// listTeams answers GET /teams.
func (a *API) listTeams(c *call) (answer, error) {
	kept, err := a.Store.Teams(c.Context())
	if err != nil {
		return answer{}, fmt.Errorf("list teams: %w", err)
	}
	list := []teamJSON{}
	for _, t := range kept {
		list = append(list, teamOf(t))
	}
	return ok(map[string]any{"teams": list})
}

// team gives a known team's own id for a field; a problem of the field when there is no such team.
func (a *API) team(c *call, field, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	t, err := a.Store.Team(c.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.in.wrong(field, "is no team known here")
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find team: %w", err)
	}
	return t.ID, nil
}
