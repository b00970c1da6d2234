package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// The statuses of an incident.
const (
	IncidentOpen     = "open"     // something of it is still asked for
	IncidentComplete = "complete" // it is in the portal, and reported where the law asks for it
)

const (
	portalAfter = 24 * time.Hour // when an incident that is not in the portal is asked about
	portalEvery = 7              // days until it is asked again
)

// HarmedID is the id of the incident that a harm opened by itself.
func HarmedID(alarm string) string { return "i-" + alarm }

// openIncident opens an incident of an alarm in which somebody was found harmed (rule 3.1), with what the alarm knows, and tells the managers.
func (e *Engine) openIncident(ctx context.Context, at time.Time, a store.Alarm) error {
	if a.HarmedAt.IsZero() {
		return nil
	}
	id := HarmedID(a.ID)
	if kept, err := e.keptAlready(ctx, store.IncidentPaper, id); err != nil || kept {
		return err
	}
	i, team, err := e.IncidentOf(ctx, a)
	if err != nil {
		return err
	}
	_, err = e.PutIncident(ctx, byClock(), store.Paper{ID: id, Kind: store.IncidentPaper, Team: team, Person: a.Worker, About: "alarm/" + a.ID}, i)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrErased) {
		return nil // another node was first
	}
	return err
}

// IncidentOf is an incident with what an alarm knows already, and the team of its worker.
func (e *Engine) IncidentOf(ctx context.Context, a store.Alarm) (i incident.Incident, team string, err error) {
	sc, err := e.look(ctx, e.Now(), a.Worker)
	if err != nil {
		return i, "", err
	}
	happened := a.HarmedAt
	if happened.IsZero() {
		happened = a.OpenedAt
	}
	local := happened.In(sc.zone)
	i = incident.Incident{Name: sc.worker.Name, Day: local.Format(time.DateOnly), Time: local.Format("15:04"), Police: incident.No}
	if len(a.Visits) > 0 {
		if i.Place, err = e.placeOf(ctx, a.Visits[0]); err != nil {
			return i, "", err
		}
	}
	if !a.TheyKnow.IsZero() {
		i.Police = incident.Yes
	}
	entries, err := e.Store.Entries(ctx, a.Worker, a.OpenedAt, time.Time{})
	if err != nil {
		return i, "", fmt.Errorf("read what was logged of alarm %s: %w", a.ID, err)
	}
	for _, entry := range entries {
		if w, err := WordsOf(entry); err == nil && entry.Alarm == a.ID {
			e.logged(ctx, sc, entry, w, &i)
		}
	}
	return i, sc.team.ID, nil
}

// logged fills in what one entry of the record knows.
func (e *Engine) logged(ctx context.Context, sc scene, entry store.Entry, w Words, i *incident.Incident) {
	switch entry.Kind {
	case "harmed":
		i.Description = strings.TrimSpace(i.Description + "\n" + w.Note)
		if p, err := e.find(ctx, sc.pages, entry.By); err == nil {
			i.Reporter = p.Name
		}
	case "police":
		i.PoliceRef = cmp.Or(w.Reference, i.PoliceRef)
	}
}

// placeOf is where a visit is; "" where that is not known any more.
func (e *Engine) placeOf(ctx context.Context, visit string) (string, error) {
	v, err := e.Store.Visit(ctx, visit)
	if err != nil && !errors.Is(err, store.ErrNotFound) && v.ID == "" {
		return "", fmt.Errorf("read visit %s: %w", visit, err)
	}
	return v.Details.Address.Reveal(), nil
}

// PutIncident keeps an incident, new or changed. Of a new one the team's managers are told, but who did it.
func (e *Engine) PutIncident(ctx context.Context, who Actor, p store.Paper, i incident.Incident) (store.Paper, error) {
	at := e.Now()
	body, err := i.Encode()
	if err != nil {
		return p, err
	}
	if p.ID == "" {
		p.ID = "i-" + e.actID(who, "incident/"+p.Person+"/"+p.About)
	}
	isNew := p.Revision == 0
	p.Body, p.Status, p.OverAt = private.New(body), IncidentOpen, time.Time{}
	if Complete(i, at) {
		p.Status, p.OverAt = IncidentComplete, at
	}
	var tells []store.Message
	if isNew {
		sc, n, err := e.managersNote(ctx, at, p, who.By, wording.IncidentOpened, time.Time{})
		if err != nil {
			return p, err
		}
		if tells, err = e.noteRows(ctx, at, sc, n); err != nil {
			return p, err
		}
	}
	return e.putPaper(ctx, p, nil, who.by(), at, tells...)
}

