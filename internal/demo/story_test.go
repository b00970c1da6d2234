package demo_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// playOut lets a story play by itself to its end.
func (w *world) playOut(id string) demo.Story {
	w.t.Helper()
	w.must(w.Play(w.t.Context(), id))
	for range 8000 {
		switch s := w.story(id); s.Phase {
		case demo.Finished:
			return s
		case demo.Playing:
			w.tick()
		default:
			w.t.Fatalf("it stopped at step %d:\n%s", now(s), told(s))
		}
	}
	w.t.Fatalf("it never ends:\n%s", told(w.story(id)))
	return demo.Story{}
}

// alarmsOf are a worker's alarms, the latest first.
func (w *world) alarmsOf(worker string) (own []store.Alarm) {
	w.t.Helper()
	all, err := w.db.Alarms(w.t.Context(), "", 0)
	w.must(err)
	for _, a := range all {
		if a.Worker == worker {
			own = append(own, a)
		}
	}
	return own
}

func TestStoriesPlayToTheirEnd(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]struct {
		kind     watch.Kind
		evidence watch.Evidence
		told     int // at least so many
	}{
		"forgotten-check-out": {watch.OverdueAlarm, watch.SpokeWorker, 1},
		"ask-for-scarlett":    {watch.Duress, watch.SeenByPolice, 2},
		"nobody-answers":      {watch.OverdueAlarm, watch.SeenByPolice, 3},
	} {
		t.Run(id, func(t *testing.T) {
			w := newWorld(t)
			for again := range 2 { // a story can be told twice
				began := w.clock.Hand()
				s := w.playOut(id)
				for _, x := range s.Steps {
					if x.Is != "done" || x.Says == "" || x.Look == "" || strings.ContainsAny(x.Says, "{}") {
						t.Errorf("a step ended as %+v", x)
					}
				}
				own := w.alarmsOf(s.Worker)
				if len(own) != again+1 {
					t.Fatalf("%s has had %d alarms, want %d", s.Worker, len(own), again+1)
				}
				if a := own[0]; a.Kind != want.kind || a.Status != store.AlarmClosed || a.Evidence != want.evidence || len(a.Told) < want.told {
					t.Errorf("the alarm ended as %+v", a)
				}
				if took := w.clock.Hand().Sub(began); took > time.Minute {
					t.Errorf("it took %v", took)
				}
				if w.Time().Speed != demo.UsualSpeed {
					t.Errorf("the clock runs at %d after it", w.Time().Speed)
				}
			}
			if w.log.Len() > 0 {
				t.Errorf("the log says %s", w.log)
			}
		})
	}
}

func TestAStoryIsPausedAndGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "forgotten-check-out"
	w.must(w.Play(t.Context(), id))
	w.until("the third step", func() bool { return now(w.story(id)) == 2 })
	w.must(w.Pause(t.Context()))
	was := w.Time().Now
	for range 400 {
		w.tick()
	}
	if s := w.story(id); s.Phase != demo.Paused || now(s) != 2 || !w.Time().Now.Equal(was) {
		t.Errorf("paused at %v, and now it is %v\n%s", was, w.Time().Now, told(s))
	}
	w.must(w.Resume(t.Context()))
	w.until("the end", func() bool { return w.story(id).Phase == demo.Finished })
}

func TestPausingTheClockPausesTheStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "ask-for-scarlett"
	w.must(w.Play(t.Context(), id))
	w.tick()
	w.must(w.SetSpeed(t.Context(), 0))
	if s := w.story(id); s.Phase != demo.Paused {
		t.Errorf("it is %q", s.Phase)
	}
	w.must(w.Resume(t.Context()))
	w.until("the end", func() bool { return w.story(id).Phase == demo.Finished })
}

func TestAStoryIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "forgotten-check-out"
	w.must(w.Play(t.Context(), id))
	w.until("the alarm", func() bool { _, open := w.openAlarm("p-priya"); return open })
	w.must(w.TakeOver(t.Context()))
	var rung demo.Phone
	w.until("a phone rings", func() bool {
		all, err := w.Phones(t.Context())
		w.must(err)
		for _, p := range all {
			if _, rings := ringing(p); rings && p.Person != "" {
				rung = p
				return true
			}
		}
		return false
	})
	c, _ := ringing(rung)
	w.must(w.PickUp(t.Context(), c.ID))
	calls := w.phone(rung.ID).Calls
	if len(calls) != 1 || len(calls[0].Heard) != 1 || town.Asked(calls[0].Heard[0]) == "" {
		t.Fatalf("on the phone: %+v", calls)
	}
	w.must(w.PressKey(t.Context(), c.ID, town.Asked(calls[0].Heard[0])))
	a, open := w.openAlarm("p-priya")
	if held := w.holds(rung.Person); !open || !held {
		t.Errorf("%s pressed the key, and Priya's alarm is held by %q", rung.Person, a.HeldBy)
	}
	at := now(w.story(id))
	for range 400 {
		w.tick()
	}
	if s := w.story(id); s.Phase != demo.TakenOver || now(s) != at {
		t.Errorf("it went on without being asked:\n%s", told(s))
	}
	if _, open := w.openAlarm("p-priya"); !open {
		t.Error("the alarm was closed by nobody")
	}
	if got := w.playOut(id); got.Phase != demo.Finished { // and it can be begun again
		t.Errorf("begun again it is %q", got.Phase)
	}
}

// holds says whether someone has an open alarm.
func (w *world) holds(person string) bool {
	w.t.Helper()
	open, err := w.db.Alarms(w.t.Context(), store.AlarmOpen, 0)
	w.must(err)
	for _, a := range open {
		if a.HeldBy == person {
			return true
		}
	}
	return false
}

func TestAStepThatDoesNotComeTrueSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "nobody-answers"
	w.must(w.Play(t.Context(), id))
	w.until("the alarm", func() bool { _, open := w.openAlarm("p-grace"); return open })
	a, _ := w.openAlarm("p-grace") // and a visitor closes it
	w.must(w.engine.Act(t.Context(), engine.Actor{By: "p-lee", Via: "api"}, a.ID,
		watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}, engine.Words{Note: "Spoke with her."}))
	w.until("it says so", func() bool { return w.story(id).Phase == demo.Stuck })
	if s := w.story(id); !strings.Contains(s.Trouble, "did not come true") {
		t.Errorf("it says %q", s.Trouble)
	}
	if s := w.story(id); now(s) < 2 || s.Steps[now(s)+1].Is != "next" {
		t.Errorf("it went on:\n%s", told(s))
	}
}

func TestThereIsNoSuchStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for what, err := range map[string]error{"play": w.Play(t.Context(), "none"), "pause": w.Pause(t.Context()), "resume": w.Resume(t.Context()),
		"take over": w.TakeOver(t.Context())} {
		if err == nil {
			t.Errorf("%s: without a story", what)
		}
	}
}

func TestAStoryLeavesTheVisitorsOwnAlarmAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "ask-for-scarlett"
	raised, err := w.engine.Raise(t.Context(), engine.Actor{By: "p-mo", Via: "web"}, "p-jo", "", watch.Distress, engine.Words{})
	w.must(err)
	if err := w.Play(t.Context(), id); !errors.Is(err, demo.ErrNeeded) {
		t.Fatalf("played over an alarm: %v", err)
	}
	if _, begun := w.Telling(); begun {
		t.Error("it was begun")
	}
	if a, open := w.openAlarm("p-jo"); !open || a.ID != raised {
		t.Error("the alarm is not open any more")
	}
	if way, err := w.InTheWay(t.Context(), id); err != nil || way.Alarm != raised || way.Name != "Jo Park" {
		t.Errorf("in the way: %+v, %v", way, err)
	}
}

func TestAStoryLeavesTheAlarmThatSomeoneRaisedInItsMidst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "nobody-answers"
	w.must(w.Play(t.Context(), id))
	w.until("the alarm", func() bool { _, open := w.openAlarm("p-grace"); return open })
	_, err := w.engine.Raise(t.Context(), engine.Actor{By: "p-mo", Via: "web"}, "p-grace", "", watch.Distress, engine.Words{})
	w.must(err)
	if err := w.Play(t.Context(), id); !errors.Is(err, demo.ErrNeeded) {
		t.Errorf("begun again over it: %v", err)
	}
}

func TestAStoryLeavesTheVisitorsVisitThatHasBegun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = "ask-for-scarlett"
	book := func(from time.Duration) string {
		t.Helper()
		at := w.engine.Now().Add(from)
		b, err := w.engine.Book(t.Context(), engine.Actor{By: "p-jo", Via: "web"}, engine.Booking{Worker: "p-jo", Kind: "home_visit", StartsAt: at,
			ExpectedEndAt: at.Add(time.Hour), Details: buddy.Form{ServiceUser: private.New("A B"), Address: private.New("1 High Street, Stroud GL5 1AA"), Contact: private.New("07700 900399")}})
		w.must(err)
		return b.Visit
	}
	ahead := book(2 * time.Hour)
	if way, err := w.InTheWay(t.Context(), id); err != nil || way.Bars() || len(way.Ahead) != 1 || way.Ahead[0].ID != ahead {
		t.Fatalf("in the way: %+v, %v", way, err)
	}
	w.must(w.Play(t.Context(), id))
	if v, err := w.db.Visit(t.Context(), ahead); err != nil || v.Evidence != watch.CancelledBefore {
		t.Errorf("the visit ahead: %+v, %v", v, err)
	}
	w.must(w.TakeOver(t.Context()))
	begun := book(0)
	w.must(w.Text(t.Context(), "p-jo.mobile", "IN"))
	w.tick()
	if way, _ := w.InTheWay(t.Context(), id); way.Visit != begun {
		t.Errorf("in the way: %+v", way)
	}
	if err := w.Play(t.Context(), id); !errors.Is(err, demo.ErrNeeded) {
		t.Errorf("played over a visit: %v", err)
	}
}

// Whatever a telling left, the next says of nobody that they spoke with the worker.
func TestAStoryBegunAgainSaysNothingThatDidNotHappen(t *testing.T) {
	t.Parallel()
	for id, worker := range map[string]string{"forgotten-check-out": "p-priya", "ask-for-scarlett": "p-jo", "nobody-answers": "p-grace"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for _, step := range []int{0, 1, 2, len(w.story(id).Steps) / 2} {
				w.must(w.Play(t.Context(), id))
				w.until("it goes on", func() bool { return now(w.story(id)) >= step })
				w.tick()
				own, err := w.db.Meta(t.Context(), "story/"+id)
				w.must(err)
				w.must(w.Play(t.Context(), id)) // begun again, in the midst of it
				v, err := w.db.Visit(t.Context(), own)
				w.must(err)
				if (v.Status != watch.Ended && v.Status != watch.Cancelled) || (v.Evidence != watch.WorkerOut && v.Evidence != watch.RaisedInError) {
					t.Errorf("step %d: its visit is %s, %q", step, v.Status, v.Evidence)
				}
				for _, a := range w.alarmsOf(worker) {
					if a.Status != store.AlarmClosed || a.Evidence != watch.RaisedInError {
						t.Errorf("step %d: its alarm is %s, %q", step, a.Status, a.Evidence)
					}
				}
			}
		})
	}
}
