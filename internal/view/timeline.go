package view

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Line is one line of the record. The words are there only where the reader may see them, and with the line that they
// belong to.
type Line struct {
	At    time.Time
	What  watch.What
	By    string // who did it
	Visit string
	Until time.Time // a new expected end

	Via, Token string // how it came, and by which token
	Press      Press  // the button it came by

	Text, Note   private.Text // verbatim
	To           private.Text // the number rung, or whom the police line was
	Number       private.Text // another number that the worker gave to be reached on, E.164
	Result       watch.Result // of a call
	Reference    private.Text // the police's own
	Officer      private.Text
	Attending    *bool // whether the police will attend; nil when they did not say
	NextUpdateAt time.Time
	Second       string       // the second person who agrees
	StoodDown    private.Text // whom of the police was told that the worker is safe
}

// entry is an entry of the record, read.
type entry struct {
	store.Entry
	input  watch.Input    // zero when it is none of the core's
	events []engine.Event // what happened
	shown  []engine.Event // what the worker is shown in place of it while danger is open; nobody else is
	words  engine.Words
}

func readEntry(e store.Entry) (entry, error) {
	read := entry{Entry: e}
	events, err := engine.EventsOf(e)
	if err != nil {
		return read, err
	}
	for _, h := range events {
		if h.Shown {
			read.shown = append(read.shown, h)
		} else {
			read.events = append(read.events, h)
		}
	}
	if json.Unmarshal(e.Input, &read.input) != nil { // a note, or the input of a newer version: its events say enough
		read.input = watch.Input{}
	}
	if read.words, err = engine.WordsOf(e); err != nil { // what broke could quote the words
		return read, fmt.Errorf("read words of entry %s: they are no JSON", e.ID)
	}
	return read, nil
}

