package checkin

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// phraseInText finds the phrase as people write it, in the labelled texts and our own.
var phraseInText = regexp.MustCompile(`(?i)\b(scarlett|scarlette|scarlet|skarlet|scarllett|scralett|scartlett|starlett|carlett|scar let)\b`)

// alikeBut are asks for the phrase that are none for another name, each with its reason.
var alikeBut = map[string]string{
	"askscarlett": "run together it is no word of a request that could name anybody else",
}

type asking struct {
	text string
	c    Context
}

// asksForPhrase gives every text we hold that asks for the phrase and does more than mention it.
func asksForPhrase(t *testing.T) (out []asking) {
	t.Helper()
	add := func(text string, c Context) {
		if r := Understand(text, c); r.Intent == Duress && !r.Mention {
			out = append(out, asking{text, c})
		}
	}
	for _, w := range labelledTexts(t) {
		c, err := w.context()
		if err != nil {
			t.Fatal(err)
		}
		c.Phrase = "Scarlett"
		add(w.Text, c)
	}
	for _, own := range append(ownTexts(t), askForms("Scarlett")...) {
		add(own.text, own.c)
	}
	return out
}

func ownTexts(t *testing.T) (out []asking) {
	t.Helper()
	raw, err := os.ReadFile("testdata/ours.txt")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(raw)) {
		parts := strings.SplitN(strings.TrimSpace(l), "|", 3)
		out = append(out, asking{parts[2], afternoon1500(State(parts[1]))})
	}
	return out
}

// askForms are ways of asking for a person, each in each state.
func askForms(name string) (out []asking) {
	for _, form := range []string{
		"ASK NAME", "ASK NAME!", "ask name", "ask for NAME", "ask for NAME!", "Ask for NAME please", "NAME", "name", "NAME?", "NAME!", "NAME please", "please NAME",
		"ask name. left now, ref A7F3", "ask name. Left now", "is NAME ok? I am fine", "can name ring me, out by 4", "can NAME call", "Could NAME text me please",
		"please can NAME ring", "would NAME be able to pop round", "get NAME to ring me", "cld u get name 2 ring me", "Get NAME", "is NAME there", "is name about?", "Is NAME around?", "is NAME free", "is NAME in",
		"Is NAME in today", "tell NAME I'm running behind", "Tell NAME the keys are under the mat", "let NAME know please", "need to speak to NAME", "I want to speak to NAME", "Want a word with NAME",
		"asking for NAME", "mum's asking for NAME", "Mum is asking for NAME", "can I speak to NAME", "could I have a word with NAME?", "can you put NAME on", "where is NAME", "where's NAME", "NAME there?", "NAME around?",
		"I need NAME", "want NAME to call me", "pass a message to NAME", "message for NAME please", "ring me please NAME", "Please ask NAME to phone", "has NAME left yet?", "did NAME get my email?",
		"don't worry NAME with it but can she ring", "any word from NAME?", "NAME's number please", "can you find NAME for me", "can I get hold of NAME",
	} {
		text := strings.NewReplacer("NAME", name, "name", strings.ToLower(name)).Replace(form)
		for _, s := range []State{None, Booked, Inside, Overdue} {
			out = append(out, asking{text, afternoon1500(s)})
		}
	}
	return out
}

// TestAskedAlike holds rule 4.2: whoever reads the answers cannot tell the phrase from any other name, because
// whatever asks for the phrase asks for Jane.
func TestAskedAlike(t *testing.T) {
	events := []Intent{Start, Change, End, Cancel, SafeReply}
	asks := asksForPhrase(t)
	if len(asks) < 200 {
		t.Fatalf("only %d texts ask for the phrase", len(asks))
	}
	for _, a := range asks {
		if alikeBut[a.text] != "" {
			continue
		}
		for _, name := range []string{"Jane", "jane", "JANE", "Dave", "Jan"} {
			text := phraseInText.ReplaceAllString(a.text, name)
			r := Understand(text, a.c)
			want := strings.ToUpper(name[:1]) + strings.ToLower(name[1:])
			if r.Intent != Ask && !slices.Contains(events, r.Intent) || r.Name != want {
				t.Errorf("%s: %q asks for the phrase; %q is %s for %q", a.c.State, a.text, text, r.Intent, r.Name)
			}
		}
	}
}

