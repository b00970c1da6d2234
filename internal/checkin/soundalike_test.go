package checkin

import (
	"strings"
	"testing"
)

func TestSoundKeys(t *testing.T) {
	for key, words := range map[string]string{
		"skAlAt": "scarlett scarlet skarlit scarlette skarlot", "xAlAt": "charlotte sharlot charlot", "fAlAp": "philippa fillipa filippa",
		"kAfArAn": "catherine katherine catharine", "kAfrAn": "kathryn cathrin", "nAf": "niamh neeve neve", "jAfr": "geoffrey jeffrey", "sAnf": "xanthe zanthe",
		"mAjAr": "marjorie margery marjery", "rAn": "wren ren", "nAt": "knight night nite", "klA": "clare clair claire", "kA": "quay key kay", "xAn": "shaun shawn sian",
		"mAkAns": "mckenzie mackenzie makensie", "krAs": "chris kris cris", "fAn": "vaughan vaughn ffion fion",
	} {
		for w := range strings.FieldsSeq(words) {
			if got := soundKey(w); got != key {
				t.Errorf("%s sounds %s, want %s", w, got, key)
			}
		}
	}
}

func TestSlips(t *testing.T) {
	for _, tt := range []struct {
		a, b   string
		points int
	}{
		{"scarlett", "scarlett", 0}, {"scarlet", "scarlett", 1}, {"skarlett", "scarlett", 1}, {"scerlett", "scarlett", 1}, {"scarlette", "scarlett", 1}, {"scralett", "scarlett", 2},
		{"carlett", "scarlett", 2}, {"scsrlett", "scarlett", 2}, {"scapett", "scarlett", 4}, {"ingrud", "ingrid", 1}, {"ingrif", "ingrid", 2}, {"ingrip", "ingrid", 3}, {"daisy", "maisie", 5},
	} {
		for _, got := range []int{slip(tt.a, tt.b, 9), slip(tt.b, tt.a, 9)} {
			if got != tt.points {
				t.Errorf("%s, %s: %d points, want %d", tt.a, tt.b, got, tt.points)
			}
		}
	}
	if got := slip("scarlett", "charlotte", 2); got <= 2 {
		t.Errorf("over the most: %d points", got)
	}
}

// FuzzPhrase holds what must be true of every phrase, whatever letters it has.
func FuzzPhrase(f *testing.F) {
	for _, of := range phraseForms {
		f.Add(of.phrase, of.counts)
		f.Add(of.phrase, of.others)
	}
	f.Add("Łucja", "lucja 4łucja")
	f.Add("\xff李 the", "the 李")
	f.Fuzz(func(t *testing.T, phrase, text string) {
		c := afternoon1500(Inside)
		c.Phrase = phrase
		Understand(text, c)
		if PhraseTrouble(phrase) == "" && Understand("Can "+phrase+" ring me", c).Intent != Duress && len(phrase) < 100 {
			t.Errorf("%q may be chosen, and asking for it is not heard", phrase)
		}
		SoundsLike(text, phrase)
		AfterPhrase(text, phrase)
		a, b := soundKey(phrase), soundKey(text)
		if n := slip(a, b, 6); n != slip(b, a, 6) && n <= 6 {
			t.Errorf("%q and %q: %d points one way", a, b, n)
		}
		c.Unknowing = true
		if r := Understand(text, c); r.Intent == Duress {
			t.Error("one who does not know the phrase is told of duress")
		}
	})
}

func BenchmarkFindPhrase(b *testing.B) {
	var texts []*message
	for _, t := range labelledTexts(b) {
		texts = append(texts, standard().read(t.Text))
	}
	for i := 0; b.Loop(); i++ {
		texts[i%len(texts)].findPhrase("Rosalind")
	}
}