// entries reads a worker's record between two instants.
func (s *View) entries(ctx context.Context, worker string, from, to time.Time) ([]entry, error) {
	kept, err := s.Store.Entries(ctx, worker, from, to)
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

// Events is what an entry says happened, as everyone who may follow the record may know it: without a word, and without
// what only the worker is shown.
func Events(e store.Entry) []engine.Event {
	events, err := engine.EventsOf(e)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(events, func(h engine.Event) bool { return h.Shown })
}

// Whole adds to a visit its record at the instant at, and the last alarm that was about it where none is open.
func (s *View) Whole(ctx context.Context, v Visit, at time.Time) (Whole, error) {
	out := Whole{Visit: v}
	if v.Busy {
		return out, nil
	}
	list, err := s.visitEntries(ctx, v, at)
	if err != nil {
		return out, err
	}
	if out.Alarm == nil {
		if out.Alarm, err = s.lastAlarm(ctx, list, v); err != nil {
			return out, err
		}
	}
	for _, e := range list {
		out.Timeline = append(out.Timeline, e.lines(v.Worker)...)
	}
	if !v.Open {
		unsaid(out.Timeline)
	}
	unnamed(out.Timeline, v.never)
	return out, nil
}

// unsaid takes from lines all that was said with them.
func unsaid(lines []Line) {
	for i, l := range lines {
		lines[i] = Line{At: l.At, What: l.What, By: l.By, Visit: l.Visit, Until: l.Until}
	}
}

// visitEntries are the entries about a visit as its reader may see it, from its booking until an hour after its end.
func (s *View) visitEntries(ctx context.Context, v Visit, at time.Time) ([]entry, error) {
	from, to := v.StartsAt, at
	if !v.BookedAt.IsZero() && v.BookedAt.Before(from) {
		from = v.BookedAt
	}
	if !v.EndedAt.IsZero() {
		to = v.EndedAt.Add(time.Hour)
	}
	list, err := s.entries(ctx, v.Worker, from.Add(-time.Hour), to.Add(time.Minute))
	if err != nil {
		return nil, err
	}
	if v.Hidden {
		loaded, err := s.Store.Load(ctx, v.Worker)
		if err != nil {
			return nil, fmt.Errorf("load worker: %w", err)
		}
		list = asShownTo(list, loaded.Watch)
	}
	alarms := alarmsOf(list, v.Visit)
	list = slices.DeleteFunc(list, func(e entry) bool { return !e.about(v.Visit, alarms) })
	return s.besides(ctx, list, v)
}

// besides takes from a visit's record what shows the alarms that are kept from its reader, as the lists of visits do.
func (s *View) besides(ctx context.Context, list []entry, v Visit) ([]entry, error) {
	if !v.reader.apart(v.Watch) || v.reader.By == v.Worker {
		return list, nil
	}
	kept := map[string]bool{}
	for i, e := range list {
		if e.Alarm == "" {
			continue
		}
		if _, seen := kept[e.Alarm]; !seen {
			a, err := s.Store.Alarm(ctx, e.Alarm)
			if err != nil {
				return nil, fmt.Errorf("find alarm of visit: %w", err)
			}
			kept[e.Alarm], _ = v.reader.kept(a)
		}
		if kept[e.Alarm] {
			list[i] = e.asShown(nil)
		}
	}
	return list, nil
}

// about says that the entry is about the visit: by what it names, by an alarm that covers the visit, or as a text that
// names no visit and came in this one's time.
func (e entry) about(v store.Visit, alarms []string) bool {
	named := false
	for _, h := range e.events {
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

// alarmsOf lists the alarms that the entries say the visit is in.
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

// lastAlarm gives the last alarm that the visit's record tells of; nil when there was none. From whom danger is hidden
// the alarm is as it stood before.
func (s *View) lastAlarm(ctx context.Context, list []entry, v Visit) (*store.Alarm, error) {
	for _, e := range slices.Backward(list) {
		if e.Alarm == "" {
			continue
		}
		a, err := s.Store.Alarm(ctx, e.Alarm)
		if err != nil {
			return nil, fmt.Errorf("find alarm of visit: %w", err)
		}
		if v.Hidden && a.Kind.Danger() && a.Status == store.AlarmOpen {
			loaded, err := s.Store.Load(ctx, v.Worker)
			if err != nil {
				return nil, fmt.Errorf("load worker of alarm: %w", err)
			}
			shown := shownAlarm(loaded.Watch)
			if shown == nil || shown.ID != a.ID {
				continue
			}
			a = *shown
		}
		if covers(&a.Alarm, v.Visit) {
			return &a, nil
		}
	}
	return nil, nil
}

// ofAlarm are the lines that show that there is an alarm.
var ofAlarm = []watch.What{
	watch.VisitOverdue, watch.AlarmOpened, watch.AlarmJoined, watch.AlarmRaised, watch.Told, watch.Acknowledged, watch.HolderFellSilent,
	watch.ShiftChanged, watch.CallLogged, watch.PolicePrompted, watch.PoliceTold, watch.LiaisonLogged, watch.FoundHarmed,
	watch.IncidentOpened, watch.PoliceHeld, watch.Reassured, watch.AlarmClosed,
}

// asShownTo is a record as the worker sees it while danger is open on the watch. What went on record before the danger
// stays: they may have read it.
func asShownTo(list []entry, w watch.Watch) []entry {
	if w.Alarm == nil {
		return list
	}
	list = slices.Clone(list)
	shown, begun := shownAlarm(w), false
	for i, e := range list {
		if e.Alarm != w.Alarm.ID {
			continue
		}
		raised := slices.ContainsFunc(e.events, func(h engine.Event) bool { return h.What == watch.AlarmRaised })
		begun = begun || raised || shown == nil || e.At.After(w.Shown.Since)
		if begun {
			list[i] = e.asShown(shown)
		}
	}
	return list
}

// asShown is an entry of an alarm of danger as the worker sees it: what they are shown in place of what happened, else
// what happened but for what shows that alarm. It is of the alarm that they are shown, until that is closed.
func (e entry) asShown(shown *store.Alarm) entry {
	e.Alarm = ""
	if shown != nil && (shown.Status == store.AlarmOpen || !e.At.After(shown.ClosedAt)) {
		e.Alarm = shown.ID
	}
	if t, is := e.input.Event.(watch.Text); is && t.Intent == checkin.Distress {
		e.input = watch.Input{} // a page that says which button it was would say that help was called
	}
	if len(e.shown) > 0 {
		e.events, e.Visit = e.shown, e.shown[0].About
		return e
	}
	e.events = slices.DeleteFunc(slices.Clone(e.events), func(h engine.Event) bool { return slices.Contains(ofAlarm, h.What) })
	if len(e.events) == 0 {
		e.Visit, e.input = "", watch.Input{}
	}
	return e
}

// OfAlarmAlone says that an entry shows nothing to those from whom its alarm is kept: whoever sees that there is such an
// entry sees that there is an alarm.
func OfAlarmAlone(t store.Touched) bool {
	events, err := engine.EventsOf(store.Entry{Events: t.Events})
	return t.Alarm != "" && (err != nil || !slices.ContainsFunc(events, func(h engine.Event) bool { return h.Shown || !slices.Contains(ofAlarm, h.What) }))
}

// lines gives the entry's lines. The words go to the line they belong to: the first.
func (e entry) lines(worker string) []Line {
	var lines []Line
	events := e.events
	_, raise := e.input.Event.(watch.Raise)
	if raise && len(events) == 0 && e.words.Note != "" { // raised before: what they say is news all the same
		events = []engine.Event{{What: watch.AlarmRaised}}
	}
	for i, h := range events {
		l := Line{At: e.At.UTC(), What: h.What, By: h.By, Visit: h.Visit, Until: h.Until}
		if raise && (h.What == watch.AlarmOpened || h.What == watch.AlarmRaised) {
			l.By = e.By
		}
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
func (e entry) fill(l *Line) {
	l.Via, l.Token, l.Press = e.Via, e.Token, pressOf(e)
	w := e.words
	l.Text, l.Note, l.To = private.New(w.Text), private.New(w.Note), private.New(w.To)
	l.Number = private.New(w.Number)
	l.Reference, l.Officer, l.Attending, l.StoodDown = private.New(w.Reference), private.New(w.Officer), w.Attending, private.New(w.StoodDown)
	switch event := e.input.Event.(type) {
	case watch.Call:
		l.Result = event.Result
	case watch.Police:
		l.NextUpdateAt = event.NextUpdateAt
	case watch.Liaison:
		l.NextUpdateAt = event.NextUpdateAt
	case watch.Hold:
		l.Second = event.Second
	case watch.Close:
		l.Second = event.Second
	}
}
