package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

// status is where a visit stands.
func (h *house) status(visit string) watch.Status {
	h.Helper()
	v, err := h.db.Visit(h.Context(), visit)
	h.ok(err)
	return v.Status
}

// endOf is when a visit is expected to end.
func (h *house) endOf(visit string) time.Time {
	h.Helper()
	v, err := h.db.Visit(h.Context(), visit)
	h.ok(err)
	return v.ExpectedEndAt
}

// key is the hidden key of a page's forms.
func (p page) key() string {
	p.Helper()
	found := regexp.MustCompile(`name="key" value="([A-Z0-9]+)"`).FindStringSubmatch(p.Body.String())
	if found == nil {
		p.Fatalf("%s has no key", p.asked)
	}
	return found[1]
}

// elsewhere puts another team and its responder there.
func (h *house) elsewhere() {
	h.Helper()
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	team.ID, team.Name = "north", "North"
	_, err = h.engine.PutTeam(h.Context(), engine.Actor{}, team)
	h.ok(err)
	p, err := h.db.Person(h.Context(), "p-sam")
	h.ok(err)
	p.ID, p.ExternalID, p.Name, p.Team, p.Mobile = "p-nia", "", "Nia Bell", "north", number("07700 900113")
	_, err = h.engine.PutPerson(h.Context(), engine.Actor{}, p)
	h.ok(err)
}

func TestAVisitIsShownToWhoAnswersForIt(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	h.get(v).is(http.StatusOK).says("Priya Nair", "Booked", "Private", "J Smith", "1 Example Street", "We act at 15:45", "Sam Hill", "07700 900110",
		`topic="visit/`, "/people/p-priya", "Record what Priya Nair said").hides("I’m going in", "I’m out", "I need help", "Ask someone")
	h.as("p-lee").get(v).says("1 Example Street") // the fallback is in the chain too
}

func TestALookAtAVisitIsRecordedOnceAMinute(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	before, err := h.db.Head(t.Context())
	h.ok(err)
	h.get(v)
	h.get(v + "?fragment=visit")
	h.as("p-ann").get(v) // sees nothing private
	_, err = h.db.Seal(t.Context(), h.clock.Now())
	h.ok(err)
	since, err := h.db.Touched(t.Context(), before.N, 100)
	h.ok(err)
	looks := 0
	for _, e := range since {
		if e.Kind == "look" {
			looks++
		}
	}
	if looks != 1 {
		t.Errorf("%d looks are on record", looks)
	}
}

func TestAPrivateVisitIsBusyToOthers(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	for _, who := range []string{"p-ann", "p-kay"} {
		h.as(who).get(v).is(http.StatusOK).says("Busy – private", "14:30", "15:30").hides("J Smith", "Example Street", "07700 900103", "What happened")
		h.as(who).get(v + "?fragment=timeline").hides("Booked")
	}
	h.as("p-kay").get(v + "/edit").is(http.StatusNotFound)
	h.as("p-kay").get(v).hides("Home visit", "Booked", "We act at", "Record what")
	h.as("p-ada").get(v).is(http.StatusNotFound)
	h.as("p-priya").get(v).says("J Smith", "Example Street").hides("Busy")
}

// Who went in and then finds nobody there is asked, and nothing ends (rule 2.8).
func TestNoAnswerAtTheDoorIsAsked(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	for _, who := range []string{"p-priya", "p-sam"} {
		said := h.as(who).post(v+"/record", "words", "no answer", "via", "call").leadsTo(v)
		said.says("No answer is noted, and the clock runs on. Say “left”, or give a new time.").hides("govuk-notification-banner--success")
		h.wait(35 * time.Minute)
		h.texts("07700 900101", "IN")
	}
	h.as("p-priya").post(v+"/record", "words", "no answer").leadsTo(v).says("No answer is noted", "Inside")
	h.as("p-priya").post(v+"/record", "words", "left").leadsTo(v).says("Noted: out.")
}

