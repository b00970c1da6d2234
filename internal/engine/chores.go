package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	answersFor      = 24 * time.Hour   // real: how long a call with an Idempotency-Key is answered as the first time
	forgetEvery     = time.Hour        // plan time
	catchUpEvery    = time.Minute      // plan time: how often the providers are asked for missed texts
	catchUpBack     = 10 * time.Minute // how far before the last time they are asked again
	teamChoresEvery = time.Minute      // plan time
	gapAhead        = 7*24*time.Hour + time.Hour
	gapVisits       = 100              // visits in one gap that are warned of
	lookEvery       = 5 * time.Minute  // how often a shift's visits, when they changed, are compared with the list last sent
	bundle          = 15 * time.Minute // a responder's list of visits is sent again at most so often (rule 3.6)
)

// gapWarnings are when the rota's owners are warned of a gap in cover (rule 1.1).
var gapWarnings = []struct {
	ahead  time.Duration
	notice watch.Notice
}{{0, wording.GapNow}, {4 * time.Hour, wording.GapIn4Hours}, {48 * time.Hour, wording.GapIn48Hours}, {7 * 24 * time.Hour, wording.GapIn7Days}}

// Chores does what has no deadline to the second: notes that the engine lives,
// asks the providers for missed texts, warns of gaps in cover, sends the
// responders their lists, drops what need not be kept and forgets what others erased.
func (e *Engine) Chores(ctx context.Context) error {
	at := e.Now()
	heard := e.Store.HearKeys(ctx)
	if e.behind() {
		return errors.Join(errBehind, heard) // and it is not noted as alive
	}
	return errors.Join(e.alive(ctx, at), e.catchUpChore(ctx, at), e.teamChores(ctx, at), e.forget(ctx, at), e.eraseDue(ctx, at), e.planChores(ctx, at), e.askDetails(ctx, at), e.askOfCalendars(ctx, at), e.afterwards(ctx, at), e.lookAtPapers(ctx, at), e.mailChores(ctx, at), heard)
}

// forget drops the answers that no caller asks for again: they hold names and
// addresses.
func (e *Engine) forget(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "answers", at, forgetEvery); err != nil || !mine {
		return err
	}
	return e.Store.ForgetAnswers(ctx, at.Add(-e.Clock.Plan(answersFor)))
}

func (e *Engine) catchUpChore(ctx context.Context, at time.Time) error {
	since, err := e.instant(ctx, caughtKey)
	if err != nil || len(e.Providers) == 0 || at.Sub(since) < catchUpEvery {
		return err
	}
	if since.IsZero() {
		since = at
	}
	ctx, cancel := context.WithTimeout(ctx, catchUpWithin)
	defer cancel()
	if err := e.CatchUp(ctx, since.Add(-catchUpBack)); err != nil {
		return err
	}
	return e.Store.SetMeta(ctx, caughtKey, at.Format(aliveLayout))
}

// teamChores looks at the teams of which something may have changed or whose
// time has come: gaps in cover, lists of a shift's visits.
func (e *Engine) teamChores(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "teams", at, teamChoresEvery); err != nil || !mine {
		return err
	}
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	due, err := e.looks.due(ctx, e.Store, pages.epoch, at)
	if err != nil {
		return err
	}
	var errs []error
	for _, team := range due {
		again, err := e.lookAround(ctx, at, pages, team)
		if errs = append(errs, err); err == nil {
			e.looks.done(team, again)
		}
	}
	return errors.Join(errs...)
}

// lookAround does what is to be done for one team, and says when time alone
// brings more.
func (e *Engine) lookAround(ctx context.Context, at time.Time, pages *pages, team string) (again time.Time, err error) {
	sc := scene{pages: pages, zone: time.UTC}
	if err := e.lookAtTeam(ctx, at, &sc, team); err != nil {
		return at, err
	}
	warned, err := e.warnOfGaps(ctx, at, sc)
	listed, failed := e.sendLists(ctx, at, sc)
	return earlier(warned, listed), errors.Join(err, failed)
}

// warnOfGaps warns the team's managers, who own its rota, of each gap in cover
// into which a visit falls, once at each of the warnings' distances. Times at
// which nobody visits need no cover.
//
// It gives the instant of the next warning, at most an hour ahead: by then later
// visits may have come into sight.
func (e *Engine) warnOfGaps(ctx context.Context, at time.Time, sc scene) (next time.Time, err error) {
	next = at.Add(gapAhead - gapWarnings[len(gapWarnings)-1].ahead)
	for _, g := range sc.rota.Gaps(sc.team.ID, at, at.Add(gapAhead)) {
		rows, err := e.Store.Visits(ctx, store.VisitFilter{Team: sc.team.ID, Live: true, From: g.From, To: g.To, Limit: gapVisits, Bare: true})
		if err != nil {
			return at, fmt.Errorf("read visits in a gap: %w", err)
		}
		for _, v := range rows {
			if err := e.warnOfGap(ctx, at, sc, v); err != nil {
				return at, err
			}
			for _, w := range gapWarnings {
				if warning := v.StartsAt.Add(-w.ahead); warning.After(at) {
					next = earlier(next, warning)
				}
			}
		}
	}
	return next, nil
}

