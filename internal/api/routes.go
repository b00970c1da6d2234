package api

import (
	"context"
	"net/http"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/edge"
)

// route is one call: its method and path, the scope that grants it, and what answers it.
type route struct {
	pattern string
	scope   string
	handle  handler
	limited bool // may be refused with 429 when a token asks too much
}

// Who may call what. Check-ins and alarms are never refused for coming too often.
const (
	open  = ""
	free  = false
	limit = true
)

// routes is the table of contents of the JSON API.
func (a *API) routes() []route {
	const (
		admin = access.Admin
		act   = access.AlarmsAct
		read  = access.VisitsRead
		write = access.VisitsWrite
	)
	return []route{
		{"GET /api/v1/openapi.json", open, a.openapi, limit},
		{"GET /api/v1/clock", read, a.clock, limit},

		{"PUT /api/v1/teams/{id}", admin, a.putTeam, limit},
		{"GET /api/v1/teams/{id}", admin, a.getTeam, limit},
		{"GET /api/v1/teams", admin, a.listTeams, limit},
		{"PUT /api/v1/people/{id}", admin, a.putPerson, limit},
		{"GET /api/v1/people/{id}", admin, a.getPerson, limit},
		{"POST /api/v1/shifts", admin, a.addShift, limit},
		{"GET /api/v1/shifts", admin, a.listShifts, limit},
		{"DELETE /api/v1/shifts/{id}", admin, a.removeShift, limit},

		{"POST /api/v1/visits", write, a.bookVisit, limit},
		{"GET /api/v1/visits", read, a.listVisits, limit},
		{"GET /api/v1/visits/{id}", read, a.getVisit, limit},
		{"PATCH /api/v1/visits/{id}", write, a.editVisit, limit},
		{"POST /api/v1/visits/{id}/cancel", write, a.cancelVisit, limit},
		{"POST /api/v1/checkins", write, a.checkin, free},

		{"GET /api/v1/alarms", act, a.listAlarms, limit},
		{"POST /api/v1/alarms", act, a.raiseAlarm, free},
		{"GET /api/v1/alarms/{id}", act, a.getAlarm, limit},
		{"POST /api/v1/alarms/{id}/acknowledge", act, a.acknowledge, free},
		{"POST /api/v1/alarms/{id}/calls", act, a.logCall, free},
		{"POST /api/v1/alarms/{id}/police", act, a.logPolice, free},
		{"POST /api/v1/alarms/{id}/liaison", act, a.logLiaison, free},
		{"POST /api/v1/alarms/{id}/harmed", act, a.foundHarmed, free},
		{"POST /api/v1/alarms/{id}/hold", act, a.holdPolice, free},
		{"POST /api/v1/alarms/{id}/reassure", act, a.reassure, free},
		{"POST /api/v1/alarms/{id}/close", act, a.closeAlarm, free},
		{"GET /api/v1/alarms/{id}/handover", act, a.handover, free},

		{"GET /api/v1/unplaced", act, a.listUnplaced, limit},
		{"GET /api/v1/stream", act, a.stream, limit},
	}
}

// Route is a call of the JSON API as its document has it: its method and path, and the scope that grants it.
type Route struct{ Pattern, Scope string }

// Routes lists the calls of the JSON API.
func Routes() []Route {
	var list []Route
	for _, r := range (*API)(nil).routes() {
		list = append(list, Route{r.pattern, r.scope})
	}
	return list
}

// GraphPath is where Microsoft's notifications come to.
const GraphPath = "/hooks/graph"

// mux routes everything that is served here: the JSON API, the webhooks and the health checks.
func (a *API) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range a.routes() {
		mux.Handle(r.pattern, a.adapt(r))
	}
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.Handle("GET /readyz", bounded(a.readyz))
	if a.Twilio != nil {
		mux.Handle("POST "+twilio.SMSPath, bounded(a.twilioText))
		mux.Handle("POST "+twilio.VoicePath, bounded(a.twilioAnswered))
		mux.Handle("POST "+twilio.KeyPath, bounded(a.twilioPressed))
		mux.Handle("POST "+twilio.StatusPath, bounded(a.twilioStatus))
	}
	if a.Graph != nil {
		mux.Handle("POST "+GraphPath, bounded(a.Graph.ServeHTTP))
	}
	return edge.Harden(a.guard(mux), false)
}

// bounded gives a handler outside the JSON API the same bound in time.
func bounded(handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, done := context.WithTimeout(r.Context(), answerWithin)
		defer done()
		handle(w, r.WithContext(ctx))
	})
}
