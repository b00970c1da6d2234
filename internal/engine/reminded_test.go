package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	standin "github.com/allclear-safety/allclear/internal/standin/smtp"
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
			case !ways.Calls() && len(calls) != 0:
				t.Errorf("by %s the worker was rung: %q", ways.InWords(), calls)
			case ways.Calls() && (len(calls) != 3 || !strings.Contains(calls[0], "We have not heard that your visit has begun") || !strings.Contains(calls[1], "How are things going?")):
				t.Errorf("by %s the worker heard %q", ways.InWords(), calls)
			}
			w.wait(6 * time.Minute)
			w.is(visit, watch.Overdue)
			rungOfAlarm[ways] = len(w.heard(sam)) + len(w.heard(samHome)) - alarms
			w.must(w.act("p-sam", watch.Acknowledge{}))
			w.must(w.act("p-sam", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
			w.wait(time.Minute)
		}
		for _, ways := range plan.ChannelChoices() {
			if rungOfAlarm[ways] == 0 || rungOfAlarm[ways] != rungOfAlarm[plan.Texts] {
				t.Errorf("of the alarms Sam was rung %v times", rungOfAlarm)
			}
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

// A reminder by e-mail is beside the text, which comes as it does without; neither the alarm nor whom it is told to is another by it.
func TestAReminderComesByEMailToo(t *testing.T) {
	for name, set := range map[string]func(w *world, mails *standin.Server){
		"with a text":                  func(*world, *standin.Server) {},
		"and an address nobody has":    func(_ *world, mails *standin.Server) { mails.Unknown(priyaMail) },
		"and a mail server that fails": func(_ *world, mails *standin.Server) { mails.Fail(standin.Down, 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
				w.plan(func(s *plan.Settings) { s.Channels = plan.TextsAndMails })
				set(w, mails)
				visit := w.book()
				w.wait(10 * time.Minute)
				w.phone(priya).Expects("we have not heard that")
				w.phone(priya).texts("in")
				w.wait(61 * time.Minute)
				w.phone(priya).Expects("how are things going?")
				if calls := w.heard(priya); len(calls) != 0 {
					t.Errorf("the worker was rung: %q", calls)
				}
				got := mails.To(priyaMail)
				if name == "with a text" {
					want := []string{"Allclear: has your visit begun? (REFR)", "Allclear: how are things going? (REFR)", "Allclear: how are things going? (REFR)"}
					if list := about(mails, priyaMail, 0); !slices.Equal(list, want) {
						t.Fatalf("the worker has %q, want %q", list, want)
					}
					if text := got[1].Text; !strings.Contains(text, "\nhttps://allclear.example/visits/"+visit+"\n") || !strings.Contains(text, "An answer to this e-mail tells us nothing") {
						t.Errorf("the mail is %q", text)
					}
				} else if len(got) != 0 {
					t.Errorf("the worker has %q", about(mails, priyaMail, 0))
				}
				w.wait(4 * time.Minute)
				w.is(visit, watch.Overdue)
				w.phone(sam).Expects("We have not heard from Priya N")
			})
		})
	}
}

// A worker without a phone that takes texts has the e-mail, and is watched no less: silence opens the alarm at the same instant.
func TestAReminderByEMailMovesNoClock(t *testing.T) {
	mailed(t, func(t *testing.T, w *world, mails *standin.Server) {
		w.plan(func(s *plan.Settings) { s.Channels = plan.TextsAndMails })
		w.person("p-priya", func(p *buddy.Person) { p.Mobile, p.PersonalMobile = phone.Number{}, phone.Number{} })
		visit := w.book()
		w.wait(74 * time.Minute)
		if list := about(mails, priyaMail, 0); len(list) < 3 || !slices.Equal(list[len(list)-2:], []string{"Allclear: how are things going? (REFR)", "Allclear: how are things going? (REFR)"}) {
			t.Errorf("the worker has %q", list)
		}
		w.wait(time.Minute)
		w.is(visit, watch.Overdue)
	})
}
