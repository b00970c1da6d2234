package web

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/allclear-safety/allclear/internal/store"
)

// nameplates keeps people's names for as long as nobody was changed: a name is sealed, and a list has many.
type nameplates struct {
	store *store.DB

	mu    sync.Mutex
	epoch int64
	known map[string]string // by id
}

// of names a person. A fallback that is not there yet has only its id.
func (n *nameplates) of(ctx context.Context, id string) (string, error) {
	epoch, err := n.store.Epoch(ctx)
	if err != nil {
		return "", err
	}
	if name, found := n.lookUp(epoch, id); found {
		return name, nil
	}
	who, err := n.store.Person(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return id, nil
	case err != nil:
		return "", fmt.Errorf("name person: %w", err)
	}
	n.note(epoch, id, who.Name)
	return who.Name, nil
}

func (n *nameplates) lookUp(epoch int64, id string) (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name, found := n.known[id]
	return name, found && n.epoch == epoch
}

func (n *nameplates) note(epoch int64, id, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.epoch != epoch || n.known == nil {
		n.epoch, n.known = epoch, map[string]string{}
	}
	n.known[id] = name
}
