package api

import (
	"errors"
	"fmt"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// unsaid keeps a refusal from telling of an alarm that the reader must not know of: it is what the shown watch says to the
// same input. To the worker the core says that by itself.
func (a *API) unsaid(c *call, v store.Visit, by string, e watch.Event, err error) error {
	if _, refused := errors.AsType[*watch.Refused](err); !refused || by == v.Worker {
		return err
	}
	s, failed := a.view.Visit(c.Context(), v, c.reader(by))
	if failed != nil {
		return failed
	}
	if !s.Hidden {
		return err
	}
	loaded, failed := a.Store.Load(c.Context(), v.Worker)
	if failed != nil {
		return fmt.Errorf("load worker: %w", failed)
	}
	if _, _, said := loaded.Watch.Step(c.at, watch.Input{By: v.Worker, Event: e}); said != nil {
		return said
	}
	return conflict("the visit can't be changed here now; tell us by a check-in")
}
