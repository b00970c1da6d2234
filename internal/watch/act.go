package watch

import (
	"slices"
	"time"
)

// act takes what those who answer for the worker do about the open alarm.
func (s *step) act() error {
	a := s.w.Alarm
	if a == nil { // as in the watch that the worker sees
		return ErrNoAlarm
	}
	if s.shown {
		return s.stands()
	}
	switch e := s.in.Event.(type) {
	case CoverChanged:
		a.CoverAt = s.cover.Until
		s.shiftChanged()
		return nil
	case Unreached:
		s.unreached(e)
		return nil
	}
	if err := s.byAnother(); err != nil {
		return err
	}
	switch e := s.in.Event.(type) {
	case Acknowledge:
		s.acknowledge()
	case Call:
		return s.call(e)
	case Police:
		return s.police(e)
	case Liaison:
		return s.liaison(e)
	case Harmed:
		s.harmed()
	case Hold:
		return s.hold(e)
	case Close:
		return s.close(e)
	}
	return nil
}

// stands lets an act on the overdue alarm that the worker is shown change nothing: it
// is refused as it was before the danger, and moves only the true one.
func (s *step) stands() error {
	switch s.in.Event.(type) {
	case CoverChanged, Unreached:
		return nil
	default:
		return s.byAnother()
	}
}

// unreached goes on to the next in the cover chain without waiting: an alarm
// that reached nobody is not waited for. Past the first rounds everyone is told
// again and again in any case.
func (s *step) unreached(u Unreached) {
	a := s.w.Alarm
	if a.HeldBy == "" && !a.RoundAt.IsZero() && (u.Alarm == "" || u.Alarm == a.ID) && u.Round == a.Round && a.Round <= loudRounds {
		s.round()
	}
}

// byAnother refuses an action on an alarm that nobody did, or the worker, or
// their partner on the visit: the phone may be in the wrong hands.
func (s *step) byAnother() error {
	if s.w.Alarm == nil {
		return ErrNoAlarm
	}
	switch s.in.By {
	case "":
		return &Invalid{Problems: []Problem{{"by", "says who does this"}}}
	case s.w.Worker:
		return &Invalid{Problems: []Problem{{"by", "is someone other than the worker"}}}
	}
	if s.beside(s.in.By) {
		return &Invalid{Problems: []Problem{{"by", "is someone who is not on the visit too"}}}
	}
	return nil
}

// second says whether the id is of a second person whose word counts: neither
// who acts, nor the worker, nor someone beside them.
func (s *step) second(id string) bool {
	return id != "" && id != s.in.By && id != s.w.Worker && !s.beside(id)
}

// acknowledge gives the alarm to whoever says "I have this alarm". The first
// one has it; a later one only at a change of shift, or from the cover chain
// when the holder is outside it.
func (s *step) acknowledge() {
	a := s.w.Alarm
	by := s.in.By
	switch {
	case a.HeldBy == by:
		a.ActedAt = s.at
		return
	case a.HeldBy != "" && a.Next != by && !s.outranks(by):
		s.tellOf(a, Tell{To: by, Notice: TellHas, Reach: OneText, Who: a.HeldBy})
		return
	}
	s.happened(Acknowledged, first(a.Visits), by)
	s.hand(by)
}

// outranks says whether someone may take the alarm from its holder: the cover
// chain answers for the worker, others only until one of it comes.
func (s *step) outranks(by string) bool {
	chain := s.chain(s.w.Alarm.Visits...)
	return slices.Contains(chain, by) && !slices.Contains(chain, s.w.Alarm.HeldBy)
}

// hand makes someone the alarm's holder and says so to everyone told.
func (s *step) hand(by string) {
	a := s.w.Alarm
	a.HeldBy, a.HeldAt, a.ActedAt = by, s.at, s.at
	a.RoundAt = time.Time{}
	a.Next, a.NextAt = "", time.Time{}
	s.tellAll(Tell{Notice: TellHas, Who: by}, by)
	a.Told = union(a.Told, []string{by})
}

