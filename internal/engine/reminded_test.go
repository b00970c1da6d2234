package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/watch"
)

// heard lists what was said in the calls to a phone.
func (w *world) heard(number string) (said []string) {
	for _, c := range w.phone(number).Calls() {
		said = append(said, c.At.Format(time.TimeOnly)+" "+strings.Join(c.Heard, " "))
	}
	return said
}

// reminds gives by which ways the team's workers are reminded.
func (w *world) reminds() plan.Channels {
	w.t.Helper()
	team, err := w.db.Team(w.t.Context(), "echo")
	w.must(err)
	return team.Plan.Channels
}

// Rule 2.5: a team may have its workers rung when they are reminded. An alarm is as loud on either setting (rule 3).
func TestThePlanSaysByWhichWaysWorkersAreReminded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.phone(priya).Answers(func(string) string { return "1" }) // whatever is pressed, nothing comes of it
		rungOfAlarm := map[plan.Channels]int{}
		for _, ways := range plan.ChannelChoices() {
			w.plan(func(s *plan.Settings) { s.Channels = ways })
			before, alarms := len(w.heard(priya)), len(w.heard(sam))+len(w.heard(samHome))
			visit := w.book()
			w.wait(10 * time.Minute)
			w.phone(priya).Expects("we have not heard that")
			w.phone(priya).texts("in")
			w.wait(61 * time.Minute)
			w.phone(priya).Expects("how are things going?")
			calls := w.heard(priya)[before:]
			switch {
			case ways == plan.Texts && len(calls) != 0:
				t.Errorf("by texts alone the worker was rung: %q", calls)
			case ways == plan.TextsAndCalls && (len(calls) != 3 || !strings.Contains(calls[0], "We have not heard that your visit has begun") || !strings.Contains(calls[1], "How are things going?")):
				t.Errorf("by texts and calls the worker heard %q", calls)
			}
			w.wait(6 * time.Minute)
			w.is(visit, watch.Overdue)
			rungOfAlarm[ways] = len(w.heard(sam)) + len(w.heard(samHome)) - alarms
			w.must(w.act("p-sam", watch.Acknowledge{}))
			w.must(w.act("p-sam", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
			w.wait(time.Minute)
		}
		if rungOfAlarm[plan.Texts] == 0 || rungOfAlarm[plan.Texts] != rungOfAlarm[plan.TextsAndCalls] {
			t.Errorf("of the alarms Sam was rung %v times", rungOfAlarm)
		}
	})
}

// Where nothing is to buzz, nothing rings either.
func TestAVisitWithoutPromptsHasNoCalls(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.plan(func(s *plan.Settings) { s.Channels = plan.TextsAndCalls })
		w.book(func(b *engine.Booking) { b.Prompts = new(false) })
		w.wait(74 * time.Minute)
		if calls := w.heard(priya); len(calls) != 0 {
			t.Errorf("the worker was rung: %q", calls)
		}
	})
}
