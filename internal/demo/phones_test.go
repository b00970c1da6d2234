package demo_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
)

func TestThePhones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all, err := w.Phones(t.Context())
	w.must(err)
	ids := map[string]bool{}
	for _, p := range all {
		if ids[p.ID] || p.Holder == "" || !strings.HasPrefix(p.Number, "07700 900") || p.State != town.On {
			t.Errorf("%s: %q, %q, %s", p.ID, p.Holder, p.Number, p.State)
		}
		ids[p.ID] = true
	}
	if !ids["p-priya.mobile"] || !ids["p-sam.personal"] || !ids["stranger.mobile"] || len(all) != 15 {
		t.Errorf("%d phones: %v", len(all), ids)
	}
	if p := w.phone("p-priya.mobile"); p.Team != "ECHo" || p.Person != "p-priya" || len(p.Conversation) < 4 {
		t.Errorf("Priya's phone: %+v", p)
	}
}

func TestATextIsTypedAndAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.Text(t.Context(), "p-nia.mobile", "LATE 30"))
	w.until("the answer", func() bool { return w.shows("p-nia.mobile", "New time noted") })
	w.must(w.Text(t.Context(), "stranger.mobile", "where is she"))
	w.until("an answer without any detail", func() bool { return w.shows("stranger.mobile", "do not know this number") })
}

func TestWhatAVisitorTypesIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := len(w.phone("p-nia.mobile").Conversation)
	for name, c := range map[string]struct {
		phone, words string
		want         error
	}{
		"nothing":           {"p-nia.mobile", " \n ", demo.ErrEmpty},
		"too much":          {"p-nia.mobile", strings.Repeat("é", 1601), demo.ErrTooLong},
		"no such person":    {"p-nobody.mobile", "in", demo.ErrNoPhone},
		"no such number":    {"p-priya.personal", "in", demo.ErrNoPhone},
		"not a phone's id":  {"p-nia", "in", demo.ErrNoPhone},
		"nothing but a dot": {".mobile", "in", demo.ErrNoPhone},
	} {
		if err := w.Text(t.Context(), c.phone, c.words); !errors.Is(err, c.want) {
			t.Errorf("%s: err = %v, want %v", name, err, c.want)
		}
	}
	if after := len(w.phone("p-nia.mobile").Conversation); after != before {
		t.Errorf("%d lines were added", after-before)
	}
	w.must(w.Text(t.Context(), "p-nia.mobile", strings.Repeat("é", 1600)))
}

func TestAPhoneThatIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, state := range []town.State{town.Off, town.NoSignal} {
		w.must(w.SetState(t.Context(), "p-nia.mobile", state))
		if p := w.phone("p-nia.mobile"); p.State != state {
			t.Errorf("it is %s, want %s", p.State, state)
		}
		if err := w.Text(t.Context(), "p-nia.mobile", "in"); !errors.Is(err, demo.ErrUnsent) {
			t.Errorf("%s: err = %v", state, err)
		}
		w.must(w.SetState(t.Context(), "p-nia.mobile", town.On))
	}
	if err := w.SetState(t.Context(), "p-nia.mobile", "lost"); err == nil {
		t.Error("a state that is none was taken")
	}
}

// Tom's visit is nearly over when the demo begins: left alone, it becomes an alarm, and a phone rings for whoever looks at it.
func TestLeftAloneAPhoneRingsByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.until("Tom's alarm", func() bool { _, open := w.openAlarm("p-tom"); return open })
	w.must(w.SetSpeed(t.Context(), 1))
	a, _ := w.openAlarm("p-tom")
	id := a.Responder + ".mobile"
	w.until("it rings", func() bool { _, rings := ringing(w.phone(id)); return rings })
	call, _ := ringing(w.phone(id))
	began := w.clock.Hand()
	w.until("it rings out", func() bool { _, rings := w.callOf(id, call.ID); return !rings })
	if rang := w.clock.Hand().Sub(began); rang > town.RingFor+time.Second {
		t.Errorf("it rang for %v", rang)
	}
	if c, _ := w.callOf(id, call.ID); c.Status != "no-answer" || c.PickedUp {
		t.Errorf("it ended as %+v", c)
	}
	if err := w.PickUp(t.Context(), call.ID); !errors.Is(err, town.ErrOver) {
		t.Errorf("picked up too late: %v", err)
	}
}

// callOf is a call to a phone, and whether it rings still.
func (w *world) callOf(id, call string) (c town.Call, rings bool) {
	w.t.Helper()
	for _, l := range w.phone(id).Conversation {
		if l.Call != nil && l.Call.ID == call {
			return *l.Call, l.Call.Status == ""
		}
	}
	w.t.Fatalf("%s shows no call %s", id, call)
	return c, false
}
