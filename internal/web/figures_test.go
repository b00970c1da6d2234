package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheFiguresOfADay(t *testing.T) {
	h := openHouse(t)
	h.get("/figures").is(http.StatusOK).says("Nothing happened on this day yet", "Saturday 21 November 2026")
	h.overdue()
	figures := h.get("/figures")
	if n := strings.Count(figures.text(), "Saturday 21 November 2026"); !strings.Contains(figures.Body.String(), "<h1 class=\"govuk-heading-l\">Figures of Saturday 21 November 2026</h1>") || n != 3 {
		t.Errorf("the day stands there %d times, not in the title, the heading and the footer", n)
	}
	h.get("/figures").says("Check-ins", "Reminders", "Alarms", "Whole day", "<svg", "Time to tell").hides("Priya")
	h.get("/figures?date=2026-11-20").is(http.StatusOK).says("Nothing happened on this day yet", `href="/figures?date=2026-11-21"`)
	h.get("/figures?date=2026-11-22").is(http.StatusNotFound)
	h.get("/figures?date=tomorrow").is(http.StatusNotFound)
}

func TestTheFiguresAreForNobodyWhoVisits(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/figures").is(http.StatusNotFound)
	h.as("p-ann").get("/figures").is(http.StatusNotFound)
	h.as("p-lee").get("/figures").is(http.StatusOK)
}
