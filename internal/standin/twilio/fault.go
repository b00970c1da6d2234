package twilio

import (
	"net/http"
	"time"
)

// Fault is a way for Twilio to fail.
type Fault string

const (
	Down    Fault = "down"    // 500, and nothing was accepted
	Lost    Fault = "lost"    // accepted, then 500: the sender can't know
	Hangs   Fault = "hangs"   // accepted, then no answer until the sender gives up
	Garbage Fault = "garbage" // accepted, and the answer is not JSON
	Limited Fault = "limited" // 429, nothing accepted
	Broke   Fault = "broke"   // the account is suspended: its credit is gone
	Slow    Fault = "slow"    // accepted, and answered after two seconds
)

const slowAnswer = 2 * time.Second

// Fail makes the next n requests to create a message or a call suffer f, after the faults asked for earlier. A negative n is for all of
// them until Heal.
func (s *Server) Fail(f Fault, n int) { s.faults.Add(f, n) }

// Blind makes every request to fetch or list messages fail with a 500, until Heal.
func (s *Server) Blind() { s.blind.Store(true) }

// Heal forgets all faults asked for.
func (s *Server) Heal() {
	s.blind.Store(false)
	s.faults.Clear()
}

// failBefore answers for the faults in which nothing is accepted; it reports whether it did.
func failBefore(w http.ResponseWriter, f Fault) bool {
	switch f {
	case Down:
		refuse(w, internal)
	case Limited:
		refuse(w, tooMany)
	case Broke:
		refuse(w, suspended)
	default:
		return false
	}
	return true
}

// created answers that something was accepted, or fails to.
func (s *Server) created(w http.ResponseWriter, r *http.Request, f Fault, body any) {
	switch f {
	case Lost:
		refuse(w, internal)
		return
	case Hangs:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		return
	case Garbage:
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte("<html><body>It works!</body></html>"))
		return
	case Slow:
		s.wait(slowAnswer)
	}
	answer(w, http.StatusCreated, body)
}
