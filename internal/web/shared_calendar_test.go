package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// The plan's section 1, from the first question to a colleague who sees nothing: each says how theirs stands, a manager notes it for them, a colleague says
// that it cannot be seen, and whose it is is asked again, without a word of who said so.
func TestWhoSharesTheirCalendarWithTheTeam(t *testing.T) {
	h := openHouse(t)
	const asked = "Say whether your calendar is shared with your team"
	own, anns := "/teams/echo/calendars/p-priya", "/teams/echo/calendars/p-ann"
	h.as("p-priya").get("/").hides(asked) // there is no plan that asks for it
	h.published()
	h.as("p-priya").get("/").says(asked, own)
	h.as("p-ada").get("/").hides(asked) // who only administers is in no team's calendar
	h.as("p-lee").get("/teams/echo").says("Calendars", "Priya Nair", "Not said yet").hides("Ada Flint’s calendar")
	if code, to := h.says("p-priya", "/calendar"); code != http.StatusSeeOther {
		t.Errorf("the short way: %d, %s", code, to)
	}
	h.as("p-priya").get(own).is(http.StatusOK).says("Your calendar and your team", "In classic Outlook for Windows", "Can view all details", "People in my organization").hides("I cannot see the details", "list of who may never see you")

	if code, said := h.sends("p-priya", own, nil); code != http.StatusUnprocessableEntity {
		t.Errorf("nothing chosen: %d %s", code, said)
	}
	if code, _ := h.sends("p-priya", own, url.Values{"shared": {"not_yet"}}); code != http.StatusSeeOther {
		t.Errorf("not yet: %d", code)
	}
	h.as("p-priya").get("/").says(asked)
	if code, _ := h.sends("p-priya", own, url.Values{"shared": {"yes"}}); code != http.StatusSeeOther {
		t.Errorf("yes: %d", code)
	}
	h.as("p-priya").get("/").hides(asked)
	if code, _ := h.sends("p-lee", anns, url.Values{"shared": {"yes"}}); code != http.StatusSeeOther {
		t.Errorf("noted by the manager: %d", code)
	}
	h.as("p-priya").get(anns).says("Shared", "noted by Lee Marsh", "I cannot see the details", "Add from directory").hides(`name="shared"`)
	if code, _ := h.sends("p-priya", anns, url.Values{"shared": {"not_yet"}}); code != http.StatusNotFound {
		t.Errorf("said of a colleague: %d", code)
	}
	if code, _ := h.sends("p-priya", own+"/unseen", nil); code != http.StatusNotFound {
		t.Errorf("one's own, not seen: %d", code)
	}
	if code, _ := h.sends("p-ann", own+"/unseen", nil); code != http.StatusSeeOther {
		t.Errorf("not seen: %d", code)
	}
	h.as("p-priya").get("/").says("A colleague could not see the details in your calendar", own).hides("Ann Woods could")
	h.as("p-priya").get(own).says("A colleague could not see it").hides("Ann Woods")
	h.as("p-ann").get(own).says("A colleague could not see it").hides("I cannot see the details")
	h.as("p-lee").get("/teams/echo").says("A colleague could not see it", "Shared")
	h.sends("p-priya", own, url.Values{"shared": {"yes"}})
	h.as("p-priya").get("/").hides("could not see the details")

	h.wait(time.Hour)
	h.with("p-kay", "Kay Dunn", buddy.Worker) // with whom nobody shared by name
	h.as("p-priya").get("/").says(asked)
	h.as("p-kay").get("/teams/echo").says("Shared, and asked again since")

	h.ok(h.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-ann"}))
	h.as("p-priya").get(own).says("list of who may never see you", "by name")
	if code, _ := h.says("p-ann", own); code != http.StatusNotFound {
		t.Errorf("who is kept from her: %d", code)
	}
	h.as("p-ann").get("/teams/echo").hides("Priya Nair")
	for _, nobody := range []string{"/teams/echo/calendars/p-ada", "/teams/echo/calendars/p-nobody", "/teams/none/calendars/p-priya"} {
		if code, _ := h.says("p-priya", nobody); code != http.StatusNotFound {
			t.Errorf("%s: %d", nobody, code)
		}
	}
}

// Visits in working hours say where and to whom: those that do not are listed for who sees them, and a private one for nobody else. Meetings and
// appointments stand in the team's day with their place, and are not watched.
func TestTheTeamsPageListsVisitsThatSayTooLittle(t *testing.T) {
	h := openHouse(t)
	monday := saturday.AddDate(0, 0, 2).Add(-4 * time.Hour) // 10:00
	book := func(kind string, private bool, at time.Time, f buddy.Form) string {
		t.Helper()
		booked, err := h.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: kind, StartsAt: at, ExpectedEndAt: at.Add(30 * time.Minute), Private: &private, Details: f})
		h.ok(err)
		return booked.Visit
	}
	open := book("home_visit", false, monday, buddy.Form{ServiceUser: private.New("J Smith")})
	hidden := book("home_visit", true, monday.Add(time.Hour), buddy.Form{Address: private.New("1 Example Street")})
	h.with("p-kay", "Kay Dunn", buddy.Worker)
	h.as("p-lee").get("/teams/echo").says("Visits of the next 7 days that say too little", "/visits/"+open, "No place", "/visits/"+hidden, "No service user").hides("J Smith", "Example Street")
	h.as("p-kay").get("/teams/echo").says("/visits/"+open, "No place").hides("/visits/"+hidden, "No service user")
	h.as("p-priya").get("/teams/echo").says("/visits/"+open, "/visits/"+hidden)
	h.as("p-ada").get("/teams/echo").hides("say too little")

	book("meeting", false, monday.Add(2*time.Hour), buddy.Form{Address: private.New("Shire Hall, room 4")})
	book("other", false, monday.Add(3*time.Hour), buddy.Form{Address: private.New("The clinic, Quay Street")})
	book("other", true, monday.Add(4*time.Hour), buddy.Form{Address: private.New("12 Quiet Lane")})
	h.as("p-kay").get("/visits?date=2026-11-23").says("Meeting", "Shire Hall, room 4", "The clinic, Quay Street").hides("Quiet Lane", "Example Street")
	h.as("p-kay").get("/visits/" + book("meeting", false, monday.Add(5*time.Hour), buddy.Form{Address: private.New("Shire Hall")})).says("Shire Hall")
}
