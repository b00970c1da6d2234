package web

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
)

// published has Lee publish the team's plan from the standard one.
func (h *house) published() *house {
	h.Helper()
	h.as("p-lee").post("/teams/echo/plan/start", "fallback", "p-lee", "duress_phrase", "Scarlett", "review-date", "2027-11-21").leadsTo("/teams/echo/plan")
	return h
}

// field gives what a hidden field of a page holds.
func (p page) field(name string) string {
	p.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.Body.String())
	if found == nil {
		p.Fatalf("%s has no field %s", p.asked, name)
	}
	return html.UnescapeString(found[1])
}

// drafts sends a section of the draft as its page has it, but for what is given.
func (h *house) drafts(n string, changed ...string) page {
	h.Helper()
	return h.post("/teams/echo/plan/edit/"+n, h.section(n, changed...)...)
}

// section is what the form of a section holds.
func (h *house) section(n string, changed ...string) []string {
	h.Helper()
	shown := h.get("/teams/echo/plan/edit/" + n).is(http.StatusOK)
	given := map[string]string{"was": shown.field("was")}
	switch n {
	case "1":
		given["working_hours"] = "Mon-Fri 08:30-17:00"
	case "4":
		given = map[string]string{"was": shown.field("was"), "grace": "15", "acknowledge_within": "5", "ring_round": "30", "police_repeat": "5", "start_prompt": "10", "end_prompts": "0, 10",
			"prompts": "yes", "fallback": "p-lee"}
	case "5":
		given["duress_phrase"], given["acknowledge_within_danger"] = "Scarlett", "2"
	}
	for i := 0; i+1 < len(changed); i += 2 {
		given[changed[i]] = changed[i+1]
	}
	var fields []string
	for field, value := range given {
		fields = append(fields, field, value)
	}
	return fields
}

// publishes publishes the draft as it is.
func (h *house) publishes() page {
	h.Helper()
	shown := h.get("/teams/echo/plan/publish").is(http.StatusOK)
	return h.post("/teams/echo/plan/publish", "revision", shown.field("revision"), "version", shown.field("version"), "review-date", "2027-11-21").leadsTo("/teams/echo/plan")
}

// A new team starts from the standard: two choices are made and one button is pressed.
func TestAPlanIsStartedFromTheStandard(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/teams").says("Start from the standard", "/teams/echo/plan/start").hides("Add a team")
	h.as("p-priya").get("/teams").says("None was published yet")
	h.get("/teams/echo/plan").says("Nobody has published a plan", "Calendar expectations", "15 minutes after the end")
	h.get("/teams/echo/plan/start").is(http.StatusOK).says(`value="2027-11-21"`, `value="Scarlett"`)
	h.post("/teams/echo/plan/start", "fallback", "", "duress_phrase", "Priya", "review-date", "").is(http.StatusUnprocessableEntity).
		says("Choose a fallback: who answers when nobody else does.", "“The name to ask for” is a common first name", "Enter the day by which the plan is looked at again.", `value="Priya"`)
	h.post("/teams/echo/plan/start", "fallback", "p-nobody", "duress_phrase", "Marigold", "review-date", "2027-11-21").is(http.StatusUnprocessableEntity).says("from those who are here.")
	h.post("/teams/echo/plan/start", "fallback", "p-sam", "duress_phrase", "Marigold", "review-date", "21/11/2027").leadsTo("/teams/echo/plan").
		says("The plan is published", "Version 1, published on 21 November 2026 by Lee Marsh.", "To be reviewed by 21 November 2027.", "Signed by 0 of 4.", "Asking for Marigold means: call 999 for me.")
	team, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	if team.Plan.Fallback != "p-sam" || team.Plan.DuressPhrase != "Marigold" {
		t.Errorf("the team's plan is %+v", team.Plan)
	}
	h.get("/teams/echo/plan/start").leadsTo("/teams/echo/plan/edit")
	h.get("/teams").says("Version 1")
}

