package web

import (
	"net/http"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// nextDoor adds a second team, Family Links, with a worker, Kim, and a responder, Jo, who answers for ECHo in no way.
func (h *house) nextDoor() *house {
	h.Helper()
	settings := plan.Standard()
	settings.Fallback = "p-jo"
	_, err := h.engine.PutTeam(h.Context(), engine.Actor{}, store.Team{ID: "links", Name: "Family Links", Zone: "Europe/London", Plan: settings, HasPlan: true})
	h.ok(err)
	for _, p := range []buddy.Person{
		{ID: "p-kim", Name: "Kim O’Shea", Roles: []string{buddy.Worker}, Mobile: number("07700 900131")},
		{ID: "p-jo", Name: "Jo Reed", Roles: []string{buddy.Responder, buddy.Manager}, Mobile: number("07700 900132")},
	} {
		p.Team, p.Active = "links", true
		_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, p)
		h.ok(err)
	}
	return h
}

// looked counts the looks of someone that are on record.
func (h *house) looked(reader string) int {
	h.Helper()
	entries, err := h.db.Entries(h.Context(), "looks/"+reader, time.Time{}, time.Time{})
	h.ok(err)
	return len(entries)
}

func TestPeopleOfATeam(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.as("p-priya").get("/people").is(http.StatusOK).says("Priya Nair", "Ann Woods", "Manager and responder", "Worker and responder", "Administrator", "On call now", `href="/people/p-sam"`).
		hides("Kim", "07700", "Add a person", "Family Links")
	h.as("p-ada").get("/people?team=all").is(http.StatusOK).says("Priya Nair", "Kim O’Shea", "Family Links", "Add a person")
	h.as("p-ada").get("/people?team=links").is(http.StatusOK).says("Kim O’Shea").hides("Priya Nair")
	h.as("p-priya").get("/people?team=links").is(http.StatusOK).hides("Kim")
}

func TestSomeoneIsSoughtByName(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.post("/people", "q", "woo").is(http.StatusOK).says("Ann Woods").hides("Priya Nair")
	h.post("/people", "q", "WOODS ann").is(http.StatusOK).says("Ann Woods")
	h.post("/people", "q", "oods").is(http.StatusOK).says("Nobody here has that name", `value="oods"`)
	h.as("p-ada").post("/people", "team", "all", "q", "shea").is(http.StatusOK).says("Kim O’Shea").hides("Priya Nair")
	h.post("/people", "q", "<script>").is(http.StatusOK).hides("<script>")
}

func TestWhoHasLeftIsListedWhenAsked(t *testing.T) {
	h := openHouse(t)
	ann, err := h.db.Person(h.Context(), "p-ann")
	h.ok(err)
	ann.Active = false
	_, err = h.engine.PutPerson(h.Context(), engine.Actor{}, ann)
	h.ok(err)
	h.get("/people").hides("Ann Woods")
	h.get("/people?left=yes").says("Ann Woods", "No longer here")
	h.get("/people/p-ann").is(http.StatusOK).says("No longer here")
}

func TestATeamWithoutPeopleSaysSo(t *testing.T) {
	h := openHouse(t)
	_, err := h.engine.PutTeam(h.Context(), engine.Actor{}, store.Team{ID: "new", Name: "North", Zone: "Europe/London", Plan: plan.Settings{Clock: plan.Standard().Clock, DuressPhrase: "Scarlett", Fallback: "p-lee"}, HasPlan: true})
	h.ok(err)
	h.as("p-ada").get("/people?team=new").is(http.StatusOK).says("There is nobody in this team yet")
}

func TestOwnDetailsInFull(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/people/p-priya").is(http.StatusOK).
		says("07700 900101", `href="tel:&#43;447700900101"`, "01632 960101", "Ravi Nair", "husband", "07700 900102", "green coat", "Blue Ford Fiesta, AB12 CDE", "Change these details")
	if n := h.looked("p-priya"); n != 1 {
		t.Errorf("%d looks are on record", n)
	}
}