// Complete says that nothing of an incident is asked for any more: it is in the portal, HSE has its report where the law asks for one, and nobody is
// still unfit because of it.
func Complete(i incident.Incident, at time.Time) bool {
	duty := i.Riddor(at)
	return i.Entered() && (duty.Report == "" || i.HSEDay != "") && (i.UnfitFrom == "" || i.UnfitTo != "")
}

// managersNote is a note to the managers of an incident's team, but who did it and whom it is about.
func (e *Engine) managersNote(ctx context.Context, at time.Time, p store.Paper, but string, notice watch.Notice, until time.Time) (sc scene, n note, err error) {
	if sc, err = e.look(ctx, at, p.Person); err != nil {
		return sc, n, err
	}
	if sc.team.ID != p.Team { // about nobody of the team
		sc.worker.Name = ""
		if err := e.lookAtTeam(ctx, at, &sc, p.Team); err != nil {
			return sc, n, err
		}
	}
	to := slices.DeleteFunc(slices.Clone(sc.chiefs), func(id string) bool { return id == but || id == p.Person || slices.Contains(sc.blocked, id) })
	n = note{kind: string(notice), to: to, notice: notice, reach: watch.OneText, values: wording.Values{Worker: wording.Short(sc.worker.Name), Link: e.URL + "/incidents"}}
	if !until.IsZero() {
		n.values.Until = until.In(sc.zone)
	}
	return sc, n, nil
}

// lookAtIncident does what time brings of an incident: the assessments of where it was are looked at again, once, and its managers are reminded of what is
// still asked for.
func (e *Engine) lookAtIncident(ctx context.Context, at time.Time, l store.Look) (next time.Time, followed bool, err error) {
	if !l.Followed && at.Sub(l.MadeAt) <= incidentsOf {
		if err := e.incidentAt(ctx, l.About); err != nil {
			return at, false, fmt.Errorf("look at its places: %w", err)
		}
	}
	if !l.OverAt.IsZero() {
		return next, true, nil
	}
	next, err = e.remindOfIncident(ctx, at, l.Paper)
	return next, true, err
}

// remindOfIncident reminds the managers of the reference in the portal, and of what the law asks to be reported. What is due of that moves with the days.
func (e *Engine) remindOfIncident(ctx context.Context, at time.Time, p store.Paper) (time.Time, error) {
	p, err := e.opened(ctx, p)
	if err != nil {
		return at, err
	}
	i, err := incident.Decode(p.Body.Reveal())
	if err != nil {
		return at, errUnread
	}
	sc, err := e.look(ctx, at, p.Person)
	if err != nil {
		return at, err
	}
	var errs []error
	local := at.In(sc.zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	next := time.Date(local.Year(), local.Month(), local.Day()+1, dayBegins, 0, 0, 0, sc.zone).UTC()
	duty := i.Riddor(today)
	if r, is := duty.Reminder(today); is && i.HSEDay == "" {
		last := time.Date(duty.Due.Year(), duty.Due.Month(), duty.Due.Day(), 23, 59, 0, 0, sc.zone)
		held, err := e.remindManagers(ctx, at, p, fmt.Sprintf("incident/%s/hse/%s/%d", p.ID, duty.Due.Format(time.DateOnly), r.Left), wording.IncidentReport, last)
		next, errs = sooner(next, held), append(errs, err)
	}
	if first := p.MadeAt.Add(portalAfter); !i.Entered() && at.Before(first) {
		next = sooner(next, first)
	} else if !i.Entered() {
		week := int(at.Sub(first) / (portalEvery * 24 * time.Hour))
		held, err := e.remindManagers(ctx, at, p, fmt.Sprintf("incident/%s/portal/%d", p.ID, week), wording.IncidentPortal, time.Time{})
		next, errs = sooner(next, held), append(errs, err)
	}
	return next, errors.Join(errs...)
}

// remindManagers reminds the managers of an incident's team of something about it, each once.
func (e *Engine) remindManagers(ctx context.Context, at time.Time, p store.Paper, id string, notice watch.Notice, until time.Time) (held time.Time, err error) {
	sc, n, err := e.managersNote(ctx, at, p, "", notice, until)
	if err != nil {
		return held, err
	}
	n.id = id
	return e.remindEach(ctx, at, sc, n)
}
