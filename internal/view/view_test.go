package view_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// open gives the open alarms that a person is shown: one who asks alone is told the same as one of many.
func (o *office) open(id string) []store.Alarm {
	o.Helper()
	list, err := o.view.Alarms(o.Context(), store.AlarmOpen, 100, o.person(id))
	o.must(err)
	now, err := o.view.Open(o.Context())
	o.must(err)
	if known, _ := now.For(o.person(id)); !reflect.DeepEqual(known, list) {
		o.Errorf("%s alone is told of %+v, among many of %+v", id, list, known)
	}
	return list
}

func whats(lines []view.Line) []watch.What {
	var list []watch.What
	for _, l := range lines {
		list = append(list, l.What)
	}
	return list
}

// Rules 4.2 and 8.2: neither the worker, nor the partner in the same house, nor a colleague who has no part in it.
func TestDangerIsShownToThoseWhoAnswerIt(t *testing.T) {
	o := newOffice(t)
	visit, joint := o.books(true, "p-ann")
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.says("p-ann", "Going in")
	o.says("p-priya", "Can you ask Scarlett to ring me")
	o.deliver()
	for _, id := range []string{"p-priya", "p-ann", "p-kim"} {
		for _, v := range []string{visit, joint[0]} {
			got := o.shows(v, o.person(id))
			if !got.Hidden || got.Alarm != nil || !got.Busy && got.Status != watch.Inside || slices.Contains(whats(got.Timeline), watch.AlarmOpened) {
				t.Errorf("%s is shown %+v", id, got)
			}
		}
		if list := o.open(id); len(list) != 0 {
			t.Errorf("%s is shown %d alarms", id, len(list))
		}
	}
	got := o.shows(visit, o.person("p-sam"))
	if got.Hidden || got.Alarm == nil || got.Alarm.Kind != watch.Duress || !slices.Contains(whats(got.Timeline), watch.AlarmOpened) {
		t.Fatalf("the responder is shown %+v", got)
	}
	if n := len(o.open("p-sam")); n != 2 {
		t.Errorf("the responder is shown %d alarms of two", n)
	}
	if _, err := o.view.Alarm(t.Context(), got.Alarm.ID, o.person("p-ann")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the partner asks for the alarm: %v", err)
	}
	a, err := o.view.Alarm(t.Context(), got.Alarm.ID, o.person("p-sam"))
	o.must(err)
	lines, err := o.view.AlarmTimeline(t.Context(), a, o.person("p-sam"), o.clock.Now())
	o.must(err)
	if len(lines) == 0 || lines[0].Text.Reveal() != "Can you ask Scarlett to ring me" || lines[0].By != "p-priya" {
		t.Errorf("the alarm's record begins with %+v", lines)
	}
}

// A colleague without a role in alarms who was told of one, because they are the visit's own responder, knows of it.
func TestWhoeverWasToldKnows(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(true)
	responders := []string{"p-kim"}
	o.must(o.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, visit, engine.VisitEdit{Responders: &responders}))
	o.wait(30 * time.Minute)
	o.says("p-priya", "Can you ask Scarlett to ring me")
	o.wait(10 * time.Minute)
	if got := o.shows(visit, o.person("p-kim")); got.Hidden || got.Alarm == nil || !got.Open {
		t.Errorf("the visit's own responder is shown %+v", got)
	}
	if got := o.shows(visit, o.person("p-ann")); !got.Hidden {
		t.Errorf("a colleague who was not told is shown %+v", got)
	}
}

// paired plays the same with Scarlett and with Jane, and gives what the worker is shown in the end of the visit that do
// gives.
func paired(t *testing.T, do func(o *office, visit, name string) string) (scarlett, jane string) {
	t.Helper()
	var shown []string
	for _, name := range []string{"Scarlett", "Jane"} {
		o := newOffice(t)
		visit, _ := o.books(true)
		visit = do(o, visit, name)
		got := o.shows(visit, o.person("p-priya"))
		if got.Hidden != (name == "Scarlett") {
			t.Fatalf("asked for %s, hidden: %v", name, got.Hidden)
		}
		var out strings.Builder
		alarm := "none"
		if got.Alarm != nil {
			alarm = fmt.Sprint(got.Alarm.Kind, " ", got.Alarm.Status)
		}
		fmt.Fprintln(&out, got.Status, got.ExpectedEndAt, got.EndedAt, got.Evidence, "alarm", alarm)
		for _, l := range got.Timeline {
			fmt.Fprintln(&out, l.At, l.What, l.By, l.Via, l.Visit == visit, l.Until, strings.ReplaceAll(l.Text.Reveal(), name, "NAME"))
		}
		shown = append(shown, out.String())
	}
	return shown[0], shown[1]
}

