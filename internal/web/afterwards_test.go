package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/store"
)

// afterwards puts an incident of somebody's, a debrief of theirs and something that they are to do into the house, and gives their ids.
func (h *house) afterwards(person string) (incidentID, debriefID, action string) {
	h.Helper()
	lee := engine.Actor{By: "p-lee", Via: "page"}
	p, err := h.engine.PutIncident(h.Context(), lee, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: person},
		incident.Incident{Name: "Priya Nair", Employment: "employee", Day: "2026-11-20", Kind: "verbal", Strand: incident.Racist, Description: "J Smith shouted at her"})
	h.ok(err)
	d, err := h.engine.AskForDebrief(h.Context(), engine.Actor{By: person, Via: "page"}, "")
	h.ok(err)
	a, err := h.engine.GiveAction(h.Context(), lee, "incident/"+p.ID, person, "ring the landlord", saturday.AddDate(0, 0, 7))
	h.ok(err)
	return p.ID, d, a.ID
}

// says is what a page says to somebody, and its status.
func (h *house) says(who, path string) (int, string) {
	h.Helper()
	h.acting = who
	w := h.get(path)
	return w.Code, w.Body.String()
}

func (h *house) sends(who, path string, form url.Values) (int, string) {
	h.Helper()
	h.acting = who
	var fields []string
	for field, values := range form {
		for _, value := range values {
			fields = append(fields, field, value)
		}
	}
	w := h.post(path, fields...)
	return w.Code, w.Body.String() + w.Header().Get("Location")
}

func TestAnIncidentIsRecordedAndCompleted(t *testing.T) {
	h := openHouse(t)
	answers := url.Values{"person": {"p-priya"}, "name": {"Priya Nair"}, "employment": {"employee"}, "day": {"20/11/2026"}, "time": {"9.05"}, "kind": {"violence"}, "strand": {"race"},
		"harm": {"fracture"}, "description": {"he pushed her"}}
	if code, said := h.sends("p-priya", "/incidents/new", url.Values{"person": {"p-priya"}, "description": {"he pushed her"}}); code != http.StatusUnprocessableEntity || !strings.Contains(said, "Enter who was affected") || !strings.Contains(said, "he pushed her") {
		t.Errorf("with little: %d", code)
	}
	code, said := h.sends("p-priya", "/incidents/new", answers)
	if code != http.StatusSeeOther {
		t.Fatalf("recorded: %d: %s", code, said)
	}
	page, _, _ := strings.Cut(said[strings.Index(said, "/incidents/"):], "?")
	for _, who := range []string{"p-priya", "p-lee", "p-ada"} {
		if code, said := h.says(who, page); code != http.StatusOK || !strings.Contains(said, "he pushed her") || !strings.Contains(said, "Tell HSE without delay") || !strings.Contains(said, "Racist incident") ||
			!strings.Contains(said, "Monday 30 November 2026") || !strings.Contains(said, "Black Workers Network") {
			t.Errorf("%s: %d", who, code)
		}
	}
	for _, who := range []string{"p-sam", "p-ann"} {
		if code, said := h.says(who, page); code != http.StatusNotFound || strings.Contains(said, "pushed") {
			t.Errorf("%s: %d", who, code)
		}
		if _, said := h.says(who, "/incidents"); strings.Contains(said, "Priya") {
			t.Errorf("%s finds it in the list", who)
		}
	}
	_, form := h.says("p-lee", page+"/edit")
	if !strings.Contains(form, "he pushed her") || !strings.Contains(form, `value="09:05"`) {
		t.Error("the form has not what was answered")
	}
	for k, v := range map[string]string{"revision": "1", "portal_reference": "SHE-1", "portal_day": "21/11/2026", "hse_reference": "F-1", "hse_day": "21/11/2026"} {
		answers.Set(k, v)
	}
	if code, _ := h.sends("p-lee", page+"/edit", answers); code != http.StatusSeeOther {
		t.Errorf("changed: %d", code)
	}
	if code, _ := h.sends("p-lee", page+"/edit", answers); code != http.StatusConflict {
		t.Errorf("what was changed since is written over: %d", code)
	}
	if _, said := h.says("p-lee", "/incidents"); !strings.Contains(said, "Complete") {
		t.Error("it is not complete")
	}
	code, table := h.sends("p-lee", "/incidents/table", nil)
	if code != http.StatusOK || !strings.HasPrefix(table, "\ufeff") || !strings.Contains(table, "he pushed her") {
		t.Errorf("table: %d", code)
	}
	if code, pdf := h.says("p-lee", page+"/incident.pdf"); code != http.StatusOK || !strings.HasPrefix(pdf, "%PDF-") {
		t.Errorf("sheet: %d", code)
	}
	looks, err := h.db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{})
	h.ok(err)
	var taken strings.Builder
	for _, l := range looks {
		if l.Kind == "look" {
			taken.WriteString(l.Via + " " + l.Visit + "; ")
		}
	}
	if !strings.Contains(taken.String(), "export incidents") || !strings.Contains(taken.String(), "page incident/") {
		t.Errorf("looks on record: %s", taken.String())
	}
}

