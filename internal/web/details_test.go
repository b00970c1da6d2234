package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

var shownField = regexp.MustCompile(`name="shown" value="([0-9a-f]+)"`)

// shown is the mark of what a page of details shows.
func (p page) shown() string {
	p.Helper()
	found := shownField.FindStringSubmatch(p.Body.String())
	if found == nil {
		p.Fatalf("%s: it has no mark of what it shows", p.asked)
	}
	return found[1]
}

const quarter = 90 * 24 * time.Hour

func TestOnePressSaysThatOnesDetailsAreRight(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.get("/").is(http.StatusOK).hides("Look at your details")
	h.clock.Move(quarter)
	h.get("/").is(http.StatusOK).says("Look at your details")
	h.as("p-sam").get("/").is(http.StatusOK).hides("Look at your details")
	got := h.get("/details").is(http.StatusOK).says("You have not said yet", "07700 900101", "01632 960101", "Not proved", "green coat", "Blue Ford Fiesta, AB12 CDE",
		"Ravi Nair", "07700 900102", "None of them is marked as your next of kin", "Ravi Nair knows that they may be rung about me", "All of this is still right")
	h.post("/details", "shown", got.shown(), "told", "1").leadsTo("/details?done=details-right").is(http.StatusOK).
		says("Thank you", "You last said that all of it is right on Friday 19 February 2027", "Knows").hides("may be rung about me")
	h.get("/").is(http.StatusOK).hides("Look at your details")

	lee := h.as("p-lee")
	lee.get("/teams/echo").is(http.StatusOK).says("Details confirmed", "19 Feb 2027", "Not yet")
	lee.get("/people/p-priya").is(http.StatusOK).says("Said on Friday 19 February 2027", "Not proved")
	h.as("p-sam").get("/teams/echo").is(http.StatusOK).hides("Details confirmed")
}

func TestOnlyWhatWasShownIsConfirmed(t *testing.T) {
	h := openHouse(t).as("p-priya")
	shown := h.get("/details").shown()
	priya, err := h.db.Person(h.Context(), "p-priya")
	h.ok(err)
	priya.Mobile = number("07700 900188")
	_, err = h.engine.PutPerson(h.Context(), engine.Actor{By: "p-lee", Via: "page"}, priya)
	h.ok(err)
	h.post("/details", "shown", shown).is(http.StatusConflict).says("Your details have changed since this page was opened", "07700 900188")
	if c, err := h.db.Confirmation(h.Context(), "p-priya"); err != nil || !c.ConfirmedAt.IsZero() {
		t.Errorf("confirmed is %+v, %v", c, err)
	}
}

func TestAfterThreeTextsTheManagersPageSaysSo(t *testing.T) {
	h := openHouse(t).as("p-lee")
	for range store.AskedMost {
		c, err := h.db.Confirmation(h.Context(), "p-priya")
		h.ok(err)
		h.ok(h.db.PutAsked(h.Context(), c, c.Asked+1, c.AskAt.Add(time.Hour)))
	}
	h.get("/teams/echo").says("Asked 3 times")
	h.get("/people/p-priya").says("Not said yet", "Asked 3 times")
	h.as("p-ann").get("/people/p-priya").hides("Asked 3 times")
}

func TestANumberIsProvedOnOnesOwnPage(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.get("/details").says("Text me a code", "Ring me with a code").hides(`name="code_mobile"`)
	h.post("/details/numbers/mobile/code", "by", "text").leadsTo("/details?done=code-sent").says("A code is on its way", `name="code_mobile"`, "one-time-code")
	_, err := h.engine.Deliver(h.Context())
	h.ok(err)
	inbox := h.town.Phone(number("07700 900101")).Inbox()
	code := regexp.MustCompile(`\b\d{6}\b`).FindString(inbox[len(inbox)-1].Body)
	h.post("/details/numbers/mobile", "code_mobile", "").is(http.StatusUnprocessableEntity).says("Enter the code that came", `href="#code_mobile"`)
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	h.post("/details/numbers/mobile", "code_mobile", wrong).is(http.StatusUnprocessableEntity).says("That is another code")
	h.post("/details/numbers/mobile", "code_mobile", code[:3]+" "+code[3:]).leadsTo("/details?done=number-proved").says("The number is proved", "Proved")
	h.post("/details/numbers/mobile", "code_mobile", code).is(http.StatusUnprocessableEntity).says("That code is good no more")
	h.post("/details/numbers/home_phone/code", "by", "text").is(http.StatusNotFound)
	h.post("/details/numbers/personal_mobile/code", "by", "text").is(http.StatusNotFound)
	h.post("/details/numbers/description/code", "by", "text").is(http.StatusNotFound)
	for range store.CodeAsks - 1 {
		h.post("/details/numbers/home_phone/code", "by", "call").is(http.StatusSeeOther)
	}
	h.post("/details/numbers/home_phone/code", "by", "call").is(http.StatusTooManyRequests).says("You were sent 5 codes within an hour")
	if strings.Contains(h.log.String(), code) {
		t.Error("a code is in the log")
	}
	h.as("p-lee").get("/people/p-priya").says("01632 960101", "Not proved")
}

