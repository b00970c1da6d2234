package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// asOne is a text read as one with the unfinished text before it. What comes of
// it is the watch's to decide.
type asOne struct {
	heard            heard
	reading, visible checkin.Reading
}

// asOne reads a text as one with the unfinished text that the watch remembers;
// nil when there is none. What the worker wrote before is in the record, so that it
// holds across a crash and for another process.
func (e *Engine) asOne(ctx context.Context, at time.Time, w watch.Watch, sc scene, h heard, g *given) (*asOne, error) {
	if g.in.Via != chanSMS || h.spoken || h.visit != "" || h.body.IsZero() {
		return nil, nil
	}
	before, err := e.wrote(ctx, at, w.Worker, w.Awaits(at), h.pending)
	if err != nil {
		return nil, err
	}
	seen, shown := asSeen(w), before
	if w.Shown != nil {
		if shown, err = e.wrote(ctx, at, w.Worker, seen.Awaits(at), h.pending); err != nil {
			return nil, err
		}
	}
	if before == "" && shown == "" {
		return nil, nil
	}
	g.words.Before = before
	one := &asOne{heard: h}
	one.heard.body = private.New(strings.TrimSpace(before + " " + h.body.Reveal()))
	one.reading = understand(one.heard.body, w, sc, at, "")
	one.visible = one.reading
	toThem := heard{body: private.New(strings.TrimSpace(shown + " " + h.body.Reveal()))}
	if w.Shown != nil {
		one.visible = understand(toThem.body, seen, sc, at, "")
	}
	one.visible = visibly(one.visible, toThem, seen, sc, at)
	if g.name == "" {
		g.name, g.words.Name = one.reading.Name, one.reading.Name
	}
	return one, nil
}

// wrote is what the worker wrote in these inputs, one after the other; "" when
// that is not to be had any more: then the watch only takes the text with doubt.
func (e *Engine) wrote(ctx context.Context, at time.Time, worker string, inputs []string, pending []store.Entry) (string, error) {
	if len(inputs) == 0 {
		return "", nil
	}
	entries, err := e.Store.Entries(ctx, worker, at.Add(-askStands), at.Add(time.Second))
	if err != nil {
		return "", fmt.Errorf("read the text before: %w", err)
	}
	entries = append(entries, pending...)
	var parts []string
	for _, id := range inputs {
		i := slices.IndexFunc(entries, func(entry store.Entry) bool { return entry.ID == id })
		if i < 0 {
			return "", nil
		}
		words, err := WordsOf(entries[i])
		if err != nil || words.Text == "" {
			return "", err
		}
		parts = append(parts, words.Text)
	}
	return strings.Join(parts, " "), nil
}