// Law 9, also after an alarm that was closed before: that one the worker knows of, and it does not go with the danger.
func TestTheRecordInDuressIsThatOfAnyDay(t *testing.T) {
	ask := func(o *office, name string) { o.says("p-priya", "Can you ask "+name+" to ring me") }
	for name, do := range map[string]func(o *office, visit, name string) string{
		"an alarm closed before": func(o *office, visit, name string) string {
			o.wait(30 * time.Minute)
			o.says("p-priya", "Going in")
			o.wait(75 * time.Minute)
			o.must(o.engine.Act(o.Context(), engine.Actor{By: "p-sam", Via: "api"}, o.open("p-sam")[0].ID,
				watch.Close{Evidence: watch.SpokeWorker, Note: true, ExpectedEndAt: o.clock.Now().Add(time.Hour)}, engine.Words{Note: "asked for the dog's name"}))
			ask(o, name)
			return visit
		},
		"all well on the first, in the time of the second": func(o *office, _, name string) string {
			next, err := o.engine.Book(o.Context(), engine.Actor{By: "p-priya"}, engine.Booking{Worker: "p-priya", Kind: "home_visit",
				StartsAt: saturday.Add(100 * time.Minute), ExpectedEndAt: saturday.Add(2 * time.Hour)})
			o.must(err)
			o.wait(30 * time.Minute)
			o.says("p-priya", "Going in")
			ask(o, name)
			o.wait(20 * time.Minute)
			o.says("p-priya", "I'm fine")
			return next.Visit
		},
		"mentioned": func(o *office, visit, name string) string {
			o.wait(30 * time.Minute)
			o.says("p-priya", "Going in")
			o.says("p-priya", name+" was here")
			return visit
		},
		"out, and answered again and again": func(o *office, visit, name string) string {
			o.wait(30 * time.Minute)
			o.says("p-priya", "Going in")
			ask(o, name)
			o.wait(20 * time.Minute)
			o.must(func() error {
				a := o.open("p-sam")
				if len(a) == 0 { // on any other day there is nothing to have
					return nil
				}
				return o.engine.Act(o.Context(), engine.Actor{By: "p-sam", Via: "api"}, a[0].ID, watch.Acknowledge{}, engine.Words{})
			}())
			o.says("p-priya", "I have left, all done")
			return visit
		},
	} {
		t.Run(name, func(t *testing.T) {
			if scarlett, jane := paired(t, do); scarlett != jane {
				t.Errorf("in duress the worker is shown\n%s\nelse\n%s", scarlett, jane)
			}
		})
	}
}

func TestTheSheetHoldsWhoAndWhere(t *testing.T) {
	o := newOffice(t)
	o.books(true)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(75 * time.Minute)
	a := o.open("p-sam")[0]
	o.must(o.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "api"}, a.ID, watch.Acknowledge{}, engine.Words{}))
	sheet, err := o.view.Handover(t.Context(), o.open("p-sam")[0], o.clock.Now())
	o.must(err)
	if len(sheet.Visits) != 1 || sheet.Visits[0].Address.Reveal() != "1 Example Street" || sheet.LastWord.Text.Reveal() != "Going in" ||
		sheet.CallBack.Name != "Someone p-sam" || sheet.Zone.String() != "Europe/London" || sheet.Rehearsal {
		t.Errorf("%+v", sheet)
	}
}

