package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// blocks keeps someone away from Priya, by her own hand.
func (h *house) blocks(person string) {
	h.Helper()
	h.as("p-priya").post("/people/p-priya/apart", "key", "b-"+person, "person", person, "why", "We were married").leadsTo("/people/p-priya/apart").says("They are on the list from now on", "“We were married”")
}

func TestWhoMayNeverSeeAWorkerIsPrivate(t *testing.T) {
	h := openHouse(t)
	h.elsewhere()
	const list = "/people/p-priya/apart"
	h.as("p-priya").get("/people/p-priya").says("Who may never see you")
	h.as("p-priya").post(list, "key", "k", "person", "", "why", "").is(http.StatusUnprocessableEntity).says("Choose who it is", "Enter why")
	h.blocks("p-sam")
	for _, who := range []string{"p-priya", "p-lee", "p-ada"} {
		h.as(who).get(list).is(http.StatusOK).says("Sam Hill", "“We were married”", "Priya Nair, 14:00")
	}
	for _, who := range []string{"p-sam", "p-ann", "p-nia"} {
		h.as(who).get(list).is(http.StatusNotFound).hides("married")
		h.as(who).post(list, "key", "k", "person", "p-lee", "why", "x").is(http.StatusNotFound)
		h.as(who).post(list+"/end", "key", "k", "person", "p-sam").is(http.StatusNotFound)
	}
	if texts := h.inbox("07700 900110"); told(texts, "list") || told(texts, "Priya") {
		t.Errorf("Sam is told %q", texts)
	}
	h.blocks("p-lee") // a manager who is on it keeps no list of hers any more
	h.as("p-lee").get(list).is(http.StatusNotFound)
	h.as("p-priya").post(list+"/end", "key", "e", "person", "p-sam").leadsTo(list).says("They are no longer on the list").hides("<td class=\"govuk-table__cell allclear-breaks\">Sam Hill")
	h.get("/people/p-priya").is(http.StatusOK)
	if strings.Contains(h.log.String(), "married") {
		t.Error("the log says why")
	}
}

// Whoever is on the list finds nothing of the worker on any page, in an alarm neither (rule 1.4).
func TestWhoIsKeptApartSeesNothing(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	visit, alarm := h.overdue() // Sam is on call, and was told of it
	v, a := "/visits/"+visit, "/alarms/"+alarm
	h.get(v).says("1 Example Street")
	h.get(a).says("1 Example Street")
	h.blocks("p-sam")
	for _, path := range []string{v, v + "/edit", a, a + "/police", "/people/p-priya", "/people/p-priya/edit", "/people/p-priya/invite"} {
		h.get(path).is(http.StatusNotFound).hides("Priya", "Example Street")
	}
	for _, path := range []string{v + "/cancel", v + "/record", v + "/glass", a + "/acknowledge", a + "/close", a + "/police"} {
		h.post(path, "key", "k"+path, "why", "I must know", "words", "out", "via", "call", "reason", "x").is(http.StatusNotFound).hides("Example Street")
	}
	for _, path := range []string{"/", "/?fragment=board", "/visits", "/alarms", "/people", "/visits/new", "/teams/echo"} {
		h.get(path).is(http.StatusOK).hides("Priya", visit, alarm)
	}
	h.as("p-lee").get("/").says("Priya Nair") // the others go on
	h.as("p-lee").get(a).says("1 Example Street")
	h.as("p-lee").get(v).is(http.StatusOK)
}

// Anyone signed in may raise; whom the worker is kept from sees no address by it (rule 4.3).
func TestWhoIsKeptApartRaisesAndSeesNoAddress(t *testing.T) {
	h := openHouse(t)
	h.visit()
	h.blocks("p-sam")
	h.wait(40 * time.Minute)
	h.post("/raise", "key", "k", "who", "Priya Nair", "kind", "duress").leadsTo("/raise").says("The alarm is raised. Ring 999 now").hides("Example Street", "J Smith")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	if len(open) != 1 || open[0].Worker != "p-priya" || open[0].RaisedBy != "p-sam" {
		t.Fatalf("open are %+v", open)
	}
	h.get("/alarms/" + open[0].ID).is(http.StatusNotFound)
	h.get("/alarms").hides("Priya")
	for _, text := range h.inbox("07700 900110") {
		if strings.Contains(text, "Priya") || strings.Contains(text, "/alarms/") {
			t.Errorf("Sam is told %q", text)
		}
	}
	h.as("p-lee").get("/alarms/" + open[0].ID).says("1 Example Street")
}

