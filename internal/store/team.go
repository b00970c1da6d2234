package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Team is people who share one lone-working plan.
type Team struct {
	ID, ExternalID, Name string
	Zone                 string // IANA name, "Europe/London"
	Plan                 plan.Settings
	HasPlan              bool // false: none was given yet; Plan is the standard one
}

// PutTeam keeps a team as [DB.ChangeTeam] does, off the record: for what sets a database up.
func (db *DB) PutTeam(ctx context.Context, team Team, at time.Time) (created bool, err error) {
	return db.ChangeTeam(ctx, team, By{}, at)
}

// putTeam keeps a team. The plan is sealed: it has the duress phrase.
func (t *tx) putTeam(team Team, at time.Time) (created bool, err error) {
	var raw []byte
	if team.HasPlan {
		if raw, err = json.Marshal(team.Plan); err != nil {
			return false, err
		}
	}
	if created, err = t.isNew(`SELECT id FROM teams WHERE id = $1`, team.ID); err != nil {
		return false, err
	}
	sealed, err := t.seal("team/"+team.ID, "team/"+team.ID+"/plan", raw, at)
	if err != nil {
		return false, err
	}
	_, err = t.exec(`INSERT INTO teams (id, external_id, name, zone, plan, put_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET external_id = COALESCE(excluded.external_id, teams.external_id), name = excluded.name, zone = excluded.zone,
			plan = COALESCE(excluded.plan, teams.plan), put_at = excluded.put_at`,
		team.ID, text(team.ExternalID), team.Name, team.Zone, sealed, instant(at))
	return created, err
}

// zoneHere is the zone of a first team. Its page changes it.
const zoneHere = "Europe/London"

// FirstTeam is a new team as someone begins with it: with the standard plan, and fallback, the id of whoever is told until
// there is a rota.
func FirstTeam(name, fallback string) Team {
	settings := plan.Standard()
	settings.Fallback = fallback
	return Team{ID: "t-" + strings.ToLower(rand.Text()[:8]), Name: name, Zone: zoneHere, Plan: settings, HasPlan: true}
}

type sealedTeam struct {
	Team
	plan []byte
}

const teamColumns = `id, external_id, name, zone, plan`

func scanTeam(s scanner) (t sealedTeam, err error) {
	err = s.Scan(&t.ID, words{&t.ExternalID}, &t.Name, &t.Zone, &t.plan)
	return t, err
}

func (db *DB) openTeam(ctx context.Context, on runner, s sealedTeam) (Team, error) {
	s.Plan = plan.Standard()
	raw, err := db.open(ctx, on, "team/"+s.ID, "team/"+s.ID+"/plan", s.plan)
	if err != nil || raw == nil {
		return s.Team, err
	}
	s.HasPlan = true
	if err := json.Unmarshal(raw, &s.Plan); err != nil {
		return s.Team, fmt.Errorf("read plan of team %s: %w", s.ID, err)
	}
	return s.Team, nil
}

// Team gives a team by its id or external id.
func (db *DB) Team(ctx context.Context, id string) (Team, error) {
	s, err := first(ctx, db.reader, scanTeam,
		`SELECT `+teamColumns+` FROM teams WHERE id = $1 OR external_id = $1 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1`, id)
	if err != nil {
		return Team{}, fmt.Errorf("read team %s: %w", id, err)
	}
	return db.openTeam(ctx, db.reader, s)
}

// Teams gives every team, in the order of their ids.
func (db *DB) Teams(ctx context.Context) ([]Team, error) {
	rows, err := all(ctx, db.reader, scanTeam, `SELECT `+teamColumns+` FROM teams`)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	slices.SortFunc(rows, func(a, b sealedTeam) int { return cmp.Compare(a.ID, b.ID) })
	teams := make([]Team, 0, len(rows))
	for _, s := range rows {
		t, err := db.openTeam(ctx, db.reader, s)
		if err != nil {
			return nil, fmt.Errorf("list teams: %w", err)
		}
		teams = append(teams, t)
	}
	return teams, nil
}

// Epoch is a number that moves whenever a team, a person or a shift changes: what is remembered of them is good while it stays.
func (db *DB) Epoch(ctx context.Context) (int64, error) {
	n, err := first(ctx, db.reader, value[int64], `SELECT n FROM epochs WHERE id = 1`)
	if err != nil {
		return 0, fmt.Errorf("read epoch: %w", err)
	}
	return n, nil
}

// moveEpoch comes first in what changes teams, people or shifts: it also makes such changes wait for each other.
func (t *tx) moveEpoch() error {
	_, err := t.exec(`UPDATE epochs SET n = n + 1 WHERE id = 1`)
	return err
}