// Rule 4.2: what others record of somebody in danger is not theirs to find until the alarm is closed.
func TestWhoIsInDangerFindsNoIncidentOfIt(t *testing.T) {
	h := openHouse(t)
	_, before := h.says("p-priya", "/incidents")
	h.visit()
	h.wait(31 * time.Minute)
	h.texts("07700 900101", "Can I speak to Scarlett please")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	lee := engine.Actor{By: "p-lee", Via: "page"}
	h.clock.Move(time.Minute)
	i := incident.Incident{Name: "Priya Nair", Employment: "employee", Day: "2026-11-21", Kind: "threat", Description: "held there"}
	for _, about := range []string{"alarm/" + open[0].ID, ""} {
		p, err := h.engine.PutIncident(t.Context(), lee, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya", About: about}, i)
		h.ok(err)
		if code, _ := h.says("p-priya", "/incidents/"+p.ID); code != http.StatusNotFound {
			t.Errorf("she finds it: %d", code)
		}
		if code, _ := h.says("p-lee", "/incidents/"+p.ID); code != http.StatusOK {
			t.Errorf("the manager does not: %d", code)
		}
	}
	if code, _ := h.says("p-priya", "/incidents/new?alarm="+open[0].ID); code != http.StatusNotFound {
		t.Errorf("she can write of the open alarm: %d", code)
	}
	_, during := h.says("p-priya", "/incidents")
	rows := func(page string) int { return strings.Count(page, "/incidents/i-") }
	if rows(before) != rows(during) {
		t.Error("her list differs")
	}
}

// Rule 6.1: with whom they like; what is said is theirs and whom they chose; the office knows that it was held.
func TestADebriefIsForThoseWhoTalk(t *testing.T) {
	h := openHouse(t)
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	code, at := h.sends("p-priya", "/debriefs", nil)
	if code != http.StatusSeeOther {
		t.Fatalf("asked for: %d", code)
	}
	page := at[strings.Index(at, "/debriefs/"):]
	if code, said := h.says("p-priya", page); code != http.StatusOK || !strings.Contains(said, "Lee Marsh, manager") || !strings.Contains(said, "No thanks, not now") || !strings.Contains(said, "Anti-Racist Ally Group") {
		t.Errorf("her page: %d", code)
	}
	if code, _ := h.sends("p-priya", page+"/choose", url.Values{"with": {"p-nobody"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("with nobody: %d", code)
	}
	if code, _ := h.sends("p-priya", page+"/choose", url.Values{"with": {"p-ann"}, "when": {"over a coffee"}}); code != http.StatusSeeOther {
		t.Errorf("with Ann: %d", code)
	}
	if code, _ := h.sends("p-priya", page+"/own", url.Values{"own": {"it shook me"}, "reader": {"p-lee"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("own words for somebody with whom she does not talk: %d", code)
	}
	if code, _ := h.sends("p-priya", page+"/own", url.Values{"own": {"it shook me"}}); code != http.StatusSeeOther {
		t.Errorf("own words: %d", code)
	}
	if code, said := h.says("p-ann", page); code != http.StatusOK || !strings.Contains(said, "over a coffee") || strings.Contains(said, "it shook me") {
		t.Errorf("Ann: %d", code)
	}
	if code, said := h.sends("p-priya", page+"/own", url.Values{"own": {strings.Repeat("x", 2001)}}); code != http.StatusUnprocessableEntity || !strings.Contains(said, "at most 2000 characters") {
		t.Errorf("a book of own words: %d", code)
	}
	if code, _ := h.sends("p-priya", page+"/own", url.Values{"own": {"it shook me"}, "reader": {"p-ann"}}); code != http.StatusSeeOther {
		t.Errorf("own words for Ann: %d", code)
	}
	if _, said := h.says("p-ann", page); !strings.Contains(said, "it shook me") {
		t.Error("Ann was chosen, and cannot read how it felt")
	}
	if code, at := h.sends("p-priya", page+"/own", url.Values{"own": {""}}); code != http.StatusSeeOther || !strings.Contains(at, "own-withdrawn") {
		t.Errorf("emptied: %d, %s", code, at)
	}
	if _, said := h.says("p-ann", page); strings.Contains(said, "it shook me") || strings.Contains(said, "chose you to read this") {
		t.Error("Ann reads what was taken back")
	}
	if code, _ := h.sends("p-priya", page+"/own", url.Values{"own": {"it shook me"}}); code != http.StatusSeeOther {
		t.Errorf("said again: %d", code)
	}
	talked := url.Values{"day": {"21/11/2026"}, "happened": {"a man followed her"}, "lessons": {"park nearer"}, "plan": {"two go there"}, "revision": {"2"}}
	if code, _ := h.sends("p-ann", page+"/edit", talked); code != http.StatusSeeOther {
		t.Errorf("put down: %d", code)
	}
	if code, _ := h.sends("p-ann", page+"/actions", url.Values{"action": {"find a car park"}, "owner": {"p-kay"}, "due": {"30/11/2026"}}); code != http.StatusSeeOther {
		t.Errorf("agreed: %d", code)
	}
	if code, _ := h.sends("p-ann", page+"/actions", url.Values{"action": {"it"}, "owner": {"p-kay"}, "due": {"30/11/2025"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("agreed for a day that is gone: %d", code)
	}
	if _, said := h.says("p-priya", page); !strings.Contains(said, "a man followed her") || !strings.Contains(said, "find a car park") || !strings.Contains(said, "it shook me") {
		t.Error("what they said is not hers")
	}
	h.onlyTheyRead(page)
	_, mine := h.says("p-kay", "/actions")
	id := mine[strings.Index(mine, "/actions/x-"):]
	id = id[:strings.Index(id, "/done")]
	if code, said := h.sends("p-kay", id+"/done", url.Values{"how": {""}}); code != http.StatusUnprocessableEntity || !strings.Contains(said, "Enter how it was done") {
		t.Errorf("done, and not how: %d", code)
	}
	if code, _ := h.sends("p-ann", id+"/done", url.Values{"how": {"by me"}}); code != http.StatusNotFound {
		t.Errorf("done by another: %d", code)
	}
	if code, _ := h.sends("p-kay", id+"/done", url.Values{"how": {"by the church"}}); code != http.StatusSeeOther {
		t.Errorf("done: %d", code)
	}
	if _, said := h.says("p-ann", page); !strings.Contains(said, "by the church") {
		t.Error("those who talked do not see it done")
	}
}

// onlyTheyRead says that nobody else reads what was talked over, and that managers and administrators know that it was.
func (h *house) onlyTheyRead(page string) {
	h.Helper()
	for _, who := range []string{"p-lee", "p-ada", "p-sam", "p-kay"} {
		if code, said := h.says(who, page); code != http.StatusNotFound || strings.Contains(said, "a man followed") {
			h.Errorf("%s reads it: %d", who, code)
		}
	}
	for who, knows := range map[string]bool{"p-lee": true, "p-ada": true, "p-sam": false, "p-kay": false} {
		if _, said := h.says(who, "/debriefs"); strings.Contains(said, "Priya Nair") != knows {
			h.Errorf("%s knows that it was held: %v", who, !knows)
		}
	}
}

func TestSayingNoIsKeptWithoutBlame(t *testing.T) {
	h := openHouse(t)
	_, at := h.sends("p-priya", "/debriefs", nil)
	page := at[strings.Index(at, "/debriefs/"):]
	if code, _ := h.sends("p-priya", page+"/decline", nil); code != http.StatusSeeOther {
		t.Errorf("declined: %d", code)
	}
	if _, said := h.says("p-lee", "/debriefs"); !strings.Contains(said, "Not wanted now") {
		t.Error("the manager waits for ever")
	}
	if code, _ := h.sends("p-priya", page+"/choose", url.Values{"with": {"p-lee"}}); code != http.StatusSeeOther {
		t.Errorf("she can not say otherwise: %d", code)
	}
}

func TestTheOrganisationSaysWhomToTurnTo(t *testing.T) {
	h := openHouse(t)
	if code, _ := h.says("p-lee", "/organisation"); code != http.StatusNotFound {
		t.Errorf("a manager: %d", code)
	}
	if code, said := h.says("p-ada", "/organisation"); code != http.StatusOK || !strings.Contains(said, "Black Workers Network") || strings.Contains(said, "@") {
		t.Errorf("at first: %d", code)
	}
	if code, _ := h.sends("p-ada", "/organisation", url.Values{"reach-1": {"01632 960000"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("without a name: %d", code)
	}
	if code, _ := h.sends("p-ada", "/organisation", url.Values{"name-1": {"The Listeners"}, "reach-1": {"01632 960000"}, "hr": {"Open the portal"}}); code != http.StatusSeeOther {
		t.Errorf("kept: %d", code)
	}
	_, at := h.sends("p-priya", "/debriefs", nil)
	if _, said := h.says("p-priya", at[strings.Index(at, "/debriefs/"):]); !strings.Contains(said, "The Listeners") || strings.Contains(said, "Black Workers") {
		t.Error("the debrief has another list")
	}
	hr, err := h.db.OrganisationText(t.Context(), store.TextHRSteps)
	if err != nil || hr != "Open the portal" {
		t.Errorf("%q, %v", hr, err)
	}
}

func TestAManagerIsPromptedAndKeepsNoWords(t *testing.T) {
	h := openHouse(t)
	if code, _ := h.says("p-sam", "/prompts"); code != http.StatusNotFound {
		t.Errorf("a responder: %d", code)
	}
	code, said := h.says("p-lee", "/prompts")
	if code != http.StatusOK || !strings.Contains(said, "Priya Nair") || strings.Count(said, ">Due<") == 0 && !strings.Contains(said, "Due") || strings.Contains(said, "<textarea") {
		t.Errorf("%d", code)
	}
	if code, _ := h.sends("p-lee", "/prompts/p-priya/done", nil); code != http.StatusSeeOther {
		t.Errorf("taken up: %d", code)
	}
	if code, _ := h.sends("p-ada", "/prompts/p-priya/done", nil); code != http.StatusNotFound {
		t.Errorf("by the office: %d", code)
	}
	done, err := h.db.Prompts(t.Context())
	if err != nil || done["p-priya"].By != "p-lee" || !done["p-priya"].At.Equal(h.clock.Now()) {
		t.Errorf("%v, %+v", err, done)
	}
}

func TestFiguresOfIncidentsShowNothingBelowFive(t *testing.T) {
	h := openHouse(t)
	lee := engine.Actor{By: "p-lee", Via: "page"}
	add := func(n int, kind, strand string) {
		for range n {
			_, err := h.engine.PutIncident(t.Context(), lee, store.Paper{Kind: store.IncidentPaper, Team: "echo", Person: "p-priya"}, incident.Incident{Name: "x", Employment: "employee", Day: "2026-09-20", Kind: kind, Strand: strand, Description: "x"})
			h.ok(err)
		}
	}
	add(7, "verbal", "")
	add(4, "threat", "")
	add(3, "verbal", incident.Racist)
	if _, said := h.says("p-lee", "/incidents/figures"); strings.Contains(said, "ECHo") || strings.Contains(said, ">7<") {
		t.Error("a team of four is counted")
	}
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.joins("p-tom", "Tom Dale", buddy.Worker, "07700 900132")
	code, said := h.says("p-lee", "/incidents/figures")
	if code != http.StatusOK || !strings.Contains(said, "<td class=\"govuk-table__cell\">7</td>") || !strings.Contains(said, "7 or more") || strings.Contains(said, ">14<") || strings.Contains(said, ">4<") || strings.Contains(said, "A threat") {
		t.Errorf("%d", code)
	}
	if code, _ := h.says("p-priya", "/incidents/figures"); code != http.StatusNotFound {
		t.Errorf("a worker: %d", code)
	}
}

// A person who is kept apart from a worker finds nothing of theirs, also as whom they might talk with.
func TestWhoIsKeptApartFindsNothingAfterwards(t *testing.T) {
	h := openHouse(t)
	id, d, _ := h.afterwards("p-priya")
	h.ok(h.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-lee"}))
	for _, page := range []string{"/incidents/" + id, "/debriefs/" + d} {
		if code, _ := h.says("p-lee", page); code != http.StatusNotFound {
			t.Errorf("%s: %d", page, code)
		}
	}
	for _, page := range []string{"/incidents", "/debriefs", "/prompts"} {
		if _, said := h.says("p-lee", page); strings.Contains(said, "Priya") {
			t.Errorf("%s names her", page)
		}
	}
	if _, said := h.says("p-priya", "/debriefs/"+d); strings.Contains(said, "Lee Marsh") {
		t.Error("she is offered to talk with him")
	}
	if debriefSays(string(debrief.Held)) != "Held" {
		t.Error("held is called otherwise")
	}
}
