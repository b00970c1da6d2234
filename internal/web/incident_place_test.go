package web

import (
	"net/http"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/store"
)

// What is known of the place of an incident is in the forms that its page leads to, for whoever may read it and for nobody else.
func TestAnIncidentLeadsToAWarningAndAnAssessmentOfItsPlace(t *testing.T) {
	h := openHouse(t)
	ann := h.with("p-kay", "Kay Dunn", buddy.Worker)
	visit := h.as("p-priya").visit()
	for about, says := range map[string][]string{"visit/" + visit: {"J Smith", "1 Example Street"}, "": {"9 Sample Close"}} {
		i, err := h.engine.PutIncident(t.Context(), engine.Actor{By: "p-lee", Via: "page", Key: about}, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: about},
			incident.Incident{Name: "Priya Nair", Day: "2026-11-20", Kind: "verbal", Strand: incident.Racist, Place: "9 Sample Close", Description: "it was shouted"})
		h.ok(err)
		warning, assessment := "/warnings/new?incident="+i.ID, "/risks/new?incident="+i.ID
		h.as("p-lee").get("/incidents/"+i.ID).says(warning, assessment)
		for _, who := range []string{"p-priya", "p-lee"} {
			h.as(who).get(warning).is(http.StatusOK).says(says...).says(`value="discrimination" checked`).hides("it was shouted")
		}
		h.as("p-priya").get(assessment).is(http.StatusOK).says(says...).hides("it was shouted")
		h.as("p-lee").get(assessment).leadsTo("/risks")
		for _, path := range []string{warning, assessment} {
			ann.get(path).is(http.StatusNotFound)
		}
	}
}

// An incident of an alarm is about the alarm's visit; a manager, who writes no assessment of their own, is led to the one that stands for the place.
func TestAnIncidentOfAnAlarmLeadsToThePlaceOfItsVisit(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	visit := priya.visit()
	assessment := h.assesses(visit)
	h.as("p-lee").post(assessment+"/decide", "revision", "1", "key", "d", "decision", "together", "reasons", "We spoke").leadsTo(assessment)
	h.wait(30 * time.Minute)
	priya.post("/visits/"+visit+"/in", "key", "A").is(http.StatusSeeOther)
	priya.post("/visits/"+visit+"/help", "key", "B").is(http.StatusSeeOther)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	i, err := h.engine.PutIncident(t.Context(), engine.Actor{By: "p-lee", Via: "page"}, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: "alarm/" + open[0].ID},
		incident.Incident{Name: "Priya Nair", Day: "2026-11-21", Place: "outside", Description: "it was shouted"})
	h.ok(err)
	h.as("p-lee").get("/incidents/" + i.ID).says("Saturday 21 November 2026")
	h.as("p-lee").get("/incidents").says("Saturday 21 November 2026")
	h.as("p-lee").get("/warnings/new?incident="+i.ID).says("J Smith", "1 Example Street")
	h.as("p-lee").get("/risks/new?incident="+i.ID).leadsTo(assessment).says("J Smith", "Go together")
}

// Who reads an incident and not its visit has of the place what the incident says.
func TestOfAPrivateVisitAnIncidentsFormsTellNothing(t *testing.T) {
	h := openHouse(t)
	visit := h.as("p-priya").visit()
	kay := h.with("p-kay", "Kay Dunn", buddy.Worker)
	i, err := h.engine.PutIncident(t.Context(), engine.Actor{By: "p-kay", Via: "page"}, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-kay", About: "visit/" + visit},
		incident.Incident{Name: "Kay Dunn", Day: "2026-11-20", Place: "9 Sample Close"})
	h.ok(err)
	kay.get("/warnings/new?incident="+i.ID).is(http.StatusOK).says("9 Sample Close").hides("J Smith", "Example Street")
}

// Every part is come to from a page that people are on.
func TestPagesLeadToOneAnother(t *testing.T) {
	h := openHouse(t).published()
	for page, links := range map[string][]string{
		"/":                   {"/risks", "/debriefs", "/guidance", "/details", "/prompts"},
		"/risks":              {"/warnings"},
		"/warnings":           {"/risks", "/warnings/new"},
		"/debriefs":           {"/actions", "/incidents", "/guidance/after"},
		"/guidance/after":     {"/debriefs", "/teams/echo/support"},
		"/teams/echo":         {"/teams/echo/plan", "/teams/echo/support"},
		"/teams/echo/plan":    {"/teams/echo/support", "/teams/echo/plan/signatures"},
		"/teams/echo/support": {"/teams/echo/plan"},
		"/people/p-lee":       {"/details", "/debriefs", "/actions"},
	} {
		for _, link := range links {
			h.as("p-lee").get(page).is(http.StatusOK).says(`href="` + link + `"`)
		}
	}
}
