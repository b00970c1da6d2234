package checkin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// Rule 4.2: to someone who does not know the phrase, a text with it reads as one with any given name.
func TestThePhraseReadsAsAnyName(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 40, 0, 0, time.UTC)
	texts := []string{"NAME", "NAME?", "hi NAME", "NAME was here", "need NAME", "NAME ring me", "NAME in", "can NAME ring me, out by 5", "ASK NAME",
		"tell NAME I'm out", "NAME is with me, out by 5", "Mary and NAME", "is Jane or NAME there", "is NAME or Jane there", "out", "NAME NAME", "Mrs NAME please"}
	for _, phrase := range []string{"Scarlett", "Red Folder", "Rosalind", "The Blue File", "Auntie Jo", "Ruth", "Emma"} {
		for _, state := range []checkin.State{checkin.None, checkin.Booked, checkin.Inside, checkin.Overdue} {
			for _, text := range texts {
				c := checkin.Context{Now: now, State: state, Start: now.Add(-10 * time.Minute), End: now.Add(time.Hour), Phrase: phrase, Unknowing: true}
				got := checkin.Understand(strings.ReplaceAll(text, "NAME", phrase), c)
				want := checkin.Understand(strings.ReplaceAll(text, "NAME", "Helen"), c)
				if got.Name = strings.ReplaceAll(got.Name, phrase, "Helen"); got != want {
					t.Errorf("%s, %s, %q: %+v, want %+v", phrase, state, text, got, want)
				}
				if got.Intent == checkin.Duress {
					t.Errorf("%s, %q: read as duress", state, text)
				}
			}
		}
	}
}
