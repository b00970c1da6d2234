package engine

import (
	"errors"
	"sync"
	"time"
)

// late is how old, in plan time per real second, the last finished pass may be
// before the engine is said to be behind.
const lateAfter = 10 * time.Second

// pulse is what the engine knows of its own health.
type pulse struct {
	mu      sync.Mutex
	pass    time.Time         // the last finished pass
	text    time.Time         // the last text received
	trouble map[string]string // what is wrong with each channel
	said    map[string]string // and what people were told of it
	stuck   map[string]*stuck
	answers map[string]answers
	heardAt map[string]time.Time // by a call's nonce: the alarm that was said on it, by when it was raised
	written time.Time            // when the database last took a write for Ready
	failing map[string]time.Time // what goes wrong again and again, and when that was logged
	looked  map[string]time.Time // until when a shift's list is not compared with its visits again
	ailing  map[string]time.Time // what goes wrong on a rehearsal's fast clock, and since when in real time
}

// answers counts how often an unknown number was answered, so that two robots
// do not text each other for ever.
type answers struct {
	since time.Time
	n     int
}

const (
	answersEach = 5         // to one unknown number …
	answersPer  = time.Hour // … in this time
	answersKept = 10000
)

// mayAnswer says whether an unknown number is answered once more. It is never
// asked for a number we know.
func (p *pulse) mayAnswer(number string, at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answers == nil || len(p.answers) > answersKept {
		p.answers = map[string]answers{}
	}
	a := p.answers[number]
	if at.Sub(a.since) > answersPer {
		a = answers{since: at}
	}
	a.n++
	p.answers[number] = a
	return number != "" && a.n <= answersEach
}

// restMost bounds how many sweeps a worker whose step fails is left alone.
const restMost = 40

// stuck is a worker whose step fails.
type stuck struct {
	times int
	rest  time.Time
}

// heardOf notes that an alarm was said on a call.
func (p *pulse) heardOf(nonce string, raised time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.heardAt == nil || len(p.heardAt) > answersKept {
		p.heardAt = map[string]time.Time{}
	}
	p.heardAt[nonce] = raised
}

func (p *pulse) hasHeard(nonce string, raised time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.heardAt[nonce].Before(raised)
}

func (p *pulse) wrote(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written = at
}

func (p *pulse) lastWrite() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.written
}

func (p *pulse) passed(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pass = at
}

func (p *pulse) heard(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = at
}

// heardSince says whether a text came in since an instant.
func (p *pulse) heardSince(at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.After(at)
}

func (p *pulse) lastPass() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pass
}

// channel notes what is wrong with a channel; "" says that it works. It says
// whether people are still to be told.
func (p *pulse) channel(name, wrong string) (untold bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trouble == nil {
		p.trouble, p.said = map[string]string{}, map[string]string{}
	}
	p.trouble[name] = wrong
	if wrong == "" {
		delete(p.said, name)
	}
	return p.said[name] != wrong
}

// told notes that people know what is wrong with a channel.
func (p *pulse) told(name, wrong string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said[name] = wrong
}

// check says why no alarm could be raised now. E-mail counts only where there is
// nothing else: a mail server that takes mails wakes nobody whom no text and no
// call reaches.
func (p *pulse) check(phones, mail bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !phones && !mail {
		return errors.New("no channel is set up: nobody can be told")
	}
	bad, tried := 0, 0
	for name, wrong := range p.trouble {
		if name == chanMail && phones {
			continue
		}
		tried++
		if wrong != "" {
			bad++
		}
	}
	if bad > 0 && bad == tried {
		return errors.New("no channel works: nobody can be told")
	}
	return nil
}

func (p *pulse) resting(worker string, at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stuck[worker]
	return s != nil && at.Before(s.rest)
}

func (p *pulse) well(worker string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.stuck, worker)
	delete(p.ailing, stepOf(worker))
}

// allWell lets every worker be stepped again at once.
func (p *pulse) allWell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.stuck)
	clear(p.ailing)
}

func (p *pulse) stuckNow() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.stuck)
}

// stepOf names a worker's step among what may go wrong.
func stepOf(worker string) string { return "step of " + worker }

// failed counts a failure and says how many there were. The worker rests a
// little longer each time, never for long.
func (p *pulse) failed(worker string, at time.Time, rest time.Duration) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stuck == nil {
		p.stuck = map[string]*stuck{}
	}
	s := p.stuck[worker]
	if s == nil {
		s = &stuck{}
		p.stuck[worker] = s
	}
	s.times++
	s.rest = at.Add(rest * time.Duration(min(s.times, restMost)))
	return s.times
}

// mayLog says whether something that went wrong is logged: the first time, then
// once in a while until it goes well.
func (p *pulse) mayLog(what string, at time.Time, while time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, again := p.failing[what]
	if again && at.Sub(last) < while {
		return false
	}
	if p.failing == nil {
		p.failing = map[string]time.Time{}
	}
	p.failing[what] = at
	return true
}

func (p *pulse) goesWell(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.failing, what)
}

// listRests says whether a shift's list is left alone, because it was compared
// with its visits lately, and until when: a shift not seen before is looked at at
// once, then at intervals.
func (p *pulse) listRests(list string, at time.Time) (again time.Time, rests bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looked == nil || len(p.looked) > answersKept {
		p.looked = map[string]time.Time{}
	}
	if again, seen := p.looked[list]; seen && at.Before(again) {
		return again, true
	}
	p.looked[list] = at.Add(lookEvery)
	return time.Time{}, false
}
