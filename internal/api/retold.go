package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// retold is a visit's record as the worker is shown it while danger is open (rule 4.2): since the danger it says what
// happened in the shown watch. The record itself has only what happened in truth, so the worker's inputs are replayed.
func (a *API) retold(ctx context.Context, v store.Visit, at time.Time) ([]entry, error) {
	loaded, err := a.Store.Load(ctx, v.Worker)
	if err != nil {
		return nil, fmt.Errorf("load worker: %w", err)
	}
	from := v.BookedAt
	for _, o := range loaded.Watch.Visits { // the replay begins where the oldest visit that is still kept was booked
		row, err := a.Store.Visit(ctx, o.ID)
		if err != nil {
			return nil, fmt.Errorf("find visit of worker: %w", err)
		}
		if row.BookedAt.Before(from) {
			from = row.BookedAt
		}
	}
	list, err := a.entries(ctx, v.Worker, from, at.Add(time.Minute))
	if err != nil {
		return nil, err
	}
	w := watch.Watch{Worker: v.Worker}
	for i := range list {
		if list[i].input.Event == nil {
			continue // a note: no core has it
		}
		next, effects, err := w.Step(list[i].At, list[i].input)
		if err != nil {
			continue // about what is over since long
		}
		if next.Shown != nil {
			list[i].retell(w, next, effects)
		}
		w = next
	}
	return slices.DeleteFunc(list, func(e entry) bool { return !e.about(v, nil) }), nil
}

// lineOf is the line of the record that goes with what the worker is asked.
var lineOf = map[watch.Notice]watch.What{
	watch.AskStart: watch.Prompted, watch.AskEnd: watch.Prompted,
	watch.AskBoth: watch.AskedBack, watch.ReplyUnclear: watch.AskedBack, watch.ReplyWhich: watch.AskedBack, watch.ReplyAgain: watch.AskedBack,
	watch.ReplyTimeGone: watch.AskedBack, watch.ReplyMuchMore: watch.AskedBack, watch.ReplyNoVisit: watch.AskedBack,
	watch.ReplyNoAnswer: watch.AskedBack, watch.ReplyNotOff: watch.AskedBack, watch.ReplyConfirming: watch.OutUnconfirmed,
}

// retell makes the entry say what its step did to the shown watch.
func (e *entry) retell(before, after watch.Watch, effects []watch.Effect) {
	said := slices.DeleteFunc(e.events, func(h event) bool { return h.What != watch.TextIn })
	was := before
	if before.Shown != nil {
		was = *before.Shown
	}
	by := e.By
	if len(said) > 0 && by == "" {
		by = after.Worker
	}
	for _, v := range after.Shown.Visits {
		said = append(said, e.changes(was, v, by)...)
	}
	e.Alarm, e.Visit = "", ""
	for _, x := range effects {
		r, is := x.(watch.Reply)
		if is && e.Visit == "" {
			e.Visit = r.Visit
		}
		if is && lineOf[r.Notice] != "" {
			said = append(said, event{What: lineOf[r.Notice], Visit: r.Visit})
		}
	}
	for _, h := range slices.Backward(said) {
		if h.Visit != "" {
			e.Visit = h.Visit
		}
	}
	e.events = said
}

// changes are the lines that a visit gets of a step.
func (e *entry) changes(was watch.Watch, v watch.Visit, by string) (lines []event) {
	old, found := was.Visit(v.ID)
	_, edited := e.input.Event.(watch.Edit)
	switch {
	case !found && v.InAt.IsZero():
		return []event{{What: watch.VisitBooked, Visit: v.ID, By: by}}
	case old.InAt.IsZero() && !v.InAt.IsZero():
		lines = append(lines, event{What: watch.VisitIn, Visit: v.ID, By: by})
	case !old.ExpectedEndAt.Equal(v.ExpectedEndAt), edited && !old.StartsAt.Equal(v.StartsAt):
		lines = append(lines, event{What: watch.VisitNewTime, Visit: v.ID, By: by, Until: v.ExpectedEndAt})
	}
	if old.Status != v.Status && v.Status == watch.Ended {
		lines = append(lines, event{What: watch.VisitOut, Visit: v.ID, By: by})
	}
	if old.Status != v.Status && v.Status == watch.Cancelled {
		lines = append(lines, event{What: watch.VisitCancelled, Visit: v.ID, By: by})
	}
	return lines
}
