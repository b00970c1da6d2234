package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

func TestWhichVisitsAreAPlansPrivateOnes(t *testing.T) {
	inHours := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) // a Monday
	outside := inHours.Add(12 * time.Hour)
	for _, test := range []struct {
		private     plan.Privacy
		in, outside bool
	}{{plan.PrivateOutOfHours, false, true}, {plan.PrivateEvery, true, true}, {plan.PrivateNone, false, false}} {
		s := agreed()
		s.Private = test.private
		if s.PrivateAt(inHours) != test.in || s.PrivateAt(outside) != test.outside {
			t.Errorf("%s: in hours %v, outside %v", test.private, s.PrivateAt(inHours), s.PrivateAt(outside))
		}
		if problems := s.Problems(false); len(problems) > 0 {
			t.Errorf("%s: %v", test.private, problems)
		}
	}
	s := agreed()
	if s.WorkingHours = (plan.Hours{}); !s.PrivateAt(inHours) {
		t.Error("without working hours a visit is open")
	}
}

func TestAChannelThatThereIsNotIsRefused(t *testing.T) {
	s, problems := plan.Parse([]byte(`{"channels":"pigeons"}`), agreed())
	if problems != nil {
		t.Fatal(problems)
	}
	if got := s.Problems(false); len(got) != 1 || got[0].Field != "plan.channels" {
		t.Errorf("%v, want a problem with plan.channels", got)
	}
}

// Whatever ways are chosen, a text is one of them, an alarm is what it was, and the plan says so.
func TestThePlanSaysTheWaysOfAReminder(t *testing.T) {
	for _, ways := range plan.ChannelChoices() {
		s := agreed()
		s.Channels = ways
		if problems := s.Problems(false); len(problems) > 0 || plan.ReadChannels(ways.String()) != ways || ways.InWords() == "" {
			t.Errorf("%q (%s): %v", ways, ways.InWords(), problems)
		}
		said := strings.Join(s.Sentences(plan.CheckingIn, plan.Around{}), "\n")
		for words, want := range map[string]bool{
			"A reminder is a text to you, and no call.": !ways.Calls(), "a call that says the same and asks for no key.": ways.Calls(),
			"An e-mail says it too, where you have an address in Allclear and e-mail is sent. It stands in for no text, and nobody reads an answer to it.": ways.Mails(),
			"An alarm comes by texts and calls, whatever is chosen for reminders.":                                                                         true,
		} {
			if strings.Contains(said, words) != want {
				t.Errorf("%s: that %q is said is not %v:\n%s", ways, words, want, said)
			}
		}
	}
}

func TestInvitesThatThereAreNotAreRefused(t *testing.T) {
	s, problems := plan.Parse([]byte(`{"invites":"everything"}`), agreed())
	if problems != nil {
		t.Fatal(problems)
	}
	if got := s.Problems(false); len(got) != 1 || got[0].Field != "plan.invites" {
		t.Errorf("%v, want a problem with plan.invites", got)
	}
}

func TestAPrivacyThatThereIsNotIsRefused(t *testing.T) {
	s, problems := plan.Parse([]byte(`{"private_by_default":"sometimes"}`), agreed())
	if problems != nil {
		t.Fatal(problems)
	}
	if got := s.Problems(false); len(got) != 1 || got[0].Field != "plan.private_by_default" {
		t.Errorf("%v, want a problem with plan.private_by_default", got)
	}
}