// TestAskedForThePhrase is the other way round: what asks for Jane is duress for the phrase, and more than a mention.
func TestAskedForThePhrase(t *testing.T) {
	jane := regexp.MustCompile(`(?i)\bjane\b`)
	for _, a := range append(ownTexts(t), askForms("Jane")...) {
		if r := Understand(a.text, a.c); r.Name != "Jane" {
			continue
		}
		text := jane.ReplaceAllString(a.text, "Scarlett")
		if r := Understand(text, a.c); r.Intent != Duress || r.Mention {
			t.Errorf("%s: %q asks for Jane; %q is %s, a mention: %v", a.c.State, a.text, text, r.Intent, r.Mention)
		}
	}
}

// TestNobodyAskedFor keeps ordinary texts from being answered "I'll see if I can find …".
func TestNobodyAskedFor(t *testing.T) {
	for _, text := range []string{
		"finished with the Hendersons at half 3", "mum is asking for the form", "I could Facetime her", "is traffic bad on the A40", "is parking ok", "is wifi working", "need milk", "need to ask you a question",
		"cancel my meeting with Jo please", "no need to ask Jane", "tell me when", "otu", "going in to see Jane now", "with Jane till 4", "Jane is playing with the kids", "dad will take Jane home at 5",
		"out by 4, Dave is here too", "hoovering", "ask me later", "lift",
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == Ask || r.Name != "" {
			t.Errorf("%q: asks for %q", text, r.Name)
		}
	}
}

// TestAskBesideTheVisit reads a request beside what the text says of the visit: both count, but an exit with anything
// beside it ends nothing.
func TestAskBesideTheVisit(t *testing.T) {
	for _, tt := range []struct {
		text   string
		state  State
		intent Intent
		until  string
	}{
		{"can jane ring me, out by 4.30", Inside, Change, "16:30"},
		{"ask jane. left now, ref A7F3", Inside, Ask, ""},
		{"Left now. Could Jane ring me?", Inside, Ask, ""},
		{"Just left, tell Jane", Overdue, Ask, ""},
		{"Going in now, ask Jane to call me", Booked, Start, ""},
		{"Left now. Could Jane ring me, he's at my car", Inside, Distress, ""},
		{"ask jane. not left yet", Inside, Ask, ""},
		{"left now, ask Jane why he is still here", Inside, Ask, ""},
	} {
		r := Understand(tt.text, afternoon1500(tt.state))
		if r.Intent != tt.intent || r.Name != "Jane" || clock(r.Until) != tt.until {
			t.Errorf("%q: want %s for Jane until %q, got %s for %q until %q", tt.text, tt.intent, tt.until, r.Intent, r.Name, clock(r.Until))
		}
	}
}

// TestUncommonName asks for a name no list holds: wherever the words leave no doubt that a name stands there, it counts.
func TestUncommonName(t *testing.T) {
	for _, text := range []string{
		"ASK Zbigniew", "ask zbigniew!", "ask for Zbigniew", "can zbigniew ring me", "please could Mrs Zbigniew text me", "get Zbigniew to ring", "is zbigniew there",
		"tell zbigniew I'm late", "let Zbigniew know", "need to speak to Zbigniew", "asking for zbigniew", "where's Zbigniew", "can you put Zbigniew on", "any word from Zbigniew",
	} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != Ask || !strings.HasSuffix(r.Name, "Zbigniew") {
			t.Errorf("%q: want Zbigniew asked for, got %s %q", text, r.Intent, r.Name)
		}
	}
}

// TestAskBesideOutAlike reads an exit beside a request for the phrase as the phone is answered, which knows no phrase:
// it is the same end that it is beside Jane's name.
func TestAskBesideOutAlike(t *testing.T) {
	for _, form := range []string{"Left now. Could NAME ring me", "ask NAME. left now", "Just left, tell NAME", "I've left, let NAME know", "Out. Can NAME text me please?", "left now, is NAME in?"} {
		unknowing := afternoon1500(Inside)
		unknowing.Phrase, unknowing.Unknowing = "Scarlett", true
		want := Understand(strings.ReplaceAll(form, "NAME", "Jane"), unknowing).Intent
		for _, name := range []string{"Scarlett", "scarlet", "Auntie Jo", "Zbigniew"} {
			if r := Understand(strings.ReplaceAll(form, "NAME", name), unknowing); r.Intent != want {
				t.Errorf("%q: %s for Jane, %s for %s", form, want, r.Intent, name)
			}
		}
	}
}
