package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// The rota is read by spans of a month, each with a week before it and a month
// after.
const (
	rotaBack  = 7 * 24 * time.Hour
	rotaAhead = 60 * 24 * time.Hour
	dirLimit  = 5000 // people kept; beyond it the directory starts anew
)

// directory remembers teams, people and rotas until any of them changes.
type directory struct {
	store Store
	mu    sync.Mutex
	pages *pages
}

// pages is the directory at one epoch. Its maps are filled as they are asked.
type pages struct {
	store   Store
	epoch   int64
	mu      sync.Mutex
	teams   map[string]store.Team
	people  map[string]buddy.Person
	answers map[string]string // see answering
	of      map[string][]buddy.Person
	chiefs  map[string][]string
	holders map[phone.Number][]string
	rotas   map[turnOf]rota.Rota
	zones   map[string]*time.Location
	blocked map[string][]string // by worker: see blockedFrom

	addresses map[string]map[string][]string // under "": see holdersOf
}

// turnOf is a team, and one of the spans in which its rota is read: a look over visits of many weeks must not read it anew for each.
type turnOf struct {
	team string
	span int64
}

// open gives the directory as it stands now.
func (d *directory) open(ctx context.Context) (*pages, error) {
	epoch, err := d.store.Epoch(ctx)
	if err != nil {
		return nil, fmt.Errorf("read directory's epoch: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pages == nil || d.pages.epoch != epoch || d.pages.full() {
		d.pages = &pages{store: d.store, epoch: epoch, teams: map[string]store.Team{}, people: map[string]buddy.Person{}, answers: map[string]string{},
			of: map[string][]buddy.Person{}, chiefs: map[string][]string{}, holders: map[phone.Number][]string{}, rotas: map[turnOf]rota.Rota{}, zones: map[string]*time.Location{}, blocked: map[string][]string{}, addresses: map[string]map[string][]string{}}
	}
	return d.pages, nil
}

func (p *pages) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.people) > dirLimit || len(p.holders) > dirLimit
}

// remembered gives what is in the map, else asks for it and keeps it.
func remembered[K comparable, V any](p *pages, m map[K]V, key K, ask func() (V, error)) (V, error) {
	p.mu.Lock()
	v, found := m[key]
	p.mu.Unlock()
	if found {
		return v, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	p.mu.Lock()
	m[key] = v
	p.mu.Unlock()
	return v, nil
}

func (p *pages) team(ctx context.Context, id string) (store.Team, error) {
	return remembered(p, p.teams, id, func() (store.Team, error) { return p.store.Team(ctx, id) })
}

func (p *pages) person(ctx context.Context, id string) (buddy.Person, error) {
	return remembered(p, p.people, id, func() (buddy.Person, error) { return p.store.Person(ctx, id) })
}

func (p *pages) members(ctx context.Context, team string) ([]buddy.Person, error) {
	return remembered(p, p.of, team, func() ([]buddy.Person, error) { return p.store.PeopleOf(ctx, team) })
}

func (p *pages) holding(ctx context.Context, n phone.Number) ([]string, error) {
	return remembered(p, p.holders, n, func() ([]string, error) {
		ids, err := p.store.Holders(ctx, n)
		if err != nil {
			return nil, err
		}
		active := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			who, err := p.person(ctx, id)
			return err == nil && !who.Active
		})
		if len(active) > 0 { // a phone is handed on when someone leaves
			return active, nil
		}
		return ids, nil
	})
}

// answering gives the own id of someone who is to answer, whichever of their ids
// names them: by two they would be told twice, and a worker called upon in their
// own alarm. It is "" for someone who is no longer active. An id of nobody stays:
// that nobody could be told is then known.
func (p *pages) answering(ctx context.Context, id string) string {
	if id == "" || id == emergencyID {
		return id
	}
	own, err := remembered(p, p.answers, id, func() (string, error) {
		who, err := p.person(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return id, nil
		case err == nil && !who.Active:
			return "", nil
		}
		return who.ID, err
	})
	if err != nil {
		return id // one who cannot be read must not keep the others from being told
	}
	return own
}

func (p *pages) allAnswering(ctx context.Context, ids []string) []string {
	var own []string
	for _, id := range ids {
		own = append(own, p.answering(ctx, id))
	}
	return own
}

// managers lists the ids of the team's managers who are there.
func (p *pages) managers(ctx context.Context, team string) ([]string, error) {
	return remembered(p, p.chiefs, team, func() ([]string, error) { return p.store.Managers(ctx, team) })
}

