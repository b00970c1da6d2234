package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/allclear-safety/allclear/internal/demo"
)

// route is one page or one button: its method and path, and what answers it.
type route struct {
	pattern string
	handle  handler
}

// routes is the table of contents of the pages.
func (p *Pages) routes() []route {
	if p.Demo != nil {
		return append(p.serviceRoutes(), p.demoRoutes()...)
	}
	return p.serviceRoutes()
}

// Routes lists every page and button, a demo's too, by method and path.
func Routes() []string {
	var list []string
	for _, r := range (&Pages{Options: Options{Demo: new(demo.Demo)}}).routes() {
		list = append(list, r.pattern)
	}
	return list
}

// serviceRoutes are the pages that there are wherever Allclear runs.
func (p *Pages) serviceRoutes() []route {
	return []route{
		{"GET /{$}", p.board},

		{"GET /visits", p.day},

		{"GET /visits/new", p.newVisit},
		{"POST /visits/new", p.bookVisit},

		{"GET /visits/{id}", p.visit},
		{"GET /visits/{id}/edit", p.editVisit},
		{"POST /visits/{id}/edit", p.changeVisit},
		{"POST /visits/{id}/in", p.goIn},
		{"POST /visits/{id}/late", p.newEnd},
		{"POST /visits/{id}/out", p.out},
		{"POST /visits/{id}/ask", p.askFor},
		{"POST /visits/{id}/help", p.needHelp},
		{"POST /visits/{id}/record", p.record},
		{"POST /visits/{id}/cancel", p.callOff},

		{"GET /alarms", p.alarms},
		{"GET /alarms/{id}", p.alarm},
		{"POST /alarms/{id}/acknowledge", p.takeCharge},
		{"POST /alarms/{id}/calls", p.alarmAct("call", readCall, nil)},
		{"GET /alarms/{id}/police", p.policeSheet},
		{"GET /alarms/{id}/handover.pdf", p.policePDF},
		{"POST /alarms/{id}/police", p.alarmAct("police", readPolice, map[string]string{"next_update_at": "police-next"})},
		{"POST /alarms/{id}/liaison", p.alarmAct("noted", readLiaison, map[string]string{"next_update_at": "police-next"})},
		{"POST /alarms/{id}/note", p.alarmAct("noted", readNote, nil)},
		{"POST /alarms/{id}/hold", p.alarmAct("held", readHold, map[string]string{"second_person": "hold-second"})},
		{"POST /alarms/{id}/reassure", p.alarmAct("reassured", readReassure, nil)},
		{"POST /alarms/{id}/harmed", p.alarmAct("harmed", readHarmed, nil)},
		{"POST /alarms/{id}/close", p.alarmAct("closed", p.closes, closeFields)},
		{"GET /raise", p.raiseForm},
		{"POST /raise", p.raise},

		{"GET /reading", p.reading},
		{"POST /reading", p.tryText},
		{"GET /figures", p.figures},

		{"GET /texts", p.askedTexts},
		{"GET /texts/labelled.jsonl", p.labelledTexts},
		{"GET /texts/{id}", p.askedText},
		{"POST /texts/{id}", p.label},

		{"GET /acting", p.acting},
		{"POST /acting", p.act},

		{"GET /rota", p.rota},
		{"POST /rota", p.addShift},
		{"POST /rota/shifts/{id}/remove", p.removeShift},

		{"GET /people", p.people},
		{"GET /people/new", p.newPerson},
		{"POST /people/new", p.addPerson},
		{"GET /people/{id}", p.person},
		{"GET /people/{id}/edit", p.editPerson},
		{"POST /people/{id}/edit", p.changePerson},
		{"POST /people/{id}/leave", p.leave},
		{"POST /people/{id}/return", p.comeBack},

		{"GET /teams", p.teamList},
		{"GET /teams/{id}", p.team},
		{"GET /teams/{id}/edit", p.editTeam},
		{"POST /teams/{id}/edit", p.changeTeam},
	}
}

// demoRoutes are the pages of a demo.
func (p *Pages) demoRoutes() []route {
	return []route{
		{"GET /demo", p.demoHome},
		{"POST /demo/speed", p.demoSpeed},
		{"POST /demo/stories/{id}", p.demoPlay},
		{"POST /demo/story", p.demoStory},
		{"POST /demo/phones/{id}/text", p.demoText},
		{"POST /demo/phones/{id}/state", p.demoSwitch},
		{"POST /demo/calls/{id}", p.demoCall},
	}
}

// Addresses lists the pages that can be looked at, as patterns of net/http, in the order of the table.
func (p *Pages) Addresses() []string {
	var looked []string
	for _, r := range p.routes() {
		if strings.HasPrefix(r.pattern, "GET ") {
			looked = append(looked, r.pattern)
		}
	}
	return looked
}

// forms are the addresses that only forms are sent to, each with that of the page around it. A form that was refused stands at the form's address:
// whoever reloads it there must not find that there is no such page.
func (p *Pages) forms() map[string]string {
	pages, forms := map[string]bool{"/": true}, map[string]string{}
	for _, r := range p.routes() {
		if page, is := strings.CutPrefix(r.pattern, "GET "); is {
			pages[page] = true
		}
	}
	for _, r := range p.routes() {
		from, is := strings.CutPrefix(r.pattern, "POST ")
		if !is || pages[from] {
			continue
		}
		forms[from] = path.Dir(from)
		for !pages[forms[from]] {
			forms[from] = path.Dir(forms[from])
		}
	}
	return forms
}

// leadTo leads to a page, by its pattern.
func leadTo(page string) handler {
	return func(c *request) error {
		return c.redirect(strings.ReplaceAll(page, "{id}", url.PathEscape(c.PathValue("id"))))
	}
}

// mux routes every page, the stream of changes and the static files. A form that was sent from another site is refused.
func (p *Pages) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range p.routes() {
		mux.Handle(r.pattern, p.adapt(r))
	}
	for from, page := range p.forms() {
		mux.Handle("GET "+from, p.adapt(route{"GET " + from, leadTo(page)}))
	}
	mux.Handle("GET /live", p.onlyHere(http.HandlerFunc(p.stream)))
	mux.Handle("GET /static/", p.static)
	mux.Handle("/", p.adapt(route{"/", p.nowhere}))
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(p.onlyHere(http.HandlerFunc(p.elsewhere)))
	return same.Handler(mux)
}
