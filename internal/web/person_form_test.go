package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
)

// person reads someone as they are kept.
func (h *house) person(id string) buddy.Person {
	h.Helper()
	who, err := h.db.Person(h.Context(), id)
	h.ok(err)
	return who
}

// named finds someone by their name.
func (h *house) named(name string) buddy.Person {
	h.Helper()
	people, err := h.db.People(h.Context())
	h.ok(err)
	i := slices.IndexFunc(people, func(p buddy.Person) bool { return p.Name == name })
	if i < 0 {
		h.Fatalf("there is no %s", name)
	}
	return people[i]
}

func TestAPersonIsAdded(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/people/new").is(http.StatusOK).says("Add a person", "Comes without a car", "Contact 3", `name="key"`).hides("Contact 4", "No longer here")
	fields := []string{"key", "k1", "name", "Bea Quill", "roles", "worker", "roles", "responder", "mobile", "07700 900141", "personal_mobile", "+44 7700 900142",
		"home_phone", "(01632) 960141", "email", "bea@example.org", "description", "Tall,\r\nred coat", "make", "Kia", "model", "Rio", "colour", "red", "registration", "ab12 cdf",
		"contact-1-name", "Tom Quill", "contact-1-relation", "father", "contact-1-phone", "07700 900143",
		"contact-3-name", "Una Quill", "contact-3-phone", "01632 960143", "contact-3-police", "yes"}
	for range 2 { // the button is pressed twice
		h.post("/people/new", fields...).leadsTo("/people/"+h.named("Bea Quill").ID).is(http.StatusOK).
			says("The person was added", "07700 900141", "07700 900142", "01632 960141", "Red Kia Rio, AB12 CDF", "Tom Quill", "Una Quill", "Police only")
	}
	people, err := h.db.PeopleOf(h.Context(), "echo")
	h.ok(err)
	if len(people) != 6 {
		t.Errorf("there are %d people in the team, not 6", len(people))
	}
	bea := h.named("Bea Quill")
	if !bea.Active || bea.Team != "echo" || len(bea.Contacts) != 2 || !bea.Contacts[1].PoliceOnly || bea.Contacts[0].PoliceOnly {
		t.Errorf("kept is %+v", bea)
	}
}

func TestWhatIsWrongWithAPersonStandsBesideItsField(t *testing.T) {
	h := openHouse(t).as("p-lee")
	for _, test := range []struct {
		field, typed, says string
	}{
		{"name", "", "Enter the name."},
		{"mobile", "12345", "Enter the whole number with its area code, such as 01632 960001."},
		{"mobile", "", "Enter the mobile number: a responder is told of alarms on it."},
		{"personal_mobile", "07700 900141 or 2", "Enter a telephone number with nothing else beside it."},
		{"home_phone", "01632 960141 ext 4", "Enter a direct number: one with an extension cannot be texted."},
		{"email", "bea at example", "Enter an e-mail address, such as name@example.org."},
		{"colour", "a very long description of a colour that nobody would write", "The colour must have at most 50 characters."},
		{"contact-2-name", "", "Enter the name."},
		{"contact-2-phone", "07700 900141", "The number is the worker’s own number; give one that reaches somebody else."},
		{"contact-2-phone", "", "Enter the number."},
	} {
		typed := map[string]string{"key": "k1", "name": "Bea Quill", "mobile": "07700 900141", "contact-2-name": "Tom Quill", "contact-2-phone": "07700 900143", "description": "red coat"}
		typed[test.field] = test.typed
		fields := []string{"roles", "worker", "roles", "responder"}
		for field, value := range typed {
			fields = append(fields, field, value)
		}
		got := h.post("/people/new", fields...).is(http.StatusUnprocessableEntity)
		got.says("There is a problem", test.says, `href="#`+test.field+`"`, `id="`+test.field+`-error"`, "red coat", "Add a person")
		if test.typed != "" {
			got.says(test.typed)
		}
	}
	h.post("/people/new", "name", "Bea Quill").is(http.StatusUnprocessableEntity).says("Choose one role at least.", `href="#roles"`)
}

// The summary at the top has what is wrong in the order of the page.
func TestWhatIsWrongIsSaidInTheOrderOfThePage(t *testing.T) {
	got := openHouse(t).as("p-lee").post("/people/new", "mobile", "1", "contact-1-name", "Tom", "email", "x", "contact-2-phone", "1", "home_phone", "2").is(http.StatusUnprocessableEntity)
	last := -1
	for _, field := range []string{"name", "roles", "mobile", "home_phone", "email", "contact-1-phone", "contact-2-name", "contact-2-phone"} {
		at := strings.Index(got.Body.String(), `href="#`+field+`"`)
		if at < last || at < 0 {
			t.Errorf("%s stands out of order, at %d after %d", field, at, last)
		}
		last = at
	}
}

