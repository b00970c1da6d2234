package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestUnknownResultIsTriedAgain(t *testing.T) {
	for _, fault := range []town.Fault{town.Lost, town.Garbage, town.Down} {
		t.Run(string(fault), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.book()
				w.wait(74 * time.Minute)
				w.readAll()
				w.town.Fail(fault, 12)
				w.wait(time.Minute)
				w.wait(3 * time.Minute)
				first := w.phone(sam).Expects("We have not heard from Priya N")
				for _, again := range w.phone(sam).Unread() {
					if again.MessageID == first.MessageID && again.Body != first.Body {
						t.Errorf("a repeat says %q, not %q", again.Body, first.Body)
					}
				}
				rows, err := w.db.MessagesAbout(t.Context(), w.alarm().ID)
				w.must(err)
				for _, m := range rows {
					if m.State != "done" {
						t.Errorf("%s to %s is %s", m.Channel, m.Person, m.State)
					}
				}
			})
		})
	}
}

func TestNobodyIsReached(t *testing.T) {
	t.Run("the next is told at once, and people hear of the number", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(sam).Wrong()
			w.phone(samHome).Wrong()
			w.book()
			w.wait(75 * time.Minute)
			w.phone(ann).Expects("We have not heard from Priya N")
			w.phone(ann).Expects("We could not reach Sam H: the number seems wrong")
		})
	})
	t.Run("texts that come back and calls that ring out count as nobody", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(sam).Returns()
			w.phone(samHome).Returns()
			w.book()
			w.wait(75 * time.Minute)
			w.phone(ann).Expects("We have not heard from Priya N")
		})
	})
	t.Run("one number is enough to wait for", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(sam).Wrong()
			w.book()
			w.wait(75 * time.Minute)
			w.phone(samHome).Expects("We have not heard from Priya N")
			for _, text := range w.phone(ann).read() {
				if strings.Contains(text, "We have not heard") {
					t.Error("the second responder was told while the first can be")
				}
			}
		})
	})
	t.Run("a worker who opted out is told to people", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(priya).OptsOut()
			w.book()
			w.phone(priya).texts("in")
			w.phone(sam).Expects("Priya N no longer gets our texts")
		})
	})
}

func TestCreditGone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.wait(74 * time.Minute)
		w.readAll()
		w.phone(sam).PressesKey()
		w.town.Fail(town.Broke, 1)
		w.wait(time.Minute + time.Second)
		var said strings.Builder
		for _, c := range w.phone(sam).Calls() {
			said.WriteString(heard(c))
		}
		if said.String() == "" {
			t.Error("nobody was rung about the credit")
		}
		w.wait(time.Minute)
		w.phone(samHome).Expects("We have not heard")
		w.phone(sam).Expects("We have not heard")
		w.phone(sam).Expects("Our credit for texts and calls has run out")
	})
}

func TestCrashes(t *testing.T) {
	t.Run("between the claim and the hand-over", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.book()
			w.sleep(75 * time.Minute)
			_, err := w.engine.StepDue(t.Context())
			w.must(err)
			lost, err := w.db.Claim(t.Context(), w.clock.Now(), w.clock.Now().Add(30*time.Second), "gone", "alarm", 64)
			if err != nil || len(lost) == 0 {
				t.Fatalf("claimed %d (%v)", len(lost), err)
			}
			w.crash()
			w.wait(31 * time.Second)
			w.phone(sam).Expects("We have not heard from Priya N")
			w.silent(sam)
		})
	})
	t.Run("between the hand-over and its record", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.book()
			w.wait(74 * time.Minute)
			w.readAll()
			w.tweak = func(o *engine.Options) { o.Store = &trouble{DB: w.db, loseSettles: 3} }
			w.crash()
			w.wait(time.Minute)
			w.tweak = nil
			w.crash()
			w.wait(time.Minute)
			first := w.phone(sam).Expects("We have not heard from Priya N")
			again := w.phone(sam).Expects("We have not heard from Priya N")
			if first.MessageID != again.MessageID || first.Body != again.Body {
				t.Error("the repeat cannot be told from another message")
			}
			w.silent(sam)
		})
	})
}