func (s *step) call(c Call) error {
	a := s.w.Alarm
	if !slices.Contains(Results, c.Result) {
		return &Invalid{Problems: []Problem{{"result", "is one of no_answer, voicemail, engaged, wrong_number, spoke_other, spoke_worker"}}}
	}
	a.Calls++
	a.ActedAt = s.at
	s.happened(CallLogged, first(a.Visits), s.in.By)
	if c.Result == SpokeThem {
		a.SpokeAt = s.at
		if hold := s.at.Add(SpokeHold); !a.Kind.Danger() && !a.PoliceAt.IsZero() && a.PoliceAt.Before(hold) {
			a.PoliceAt = hold
		}
	}
	return nil
}

// police logs that the police know. Whoever told them has the alarm, if nobody
// had it: they act on it.
func (s *step) police(p Police) error {
	a := s.w.Alarm
	next, err := s.nextUpdate(p.NextUpdateAt)
	if err != nil {
		return err
	}
	s.happened(PoliceTold, first(a.Visits), s.in.By)
	if a.TheyKnow.IsZero() {
		a.TheyKnow = s.at
	}
	a.ActedAt, a.PoliceAt, a.LiaiseAt = s.at, time.Time{}, next
	if a.HeldBy == "" {
		s.hand(s.in.By)
	}
	return nil
}

// nextUpdate is when liaison is prompted next: as agreed, at most four hours
// ahead, else in 30 minutes.
func (s *step) nextUpdate(agreed time.Time) (time.Time, error) {
	switch {
	case agreed.IsZero():
		return s.at.Add(LiaisonEvery), nil
	case !agreed.After(s.at):
		return agreed, &Invalid{Problems: []Problem{{"next_update_at", "is already gone"}}}
	case agreed.After(s.at.Add(LiaisonMost)):
		return s.at.Add(LiaisonMost), nil
	default:
		return agreed, nil
	}
}

func (s *step) liaison(l Liaison) error {
	a := s.w.Alarm
	next, err := s.nextUpdate(l.NextUpdateAt)
	if err != nil {
		return err
	}
	s.happened(LiaisonLogged, first(a.Visits), s.in.By)
	a.ActedAt = s.at
	if !a.TheyKnow.IsZero() || !a.HarmedAt.IsZero() {
		a.LiaiseAt = next
	}
	return nil
}

// harmed ends the search; the alarm stays open until the outcome is known.
func (s *step) harmed() {
	a := s.w.Alarm
	s.happened(FoundHarmed, first(a.Visits), s.in.By)
	if a.HarmedAt.IsZero() {
		a.HarmedAt = s.at
		s.happened(IncidentOpened, first(a.Visits), s.in.By)
	}
	a.ActedAt, a.PoliceAt, a.RoundAt = s.at, time.Time{}, time.Time{}
	if a.LiaiseAt.IsZero() { // what was agreed with the police stands
		a.LiaiseAt = s.at.Add(LiaisonEvery)
	}
	s.tellAll(Tell{Notice: TellHarmed, Who: s.in.By}, s.in.By)
	if a.HeldBy == "" {
		s.hand(s.in.By)
	}
}

// hold puts the police prompt of a mere mention off while two named people
// look into it; the alarm stays open.
func (s *step) hold(h Hold) error {
	a := s.w.Alarm
	switch {
	case !a.Mention:
		return &Refused{"only a mere mention of the phrase can be held"}
	case !s.second(h.Second):
		return &Invalid{Problems: []Problem{{"second_person", "is a second person who agrees"}}}
	case a.PoliceAt.IsZero():
		return &Refused{"no police prompt is due: the police were told, or the worker was found"}
	}
	a.ActedAt, a.PoliceAt = s.at, s.at.Add(a.Clock.RingRound)
	s.happened(PoliceHeld, first(a.Visits), s.in.By)
	return nil
}