// Where there is another team, its people do not find the visit at all; and only the worker says for themself.
func TestAVisitIsChangedByThoseWhoseBusinessItIs(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	h.elsewhere()
	h.as("p-nia").get(v).is(http.StatusNotFound)
	h.as("p-nia").get(v + "/edit").is(http.StatusNotFound)
	for _, button := range []string{"in", "late", "out", "ask", "help"} {
		for _, who := range []string{"p-nia", "p-sam", "p-lee", "p-ada"} {
			h.as(who).post(v+"/"+button, "name", "Jane", "until-time", "16:00").is(http.StatusNotFound)
		}
	}
	h.as("p-nia").post(v+"/record", "words", "out", "via", "call").is(http.StatusNotFound)
	h.as("p-ada").post(v+"/record", "words", "out", "via", "call").is(http.StatusNotFound)
	h.as("p-nia").post(v+"/cancel", "reason", "x", "spoke", "yes").is(http.StatusNotFound)
	h.as("p-nia").post(v+"/edit", "end-time", "16:00").is(http.StatusNotFound)
	h.get("/visits/v-none").is(http.StatusNotFound)
}

func TestAWorkerGoesInStaysLongerAndComesOut(t *testing.T) {
	h := openHouse(t).as("p-priya")
	id := h.visit()
	v := "/visits/" + id
	h.get(v).says("I’m going in").hides("I’m out")
	h.wait(30 * time.Minute)
	h.post(v+"/in", "key", h.get(v).key()).leadsTo(v).says("Noted: in.", "Inside", "Went in", "I’m out")
	h.wait(time.Minute)
	h.get(v).says(`until="2026-11-21T15:30:00Z"`, "59 min left")
	h.post(v+"/late", "key", h.get(v).key(), "until-time", "16:00").leadsTo(v).says("The new end is noted.", "We act at 16:15", "Priya Nair gave a new time: until 16:00")
	h.post(v+"/late", "key", h.get(v).key(), "until-time", "23:00").leadsTo(v).says("Until 23:00 on Saturday 21 November 2026 is much later", "does not count yet", "We act at 16:15").hides("Success")
	h.post(v+"/late", "key", h.get(v).key(), "until-time", "23:00").leadsTo(v).says("The new end is noted.", "We act at 23:15")
	h.post(v+"/out", "key", h.get(v).key()).leadsTo(v).says("Noted: out. Thank you.", "Ended", "The worker said so").hides(`id="out"`, "I need help", "Change the times")
	if s := h.status(id); s != watch.Ended {
		t.Errorf("it is %s", s)
	}
}

func TestANewEndThatIsNoTimeIsAskedAgain(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := "/visits/" + h.visit()
	for typed, says := range map[string]string{"": "Enter the new end time.", "soon": "Enter a time on the 24-hour clock", "25:00": "Enter a time on the 24-hour clock"} {
		h.post(v+"/late", "until-time", typed).is(http.StatusUnprocessableEntity).says(says, `href="#until-time"`, `id="until-time-error"`)
	}
}

// A time that has gone, sent as often as may be, is never tomorrow's: nobody would look for the worker until then (rule 2.3).
func TestANewEndThatHasGoneIsAskedAgain(t *testing.T) {
	h := openHouse(t).as("p-priya")
	id := h.visit()
	v := "/visits/" + id
	h.wait(30 * time.Minute)
	h.post(v + "/in").leadsTo(v)
	h.wait(20 * time.Minute)
	ends := func(how string) {
		t.Helper()
		if got := h.endOf(id); !got.Equal(saturday.Add(90 * time.Minute)) {
			t.Errorf("%s the end is %s", how, got)
		}
	}
	for _, key := range []string{"A", "B"} {
		h.post(v+"/late", "key", key, "until-time", "14:20").is(http.StatusUnprocessableEntity).
			says("Enter a time that is still to come, within 12 h.", `id="until-time-error"`, `value="14:20"`)
		h.post(v+"/record", "key", key, "words", "LATE 14:20").leadsTo(v).says("We could not follow that.").hides("once more", "Success")
		ends("sent")
	}
	for range 2 {
		h.post(v+"/edit", h.edit(v, "end-time", "14:40")...).is(http.StatusUnprocessableEntity).says("The end must be still to come.")
		h.post(v+"/edit", h.edit(v, "end-time", "14:20")...).is(http.StatusUnprocessableEntity).says("Enter a time that is still to come, within 12 h.", `id="end-time-error"`)
		ends("changed")
	}
	h.post("/visits/new", booking("start-time", "14:10", "end-time", "14:20")...).is(http.StatusUnprocessableEntity).says("still to come")
}

