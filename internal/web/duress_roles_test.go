package web

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

// everyRole has a person be all that somebody can be.
func (h *house) everyRole(person string) {
	h.Helper()
	p, err := h.db.Person(h.Context(), person)
	h.ok(err)
	p.Roles = []string{buddy.Worker, buddy.Responder, buddy.Manager, buddy.Admin, buddy.Auditor}
	_, err = h.engine.PutPerson(h.Context(), engine.Actor{}, p)
	h.ok(err)
}

// chiefsDay is a visit on which its worker, who has every role, asks for a person; and all that they are then answered, by the name of what they asked for: each page
// there is, about themselves and others, and each file.
func chiefsDay(t *testing.T, name string) map[string]string {
	t.Helper()
	office := openHouse(t)
	office.everyRole("p-priya")
	h := office.as("p-priya")
	id := h.visit()
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	answers := map[string]string{}
	note := func(when string, p page) {
		said := strings.ReplaceAll(p.plainly(name, kept), `value="Scarlett"`, `value="NAME"`) // the phrase, in the form of a team
		if strings.HasPrefix(p.Header().Get("Content-Type"), "application/zip") {
			said = strings.NewReplacer(name, "NAME", kept.Reference, "REF", kept.ID, "ID").Replace(p.unzipped())
		}
		answers[when+": "+strings.ReplaceAll(p.asked, id, "ID")] = said
	}
	objects := map[string]string{"/visits/": id, "/alarms/": "none", "/teams/": "echo", "/rota/shifts/": "s-sam", "/texts/": "none", "/holds/": "none"}
	look := func(when string) {
		for _, who := range []string{"p-sam", "p-lee", "p-ann", "p-priya"} {
			objects["/people/"] = who
			for _, pattern := range h.pages.Addresses() {
				if method, path := at(pattern, objects); method == http.MethodGet && (who == "p-sam" || strings.Contains(path, who)) && !strings.Contains(path, "/live") {
					note(when, h.get(path))
				}
			}
			for _, path := range []string{"/people/" + who + "/data", "/people/" + who + "/erase", "/people/" + who + "/leave"} {
				note(when, h.post(path, "key", "k"))
			}
		}
		for _, path := range []string{"/record", "/record/export", "/record/checks", "/holds"} {
			note(when, h.post(path, "key", "k", "object", "person/p-sam", "why", "claim 7"))
		}
	}
	h.wait(30 * time.Minute)
	h.post("/visits/"+id+"/in", "key", "A").is(http.StatusSeeOther)
	h.wait(10 * time.Minute)
	h.post("/visits/"+id+"/ask", "key", "B", "name", name).is(http.StatusSeeOther)
	_, err = h.engine.Deliver(h.Context())
	h.ok(err)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	if danger := len(open) == 1 && open[0].Kind == watch.Duress; danger != (name == "Scarlett") {
		t.Fatalf("asked for %s, open are %+v", name, open)
	}
	look("inside")
	h.get("/teams/echo/edit").is(http.StatusConflict).hides("phrase")
	for _, a := range open {
		h.ok(h.engine.Act(h.Context(), engine.Actor{By: "p-sam", Via: "page"}, a.ID, watch.Acknowledge{}, engine.Words{}))
		office.get("/alarms/" + a.ID).is(http.StatusOK)
	}
	h.sealed()
	look("answered")
	h.post("/visits/"+id+"/out", "key", "C")
	look("out")
	return answers
}

// A worker in danger who is also a manager, a responder, an administrator and an auditor finds on every page there is, and in every file, what they would on any day:
// in what is about others too (rule 4.2).
func TestInDuressAWorkerWithEveryRoleFindsWhatTheyWouldOnAnyDay(t *testing.T) {
	scarlett, jane := chiefsDay(t, "Scarlett"), chiefsDay(t, "Jane")
	found := 0
	for what, said := range jane {
		if scarlett[what] != said {
			t.Errorf("%s is\n%s\nelse\n%s", what, differs(scarlett[what], said), differs(said, scarlett[what]))
		}
		if strings.Contains(cmp.Or(said, " "), http.StatusText(http.StatusOK)) {
			found++
		}
	}
	if found < 60 {
		t.Errorf("of %d answers %d were pages", len(jane), found)
	}
}
