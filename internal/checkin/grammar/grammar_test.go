package grammar

import (
	"slices"
	"strings"
	"testing"
)

const language = `
# A language of a few words.
[left]
> just left the Browns
< left my bag
$just* left/gone (from $where)? | ~depart .. again | no one
out ,? (now | at @clock | for @length)?

[where]
there | the @names | (mr | mrs)? @name | @given s house

[just]
just/only

[cry]
help* | _ knife | @doing away

[names]
jane tom

[not-names]
house bag walk

[say]
gone off, buggered off = gone
`

func parsed(t testing.TB) *Grammar {
	t.Helper()
	g, err := Parse([]string{"left", "cry"}, language)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// match gives, for each word of a text, where the longest phrase of [left] that begins there ends. A number is a time of day, and one with an
// m after it a length.
func match(g *Grammar, topic Topic, text string) []int {
	words := strings.Fields(text)
	times := make([]Time, len(words))
	for i, w := range words {
		if w[0] >= '0' && w[0] <= '9' {
			times[i] = Time{Words: 1, Length: strings.HasSuffix(w, "m")}
		}
	}
	found := g.NewSearch().Match(words, times)
	var ends []int
	for i := range words {
		ends = append(ends, found.End(topic, i))
	}
	return ends
}

func TestMatch(t *testing.T) {
	g := parsed(t)
	for text, want := range map[string][]int{
		"left":                     {1},
		"just only just left":      {4, 4, 4, 4},
		"gone from there":          {3, -1, -1},
		"left from the hendersons": {4, -1, -1, -1},
		"left from mrs okonkwo":    {4, -1, -1, -1},
		"left from tom s house":    {5, -1, -1, -1, -1},
		"departed in haste again":  {4, -1, -1, -1},
		"departs again":            {2, -1},
		"departing , again":        {-1, -1, -1},
		"out , now":                {3, -1, -1},
		"out at 4":                 {3, -1, -1},
		"out at 40m":               {1, -1, -1},
		"out for 40m":              {3, -1, -1},
		"no one":                   {2, -1},
		"nearly":                   {-1},
	} {
		if got := match(g, 0, text); !slices.Equal(got, want) {
			t.Errorf("%q: want %v, got %v", text, want, got)
		}
	}
	for text, want := range map[string][]int{"help help help": {3, 3, 3}, "a knife": {2, -1}, ", knife": {-1, -1}, "walking away": {2, -1}, "king away": {-1, -1}} {
		if got := match(g, 1, text); !slices.Equal(got, want) {
			t.Errorf("%q: want %v, got %v", text, want, got)
		}
	}
}

func TestParse(t *testing.T) {
	g := parsed(t)
	if want := []Example{{"left", "just left the Browns", true}, {"left", "left my bag", false}}; !slices.Equal(g.Examples, want) {
		t.Errorf("examples: %v", g.Examples)
	}
	if g.Say["buggered off"] != "gone" || !g.IsGiven("jane") || !g.IsName("okonkwo") || g.IsName("walking") || !g.Ordinary("walked") || g.IsName("knife") {
		t.Error("words are not known as what they are")
	}
	for language, says := range map[string]string{
		"left":                         "line 1: a phrase before the first section",
		"[left]\n(out":                 "not closed",
		"[left]\nout)":                 "not opened",
		"[left]\n$nowhere":             "no section [nowhere]",
		"[left]\n$away\n[away]\n$left": "stands for itself",
		"[left]\nout//gone":            "nothing stands between two slashes",
		"[left]\nout\n[say]\nfoo":      "line 4: [say] wants",
		"[say]\na, = b":                "nothing written",
	} {
		if _, err := Parse([]string{"left"}, language); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: want an error with %q, got %v", language, says, err)
		}
	}
}

func TestInflected(t *testing.T) {
	for verb, want := range map[string]string{"block": "block blocked blocking blocks", "chase": "chase chased chases chasing", "grab": "grab grabbed grabbing grabs", "bully": "bullied bullies bully bullying", "punch": "punch punched punches punching", "stay": "stay stayed staying stays"} {
		var got []string
		for w := range inflected(verb) {
			got = append(got, w)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", verb, got)
		}
	}
}

// A second language adds to the sections of the first.
func TestTwoLanguages(t *testing.T) {
	g, err := Parse([]string{"left"}, language, "[left]\nwedi gadael")
	if err != nil {
		t.Fatal(err)
	}
	if got := match(g, 0, "wedi gadael"); got[0] != 2 {
		t.Errorf("got %v", got)
	}
}

func FuzzMatch(f *testing.F) {
	g := parsed(f)
	f.Add("just left from the hendersons at 4 , help")
	f.Fuzz(func(t *testing.T, text string) {
		for i, end := range match(g, 0, text) {
			if end != -1 && (end <= i || end > len(strings.Fields(text))) {
				t.Errorf("%q: a phrase from %d to %d", text, i, end)
			}
		}
	})
}