func TestHomeNumbersAreForThoseWhoAnswer(t *testing.T) {
	h := openHouse(t).nextDoor()
	private := []string{"01632 960101", "Ravi", "07700 900102", "green coat", "Emergency contacts"}
	for _, reader := range []string{"p-sam", "p-lee", "p-ann"} {
		h.as(reader).get("/people/p-priya").is(http.StatusOK).says(private...)
		if n := h.looked(reader); n != 1 {
			t.Errorf("%d looks of %s are on record", n, reader)
		}
	}
	h.as("p-ada").get("/people/p-priya").is(http.StatusOK).says("07700 900101", "Blue Ford Fiesta").hides(private...)
	if n := h.looked("p-ada"); n != 0 {
		t.Errorf("%d looks of Ada, who saw nothing private, are on record", n)
	}
	for _, reader := range []string{"p-kim", "p-jo"} {
		h.as(reader).get("/people/p-priya").is(http.StatusNotFound).hides("Priya")
	}
	h.get("/people/p-nobody").is(http.StatusNotFound)
}

// Who covers another team's shift answers for its workers.
func TestWhoIsOnCallForATeamSeesItsPeople(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.shift("p-jo", 2, saturday.Add(24*time.Hour), saturday.Add(30*time.Hour), "echo")
	h.as("p-jo").get("/people/p-priya").is(http.StatusOK).says("Ravi Nair")
	h.as("p-jo").get("/people?team=echo").is(http.StatusOK).says("Priya Nair")
}

// The fallback of a team answers for it, wherever they are themself.
func TestTheFallbackOfATeamSeesItsPeople(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.as("p-lee").get("/people/p-kim").is(http.StatusNotFound)
	team, err := h.db.Team(h.Context(), "links")
	h.ok(err)
	team.Plan.Fallback = "p-lee"
	_, err = h.engine.PutTeam(h.Context(), engine.Actor{}, team)
	h.ok(err)
	h.as("p-lee").get("/people/p-kim").is(http.StatusOK).says("Emergency contacts").hides("Change these details")
	h.as("p-lee").get("/rota?team=links").is(http.StatusOK).hides("Add a shift")
}

func TestAColleaguesNumbers(t *testing.T) {
	h := openHouse(t)
	sam, err := h.db.Person(h.Context(), "p-sam")
	h.ok(err)
	sam.PersonalMobile, sam.HomePhone, sam.Email = number("07700 900119"), number("01632 960119"), private.New("sam@example.org")
	_, err = h.engine.PutPerson(h.Context(), engine.Actor{}, sam)
	h.ok(err)
	// on call now: every worker covered sees how to reach them, but not at home
	h.as("p-priya").get("/people/p-sam").is(http.StatusOK).says("On call now", "07700 900110", "07700 900119", "1st for ECHo").hides("01632", "sam@example.org", "Change these details")
	h.wait(35 * time.Hour)
	h.as("p-priya").get("/people/p-sam").is(http.StatusOK).says("07700 900110", "No shifts in the next 90 days").hides("07700 900119", "On call now")
}

func TestWhatAResponderWouldMiss(t *testing.T) {
	h := openHouse(t)
	h.as("p-ann").get("/people/p-ann").is(http.StatusOK).says("To find you, a responder would miss", "a home phone number", "an emergency contact", "a description", "the car’s make")
	h.get("/people/p-ann").is(http.StatusOK).says("To find Ann Woods, a responder would miss").hides("Add what is missing")
	h.as("p-priya").get("/people/p-priya").hides("would miss")
	h.as("p-priya").get("/people/p-ann").hides("would miss")
	h.get("/people/p-sam").hides("would miss") // visits nobody alone
}

func TestACarInWords(t *testing.T) {
	for want, p := range map[string]buddy.Person{
		"":                       {},
		"Comes without a car":    {NoVehicle: true},
		"Écru Ford Ka, AB12 CDE": {Vehicle: buddy.Vehicle{Colour: private.New("écru"), Make: private.New("Ford"), Model: private.New("Ka"), Registration: private.New("AB12 CDE")}},
		"AB12 CDE":               {Vehicle: buddy.Vehicle{Registration: private.New("AB12 CDE")}},
	} {
		if got := vehicleWords(p); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
