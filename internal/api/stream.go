package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

const (
	streamPattern = "GET /api/v1/stream"
	pingEvery     = 10 * time.Second
	lookEvery     = 500 * time.Millisecond
	streamBatch   = 200              // entries read at a time
	writeWithin   = 10 * time.Second // real time; a reader that takes longer has gone
	maxStreams    = 200
)

// streamJSON is one entry of the record in the stream, without private words.
type streamJSON struct {
	N      int64          `json:"n"`
	At     time.Time      `json:"at"`
	Worker string         `json:"worker"`
	Visit  string         `json:"visit,omitempty"`
	Alarm  string         `json:"alarm,omitempty"`
	By     string         `json:"by,omitempty"`
	Events []engine.Event `json:"events"`
}

// stream answers GET /stream: what goes on record, as server-sent events. An event's id is its place in the sealed
// record, so that Last-Event-ID goes on where a reader left off, on any node. It ends when its reader goes or the server
// stops.
func (a *API) stream(c *call) (answer, error) {
	if a.streams.Add(1) > maxStreams {
		a.streams.Add(-1)
		return answer{}, tooMany(pingEvery)
	}
	defer a.streams.Add(-1)
	n, err := a.streamFrom(c)
	if err != nil {
		return answer{}, err
	}
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	defer context.AfterFunc(a.stopping, stop)()
	out := &events{w: c.w, control: http.NewResponseController(c.w), clock: a.Clock}
	if err := out.control.SetReadDeadline(time.Time{}); err != nil { // the bound on reading a request must not end the stream
		a.Log.Debug("stream keeps the server's bounds", "error", err)
	}
	defer func() { _ = out.control.SetWriteDeadline(a.Clock().Add(writeWithin)) }() // its last bytes are waited for no longer
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	c.w.WriteHeader(http.StatusOK)
	if out.send(": live\n\n") == nil {
		a.follow(ctx, out, n)
	}
	return answer{sent: true}, nil
}

// streamFrom is the entry after which the stream begins: the one that the reader had last, else the newest. A reader who
// had more than there is, as after a restore, goes on from the newest: waiting for what it had would hide what comes.
func (a *API) streamFrom(c *call) (int64, error) {
	head, err := a.Store.Head(c.Context())
	if err != nil {
		return 0, fmt.Errorf("find the newest entry: %w", err)
	}
	last := c.Header.Get("Last-Event-ID")
	if last == "" {
		return head.N, nil
	}
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 0 {
		return 0, fieldProblem("Last-Event-ID", "must be the id of an event of this stream")
	}
	return min(n, head.N), nil
}

// follow sends what comes after entry n until ctx ends or the reader has gone.
func (a *API) follow(ctx context.Context, out *events, n int64) {
	var quiet time.Duration
	for ctx.Err() == nil {
		list, err := a.Store.Since(ctx, n, streamBatch)
		if err != nil {
			if ctx.Err() == nil {
				a.Log.Error("stream broke off", "error", err)
			}
			return
		}
		for _, e := range list {
			n = e.N
			if e.Office() { // who looked at whom, or changed whom, is not for every token
				continue
			}
			if out.entry(e) != nil {
				return
			}
			quiet = 0
		}
		if len(list) == streamBatch {
			continue
		}
		quiet += a.pause(ctx)
		if quiet >= pingEvery {
			quiet = 0
			if out.send(": ping\n\n") != nil {
				return
			}
		}
	}
}

// pause waits until it is time to look again.
func (a *API) pause(ctx context.Context) time.Duration {
	from := a.Clock()
	ctx, done := context.WithTimeout(ctx, lookEvery)
	defer done()
	<-ctx.Done()
	return max(a.Clock().Sub(from), time.Millisecond)
}

// events writes server-sent events, each within its time.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	clock   func() time.Time
}

func (s *events) entry(e store.Entry) error {
	raw, err := json.Marshal(streamJSON{N: e.N, At: e.At.UTC(), Worker: e.Worker, Visit: e.Visit, Alarm: e.Alarm, By: e.By,
		Events: append([]engine.Event{}, view.Events(e)...)})
	if err != nil {
		return err
	}
	return s.send(fmt.Sprintf("id: %d\nevent: entry\ndata: %s\n\n", e.N, raw))
}

func (s *events) send(text string) error {
	_ = s.control.SetWriteDeadline(s.clock().Add(writeWithin)) // where it can't be set the server's own bound holds
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	err := s.control.Flush()
	_ = s.control.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end a stream that is idle, too
	return err
}
