package web

import (
	"net/url"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Looks at a debrief and at an incident are its person's to read, as those at a private visit are.
func TestWhoLookedAtADebriefOrAnIncidentIsListed(t *testing.T) {
	h := openHouse(t)
	id, d, _ := h.afterwards("p-priya")
	h.sends("p-priya", "/debriefs/"+d+"/choose", url.Values{"with": {"p-lee"}, "when": {"today"}})
	h.as("p-priya").get("/looks").hides("Your debrief", "An incident about you")
	h.wait(time.Minute)
	h.as("p-lee").get("/debriefs/" + d)
	h.wait(time.Minute)
	h.as("p-lee").get("/incidents/" + id)
	h.as("p-priya").get("/looks").says("Your debrief", "An incident about you", "Lee Marsh", `href="/debriefs/`+d+`"`, `href="/incidents/`+id+`"`)
	if way := wayWords(view.Look{Via: "export", Object: "incident/" + id}); way != "took it out as a file" {
		t.Errorf("an incident in a table %s", way)
	}
	h.as("p-kay").get("/looks").hides("Your debrief", "An incident about you")
	own, err := h.pages.View.Own(t.Context(), "p-priya")
	h.ok(err)
	objects := map[string]bool{}
	for _, l := range own.Looks {
		objects[l.Object] = true
	}
	if !objects["debrief/"+d] || !objects["incident/"+id] {
		t.Errorf("her own download has looks at %v", objects)
	}
}

// Rule 4.2: of an incident that came of an alarm that is open no look is listed, whoever looked, before the alarm is closed.
func TestInDuressNoLookAtItsIncidentIsListed(t *testing.T) {
	h := openHouse(t)
	h.visit()
	before, d, _ := h.afterwards("p-priya")
	h.wait(40 * time.Minute)
	h.texts("07700 900101", "ASK Scarlett")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.wait(time.Minute)
	p, err := h.engine.PutIncident(t.Context(), engine.Actor{By: "p-lee", Via: "page"}, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: "alarm/" + open[0].ID},
		incident.Incident{Name: "Priya Nair"})
	h.ok(err)
	h.wait(time.Minute)
	for _, path := range []string{"/incidents/" + p.ID, "/incidents/" + before} { // Ada, an administrator, was told of no alarm
		if code, _ := h.says("p-ada", path); code != 200 {
			t.Errorf("Ada: %s: %d", path, code)
		}
	}
	priya := h.as("p-priya")
	priya.get("/looks").says("An incident about you", "/incidents/"+before).hides(p.ID)
	if own, err := h.pages.View.Own(t.Context(), "p-priya"); err != nil || len(own.Looks) != 1 {
		t.Errorf("her own download has %+v, %v", own.Looks, err)
	}
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID,
		watch.Close{Evidence: watch.SpokeWorker, Away: true, Second: "p-lee", Note: true, Ended: true}, engine.Words{Note: "She is at the office"}))
	priya.get("/looks").says("/incidents/"+p.ID, "/incidents/"+before).hides(d)
}
