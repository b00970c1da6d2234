package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// drawn are the keys of forms, and the fingerprints of what they show: no two pages have them alike.
var drawn = regexp.MustCompile(`name="(key|was)" value="[A-Za-z0-9]+"`)

// plainly is an answer to the worker with what is drawn by lot and the name asked for taken out.
func (p page) plainly(name string, v store.Visit) string {
	body := drawn.ReplaceAllString(p.Header().Get("Location")+"\n"+http.StatusText(p.Code)+"\n"+p.Body.String(), "~")
	return strings.NewReplacer("Asking for Scarlett means", "the plan's words", name, "NAME", v.Reference, "REF", v.ID, "ID").Replace(body)
}

// plainCopy is plainly of the file of all about the worker; as it is where they are refused it.
func (p page) plainCopy(name string, v store.Visit) string {
	p.Helper()
	if p.Code != http.StatusOK {
		return p.plainly(name, v)
	}
	all := strings.NewReplacer(name, "NAME", v.Reference, "REF", v.ID, "ID").Replace(p.unzipped())
	if !strings.Contains(all, "text_in") || !strings.Contains(all, "NAME") {
		p.Errorf("%s gives no copy of what was texted: %s", p.asked, all)
	}
	return all
}

// afternoon is a visit on which its worker asks for a person, and all that their pages then answer.
func afternoon(t *testing.T, name string, after func(h *house, visit string)) []string {
	t.Helper()
	office := openHouse(t)
	h := office.as("p-priya")
	warning := strings.TrimPrefix(office.warns(), "/warnings/")
	id := h.visit()
	v := "/visits/" + id
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	var answers []string
	note := func(p page) page {
		answers = append(answers, strings.ReplaceAll(p.plainly(name, kept), warning, "WARNING"))
		return p
	}
	look := func() {
		for _, page := range []string{v, v + "?fragment=visit", v + "?fragment=timeline", v + "?done=asked", "/", "/?fragment=board", "/visits", "/visits/new", "/alarms", "/alarms?fragment=alarms",
			"/people", "/people/p-priya", "/people/p-priya/data", "/kept", "/rota", "/teams/echo", "/raise", "/reading", "/risks", "/risks/new?visit=" + id, "/warnings", "/warnings/new?visit=" + id} {
			note(h.get(page))
		}
		answers = append(answers, h.post("/people/p-priya/data").plainCopy(name, kept))
	}
	h.wait(30 * time.Minute)
	note(h.post(v+"/in", "key", "A"))
	h.wait(10 * time.Minute)
	asked := note(h.post(v+"/ask", "key", "B", "name", name))
	note(asked.leadsTo(v).says("I'll see if I can find " + name + " for you."))
	look()
	after(office, id)
	look()
	note(h.post(v+"/record", "key", "C", "words", "Please could "+name+" ring me"))
	note(h.post(v+"/late", "key", "D", "until-time", "15:45"))
	look()
	note(h.post(v+"/edit", h.edit(v, "address", "2 Sample Road")...))
	look()
	note(h.post("/warnings", "address", "1 Example Street, GL1 1AA"))
	note(h.get("/warnings/" + warning))
	note(h.post("/visits/new", bookingForm()...)) // the warning is before her
	note(h.post(v+"/out", "key", "E"))
	look()
	note(h.post(v+"/out", "key", "F"))
	note(h.post(v+"/cancel", "key", "G", "reason", "over"))
	h.wait(3 * time.Hour)
	look()
	return answers
}

// A plan's own answer is shown on the page for one name as for the other.
func TestAPressIsAnsweredInTheTeamsOwnWords(t *testing.T) {
	shown := map[string]string{}
	for _, name := range []string{"Jane", "Scarlett"} {
		h := openHouse(t)
		team, err := h.db.Team(t.Context(), "echo")
		h.ok(err)
		team.Plan.AskAnswer = "OK, asking NAME to ring you."
		_, err = h.engine.PutTeam(t.Context(), engine.Actor{}, team)
		h.ok(err)
		id := h.visit()
		kept, err := h.db.Visit(t.Context(), id)
		h.ok(err)
		h.wait(30 * time.Minute)
		priya := h.as("p-priya")
		shown[name] = priya.post("/visits/"+id+"/ask", "key", "B", "name", name).leadsTo("/visits/"+id).says("OK, asking "+name+" to ring you.").hides("see if I can find").plainly(name, kept)
	}
	if shown["Jane"] != shown["Scarlett"] {
		t.Errorf("asking for Scarlett shows\n%s\nasking for Jane\n%s", shown["Scarlett"], shown["Jane"])
	}
}

