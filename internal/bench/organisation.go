package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// perTeam is how many workers share a team, its responder and its rota.
const perTeam = 100

func worker(i int) string        { return fmt.Sprintf("p-worker-%d", i) }
func workerMobile(i int) string  { return fmt.Sprintf("+4477%08d", i) }
func team(worker int) int        { return worker / perTeam }
func teamID(team int) string     { return fmt.Sprintf("team-%d", team) }
func responderID(t int) string   { return fmt.Sprintf("p-responder-%d", t) }
func responderNo(t int) string   { return fmt.Sprintf("+4478%08d", t) }
func fallbackNo() string         { return "+447900000000" }
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// plan is the teams' plan: silence is not normal for a moment, nobody is prompted, and nobody else is told while the benchmark runs.
var plan = map[string]any{"grace": "0s", "prompts": false, "acknowledge_within": "15m", "fallback": "p-fallback", "duress_phrase": "Scarlett"}

// settle puts the organisation's teams, people and rota into the system.
func (s *system) settle(ctx context.Context, o Options, workers int) error {
	teams := team(workers-1) + 1
	for t := range teams {
		err := s.call(ctx, http.MethodPut, "/teams/"+teamID(t), map[string]any{"name": teamID(t), "zone": "Europe/London", "plan": plan}, nil)
		if err != nil {
			return fmt.Errorf("put a team: %w", err)
		}
	}
	if err := s.person(ctx, "p-fallback", "Lee Fallback", 0, "responder", fallbackNo()); err != nil {
		return err
	}
	now := time.Now()
	for t := range teams {
		if err := s.person(ctx, responderID(t), "Sam Hill", t, "responder", responderNo(t)); err != nil {
			return err
		}
		if err := s.onCall(ctx, t, now); err != nil {
			return err
		}
	}
	return each(ctx, workers, func(n int) { o.progress("people", n, workers) }, func(ctx context.Context, i int) error {
		return s.person(ctx, worker(i), "Priya Nair", team(i), "worker", workerMobile(i))
	})
}

// onCall puts a team's responder on call for a week, a day at a time.
func (s *system) onCall(ctx context.Context, t int, now time.Time) error {
	for day := range 7 {
		from := now.Add(-time.Hour + time.Duration(day)*24*time.Hour)
		err := s.call(ctx, http.MethodPost, "/shifts", map[string]any{"person": responderID(t), "starts_at": instant(from),
			"ends_at": instant(from.Add(24 * time.Hour)), "order": 1, "teams": []string{teamID(t)}}, nil)
		if err != nil {
			return fmt.Errorf("put a responder on call: %w", err)
		}
	}
	return nil
}

func (s *system) person(ctx context.Context, id, name string, t int, role, mobile string) error {
	err := s.call(ctx, http.MethodPut, "/people/"+id, map[string]any{
		"name": name, "team": teamID(t), "roles": []string{role}, "mobile": mobile, "email": id + "@" + councilDomain, "home_phone": "+441632960101",
		"description": "5 ft 4, short black hair, green coat", "no_vehicle": true,
		"emergency_contacts": []map[string]any{{"name": "Ravi Nair", "relation": "husband", "phone": "+447700900102"}},
	}, nil)
	if err != nil {
		return fmt.Errorf("put a person: %w", err)
	}
	return nil
}

// booked is a visit that was booked.
type booked struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
}

// book puts a worker's visit under watch.
func (s *system) book(ctx context.Context, i int, from, until time.Time) (b booked, err error) {
	err = s.call(ctx, http.MethodPost, "/visits", map[string]any{"worker": worker(i), "kind": "home_visit", "starts_at": instant(from),
		"expected_end_at": instant(until), "service_user": "J Smith", "address": "1 Example Street, Gloucester GL1 1AA",
		"contact": "+447700900103", "private": false}, &b) // so that those who share a team's board see it change
	if err != nil {
		return b, fmt.Errorf("book a visit: %w", err)
	}
	return b, nil
}

// bookAhead books visits for the days to come, each worker's one after the other.
func (s *system) bookAhead(ctx context.Context, o Options, visits, workers int) error {
	now := time.Now()
	return each(ctx, visits, func(n int) { o.progress("visits booked", n, visits) }, func(ctx context.Context, i int) error {
		day, worker := i/workers, i%workers
		from := now.Add(time.Duration(day)*12*time.Hour + 6*time.Hour + time.Duration(worker%300)*time.Minute)
		_, err := s.book(ctx, worker, from, from.Add(time.Hour))
		return err
	})
}
