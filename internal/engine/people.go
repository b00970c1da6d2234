package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// PutTeam keeps a team and its plan's settings. A plan without a fallback is
// refused; the fallback may name a person who is not there yet. So is a new
// duress phrase that texts about others would have in them (rule 4.6). Who does
// it is on record, with what has another value now.
func (e *Engine) PutTeam(ctx context.Context, who Actor, t store.Team) (created bool, err error) {
	p, err := e.teamProblems(ctx, t)
	if err != nil {
		return false, err
	}
	if len(p) > 0 {
		return false, &watch.Invalid{Problems: p}
	}
	created, err = e.Store.ChangeTeam(ctx, t, who.by(), e.Now())
	e.woken()
	return created, err
}

// NameTeam gives a team another name, and other clocks to live by. Its plan's settings stay as they are, whatever they lack: *watch.Invalid speaks of name and zone alone.
func (e *Engine) NameTeam(ctx context.Context, who Actor, id, name, zone string) error {
	t, err := e.Store.Team(ctx, id)
	if err != nil {
		return err
	}
	t.Name, t.Zone = name, zone
	if p := nameProblems(t); len(p) > 0 {
		return &watch.Invalid{Problems: p}
	}
	_, err = e.Store.ChangeTeam(ctx, t, who.by(), e.Now())
	e.woken()
	return err
}

// nameProblems says what is wrong with what a team is called and the clocks it lives by.
func nameProblems(t store.Team) (p []watch.Problem) {
	for _, x := range buddy.NameProblems("name", t.Name) {
		p = append(p, watch.Problem{Field: x.Field, Says: x.Says})
	}
	if _, err := time.LoadLocation(t.Zone); err != nil || t.Zone == "" || t.Zone == "Local" {
		p = append(p, watch.Problem{Field: "zone", Says: `is not a time zone, such as "Europe/London"`})
	}
	return p
}

// teamProblems says what keeps a team and its plan's settings from being kept.
func (e *Engine) teamProblems(ctx context.Context, t store.Team) ([]watch.Problem, error) {
	p := nameProblems(t)
	for _, x := range t.Plan.Problems(e.Rehearsal) {
		p = append(p, watch.Problem{Field: x.Field, Says: x.Says})
	}
	if !slices.ContainsFunc(p, func(x watch.Problem) bool { return x.Field == "plan.duress_phrase" }) {
		taken, err := e.phraseProblems(ctx, t)
		if err != nil {
			return nil, err
		}
		p = append(p, taken...)
	}
	return p, nil
}

// PutPerson keeps a person. A leaver, or one who no longer is a worker, with
// open visits or an open alarm is refused until those are settled (rule 8.11); so
// is a leaver on whom others still count: *watch.Refused says for what. Who does
// it is on record, with what has another value now, and one whose numbers or
// e-mail address change is told on the numbers they had.
func (e *Engine) PutPerson(ctx context.Context, who Actor, person buddy.Person) (created bool, err error) {
	if err := e.wrongWith(ctx, person); err != nil {
		return false, err
	}
	if !person.Active || !person.Has(buddy.Worker) {
		loaded, err := e.Store.Load(ctx, person.ID)
		if err != nil {
			return false, err
		}
		if loaded.Watch.Alarm != nil || len(loaded.Watch.Live()) > 0 {
			return false, &watch.Refused{Says: "there are open visits or an open alarm: settle those first"}
		}
	}
	if !person.Active {
		if err := e.stillNeeded(ctx, e.Now(), person); err != nil {
			return false, err
		}
		if person, err = e.withoutKin(ctx, person); err != nil {
			return false, err
		}
	}
	at := e.Now()
	created, err = e.Store.ChangePerson(ctx, person, who.by(), at, e.tellsOfNumbers(ctx, at, person))
	e.woken()
	if errors.Is(err, store.ErrErased) {
		return false, &watch.Refused{Says: "their details were erased: whoever comes back is a new person, with an id of their own"}
	}
	return created, err
}

// wrongWith says what keeps a person from being taken, as *watch.Invalid.
func (e *Engine) wrongWith(ctx context.Context, person buddy.Person) error {
	var p []watch.Problem
	for _, x := range person.Problems() {
		p = append(p, watch.Problem{Field: x.Field, Says: x.Says})
	}
	for _, field := range e.ownNumber(person) {
		p = append(p, watch.Problem{Field: field, Says: "is Allclear's own number: texts and calls to it would reach nobody"})
	}
	if _, err := e.Store.Team(ctx, person.Team); errors.Is(err, store.ErrNotFound) {
		p = append(p, watch.Problem{Field: "team", Says: "is not a team we know"})
	} else if err != nil {
		return fmt.Errorf("read team: %w", err)
	}
	if len(p) > 0 {
		return &watch.Invalid{Problems: p}
	}
	return nil
}