// A visit that is open to the team tells a colleague of no alarm that they may not open: it looks as on the board, as one whose
// end has passed, then and once the alarm is closed.
func TestAVisitTellsOfAnAlarmToWhomItIsKnown(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(false)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(75 * time.Minute)
	for id, known := range map[string]bool{"p-sam": true, "p-mo": true, "p-priya": true, "p-ann": false} {
		v, err := o.db.Visit(t.Context(), visit)
		o.must(err)
		got, err := o.view.Visit(t.Context(), v, o.person(id))
		o.must(err)
		looks := watch.Inside
		if known {
			looks = watch.Overdue
		}
		if !got.Open || (got.Alarm != nil) != known || got.Watch.ID != visit || got.Watch.Status != looks || got.Status != looks {
			t.Errorf("%s is shown %+v", id, got)
		}
	}
	tells := func() (known []string) {
		for _, id := range []string{"p-sam", "p-priya", "p-ann"} {
			if slices.ContainsFunc(o.shows(visit, o.person(id)).Timeline, func(l view.Line) bool { return l.What == watch.AlarmOpened || l.What == watch.AlarmClosed }) {
				known = append(known, id)
			}
		}
		return known
	}
	if got := tells(); !slices.Equal(got, []string{"p-sam", "p-priya"}) {
		t.Errorf("the record tells of the alarm to %v", got)
	}
	o.must(o.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "api"}, o.open("p-sam")[0].ID, watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}, engine.Words{Note: "She is home"}))
	if got := tells(); !slices.Equal(got, []string{"p-sam", "p-priya"}) {
		t.Errorf("once it is closed the record tells of the alarm to %v", got)
	}
}

// What a visit's clock runs on is given as the reader may know it: in danger that is the watch that they are shown.
func TestAVisitsClockIsTheOneThatIsShown(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(false)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.says("p-priya", "Can you ask Scarlett to ring me")
	o.wait(20 * time.Minute)
	o.says("p-priya", "I have left, all done")
	for id, want := range map[string]watch.Status{"p-sam": watch.Inside, "p-priya": watch.Ended, "p-ann": watch.Ended} {
		if got := o.shows(visit, o.person(id)); got.Watch.Status != want || got.Status != want {
			t.Errorf("%s is shown a clock that is %s, and a visit that is %s", id, got.Watch.Status, got.Status)
		}
	}
}

// Rule 1.4: others see that the worker is busy, and no more; one who may answer alarms sees that one is open.
func TestOthersSeeThatTheWorkerIsBusy(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(true)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(75 * time.Minute)
	for _, id := range []string{"p-ann", "p-kim"} {
		got := o.shows(visit, o.person(id))
		want := view.Whole{Visit: view.Visit{Busy: true, Visit: store.Visit{ID: visit, Worker: "p-priya", Team: "echo", Private: true,
			StartsAt: got.StartsAt, ExpectedEndAt: got.ExpectedEndAt}}}
		if !reflect.DeepEqual(got, want) || got.StartsAt.IsZero() {
			t.Errorf("%s is shown %+v", id, got)
		}
		if list := o.open(id); len(list) != 0 {
			t.Errorf("%s, who has no part in it, is shown the alarm", id)
		}
	}
	got := o.shows(visit, o.person("p-max"))
	if !got.Busy || got.Alarm == nil || got.Status != watch.Overdue || len(got.Timeline) > 0 {
		t.Errorf("a responder who was not invited is shown %+v", got)
	}
	a := o.open("p-max")[0]
	for id, words := range map[string]bool{"p-sam": true, "p-max": false} {
		lines, err := o.view.AlarmTimeline(t.Context(), a, o.person(id), o.clock.Now())
		o.must(err)
		open, err := o.view.Opens(t.Context(), a, o.person(id))
		o.must(err)
		if said := slices.ContainsFunc(lines, func(l view.Line) bool { return l.Via != "" || !l.Text.IsZero() }); said != words || open != words || len(lines) == 0 {
			t.Errorf("%s is shown what was said: %v; the alarm opens: %v; %d lines", id, said, open, len(lines))
		}
	}
	if list := o.open("p-priya"); len(list) != 1 {
		t.Errorf("the worker is shown %d alarms: of one overdue they know", len(list))
	}
}

