package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/web"
)

// sight is a state that a page may be in, and how someone comes to see it.
type sight struct {
	route string // in the table of the pages; that of a form which was refused is the form's own
	state string
	by    string // who looks, by id; "" for the visitor
	comes func(b *page)
}

func opened(path string) func(*page) { return func(b *page) { b.Open(path) } }

// filled opens a page, does something to its form and presses a button.
func filled(path, button string, does ...func(*page)) func(*page) {
	return func(b *page) {
		b.Open(path)
		for _, do := range does {
			do(b)
		}
		b.Press(button)
	}
}

func types(field, words string) func(*page) { return func(b *page) { b.Types(field, words) } }

func chooses(field, value string) func(*page) { return func(b *page) { b.Chooses(field, value) } }

// followed opens a page and presses one thing after the other.
func followed(path string, presses ...string) func(*page) {
	return func(b *page) {
		b.Open(path)
		b.any = true
		for _, name := range presses {
			b.Press(name)
		}
	}
}

// endedVisit opens the visit that Priya has ended, on the day on which it began, four hours before now: soon after midnight that is the day before.
func endedVisit(b *page) {
	b.Open("/visits") // which says what time it is
	b.Open("/visits?date=" + b.now().Add(-4*time.Hour).Format(time.DateOnly))
	b.any = true
	b.Press("Priya Nair")
}

