package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

// inside puts Priya in a visit of an hour, with every phone read.
func (w *world) inside() string {
	visit := w.book()
	w.phone(priya).texts("in")
	w.readAll()
	w.wait(20 * time.Minute)
	w.is(visit, watch.Inside)
	return visit
}

// The rest of an unfinished text may come to another process, or after a crash.
func TestTheRestOfAnUnfinishedText(t *testing.T) {
	for name, between := range map[string]func(w *world){
		"at once": func(*world) {}, "after a crash": (*world).crash, "to another node": func(w *world) { w.engine = w.node() },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				visit := w.inside()
				w.phone(priya).texts("going to be another")
				w.silent(priya)
				between(w)
				w.wait(40 * time.Second)
				w.phone(priya).texts("hour")
				w.phone(priya).Expects("New time noted: until 15:20")
				w.wait(5 * time.Minute)
				w.silent(priya)
				if end, want := w.visit(visit).ExpectedEndAt, sunday.Add(80*time.Minute+40*time.Second); !end.Equal(want) {
					t.Errorf("expected end is %s, want %s", end, want)
				}
				w.onRecordAsOne("going to be another", "hour")
				w.replays("p-priya")
			})
		})
	}
}

// onRecordAsOne fails the test unless both texts and what they are as one are on record.
func (w *world) onRecordAsOne(first, rest string) {
	w.t.Helper()
	entries, err := w.db.Entries(w.t.Context(), "p-priya", sunday, sunday.Add(24*time.Hour))
	w.must(err)
	var said []string
	for _, e := range entries {
		words, err := engine.WordsOf(e)
		w.must(err)
		said = append(said, words.Text)
		if words.Text != rest {
			continue
		}
		if words.Before != first || !strings.Contains(string(e.Events), string(watch.TextsJoined)) || !strings.Contains(string(e.Input), `"joined":{`) {
			w.t.Errorf("%q stands after %q with %s and %s", rest, words.Before, e.Events, e.Input)
		}
	}
	if all := strings.Join(said, "|"); !strings.Contains(all, first+"|"+rest) {
		w.t.Errorf("on record are %q", all)
	}
}

func TestAnUnfinishedTextWhoseRestDoesNotComeIsAskedBackAfterAMinute(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.inside()
		w.phone(priya).texts("left the")
		w.wait(59 * time.Second)
		w.silent(priya)
		w.crash()
		w.wait(time.Second)
		w.phone(priya).Expects("We could not follow your text of 14:20.")
		w.wait(10 * time.Second)
		w.phone(priya).texts("house now") // too late to be one with it
		w.phone(priya).Expects("We could not follow your text of 14:21.")
		w.is(visit, watch.Inside)
		w.replays("p-priya")
	})
}

// Both halves of an exit are fetched back before it ends the visit.
func TestAnExitInTwoTexts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.inside()
		w.phone(priya).texts("left the")
		w.wait(10 * time.Second)
		w.phone(priya).texts("house now")
		w.wait(time.Minute)
		w.phone(priya).Expects("Out 14:20. Thank you.")
		w.silent(priya)
		w.is(visit, watch.Ended)
		w.replays("p-priya")
	})
}

func TestAnExitThatBeganWithANotIsNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.inside()
		for _, body := range []string{"I'm not", "out"} {
			w.phone(priya).texts(body)
			w.wait(5 * time.Second)
		}
		w.phone(priya).Expects("We could not follow your text")
		w.wait(2 * time.Minute)
		w.silent(priya)
		w.is(visit, watch.Inside)
	})
}

func TestDangerInEitherOfTwoTextsIsActedOnAtOnce(t *testing.T) {
	for name, texts := range map[string][]string{
		"in the first": {"he won't let me out and"}, "in the second": {"going to be another", "HELP"},
		"in the two as one": {"I do not feel", "safe"}, "the phrase": {"could you ask", "Scarlett to ring me"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.inside()
				for _, body := range texts {
					w.noAlarm()
					w.phone(priya).texts(body)
				}
				if kind := w.alarm().Kind; !kind.Danger() {
					t.Errorf("the alarm is %s", kind)
				}
				if answers := w.phone(priya).read(); len(answers) != 1 {
					t.Errorf("answered %q", answers)
				}
				w.replays("p-priya")
			})
		})
	}
}

func TestNoToHowThingsAreIsACryForHelp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.inside()
		w.phone(priya).texts("no")
		w.phone(priya).Expects("We could not follow your text")
		w.noAlarm()
		w.wait(41 * time.Minute)
		w.phone(priya).Expects("how are things going?")
		w.crash()
		w.phone(priya).texts("No")
		w.phone(priya).Expects("Got your message.")
		if kind := w.alarm().Kind; kind != watch.Distress {
			t.Errorf("the alarm is %s", kind)
		}
		w.phone(sam).Expects("CALL 999 now. Priya N has asked for help")
		w.replays("p-priya")
	})
}

func TestYesToHowThingsAreEndsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.inside()
		w.wait(41 * time.Minute)
		w.phone(priya).Expects("how are things going?")
		w.phone(priya).texts("Yes")
		w.phone(priya).Expects("Noted 15:01, thank you.")
		w.is(visit, watch.Inside)
		w.wait(15 * time.Minute)
		w.is(visit, watch.Overdue)
	})
}

// The API's answer to what was typed on the page is the reading in the light of
// the question, too.
func TestYesToAMuchLaterEndConfirmsThatOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.inside()
		w.phone(priya).texts("out by 7")
		w.phone(priya).Expects("Until 19:00 is over 2 h more")
		if end := w.visit(visit).ExpectedEndAt; !end.Equal(sunday.Add(time.Hour)) {
			t.Errorf("the end moved to %s before it was confirmed", end)
		}
		w.crash()
		w.phone(priya).texts("yes")
		w.phone(priya).Expects("New time noted: until 19:00")
		w.phone(priya).texts("yes")
		w.phone(priya).Expects("We could not follow your text")
		w.is(visit, watch.Inside)
		if end := w.visit(visit).ExpectedEndAt; !end.Equal(sunday.Add(5 * time.Hour)) {
			t.Errorf("the end is %s", end)
		}
		w.replays("p-priya")
	})
}

func TestWhereAVisitIsThatWasNotBookedIsPassedOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.phone(priya).texts("IN")
		w.phone(priya).Expects("please reply with where you are")
		w.phone(sam).Expects("went into a visit that was not booked")
		w.phone(priya).texts("12 Mill Lane, at the Obis")
		w.phone(priya).Expects("Noted 14:00, thank you.")
		told := w.phone(sam).Expects("says where the visit is that was not booked")
		if strings.Contains(told.Body, "Mill Lane") {
			t.Errorf("the address is in a text: %q", told.Body)
		}
	})
}

// On a phone that two share, a no to what one of them was asked is a cry for help
// of both (rule 8.10).
func TestNoFromASharedPhone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shared(w)
		w.book()
		w.book(forJo)
		w.readAll()
		w.wait(61 * time.Minute)
		w.phone(priya).texts("no")
		open, err := w.db.Alarms(t.Context(), "open", 0)
		if err != nil || len(open) != 2 || open[0].Kind != watch.Distress || open[1].Kind != watch.Distress {
			t.Errorf("alarms %v (%v)", open, err)
		}
	})
}
