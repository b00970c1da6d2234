package checkin

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
)

var (
	mutations = flag.Int("mutations", manyTexts(), "how many texts TestMutations makes")
	seed      = flag.Uint64("seed", 1, "which slips of the thumb TestMutations makes")
)

// mutation changes a text as hurry, phones and manners do.
type mutation struct {
	name   string
	letter bool // it changes letters, so that a word of danger may be hard to read even for people
	change func(r *rand.Rand, s string) string
}

var ways = []mutation{
	{"capitals", false, func(_ *rand.Rand, s string) string { return strings.ToUpper(s) }},
	{"small letters", false, func(_ *rand.Rand, s string) string { return strings.ToLower(s) }},
	{"an emoji after it", false, func(r *rand.Rand, s string) string { return s + " " + pick(r, "👍", "😬", "🙏", "x", "xx", "!!") }},
	{"a politeness before it", false, func(r *rand.Rand, s string) string {
		return pick(r, "Hi ", "hiya ", "Sorry, ", "Morning. ", "hey ") + s
	}},
	{"a politeness after it", false, func(r *rand.Rand, s string) string {
		return s + pick(r, " thanks", " please", " ta", " many thanks")
	}},
	{"spaces", false, func(_ *rand.Rand, s string) string { return "  " + strings.ReplaceAll(s, " ", "  ") + " \n" }},
	{"typographic quotes", false, func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, "'", "’") }},
	{"two letters swapped", true, func(r *rand.Rand, s string) string {
		return atLetter(r, s, func(a, b string) string { return b + a })
	}},
	{"a letter dropped", true, func(r *rand.Rand, s string) string {
		return atLetter(r, s, func(_, b string) string { return b })
	}},
	{"a letter doubled", true, func(r *rand.Rand, s string) string {
		return atLetter(r, s, func(a, b string) string { return a + a + b })
	}},
	{"a word cut in two", true, func(r *rand.Rand, s string) string {
		return atLetter(r, s, func(a, b string) string { return a + " " + b })
	}},
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

// atLetter changes two neighbouring letters somewhere in a word of at least four.
func atLetter(r *rand.Rand, s string, change func(a, b string) string) string {
	var at []int
	for i := 1; i+1 < len(s); i++ {
		if isASCIILetter(s[i-1]) && isASCIILetter(s[i]) && isASCIILetter(s[i+1]) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return s
	}
	i := at[r.IntN(len(at))]
	return s[:i] + change(s[i:i+1], s[i+1:i+2]) + s[i+2:]
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// TestMutations changes the texts that must never close a visit in the ways in which people and phones change them: none is read as an end or
// a visit called off. Duress and distress stay what they are wherever no letter was touched, and mostly where one was.
func TestMutations(t *testing.T) {
	var texts []labelled
	for _, w := range append(labelledTexts(t), textsIn(t, "written")...) {
		if w.Intent != End && w.Intent != Cancel && w.judge(understoodAs(t, w, w.Text)) == right {
			texts = append(texts, w)
		}
	}
	r := rand.New(rand.NewPCG(*seed, 2))
	touched, kept := 0, 0
	for i := range *mutations {
		w, way := texts[i%len(texts)], ways[r.IntN(len(ways))]
		text := way.change(r, w.Text)
		got, c := understoodAs(t, w, text)
		danger := w.Intent == Duress || w.Intent == Distress
		stays := got.Intent == Duress || got.Intent == Distress
		switch {
		case got.Intent == End || got.Intent == Cancel:
			if w.judge(got, c) == closedWrongly || danger {
				t.Errorf("%s: %q (%s, %s) becomes %q and is read as %s by %s", way.name, w.Text, w.State, w.Intent, text, got.Intent, got.Rule)
			}
		case danger && !way.letter && !stays && w.judge(got, c) == missedHelp:
			t.Errorf("%s: %q (%s) becomes %q and is read as %s", way.name, w.Text, w.Intent, text, got.Intent)
		}
		if danger && way.letter {
			if touched++; stays {
				kept++
			}
		}
	}
	t.Logf("of %d cries for help with a slip of the thumb %d are heard (%.1f %%)", touched, kept, 100*float64(kept)/float64(touched))
	if kept*100 < touched*90 {
		t.Error("fewer than 90 in 100 are heard")
	}
}

func understoodAs(t *testing.T, w labelled, text string) (Reading, Context) {
	c, err := w.context()
	if err != nil {
		t.Fatal(err)
	}
	c.Phrase = "Scarlett"
	return Understand(text, c), c
}

// manyTexts is how many are made where nobody says.
func manyTexts() int {
	if underRace {
		return 10_000
	}
	return 100_000
}
