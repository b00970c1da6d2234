package watch

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
)

const (
	remembered = 64             // inputs remembered for law 5; the store's inbox remembers for ever
	kept       = 24 * time.Hour // how long an ended visit stays, to recognise a repeat of its OUT
	soonAfter  = 10 * time.Minute
	muchMore   = 2 * time.Hour    // rule 2.3: few visits last so much longer, and a slip ("18:30" for "16:30") makes the alarm so much later
	sameWords  = 10 * time.Minute // how far apart a much later time and its repeat may be: the words may count from now
	longest    = 24 * time.Hour
	longAgo    = 12 * time.Hour
	askStands  = 30 * time.Minute // how long a question to the worker can be answered
	aheadOf    = time.Hour        // how long before its start an IN or a cry for help is about a visit
	unplanned  = time.Hour        // the length of a visit that an IN opened without saying
)

// step is one Step under way.
type step struct {
	w     *Watch
	now   time.Time // when we are
	at    time.Time // the instant that is being worked on: earlier than now when we woke late
	in    Input
	of    string   // the input whose words we act on: in, or the text that in brings news of
	parts []string // the inputs before it whose words are read as one with it
	acted bool     // one of those was acted on
	cover rota.Cover
	shown bool // this is the watch as the worker sees it: no alarm opens in it, nor moves
	out   []Effect
}

// Step gives the worker's watch after in happened at the instant at, and what
// the world must now be told. All that fell due by then is done first. On an
// error nothing changed: *Invalid says which field is wrong, *Refused that the
// protocol says no, ErrNoAlarm that there is nothing to act on.
func (w Watch) Step(at time.Time, in Input) (Watch, []Effect, error) {
	if w.settled(at, in) {
		return w, nil, nil
	}
	next := w.clone()
	next.forget(at)
	effects, err := next.take(at, in, false)
	effects, errShown := next.disguise(w, at, in, effects)
	if w.endangered() && (in.By == w.Worker || in.Unaware) {
		err = errShown // also what is refused must look as if there were no alarm (rule 4.2)
	}
	if err != nil {
		return w, nil, err
	}
	next.remember(in)
	return next, collapse(effects), nil
}

// settled says whether in brings nothing new: the same input again, or an
// Elapsed with nothing due.
func (w Watch) settled(at time.Time, in Input) bool {
	if _, tick := in.Event.(Elapsed); tick {
		wake := w.Wake()
		return wake.IsZero() || wake.After(at)
	}
	return slices.Contains(w.Seen, in.ID)
}

// take does what is due and then the input, on a value that may be changed.
// With an error come the effects of what was due; the input itself had none.
func (w *Watch) take(at time.Time, in Input, shown bool) ([]Effect, error) {
	s := &step{w: w, now: at, at: at, in: in, of: in.ID, cover: in.Cover, shown: shown}
	s.elapse()
	err := s.do()
	return s.out, err
}

// reassured says whether the second duress message was sent since they last asked.
func (w Watch) reassured() bool { return w.Alarm != nil && w.Alarm.Reassured }

// endangered says whether an alarm is open that the worker must not see.
func (w Watch) endangered() bool { return w.Alarm != nil && w.Alarm.Kind.Danger() }

// disguise keeps law 9: while danger is open only the shown watch answers the
// worker. It starts as the watch was before the danger: with the overdue alarm that
// the worker knows of, where one was open. The error is what the shown watch said
// to the input.
func (w *Watch) disguise(before Watch, at time.Time, in Input, effects []Effect) ([]Effect, error) {
	if !w.endangered() {
		w.Shown = nil
		return effects, nil
	}
	if w.Shown == nil {
		w.Shown = new(before.shownFrom(at))
	}
	w.Shown.forget(at)
	seen, err := w.Shown.take(at, in, true)
	adopted := w.adopt()
	effects = slices.DeleteFunc(effects, toWorker)
	for _, e := range seen {
		if h, is := e.(Happened); is {
			if slices.Contains(adopted, h.Visit) { // it is so, and everyone's to see
				effects = append(effects, h)
			}
			e = Appeared{h}
		}
		if r, is := e.(Reply); is && r.Of == "" && w.Alarm.Kind == Distress {
			continue // never text someone in distress unasked (rule 4.5)
		}
		if r, is := e.(Reply); is && r.Notice == ReplyFound {
			if before.reassured() {
				continue
			}
			r.Of = cmp.Or(w.Alarm.Asked, r.Of) // to where they asked from
			e = r
		}
		if toWorker(e) {
			effects = append(effects, e)
		}
	}
	return effects, err
}

// adopt puts under watch what the worker began in the shown watch alone: they
// were told that we know of it.
func (w *Watch) adopt() (adopted []string) {
	for _, v := range w.Shown.Visits {
		if v.Live() && w.index(v.ID) < 0 {
			w.Visits = append(w.Visits, v)
			adopted = append(adopted, v.ID)
		}
	}
	sortVisits(w.Visits)
	return adopted
}

