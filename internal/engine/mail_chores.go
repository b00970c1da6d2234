package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	digestEvery   = 24 * time.Hour
	digestMost    = 1000 // mails of strangers that are counted
	unprovenEvery = 10 * time.Minute
	unprovenKept  = 72 * time.Hour // for how long the mails of an hour are told that could not be when it was over
	seriesEvery   = time.Minute    // plan time: how often it is looked for series of which more is to be booked
	seriesAtOnce  = 10
	seriesWithin  = 20 * time.Second
	seriesRests   = time.Hour // plan time: how long one that cannot be booked on waits
	seriesAhead   = 8 * 7 * 24 * time.Hour
	seriesLookIn  = 24 * time.Hour
	seriesMost    = 60                       // visits of one series that are booked ahead
	seriesSeekFor = 2 * 366 * 24 * time.Hour // how far it is looked for the next of a series that rests
)

// mailChores tells administrators of strangers' mails and workers of those that are not proven, and books on series.
func (e *Engine) mailChores(ctx context.Context, at time.Time) error {
	return errors.Join(e.strangersChore(ctx, at), e.unprovenChore(ctx, at), e.seriesChore(ctx, at))
}

// unprovenChore tells workers, once an hour that is over, how many more mails came in their name than they were told of: one of them may be theirs.
func (e *Engine) unprovenChore(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "mail-unproven", at, unprovenEvery); err != nil || !mine {
		return err
	}
	counted, err := e.Store.CountMails(ctx, mailUntold, at.Add(-unprovenKept), at.Truncate(time.Hour))
	var errs []error
	for _, c := range counted {
		errs = append(errs, e.tellUnproved(ctx, at, c))
	}
	return errors.Join(append(errs, err)...)
}

// tellUnproved tells one worker of the mails of one hour. It is once: a stop between has it said by the next pass.
func (e *Engine) tellUnproved(ctx context.Context, at time.Time, c store.MailCount) error {
	sc, err := e.look(ctx, at, c.Person)
	if err != nil {
		return err
	}
	until := c.Hour.Add(time.Hour)
	n := note{id: "mail-unproved/" + c.Person + "/" + until.Format(time.RFC3339), kind: "mail_unproved", to: []string{c.Person}, notice: wording.MailUnproved, reach: watch.OneText,
		values: wording.Values{At: until.In(sc.zone), Count: c.Count}}
	if !e.canText(sc.worker) && !e.canMail(sc.worker) {
		n.values.Zone, n.values.Now = sc.zone, at.In(sc.zone)
		return e.relay(ctx, at, n.id, sc, n.notice, n.values)
	}
	return e.say(ctx, at, sc, n)
}

// strangersChore tells the administrators once a day how many mails came from nobody we know: one of them may be a worker whose address is not in Allclear.
func (e *Engine) strangersChore(ctx context.Context, at time.Time) error {
	mine, err := e.Store.Chore(ctx, "mail-strangers", at, digestEvery)
	if err != nil || !mine {
		return err
	}
	list, err := e.Store.MailsWith(ctx, mailStranger, at.Add(-digestEvery), digestMost)
	if err != nil || len(list) == 0 {
		return err
	}
	return e.tellAdmins(ctx, at, "strangers", wording.MailStrangers, wording.Values{Count: len(list), Lines: strangersIn(list)})
}

// strangersMost is how many addresses of strangers one mail lists.
const strangersMost = 100

// strangersIn lists who wrote, and how often: by it an administrator sees that one of them is a worker whose address in Allclear is another.
func strangersIn(list []store.ReceivedMail) (lines []string) {
	times := map[string]int{}
	for _, m := range list {
		if who := m.Raw.Reveal(); who != "" {
			times[who]++
		}
	}
	for _, who := range slices.Sorted(maps.Keys(times)) {
		if len(lines) == strangersMost {
			return append(lines, fmt.Sprintf("and %d more", len(times)-strangersMost))
		}
		line := who
		if n := times[who]; n > 1 {
			line = fmt.Sprintf("%s (%d)", who, n)
		}
		lines = append(lines, line)
	}
	return lines
}

// tellAdmins tells the administrators something, once a day.
func (e *Engine) tellAdmins(ctx context.Context, at time.Time, what string, n watch.Notice, v wording.Values) error {
	admins, err := e.Store.WithRole(ctx, buddy.Admin)
	if err != nil {
		return err
	}
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	v.Link = e.URL
	return e.say(ctx, at, scene{pages: pages, zone: time.UTC}, note{id: "mail-" + what + "/" + at.Format(time.DateOnly), kind: "mail_" + what, to: pages.allAnswering(ctx, admins),
		notice: n, reach: watch.OneText, values: v})
}
