package watch_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/watch"
)

var scripts = flag.Int("scripts", 100, "scripts of chance that TestLawsAtRandom plays")

// FuzzLaws reads bytes as a script of inputs and time jumps, and checks the
// laws of the package after every step.
func FuzzLaws(f *testing.F) {
	for _, seed := range lawSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { holdToLaws(t, raw) })
}

// TestLawsAtRandom plays long scripts of chance, always the same ones: they come
// further than fuzzing does from short seeds. All that can happen must happen in
// one of them, or they no longer prove much.
func TestLawsAtRandom(t *testing.T) {
	chance := rand.New(rand.NewPCG(2026, 14))
	reached := map[watch.What]int{}
	for range *scripts {
		raw := make([]byte, 300)
		for i := range raw {
			raw[i] = byte(chance.Uint32())
		}
		for what, n := range holdToLaws(t, raw) {
			reached[what] += n
		}
		holdDisguise(t, raw, chance.Uint32()&1 == 0)
	}
	if *scripts < 100 {
		return
	}
	for _, what := range constants(t, "effect.go", "What") {
		if reached[watch.What(what)] == 0 {
			t.Errorf("no script came to %s", what)
		}
	}
}

// holdToLaws plays one script and counts what happened in it.
func holdToLaws(t *testing.T, raw []byte) map[watch.What]int {
	t.Helper()
	s := newScript(raw)
	l := &lawyer{t: t, watch: watch.Watch{Worker: worker}, told: map[string][]string{}, reached: map[watch.What]int{}}
	for s.more() && len(l.inputs) < 60 {
		at, in := s.next(l.watch)
		l.lateIsPunctual(at, in)
		l.step(at, in)
		l.repeat(s)
	}
	l.replays()
	return l.reached
}

// lawyer follows one watch through a script and holds it to the laws.
type lawyer struct {
	t       *testing.T
	watch   watch.Watch
	inputs  []given
	told    map[string][]string // by alarm: who was handed a message about it
	reached map[watch.What]int
}

type given struct {
	at      time.Time
	in      watch.Input
	refused bool
}

func (l *lawyer) fail(law, format string, args ...any) {
	l.t.Helper()
	for _, g := range l.inputs {
		l.t.Logf("%s %s by %q: %s", g.at.Format("02 15:04:05"), g.in.ID, g.in.By, encoded(g.in))
	}
	l.t.Logf("now %s", encoded(l.watch))
	l.t.Fatalf("%s: %s", law, fmt.Sprintf(format, args...))
}

