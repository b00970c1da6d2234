package browser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/web"
)

// sight is a state that a page may be in, and how someone comes to see it.
type sight struct {
	route string // in the table of the pages
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

// sights are what the pages look like while the county's clock stands still.
func sights() []sight {
	return []sight{
		{"GET /{$}", "the visits, with an alarm that Ann has", "p-ann", opened("/")},
		{"GET /{$}", "the visits of a team, as its manager sees them", "p-mo", opened("/")},
		{"GET /{$}", "no visits", "p-grace", opened("/")},
		{"GET /{$}", "a worker's own visits", "p-dan", opened("/")},
		{"GET /visits", "the visits of a day", "p-mo", opened("/visits")},
		{"GET /visits", "a day without visits", "p-mo", opened("/visits?date=2030-01-01")},
		{"GET /visits", "a reference that no visit has", "p-mo", opened("/visits?reference=ZZZZ")},
		{"GET /visits/new", "a visit of one's own to book", "p-priya", opened("/visits/new")},
		{"GET /visits/new", "a visit of another to book", "p-mo", opened("/visits/new?worker=p-priya")},
		{"GET /visits/new", "whose visit is to be booked", "p-mo", opened("/visits/new")},
		{"GET /visits/new", "a visit with nothing filled in", "p-priya", filled("/visits/new", "Book the visit", chooses("Start", ""), chooses("Expected end", ""))},
		{"GET /visits/{id}", "a visit that is booked, as its worker sees it", "p-dan", followed("/", "Dan Okafor")},
		{"GET /visits/{id}", "a visit that is overdue", "p-ann", followed("/", "Ruth Adeyemi")},
		{"GET /visits/{id}", "a private visit inside, as its worker sees it", "p-nia", followed("/", "Nia Evans")},
		{"GET /visits/{id}", "a private visit, as another sees it", "p-priya", followed("/", "Nia Evans")},
		{"GET /visits/{id}", "a visit that has ended", "p-priya", followed("/visits", "Priya Nair")},
		{"GET /visits/{id}", "a visit with a new end that was not filled in", "p-nia", followed("/", "Nia Evans", "Save the new end")},
		{"GET /visits/{id}", "a visit to be called off without a reason", "p-dan", followed("/", "Dan Okafor", "Call the visit off", "Call it off")},
		{"GET /visits/{id}/edit", "a visit to change", "p-dan", followed("/", "Dan Okafor", "Change the times or details")},
		{"GET /visits/{id}/edit", "a visit changed to have no address", "p-dan", func(b *page) {
			followed("/", "Dan Okafor", "Change the times or details")(b)
			b.Chooses("Start", "")
			b.Press("Save the changes")
		}},
		{"GET /alarms", "the alarms", "p-ann", opened("/alarms")},
		{"GET /alarms", "no alarms", "p-grace", opened("/alarms")},
		{"GET /alarms/{id}", "an alarm of another team", "p-mo", followed("/alarms", "Dan Okafor: Overdue")},
		{"GET /raise", "someone asked for Scarlett", "p-mo", opened("/raise")},
		{"GET /raise", "nobody named who asked", "p-mo", filled("/raise", "Raise the alarm")},
		{"GET /reading", "a text to try", "", opened("/reading")},
		{"GET /reading", "nothing typed", "", filled("/reading", "See how it is read")},
		{"GET /reading", "a text that was read", "", filled("/reading", "See how it is read", types("Text", "LATE 16:30"))},
		{"GET /reading", "a text nobody understands", "", filled("/reading", "See how it is read", types("Text", "purple elephants"))},
		{"GET /figures", "the figures of the day", "p-mo", opened("/figures")},
		{"GET /acting", "who to act as", "", opened("/acting")},
		{"GET /rota", "the rota", "p-mo", opened("/rota")},
		{"GET /rota", "the rota as a worker sees it", "p-priya", opened("/rota")},
		{"GET /rota", "a shift with nothing filled in", "p-mo", filled("/rota", "Add the shift")},
		{"GET /people", "the people", "p-mo", opened("/people")},
		{"GET /people", "the people as a worker sees them", "p-priya", opened("/people")},
		{"GET /people/new", "a new person", "p-mo", opened("/people/new")},
		{"GET /people/new", "a new person without a name", "p-mo", filled("/people/new", "Save", types("Mobile", "12"))},
		{"GET /people/{id}", "a worker, as their manager sees them", "p-mo", opened("/people/p-priya")},
		{"GET /people/{id}", "a worker, as another sees them", "p-dan", opened("/people/p-priya")},
		{"GET /people/{id}", "nobody", "", opened("/people/p-nobody")},
		{"GET /people/{id}/edit", "a person's details", "p-mo", opened("/people/p-priya/edit")},
		{"GET /people/{id}/edit", "a person's details with a wrong number", "p-mo", filled("/people/p-priya/edit", "Save", types("Mobile", "12"))},
		{"GET /teams", "the teams", "p-mo", opened("/teams")},
		{"GET /teams/{id}", "a team", "p-mo", opened("/teams/echo")},
		{"GET /teams/{id}/edit", "a team's settings", "p-mo", opened("/teams/echo/edit")},
		{"GET /teams/{id}/edit", "a team without a name", "p-mo", filled("/teams/echo/edit", "Save", types("Team’s name", ""))},
		{"GET /demo", "the phones", "", opened("/demo")},
		{"GET /demo", "no phone", "", opened("/demo?show=none")},
		{"GET /demo", "an empty text", "", func(b *page) { b.Open("/demo"); b.Press("Send from Priya Nair") }},
		{"GET /", "a page that is not there", "", opened("/nowhere")},
	}
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
			b.Passes(s.state)
		})
	}
}

// elsewhere are the pages that are come to through an alarm, and what is no page at all.
var elsewhere = map[string]string{
	"GET /alarms/{id}/police":       "TestEveryStateOfACallForHelp",
	"GET /alarms/{id}/handover.pdf": "a PDF: no browser's accessibility tree has it",
}

func TestEveryPageIsLookedAt(t *testing.T) {
	for _, pattern := range web.Routes() {
		looked := slices.ContainsFunc(sights(), func(s sight) bool { return s.route == pattern })
		if strings.HasPrefix(pattern, "GET ") && !looked && elsewhere[pattern] == "" {
			t.Errorf("no state of %s is looked at", pattern)
		}
	}
}