// What is said of a visit that is over counts for nothing, however often it is sent.
func TestWhatIsSaidOfAVisitThatIsOverFitsNone(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := "/visits/" + h.visit()
	h.wait(30 * time.Minute)
	h.post(v + "/in").leadsTo(v)
	h.post(v + "/out").leadsTo(v).says("Noted: out.")
	h.wait(time.Minute)
	for _, typed := range []string{"15:00", "20:00"} {
		h.post(v+"/late", "until-time", typed).leadsTo(v).says("That fits no visit: this one is over").hides("once more", "Success")
	}
	h.post(v + "/in").leadsTo(v).says("That fits no visit: this one is over")
	h.post(v+"/record", "words", "the thing with the other one").leadsTo(v).says("That fits no visit")
	h.post(v + "/out").leadsTo(v).says("Noted: out.")
}

func TestGoingInADayEarlyOpensNoOtherVisit(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := h.post("/visits/new", booking("start-date", "2026-11-22")...).booked()
	h.get("/visits/" + v.ID).hides("I’m going in")
	h.post("/visits/" + v.ID + "/in").is(http.StatusConflict).says("It is over an hour until the start.")
	if n := len(h.visits()); n != 1 {
		t.Errorf("there are %d visits", n)
	}
}

// The same press is one act, and another press from a page that was gone back to is another.
func TestAPressAndItsRepeatAreOneAct(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := "/visits/" + h.visit()
	h.wait(30 * time.Minute)
	key := h.get(v).key()
	h.post(v+"/in", "key", key).is(http.StatusSeeOther)
	h.post(v+"/in", "key", key).is(http.StatusSeeOther)
	h.post(v+"/ask", "key", key, "name", "Jane").is(http.StatusSeeOther)
	h.post(v+"/ask", "key", key, "name", "Jane").is(http.StatusSeeOther)
	if n := strings.Count(h.get(v).Body.String(), "Priya Nair asked for someone to ring"); n != 1 {
		t.Errorf("she asked %d times", n)
	}
	h.post(v+"/ask", "key", key, "name", "Scarlett").is(http.StatusSeeOther)
	if open, err := h.db.Alarms(t.Context(), "open", 10); err != nil || len(open) != 1 {
		t.Errorf("%d alarms are open (%v)", len(open), err)
	}
}

func TestAResponderRecordsWhatTheWorkerSaid(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	h.wait(30 * time.Minute)
	h.post(v+"/record", "words", "", "via", "").is(http.StatusUnprocessableEntity).says("Enter what was said.", "Choose how they said it.", `href="#words"`, `href="#via"`)
	h.post(v+"/record", "words", "just gone in", "via", "smoke").is(http.StatusUnprocessableEntity).says("just gone in")
	h.post(v+"/record", "key", "A", "words", "Just gone in, back by 16:10", "via", "call").leadsTo(v).
		says("Inside", "Sam Hill recorded what Priya Nair said", "Just gone in, back by 16:10", "We act at 16:25")
	h.post(v+"/record", "key", "B", "words", "Hmm the thing with the other one", "via", "text").leadsTo(v).says("We could not follow that.", "Sam Hill recorded what Priya Nair said")
	h.post(v+"/record", "key", "C", "words", "I've left now, all done", "via", "call").leadsTo(v).says("Noted: out.", "Ended")
	h.as("p-ann").get(v).hides("all done")
}