// Rule 4.2: what Priya reads of her details is the same with an alarm that she called for and with none, also where the search finds a number that is wrong.
func TestOnesDetailsTellNothingOfDanger(t *testing.T) {
	var pages []string
	for _, name := range []string{"Jane", "Scarlett"} {
		h := openHouse(t)
		v, err := h.db.Visit(h.Context(), h.visit())
		h.ok(err)
		h.texts("07700 900101", "ASK "+name)
		if name == "Scarlett" {
			open, err := h.db.Alarms(h.Context(), "open", 1)
			h.ok(err)
			h.ok(h.engine.Act(h.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID, watch.Acknowledge{}, engine.Words{}))
			h.ok(h.engine.Act(h.Context(), engine.Actor{By: "p-sam", Via: "page"}, open[0].ID, watch.Call{Result: watch.WrongNumber}, engine.Words{To: "+447700900102"}))
			h.as("p-lee").get("/people/p-priya").is(http.StatusOK)
		}
		priya := h.as("p-priya")
		right := priya.get("/details")
		shown := right.shown()
		pages = append(pages, right.plainly(name, v)+priya.post("/details", "shown", shown).Header().Get("Location")+priya.get("/").plainly(name, v))
	}
	if pages[0] != pages[1] {
		t.Errorf("the pages differ: %s", cmp.Diff(pages[0], pages[1]))
	}
}

// A number that is wrong is asked for by page too, and by the page of who answers for its worker.
func TestANumberThatFailsIsMarked(t *testing.T) {
	h := openHouse(t)
	priya, err := h.db.Person(h.Context(), "p-priya")
	h.ok(err)
	_, err = h.db.NumberFailed(h.Context(), priya, priya.Mobile, saturday)
	h.ok(err)
	_, err = h.db.NumberFailed(h.Context(), priya, priya.Contacts[0].Phone, saturday)
	h.ok(err)
	got := h.as("p-priya").get("/details").says("Could not be reached")
	if n := strings.Count(got.Body.String(), "Could not be reached"); n != 2 {
		t.Errorf("%d numbers are marked, not 2", n)
	}
	h.get("/people/p-priya").says("Could not be reached")
}

func TestWhereElseNextOfKinIsChangedIsShownWithTheChange(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.get("/details").says("Change your next of kin in the HR system too")
	h.as("p-ada").get("/organisation").says("Change your next of kin in the HR system too")
	h.as("p-ada").post("/organisation", "hr", strings.Repeat("x", 2001)).is(http.StatusUnprocessableEntity).says("at most 2000 characters")
	h.as("p-ada").post("/organisation", "hr", "Open the portal, then My details.").is(http.StatusSeeOther)
	was := h.get("/people/p-priya/edit").is(http.StatusOK).says("Next of kin")
	fields := []string{"was", was.marks(), "name", "Priya Nair", "mobile", "07700 900101", "home_phone", "01632 960101", "description", "5 ft 4, short black hair, green coat", "make", "Ford", "model", "Fiesta",
		"colour", "blue", "registration", "AB12 CDE", "contact-1-name", "Ravi Nair", "contact-1-relation", "husband", "contact-1-phone", "07700 900102"}
	h.post("/people/p-priya/edit", fields...).leadsTo("/people/p-priya?done=person-saved").hides("Open the portal")
	h.post("/people/p-priya/edit", append(fields, "contact-1-kin", "yes")...).leadsTo("/details?done=kin-saved").says("Open the portal, then My details.", "<details class=\"govuk-details\" open>", "Next of kin").
		hides("None of them is marked")
	priya, err := h.db.Person(h.Context(), "p-priya")
	h.ok(err)
	if !priya.Contacts[0].NextOfKin || priya.Contacts[0].Name != private.New("Ravi Nair") || !priya.Has(buddy.Worker) {
		t.Errorf("kept is %+v", priya.Contacts)
	}
}

// Whoever rings sees which numbers nobody has made sure of; they are there all the same.
func TestTheRingRoundMarksWhatIsNotProved(t *testing.T) {
	h := openHouse(t)
	_, alarm := h.overdue()
	got := h.get("/alarms/"+alarm).is(http.StatusOK).says("07700 900101", "Not tried yet; not proved", "Not tried yet; may not expect us")
	if n := strings.Count(got.text(), "not proved"); n != 2 {
		t.Errorf("%d numbers are marked, not the mobile and the home phone", n)
	}
	right := h.as("p-priya").get("/details")
	h.as("p-priya").post("/details", "shown", right.shown(), "told", "1").is(http.StatusSeeOther)
	h.get("/alarms/" + alarm).is(http.StatusOK).hides("may not expect us")
}