func TestWhoMayAddAPerson(t *testing.T) {
	h := openHouse(t).nextDoor()
	for _, reader := range []string{"p-priya", "p-sam"} {
		h.as(reader).get("/people/new").is(http.StatusNotFound)
		h.as(reader).post("/people/new", "name", "Bea", "roles", "worker").is(http.StatusNotFound)
	}
	// a manager adds to their own team alone, and makes nobody an administrator
	h.as("p-lee").post("/people/new", "name", "Bea", "roles", "worker", "team", "links").is(http.StatusUnprocessableEntity).says("Choose the team")
	h.as("p-lee").post("/people/new", "name", "Bea", "roles", "worker", "roles", "admin").is(http.StatusSeeOther)
	if bea := h.named("Bea"); bea.Has(buddy.Admin) || bea.Team != "echo" {
		t.Errorf("kept is %+v", bea)
	}
	h.as("p-ada").get("/people/new").is(http.StatusOK).says("Family Links")
	h.as("p-ada").post("/people/new", "name", "Cy", "roles", "worker", "team", "").is(http.StatusUnprocessableEntity).says("Choose the team")
	h.as("p-ada").post("/people/new", "name", "Cy", "roles", "worker", "team", "links").is(http.StatusSeeOther)
	if cy := h.named("Cy"); cy.Team != "links" {
		t.Errorf("kept is %+v", cy)
	}
}

// details are those of Priya as the form gives them.
func details(changed ...string) []string {
	return append([]string{"name", "Priya Nair", "roles", "worker", "mobile", "07700 900101", "home_phone", "01632 960101", "description", "green coat",
		"contact-1-name", "Ravi Nair", "contact-1-relation", "husband", "contact-1-phone", "07700 900102", "contact-1-place", "1"}, changed...)
}

func TestAWorkerKeepsTheirOwnDetails(t *testing.T) {
	h := openHouse(t).as("p-priya")
	h.get("/people/p-priya/edit").is(http.StatusOK).says("07700 900101", "01632 960101", "Ravi Nair", "AB12 CDE").hides("Roles", "no longer here", "+4477")
	h.get("/people/p-priya/edit").says("Who is rung if you cannot be reached").hides("one of the worker’s own")
	h.post("/people/p-priya/edit", details("contact-2-name", "Tom", "contact-2-phone", "07700 900101")...).is(http.StatusUnprocessableEntity).says("The number is your own number; give one that reaches somebody else.")
	h.post("/people/p-priya/edit", details("registration", "xy99 zzz", "roles", "admin", "team", "links")...).leadsTo("/people/p-priya").says("The details were saved", "XY99 ZZZ")
	priya := h.person("p-priya")
	if !slices.Equal(priya.Roles, []string{buddy.Worker}) || priya.Team != "echo" || !priya.Active {
		t.Errorf("a worker gave themself %v in %s", priya.Roles, priya.Team)
	}
	h.post("/people/p-priya/leave").is(http.StatusNotFound)
	h.get("/people/p-ann/edit").is(http.StatusNotFound)
	h.as("p-sam").get("/people/p-priya/edit").is(http.StatusNotFound)
	h.as("p-sam").post("/people/p-priya/edit", details()...).is(http.StatusNotFound)
}

func TestContactsAreRungInTheOrderGiven(t *testing.T) {
	h := openHouse(t).as("p-priya")
	three := func(places ...string) []string {
		return append(details()[:16], "contact-2-name", "Two", "contact-2-phone", "07700 900151", "contact-3-name", "Three", "contact-3-phone", "07700 900152",
			"contact-2-place", places[1], "contact-3-place", places[2], "contact-1-place", places[0])
	}
	for _, test := range []struct{ places, want []string }{
		{[]string{"1", "2", "3"}, []string{"Ravi Nair", "Two", "Three"}},
		{[]string{"1", "2", "1"}, []string{"Three", "Ravi Nair", "Two"}},
		{[]string{"3", "2", "3"}, []string{"Two", "Three", "Ravi Nair"}},
		{[]string{"2", "1", "3"}, []string{"Two", "Ravi Nair", "Three"}},
		{[]string{"x", "99", ""}, []string{"Ravi Nair", "Two", "Three"}},
	} {
		h.post("/people/p-priya/edit", three(test.places...)...).is(http.StatusSeeOther)
		var got []string
		for _, contact := range h.person("p-priya").Contacts {
			got = append(got, contact.Name.Reveal())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("places %v give %v, not %v", test.places, got, test.want)
		}
	}
	h.get("/people/p-priya/edit").says("Contact 4")
}

