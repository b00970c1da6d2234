package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// marks is what a form that is shown says of what it shows.
func (p page) marks() string {
	p.Helper()
	found := regexp.MustCompile(`name="was" value="([^"]+)"`).FindStringSubmatch(p.Body.String())
	if found == nil {
		p.Fatal("the form has no marks")
	}
	return found[1]
}

// holds checks what stands in a field.
func (p page) holds(field, value string) page {
	p.Helper()
	if !regexp.MustCompile(`name="` + field + `"[^>]* value="` + regexp.QuoteMeta(value) + `"`).MatchString(p.Body.String()) {
		p.Errorf("%s does not hold %q", field, value)
	}
	return p
}

// changed is a form's fields with other values in some of them.
func changed(fields []string, to ...string) []string {
	fields = slices.Clone(fields)
	for i := 0; i+1 < len(to); i += 2 {
		at := -2
		for j := 0; j+1 < len(fields); j += 2 {
			if fields[j] == to[i] {
				at = j
			}
		}
		if at < 0 {
			at = len(fields)
			fields = append(fields, to[i], "")
		}
		fields[at+1] = to[i+1]
	}
	return fields
}

func TestTwoWhoChangeAPersonAtOnceLoseNothing(t *testing.T) {
	const edit = "/people/p-priya/edit"
	h := openHouse(t).as("p-priya")
	h.post(edit, details()...).leadsTo("/people/p-priya")
	was := h.get(edit).marks()
	h.as("p-lee").post(edit, changed(details(), "mobile", "07700 900109", "description", "red coat", "contact-1-phone", "07700 900103", "was", was)...).leadsTo("/people/p-priya")

	hers := changed(details(), "colour", "green", "description", "blue coat", "was", was)
	refused := h.as("p-priya").post(edit, hers...).is(http.StatusConflict).says("There is a problem",
		"Someone else changed the mobile number since you opened the form. What they saved is shown.", `href="#mobile"`, `id="contact-1-name-error"`,
		"Someone else changed the description to “red coat” since you opened the form. Save again to put yours in its place.", "blue coat").
		holds("mobile", "07700 900109").holds("contact-1-phone", "07700 900103").holds("colour", "green")
	if priya := h.person("p-priya"); priya.Description.Reveal() != "red coat" || priya.Vehicle.Colour.Reveal() != "" {
		t.Errorf("what she saw no warning of was written over: %+v", priya)
	}

	again := changed(hers, "mobile", "07700 900109", "contact-1-phone", "07700 900103", "was", refused.marks())
	h.post(edit, again...).leadsTo("/people/p-priya")
	priya := h.person("p-priya")
	if priya.Description.Reveal() != "blue coat" || priya.Vehicle.Colour.Reveal() != "green" || priya.Mobile != number("07700 900109") ||
		priya.Contacts[0].Phone != number("07700 900103") {
		t.Errorf("saved again it is %+v", priya)
	}
	h.post(edit, again...).leadsTo("/people/p-priya") // the same press again
}

func TestWhatBothChangedOfAPersonIsSaid(t *testing.T) {
	const edit = "/people/p-priya/edit"
	h := openHouse(t).nextDoor().as("p-ada")
	h.post(edit, details("team", "echo")...).leadsTo("/people/p-priya")
	was := h.get(edit).marks()
	h.post(edit, changed(details(), "team", "links", "roles", "responder", "no_vehicle", "yes", "email", "", "was", was)...).leadsTo("/people/p-priya")
	h.post(edit, changed(details(), "team", "echo", "roles", "manager", "mobile", "07700 900109", "was", was)...).is(http.StatusConflict).
		says("Someone else changed the roles to “Responder” since", "Someone else changed the team since", `id="team-error"`, "What they saved is shown.").hides("to “Ravi")

	h = h.as("p-priya")
	was = h.get(edit).marks()
	h.post(edit, changed(details(), "contact-1-name", "", "contact-1-relation", "", "contact-1-phone", "", "contact-2-name", "Una Quill", "contact-2-phone", "01632 960143", "was", was)...).
		leadsTo("/details?done=kin-saved")
	h.post(edit, changed(details(), "contact-1-name", "Tom Quill", "no_vehicle", "", "was", was)...).is(http.StatusConflict).
		says("Someone else changed the emergency contacts to “Una Quill, 01632 960143” since").holds("contact-1-name", "Tom Quill")
}

