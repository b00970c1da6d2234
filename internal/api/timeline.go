package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// timelineJSON is one line of the record, in the order in which things happened.
type timelineJSON struct {
	At           time.Time  `json:"at"`
	What         watch.What `json:"what"`
	By           string     `json:"by,omitempty"`
	Via          string     `json:"via,omitempty"`
	Token        string     `json:"token,omitempty"`
	Visit        string     `json:"visit,omitempty"`
	Text         string     `json:"text,omitempty"` // verbatim
	Until        *time.Time `json:"until,omitempty"`
	Result       string     `json:"result,omitempty"`
	To           string     `json:"to,omitempty"`
	Note         string     `json:"note,omitempty"`
	Reference    string     `json:"reference,omitempty"`
	Officer      string     `json:"officer,omitempty"`
	Attending    *bool      `json:"attending,omitempty"`
	NextUpdateAt *time.Time `json:"next_update_at,omitempty"`
	Second       string     `json:"second_person,omitempty"`
	StoodDown    string     `json:"stood_down_to,omitempty"`
}

// ofAlarm are the lines that show that there is an alarm: they are not in what a worker can see of one that is open by
// duress.
var ofAlarm = []watch.What{
	watch.VisitOverdue, watch.AlarmOpened, watch.AlarmJoined, watch.AlarmRaised, watch.Told, watch.Acknowledged, watch.HolderFellSilent,
	watch.ShiftChanged, watch.CallLogged, watch.PolicePrompted, watch.PoliceTold, watch.LiaisonLogged, watch.FoundHarmed,
	watch.IncidentOpened, watch.PoliceHeld, watch.Reassured, watch.AlarmClosed,
}

// event is one thing that an entry says happened.
type event struct {
	What  watch.What `json:"what"`
	Visit string     `json:"visit,omitempty"`
	Alarm string     `json:"alarm,omitempty"`
	By    string     `json:"by,omitempty"`
	Until time.Time  `json:"until,omitzero"`
	Shown bool       `json:"shown,omitempty"` // only to the worker, while danger is open
}

// entry is an entry of the record, read.
type entry struct {
	store.Entry
	input  watch.Input // zero when it is none of the core's
	events []event     // what happened
	shown  []event     // what the worker is shown in place of it while danger is open; nobody else is
	words  engine.Words
}

func readEntry(e store.Entry) (entry, error) {
	read := entry{Entry: e}
	if err := json.Unmarshal(e.Events, &read.events); err != nil && len(e.Events) > 0 {
		return read, fmt.Errorf("read events of entry %s: %w", e.ID, err)
	}
	for _, h := range read.events {
		if h.Shown {
			read.shown = append(read.shown, h)
		}
	}
	read.events = slices.DeleteFunc(read.events, func(h event) bool { return h.Shown })
	if json.Unmarshal(e.Input, &read.input) != nil { // a note, or the input of a newer version: its events say enough
		read.input = watch.Input{}
	}
	var err error
	if read.words, err = engine.WordsOf(e); err != nil { // what broke could quote the words
		return read, fmt.Errorf("read words of entry %s: they are no JSON", e.ID)
	}
	return read, nil
}

// entries reads a worker's record between two instants.
func (a *API) entries(ctx context.Context, worker string, from, to time.Time) ([]entry, error) {
	kept, err := a.Store.Entries(ctx, worker, from, to)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	var list []entry
	for _, e := range kept {
		read, err := readEntry(e)
		if err != nil {
			return nil, err
		}
		list = append(list, read)
	}
	return list, nil
}

// about says that the entry is about the visit: by what it names, by an alarm that covers the visit, or as a text that
// names no visit and came in this one's time.
func (e entry) about(v store.Visit, alarms []string) bool {
	named := false
	for _, h := range slices.Concat(e.events, e.shown) {
		if h.Visit == v.ID {
			return true
		}
		named = named || h.Visit != ""
	}
	if e.Visit == v.ID || e.Alarm != "" && slices.Contains(alarms, e.Alarm) {
		return true
	}
	during := !e.At.Before(v.StartsAt.Add(-time.Hour)) && (v.EndedAt.IsZero() || !e.At.After(v.EndedAt))
	return !named && e.Visit == "" && during && len(e.events) > 0 && e.events[0].What == watch.TextIn
}