func TestATeamIsAddedWithItsPlan(t *testing.T) {
	h := openHouse(t).as("p-ada")
	h.as("p-lee").get("/teams/new").is(http.StatusNotFound)
	h.as("p-lee").post("/teams/new", "name", "Links").is(http.StatusNotFound)
	h.get("/teams").says("Add a team")
	h.post("/teams/new", "name", "echo", "fallback", "p-lee", "duress_phrase", "Scarlett", "review-date", "2027-11-21").is(http.StatusUnprocessableEntity).says("The name is another team’s")
	h.post("/teams/new", "name", "", "fallback", "", "duress_phrase", "Scarlett", "review-date", "2027-11-21").is(http.StatusUnprocessableEntity).says("Enter the name", "Choose a fallback")
	h.post("/teams/new", "name", "Links", "fallback", "p-priya", "duress_phrase", "Scarlett", "review-date", "2027-11-21").is(http.StatusUnprocessableEntity).says("Choose a fallback")
	to := h.post("/teams/new", "name", "Links", "fallback", "p-lee", "duress_phrase", "Rosalind", "review-date", "2027-11-21").is(http.StatusSeeOther).Header().Get("Location")
	h.get(to).says("The team is added, with its plan.", "The plan of Links", "Version 1, published on 21 November 2026 by Ada Flint.", "Nobody is there yet to sign it", `href="/people/import"`).hides("Signed by")
	h.get(strings.Split(to, "/plan")[0]).says("Nobody yet.", "Add a person")
}

func TestAPlanIsChangedSectionBySectionAndPublishedAnew(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	h.get("/teams/echo/plan/edit").says("draft of version 2", "Nothing is changed yet.")
	h.drafts("4", "words", "We ring Mo at noon.\r\n- and at five", "grace", "20", "prompts", "").leadsTo("/teams/echo/plan/edit").
		says("The draft is saved.", "Changed", "The silence that is normal after the end was 15 minutes and is 20 minutes.", "Reminders to workers were on and are off.", "New: We ring Mo at noon.",
			"<li>New in a list:<ul class=\"govuk-list govuk-list--bullet\"><li><ins><bdi>and at five</bdi></ins></li></ul></li>").hides("- and at five")
	h.drafts("1", "words", "Shared.", "working_hours", "Mon-Fri 09:00-17:00", "then", "next").leadsTo("/teams/echo/plan/edit/2")
	team, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	if team.Plan.Grace != 15*time.Minute {
		t.Error("a draft holds before it is published")
	}
	h.as("p-priya").get("/teams/echo/plan").says("Version 1").hides("Mo at noon")
	shown := h.get("/teams/echo/plan/publish").says("Publish version 2", "The silence that is normal after the end was 15 minutes and is 20 minutes.", "The working hours were Mon-Fri 08:30-17:00 and are Mon-Fri 09:00-17:00.")
	revision := shown.field("revision")
	h.post("/teams/echo/plan/publish", "revision", revision, "version", "2", "review-date", "yesterday").is(http.StatusUnprocessableEntity).says("The review is not a day", `value="yesterday"`)
	h.drafts("6", "words", "Tea first.").leadsTo("/teams/echo/plan/edit")
	h.post("/teams/echo/plan/publish", "revision", revision, "version", "2", "review-date", "2027-11-21").is(http.StatusConflict).says("Someone else changed the draft", "Tea first.")
	revision = h.get("/teams/echo/plan/publish").field("revision")
	h.post("/teams/echo/plan/publish", "revision", revision, "version", "2", "review-date", "2027-11-21").leadsTo("/teams/echo/plan").
		says("Version 2", "20 minutes after the end", "We ring Mo at noon.", "<li><bdi>and at five</bdi></li>", "You are sent no reminders.")
	if team, err = h.db.Team(t.Context(), "echo"); err != nil || team.Plan.Grace != 20*time.Minute || team.Plan.Prompts {
		t.Errorf("the team's plan is %+v", team.Plan)
	}
	h.get("/teams/echo/plan/versions").says("Version 2", "Current", "Version 1")
	h.get("/teams/echo/plan/versions/1").says("A newer version was published since", "15 minutes after the end").hides("Mo at noon", "Change the plan")
	h.get("/teams/echo/plan/versions/2").says("What was new since version 1", "New: Tea first.")
	h.get("/teams/echo/plan/versions/3").is(http.StatusNotFound)
}

