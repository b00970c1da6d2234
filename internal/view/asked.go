package view

import (
	"context"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Asked is a text that was asked back, for somebody to say what was meant by it.
type Asked struct {
	store.Entry
	Text   private.Text
	Stood  *engine.Stood  // how its visit stood then; nil where a version kept it that did not note that
	Visit  *Visit         // the visit it was taken to be about; nil for none
	Labels []engine.Label // what was said of it, the latest last
}

// Looked names what is looked at with the text, for the record.
func (a Asked) Looked() string {
	if a.Visit != nil {
		return "visit/" + a.Visit.ID
	}
	return "text/" + a.ID
}

// Asked gives a text that was asked back; [store.ErrNotFound] where it was not, or is none of the reader's. Their own texts are
// for somebody else to judge, and so are those of a visit that they are on: no page of what others meant may tell who is with
// the worker more than the worker is told (rule 4.2).
func (s *View) Asked(ctx context.Context, e store.Entry, r Reader) (Asked, error) {
	out := Asked{Entry: e}
	if !engine.AskedBack(e) || r.person == nil || r.By == e.Worker || r.apartFrom(e.Worker) {
		return out, store.ErrNotFound
	}
	loaded, err := s.Store.Load(ctx, e.Worker)
	if err != nil {
		return out, fmt.Errorf("load worker: %w", err)
	}
	if with, _ := loaded.Watch.Visit(e.Visit); slices.ContainsFunc(with.Partners, func(p watch.Partner) bool { return p.Worker == r.By }) {
		return out, store.ErrNotFound
	}
	hidden, err := s.hides(ctx, loaded.Watch, r)
	if err != nil {
		return out, err
	}
	if shown := loaded.Watch.Shown; hidden && (shown == nil || !e.At.Before(shown.Since)) {
		return out, store.ErrNotFound
	}
	if err := s.askedIn(ctx, &out, r); err != nil {
		return Asked{}, err
	}
	words, err := engine.WordsOf(e)
	if err != nil { // what broke could quote the words
		return Asked{}, fmt.Errorf("read words of entry %s: they are no JSON", e.ID)
	}
	out.Text, out.Stood = private.New(words.Text), words.Stood
	labels, err := s.labels(ctx, e.Worker)
	out.Labels = labels[e.ID]
	return out, err
}

// askedIn finds the visit that a text was taken to be about, where its details are the reader's; a text about none is for who
// answers for its worker.
func (s *View) askedIn(ctx context.Context, a *Asked, r Reader) error {
	if a.Entry.Visit == "" {
		worker, err := s.Store.Person(ctx, a.Worker)
		if err != nil {
			return fmt.Errorf("find worker: %w", err)
		}
		if !r.Aware || worker.Team != r.person.Team {
			return store.ErrNotFound
		}
		return nil
	}
	kept, err := s.Store.Visit(ctx, a.Entry.Visit)
	if err != nil {
		return fmt.Errorf("find visit of text: %w", err)
	}
	v, err := s.Visit(ctx, kept, r)
	if err == nil && !v.Open {
		err = store.ErrNotFound
	}
	a.Visit = &v
	return err
}

// labels are the labels of a worker's texts, by the text's id.
func (s *View) labels(ctx context.Context, worker string) (map[string][]engine.Label, error) {
	kept, err := s.Store.Labels(ctx, worker)
	if err != nil {
		return nil, err
	}
	return engine.LabelsOf(kept)
}
