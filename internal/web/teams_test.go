package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestTeamsAndWhoIsOnCall(t *testing.T) {
	h := openHouse(t).nextDoor()
	h.as("p-priya").get("/teams").is(http.StatusOK).says("ECHo", "5 here", "Sam Hill").hides("Family Links")
	h.as("p-ada").get("/teams").is(http.StatusOK).says("ECHo", "Family Links", "Nobody It falls to the fallback.")
}

func TestAPlanInWords(t *testing.T) {
	h := openHouse(t)
	h.as("p-priya").get("/teams/echo").is(http.StatusOK).says(
		"Silence is normal for 15 minutes after the expected end. Then an alarm opens.",
		"Whoever is told has 5 minutes to take charge", "With a call for help it is 2 minutes.",
		"Numbers are rung for 30 minutes.", "said again every 5 minutes",
		"asked 10 minutes after the start", "asked at the expected end and 10 minutes after it.",
		"Asking for Scarlett means: call 999 for me.", "Lee Marsh answers when nobody else does.",
		"Mon-Fri 08:30-17:00, by the clocks of Europe/London.", "Priya Nair", "Manager and responder").
		hides("Change the team or its settings")
	h.as("p-lee").get("/teams/echo").says("Change the team or its settings")
}

// What the phrase means is not to be read over someone's shoulder, nor found on the phone of one who is on a visit (rule 4.2).
func TestTheCovertPhraseIsFoldedAndNotShownOnAVisit(t *testing.T) {
	h := openHouse(t)
	priya, means := h.as("p-priya"), "Asking for Scarlett means"
	h.visit()
	if body := priya.get("/teams/echo").says("The covert phrase", means).Body.String(); !strings.Contains(body[:strings.Index(body, means)], "<details") {
		t.Error("the phrase stands there openly")
	}
	h.wait(30 * time.Minute)
	priya.get("/teams/echo").hides("Scarlett", "The covert phrase", "Calling for help")
	h.get("/teams/echo").says(means)
	h.texts("07700 900101", "Going in")
	h.texts("07700 900101", "Can you ask Scarlett to ring me")
	priya.get("/teams/echo").hides("Scarlett", "The covert phrase")
}

// Whose name it is, is not said. Who comes on the staff is seen at once; who is visited, a minute later: each look opens everybody's details.
func TestANameLikeThePhraseIsToldToWhoKeepsThePlan(t *testing.T) {
	h := openHouse(t).as("p-lee")
	const warning = "has a name that sounds like the duress phrase"
	h.get("/teams/echo").hides(warning)
	h.post("/visits/new", booking("worker", "p-priya", "service_user", "Scarlett Jones")...).booked()
	h.get("/teams/echo").hides(warning)
	h.wait(time.Minute)
	h.get("/teams/echo").says(warning, "These are free: ").hides("Jones")
	h.as("p-priya").get("/teams/echo").hides(warning)
}

func TestEveryTurnOfAPlanHasItsWords(t *testing.T) {
	s := plan.Standard()
	s.Prompts, s.PassOnTexts, s.OutClosesOverdue, s.PlainDistressAnswer = false, true, true, true
	s.Grace, s.OutWord, s.WorkingHours, s.Colleagues, s.NamedBuddy = 0, "daisy", plan.Hours{}, []string{"p-a", "p-b"}, "p-c"
	var says []string
	name := func(id string) string { return "<" + id + ">" }
	none := func(id string) string { return id }
	for _, settings := range [][]setting{timesInWords(s.Clock), promptsInWords(s), helpInWords(s, true, name), {hoursInWords(store.Team{Plan: s}, none)}} {
		for _, one := range settings {
			says = append(says, one.Says...)
		}
	}
	for _, want := range []string{"Silence is normal until the expected end. Then an alarm opens.", "Workers are sent no reminders.", "OUT ends a visit only with the word “daisy” beside it.",
		"Told at once as well as the responder: <p-a> and <p-b>.", "A cry for help is answered in plain words.", "None: the rota answers day and night.",
		"In working hours p-c answers for a visit that names nobody.", "Going out still closes an overdue alarm, until someone takes charge of it or logs a call."} {
		if !slices.Contains(says, want) {
			t.Errorf("it does not say %q: %q", want, says)
		}
	}
	for want, prompts := range map[string][]time.Duration{
		"Nobody is asked when the expected end passes.":                                                                  nil,
		"A worker who has not said that they are out is asked 1 minute after the expected end.":                          {time.Minute},
		"A worker who has not said that they are out is asked at the expected end.":                                      {0},
		"A worker who has not said that they are out is asked 90 seconds after the expected end and 5 minutes after it.": {90 * time.Second, 5 * time.Minute},
	} {
		if got := endPromptWords(prompts); got != want {
			t.Errorf("%v: %q, not %q", prompts, got, want)
		}
	}
}

