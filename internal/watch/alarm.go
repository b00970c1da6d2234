package watch

import (
	"cmp"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// How an alarm moves where the plan has no say.
const (
	// HolderSilence is how long one who has the alarm may leave no log, press or
	// reply before it is raised again (rule 3, before the police are told).
	HolderSilence = 10 * time.Minute
	// SpokeHold is how long a logged "spoke to the worker" holds the police prompt.
	SpokeHold = 10 * time.Minute
	// LiaisonEvery is how often liaison is prompted when no time was agreed.
	LiaisonEvery = 30 * time.Minute
	// LiaisonMost is the longest wait that can be agreed.
	LiaisonMost = 4 * time.Hour
	// loudRounds is how many rounds use every number; later ones are the plan's
	// repeat apart, one call and one text each.
	loudRounds = 3
)

// Alarm is an open emergency on a worker and the visits it covers.
type Alarm struct {
	ID        string     `json:"id"`
	Kind      Kind       `json:"kind"`
	Mention   bool       `json:"mention,omitempty"` // duress: the phrase was mentioned, not asked for (rule 4.6)
	Away      bool       `json:"away,omitempty"`    // distress: the worker says they are out of the place
	Visits    []string   `json:"visits,omitempty"`
	Clock     plan.Clock `json:"clock"`
	OpenedAt  time.Time  `json:"opened_at"`
	RaisedAt  time.Time  `json:"raised_at"`           // when it took its present kind; the ladder counts from here
	Asked     string     `json:"asked,omitempty"`     // duress: the text that asked last, where the second message goes
	Reassured bool       `json:"reassured,omitempty"` // the second message was sent since
	RaisedBy  string     `json:"raised_by,omitempty"` // a colleague who raised it for the worker
	Round     int        `json:"round"`               // rounds of the ladder done
	RoundAt   time.Time  `json:"round_at,omitzero"`   // the next one
	Told      []string   `json:"told,omitempty"`      // everyone who was told, in order
	Responder string     `json:"responder,omitempty"` // first in the cover chain when last looked
	CoverAt   time.Time  `json:"cover_at,omitzero"`   // when the cover next changes
	Next      string     `json:"next,omitempty"`      // the responder who is to take over from the holder
	NextAt    time.Time  `json:"next_at,omitzero"`    // when both are told again
	HeldBy    string     `json:"held_by,omitempty"`   // who acknowledged: the holder
	HeldAt    time.Time  `json:"held_at,omitzero"`
	ActedAt   time.Time  `json:"acted_at,omitzero"` // the holder's last log, press or reply
	Calls     int        `json:"calls,omitempty"`   // calls logged
	SpokeAt   time.Time  `json:"spoke_at,omitzero"`
	PoliceDue time.Time  `json:"police_due"`         // when the police are to be told
	PoliceAt  time.Time  `json:"police_at,omitzero"` // the next police prompt; zero once they were told
	Prompts   int        `json:"prompts,omitempty"`  // police prompts done
	TheyKnow  time.Time  `json:"they_know,omitzero"` // when the police were told
	LiaiseAt  time.Time  `json:"liaise_at,omitzero"` // the next liaison prompt
	HarmedAt  time.Time  `json:"harmed_at,omitzero"` // found harmed: the search is over
	ClosedAt  time.Time  `json:"closed_at,omitzero"`
	ClosedBy  string     `json:"closed_by,omitempty"`
	Evidence  Evidence   `json:"evidence,omitempty"`
}

// wake is the next instant at which time alone changes the alarm.
func (a Alarm) wake() time.Time {
	return earliest(a.RoundAt, a.PoliceAt, a.LiaiseAt, a.NextAt, a.CoverAt, a.silentAt())
}

// silentAt is when the holder has been silent for too long; zero when that does
// not count.
func (a Alarm) silentAt() time.Time {
	if a.HeldBy == "" || !a.TheyKnow.IsZero() || !a.HarmedAt.IsZero() {
		return time.Time{}
	}
	return a.ActedAt.Add(HolderSilence)
}

// open opens an alarm, or raises the one that is open: that clears the
// acknowledgement and tells everyone again (rule 8.7).
func (s *step) open(kind Kind, police time.Time, visits []string) {
	a := s.w.Alarm
	if a == nil {
		a = &Alarm{ID: s.alarmID(), Clock: s.clockFor(visits), OpenedAt: s.at}
		s.w.Alarm = a
		s.happened(AlarmOpened, first(visits), "")
	} else {
		a.letGo()
		s.happened(AlarmRaised, first(visits), "")
	}
	a.Kind, a.PoliceDue = kind, police
	a.Visits = union(a.Visits, visits)
	a.RaisedAt, a.Round = s.at, 0
	a.Responder, a.CoverAt = s.responder(a.Visits...), s.cover.Until
	if a.TheyKnow.IsZero() {
		a.PoliceAt = police
		if kind.Danger() { // the alarm itself says "call 999"
			a.PoliceAt = s.at.Add(a.Clock.Repeat)
		}
	}
}

// letGo takes the alarm from its holder.
func (a *Alarm) letGo() {
	a.HeldBy, a.HeldAt, a.ActedAt = "", time.Time{}, time.Time{}
	a.Next, a.NextAt = "", time.Time{}
}

// join adds visits to the open alarm and says so to those who were told. It
// gives those that it did not cover before.
func (s *step) join(visits []string) (joined []string) {
	a := s.w.Alarm
	for _, id := range visits {
		if slices.Contains(a.Visits, id) {
			continue
		}
		joined = append(joined, id)
		a.Visits = append(a.Visits, id)
		s.happened(AlarmJoined, id, "")
		s.tellAll(Tell{Notice: TellJoined, Visit: id})
	}
	if s.beside(a.Next) {
		a.Next, a.NextAt = "", time.Time{}
	}
	if s.beside(a.HeldBy) { // the holder is in a visit that joined
		a.letGo()
		s.round()
	}
	if s.beside(a.Responder) { // then the next answers for it, and must not hear of it only with the next round
		a.Responder = s.responder(a.Visits...)
		if a.HeldBy == "" && !slices.Contains(a.Told, a.Responder) {
			s.tellAlarm(a.Responder, Every)
		}
	}
	return joined
}

// round tells everyone whose turn has come: those told before, and one step
// further up the cover chain, then every manager of the team.
func (s *step) round() {
	a := s.w.Alarm
	a.Round++
	reach := Every
	if a.Round > loudRounds {
		reach = Once
	}
	for _, id := range s.ladder(a.Round) {
		s.tellAlarm(id, reach)
	}
	if a.Round == 1 && a.Kind.Danger() {
		for _, id := range s.cover.Colleagues {
			s.tellAlarm(id, Every)
		}
	}
	if a.Round > loudRounds && a.Round > len(s.chain(a.Visits...)) {
		next := s.next(a.Clock.Repeat)
		a.Round += int(next.Sub(s.at)/a.Clock.Repeat) - 1
		a.RoundAt = next
		return
	}
	a.RoundAt = s.at.Add(a.roundGap())
}

// next is when something is repeated that has reached its end and only goes on:
// every gap from now. Of those that we slept through only the last is done, so
// that a waking after years takes no longer than one after minutes.
func (s *step) next(gap time.Duration) time.Time {
	return s.at.Add(gap * max(1, s.now.Sub(s.at)/gap))
}

// roundGap is how long the alarm waits for an acknowledgement before it goes on.
func (a *Alarm) roundGap() time.Duration {
	switch {
	case a.Round > loudRounds:
		return a.Clock.Repeat
	case a.Kind.Danger():
		return a.Clock.AcknowledgeDanger
	default:
		return a.Clock.Acknowledge
	}
}

// ladder lists who is told in round n: everyone told so far and the first n
// steps of the cover chain; the step after the chain is every manager.
func (s *step) ladder(n int) []string {
	chain := s.chain(s.w.Alarm.Visits...)
	ids := union(s.w.Alarm.Told, chain[:min(n, len(chain))])
	if n > len(chain) {
		ids = union(ids, s.cover.Managers)
	}
	return ids
}

func (s *step) tellAlarm(id string, reach Reach) {
	a := s.w.Alarm
	s.tellOf(a, Tell{To: id, Notice: a.notice(), Reach: reach})
}

// notice is the sentence that says what the alarm is.
func (a *Alarm) notice() Notice {
	switch {
	case a.Kind == Duress && a.Mention:
		return TellMention
	case a.Kind == Duress:
		return TellDuress
	case a.Kind == Distress:
		return TellDistress
	default:
		return TellOverdue
	}
}

// alarmDue does what has fallen due on the alarm at the instant of its wake.
func (s *step) alarmDue() {
	a := s.w.Alarm
	is := func(t time.Time) bool { return !t.IsZero() && !t.After(s.at) }
	switch {
	case is(a.CoverAt):
		a.CoverAt = time.Time{}
		if s.cover.Until.After(s.at) {
			a.CoverAt = s.cover.Until
		}
		s.shiftChanged()
	case is(a.PoliceAt):
		s.promptPolice()
	case is(a.silentAt()):
		s.holderSilent()
	case is(a.RoundAt):
		s.round()
	case is(a.NextAt):
		s.tellShift()
	case is(a.LiaiseAt):
		a.LiaiseAt = s.next(LiaisonEvery)
		s.tellHolders(Tell{Notice: TellLiaise, Reach: Once})
	}
}

// promptPolice asks the responder and everyone told so far to tell the police,
// whether or not anyone acknowledged (rule 3, T + 45 min).
func (s *step) promptPolice() {
	a := s.w.Alarm
	if a.Prompts == 0 {
		s.happened(PolicePrompted, first(a.Visits), "")
	}
	next := s.next(a.Clock.Repeat)
	a.Prompts += int(next.Sub(s.at) / a.Clock.Repeat)
	a.PoliceAt = next
	for _, id := range union(a.Told, []string{s.responder(a.Visits...)}) {
		s.tellOf(a, Tell{To: id, Notice: TellPolice, Reach: Every})
	}
}

// holderSilent raises the alarm again when the one who has it leaves no sign.
func (s *step) holderSilent() {
	a := s.w.Alarm
	s.happened(HolderFellSilent, first(a.Visits), a.HeldBy)
	a.letGo()
	s.round()
}

// shiftChanged looks at who is on call now. The holder keeps the alarm until
// the next responder confirms; meanwhile both are told.
func (s *step) shiftChanged() {
	a := s.w.Alarm
	now := s.responder(a.Visits...)
	if now == "" || now == a.Responder {
		return
	}
	a.Responder = now
	s.happened(ShiftChanged, first(a.Visits), now)
	switch a.HeldBy {
	case "": // nobody has it yet: the new responder is told at once
		s.tellAlarm(now, Every)
	case now:
		a.Next, a.NextAt = "", time.Time{}
	default:
		a.Next = now
		s.tellShift()
	}
}

// tellShift asks the next responder to confirm and reminds the holder.
func (s *step) tellShift() {
	a := s.w.Alarm
	a.NextAt = s.next(a.Clock.Repeat)
	s.tellOf(a, Tell{To: a.Next, Notice: TellTakeOver, Reach: Every, Who: a.HeldBy})
	s.tellOf(a, Tell{To: a.HeldBy, Notice: TellHandOver, Reach: OneText, Who: a.Next})
}

// tellHolders tells who has the alarm and who is to take it over; when nobody
// has it, the responder and everyone told.
func (s *step) tellHolders(t Tell) {
	a := s.w.Alarm
	to := slices.DeleteFunc(union(nil, []string{a.HeldBy, a.Next}), s.beside)
	if len(to) == 0 {
		to = union(a.Told, []string{s.responder(a.Visits...)})
	}
	for _, id := range to {
		t.To = id
		s.tellOf(a, t)
	}
}

// tellAll tells everyone who was told of the alarm.
func (s *step) tellAll(t Tell, but ...string) {
	t.Reach = cmp.Or(t.Reach, OneText)
	for _, id := range slices.Clone(s.w.Alarm.Told) {
		if !slices.Contains(but, id) {
			t.To = id
			s.tellOf(s.w.Alarm, t)
		}
	}
}
