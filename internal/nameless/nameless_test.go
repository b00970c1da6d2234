package nameless_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/nameless"
)

var around = nameless.Known{
	Names:  []string{"Priya Nair", "Will Marsh", "Zephyrine Quillfeather", "Ravi Nair", "Sam Hill"},
	Places: []string{"14 Larkspur Mount, Gloucester GL4 6QT"}, Phrase: "the blue file", References: []string{"K9P2"},
}

func TestWhoAndWhereATextIsAboutIsTakenOut(t *testing.T) {
	taker := nameless.New(nil)
	for _, c := range []struct{ text, want string }{
		{"nothing to take out, back in 20 mins", "nothing to take out, back in 20 mins"},
		{"Could Priya ring me about half 4?", "Could Emma ring me about half 4?"},
		{"priya's not here, PRIYA come", "emma's not here, EMMA come"},
		{"with Zephyrine Quillfeather", "with Emma David"},
		{"zephyrin quillfeathr shouting", "emma david shouting"}, // misspelt
		{"will be out by 4", "will be out by 4"},                 // the word, not the man
		{"at Mrs Hill til 5", "at Mrs Smith til 5"},
		{"up the hill til 5", "up the hill til 5"},
		{"the Khans have gone out", "the Smiths have gone out"},
		{"with Xylanthe now", "with Emma now"},
		{"leavin soon, otu by 4", "leavin soon, otu by 4"}, // typing, not names
		{"phone dying, on 01452 960 123", "phone dying, on 07700 900999"},
		{"use +447700900321 instead", "use 07700 900999 instead"},
		{"IN 1130", "IN 1130"},
		{"between 1530-1600", "between 1530-1600"},
		{"at gl4 6qt til 5", "at GL1 1AA til 5"},
		{"car is WX12 YZA", "car is AB12 CDE"},
		{"at 22 Acacia Avenue til 5", "at 1 Example Street til 5"},
		{"flat 3 wisteria close til 5", "1 Example Street til 5"},
		{"20 mins more, road closed", "20 mins more, road closed"},
		{"at 14 larkspur mount", "at 1 Example Street"},
		{"K9P2 out", "A7F3 out"},
		{"ask for the blue file please", "ask for Scarlett please"},
		{"mail me at p.nair@council.gov.uk", "mail me at name@example.org"},
		{"\xff\xfe", ""},
	} {
		if got := taker.Text(c.text, around); got != c.want {
			t.Errorf("%q: %q, not %q", c.text, got, c.want)
		}
	}
}

// Nothing that is known of the people and the place is ever left, whatever stands around it.
func FuzzNothingKnownIsLeft(f *testing.F) {
	taker := nameless.New(nil)
	f.Add("out of ", " now")
	f.Add("Mr ", "'s")
	f.Add("é-", "\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, secret := range []string{"Quillfeather", "01452 960123", "GL4 6QT"} {
			got := taker.Text(before+" "+secret+" "+after, around)
			if strings.Contains(strings.ToLower(got), strings.ToLower(secret)) && !strings.Contains(strings.ToLower(before+after), strings.ToLower(secret)) {
				t.Errorf("%q is in %q", secret, got)
			}
		}
	})
}