// Whoever the worker reached by phone records it, also where all they see is that the worker is busy.
func TestAManagerRecordsForAVisitThatIsBusyToThem(t *testing.T) {
	h := openHouse(t)
	id := h.visit()
	p, err := h.db.Person(t.Context(), "p-lee")
	h.ok(err)
	p.ID, p.Name, p.Mobile = "p-max", "Max Orr", number("07700 900114")
	_, err = h.engine.PutPerson(t.Context(), engine.Actor{}, p)
	h.ok(err)
	h.wait(30 * time.Minute)
	v := "/visits/" + id
	h.as("p-max").get(v).says("Busy – private", "Record what Priya Nair said").hides("Example Street", "Change the times")
	h.as("p-max").post(v+"/record", "words", "Just gone in", "via", "call").leadsTo(v).says("What they said is recorded.").hides("Just gone in", "Inside")
	if s := h.status(id); s != watch.Inside {
		t.Errorf("it is %s", s)
	}
}

// A colleague to whom the visit is open learns of no alarm on its page, as they do not on the board.
func TestAColleaguesPageOfAnOverdueVisitIsAsTheBoard(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	id, alarm := h.overdue()
	open := false
	h.ok(h.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya"}, id, engine.VisitEdit{Private: &open}))
	h.get("/visits/"+id).says("Overdue", "Priya Nair: Overdue", "The alarm opened")
	h.as("p-kay").get("/visits/"+id).says("Past its end", "1 Example Street", "Going in").
		hides("Overdue", "overdue", alarm, "alarm opened", "was told", "If we hear nothing")
}

// An open alarm is settled by its closing alone (rule 3.2).
func TestInAnAlarmNothingMovesTheClock(t *testing.T) {
	h := openHouse(t)
	id, alarm := h.overdue()
	v := "/visits/" + id
	h.get(v).says("/alarms/"+alarm, "Overdue", "An alarm is open since 15:45")
	h.as("p-priya").get(v).says("Someone is trying to reach you").hides("/alarms/"+alarm, "An alarm is open")
	h.as("p-priya").post(v+"/out").is(http.StatusConflict).says("There is a problem", "An alarm is open on this visit")
	h.post(v+"/record", "words", "I am out", "via", "call").is(http.StatusConflict).says("nothing but its closing moves the clock", "I am out")
	h.post(v+"/cancel", "reason", "nobody in", "spoke", "yes").is(http.StatusConflict).says("only closing it settles the visit", "nobody in")
	h.post(v+"/edit", h.edit(v, "end-time", "18:00")...).is(http.StatusConflict).says("only closing it settles the visit", `value="18:00"`)
	if s := h.status(id); s != watch.Overdue {
		t.Errorf("it is %s", s)
	}
}

func TestCallingOffABegunVisitTakesTheWorkersWord(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	h.get(v).hides("I spoke with the worker")
	h.post(v+"/cancel", "reason", "").is(http.StatusUnprocessableEntity).says("Enter why it is called off.", `href="#reason"`)
	h.wait(40 * time.Minute)
	h.get(v).says("I spoke with the worker")
	h.post(v+"/cancel", "key", "A", "reason", "Family rang").is(http.StatusConflict).says("The visit has started", "Family rang")
	h.as("p-ada").post(v+"/cancel", "key", "A", "reason", "Family rang", "spoke", "yes").is(http.StatusNotFound) // it is busy to her
	h.post(v+"/cancel", "key", "A", "reason", "Family rang", "spoke", "yes").leadsTo(v).says("The visit is called off.", "Called off", "Someone spoke with the worker", "Family rang")
	h.post(v+"/cancel", "key", "A", "reason", "Family rang", "spoke", "yes").leadsTo(v).says("Called off")
}

func TestAWorkerCallsOffTheirOwnVisitBeforeItsStart(t *testing.T) {
	h := openHouse(t).as("p-priya")
	id := h.visit()
	h.post("/visits/"+id+"/cancel", "reason", "She is in hospital").leadsTo("/visits/"+id).says("The visit is called off.", "Called off before its start")
}

// Of each thing that is wrong with a word about a visit it is said what that is.
func TestWhatIsWrongWithAWordIsSaid(t *testing.T) {
	for _, row := range []struct {
		wrong            []watch.Problem
		recorded, called string
	}{
		{[]watch.Problem{{Field: "by", Says: "is a responder or a manager who spoke with them"}},
			"Who records this must be a responder or a manager who spoke with them.", "Who calls it off must be a responder or a manager who spoke with them."},
		{[]watch.Problem{{Field: "by", Says: "is no longer active"}}, "Who records this is no longer active.", "Who calls it off is no longer active."},
		{[]watch.Problem{{Field: "expected_end_at", Says: "is already gone"}}, "The end must be still to come.", "The end must be still to come."},
		{[]watch.Problem{{Field: "worker", Says: "is no longer active"}, {Field: "by", Says: "is not a person we know"}},
			"The worker is no longer active. Who records this is not a person we know.", "The worker is no longer active. Who calls it off is not a person we know."},
	} {
		for does, want := range map[string]string{"records this": row.recorded, "calls it off": row.called} {
			var f form
			if err := f.takesWord(&watch.Invalid{Problems: row.wrong}, "words", does); err != nil || len(f.problems) != 1 || f.problems[0].Says != want {
				t.Errorf("%s: want %q, got %v, %v", does, want, f.problems, err)
			}
		}
	}
}

// shared has a visit of Priya's that is open to the team go overdue, and gives its page.
func (h *house) shared() string {
	h.Helper()
	id := h.visit()
	open := false
	h.ok(h.engine.EditVisit(h.Context(), engine.Actor{By: "p-priya", Via: "page"}, id, engine.VisitEdit{Private: &open}))
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.wait(75 * time.Minute)
	return "/visits/" + id
}

// A visit's page leads to its alarm only those who may open that.
func TestAVisitLeadsToItsAlarmWhoMayOpenIt(t *testing.T) {
	h := openHouse(t)
	v := h.shared()
	open, err := h.db.Alarms(t.Context(), "open", 10)
	h.ok(err)
	room := "/alarms/" + open[0].ID
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	for reader, may := range map[string]bool{"p-sam": true, "p-lee": true, "p-ann": true, "p-kay": false} {
		as := h.as(reader)
		if leads := strings.Contains(as.get(v).is(http.StatusOK).Body.String(), room); leads != may {
			t.Errorf("the visit's page leads %s to the alarm: %v", reader, leads)
		}
		want := http.StatusNotFound
		if may {
			want = http.StatusOK
		}
		as.get(room).is(want)
	}
}

// edit is the form of a visit as it is shown, with some of its fields as given in turn.
func (h *house) edit(v string, fields ...string) []string {
	h.Helper()
	body := h.get(v + "/edit").is(http.StatusOK).Body.String()
	var flat []string
	for _, name := range []string{"key", "was", "start-date", "start-time", "end-time", "service_user"} {
		tag := regexp.MustCompile(`<input[^>]*name="` + name + `"[^>]*>`).FindString(body)
		if value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(tag); value != nil {
			flat = append(flat, name, value[1])
		}
	}
	for _, name := range []string{"address", "access", "contact", "who_else"} {
		if text := regexp.MustCompile(`name="` + name + `"[^>]*>([^<]*)</textarea>`).FindStringSubmatch(body); text != nil {
			flat = append(flat, name, text[1])
		}
	}
	flat = append(flat, "private", "yes")
	for i := 0; i+1 < len(fields); i += 2 {
		for j := 0; j+1 < len(flat); j += 2 {
			if flat[j] == fields[i] {
				flat[j+1] = fields[i+1]
			}
		}
	}
	return flat
}

func TestTheTimesAndTheDetailsAreChanged(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	same := h.edit(v)
	h.post(v+"/edit", same...).leadsTo(v).hides("The changes were saved")
	h.post(v+"/edit", h.edit(v, "end-time", "16:30", "address", "2 Sample Road")...).leadsTo(v).
		says("The changes were saved.", "2 Sample Road", "We act at 16:45", "Sam Hill changed the details").hides("1 Example Street")
	h.post(v+"/edit", same...).is(http.StatusConflict).says("Someone else changed the address since you opened the form. What they saved is shown.", "2 Sample Road")
	h.post(v+"/edit", h.edit(v, "end-time", "14:30")...).is(http.StatusUnprocessableEntity).says("The end must be after the start.")
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "IN")
	h.post(v+"/edit", h.edit(v, "start-time", "14:45")...).is(http.StatusConflict).says("its start can no longer be changed")
	h.post(v+"/edit", h.edit(v, "address", "3 Other Lane")...).leadsTo(v).says("3 Other Lane", "Address when they went in", "2 Sample Road")
}