// sights are what the pages look like while the county's clock stands still.
func sights() []sight {
	return slices.Concat(planSights(), afterwards(), []sight{
		{"GET /{$}", "the visits, with an alarm that Ann has", "p-ann", opened("/")},
		{"GET /{$}", "the visits of a team, as its manager sees them", "p-mo", opened("/")},
		{"GET /{$}", "no visits", "p-grace", opened("/")},
		{"GET /{$}", "a worker's own visits", "p-dan", opened("/")},
		{"GET /visits", "the visits of a day", "p-mo", opened("/visits")},
		{"GET /visits", "a day without visits", "p-mo", opened("/visits?date=2030-01-01")},
		{"GET /visits", "a reference that no visit has", "p-mo", filled("/visits", "Find", types("Reference, such as A7F3", "ZZZZ"))},
		{"GET /visits/new", "a visit of one's own to book", "p-priya", opened("/visits/new")},
		{"GET /visits/new", "a visit of another to book", "p-mo", opened("/visits/new?worker=p-priya")},
		{"GET /visits/new", "whose visit is to be booked", "p-mo", opened("/visits/new")},
		{"POST /visits/new", "a visit with nothing filled in", "p-priya", filled("/visits/new", "Book the visit", chooses("Start", ""), chooses("Expected end", ""))},
		{"POST /visits/new", "a visit at the time of another", "p-nia", func(b *page) {
			b.Open("/visits/new")
			b.Chooses("Start", b.now().Format("15:04"))
			b.Chooses("Expected end", b.now().Add(time.Hour).Format("15:04"))
			b.Press("Book the visit")
			b.Sees("These times overlap visit")
		}},
		{"GET /visits/{id}", "a visit that is booked, as its worker sees it", "p-dan", followed("/", "Dan Okafor")},
		{"GET /visits/{id}", "a visit that is overdue", "p-ann", followed("/", "Ruth Adeyemi")},
		{"GET /visits/{id}", "a private visit inside, as its worker sees it", "p-nia", followed("/", "Nia Evans")},
		{"GET /visits/{id}", "a private visit, as another sees it", "p-priya", followed("/", "Nia Evans")},
		{"GET /visits/{id}", "a visit that has ended", "p-priya", endedVisit},
		{"POST /visits/{id}/late", "a visit with a new end that was not filled in", "p-nia", followed("/", "Nia Evans", "Save the new end")},
		{"POST /visits/{id}/ask", "nobody named who is to ring", "p-nia", followed("/", "Nia Evans", "Ask someone to ring me", "Ask them")},
		{"POST /visits/{id}/record", "nothing said in one's own words", "p-nia", followed("/", "Nia Evans", "Say it in your own words", "Send")},
		{"POST /visits/{id}/record", "nothing recorded of what a worker said", "p-ann", followed("/", "Tom Price", "Record what Tom Price said", "Record")},
		{"POST /visits/{id}/cancel", "a visit to be called off without a reason", "p-dan", followed("/", "Dan Okafor", "Call the visit off", "Call it off")},
		{"GET /visits/{id}/edit", "a visit to change", "p-dan", followed("/", "Dan Okafor", "Change the times or details")},
		{"POST /visits/{id}/edit", "a visit changed to have no address", "p-dan", func(b *page) {
			followed("/", "Dan Okafor", "Change the times or details")(b)
			b.Chooses("Start", "")
			b.Press("Save the changes")
		}},
		{"GET /looks", "who looked at one's details", "p-nia", opened("/looks")},
		{"GET /alarms", "the alarms", "p-ann", opened("/alarms")},
		{"GET /alarms", "no alarms", "p-grace", opened("/alarms")},
		{"GET /alarms/{id}", "an alarm of another team", "p-mo", followed("/alarms", "Dan Okafor: Overdue")},
		{"GET /raise", "someone asked for Scarlett", "p-mo", opened("/raise")},
		{"POST /raise", "nobody named who asked", "p-mo", filled("/raise", "Raise the alarm")},
		{"POST /raise", "a name that several have", "p-mo", filled("/raise", "Raise the alarm", types("Who asked you?", "an"))},
		{"GET /reading", "a text to try", "", opened("/reading")},
		{"POST /reading", "nothing typed", "", filled("/reading", "See how it is read")},
		{"GET /reading", "a text that was read", "", filled("/reading", "See how it is read", types("Text", "LATE 16:30"))},
		{"GET /reading", "a text nobody understands", "", filled("/reading", "See how it is read", types("Text", "purple elephants"))},
		{"GET /figures", "the figures of the day", "p-mo", opened("/figures")},
		{"GET /figures", "the figures of a day without visits", "p-mo", opened("/figures?date=2026-01-01")},
		{"GET /texts", "no text that was asked back", "p-ann", opened("/texts?date=2026-01-01")},
		{"GET /texts", "a text that was asked back", "p-mo", askedBack(func(*page) {})},
		{"GET /texts/{id}", "what a text meant", "p-mo", askedBack(toSay)},
		{"POST /texts/{id}", "nothing said of what a text meant", "p-mo", askedBack(func(b *page) { toSay(b); b.Press("Save what was meant") })},
		{"GET /acting", "who to act as", "", opened("/acting")},
		{"POST /acting", "nobody to act as", "", func(b *page) {
			b.Open("/acting")
			evaluate[bool](b, `document.querySelector("[name=person]:checked").value = "nobody"; true`) // who has left since the page was opened
			b.Press("Continue")
		}},
		{"GET /demo/mail", "what a responder is sent by e-mail", "p-sam", opened("/demo/mail")},
		{"GET /demo/mail", "what a worker is sent by e-mail", "p-priya", opened("/demo/mail")},
		{"GET /demo/mail", "a mailbox with nothing in it", "p-bea", opened("/demo/mail?of=p-bea")},
		{"GET /rota", "the rota", "p-mo", opened("/rota")},
		{"GET /rota", "the rota as a worker sees it", "p-priya", opened("/rota")},
		{"GET /rota", "a rota with nobody on it", "p-mo", opened("/rota?from=2030-01-01")},
		{"POST /rota", "a shift with nothing filled in", "p-mo", filled("/rota", "Add the shift")},
		{"GET /details", "one's own details", "p-grace", opened("/details")},
		{"GET /details", "the details of one who visits nobody", "p-sam", opened("/details")},
		{"POST /details/numbers/{field}", "a code that is another", "p-tom", func(b *page) {
			b.Open("/details")
			b.Press("Text me a code to prove Mobile")
			b.Sees("A code is on its way.")
			b.Types("The code that came", "12")
			b.Press("Prove this number")
		}},
		{"POST /details/delegates", "nobody to book by invite", "p-dan", filled("/details", "Let them book for me")},
		{"POST /details/photograph", "no picture chosen", "p-dan", followed("/details", "Add a photograph", "Save the photograph")},

		{"GET /people", "the people", "p-mo", opened("/people")},
		{"GET /people", "the people as a worker sees them", "p-priya", opened("/people")},
		{"GET /people", "nobody of a name", "p-mo", filled("/people", "Search", types("Search by name", "zzz"))},
		{"GET /people/new", "a new person", "p-mo", opened("/people/new")},
		{"POST /people/new", "a new person without a name", "p-mo", filled("/people/new", "Save", types("Mobile", "12"))},
		{"GET /people/{id}", "a worker, as their manager sees them", "p-mo", opened("/people/p-priya")},
		{"GET /people/{id}", "a worker, as another sees them", "p-dan", opened("/people/p-priya")},
		{"GET /people/{id}", "someone without emergency contacts", "p-mo", opened("/people/p-sam")},
		{"GET /people/{id}", "someone without shifts", "p-ann", opened("/people/p-grace")},
		{"POST /people/{id}/leave", "someone with open visits who is to leave", "p-mo", followed("/people/p-dan/edit", "Mark as no longer here")},
		{"GET /people/{id}", "nobody", "", opened("/people/p-nobody")},
		{"GET /people/{id}/edit", "a person's details", "p-mo", opened("/people/p-priya/edit")},
		{"POST /people/{id}/edit", "a person's details with a wrong number", "p-mo", filled("/people/p-priya/edit", "Save", types("Mobile", "12"))},
		{"GET /people/{id}/apart", "who may never see a worker", "p-priya", opened("/people/p-priya/apart")},
		{"POST /people/{id}/apart", "nobody named who may never see a worker", "p-mo", filled("/people/p-priya/apart", "Put on the list")},
		{"GET /people/import", "a file to import", "p-mo", opened("/people/import")},
		{"POST /people/import", "no file to import", "p-mo", filled("/people/import", "Continue")},
		{"GET /imports/{id}", "what the columns of a file are", "p-mo", brought(goodList)},
		{"GET /imports/{id}", "what a file would change", "p-mo", func(b *page) {
			brought(goodList)(b)
			b.Press("Show what would change")
			b.Sees("Nothing has changed yet")
		}},
		{"POST /imports/{id}/columns", "rows that cannot be taken", "p-mo", func(b *page) { brought(badList)(b); b.Press("Show what would change") }},
		{"GET /kin/{secret}", "a form for next of kin", "p-mo", kinForm},
		{"POST /kin/{secret}", "a form for next of kin with nothing in it", "p-mo", func(b *page) { kinForm(b); b.Press("Send") }},
		{"GET /teams", "the teams", "p-mo", opened("/teams")},
		{"GET /teams/{id}", "a team", "p-mo", opened("/teams/echo")},
		{"GET /teams/{id}/edit", "a team's settings", "p-mo", opened("/teams/echo/edit")},
		{"POST /teams/{id}/edit", "a team without a name", "p-mo", filled("/teams/echo/edit", "Save", types("Team’s name", ""))},
		{"GET /teams/{id}/support", "the spheres of support of a team", "p-priya", opened("/teams/echo/support")},
		{"GET /teams/{id}/support/print", "the spheres of support for the wall", "p-priya", opened("/teams/echo/support/print")},
		{"GET /teams/{id}/support/edit", "the spheres of support to change", "p-mo", opened("/teams/echo/support/edit")},
		{"GET /teams/{id}/support/entries/new", "a name to add to the spheres of support", "p-mo", opened("/teams/echo/support/entries/new")},
		{"POST /teams/{id}/support/entries/new", "nobody named to add to the spheres of support", "p-mo", filled("/teams/echo/support/entries/new", "Save")},
		{"GET /teams/{id}/support/entries/{n}", "a name of the spheres of support", "p-mo", opened("/teams/echo/support/entries/1")},
		{"POST /teams/{id}/support/entries/{n}", "a name of the spheres of support without a name", "p-mo", filled("/teams/echo/support/entries/1", "Save", types("Name", ""))},
		{"GET /practice", "a call for help to practise", "p-dan", opened("/practice")},
		{"POST /practice", "nothing to practise", "p-dan", filled("/practice", "Send, as practice")},
		{"GET /practice", "a call for help that was practised", "p-dan", filled("/practice", "Send, as practice", types("Text, as you would send it", "SOS"))},
		{"GET /guidance", "what guidance there is", "p-priya", opened("/guidance")},
		{"GET /guidance/before-a-visit", "what to think of before a visit", "p-priya", opened("/guidance/before-a-visit")},
		{"GET /guidance/calling-for-help", "how to call for help", "p-dan", opened("/guidance/calling-for-help")},
		{"GET /guidance/asked-for", "what to do when a colleague asks", "p-mo", opened("/guidance/asked-for")},
		{"GET /guidance/ring-round", "how to ring round", "p-mo", opened("/guidance/ring-round")},
		{"GET /guidance/after", "what helps afterwards", "p-mo", opened("/guidance/after")},
		{"GET /guidance/sharing-your-calendar", "how to share a calendar", "p-priya", opened("/guidance/sharing-your-calendar")},
		{"GET /guidance/seeing-a-calendar", "how to see a colleague's calendar", "p-priya", opened("/guidance/seeing-a-calendar")},
		{"GET /teams/{id}/calendars/{person}", "one's own calendar", "p-priya", opened("/teams/echo/calendars/p-priya")},
		{"GET /teams/{id}/calendars/{person}", "a colleague's calendar", "p-mo", opened("/teams/echo/calendars/p-priya")},
		{"POST /teams/{id}/calendars/{person}", "a calendar of which nothing was chosen", "p-priya", filled("/teams/echo/calendars/p-priya", "Save")},
		{"GET /record", "the record", "p-bea", opened("/record")},
		{"GET /record", "the record of a day with nothing on it", "p-bea", opened("/record?from=2030-01-01")},
		{"POST /record", "the record of nobody", "p-bea", func(b *page) {
			b.Open("/record")
			b.Press("Search the record")
			b.Types("To or by a person", "nobody")
			b.Chooses("From", "2026-11-22")
			b.Chooses("To the end of", "2026-11-21")
			b.Press("Search")
		}},
		{"GET /record/{n}", "an entry of the record", "p-bea", opened("/record/3")},
		{"GET /record/checks", "a record that was not checked", "p-kit", opened("/record/checks")},
		{"GET /feeds", "no calendar feeds", "p-nia", opened("/feeds")},
		{"GET /feeds", "a calendar feed that was made", "p-mo", filled("/feeds", "Make the feed", types("Where it will be", "My phone"))},
		{"POST /feeds", "a calendar feed for nowhere", "p-mo", filled("/feeds", "Make the feed")},
		{"GET /kept", "how long things are kept", "p-priya", opened("/kept")},
		{"GET /kept", "what was erased last night", "p-kit", opened("/kept")},
		{"GET /holds", "legal holds to put on something", "p-kit", opened("/holds?on=person/p-grace")},
		{"GET /holds", "legal holds as an auditor sees them", "p-bea", opened("/holds")},
		{"POST /holds", "a hold without a reason", "p-kit", filled("/holds", "Put the hold on it", types("What is it about?", "J Smith"))},
		{"GET /backups", "the backups of a demo", "p-kit", opened("/backups")},
		{"GET /people/{id}/data", "all about oneself", "p-grace", opened("/people/p-grace/data")},
		{"GET /people/{id}/data", "all about another", "p-kit", opened("/people/p-grace/data")},
		{"GET /people/{id}/erase", "what cannot be erased", "p-kit", opened("/people/p-nia/erase")},
		{"POST /people/{id}/erase", "erasing someone without saying why", "p-kit", filled("/people/p-grace/erase", "Erase Grace Lewis")},
		{"GET /demo", "the phones", "", opened("/demo")},
		{"GET /demo", "no phone", "", opened("/demo?show=none")},
		{"POST /demo/phones/{id}/text", "an empty text", "", func(b *page) { b.Open("/demo"); b.Press("Send from Priya Nair") }},
		{"GET /", "a page that is not there", "", opened("/nowhere")},
	})
}

