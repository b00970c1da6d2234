package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestTheBoardListsWhoIsOut(t *testing.T) {
	h := openHouse(t)
	h.get("/").is(http.StatusOK).says("No visit is open")
	h.visit()
	h.get("/").says("Open visits 1", "Priya Nair", "Booked", "Home visit", "14:30", "to 15:30", "private", "Sam Hill answers").
		hides("J Smith", "Example Street")
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "IN")
	h.wait(10 * time.Minute)
	h.get("/").says("Inside", "50 min left", `until="2026-11-21T15:30:00Z"`)
	h.wait(55 * time.Minute)
	h.get("/").says("Past its end", "5 min over")
	h.texts("07700 900101", "OUT")
	h.get("/").says("Open visits 0", "Ended in the last 12 hours 1", "Ended").hides("time-left")
}

func TestAnAlarmStandsAtTheTopOfTheBoard(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	h.get("/").says("Priya Nair: Overdue", "/alarms/"+alarm, "Since 15:45", "Nobody has taken it yet.")
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, alarm, watch.Acknowledge{}, engine.Words{}))
	h.get("/").says("Sam Hill has it.")
}

// While danger is open the worker's board is that of any day (rule 4.2).
func TestTheBoardTellsTheWorkerOfNoDanger(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.wait(35 * time.Minute)
	h.texts("07700 900101", "IN")
	before := h.as("p-priya").get("/?fragment=board").is(http.StatusOK).Body.String()
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	h.get("/").says("Priya Nair: Asked for help covertly")
	if after := h.as("p-priya").get("/?fragment=board").Body.String(); after != before {
		t.Errorf("her board was\n%s\nand is\n%s", before, after)
	}
	h.wait(2 * time.Hour)
	h.as("p-priya").get("/").hides("covert", "/alarms/", "Scarlett")
}

// To those who have no part in it a private visit is whose it is and when (rule 1.4); its end is not told.
func TestAPrivateVisitIsBusyOnTheBoardOfOthers(t *testing.T) {
	h := openHouse(t)
	kim := h.with("p-kim", "Kim Oak", buddy.Worker)
	id := h.visit()
	v, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	for _, path := range []string{"/", "/visits"} {
		kim.get(path).says("Priya Nair", "Busy – private", "14:30", "15:30", "/visits/"+id).hides(v.Reference, "Home visit", "Booked", "Sam Hill answers")
		h.as("p-ada").get(path).hides("Priya Nair", id) // an administrator keeps settings, not visits
		for _, part := range []string{"p-sam", "p-lee", "p-ann", "p-priya"} {
			h.as(part).get(path).says("Priya Nair", v.Reference, "Home visit", "Booked", "Sam Hill answers").hides("Busy")
		}
	}
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "IN")
	kim.get("/").says("Open visits 1").hides("Inside", "min left")
	h.wait(20 * time.Minute)
	h.texts("07700 900101", "OUT")
	kim.get("/").says("Open visits 0").hides("Priya Nair", "Ended")
	h.as("p-priya").get("/").says("Ended in the last 12 hours 1")
	kim.get("/visits").says("Busy – private").hides("Ended")
	start := h.clock.Now().Add(time.Hour)
	_, err = h.engine.Book(t.Context(), engine.Actor{}, engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: start,
		ExpectedEndAt: start.Add(time.Hour), Private: new(false)})
	h.ok(err)
	kim.get("/").says("Booked", "Home visit").hides("Busy") // open to the team
}

// Whoever is named to answer for a visit, is told of its alarm or is on call for its team sees it whole.
func TestAPartInAVisitShowsItOnTheBoard(t *testing.T) {
	h := openHouse(t)
	h.elsewhere()
	kim := h.with("p-kim", "Kim Oak", buddy.Worker)
	id := h.visit()
	kim.get("/").says("Busy")
	h.ok(h.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya"}, id, engine.VisitEdit{Responders: &[]string{"p-kim"}}))
	kim.get("/").says("Home visit").hides("Busy")
	h.as("p-nia").get("/").hides("Priya Nair")
	h.shift("p-nia", 2, saturday.Add(24*time.Hour), saturday.Add(30*time.Hour), "echo")
	h.as("p-nia").get("/").says("Priya Nair", "Home visit").hides("Busy")
	h.as("p-ada").get("/").hides("Busy")
	h.ok(h.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya"}, id, engine.VisitEdit{Responders: &[]string{}}))
	kim.get("/").says("Busy")
	h.wait(35 * time.Minute)
	_, err := h.engine.Raise(t.Context(), engine.Actor{By: "p-kim", Via: "page"}, "p-priya", "", watch.Duress, engine.Words{})
	h.ok(err)
	kim.get("/").says("Home visit", "Asked for help covertly").hides("Busy")
}

func TestALongBoardHasPages(t *testing.T) {
	h := openHouse(t)
	for i := range boardRows + 2 {
		start := saturday.Add(time.Duration(i+1) * time.Hour)
		_, err := h.engine.Book(t.Context(), engine.Actor{}, engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: start,
			ExpectedEndAt: start.Add(30 * time.Minute)})
		h.ok(err)
	}
	h.get("/").says(fmt.Sprintf("Open visits %d", boardRows+2), "Next", `href="/?page=2"`)
	h.get("/?page=2").says("Previous", `href="/?page=1"`)
	h.get("/?page=3").is(http.StatusNotFound)
	h.get("/?page=x").is(http.StatusOK)
}

func TestAGapInCoverIsSaidInRed(t *testing.T) {
	h := openHouse(t)
	h.get("/").hides("Nobody is on call")
	h.wait(35 * time.Hour) // Sam's shift ended at midnight
	h.get("/").says("Nobody is on call for ECHo now.")
}

func TestATeamThatIsNoneOfTheReadersIsNotThere(t *testing.T) {
	h := openHouse(t)
	h.get("/?team=echo").is(http.StatusOK)
	h.get("/?team=north").is(http.StatusNotFound)
}
