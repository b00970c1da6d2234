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
	if err := a.Engine.Ready(r.Context()); err != nil {
		a.Log.Error("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "not ready: allclear check says why\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(words)) // the caller has gone: nobody is left to tell
}

// page stands where the pages will be. It is the same for every link, and tells nothing.
func page(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(noPages)) // the reader has gone
}

const noPages = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Allclear</title>
<style>body{font:1.25rem/1.5 sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem}</style>
</head>
<body>
<main>
<h1>Allclear</h1>
<p>This page needs sign-in, which is not built yet. Nothing is shown here until then.</p>
<p>If you answer for someone's safety now: act on the text or the call that you were sent, with the details that you were given before the
visit. In immediate danger, call 999.</p>
</main>
</body>
</html>
`
