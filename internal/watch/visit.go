package watch

import (
	"cmp"
	"slices"
	"time"
)

// visitWake is the next instant at which time alone changes visit i.
func (w *Watch) visitWake(i int, shown bool) time.Time {
	v := w.Visits[i]
	switch {
	case !v.Live():
		return time.Time{}
	case v.Unwatched:
		return v.ExpectedEndAt
	}
	t := v.nextPrompt()
	if w.Alarm != nil && slices.Contains(w.Alarm.Visits, v.ID) {
		t = time.Time{} // its clock stands still; someone is already on it
	}
	if v.Status != Overdue && !shown {
		t = earliest(t, v.Due())
	}
	return t
}

// nextPrompt is when the worker is next asked about the visit (rule 2.5).
func (v Visit) nextPrompt() time.Time {
	var t time.Time
	if !v.Clock.Prompts || v.Hushed || v.Claim != nil || v.Status == Overdue {
		return t
	}
	if v.Status == Booked && !v.StartAsked {
		t = v.StartsAt.Add(v.Clock.StartPrompt)
	}
	if v.EndAsked < len(v.Clock.EndPrompts) {
		t = earliest(t, v.ExpectedEndAt.Add(v.Clock.EndPrompts[v.EndAsked]))
	}
	if !t.Before(v.Due()) {
		return time.Time{}
	}
	return t
}

// visitDue does what is due on visit i: a prompt, or the alarm.
func (s *step) visitDue(i int) {
	v := &s.w.Visits[i]
	switch {
	case v.Unwatched:
		s.end(v, Ended, NotWatched, "")
	case v.Status != Overdue && !s.shown && !v.Due().After(s.at):
		s.overdue(v)
	case v.EndAsked < len(v.Clock.EndPrompts) && !v.ExpectedEndAt.Add(v.Clock.EndPrompts[v.EndAsked]).After(s.at):
		v.EndAsked++
		v.StartAsked = true // asked about its end: no need to ask about its start
		s.happened(Prompted, v.ID, "")
		s.prompt(AskEnd, *v)
	default:
		v.StartAsked = true
		s.happened(Prompted, v.ID, "")
		s.prompt(AskStart, *v)
	}
}

// overdue opens the alarm, or joins the one that is open: due has passed with
// no word. The clock runs on the expected end whether or not a "going in" came.
func (s *step) overdue(v *Visit) {
	v.Status = Overdue
	s.happened(VisitOverdue, v.ID, "")
	if s.w.Alarm != nil {
		s.join([]string{v.ID})
		return
	}
	s.open(OverdueAlarm, v.Due().Add(v.Clock.RingRound), []string{v.ID})
	s.round()
	if v.Clock.Prompts && !v.Hushed {
		s.prompt(ReachingYou, *v)
	}
}

// end ends a visit with its evidence (law 8).
func (s *step) end(v *Visit, to Status, e Evidence, by string) {
	v.Status, v.Evidence, v.EndedAt, v.EndedBy = to, e, s.at, by
	v.Proposed, v.Hushed = time.Time{}, false
	what, answer := VisitOut, ReplyOut
	if to == Cancelled {
		what, answer = VisitCancelled, ReplyCalledOff
	}
	s.unclaim(v, answer)
	s.happened(what, v.ID, by)
}

func (s *step) book(b Book) error {
	v := b.Visit
	v.Status = Booked
	p, other := problems(s.at, v), ""
	if !b.Overlap {
		other = s.overlaps(v)
		p = append(p, overlapping(other)...)
	}
	if s.w.index(v.ID) >= 0 {
		p = append(p, Problem{"id", "this visit is booked already"})
	}
	if len(p) > 0 {
		return &Invalid{Problems: p, Overlaps: other, TooLong: v.ExpectedEndAt.Sub(v.StartsAt) > longest}
	}
	s.w.Visits = append(s.w.Visits, v)
	sortVisits(s.w.Visits)
	s.happened(VisitBooked, v.ID, s.in.By)
	return nil
}

func sortVisits(visits []Visit) {
	slices.SortStableFunc(visits, func(a, b Visit) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID))
	})
}

// problems says what is wrong with a visit's times.
func problems(at time.Time, v Visit) []Problem {
	var p []Problem
	switch {
	case !v.ExpectedEndAt.After(v.StartsAt):
		p = append(p, Problem{"expected_end_at", "is not after the start"})
	case !v.ExpectedEndAt.After(at):
		p = append(p, Problem{"expected_end_at", "is already gone"})
	case v.ExpectedEndAt.Sub(v.StartsAt) > longest:
		p = append(p, Problem{"expected_end_at", "is more than 24 hours after the start"})
	}
	if v.StartsAt.Before(at.Add(-longAgo)) {
		p = append(p, Problem{"starts_at", "is more than 12 hours past"})
	}
	return p
}

// overlaps gives the reference of another visit of the same worker that a visit overlaps (rule 8.1); "" for none.
func (s *step) overlaps(v Visit) string {
	for _, o := range s.w.Visits {
		if o.ID != v.ID && o.Live() && !o.Unwatched && !v.Unwatched &&
			o.StartsAt.Before(v.ExpectedEndAt) && v.StartsAt.Before(o.ExpectedEndAt) {
			return o.Reference
		}
	}
	return ""
}