// An administrator is no one who rings families: what they do not see they do not change.
func TestAnAdministratorLeavesNextOfKinAlone(t *testing.T) {
	h := openHouse(t).as("p-ada")
	h.get("/people/p-priya/edit").is(http.StatusOK).says("Roles").hides("Ravi", "01632 960101", "Emergency contacts", "Home phone")
	h.post("/people/p-priya/edit", "name", "Priya Nair-Hill", "roles", "worker", "mobile", "07700 900101", "home_phone", "01632 960199", "contact-1-name", "X").is(http.StatusSeeOther)
	priya := h.person("p-priya")
	if priya.Name != "Priya Nair-Hill" || priya.HomePhone != number("01632 960101") || len(priya.Contacts) != 1 || priya.Contacts[0].Name.Reveal() != "Ravi Nair" {
		t.Errorf("kept is %s with %d contacts", priya.Name, len(priya.Contacts))
	}
	// a role that the page does not give stays, and who may not give it changes nobody who has it
	h.as("p-lee").post("/people/p-ada/edit", "name", "Ada Flint", "roles", "manager", "mobile", "07700 900199").is(http.StatusNotFound)
	h.as("p-lee").post("/people/p-ada/leave").is(http.StatusNotFound)
	h.post("/people/p-ada/edit", "name", "Ada Flint", "roles", "manager", "mobile", "07700 900112").is(http.StatusSeeOther)
	if ada := h.person("p-ada"); !slices.Equal(ada.Roles, []string{buddy.Manager, buddy.Admin}) {
		t.Errorf("Ada is %v", ada.Roles)
	}
}

func TestWhoLeaves(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/people/p-ann/edit").says("Mark as no longer here")
	h.post("/people/p-ann/leave").leadsTo("/people/p-ann").says("They are no longer here")
	if h.person("p-ann").Active {
		t.Error("Ann is still here")
	}
	h.get("/people/p-ann/edit").says("Mark as here again")
	h.post("/people/p-ann/return").leadsTo("/people/p-ann").says("They are here again")
	if !h.person("p-ann").Active {
		t.Error("Ann is not back")
	}
	h.get("/people/p-lee/edit").hides("Mark as no longer here") // nobody shows themself out
	h.post("/people/p-lee/leave").is(http.StatusNotFound)
}

// Rule 8.11: nobody leaves while others count on them.
func TestWhoCannotLeaveYet(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.visit()
	h.post("/people/p-priya/leave").is(http.StatusConflict).says("Priya Nair cannot leave yet. There are open visits or an open alarm: settle those first.", `href="#leave"`, `id="leave"`)
	h.post("/people/p-sam/leave").is(http.StatusConflict).says("Sam Hill cannot leave yet. They are on call, or will be: give their shifts to another first.")
	h.as("p-ada").post("/people/p-lee/leave").is(http.StatusConflict).says("They are the fallback of ECHo: name another first.")
	h.post("/people/p-priya/edit", "name", "Priya Nair", "roles", "manager", "mobile", "07700 900101").is(http.StatusUnprocessableEntity).
		says("They stay a worker for now: there are open visits or an open alarm: settle those first.", `href="#roles"`)
	for _, id := range []string{"p-priya", "p-sam", "p-lee"} {
		if !h.person(id).Active {
			t.Errorf("%s has left", id)
		}
	}
}

// Rule 4.2: a manager who visits as well learns of no alarm from who cannot leave.
func TestWhoVisitsLearnsOfNoAlarmFromWhoCannotLeave(t *testing.T) {
	h := openHouse(t)
	lee := h.person("p-lee")
	lee.Roles = append(lee.Roles, buddy.Worker)
	_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, lee)
	h.ok(err)
	h.overdue()
	h.as("p-lee").post("/people/p-priya/leave").is(http.StatusConflict).says("Others count on them just now: settle what is open first.").hides("alarm:", "open alarm")
	h.as("p-ada").post("/people/p-priya/leave").is(http.StatusConflict).says("open alarm")
}

// No number, name of a next of kin or description comes into the log, whatever goes wrong.
func TestNothingPrivateIsLogged(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/people/p-priya")
	h.post("/people/p-priya/edit", details("email", "wrong")...)
	h.post("/people/p-priya/edit", details("email", "right@example.org")...)
	h.wait(time.Minute)
	for _, word := range []string{"Ravi", "900102", "900101", "960101", "green coat", "example.org"} {
		if strings.Contains(h.log.String(), word) {
			t.Errorf("%q stands in the log", word)
		}
	}
}

// An administrator keeps the team's details, and so the form shows a description that the page does not.
func TestALookByTheFormIsOnRecord(t *testing.T) {
	h := openHouse(t)
	h.as("p-ada").get("/people/p-priya/edit").is(http.StatusOK).says("green coat").hides("01632 960101", "Ravi")
	if n := h.looked("p-ada"); n != 1 {
		t.Errorf("%d looks are on record", n)
	}
}
