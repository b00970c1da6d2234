package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// afterwardsStore is what care afterwards needs of a database.
type afterwardsStore interface {
	Papers
	AlarmsClosed(ctx context.Context, since time.Time) ([]store.Alarm, error)
	AlarmsOpenOf(ctx context.Context) (map[string]bool, error)
}

const (
	afterwardsEvery = time.Minute // plan time
	dailyEvery      = time.Hour   // plan time: how often it is looked what a day brought
	settleFor       = 30 * time.Minute
	offersBegin     = 8  // o'clock where the team is: nobody is texted about a talk in the night
	offersStop      = 21 // the same; later than [dayEnds], as an offer is wanted soon after the alarm
	offerEnds       = 90 * 24 * time.Hour
)

// byClock is who does what time alone brings.
func byClock() store.By { return store.By{Via: "clock"} }

// afterwards offers debriefs once alarms are closed, opens the incidents that alarms ask for, and reminds people of what waits. Of somebody about whom
// an alarm is open nothing is offered, and they are reminded of nothing: so nothing that they are sent differs from any day (rule 4.2).
func (e *Engine) afterwards(ctx context.Context, at time.Time) error {
	mine, err := e.Store.Chore(ctx, "afterwards", at, afterwardsEvery)
	if err != nil || !mine {
		return err
	}
	open, err := e.Store.AlarmsOpenOf(ctx)
	if err != nil {
		return err
	}
	errs := []error{e.openIncidents(ctx, at), e.offerDebriefs(ctx, at, open), e.remindOfDebriefs(ctx, at, open)}
	if mine, err = e.Store.Chore(ctx, "afterwards-day", at, dailyEvery); err == nil && mine {
		errs = append(errs, e.remindOfActions(ctx, at, open), e.remindOfIncidents(ctx, at))
	}
	return errors.Join(append(errs, err)...)
}

// offerDebriefs offers each worker whose alarm was closed to talk it over, and who answered it too. A paper that is there already was offered before.
func (e *Engine) offerDebriefs(ctx context.Context, at time.Time, open map[string]bool) error {
	closed, err := e.Store.AlarmsClosed(ctx, at.Add(-debrief.Latest))
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range closed {
		if open[a.Worker] {
			continue
		}
		errs = append(errs, e.offerDebrief(ctx, at, a, a.Worker, debrief.Worker))
		if by := answeredBy(a); by != "" && !open[by] {
			errs = append(errs, e.offerDebrief(ctx, at, a, by, debrief.Responder))
		}
	}
	return errors.Join(errs...)
}

// answeredBy is who answered an alarm: who had it last, else who closed it; "" where nobody did but the worker.
func answeredBy(a store.Alarm) string {
	for _, id := range []string{a.HeldBy, a.ClosedBy} {
		if id != "" && id != a.Worker && id != emergencyID {
			return id
		}
	}
	return ""
}

// OfferedID is the id of the debrief of an alarm that is offered to somebody: there is one for each.
func OfferedID(alarm, person string) string { return "d-" + alarm + "-" + person }

func (e *Engine) offerDebrief(ctx context.Context, at time.Time, a store.Alarm, person, whose string) error {
	id := OfferedID(a.ID, person)
	if _, err := e.Store.Paper(ctx, store.DebriefPaper, id); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p, err := e.Store.Person(ctx, person)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.Active {
		return nil
	}
	if err != nil && p.ID == "" {
		return fmt.Errorf("read whom to offer a debrief: %w", err)
	}
	body, err := debrief.Encode(debrief.Debrief{Whose: whose})
	if err != nil {
		return err
	}
	sc, err := e.look(ctx, at, person)
	if err != nil {
		return err
	}
	paper := store.Paper{ID: id, Kind: store.DebriefPaper, Team: p.Team, Person: p.ID, About: "alarm/" + a.ID, Status: string(debrief.Offered),
		DueAt: byDay(a.ClosedAt.Add(settleFor), sc.zone), Body: private.New(body)}
	_, err = e.putPaper(ctx, paper, nil, byClock(), at)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrErased) {
		return nil // another node was first, or they are gone
	}
	return err
}

// byDay moves an instant out of the night of a zone.
func byDay(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	morning := time.Date(local.Year(), local.Month(), local.Day(), offersBegin, 0, 0, 0, zone)
	switch {
	case local.Before(morning):
		return morning.UTC()
	case local.Hour() >= offersStop:
		return morning.AddDate(0, 0, 1).UTC()
	default:
		return at
	}
}

