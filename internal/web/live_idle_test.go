package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// wire keeps the last deadline that was set for what is written to it.
type wire struct {
	*httptest.ResponseRecorder
	until time.Time
	set   int
}

func (w *wire) SetWriteDeadline(at time.Time) error {
	w.until, w.set = at, w.set+1
	return nil
}

// Over HTTP/2 a deadline for writing ends the stream even while nothing is written: between two pieces of news there is none.
func TestAStreamThatIsIdleHasNoDeadline(t *testing.T) {
	h, w := openHouse(t), &wire{ResponseRecorder: httptest.NewRecorder()}
	h.ok(h.pages.send(w, http.NewResponseController(w), &request{}, nil))
	if !w.until.IsZero() || w.set < 2 {
		t.Errorf("set %d times, the stream ends at %v", w.set, w.until)
	}
}
