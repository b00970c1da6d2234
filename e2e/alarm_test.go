package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
)

// id reads the id of an answer's object.
func id(t *testing.T, a town.Answer) string {
	t.Helper()
	var object struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(a.Body, &object); err != nil || object.ID == "" {
		t.Fatalf("no id in %s: %v", a, err)
	}
	return object.ID
}

// overdue opens a town in which Priya's visit is soon overdue, and Sam has been told.
func overdue(t *testing.T, speed int, prepare func(*town.Town)) (*town.Town, town.Visit) {
	t.Helper()
	w := open(t, town.Options{Speed: speed})
	w.Settle(nil)
	prepare(w)
	visit := w.Book(2*time.Minute, 5*time.Minute)
	w.WaitText(town.Sam.Mobile, visit.DueAt.Sub(w.Now())+w.Tolerance(), "not heard", visit.Reference)
	return w, visit
}

// A voicemail that answers, and a key that was not asked for, leave the alarm with nobody: the ladder goes on.
func TestOnlyTheKeyAskedForAcknowledges(t *testing.T) {
	t.Parallel()
	w, visit := overdue(t, 240, func(w *town.Town) {
		w.Voicemail(town.Sam)
		w.PressesWrongKey(town.Ann)
	})
	w.WaitText(town.Ann.Mobile, 5*time.Minute+w.Tolerance(), "not heard", visit.Reference)
	w.WaitText(town.Lee.Mobile, 5*time.Minute+w.Tolerance(), "not heard", visit.Reference)
	ended := func(c town.Rung) bool { return c.Ended && len(c.Heard) > 0 }
	w.WaitRung(town.Sam.Mobile, 10*time.Minute, "have been answered by voicemail", ended)
	w.WaitRung(town.Ann.Mobile, 10*time.Minute, "have had a wrong key", func(c town.Rung) bool { return ended(c) && len(c.Pressed) > 0 })
	alarm := w.WaitAlarm(w.Tolerance(), "be open", town.Any)
	w.Check(alarm.Holder() == "", "nobody has the alarm (%s has)", alarm.Holder())

	w.PressesKey(town.Lee)
	w.WaitAlarm(10*time.Minute, "be Lee's by the key he was asked for", func(a town.Alarm) bool { return a.Holder() == town.Lee.ID })
}

// The first has it; the second hears who has.
func TestTwoAcknowledgeAtOnceAndOneHasIt(t *testing.T) {
	t.Parallel()
	w, visit := overdue(t, 240, func(*town.Town) {})
	w.WaitText(town.Ann.Mobile, 5*time.Minute+w.Tolerance(), "not heard", visit.Reference)
	alarm := w.WaitAlarm(w.Tolerance(), "be open", town.Any)
	both := []town.Person{town.Sam, town.Ann}
	answers := make([]town.Answer, len(both))
	var wg sync.WaitGroup
	for i, p := range both {
		wg.Go(func() {
			answers[i] = w.Do(town.Request{Method: http.MethodPost, Path: "/alarms/" + alarm.ID + "/acknowledge", Body: town.Form{"by": p.ID}})
		})
	}
	wg.Wait()
	for _, a := range answers {
		w.Check(slices.Contains([]int{http.StatusOK, http.StatusConflict}, a.Status), "both are answered: %s", a)
	}
	w.Check(answers[0].Status == http.StatusOK || answers[1].Status == http.StatusOK, "one of them succeeds")
	first := w.WaitAlarm(w.Tolerance(), "be somebody's", func(a town.Alarm) bool { return a.Holder() != "" })
	has, other := town.Sam, town.Ann
	if first.Holder() == town.Ann.ID {
		has, other = town.Ann, town.Sam
	}
	w.WaitText(other.Mobile, 2*w.Tolerance(), has.First(), "has the alarm")
	w.NoText(has.Mobile, other.First(), "has the alarm")
	w.Check(w.Alarms("open")[0].Holder() == first.Holder(), "it stays theirs")
}

// What is said to an alarm that has closed, and by text to one that is open, changes nothing.
func TestATextDoesNotCloseAnAlarm(t *testing.T) {
	t.Parallel()
	w, visit := overdue(t, 240, func(*town.Town) {})
	alarm := w.WaitAlarm(w.Tolerance(), "be open", town.Any)
	w.Text(town.Priya, "OUT")
	w.WaitText(town.Sam.Mobile, 2*w.Tolerance(), "texted", visit.Reference)
	w.Check(len(w.Alarms("open")) == 1, "the alarm is still open")
	later := town.Form{"expected_end_at": town.Instant(w.Now().Add(time.Hour))}
	w.Refused(town.Request{Method: http.MethodPatch, Path: "/visits/" + visit.ID, Body: later}, "", http.StatusConflict)
	w.Acknowledge(alarm, town.Sam)
	w.CloseAlarm(alarm, town.CloseForm(town.Sam, town.Form{"visit": later}))
	w.WaitVisit(visit.ID, w.Tolerance(), "be inside with a new end", func(v town.Visit) bool { return v.Status == "inside" && v.ExpectedEndAt.After(w.Now()) })
	w.NoAlarm()
}