func (e *Engine) warnOfGap(ctx context.Context, at time.Time, sc scene, v store.Visit) error {
	visit := watch.Visit{Status: watch.Booked, StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt, Responders: v.Responders}
	if !slices.Contains(watchedKinds, v.Kind) || !e.gapWithin(ctx, sc, visit) {
		return nil
	}
	for _, w := range gapWarnings {
		if v.StartsAt.Sub(at) > w.ahead {
			continue
		}
		return e.say(ctx, at, sc, note{id: fmt.Sprintf("gap/%s/%s", v.ID, w.notice), kind: "gap_warned", visit: v.ID, to: sc.chiefs,
			notice: w.notice, reach: watch.OneText, values: wording.Values{Begin: v.StartsAt.In(sc.zone), Until: v.ExpectedEndAt.In(sc.zone),
				Reference: v.Reference, Link: e.link("", v.ID)}})
	}
	return nil
}

// sendLists sends whoever is on call the visits of their shift, at its start and
// when they change, so that the paper procedure works with the server dead. It
// gives the instant at which a list is to be looked at again, or a shift begins
// or ends, whatever else happens.
func (e *Engine) sendLists(ctx context.Context, at time.Time, sc scene) (next time.Time, err error) {
	next = at.Add(rotaBack)
	for _, s := range sc.rota {
		for _, edge := range []time.Time{s.StartsAt, s.EndsAt} {
			if edge.After(at) {
				next = earlier(next, edge)
			}
		}
	}
	for _, person := range sc.rota.On(sc.team.ID, at) {
		i := slices.IndexFunc(sc.rota, func(s rota.Shift) bool {
			return s.Person == person && !s.StartsAt.After(at) && s.EndsAt.After(at) && slices.Contains(s.Teams, sc.team.ID)
		})
		if i < 0 {
			continue
		}
		again, err := e.sendList(ctx, at, sc, sc.rota[i])
		if err != nil {
			return at, err
		}
		next = earlier(next, again)
	}
	return next, nil
}

// sendList sends the list when it differs from the one last sent, at most once
// in a bundle; never an empty first one. It gives the instant at which the list
// is to be looked at again even if no visit changes: the shift's end when it is
// as it was sent.
func (e *Engine) sendList(ctx context.Context, at time.Time, sc scene, s rota.Shift) (again time.Time, err error) {
	key := "list/" + s.ID + "/" + sc.team.ID
	if again, rests := e.pulse.listRests(key, at); rests {
		return again, nil
	}
	rows, err := e.Store.Visits(ctx, store.VisitFilter{Team: sc.team.ID, Live: true, To: s.EndsAt, Limit: 200, Bare: true})
	if err != nil {
		return at, fmt.Errorf("read visits of shift %s: %w", s.ID, err)
	}
	from, err := e.Store.BlockedFrom(ctx, s.Person)
	if err != nil {
		return at, err
	}
	rows = slices.DeleteFunc(rows, func(v store.Visit) bool { return slices.Contains(from, v.Worker) })
	visits, print := listed(rows, sc.zone)
	last, err := e.Store.Meta(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return at, err
	}
	sent, was := cutList(last)
	switch {
	case print == was:
		return s.EndsAt, nil
	case at.Sub(sent) < bundle:
		return sent.Add(bundle), nil
	case len(visits) == 0: // nothing to hold in the hand; the ends of its visits were passed on
		return s.EndsAt, e.Store.SetMeta(ctx, key, at.Format(aliveLayout)+"|")
	}
	sum := sha256.Sum256([]byte(last + "\x00" + print)) // what was sent and what is to be: the same for all who send this
	n := note{id: key + "/" + hex.EncodeToString(sum[:12]), kind: "list_sent", to: []string{s.Person}, notice: wording.ShiftVisits, reach: watch.OneText}
	n.values = wording.Values{Zone: sc.zone, Now: at.In(sc.zone), At: at.In(sc.zone), Rehearsal: e.Rehearsal,
		Begin: s.StartsAt.In(sc.zone), Until: s.EndsAt.In(sc.zone), Link: e.URL, Among: visits} // the e-mail has them all as well
	n.bodies = wording.List(visits, n.values)
	if err := e.say(ctx, at, sc, n); err != nil {
		return at, err
	}
	return s.EndsAt, e.Store.SetMeta(ctx, key, at.Format(aliveLayout)+"|"+print)
}

// listed is the list of those of the visits that are watched, by their start, and
// a print of it: another one when the list is another.
func listed(rows []store.Visit, zone *time.Location) (visits []wording.Visit, print string) {
	slices.SortFunc(rows, func(a, b store.Visit) int { return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID)) })
	var of strings.Builder
	for _, v := range rows {
		if !slices.Contains(watchedKinds, v.Kind) {
			continue
		}
		visits = append(visits, wording.Visit{Reference: v.Reference, StartsAt: v.StartsAt.In(zone), ExpectedEndAt: v.ExpectedEndAt.In(zone)})
		fmt.Fprintf(&of, "%s %d %d;", v.Reference, v.StartsAt.Unix(), v.ExpectedEndAt.Unix())
	}
	return visits, of.String()
}

func cutList(noted string) (sent time.Time, print string) {
	for i := range noted {
		if noted[i] == '|' {
			sent, _ = time.Parse(aliveLayout, noted[:i])
			return sent, noted[i+1:]
		}
	}
	return time.Time{}, ""
}
