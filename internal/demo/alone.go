package demo

import (
	"context"
	"sync/atomic"
	"time"
)

// AloneMost is how long, in real time, nobody may look at the demo before its clock is paused: an alarm that nobody answers goes on for ever,
// and the database would grow by it all night.
const AloneMost = 15 * time.Minute

// company is when somebody was last there, and what the clock was doing when they had gone.
type company struct {
	seen atomic.Pointer[time.Time] // real
	left atomic.Int64              // the clock's speed when it was paused because nobody looked; 0: it was not
}

// Seen notes that somebody looks at a page, presses something or calls the API. It wakes nothing: the clock goes on when somebody presses
// something that lets it.
func (d *Demo) Seen() {
	now := d.o.Real()
	d.company.seen.Store(&now)
}

// rest pauses the clock, and the story that plays, once nobody has looked for [AloneMost].
func (d *Demo) rest(ctx context.Context) error {
	d.stage.Lock()
	defer d.stage.Unlock()
	speed := d.o.Clock.Speed()
	if speed == 0 || d.o.Real().Sub(*d.company.seen.Load()) < AloneMost {
		return nil
	}
	if s := d.story; s != nil && s.phase == Playing {
		speed = s.before
	}
	if err := d.setSpeed(ctx, 0); err != nil {
		return err
	}
	d.company.left.Store(int64(speed))
	return nil
}
