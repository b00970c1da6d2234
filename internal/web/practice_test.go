package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// moved are the places of all that is kept: nothing was written while they stay.
func (h *house) moved() store.Place {
	h.Helper()
	place, err := h.db.Place(h.Context())
	h.ok(err)
	return place
}

// Rule 4.7: a call for help is rehearsed by each way there is, the page says before and after that nothing was sent, and nothing was.
func TestACallForHelpIsPractisedAndNothingIsSent(t *testing.T) {
	h := openHouse(t)
	priya, before := h.as("p-priya"), h.moved()
	priya.get("/practice").is(http.StatusOK).says("This is practice. Nothing you send on this page goes to anyone").hides("Scarlett", "That was practice")
	const after, help = "That was practice. Nothing was sent to anyone, and nobody was told.", "This would have called for help."
	priya.post("/practice", "do", "text", "text", "SOS").is(http.StatusOK).says(after, help, "Got your message.", "ring 999")
	priya.post("/practice", "do", "text", "text", "he won't let me leave").is(http.StatusOK).says(after, help)
	priya.post("/practice", "do", "help").is(http.StatusOK).says(after, help, "Got your message.")
	covert := "your phone would show nothing of it"
	priya.post("/practice", "do", "ask", "name", "Scarlett").is(http.StatusOK).says(after, covert, "I'll see if I can find Scarlett for you.")
	priya.post("/practice", "do", "text", "text", "could skarlet ring me please").is(http.StatusOK).says(after, covert)
	priya.post("/practice", "do", "ask", "name", "Jane").is(http.StatusOK).says(after, "not your team’s agreed name", "I'll see if I can find Jane for you.").hides("Scarlett", covert)
	priya.post("/practice", "do", "text", "text", "quillfeather says out").is(http.StatusOK).says(after, "This would not have called for help.").hides("Scarlett")
	priya.post("/practice", "do", "text").is(http.StatusUnprocessableEntity).says("Enter a text").hides("That was practice")
	priya.post("/practice", "do", "ask").is(http.StatusUnprocessableEntity).says("Enter a name")
	priya.post("/practice", "do", "text", "text", strings.Repeat("help ", 400)).is(http.StatusUnprocessableEntity).says("1,600 characters at most")
	if now := h.moved(); now != before {
		t.Errorf("something was written: %v was %v", now, before)
	}
	h.wait(time.Hour)
	if open, err := h.db.Alarms(t.Context(), "open", 1); err != nil || len(open) > 0 {
		t.Errorf("open are %v (%v)", open, err)
	}
	if strings.Contains(h.log.String(), "quillfeather") {
		t.Error("the log holds what was practised")
	}
}

// What is real is never taken for practice, and nobody beside a worker reads how they call for help (rule 4.2).
func TestNobodyPractisesOnAVisit(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	h.visit()
	priya.get("/practice").is(http.StatusOK)
	priya.get("/guidance").says("/practice")
	priya.get("/guidance/calling-for-help").says("/practice")
	h.wait(30 * time.Minute)
	priya.get("/guidance").hides("/practice")
	priya.get("/practice").is(http.StatusConflict).hides("SOS", "help now")
	priya.post("/practice", "do", "text", "text", "SOS").is(http.StatusConflict).says("Nothing you sent here was passed on")
}
