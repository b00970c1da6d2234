package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// Signature is what is kept of one person's signature under one version of a plan. It never changes.
type Signature struct {
	Person    string    `json:"-"`
	Name      string    `json:"name"`                // as they typed it; "" once it was erased
	Here      string    `json:"here,omitempty"`      // their name as it was kept here then; "" under what was signed before that was noted
	Otherwise bool      `json:"otherwise,omitempty"` // they say that their name as it was kept here is wrong
	SignedAt  time.Time `json:"signed_at"`
	Version   int       `json:"version"`
	Plan      string    `json:"plan"`   // the id of the version's paper
	Sum       string    `json:"sha256"` // of the text that was signed, in hexadecimal digits
}

// Printed is the name as it is printed in the table of signatures: whose signature it is, and what they signed with where they say that their
// name here is wrong; "" once it was erased.
func (s Signature) Printed() string {
	switch {
	case s.Name == "" || s.Here == "":
		return s.Name
	case s.Otherwise:
		return s.Here + " (signed as " + s.Name + ")"
	default:
		return s.Here
	}
}

// Signing is what somebody signs a version with.
type Signing struct {
	Name      string // as they typed it
	Otherwise bool   // they say that their name as it is kept here is wrong, and that this is theirs
}

// ErrOtherName is why a name is no signature: it is not that of who signs. Whose name here is wrong says so.
var ErrOtherName = errors.New("the name is not that of who signs")

// longestName is what somebody may sign with, in letters.
const longestName = 100

// SignPlan keeps someone's signature under a version: the name they typed with the one that is theirs here, the instant, and the sum of exactly
// what they signed. It is on record. One who signed it before has signed it then: nothing changes. *watch.Invalid says what is wrong with the
// name, ErrOtherName that it is somebody else's, *watch.Refused that the version is not the current one any more.
func (e *Engine) SignPlan(ctx context.Context, who Actor, v PlanVersion, with Signing) error {
	name := strings.Join(strings.Fields(with.Name), " ")
	if p := buddy.NameProblems("name", name); len(p) > 0 || len(name) > 4*longestName {
		return &watch.Invalid{Problems: []watch.Problem{{Field: "name", Says: "is missing: type your name"}}}
	}
	now, found, err := e.CurrentPlan(ctx, v.Paper.Team)
	if err != nil {
		return err
	}
	if !found || now.Paper.ID != v.Paper.ID {
		return &watch.Refused{Says: "a new version of the plan was published since you opened it: read that one"}
	}
	signer, err := e.Store.Person(ctx, who.By)
	if err != nil && signer.Name == "" {
		return fmt.Errorf("read who signs: %w", err)
	}
	same := sameName(name, signer.Name)
	if !same && !with.Otherwise {
		return ErrOtherName
	}
	at := e.Now()
	s := Signature{Name: name, Here: signer.Name, Otherwise: !same, SignedAt: at, Version: now.Number, Plan: now.Paper.ID, Sum: now.Sum()}
	_, err = e.putPaper(ctx, store.Paper{ID: now.Paper.ID + "-" + who.By, Kind: store.SignaturePaper, Team: now.Paper.Team, Person: who.By, About: "plan/" + now.Paper.ID,
		Status: planSigned, Body: private.New(string(mustJSON(s)))}, nil, who.by(), at)
	if errors.Is(err, store.ErrStale) {
		return nil // they have signed it
	}
	return err
}

// Signatures gives the signatures under a version, the first first.
func (e *Engine) Signatures(ctx context.Context, v PlanVersion) ([]Signature, error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.SignaturePaper, About: "plan/" + v.Paper.ID})
	if err != nil {
		return nil, err
	}
	var list []Signature
	for _, p := range slices.Backward(papers) {
		s := Signature{SignedAt: p.MadeAt, Version: v.Number, Plan: v.Paper.ID}
		if !p.Erased {
			if json.Unmarshal([]byte(p.Body.Reveal()), &s) != nil {
				return nil, fmt.Errorf("read signature %s: %w", p.ID, errOtherKind)
			}
		}
		s.Person = p.Person
		list = append(list, s)
	}
	return list, nil
}

