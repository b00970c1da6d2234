package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// booking is a whole form, with some of its fields as given in turn.
func booking(fields ...string) []string {
	form := map[string]string{"key": "K1", "worker": "p-priya", "kind": "home_visit", "start-date": "2026-11-21", "start-time": "14:30", "end-time": "15:30",
		"service_user": "J Smith", "address": "1 Example Street\r\nGloucester GL1 1AA", "access": "Side door", "contact": "01632 960555", "who_else": "Her brother",
		"private": byPlan, "prompts": byPlan}
	for i := 0; i+1 < len(fields); i += 2 {
		form[fields[i]] = fields[i+1]
	}
	var flat []string
	for field, value := range form {
		flat = append(flat, field, value)
	}
	return flat
}

// visits gives all that is kept.
func (h *house) visits() []store.Visit {
	h.Helper()
	all, err := h.db.Visits(h.Context(), store.VisitFilter{})
	h.ok(err)
	return all
}

// booked checks that a form was taken, and gives the visit.
func (p page) booked() store.Visit {
	p.Helper()
	p.is(http.StatusSeeOther)
	id, _, _ := strings.Cut(strings.TrimPrefix(p.Header().Get("Location"), "/visits/"), "?")
	v, err := p.db.Visit(p.Context(), id)
	p.ok(err)
	return v
}

func TestAVisitIsBookedWithItsBuddyForm(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.get("/visits/new").is(http.StatusOK).says("Book a visit", "07700 900101", "Emergency contacts 1", "Blue Ford Fiesta, AB12 CDE", "short black hair",
		"/people/p-priya/edit", "Before going in", `value="2026-11-21"`).hides("A responder would miss", "Book for someone else", "on purpose")
	v := h.post("/visits/new", booking()...).booked()
	if v.Worker != "p-priya" || !v.StartsAt.Equal(saturday.Add(30*time.Minute)) || !v.ExpectedEndAt.Equal(saturday.Add(90*time.Minute)) || v.Status != watch.Booked {
		t.Errorf("it is %+v", v)
	}
	if d := v.Details; d.Address.Reveal() != "1 Example Street\nGloucester GL1 1AA" || d.ServiceUser.Reveal() != "J Smith" || d.Access.Reveal() != "Side door" ||
		d.Contact.Reveal() != "01632 960555" || d.WhoElse.Reveal() != "Her brother" {
		t.Error("its buddy form is not what was typed")
	}
	if !v.Private {
		t.Error("a visit on a Saturday is open to the team")
	}
}

func TestTheSameFormTwiceIsOneVisit(t *testing.T) {
	h := openHouse(t).as("p-priya")
	first := h.post("/visits/new", booking()...).booked()
	if again := h.post("/visits/new", booking()...).booked(); again.ID != first.ID || len(h.visits()) != 1 {
		t.Errorf("there are %d visits", len(h.visits()))
	}
	h.post("/visits/new", booking("end-time", "16:00")...).is(http.StatusUnprocessableEntity).says("These times overlap visit " + first.Reference)
}

// A form that was changed after it was sent is not silently the one that was sent before.
func TestAnOverlapIsRefusedUnlessItIsMeant(t *testing.T) {
	h := openHouse(t).as("p-priya")
	first := h.post("/visits/new", booking()...).booked()
	h.post("/visits/new", booking("key", "K2", "start-time", "15:00", "end-time", "16:00")...).is(http.StatusUnprocessableEntity).
		says("These times overlap visit "+first.Reference, "These two visits overlap on purpose", `href="#overlap"`, `value="15:00"`, "1 Example Street")
	h.post("/visits/new", booking("key", "K2", "start-time", "15:00", "end-time", "16:00", "overlap", "yes")...).booked()
	if n := len(h.visits()); n != 2 {
		t.Errorf("there are %d visits", n)
	}
}

// What is wrong beside an overlap is said beside it, each at its own field.
func TestAnOverlapIsSaidBesideWhatElseIsWrong(t *testing.T) {
	h := openHouse(t).as("p-priya")
	first := h.post("/visits/new", booking("start-date", "2027-10-31")...).booked()
	// The night in which clocks go back is an hour longer than it looks.
	h.post("/visits/new", booking("key", "K2", "start-date", "2027-10-31", "start-time", "00:30", "end-time", "00:15")...).is(http.StatusUnprocessableEntity).
		says("The end must be within 24 hours of the start.", `href="#end-time"`, "These times overlap visit "+first.Reference+". Change them", `href="#overlap"`).hides("overlaps visit", `href="#starts_at"`)
}

func TestAnEndEarlierThanTheStartIsOnTheDayAfter(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := h.post("/visits/new", booking("start-time", "22:00", "end-time", "00:30")...).booked()
	if !v.ExpectedEndAt.Equal(time.Date(2026, 11, 22, 0, 30, 0, 0, time.UTC)) {
		t.Errorf("it ends %s", v.ExpectedEndAt)
	}
}