func TestEveryPageInEveryState(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	for _, s := range sights() {
		t.Run(s.state, func(t *testing.T) {
			t.Parallel()
			b := c.visitor(t)
			b.actsAs(s.by)
			s.comes(b)
			if strings.HasPrefix(s.route, "POST ") {
				b.Sees("There is a problem")
			}
			b.Passes(s.state)
		})
	}
}

// elsewhere are the pages and forms that are come to through an alarm, what is no page at all, and presses with nothing to fill in.
var elsewhere = map[string]string{
	"GET /alarms/{id}/police":       "TestEveryStateOfACallForHelp",
	"GET /alarms/{id}/handover.pdf": "a PDF: no browser's accessibility tree has it",
	"GET /texts/labelled.jsonl":     "a file to download",
	"GET /people/{id}/photograph":   "a picture: it is looked at on the pages that have it",

	"GET /teams/{id}/support/picture.svg": "a file to download; it is the picture of the page of the spheres of support",
	"POST /teams/{id}/support/edit":       "a press",

	"GET /warnings":            "TestWarningsInEveryState",
	"POST /warnings":           "TestWarningsInEveryState",
	"GET /warnings/new":        "TestWarningsInEveryState",
	"POST /warnings/new":       "TestWarningsInEveryState",
	"GET /warnings/{id}":       "TestWarningsInEveryState",
	"GET /warnings/{id}/edit":  "TestWarningsInEveryState",
	"POST /warnings/{id}/edit": "the form of a new one, refused alike",
	"POST /warnings/{id}/end":  "TestWarningsInEveryState",
	"GET /risks":               "TestARiskAssessmentInEveryState",
	"GET /risks/new":           "TestARiskAssessmentInEveryState",
	"POST /risks/new":          "TestARiskAssessmentInEveryState",
	"POST /risks/start":        "TestARiskAssessmentInEveryState",
	"GET /risks/{id}":          "TestARiskAssessmentInEveryState",
	"GET /risks/{id}/edit":     "TestARiskAssessmentInEveryState",
	"POST /risks/{id}/edit":    "the form of a new one, refused alike",
	"POST /risks/{id}/decide":  "TestARiskAssessmentInEveryState",
	"GET /risks/{id}/words":    "TestARiskAssessmentInEveryState",
	"POST /risks/{id}/words":   "TestARiskAssessmentInEveryState",

	"POST /risks/{id}/end":            "a press",
	"POST /risks/{id}/words/withdraw": "a press",
	"POST /visits/{id}/elsewhere":     "a press",

	"POST /alarms/{id}/calls":   "TestEveryStateOfAnOverdueAlarm",
	"POST /alarms/{id}/police":  "TestEveryStateOfACallForHelp",
	"POST /alarms/{id}/close":   "TestEveryStateOfACallForHelp",
	"POST /alarms/{id}/note":    "TestEveryStateOfASearch",
	"POST /alarms/{id}/liaison": "TestEveryStateOfASearch",
	"POST /alarms/{id}/harmed":  "TestEveryStateOfASearch",
	"POST /alarms/{id}/hold":    "TestEveryStateOfAMereMention",

	"POST /visits":            "a search: the sight of a reference that no visit has",
	"POST /people":            "a search: the sight of nobody of a name",
	"POST /visits/new/worker": "a search that a county of a hundred workers has",
	"POST /acting/search":     "a search that a county of fifty people has",

	"POST /details":                      "a press: TestDetailsAreConfirmedByOnePressOnATelephone",
	"POST /details/photograph/remove":    "a press",
	"POST /details/delegates/remove":     "a press",
	"POST /details/numbers/{field}/code": "a press: TestDetailsAreConfirmedByOnePressOnATelephone",

	"POST /visits/{id}/glass":       "in the county all who may break a glass are invited: TestWhoBreaksTheGlassSeesAPrivateVisitForAWhile",
	"POST /visits/{id}/glass/end":   "a press",
	"POST /people/{id}/apart/end":   "a press",
	"POST /imports/{id}/run":        "a press",
	"POST /imports/{id}/cancel":     "a press",
	"POST /people/{id}/kin":         "a press",
	"POST /alarms/{id}/acknowledge": "a press",
	"POST /alarms/{id}/reassure":    "a press",
	"POST /visits/{id}/in":          "a press, offered once it can be pressed",
	"POST /visits/{id}/out":         "a press",
	"POST /visits/{id}/help":        "a press",
	"POST /rota/shifts/{id}/remove": "a press",
	"POST /people/{id}/return":      "a press",
	"POST /record/export":           "a file to download",
	"POST /record/checks":           "a press",
	"POST /people/{id}/data":        "a file to download",
	"POST /holds/{id}/lift":         "a press",
	"POST /demo/speed":              "a press",

	"GET /calendar/{secret}":                     "a calendar, for programs: e2e/calendars",
	"POST /feeds/{id}/remove":                    "a press",
	"GET /calendar":                              "it only leads to one's own calendar's page",
	"POST /teams/{id}/calendars/{person}/unseen": "a press",

	"POST /debriefs":                   "a press",
	"POST /debriefs/{id}/decline":      "a press",
	"POST /debriefs/{id}/own":          "words that nothing is wrong with",
	"POST /incidents/table":            "a file to download",
	"GET /incidents/{id}/incident.pdf": "a PDF: no browser's accessibility tree has it",
	"POST /organisation":               "fields of one name in several groups: TestTheOrganisationSaysWhomToTurnTo",
	"POST /prompts/{id}/done":          "a press",

	"POST /demo/stories/{id}":      "a press",
	"POST /demo/story":             "a press",
	"POST /demo/phones/{id}/state": "a press",
	"POST /demo/calls/{id}":        "a press",
}