// Which visits are private is said in words, holds at booking, and stays as it is where the form of before does not send it.
func TestThePlanSaysWhichVisitsArePrivate(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	h.get("/teams/echo/plan/edit/1").says("Visits that are private", `value="out_of_hours" checked`)
	h.drafts("1", "private_by_default", "every_visit").leadsTo("/teams/echo/plan/edit").
		says("Visits that are private unless somebody says otherwise were those outside working hours and are all.")
	h.drafts("1", "words", "Shared.").leadsTo("/teams/echo/plan/edit")
	h.publishes().says("Every visit is private, in working hours too")
	h.drafts("1", "private_by_default", "sometimes").is(http.StatusUnprocessableEntity).says("What is private must be one of")
	priya := h.as("p-priya")
	priya.get("/visits/new").says("Private, whenever it starts.")
	monday := []string{"start-date", "2026-11-23", "start-time", "10:00", "end-time", "11:00"}
	if v := priya.post("/visits/new", booking(monday...)...).booked(); !v.Private {
		t.Error("a visit in working hours is open")
	}
}

// By which ways workers are reminded is the plan's, and it says that no alarm follows it.
func TestThePlanSaysByWhichWaysWorkersAreReminded(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	const never = "An alarm comes by texts and calls, whatever is chosen for reminders."
	h.get("/teams/echo/plan").says("A reminder is a text to you, and no call. " + never)
	h.get("/teams/echo/plan/edit/4").says("How workers are reminded", "An alarm comes by texts and calls whatever is chosen here", `value="texts" checked`)
	h.drafts("4", "channels", "pigeons").is(http.StatusUnprocessableEntity).says("How workers are reminded must be one of")
	h.drafts("4", "channels", "texts_and_calls").leadsTo("/teams/echo/plan/edit").says("The ways of a reminder were texts only and are texts and calls.")
	h.publishes().says("A reminder is a text to you, and a call that says the same and asks for no key. " + never)
}

// The answer to whoever asks for a person is the team's own, and practised in its own words.
func TestThePlanSaysHowARequestForAPersonIsAnswered(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	h.drafts("5", "ask_answer", "Help is coming, NAME knows").is(http.StatusUnprocessableEntity).says("The answer must not say “help”: whoever reads along would wonder.", `id="ask_answer-error"`)
	h.drafts("5", "ask_answer", "OK, I’ll ask NAME.").leadsTo("/teams/echo/plan/edit").
		says("The answer to whoever asks for a person was “I'll see if I can find … for you.” and is “OK, I'll ask ….”.")
	h.publishes().says("Whoever asks for anyone is answered “OK, I'll ask ….”, with the name they asked for.")
	h.as("p-priya").post("/practice", "do", "ask", "name", "Scarlett").is(http.StatusOK).says("OK, I'll ask Scarlett.")
}

func TestWhatIsWrongWithASectionStandsBesideItsField(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.drafts("4", "grace", "61", "words", "Kept.").is(http.StatusUnprocessableEntity).says("“Silence that is normal” must be from 0 minutes to 60 minutes.", ">Kept.</textarea>", `value="61"`)
	h.drafts("4", "ring_round", "soon").is(http.StatusUnprocessableEntity).says("Enter a number of minutes")
	h.drafts("4", "fallback", "p-odd").is(http.StatusUnprocessableEntity).says("from those who are here.")
	h.drafts("5", "duress_phrase", "Help", "acknowledge_within_danger", "2").is(http.StatusUnprocessableEntity).says("“The name to ask for” must not be a word that already means something")
	h.drafts("6", "words", strings.Repeat("w", 6001)).is(http.StatusUnprocessableEntity).says("6,000 letters at most")
	h.drafts("4", "fallback", "").leadsTo("/teams/echo/plan/edit") // a draft may lack one
	h.get("/teams/echo/plan/publish").says("Choose a fallback: who answers when nobody else does.")
	h.get("/teams/echo/plan/edit/7").is(http.StatusNotFound)
	h.get("/teams/echo/plan/edit/x").is(http.StatusNotFound)
}

// Two managers have the same section open: what one saved is not lost, and neither is what the other typed.
func TestOfTwoWhoEditASectionTheSecondIsTold(t *testing.T) {
	h := openHouse(t).as("p-lee")
	second := h.section("4", "words", "Second.", "grace", "20")
	h.drafts("4", "words", "First.", "ring_round", "20")
	h.post("/teams/echo/plan/edit/4", second...).is(http.StatusConflict).says("Someone else changed the team’s own words to “First.”", ">Second.</textarea>", "Someone else changed “Ring-round” since you opened the form. What they saved is shown")
	h.get("/teams/echo/plan/edit/4").says(">First.</textarea>")
}