func TestABadBookingIsShownAgainAsItWasTyped(t *testing.T) {
	h := openHouse(t).as("p-priya")
	for _, bad := range []struct {
		field, value, says, at string
	}{
		{"kind", "", "Choose what it is.", "kind"},
		{"start-date", "yesterday-ish", "The start date must be a real date", "start-date"},
		{"start-time", "", "Enter the start time.", "start-time"},
		{"end-time", "25:00", "The end time must be a time on the 24-hour clock", "end-time"},
		{"end-time", "14:30", "The end must be after the start.", "end-time"},
		{"start-date", "2026-11-19", "The end must be still to come.", "end-time"},
		{"service_user", strings.Repeat("x", 201), "Who you visit must have at most 200 characters.", "service_user"},
		{"joint", "p-nobody", "The other worker is not a person we know.", "joint"},
		{"joint", "p-priya", "Choose another worker than the one whose visit it is.", "joint"},
		{"buddy", "p-nobody", "The named buddy is not a person we know.", "buddy"},
	} {
		got := h.post("/visits/new", booking(bad.field, bad.value)...).is(http.StatusUnprocessableEntity)
		got.says("There is a problem", bad.says, `href="#`+bad.at+`"`, `id="`+bad.at+`-error"`, "1 Example Street", "Side door", `value="K1"`)
	}
	if n := len(h.visits()); n != 0 {
		t.Errorf("%d visits were booked all the same", n)
	}
	if strings.Contains(h.log.String(), "Example Street") {
		t.Error("the log has the address")
	}
}

func TestNothingMissingKeepsAVisitFromBeingBooked(t *testing.T) {
	h := openHouse(t).as("p-ann")
	h.get("/visits/new?worker=p-ann").says("A responder would miss", "a home phone number", "an emergency contact", "The visit can be booked without")
	h.post("/visits/new", "worker", "p-ann", "kind", "home_visit", "start-date", "2026-11-21", "start-time", "14:30", "end-time", "15:30").booked()
}

func TestAWorkerBooksForThemselfAndAManagerForTheirTeam(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/visits/new?worker=p-ann").is(http.StatusNotFound)
	h.as("p-priya").post("/visits/new", booking("worker", "p-ann")...).is(http.StatusNotFound)
	h.as("p-lee").get("/visits/new").is(http.StatusOK).says("Who is visiting?", "Priya Nair", "Ann Woods").hides("Address")
	h.as("p-lee").get("/visits/new?worker=p-priya").says("For Priya Nair", "About Priya Nair", "Book for someone else")
	if v := h.as("p-lee").post("/visits/new", booking()...).booked(); v.Worker != "p-priya" {
		t.Errorf("it is %s's", v.Worker)
	}
	h.as("p-lee").post("/visits/new", booking("worker", "")...).is(http.StatusUnprocessableEntity).says("Choose who is visiting")
}

func TestAnAdministratorBooksNoVisits(t *testing.T) {
	h := openHouse(t)
	h.as("p-ada").get("/visits/new?worker=p-priya").is(http.StatusNotFound)
}

func TestWhoGoesAndWhoAnswersCanBeSaid(t *testing.T) {
	h := openHouse(t).as("p-priya")
	v := h.post("/visits/new", booking("joint", "p-ann", "buddy", "p-lee", "private", "no", "prompts", "no")...).booked()
	if v.Private || len(v.Responders) != 1 || v.Responders[0] != "p-lee" {
		t.Errorf("it is %+v", v)
	}
	all := h.visits()
	if len(all) != 2 || all[0].Worker == all[1].Worker {
		t.Fatalf("there are %d visits", len(all))
	}
	w, err := h.db.Load(t.Context(), "p-priya")
	h.ok(err)
	if w.Watch.Visits[0].Clock.Prompts {
		t.Error("she is texted prompts")
	}
}

// TestOneOfManyWorkersIsSoughtByName: a county has more than fit into one list.
func TestOneOfManyWorkersIsSoughtByName(t *testing.T) {
	h := openHouse(t).as("p-lee")
	for i := range mostWorkers {
		_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, buddy.Person{ID: fmt.Sprintf("p-%03d", i), Name: fmt.Sprintf("Zoe Number%03d", i), Team: "echo",
			Roles: []string{buddy.Worker}, Active: true, Mobile: number(fmt.Sprintf("07700 901%03d", i))})
		h.ok(err)
	}
	h.get("/visits/new").is(http.StatusOK).says("Search by name", "Who is visiting?", "Ann Woods", "Zoe Number097", "2 more are not listed").hides("Zoe Number098")
	h.post("/visits/new/worker", "q", "number099").is(http.StatusOK).says("Zoe Number099", `value="number099"`, "Continue").hides("Priya", "more are not listed")
	h.post("/visits/new/worker", "q", "nobody").is(http.StatusOK).says("No worker here has that name", "Search by name").hides("Continue")
	page := h.get("/visits/new?worker=p-099").is(http.StatusOK).says("Zoe Number099", "Book for someone else", `href="/visits/new?choose=worker"`)
	if strings.Contains(page.Body.String(), "other-worker") {
		t.Error("there is a list of all of them")
	}
	h.post("/visits/new", "worker", "").is(http.StatusUnprocessableEntity).says("Choose who is visiting", "Search by name")
}
