package web

import (
	"net/http"
	"strings"
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

// serviceRoutes are the pages that there are wherever Allclear runs.
func (p *Pages) serviceRoutes() []route {
	return []route{
		{"GET /{$}", p.board},

		{"GET /reading", p.reading},
		{"POST /reading", p.tryText},
		{"GET /figures", p.figures},

		{"GET /acting", p.acting},
		{"POST /acting", p.act},
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

// mux routes every page, the stream of changes and the static files. A form that was sent from another site is refused.
func (p *Pages) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range p.routes() {
		mux.Handle(r.pattern, p.adapt(r))
	}
	mux.Handle("GET /live", p.onlyHere(http.HandlerFunc(p.stream)))
	mux.Handle("GET /static/", p.static)
	mux.Handle("/", p.adapt(route{"/", p.nowhere}))
	return http.NewCrossOriginProtection().Handler(mux)
}
