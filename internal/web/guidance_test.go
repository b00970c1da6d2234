package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/guidance"
)

func TestEachSheetOfGuidanceIsAPageOfItsOwn(t *testing.T) {
	h := openHouse(t)
	list := h.get("/guidance").is(http.StatusOK)
	for _, sheet := range guidance.Pages() {
		list.says(sheet.Title, "/guidance/"+sheet.Slug)
		got := h.get("/guidance/"+sheet.Slug).is(http.StatusOK).says(sheet.Title, sheet.Lead, sheet.For)
		for _, part := range sheet.Parts {
			got.says(part.Title)
			got.says(part.Lines...)
		}
	}
	h.get("/guidance/none").is(http.StatusNotFound)
}

// Each sheet is reached from where it is needed.
func TestGuidanceStandsWhereItIsNeeded(t *testing.T) {
	h := openHouse(t)
	h.get("/").says(`href="/guidance"`)
	h.get("/raise").says("/guidance/asked-for")
	h.as("p-priya").get("/teams/echo").says("/guidance/calling-for-help", "/guidance/asked-for", "/guidance/before-a-visit", "/guidance/after")
	_, alarm := h.overdue()
	h.get("/alarms/" + alarm).says("/guidance/ring-round")
	h.get("/guidance/asked-for").says(`href="/raise"`, "Raise the alarm now")
}

// Rule 1.7: before a visit, and not a gate.
func TestTheChecklistStandsOnABookedVisitAndWhereOneIsBooked(t *testing.T) {
	h := openHouse(t)
	priya, first := h.as("p-priya"), guidance.Checklist()[0]
	priya.get("/visits/new").says("Before going in", first, "/guidance/before-a-visit", "None of this keeps a visit from being booked.")
	v := "/visits/" + h.visit()
	priya.get(v).says("Before going in", first, "/guidance/before-a-visit").hides("from being booked")
	h.get(v).hides("Before going in")
	h.wait(30 * time.Minute)
	priya.post(v+"/in", "key", "A").leadsTo(v).hides("Before going in")
}

// Rule 4.2: a worker who may be on a visit finds nothing of how they would call for help, and no page names the phrase to them openly.
func TestGuidanceTellsNothingOfCallingForHelpOnAVisit(t *testing.T) {
	h := openHouse(t)
	priya, means := h.as("p-priya"), "Asking for Scarlett means"
	h.visit()
	for _, sheet := range []string{"/guidance/calling-for-help", "/guidance/asked-for"} {
		if body := priya.get(sheet).is(http.StatusOK).says(means, "agreed name").Body.String(); !strings.Contains(body[:strings.Index(body, means)], "<details") {
			t.Errorf("%s names the phrase openly", sheet)
		}
		h.get(sheet).says(means).hides("<details")
	}
	h.wait(30 * time.Minute)
	priya.get("/guidance").is(http.StatusOK).hides("Calling for help", "calling-for-help").says("/guidance/asked-for")
	priya.get("/guidance/calling-for-help").is(http.StatusConflict).hides("Scarlett", "agreed name", "SOS")
	priya.get("/guidance/asked-for").is(http.StatusOK).hides("Scarlett", "agreed name").says("Raise the alarm now", "see if I can find her")
	priya.get("/guidance/before-a-visit").is(http.StatusOK)
	h.get("/guidance/calling-for-help").is(http.StatusOK)
	h.texts("07700 900101", "Going in")
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	priya.get("/guidance/asked-for").hides("Scarlett", "agreed name")
	priya.get("/guidance/calling-for-help").is(http.StatusConflict)
}
