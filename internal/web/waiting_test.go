package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
)

// waitsFor puts a paper of Priya's into the house.
func (h *house) waitsFor(kind store.PaperKind, status string, due time.Time) {
	h.Helper()
	_, err := h.db.PutPaper(h.Context(), store.Paper{Kind: kind, Team: "echo", Person: "p-priya", Status: status, DueAt: due, Body: private.New("{}")}, nil, store.By{Person: "p-priya"}, saturday)
	h.ok(err)
}

func TestWhatWaitsIsListedForWhomItWaits(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/").is(http.StatusOK).hides("Waiting for you")
	h.waitsFor(store.DebriefPaper, string(debrief.Offered), time.Time{})
	h.waitsFor(store.RiskPaper, string(risk.Waiting), time.Time{})
	h.waitsFor(store.RiskPaper, string(risk.Waiting), time.Time{})
	h.waitsFor(store.RiskPaper, string(risk.Draft), time.Time{})
	h.waitsFor(store.RiskPaper, string(risk.Decided), saturday)
	h.waitsFor(store.RiskPaper, string(risk.Decided), saturday.AddDate(0, 1, 0))
	h.afterwards("p-priya")
	own := []string{"A debrief is offered to you", `href="/debriefs"`, "One thing is agreed that you do", `href="/actions"`, "A risk assessment is to be looked at again", `href="/risks"`}
	office := []string{"2 risk assessments wait for a decision", "A risk assessment is to be looked at again"}
	managers := []string{"Prompts for your 1:1s are due with 2 people", `href="/prompts"`, "An incident lacks answers, or its reference from the portal", `href="/incidents"`}
	h.as("p-priya").get("/").says(append(own, "Waiting for you")...).hides("wait for a decision", "1:1s are due", "An incident lacks")
	h.as("p-lee").get("/").says(append(managers, office...)...).hides("offered to you", "agreed that you do")
	h.as("p-sam").get("/").says(office...).hides("1:1s are due", "An incident lacks", "offered to you")
	h.as("p-ada").get("/").is(http.StatusOK).hides("wait for a decision", "looked at again", "An incident lacks")
	h.ok(h.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-sam"}))
	h.as("p-sam").get("/").is(http.StatusOK).hides("Waiting for you")
}

// A team without a plan is its manager's to begin, and nobody else's; its alarms go to a fallback only where one is named.
func TestAPlanThatIsMissingWaitsForTheManager(t *testing.T) {
	h := openHouse(t)
	missing := []string{"Your team has no plan yet: start it from the standard", `href="/teams/echo/plan/start"`}
	h.as("p-lee").get("/").says(missing...)
	h.as("p-priya").get("/").is(http.StatusOK).hides(missing...)
	h.as("p-sam").get("/").is(http.StatusOK).hides(missing...)
	h.published().as("p-lee").get("/").is(http.StatusOK).hides(missing...)
}

func TestWhoAnswersInAGapIsNamedOnlyWhereThereIsOne(t *testing.T) {
	named := store.Team{ID: "echo", Name: "ECHo"}
	named.Plan.Fallback = "p-lee"
	if says := gapWords(named); says != "Nobody is on call for ECHo now. Alarms go to the plan’s fallback." {
		t.Error(says)
	}
	if says := gapWords(store.Team{Name: "ECHo"}); says != "Nobody is on call for ECHo now, and its plan names no fallback. Alarms go to the organisation’s emergency contact, if it has one." {
		t.Error(says)
	}
}

// Whoever asks for help covertly finds waiting what they would on any day (rule 4.2).
func TestInDuressWhatWaitsIsThatOfAnyDay(t *testing.T) {
	shown := func(name string) (pages []string) {
		h := openHouse(t).published()
		h.everyRole("p-priya")
		h.waitsFor(store.DebriefPaper, string(debrief.Offered), time.Time{})
		h.waitsFor(store.RiskPaper, string(risk.Decided), saturday)
		h.afterwards("p-priya")
		priya := h.as("p-priya")
		id := priya.visit()
		v, err := h.db.Visit(t.Context(), id)
		h.ok(err)
		look := func() {
			pages = append(pages, priya.get("/").is(http.StatusOK).says("Waiting for you").plainly(name, v))
		}
		look()
		h.wait(30 * time.Minute)
		priya.post("/visits/"+id+"/in", "key", "A").is(http.StatusSeeOther)
		priya.post("/visits/"+id+"/ask", "key", "B", "name", name).is(http.StatusSeeOther)
		look()
		open, err := h.db.Alarms(t.Context(), "open", 1)
		h.ok(err)
		if len(open) == 1 != (name == "Scarlett") {
			t.Fatalf("asked for %s, %d alarms are open", name, len(open))
		}
		for _, a := range open {
			h.as("p-lee").post("/alarms/"+a.ID+"/acknowledge", "key", "T").is(http.StatusSeeOther)
			h.as("p-lee").post("/incidents/new", "about", "alarm/"+a.ID, "person", "p-priya", "name", "Priya Nair", "employment", "employee", "day", "21/11/2026", "kind", "threat", "description", "held").is(http.StatusSeeOther)
		}
		look()
		priya.post("/visits/"+id+"/out", "key", "C")
		look()
		return pages
	}
	scarlett, jane := shown("Scarlett"), shown("Jane")
	for i, said := range jane {
		if said != scarlett[i] {
			t.Errorf("look %d: in danger\n%s\nelse\n%s", i, differs(scarlett[i], said), differs(said, scarlett[i]))
		}
	}
}

// By a link to their own phone page alone nobody reaches what waits.
func TestNothingWaitsOnAPhonePage(t *testing.T) {
	h := openHouse(t).published()
	who, err := h.db.Person(t.Context(), "p-priya")
	h.ok(err)
	c := &request{Request: httptest.NewRequest(http.MethodGet, "/", nil), who: who, at: saturday, in: time.UTC}
	for reach, waits := range map[access.Reach]bool{access.Phone: false, access.Whole: true} {
		c.session.Reach = string(reach)
		list, err := h.pages.waiting(c)
		h.ok(err)
		if len(list) > 0 != waits {
			t.Errorf("by %s waits %+v", reach, list)
		}
	}
}
