package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Stood is how the visit stood that a text was read against, and what the text was answered. It is kept with a text that was
// asked back, for whoever is to say what was meant.
type Stood struct {
	State checkin.State `json:"state"`
	Start time.Time     `json:"start,omitzero"`
	End   time.Time     `json:"end,omitzero"`

	Answer watch.Notice `json:"answer,omitempty"`
	Until  time.Time    `json:"until,omitzero"` // the time that the answer names
}

// stoodAs is the visit that a text was read against; nil for what is no text.
func stoodAs(w watch.Watch, sc scene, at time.Time, h heard, r checkin.Reading) *Stood {
	if h.body.IsZero() {
		return nil
	}
	c := w.Context(checkin.Context{Now: at.In(sc.zone), State: checkin.None}, h.visit, r.Reference)
	s := &Stood{State: c.State}
	if !c.Start.IsZero() {
		s.Start, s.End = c.Start.UTC(), c.End.UTC()
	}
	return s
}

// answered adds what a step answered the worker.
func (s *Stood) answered(done outcome) *Stood {
	for _, effect := range done.effects {
		if r, is := effect.(watch.Reply); is && s != nil {
			s.Answer, s.Until = r.Notice, r.Until
			break
		}
	}
	return s
}

// wasAskedBack says that a text was asked back, in truth and not only as the worker is shown it.
func wasAskedBack(events []Event) bool {
	return slices.ContainsFunc(events, func(x Event) bool { return x.What == watch.AskedBack && !x.Shown })
}

// AskedBack says that an entry is a text that was asked back.
func AskedBack(entry store.Entry) bool {
	events, err := EventsOf(entry)
	return err == nil && entry.Kind == "text" && wasAskedBack(events)
}

// Meant is what somebody says that a worker meant by a text that was asked back.
type Meant struct {
	Intent checkin.Intent `json:"intent"`
	Until  time.Time      `json:"until,omitzero"`
	Begin  time.Time      `json:"begin,omitzero"`
}

// Meanings are the intents that a text can be said to have: [checkin.Unclear] says that nobody can tell.
var Meanings = []checkin.Intent{checkin.End, checkin.Change, checkin.Start, checkin.Cancel, checkin.SafeReply, checkin.Distress, checkin.Ask, checkin.Unclear}

// problems says what is wrong with a label, by the API's field names.
func (m Meant) problems() error {
	var p []watch.Problem
	add := func(field, says string) { p = append(p, watch.Problem{Field: field, Says: says}) }
	timed := m.Intent == checkin.Change || m.Intent == checkin.Start || m.Intent == checkin.Distress
	switch {
	case !slices.Contains(Meanings, m.Intent):
		add("intent", "is none that a text can have")
	case m.Intent == checkin.Change && m.Until.IsZero() && m.Begin.IsZero():
		add("until", "is missing: a new time has an end or a start")
	case !timed && !m.Until.IsZero():
		add("until", "is for a new time, or for going in")
	case m.Intent != checkin.Change && !m.Begin.IsZero():
		add("begin", "is for a new time")
	}
	if len(p) > 0 {
		return &watch.Invalid{Problems: p}
	}
	return nil
}

// labelled is the input of a label's entry.
type labelled struct {
	Text string `json:"text"` // the id of the text's entry
}

const labelKind = "label"

// Label records what somebody says that a worker meant by a text that was asked back. It moves no visit and no clock; a later
// label of the same text corrects it. [store.ErrNotFound] where there is no such text, or it was not asked back.
func (e *Engine) Label(ctx context.Context, who Actor, text string, m Meant) error {
	if err := m.problems(); err != nil {
		return err
	}
	sent, err := e.Store.Entry(ctx, text)
	if err == nil && !AskedBack(sent) {
		err = store.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("find text to label: %w", err)
	}
	at := e.Now()
	entry := store.Entry{ID: labelKind + "/" + text + "/" + e.actID(who, "label/"+text), At: at, RecordedAt: at, Kind: labelKind, By: who.By, Via: who.Via, Token: who.Token,
		Visit: sent.Visit, Rules: watch.Rules, Input: mustJSON(labelled{text}), Events: []byte("[]"), Words: private.New(string(mustJSON(Words{Meant: &m}))),
		Worker: sent.Worker, Owner: sent.Owner}
	if sent.Visit != "" {
		entry.Owner = "visit/" + sent.Visit
	}
	defer e.lock(sent.Worker)()
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	for range tries {
		loaded, err := e.Store.Load(ctx, sent.Worker)
		if err != nil {
			return err
		}
		err = e.Store.Commit(ctx, store.Change{Worker: sent.Worker, Revision: loaded.Revision, Watch: loaded.Watch, WakeAt: loaded.Watch.Wake(), Entries: []store.Entry{entry}})
		if !errors.Is(err, store.ErrConflict) {
			return seenIsDone(err)
		}
	}
	return fmt.Errorf("label text: %w", store.ErrConflict)
}

// Label is what somebody said that a text meant.
type Label struct {
	Meant
	At time.Time
	By string
}

// LabelsOf are the labels among entries, by the id of their text and in their order. One whose words were erased is none.
func LabelsOf(entries []store.Entry) (map[string][]Label, error) {
	list := map[string][]Label{}
	for _, entry := range entries {
		var of labelled
		if entry.Kind != labelKind || json.Unmarshal(entry.Input, &of) != nil {
			continue
		}
		words, err := WordsOf(entry)
		if err != nil { // what broke could quote the words
			return nil, fmt.Errorf("read words of entry %s: they are no JSON", entry.ID)
		}
		if words.Meant != nil {
			list[of.Text] = append(list[of.Text], Label{*words.Meant, entry.At, entry.By})
		}
	}
	return list, nil
}