// remindOfDebriefs sends what is due of the debriefs that stand: an offer and one reminder of it, and one reminder to whom somebody would like to
// talk with.
func (e *Engine) remindOfDebriefs(ctx context.Context, at time.Time, open map[string]bool) error {
	due, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.DebriefPaper, DueBy: at})
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range due {
		if !open[p.Person] && !p.Erased {
			errs = append(errs, e.remindOfDebrief(ctx, at, p))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) remindOfDebrief(ctx context.Context, at time.Time, p store.Paper) error {
	d, err := debrief.Decode[debrief.Debrief](p.Body.Reveal())
	if err != nil {
		return err
	}
	id, to, notice, next := "debrief/"+p.ID+"/offered", p.Person, wording.DebriefOffered, debrief.RemindAt(at)
	switch said, err := e.saidBefore(ctx, id); {
	case err != nil:
		return err
	case p.Status == string(debrief.Wanted):
		id, to, notice, next = "debrief/"+p.ID+"/waits", d.With, wording.DebriefWaits, time.Time{}
	case said:
		offered, err := e.Store.Entry(ctx, id)
		if err != nil {
			return err
		}
		if again := debrief.RemindAt(offered.At); at.Before(again) { // it was said, and then we died
			p.DueAt = again
			return ignoreStale(e.putDebrief(ctx, p, d, at))
		}
		id, notice, next = "debrief/"+p.ID+"/again", wording.DebriefAgain, time.Time{}
	}
	if over := p.MadeAt.Add(offerEnds); next.IsZero() && at.After(over) { // nobody took it up
		p.OverAt = at
	} else if next.IsZero() {
		next = over
	}
	if p.OverAt.IsZero() {
		if err := e.sayTo(ctx, at, to, p.Person, id, notice, time.Time{}, "/debriefs"); err != nil {
			return err
		}
	}
	p.DueAt = next
	return ignoreStale(e.putDebrief(ctx, p, d, at))
}

func (e *Engine) putDebrief(ctx context.Context, p store.Paper, d debrief.Debrief, at time.Time) error {
	_, err := e.putPaper(ctx, p, debriefMarks(d), byClock(), at)
	return err
}

// ignoreStale passes over a paper that somebody changed meanwhile: it is looked at again.
func ignoreStale(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// debriefMarks are what a debrief is found by: whom it is to be with.
func debriefMarks(d debrief.Debrief) []string {
	if d.With == "" {
		return nil
	}
	return []string{"with/" + d.With}
}

// saidBefore says that a note is on record.
func (e *Engine) saidBefore(ctx context.Context, id string) (bool, error) {
	_, err := e.Store.Entry(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// sayTo says something once to somebody about somebody, with a link to a page.
func (e *Engine) sayTo(ctx context.Context, at time.Time, to, about, id string, notice watch.Notice, until time.Time, page string) error {
	sc, n, err := e.noteTo(ctx, at, to, about, notice, until, page)
	if err != nil || len(n.to) == 0 {
		return err
	}
	n.id = id
	return e.say(ctx, at, sc, n)
}

// rowsTo are the messages that tell somebody about somebody, to be kept with what they tell of.
func (e *Engine) rowsTo(ctx context.Context, at time.Time, to, about string, notice watch.Notice, until time.Time, page string) ([]store.Message, error) {
	sc, n, err := e.noteTo(ctx, at, to, about, notice, until, page)
	if err != nil {
		return nil, err
	}
	return e.noteRows(ctx, at, sc, n)
}

// noteTo is a note to somebody about somebody; to nobody where they are kept from each other.
func (e *Engine) noteTo(ctx context.Context, at time.Time, to, about string, notice watch.Notice, until time.Time, page string) (sc scene, n note, err error) {
	if to == "" {
		return sc, n, nil
	}
	if sc, err = e.look(ctx, at, about); err != nil || slices.Contains(sc.blocked, to) {
		return sc, n, err
	}
	n = note{kind: string(notice), to: []string{to}, notice: notice, reach: watch.OneText, values: wording.Values{Worker: wording.Short(sc.worker.Name), Link: e.URL + page}}
	if !until.IsZero() {
		n.values.Until = until.In(sc.zone)
	}
	return sc, n, nil
}

// AskForDebrief has somebody say that they would like to talk about a visit ("visit/ID") or about nothing in particular (""), and gives the debrief's
// id. A second press is the same wish while the first waits.
func (e *Engine) AskForDebrief(ctx context.Context, who Actor, about string) (string, error) {
	at := e.Now()
	mine, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.DebriefPaper, Person: who.By, Standing: true})
	if err != nil {
		return "", err
	}
	for _, p := range mine {
		if p.About == about && p.Status == string(debrief.Offered) {
			return p.ID, nil
		}
	}
	p, err := e.Store.Person(ctx, who.By)
	if err != nil && p.ID == "" {
		return "", fmt.Errorf("read who would like to talk: %w", err)
	}
	whose := debrief.Worker
	if !p.Has(buddy.Worker) {
		whose = debrief.Responder
	}
	body, err := debrief.Encode(debrief.Debrief{Whose: whose})
	if err != nil {
		return "", err
	}
	paper, err := e.putPaper(ctx, store.Paper{ID: "d-" + e.actID(who, "debrief/"+about), Kind: store.DebriefPaper, Team: p.Team, Person: p.ID, About: about, Status: string(debrief.Offered),
		DueAt: debrief.RemindAt(at), Body: private.New(body)}, nil, who.by(), at)
	return paper.ID, err
}
