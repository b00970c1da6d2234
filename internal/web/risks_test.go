package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// warns has Lee let a warning stand on the Smiths' address, and gives where it is.
func (h *house) warns() string {
	h.Helper()
	got := h.as("p-lee").post("/warnings/new", "key", "w", "service_user", "", "address", "1 Example St, Gloucester, gl11aa", "topic", "discrimination",
		"what", "The grandfather shouts racist abuse", "reason", "Heard on 3 May", "source", "Kay Dunn", "case", "LL-77", "review", "2027-03-01")
	got.is(http.StatusSeeOther)
	path, _, _ := strings.Cut(got.Header().Get("Location"), "?")
	return path
}

// bookingForm is Priya's visit to the Smiths as it is typed.
func bookingForm(more ...string) []string {
	return append([]string{"key", "b", "worker", "p-priya", "kind", "home_visit", "start-date", "2026-11-21", "start-time", "18:00", "end-time", "19:00", "service_user", "J Smith",
		"address", "1 Example Street\nGloucester\nGL1 1AA", "private", "plan", "prompts", "plan"}, more...)
}

func TestAWarningIsReadBeforeAVisitThereIsBooked(t *testing.T) {
	h := openHouse(t)
	warning := h.warns()
	id := strings.TrimPrefix(warning, "/warnings/")
	priya := h.as("p-priya")
	priya.post("/visits/new", bookingForm()...).is(http.StatusUnprocessableEntity).
		says("There is a warning about this family or address", "The grandfather shouts racist abuse", "Why: Heard on 3 May", "1 Example Street", `value="`+id+`"`)
	booked := priya.post("/visits/new", bookingForm("warned", id)...).is(http.StatusSeeOther)
	v, _, _ := strings.Cut(booked.Header().Get("Location"), "?")
	priya.get(v).says("Warnings and risks", "The grandfather shouts racist abuse", "Case reference: LL-77")
	h.get(v).says("The grandfather shouts racist abuse") // Sam, who is on call
	looks, err := h.db.Entries(t.Context(), "looks/p-priya", time.Time{}, time.Time{})
	h.ok(err)
	if !slices.ContainsFunc(looks, func(e store.Entry) bool { return e.Kind == "look" && e.Visit == "warning/"+id }) {
		t.Error("that she read it is not on record")
	}
	priya.post(v+"/elsewhere", "key", "e", "warning", id).leadsTo(v).says("another place than this visit", "No warning stands on this family").hides("grandfather")
	priya.post("/warnings", "address", "1 example street gl1 1aa").is(http.StatusOK).says("grandfather") // it stands all the same
	if strings.Contains(h.log.String(), "grandfather") {
		t.Error("the log has it")
	}
}

func TestAWarningIsReadBeforeAVisitIsMovedThere(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	v := "/visits/" + h.visit()
	priya.post(v+"/edit", h.as("p-priya").edit(v, "address", "9 Sample Road GL5 5AA")...).leadsTo(v).says("9 Sample Road", "No warning stands")
	id := strings.TrimPrefix(h.warns(), "/warnings/")
	moved := priya.edit(v, "address", "1 Example Street, GL1 1AA")
	priya.post(v+"/edit", moved...).is(http.StatusUnprocessableEntity).says("There is a warning", "grandfather")
	priya.get(v).hides("1 Example Street")
	priya.post(v+"/edit", append(moved, "warned", id)...).leadsTo(v).says("1 Example Street", "grandfather")
}

func TestWhoSeesAVisitSeesItsWarningsAndNobodyElse(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.elsewhere()
	warning := h.warns()
	v := "/visits/" + h.visit()
	h.as("p-kay").get(v).says("Busy").hides("grandfather")
	h.as("p-ada").get(v).hides("grandfather")
	for _, who := range []string{"p-kay", "p-nia", "p-sam"} { // all who may book a visit there find it
		h.as(who).post("/warnings", "address", "1 EXAMPLE STREET, GL1 1AA").is(http.StatusOK).says("grandfather")
		h.as(who).get(warning).is(http.StatusOK).says("grandfather")
	}
	h.as("p-nia").get("/warnings").hides("Racist")
	h.as("p-lee").get("/warnings").says("That your teams wrote", "Racist")
	h.as("p-ada").get("/warnings").is(http.StatusNotFound)
	h.as("p-ada").post("/warnings", "address", "1 Example Street GL1 1AA").is(http.StatusNotFound)
	h.as("p-kay").get(warning + "/edit").is(http.StatusNotFound)
	h.as("p-kay").post(warning+"/end", "key", "k", "ended", "x").is(http.StatusNotFound)
	h.post("/warnings", "address", "", "service_user", "").is(http.StatusUnprocessableEntity).says("Enter a name, an address, or both")
	h.post("/warnings", "address", "1 Example Street, Gloucester").says("grandfather", "The address has no postcode")
}

