package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

const unclear = "wit Quillfeather nw, Mrs Zorbek at GL4 6QT"

// asked has Priya go in and text what nobody understands, and gives the visit and the text's id.
func (h *house) asked() (visit, text string) {
	h.Helper()
	visit = h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.wait(5 * time.Minute)
	h.texts("07700 900101", unclear)
	return visit, h.lastAsked()
}

func (h *house) lastAsked() string {
	h.Helper()
	list, err := h.db.AskedBack(h.Context(), store.AskedFilter{Teams: []string{"echo"}, Limit: 1})
	h.ok(err)
	if len(list) != 1 {
		h.Fatal("no text was asked back")
	}
	return list[0].ID
}

func textAt(id string) string { return "/texts/" + url.PathEscape(id) }

// manager puts another manager into the team, who is invited to no visit.
func (h *house) manager(id string) {
	h.Helper()
	_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, buddy.Person{ID: id, Name: "Max Dean", Team: "echo", Active: true, Roles: []string{buddy.Manager, buddy.Worker}, Mobile: number("07700 900130")})
	h.ok(err)
}

func TestATextThatWasAskedBackIsListedWithItsContext(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/texts").is(http.StatusOK).says("What did they mean?", "No text was asked back in the last 90 days.").hides("labelled.jsonl")
	visit, text := h.asked()
	h.get("/texts").is(http.StatusOK).says("Priya Nair", unclear, "Inside, 14:30 to 15:30", "/visits/"+visit, "We answered: “", "Say what was meant", textAt(text))
	h.get("/texts?date=2026-11-21").says(unclear)
	h.get("/texts?date=2026-11-20").says("No text of that day was asked back.").hides(unclear)
	h.get("/texts?team=nowhere").is(http.StatusNotFound)
	h.get("/texts?before=nothing").is(http.StatusNotFound)
	if looks, err := h.db.Latest(t.Context(), "looks/p-lee", "look", 9); err != nil || len(looks) == 0 || looks[0].Visit != "visit/"+visit {
		t.Errorf("the looks on record are %+v, %v", looks, err)
	}
}

func TestOnlyWhoMaySeeTheVisitSeesItsTexts(t *testing.T) {
	h := openHouse(t)
	h.manager("p-max")
	_, text := h.asked() // of a private visit
	for _, who := range []string{"p-priya", "p-ann", "p-sam"} {
		h.as(who).get("/texts").is(http.StatusNotFound)
		h.as(who).get(textAt(text)).is(http.StatusNotFound).hides(unclear)
	}
	for _, who := range []string{"p-max", "p-ada"} {
		h.as(who).get("/texts").is(http.StatusOK).hides("Quillfeather")
		h.as(who).get(textAt(text)).is(http.StatusNotFound).hides(unclear)
		h.as(who).post(textAt(text), "meant", "end").is(http.StatusNotFound)
	}
	h.as("p-lee").get("/texts/label%2Fnothing").is(http.StatusNotFound)
}

func TestALabelIsSaidCorrectedAndOnRecord(t *testing.T) {
	h := openHouse(t).as("p-lee")
	visit, text := h.asked()
	h.get(textAt(text)).is(http.StatusOK).says(unclear, "What did they mean?", "Nobody can tell")
	seen := h.as("p-priya").get("/visits/" + visit).is(http.StatusOK).text()
	before, err := h.db.Visit(t.Context(), visit)
	h.ok(err)
	h.post(textAt(text), "key", "k1", "meant", "change", "until-time", "16:00").leadsTo("/texts").says("What was meant is noted.", "A new time, until 16:00 – Lee Marsh", "Correct")
	h.post(textAt(text), "key", "k1", "meant", "change", "until-time", "16:00").leadsTo("/texts") // the same press again
	h.get(textAt(text)).says(`value="16:00"`).hides("Said before")
	h.post(textAt(text), "key", "k2", "meant", "start").leadsTo("/texts").says("Going in – Lee Marsh")
	h.get(textAt(text)).says("Said before", "A new time, until 16:00: Lee Marsh")
	after, err := h.db.Visit(t.Context(), visit)
	h.ok(err)
	if !before.ExpectedEndAt.Equal(after.ExpectedEndAt) {
		t.Error("a label moved the visit")
	}
	labels, err := h.db.Labels(t.Context(), "p-priya")
	h.ok(err)
	if len(labels) != 2 || labels[0].By != "p-lee" || labels[0].Owner != "visit/"+visit || strings.Contains(string(labels[0].Input), "change") {
		t.Errorf("the labels on record are %+v", labels)
	}
	if is := h.as("p-priya").get("/visits/" + visit).text(); is != seen {
		t.Errorf("a label shows on the visit's page: %s", is)
	}
}

