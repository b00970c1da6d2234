package watch_test

import (
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/watch"
)

const worker = "priya"

func fullCover() rota.Cover {
	return rota.Cover{Chain: []string{"sam", "lee", "kim"}, Managers: []string{"mo"}, Colleagues: []string{"ann"}}
}

// script reads inputs and time jumps from bytes; when they end it reads noughts.
type script struct {
	raw        []byte
	first, now time.Time
	clock      plan.Clock
	cover      rota.Cover
	inputs     int
	visits     int
	lastText   string
}

func newScript(raw []byte) *script {
	now := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	s := &script{raw: raw, first: now, now: now, clock: usual(), cover: fullCover()}
	b := s.pick(256)
	s.clock.Prompts = b&1 == 0
	s.clock.OutClosesOverdue = b&2 != 0
	if b&4 != 0 {
		s.clock.Grace, s.clock.RingRound = 0, 5*time.Minute
	}
	if b&8 != 0 { // a rehearsal's
		s.clock.Acknowledge, s.clock.Repeat = 3*time.Second, 7*time.Second
	}
	switch b >> 4 {
	case 1:
		s.cover.Chain = nil
	case 2:
		s.cover.Chain = []string{worker, "sam", "sam", ""}
	case 3:
		s.cover.Chain, s.cover.Managers = []string{"lena"}, nil
	case 4:
		s.cover = rota.Cover{}
	case 5:
		s.cover.Until = now.Add(3 * time.Hour)
	}
	return s
}

func (s *script) more() bool { return len(s.raw) > 0 }

// pick is a number below n.
func (s *script) pick(n int) int {
	if len(s.raw) == 0 {
		return 0
	}
	b := s.raw[0]
	s.raw = s.raw[1:]
	return int(b) % n
}

var jumps = []time.Duration{
	0, time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 9 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 25 * time.Hour, -time.Second, -20 * time.Second, 400 * 24 * time.Hour, 20 * 365 * 24 * time.Hour,
}

// next is the next instant and input, for a watch that stands as w does.
func (s *script) next(w watch.Watch) (time.Time, watch.Input) {
	jump := s.pick(len(jumps) + 3)
	wake := w.Wake()
	switch {
	case jump < len(jumps):
		s.now = s.now.Add(jumps[jump])
	case wake.Before(s.now):
	case jump == len(jumps):
		s.now = wake
	case jump == len(jumps)+1:
		s.now = wake.Add(-time.Nanosecond)
	default:
		s.now = wake.Add(time.Nanosecond)
	}
	s.inputs++
	by := []string{"sam", "lee", "mo", "ann", worker, "", "lena"}[s.pick(7)]
	in := watch.Input{ID: fmt.Sprintf("i%d", s.inputs), By: by, Cover: s.cover, Clock: s.clock, Event: s.event(w, by)}
	if _, text := in.Event.(watch.Text); text {
		in.Via = "sms"
		if by == "sam" || by == "lena" {
			in.Via = "call"
		}
	}
	return s.now, in
}

func (s *script) event(w watch.Watch, by string) watch.Event {
	kinds := []func(*script, watch.Watch) watch.Event{
		(*script).elapsed, (*script).book, (*script).book, (*script).text, (*script).text, (*script).text, (*script).text, (*script).edit, (*script).cancel,
		(*script).fetched, (*script).raise, (*script).act, (*script).act, (*script).act, (*script).close,
	}
	return kinds[s.pick(len(kinds))](s, w)
}

func (s *script) elapsed(watch.Watch) watch.Event { return watch.Elapsed{} }

// length is a stretch of time, sometimes a senseless one.
func (s *script) length() time.Duration {
	return []time.Duration{time.Hour, 30 * time.Minute, 5 * time.Minute, 3 * time.Hour, 90 * time.Minute, 24 * time.Hour, 26 * time.Hour, 0, -time.Hour, time.Minute}[s.pick(10)]
}