// toWorker says whether the worker could notice the effect: an answer, the
// fetch on which an answer waits, a question to the partner beside them, or a
// line of their own record.
func toWorker(e Effect) bool {
	switch e := e.(type) {
	case Reply, Fetch, Appeared:
		return true
	case Forward:
		_, asks := e.Event.(BothOut)
		return asks
	default:
		return false
	}
}

// shownFrom is the watch as the worker is shown it from the instant at, when danger
// began. An overdue alarm that is open stays as it stands, and its visits with it: that
// it went away would say that there is another.
func (w Watch) shownFrom(at time.Time) Watch {
	w = w.clone()
	w.Shown, w.Seen, w.Since = nil, nil, at
	return w
}

func (s *step) do() error {
	switch e := s.in.Event.(type) {
	case Elapsed:
		return nil
	case Book:
		return s.book(e)
	case Edit:
		return s.edit(e)
	case Cancel:
		return s.cancel(e)
	case Text:
		s.text(e)
		return nil
	case Fetched:
		s.fetched(e)
		return nil
	case BothOut:
		s.bothOut(e)
		return nil
	case Raise:
		return s.raise(e)
	case Reassure:
		return s.reassure()
	default:
		return s.act()
	}
}

// elapse does, one by one and each at its own instant, all that fell due.
func (s *step) elapse() {
	for {
		t := s.w.wake(s.shown)
		if t.IsZero() || t.After(s.now) {
			break
		}
		s.at = t
		s.advance()
	}
	s.at = s.now
}

// advance does the first thing that is due.
func (s *step) advance() {
	if t := s.w.Fragment.wake(); !t.IsZero() && !t.After(s.at) {
		s.restDue()
		return
	}
	for i := range s.w.Visits {
		if t := s.w.visitWake(i, s.shown); !t.IsZero() && !t.After(s.at) {
			s.visitDue(i)
			return
		}
	}
	s.alarmDue()
}

// Wake is the next instant at which time alone changes something; zero when
// nothing is live.
func (w Watch) Wake() time.Time {
	t := w.wake(false)
	if w.Shown != nil {
		t = earliest(t, w.Shown.wake(true))
	}
	return t
}

func (w *Watch) wake(shown bool) time.Time {
	t := w.Fragment.wake()
	for i := range w.Visits {
		t = earliest(t, w.visitWake(i, shown))
	}
	if w.Alarm != nil && !shown {
		t = earliest(t, w.Alarm.wake())
	}
	return t
}

func (w *Watch) remember(in Input) {
	if _, tick := in.Event.(Elapsed); tick || in.ID == "" {
		return
	}
	w.Seen = append(w.Seen, in.ID)
	if over := len(w.Seen) - remembered; over > 0 {
		w.Seen = slices.Delete(w.Seen, 0, over)
	}
}

// forget lets go of visits that ended over a day ago. It comes before all that
// is due, so that a visit is there ended once before it is gone.
func (w *Watch) forget(at time.Time) {
	w.Visits = slices.DeleteFunc(w.Visits, func(v Visit) bool {
		return !v.Live() && v.EndedAt.Before(at.Add(-kept))
	})
	if w.Asked != nil && w.Asked.At.Before(at.Add(-askStands)) {
		w.Asked = nil
	}
	if w.Question != nil && w.Question.At.Before(at.Add(-askStands)) {
		w.Question = nil
	}
	if w.Fragment != nil && w.Fragment.Text == nil && w.Fragment.At.Before(at.Add(-restWithin)) {
		w.Fragment = nil
	}
}

// alarmID is short, because it stands in a text's link: the same for the same
// input, and not to be guessed at from another's.
func (s *step) alarmID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	sum := sha256.Sum256([]byte(s.w.Worker + "\x00" + s.in.ID))
	id := []byte("a")
	for _, b := range sum[:16] {
		id = append(id, letters[b%32])
	}
	return string(id)
}

// covered says whether the open alarm covers the visit, so that nothing but a
// person's close moves its clock (rule 3.2).
func (s *step) covered(id string) bool {
	return s.w.Alarm != nil && slices.Contains(s.w.Alarm.Visits, id)
}

// clockFor is the pinned clock of the first of the visits, else the team's now.
// An interval of nothing would repeat for ever in one instant, so that a clock
// that was never set gets the protocol's own.
func (s *step) clockFor(ids []string) plan.Clock {
	c := s.in.Clock
	if v, found := s.w.Visit(first(ids)); found {
		c = v.Clock
	}
	c.Acknowledge = positive(c.Acknowledge, 5*time.Minute)
	c.AcknowledgeDanger = positive(c.AcknowledgeDanger, 2*time.Minute)
	c.Repeat = positive(c.Repeat, 5*time.Minute)
	return c
}

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// actor is who did what the input says: a text that nobody recorded is the
// worker's own.
func (s *step) actor() string {
	switch s.in.Event.(type) {
	case Text, Fetched:
		return cmp.Or(s.in.By, s.w.Worker)
	default:
		return s.in.By
	}
}

