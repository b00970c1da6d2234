package wording_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/wording"
)

func anInvite() wording.Invite {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return wording.Invite{Visit: wording.Visit{Reference: "A7F3", StartsAt: time.Date(2026, 7, 4, 14, 0, 0, 0, london), ExpectedEndAt: time.Date(2026, 7, 4, 15, 30, 0, 0, london)},
		Watched: true, Link: "https://allclear.example/visits/v1"}
}

// What stands in a calendar that others look into, and on a locked phone, names nobody and no place.
func TestTheSummaryIsBare(t *testing.T) {
	form := []wording.FormLine{{Label: "Address", Words: private.New("1 Example Street")}}
	for _, c := range []struct {
		change  func(*wording.Invite)
		sent    wording.Sent
		subject string
	}{
		{func(*wording.Invite) {}, wording.SentFirst, "Visit (A7F3)"},
		{func(i *wording.Invite) { i.Form = form }, wording.SentAgain, "Changed: Visit (A7F3)"},
		{func(i *wording.Invite) { i.Private, i.Form = true, form }, wording.SentFirst, "Private appointment (A7F3)"},
		{func(i *wording.Invite) { i.Private = true }, wording.SentCancelled, "Cancelled: Private appointment (A7F3)"},
		{func(i *wording.Invite) { i.Watched = false }, wording.SentWithdrawn, "No longer yours: Appointment (A7F3)"},
		{func(i *wording.Invite) { i.Rehearsal = true }, wording.SentFirst, "REHEARSAL: Visit (A7F3)"},
		{func(i *wording.Invite) { i.Reference = "" }, wording.SentFirst, "Visit"},
	} {
		i := anInvite()
		c.change(&i)
		if got := i.Subject(c.sent); got != c.subject {
			t.Errorf("%q, want %q", got, c.subject)
		}
	}
}

func TestWhatInvitesSay(t *testing.T) {
	i := anInvite()
	theirs := i.Words().Reveal()
	for _, part := range []string{"A7F3, Sat 4 Jul 2026 14:00 to 15:30.", i.Link + " (sign in)", "takes charge of no alarm", "you still answer"} {
		if !strings.Contains(theirs, part) {
			t.Errorf("to a responder it does not say %q:\n%s", part, theirs)
		}
	}
	if strings.Contains(theirs, "BUDDY") {
		t.Errorf("without a form it has one:\n%s", theirs)
	}
	i.Form = []wording.FormLine{{Label: "Worker", Words: private.New("Priya Nair")}, {Label: "Home phone"}, {Label: "How to get in", Words: private.New(" side gate\nmind the dog ")}}
	if got := i.Words().Reveal(); !strings.HasSuffix(got, "Worker: Priya Nair\nHome phone: not known\nHow to get in: side gate\nmind the dog") {
		t.Errorf("the form is\n%s", got)
	}
	i.Form, i.Yours = nil, true
	i.ExpectedEndAt = i.StartsAt.Add(11 * time.Hour)
	if got := i.Words().Reveal(); !strings.Contains(got, "Your visit A7F3 is in Allclear, Sat 4 Jul 2026 14:00 to Sun 5 Jul 01:00.") || !strings.Contains(got, "changes nothing in Allclear") {
		t.Errorf("to the worker it says\n%s", got)
	}
	i.Rehearsal = true
	for _, words := range []private.Text{i.Words(), i.Gone(wording.SentWithdrawn)} {
		if !strings.HasPrefix(words.Reveal(), "This is a REHEARSAL.") {
			t.Errorf("a rehearsal says\n%s", words.Reveal())
		}
	}
}

// What takes an invite back has nothing of the form: it goes to who may see it no more.
func TestWhatTakesAnInviteBackHasNoForm(t *testing.T) {
	i := anInvite()
	i.Form = []wording.FormLine{{Label: "Address", Words: private.New("1 Example Street")}}
	said := map[string]bool{}
	for _, sent := range []wording.Sent{wording.SentWithdrawn, wording.SentCancelled} {
		for _, change := range []func(*wording.Invite){func(*wording.Invite) {}, func(i *wording.Invite) { i.Yours = true }, func(i *wording.Invite) { i.Watched = false }} {
			gone := i
			change(&gone)
			words := gone.Gone(sent).Reveal()
			if strings.Contains(words, "Example") || !strings.Contains(words, "A7F3") {
				t.Errorf("it says %q", words)
			}
			said[words] = true
		}
	}
	if len(said) < 4 {
		t.Errorf("%d different: %v", len(said), said)
	}
}

func TestAnAnswerOfACalendarIsAnswered(t *testing.T) {
	i := anInvite()
	i.Yours = true
	for _, answer := range []func() (string, private.Text){i.Countered, i.NotCalledOff} {
		subject, words := answer()
		if subject == "" || strings.Contains(subject, "A7F3") || !strings.Contains(words.Reveal(), "A7F3") || !strings.Contains(words.Reveal(), i.Link) || !strings.Contains(words.Reveal(), "changes nothing in Allclear") {
			t.Errorf("%q: %q", subject, words.Reveal())
		}
	}
}
