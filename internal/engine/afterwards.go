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
	AlarmsToFollow(ctx context.Context, since time.Time, limit int) ([]store.Alarm, error)
	Followed(ctx context.Context, alarm string, at time.Time) error
	PapersToLookAt(ctx context.Context, now time.Time, limit int) ([]store.Look, error)
	LookAgain(ctx context.Context, l store.Look, next, at time.Time, followed bool) error
}

const (
	afterwardsEvery = time.Minute // plan time
	settleFor       = 30 * time.Minute
	offerEnds       = 90 * 24 * time.Hour
	followFor       = 7 * 24 * time.Hour // how long after its close an alarm is followed, where Allclear was down or something failed
	followMost      = 200                // alarms in one pass; the rest in the next
)

// viaClock is how it came about what time alone brought.
const viaClock = "clock"

// byClock is who does what time alone brings. It is on record as such.
func byClock() Actor { return Actor{Via: viaClock} }

// afterwards does what follows from alarms by itself: it opens the incidents of those in which somebody was found harmed, and once they are closed
// offers debriefs. An alarm of which that was done is not looked at again.
func (e *Engine) afterwards(ctx context.Context, at time.Time) error {
	mine, err := e.Store.Chore(ctx, "afterwards", at, afterwardsEvery)
	if err != nil || !mine {
		return err
	}
	open, err := e.Store.Alarms(ctx, store.AlarmOpen, 0)
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range open {
		errs = append(errs, e.openIncident(ctx, at, a))
	}
	closed, err := e.Store.AlarmsToFollow(ctx, at.Add(-followFor), followMost)
	errs = append(errs, err)
	for _, a := range closed {
		err := errors.Join(e.openIncident(ctx, at, a), e.offerDebriefs(ctx, at, a))
		if err == nil {
			err = e.Store.Followed(ctx, a.ID, at)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// offerDebriefs offers the worker of an alarm that was closed to talk it over, and who answered it too. An offer is made whatever is open about them
// meanwhile: when they are texted of it is [Engine.untilReminded]'s to say.
func (e *Engine) offerDebriefs(ctx context.Context, at time.Time, a store.Alarm) error {
	if at.Sub(a.ClosedAt) > debrief.Latest {
		return nil
	}
	err := e.offerDebrief(ctx, at, a, a.Worker, debrief.Worker)
	if by := answeredBy(a); by != "" {
		err = errors.Join(err, e.offerDebrief(ctx, at, a, by, debrief.Responder))
	}
	return err
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
	if kept, err := e.keptAlready(ctx, store.DebriefPaper, id); err != nil || kept {
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
	_, err = e.putPaper(ctx, paper, nil, byClock().by(), at)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrErased) {
		return nil // another node was first, or they are gone
	}
	return err
}

// keptAlready says that a paper is there, without opening it.
func (e *Engine) keptAlready(ctx context.Context, kind store.PaperKind, id string) (bool, error) {
	list, err := e.Store.Papers(ctx, store.PaperFilter{ID: id, Kind: kind, Bare: true})
	return len(list) > 0, err
}

// remindOfDebrief sends what is due of a debrief: an offer and one reminder of it, and one reminder to whom somebody would like to talk with. An offer
// that nobody took up ends.
func (e *Engine) remindOfDebrief(ctx context.Context, at time.Time, p store.Paper) (time.Time, error) {
	p, err := e.opened(ctx, p)
	if err != nil {
		return at, err
	}
	d, err := debrief.Decode[debrief.Debrief](p.Body.Reveal())
	if err != nil {
		return at, errUnread
	}
	id, to, notice, next := "debrief/"+p.ID+"/offered", p.Person, wording.DebriefOffered, debrief.RemindAt(at)
	offered, err := e.Store.Entry(ctx, id)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return at, err
	case p.Status == string(debrief.Wanted):
		id, to, notice, next = "debrief/"+p.ID+"/waits", d.With, wording.DebriefWaits, time.Time{}
	case err == nil:
		if again := debrief.RemindAt(offered.At); at.Before(again) { // it was said, and then we died
			p.DueAt = again
			return again, ignoreStale(e.putDebrief(ctx, p, d, at))
		}
		id, notice, next = "debrief/"+p.ID+"/again", wording.DebriefAgain, time.Time{}
	}
	if over := p.MadeAt.Add(offerEnds); next.IsZero() && at.After(over) { // nobody took it up
		p.OverAt = at
	} else if next.IsZero() {
		next = over
	}
	if p.OverAt.IsZero() {
		if held, err := e.remindTo(ctx, at, to, p.Person, id, notice, time.Time{}, "/debriefs"); err != nil || !held.IsZero() {
			return held, err
		}
	}
	p.DueAt = next
	return next, ignoreStale(e.putDebrief(ctx, p, d, at))
}

func (e *Engine) putDebrief(ctx context.Context, p store.Paper, d debrief.Debrief, at time.Time) error {
	_, err := e.putPaper(ctx, p, debriefMarks(d), byClock().by(), at)
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

// remindTo reminds somebody of something about somebody, once, with a link to a page; held is until when it is held back.
func (e *Engine) remindTo(ctx context.Context, at time.Time, to, about, id string, notice watch.Notice, until time.Time, page string) (held time.Time, err error) {
	sc, n, err := e.noteTo(ctx, at, to, about, notice, until, page)
	if err != nil || len(n.to) == 0 {
		return held, err
	}
	n.id = id
	return e.remindOne(ctx, at, sc, n)
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
