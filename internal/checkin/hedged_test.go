package checkin

import "testing"

// TestDangerIsHeardThroughWhatSoftensIt: words that soften, delay or assure, wherever they stand in a cry, hide none of it.
func TestDangerIsHeardThroughWhatSoftensIt(t *testing.T) {
	for _, text := range []string{
		"I'm honestly not ok", "the father he is sort of not letting me out", "he has, to be honest, a bit of a knife", "I'm just a little bit scared really",
		"he literally just hit me", "I am if I'm honest scared", "Dad he is sort of blocking the door",
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != Distress {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}

// TestWhatIsHarmlessStaysHarmlessUnhedged: without its hedges a harmless phrase becomes no danger.
func TestWhatIsHarmlessStaysHarmlessUnhedged(t *testing.T) {
	for _, text := range []string{"I'm honestly ok", "only just picked up a bar", "he's sort of quiet today", "mum is really quite happy"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == Distress {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}