// In duress nothing that the worker can reach differs from a day on which they asked for Jane (rule 4.2).
func TestInDuressTheWorkersPagesAreThoseOfAnyDay(t *testing.T) {
	for what, after := range map[string]func(*house, string){
		"nobody has answered yet": func(*house, string) {},
		"the responder acts": func(h *house, id string) {
			open, err := h.db.Alarms(h.Context(), "open", 1)
			h.ok(err)
			if len(open) == 0 {
				return // Jane's day
			}
			h.get("/visits/" + id).says("Asked for help covertly")
			h.ok(h.engine.Act(h.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID, watch.Acknowledge{}, engine.Words{}))
		},
	} {
		t.Run(what, func(t *testing.T) {
			scarlett, jane := afternoon(t, "Scarlett", after), afternoon(t, "Jane", after)
			if len(scarlett) != len(jane) {
				t.Fatalf("%d answers, not %d", len(scarlett), len(jane))
			}
			for i := range jane {
				if scarlett[i] != jane[i] {
					t.Errorf("answer %d is\n%s\nelse\n%s\n%s", i, differs(scarlett[i], jane[i]), differs(jane[i], scarlett[i]), cmp.Diff(scarlett[i], jane[i]))
				}
			}
		})
	}
}

// overdueEvening is a visit on which its worker asks for a person once it is overdue and its alarm open, and all that
// their pages then answer. The alarm goes on as an overdue one without danger, as long as it takes to look.
func overdueEvening(t *testing.T, name string, act func(h *house, alarm string)) []string {
	t.Helper()
	office := openHouse(t)
	h := office.as("p-priya")
	id, alarm := office.overdue()
	v := "/visits/" + id
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	var answers []string
	note := func(p page) page {
		answers = append(answers, strings.ReplaceAll(p.plainly(name, kept), alarm, "ALARM"))
		return p
	}
	look := func() {
		for _, page := range []string{v, v + "?fragment=visit", v + "?fragment=timeline", "/", "/?fragment=board", "/visits", "/alarms", "/alarms/" + alarm, "/people/p-priya/data"} {
			note(h.get(page))
		}
		answers = append(answers, strings.ReplaceAll(h.post("/people/p-priya/data").plainCopy(name, kept), alarm, "ALARM"))
	}
	h.ok(h.engine.Act(h.Context(), engine.Actor{By: "p-sam", Via: "page"}, alarm, watch.Acknowledge{}, engine.Words{}))
	look()
	note(h.post(v+"/ask", "key", "B", "name", name)).leadsTo(v).says("I'll see if I can find "+name+" for you.", "Someone is trying to reach you")
	h.get("/alarms/" + alarm).is(http.StatusOK).says("Overdue").hides("covertly")
	look()
	act(office, alarm)
	look()
	note(h.post(v+"/record", "key", "C", "words", "Please could "+name+" ring me"))
	note(h.post(v+"/late", "key", "D", "until-time", "16:45"))
	note(h.post("/alarms/"+alarm+"/acknowledge", "key", "H"))
	note(h.post(v+"/out", "key", "E"))
	look()
	note(h.post(v+"/cancel", "key", "G", "reason", "over"))
	h.wait(2 * time.Minute)
	look()
	return answers
}

// The overdue alarm that a worker knows of stays what it was to them when they ask for Scarlett (rule 4.2).
func TestInDuressAnOverdueWorkersPagesAreThoseOfAnyDay(t *testing.T) {
	for what, act := range map[string]func(*house, string){
		"nobody acts": func(*house, string) {},
		"the responder acts": func(h *house, alarm string) {
			if a, _ := h.now(alarm); !a.Kind.Danger() {
				return // Jane's day
			}
			h.get("/alarms/" + alarm).says("Asked for help covertly")
			sam := engine.Actor{By: "p-sam", Via: "page"}
			h.ok(h.engine.Act(h.Context(), sam, alarm, watch.Acknowledge{}, engine.Words{}))
			h.ok(h.engine.Act(h.Context(), sam, alarm, watch.Police{}, engine.Words{Reference: "GC-1"}))
		},
	} {
		t.Run(what, func(t *testing.T) {
			scarlett, jane := overdueEvening(t, "Scarlett", act), overdueEvening(t, "Jane", act)
			if len(scarlett) != len(jane) {
				t.Fatalf("%d answers, not %d", len(scarlett), len(jane))
			}
			for i := range jane {
				if scarlett[i] != jane[i] {
					t.Errorf("answer %d is\n%s\nelse\n%s", i, differs(scarlett[i], jane[i]), differs(jane[i], scarlett[i]))
				}
			}
		})
	}
}