// The worker's last words stay on the sheet when they press a button after them (rule 3.4), and nothing of a later visit is on it.
func TestAPressDoesNotTakeTheLastWordsOffTheSheet(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(true)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in, he seems calm")
	press := func(c engine.Checkin) {
		c.Person, c.Visit = "p-priya", visit
		_, err := o.engine.Checkin(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, c)
		o.must(err)
	}
	o.wait(time.Minute)
	press(engine.Checkin{Kind: "late", Until: o.clock.Now().Add(90 * time.Minute)})
	press(engine.Checkin{Kind: "sos"})
	sheet := func() report.Handover {
		a, err := o.db.Alarms(t.Context(), "", 1)
		o.must(err)
		h, err := o.view.Handover(t.Context(), a[0], o.clock.Now())
		o.must(err)
		return h
	}
	if h := sheet(); h.LastWord.Text.Reveal() != "Going in, he seems calm" || h.LastPress.What != "pressed “I need help now”" {
		t.Errorf("last words %q, last press %q", h.LastWord.Text.Reveal(), h.LastPress.What)
	}
	o.wait(time.Minute)
	press(engine.Checkin{Text: private.New("ASK Ann")})
	if h := sheet(); h.LastWord.Text.Reveal() != "Ann" || h.LastWord.Via != "page, under “Ask someone to ring me”" {
		t.Errorf("what was typed is told as %q by %s", h.LastWord.Text.Reveal(), h.LastWord.Via)
	}
	o.must(o.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, o.open("p-sam")[0].ID, watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true, StoodDownAt: o.clock.Now(), StoodDownTo: true},
		engine.Words{Note: "Seen", StoodDown: "PC Lane"}))
	o.wait(time.Minute)
	o.says("p-priya", "IN")
	if h := sheet(); h.LastWord.Text.Reveal() != "Ann" {
		t.Errorf("after its close the alarm's last words are %q", h.LastWord.Text.Reveal())
	}
}

// “Out” of the visit before this one must not read to the police as if the worker had left this place.
func TestWordsOfAnotherVisitAreMarkedAsThat(t *testing.T) {
	o := newOffice(t)
	o.books(true)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(20 * time.Minute)
	o.says("p-priya", "OUT")
	visit, _ := o.books(true)
	o.wait(30 * time.Minute)
	_, err := o.engine.Checkin(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Checkin{Person: "p-priya", Visit: visit, Kind: "sos"})
	o.must(err)
	a := o.open("p-sam")[0]
	h, err := o.view.Handover(t.Context(), a, o.clock.Now())
	o.must(err)
	if h.LastWord.Text.Reveal() != "OUT" || h.LastWord.Via != "message, on another visit" {
		t.Errorf("last words %q by %s", h.LastWord.Text.Reveal(), h.LastWord.Via)
	}
	o.says("p-priya", "he is at the door")
	if h, err = o.view.Handover(t.Context(), a, o.clock.Now()); err != nil || h.LastWord.Via != "message" {
		t.Errorf("what they say on this visit is told as said by %s: %v", h.LastWord.Via, err)
	}
}

// An alarm's log tells of its own visits: what is booked or changed of another's while it is open is not in it.
func TestAnAlarmsLogTellsOfItsOwnVisits(t *testing.T) {
	o := newOffice(t)
	visit, _ := o.books(true)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(75 * time.Minute)
	mo := engine.Actor{By: "p-mo", Via: "page"}
	tomorrow := saturday.Add(24 * time.Hour)
	b, err := o.engine.Book(t.Context(), mo, engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: tomorrow, ExpectedEndAt: tomorrow.Add(time.Hour)})
	o.must(err)
	later, end := tomorrow.Add(time.Hour), tomorrow.Add(2*time.Hour)
	o.must(o.engine.EditVisit(t.Context(), mo, b.Visit, engine.VisitEdit{StartsAt: later, ExpectedEndAt: end}))
	o.must(o.engine.CancelVisit(t.Context(), mo, b.Visit, false, private.New("moved")))
	a := o.open("p-sam")[0]
	lines, err := o.view.AlarmTimeline(t.Context(), a, o.person("p-sam"), o.clock.Now())
	o.must(err)
	if len(a.Visits) != 1 || a.Visits[0] != visit || !slices.Contains(whats(lines), watch.AlarmOpened) {
		t.Fatalf("the alarm of %v has %v", a.Visits, whats(lines))
	}
	for _, l := range lines {
		if l.Visit == b.Visit {
			t.Errorf("the log tells of tomorrow’s visit: %s", l.What)
		}
	}
}