func (p *pages) rota(ctx context.Context, team string, at time.Time) (rota.Rota, error) {
	const span = rotaAhead / 2
	turn := turnOf{team, at.Unix() / int64(span/time.Second)}
	begins := time.Unix(turn.span*int64(span/time.Second), 0)
	return remembered(p, p.rotas, turn, func() (rota.Rota, error) {
		r, err := p.store.Shifts(ctx, team, begins.Add(-rotaBack), begins.Add(rotaAhead))
		if err != nil {
			return nil, fmt.Errorf("read rota of team %s: %w", team, err)
		}
		// someone who is no longer active has no shift: what they had is a gap
		return slices.DeleteFunc(r, func(s rota.Shift) bool { return p.answering(ctx, s.Person) == "" }), nil
	})
}

// scene is all that a decision about one worker needs to know of the world.
type scene struct {
	pages   *pages
	worker  buddy.Person
	team    store.Team
	zone    *time.Location
	rota    rota.Rota
	chiefs  []string // the team's managers
	blocked []string // who may never see or answer for the worker
	words   *checkin.Vocabulary
}

// look reads the scene around a worker. A worker who is not in the system has
// an empty one: what they say is kept all the same.
func (e *Engine) look(ctx context.Context, at time.Time, worker string) (scene, error) {
	pages, err := e.dir.open(ctx)
	if err != nil {
		return scene{}, err
	}
	return e.lookIn(ctx, pages, at, worker)
}

// lookIn is look in a directory that is open.
func (e *Engine) lookIn(ctx context.Context, pages *pages, at time.Time, worker string) (sc scene, err error) {
	sc = scene{pages: pages, zone: time.UTC, words: e.Vocabulary}
	sc.worker, err = pages.person(ctx, worker)
	if errors.Is(err, store.ErrNotFound) {
		sc.worker = buddy.Person{ID: worker}
		return sc, nil
	} else if err != nil && sc.worker.ID == "" {
		return sc, fmt.Errorf("read worker %s: %w", worker, err)
	}
	e.report(ctx, "worker watched without their details", err)
	sc.worker.Name = cmp.Or(sc.worker.Name, bareName(worker))
	if err := e.lookAtTeam(ctx, at, &sc, sc.worker.Team); err != nil {
		return sc, err
	}
	return sc, e.lookAtBlocks(ctx, &sc)
}

func (e *Engine) lookAtTeam(ctx context.Context, at time.Time, sc *scene, team string) (err error) {
	if sc.team, err = sc.pages.team(ctx, team); err != nil {
		return fmt.Errorf("read team %s: %w", team, err)
	}
	load := func() (*time.Location, error) { return time.LoadLocation(sc.team.Zone) }
	if sc.zone, err = remembered(sc.pages, sc.pages.zones, sc.team.Zone, load); err != nil {
		return fmt.Errorf("team %s: %w", team, err)
	}
	if sc.rota, err = sc.pages.rota(ctx, team, at); err != nil {
		return err
	}
	sc.chiefs, err = sc.pages.managers(ctx, team)
	return err
}

// cover is who answers for the worker at an instant: the visit's own responders,
// the rota, the plan's fallback. All are given by their own ids, and nobody who
// is no longer active is among them.
func (e *Engine) cover(ctx context.Context, sc scene, at time.Time, visits []watch.Visit) rota.Cover {
	q := rota.Question{Team: sc.team.ID, Zone: sc.zone, Skip: append([]string{sc.worker.ID}, sc.blocked...), Plan: sc.team.Plan,
		Managers: sc.chiefs, Emergency: sc.pages.answering(ctx, e.Emergency)}
	q.Plan.Fallback, q.Plan.NamedBuddy = sc.pages.answering(ctx, q.Plan.Fallback), sc.pages.answering(ctx, q.Plan.NamedBuddy)
	q.Plan.Colleagues = sc.pages.allAnswering(ctx, q.Plan.Colleagues)
	for _, v := range visits {
		if v.Live() {
			q.Named = append(q.Named, sc.pages.allAnswering(ctx, v.Responders)...)
		}
	}
	return sc.rota.Cover(at, q)
}

// find gives a person by id; the emergency contact may be a bare number.
func (e *Engine) find(ctx context.Context, pages *pages, id string) (buddy.Person, error) {
	if id == emergencyID {
		return e.emergency, nil
	}
	return pages.person(ctx, id)
}

// shortName is how a text names a person: first name and initial.
func (e *Engine) shortName(ctx context.Context, pages *pages, id string) string {
	if id == "" {
		return ""
	}
	p, err := e.find(ctx, pages, id)
	if err != nil || p.Name == "" {
		return bareName(id)
	}
	return wording.Short(p.Name)
}

// bareName is what someone is called whose name is not to be had.
func bareName(id string) string { return strings.TrimPrefix(id, "p-") }
