package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// kinLink has a manager ask Priya for her next of kin, and gives the address that she is texted.
func (h *house) kinLink() string {
	h.Helper()
	h.as("p-lee").post("/people/p-priya/kin").leadsTo("/people/p-priya").says("A link to the form was texted", "The form did not come yet")
	h.settle()
	texts := h.inbox(h.person("p-priya").Mobile.E164())
	found := regexp.MustCompile(`/kin/[A-Z2-7]{26}`).FindString(texts[len(texts)-1])
	if found == "" {
		h.Fatalf("she is texted %q", texts)
	}
	return found
}

func TestNextOfKinComeByALink(t *testing.T) {
	h := openHouse(t)
	link := h.kinLink()
	h.acting = "" // nobody is signed in on her telephone
	h.get(link).is(http.StatusOK).says("Whom do we ring if we cannot reach you?", "Priya, you visit people").hides("Nair", "Ravi", "900102", "Fiesta", "green coat")
	h.get(link).is(http.StatusOK) // looking changes nothing
	h.post(link, "contact-1-name", "").is(http.StatusUnprocessableEntity).says("Enter somebody to ring for you")
	own := h.person("p-priya").Mobile.National()
	h.post(link, "contact-1-name", "Mina Nair", "contact-1-phone", own, "description", "tall").is(http.StatusUnprocessableEntity).
		says("The number is your own number; give one that reaches somebody else", `href="#contact-1-phone"`, "Mina Nair", "tall")
	before := h.person("p-priya")
	h.post(link, "contact-1-name", "Mina Nair", "contact-1-relation", "mother", "contact-1-phone", "01632 960143", "make", "Kia", "registration", "ab12 cdf").
		leadsTo("/kin/thanks").is(http.StatusOK).says("Your details came through").hides("Mina")
	after := h.person("p-priya")
	if len(after.Contacts) != len(before.Contacts)+1 || after.Contacts[0].Name.Reveal() != "Mina Nair" || after.Vehicle.Registration.Reveal() != "AB12 CDF" {
		t.Errorf("kept is %+v", after)
	}
	if after.Description != before.Description || after.HomePhone != before.HomePhone || after.Mobile != before.Mobile {
		t.Error("what was left empty is gone")
	}
	h.get(link).is(http.StatusNotFound).says("This link is over", "This link was used, or is over")
	h.post(link, "contact-1-name", "Mallory", "contact-1-phone", "01632 960144").is(http.StatusNotFound)
	h.as("p-lee").get("/people/p-priya").says("filled in the form for next of kin")

	e, err := h.db.Entries(t.Context(), "looks/p-priya", time.Time{}, time.Time{})
	h.ok(err)
	if last := e[len(e)-1]; last.Kind != "person" || last.By != "p-priya" || last.Via != "link" || !strings.Contains(string(last.Input), "contacts") {
		t.Errorf("on record: %+v", last)
	}
	past, err := h.db.Pasts(t.Context())
	h.ok(err)
	if past["p-priya"].Hands["contacts"].By != "p-priya" {
		t.Error("an import would overwrite what she said")
	}
}

func TestALinkForNextOfKinEnds(t *testing.T) {
	h := openHouse(t)
	link := h.kinLink()
	h.clock.Move(11 * time.Minute)
	newer := h.kinLink()
	h.get(link).is(http.StatusNotFound) // another was made
	h.clock.Move(8 * 24 * time.Hour)
	h.get(newer).is(http.StatusNotFound)
	h.as("p-lee").get("/people/p-priya").says("and the form did not come")

	again := h.kinLink()
	p := h.person("p-priya")
	h.as("p-lee").post("/people/p-priya/edit", "name", p.Name, "mobile", "07700 900177", "roles", "worker", "no_vehicle", "yes").is(http.StatusSeeOther)
	h.get(again).is(http.StatusNotFound) // who has the number now is not her
	h.get("/kin/AAAAAAAAAAAAAAAAAAAAAAAAAA").is(http.StatusNotFound)
}

func TestWhoAsksForNextOfKin(t *testing.T) {
	h := openHouse(t)
	for _, other := range []string{"p-sam", "p-priya"} {
		h.as(other).get("/people/p-priya").hides("Ask for their next of kin")
		h.as(other).post("/people/p-priya/kin").is(http.StatusNotFound)
	}
	h.blocks("p-lee")
	h.as("p-lee").post("/people/p-priya/kin").is(http.StatusNotFound)
	if !h.person("p-priya").Has(buddy.Worker) {
		t.Error("she is another")
	}
}
