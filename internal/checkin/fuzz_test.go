package checkin

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzUnderstand holds what must be true of every text: no panic, no time behind or over a day ahead, and no end
// where a word of danger stands.
func FuzzUnderstand(f *testing.F) {
	for _, w := range labelledTexts(f) {
		f.Add(w.Text, uint8(len(w.Text)), int64(len(w.ID)))
	}
	f.Add("\x00\x00\xff\xfe", uint8(1), int64(0))
	f.Add(strings.Repeat("🆘", 50), uint8(2), int64(0))
	f.Add("(((|||$them .. @time", uint8(3), int64(0))
	f.Fuzz(func(t *testing.T, text string, s uint8, minutes int64) {
		c := afternoon1500([]State{None, Booked, Inside, Overdue}[s%4])
		c.Now = c.Now.Add(time.Duration(minutes%1440) * time.Minute)
		r := Understand(text, c)
		if r != Understand(text, c) {
			t.Errorf("two readings of one text")
		}
		explained(t, text, c)
		for _, at := range []time.Time{r.Until, r.Begin} {
			if !at.IsZero() && (!at.After(c.Now) || at.After(c.Now.Add(24*time.Hour))) {
				t.Errorf("a time that is not ahead, or more than a day: %v at %v", at, c.Now)
			}
		}
		if r.Intent == End {
			for _, w := range []string{"help", "sos", "999", "knife", "scared", "frightened", "threatened", "bleeding", "hostage", "scarlett"} {
				for word := range strings.FieldsSeq(strings.ToLower(text)) {
					if word == w {
						t.Errorf("an end, with %q in the text", w)
					}
				}
			}
		}
		if n := Normalise(text); !utf8.ValidString(n) || len(n) > 8*longest {
			t.Errorf("not a bounded, valid text")
		}
	})
}

// TestHostileTexts reads what no person writes, quickly and without harm.
func TestHostileTexts(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "spaces": "   \n ", "zeroes": strings.Repeat("\x00", 10_000), "emoji": strings.Repeat("👍", 10_000), "invalid": strings.Repeat("\xff", 10_000),
		"one word": strings.Repeat("a", 10_000), "figures": strings.Repeat("4 ", 10_000), "brackets": strings.Repeat("(+1", 5_000), "long": strings.Repeat("nothing to see here ", 1_000_000/20),
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != Unclear {
			t.Errorf("%s: read as %s", name, r.Intent)
		}
	}
}

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"I’m  OUT…":    "i'm out . ",
		"🆘":            " sos ",
		"heeeelp":      "heelp",
		"“left” – ＯＵＴ": `"left" - out`,
		"a\u00a0b":     "a b",
	} {
		if got := Normalise(in); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%q: want %q, got %q", in, want, got)
		}
	}
}

func BenchmarkUnderstand(b *testing.B) {
	texts := labelledTexts(b)
	c := afternoon1500(Inside)
	for i := 0; b.Loop(); i++ {
		Understand(texts[i%len(texts)].Text, c)
	}
}

func BenchmarkUnderstandLong(b *testing.B) {
	text := strings.Repeat("he said he left at 4 and went home, ", 280)
	c := afternoon1500(Inside)
	for b.Loop() {
		Understand(text, c)
	}
}
