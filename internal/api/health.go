package api

import (
	"net/http"
	"time"
)

// clockJSON is the time that Allclear lives by.
type clockJSON struct {
	Now   time.Time `json:"now"`
	Speed int       `json:"speed"` // 1 is real time; 0: a demo's clock that stands still
}

// clock answers GET /clock: the rehearsal clock's time, else real time.
func (a *API) clock(c *call) (answer, error) {
	speed := 1
	if a.Speed != nil {
		speed = a.Speed()
	}
	return ok(clockJSON{c.at, speed})
}

// healthz says that this process is up.
func (a *API) healthz(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "up\n")
}

// readyz says whether an alarm could be raised now. Why not goes to the log: a stranger may read this answer.
func (a *API) readyz(w http.ResponseWriter, r *http.Request) {
	status, says := http.StatusOK, "ready\n"
	if err := a.Engine.Ready(r.Context()); err != nil {
		a.Log.Error("not ready", "error", err)
		status, says = http.StatusServiceUnavailable, "not ready: allclear check says why\n"
	}
	if a.Besides != nil {
		says += a.Besides(r.Context()) + "\n"
	}
	plain(w, status, says)
}

func plain(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(words)) // the caller has gone: nobody is left to tell
}
