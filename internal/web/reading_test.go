package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestATextIsReadAndExplained(t *testing.T) {
	h := openHouse(t)
	h.get("/reading").is(http.StatusOK).says("How a text is read", "Nothing is sent to anyone", `value="14:00"`, `value="13:30"`, "Scarlett")
	for _, c := range []struct {
		text, state string
		says        []string
	}{
		{"left now, all ok", "inside", []string{"Out", "<mark>left now</mark>", "The visit ends"}},
		{"Running late, out by 3", "inside", []string{"A new time", "New expected end 15:00"}},
		{"can you ask Scarlett to ring me", "inside", []string{"Asks for help covertly", "<mark>", "An alarm opens at once"}},
		{"about to leave", "inside", []string{"Not clear", "Asked back"}},
		{"Going in", "booked", []string{"Going in", "shown as inside"}},
		{"<script>alert(1)</script> OUT", "inside", []string{"&lt;script&gt;"}},
	} {
		h.post("/reading", "text", c.text, "state", c.state, "now", "14:00", "start", "13:30", "end", "14:30", "phrase", "Scarlett").
			is(http.StatusOK).says(c.says...).says("Why:")
	}
}

func TestAReadingShowsItsRuleAndTextsLikeIt(t *testing.T) {
	h := openHouse(t)
	h.post("/reading", "text", "I've left now", "state", "inside", "now", "14:00", "start", "13:30", "end", "14:30", "phrase", "Scarlett").
		is(http.StatusOK).says("Rule <code>exit</code>", "<code>[exit]</code>", "Read by it:", "Not read by it, though alike:")
	h.post("/reading", "text", "LATE 30", "state", "inside", "now", "14:00", "start", "13:30", "end", "14:30", "phrase", "Scarlett").
		is(http.StatusOK).says("Rule <code>late</code>", "It rests on no phrase of the language files").hides("Section")
}

// Rule 4.2: on the screen of who only visits nothing tells the phrase from another name.
func TestTheRuleOfThePhraseIsNotForWhoOnlyVisits(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.post("/reading", "text", "can you ask Scarlett to ring me", "state", "inside", "now", "14:00", "start", "13:30", "end", "14:30").
		is(http.StatusOK).hides("<code>", "texts like this")
}

func TestATextThatCannotBeTriedSaysWhy(t *testing.T) {
	h := openHouse(t)
	h.post("/reading", "text", " ", "state", "inside", "now", "25:00", "start", "x", "end", "", "phrase", "Scarlett").is(http.StatusUnprocessableEntity).
		says("Enter a text to try.", "Enter when the text comes as a time, such as 14:30.", "Enter when the visit starts as a time", `value="25:00"`)
	h.post("/reading", "text", strings.Repeat("é", longestTried+1), "state", "none", "now", "14:00").is(http.StatusUnprocessableEntity).
		says("1,600 characters or fewer")
	h.post("/reading", "text", "OUT", "state", "elsewhere", "now", "14:00").is(http.StatusUnprocessableEntity).
		says("Choose where the visit stands.")
}

func TestATriedTextIsNotKept(t *testing.T) {
	h := openHouse(t)
	h.post("/reading", "text", "quillfeather says hello", "state", "none", "now", "14:00")
	if strings.Contains(h.log.String(), "quillfeather") {
		t.Error("the log holds the text")
	}
}
