package browser_test

import (
	"testing"
)

// planSights are what the pages of a team's plan look like.
func planSights() []sight {
	return []sight{
		{"GET /teams", "the teams, as an administrator sees them", "p-kit", opened("/teams")},
		{"GET /teams/new", "a team to add", "p-kit", opened("/teams/new")},
		{"POST /teams/new", "a team without a name", "p-kit", filled("/teams/new", "Publish")},
		{"GET /teams/{id}/plan", "a team's plan, as its manager reads it", "p-mo", followed("/teams/echo/plan", "What the team agreed, and the name to ask for")},
		{"GET /teams/{id}/plan", "a team's plan that waits for a signature", "p-sam", opened("/teams/echo/plan")},
		{"GET /teams/{id}/plan/edit", "a draft of a plan", "p-mo", opened("/teams/echo/plan/edit")},
		{"GET /teams/{id}/plan/edit/{n}", "a section with its settings", "p-mo", opened("/teams/echo/plan/edit/4")},
		{"GET /teams/{id}/plan/edit/{n}", "a section without settings", "p-mo", opened("/teams/echo/plan/edit/6")},
		{"POST /teams/{id}/plan/edit/{n}", "a section with a grace that is too long", "p-mo", filled("/teams/echo/plan/edit/4", "Save the draft", types("Silence that is normal", "99"))},
		{"GET /teams/{id}/plan/publish", "a version to publish", "p-mo", opened("/teams/echo/plan/publish")},
		{"POST /teams/{id}/plan/publish", "a version without a review", "p-mo", filled("/teams/echo/plan/publish", "Publish", chooses("Review the plan by", ""))},
		{"GET /teams/{id}/plan/versions", "every version of a plan", "p-mo", opened("/teams/echo/plan/versions")},
		{"GET /teams/{id}/plan/versions/{n}", "a version as it was", "p-mo", opened("/teams/echo/plan/versions/1")},
		{"GET /teams/{id}/plan/sign", "a plan to sign", "p-sam", opened("/teams/echo/plan/sign")},
		{"GET /teams/{id}/plan/sign", "a plan that one has signed", "p-mo", opened("/teams/echo/plan/sign")},
		{"POST /teams/{id}/plan/sign", "a plan signed without a tick", "p-sam", filled("/teams/echo/plan/sign", "Sign")},
		{"POST /teams/{id}/plan/sign", "a plan signed under another name", "p-sam", filled("/teams/echo/plan/sign", "Sign", types("Your name", "Sam Mountain"), func(b *page) { b.Press("I have read the plan and will keep to it") })},
		{"GET /teams/{id}/plan/review", "a plan that was reviewed", "p-mo", opened("/teams/echo/plan/review")},
		{"POST /teams/{id}/plan/review", "a review without a next one", "p-mo", filled("/teams/echo/plan/review", "Confirm: reviewed, nothing changed", chooses("Review the plan by", ""))},
		{"GET /teams/{id}/plan/signatures", "who signed a plan", "p-mo", opened("/teams/echo/plan/signatures")},
		{"GET /teams/{id}/plan/print", "a plan to print", "p-mo", opened("/teams/echo/plan/print")},
		{"GET /teams/{id}/plan/import", "a plan to take over", "p-mo", opened("/teams/echo/plan/import")},
		{"POST /teams/{id}/plan/import", "no document chosen", "p-mo", filled("/teams/echo/plan/import", "Take it over")},
	}
}

// planElsewhere are the routes of a plan that have no state of their own to be looked at.
var planElsewhere = map[string]string{
	"GET /teams/{id}/plan.pdf":                "a PDF: no browser's accessibility tree has it",
	"GET /teams/{id}/plan.docx":               "a file to download",
	"GET /teams/{id}/plan/start":              "TestATeamIsAddedInAMinute: it is the page of a new team, for one that has no plan",
	"POST /teams/{id}/plan/start":             "TestATeamIsAddedInAMinute",
	"POST /teams/{id}/plan/signatures/remind": "a press",
}

// Signing is one tick and one press, on a phone: the name is there already. Allowed is a minute.
func TestAPlanIsSignedOnAPhone(t *testing.T) {
	t.Parallel()
	b := demo(t).visitor(t)
	b.actsAs("p-ann")
	b.Sized(360, light)
	b.Open("/") // a worker, or whoever signs, sees on their own first page that it waits
	presses := 0
	press := func(name string) { b.Press(name); presses++ }
	press("Your team’s plan waits for you to read and sign it")
	b.Sees("Calling for help")
	b.Has("Your name", "Ann Bell")
	press("I have read the plan and will keep to it")
	press("Sign")
	b.Sees("Signed. Thank you.")
	if presses > 3 {
		t.Errorf("signing took %d presses", presses)
	}
	b.Open("/")
	b.SeesNot("waits for you to read and sign")
}

// A change of the plan is drafted, compared, published, and shown to who signed before as what is new.
func TestAPlanIsChangedAndSignedAnew(t *testing.T) {
	t.Parallel()
	for how, set := range hows {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			b := set(demo(t).visitor(t))
			b.actsAs("p-mo")
			b.Open("/teams/echo/plan")
			b.Press("Change the plan")
			b.Press("Checking in")
			b.Types("Silence that is normal", "20")
			b.Types("In our team we…", "We ring Mo at noon.")
			b.Press("Save the draft")
			b.Sees("The silence that is normal after the end was 15 minutes and is 20 minutes.")
			b.Press("Look it over and publish")
			b.Sees("New: We ring Mo at noon.")
			b.Press("Publish")
			b.Sees("Version 2")
			b.Sees("If we have not heard from you 20 minutes after the end, an alarm opens")
			b.Press("Read and sign")
			b.Sees("New since version 1, which you signed")
			b.Press("I have read the plan and will keep to it")
			b.Press("Sign")
			b.Sees("Signed. Thank you.")
			b.Open("/teams/echo/plan/signatures")
			b.Press("Remind those who have not")
			b.Sees("Those who have not signed are reminded by text.")
		})
	}
}

// From the list of teams to a published plan it is two presses, with a name typed and a person chosen between.
func TestATeamIsAddedInAMinute(t *testing.T) {
	t.Parallel()
	b := demo(t).visitor(t)
	b.actsAs("p-kit")
	b.Open("/teams")
	b.Press("Add a team")
	b.Types("Team’s name", "Locality South")
	b.Chooses("Fallback", "p-lee")
	b.Types("The name to ask for", "Marigold")
	b.Press("Publish")
	b.Sees("The team is added, with its plan.")
	b.Sees("The plan of Locality South")
}
