package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Block keeps someone from ever seeing or answering for a worker: an open alarm goes on without them (rule 1.4).
// *watch.Invalid says what is wrong with whom it names.
func (e *Engine) Block(ctx context.Context, who Actor, b store.Block) error {
	b.By, b.At = who.By, e.Now()
	p, err := e.Store.Person(ctx, b.Person)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &watch.Invalid{Problems: []watch.Problem{{Field: "person", Says: "is not a person we know"}}}
	case err != nil && p.ID == "":
		return fmt.Errorf("read who is blocked: %w", err)
	case p.ID == b.Worker:
		return &watch.Invalid{Problems: []watch.Problem{{Field: "person", Says: "is the worker themselves"}}}
	}
	b.Person = p.ID
	if err := e.Store.PutBlock(ctx, b, who.Via); err != nil {
		return err
	}
	return e.blocksChanged(ctx, b)
}

// Unblock ends a block; [store.ErrNotFound] when there is none.
func (e *Engine) Unblock(ctx context.Context, who Actor, worker, person string) error {
	b := store.Block{Worker: worker, Person: person, By: who.By, At: e.Now()}
	if err := e.Store.DropBlock(ctx, b, who.Via); err != nil {
		return err
	}
	return e.blocksChanged(ctx, b)
}

// blocksChanged has the worker's open alarm look at who answers now.
func (e *Engine) blocksChanged(ctx context.Context, b store.Block) error {
	e.woken()
	_, err := e.handle(ctx, b.At, b.Worker, given{in: watch.Input{ID: "blocks/" + e.newID(b.At), Via: "clock", Event: watch.CoverChanged{}}})
	if errors.Is(err, watch.ErrNoAlarm) {
		return nil
	}
	return err
}

// blockedFrom lists who may never see or answer for a worker.
func (p *pages) blockedFrom(ctx context.Context, worker string) ([]string, error) {
	return remembered(p, p.blocked, worker, func() ([]string, error) { return p.store.Blocked(ctx, worker) })
}

// lookAtBlocks leaves those out of a scene who may never answer for its worker.
func (e *Engine) lookAtBlocks(ctx context.Context, sc *scene) (err error) {
	if sc.blocked, err = sc.pages.blockedFrom(ctx, sc.worker.ID); err != nil || len(sc.blocked) == 0 {
		return err
	}
	sc.chiefs = slices.DeleteFunc(slices.Clone(sc.chiefs), func(id string) bool { return slices.Contains(sc.blocked, id) })
	return nil
}

// keptAway refuses what someone does about a worker whom they may never answer for. That the worker is in danger is taken from
// anyone's word.
func keptAway(sc scene, in watch.Input) error {
	is := func(id string) bool { return id != "" && slices.Contains(sc.blocked, id) }
	if !is(in.By) && !is(second(in.Event)) {
		return nil
	}
	switch x := in.Event.(type) {
	case watch.Raise:
		return nil
	case watch.Text:
		if isCry(checkin.Reading{Intent: x.Intent}) {
			return nil
		}
	}
	return &watch.Refused{Says: "others answer for them"}
}

// answerers says which of those named to answer for a worker may not, or are nobody here.
func (e *Engine) answerers(ctx context.Context, worker string, people []mention) ([]watch.Problem, error) {
	p, err := e.strangers(ctx, people)
	if err != nil {
		return nil, err
	}
	blocked, err := e.Store.Blocked(ctx, worker)
	if err != nil || len(blocked) == 0 {
		return p, err
	}
	for _, m := range people {
		if who, err := e.Store.Person(ctx, m.person); err == nil && slices.Contains(blocked, who.ID) {
			p = append(p, watch.Problem{Field: m.field, Says: "names someone who cannot answer for this worker; choose another"})
		}
	}
	return p, nil
}