// HasSigned says whether someone has signed a version.
func (e *Engine) HasSigned(ctx context.Context, v PlanVersion, person string) (bool, error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.SignaturePaper, About: "plan/" + v.Paper.ID, Person: person, Bare: true, Limit: 1})
	return len(papers) > 0, err
}

// LastSigned gives the version of their team's plan that someone signed last; found is false where they signed none.
func (e *Engine) LastSigned(ctx context.Context, person, team string) (v PlanVersion, found bool, err error) {
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.SignaturePaper, Team: team, Person: person})
	if err != nil {
		return v, false, err
	}
	var last Signature
	for _, p := range papers {
		var s Signature
		if json.Unmarshal([]byte(p.Body.Reveal()), &s) == nil && s.Version > last.Version {
			last = s
		}
	}
	if last.Plan == "" {
		return v, false, nil
	}
	p, err := e.Store.Paper(ctx, store.PlanPaper, last.Plan)
	if err == nil {
		v, err = readVersion(p)
	}
	return v, err == nil, err
}

// PlanToSign gives the current version of someone's team's plan where it waits for their signature; waits is false where nothing does.
func (e *Engine) PlanToSign(ctx context.Context, p buddy.Person) (v PlanVersion, waits bool, err error) {
	if !SignsPlan(p, p.Team) {
		return v, false, nil
	}
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: p.Team, Status: planPublished, Bare: true, Limit: 1})
	if err != nil || len(papers) == 0 {
		return v, false, err
	}
	v.Paper, v.Number = papers[0], papers[0].Number
	signed, err := e.HasSigned(ctx, v, p.ID)
	return v, err == nil && !signed, err
}

// Unsigned gives those of a team who have not signed a version.
func (e *Engine) Unsigned(ctx context.Context, v PlanVersion) ([]buddy.Person, error) {
	members, err := e.PlanMembers(ctx, v.Paper.Team)
	if err != nil {
		return nil, err
	}
	papers, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.SignaturePaper, About: "plan/" + v.Paper.ID, Bare: true})
	signed := func(p buddy.Person) bool {
		return slices.ContainsFunc(papers, func(s store.Paper) bool { return s.Person == p.ID })
	}
	return slices.DeleteFunc(members, signed), err
}

// RemindUnsigned texts those who have not signed a version, but who is on a visit or in an alarm, as they are shown it; at most once on a day.
// *watch.Refused says that they were reminded today. It is a manager who asks for it, who sees what time it is: it comes at once.
func (e *Engine) RemindUnsigned(ctx context.Context, v PlanVersion) (reminded int, err error) {
	at := e.Now()
	key, today := "plan_reminded/"+v.Paper.ID, at.In(zoneOf(v.Zone)).Format(time.DateOnly)
	last, err := e.Store.Meta(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	if last == today {
		return 0, &watch.Refused{Says: "they were reminded today: once a day is enough"}
	}
	unsigned, err := e.Unsigned(ctx, v)
	var to []string
	for _, p := range unsigned {
		busy, _, failed := e.busy(ctx, at, p.ID)
		if err = errors.Join(err, failed); !busy {
			to = append(to, p.ID)
		}
	}
	if err != nil || len(to) == 0 {
		return 0, err
	}
	n := e.unsignedNote(v, today)
	n.to = to
	if err := e.tellOfPlan(ctx, at, v.Paper.Team, n); err != nil {
		return 0, err
	}
	return len(to), e.Store.SetMeta(ctx, key, today)
}

// unsignedNote says that a version waits for whom it is for; what is the same for the same time they are reminded.
func (e *Engine) unsignedNote(v PlanVersion, which string) note {
	return note{id: "plan_unsigned/" + v.Paper.ID + "/" + which, kind: "plan_unsigned", notice: wording.PlanUnsigned, values: wording.Values{Link: e.planLink(v.Paper.Team, "/sign")}}
}

func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

const (
	plansEvery   = time.Hour // plan time
	reviewAhead  = 30 * 24 * time.Hour
	remindedOnce = 7 * 24 * time.Hour // after it was published, or they joined
	remindedLast = 14 * 24 * time.Hour
)

// planChores reminds those who have not signed their team's plan, after 7 and after 14 days, and tells its manager that it is due for review.
func (e *Engine) planChores(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "plans", at, plansEvery); err != nil || !mine {
		return err
	}
	teams, err := e.Store.Teams(ctx)
	if err != nil {
		return fmt.Errorf("list teams: %w", err)
	}
	var errs []error
	for _, t := range teams {
		errs = append(errs, e.planChore(ctx, at, t.ID))
	}
	return errors.Join(errs...)
}

