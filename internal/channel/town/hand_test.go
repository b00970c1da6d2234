package town

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
)

// byHandTown is a town whose phones are answered by hand, on a clock of the hand's own.
func byHandTown(t *testing.T) (place *Town, hand *clock, said *desk) {
	t.Helper()
	hand, said = &clock{started}, &desk{}
	return New(Options{Now: func() time.Time { return started }, Hand: hand.Now, ByHand: true, Answered: said.answered, Pressed: said.pressed}), hand, said
}

func (t *Town) mustRing(test *testing.T, p *Phone, id string) Call {
	test.Helper()
	if _, err := t.Voice().Send(test.Context(), channel.Message{ID: id, To: p.Number, Call: &channel.Call{Nonce: "n-" + id}}); err != nil {
		test.Fatal(err)
	}
	t.mustAnswer(test)
	for _, c := range t.Ringing() {
		if c.MessageID == id {
			return c
		}
	}
	return p.Calls()[len(p.Calls())-1]
}

func (t *Town) mustAnswer(test *testing.T) {
	test.Helper()
	if _, err := t.Answer(test.Context()); err != nil {
		test.Fatal(err)
	}
}

// ended says how the last call to a phone did, by what was told of it.
func ended(place *Town) string {
	updates := place.Updates()
	if len(updates) == 0 {
		return "goes on"
	}
	return updates[len(updates)-1].Status
}

func TestACallByHand(t *testing.T) {
	for name, c := range map[string]struct {
		does   func(t *testing.T, place *Town, p *Phone, hand *clock, id string) error
		ended  string
		heard  int
		key    string
		failed bool
	}{
		"rings":        {func(*testing.T, *Town, *Phone, *clock, string) error { return nil }, "goes on", 0, "", false},
		"rings out":    {func(_ *testing.T, _ *Town, _ *Phone, hand *clock, _ string) error { hand.pass(RingFor); return nil }, "no-answer", 0, "", false},
		"is picked up": {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error { return pickUp(t, place, id) }, "goes on", 1, "", false},
		"is declined":  {func(_ *testing.T, place *Town, _ *Phone, _ *clock, id string) error { return place.HangUp(id) }, "busy", 0, "", false},
		"goes to voicemail": {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error {
			return place.Divert(t.Context(), id)
		}, "completed", 1, "", false},
		"takes a key": {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error {
			return errors.Join(pickUp(t, place, id), press(t, place, id, "7"))
		}, "completed", 2, "7", false},
		"is left to lie": {func(t *testing.T, place *Town, _ *Phone, hand *clock, id string) error {
			defer hand.pass(TalkFor)
			return pickUp(t, place, id)
		}, "completed", 1, "", false},
		"is hung up": {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error {
			return errors.Join(pickUp(t, place, id), place.HangUp(id))
		}, "completed", 1, "", false},
		"loses its phone":      {func(_ *testing.T, _ *Town, p *Phone, _ *clock, _ string) error { p.Off(); return nil }, "failed", 0, "", false},
		"loses its signal":     {func(_ *testing.T, _ *Town, p *Phone, _ *clock, _ string) error { p.LosesSignal(); return nil }, "failed", 0, "", false},
		"a key while it rings": {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error { return press(t, place, id, "7") }, "goes on", 0, "", true},
		"a key that is none":   {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error { return press(t, place, id, "12") }, "goes on", 0, "", true},
		"a call that is not":   {func(t *testing.T, place *Town, _ *Phone, _ *clock, _ string) error { return pickUp(t, place, "none") }, "goes on", 0, "", true},
		"is picked up too late": {func(t *testing.T, place *Town, _ *Phone, _ *clock, id string) error {
			return errors.Join(place.HangUp(id), pickUp(t, place, id))
		}, "busy", 0, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			place, hand, _ := byHandTown(t)
			p := place.Phone(number(t, "07700 900201"))
			call := place.mustRing(t, p, "m1")
			if err := c.does(t, place, p, hand, call.ID); (err != nil) != c.failed {
				t.Errorf("failed with %v", err)
			}
			place.mustAnswer(t)
			if got := ended(place); got != c.ended {
				t.Errorf("the call %s, want %s", got, c.ended)
			}
			got := p.Calls()[0]
			if len(got.Heard) != c.heard || got.Pressed != c.key {
				t.Errorf("heard %q and pressed %q", got.Heard, got.Pressed)
			}
			if rings := len(place.Ringing()) > 0; rings != (c.ended == "goes on") {
				t.Errorf("it rings still: %v", rings)
			}
		})
	}
}

func pickUp(t *testing.T, place *Town, id string) error {
	t.Helper()
	_, err := place.PickUp(t.Context(), id)
	return err
}

func press(t *testing.T, place *Town, id, key string) error {
	t.Helper()
	_, err := place.Press(t.Context(), id, key)
	return err
}

