package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// What a worker's phone sees is the same whether she asks for Jane or for
// Scarlett, but for the name: the bytes, the count, the order and the times.
func TestDuressLooksLikeNothing(t *testing.T) {
	runs := map[string][]string{
		"asked inside":       {"in", "ASK NAME", "LATE 15:30", "out"},
		"asked before":       {"ASK NAME", "in", "out"},
		"asked with an out":  {"in", "Left now. Could NAME ring me", "in"},
		"asked with a time":  {"in", "Can I speak to NAME please, I'll be out by 15:20", "out"},
		"asked, then silent": {"in", "ASK NAME"},
		"asked by the name":  {"in", "NAME", "NAME?", "out"},
		"mentioned":          {"in", "NAME was here", "out"},
		"mentioned and late": {"in", "NAME is with me, out by 15:20", "out"},
		"mentioned before":   {"hi NAME", "saw NAME", "in", "out"},
		"asked twice":        {"in", "ASK NAME", "ASK NAME", "IN 30", "out", "out"},
	}
	for name, texts := range runs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, down := range []bool{false, true} { // the provider that an OUT is fetched from
				same(t, seenBy(t, texts, "Jane", down), seenBy(t, texts, "Scarlett", down))
			}
		})
	}
}

// So it is where the team's plan has an answer of its own.
func TestDuressInTheTeamsOwnWordsLooksLikeNothing(t *testing.T) {
	const answer = "OK, asking NAME to ring you."
	own := func(w *world) { w.plan(func(s *plan.Settings) { s.AskAnswer = answer }) }
	for name, texts := range map[string][]string{
		"asked inside":      {"in", "ASK NAME", "LATE 15:30", "out"},
		"asked before":      {"ASK NAME", "in", "out"},
		"asked with an out": {"in", "Left now. Could NAME ring me", "in"},
		"mentioned":         {"in", "NAME was here", "out"},
		"asked twice":       {"in", "ASK NAME", "ASK NAME", "IN 30", "out", "out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jane, scarlett := seenBy(t, texts, "Jane", false, own), seenBy(t, texts, "Scarlett", false, own)
			same(t, jane, scarlett)
			if asked := strings.Contains(texts[0]+texts[1], "ASK"); asked && !strings.Contains(jane, "OK, asking Jane to ring you.") {
				t.Errorf("the phone sees\n%s", jane)
			}
			if strings.Contains(jane, "see if I can find") {
				t.Errorf("it is answered in other words:\n%s", jane)
			}
		})
	}
}

// And so it is where workers are rung when they are reminded: at the same times, with the same words.
func TestDuressWithRemindersByCallLooksLikeNothing(t *testing.T) {
	for name, texts := range map[string][]string{"asked inside": {"in", "ASK NAME"}, "mentioned": {"in", "NAME was here", "IN 20"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rung := map[string]string{}
			for _, asked := range []string{"Jane", "Scarlett"} {
				var played *world
				seenOn(t, texts, asked, false, func(w *world) {
					played = w
					w.plan(func(s *plan.Settings) { s.Channels = plan.TextsAndCalls })
					w.phone(priya).Answers(func(string) string { return "" })
					w.book()
				})
				rung[asked] = strings.Join(played.heard(priya), "\n")
			}
			same(t, rung["Jane"], rung["Scarlett"])
			if !strings.Contains(rung["Jane"], "How are things going?") {
				t.Errorf("the worker heard %q", rung["Jane"])
			}
		})
	}
}

// And so it is on a visit that ends by voice only: an OUT has the same answer, and ends it on neither day.
func TestDuressOnAVisitThatEndsByVoiceOnlyLooksLikeNothing(t *testing.T) {
	byVoice := func(w *world) {
		visits, err := w.db.Visits(t.Context(), store.VisitFilter{Worker: "p-priya", Live: true})
		w.must(err)
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visits[0].ID, engine.VisitEdit{VoiceOnly: new(true)}))
	}
	for name, texts := range map[string][]string{
		"asked inside":      {"in", "ASK NAME", "LATE 15:30", "out"},
		"asked with an out": {"in", "Left now. Could NAME ring me", "out"},
		"asked after it":    {"in", "out", "ASK NAME", "out"},
		"mentioned":         {"in", "NAME was here", "out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			booked := func(w *world) { w.book(); byVoice(w) }
			jane, scarlett := seenOn(t, texts, "Jane", false, booked), seenOn(t, texts, "Scarlett", false, booked)
			same(t, jane, scarlett)
			if !strings.Contains(jane, "This visit ends with a call: Sam H will ring you") {
				t.Errorf("the phone sees\n%s", jane)
			}
		})
	}
}