func (e *Engine) planChore(ctx context.Context, at time.Time, team string) error {
	v, found, err := e.CurrentPlan(ctx, team)
	if err != nil || !found {
		return err
	}
	return errors.Join(e.tellOfReview(ctx, at, v), e.remindInTime(ctx, at, v))
}

func (e *Engine) tellOfReview(ctx context.Context, at time.Time, v PlanVersion) error {
	which := v.Paper.ID
	if n := len(v.Reviews); n > 0 { // it was put off: the next day is told like the first
		which += "/" + strconv.Itoa(n)
	}
	n := note{kind: "plan_review", values: wording.Values{Link: e.planLink(v.Paper.Team, "")}}
	switch left := v.Paper.DueAt.Sub(at); {
	case v.Paper.DueAt.IsZero() || left > reviewAhead:
		return nil
	case left > 0:
		n.id, n.notice = "plan_review/"+which+"/30", wording.PlanReviewSoon
	default:
		n.id, n.notice = "plan_review/"+which+"/0", wording.PlanReviewDue
	}
	sc, err := e.teamScene(ctx, at, v.Paper.Team)
	if err == nil {
		n.to = sc.chiefs
		_, err = e.remindEach(ctx, at, sc, n)
	}
	return err
}

// waitingFor is who has not signed a version: since when each is asked, and how often they were reminded.
type waitingFor struct {
	NextAt time.Time          `json:"next_at"` // when it is looked at again
	People map[string]waiting `json:"people"`
}

type waiting struct {
	Since    time.Time `json:"since"`
	Reminded int       `json:"reminded"`
	Unasked  bool      `json:"unasked,omitempty"` // they joined after it was published, and were not asked to sign it yet
}

// remindInTime reminds each of those who have not signed a version twice: counted from when it was published, for who joins later from when they
// were seen first and asked to sign. A team is looked at once a day, and when somebody's time has come.
func (e *Engine) remindInTime(ctx context.Context, at time.Time, v PlanVersion) error {
	key := "plan_waiting/" + v.Paper.ID
	was := waitingFor{}
	kept, err := e.Store.Meta(ctx, key)
	isNew := errors.Is(err, store.ErrNotFound)
	if err == nil {
		err = json.Unmarshal([]byte(kept), &was)
	}
	if err != nil && !isNew || at.Before(was.NextAt) {
		return err
	}
	unsigned, err := e.Unsigned(ctx, v)
	if err != nil {
		return err
	}
	now := waitingFor{NextAt: at.Add(24 * time.Hour), People: map[string]waiting{}}
	var errs []error
	for _, p := range unsigned {
		w, known := was.People[p.ID]
		if !known {
			w = waiting{Since: at, Unasked: true}
		}
		if isNew {
			w = waiting{Since: v.PublishedAt}
		}
		w, held, err := e.remindOfPlan(ctx, at, v, p, w)
		errs = append(errs, err)
		now.People[p.ID] = w
		if held.IsZero() {
			held = w.next()
		}
		if held.After(at) {
			now.NextAt = sooner(now.NextAt, held)
		}
	}
	return errors.Join(errors.Join(errs...), e.Store.SetMeta(ctx, key, string(mustJSON(now))))
}

