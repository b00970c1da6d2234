package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/subject"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// whoCommands is how the record names whoever has the database and its key.
var whoCommands = engine.Actor{By: "command line", Via: "command"}

// beside lets something be done by an engine of its own beside a running server, and seals what that put on record: there may be no server
// to do so.
func beside(ctx context.Context, o Options, do func(*engine.Engine, *store.DB) error) (err error) {
	db, err := Open(ctx, o, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err := newClock(ctx, db, o.Speed, nil)
	if err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	eo := engine.Options{Store: db, Clock: c, Random: rand.Reader, Log: o.Log, Emergency: o.Emergency, Retain: o.Retain, Rehearsal: o.Speed > 0}
	if _, err := o.byMail(&eo); err != nil {
		return err
	}
	if _, err := o.byTwilio(&eo); err != nil { // what is told is kept for the server to send
		return err
	}
	if err := do(engine.New(eo), db); err != nil {
		if refused, is := errors.AsType[*watch.Refused](err); is {
			return errors.New(refused.Says)
		}
		return err
	}
	_, err = db.Seal(ctx, c.Now())
	return err
}

// SetHold sets a legal hold on visit/ID, person/ID or alarm/ID, and gives its id.
func SetHold(ctx context.Context, o Options, object, reason string) (id string, err error) {
	err = beside(ctx, o, func(e *engine.Engine, _ *store.DB) (err error) {
		id, err = e.Hold(ctx, whoCommands, object, reason)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no %s; a hold is on visit/ID, person/ID or alarm/ID", object)
		}
		return err
	})
	return id, err
}

// LiftHold ends a legal hold, and gives it.
func LiftHold(ctx context.Context, o Options, id string) (h store.Hold, err error) {
	err = beside(ctx, o, func(e *engine.Engine, _ *store.DB) (err error) {
		h, err = e.LiftHold(ctx, whoCommands, id)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no hold %s; allclear hold list names them", id)
		}
		return err
	})
	return h, err
}

// Holds gives the legal holds that stand, with lifted those too that were lifted.
func Holds(ctx context.Context, o Options, lifted bool) (list []store.Hold, err error) {
	db, err := Open(ctx, o, true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Holds(ctx, lifted)
}

// ErasePerson erases at somebody's request all words about a person that need not stay; dry only says what it would erase.
func ErasePerson(ctx context.Context, o Options, id, reason string, dry bool) (g engine.Going, err error) {
	err = beside(ctx, o, func(e *engine.Engine, db *store.DB) (err error) {
		g, err = e.ErasePerson(ctx, whoCommands, id, reason, dry)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is nobody with the id %q", id)
		}
		if err != nil || dry {
			return err
		}
		if _, err := noteErased(ctx, db, o, 0); err != nil {
			return fmt.Errorf("erased, but a restored backup does not know of it before a server has run: %w", err)
		}
		return nil
	})
	return g, err
}

// ErasedToCarry is the list that an erasure by command leaves in the folder where it ran, where no server may read it; "" on SQLite, where
// it is beside the key.
func ErasedToCarry(o Options) string {
	if sqlitePath(o.Database) != "" {
		return ""
	}
	return string(erasedFile(o.Database))
}

// ExportPerson writes all there is about a person to a file that was not there and that only we may read. That it was done is on record.
func ExportPerson(ctx context.Context, o Options, id, path string) error {
	return beside(ctx, o, func(e *engine.Engine, db *store.DB) (err error) {
		p, err := db.Person(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is nobody with the id %q", id)
		}
		if err != nil {
			return err
		}
		out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the operator's own file, as a setting or an argument names it
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("%s is there already: move it away, or give another name", path)
		}
		if err != nil {
			return fmt.Errorf("make the file: %w", err)
		}
		if err = recordExport(ctx, db, o, "person/"+p.ID); err == nil {
			err = subject.Write(ctx, view.New(view.Options{Store: db, Engine: e}), out, p.ID, e.Now())
		}
		if err = errors.Join(err, out.Close()); err != nil {
			return errors.Join(err, os.Remove(path))
		}
		return nil
	})
}
