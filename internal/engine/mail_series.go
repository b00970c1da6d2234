package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// A series is booked some weeks ahead, each of its visits as one of its own, and more of it as time goes on. What its worker changed of one of its visits stays
// when the series changes.

// workSeries books a series, or brings what was booked of it to what its master says now.
func (e *Engine) workSeries(ctx context.Context, l *incoming, o object, master calendar.Event) (string, error) {
	row := o.row(time.Time{})
	known := row != nil && !master.Newer(calendar.Version{Sequence: row.Sequence, Stamp: row.Stamp})
	if known && (row.State != store.InvitedRefused || superseded(master, *row)) {
		return e.knownSeries(ctx, l, o, master, *row)
	}
	if master.Status == "CANCELLED" || e.uninvited(row, master) {
		return e.cancelled(ctx, l, o, master, row)
	}
	if _, ok := slotOf(master); !ok {
		return mailNotBooked, l.refuse(o, master, refusal{notice: wording.InviteNoTimes}, slot{})
	}
	list, more, err := o.calendar.Instances(master, l.at.Add(-seriesLookIn/2), l.at.Add(seriesAhead), seriesMost)
	if err != nil {
		return e.firstAlone(ctx, l, o, master)
	}
	if err := e.fillDetails(ctx, l, o, master); err != nil {
		return "", err
	}
	done, err := e.bringSeries(ctx, l, o, list)
	if err != nil {
		return "", err
	}
	look, err := nextLook(o.calendar, master, l.at, more)
	if err != nil {
		return "", err
	}
	l.keepSeries(o, master, look)
	return mailBooked, e.tellSeries(ctx, l, o, master, done, look.IsZero())
}

// knownSeries takes a master that is no newer than the one that is known, and works the instances that came with it. Its worker must not believe that what else it says was
// followed.
func (e *Engine) knownSeries(ctx context.Context, l *incoming, o object, master calendar.Event, row store.Invited) (string, error) {
	result, err := e.exceptionsAlone(ctx, l, o)
	switch {
	case err != nil || superseded(master, row):
	case row.State == store.InvitedBooked: // the first alone
		_, err = e.notNewer(ctx, l, o, master, row)
	case row.State == store.InvitedSeries:
		_, was, found := masterIn(keptOf(row), l.sc.zone)
		if found && !repeatsAlike(was, master) {
			l.tell(wording.SeriesStays, said{reply: &master, part: calendar.Tentative})
		}
	}
	return result, err
}

// repeatsAlike says whether two masters have the same instances.
func repeatsAlike(a, b calendar.Event) bool {
	same := func(a, b calendar.Moment) bool { return a.At.Equal(b.At) }
	return a.Rule == b.Rule && same(a.Start, b.Start) && same(a.End, b.End) && slices.EqualFunc(a.Extra, b.Extra, same) && slices.EqualFunc(a.Except, b.Except, same)
}

// exceptionsAlone works the instances that came with a master that is known.
func (e *Engine) exceptionsAlone(ctx context.Context, l *incoming, o object) (string, error) {
	result := mailNothing
	for _, ev := range o.calendar.Events {
		if ev.Instance.At.IsZero() {
			continue
		}
		what, err := e.workEvent(ctx, l, o, ev)
		if err != nil {
			return "", err
		}
		result = what
	}
	return result, nil
}

// firstAlone books the first of a series that cannot be followed, and says that it is the only one.
func (e *Engine) firstAlone(ctx context.Context, l *incoming, o object, master calendar.Event) (string, error) {
	s, _ := slotOf(master)
	visit, _, why, err := e.bookSlot(ctx, l, o, master, s)
	if err != nil {
		return "", err
	}
	if why != (refusal{}) {
		return mailNotBooked, l.refuse(o, master, why, s)
	}
	l.keep(o, master, s, visit, store.InvitedBooked)
	return mailBooked, e.tellBooked(ctx, l, o, master, wording.SeriesOnce, visit, s)
}

// seriesDone is what became of a series' visits.
type seriesDone struct {
	booked  int // that stand now
	first   slot
	visit   string // of the first
	clashes []wording.Visit
}

func (d *seriesDone) stands(s slot, visit string) {
	if d.booked == 0 || s.begin.Before(d.first.begin) {
		d.first, d.visit = s, visit
	}
	d.booked++
}