// ownNumber names the fields in which a person has Allclear's own number.
func (e *Engine) ownNumber(p buddy.Person) (fields []string) {
	own, err := phone.Parse(e.Number)
	if err != nil {
		return nil // none is set up
	}
	is := func(field string, n phone.Number) {
		if n == own {
			fields = append(fields, field)
		}
	}
	is("mobile", p.Mobile)
	is("personal_mobile", p.PersonalMobile)
	is("home_phone", p.HomePhone)
	for i, c := range p.Contacts {
		is(fmt.Sprintf("emergency_contacts[%d].phone", i), c.Phone)
	}
	return fields
}

// AddShift puts a person on call and tells them. Open alarms look at who is on
// call now. A *store.ClashError says who has that place in the order already.
func (e *Engine) AddShift(ctx context.Context, _ Actor, s rota.Shift) (created bool, err error) {
	var p []watch.Problem
	who, err := e.Store.Person(ctx, s.Person)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p = append(p, watch.Problem{Field: "person", Says: "is not a person we know"})
	case err != nil:
		return false, fmt.Errorf("read person: %w", err)
	case !who.Active:
		p = append(p, watch.Problem{Field: "person", Says: "is no longer active"})
	}
	if s.Person = cmp.Or(who.ID, s.Person); len(s.Teams) == 0 && who.Team != "" {
		s.Teams = []string{who.Team}
	}
	for _, x := range s.Problems() {
		p = append(p, watch.Problem{Field: x.Field, Says: x.Says})
	}
	for _, t := range s.Teams {
		if _, err := e.Store.Team(ctx, t); errors.Is(err, store.ErrNotFound) {
			p = append(p, watch.Problem{Field: "teams", Says: "names a team we do not know"})
		} else if err != nil {
			return false, fmt.Errorf("read team: %w", err)
		}
	}
	if len(p) > 0 {
		return false, &watch.Invalid{Problems: p}
	}
	at := e.Now()
	if created, err = e.Store.AddShift(ctx, s, at); err != nil {
		return created, err
	}
	put, err := e.Store.ShiftPut(ctx, s.ID)
	if err != nil {
		e.report(ctx, "read when the shift was put", err)
		put = at
	}
	e.report(ctx, "tell whose cover changed", e.coverChanged(ctx, at, s, fmt.Sprintf("shift/%s/%d", s.ID, put.UnixMicro()), wording.CoverAdded))
	return created, nil
}

// RemoveShift takes a shift off the rota and tells whose it was. Open alarms look
// at who is on call. One that has begun stays: *watch.Refused says so.
func (e *Engine) RemoveShift(ctx context.Context, _ Actor, id string) (rota.Shift, error) {
	at := e.Now()
	s, err := e.Store.RemoveShift(ctx, id, at)
	switch {
	case errors.Is(err, store.ErrConflict):
		return s, &watch.Refused{Says: "the shift has begun: put someone else on call beside them, in another place in the order"}
	case err != nil:
		return s, err
	}
	// The same shift may be added and removed again: each time they are told.
	e.report(ctx, "tell whose cover changed", e.coverChanged(ctx, at, s, "shift/"+s.ID+"/gone/"+e.newID(at), wording.CoverRemoved))
	return s, nil
}

// coverChanged tells the person whose cover changed, and the open alarms that
// another may be on call now. The id makes a repeat of the change recognisable.
func (e *Engine) coverChanged(ctx context.Context, at time.Time, s rota.Shift, id string, notice watch.Notice) error {
	sc, err := e.look(ctx, at, s.Person)
	if err != nil {
		return err
	}
	n := note{id: id, kind: "cover_changed", to: []string{s.Person}, notice: notice, reach: watch.OneText,
		values: wording.Values{Begin: s.StartsAt.In(sc.zone), Until: s.EndsAt.In(sc.zone)}}
	e.report(ctx, "tell who is on call", e.say(ctx, at, sc, n))
	open, err := e.Store.Alarms(ctx, "open", openMost)
	if err != nil {
		return fmt.Errorf("read open alarms: %w", err)
	}
	var errs []error
	for _, a := range open {
		worker, err := sc.pages.person(ctx, a.Worker)
		if err == nil && !slices.Contains(s.Teams, worker.Team) {
			continue
		}
		_, err = e.handle(ctx, at, a.Worker, given{in: watch.Input{ID: "cover/" + id + "/" + a.ID, Via: "clock", Event: watch.CoverChanged{}}})
		if err != nil && !errors.Is(err, watch.ErrNoAlarm) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// openMost bounds how many open alarms are looked through at once.
const openMost = 10000