func overlapping(reference string) []Problem {
	if reference == "" {
		return nil
	}
	return []Problem{{"starts_at", "overlaps visit " + reference + "; say \"overlap\": true if that is meant"}}
}

// edit changes a visit from a page, the API or the calendar.
func (s *step) edit(e Edit) error {
	i := s.w.index(e.Visit)
	if i < 0 {
		return ErrNoVisit
	}
	v := s.w.Visits[i]
	if err := s.movable(v); err != nil {
		return err
	}
	if err := s.startMovable(v, e.StartsAt); err != nil {
		return err
	}
	before := v
	if e.Responders != nil {
		v.Responders = slices.Clone(*e.Responders)
	}
	if e.Prompts != nil {
		s.prompts(&v, *e.Prompts)
	}
	if e.VoiceOnly != nil {
		if err := s.letVoice(&v, *e.VoiceOnly); err != nil {
			return err
		}
	}
	v.StartsAt, v.ExpectedEndAt = orElse(e.StartsAt, v.StartsAt), orElse(e.ExpectedEndAt, v.ExpectedEndAt)
	p, other := problems(s.at, v), ""
	if e.StartsAt.IsZero() { // a start that was accepted once is not judged again
		p = slices.DeleteFunc(p, func(p Problem) bool { return p.Field == "starts_at" })
	}
	if e.StartsAt.IsZero() && e.ExpectedEndAt.IsZero() { // its times stay as they are
		p = nil
	}
	if !e.Overlap && (v.StartsAt.Before(before.StartsAt) || v.ExpectedEndAt.After(before.ExpectedEndAt)) {
		other = s.overlaps(v)
		p = append(p, overlapping(other)...)
	}
	if len(p) > 0 {
		return &Invalid{Problems: p, Overlaps: other, TooLong: v.ExpectedEndAt.Sub(v.StartsAt) > longest}
	}
	s.reschedule(i, v, before)
	return nil
}

// prompts turns the prompts of a visit on or off. Of those whose time passed
// meanwhile only the last is sent: two at once would say no more.
func (s *step) prompts(v *Visit, on bool) {
	for !v.Clock.Prompts && on && v.EndAsked+1 < len(v.Clock.EndPrompts) && !v.ExpectedEndAt.Add(v.Clock.EndPrompts[v.EndAsked+1]).After(s.at) {
		v.EndAsked++
	}
	v.Clock.Prompts = on
}

// startMovable says no to another start once the worker may be there: a start
// put off would let the office call the visit off (rule 2.8).
func (s *step) startMovable(v Visit, start time.Time) error {
	if start.IsZero() || start.Equal(v.StartsAt) || !v.started(s.at) || v.Status == Booked && s.in.By == s.w.Worker {
		return nil
	}
	return &Refused{"the visit has started: its start can no longer be changed"}
}

// reschedule puts the edited visit in its place.
func (s *step) reschedule(i int, v, before Visit) {
	if !v.StartsAt.Equal(before.StartsAt) {
		v.StartAsked = false
	}
	if !v.ExpectedEndAt.Equal(before.ExpectedEndAt) {
		other := s.in.By != s.w.Worker
		if other {
			v.Claim = nil
		}
		s.moveEnd(&v, v.ExpectedEndAt)
		if other { // what the worker said stands, whoever moves the time
			v.Claim, v.Hushed = before.Claim, before.Hushed
		}
		if v.started(s.at) && !v.Unwatched {
			s.pass(TellNewTime, v, Board)
		}
	}
	s.w.Visits[i] = v
	sortVisits(s.w.Visits)
}

// movable says no once the visit is over or in an alarm.
func (s *step) movable(v Visit) error {
	if !v.Live() {
		return &Refused{"the visit is over"}
	}
	if s.covered(v.ID) {
		return &Refused{"an alarm is open on this visit: only closing it settles the visit"}
	}
	return nil
}

// moveEnd sets a new expected end: the clock starts anew from it.
func (s *step) moveEnd(v *Visit, until time.Time) {
	v.ExpectedEndAt, v.EndAsked, v.Proposed = until, 0, time.Time{}
	s.unclaim(v, ReplyUnclear)
	v.Hushed = false
	s.out = append(s.out, Happened{What: VisitNewTime, At: s.at, Visit: v.ID, By: s.actor(), Until: until})
}

// cancel calls a visit off; once it may have started, a person must have spoken
// with the worker (rule 2.8).
func (s *step) cancel(c Cancel) error {
	i := s.w.index(c.Visit)
	if i < 0 {
		return ErrNoVisit
	}
	v := &s.w.Visits[i]
	if err := s.movable(*v); err != nil {
		return err
	}
	spoke := c.Spoke && s.in.By != "" && s.in.By != s.w.Worker
	switch {
	case s.in.By == "":
		return &Invalid{Problems: []Problem{{"by", "says who calls it off"}}}
	case !v.started(s.at):
		s.end(v, Cancelled, CancelledBefore, s.in.By)
	case spoke && s.partnered(s.in.By, []string{v.ID}):
		return &Refused{"the visit has started: its joint partner's word ends only their own"}
	case spoke:
		s.end(v, Cancelled, SpokeWorker, s.in.By)
	default:
		return &Refused{"the visit has started: only the worker saying that they are not there, or a responder who spoke with them, calls it off"}
	}
	s.reply(Reply{Notice: ReplyCalledOff, Visit: v.ID})
	s.pass(TellCalledOff, *v, Board)
	return nil
}

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