func TestSettingsChangedSinceAreSaidOnThePlan(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	h.get("/teams/echo/plan").hides("are not what was signed")
	h.wait(48 * time.Hour)
	team, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	team.Plan.Grace = 25 * time.Minute
	_, err = h.engine.PutTeam(t.Context(), engine.Actor{Via: "api"}, team)
	h.ok(err)
	h.get("/teams/echo/plan").says("These settings are not what was signed. The team was last changed on Monday 23 November 2026", "was 15 minutes and is 25 minutes.", "15 minutes after the end", "publish a new version")
	h.as("p-priya").get("/teams/echo/plan").says("was 15 minutes and is 25 minutes.")
	h.wait(340 * 24 * time.Hour)
	h.get("/teams/echo/plan").says("The plan is due for review by 21 November 2027.")
	h.wait(30 * 24 * time.Hour)
	h.get("/teams/echo/plan").says("The plan was due for review by 21 November 2027.")
}

func TestAPlanIsSigned(t *testing.T) {
	h := openHouse(t)
	priya := h.as("p-priya")
	priya.get("/").hides("waits for you to read and sign")
	priya.get("/teams/echo/plan/sign").is(http.StatusNotFound)
	h.published()
	priya.get("/").says("waits for you to read and sign", "/teams/echo/plan/sign")
	priya.get("/teams/echo/plan/sign").says("Calling for help", "Asking for Scarlett means", `value="Priya Nair"`)
	const sign = "/teams/echo/plan/sign"
	priya.post(sign, "version", "1", "name", " ").is(http.StatusUnprocessableEntity).says("Tick that you have read the plan.", "Enter your name.")
	h.wait(time.Hour)
	priya.post(sign, "version", "1", "agreed", "yes", "name", "Ms PRIYA Naïr").leadsTo("/teams/echo/plan").says("Signed. Thank you.", "You signed it on Saturday 21 November 2026.", "Signed by 1 of 4.").hides("Read and sign")
	priya.get(sign).says("You signed it on")
	priya.get("/").hides("waits for you to read and sign")
	lee := h.as("p-lee")
	lee.get("/teams/echo/plan/signatures").says("Priya Nair", "as Ms PRIYA Naïr", "Saturday 21 November 2026, 15:00", "Ann Woods", "Who has not signed 3")
	priya.get("/teams/echo/plan/signatures").is(http.StatusNotFound)

	lee.drafts("1", "words", "We share.", "working_hours", "Mon-Fri 08:30-17:00")
	lee.post("/teams/echo/plan/publish", "revision", lee.get("/teams/echo/plan/publish").field("revision"), "version", "2", "review-date", "2027-11-21").is(http.StatusSeeOther)
	priya.get("/").says("waits for you to read and sign")
	priya.get(sign).says("New since version 1, which you signed", "New: We share.", "The whole plan")
	priya.post(sign, "version", "1", "agreed", "yes", "name", "Priya Nair").is(http.StatusConflict).says("A new version was published since you opened this page")
	priya.post(sign, "version", "2", "agreed", "yes", "name", "Priya Nair").leadsTo("/teams/echo/plan")
	lee.get("/teams/echo/plan/versions").says("Version 2")
	v, _, err := h.engine.LastSigned(t.Context(), "p-priya", "echo")
	h.ok(err)
	list, err := h.engine.Signatures(t.Context(), v)
	h.ok(err)
	if len(list) != 1 || list[0].Sum != v.Sum() || !strings.Contains(v.Text(), "We share.") {
		t.Errorf("signed is %+v", list)
	}
}

func TestWhoHasNotSignedIsRemindedOnceADay(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	const remind = "/teams/echo/plan/signatures/remind"
	h.as("p-priya").post(remind).is(http.StatusNotFound)
	h.post(remind).leadsTo("/teams/echo/plan/signatures").says("are reminded by text")
	h.post(remind).is(http.StatusConflict).says("once a day is enough")
	h.wait(24 * time.Hour)
	h.post(remind).is(http.StatusSeeOther)
}

