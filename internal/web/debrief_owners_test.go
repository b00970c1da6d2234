package web

import (
	"net/http"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
)

// A debrief is held by whom the worker chose, in whatever team they are: it waits for them on their front page, and what is agreed in it can
// be done by the worker and by those of the worker's team, but nobody who may never see them.
func TestWhatAManagerOfAnotherTeamAgreesCanBeDoneByTheWorker(t *testing.T) {
	h := openHouse(t)
	_, err := h.db.PutTeam(t.Context(), store.Team{ID: "links", Name: "Links", Zone: "Europe/London", Plan: plan.Standard()}, h.clock.Now())
	h.ok(err)
	_, err = h.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-max", Name: "Max Lane", Team: "links", Active: true, Roles: []string{buddy.Manager}, Mobile: number("07700 900191")})
	h.ok(err)
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	h.with("p-tom", "Tom Reed", buddy.Worker)
	h.ok(h.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-tom"}))
	id, err := h.engine.AskForDebrief(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, "")
	h.ok(err)
	page := "/debriefs/" + id
	h.as("p-max").get("/").is(http.StatusOK).hides("would like to talk with you")
	h.as("p-priya").post(page+"/choose", "with", "p-max").is(http.StatusSeeOther)
	h.as("p-max").get("/").says("Waiting for you", "Somebody would like to talk with you", `href="/debriefs"`)
	h.as("p-lee").get("/").is(http.StatusOK).hides("would like to talk with you")
	h.as("p-max").get(page).says(`<option value="p-priya">`, `<option value="p-kay">`, `<option value="p-lee">`).hides(`<option value="p-tom">`)
	chosen := h.as("p-max")
	chosen.post(page+"/actions", "action", "park by the door", "owner", "p-tom", "due", "30/11/2026").is(http.StatusUnprocessableEntity).says("Choose who does it.")
	chosen.post(page+"/actions", "action", "park by the door", "owner", "p-priya", "due", "30/11/2026").is(http.StatusSeeOther)
	h.as("p-priya").get("/actions").says("park by the door")
}
