package watch_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/watch"
)

// inDuress is a watch of one visit from 14:00 to 15:00, in duress since 14:30.
func inDuress(t *testing.T) (w watch.Watch, at time.Time) {
	t.Helper()
	at = time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	w = watch.Watch{Worker: "priya"}
	v := watch.Visit{ID: "v1", Reference: "A7F3", StartsAt: at.Add(time.Hour), ExpectedEndAt: at.Add(2 * time.Hour), Clock: plan.Standard().Clock}
	for i, e := range []watch.Event{watch.Book{Visit: v}, watch.Text{Intent: checkin.Start}, watch.Text{Intent: checkin.Duress}} {
		at = at.Add(30 * time.Minute)
		w = stepped(t, w, at, watch.Input{ID: string(rune('a' + i)), Event: e})
	}
	return w, at.Add(time.Minute)
}

func stepped(t *testing.T, w watch.Watch, at time.Time, in watch.Input) watch.Watch {
	t.Helper()
	in.Cover = rota.Cover{Chain: []string{"sam"}}
	next, _, err := w.Step(at, in)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// Law 9: what someone who must not know of danger asks for is answered by the watch that is shown; in truth nothing moves.
func TestOneWhoMustNotKnowIsAnsweredByTheShownWatch(t *testing.T) {
	w, at := inDuress(t)
	later := at.Add(2 * time.Hour)
	edit := watch.Edit{Visit: "v1", ExpectedEndAt: later}
	if _, _, err := w.Step(at, watch.Input{ID: "e1", By: "ann", Event: edit}); !isRefused(err) {
		t.Errorf("one who may know: %v, want the alarm as the reason", err)
	}
	next := stepped(t, w, at, watch.Input{ID: "e1", By: "ann", Unaware: true, Event: edit})
	shown, _ := next.Shown.Visit("v1")
	real, _ := next.Visit("v1")
	if !shown.ExpectedEndAt.Equal(later) || real.ExpectedEndAt.Equal(later) {
		t.Errorf("shown until %s, in truth until %s", shown.ExpectedEndAt, real.ExpectedEndAt)
	}
	next = stepped(t, next, at, watch.Input{ID: "c1", By: "ann", Unaware: true, Event: watch.Cancel{Visit: "v1", Spoke: true}})
	if shown, _ := next.Shown.Visit("v1"); shown.Status != watch.Cancelled {
		t.Errorf("shown as %s", shown.Status)
	}
	if real, _ := next.Visit("v1"); !real.Live() || next.Alarm == nil {
		t.Errorf("in truth %s, with the alarm %v: only a person who knows closes it", real.Status, next.Alarm)
	}
	if _, _, err := next.Step(at, watch.Input{ID: "c2", By: "ann", Unaware: true, Event: watch.Cancel{Visit: "v1", Spoke: true}}); !isRefused(err) {
		t.Errorf("once it is shown as over: %v", err)
	}
}

func isRefused(err error) bool {
	_, refused := errors.AsType[*watch.Refused](err)
	return refused
}

// Rule 4.2: where another name would have asked for nobody, the phone is answered by the rest of the text alone.
func TestAMentionIsAnsweredAsTheRestOfTheText(t *testing.T) {
	w, at := inDuress(t)
	until := at.Add(time.Hour)
	rest := watch.Text{Intent: checkin.Change, Until: until}
	for name, test := range map[string]struct {
		text watch.Text
		want []watch.Notice
	}{
		"asked for":           {watch.Text{Intent: checkin.Duress}, []watch.Notice{watch.ReplyAsk}},
		"asked for, and late": {watch.Text{Intent: checkin.Duress, Besides: &rest}, []watch.Notice{watch.ReplyNewTime, watch.ReplyAsk}},
		"mentioned, and late": {watch.Text{Intent: checkin.Duress, Besides: &rest, Unasked: true}, []watch.Notice{watch.ReplyNewTime}},
		"mentioned in a cry":  {watch.Text{Intent: checkin.Duress, Besides: &watch.Text{Intent: checkin.Distress}, Unasked: true}, []watch.Notice{watch.ReplyGotMessage}},
		"mentioned":           {watch.Text{Intent: checkin.Duress, Besides: &watch.Text{Intent: checkin.Unclear}, Unasked: true, Mention: true}, []watch.Notice{watch.ReplyUnclear}},
	} {
		_, effects, err := w.Step(at, watch.Input{ID: "t1", Event: test.text, Cover: rota.Cover{Chain: []string{"sam"}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []watch.Notice
		for _, e := range effects {
			if r, is := e.(watch.Reply); is {
				got = append(got, r.Notice)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: answered %v, want %v", name, got, test.want)
		}
	}
}
