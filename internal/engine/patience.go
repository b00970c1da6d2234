package engine

import "time"

// patience is how long, in real time, something must have gone wrong before a rehearsal tells people of it.
const patience = 30 * time.Second

// worthTelling says whether people are to be told of what has just gone wrong. In real time they are. On a rehearsal's fast clock pass
// follows upon pass, so that all the tries there are may fall into the moment in which a busy machine does not answer: there it must have
// gone wrong for [patience], and is tried again meanwhile.
func (e *Engine) worthTelling(what string) bool {
	if e.Clock.Plan(time.Second) <= time.Second {
		return true
	}
	now := e.Clock.True(e.Now())
	return now.Sub(e.pulse.ailingSince(what, now)) >= patience
}

// ailingSince is the real instant from which something has gone wrong without a break, and that is now if it went well until now.
func (p *pulse) ailingSince(what string, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	since, ails := p.ailing[what]
	if ails {
		return since
	}
	if p.ailing == nil {
		p.ailing = map[string]time.Time{}
	}
	p.ailing[what] = now
	return now
}

// recovered notes that something goes well.
func (p *pulse) recovered(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.ailing, what)
}
