package checkin

import "testing"

// TestDangerIsHeardWhateverItsSpaces: a space that fell into a cry or out of it, and a letter doubled, hide no danger, in any language.
func TestDangerIsHeardWhateverItsSpaces(t *testing.T) {
	for _, text := range []string{"he's justshoved me", "s end somebody", "I n eed help", "he haas a knife", "dw i dd im yn saff", "dw i ddim yn saff"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != Distress {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}

// TestWhatIsRespacedIsHeardAsDangerOnly: what has its spaces guessed ends nothing, and what is well stays well.
func TestWhatIsRespacedIsHeardAsDangerOnly(t *testing.T) {
	for _, text := range []string{"haveleft thehouse", "le ft the ho use", "dw im gd x", "dw i'n saff"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == End || r.Intent == Cancel || r.Intent == Distress {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}
