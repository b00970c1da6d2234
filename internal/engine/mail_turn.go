package engine

import (
	"context"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/store"
)

// takeTurn has a mail work the calendar objects that it names alone: while another that waits works one of them, it is tried again. On its last try it goes on without,
// as another that fails all the time must not have it set aside; what was changed meanwhile is not overwritten even then.
func (e *Engine) takeTurn(ctx context.Context, l *incoming, sets []calendarPart) error {
	objects := objectsOf(sets, l.msg.From)
	if len(objects) == 0 || l.mail.Attempts >= mailTries-1 {
		return nil
	}
	return e.Store.TakeTurn(ctx, l.mail.ID, objects...)
}

// objectsOf names the calendar objects that are asked for something. Those without a name of their own are nobody else's.
func objectsOf(sets []calendarPart, from string) (objects []store.Object) {
	known := map[store.Object]bool{}
	for _, c := range sets {
		if c.Method != calendar.Request && c.Method != calendar.Cancel && c.Method != calendar.NoMethod {
			continue
		}
		for _, ev := range c.Events[:min(len(c.Events), mailEvents)] {
			o := store.Object{Organizer: ev.Organizer.Address, UID: ev.UID}
			if o.Organizer == "" && c.Method == calendar.Cancel {
				o.Organizer = from
			}
			if o.Organizer != "" && o.UID != "" && !known[o] {
				known[o] = true
				objects = append(objects, o)
			}
		}
	}
	return objects
}
