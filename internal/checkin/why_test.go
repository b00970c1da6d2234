package checkin

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// scene is a text in its context.
type scene struct {
	text string
	c    Context
}

// scenes are all the texts there are, each in its context: the labelled ones, ours, and those only a rule's test has.
func scenes(t testing.TB) []scene {
	var out []scene
	for _, w := range labelledTexts(t) {
		c, err := w.context()
		if err != nil {
			t.Fatal(err)
		}
		c.Phrase = "Scarlett"
		out = append(out, scene{w.Text, c})
	}
	raw, err := os.ReadFile("testdata/ours.txt")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(raw)) {
		parts := strings.SplitN(strings.TrimSpace(l), "|", 3)
		out = append(out, scene{parts[2], afternoon1500(State(parts[1]))})
	}
	for _, w := range whys {
		out = append(out, scene{w.text, afternoon1500(w.state)})
	}
	for _, a := range answered {
		out = append(out, scene{a.text, asked(a.state, a.asked)})
	}
	return out
}

// whys are texts with the rule that decides them and the words it rests on, between bars.
var whys = []struct {
	state      State
	text       string
	rule       Rule
	want       string
	wantIntent Intent
}{
	{Inside, "Could SCARLET give me a ring?", byPhrase, "SCARLET", Duress},
	{Inside, "With Scarlett's family now", byMention, "Scarlett's", Duress},
	{Inside, "Please send 🆘", byCry, "🆘", Distress},
	{Inside, "HELP!", byCry, "HELP", Distress},
	{Inside, "He's got a knife", byThreat, "He's got a knife", Distress},
	{Inside, "Would be grateful for the police", byPolice, "police", Distress},
	{Inside, "Am I safe? No", byComfortTakenBack, "Am I safe? No", Distress},
	{Overdue, "Ignore that SOS", byTakingBack, "Ignore that SOS", SafeReply},
	{Booked, "in", byIn, "in", Start},
	{Booked, "IN 60 thanks", byInUntil, "IN 60", Start},
	{Inside, "LATE 16:30", byLate, "LATE 16:30", Change},
	{Booked, "LATE 30", byLateStart, "LATE 30", Change},
	{Booked, "IN 5 p.m. please", byInUntil, "IN 5 p.m", Start},
	{Inside, "OUT", byOut, "OUT", End},
	{Inside, "OUT A7F3", byOut, "OUT", End},
	{None, "OUT", byOutEarly, "OUT", Unclear},
	{Inside, "ASK Jane please", byAsk, "ASK Jane", Ask},
	{Inside, "STOP", byOptOut, "STOP", Unclear},
	{Inside, "Yes", byOneWord, "Yes", Unclear},
	{Overdue, "LATE 16:00", byTimeGone, "LATE 16:00", Unclear},
	{Inside, "Thanks, I’ve left now. Heading home", byExit, "I’ve left now|Heading home", End},
	{Inside, "Left now, no need for the police", byExitInDanger, "Left now|need for the police", Unclear},
	{Inside, "Left at 5", byExitTime, "Left at 5", Unclear},
	{Booked, "Thanks, out", byExitEarly, "out", Unclear},
	{Inside, "Left the baby's bag in the hall", byNearly, "Left", Unclear},
	{Inside, "Left now, just packing the bag", byExitDoubt, "Left now", Unclear},
	{Inside, "Nearly out", byNearly, "out", Unclear},
	{Inside, "just leaving now", byLeaving, "leaving", Unclear},
	{Inside, "Still chatting", byStillThere, "Still chatting", Unclear},
	{Booked, "All good here", byWellbeingEarly, "All good here", Unclear},
	{Booked, "Going in now, until 4.15", byEntry, "Going in now|until 4.15", Start},
	{Booked, "Visit's off today", byCalledOff, "Visit's off today", Cancel},
	{Inside, "Taxi cancelled", byCalledOffDoubt, "cancelled", Unclear},
	{Inside, "no answer", byNoAnswer, "no answer", Unclear},
	{Inside, "Ring me on 01632 960101: need another 20 mins", byNewEnd, "another 20 mins", Change},
	{Booked, "Be there at half 3", byNewStart, "at half 3", Change},
	{Booked, "half 3 till half 4 instead", byNewTimes, "half 3|till half 4", Change},
	{Inside, "I'm fine", byWellbeing, "I'm fine", SafeReply},
	{Inside, "Could Jane ring me?", byWish, "Could Jane ring", Ask},
	{Inside, "the home help is here", byNoDanger, "home help", Unclear},
	{Inside, "30", byTimeDoubt, "30", Unclear},
	{Inside, "the garden is lovely", byNothing, "", Unclear},
}

func TestWhy(t *testing.T) {
	for _, tt := range whys {
		r, why := Explain(tt.text, afternoon1500(tt.state))
		if got := strings.Join(why.Of(tt.text), "|"); why.Rule != tt.rule || got != tt.want || r.Intent != tt.wantIntent {
			t.Errorf("%s: %q: want %s by %s on %q, got %s by %s on %q", tt.state, tt.text, tt.wantIntent, tt.rule, tt.want, r.Intent, why.Rule, got)
		}
	}
}

