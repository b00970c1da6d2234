package web

import (
	"net/http"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
)

// TestWhatIsSavedShowsAtOnce: what is remembered of people, teams and shifts is not shown once they have changed.
func TestWhatIsSavedShowsAtOnce(t *testing.T) {
	h := openHouse(t).nextDoor().as("p-ada")
	lists := []string{"/people?team=all", "/people", "/teams/echo", "/teams/echo/plan/edit/4", "/raise"}
	for _, path := range append(lists, "/teams", "/rota") {
		h.get(path).is(http.StatusOK) // and is remembered
	}
	put := func(change func(*buddy.Person)) {
		t.Helper()
		priya, err := h.db.Person(h.Context(), "p-priya")
		h.ok(err)
		change(&priya)
		_, err = h.engine.PutPerson(h.Context(), engine.Actor{}, priya)
		h.ok(err)
	}
	put(func(p *buddy.Person) { p.Name = "Priya Marlow" })
	for _, path := range lists {
		h.get(path).says("Priya Marlow").hides("Priya Nair")
	}
	h.as("p-lee").get("/visits/new?worker=p-priya").says("Priya Marlow", "Ford Fiesta")
	put(func(p *buddy.Person) { p.Team, p.Roles = "links", []string{buddy.Responder} })
	h.get("/people?team=echo").hides("Priya")
	h.get("/people?team=links").says("Priya Marlow")
	h.as("p-lee").get("/visits/new").hides("Priya")
	h.get("/rota?team=links").says("Priya Marlow")
	put(func(p *buddy.Person) { p.Active = false })
	h.get("/people?team=links").hides("Priya")
	h.get("/people?team=links&left=yes").says("Priya Marlow", "No longer here")
	h.get("/rota?team=links").hides("Priya")

	h.get("/people/p-lee").hides("On call now")
	h.shift("p-lee", 2, saturday, saturday.Add(time.Hour), "echo")
	h.get("/people/p-lee").says("On call now")
	h.clock.Move(time.Hour)
	h.get("/people/p-lee").hides("On call now")

	team, err := h.db.Team(h.Context(), "links")
	h.ok(err)
	team.Name = "Contact Centre"
	_, err = h.engine.PutTeam(h.Context(), engine.Actor{}, team)
	h.ok(err)
	for _, path := range []string{"/teams", "/people?team=all", "/rota?team=links"} {
		h.get(path).says("Contact Centre").hides("Family Links")
	}
}

// TestOneWhoseDetailsWereUnreadableIsThereAgain: a list without their name is not what is remembered.
func TestOneWhoseDetailsWereUnreadableIsThereAgain(t *testing.T) {
	h := openHouse(t)
	var details []byte
	raw := h.place.Raw(t)
	h.ok(raw.QueryRow(`SELECT details FROM people WHERE id = 'p-ann'`).Scan(&details))
	h.spoil("p-ann")
	h.get("/people").is(http.StatusOK).says("Priya Nair", "p-ann").hides("Ann Woods")
	_, err := raw.Exec(`UPDATE people SET details = $1 WHERE id = 'p-ann'`, details)
	h.ok(err)
	h.get("/people").says("Ann Woods")
}
