package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Look is one look of another at what is a worker's own, as that worker may read it (rule 1.4).
type Look struct {
	At     time.Time
	By     Named
	Via    string // "page", "token N"
	Object string // "person/…", "visit/…", "alarm/…", "handover/…", "risk/…", "own_words/…", "debrief/…", "incident/…"
	Broke  bool   // they broke the glass of the visit
	Why    string // in their own words; "" where nobody said
}

// mostDangerLooks bounds how many looks since danger began are gone through for those to show.
const mostDangerLooks = 2000

// Looks gives who looked at a worker's details, private visits, alarms, debriefs and incidents, the newest first, at most limit. While danger is
// open of which the worker must not know, or would be seen to know, it is what it would be without: the looks of those who may
// know of it are left out (rule 4.2).
func (s *View) Looks(ctx context.Context, worker string, limit int) ([]Look, error) {
	dangers, err := s.around(ctx, worker)
	if err != nil {
		return nil, err
	}
	hidden, err := s.hiddenIncidents(ctx, worker)
	if err != nil {
		return nil, err
	}
	var since, before []store.Entry
	var from time.Time
	if len(dangers) > 0 {
		from = slices.MinFunc(dangers, func(a, b danger) int { return a.since.Compare(b.since) }).since
		if since, err = s.Store.LooksAt(ctx, worker, from, time.Time{}, mostDangerLooks); err != nil {
			return nil, err
		}
	}
	if before, err = s.Store.LooksAt(ctx, worker, time.Time{}, from, limit); err != nil {
		return nil, err
	}
	var list []Look
	for _, e := range append(since, before...) {
		if len(list) == limit {
			break
		}
		look, shown, err := s.lookOf(ctx, e, dangers, hidden)
		if err != nil {
			return nil, err
		}
		if shown {
			list = append(list, look)
		}
	}
	return list, nil
}

// HiddenIncident says that an incident about somebody is to be hidden from them for now: while an alarm about them is open, what others recorded of
// them since or about it (rule 4.2).
func HiddenIncident(i store.Paper, person string, open []store.Alarm) bool {
	return i.Person == person && i.MadeBy != person && slices.ContainsFunc(open, func(a store.Alarm) bool {
		return a.Worker == person && (i.About == "alarm/"+a.ID || i.MadeAt.After(a.OpenedAt))
	})
}

// hiddenIncidents are those that are hidden from a worker, as what was looked at.
func (s *View) hiddenIncidents(ctx context.Context, worker string) (map[string]bool, error) {
	open, err := s.Store.Alarms(ctx, store.AlarmOpen, 0)
	if err != nil || !slices.ContainsFunc(open, func(a store.Alarm) bool { return a.Worker == worker }) {
		return nil, err
	}
	incidents, err := s.Store.Papers(ctx, store.PaperFilter{Kind: store.IncidentPaper, Person: worker, Bare: true})
	hidden := map[string]bool{}
	for _, i := range incidents {
		hidden["incident/"+i.ID] = HiddenIncident(i, worker, open)
	}
	return hidden, err
}

// danger is danger that is open where a worker is.
type danger struct {
	alarm watch.Alarm
	since time.Time
}

// around lists the dangers that are open where a worker is: theirs, and those of who is with them.
func (s *View) around(ctx context.Context, worker string) (list []danger, err error) {
	open, err := s.Store.Alarms(ctx, store.AlarmOpen, 0)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	for _, a := range open {
		if !a.Kind.Danger() {
			continue
		}
		loaded, err := s.Store.Load(ctx, a.Worker)
		if err != nil {
			return nil, fmt.Errorf("load worker of alarm: %w", err)
		}
		beside, err := s.Engine.Beside(ctx, loaded.Watch, worker)
		if err != nil {
			return nil, fmt.Errorf("see who is with the worker: %w", err)
		}
		if shown := loaded.Watch.Shown; beside && shown != nil {
			list = append(list, danger{alarm: a.Alarm, since: shown.Since})
		}
	}
	return list, nil
}

// lookOf is an entry as the worker may read it, and whether they may now.
func (s *View) lookOf(ctx context.Context, e store.Entry, dangers []danger, hidden map[string]bool) (Look, bool, error) {
	look := Look{At: e.At, By: Named{e.By, e.By}, Via: e.Via, Object: e.Visit, Broke: e.Kind == "glass", Why: e.Words.Reveal()}
	who, err := s.Store.Person(ctx, e.By)
	switch {
	case err != nil && who.ID == "" && !errors.Is(err, store.ErrNotFound):
		return look, false, fmt.Errorf("name who looked: %w", err)
	case who.Name != "":
		look.By.Name = who.Name
	}
	if hidden[e.Visit] {
		return look, false, nil
	}
	for _, d := range dangers {
		if !e.At.Before(d.since) && mayKnow(who, e, d.alarm) {
			return look, false, nil
		}
	}
	return look, true, nil
}

// mayKnow says that who made an entry may know of an alarm of danger: a program may, as may who answers alarms.
func mayKnow(who buddy.Person, e store.Entry, a watch.Alarm) bool {
	return who.ID == "" || strings.HasPrefix(e.Via, "token ") || Person(who, e.At).knowsOf(&a)
}
