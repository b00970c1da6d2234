package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
)

// tale is a story as it is written down.
type tale struct {
	id, title, about string
	worker           string // whose story it is; nobody else's visits are touched
	steps            []step
}

// step is one line of it: something is done, and then something comes true in the system. In the words {worker} and {who} stand for the
// worker and for whoever was rung or has the alarm.
type step struct {
	says   string
	does   func(ctx context.Context, p *play) error         // nil: nothing is done, it comes by itself
	until  func(ctx context.Context, p *play) (bool, error) // really true in the system, and never just time to read
	within time.Duration                                    // on the demo's clock; 0: usualWithin
	far    bool                                             // it is some time ahead: the clock hastens there
	alone  bool                                             // nobody picks up: calls about the alarm go to voicemail
	look   look
}

// usualWithin is how long a step may take to come true, on the demo's clock.
const usualWithin = 10 * time.Minute

// The clock's speeds while a story plays: to read by, and towards what is ahead.
const (
	readingSpeed = 10
	hasteSpeed   = FastestSpeed
)

// look is where a step is to be seen.
type look string

const (
	atVisit  look = "visit"
	atAlarm  look = "alarm"
	atPhones look = "phones"
)

// Phase is how a story stands.
type Phase string

const (
	Waiting   Phase = ""           // it was not begun
	Playing   Phase = "playing"    //
	Paused    Phase = "paused"     // and the clock with it
	TakenOver Phase = "taken over" // it drives nothing any more: all stays as it was
	Finished  Phase = "finished"
	Stuck     Phase = "stuck" // a step did not come true in its time
)

// play is a story that was begun. The stage's lock is held wherever it is touched.
type play struct {
	*Demo
	tale   tale
	phase  Phase
	before int       // the clock's speed outside the story
	at     int       // the step
	since  time.Time // when the step began, on the demo's clock; zero: it is yet to
	shown  time.Time // and in real time
	met    bool      // it came true
	began  time.Time // when the story did
	wrong  string    // why it is stuck
	kept   bool      // it was playing when the demo was stopped, and was not let go on yet

	visit, alarm string
	who          string // the person rung, or who has the alarm
	names        map[string]string
}

// StepState is a step as a page shows it.
type StepState struct {
	Says string
	Is   string // "done", "now" or "next"
	Look string // the path of the page to look at; "" when that is not there yet
	At   string // what is seen there: "visit", "alarm", "phones"
}

// Story is a story as a page shows it.
type Story struct {
	ID, Title, About string
	Worker           string // by id
	Phase            Phase
	Trouble          string // why it is stuck
	Kept             bool   // it is paused because the demo was stopped while it played
	Steps            []StepState
	Cast             []string // the phones to look at, by id
}

// Step is the line that the story is at, counted from 1.
func (s Story) Step() int {
	for i, x := range s.Steps {
		if x.Is == "now" {
			return i + 1
		}
	}
	return len(s.Steps)
}

// Current is that line, and where the story is over the last that it came to.
func (s Story) Current() StepState { return s.Steps[s.Step()-1] }

// Earlier are the lines before it.
func (s Story) Earlier() []StepState { return s.Steps[:s.Step()-1] }

// UnderWay says that it plays, or is paused.
func (s Story) UnderWay() bool { return s.Phase == Playing || s.Phase == Paused }

// ErrNoStory says that there is no such story, or none that was begun.
var ErrNoStory = errors.New("there is no such story")

// Stories gives every story, and how the one that was begun stands.
func (d *Demo) Stories() []Story {
	d.stage.Lock()
	defer d.stage.Unlock()
	var all []Story
	for _, t := range tales() {
		p := &play{Demo: d, tale: t, at: -1}
		if d.story != nil && d.story.tale.id == t.id {
			p = d.story
		}
		all = append(all, p.state())
	}
	return all
}

// Telling gives the story that was begun last; there may be none.
func (d *Demo) Telling() (s Story, begun bool) {
	d.stage.Lock()
	defer d.stage.Unlock()
	if d.story == nil {
		return Story{}, false
	}
	return d.story.state(), true
}

// cast are the phones of a worker and of those who answer for them by day.
func cast(worker string) []string {
	team := ""
	for _, m := range members() {
		if m.id == worker {
			team = m.team
		}
	}
	phones := []string{worker + mobile}
	for _, x := range duties(false) {
		if x.from == dayShift && slices.Contains(x.teams, team) {
			phones = append(phones, x.person+mobile)
		}
	}
	return phones
}

func (p *play) state() Story {
	s := Story{ID: p.tale.id, Title: p.tale.title, About: p.fill(p.tale.about), Worker: p.tale.worker, Phase: p.phase, Trouble: p.wrong, Kept: p.kept, Cast: cast(p.tale.worker)}
	for i, x := range p.tale.steps {
		is := "next"
		switch {
		case i < p.at || p.phase == Finished:
			is = "done"
		case i == p.at:
			is = "now"
		}
		s.Steps = append(s.Steps, StepState{Says: p.fill(x.says), Is: is, Look: p.path(x.look), At: string(x.look)})
	}
	return s
}

// fill puts the people into a line. Who is rung is not known before they are.
func (p *play) fill(says string) string {
	worker, who := p.names[p.tale.worker], p.names[p.who]
	if worker == "" {
		worker = firstName(p.tale.worker)
	}
	if who == "" {
		who = "the responder"
	}
	says = strings.NewReplacer("{worker}", worker, "{who}", who).Replace(says)
	return strings.ToUpper(says[:1]) + says[1:]
}