func TestAWarningIsChangedAndEndedWithAReason(t *testing.T) {
	h := openHouse(t)
	lee := h.as("p-lee")
	lee.post("/warnings/new", "key", "x", "what", "kept words", "review", "soon").is(http.StatusUnprocessableEntity).says("kept words", "Enter a day")
	lee.post("/warnings/new", "key", "y", "what", "kept words", "review", "2020-01-01").is(http.StatusUnprocessableEntity).says("kept words", "Give the name, the address, or both", "This must be a day to come")
	warning := h.warns()
	form := []string{"key", "c", "revision", "1", "service_user", "", "address", "1 Example Street GL1 1AA", "topic", "discrimination", "what", "He shouts at the door", "reason", "Heard", "source", "Kay", "review", "2027-04-01"}
	lee.get(warning+"/edit").says("The grandfather shouts racist abuse", `name="revision" value="1"`)
	lee.post(warning+"/edit", form...).leadsTo(warning).says("He shouts at the door", "1 April 2027")
	form[1] = "d"
	lee.post(warning+"/edit", form...).is(http.StatusConflict).says("Somebody else changed it", "He shouts at the door")
	lee.post(warning+"/end", "key", "e", "ended", "").is(http.StatusUnprocessableEntity).says("Enter why it no longer stands")
	lee.post(warning+"/end", "key", "f", "ended", "He moved away").leadsTo("/warnings").says("The warning stands no longer")
	lee.get(warning).says("It stands no longer", "He moved away").hides("End the warning")
	lee.post("/warnings", "address", "1 Example Street GL1 1AA").says("No warning stands there")
}

func TestThePoliceAreToldTheKnownRisks(t *testing.T) {
	h := openHouse(t)
	h.warns()
	_, alarm := h.overdue()
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, alarm, watch.Acknowledge{}, engine.Words{}))
	h.get("/alarms/"+alarm).says("Known risks", "The grandfather shouts racist abuse (Kay Dunn)")
	h.get("/alarms/"+alarm+"/police").says("Known risks", "Racist or other discriminatory behaviour: The grandfather shouts racist abuse (Kay Dunn)")
}

// They may be at either address: the sheet has what is known of both.
func TestThePoliceAreToldTheRisksOfTheAddressBefore(t *testing.T) {
	h := openHouse(t)
	h.warns()
	v := "/visits/" + h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	priya := h.as("p-priya")
	priya.post(v+"/edit", priya.edit(v, "address", "9 Sample Road GL5 5AA")...).leadsTo(v).hides("grandfather")
	h.wait(75 * time.Minute)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID, watch.Acknowledge{}, engine.Words{}))
	h.get("/alarms/"+open[0].ID+"/police").says("9 Sample Road", "The grandfather shouts racist abuse")
}

func TestADecisionThatIsPressedTwiceIsToldOnce(t *testing.T) {
	h := openHouse(t)
	path := h.assesses("")
	for range 2 {
		h.as("p-lee").post(path+"/decide", "revision", "1", "key", "d", "decision", "go", "reasons", "We spoke").leadsTo(path)
	}
	said := 0
	for _, text := range h.inbox("07700 900101") {
		if strings.Contains(text, "has decided about your visit") {
			said++
		}
	}
	if said != 1 {
		t.Errorf("Priya is told %d times", said)
	}
}

// Two managers decide at once, or the worker writes more while a manager reads: nobody decides about what they have not seen.
func TestADecisionIsAboutWhatWasShown(t *testing.T) {
	h := openHouse(t)
	path := h.assesses("")
	priya, lee := h.as("p-priya"), h.as("p-lee")
	lee.get(path).says(`name="revision" value="1"`)
	priya.post(path+"/edit", answersAll("key", "c", "revision", "1", "do", "send", "weapons", "yes", "weapons-words", "a knife")...).leadsTo(path)
	lee.post(path+"/decide", "key", "d", "revision", "1", "decision", "go", "reasons", "Only a dog").is(http.StatusConflict).
		says("It was changed, or decided by somebody else", "a knife", "Only a dog", `name="revision" value="2"`)
	priya.get(path).says("Not decided yet")
	lee.post(path+"/decide", "key", "e", "decision", "go", "reasons", "x").is(http.StatusConflict) // a form without it
	lee.post(path+"/decide", "key", "f", "revision", "2", "decision", "together", "reasons", "A knife").leadsTo(path)
	h.as("p-sam").post(path+"/decide", "key", "g", "revision", "2", "decision", "go", "reasons", "Go").is(http.StatusConflict).says("Go together", "decided by somebody else")
	priya.get(path).says("A knife")
}