// next is when they are reminded next; zero for not again.
func (w waiting) next() time.Time {
	switch {
	case w.Unasked:
		return w.Since
	case w.Reminded == 0:
		return w.Since.Add(remindedOnce)
	case w.Reminded == 1:
		return w.Since.Add(remindedLast)
	default:
		return time.Time{}
	}
}

// remindOfPlan asks who joined since, and reminds somebody whose time has come, once for both where both have; held is until when that is held back.
func (e *Engine) remindOfPlan(ctx context.Context, at time.Time, v PlanVersion, p buddy.Person, w waiting) (is waiting, held time.Time, err error) {
	to := w.Reminded
	var n note
	switch since := at.Sub(w.Since); {
	case w.Unasked:
		n = note{id: "plan_to_sign/" + v.Paper.ID + "/" + p.ID, kind: "plan_to_sign", notice: wording.PlanToSign, values: wording.Values{Link: e.planLink(v.Paper.Team, "/sign")}}
	case w.Reminded < 2 && since >= remindedLast:
		to, n = 2, e.unsignedNote(v, "day 14/"+p.ID)
	case w.Reminded < 1 && since >= remindedOnce:
		to, n = 1, e.unsignedNote(v, "day 7/"+p.ID)
	default:
		return w, held, nil
	}
	sc, err := e.teamScene(ctx, at, v.Paper.Team)
	if err != nil {
		return w, held, err // and it is tried again tomorrow
	}
	n.to = []string{p.ID}
	if held, err = e.remindOne(ctx, at, sc, n); err == nil && held.IsZero() {
		w.Reminded, w.Unasked = to, false
	}
	return w, held, err
}

// tellOfNewcomer tells a worker's managers, once, that the first visit they make alone is booked while they have signed no version of their
// team's plan (rule 5.2). The visit is booked all the same.
func (e *Engine) tellOfNewcomer(ctx context.Context, at time.Time, b Booking, visit string) error {
	if len(b.JointWith) > 0 || !slices.Contains(watchedKinds, b.Kind) {
		return nil
	}
	sc, err := e.look(ctx, at, b.Worker)
	if err != nil || sc.team.ID == "" {
		return err
	}
	if new, err := e.newcomer(ctx, sc.worker, visit); err != nil || !new {
		return err
	}
	return e.say(ctx, at, sc, note{id: "newcomer/" + sc.worker.ID, kind: "newcomer_unsigned", to: sc.chiefs, visit: visit, notice: wording.NewcomerUnsigned, reach: watch.OneText, apart: true,
		values: e.visitValues(ctx, sc, visit)})
}

// newcomer says that someone's team has a plan, that they signed no version of it, and that they have no other visit than one.
func (e *Engine) newcomer(ctx context.Context, worker buddy.Person, visit string) (bool, error) {
	if _, waits, err := e.PlanToSign(ctx, worker); err != nil || !waits {
		return false, err
	}
	if _, signed, err := e.LastSigned(ctx, worker.ID, worker.Team); err != nil || signed {
		return false, err
	}
	visits, err := e.Store.Visits(ctx, store.VisitFilter{Worker: worker.ID, Limit: newcomersVisits, Bare: true})
	return !slices.ContainsFunc(visits, func(v store.Visit) bool { return v.ID != visit && slices.Contains(watchedKinds, v.Kind) }), err
}

// newcomersVisits bounds how many visits are looked through: meetings among them.
const newcomersVisits = 20

func (e *Engine) visitValues(ctx context.Context, sc scene, visit string) wording.Values {
	v, err := e.Store.Visit(ctx, visit)
	e.report(ctx, "read a newcomer's visit", err)
	return wording.Values{Worker: wording.Short(sc.worker.Name), Reference: v.Reference, Begin: v.StartsAt.In(sc.zone), Link: e.link("", visit)}
}