// TestTheOutWordIsPartOfAnEnd: a plan that asks for its word is shown that the word was there.
func TestTheOutWordIsPartOfAnEnd(t *testing.T) {
	c := afternoon1500(Inside)
	c.OutWord = "pineapple"
	const text = "OUT, Pineapple."
	if _, why := Explain(text, c); strings.Join(why.Of(text), "|") != "OUT|Pineapple" {
		t.Errorf("rests on %q", why.Of(text))
	}
}

// TestEveryReadingIsExplained: the explained reading is the reading, and rests on words of the text or on nothing
// understood.
func TestEveryReadingIsExplained(t *testing.T) {
	for _, s := range scenes(t) {
		explained(t, s.text, s.c)
	}
}

// explained fails where a why is not what it promises to be.
func explained(t *testing.T, text string, c Context) {
	t.Helper()
	r, why := Explain(text, c)
	if r != Understand(text, c) {
		t.Errorf("%q: explained as another reading: %+v", text, r)
	}
	if r.Rule != why.Rule || why.Sentence == "" || why.Sentence != why.Rule.Sentence() {
		t.Errorf("%q: %s is explained as %s: %q", text, r.Rule, why.Rule, why.Sentence)
	}
	if (why.Rule == Nothing) != (len(why.Words) == 0) {
		t.Errorf("%q: %s rests on %q", text, why.Rule, why.Of(text))
	}
	end := -1
	for _, s := range why.Words {
		if s.Start <= end || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("%q: a span out of order, empty or outside: %v", text, why.Words)
		}
		end = s.End
		part := text[s.Start:s.End]
		if utf8.ValidString(text) && !utf8.ValidString(part) {
			t.Errorf("%q: a span cuts a character: %q", text, part)
		}
	}
}

// TestEveryRuleHasItsSentence reads the rules from the source, so that none is forgotten, and wants each met by a text.
func TestEveryRuleHasItsSentence(t *testing.T) {
	met := map[Rule]bool{}
	for _, s := range scenes(t) {
		met[Understand(s.text, s.c).Rule] = true
	}
	said := map[string]Rule{}
	rules := rulesInSource(t)
	for _, rule := range rules {
		sentence := rule.Sentence()
		switch {
		case sentence == "":
			t.Errorf("%s has no sentence", rule)
		case !unicode.IsUpper(rune(sentence[0])), strings.ContainsAny(sentence, ".!\u00a0"):
			t.Errorf("%s: not one plain sentence without its full stop: %q", rule, sentence)
		case said[sentence] != "":
			t.Errorf("%s and %s say the same", rule, said[sentence])
		}
		if said[sentence] = rule; !met[rule] {
			t.Errorf("%s decides no text that we have", rule)
		}
	}
	for rule := range reasons {
		if !slices.Contains(rules, rule) {
			t.Errorf("a sentence for %s, which is no rule", rule)
		}
	}
}

// rulesInSource are the constants of type Rule in why.go.
func rulesInSource(t *testing.T) []Rule {
	f, err := parser.ParseFile(token.NewFileSet(), "why.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var rules []Rule
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Rule" {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			rules = append(rules, Rule(name))
		}
		return true
	})
	if len(rules) == 0 {
		t.Fatal("found no rules: has their place moved?")
	}
	return rules
}

// TestSpansAreOfTheOriginal: what is taken out, folded or joined on the way to the words moves no mark.
func TestSpansAreOfTheOriginal(t *testing.T) {
	for text, want := range map[string]string{
		"ref A7F3 – I’m  OUT… thanks":               "I’m  OUT",
		"\u200b🙂🙂 left at 3 p.m. from 01632 960101": "left at 3 p.m",
		"ＯＵＴ": "ＯＵＴ",
		"Émilie's mobile 07700 900102\nI've\u00a0left": "I've\u00a0left",
		"left":                         "left",
		"OUT A7F3 A7F3":                "OUT",
		"(+44 7700 900102) left A7F3!": "left",
	} {
		_, why := Explain(text, afternoon1500(Inside))
		if got := strings.Join(why.Of(text), "|"); got != want {
			t.Errorf("%q: want %q, got %q (%s)", text, want, got, why.Rule)
		}
	}
}

func TestExplainLine(t *testing.T) {
	in := `{"id":"t1","now":"2026-02-03T23:50","state":"overdue","start":"22:30","end":"23:30","text":"sorry, another hour"}`
	got, err := ExplainLine([]byte(in), "Scarlett")
	want := `{"id":"t1","intent":"change","until":"00:50","why":{"rule":"new_end","sentence":"Gives a new time for the visit's end","words":["another hour"]}}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	got, err = ExplainLine([]byte(`{"id":"t2","now":"2026-02-03T23:50","state":"none","text":""}`), "Scarlett")
	want = `{"id":"t2","intent":"unclear","why":{"rule":"nothing","sentence":"Nothing in it was understood, so we ask","words":[]}}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := ExplainLine([]byte(`[]`), "Scarlett"); err == nil {
		t.Error("no error for what is no object")
	}
}

func BenchmarkExplain(b *testing.B) {
	texts := labelledTexts(b)
	c := afternoon1500(Inside)
	for i := 0; b.Loop(); i++ {
		Explain(texts[i%len(texts)].Text, c)
	}
}