func (s *script) book(watch.Watch) watch.Event {
	s.visits++
	start := s.now.Add(s.length() - 30*time.Minute)
	length, kind := s.length(), s.pick(256)
	v := watch.Visit{
		ID: fmt.Sprintf("v%d", s.visits), Reference: fmt.Sprintf("A%dB1", s.visits), Clock: s.clock,
		StartsAt: start, ExpectedEndAt: start.Add(length), Unwatched: kind%8 == 7, VoiceOnly: kind&8 == 8,
	}
	if s.pick(3) == 2 {
		v.Partners = []watch.Partner{{Worker: "lena", Visit: "w" + v.ID}}
	}
	return watch.Book{Visit: v, Overlap: s.pick(2) == 1}
}

// visit names one of the visits, or none that is there.
func (s *script) visit(w watch.Watch) (id, reference string) {
	i := s.pick(len(w.Visits) + 1)
	if i == len(w.Visits) {
		return "v99", "Z9Z9"
	}
	return w.Visits[i].ID, w.Visits[i].Reference
}

func (s *script) instant() time.Time {
	if s.pick(3) == 0 {
		return time.Time{}
	}
	return s.now.Add(s.length())
}

func (s *script) edit(w watch.Watch) watch.Event {
	id, _ := s.visit(w)
	e := watch.Edit{Visit: id, StartsAt: s.instant(), ExpectedEndAt: s.instant(), Overlap: s.pick(2) == 1}
	n := s.pick(256)
	if n%3 > 0 {
		e.Prompts = new(n%3 == 1)
	}
	if n&192 == 128 {
		e.VoiceOnly = new(n&8 != 0)
	}
	return e
}

func (s *script) cancel(w watch.Watch) watch.Event {
	id, _ := s.visit(w)
	return watch.Cancel{Visit: id, Spoke: s.pick(2) == 1}
}

func (s *script) text(w watch.Watch) watch.Event {
	t := s.oneText(w)
	more := s.pick(32)
	t.Unfinished, t.No, t.Both = more&3 == 3, more&4 != 0, t.Both || more&8 != 0
	if more&16 != 0 {
		one := s.oneText(w)
		t.Joined, one.Unfinished = &one, t.Unfinished
	}
	s.lastText = fmt.Sprintf("i%d", s.inputs)
	return t
}

func (s *script) oneText(w watch.Watch) watch.Text {
	intents := []checkin.Intent{
		checkin.Start, checkin.End, checkin.Change, checkin.Duress, checkin.Distress, checkin.Ask,
		checkin.Cancel, checkin.SafeReply, checkin.Unclear, checkin.Start, checkin.End,
	}
	t := watch.Text{Intent: intents[s.pick(len(intents))], Until: s.instant(), Begin: s.instant(), Words: fmt.Sprint("w", s.pick(4))}
	flags := s.pick(256)
	t.Mention, t.Away, t.NoAnswer, t.NotThere = flags&1 != 0, flags&2 != 0, flags&4 != 0, flags&8 != 0
	t.OptOut, t.Number, t.Both, t.Doubtful = flags&16 != 0, flags&32 != 0, flags&64 != 0, flags&128 != 0
	switch s.pick(5) {
	case 1:
		_, t.Reference = s.visit(w)
	case 2:
		t.Visit, _ = s.visit(w)
	case 3:
		t.NoWord = true
	}
	s.visits++
	t.OpensAs = watch.Visit{ID: fmt.Sprintf("v%d", s.visits), Reference: fmt.Sprintf("A%dB1", s.visits), Clock: s.clock}
	return t
}

func (s *script) fetched(w watch.Watch) watch.Event {
	what, message := s.pick(3), s.lastText
	for _, v := range w.Visits {
		if v.Claim != nil {
			message = v.Claim.Message
		}
	}
	return watch.Fetched{Message: message, Found: what == 0, Forged: what == 1}
}

func (s *script) raise(w watch.Watch) watch.Event {
	id, _ := s.visit(w)
	if s.pick(5) == 4 {
		return watch.BothOut{Visit: id}
	}
	return watch.Raise{Kind: []watch.Kind{watch.Duress, watch.Distress, watch.OverdueAlarm}[s.pick(3)], Visit: id, Mention: s.pick(2) == 1}
}

