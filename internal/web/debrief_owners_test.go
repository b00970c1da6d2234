package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/debrief"
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

// The page of one's own debrief has three buttons, and none of them loses what was typed for another: it is still there, and it is said that it is
// not sent yet. What was not pressed for is not done.
func TestNoButtonOfADebriefLosesWhatWasTypedForAnother(t *testing.T) {
	h := openHouse(t)
	_, at := h.sends("p-priya", "/debriefs", nil)
	page := at[strings.Index(at, "/debriefs/"):]
	typed := url.Values{"with": {"p-lee"}, "when": {"over a coffee"}, "own": {"it shook me"}}

	kept, _ := h.db.Paper(t.Context(), store.DebriefPaper, strings.TrimPrefix(page, "/debriefs/"))
	for _, button := range []string{"/own", "/decline"} {
		code, said := h.sends("p-priya", page+button, typed)
		if code != http.StatusOK || !strings.Contains(said, "over a coffee") || !strings.Contains(said, "it shook me") || !strings.Contains(said, `<option value="p-lee" selected`) || !strings.Contains(said, "still below") {
			t.Errorf("%s: %d, and not all that was typed", button, code)
		}
		if code, _ := h.says("p-lee", page); code != http.StatusNotFound {
			t.Errorf("%s asked Lee", button)
		}
	}
	if now, err := h.db.Paper(t.Context(), store.DebriefPaper, kept.ID); err != nil || now.Status != string(debrief.Declined) {
		t.Errorf("after “No thanks”: %q, %v", now.Status, err)
	}
	if _, said := h.says("p-priya", page); !strings.Contains(said, "it shook me") {
		t.Error("the words that were kept are gone")
	}
	typed.Set("own", "it shook me, and it is better now")
	code, said := h.sends("p-priya", page+"/choose", typed)
	if code != http.StatusOK || !strings.Contains(said, "They are told that you would like to talk") || !strings.Contains(said, "Your own words are still below, and not kept yet.") || !strings.Contains(said, "it is better now") {
		t.Errorf("“Ask them” with words: %d", code)
	}
	if _, said := h.says("p-priya", page); strings.Contains(said, "it is better now") {
		t.Error("words were kept that nobody pressed for")
	}
	typed.Set("with", "p-nobody")
	if code, said := h.sends("p-priya", page+"/choose", typed); code != http.StatusUnprocessableEntity || !strings.Contains(said, "it is better now") {
		t.Errorf("refused: %d", code)
	}
	typed.Set("with", "p-lee")
	typed["reader"] = []string{"p-lee"}
	if code, at := h.sends("p-priya", page+"/own", typed); code != http.StatusSeeOther || !strings.Contains(at, "own-saved") {
		t.Errorf("with nothing left over: %d", code)
	}
	if _, said := h.says("p-lee", page); !strings.Contains(said, "it is better now") || !strings.Contains(said, "over a coffee") {
		t.Error("Lee was chosen, and reads nothing")
	}
}
