package watch

import (
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
	// loudRounds is how many rounds use every number; later ones use one call
	// and one text each.
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

// open opens an alarm, or lets what happened join or raise the one that is open
// (rule 8.7): one open alarm per worker.
func (s *step) open(kind Kind, since time.Time, police time.Time, visits ...string) {
	a := s.w.Alarm
	if a == nil {
		a = &Alarm{ID: s.alarmID(), Kind: kind, Clock: s.clockFor(visits), OpenedAt: s.at, PoliceDue: police}
		s.w.Alarm = a
		s.happened(AlarmOpened, first(visits), "")
	} else if kind.rank() <= a.Kind.rank() {
		s.join(visits)
		return
	} else {
		a.Kind, a.PoliceDue = kind, police
		a.HeldBy, a.HeldAt, a.ActedAt = "", time.Time{}, time.Time{}
		s.happened(AlarmRaised, first(visits), "")
	}
	a.Visits = union(a.Visits, visits)
	a.RaisedAt, a.Round = since, 0
	a.Next, a.NextAt = "", time.Time{}
	a.Responder, a.CoverAt = first(s.cover.Chain), s.cover.Until
	if a.TheyKnow.IsZero() {
		a.PoliceAt = police
		if kind.Danger() { // the alarm itself says "call 999"
			a.PoliceAt = since.Add(a.Clock.Repeat)
		}
	}
	a.RoundAt = since
	s.round(since)
}

// join adds visits to the open alarm and says so to those who were told.
func (s *step) join(visits []string) {
	a := s.w.Alarm
	for _, id := range visits {
		if slices.Contains(a.Visits, id) {
			continue
		}
		a.Visits = append(a.Visits, id)
		s.happened(AlarmJoined, id, "")
		s.tellAll(Tell{Notice: TellJoined, Visit: id})
	}
}

// round tells everyone whose turn has come: those told before, and one step
// further up the cover chain, then every manager of the team.
func (s *step) round(since time.Time) {
	a := s.w.Alarm
	a.Round++
	for _, id := range s.ladder(a.Round) {
		s.tellAlarm(id, since)
	}
	if a.Round == 1 && a.Kind.Danger() {
		for _, id := range s.cover.Colleagues {
			s.tellAlarm(id, since)
		}
	}
	a.RoundAt = since.Add(s.roundGap(a))
}

// roundGap is how long the alarm waits for an acknowledgement before it goes on.
func (s *step) roundGap(a *Alarm) time.Duration {
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
	chain := s.cover.Chain
	ids := union(s.w.Alarm.Told, chain[:min(n, len(chain))])
	if n > len(chain) {
		ids = union(ids, s.cover.Managers)
	}
	return ids
}

func (s *step) tellAlarm(id string, since time.Time) {
	a := s.w.Alarm
	reach := Every
	if a.Round > loudRounds {
		reach = Once
	}
	s.tell(Tell{To: id, Notice: alarmNotice(a), Reach: reach, At: since, Visit: first(a.Visits)})
}

func alarmNotice(a *Alarm) Notice {
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

// due does what has fallen due on the alarm at the instant of its wake.
func (s *step) alarmDue(t time.Time) {
	a := s.w.Alarm
	is := func(u time.Time) bool { return !u.IsZero() && !u.After(t) }
	switch {
	case is(a.CoverAt):
		a.CoverAt = time.Time{}
		if s.cover.Until.After(t) {
			a.CoverAt = s.cover.Until
		}
		s.shiftChanged()
	case is(a.PoliceAt):
		s.promptPolice(t)
	case is(a.silentAt()):
		s.holderSilent(t)
	case is(a.RoundAt):
		s.round(t)
	case is(a.NextAt):
		s.tellShift(t)
	case is(a.LiaiseAt):
		a.LiaiseAt = t.Add(LiaisonEvery)
		s.tellHolders(Tell{Notice: TellLiaise, Reach: Once, At: t})
	}
}

// promptPolice asks the responder and everyone told so far to tell the police,
// whether or not anyone acknowledged (rule 3, T + 45 min).
func (s *step) promptPolice(t time.Time) {
	a := s.w.Alarm
	a.PoliceAt = t.Add(a.Clock.Repeat)
	a.Prompts++
	if a.Prompts == 1 {
		s.happened(PolicePrompted, first(a.Visits), "")
	}
	for _, id := range union(a.Told, s.cover.Chain[:min(1, len(s.cover.Chain))]) {
		s.tell(Tell{To: id, Notice: TellPolice, Reach: Every, At: t, Visit: first(a.Visits)})
	}
}

// holderSilent raises the alarm again when the one who has it leaves no sign.
func (s *step) holderSilent(t time.Time) {
	a := s.w.Alarm
	s.happened(HolderFellSilent, first(a.Visits), a.HeldBy)
	a.HeldBy, a.HeldAt, a.ActedAt = "", time.Time{}, time.Time{}
	a.Next, a.NextAt = "", time.Time{}
	a.RoundAt = t
	s.round(t)
}

// shiftChanged looks at who is on call now. The holder keeps the alarm until
// the next responder confirms; meanwhile both are told.
func (s *step) shiftChanged() {
	a := s.w.Alarm
	now := first(s.cover.Chain)
	if now == "" || now == a.Responder {
		return
	}
	a.Responder = now
	s.happened(ShiftChanged, first(a.Visits), now)
	switch {
	case a.HeldBy == "": // nobody has it yet: the new responder is told at once
		s.tellAlarm(now, s.at)
	case a.HeldBy == now:
		a.Next, a.NextAt = "", time.Time{}
	default:
		a.Next = now
		s.tellShift(s.at)
	}
}

// tellShift asks the next responder to confirm and reminds the holder.
func (s *step) tellShift(t time.Time) {
	a := s.w.Alarm
	a.NextAt = t.Add(a.Clock.Repeat)
	s.tell(Tell{To: a.Next, Notice: TellTakeOver, Reach: Every, At: t, Who: a.HeldBy, Visit: first(a.Visits)})
	s.tell(Tell{To: a.HeldBy, Notice: TellHandOver, Reach: Text1, At: t, Who: a.Next, Visit: first(a.Visits)})
}

// tellHolders tells who has the alarm and who is to take it over; when nobody
// has it, the responder and everyone told.
func (s *step) tellHolders(t Tell) {
	a := s.w.Alarm
	to := union(compact(a.HeldBy), compact(a.Next))
	if len(to) == 0 {
		to = union(a.Told, compact(first(s.cover.Chain)))
	}
	t.Visit = first(a.Visits)
	for _, id := range to {
		t.To = id
		s.tell(t)
	}
}

// tellAll tells everyone who was told of the alarm.
func (s *step) tellAll(t Tell, but ...string) {
	if t.Reach == "" {
		t.Reach = Text1
	}
	for _, id := range s.w.Alarm.Told {
		if !slices.Contains(but, id) {
			t.To = id
			s.tell(t)
		}
	}
}
