package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

const longestShift = 31 * 24 * time.Hour

// shiftJSON is a shift as the API answers it.
type shiftJSON struct {
	ID       string    `json:"id"`
	Person   string    `json:"person"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Order    int       `json:"order"`
	Teams    []string  `json:"teams"`
}

func shiftOf(s rota.Shift) shiftJSON {
	return shiftJSON{s.ID, s.Person, s.StartsAt.UTC(), s.EndsAt.UTC(), s.Order, append([]string{}, s.Teams...)}
}

// addShift answers POST /shifts. The same shift again is the one that is there.
func (a *API) addShift(c *call) (answer, error) {
	by, err := a.by(c, false)
	if err != nil {
		return answer{}, err
	}
	s, err := a.readShift(c)
	if err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	created, err := a.Engine.AddShift(c.Context(), c.actor(by), s)
	if errors.Is(err, store.ErrConflict) {
		return answer{}, conflict("this id is another shift's")
	}
	if err != nil {
		return answer{}, fmt.Errorf("add shift: %w", err)
	}
	return made(created, shiftOf(s))
}

func (a *API) readShift(c *call) (rota.Shift, error) {
	in := c.in
	in.need("person", "starts_at", "ends_at")
	s := rota.Shift{ID: in.id("id"), Person: in.id("person"), StartsAt: in.instant("starts_at"), EndsAt: in.instant("ends_at"), Order: 1}
	if external := in.id("external_id"); s.ID == "" {
		s.ID = external
	}
	if in.given("order") {
		s.Order = in.count("order")
	}
	given := in.ids("teams")
	var err error
	s.Teams, err = a.shiftTeams(c, s.Person, given)
	if err != nil {
		return s, err
	}
	if s.Person, err = a.person(c.Context(), in, "person", s.Person); err != nil || len(*in.problems) > 0 {
		return s, err
	}
	in.also(s.Problems())
	if s.EndsAt.Sub(s.StartsAt) > longestShift {
		in.wrong("ends_at", "must be within 31 days of the start")
	}
	if s.ID == "" {
		s.ID = shiftID(s)
	}
	return s, nil
}

// shiftTeams gives the teams by their own ids: by default the person's own.
func (a *API) shiftTeams(c *call, person string, given []string) ([]string, error) {
	if len(given) == 0 && person != "" {
		p, err := a.Store.Person(c.Context(), person)
		if err != nil {
			return nil, nil // an unknown person is said of the person
		}
		given = []string{p.Team}
	}
	var teams []string
	for _, id := range given {
		id, err := a.team(c, "teams", id)
		if err != nil {
			return nil, err
		}
		teams = append(teams, id)
	}
	return teams, nil
}

// shiftID is the id of a shift that came without one: the same for the same shift, so that it can be sent again.
func shiftID(s rota.Shift) string {
	teams := slices.Sorted(slices.Values(s.Teams))
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %d %q", s.Person, s.StartsAt.UnixMicro(), s.EndsAt.UnixMicro(), s.Order, teams))
	return "s-" + hex.EncodeToString(sum[:10])
}

// removeShift answers DELETE /shifts/{id}: the shift as it was. One that has begun stays.
func (a *API) removeShift(c *call) (answer, error) {
	q, err := query(c, "by")
	if err != nil {
		return answer{}, err
	}
	by, err := a.reader(c, q)
	if err != nil {
		return answer{}, err
	}
	s, err := a.Engine.RemoveShift(c.Context(), c.actor(by), c.PathValue("id"))
	if err != nil {
		return answer{}, fmt.Errorf("remove shift: %w", err)
	}
	return ok(shiftOf(s))
}

// listShifts answers GET /shifts?from=…&to=…&team=….
func (a *API) listShifts(c *call) (answer, error) {
	q, err := query(c, "from", "to", "team")
	if err != nil {
		return answer{}, err
	}
	from, to, err := spanOf(q, c.at.Add(-24*time.Hour), c.at.Add(longestShift))
	if err != nil {
		return answer{}, err
	}
	var kept rota.Rota
	if team := q.Get("team"); team != "" {
		if team, err = a.knownTeam(c.Context(), team); err != nil {
			return answer{}, err
		}
		kept, err = a.Store.Shifts(c.Context(), team, from, to)
	} else {
		kept, err = a.Store.AllShifts(c.Context(), from, to)
	}
	if err != nil {
		return answer{}, fmt.Errorf("list shifts: %w", err)
	}
	list := []shiftJSON{}
	for _, s := range kept {
		list = append(list, shiftOf(s))
	}
	return ok(map[string]any{"shifts": list})
}