// The one way to another setting is the plan: it holds once a version is published, also in a team that had no plan yet.
func TestASettingIsChangedByThePlan(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.get("/teams/echo/edit").is(http.StatusOK).says("The team has no plan yet, and these are its settings until it has.", "Begin the plan’s draft", "/teams/echo/plan/edit/4", "/teams/echo/plan/start",
		"If we have not heard from you 15 minutes after the end", "Working hours are Mon-Fri 08:30-17:00").hides(`name="grace"`, "/teams/echo/plan/edit/6")
	h.drafts("4", "grace", "20", "end_prompts", "5", "named_buddy", "p-ann", "out_word", "daisy", "prompts", "", "pass_on_texts", "yes").leadsTo("/teams/echo/plan/edit")
	h.drafts("5", "duress_phrase", "Marigold", "colleagues", "p-sam").leadsTo("/teams/echo/plan/edit")
	h.drafts("1", "working_hours", "mon-sat 9:00-17:00").leadsTo("/teams/echo/plan/edit")
	h.get("/teams/echo/edit").says("Go on with the draft", "15 minutes after the end")
	h.publishes().says("The plan is published", "Version 1")
	h.get("/teams/echo").says("Silence is normal for 20 minutes", "Asking for Marigold means", "Mon-Sat 09:00-17:00", "“daisy”", "Ann Woods answers", "Told at once as well as the responder: Sam Hill")
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	if s := team.Plan; s.Grace != 20*time.Minute || s.Prompts || !s.PassOnTexts || len(s.EndPrompts) != 1 || s.NamedBuddy != "p-ann" || s.RingRound != 30*time.Minute {
		t.Errorf("kept is %+v", team.Plan)
	}
	h.get("/teams/echo/edit").says("These are settings of the plan.", "Change the plan", "20 minutes after the end").hides("/teams/echo/plan/start")
}

// A form that was open before sends settings of the plan still: none is lost unseen, and none is changed past the plan.
func TestATeamsOwnPageChangesNothingOfThePlan(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.post("/teams/echo/edit", "name", "Echo East", "zone", "Europe/London", "grace", "60").is(http.StatusUnprocessableEntity).
		says("The settings are changed in the team’s plan: they are as they were.", `href="#plan"`, `id="plan"`, `value="Echo East"`)
	before, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	if before.Plan.Grace != 15*time.Minute || before.Name != "ECHo" {
		t.Errorf("kept is %+v", before)
	}
	h.post("/teams/echo/edit", "name", "Echo East", "zone", "Europe/Dublin").leadsTo("/teams/echo").says("The team was saved.", "Echo East", "by the clocks of Europe/Dublin")
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	if !team.Plan.Equal(before.Plan) {
		t.Errorf("the plan is %+v", team.Plan)
	}
}

// A team that nobody gave a plan has no fallback: that keeps it from no other name.
func TestATeamWithoutAPlanCanBeNamed(t *testing.T) {
	h := openHouse(t)
	_, err := h.db.PutTeam(h.Context(), store.Team{ID: "new", Name: "North", Zone: "Europe/London"}, h.clock.Now())
	h.ok(err)
	h.as("p-ada").post("/teams/new/edit", "name", "Northerly", "zone", "Europe/London").is(http.StatusSeeOther)
	team, err := h.db.Team(h.Context(), "new")
	h.ok(err)
	if team.Name != "Northerly" || team.HasPlan {
		t.Errorf("kept is %+v", team)
	}
}

// What the form shows of a plan is what it takes again: nothing is lost by pressing Save.
func TestAPlanSavedUnchangedIsTheSame(t *testing.T) {
	h := openHouse(t)
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	team.Plan.Colleagues, team.Plan.EndPrompts, team.Plan.Prompts = []string{"p-sam", "p-ann"}, []time.Duration{90 * time.Second}, false
	f := filledTeam(team)
	again := plan.Standard()
	f.readSettings(&again)
	if f.bad() || !again.Equal(team.Plan) {
		t.Errorf("%+v, not %+v: %v", again, team.Plan, f.problems)
	}
}

