package town

import (
	"encoding/json"
	"testing"
	"time"
)

// again is another town that goes on from what this one keeps, as after a restart.
func again(t *testing.T, place *Town, o Options) *Town {
	t.Helper()
	raw, err := json.Marshal(place.Keep())
	if err != nil {
		t.Fatal(err)
	}
	var kept Kept
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	next := New(o)
	if err := next.Restore(kept); err != nil {
		t.Fatal(err)
	}
	return next
}

// shown is what a phone shows, to compare.
func shown(t *testing.T, p *Phone) string {
	t.Helper()
	raw, err := json.Marshal(p.Conversation())
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestATownGoesOnFromWhatAnotherKept(t *testing.T) {
	at, hand, said := &clock{started}, &clock{started}, &desk{}
	o := Options{Now: at.Now, Hand: hand.Now, ByHand: true, Answered: said.answered, Pressed: said.pressed, Keep: 50}
	place := New(o)
	p, off, away := place.Phone(number(t, "07700 900201")), place.Phone(number(t, "07700 900202")).Off(), place.Phone(number(t, "07700 900203")).LosesSignal()
	sent := place.Text(p.Number, number(t, "01632 960000"), "in")
	text(t, place, p, "m1", "In 14:00.")
	text(t, place, off, "m2", "Are you well?")
	missed := place.mustRing(t, p, "m3")
	if err := place.HangUp(missed.ID); err != nil {
		t.Fatal(err)
	}
	rings := place.mustRing(t, p, "m4")
	before := shown(t, p)

	hand.pass(10 * RingFor) // nobody was there for a while
	next := again(t, place, o)
	q := next.Phone(p.Number)
	if got := shown(t, q); got != before {
		t.Errorf("the phone shows\n%s\nand showed\n%s", got, before)
	}
	for want, n := range map[State]*Phone{On: p, Off: off, NoSignal: away} {
		if got := next.Phone(n.Number).State(); got != want {
			t.Errorf("a phone that was %s is %s", want, got)
		}
	}
	if got := bodies(next.Phone(off.Number).On()); len(got) != 1 || got[0] != "Are you well?" {
		t.Errorf("switched on, it has %q", got)
	}
	if got, err := next.Fetch(t.Context(), sent.ID); err != nil || got.Body.Reveal() != "in" || got.From != p.Number {
		t.Errorf("the text it sent is not to be had: %v", err)
	}

	next.mustAnswer(t)
	if err := pickUp(t, next, rings.ID); err != nil {
		t.Fatalf("the call that rang: %v", err)
	}
	third := again(t, next, o)
	if err := press(t, third, rings.ID, "7"); err != nil {
		t.Fatalf("the call that was held: %v", err)
	}
	if got := ended(third); got != "completed" {
		t.Errorf("it %s", got)
	}
	if later := third.Text(p.Number, p.Number, "out"); later.ID == sent.ID {
		t.Error("an id is given twice")
	}
	at.pass(time.Minute)
	text(t, third, third.Phone(p.Number), "m5", "Out 14:01.")
	if lines := third.Phone(p.Number).Conversation(); lines[len(lines)-1].In == nil {
		t.Error("what came last is not shown last")
	}
}

func TestWhatWasNotKeptByATownIsRefused(t *testing.T) {
	place := New(Options{})
	if err := place.Restore(Kept{Phones: []KeptPhone{{Number: "not a number"}}}); err == nil {
		t.Error("it was taken")
	}
}
