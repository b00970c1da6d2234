package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// ended lets a visit of Priya's end well, and gives its id.
func (h *house) ended() (visit string) {
	h.Helper()
	visit = h.visit()
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Out, all well")
	h.wait(24 * time.Hour)
	return visit
}

func TestAWorkerDownloadsAllAboutThemselves(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	visit := h.visit()
	priya.get("/people/p-priya").says("Download all there is about you")
	h.wait(30 * time.Minute)
	priya.get("/people/p-priya/data").is(http.StatusOK).says("All there is about you", "when you are not on a visit").hides("Erase", "<button>")
	priya.post("/people/p-priya/data").is(http.StatusConflict).says("when you are not on a visit")
	h.texts("07700 900101", "Going in")
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Out, all well")
	got := priya.post("/people/p-priya/data")
	if name := got.Header().Get("Content-Disposition"); name != `attachment; filename="about-p-priya.zip"` {
		t.Errorf("it is called %s", name)
	}
	all := got.unzipped()
	for _, has := range []string{"Out, all well", "Ravi Nair", visit, "5 ft 4"} {
		if !strings.Contains(all, has) {
			t.Errorf("%q is not in it: %s", has, all)
		}
	}
	for _, other := range []string{"Example Street", "J Smith"} {
		if strings.Contains(all, other) {
			t.Errorf("%q of others is in it", other)
		}
	}
	h.get("/people/p-priya/data").is(http.StatusNotFound)
	h.as("p-lee").post("/people/p-priya/data").is(http.StatusNotFound) // a manager keeps a team, and takes nobody's life out
}

func TestAnAdministratorTakesOutAllAboutSomeoneAndTheyReadIt(t *testing.T) {
	h := openHouse(t)
	h.ended()
	ada := h.as("p-ada")
	ada.get("/people/p-priya/data").is(http.StatusOK).says("Read it before you hand it over", "See what erasing Priya Nair comes to")
	if all := ada.post("/people/p-priya/data").unzipped(); !strings.Contains(all, "Out, all well") {
		t.Errorf("their texts are not in it: %s", all)
	}
	h.as("p-priya").get("/looks").says("Ada Flint", "took out all there is about you")
}

func TestWhoTakesDataOutProvesFirstThatItIsThem(t *testing.T) {
	h := openHouse(t).locked("https://allclear.example.org")
	b := h.browser()
	secret := b.joins("p-ada", "ada@example.org")
	b.opens("/people/p-priya/data").last.is(http.StatusOK).says("Download")
	h.clock.Move(20 * time.Minute)
	b.opens("/people/p-priya/data").last.says("Show that it is you")
	b.presses("/sign-in", "name", "ada@example.org", "password", password).presses("/sign-in/code", "code", b.code(secret))
	b.last.is(http.StatusOK).says("All there is about Priya Nair")
	h.clock.Move(20 * time.Minute)
	b.opens("/people/p-priya/erase").last.says("Show that it is you")
}

func TestErasingSomeoneSaysFirstWhatGoesAndWhatStays(t *testing.T) {
	h := openHouse(t)
	h.ended()
	ada, page := h.as("p-ada"), "/people/p-priya/erase"
	ada.get(page).is(http.StatusOK).says("their details, numbers and how they sign in", "the words of 1 visit", "the record is never rewritten", "Erase Priya Nair")
	ada.post(page, "why", "").is(http.StatusUnprocessableEntity).says("Enter why", "Say that you know it cannot be undone")
	if p, err := h.db.Person(t.Context(), "p-priya"); err != nil || p.Name != "Priya Nair" {
		t.Fatalf("a refused form erased: %+v, %v", p, err)
	}
	ada.post(page, "why", "asked by letter", "sure", "yes").leadsTo("/people").says("What could go is erased").hides("Priya Nair")
	if p, err := h.db.Person(t.Context(), "p-priya"); err != nil || p.Name != "" || p.Active {
		t.Errorf("they are %+v, %v", p, err)
	}
	ada.get(page).is(http.StatusOK).says("Nothing is left that could go").hides("<textarea")
	ada.post("/people/p-priya/apart", "key", "b-1", "person", "p-sam", "why", "a relative").is(http.StatusConflict).says("were erased")
	h.sealed()
	h.ok(h.db.Verify(t.Context(), h.clock.Now()))
	h.as("p-ada").get("/people/p-ada/erase").is(http.StatusNotFound)
	h.as("p-lee").get("/people/p-ann/erase").is(http.StatusNotFound)
}

func TestWhatStandsInTheWayOfErasingIsSaid(t *testing.T) {
	h := openHouse(t)
	ada := h.as("p-ada")
	ada.get("/people/p-lee/erase").says("Nothing of Lee Marsh can be erased now").hides("Why?")
	visit := h.visit()
	ada.get("/people/p-priya/erase").says("Nothing of Priya Nair can be erased now", "There are open visits").hides("Why?")
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Out")
	h.wait(24 * time.Hour)
	ada.post("/holds", "object", "visit/"+visit, "why", "claim 7").leadsTo("/holds")
	ada.get("/people/p-priya/erase").says("A legal hold is on")
	ada.post("/people/p-priya/erase", "why", "asked", "sure", "yes").is(http.StatusConflict).says("legal hold")
}

