package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Invites is what invites need of a database. *store.DB has it.
type Invites interface {
	Invites(ctx context.Context, visits ...string) (map[string][]store.Invite, error)
	InviteByUID(ctx context.Context, uid string) (store.Invite, error)
	InvitePrint(said string) []byte
	InviteName(visit, person string) string
	VisitsAhead(ctx context.Context, at time.Time, after store.VisitPlace, limit int) ([]store.Visit, store.VisitPlace, error)
	VisitsByID(ctx context.Context, ids ...string) ([]store.Visit, error)
	VisitsSince(ctx context.Context, n int64, begun time.Time, but string) ([]string, error)
	FromOwnEvent(ctx context.Context, visits ...string) (map[string]bool, error)
}

const (
	inviteChain  = "invites"        // the chain of the record that says what was sent
	invitesEach  = time.Second      // real: how often it is looked who is to be sent what
	inviteSettle = 15 * time.Second // plan time: how long changes are gathered before they are sent, but for those that cannot wait
	peopleSettle = 5 * time.Second  // plan time: the same, for changes of people and rotas
	inviteBatch  = 200              // visits looked at in one go
)

// outgoing remembers which visits are to be looked at for what people's calendars show of them. It is made anew at each start, by looking at all: what
// was sent is in the database.
type outgoing struct {
	mu      sync.Mutex
	looked  bool
	epoch   int64                // the directory's
	place   int64                // in the record: up to here changes were seen
	allFrom time.Time            // when all are to be looked at; zero: not
	walking bool                 // all are being looked at
	after   store.VisitPlace     // up to here
	waiting map[string]time.Time // visits to look at again, by when they were first seen to be
}