// Whose assessment a new one starts from is somebody's: that it was read is on record.
func TestTheAssessmentThatAnotherStartsFromIsALook(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	path := h.assesses("")
	h.as("p-lee").post(path+"/decide", "key", "d", "revision", "1", "decision", "go", "reasons", "x").is(http.StatusSeeOther)
	h.as("p-kay").post("/risks/start", "service_user", "J Smith").is(http.StatusOK).says("an Alsatian")
	looks, err := h.db.Entries(t.Context(), "looks/p-kay", time.Time{}, time.Time{})
	h.ok(err)
	if !slices.ContainsFunc(looks, func(e store.Entry) bool {
		return e.Kind == "look" && "/risks/"+strings.TrimPrefix(e.Visit, "risk/") == path
	}) {
		t.Error("that she read it is not on record")
	}
}

// answersAll are the fields of an assessment with every answer given.
func answersAll(more ...string) []string {
	fields := []string{"service_user", "J Smith", "address", "1 Example Street, Gloucester GL1 1AA", "plan", "Park facing out", "joint", "no", "discussed", "Lee"}
	for _, topic := range risk.Topics() {
		if !slices.Contains(more, string(topic)) {
			fields = append(fields, string(topic), "no")
		}
	}
	return append(fields, more...)
}

// assesses has Priya send an assessment, of a visit or of none, and gives where it is.
func (h *house) assesses(visit string, more ...string) string {
	h.Helper()
	got := h.as("p-priya").post("/risks/new", answersAll(append([]string{"key", "r" + visit, "visit", visit, "do", "send", "dogs", "yes", "dogs-words", "an Alsatian"}, more...)...)...)
	got.is(http.StatusSeeOther)
	path, _, _ := strings.Cut(got.Header().Get("Location"), "?")
	return path
}

func TestARiskAssessmentFromWorryToDecision(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	v, priya, lee := "/visits/"+id, h.as("p-priya"), h.as("p-lee")
	priya.get(v).says("Write a risk assessment")
	priya.get("/risks/new?visit="+id).says("J Smith", "1 Example Street", "Racist or other discriminatory behaviour", "Send it to my manager").hides("All that stands here is still so")
	priya.post("/risks/new", "key", "a", "visit", id, "do", "send", "service_user", "J Smith", "dogs", "yes", "dogs-words", "an Alsatian").is(http.StatusUnprocessableEntity).
		says("an Alsatian", "Say yes, no or not known to “Aggression or violence”.", "Say what you will do")
	draft := priya.post("/risks/new", "key", "b", "visit", id, "do", "draft", "service_user", "J Smith", "dogs", "yes").is(http.StatusSeeOther)
	path, _, _ := strings.Cut(draft.Header().Get("Location"), "?")
	priya.get(path).says("Draft", "Go on, and send it")
	lee.get(path).is(http.StatusNotFound)
	priya.get("/risks/new?visit=" + id).leadsTo(path)
	priya.get("/risks").says("Your drafts", "J Smith")
	priya.post(path+"/edit", answersAll("key", "c", "revision", "1", "do", "send", "dogs", "yes", "dogs-words", "an Alsatian")...).leadsTo(path).says("Not decided yet")
	if texts := h.inbox("07700 900111"); !told(texts, "Priya N asks for your decision about a visit") || told(texts, "Smith") {
		t.Errorf("Lee is texted %q", texts)
	}
	lee.get("/risks").says("Waiting for a decision", "J Smith")
	lee.get(path).says("an Alsatian", "Park facing out", "What do you decide?")
	priya.get(path).hides("What do you decide?")
	priya.post(path+"/decide", "key", "d", "decision", "go", "reasons", "x").is(http.StatusNotFound)
	lee.post(path+"/decide", "revision", "2", "key", "d", "decision", "", "reasons", "").is(http.StatusUnprocessableEntity).says("Choose one", "Say why")
	lee.post(path+"/decide", "revision", "2", "key", "e", "decision", "not_home", "reasons", "The dog is loose", "conditions", "quiet", "conditions", "voice").leadsTo(path).says("Not at home", "The dog is loose")
	if texts := h.inbox("07700 900101"); !told(texts, "Lee M has decided about your visit") || !told(texts, "not at their home") || told(texts, "dog") {
		t.Errorf("Priya is texted %q", texts)
	}
	priya.get(path).says("The dog is loose")
	priya.get(v).says("Not at home", "govuk-tag--red", "None are texted on this visit", "ends by voice only", "an Alsatian")
	h.get(v).says("Not at home", "ends by voice only")
	kept, err := h.db.Visit(t.Context(), id)
	h.ok(err)
	if kept.Status != watch.Booked {
		t.Errorf("the visit is %s", kept.Status)
	}
}