func same(t *testing.T, jane, scarlett string) {
	t.Helper()
	if got := strings.ReplaceAll(scarlett, "Scarlett", "Jane"); got != jane {
		t.Errorf("asking for Scarlett the phone sees\n%s\nasking for Jane\n%s", scarlett, jane)
	}
}

// lastDue is when, in these tests, every visit is past its last prompt and its
// due time, a quarter of an hour after the latest new end.
var lastDue = sunday.Add(110 * time.Minute)

// seenBy plays the texts, eleven minutes apart, and gives all that the phone got.
// Where the worker falls silent nobody takes the alarm, and it goes on and on;
// else someone does and tells the police.
func seenBy(t *testing.T, texts []string, name string, down bool, change ...func(*world)) string {
	t.Helper()
	return seenOn(t, texts, name, down, func(w *world) {
		for _, c := range change {
			c(w)
		}
		w.book()
	})
}

// seenOn is seenBy on a day that begins otherwise.
func seenOn(t *testing.T, texts []string, name string, down bool, begins func(*world)) string {
	t.Helper()
	w := newWorld(t, storetest.SQLite(t).Open(t), func(o *engine.Options) {
		o.Providers = map[string]engine.Provider{town.Provider: &shy{o.Providers[town.Provider], down}}
	})
	begins(w)
	for _, body := range texts {
		w.wait(11 * time.Minute)
		w.phone(priya).texts(strings.ReplaceAll(body, "NAME", name))
		if open, err := w.db.Alarms(t.Context(), store.AlarmOpen, 0); err == nil && len(open) == 1 && open[0].TheyKnow.IsZero() && slices.Contains(texts, "out") {
			w.must(w.act("p-sam", watch.Acknowledge{}))
			w.must(w.act("p-sam", watch.Police{}))
		}
	}
	w.until(lastDue)
	var seen strings.Builder
	for _, text := range w.phone(priya).Inbox() {
		if strings.Contains(text.Body, "is trying to reach you") {
			continue // an overdue worker is told that; one in danger never (rules 3.3, 4.2)
		}
		fmt.Fprintf(&seen, "%s %s\n", text.At.Format(time.TimeOnly), text.Body)
	}
	if n := len(w.phone(priya).Calls()); n != 0 && w.reminds() == plan.Texts {
		t.Errorf("the worker was rung %d times", n)
	}
	if name == "Scarlett" {
		if a := w.alarm(); a.Kind != watch.Duress {
			t.Errorf("alarm is %s", a.Kind)
		}
		told := "CALL 999 now"
		if w.alarm().Mention {
			told = "mentioned Scarlett"
		}
		w.phone(sam).Expects(told)
	}
	return seen.String()
}

func TestDuressByTheApi(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.wait(20 * time.Minute)
		in := func(by, text string) engine.CheckedIn {
			got, err := w.engine.Checkin(t.Context(), engine.Actor{By: by, Via: "api"}, engine.Checkin{Person: "p-priya", Text: private.New(text)})
			w.must(err)
			w.settle()
			return got
		}
		in("p-priya", "ASK Scarlett")
		out := in("p-priya", "out")
		if out.Refused != "" || out.Shown == nil || out.Shown.Status != watch.Ended {
			t.Errorf("refused %q, shown %+v: she must see her visit ended", out.Refused, out.Shown)
		}
		w.is(visit, watch.Inside)
		if by := in("p-sam", "out"); by.Refused == "" || by.Shown != nil {
			t.Error("a responder who records an OUT must hear that the alarm is open")
		}
		w.must(w.act("p-sam", watch.Reassure{}))
		w.phone(priya).Expects("I've got a message to Scarlett.")
	})
}

func TestCheckinsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.wait(75 * time.Minute)
		for by, c := range map[string]engine.Checkin{"p-priya": {Person: "p-priya", Kind: "out"}, "p-sam": {Person: "p-priya", Text: private.New("LATE 16:00")}} {
			got, err := w.engine.Checkin(t.Context(), engine.Actor{By: by, Via: "call"}, c)
			if err != nil || got.Refused == "" {
				t.Errorf("by %s: refused %q (%v): nothing moves the clock of an open alarm", by, got.Refused, err)
			}
		}
		w.is(visit, watch.Overdue)
	})
}