// A phone that raises without a sign-in, by text or by page, is shown no address (rule 4.3).
func TestRaisingWithoutASignInShowsNoAddress(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.visit()
	h.wait(40 * time.Minute)
	h.texts("07700 900131", "SCARLETT Priya")
	open, err := h.db.Alarms(t.Context(), "open", 1)
	h.ok(err)
	if len(open) != 1 || open[0].Worker != "p-priya" || open[0].RaisedBy != "p-kay" {
		t.Fatalf("open are %+v", open)
	}
	texts := h.inbox("07700 900131")
	if len(texts) == 0 {
		t.Error("Kay is answered nothing")
	}
	for _, text := range texts {
		if strings.Contains(text, "Example") || strings.Contains(text, "J Smith") || strings.Contains(text, "GL1") {
			t.Errorf("Kay is told %q", text)
		}
	}
	nobody := openMatrix(t)
	for _, pattern := range []string{"GET /raise", "POST /raise", "GET /alarms/{id}"} {
		if got := nobody.answers(pattern, "nobody", ""); got != "sign in" {
			t.Errorf("%s answers %s", pattern, got)
		}
		if got := nobody.answers(pattern, "phone", "p-kay"); got != "phone" {
			t.Errorf("%s by the link to a phone page answers %s", pattern, got)
		}
	}
}

// Of a joint visit each has their own half: who may never see the one is not told by the other's that they are there, nor by what
// they did about it (rules 1.4 and 8.2). All others are.
func TestNobodyFindsWhomTheyMayNeverSeeByAJointVisit(t *testing.T) {
	h := openHouse(t)
	h.ok(h.engine.Block(t.Context(), engine.Actor{By: "p-ann", Via: "page"}, store.Block{Worker: "p-ann", Person: "p-sam", Why: private.New("We were married")}))
	booked, err := h.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", JointWith: []string{"p-ann"}, Kind: "home_visit", Private: new(true),
		StartsAt: saturday.Add(30 * time.Minute), ExpectedEndAt: saturday.Add(90 * time.Minute),
		Details: buddy.Form{ServiceUser: private.New("J Smith"), Address: private.New("1 Example Street, Gloucester GL1 1AA")}})
	h.ok(err)
	visit, hers := "/visits/"+booked.Visit, "/visits/"+booked.Joint[0]
	ref := "A1"
	if v, err := h.db.Visit(t.Context(), booked.Visit); err == nil {
		ref = v.Reference
	}
	const ann = "Ann Woods"
	words := []string{ann, "p-ann", booked.Joint[0], "married"}
	finds := func(about string, paths ...string) {
		t.Helper()
		for _, path := range paths {
			h.as("p-sam").get(path).is(http.StatusOK).hides(words...)
		}
		h.as("p-sam").get(hers).is(http.StatusNotFound).hides(ann)
		h.as("p-lee").get(visit).says(about)
	}
	finds(ann, visit, visit+"/edit", "/", "/visits", "/visits/new", "/people", "/alarms")
	h.as("p-sam").post("/visits", "reference", ref, "q", ref).hides(words...)
	h.as("p-priya").get(visit).says("Going too", ann)

	h.wait(40 * time.Minute)
	h.as("p-ann").post(visit+"/record", "key", "r", "words", "IN", "via", "call").is(http.StatusSeeOther)
	finds(ann+" recorded", visit, "/")
	h.wait(66 * time.Minute)
	open, err := h.db.Alarms(t.Context(), "open", 10)
	h.ok(err)
	var alarm string
	for _, a := range open {
		if a.Worker == "p-priya" {
			alarm = "/alarms/" + a.ID
		}
	}
	if alarm == "" {
		t.Fatalf("open are %+v", open)
	}
	h.ok(h.engine.Act(t.Context(), engine.Actor{By: "p-lee", Via: "page"}, strings.TrimPrefix(alarm, "/alarms/"), watch.Acknowledge{}, engine.Words{}))
	finds(ann, visit, alarm, alarm+"/police", "/", "/alarms")
}