func TestABookingSaysThatTheWorkerHasNotSigned(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/visits/new").hides("not signed")
	h.published()
	h.as("p-priya").get("/visits/new").says("You have not signed your team’s plan yet")
	h.as("p-lee").get("/visits/new?worker=p-priya").says("Priya Nair has not signed the team’s plan yet")
	h.as("p-lee").post("/visits/new", booking("worker", "p-priya")...).booked()
	h.ok(h.engine.SignPlan(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, current(h), engine.Signing{Name: "Priya Nair"}))
	h.as("p-lee").get("/visits/new?worker=p-priya").hides("has not signed")
}

func current(h *house) engine.PlanVersion {
	h.Helper()
	v, _, err := h.engine.CurrentPlan(h.Context(), "echo")
	h.ok(err)
	return v
}

// The plan names the covert phrase: on a visit it is for later, in danger as on any day (rule 4.2).
func TestOnAVisitThePlanIsForLater(t *testing.T) {
	h := openHouse(t).published()
	priya := h.as("p-priya")
	h.visit()
	asked := []string{"/teams/echo/plan", "/teams/echo/plan/sign", "/teams/echo/plan/versions", "/teams/echo/plan/versions/1"}
	for _, page := range asked {
		priya.get(page).is(http.StatusOK)
	}
	h.wait(30 * time.Minute)
	h.texts("07700 900101", "Going in")
	look := func() (all []string) {
		for _, page := range asked {
			all = append(all, priya.get(page).is(http.StatusConflict).hides("Scarlett", "call 999 for me").Body.String())
		}
		return append(all, priya.post("/teams/echo/plan/sign", "version", "1", "agreed", "yes", "name", "Priya Nair").is(http.StatusConflict).Body.String())
	}
	before := look()
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	if after := look(); strings.Join(after, "") != strings.Join(before, "") {
		t.Error("in danger it answers otherwise")
	}
	priya.get("/").says("waits for you to read and sign")
	h.as("p-ann").get("/teams/echo/plan").is(http.StatusOK) // who is on no visit
}

func TestThePhraseIsFoldedWhereThePlanIsRead(t *testing.T) {
	h := openHouse(t).published()
	body := h.as("p-priya").get("/teams/echo/plan").Body.String()
	if before, _, ok := strings.Cut(body, "Scarlett"); !ok || strings.LastIndex(before, "<details") < strings.LastIndex(before, "</details>") {
		t.Error("the phrase stands there openly")
	}
}

func TestLinesAreParagraphsAndLists(t *testing.T) {
	got := passages([]string{"One.", "", "- a", " - b", "Two.", "- c"})
	if len(got) != 4 || got[0].Text != "One." || strings.Join(got[1].Items, "") != "ab" || got[2].Text != "Two." || len(got[3].Items) != 1 {
		t.Errorf("they are %+v", got)
	}
	if len(sectionsOf(plan.Version{Settings: plan.Standard()}, true)) != 6 {
		t.Error("a plan has six sections")
	}
}

// A draft that is older than a change of the team's settings must not take that back, and nobody signs the same twice.
func TestADraftFollowsTheSettingsAndTheSameIsNotPublishedTwice(t *testing.T) {
	h := openHouse(t).published().as("p-lee")
	publish := func() page {
		return h.post("/teams/echo/plan/publish", "revision", h.get("/teams/echo/plan/publish").field("revision"), "version", "2", "review-date", "2027-11-21")
	}
	h.post("/teams/echo/plan/publish", "revision", "0", "version", "2", "review-date", "2027-11-21").is(http.StatusConflict).says("It says what version 1 says")
	h.drafts("6", "words", "Tea first.").is(http.StatusSeeOther)
	team, err := h.db.Team(t.Context(), "echo")
	h.ok(err)
	team.Plan.Grace = 45 * time.Minute
	_, err = h.engine.PutTeam(t.Context(), engine.Actor{By: "p-lee", Via: "page"}, team)
	h.ok(err)
	publish().is(http.StatusSeeOther)
	if team, err = h.db.Team(t.Context(), "echo"); err != nil || team.Plan.Grace != 45*time.Minute {
		t.Errorf("the grace is %v again, %v", team.Plan.Grace, err)
	}
	if v := current(h); v.Settings.Grace != 45*time.Minute || v.Words[plan.Debriefing] != "Tea first." {
		t.Errorf("published is %v, %q", v.Settings.Grace, v.Words[plan.Debriefing])
	}
}