func (s *step) happened(what What, visit, by string) {
	s.out = append(s.out, Happened{What: what, At: s.at, Visit: visit, By: by})
}

// tell adds a message to someone who answers for the worker.
func (s *step) tell(t Tell) {
	if t.To == "" || t.To == s.w.Worker || s.shown {
		return
	}
	if t.At.IsZero() {
		t.At = s.at
	}
	t.Late = s.now.Sub(s.at)
	s.out = append(s.out, t)
}

// tellOf tells someone of the open alarm, and remembers that they know of it.
func (s *step) tellOf(a *Alarm, t Tell) {
	if t.To == "" || t.To == s.w.Worker || s.shown {
		return
	}
	if t.Notice != TellClosed && s.beside(t.To) { // who was told before they were beside them still hears that it is over
		return
	}
	t.Alarm, t.Round = a.ID, a.Round
	t.Unsure = s.claimed(a)
	if t.Visit == "" {
		t.Visit = first(a.Visits)
	}
	if !slices.Contains(a.Told, t.To) {
		t.First = true
		a.Told = append(a.Told, t.To)
		s.happened(Told, t.Visit, t.To)
	}
	s.tell(t)
}

// claimed says whether the alarm must show an OUT that was not confirmed.
func (s *step) claimed(a *Alarm) bool {
	return slices.ContainsFunc(s.w.Visits, func(v Visit) bool {
		return v.Claim != nil && slices.Contains(a.Visits, v.ID)
	})
}

// pass passes on what the worker did to whoever answers for them now (rule 2.7).
func (s *step) pass(n Notice, v Visit, reach Reach) {
	s.tell(Tell{To: s.responder(v.ID), Notice: n, Reach: reach, Visit: v.ID, Until: v.ExpectedEndAt, Of: s.of})
}

// chain is the cover chain of the visits. The worker and the partners of a
// joint visit are skipped in their own; a partner is still better than nobody.
func (s *step) chain(visits ...string) []string {
	var own, others []string
	for _, id := range union(nil, s.cover.Chain) {
		if id == s.w.Worker {
			continue
		}
		own = append(own, id)
		if !s.partnered(id, visits) {
			others = append(others, id)
		}
	}
	if len(others) == 0 && len(s.managers(visits)) == 0 {
		return own
	}
	return others
}

// managers are those of the cover who are not in the visits themselves.
func (s *step) managers(visits []string) []string {
	return slices.DeleteFunc(union(nil, s.cover.Managers), func(id string) bool {
		return id == s.w.Worker || s.partnered(id, visits)
	})
}

// beside says whether someone is with the worker on a visit that the alarm
// covers, perhaps in the same danger: they are not told of it and have no hand
// in it, unless there is nobody else at all.
func (s *step) beside(id string) bool {
	a := s.w.Alarm
	if a == nil || !s.partnered(id, a.Visits) {
		return false
	}
	others := union(s.chain(a.Visits...), s.managers(a.Visits))
	if a.Kind.Danger() {
		others = union(others, s.cover.Colleagues)
	}
	return slices.ContainsFunc(others, func(o string) bool { return o != s.w.Worker && !s.partnered(o, a.Visits) })
}

func (s *step) partnered(id string, visits []string) bool {
	return slices.ContainsFunc(s.w.Visits, func(v Visit) bool {
		return slices.Contains(visits, v.ID) && slices.ContainsFunc(v.Partners, func(p Partner) bool { return p.Worker == id })
	})
}

// responder is who answers for the visits now: the first of their chain; when
// the rota has ended, the day's manager.
func (s *step) responder(visits ...string) string {
	return cmp.Or(first(s.chain(visits...)), first(s.managers(visits)), first(s.cover.Managers))
}

func (s *step) reply(r Reply) {
	r.At, r.Of = s.at, s.of
	s.out = append(s.out, r)
	s.asked(r)
}

// prompt is a message to the worker that answers nothing.
func (s *step) prompt(n Notice, v Visit) {
	r := Reply{Notice: n, Visit: v.ID, At: s.at, Until: v.ExpectedEndAt, Who: s.responder(v.ID)}
	s.out = append(s.out, r)
	s.asked(r)
}

// earliest is the first of the instants that are set; zero when none is.
func earliest(times ...time.Time) time.Time {
	var t time.Time
	for _, u := range times {
		if !u.IsZero() && (t.IsZero() || u.Before(t)) {
			t = u
		}
	}
	return t
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// union is a and what of b is not in it, in order, in a slice of its own.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, id := range b {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
