package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// line keeps the last deadline that was set for what is written to it.
type line struct {
	*httptest.ResponseRecorder
	until time.Time
	set   int
}

func (l *line) SetWriteDeadline(at time.Time) error {
	l.until, l.set = at, l.set+1
	return nil
}

// Over HTTP/2 a deadline for writing ends the stream even while nothing is written: between two events there is none.
func TestAnIdleStreamHasNoDeadline(t *testing.T) {
	l := &line{ResponseRecorder: httptest.NewRecorder()}
	s := events{w: l, control: http.NewResponseController(l), clock: func() time.Time { return time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC) }}
	if err := s.send(": live\n\n"); err != nil {
		t.Fatal(err)
	}
	if !l.until.IsZero() || l.set < 2 {
		t.Errorf("set %d times, the stream ends at %v", l.set, l.until)
	}
}