func TestTwoWhoChangeAPlanAtOnceLoseNothing(t *testing.T) {
	const edit = "/teams/echo/plan/edit/4"
	h := openHouse(t).as("p-lee")
	h.drafts("4", "words", "Ours.").leadsTo("/teams/echo/plan/edit")
	opened := h.section("4", "words", "Ours.")
	h.as("p-ada").drafts("4", "words", "Ours.", "grace", "20", "ring_round", "40", "named_buddy", "p-sam", "pass_on_texts", "yes").is(http.StatusSeeOther)

	his := changed(opened, "ring_round", "25", "named_buddy", "p-ann", "police_repeat", "7")
	refused := h.post(edit, his...).is(http.StatusConflict).says(
		"Someone else changed “Ring-round” to “40” since you opened the form.", "Someone else changed the named buddy to Sam Hill since you opened the form.", `id="grace-error"`, `id="pass_on_texts-error"`).
		holds("grace", "20").holds("ring_round", "25").holds("police_repeat", "7")
	h.post(edit, changed(his, "grace", "20", "pass_on_texts", "yes", "was", refused.marks())...).leadsTo("/teams/echo/plan/edit")
	h.publishes()
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	if s := team.Plan; s.Grace != 20*time.Minute || s.RingRound != 25*time.Minute || s.NamedBuddy != "p-ann" || s.Repeat != 7*time.Minute || !s.PassOnTexts {
		t.Errorf("saved again it is %+v", s)
	}
}

// Of a team's own form too.
func TestTwoWhoNameATeamAtOnceLoseNothing(t *testing.T) {
	const edit = "/teams/echo/edit"
	h := openHouse(t).as("p-lee")
	was := h.get(edit).marks()
	h.as("p-ada").post(edit, "was", was, "name", "Echo East", "zone", "Europe/London").leadsTo("/teams/echo")
	h.post(edit, "was", was, "name", "Echo West", "zone", "Europe/London").is(http.StatusConflict).
		says("Someone else changed the team’s name to “Echo East” since you opened the form.").holds("name", "Echo West")
}

func TestTwoWhoChangeAVisitAtOnceLoseNothing(t *testing.T) {
	h := openHouse(t)
	v := "/visits/" + h.visit()
	opened := h.edit(v)
	h.as("p-priya").post(v+"/edit", changed(opened, "end-time", "16:00", "address", "2 Sample Road", "access", "side door")...).leadsTo(v)

	his := changed(opened, "end-time", "16:15", "who_else", "a lodger")
	refused := h.post(v+"/edit", his...).is(http.StatusConflict).says(
		"Someone else changed the expected end to “16:00” since you opened the form. Save again to put yours in its place.", `id="end-time-error"`,
		"Someone else changed the address since you opened the form. What they saved is shown.", `id="address-error"`, "2 Sample Road", "side door", "a lodger").
		holds("end-time", "16:15").hides(`id="start-date-error"`, "1 Example Street")
	h.get(v).says("We act at 16:15").hides("a lodger")

	again := changed(his, "address", "2 Sample Road", "access", "side door", "was", refused.marks())
	h.post(v+"/edit", again...).leadsTo(v).says("The changes were saved.", "We act at 16:30", "2 Sample Road", "side door", "a lodger")
	h.post(v+"/edit", again...).leadsTo(v) // the same press again
}

// Marks tell what was changed and not what it is, and nothing of what the form does not show.
func TestMarksAreOfWhatIsShownAlone(t *testing.T) {
	h := openHouse(t)
	const contact = contactsField + ":"
	if marks := h.as("p-priya").get("/people/p-priya/edit").marks(); !strings.Contains(marks, contact) || strings.Contains(marks, "roles:") || strings.Contains(marks, "Ravi") {
		t.Errorf("hers are %s", marks)
	}
	if marks := h.as("p-ada").get("/people/p-priya/edit").marks(); strings.Contains(marks, contact) || strings.Contains(marks, "home_phone:") {
		t.Errorf("an administrator's are %s", marks)
	}
}

func TestMarksHeedNeitherOrderNorLineEnds(t *testing.T) {
	a, b := &form{values: url.Values{"roles": {"worker", "responder"}, "description": {"tall\r\nred "}}}, &form{values: url.Values{"roles": {"responder", "worker"}, "description": {"tall\nred"}}}
	for _, field := range []string{"roles", "description"} {
		if a.mark(field) != b.mark(field) {
			t.Errorf("%s is marked as two things", field)
		}
	}
}