// What a booking said of the named buddy and of prompts is changed as its times are.
func TestTheNamedBuddyAndThePromptsAreChanged(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	id := h.visit()
	v := "/visits/" + id
	stands := func(prompts bool, buddies ...string) {
		t.Helper()
		kept, err := h.db.Visit(t.Context(), id)
		h.ok(err)
		loaded, err := h.db.Load(t.Context(), "p-priya")
		h.ok(err)
		w, _ := loaded.Watch.Visit(id)
		if w.Clock.Prompts != prompts || !slices.Equal(w.Responders, buddies) || !slices.Equal(kept.Responders, buddies) {
			t.Errorf("prompts are %v, the buddies %v and %v", w.Clock.Prompts, w.Responders, kept.Responders)
		}
	}
	h.get(v+"/edit").says("Named buddy", "As the plan says", `<option value="p-kay">Kay Dunn`, "Texts during the visit").hides(`value="p-priya">Priya`)
	unchanged := append(h.edit(v), "prompts", "yes", "buddy", "")
	h.post(v+"/edit", unchanged...).leadsTo(v).hides("The changes were saved")
	h.post(v+"/edit", append(h.edit(v), "prompts", "no", "buddy", "p-kay")...).leadsTo(v).says("The changes were saved.", "None are texted on this visit", "Priya Nair changed the details")
	stands(false, "p-kay")
	h.get(v+"/edit").says(`<option value="p-kay" selected`, `value="no" checked`)
	h.post(v+"/edit", append(unchanged, "end-time", "16:30")...).is(http.StatusConflict).says("Someone else changed the named buddy since", "Someone else changed the texts during the visit since") // as it was opened before
	stands(false, "p-kay")
	h.post(v+"/edit", append(h.edit(v, "end-time", "15:45"), "prompts", "yes", "buddy", "p-nobody")...).is(http.StatusUnprocessableEntity).says("The named buddy is not a person we know.", `href="#buddy"`)
	h.post(v+"/edit", append(h.edit(v), "prompts", "yes", "buddy", "")...).leadsTo(v).says("The changes were saved.").hides("None are texted")
	stands(true)
	meeting := h.post("/visits/new", booking("kind", "meeting", "start-time", "18:00", "end-time", "19:00")...).booked()
	h.get("/visits/"+meeting.ID+"/edit").is(http.StatusOK).hides("Named buddy", "Texts during the visit") // nobody watches it
}

