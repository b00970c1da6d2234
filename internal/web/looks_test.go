package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestAWorkerReadsWhoLooked(t *testing.T) {
	h := openHouse(t)
	h.responds()
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	id := h.visit()
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	priya := h.as("p-priya")
	priya.get("/looks").is(http.StatusOK).says("Nobody has looked yet")
	priya.get("/people/p-priya").says(`href="/looks"`)
	h.get("/people/p-priya").hides(`class="govuk-link" href="/looks"`)
	h.wait(time.Minute)
	h.get("/visits/" + id) // Sam, who is on call
	h.wait(time.Minute)
	h.as("p-kit").post("/visits/"+id+"/glass", "key", "k", "why", "Her car is still outside").is(http.StatusSeeOther)
	h.wait(time.Minute)
	h.as("p-kit").get("/visits/" + id)
	h.wait(time.Minute)
	h.as("p-lee").get("/people/p-priya")
	h.wait(time.Minute)
	h.ok(h.pages.Access.Looked(t.Context(), access.Caller{Token: "calendar"}, "", "visit/"+id, "", h.clock.Now()))
	h.as("p-kay").get("/visits/" + id) // busy to her: nothing is looked at
	got := priya.get("/looks").says("Your visit "+kept.Reference, "Your numbers and emergency contacts", "“Her car is still outside”", "Opened it for 30 minutes", "token calendar a program").hides("Kay Dunn", "Priya Nair</td>")
	var order []int
	for _, row := range []string{"14:05", "14:04", "14:03", "14:02", "14:01"} {
		order = append(order, strings.Index(got.text(), row))
	}
	if !slices.IsSorted(order) || order[0] < 0 {
		t.Errorf("the looks are at %v in %s", order, got.text())
	}
	h.as("p-kay").get("/looks").says("Nobody has looked yet").hides("Sam Hill") // each reads their own
}

// looked is all that a worker reads of who looked on an afternoon on which they ask for someone by name.
func looked(t *testing.T, name string) (during []string, h *house, id string) {
	t.Helper()
	h = openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	_, err := h.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: "home_visit", Private: new(true),
		StartsAt: saturday.Add(48 * time.Hour), ExpectedEndAt: saturday.Add(49 * time.Hour)})
	h.ok(err)
	id = h.visit()
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	priya := h.as("p-priya")
	note := func() { during = append(during, priya.get("/looks").is(http.StatusOK).plainly(name, kept)) }
	h.get("/visits/" + id)
	h.wait(40 * time.Minute)
	priya.post("/visits/"+id+"/ask", "key", "B", "name", name).is(http.StatusSeeOther)
	note()
	h.wait(time.Minute)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	if len(open) > 0 { // else it is Jane's day, on which nobody has a reason to look
		h.get("/alarms/" + open[0].ID).says("1 Example Street")
		h.get("/alarms/" + open[0].ID + "/police")
		h.get("/visits/" + id)
		h.as("p-lee").get("/people/p-priya")
		h.ok(h.pages.Access.Looked(t.Context(), access.Caller{Token: "calendar"}, "p-sam", "person/p-priya", "", h.clock.Now()))
	}
	note()
	h.ok(h.pages.Access.LookedAt(t.Context(), "p-kay", "page", "person/p-priya", "on any day", h.clock.Now())) // who knows of no alarm
	h.wait(time.Minute)
	note()
	return during, h, id
}

// While duress is open the worker reads of no look that came with it; once it is closed, of each (rules 1.4 and 4.2).
func TestInDuressWhoLookedIsThatOfAnyDay(t *testing.T) {
	scarlett, h, id := looked(t, "Scarlett")
	jane, _, _ := looked(t, "Jane")
	for i := range jane {
		if scarlett[i] != jane[i] {
			t.Errorf("page %d is\n%s\nelse\n%s", i, differs(scarlett[i], jane[i]), differs(jane[i], scarlett[i]))
		}
	}
	if !strings.Contains(scarlett[2], "Kay Dunn") || !strings.Contains(scarlett[0], "Sam Hill") {
		t.Errorf("the looks of any day are not listed: %s", scarlett[2])
	}
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID,
		watch.Close{Evidence: watch.SpokeWorker, Away: true, Second: "p-lee", Note: true, Ended: true}, engine.Words{Note: "She is at the office"}))
	h.as("p-priya").get("/looks").says("An alarm about you", "The sheet for the police", "Your numbers and emergency contacts", "Lee Marsh", "by the program calendar", id)
}
