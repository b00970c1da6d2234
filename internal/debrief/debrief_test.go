package debrief_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/debrief"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestHowADebriefGoesOn asks of each status whether it can become each other.
func TestHowADebriefGoesOn(t *testing.T) {
	all := []debrief.Status{debrief.Offered, debrief.Wanted, debrief.Declined, debrief.Held}
	var may []string
	for _, from := range all {
		for _, to := range all {
			if debrief.May(from, to) {
				may = append(may, string(from+" "+to))
			}
		}
	}
	want := []string{"offered wanted", "offered declined", "offered held", "wanted wanted", "wanted declined", "wanted held", "declined wanted", "held held"}
	if diff := cmp.Diff(want, may); diff != "" {
		t.Error(diff)
	}
}

func TestADebriefThatWasHeldHasItsDayAndWhatHappened(t *testing.T) {
	today := day("2026-11-22")
	for _, c := range []struct {
		day, happened, wrong string
	}{
		{"2026-11-22", "a dog ran out", ""}, {"", "a dog ran out", "day"}, {"2026-11-31", "a dog ran out", "day"}, {"2026-11-23", "a dog ran out", "day"}, {"2026-11-21", "  ", "happened"},
	} {
		var wrong []string
		for _, p := range (debrief.Debrief{Day: c.day, Happened: c.happened}).Problems(today) {
			wrong = append(wrong, p.Field)
		}
		if strings.Join(wrong, " ") != c.wrong {
			t.Errorf("%q, %q: %v", c.day, c.happened, wrong)
		}
	}
}

func TestWhatWasTalkedOverIsReadAsItWasKept(t *testing.T) {
	whole := debrief.Debrief{Whose: debrief.Worker, With: "p-lee", When: "by phone", Day: "2026-11-22", Happened: "a dog ran out", Lessons: "ring first", Plan: "dogs shut away"}
	raw, err := debrief.Encode(whole)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := debrief.Decode[debrief.Debrief](raw); err != nil || back != whole {
		t.Errorf("%v: %+v", err, back)
	}
	if _, err := debrief.Decode[debrief.Action](`{"what": gorgonzola}`); err == nil || strings.Contains(err.Error(), "invalid character") {
		t.Errorf("read from what is none: %v", err)
	}

}

func TestAnActionIsRemindedOfOnItsDayAndAWeekAfter(t *testing.T) {
	due := day("2026-11-22")
	for today, want := range map[string]int{"2026-11-21": 0, "2026-11-22": 1, "2026-11-28": 1, "2026-11-29": 2, "2027-01-01": 2} {
		if got := debrief.Reminder(due, day(today)); got != want {
			t.Errorf("on %s: %d, not %d", today, got, want)
		}
	}
}

func TestPromptsComeAtOnceAndEveryThreeMonths(t *testing.T) {
	if !debrief.NextPrompt(time.Time{}).IsZero() {
		t.Error("with who is new they are not due at once")
	}
	if got := debrief.NextPrompt(day("2026-11-22")); got != day("2027-02-22") {
		t.Errorf("next on %s", got)
	}
	first, later := debrief.Prompts(true), debrief.Prompts(false)
	if len(first) != len(later)+2 {
		t.Errorf("%d prompts at first, then %d", len(first), len(later))
	}
	for _, p := range first {
		if !strings.HasSuffix(p.Ask, "?") || !strings.HasSuffix(p.Listen, ".") {
			t.Errorf("%q, %q", p.Ask, p.Listen)
		}
	}
}