func TestAGapInCoverAndWhatIsMissingAreSaid(t *testing.T) {
	h := openHouse(t).as("p-ann")
	got := h.post("/visits/new", "worker", "p-ann", "kind", "home_visit", "start-date", "2026-11-23", "start-time", "22:00", "end-time", "00:30")
	v := got.booked()
	got.leadsTo("/visits/"+v.ID).says("The visit is booked. For some of its time nobody is on call", "Nobody is on call then: it falls to Lee Marsh.",
		"Tuesday 24 November 2026", "A responder would miss", "the address", v.Reference)
}

func TestAJointVisitLeadsToTheOther(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := h.post("/visits/new", booking("joint", "p-ann")...).booked()
	h.get("/visits/"+v.ID).says("Going too", "Ann Woods")
}

func TestNoPageOfAVisitIsInTheLog(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := "/visits/" + h.visit()
	h.post(v+"/edit", h.edit(v, "address", "2 Sample Road")...).is(http.StatusSeeOther)
	h.post(v+"/record", "words", "There is a dog at 1 Example Street").is(http.StatusSeeOther)
	h.post(v+"/ask", "name", "Scarlett").is(http.StatusSeeOther)
	for _, word := range []string{"Scarlett", "Example Street", "Sample Road", "J Smith", "900103"} {
		if strings.Contains(h.log.String(), word) {
			t.Errorf("the log says %q", word)
		}
	}
}