func TestAHoldIsPutOnSomethingAndLifted(t *testing.T) {
	h := openHouse(t)
	visit := h.ended()
	ada := h.as("p-ada")
	ada.get("/holds").is(http.StatusOK).says("No hold stands")
	ada.get("/holds?on=visit/" + visit).says(`value="visit/` + visit + `"`)
	ada.get("/holds?on=" + "Priya%20Nair").hides("Nair")
	for typed, says := range map[string]string{"": "Enter what it is about", "Priya Nair": "This is no address", "visit/none": "There is no such visit"} {
		ada.post("/holds", "object", typed, "why", "claim 7").is(http.StatusUnprocessableEntity).says(says)
	}
	ada.post("/holds", "object", "visit/"+visit, "why", "").is(http.StatusUnprocessableEntity).says("Enter why")
	ada.post("/holds", "object", "https://allclear.example.org/visits/"+visit+"?done=in", "why", "claim 7").leadsTo("/holds").says("The hold stands", "visit/"+visit, "claim 7", "Ada Flint")
	ada.post("/holds", "object", "/people/p-priya", "why", "complaint").leadsTo("/holds").says("Priya Nair", "complaint")

	odd := h.with("p-odd", "Odd Moe", buddy.Auditor)
	odd.get("/holds").is(http.StatusOK).says("visit/"+visit, "person/p-priya", "p-ada").hides("claim 7", "Priya Nair", "Put a hold")
	odd.post("/holds", "object", "visit/"+visit, "why", "mine").is(http.StatusNotFound)
	h.get("/visits/" + visit).says("A legal hold is on this visit").hides("claim 7")
	h.get("/people/p-priya").says("A legal hold is on Priya Nair").hides("complaint")
	for _, path := range []string{"/visits/" + visit, "/people/p-priya", "/people/p-priya/data"} { // it may be about an alarm that they must not know of
		h.as("p-priya").get(path).is(http.StatusOK).hides("legal hold")
	}
	ada.get("/people/p-priya").says("A legal hold is on Priya Nair", "complaint")
	ada.get("/kept").says("2 legal holds stand")

	holds, err := h.db.HoldsOn(t.Context(), "visit/"+visit)
	h.ok(err)
	h.post("/holds/" + holds[0].ID + "/lift").is(http.StatusNotFound)
	ada.post("/holds/" + holds[0].ID + "/lift").leadsTo("/holds").says("The hold is lifted").hides("claim 7")
	ada.post("/holds/" + holds[0].ID + "/lift").is(http.StatusNotFound)
	h.get("/visits/" + visit).hides("legal hold")
}

// Nobody is shown a hold that is about themselves, nor lifts it; a worker none at all, as they may be in danger with whom it is about (rule 4.2).
func TestNobodyKeepsAHoldOnThemselves(t *testing.T) {
	h := openHouse(t)
	kit := h.with("p-kit", "Kit Shaw", buddy.Admin)
	h.as("p-ada").post("/holds", "object", "person/p-kit", "why", "claim 9").leadsTo("/holds").says("claim 9")
	h.as("p-ada").post("/holds", "object", "person/p-priya", "why", "claim 10").leadsTo("/holds")
	kit.get("/holds").is(http.StatusOK).says("claim 10").hides("claim 9")
	holds, err := h.db.HoldsOn(t.Context(), "person/p-kit")
	h.ok(err)
	lift := "/holds/" + holds[0].ID + "/lift"
	kit.post(lift).is(http.StatusNotFound)
	kit = h.with("p-kit", "Kit Shaw", buddy.Admin, buddy.Worker)
	kit.get("/holds").is(http.StatusNotFound)
	kit.post("/holds", "object", "person/p-sam", "why", "claim 11").is(http.StatusNotFound)
	kit.get("/kept").is(http.StatusOK).hides("legal hold stands", "legal holds stand", "Legal holds")
}

// Who is kept from a worker finds no hold on her, nor on what is hers, and puts none on it (rule 1.4).
func TestWhoIsKeptApartFindsNoHold(t *testing.T) {
	h := openHouse(t)
	visit := h.ended()
	h.blocks("p-ada")
	kit := h.with("p-kit", "Kit Shaw", buddy.Admin)
	kit.post("/holds", "object", "visit/"+visit, "why", "claim 9").leadsTo("/holds").says(visit)
	ada := h.as("p-ada")
	ada.get("/holds").is(http.StatusOK).hides(visit, "claim 9")
	ada.get("/kept").is(http.StatusOK).says("No legal hold stands")
	holds, err := h.db.HoldsOn(t.Context(), "visit/"+visit)
	h.ok(err)
	ada.post("/holds/" + holds[0].ID + "/lift").is(http.StatusNotFound)
	for _, object := range []string{"visit/" + visit, "person/p-priya", "visit/none"} {
		ada.post("/holds", "object", object, "why", "claim 10").is(http.StatusUnprocessableEntity).says("There is no such visit, alarm or person")
	}
	ada.post("/holds", "object", "person/p-sam", "why", "claim 11").leadsTo("/holds").says("claim 11")
}

func TestWhatIsKeptHowLongIsSaidToAll(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/kept").is(http.StatusOK).says("A visit that ended well", "30 days", "3 years").hides("last night", "ALLCLEAR_RETAIN")
	ada := h.as("p-ada")
	ada.get("/kept").says("It has not been night here yet", "ALLCLEAR_RETAIN_VISIT", "No legal hold stands")
	h.ended()
	chores := func() {
		h.ok(h.engine.Chores(t.Context()))
	}
	for range 40 { // a night is missed by nobody who is up each day
		h.wait(24 * time.Hour)
		chores()
		if text := ada.get("/kept").text(); strings.Contains(text, "Visits: 1") {
			return
		}
	}
	ada.get("/kept").says("Visits: 1")
}
