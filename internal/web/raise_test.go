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
	kay.get(room).is(http.StatusOK).says("Do not ring or text Priya. Ring 999 now", "1 Example Street", "keep them talking", "I’ve got a message to Scarlett").
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
	h.post("/raise", "who", "Nobody Known", "kind", "duress").is(http.StatusUnprocessableEntity).says("Nobody of that name is in your teams. Enter another name, or say that they are not on the list", `value="Nobody Known"`)
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

// Who raises an alarm that the worker opened themself is not who told the police of their words.
func TestWhoRaisesItAgainIsNotTheSource(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	room := "/alarms/" + h.duress("Can you ask Scarlett to ring me")
	h.wait(10 * time.Minute)
	h.as("p-kay").post("/raise", "key", "k", "who", "Priya Nair", "kind", "duress").is(http.StatusSeeOther)
	h.get(room+"/police").says("they used the words agreed", "“Can you ask Scarlett to ring me”", "Kay Dunn, at 14:45", "raised the alarm too").
		hides("Kay Dunn told us")
	h.get(room).says("Kay Dunn", "Raised the alarm too, at 14:45")
}

// What a colleague knows of where the worker is stands with the address, in the log and on the sheet, word for word.
func TestWhatARaiserKnowsIsToldToWhoAnswers(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.joins("p-meg", "Meg Rowe", buddy.Worker, "07700 900133")
	h.visit()
	h.wait(40 * time.Minute)
	room := h.as("p-kay").post("/raise", "key", "k", "who", "Priya Nair", "kind", "duress", "said", "In the kitchen,\r\nhe has a dog").is(http.StatusSeeOther).Header().Get("Location")
	room, _, _ = strings.Cut(room, "?")
	h.as("p-meg").post("/raise", "key", "m", "who", "Priya Nair", "kind", "duress", "said", "She whispered").is(http.StatusSeeOther) // it is open: what she knows is told all the same
	h.get(room).says("1 Example Street", "What is known from who raised the alarm", "In the kitchen,\nhe has a dog", "Kay Dunn raised the alarm", "Meg Rowe raised the alarm", "She whispered")
	h.get(room+"/police").says("1 Example Street", "Kay Dunn, at 14:40", "“In the kitchen,", "Meg Rowe, at 14:40")
	h.as("p-priya").get("/").hides("kitchen", "whispered", "raised")
	if strings.Contains(h.log.String(), "kitchen") {
		t.Error("the log says what was said")
	}
}

// Rules 4.3 and 8.6: of someone who is not on the list there is an alarm like any other, with what is known of them.
func TestSomeoneWhoIsNotOnTheListIsRaisedFor(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	kay := h.as("p-kay")
	kay.get("/raise").says("They are not on the list", "Where are they, and what did they say?")
	kay.post("/raise", "unlisted", "yes", "kind", "duress").is(http.StatusUnprocessableEntity).says("Enter who asked you")
	kay.post("/raise", "unlisted", "yes", "who", strings.Repeat("tall ", 30), "kind", "duress").is(http.StatusUnprocessableEntity).says("Who they are must have at most 100 characters. Put the rest under where they are.")
	form := []string{"key", "k", "unlisted", "yes", "who", "Tom  Reed", "kind", "duress", "said", "Flat 3, 9 Mill Lane; a man shouts"}
	said := kay.post("/raise", form...).is(http.StatusSeeOther).Header().Get("Location")
	kay.post("/raise", form...).is(http.StatusSeeOther) // the same press again
	open, err := h.db.Alarms(t.Context(), "open", 10)
	h.ok(err)
	if len(open) != 1 || open[0].RaisedBy != "p-kay" || open[0].Kind != watch.Duress || len(open[0].Visits) > 0 {
		t.Fatalf("open are %+v", open)
	}
	who, err := h.db.Person(t.Context(), open[0].Worker)
	h.ok(err)
	if who.Name != "Tom Reed" || who.Team != "echo" || !who.Active || !who.Has(buddy.Worker) {
		t.Errorf("they are on the list as %+v", who)
	}
	room := "/alarms/" + open[0].ID
	kay.get(said).says("The alarm is raised. They are on the list of your team now", "Do not ring or text Tom. Ring 999 now: say who they are, and where they may be.")
	h.get(room).says("Flat 3, 9 Mill Lane; a man shouts", "Kay Dunn", "None is booked.", "Kay Dunn raised the alarm", "There is no number to ring.").
		hides("Where they are is not known", "the family’s details")
	h.get(room+"/police").says("Please find Tom Reed now.", "Where they may be", "Kay Dunn, at 14:00", "Flat 3, 9 Mill Lane; a man shouts")
	_, err = h.engine.Deliver(t.Context())
	h.ok(err)
	if texts := h.town.Phone(number("07700 900110")).Inbox(); len(texts) == 0 || !strings.Contains(texts[0].Body, "CALL 999 now. Tom R asked for Scarlett") {
		t.Errorf("Sam is texted %d texts, the first is not that Tom is in danger", len(texts))
	}
	h.post(room + "/acknowledge").leadsTo(room).says("You have this alarm")
	h.post(room+"/police", "key", "p", "police-reference", "GP-9").leadsTo(room)
	h.post(room+"/close", "key", "c", "evidence", "seen_by_police", "close-note", "PC Lane met him", "stood-at", "14:00", "stood-to", "PC Lane").leadsTo(room).says("Closed by Sam Hill")
}

// Whoever has the very name of someone on the list is asked for once: the alarm must be about the right one of them.
func TestSomeoneUnlistedWithAListedNameIsAskedFor(t *testing.T) {
	h := openHouse(t)
	form := []string{"key", "k", "unlisted", "yes", "who", "priya nair", "kind", "distress"}
	h.post("/raise", form...).is(http.StatusUnprocessableEntity).says("Choose which of them asked you", "Someone else, who is not on the list")
	h.post("/raise", "unlisted", "yes", "who", "Priya", "kind", "distress", "key", "k2").is(http.StatusSeeOther) // like hers, and not hers
	h.post("/raise", append(form, "person", "unlisted")...).is(http.StatusSeeOther)
	h.post("/raise", append(form, "person", "p-priya")...).is(http.StatusSeeOther)
	open, err := h.db.Alarms(t.Context(), "open", 10)
	h.ok(err)
	about := map[bool]int{}
	for _, a := range open {
		about[a.Worker == "p-priya"]++
	}
	if about[true] != 1 || about[false] != 2 {
		t.Errorf("open are %+v", open)
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
		try(h.as("p-ann"), strings.ReplaceAll(text, "NAME", "Scarlett")).hides("phrase", "covertly", "An alarm opens") // who visits, and answers too
		try(h, strings.ReplaceAll(text, "NAME", "Scarlett")).says("phrase", "Asks for help covertly")
	}
}

// Whoever raises an alarm reads of 999 before the form, and can't type more than it takes.
func TestTheFormToRaiseComesAfter999(t *testing.T) {
	body := openHouse(t).get("/raise").says(`maxlength="100"`, `maxlength="10000"`).Body.String()
	if ring, form := strings.Index(body, `href="tel:999"`), strings.Index(body, `action="/raise"`); ring < 0 || ring > form {
		t.Errorf("999 is at %d, the form at %d", ring, form)
	}
}