func TestAFamilyAlreadyKnownNeedsOnlyToBeConfirmed(t *testing.T) {
	h := openHouse(t)
	first := h.assesses("")
	lee, priya := h.as("p-lee"), h.as("p-priya")
	lee.post(first+"/decide", "revision", "1", "key", "d", "decision", "together", "reasons", "Two are safer").is(http.StatusSeeOther)
	v := h.visit()
	priya.get("/visits/"+v).says("Go together", "Book it as a joint visit")
	priya.get("/visits/new?from="+v).is(http.StatusOK).says("J Smith", `value="14:30"`, "Another worker going too")
	form := priya.get("/risks/new?visit="+v).says("It is filled in from the one that was decided", "an Alsatian", "Park facing out", "All that stands here is still so")
	id := strings.TrimPrefix(first, "/risks/")
	form.says(`name="from" value="` + id + `"`).hides("Two are safer")
	all := answersAll("key", "n", "visit", v, "from", id, "do", "send", "dogs", "yes", "dogs-words", "an Alsatian")
	priya.post("/risks/new", all...).is(http.StatusUnprocessableEntity).says("Say that all of it is still so")
	next := priya.post("/risks/new", append(all, "still", "yes")...).is(http.StatusSeeOther)
	path, _, _ := strings.Cut(next.Header().Get("Location"), "?")
	lee.get(path).says("Before, about this family or place", "Go together", first)
	lee.post(path+"/decide", "revision", "1", "key", "d2", "decision", "go", "reasons", "The dog is gone").is(http.StatusSeeOther)
	priya.get("/visits/" + v).says("Go").hides("Book it as a joint visit")
	priya.get(first).says("Before: Go together")
	priya.post("/risks/start", "service_user", "the Smith family", "address", "1 Example St GL1 1AA").is(http.StatusOK).says("It is filled in from", "an Alsatian")
	priya.post("/risks/start", "service_user", "").is(http.StatusUnprocessableEntity).says("Enter a name, an address, or both")
}

func TestAnAssessmentIsForItsWorkerAndWhoAnswersForThem(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.elsewhere()
	path := h.assesses("")
	for _, who := range []string{"p-kay", "p-nia", "p-ada"} {
		for _, page := range []string{path, path + "/edit", path + "/words"} {
			h.as(who).get(page).is(http.StatusNotFound).hides("Alsatian")
		}
		h.as(who).post(path+"/decide", "key", "k", "decision", "go", "reasons", "x").is(http.StatusNotFound)
		h.as(who).post(path+"/end", "key", "k").is(http.StatusNotFound)
		h.as(who).get("/risks").is(http.StatusOK).hides("Smith")
	}
	h.get(path).says("an Alsatian") // Sam answers for her
	h.as("p-priya").get("/looks").says("Your risk assessment", "Sam Hill")
	h.blocks("p-sam")
	h.get(path).is(http.StatusNotFound)
	h.get("/risks").hides("Smith", "Priya")
	h.post(path+"/decide", "key", "k", "decision", "go", "reasons", "x").is(http.StatusNotFound)
}

