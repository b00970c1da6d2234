package browser_test

import "sync"

// afterwards are the sights of care afterwards: incidents, debriefs, what was agreed, whom to turn to.
func afterwards() []sight {
	return []sight{
		{"GET /incidents", "no incidents", "p-dan", opened("/incidents")},
		{"GET /incidents", "the incidents of a team", "p-mo", recorded(func(b *page) { b.Open("/incidents") })},
		{"GET /incidents/new", "a new incident", "p-mo", opened("/incidents/new")},
		{"POST /incidents/new", "an incident with nothing filled in", "p-mo", filled("/incidents/new", "Save")},
		{"GET /incidents/{id}", "an incident that is to be reported", "p-mo", recorded(func(*page) {})},
		{"POST /incidents/{id}/actions", "something agreed without a word", "p-mo", recorded(func(b *page) { b.Press("Agree something to be done"); b.Press("Agree it") })},
		{"GET /incidents/{id}/edit", "the answers of an incident", "p-mo", recorded(func(b *page) { b.Press("Add or change answers") })},
		{"POST /incidents/{id}/edit", "an incident without a name", "p-mo", recorded(func(b *page) { b.Press("Add or change answers"); b.Types("Name", ""); b.Press("Save") })},
		{"GET /incidents/figures", "figures of incidents", "p-mo", opened("/incidents/figures")},
		{"GET /debriefs", "the debriefs", "p-priya", opened("/debriefs")},
		{"GET /debriefs/{id}", "a debrief that is offered", "p-nia", talked(func(*page) {})},
		{"POST /debriefs/{id}/choose", "a debrief with nobody", "p-nia", talked(func(b *page) { b.Press("Ask them") })},
		{"GET /debriefs/{id}", "a debrief that waits", "p-priya", waiting(func(*page) {})},
		{"GET /debriefs/{id}/edit", "what was talked over", "p-priya", waiting(func(b *page) { b.Press("Put down what you talked over") })},
		{"POST /debriefs/{id}/edit", "nothing of what was talked over", "p-priya", waiting(func(b *page) { b.Press("Put down what you talked over"); b.Press("Save") })},
		{"POST /debriefs/{id}/actions", "nothing agreed in a debrief", "p-priya", waiting(func(b *page) { b.Press("Agree something to be done"); b.Press("Agree it") })},
		{"GET /actions", "nothing to do", "p-dan", opened("/actions")},
		{"POST /actions/{id}/done", "something done, and not how", "p-mo", recorded(func(b *page) {
			b.Press("Agree something to be done")
			b.Types("What is to be done?", "ring the landlord")
			b.Chooses("Who does it?", "p-mo")
			b.Chooses("By when?", "2030-01-01")
			b.Press("Agree it")
			b.Sees("It is agreed")
			b.any = true
			b.Open("/actions")
			b.Press("It is done")
		})},
		{"GET /organisation", "what the organisation says", "p-kit", opened("/organisation")},
		{"GET /prompts", "a manager's prompts", "p-mo", opened("/prompts")},
	}
}

// recorded has an incident recorded by whoever visits, and goes on from its page.
func recorded(then func(*page)) func(*page) {
	return func(b *page) {
		b.Open("/incidents/new")
		b.Chooses("Whom of us is it about?", "p-priya")
		b.Types("Name", "Priya Nair")
		b.Chooses("What are they to us?", "employee")
		b.Chooses("Date", "2026-01-05")
		b.Chooses("What kind of incident was it?", "violence")
		b.Chooses("Was it racist, or about another of these?", "race")
		b.Chooses("How badly was somebody hurt?", "fracture")
		b.Types("What happened?", "He pushed her over")
		b.Press("Save")
		b.Sees("Tell HSE without delay")
		then(b)
	}
}

// talked has whoever visits say that they would like to talk, and goes on from there.
func talked(then func(*page)) func(*page) {
	return func(b *page) {
		b.Open("/debriefs")
		b.Press("I would like to talk")
		b.Sees("With whom would you like to talk?")
		then(b)
	}
}

// choosing has one of those who are looked at together ask for a debrief at a time: who asks for another before it is said with whom is shown the same.
var choosing sync.Mutex

// waiting has them choose with whom.
func waiting(then func(*page)) func(*page) {
	chooses := talked(func(b *page) {
		b.Chooses("With whom would you like to talk?", "p-mo")
		b.Press("Ask them")
		b.Sees("Waits to be held")
	})
	return func(b *page) {
		func() {
			choosing.Lock()
			defer choosing.Unlock()
			chooses(b)
		}()
		then(b)
	}
}
