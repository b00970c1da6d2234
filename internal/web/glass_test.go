package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// inbox is what was texted to a number.
func (h *house) inbox(to string) (texts []string) {
	h.Helper()
	_, err := h.engine.Deliver(h.Context())
	h.ok(err)
	for _, m := range h.town.Phone(number(to)).Inbox() {
		texts = append(texts, m.Body)
	}
	return texts
}

// told says that one of the texts holds words.
func told(texts []string, words string) bool {
	return strings.Contains(strings.Join(texts, "\n"), words)
}

// responds puts a second manager and a responder who is not on call into the team.
func (h *house) responds() {
	h.joins("p-mo", "Mo Khan", buddy.Manager, "07700 900141")
	h.joins("p-kit", "Kit Rowan", buddy.Responder, "07700 900142")
}

func TestWhoBreaksTheGlassSeesAPrivateVisitForAWhile(t *testing.T) {
	h := openHouse(t)
	h.responds()
	v := "/visits/" + h.visit()
	kit := h.as("p-kit")
	kit.get(v).is(http.StatusOK).says("Busy – private", "I need to see it").hides("Example Street", "J Smith")
	kit.post(v+"/glass", "key", "k", "why", " ").is(http.StatusUnprocessableEntity).says("Enter why you need to see it").hides("Example Street")
	for range 2 { // pressed twice it is one
		kit.post(v+"/glass", "key", "k", "why", "Her car is still outside").leadsTo(v).says("1 Example Street", "J Smith", "You see it until 14:30", "It is told to those whom the page named")
	}
	for _, manager := range []string{"07700 900111", "07700 900141"} {
		if texts := h.inbox(manager); len(texts) != 1 || !told(texts, "Kit R gave a reason and sees a private visit of Priya N until 14:30") {
			t.Errorf("%s is told %q", manager, texts)
		}
	}
	if texts := h.inbox("07700 900101"); told(texts, "private visit") {
		t.Errorf("Priya is told %q", texts)
	}
	h.wait(29 * time.Minute)
	kit.get(v).says("1 Example Street")
	kit.get("/").hides("Example Street", "J Smith") // of one visit, not of all lists
	h.as("p-mo").get(v).says("Busy – private").hides("Example Street")
	h.wait(time.Minute)
	kit.get(v).says("Busy – private").hides("Example Street")
}

// A glass is on record before anything is shown, and each look under it with why.
func TestABrokenGlassAndItsLooksAreOnRecord(t *testing.T) {
	h := openHouse(t)
	h.responds()
	id := h.visit()
	v := "/visits/" + id
	kit := h.as("p-kit")
	kit.post(v+"/glass", "key", "k", "why", "Her car is still outside").is(http.StatusSeeOther)
	list, err := h.db.Entries(t.Context(), "looks/p-kit", time.Time{}, time.Time{})
	h.ok(err)
	if len(list) != 1 || list[0].Kind != "glass" || list[0].Visit != "visit/"+id || !strings.Contains(string(list[0].Input), "2026-11-21T14:30:00Z") {
		t.Fatalf("before a look the record has %+v", list)
	}
	if strings.Contains(string(list[0].Input)+string(list[0].Events), "car") {
		t.Error("the reason is in clear")
	}
	kit.get(v)
	h.wait(time.Minute)
	kit.get(v + "/edit")
	h.ok(err)
	list, err = h.db.Entries(t.Context(), "looks/p-kit", time.Time{}, time.Time{})
	h.ok(err)
	if len(list) != 3 {
		t.Fatalf("the record has %d entries, not 3", len(list))
	}
	for _, look := range list[1:] {
		if look.Kind != "look" || look.Words.Reveal() != "Her car is still outside" {
			t.Errorf("a look is %+v", look)
		}
	}
}

func TestABrokenGlassIsClosedByAButton(t *testing.T) {
	h := openHouse(t)
	h.responds()
	v := "/visits/" + h.visit()
	kit := h.as("p-kit")
	kit.post(v+"/glass", "key", "k", "why", "Her car is still outside").leadsTo(v).says("I have seen what I need")
	kit.post(v+"/glass/end", "key", "l").leadsTo(v).says("The visit is private to you again", "Busy – private").hides("Example Street")
	kit.post(v+"/glass/end", "key", "m").leadsTo(v).hides("Example Street")
	kit.post(v+"/glass", "key", "n", "why", "I forgot the number").leadsTo(v).says("1 Example Street") // again, with another reason
}

func TestWhoMayNotBreaksNoGlass(t *testing.T) {
	h := openHouse(t)
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	h.elsewhere()
	v := "/visits/" + h.visit()
	h.as("p-kay").get(v).says("Busy – private").hides("I need to see it")
	for _, who := range []string{"p-kay", "p-ada", "p-nia"} {
		h.as(who).post(v+"/glass", "key", "k", "why", "I would like to know").is(http.StatusNotFound)
		h.as(who).get(v).hides("Example Street")
	}
	h.get(v).hides("I need to see it") // Sam is on call for it, and sees it
	h.as("p-priya").get(v).hides("I need to see it")
	if texts := h.inbox("07700 900111"); len(texts) > 0 {
		t.Errorf("Lee is told %q", texts)
	}
}