// firstName is a name as the stories have it. It reads no numbers, which takes long.
func firstName(id string) string {
	for _, m := range members() {
		if m.id == id {
			name, _, _ := strings.Cut(m.name, " ")
			return name
		}
	}
	return ""
}

func (p *play) path(at look) string {
	switch {
	case at == atVisit && p.visit != "":
		return "/visits/" + p.visit
	case at == atAlarm && p.alarm != "":
		return "/alarms/" + p.alarm
	case at == atPhones:
		return "/demo#phones"
	default:
		return ""
	}
}

// Play begins a story, or begins it again: what an earlier telling left open is settled first, by people's acts. One that plays is left as it
// stands. It is ErrNeeded where the worker is needed elsewhere: see [InTheWay].
func (d *Demo) Play(ctx context.Context, id string) error {
	t, err := taleOf(id)
	if err != nil {
		return err
	}
	d.stage.Lock()
	defer d.stage.Unlock()
	defer d.ring()
	way, err := d.inTheWay(ctx, t)
	if err != nil {
		return err
	}
	if way.Bars() {
		return ErrNeeded
	}
	before := d.o.Clock.Speed()
	if s := d.story; s != nil && (s.phase == Playing || s.phase == Paused) {
		before = s.before
	}
	if before == 0 {
		before = UsualSpeed
	}
	p := &play{Demo: d, tale: t, phase: Playing, before: before, began: d.engine.Now(), names: map[string]string{}}
	if err := p.clear(ctx, way); err != nil {
		return fmt.Errorf("settle what was left open: %w", err)
	}
	d.story = p
	return p.drive(ctx, readingSpeed)
}

// Pause stops the story that plays, and the clock with it.
func (d *Demo) Pause(ctx context.Context) error { return d.turn(ctx, Playing, Paused, 0) }

// Resume lets a paused story play on.
func (d *Demo) Resume(ctx context.Context) error { return d.turn(ctx, Paused, Playing, readingSpeed) }

// TakeOver ends the driving: the visits, the alarm and the phones stay as they are, and the clock runs slowly enough to act.
func (d *Demo) TakeOver(ctx context.Context) error {
	if err := d.turn(ctx, Paused, TakenOver, readingSpeed); err == nil {
		return nil
	}
	return d.turn(ctx, Playing, TakenOver, readingSpeed)
}

func (d *Demo) turn(ctx context.Context, from, to Phase, speed int) error {
	d.stage.Lock()
	defer d.stage.Unlock()
	if d.story == nil || d.story.phase != from {
		return ErrNoStory
	}
	d.story.phase, d.story.kept = to, false
	defer d.ring()
	return d.story.drive(ctx, speed)
}

func (p *play) drive(ctx context.Context, speed int) error {
	p.company.left.Store(0)
	if p.o.Clock.Speed() == speed {
		return nil
	}
	return p.o.Clock.SetSpeed(ctx, speed)
}

// playOn looks at the story that plays.
func (d *Demo) playOn(ctx context.Context) error {
	d.stage.Lock()
	defer d.stage.Unlock()
	if d.story == nil || d.story.phase != Playing {
		return nil
	}
	return d.story.on(ctx)
}

// on begins the step that is its turn, looks whether it came true, and leaves it once it was shown for long enough.
func (p *play) on(ctx context.Context) error {
	s := p.tale.steps[p.at]
	at, real := p.engine.Now(), p.o.Real()
	if p.since.IsZero() {
		p.since, p.shown, p.met = at, real, false
		defer p.ring()
		if s.does != nil {
			if err := s.does(ctx, p); err != nil {
				p.stick("what is to be done here was refused: " + err.Error())
				return errors.Join(err, p.drive(ctx, readingSpeed))
			}
		}
	}
	if err := p.voicemail(ctx, s.alone); err != nil {
		return err
	}
	if !p.met {
		return p.await(ctx, s, at)
	}
	if real.Sub(p.shown) < p.o.Pace {
		return nil
	}
	return p.next(ctx)
}

// await looks whether the step has come true.
func (p *play) await(ctx context.Context, s step, at time.Time) error {
	met, err := s.until(ctx, p)
	if err != nil {
		return err
	}
	within := s.within
	if within == 0 {
		within = usualWithin
	}
	switch p.met = met; {
	case !met && at.Sub(p.since) > within:
		p.stick(fmt.Sprintf("this did not come true within %d minutes on the clock; perhaps someone took part in the story, and all stays as it is now", int(within.Minutes())))
		return p.drive(ctx, readingSpeed)
	case !met && s.far:
		return p.drive(ctx, hasteSpeed)
	case met:
		p.ring()
	}
	return p.drive(ctx, readingSpeed)
}

func (p *play) stick(why string) {
	p.phase, p.wrong = Stuck, why
	p.ring()
}

func (p *play) next(ctx context.Context) error {
	defer p.ring()
	p.at, p.since = p.at+1, time.Time{}
	if p.at < len(p.tale.steps) {
		return nil
	}
	p.at, p.phase = len(p.tale.steps)-1, Finished
	return p.drive(ctx, p.before)
}

// voicemail sends the calls that are none of the story's to voicemail, so that its own get through; where nobody is to pick up, those too.
func (p *play) voicemail(ctx context.Context, own bool) error {
	for _, c := range p.town.Ringing() {
		if c.PickedUp {
			continue
		}
		m, err := p.o.Store.MessageByNonce(ctx, c.Nonce)
		if err != nil {
			return fmt.Errorf("find what a call is about: %w", err)
		}
		if own || m.Worker != p.tale.worker {
			if err := p.town.Divert(ctx, c.ID); err != nil && !errors.Is(err, town.ErrOver) {
				return err
			}
		}
	}
	return nil
}
