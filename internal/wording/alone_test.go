package wording

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/watch"
)

func TestACallWithoutAKeyIsHeardTwiceFigureByFigure(t *testing.T) {
	for n, figures := range map[watch.Notice]string{ProveCode: "2 0 4 8 1 6", NumberFails: "2 3"} {
		said := SpeechAlone(n, saturday())
		if strings.Count(said, figures) != 2 || strings.Count(said, "15:15") != 2 || strings.Contains(said, "press") || !AsksNoKey(n) {
			t.Errorf("%s: %q", n, said)
		}
		if word := strings.Contains(SpeechAlone(n, Values{Rehearsal: true}), "This is a rehearsal."); !word {
			t.Errorf("%s: a rehearsal is not marked", n)
		}
	}
	for _, n := range []watch.Notice{watch.AskStart, watch.AskEnd} { // whoever picks up hears no more than the text says, and nothing of how to check out
		said := SpeechAlone(n, saturday())
		if strings.Count(said, "15:15") != 2 || strings.ContainsAny(said, "?") != (n == watch.AskEnd) || !AsksNoKey(n) {
			t.Errorf("%s: %q", n, said)
		}
		for _, word := range []string{"press", "Priya", "Smith", "A7F3", " out", "alarm"} {
			if strings.Contains(said, word) {
				t.Errorf("%s says %q: %q", n, word, said)
			}
		}
	}
	if AsksNoKey(watch.TellOverdue) || AsksNoKey(GapNow) {
		t.Error("a call about an alarm asks for no key")
	}
}
