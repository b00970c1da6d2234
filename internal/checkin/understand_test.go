package checkin

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// labelled is one text of testdata/dev.jsonl, as texts/guide.md labels it.
type labelled struct {
	line
	Intent Intent   `json:"intent"`
	Until  string   `json:"until"`
	Begin  string   `json:"begin"`
	Tags   []string `json:"tags"`
}

// The mistakes, worst first, as the guide ranks them.
const (
	missedHelp    = "1 danger missed"
	closedWrongly = "2 closed wrongly"
	tooLate       = "3 too late a time"
	openedWrongly = "4 opened or soothed wrongly"
	otherMistake  = "5 another mistake"
	askedNeedless = "6 asked needlessly"
	right         = "right"
)

// TestLabelledTexts scores the labelled texts: those given with the guide, our own, by which the grammar was made, and our own that were kept
// aside while it was. A mistake that could cost a life fails the first two; so does asking too often. Of those kept aside a few are wrong: they say
// what to expect of texts that nobody has seen (docs/understanding.md).
func TestLabelledTexts(t *testing.T) {
	for _, set := range []struct {
		file             string
		fewestRight      int // of 100
		mostDeadly, most int // of 1,000: mistakes that could cost a life, and visits opened or worries soothed wrongly
	}{
		{"dev", 97, 0, 0},
		{"written", 96, 0, 4},
		{"aside", 80, 20, 10},
	} {
		t.Run(set.file, func(t *testing.T) {
			counts, n := scored(t, set.file)
			for _, kind := range []string{missedHelp, closedWrongly, tooLate, openedWrongly, otherMistake, askedNeedless, right} {
				t.Logf("%5d  %s", counts[kind], kind)
			}
			if deadly := counts[missedHelp] + counts[closedWrongly] + counts[tooLate]; deadly*1000 > set.mostDeadly*n || counts[openedWrongly]*1000 > set.most*n {
				t.Errorf("%d mistakes that could cost a life, %d opened or soothed wrongly", deadly, counts[openedWrongly])
			}
			if counts[right]*100 < set.fewestRight*n {
				t.Errorf("%d of %d right: fewer than %d in 100", counts[right], n, set.fewestRight)
			}
		})
	}
}

// scored counts a file's texts by what becomes of them, and names those that are not right.
func scored(t *testing.T, file string) (counts map[string]int, n int) {
	counts = map[string]int{}
	texts := textsIn(t, file)
	for _, w := range texts {
		c, err := w.context()
		if err != nil {
			t.Fatalf("%s: %v", w.ID, err)
		}
		c.Phrase = "Scarlett"
		r := Understand(w.Text, c)
		kind := w.judge(r, c)
		if counts[kind]++; kind != right {
			t.Logf("%s: %s: %q (%s): want %s %s, got %s %s", kind, w.ID, w.Text, w.State, w.Intent, w.Until, r.Intent, clock(r.Until))
		}
	}
	return counts, len(texts)
}

func labelledTexts(t testing.TB) []labelled { return textsIn(t, "dev") }

// textsIn reads the labelled texts of a file in testdata.
func textsIn(t testing.TB, file string) []labelled {
	t.Helper()
	f, err := os.Open("testdata/" + file + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelled
	for s := bufio.NewScanner(f); s.Scan(); {
		var w labelled
		if err := json.Unmarshal(s.Bytes(), &w); err != nil {
			t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}

func (w labelled) judge(r Reading, c Context) string {
	got := r.Intent
	if got == Ask {
		got = Unclear
	}
	if !slices.Contains(w.allowed(), got) {
		switch {
		case w.Intent == Duress || w.Intent == Distress:
			return missedHelp
		case got == End || got == Cancel:
			return closedWrongly
		case got == Start || got == SafeReply:
			return openedWrongly
		case got == Unclear:
			return askedNeedless
		}
		return otherMistake
	}
	if got != Start && got != Change {
		return right
	}
	untils, begins := []string{w.Until}, []string{w.Begin}
	for _, tag := range w.Tags {
		if alt, ok := strings.CutPrefix(tag, "alt:"); ok && w.Until != "" {
			untils = append(untils, alt)
		} else if ok {
			begins = append(begins, alt)
		}
	}
	switch {
	case slices.Contains(untils, clock(r.Until)) && slices.Contains(begins, clock(r.Begin)):
		return right
	case r.Until.IsZero() || w.Until != "" && !r.Until.After(latest(untils, c)):
		return otherMistake
	}
	return tooLate
}

func latest(clocks []string, c Context) (at time.Time) {
	for _, s := range clocks {
		if wall, err := time.Parse("15:04", s); err == nil {
			if u := c.nextReading(wall.Hour(), wall.Minute()); u.After(at) {
				at = u
			}
		}
	}
	return at
}

// allowed gives the intents that are right for a text, with those its tags add.
func (w labelled) allowed() []Intent {
	out := []Intent{w.Intent}
	for _, tag := range w.Tags {
		switch tag {
		case "ask_ok":
			out = append(out, Unclear)
		case "distress_ok":
			out = append(out, Distress)
		case "duress_ok":
			out = append(out, Duress)
		}
		if alt, ok := strings.CutPrefix(tag, "alt_intent:"); ok {
			out = append(out, Intent(alt))
		}
	}
	return out
}

// TestOurTexts reads our own texts: "intent|state|text" a line. Booked and none are read at 14:55 for a visit from
// 15:00 to 16:00, inside at 15:10, overdue at 16:10.
func TestOurTexts(t *testing.T) {
	raw, err := os.ReadFile("testdata/ours.txt")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(raw)) {
		parts := strings.SplitN(strings.TrimSpace(l), "|", 3)
		if len(parts) != 3 {
			t.Fatalf("not intent|state|text: %q", l)
		}
		if r := Understand(parts[2], afternoon1500(State(parts[1]))); r.Intent != Intent(parts[0]) {
			t.Errorf("%s: %q: want %s, got %s (%s)", parts[1], parts[2], parts[0], r.Intent, r.Rule)
		}
	}
}

// afternoon1500 is a visit from 15:00 to 16:00 on a winter's day, at a moment that fits its state.
func afternoon1500(s State) Context {
	at := func(h, m int) time.Time { return time.Date(2026, 2, 3, h, m, 0, 0, london()) }
	c := Context{State: s, Start: at(15, 0), End: at(16, 0), Phrase: "Scarlett"}
	switch s {
	case None:
		c.Now, c.Start, c.End = at(14, 55), time.Time{}, time.Time{}
	case Booked:
		c.Now = at(14, 55)
	case Inside:
		c.Now = at(15, 10)
	case Overdue:
		c.Now = at(16, 10)
	}
	return c
}

func london() *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return zone
}
