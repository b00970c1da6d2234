package web

import "net/http"

// route is one page or one button: its method and path, and what answers it.
type route struct {
	pattern string
	handle  handler
}

// routes is the table of contents of the pages.
func (p *Pages) routes() []route {
	return []route{
		{"GET /{$}", p.board},

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

		{"GET /acting", p.acting},
		{"POST /acting", p.act},
	}
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