func TestTwoNodes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.book(forJo)
		w.readAll()
		w.wait(74 * time.Minute)
		w.readAll()
		other := w.node()
		w.sleep(time.Minute)
		for range 8 {
			for _, e := range []*engine.Engine{w.engine, other} {
				_, err := e.StepWaiting(t.Context())
				w.must(err)
				_, err = e.StepDue(t.Context())
				w.must(err)
				_, err = e.Deliver(t.Context())
				w.must(err)
				w.must(e.Chores(t.Context()))
			}
		}
		w.phone(sam).Expects("We have not heard from Priya N")
		w.phone(sam).Expects("We have not heard from Jo P")
		w.phone(sam).Expects("On call")
		w.silent(sam)
		w.phone(sam).calls(2)
	})
}

func TestNothingAfterTheClose(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.wait(75 * time.Minute)
		w.readAll()
		w.town.Fail(town.Down, 100)
		w.wait(5 * time.Minute) // the second round cannot go out
		w.must(w.act("p-sam", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
		w.town.Heal()
		w.wait(10 * time.Minute)
		w.phone(sam).Expects("Stood down")
		for _, n := range []string{sam, samHome, ann} {
			for _, text := range w.phone(n).read() {
				if len(text) > 40 && containsAny(text, "not heard", "Contact the police") {
					t.Errorf("after the close %s still gets %q", n, text)
				}
			}
		}
	})
}

func TestPromptsExpireAlarmsNever(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.sleep(60 * time.Minute)
		_, err := w.engine.StepDue(t.Context()) // the prompt is made, and nothing runs after
		w.must(err)
		w.sleep(2 * time.Hour)
		w.settle()
		for _, text := range w.phone(priya).read() {
			if containsAny(text, "how are things going") {
				t.Errorf("hours late: %q", text)
			}
		}
		w.phone(sam).Expects("LATE")
	})
}

func TestSpeakAndPressOfAnUnknownCall(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, over, err := w.engine.Speak(t.Context(), "no-such-call")
		if err != nil || !over {
			t.Errorf("over %v, err %v", over, err)
		}
		got, _, err := w.engine.Press(t.Context(), "no-such-call", "5")
		if err != nil || got != engine.PressUnknown {
			t.Errorf("pressed: %s, err %v", got, err)
		}
	})
}

func TestPressAfterTheClose(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.wait(75 * time.Minute)
		nonce := w.phone(sam).calls(1)[0].Nonce
		words, _, err := w.engine.Speak(t.Context(), nonce)
		w.must(err)
		w.must(w.act("p-ann", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
		_, err = w.engine.Raise(t.Context(), engine.Actor{By: "p-mo"}, "p-priya", "", watch.Distress, engine.Words{})
		w.must(err)
		got, _, err := w.engine.Press(t.Context(), nonce, town.Asked(words))
		if err != nil || got != engine.PressOver {
			t.Errorf("pressed: %s, err %v", got, err)
		}
		if held := w.alarm().HeldBy; held != "" {
			t.Errorf("the key of an old call gave %s a new alarm", held)
		}
	})
}

func TestReplyGoesToWhereTheWorkerWroteFrom(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		got, err := w.engine.Checkin(t.Context(), engine.Actor{By: "p-priya", Via: "press"}, engine.Checkin{Person: "p-priya", Text: private.New("in")})
		w.must(err)
		w.settle()
		if got.Visit != visit || got.Refused != "" {
			t.Errorf("checked in to %q, refused %q", got.Visit, got.Refused)
		}
		w.phone(priya).Expects("In 14:00")
	})
}

// A channel declares its classes itself, so that it need not know the database.
func TestAChannelIsHandedTheClassThatIsKept(t *testing.T) {
	for kept, handed := range map[string]channel.Class{store.ClassAlarm: channel.Alarm, store.ClassPrompt: channel.Prompt, store.ClassInfo: channel.Info} {
		if channel.Class(kept) != handed {
			t.Errorf("kept as %q, and a channel knows it as %q", kept, handed)
		}
	}
}

// An answer to a call holds a service user's name and address.
func TestAnswersAreKeptForADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.must(w.db.Remember(t.Context(), "t1", "k", store.Answer{Status: 201}, w.clock.Now()))
		for _, step := range []struct {
			after time.Duration
			found bool
		}{{0, true}, {23 * time.Hour, true}, {2 * time.Hour, false}} {
			w.sleep(step.after)
			w.must(w.engine.Chores(t.Context()))
			if _, found, err := w.db.Remembered(t.Context(), "t1", "k"); found != step.found || err != nil {
				t.Errorf("%v later it is remembered: %v (%v)", step.after, found, err)
			}
		}
	})
}
