package watch_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// FuzzDisguise plays one script twice, with and without danger, and compares all
// that the worker could notice (law 9).
func FuzzDisguise(f *testing.F) {
	for _, seed := range lawSeeds() {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(holdDisguise)
}

func holdDisguise(t *testing.T, raw []byte, distress bool) {
	for _, overdue := range []bool{false, true} {
		(&twoDays{T: t, script: newScript(raw), distress: distress,
			with: watch.Watch{Worker: worker}, without: watch.Watch{Worker: worker}}).play(overdue)
	}
}

// twoDays are the same day with danger and without.
type twoDays struct {
	*testing.T
	*script
	distress      bool
	with, without watch.Watch
	latest        time.Time // the latest instant of the script so far
}

// never is a grace that no day of a script outlasts.
const never = 1000 * time.Hour

// play plays both days until the script ends; overdue says that a visit may be overdue before the danger begins.
func (d *twoDays) play(overdue bool) {
	d.Helper()
	if !overdue {
		d.clock.Grace = never
	}
	for i := 0; d.more() && i < 60; i++ {
		at, in := d.next(d.without)
		if at.Sub(d.first) > 900*time.Hour {
			return
		}
		danger, plain, play := d.pair(in, d.distress)
		if d.with.Shown == nil && onAlarm(in.Event) { // it is about the overdue alarm, and both days have that
			danger, plain, play = in, in, true
		}
		if !play || d.distress && d.without.Fragment != nil && criesOut(in.Event) {
			continue // what was unfinished before a cry for help is not asked back
		}
		tick := watch.Input{ID: in.ID + "before", Cover: in.Cover, Event: watch.Elapsed{}} // what is overdue by now is so before the danger
		if !d.same(at, tick, tick) || !d.same(at, danger, plain) {
			return
		}
		if d.with.Shown != nil {
			d.clock.Grace = never
		}
	}
}

func criesOut(e watch.Event) bool {
	t, is := e.(watch.Text)
	return is && danger(&t)
}

// onAlarm says whether the event is what someone does about an open alarm.
func onAlarm(e watch.Event) bool {
	switch e.(type) {
	case watch.Elapsed, watch.Book, watch.Edit, watch.Cancel, watch.Text, watch.Fetched, watch.BothOut, watch.Raise:
		return false
	default:
		return true
	}
}

// same gives each day its input and compares what the worker could notice. It is not so any more, and both are left, once
// the ladder of the overdue alarm of the day without danger went on to what in danger stands still.
func (d *twoDays) same(at time.Time, danger, plain watch.Input) bool {
	d.Helper()
	if at.After(d.latest) {
		d.latest = at // a script's clock may go back, and what was forgotten stays so
	}
	before := d.with.Shown != nil
	var seen, seenPlain []string
	var ladder bool
	d.with, seen, _ = notices(d.with, at, danger, d.distress, false)
	d.without, seenPlain, ladder = notices(d.without, at, plain, d.distress, before)
	if ladder {
		return false
	}
	if !slices.Equal(seen, seenPlain) {
		d.Fatalf("at %s, %s\nin danger  %q\nwithout    %q\nwith %s\nwithout %s", at, encoded(danger), seen, seenPlain, encoded(d.with), encoded(d.without))
	}
	shown := d.with.Shown
	if shown == nil || d.distress {
		return true
	}
	if encoded(forgotten(*shown, d.latest).Visits) != encoded(forgotten(d.without, d.latest).Visits) {
		d.Fatalf("at %s, %s\nshown   %s\nwithout %s", at, encoded(danger), encoded(shown.Visits), encoded(d.without.Visits))
	}
	if a, b := standing(shown.Alarm), standing(d.without.Alarm); a != b {
		d.Fatalf("at %s, %s\nshown   %s\nwithout %s", at, encoded(danger), a, b)
	}
	return true
}

// standing is an alarm as far as nobody's ladder moves it.
func standing(a *watch.Alarm) string {
	if a == nil {
		return "none"
	}
	return fmt.Sprint(a.ID, a.Kind, a.OpenedAt, a.Visits, a.HeldBy)
}

// ofLadder are the lines that the ladder of an overdue alarm adds by itself: in danger the alarm that the worker is shown
// stands still.
var ofLadder = []watch.What{watch.Told, watch.PolicePrompted, watch.ShiftChanged}

// partsDays are those after which the two days can no longer be compared.
var partsDays = []watch.What{watch.VisitOverdue, watch.AlarmOpened, watch.AlarmJoined, watch.HolderFellSilent}

// notices steps a watch, wakes it, and lists what the worker could notice. One
// in distress is told that we got their message, and is not texted unasked.
// With still, the lines of the ladder are left out; parted says that it did what is not to be compared.
func notices(w watch.Watch, at time.Time, in watch.Input, distress, still bool) (_ watch.Watch, seen []string, parted bool) {
	tick := watch.Input{ID: in.ID + "tick", Cover: in.Cover, Event: watch.Elapsed{}}
	for _, in := range []watch.Input{in, tick} {
		next, effects, err := w.Step(at, in)
		w = next
		if still {
			parted = parted || slices.ContainsFunc(effects, func(e watch.Effect) bool { return isOf(e, partsDays) })
			effects = slices.DeleteFunc(effects, func(e watch.Effect) bool { return isOf(e, ofLadder) })
		}
		if err != nil && in.By == worker {
			seen = append(seen, err.Error())
		}
		if !distress { // in distress the cry itself is on the record
			seen = append(seen, record(effects, next.Shown != nil)...)
		}
		for _, e := range effects {
			switch e := e.(type) {
			case watch.Reply:
				if distress && (e.Of == "" || e.Notice == watch.ReplyGotMessage) {
					continue
				}
				seen = append(seen, fmt.Sprintf("%+v", e))
			case watch.Fetch:
				seen = append(seen, fmt.Sprintf("%+v", e))
			case watch.Forward:
				if _, asks := e.Event.(watch.BothOut); asks {
					seen = append(seen, fmt.Sprintf("%+v", e))
				}
			}
		}
	}
	return w, seen, parted
}

func isOf(e watch.Effect, lines []watch.What) bool {
	h, is := e.(watch.Happened)
	return is && slices.Contains(lines, h.What)
}

// record lists the lines of the record that the worker can see of a step.
func record(effects []watch.Effect, danger bool) []string {
	var lines []string
	for _, e := range effects {
		h, is := e.(watch.Happened)
		if a, appeared := e.(watch.Appeared); danger {
			h, is = a.Happened, appeared
		}
		if is {
			lines = append(lines, fmt.Sprintf("%+v", h))
		}
	}
	return lines
}