// What a worker says about themselves is read by whom they chose, and stands nowhere else (rule 6.3).
func TestOwnWordsAreForWhomTheWorkerChose(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	v := h.visit()
	path := h.assesses(v)
	words, priya, lee := path+"/words", h.as("p-priya"), h.as("p-lee")
	const said = "I lie awake before it"
	lee.get(path).hides("In their own words", "wrote about themselves")
	lee.get(words).is(http.StatusNotFound)
	priya.get(path).says("Is there something about how you feel")
	priya.post(words, "key", "a", "own", "", "readers", "me").is(http.StatusUnprocessableEntity).says("Write something, or leave it be")
	priya.post(words, "key", "b", "own", said, "readers", "me").leadsTo(words).says(said, "It is kept. Only you read it, and whom you chose")
	lee.get(words).is(http.StatusNotFound)
	lee.get(path).hides("wrote about themselves", said)
	priya.post(words, "key", "c", "own", said, "readers", "manager").leadsTo(words)
	lee.get(path).says("What they wrote about themselves, for you").hides(said)
	lee.get(words).says(said, "Priya Nair")
	h.get(words).is(http.StatusNotFound) // Sam answers for her, and was not chosen
	priya.get("/looks").says("What you wrote about yourself", "Lee Marsh")
	priya.post(words, "key", "d", "own", said, "readers", "named", "reader", "").is(http.StatusUnprocessableEntity).says("Choose who may read it", said)
	priya.post(words, "key", "e", "own", said, "readers", "named", "reader", "p-kay").leadsTo(words)
	lee.get(words).is(http.StatusNotFound)
	h.as("p-kay").get(words).says(said)
	lee.post(path+"/decide", "revision", "1", "key", "f", "decision", "go", "reasons", "x").is(http.StatusSeeOther)
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.wait(75 * time.Minute)
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-lee", Via: "page"}, open[0].ID, watch.Acknowledge{}, engine.Words{}))
	for _, page := range []string{path, "/risks", "/visits/" + v, "/alarms/" + open[0].ID, "/alarms/" + open[0].ID + "/police"} {
		lee.get(page).is(http.StatusOK).hides(said)
	}
	priya.post(words+"/withdraw", "key", "g").leadsTo(path).says("nobody reads it any more")
	h.as("p-kay").get(words).is(http.StatusNotFound)
	priya.get(words).is(http.StatusOK).says("is gone for good").hides(said, "Take it back")
	if strings.Contains(h.log.String(), "awake") {
		t.Error("the log has it")
	}
}

func TestAVisitSaysThatItsPlanWantsAnAssessment(t *testing.T) {
	h := openHouse(t)
	team, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	team.Plan.RiskFor = []string{"home_visit"}
	_, err = h.engine.PutTeam(t.Context(), engine.Actor{}, team)
	h.ok(err)
	v := "/visits/" + h.visit()
	const wants = "asks for a risk assessment of this visit"
	h.as("p-priya").get(v).says(wants)
	if texts := h.inbox("07700 900111"); !told(texts, "has no current risk assessment") {
		t.Errorf("Lee is texted %q", texts)
	}
	path := h.assesses("")
	h.as("p-lee").post(path+"/decide", "revision", "1", "key", "d", "decision", "go", "reasons", "x").is(http.StatusSeeOther)
	h.as("p-priya").get(v).hides(wants)
}

func TestAWarningOfWordsThatCannotBeReadIsThereAllTheSame(t *testing.T) {
	h := openHouse(t)
	at := risk.Place{Address: private.New("1 Example Street, GL1 1AA")}
	_, err := h.db.PutPaper(t.Context(), store.Paper{Kind: store.WarningPaper, Team: "echo", Status: risk.Stands, Body: private.New("not JSON")}, at.Marks(), store.By{}, saturday)
	h.ok(err)
	h.as("p-priya").get("/visits/"+h.visit()).says("Something else", "Warnings and risks")
}

// papers is a risk assessment of Priya's visit that waits for a decision, and a warning about where it goes.
func (h *house) papers(visit string) (assessment, warning string) {
	h.Helper()
	a := risk.Assessment{Place: risk.Place{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street, Gloucester GL1 1AA")}, Known: map[risk.Topic]risk.Known{}, Plan: private.New("ring"), Joint: risk.No}
	for _, topic := range risk.Topics() {
		a.Known[topic] = risk.Known{Answer: risk.No}
	}
	p, err := h.engine.Assess(h.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Paper{Team: "echo", Person: "p-priya", About: "visit/" + visit}, a, true)
	h.ok(err)
	w, err := h.engine.Warn(h.Context(), engine.Actor{By: "p-lee", Via: "page"}, store.Paper{Team: "echo"}, risk.Warning{Place: a.Place, Topic: risk.Dogs, What: private.New("An Alsatian"),
		Reason: private.New("It bit"), Source: private.New("Kay")}, saturday.AddDate(0, 6, 0))
	h.ok(err)
	return p.ID, w.ID
}