// changed gives the visits that changed since they were last asked for, and those that waited long enough.
func (c *outgoing) changed(ctx context.Context, from Store, epoch int64, at time.Time) (ids []string, err error) {
	head, err := from.Head(ctx) // first: what comes in the meantime is seen again
	if err != nil {
		return nil, fmt.Errorf("read the record's end: %w", err)
	}
	switch {
	case !c.looked:
		c.waiting, c.walking, c.after = map[string]time.Time{}, true, store.VisitPlace{}
	default:
		if c.epoch != epoch && c.allFrom.IsZero() {
			c.allFrom = at.Add(peopleSettle)
		}
		if ids, err = from.VisitsSince(ctx, c.place, at.Add(-rotaBack), inviteChain); err != nil {
			return nil, err
		}
	}
	c.looked, c.epoch, c.place = true, epoch, head.N
	if !c.walking && !c.allFrom.IsZero() && !c.allFrom.After(at) {
		c.walking, c.after, c.allFrom = true, store.VisitPlace{}, time.Time{}
	}
	for id, since := range c.waiting {
		if at.Sub(since) >= inviteSettle {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// waits notes that a visit is to be looked at again.
func (c *outgoing) waits(id string, at time.Time) {
	if _, already := c.waiting[id]; !already {
		c.waiting[id] = at
	}
}

// ahead gives some of all visits, while all are looked at.
func (c *outgoing) ahead(ctx context.Context, from Store, at time.Time) ([]store.Visit, error) {
	if !c.walking {
		return nil, nil
	}
	visits, last, err := from.VisitsAhead(ctx, at, c.after, inviteBatch)
	if ctx.Err() == nil && (err == nil || last != c.after) { // one that can't be read keeps no other from its turn
		c.walking, c.after = last != c.after, last
	}
	return visits, err
}

// SendInvites looks which calendars show something else than they are to, and sends what puts them right. It says whether there is more to do at once.
func (e *Engine) SendInvites(ctx context.Context) (more bool, err error) {
	if e.Mail == nil || e.MailFrom == "" {
		return false, nil
	}
	e.outgoing.mu.Lock()
	defer e.outgoing.mu.Unlock()
	at, c := e.Now(), &e.outgoing
	pages, err := e.dir.open(ctx)
	if err != nil {
		return false, err
	}
	ids, err := c.changed(ctx, e.Store, pages.epoch, at)
	if err != nil {
		return false, err
	}
	due, failed := e.Store.VisitsByID(ctx, ids...)
	walk, err := c.ahead(ctx, e.Store, at)
	walk = slices.DeleteFunc(walk, func(v store.Visit) bool { return slices.Contains(ids, v.ID) })
	for _, id := range ids { // what is not had, or not looked at before this ends, is looked at again
		c.waits(id, at)
	}
	for _, v := range walk {
		c.waits(v.ID, at)
	}
	return c.walking, errors.Join(failed, err, e.inviteToAll(ctx, at, pages, append(due, walk...)))
}

// inviteToAll looks at some visits. One that fails waits, and keeps no other from its turn.
func (e *Engine) inviteToAll(ctx context.Context, at time.Time, pages *pages, visits []store.Visit) error {
	if len(visits) == 0 {
		return nil
	}
	ids := make([]string, len(visits))
	for i, v := range visits {
		ids[i] = v.ID
	}
	held, err := e.Store.Invites(ctx, ids...)
	unread, some := errors.AsType[*store.UnreadInvites](err)
	if err != nil && !some {
		return err
	}
	own, err := e.Store.FromOwnEvent(ctx, ids...)
	if err != nil {
		return err
	}
	var errs []error
	watches := map[string]watch.Watch{} // a worker has many visits; what changes meanwhile is looked at again
	for _, v := range visits {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if some && slices.Contains(unread.Visits, v.ID) { // who has one, and by which sequence, is not known
			errs = append(errs, fmt.Errorf("invites to visit %s: %w", v.ID, unread.Err))
			e.outgoing.waiting[v.ID] = at
			continue
		}
		settled := at.Sub(e.outgoing.waiting[v.ID]) >= inviteSettle
		done, err := e.inviteTo(ctx, at, pages, watches, v, held[v.ID], own[v.ID], settled)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("invites to visit %s: %w", v.ID, err))
			e.outgoing.waiting[v.ID] = at
		case done:
			delete(e.outgoing.waiting, v.ID)
		}
	}
	return errors.Join(errs...)
}

// inviteTo sends what one visit asks for, and says whether nothing more waits to be.
func (e *Engine) inviteTo(ctx context.Context, at time.Time, pages *pages, watches map[string]watch.Watch, v store.Visit, held []store.Invite, own, settled bool) (done bool, err error) {
	if len(held) == 0 && !v.ExpectedEndAt.After(at) {
		return true, nil // nobody has it, and it is past
	}
	sc, err := e.lookIn(ctx, pages, v.StartsAt, v.Worker)
	if err != nil {
		return false, err
	}
	w, known := watches[v.Worker]
	if !known {
		loaded, err := e.Store.Load(ctx, v.Worker)
		if err != nil {
			return false, err
		}
		w, watches[v.Worker] = loaded.Watch, loaded.Watch
	}
	x := invitation{e: e, ctx: ctx, at: at, sc: sc, visit: v, seen: v, own: own}
	if known, found := w.Visit(v.ID); found {
		x.partners = known.Partners
	}
	if seen, found := asSeen(w).Visit(v.ID); found { // in danger the worker's own calendar must show what it would on any day
		x.seen.Status, x.seen.StartsAt, x.seen.ExpectedEndAt = seen.Status, seen.StartsAt, seen.ExpectedEndAt
		if seen.Hushed {
			x.seen.Status = watch.Ended
		}
	}
	d := decideInvites(at, x.wanted(), held, x.stance)
	if len(d.mails) == 0 {
		return true, nil
	}
	if !d.prompt && !settled {
		return false, nil
	}
	err = e.keepInvites(ctx, at, &x, d)
	if errors.Is(err, store.ErrSeen) || errors.Is(err, store.ErrConflict) {
		return false, nil // another sent it, or something else, at the same moment: it is looked at again
	}
	return err == nil, err
}

// keepInvites records what is sent and puts it into the outbox, in one transaction. What another node sent in the meantime is not sent again.
func (e *Engine) keepInvites(ctx context.Context, at time.Time, x *invitation, d decision) error {
	c := store.Change{Worker: inviteChain}
	sum := sha256.New()
	sent, withdrawn := 0, 0
	for _, m := range d.mails {
		c.Messages = append(c.Messages, x.message(m))
		if m.row.UID != "" {
			m.row.SentAt = at
			c.Invites = append(c.Invites, m.row)
			fmt.Fprintf(sum, "%s %d;", m.row.UID, m.row.Sequence)
		}
		if m.method == calendar.Cancel {
			withdrawn++
		} else {
			sent++
		}
	}
	entry := store.Entry{ID: "invites/" + x.visit.ID + "/" + hex.EncodeToString(sum.Sum(nil)[:12]), At: at, RecordedAt: at, Kind: "invites_sent", Via: "clock", Visit: x.visit.ID,
		Rules: watch.Rules, Input: mustJSON(map[string]int{"sent": sent, "withdrawn": withdrawn}), Events: mustJSON([]Event{{What: "invites_sent", Visit: x.visit.ID}}), Worker: inviteChain}
	c.Entries = []store.Entry{entry}
	err := e.commitInvites(ctx, c)
	if err == nil {
		e.woken()
	}
	return err
}

// commitInvites hangs a change on the chain of the invites.
func (e *Engine) commitInvites(ctx context.Context, c store.Change) error {
	defer e.lock(inviteChain)()
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	loaded, err := e.Store.Load(ctx, inviteChain)
	if err != nil {
		return err
	}
	loaded.Watch.Worker = inviteChain
	c.Worker, c.Revision, c.Watch = inviteChain, loaded.Revision, loaded.Watch
	return e.Store.Commit(ctx, c)
}

// inviteUID is the UID of a visit in one person's calendar, for the first invite; what was sent is kept, and stays. Each has one of their own: nobody's can be
// had from another's, nor from who and what it is about; two who read one mailbox keep theirs apart, and a reply names who it is from.
func (e *Engine) inviteUID(visit, person string) string {
	_, domain, _ := strings.Cut(e.MailFrom, "@")
	return e.Store.InviteName(visit, person) + "@" + domain
}

// inOwnDomain says whether an address is in the organisation's own mail domain.
func (e *Engine) inOwnDomain(address private.Text) bool {
	a := address.Reveal()
	domain := a[strings.LastIndexByte(a, '@')+1:]
	return slices.ContainsFunc(e.OwnDomains, func(own string) bool { return own != "" && strings.EqualFold(own, domain) })
}

// isOwnAddress says whether an address is Allclear's. What is sent there comes back as somebody's invite, or answer.
func (e *Engine) isOwnAddress(address private.Text) bool {
	a := strings.ToLower(strings.TrimSpace(address.Reveal()))
	return a != "" && (a == strings.ToLower(e.MailFrom) || e.ours(a))
}

// canBeMailed says whether somebody is here, and has an address.
func canBeMailed(p buddy.Person) bool { return p.Active && !p.Email.IsZero() }

// inviting looks again and again who is to be sent what. It is not woken by what is committed: changes that come within a second are sent as one.
func (e *Engine) inviting(ctx context.Context) {
	timer := time.NewTimer(invitesEach)
	defer timer.Stop()
	for {
		began := e.Now()
		more, err := e.invitesWithin(ctx)
		e.keepsFailing(ctx, "invites not sent", err)
		wait := invitesEach
		if more && err == nil {
			wait = min(max(e.Clock.Real(e.Now().Sub(began)), time.Millisecond), wayMost) // as long as it took is others'
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

func (e *Engine) invitesWithin(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, choreWithin)
	defer cancel()
	err = guard(func() (err error) {
		more, err = e.SendInvites(ctx)
		return err
	})
	return more, err
}