// The next manager is told of a manager; where there is none, the fallback; never on a phone of the worker's.
func TestWhoIsToldOfABrokenGlass(t *testing.T) {
	for what, c := range map[string]struct {
		by, told, name string
		people         []buddy.Person
	}{
		"of a manager the next one": {"p-mo", "07700 900143", "Ola Berg", []buddy.Person{{ID: "p-ola", Name: "Ola Berg", Roles: []string{buddy.Manager}, Mobile: number("07700 900143")},
			{ID: "p-lee", Name: "Lee Marsh", Roles: []string{buddy.Responder}, Mobile: number("07700 900111")}}},
		"of the only one the fallback":                              {"p-mo", "07700 900111", "Lee Marsh", []buddy.Person{{ID: "p-lee", Name: "Lee Marsh", Roles: []string{buddy.Responder}, Mobile: number("07700 900111")}}},
		"where all of them are the only manager the administrators": {"p-lee", "07700 900112", "Ada Flint", nil},
		"where the fallback has no number the administrators":       {"p-mo", "07700 900112", "Ada Flint", []buddy.Person{{ID: "p-lee", Name: "Lee Marsh", Roles: []string{buddy.Auditor}}}},
		"one who shares the worker's phone on their own": {"p-kit", "07700 900144", "Mo Khan", []buddy.Person{{ID: "p-mo", Name: "Mo Khan", Roles: []string{buddy.Manager}, Mobile: number("07700 900101"),
			PersonalMobile: number("07700 900144")}}},
	} {
		t.Run(what, func(t *testing.T) {
			h := openHouse(t)
			if len(c.people) > 0 {
				h.responds()
			} else {
				h.withoutFallback()
			}
			for _, p := range c.people {
				p.Team, p.Active = "echo", true
				_, err := h.engine.PutPerson(t.Context(), engine.Actor{}, p)
				h.ok(err)
			}
			v := "/visits/" + h.visit()
			h.as(c.by).get(v).says("Busy – private", "This will be told to ", c.name, "Priya Nair can read that you looked, and why")
			h.as(c.by).post(v+"/glass", "key", "k", "why", "I must know").is(http.StatusSeeOther)
			h.as("p-priya").get("/looks").says("I must know")
			if texts := h.inbox(c.told); !told(texts, "sees a private visit") {
				t.Errorf("%s is told %q", c.told, texts)
			}
			if texts := h.inbox("07700 900101"); told(texts, "private visit") {
				t.Errorf("the worker's phone is told %q", texts)
			}
		})
	}
}

// A text about who looked never comes to a phone of someone who is on the visit too (rule 8.10).
func TestWhoIsOnTheVisitIsNotToldOfABrokenGlass(t *testing.T) {
	h := openHouse(t)
	h.responds()
	h.joins("p-kay", "Kay Dunn", buddy.Worker, "07700 900131")
	for _, p := range []buddy.Person{
		{ID: "p-mo", Name: "Mo Khan", Roles: []string{buddy.Manager}, Mobile: number("07700 900131"), PersonalMobile: number("07700 900145")}, // shares Kay's phone
		{ID: "p-lee", Name: "Lee Marsh", Roles: []string{buddy.Manager, buddy.Worker}, Mobile: number("07700 900111")},                        // is there
	} {
		p.Team, p.Active = "echo", true
		_, err := h.db.PutPerson(t.Context(), p, saturday) // and nobody is told of it
		h.ok(err)
	}
	v, err := h.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", JointWith: []string{"p-kay", "p-lee"}, Kind: "home_visit", Private: new(true),
		StartsAt: saturday.Add(48 * time.Hour), ExpectedEndAt: saturday.Add(49 * time.Hour)})
	h.ok(err)
	h.as("p-kit").post("/visits/"+v.Visit+"/glass", "key", "k", "why", "I must know").is(http.StatusSeeOther)
	if texts := h.inbox("07700 900145"); !told(texts, "sees a private visit") {
		t.Errorf("Mo is told %q", texts)
	}
	for _, there := range []string{"07700 900131", "07700 900111", "07700 900101"} {
		if texts := h.inbox(there); told(texts, "private visit") {
			t.Errorf("%s is told %q", there, texts)
		}
	}
}

// Where nobody else is here, the page says so before, and the log after, without a name.
func TestABrokenGlassThatNobodyIsToldOfSaysSo(t *testing.T) {
	h := openHouse(t)
	h.withoutFallback()
	h.with("p-ada", "Ada Flint", buddy.Auditor)
	v := "/visits/" + h.visit()
	h.as("p-lee").get(v).says("Nobody else is here to be told. It is put on record, and Priya Nair can read that you looked, and why")
	h.as("p-lee").post(v+"/glass", "key", "k", "why", "I must know").is(http.StatusSeeOther)
	if !strings.Contains(h.log.String(), "nobody is there to be told of a broken glass") || strings.Contains(h.log.String(), "Marsh") || strings.Contains(h.log.String(), "I must know") {
		t.Errorf("the log: %s", h.log)
	}
	h.as("p-priya").get("/looks").says("Lee Marsh", "I must know")
}

// Rule 1.4: the worker reads who looked once no duress is open. A broken glass of then is as hidden as any other trace (rule 4.2).
func TestABrokenGlassIsReadByTheWorkerOnceNoDuressIsOpen(t *testing.T) {
	h := openHouse(t)
	h.responds()
	visit := h.visit()
	_, err := h.engine.Raise(t.Context(), engine.Actor{By: "p-sam", Via: "page"}, "p-priya", "", watch.Duress, engine.Words{})
	h.ok(err)
	h.wait(time.Minute)
	h.as("p-kit").post("/visits/"+visit+"/glass", "key", "k", "why", "I must know").is(http.StatusSeeOther)
	h.as("p-priya").get("/looks").hides("I must know", "Kit Rowan")
}

// withoutFallback has a team with the standard plan, as one to which none was given: Lee is its only manager, and nobody stands in.
func (h *house) withoutFallback() {
	h.Helper()
	_, err := h.db.PutTeam(h.Context(), store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: plan.Standard(), HasPlan: true}, h.clock.Now())
	h.ok(err)
}