// differs gives the lines of a that b does not have.
func differs(a, b string) string {
	var lines []string
	for line := range strings.Lines(a) {
		if !strings.Contains(b, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// What a worker who presses for help is shown says nothing of what it set going (rule 4.4).
func TestAPressForHelpIsAnsweredByNoMoreThanAText(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	v := "/visits/" + id
	h.wait(35 * time.Minute)
	h.as("p-priya").post(v+"/in", "key", "A").is(http.StatusSeeOther)
	h.as("p-priya").post(v+"/help", "key", "B").leadsTo(v).says("Got your message.").hides("/alarms/", "Alarm raised", "Alarm opened", "trying to reach")
	h.get(v).says("Call for help", "/alarms/")
}

// dangerText is the text by which Sam is told of danger.
func (h *house) dangerText() (text string) {
	h.Helper()
	_, err := h.engine.Deliver(h.Context())
	h.ok(err)
	for _, m := range h.town.Phone(number("07700 900110")).Inbox() {
		if strings.Contains(m.Body, "CALL 999 now") {
			text = m.Body
		}
	}
	return text
}

// A call for help just after OUT has no visit: whoever answers it, and the police, are told where the last one was.
func TestACallForHelpAfterOutTellsOfTheLastVisit(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	v := "/visits/" + h.visit()
	h.wait(35 * time.Minute)
	priya := h.as("p-priya")
	priya.post(v+"/in", "key", "A").leadsTo(v)
	h.wait(20 * time.Minute)
	priya.post(v+"/out", "key", "B").leadsTo(v)
	priya.post(v+"/help", "key", "C").leadsTo(v)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	room := "/alarms/" + open[0].ID
	h.get(room).says("Last visit, ended 14:55", "1 Example Street", "J Smith").hides("Where they are is not known")
	h.get(room+"/police").says("Last visit, ended 14:55", "1 Example Street").hides("Where they are is not known")
	h.as("p-kay").get(room).hides("Example Street")
	if text := h.dangerText(); !strings.Contains(text, "Address:") {
		t.Errorf("Sam is texted %q", text)
	}
}

// A text promises an address only where there is one.
func TestACallForHelpFromNowherePromisesNoAddress(t *testing.T) {
	h := openHouse(t)
	h.texts("07700 900101", "SOS")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.get("/alarms/" + open[0].ID).says("None is booked. Where they are is not known.").hides("Last visit")
	if text := h.dangerText(); !strings.Contains(text, "What is known:") || strings.Contains(text, "Address") {
		t.Errorf("Sam is texted %q", text)
	}
}

// Rule 3.2: whoever answers an alarm is told which button the worker pressed; a worker in danger has no page that names the one for
// help, and reads of the others as on any day (rule 4.2).
func TestWhoAnswersIsToldWhichButtonWasPressed(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	v := "/visits/" + id
	h.wait(35 * time.Minute)
	priya := h.as("p-priya")
	priya.post(v+"/in", "key", "A").leadsTo(v)
	priya.post(v+"/help", "key", "B").leadsTo(v)
	priya.post(v+"/late", "key", "C", "until-time", "16:10").is(http.StatusSeeOther)
	priya.post(v+"/out", "key", "D").leadsTo(v)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.get("/alarms/"+open[0].ID).says("Priya Nair pressed “I need help now”", "Priya Nair gave 16:10 as the new end", "Priya Nair pressed “I’m out”")
	priya.get(v+"?fragment=timeline").says("Priya Nair pressed “I’m out”", "Priya Nair checked in").hides("pressed “I need help now”")
}

// A call for help that is over is not before the worker on their next visit, nor in the next duress (rule 4.2).
func TestAnEarlierCallForHelpIsNotListedOnTheNextVisit(t *testing.T) {
	h := openHouse(t)
	priya, covert := h.as("p-priya"), "Priya Nair: Asked for help covertly"
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID,
		watch.Close{Evidence: watch.SpokeWorker, Away: true, Second: "p-lee", Note: true}, engine.Words{Note: "She is at the office"}))
	h.visit()
	priya.get("/alarms").says(covert)
	h.wait(30 * time.Minute)
	priya.get("/alarms").hides("Priya Nair:", "covertly")
	priya.get("/alarms/" + open[0].ID).is(http.StatusNotFound)
	h.get("/alarms").says(covert)
	h.texts("07700 900101", "Going in")
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	priya.get("/alarms").hides("Priya Nair:", "covertly")
}

// To who answers, the row of a visit in duress is not that of a calm one; to its worker, and to who must not know, it is.
func TestAVisitInDangerIsMarkedForWhoAnswersAlone(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	for _, path := range []string{"/", "/visits"} {
		h.get(path).says("In danger", "allclear-visit--danger")
		for _, other := range []string{"p-priya", "p-ada"} {
			h.as(other).get(path).is(http.StatusOK).hides("In danger", "danger\"")
		}
		h.as("p-priya").get(path).says("Inside")
	}
}
