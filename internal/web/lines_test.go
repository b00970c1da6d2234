package web

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// priya is the worker of these tests.
func priya() buddy.Person {
	return buddy.Person{ID: "p-priya", Name: "Priya Nair", Mobile: number("07700 900101"), HomePhone: number("01632 960101"),
		Contacts: []buddy.Contact{{Name: private.New("Ravi Nair"), Relation: private.New("husband"), Phone: number("07700 900102")}}}
}

func speakerOf(kin bool) speaker {
	return speaker{worker: priya(), kin: kin, clock: func(t time.Time) string { return t.Format("15:04") },
		name: func(id string) (string, error) {
			return map[string]string{"p-sam": "Sam Hill", "p-lee": "Lee Marsh", "p-priya": "Priya Nair"}[id], nil
		}}
}

func TestALineOfTheRecordIsASentence(t *testing.T) {
	ravi := private.New("+447700900102")
	for want, l := range map[string]view.Line{
		"Sam Hill rang Ravi Nair, husband: no answer":                {What: watch.CallLogged, By: "p-sam", To: ravi, Result: watch.NoAnswer},
		"Sam Hill rang Priya’s mobile: spoke to Priya Nair":          {What: watch.CallLogged, By: "p-sam", To: private.New("+447700900101"), Result: watch.SpokeThem},
		"Sam Hill rang another number: voicemail":                    {What: watch.CallLogged, By: "p-sam", To: private.New("+447700900199"), Result: watch.Voicemail},
		"Sam Hill rang a number":                                     {What: watch.CallLogged, By: "p-sam"},
		"Priya Nair texted":                                          {What: watch.TextIn, By: "p-priya", Via: "sms", Text: private.New("In now")},
		"Priya Nair wrote":                                           {What: watch.TextIn, By: "p-priya", Via: "api", Text: private.New("In now")},
		"Priya Nair checked in":                                      {What: watch.TextIn, By: "p-priya", Via: "page"},
		"Priya Nair pressed “I’m going in”":                          {What: watch.TextIn, By: "p-priya", Via: "page", Press: view.Press{Intent: checkin.Start}},
		"Priya Nair pressed “I’m out”":                               {What: watch.TextIn, By: "p-priya", Via: "page", Press: view.Press{Intent: checkin.End}},
		"Priya Nair pressed “I need help now”":                       {What: watch.TextIn, By: "p-priya", Via: "page", Press: view.Press{Intent: checkin.Distress}},
		"Priya Nair gave 14:42 as the new end":                       {What: watch.TextIn, By: "p-priya", Via: "page", Press: view.Press{Intent: checkin.Change, Until: time.Date(2026, 11, 21, 14, 42, 0, 0, time.UTC)}},
		"Priya Nair asked for someone to ring":                       {What: watch.TextIn, By: "p-priya", Via: "page", Text: private.New("ASK Jane")},
		"Sam Hill recorded what Priya Nair said":                     {What: watch.TextIn, By: "p-sam", Via: "call", Text: private.New("In now")},
		"Priya Nair is going in":                                     {What: watch.VisitIn, By: "p-priya"},
		"Sam Hill recorded that Priya Nair is going in":              {What: watch.VisitIn, By: "p-sam"},
		"Priya Nair gave a new time: until 16:30":                    {What: watch.VisitNewTime, Until: time.Date(2026, 11, 21, 16, 30, 0, 0, time.UTC)},
		"Priya Nair is out":                                          {What: watch.VisitOut, By: "p-priya"},
		"The visit ended":                                            {What: watch.VisitOut},
		"Sam Hill recorded that the visit has ended":                 {What: watch.VisitOut, By: "p-sam"},
		"Sam Hill took charge of the alarm":                          {What: watch.Acknowledged, By: "p-sam"},
		"Sam Hill and Lee Marsh hold the call to 999":                {What: watch.PoliceHeld, By: "p-sam", Second: "p-lee"},
		"Someone booked the visit":                                   {What: watch.VisitBooked},
		"weather changed":                                            {What: "weather_changed"},
		"No word from Priya Nair: the visit is overdue":              {What: watch.VisitOverdue},
		"Sam Hill logged that Priya Nair was found harmed":           {What: watch.FoundHarmed, By: "p-sam"},
		"Allclear asked Priya Nair how things are going":             {What: watch.Prompted},
		"The text was read as one with the unfinished one before it": {What: watch.TextsJoined, By: "p-priya"},
	} {
		said, err := speakerOf(true).line(l)
		if err != nil || said.Says != want {
			t.Errorf("%s is said %q, %v; want %q", l.What, said.Says, err, want)
		}
	}
}

func TestWhoseNumberWasRungIsForThoseWhoRing(t *testing.T) {
	said, err := speakerOf(false).line(view.Line{What: watch.CallLogged, By: "p-sam", To: private.New("+447700900102"), Result: watch.Engaged})
	if err != nil || said.Says != "Sam Hill rang another number: engaged" {
		t.Errorf("it is said %q, %v", said.Says, err)
	}
}

func TestALineHasWhatThePoliceAnswered(t *testing.T) {
	l := view.Line{What: watch.PoliceTold, By: "p-sam", Reference: private.New("GP-1"), Officer: private.New("PC Lane"), Attending: new(true),
		NextUpdateAt: time.Date(2026, 11, 21, 16, 30, 0, 0, time.UTC), Note: private.New("A car is on its way")}
	said, err := speakerOf(true).line(l)
	want := line{Says: "Sam Hill logged that the police were told", Quote: "A car is on its way", Look: "done",
		More: []string{"Police reference GP-1", "Spoke with PC Lane", "They will attend", "Next update at 16:30"}}
	if err != nil || said.Says != want.Says || said.Quote != want.Quote || said.Look != want.Look || len(said.More) != 4 || said.More[0] != want.More[0] || said.More[3] != want.More[3] {
		t.Errorf("got %+v, %v", said, err)
	}
}

// Whatever the core can put on record has its own words.
func TestEveryLineOfTheCoreHasWords(t *testing.T) {
	for _, what := range []watch.What{watch.VisitBooked, watch.VisitIn, watch.VisitNewTime, watch.VisitOut, watch.VisitCancelled, watch.VisitOverdue,
		watch.OutUnconfirmed, watch.OutForged, watch.VoiceAwaited, watch.AskedBack, watch.Prompted, watch.AlarmOpened, watch.AlarmJoined, watch.AlarmRaised,
		watch.Told, watch.Acknowledged, watch.HolderFellSilent, watch.ShiftChanged, watch.PolicePrompted, watch.PoliceTold, watch.LiaisonLogged,
		watch.FoundHarmed, watch.IncidentOpened, watch.PoliceHeld, watch.Reassured, watch.AlarmClosed} {
		_, plain := plainLines[what]
		if own := what == watch.VisitIn || what == watch.VisitNewTime || what == watch.VisitOut; plain == own {
			t.Errorf("%s: plain sentence %v", what, plain)
		}
	}
}