// bringSeries makes the visits of a series what its instances say: those that are gone from it are called off, those of its days that were moved are moved, and those
// that are new are booked.
func (e *Engine) bringSeries(ctx context.Context, l *incoming, o object, list []calendar.Event) (done seriesDone, err error) {
	list = slices.DeleteFunc(slices.Clone(list), func(ev calendar.Event) bool {
		s, ok := slotOf(ev)
		return ok && !s.end.After(l.at)
	})
	d, err := e.leftOver(ctx, l, o, list)
	if err != nil {
		return done, err
	}
	for _, ev := range list {
		if err := e.bringInstance(ctx, l, o, ev, d, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// days are what became of the days of a series whose instances have other names now, as where its time of day was changed.
type days struct {
	moved map[string]store.Invited // to be moved within its day
	kept  map[string]store.Invited // its worker changed it: it stands for its day, as StartsAt and EndsAt say
}

// leftOver calls off the visits of a series whose instances are gone from it, and gives the days of which there is another instance now.
func (e *Engine) leftOver(ctx context.Context, l *incoming, o object, list []calendar.Event) (d days, err error) {
	d = days{map[string]store.Invited{}, map[string]store.Invited{}}
	for _, row := range o.rows {
		if row.Instance.IsZero() || row.State != store.InvitedBooked || !row.EndsAt.After(l.at) ||
			slices.ContainsFunc(list, func(ev calendar.Event) bool { return ev.Instance.At.Equal(row.Instance) }) {
			continue
		}
		v, found, err := e.shownVisitOf(ctx, l.worker.ID, row.Visit)
		if err != nil {
			return d, err
		}
		day := dayOf(row.Instance, l.sc.zone)
		changed := keptOf(row).Own || !v.StartsAt.Equal(row.StartsAt) || !v.ExpectedEndAt.Equal(row.EndsAt)
		if !found || changed || v.Status != watch.Booked || !v.StartsAt.After(l.at) {
			row.StartsAt, row.EndsAt = v.StartsAt, v.ExpectedEndAt
			d.kept[day] = row // as what has begun
			continue
		}
		if slices.ContainsFunc(list, func(ev calendar.Event) bool {
			return dayOf(ev.Instance.At, l.sc.zone) == day && o.row(ev.Instance.At) == nil
		}) {
			d.moved[day] = row
			continue
		}
		if _, _, err := e.calledOff(ctx, l, o, row.Visit); err != nil {
			return d, err
		}
		row.State, row.PutAt, row.Mail = store.InvitedCancelled, l.at, l.mail.ID
		l.done.Invited = append(l.done.Invited, row)
	}
	return d, nil
}

func dayOf(at time.Time, zone *time.Location) string { return at.In(zone).Format(time.DateOnly) }

// bringInstance makes the visit of one instance what it says.
func (e *Engine) bringInstance(ctx context.Context, l *incoming, o object, ev calendar.Event, d days, done *seriesDone) error {
	s, ok := slotOf(ev)
	if !ok {
		done.clashes = append(done.clashes, wording.Visit{StartsAt: ev.Start.At})
		return nil
	}
	day := dayOf(ev.Instance.At, l.sc.zone)
	row := o.row(ev.Instance.At)
	if stays, is := d.kept[day]; is && row == nil {
		done.stands(slot{begin: stays.StartsAt, end: stays.EndsAt}, stays.Visit)
		return nil
	}
	if was, is := d.moved[day]; is && row == nil {
		delete(d.moved, day)
		gone := was
		gone.State, gone.Visit, gone.PutAt, gone.Mail = store.InvitedCancelled, "", l.at, l.mail.ID
		l.done.Invited = append(l.done.Invited, gone)
		row = &was
	}
	if row != nil {
		return e.bringVisit(ctx, l, o, ev, s, *row, done)
	}
	visit, _, why, err := e.bookSlot(ctx, l, o, ev, s)
	switch {
	case err != nil:
		return err
	case why != (refusal{}):
		l.keep(o, ev, s, "", store.InvitedRefused)
		done.clashes = append(done.clashes, wording.Visit{StartsAt: s.begin, Reference: why.other})
		return nil
	}
	l.keep(o, ev, s, visit, store.InvitedBooked)
	done.stands(s, visit)
	return nil
}

// bringVisit moves the visit of an instance that is booked, unless its worker changed it or it is over.
func (e *Engine) bringVisit(ctx context.Context, l *incoming, o object, ev calendar.Event, s slot, row store.Invited, done *seriesDone) error {
	v, found, err := e.shownVisitOf(ctx, l.worker.ID, row.Visit)
	if err != nil || !found || !v.Live() || row.State != store.InvitedBooked {
		return err // called off, or refused before: a series brings none of them back
	}
	now := slot{begin: v.StartsAt, end: v.ExpectedEndAt}
	untouched := !keptOf(row).Own && now.begin.Equal(row.StartsAt) && now.end.Equal(row.EndsAt)
	already := now.begin.Equal(s.begin) && now.end.Equal(s.end)
	if untouched && !already && ev.Newer(calendar.Version{Sequence: row.Sequence, Stamp: row.Stamp}) {
		n, err := e.retimed(ctx, l, o, s, v)
		if err != nil {
			return err
		}
		if n == wording.InviteMoved {
			now = s
		} else {
			done.clashes = append(done.clashes, wording.Visit{StartsAt: s.begin})
		}
	}
	if err := e.reworded(ctx, l, o, ev, row); err != nil {
		return err
	}
	l.keep(o, ev, s, row.Visit, store.InvitedBooked)
	done.stands(now, row.Visit)
	return nil
}

// nextLook is when more of a series is to be booked; zero where there is no more of it.
func nextLook(c calendar.Calendar, master calendar.Event, at time.Time, more bool) (time.Time, error) {
	if more {
		return at.Add(seriesLookIn), nil
	}
	rest, _, err := c.Instances(master, at.Add(seriesAhead), at.Add(seriesAhead+seriesSeekFor), 1)
	if err != nil || len(rest) == 0 {
		return time.Time{}, err
	}
	look := rest[0].Start.At.Add(-seriesAhead)
	if soon := at.Add(seriesLookIn); look.Before(soon) {
		look = soon
	}
	return look.UTC(), nil
}

// keepSeries notes a series' master, with the calendar that more of it is booked by.
func (l *incoming) keepSeries(o object, master calendar.Event, look time.Time) {
	s, _ := slotOf(master)
	l.keep(o, master, s, "", store.InvitedSeries)
	i := &l.done.Invited[len(l.done.Invited)-1]
	i.LookAt, i.Owner = look, "series/"+l.mail.ID
	k := keptOf(*i)
	k.Calendar = string(o.text)
	i.Words = private.New(string(mustJSON(k)))
}

// tellSeries answers what of a series is booked, and whether that is the whole of it.
func (e *Engine) tellSeries(ctx context.Context, l *incoming, o object, master calendar.Event, done seriesDone, whole bool) error {
	if done.booked == 0 {
		s, _ := slotOf(master)
		n := wording.InviteGone
		a := said{slot: s, reply: &master, part: calendar.Declined}
		if len(done.clashes) > 0 {
			n, a.slot.begin, a.among = wording.SeriesPart, done.clashes[0].StartsAt, done.clashes
			a.slot.end = a.slot.begin.Add(s.end.Sub(s.begin))
		}
		l.tell(n, a)
		return nil
	}
	n := wording.SeriesBooked
	switch {
	case len(done.clashes) > 0:
		n = wording.SeriesPart
	case whole:
		n = wording.SeriesWhole
	}
	l.done.Visit = done.visit
	before := len(l.said)
	if err := e.tellBooked(ctx, l, o, master, n, done.visit, done.first); err != nil {
		return err
	}
	a := &l.said[before]
	a.count, a.among = done.booked, done.clashes
	if len(done.clashes) > 0 {
		a.part = calendar.Tentative
	}
	return nil
}

// seriesCancelled calls off all visits of a series that have not begun.
func (e *Engine) seriesCancelled(ctx context.Context, l *incoming, o object, ev calendar.Event, master store.Invited) (string, error) {
	count := 0
	for _, row := range o.rows {
		if row.Instance.IsZero() || row.State != store.InvitedBooked {
			continue
		}
		row.State, row.PutAt, row.Mail = store.InvitedCancelled, l.at, l.mail.ID
		if ev.Newer(calendar.Version{Sequence: row.Sequence, Stamp: row.Stamp}) {
			row.Sequence, row.Stamp = ev.Sequence, ev.Stamp.UTC()
		}
		l.done.Invited = append(l.done.Invited, row)
		if !row.EndsAt.After(l.at) {
			continue
		}
		n, s, err := e.calledOff(ctx, l, o, row.Visit)
		if err != nil {
			return "", err
		}
		switch n {
		case wording.InviteCancelled:
			count++
		case wording.InviteNotOff:
			if err := l.tellOf(ctx, n, said{visit: row.Visit, slot: s}); err != nil {
				return "", err
			}
		}
	}
	master.State, master.LookAt, master.PutAt, master.Mail = store.InvitedCancelled, time.Time{}, l.at, l.mail.ID
	master.Sequence, master.Stamp = ev.Sequence, ev.Stamp.UTC()
	l.done.Invited = append(l.done.Invited, master)
	l.tell(wording.SeriesCancelled, said{count: count})
	return mailBooked, nil
}

// seriesChore books more of the series whose time has come.
func (e *Engine) seriesChore(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "series", at, seriesEvery); err != nil || !mine {
		return err
	}
	due, err := e.Store.SeriesDue(ctx, at, seriesAtOnce)
	if err != nil {
		return err
	}
	for _, master := range due {
		err := guard(func() error {
			ctx, cancel := context.WithTimeout(ctx, seriesWithin)
			defer cancel()
			return e.rollSeries(ctx, at, master)
		})
		if err != nil && errors.Is(ctx.Err(), context.Canceled) {
			return err // we stop, and nothing is wrong with it
		}
		if err != nil {
			e.putOffSeries(ctx, at, master, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// putOffSeries has a series that cannot be booked on wait: those behind it come before it.
func (e *Engine) putOffSeries(ctx context.Context, at time.Time, master store.Invited, why error) {
	e.Log.Error("series not booked on: tried again in an hour", "worker", master.Worker, "mail", master.Mail, "error", why)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepWithin) // what it may have taken was all the time there was
	defer cancel()
	e.report(ctx, "series not put off", e.Store.PutOffSeries(ctx, master, at.Add(seriesRests)))
}

// masterIn finds a series in what was kept of it, and the calendar that it stands in: a text may hold several that ask for several things.
func masterIn(k kept, zone *time.Location) (c calendar.Calendar, master calendar.Event, found bool) {
	all, err := calendar.Read([]byte(k.Calendar), zone)
	if err != nil {
		return c, master, false
	}
	for _, c := range append([]calendar.Calendar{all}, all.Rest...) {
		i := slices.IndexFunc(c.Events, func(ev calendar.Event) bool { return isMaster(ev) && ev.UID == k.Event.UID })
		if i >= 0 {
			return c, c.Events[i], true
		}
	}
	return c, master, false
}

// rollSeries books more of a series; the worker is told of what cannot be booked.
func (e *Engine) rollSeries(ctx context.Context, at time.Time, master store.Invited) error {
	master, err := e.Store.InvitedWords(ctx, master)
	if err != nil {
		return err
	}
	k := keptOf(master)
	l := &incoming{Engine: e, mail: store.ReceivedMail{ID: master.Mail, ReceivedAt: at}, at: at, msg: mail.Message{From: k.From, Private: k.Private}, fixed: &k,
		turn: "/on/" + master.LookAt.UTC().Format(time.RFC3339)}
	if err := l.of(ctx, master.Worker); err != nil {
		return err
	}
	c, first, found := masterIn(k, l.sc.zone)
	if !found || !l.worker.Active {
		return e.restSeries(ctx, l, master, found)
	}
	o := object{organizer: k.Event.Organizer, uid: k.Event.UID, by: master.Worker, calendar: c}
	rows, err := e.Store.SeriesOf(ctx, master)
	if err != nil {
		return err
	}
	o.rows = rows
	list, more, err := c.Instances(first, at.Add(-seriesLookIn/2), at.Add(seriesAhead), seriesMost)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(ev calendar.Event) bool { return o.row(ev.Instance.At) != nil || !ev.Start.At.After(at) })
	var done seriesDone
	for _, ev := range list {
		ev.Organizer.Address, ev.Sequence, ev.Stamp = k.Event.Organizer, master.Sequence, master.Stamp
		if err := e.bringInstance(ctx, l, o, ev, days{}, &done); err != nil {
			return err
		}
	}
	for _, clash := range done.clashes {
		s := slot{begin: clash.StartsAt}
		l.tell(wording.SeriesClash, said{slot: s, among: among(clash)})
	}
	if master.LookAt, err = nextLook(c, first, at, more); err != nil {
		return err
	}
	return l.putSeries(ctx, master)
}

// putSeries keeps what was booked on of a series, and answers it.
func (l *incoming) putSeries(ctx context.Context, master store.Invited) error {
	master.PutAt = l.at
	if err := l.answerAll(ctx); err != nil {
		return err
	}
	if err := l.Store.PutInvited(ctx, append(l.done.Invited, master), l.done.Messages); err != nil {
		return err
	}
	l.woken()
	return nil
}

// restSeries leaves a series whose worker is not here for another day, as they may be again. One whose words are gone has ended: its worker is told, who would go on
// believing that each of its visits is watched.
func (e *Engine) restSeries(ctx context.Context, l *incoming, master store.Invited, found bool) error {
	master.LookAt = time.Time{}
	switch {
	case found:
		master.LookAt = l.at.Add(seriesLookIn)
	case l.worker.Active:
		rows, err := e.Store.SeriesOf(ctx, master)
		if err != nil {
			return err
		}
		var last slot
		for _, row := range rows {
			if row.State == store.InvitedBooked && row.EndsAt.After(l.at) && row.StartsAt.After(last.begin) {
				last = slot{begin: row.StartsAt, end: row.EndsAt}
			}
		}
		l.tell(wording.SeriesLost, said{slot: last})
	}
	return l.putSeries(ctx, master)
}

func among(v wording.Visit) []wording.Visit {
	if v.Reference == "" {
		return nil
	}
	return []wording.Visit{v}
}