func (s *script) act(watch.Watch) watch.Event {
	switch s.pick(10) {
	case 9:
		return watch.Unreached{Person: "sam", Round: s.pick(6)}
	case 0, 1:
		return watch.Acknowledge{}
	case 2:
		return watch.Call{Result: watch.Results[s.pick(len(watch.Results))]}
	case 3:
		return watch.Police{NextUpdateAt: s.instant()}
	case 4:
		return watch.Liaison{NextUpdateAt: s.instant()}
	case 5:
		return watch.Harmed{}
	case 6:
		return watch.Hold{Second: []string{"lee", "sam", ""}[s.pick(3)]}
	case 7:
		return watch.Reassure{}
	default:
		s.cover.Chain = [][]string{{"sam", "lee", "kim"}, {"dee", "eve"}, nil}[s.pick(3)]
		return watch.CoverChanged{}
	}
}

func (s *script) close(watch.Watch) watch.Event {
	c := watch.Close{
		Evidence: []watch.Evidence{watch.SpokeWorker, watch.SeenByPolice, watch.OutcomeKnown, watch.RaisedInError, "hearsay"}[s.pick(5)],
		Note:     true, Ended: s.pick(3) != 0, Away: true, Second: "kim", StoodDownAt: s.now, StoodDownTo: true,
	}
	if !c.Ended {
		c.ExpectedEndAt = s.instant()
	}
	return c
}

// pair is the same input in a run with danger and in one without; play is false
// for what cannot be compared: what others than the worker do to visits, and
// what the responder presses to be told to the worker.
func (s *script) pair(in watch.Input, distress bool) (danger, plain watch.Input, play bool) {
	danger, plain = in, in
	plain.Event = watch.Elapsed{}
	switch e := in.Event.(type) {
	case watch.Text:
		return s.pairText(in, e, distress)
	case watch.Raise:
		if !e.Kind.Danger() || distress && e.Kind == watch.Duress {
			return danger, plain, false
		}
		if !distress && e.Kind == watch.Distress {
			e.Kind = watch.Duress
			danger.Event = e
		}
	case watch.Book, watch.Edit, watch.Cancel:
		danger.By = worker
		return danger, danger, true
	case watch.Fetched, watch.BothOut, watch.Elapsed:
		return in, in, true
	case watch.Close, watch.Reassure:
		return in, in, false
	default:
		if in.By == worker { // they are told alike that there is nothing to act on
			return in, in, true
		}
	}
	return danger, plain, true
}

func (s *script) pairText(in watch.Input, t watch.Text, distress bool) (danger, plain watch.Input, play bool) {
	danger, plain = in, in
	if one := t.Joined; one != nil {
		one := *one
		switch one.Intent {
		case checkin.Duress:
			one = watch.Text{Intent: checkin.Ask, OptOut: one.OptOut, Number: one.Number, Unfinished: one.Unfinished}
		case checkin.Distress:
			return danger, plain, false
		}
		t.Joined = &one
	}
	switch t.Intent {
	case checkin.Duress:
		t.Intent = checkin.Ask
	case checkin.Distress:
		if !distress {
			return danger, plain, false
		}
		plain.Event = watch.Elapsed{}
		return danger, plain, true
	}
	plain.Event = t
	return danger, plain, !distress || t.Intent != checkin.Ask
}

// lawSeeds start the fuzzing where much happens: an overdue alarm, a duress, a
// long sleep, two visits.
func lawSeeds() [][]byte {
	book, in, out := []byte{0, 5, 1, 0, 0, 0, 0, 1, 0}, []byte{9, 5, 3, 0, 0, 0, 0, 0, 0, 0, 0}, []byte{8, 5, 3, 1, 0, 0, 1, 0, 0, 0, 0}
	duress, sleep := []byte{6, 5, 3, 3, 0, 0, 2, 0, 0, 0, 0}, []byte{15, 5, 0, 0, 0}
	voice := []byte{0, 5, 1, 0, 0, 8, 0, 1, 0} // a visit that ends by voice only
	acknowledge, closes := []byte{2, 0, 11, 0, 0, 0}, []byte{4, 0, 14, 1, 1, 0, 0}
	join := func(parts ...[]byte) []byte {
		all := []byte{0}
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	return [][]byte{
		join(book, in, out), join(book, in, sleep, acknowledge, closes), join(book, in, duress, out, acknowledge, closes),
		join(book, book, in, in, out, sleep), join(duress, sleep, closes, book, in, sleep),
		join(voice, in, out, sleep, acknowledge, closes), join(voice, in, duress, out, acknowledge, closes),
	}
}
