package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
)

// keepEvery is how often, in real time, what the phones hold is kept while it changes: a demo that is killed has lost no more.
const keepEvery = 2 * time.Second

// keeping is what is known of what is kept.
type keeping struct {
	due  atomic.Bool // something changed
	last time.Time   // when it was last kept; Pass has it
	anew atomic.Bool // the database was there, and the phones were not
}

// world is what is kept beside the database, which has all that Allclear knows: what people have in their hands, and the story.
type world struct {
	Phones town.Kept
	Story  *told `json:",omitempty"`
}

// told is a story that was begun. The step it was at is known by its line: another version may tell it otherwise.
type told struct {
	Tale         string
	Line         string
	At           int
	Phase        Phase
	Before       int
	Since, Began time.Time
	Met          bool
	Wrong        string
	Visit, Alarm string
	Who          string
	Names        map[string]string
}

// keepSoon keeps what changed, now and then.
func (d *Demo) keepSoon() error {
	now := d.o.Real()
	if d.o.Keep == nil || now.Sub(d.keeping.last) < keepEvery || !d.keeping.due.Load() {
		return nil
	}
	d.keeping.last = now
	return d.Keep()
}

// Keep keeps what the phones hold and how the story stands, for the next process on the database. It is called once more when nothing moves
// any longer.
func (d *Demo) Keep() error {
	if d.o.Keep == nil {
		return nil
	}
	d.keeping.due.Store(false) // what changes from here on is kept the next time
	raw, err := json.Marshal(world{Phones: d.town.Keep(), Story: d.telling()})
	if err == nil {
		err = d.o.Keep(raw)
	}
	if err != nil {
		d.keeping.due.Store(true)
		return fmt.Errorf("keep the phones and the story: %w", err)
	}
	return nil
}

func (d *Demo) telling() *told {
	d.stage.Lock()
	defer d.stage.Unlock()
	p := d.story
	if p == nil {
		return nil
	}
	return &told{Tale: p.tale.id, Line: p.tale.steps[p.at].says, At: p.at, Phase: p.phase, Before: p.before, Since: p.since, Began: p.began, Met: p.met,
		Wrong: p.wrong, Visit: p.visit, Alarm: p.alarm, Who: p.who, Names: maps.Clone(p.names)}
}

// Anew says that the visits and alarms of an earlier run are there, and that what the phones held then is not.
func (d *Demo) Anew() bool { return d.keeping.anew.Load() }

// goOn goes on with what was kept, and says whether the clock is to stand still: a story that played waits for someone to look at it. What
// cannot be read is no reason to keep the county from whoever wants to see it.
func (d *Demo) goOn(ctx context.Context) (waits bool) {
	err := d.restore()
	d.keeping.anew.Store(err != nil)
	if !errors.Is(err, errNothingKept) {
		d.report(ctx, "what the phones held not read", err)
	}
	d.stage.Lock()
	defer d.stage.Unlock()
	return d.story != nil && d.story.phase == Paused
}

var errNothingKept = errors.New("nothing was kept")

func (d *Demo) restore() error {
	if d.o.Kept == nil {
		return errNothingKept
	}
	raw, err := d.o.Kept()
	if err != nil {
		return err
	}
	if raw == nil {
		return errNothingKept
	}
	var w world
	if err := json.Unmarshal(raw, &w); err != nil {
		return errors.New("it is damaged") // and not how: it has people's words in it
	}
	if err := d.town.Restore(w.Phones); err != nil {
		return err
	}
	d.retell(w.Story)
	return nil
}

// retell has the story stand where it stood; one that this version tells otherwise is left out.
func (d *Demo) retell(s *told) {
	all := tales()
	i := -1
	if s != nil {
		i = slices.IndexFunc(all, func(t tale) bool { return t.id == s.Tale })
	}
	if i < 0 || s.At < 0 || s.At >= len(all[i].steps) || all[i].steps[s.At].says != s.Line {
		return
	}
	p := &play{Demo: d, tale: all[i], phase: s.Phase, before: s.Before, at: s.At, since: s.Since, shown: d.o.Real(), met: s.Met, began: s.Began,
		wrong: s.Wrong, visit: s.Visit, alarm: s.Alarm, who: s.Who, names: s.Names}
	if p.names == nil {
		p.names = map[string]string{}
	}
	if p.phase == Playing {
		p.phase, p.kept = Paused, true
	}
	d.stage.Lock()
	defer d.stage.Unlock()
	d.story = p
}