func TestAPhoneInUseIsEngaged(t *testing.T) {
	place, _, _ := byHandTown(t)
	p := place.Phone(number(t, "07700 900201"))
	first := place.mustRing(t, p, "m1")
	if second := place.mustRing(t, p, "m2"); second.Status != "busy" {
		t.Errorf("a second call while it rings: %q", second.Status)
	}
	if err := errors.Join(pickUp(t, place, first.ID), place.HangUp(first.ID)); err != nil {
		t.Fatal(err)
	}
	if third := place.mustRing(t, p, "m3"); third.Status != "" {
		t.Errorf("a call after it was hung up: %q", third.Status)
	}
}

func TestACallThatCannotBeAnsweredRingsOn(t *testing.T) {
	down := errors.New("down")
	place := New(Options{ByHand: true, Answered: func(context.Context, string) (string, error) { return "Press 7.", down }})
	p := place.Phone(number(t, "07700 900201"))
	call := place.mustRing(t, p, "m1")
	if err := pickUp(t, place, call.ID); !errors.Is(err, down) {
		t.Errorf("err = %v", err)
	}
	down = nil
	if err := pickUp(t, place, call.ID); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestAConversationIsInOrderAndBounded(t *testing.T) {
	at := &clock{started}
	place := New(Options{Now: at.Now, ByHand: true, Keep: 4, Answered: (&desk{}).answered})
	p := place.Phone(number(t, "07700 900201"))
	place.Text(p.Number, number(t, "01632 960000"), "in")
	text(t, place, p, "m1", "In 14:00.")
	at.pass(time.Minute)
	call := place.mustRing(t, p, "m2")
	if err := pickUp(t, place, call.ID); err != nil {
		t.Fatal(err)
	}
	text(t, place, p, "m3", "after")
	said := func() (all []string) {
		for _, l := range p.Conversation() {
			switch {
			case l.In != nil:
				all = append(all, "got "+l.In.Body)
			case l.Sent != nil:
				all = append(all, "sent "+l.Sent.Body)
			default:
				all = append(all, fmt.Sprintf("call %d heard", len(l.Call.Heard)))
			}
		}
		return all
	}
	if got, want := said(), []string{"sent in", "got In 14:00.", "call 1 heard", "got after"}; !slices.Equal(got, want) {
		t.Errorf("it shows %q, want %q", got, want)
	}
	for i := range 3 {
		text(t, place, p, fmt.Sprintf("m%d", i+4), "more")
	}
	if got, want := said(), []string{"got after", "got more", "got more", "got more"}; !slices.Equal(got, want) {
		t.Errorf("it shows %q, want the last four: %q", got, want)
	}
}

// A town may stand for days: whatever nobody needs any more must go.
func TestATownKeepsNoMoreThanItIsTold(t *testing.T) {
	const most = 3
	at := &clock{started}
	place := New(Options{Now: at.Now, Keep: most})
	p, off := place.Phone(number(t, "07700 900201")), place.Phone(number(t, "07700 900202")).Off()
	for i := range 3 * most {
		place.Text(p.Number, number(t, "01632 960000"), "in")
		text(t, place, p, fmt.Sprint("m", i), "In 14:00.")
		text(t, place, off, fmt.Sprint("w", i), "In 14:00.")
		place.mustRing(t, p, fmt.Sprint("c", i))
		if _, err := place.Answer(t.Context()); err != nil {
			t.Fatal(err)
		}
		place.Updates()
		at.pass(time.Minute)
	}
	for what, kept := range map[string]int{"texts to it": len(p.texts), "texts from it": len(p.sent), "calls": len(p.calls),
		"texts that wait": len(off.waiting), "received texts": len(place.received), "calls under way": len(place.ringing) + len(place.taken) + most} {
		if kept != most {
			t.Errorf("%d %s are kept, want %d", kept, what, most)
		}
	}
}

func TestChangesAreTold(t *testing.T) {
	changes := 0
	place := New(Options{ByHand: true, Changed: func() { changes++ }})
	p := place.Phone(number(t, "07700 900201"))
	for name, does := range map[string]func(){
		"a text comes": func() { text(t, place, p, "m1", "one") },
		"one is sent":  func() { place.Text(p.Number, p.Number, "in") },
		"it rings":     func() { place.mustRing(t, p, "m2") },
		"it is off":    func() { p.Off() },
	} {
		before := changes
		if does(); changes == before {
			t.Errorf("%s: nobody was told", name)
		}
	}
}

// Of many hands that reach for one call, one has it; the race detector watches.
func TestManyHands(t *testing.T) {
	place, _, _ := byHandTown(t)
	p := place.Phone(number(t, "07700 900201"))
	call := place.mustRing(t, p, "m1")
	var wg sync.WaitGroup
	var mu sync.Mutex
	had := 0
	for range 8 {
		wg.Go(func() {
			if _, err := place.PickUp(t.Context(), call.ID); err == nil {
				mu.Lock()
				had++
				mu.Unlock()
			}
			_, _ = place.Press(t.Context(), call.ID, "7")
			_, _ = place.Answer(t.Context())
			p.Conversation()
			place.Ringing()
			p.Off().On()
		})
	}
	wg.Wait()
	if had > 1 {
		t.Errorf("%d hands picked up one call", had)
	}
}
