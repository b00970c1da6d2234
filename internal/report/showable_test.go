package report

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/private"
)

func TestWhatSomeoneWroteIsShownWithoutWhatHides(t *testing.T) {
	for words, want := range map[string]string{
		"Going in\r\nat 2\tsharp":      "Going in\nat 2\tsharp",
		"a\x00b\x1bc\u0085d\u009be":    "a\ufffdb\ufffdc\ufffdd\ufffde",
		"\u202dover\u202eridden":       "\ufffdover\ufffdridden",
		"\u202ain\u202bside\u202c":     "\ufffdin\ufffdside\ufffd",
		"\u2066\u2067\u2068\u2069":     "\ufffd\ufffd\ufffd\ufffd",
		"في الداخل Zoë, 14:30\u200e":   "في الداخل Zoë, 14:30\u200e",
		"\u2029ends and 👩\u200d⚕️ too": "\u2029ends and 👩\u200d⚕️ too",
	} {
		if got := Showable(words); got != want {
			t.Errorf("%q is shown as %q, not %q", words, got, want)
		}
	}
}

// Nothing that anyone wrote turns the sheet round or hides in it, on the page, on paper or read aloud. What is kept, and
// what other programs are given, is what was written.
func TestNoWordsTurnTheSheetRound(t *testing.T) {
	const foul, shown = "x\u202ey\x1bz", "x\ufffdy\ufffdz"
	h := danger(t)
	p := private.New(foul)
	h.Words, h.LastWord.Text, h.Reasons = p, p, []private.Text{p}
	h.Worker.Name, h.Worker.Description, h.Worker.Vehicle = p, p, Vehicle{p, p, p, p}
	h.Visits[0].ServiceUser, h.Visits[0].Address, h.Visits[0].AddressAtIn, h.Visits[0].Contact, h.Visits[0].Others, h.Visits[0].Risks = p, p, private.New(foul+"!"), p, p, []private.Text{p}
	h.Kin[0].Name, h.Kin[0].Relation, h.Calls[0].Whose, h.Calls[0].Note = p, p, p, p
	h.Said, h.RaisedBy, h.CallBack.Name, h.Force = []Said{{foul, on(15, 1), p}}, foul, foul, foul
	for where, text := range map[string]string{"on the page": page(t, h), "read aloud": h.Spoken(), "on paper": strings.Join(printed(t, h), "\n")} {
		for _, bad := range []string{"x\u202ey", "y\x1bz", wide("x\u202ey"), wide("y\x1bz")} {
			if strings.Contains(text, bad) {
				t.Errorf("%s stands %q", where, bad)
			}
		}
		if where != "on paper" && strings.Count(text, shown) < 15 {
			t.Errorf("%s the words show %d times", where, strings.Count(text, shown))
		}
	}
	json, err := h.JSON()
	if err != nil || !strings.Contains(string(json), `"text":"x`+"\u202e"+`y\u001bz"`) {
		t.Errorf("other programs are not given what was written: %v", err)
	}
	if h.LastWord.Text.Reveal() != foul || h.Said[0].Text.Reveal() != foul {
		t.Error("what is kept has changed")
	}
}
