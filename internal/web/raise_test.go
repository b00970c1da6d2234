package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

// joins puts someone into the team who has only the role given.
func (h *house) joins(id, name, role, mobile string) {
	h.Helper()
	_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, buddy.Person{ID: id, Name: name, Team: "echo", Active: true, Roles: []string{role}, Mobile: number(mobile)})
	h.ok(err)
}

func TestAColleagueWhoWasAskedRaisesTheAlarmAndSeesTheAddress(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.visit()
	h.wait(40 * time.Minute)
	kay := h.as("p-kay")
	kay.get("/raise").is(http.StatusOK).says("Priya Nair", "Ann Woods").hides("Kay Dunn</option>", `value="Kay Dunn"`)
	room := kay.post("/raise", "key", "k", "who", "priya", "kind", "duress").is(http.StatusSeeOther).Header().Get("Location")
	kay.get(room).is(http.StatusOK).says("Do not ring or text Priya. Ring 999 now", "1 Example Street", "keep them talking", "I've got a message to Scarlett").
		hides("Send that message") // who rang is answered on the telephone
	open, err := h.db.Alarms(t.Context(), "open", 10)
	h.ok(err)
	if len(open) != 1 || open[0].Worker != "p-priya" || open[0].RaisedBy != "p-kay" || open[0].Kind != watch.Duress {
		t.Fatalf("open are %+v", open)
	}
	kay.get("/alarms/" + open[0].ID + "/police").says("Kay Dunn told us that they used the words agreed")
}

// Where another raised it first the alarm is theirs; who comes second is still told what to do.
func TestWhoRaisesAnAlarmThatIsOpenIsToldWhatToDo(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.duress("Can you ask Scarlett to ring me")
	h.as("p-kay").post("/raise", "who", "Priya Nair", "kind", "distress").is(http.StatusSeeOther)
	h.as("p-kay").get("/raise?done=raised-unseen").says("The alarm is raised. Ring 999 now").hides("Example Street")
}

func TestRaisingAsksWho(t *testing.T) {
	h := openHouse(t)
	h.joins("p-priya2", "Priya Shah", buddy.Worker, "07700 900132")
	h.post("/raise", "kind", "duress").is(http.StatusUnprocessableEntity).says("Enter who asked you", `href="#who"`)
	h.post("/raise", "who", "Nobody Known", "kind", "duress").is(http.StatusUnprocessableEntity).says("Nobody of that name is in your teams", `value="Nobody Known"`)
	h.post("/raise", "who", "Priya", "kind", "duress").is(http.StatusUnprocessableEntity).says("Choose which of them asked you", "Priya Shah", "Priya Nair")
	h.post("/raise", "who", "Priya Nair", "kind", "overdue").is(http.StatusUnprocessableEntity).says("Choose what they did")
	if open, err := h.db.Alarms(t.Context(), "open", 10); err != nil || len(open) > 0 {
		t.Fatalf("open are %+v, %v", open, err)
	}
	h.post("/raise", "who", "Priya", "person", "p-priya2", "kind", "distress").is(http.StatusSeeOther)
	open, err := h.db.Alarms(t.Context(), "open", 10)
	if err != nil || len(open) != 1 || open[0].Worker != "p-priya2" {
		t.Fatalf("open are %+v, %v", open, err)
	}
}

// On the screen of someone who visits alone the phrase would tell whoever looks what it means (rule 4.2).
func TestThePhraseIsNotOnTheScreenOfWhoVisits(t *testing.T) {
	h := openHouse(t)
	h.get("/").says("Someone asked me for Scarlett")
	h.as("p-priya").get("/").says("Someone asked me for help").hides("Scarlett")
	h.as("p-priya").get("/raise").is(http.StatusOK).hides("Scarlett")
}

// The team's phrase stands in no page that someone beside a worker could read, but the team's own plan (rule 4.2).
func TestNoPageOfAWorkerNamesThePhrase(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	h.get("/").says("Scarlett") // to who answers it is said
	worker := h.as("p-priya")
	for _, path := range []string{"/", "/visits", "/visits/new", "/visits/" + id, "/visits/" + id + "/edit", "/alarms", "/raise", "/rota", "/people",
		"/people/p-priya", "/people/p-priya/edit", "/people/p-sam", "/teams", "/acting", "/reading", "/nowhere"} {
		worker.get(path).hides("Scarlett", "phrase")
	}
}

// A worker who tries a text with the phrase is told what is told of one with any name, whatever they send along (rule 4.2).
func TestToAWorkerTheTriedPhraseIsAnyName(t *testing.T) {
	h := openHouse(t)
	try := func(h *house, text string) page {
		return h.post("/reading", "text", text, "state", "inside", "now", "14:00", "start", "13:30", "end", "14:30", "phrase", "Scarlett").is(http.StatusOK)
	}
	for _, text := range []string{"ASK NAME", "can you ask NAME to ring me", "NAME", "NAME was here, out by 5", "NAME in", "tell NAME I'm out"} {
		named := func(h *house, name string) string {
			return strings.ReplaceAll(try(h, strings.ReplaceAll(text, "NAME", name)).Body.String(), name, "NAME")
		}
		worker := h.as("p-priya")
		if phrase, other := named(worker, "Scarlett"), named(worker, "Helen"); phrase != other {
			t.Errorf("%q reads\n%s\nelse\n%s", text, differs(phrase, other), differs(other, phrase))
		}
		try(worker, strings.ReplaceAll(text, "NAME", "Scarlett")).hides("phrase", "covertly", "An alarm opens")
		try(h.as("p-ann"), strings.ReplaceAll(text, "NAME", "Scarlett")).says("phrase", "Asks for help covertly") // who answers too
	}
}