func TestALabelThatCannotBeSaysWhy(t *testing.T) {
	h := openHouse(t).as("p-lee")
	_, text := h.asked()
	for _, c := range []struct {
		fields []string
		says   string
	}{
		{nil, "Choose what they meant."},
		{[]string{"meant", "duress"}, "Choose what they meant."},
		{[]string{"meant", "change"}, "Enter the new end or the new start."},
		{[]string{"meant", "change", "until-time", "25:00"}, "Enter a time on the 24-hour clock, such as 14:30."},
		{[]string{"meant", "end", "until-time", "16:00"}, "A new end goes with a new time"},
		{[]string{"meant", "start", "begin-time", "16:00"}, "A new start goes with a new time"},
	} {
		got := h.post(textAt(text), c.fields...).is(http.StatusUnprocessableEntity).says(c.says, unclear)
		if len(c.fields) > 3 {
			got.says(`value="` + c.fields[3] + `"`)
		}
	}
	if labels, err := h.db.Labels(t.Context(), ""); err != nil || len(labels) != 0 {
		t.Errorf("%d labels were kept, %v", len(labels), err)
	}
}

// Rule 4.2: a manager who visits too finds no trace of their own danger, nor of that of whoever they are with.
func TestNoTextTellsAWorkerInDanger(t *testing.T) {
	h := openHouse(t)
	h.manager("p-max")
	_, err := h.engine.Book(t.Context(), engine.Actor{By: "p-priya"}, engine.Booking{Worker: "p-priya", Kind: "home_visit", Private: new(false),
		StartsAt: saturday.Add(30 * time.Minute), ExpectedEndAt: saturday.Add(90 * time.Minute), JointWith: []string{"p-max"}})
	h.ok(err)
	h.wait(30 * time.Minute)
	for _, from := range []string{"07700 900101", "07700 900130"} {
		h.texts(from, "Going in")
		h.texts(from, "wit Quillfeather nw")
	}
	max := h.as("p-max")
	was := max.get("/texts").is(http.StatusOK).hides("Quillfeather").text()
	h.as("p-lee").get("/texts").says("Quillfeather", "Max Dean", "Priya Nair")
	h.texts("07700 900130", "could Scarlett ring me")
	h.texts("07700 900130", "purple elephants")
	h.texts("07700 900101", "purple elephants")
	if is := max.get("/texts").text(); is != was {
		t.Errorf("in danger the page says %q, and not %q", is, was)
	}
	max.get(textAt(h.lastAsked())).is(http.StatusNotFound)
}

func TestLabelledTextsAreTakenOutWithoutNames(t *testing.T) {
	h := openHouse(t)
	_, text := h.asked()
	h.as("p-lee").post(textAt(text), "meant", "change", "until-time", "16:00").leadsTo("/texts")
	for _, who := range []string{"p-lee", "p-sam", "p-priya"} {
		h.as(who).get("/texts/labelled.jsonl").is(http.StatusNotFound)
	}
	got := h.as("p-ada").get("/texts/labelled.jsonl?changed=1").is(http.StatusOK).hides("Quillfeather", "Zorbek", "6QT", "Priya", text)
	var line struct {
		ID, Now, State, Start, End, Text, Intent, Until, Begin string
		Tags                                                   []string
	}
	h.ok(json.Unmarshal(got.Body.Bytes(), &line))
	if line.Now != "2026-02-03T14:35" || line.State != "inside" || line.Start != "14:30" || line.End != "15:30" || line.Intent != "change" || line.Until != "16:00" ||
		!strings.Contains(line.Text, "GL1 1AA") || line.Tags[0] != "labelled" {
		t.Errorf("the line is %+v", line)
	}
	if strings.Contains(h.log.String(), "Quillfeather") {
		t.Error("the log holds the text")
	}
	h.as("p-ada").get("/texts").says("Download those that read the same")
}

func TestMoreTextsThanOnePageHolds(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.asked()
	for range askedRows {
		h.wait(time.Second)
		h.texts("07700 900101", "purple elephants")
	}
	first := h.get("/texts").is(http.StatusOK).says("Older texts").hides(unclear)
	_, next, _ := strings.Cut(first.Body.String(), `href="/texts?before=`)
	next, _, _ = strings.Cut(next, `"`)
	h.get("/texts?before="+next).is(http.StatusOK).says(unclear).hides("purple elephants", "Older texts")
}
