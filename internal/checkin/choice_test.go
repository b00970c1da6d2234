package checkin

import (
	"slices"
	"testing"
)

func TestPhrasesThatMayBeChosen(t *testing.T) {
	for _, of := range phraseForms {
		if of.phrase == "Anne-Marie" || standard().IsGiven(plainLetters(Normalise(of.phrase))) {
			continue
		}
		if says := PhraseTrouble(of.phrase); says != "" {
			t.Errorf("%s %s", of.phrase, says)
		}
	}
	for _, name := range seldom {
		if says := PhraseTrouble(name); says != "" {
			t.Errorf("offered as free: %s %s", name, says)
		}
	}
}

func TestPhrasesThatMayNot(t *testing.T) {
	for phrase, says := range map[string]string{
		"help": "already means something in a check-in", "out": "already means something in a check-in", "I've left": "already means something in a check-in",
		"going in": "already means something in a check-in", "Skared": "already means something in a check-in",
		"home": "", "mum": "", "The Kids": "", "kitchen": "is an everyday word, so it would be in texts about other things", "my garden": "",
		"Sarah": "is a common first name, so it would be in texts about others", "Anne-Marie": "is a common first name, so it would be in texts about others",
		"Jayson": "sounds like a common first name, so it would be heard in texts about others", "Kathryne": "", "Michelle": "", "Stefanie": "",
		"Kitchin": "sounds like an everyday word, so it would be heard in texts about other things", "Klinik": "", "!": "has no word in it", "": "has no word in it",
	} {
		if got := PhraseTrouble(phrase); got == "" || says != "" && got != says {
			t.Errorf("%q %q, want %q", phrase, got, says)
		}
	}
}

func TestNamesThatAPhraseWouldBeTakenFor(t *testing.T) {
	for phrase, names := range map[string][]string{
		"Scarlett": {"Scarlett Jones", "scarlet", "Mary Skarlet", "Jo O'Scarlett", "SCARLETT-ROSE KAUR", "Scarlette"}, "Rosalind": {"Rosalynd Shah", "Dr Rosalind"},
		"Auntie Jo": {"Aunty Jo", "auntie joe"}, "Featherstone": {"Ian Fetherstone", "P. Featherston"}, "Red Folder": {"red folder"}, "Ottoline": {"Otoline"},
	} {
		for _, name := range names {
			if !SoundsLike(name, phrase) {
				t.Errorf("%s is not taken for %s", name, phrase)
			}
		}
	}
	for phrase, names := range map[string][]string{
		"Scarlett": {"Charlotte Scott", "Carla Barlett-Smith", "", "Mr and Mrs Scarborough", "王小明"}, "Rosalind": {"Rosa Lindqvist", "Rosie Lind", "Rosemary"},
		"Auntie Jo": {"Jo Park", "Joanne", "Auntie"}, "": {"Priya Nair", ""},
	} {
		for _, name := range names {
			if SoundsLike(name, phrase) {
				t.Errorf("%s is taken for %s", name, phrase)
			}
		}
	}
}

func TestFreePhrases(t *testing.T) {
	names := []string{"Ingrid Nilsen", "Rosalynd Park", "Marigold"}
	for _, team := range []string{"", "echo", "links"} {
		free := FreePhrases(3, team, names)
		if len(free) != 3 || PhraseTaken(free[0], names) || PhraseTaken(free[1], names) || PhraseTaken(free[2], names) {
			t.Errorf("%q: free are %v", team, free)
		}
	}
	if all := FreePhrases(100, "echo", names); len(all) != len(seldom)-len(names) || slices.Contains(all, "Rosalind") {
		t.Errorf("free of all are %v", all)
	}
	if slices.Equal(FreePhrases(3, "echo", nil), FreePhrases(3, "links", nil)) {
		t.Error("two teams are offered the same names in the same order")
	}
}
