package web

import (
	"net/http"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
)

func TestTheVisitsOfADay(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	h.get("/").says(`href="/visits"`)
	h.get("/visits").is(http.StatusOK).says("Saturday 21 November 2026", "Priya Nair", "14:30", "/visits/"+id, "date=2026-11-20", "date=2026-11-22").
		hides("J Smith", "Example Street")
	h.get("/visits?date=2026-11-22").says("Sunday 22 November 2026", "No visit begins on this day").hides("Priya Nair")
	for _, typed := range []string{"31/02/2026", "nonsense"} {
		h.get("/visits?date="+typed).is(http.StatusUnprocessableEntity).says("There is a problem", "The day must be a real date", `href="#date"`, `id="date-error"`).holds("date", typed)
	}
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "IN")
	h.texts("07700 900101", "I have left, all done")
	h.wait(24 * time.Hour)
	h.get("/visits").says("Sunday 22 November 2026").hides("Priya Nair")
	h.get("/visits?date=21/11/2026").says("Priya Nair")
}

// Who has no part in an alarm is shown its visit by day as on the board.
func TestADayShowsWhatTheBoardShows(t *testing.T) {
	for _, danger := range []bool{false, true} {
		h := openHouse(t)
		h.shared()
		if danger {
			h.texts("07700 900101", "Can you ask Scarlett to ring me")
		}
		kay := h.with("p-kay", "Kay Dunn", buddy.Worker)
		board, day := kay.get("/").is(http.StatusOK), kay.get("/visits").is(http.StatusOK)
		for _, page := range []page{board, day} {
			page.says("Priya Nair", "Past its end").hides("govuk-tag--red")
		}
		h.as("p-sam").get("/visits").says(map[bool]string{false: "Overdue", true: "In danger"}[danger])
	}
}

func TestAReferenceLeadsToItsVisit(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	v, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	for _, typed := range []string{v.Reference, " " + v.Reference[:2] + " " + v.Reference[2:]} {
		got := h.post("/visits", "ref", typed).is(http.StatusSeeOther)
		if to := got.Header().Get("Location"); to != "/visits/"+id {
			t.Errorf("%q leads to %s", typed, to)
		}
	}
	h.with("p-kim", "Kim Oak", buddy.Worker).post("/visits", "ref", v.Reference).is(http.StatusOK).says("No visit of the last 90 days has the reference " + v.Reference + ".").hides("Priya Nair")
	h.post("/visits", "ref", "ZZZZ").is(http.StatusOK).says("No visit of the last 90 days has the reference ZZZZ.", `value="ZZZZ"`)
}

func TestAnotherTeamsVisitsAreNotListed(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	h.elsewhere()
	v, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	h.as("p-nia").get("/visits").is(http.StatusOK).hides("Priya Nair")
	h.as("p-nia").get("/visits?team=echo").is(http.StatusNotFound)
	h.as("p-nia").post("/visits", "ref", v.Reference).is(http.StatusOK).hides(id)
	h.shift("p-lee", 2, saturday, saturday.Add(time.Hour), "north")
	h.as("p-lee").get("/visits?team=echo").is(http.StatusOK).says("Priya Nair", "All teams")
	h.as("p-lee").get("/visits?team=north").is(http.StatusOK).hides("Priya Nair")
	h.as("p-ada").get("/visits?team=echo").is(http.StatusNotFound)
}
