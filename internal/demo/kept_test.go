package demo_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
)

// restart ends the demo in good order and starts it anew.
func (w *world) restart() {
	w.t.Helper()
	w.clock.Set(w.clock.Now())
	w.must(w.Keep())
	w.must(w.start())
}

// screen is what a phone shows.
func (w *world) screen(id string) string {
	w.t.Helper()
	raw, err := json.Marshal(w.phone(id))
	w.must(err)
	return string(raw)
}

func TestThePhonesOutliveTheDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.until("a phone of those on call rings", func() bool { _, rings := ringing(w.phone("p-ann.mobile")); return rings })
	w.must(w.SetState(t.Context(), "p-tom.mobile", town.Off))
	w.must(w.SetState(t.Context(), "p-dan.mobile", town.NoSignal))
	before := map[string]string{}
	for _, id := range []string{"p-priya.mobile", "p-tom.mobile", "p-dan.mobile", "p-ann.mobile", "p-sam.mobile"} {
		before[id] = w.screen(id)
	}
	w.restart()
	for id, was := range before {
		if is := w.screen(id); is != was {
			t.Errorf("%s shows\n%s\nand showed\n%s", id, is, was)
		}
	}
	if w.Anew() {
		t.Error("it says that the phones began anew")
	}
	if w.Time().Speed != demo.UsualSpeed {
		t.Errorf("the clock runs at %d", w.Time().Speed)
	}
	call, rings := ringing(w.phone("p-ann.mobile"))
	if !rings {
		t.Fatal("the phone does not ring any more")
	}
	w.must(w.PickUp(t.Context(), call.ID))
	words := w.phone("p-ann.mobile").Calls[0].Heard[0]
	w.must(w.PressKey(t.Context(), call.ID, town.Asked(words)))
	if a, _ := w.openAlarm("p-ruth"); a.HeldBy != "p-ann" {
		if b, _ := w.openAlarm("p-tom"); b.HeldBy != "p-ann" {
			t.Errorf("the key that was asked for took neither alarm: %q", words)
		}
	}
	w.must(w.Text(t.Context(), "p-nia.mobile", "out"))
	w.until("a text of the second run is understood", func() bool { return w.shows("p-nia.mobile", "Out ") })
}

func TestAStoryWaitsForWhoStartsTheDemoAgain(t *testing.T) {
	t.Parallel()
	for id := range map[string]bool{"forgotten-check-out": true, "ask-for-scarlett": true, "nobody-answers": true} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.must(w.Play(t.Context(), id))
			for step := 1; step < len(w.story(id).Steps); step += 2 { // stopped in the middle, again and again
				w.until("the story goes on", func() bool { return now(w.story(id)) >= step })
				was := w.story(id)
				w.restart()
				is := w.story(id)
				if is.Phase != demo.Paused || !is.Kept || now(is) != now(was) || w.Time().Speed != 0 {
					t.Fatalf("at the speed %d it stands as\n%s\nand stood as\n%s", w.Time().Speed, told(is), told(was))
				}
				for range 100 {
					w.tick()
				}
				if now(w.story(id)) != now(was) {
					t.Fatal("it went on by itself")
				}
				w.must(w.Resume(t.Context()))
			}
			w.until("it is at its end", func() bool { s := w.story(id); return s.Phase != demo.Playing })
			if s := w.story(id); s.Phase != demo.Finished || s.Kept {
				t.Errorf("it ended as\n%s", told(s))
			}
			w.restart()
			if s := w.story(id); s.Phase != demo.Finished || w.Time().Speed != demo.UsualSpeed {
				t.Errorf("after one more restart it is %q, and the clock runs at %d", s.Phase, w.Time().Speed)
			}
		})
	}
}

// Killed, it has lost two seconds at most.
func TestWhatChangesIsKeptWithinSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.Text(t.Context(), "p-nia.mobile", "all is well here"))
	for range 50 {
		w.tick()
	}
	w.must(w.start())
	if !strings.Contains(w.screen("p-nia.mobile"), "all is well here") {
		t.Error("the text is gone")
	}
	w.must(w.SetSpeed(t.Context(), 0))
	for range 200 { // nothing moves any more
		w.tick()
	}
	w.kept = nil
	w.clock.pass(time.Minute)
	w.Pass(t.Context())
	if w.kept != nil {
		t.Error("it keeps what has not changed")
	}
}

func TestPhonesThatCannotBeReadBeginAnew(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]string{"nothing was kept": "", "it is damaged": `{"Phones": `, "it is of another kind": `{"Phones": {"Phones": [{"Number": "07"}]}}`,
		"of a story there is no more": `{"Story": {"Tale": "none", "Phase": "playing"}}`,
		"of a step there is no more":  `{"Story": {"Tale": "nobody-answers", "At": 400, "Phase": "playing"}}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if w.kept = []byte(kept); kept == "" {
				w.kept = nil
			}
			w.must(w.start())
			if w.Anew() != !strings.Contains(name, "there is no more") {
				t.Errorf("it says that the phones began anew: %v", w.Anew())
			}
			if w.Time().Speed != demo.UsualSpeed {
				t.Errorf("the clock runs at %d", w.Time().Speed)
			}
			w.must(w.Text(t.Context(), "p-nia.mobile", "out"))
			w.until("a text is understood", func() bool { return w.shows("p-nia.mobile", "Out ") })
		})
	}
}