func encoded(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func (l *lawyer) step(at time.Time, in watch.Input) {
	before := l.watch
	snapshot := encoded(before)
	next, effects, err := before.Step(at, in)
	l.inputs = append(l.inputs, given{at, in, err != nil})
	if again, effectsAgain, errAgain := before.Step(at, in); !reflect.DeepEqual(next, again) ||
		!reflect.DeepEqual(effects, effectsAgain) || (err == nil) != (errAgain == nil) {
		l.fail("law 1", "two answers to one input")
	}
	if encoded(before) != snapshot {
		l.fail("law 1", "Step changed its old value\nwas %s\nis  %s", snapshot, encoded(before))
	}
	if err != nil && (encoded(next) != snapshot || effects != nil) {
		l.fail("step", "an error, and still something changed: %v", err)
	}
	l.watch = next
	l.talks(at, before, next, in)
	l.byVoice(at, before, next, in)
	if len(effects) > 400 {
		l.fail("bound", "%d effects of one input", len(effects))
	}
	l.bookkeeping(effects)
	l.evidence(before, next, effects)
	if err == nil {
		l.alarmed(at)
	}
	l.settles(at)
	l.ends()
}

// talks: what a text may do at most, whatever was asked before it and whatever came before it.
func (l *lawyer) talks(at time.Time, before, next watch.Watch, in watch.Input) {
	if f := next.Fragment; f != nil && f.Text != nil && (next.Wake().IsZero() || next.Wake().After(f.At.Add(time.Minute))) {
		l.fail("rule 2.3", "an unfinished text of %s waits, and the wake is %s", f.At, next.Wake())
	}
	t, is := in.Event.(watch.Text)
	if !is {
		return
	}
	says := []*watch.Text{&t}
	if len(before.Awaits(at)) > 0 && in.By == "" {
		says = []*watch.Text{t.Joined} // what the text says alone ends nothing
	}
	if before.Asked != nil {
		says = append(says, &before.Asked.Text)
	}
	for _, was := range before.Visits {
		is, _ := next.Visit(was.ID)
		if was.Live() && !is.Live() && is.EndedBy != "" && !slices.ContainsFunc(says, func(t *watch.Text) bool { return t != nil && (ends(t) || ends(t.Besides)) }) {
			l.fail("rule 2.3", "no text that says so ended visit %s", was.ID)
		}
		base := was.ExpectedEndAt
		if base.Before(at) {
			base = at
		}
		if more := is.ExpectedEndAt.Sub(base); was.Live() && more > 2*time.Hour && is.ExpectedEndAt.Sub(was.Proposed).Abs() > 10*time.Minute {
			l.fail("rule 2.3", "a text made visit %s %s longer, and that was not asked back", was.ID, more)
		}
	}
}

// byVoice: a visit that ends by voice only is ended by nobody's text, press or program (law 10).
func (l *lawyer) byVoice(at time.Time, before, next watch.Watch, in watch.Input) {
	for _, was := range before.Visits {
		is, found := next.Visit(was.ID)
		if !was.VoiceOnly || !was.Live() || !found || is.Live() {
			continue
		}
		beside := slices.ContainsFunc(was.Partners, func(p watch.Partner) bool { return p.Worker == in.By })
		another := in.By != "" && in.By != worker && !beside
		heard := false
		switch e := in.Event.(type) {
		case watch.Text:
			heard = another && in.Via == "call"
		case watch.Cancel:
			heard = another && e.Spoke
		case watch.Close:
			heard = in.By != "" && in.By != worker
		}
		ahead := is.Evidence == watch.CancelledBefore && was.Status == watch.Booked && was.StartsAt.After(at)
		if !heard && !ahead && is.Evidence != watch.NotWatched {
			l.fail("law 10", "visit %s ended on %s, and nobody spoke with the worker", was.ID, is.Evidence)
		}
		if is.Evidence == watch.WorkerOut {
			l.fail("law 10", "visit %s, which ends by voice only, ended on the worker's own word", was.ID)
		}
	}
	for _, v := range next.Visits {
		if was, found := before.Visit(v.ID); found && was.VoiceOnly && !v.VoiceOnly && (in.By == "" || in.By == worker) {
			l.fail("law 10", "the worker let visit %s end by a text", v.ID)
		}
	}
}

func ends(t *watch.Text) bool {
	return t != nil && (t.Intent == checkin.End || t.Intent == checkin.Cancel)
}

func danger(t *watch.Text) bool {
	return t.Intent == checkin.Duress || t.Intent == checkin.Distress
}

// ends: a visit that is still ahead ends after it starts, whoever moved it.
func (l *lawyer) ends() {
	for _, v := range l.watch.Live() {
		if v.Status == watch.Booked && !v.ExpectedEndAt.After(v.StartsAt) {
			l.fail("rule 2.3", "visit %s ends at %s and starts at %s", v.ID, v.ExpectedEndAt, v.StartsAt)
		}
	}
}

// alarmed: every visit whose due time passed is in the open alarm.
func (l *lawyer) alarmed(at time.Time) {
	for _, v := range l.watch.Live() {
		if v.Unwatched || v.Due().After(at) {
			continue
		}
		if l.watch.Alarm == nil || !slices.Contains(l.watch.Alarm.Visits, v.ID) {
			l.fail("rule 7.2", "visit %s was due at %s and has no alarm", v.ID, v.Due())
		}
	}
}

// settles: after Elapsed nothing is due, and there is a wake while it is needed.
func (l *lawyer) settles(at time.Time) {
	in := watch.Input{ID: fmt.Sprintf("tick%d", len(l.inputs)), Cover: l.inputs[len(l.inputs)-1].in.Cover, Event: watch.Elapsed{}}
	before := l.watch
	next, effects, err := before.Step(at, in)
	if err != nil {
		l.fail("law 3", "Elapsed was refused: %v", err)
	}
	if wake := before.Wake(); (wake.IsZero() || wake.After(at)) && (effects != nil || !reflect.DeepEqual(before, next)) {
		l.fail("law 3", "an Elapsed that came early changed something")
	}
	if effects != nil {
		l.inputs = append(l.inputs, given{at: at, in: in})
	}
	l.watch = next
	l.bookkeeping(effects)
	l.evidence(before, next, effects)
	l.alarmed(at)
	wake := next.Wake()
	if !wake.IsZero() && !wake.After(at) {
		l.fail("law 3", "still due after Elapsed at %s: %s", at, wake)
	}
	for _, v := range next.Live() {
		if wake.IsZero() || v.Status != watch.Overdue && !v.Unwatched && wake.After(v.Due()) {
			l.fail("law 2", "visit %s is live, due %s, and the wake is %s", v.ID, v.Due(), wake)
		}
	}
	if a := next.Alarm; a != nil {
		longest := watch.LiaisonMost
		if a.TheyKnow.IsZero() && a.HarmedAt.IsZero() {
			longest = max(a.Clock.RingRound, watch.HolderSilence)
		}
		if wake.IsZero() || wake.Sub(at) > longest+time.Minute {
			l.fail("law 2", "an alarm is open and the wake is %s, now %s", wake, at)
		}
	}
}

// bookkeeping: who was told of an alarm is told that it closed.
func (l *lawyer) bookkeeping(effects []watch.Effect) {
	var stoodDown []string
	for _, e := range effects {
		switch e := e.(type) {
		case watch.Happened:
			l.reached[e.What]++
		case watch.Tell:
			if e.To == "" || e.To == worker {
				l.fail("tell", "told %q of %s", e.To, e.Notice)
			}
			if e.Notice == watch.TellClosed {
				stoodDown = append(stoodDown, e.To)
			} else if e.Alarm != "" && !slices.Contains(l.told[e.Alarm], e.To) {
				l.told[e.Alarm] = append(l.told[e.Alarm], e.To)
			}
		case watch.Closed:
			for _, id := range l.told[e.Alarm.ID] {
				if !slices.Contains(stoodDown, id) {
					l.fail("law 7", "%s was told of alarm %s and not that it closed", id, e.Alarm.ID)
				}
			}
		}
	}
}

// evidence: nothing ends, closes or vanishes without it.
func (l *lawyer) evidence(before, next watch.Watch, effects []watch.Effect) {
	closed := slices.IndexFunc(effects, func(e watch.Effect) bool { _, is := e.(watch.Closed); return is })
	if before.Alarm != nil && (next.Alarm == nil || next.Alarm.ID != before.Alarm.ID) {
		if closed < 0 || effects[closed].(watch.Closed).Alarm.Evidence == "" {
			l.fail("law 8", "alarm %s is gone without evidence", before.Alarm.ID)
		}
	}
	if a, b := before.Alarm, next.Alarm; a != nil && b != nil && a.ID == b.ID && (rank(a.Kind) > rank(b.Kind) || !a.Mention && b.Mention && a.Kind.Danger()) {
		l.fail("rule 8.7", "the alarm was lowered")
	}
	for _, was := range before.Visits {
		is, found := next.Visit(was.ID)
		switch {
		case !found && was.Live():
			l.fail("rule 7.1", "live visit %s vanished", was.ID)
		case !found || is.Live() || !was.Live():
		case is.Evidence == "" || is.EndedAt.IsZero():
			l.fail("law 8", "visit %s ended without evidence", is.ID)
		case was.Status == watch.Overdue && is.EndedBy == worker && !was.Clock.OutClosesOverdue:
			l.fail("rule 3.2", "a text ended visit %s in an open alarm", is.ID)
		}
	}
}

func rank(k watch.Kind) int {
	return slices.Index([]watch.Kind{watch.OverdueAlarm, watch.Distress, watch.Duress}, k)
}

// lateIsPunctual: one late Elapsed does what punctual ones do.
func (l *lawyer) lateIsPunctual(at time.Time, in watch.Input) {
	if at.Sub(l.watch.Wake()) > 72*time.Hour {
		return // too long to walk; TestSleepOfYears is about it
	}
	tick := watch.Input{ID: fmt.Sprintf("late%d", len(l.inputs)), Cover: in.Cover, Event: watch.Elapsed{}}
	punctual, once := l.watch, l.watch
	told := map[string]bool{}
	steps := 0
	for wake := punctual.Wake(); !wake.IsZero() && !wake.After(at); wake = punctual.Wake() {
		if steps++; steps > 600 {
			return // a rehearsal's clock: too long to walk
		}
		next, effects, err := punctual.Step(wake, tick)
		if err != nil {
			l.fail("law 4", "Elapsed was refused: %v", err)
		}
		alarmTold(told, effects)
		punctual = next
	}
	once, effects, err := once.Step(at, tick)
	if err != nil {
		l.fail("law 4", "Elapsed was refused: %v", err)
	}
	toldOnce := map[string]bool{}
	alarmTold(toldOnce, effects)
	if !reflect.DeepEqual(told, toldOnce) {
		l.fail("law 4", "late at %s: told %v, punctually %v", at, toldOnce, told)
	}
	if a, b := encoded(forgotten(once, at)), encoded(forgotten(punctual, at)); a != b {
		l.fail("law 4", "late at %s:\n%s\npunctually:\n%s", at, a, b)
	}
}

// alarmTold notes who was told of which alarm, and who was told to go to the police.
func alarmTold(told map[string]bool, effects []watch.Effect) {
	for _, e := range effects {
		if t, is := e.(watch.Tell); is && t.Alarm != "" {
			told[t.Alarm+" "+t.To] = true
			if t.Notice == watch.TellPolice {
				told[t.Alarm+" "+t.To+" police"] = true
			}
		}
	}
}

// forgotten leaves out what a later step lets go of anyway.
func forgotten(w watch.Watch, at time.Time) watch.Watch {
	w.Visits = slices.DeleteFunc(slices.Clone(w.Visits), func(v watch.Visit) bool {
		return !v.Live() && v.EndedAt.Before(at.Add(-24*time.Hour))
	})
	if w.Asked != nil && w.Asked.At.Before(at.Add(-30*time.Minute)) {
		w.Asked = nil
	}
	if w.Question != nil && w.Question.At.Before(at.Add(-30*time.Minute)) {
		w.Question = nil
	}
	if w.Fragment != nil && w.Fragment.Text == nil && w.Fragment.At.Before(at.Add(-time.Minute)) {
		w.Fragment = nil
	}
	if w.Shown != nil {
		w.Shown = new(forgotten(*w.Shown, at))
	}
	return w
}

// repeat gives an input that was taken before once more.
func (l *lawyer) repeat(s *script) {
	g := l.inputs[s.pick(len(l.inputs))]
	if _, tick := g.in.Event.(watch.Elapsed); tick || g.refused {
		return
	}
	next, effects, err := l.watch.Step(s.now.Add(time.Duration(s.pick(3))*time.Hour), g.in)
	if err != nil || effects != nil || !reflect.DeepEqual(next, l.watch) {
		l.fail("law 5", "the repeat of %s had an effect: %v %v", g.in.ID, effects, err)
	}
}

// replays: the record, written and read back, leads to the same value.
func (l *lawyer) replays() {
	w := watch.Watch{Worker: worker}
	for _, g := range l.inputs {
		var in watch.Input
		if err := json.Unmarshal([]byte(encoded(g.in)), &in); err != nil {
			l.fail("law 6", "read back: %v", err)
		}
		next, _, err := w.Step(g.at, in)
		if (err != nil) != g.refused {
			l.fail("law 6", "replayed to another answer: %v", err)
		}
		w = watch.Watch{}
		if err := json.Unmarshal([]byte(encoded(next)), &w); err != nil {
			l.fail("law 6", "read back: %v", err)
		}
	}
	if encoded(w) != encoded(l.watch) {
		l.fail("law 6", "replayed to another value\nwas %s\nis  %s", encoded(l.watch), encoded(w))
	}
}

// A server that slept for years wakes in one short step (law 4).
func TestSleepOfYears(t *testing.T) {
	at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	cover := fullCover()
	w := watch.Watch{Worker: worker}
	book := watch.Book{Visit: watch.Visit{ID: "v1", Reference: "A7F3", StartsAt: at.Add(time.Hour), ExpectedEndAt: at.Add(2 * time.Hour), Clock: usual()}}
	w, _, err := w.Step(at, watch.Input{ID: "1", By: "office", Cover: cover, Event: book})
	if err != nil {
		t.Fatal(err)
	}
	w, effects, err := w.Step(at.AddDate(100, 0, 0), watch.Input{ID: "2", Cover: cover, Event: watch.Elapsed{}})
	if err != nil || len(effects) > 20 {
		t.Fatalf("%d effects, %v", len(effects), err)
	}
	if !slices.Equal(w.Alarm.Told, []string{"sam", "lee", "kim", "mo"}) || w.Alarm.Prompts == 0 {
		t.Fatalf("told %v, %d police prompts", w.Alarm.Told, w.Alarm.Prompts)
	}
	if !w.Alarm.OpenedAt.Equal(at.Add(2*time.Hour + usual().Grace)) {
		t.Fatalf("opened at %s: escalation counts from the deadline", w.Alarm.OpenedAt)
	}
}

// An alarm's id stands in a text's link, however long the provider's id of the
// text that opened it: short, the same for the same input, another for another.
func TestAlarmIDs(t *testing.T) {
	at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	opened := func(worker, input string) string {
		t.Helper()
		w, _, err := watch.Watch{Worker: worker}.Step(at, watch.Input{ID: input, By: "ann", Cover: fullCover(), Event: watch.Raise{Kind: watch.Duress}})
		if err != nil {
			t.Fatal(err)
		}
		return w.Alarm.ID
	}
	const long = "twilio/SM0123456789abcdef0123456789abcdef/01995d6c-7d2e-7000-8000-000000000001"
	id := opened("priya", long)
	if !regexp.MustCompile(`^a[a-z2-7]{16}$`).MatchString(id) {
		t.Errorf("id %q", id)
	}
	if again := opened("priya", long); again != id {
		t.Errorf("the same input gave %s and %s", id, again)
	}
	seen := map[string]bool{id: true}
	for _, of := range [][2]string{{"lena", long}, {"priya", long + "2"}, {"priya", ""}, {"priyat", "wilio/SM"}} {
		if id := opened(of[0], of[1]); seen[id] {
			t.Errorf("two alarms are %s", id)
		} else {
			seen[id] = true
		}
	}
}

// A clock that was never set must not repeat for ever in one instant.
func TestUnsetClock(t *testing.T) {
	at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	w := watch.Watch{Worker: worker}
	w, _, err := w.Step(at, watch.Input{ID: "1", By: "ann", Cover: fullCover(), Clock: plan.Clock{}, Event: watch.Raise{Kind: watch.Duress}})
	if err != nil {
		t.Fatal(err)
	}
	if wake := w.Wake(); !wake.Equal(at.Add(2 * time.Minute)) {
		t.Fatalf("wake %s", wake)
	}
}