// askedBack has a worker text what nobody understands, opens the list of such texts, and goes on from it.
func askedBack(then func(*page)) func(*page) {
	return func(b *page) {
		b.Open("/demo")
		b.texts("Priya Nair", "purple elephants")
		b.Open("/texts")
		b.Sees("purple elephants")
		then(b)
	}
}

// The lists of people that are brought, of which one cannot be taken.
const (
	goodList = "Pers.No.;Name;Team;Mobile;Next of kin;Tel. no.\n7001;Bea Quill;ECHo;07700 900871;Tom Quill;01632 960143\n"
	badList  = "Pers.No.;Name;Team;Mobile\n7001;Bea Quill;Nowhere;0770\n"
)

// brought brings a list of people, and stands before what its columns are.
func brought(list string) func(*page) {
	return func(b *page) {
		b.Open("/people/import")
		evaluate[bool](b, fmt.Sprintf(`(() => { const t = new DataTransfer(); t.items.add(new File([%q], "staff.csv")); document.querySelector("#file").files = t.files; return true })()`, list))
		b.Press("Continue")
		b.Sees("What each column is")
	}
}

// kinForm has a worker asked for their next of kin, and opens what they are texted.
func kinForm(b *page) {
	b.Open("/people/p-jo")
	b.Press("Ask for their next of kin")
	b.Sees("A link to the form was texted to their own mobile")
	b.Open("/demo?show=p-jo.mobile")
	b.Sees("whom do we ring if we cannot reach you?")
	b.Open(evaluate[string](b, `document.body.innerText.match(/\/kin\/[A-Z2-7]{26}/)[0]`))
}

// toSay goes on to say what the worker meant.
func toSay(b *page) {
	b.any = true // others looked at the list before
	b.Press("Say what was meant by the text of Priya Nair, " + b.now().Format("15:04"))
}

func TestEveryPageAndEveryRefusedFormIsLookedAt(t *testing.T) {
	for _, pattern := range web.DemoRoutes() {
		looked := slices.ContainsFunc(sights(), func(s sight) bool { return s.route == pattern })
		if !looked && elsewhere[pattern] == "" && planElsewhere[pattern] == "" {
			t.Errorf("no state of %s is looked at", pattern)
		}
	}
}
