package web

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

func whose(numbers []ringNumber) (list []string) {
	for _, n := range numbers {
		list = append(list, n.Whose)
	}
	return list
}

func TestNumbersAreInTheWorkersOrder(t *testing.T) {
	worker := priya()
	worker.PersonalMobile = number("07700 900104")
	worker.Contacts = append(worker.Contacts,
		buddy.Contact{Name: private.New("Dev Nair"), Relation: private.New("brother"), Phone: number("07700 900105"), PoliceOnly: true},
		buddy.Contact{Name: private.New("Asha Nair"), Phone: number("07700 900106")},
		buddy.Contact{Name: private.New("Herself"), Phone: worker.Mobile})
	r := room{worker: worker, alarm: store.Alarm{Alarm: watch.Alarm{Kind: watch.OverdueAlarm}}, record: []view.Line{{Number: private.New("+441632960107")}, {}}}
	want := []string{"Priya’s mobile", "Priya’s personal mobile", "Priya’s home phone", "the number Priya gave", "Ravi Nair, husband", "Asha Nair"}
	if got := whose(r.numbers(Layout{})); !slices.Equal(got, want) {
		t.Errorf("to ring are %v, not %v", got, want)
	}
	r.alarm.Kind = watch.Duress
	if got := whose(r.numbers(Layout{})); !slices.Equal(got, want[4:]) {
		t.Errorf("in duress, to ring are %v, not %v", got, want[4:])
	}
}

func TestTheNextNumberIsTheOneNotTriedForTheLongest(t *testing.T) {
	r := room{worker: priya(), alarm: store.Alarm{Alarm: watch.Alarm{Kind: watch.OverdueAlarm}}}
	mobile, home, ravi := r.worker.Mobile, r.worker.HomePhone, r.worker.Contacts[0].Phone
	at := saturday
	for i, step := range []struct {
		call report.Call
		next string
	}{
		{report.Call{To: mobile, Result: watch.NoAnswer}, "Priya’s home phone"},
		{report.Call{To: ravi, Result: watch.Voicemail}, "Priya’s home phone"},
		{report.Call{To: home, Result: watch.WrongNumber}, "Priya’s mobile"},
		{report.Call{To: mobile, Result: watch.Engaged}, "Ravi Nair, husband"},
		{report.Call{To: ravi, Result: watch.Engaged}, "Priya’s mobile"}, // not the wrong number
	} {
		at = at.Add(time.Minute)
		step.call.At = at
		r.sheet.Calls = append(r.sheet.Calls, step.call)
		if n := nextNumber(r.numbers(Layout{Now: at, zone: time.UTC})); n == nil || n.Whose != step.next {
			t.Errorf("after %d calls comes %v, not %s", i+1, n, step.next)
		}
	}
	if n := nextNumber(nil); n != nil {
		t.Errorf("of none comes %v", n)
	}
}

// A contact whom only the police are to ring is named, and their number is not there to press (rule 3.5).
func TestWhoIsOnlyForThePoliceIsNotOffered(t *testing.T) {
	h := openHouse(t)
	worker, err := h.db.Person(t.Context(), "p-priya")
	h.ok(err)
	worker.Contacts = append(worker.Contacts, buddy.Contact{Name: private.New("Dev Nair"), Relation: private.New("brother"), Phone: number("07700 900105"), PoliceOnly: true})
	_, err = h.engine.PutPerson(t.Context(), engine.Actor{}, worker)
	h.ok(err)
	_, alarm := h.overdue()
	h.texts("07700 900101", "phone dying, on 01632 960107")
	h.get("/alarms/"+alarm).is(http.StatusOK).says("Dev Nair, brother: only the police are to ring.", "Not to be rung without police advice", "the number Priya gave", "01632 960107").
		hides("07700 900105", "tel:&#43;447700900103")
}

// One page, gone back to, logs as many calls as were made; a button pressed twice logs one.
func TestTheSamePressIsOneAct(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	press := func(to, result string) {
		h.post("/alarms/"+alarm+"/calls", "key", "one-page", "to", to, "row", "1", "result", result).is(http.StatusSeeOther)
	}
	press("+447700900101", "no_answer")
	press("+447700900101", "no_answer")
	press("+441632960101", "no_answer")
	press("+447700900101", "voicemail")
	h.get("/alarms/"+alarm).says("Tried 2 times", "Tried at 15:45: no answer")
}