// close closes the alarm on evidence, and settles the visits it covers.
func (s *step) close(c Close) error {
	if p := s.missing(c); len(p) > 0 {
		return &Invalid{Problems: p}
	}
	for _, id := range s.settles() {
		s.settle(&s.w.Visits[s.w.index(id)], c)
	}
	s.shut(c.Evidence, s.in.By)
	return nil
}

// settle ends a covered visit, or arms it again with its new end.
func (s *step) settle(v *Visit, c Close) {
	if c.Ended {
		s.end(v, Ended, c.Evidence, s.in.By)
		return
	}
	v.Status = Inside
	s.moveEnd(v, c.ExpectedEndAt)
	if !s.w.Alarm.Kind.Danger() && v.Clock.Prompts {
		s.prompt(Rearmed, *v)
	}
}

// settles lists the visits that a close settles: the live ones it covers. One
// that is still ahead keeps its own clock, unless the alarm is about no other:
// what is said of the visit the worker came from says nothing of the next.
func (s *step) settles() []string {
	var begun, ahead []string
	for _, id := range s.w.Alarm.Visits {
		v, found := s.w.Visit(id)
		switch {
		case !found || !v.Live():
		case v.started(s.at):
			begun = append(begun, id)
		default:
			ahead = append(ahead, id)
		}
	}
	if len(begun) > 0 {
		return begun
	}
	return ahead
}

// missing lists what a close still needs (rule 3.1).
func (s *step) missing(c Close) []Problem {
	a := s.w.Alarm
	var p []Problem
	need := func(ok bool, field, says string) {
		if !ok {
			p = append(p, Problem{field, says})
		}
	}
	known := []Evidence{SpokeWorker, SeenByPolice, SeenByColleague, OutcomeKnown, RaisedInError}
	need(slices.Contains(known, c.Evidence), "evidence", "is one of spoke_worker, seen_by_police, seen_by_colleague, outcome_known, raised_in_error")
	need(c.Note, "note", "says how we know")
	need((c.Evidence == OutcomeKnown) == !a.HarmedAt.IsZero(), "evidence", "is outcome_known after the worker was found harmed, and only then")
	if a.Kind.Danger() && (c.Evidence == SpokeWorker || c.Evidence == RaisedInError) {
		need(c.Away, "away_from_place", "is needed: the worker was spoken with away from the place")
		need(s.second(c.Second), "second_person", "is a second person who agrees")
	}
	if !a.TheyKnow.IsZero() {
		need(!c.StoodDownAt.IsZero() && !c.StoodDownAt.After(s.at), "police_stood_down.at", "says when the police were told that the worker is safe")
		opened := a.OpenedAt.Truncate(time.Minute) // people say a time to the minute, and log a call to the police after it
		need(c.StoodDownAt.IsZero() || !c.StoodDownAt.Before(opened), "police_stood_down.at", "is not before the alarm opened")
		need(c.StoodDownTo, "police_stood_down.to", "says to whom")
	}
	if len(s.settles()) > 0 {
		need(c.Ended != !c.ExpectedEndAt.IsZero(), "visit", `is "ended" or has a new expected_end_at`)
		if !c.Ended && !c.ExpectedEndAt.IsZero() {
			need(c.ExpectedEndAt.After(s.at) && c.ExpectedEndAt.Sub(s.at) <= longest, "visit.expected_end_at", "is ahead, by no more than 24 hours")
		}
	}
	return p
}

// shut closes the alarm: what was not handed over is dropped, and everyone told
// is told that it is over.
func (s *step) shut(e Evidence, by string) {
	a := s.w.Alarm
	a.ClosedAt, a.ClosedBy, a.Evidence = s.at, by, e
	s.happened(AlarmClosed, first(a.Visits), by)
	s.out = append(s.out, Drop{Alarm: a.ID})
	s.tellAll(Tell{Notice: TellClosed, Who: by})
	if a.RaisedBy != "" {
		s.out = append(s.out, Reply{Notice: WasRaised, At: s.at, Who: a.RaisedBy})
	}
	s.out = append(s.out, Closed{Alarm: *a})
	if s.shown {
		s.w.Past = a
	}
	s.w.Alarm = nil
}