// alarmsOf lists the alarms that an entry says the visit is in.
func alarmsOf(list []entry, v store.Visit) []string {
	var alarms []string
	for _, e := range list {
		for _, h := range e.events {
			opens := h.What == watch.AlarmOpened || h.What == watch.AlarmRaised || h.What == watch.AlarmJoined
			if opens && h.Visit == v.ID && e.Alarm != "" && !slices.Contains(alarms, e.Alarm) {
				alarms = append(alarms, e.Alarm)
			}
		}
	}
	return alarms
}

// asShown is the entry as the worker sees it while danger is open: what they are shown in place of what happened, else
// what happened but for what shows an alarm.
func (e entry) asShown() entry {
	if len(e.shown) > 0 {
		e.events = e.shown
	}
	e.events = slices.DeleteFunc(slices.Clone(e.events), func(h event) bool { return slices.Contains(ofAlarm, h.What) })
	return e
}

// lines gives the entry's lines. The words go to the line they belong to: the first.
func (e entry) lines(worker string) []timelineJSON {
	var lines []timelineJSON
	for i, h := range e.events {
		l := timelineJSON{At: e.At.UTC(), What: h.What, By: h.By, Visit: h.Visit, Until: when(h.Until)}
		if h.What == watch.TextIn && l.By == "" {
			l.By = worker
		}
		if i == 0 {
			e.fill(&l)
		}
		lines = append(lines, l)
	}
	return lines
}

// fill adds what was said with the entry.
func (e entry) fill(l *timelineJSON) {
	l.Via, l.Token = e.Via, e.Token
	w := e.words
	l.Text, l.Note, l.To, l.Reference, l.Officer, l.Attending, l.StoodDown = w.Text, w.Note, w.To, w.Reference, w.Officer, w.Attending, w.StoodDown
	switch event := e.input.Event.(type) {
	case watch.Call:
		l.Result = string(event.Result)
	case watch.Police:
		l.NextUpdateAt = when(event.NextUpdateAt)
	case watch.Liaison:
		l.NextUpdateAt = when(event.NextUpdateAt)
	case watch.Hold:
		l.Second = event.Second
	case watch.Close:
		l.Second = event.Second
	}
}

// visitEntries are the entries about a visit, from its booking until an hour after its end.
func (a *API) visitEntries(ctx context.Context, v store.Visit, at time.Time) ([]entry, error) {
	from, to := v.StartsAt, at
	if !v.BookedAt.IsZero() && v.BookedAt.Before(from) {
		from = v.BookedAt
	}
	if !v.EndedAt.IsZero() {
		to = v.EndedAt.Add(time.Hour)
	}
	list, err := a.entries(ctx, v.Worker, from.Add(-time.Hour), to.Add(time.Minute))
	alarms := alarmsOf(list, v)
	return slices.DeleteFunc(list, func(e entry) bool { return !e.about(v, alarms) }), err
}

// visitLine is the record of a visit. hidden is for the worker while danger is open; without shown there are no words.
func visitLine(list []entry, worker string, hidden, shown bool) []timelineJSON {
	lines := []timelineJSON{}
	for _, e := range list {
		if hidden {
			e = e.asShown()
		}
		lines = append(lines, e.lines(worker)...)
	}
	if !shown {
		for i, l := range lines {
			lines[i] = timelineJSON{At: l.At, What: l.What, By: l.By, Visit: l.Visit, Until: l.Until}
		}
	}
	return lines
}

// alarmLine is the record of an alarm.
func (a *API) alarmLine(ctx context.Context, al store.Alarm, at time.Time) ([]timelineJSON, error) {
	list, err := a.alarmEntries(ctx, al, at)
	if err != nil {
		return nil, err
	}
	lines := []timelineJSON{}
	for _, e := range list {
		lines = append(lines, e.lines(al.Worker)...)
	}
	return lines, nil
}

// alarmEntries are the entries since just before the alarm opened, until it closed.
func (a *API) alarmEntries(ctx context.Context, al store.Alarm, at time.Time) ([]entry, error) {
	to := at
	if !al.ClosedAt.IsZero() {
		to = al.ClosedAt
	}
	list, err := a.entries(ctx, al.Worker, al.OpenedAt.Add(-time.Second), to.Add(time.Minute))
	return slices.DeleteFunc(list, func(e entry) bool { return e.Alarm != al.ID }), err
}