func TestWhatIsWrongWithAPlanStandsBesideItsField(t *testing.T) {
	h := openHouse(t).nextDoor().as("p-lee")
	for _, test := range []struct{ section, field, typed, says string }{
		{"", "name", "", "Enter the name."},
		{"", "name", "\u200b", "Enter the name."},
		{"", "name", strings.Repeat("x", 300), "The name must have at most 100 characters."},
		{"", "name", "family  LINKS", "The name is another team’s: give one that no other team has."},
		{"", "zone", "Gloucester", `The time zone is not a time zone, such as "Europe/London".`},
		{"4", "grace", "61", "“Silence that is normal” must be from 0 minutes to 60 minutes."},
		{"4", "grace", "a while", "Enter a number of minutes, such as 15, for “Silence that is normal”."},
		{"4", "grace", "1h", "Enter a number of minutes, such as 15, for “Silence that is normal”."},
		{"4", "ring_round", "4", "“Ring-round” must be from 5 minutes to 60 minutes."},
		{"5", "acknowledge_within_danger", "", "Enter a number of minutes, such as 15, for “To take charge of a call for help”."},
		{"4", "end_prompts", "10, 5", "“After the expected end” must rise, each later than the one before."},
		{"4", "end_prompts", "soon", "Enter minutes with commas between, such as 0, 10, for “After the expected end”."},
		{"5", "duress_phrase", "", "Enter “the name to ask for”: asking for it means"},
		{"5", "duress_phrase", "help", "“The name to ask for” must not be a word that already means something in a check-in."},
		{"5", "duress_phrase", "Seeing a friend today", "“The name to ask for” must be a name or a thing in at most 3 words."},
		{"5", "duress_phrase", "mum", "“The name to ask for” is an everyday word, so it would be in texts about other things. These are free: "},
		{"5", "duress_phrase", "Stephanie", "“The name to ask for” is a common first name, so it would be in texts about others. These are free: "},
		{"5", "duress_phrase", "Ravvi", "“The name to ask for” sounds like a common first name"},
		{"4", "fallback", "p-jo", "from those who are here."},
		{"5", "colleagues", "p-jo", "from those who are here."},
		{"4", "out_word", "two words", "“Word that must come with OUT” must be"},
		{"1", "working_hours", "nine to five", "Enter the working hours like Mon-Fri 08:30-17:00; Sat 09:00-12:00, or none."},
	} {
		var got page
		if test.section == "" {
			got = h.post("/teams/echo/edit", changed([]string{"name", "ECHo", "zone", "Europe/London"}, test.field, test.typed)...)
		} else {
			got = h.drafts(test.section, test.field, test.typed)
		}
		got.is(http.StatusUnprocessableEntity).says("There is a problem", test.says, `href="#`+test.field+`"`, `id="`+test.field+`-error"`).hides("Jo Reed")
		if test.typed != "" && test.field != "fallback" && test.field != "colleagues" {
			got.says(`value="` + test.typed + `"`)
		}
	}
	team, err := h.db.Team(h.Context(), "echo")
	h.ok(err)
	if team.Plan.Grace != 15*time.Minute || team.Plan.DuressPhrase != "Scarlett" {
		t.Errorf("kept is %+v", team.Plan)
	}
}

// Rule 4.6: the page says that the phrase is somebody's name, and what is free; never whose it is.
func TestAPhraseThatSomebodyIsCalledIsRefusedBesideItsField(t *testing.T) {
	h := openHouse(t).as("p-lee")
	_, err := h.engine.Book(h.Context(), engine.Actor{By: "p-priya", Via: "page"}, engine.Booking{Worker: "p-priya", Kind: "home_visit",
		StartsAt: saturday.Add(30 * time.Minute), ExpectedEndAt: saturday.Add(90 * time.Minute), Private: new(true),
		Details: buddy.Form{ServiceUser: private.New("Cordellia Quill"), Address: private.New("1 Example Street"), Contact: private.New("07700 900103")}})
	h.ok(err)
	h.drafts("5", "duress_phrase", "Cordelia").is(http.StatusUnprocessableEntity).
		says("“The name to ask for” is taken: somebody on your team, in a family or on the caseload has a name that sounds like it. These are free: ", `id="duress_phrase-error"`, `value="Cordelia"`).
		hides("Cordellia", "Quill")
	h.get("/teams/echo").is(http.StatusOK).hides("sounds like the duress phrase")
}

func TestWhoKeepsATeamIsWarnedOfANameLikeItsPhrase(t *testing.T) {
	h := openHouse(t)
	_, err := h.engine.PutPerson(h.Context(), engine.Actor{}, buddy.Person{ID: "p-new", Name: "Skarlet Quill", Team: "echo", Active: true, Roles: []string{buddy.Worker}, Mobile: number("07700 900177")})
	h.ok(err)
	const warning = "Somebody at work, in a family or on the caseload has a name that sounds like the duress phrase. A text that names them raises an alarm. These are free: "
	h.as("p-lee").get("/teams/echo").is(http.StatusOK).says(warning)
	for _, reader := range []string{"p-priya", "p-sam"} {
		h.as(reader).get("/teams/echo").is(http.StatusOK).hides("sounds like the duress phrase")
	}
	h = h.as("p-lee")
	h.drafts("4", "grace", "20").is(http.StatusSeeOther)
	h.publishes()
	h.get("/teams/echo").says(warning)
	h.drafts("5", "duress_phrase", "the blue file").is(http.StatusSeeOther)
	h.publishes()
	h.get("/teams/echo").says("Asking for the blue file means").hides("sounds like the duress phrase")
}

func TestWhoMayChangeAPlan(t *testing.T) {
	h := openHouse(t).nextDoor()
	for _, reader := range []string{"p-priya", "p-sam", "p-jo"} {
		h.as(reader).get("/teams/echo/edit").is(http.StatusNotFound)
		h.as(reader).post("/teams/echo/edit", "name", "ECHo", "zone", "Europe/London").is(http.StatusNotFound)
	}
	h.as("p-jo").get("/teams/echo").is(http.StatusNotFound).hides("15 min") // nothing of their plan
	h.as("p-ada").get("/teams/links/edit").is(http.StatusOK)
}
