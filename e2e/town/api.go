package town

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Answer is what the API said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem is an RFC 9457 answer.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// String is the answer in one line.
func (a Answer) String() string { return fmt.Sprintf("%d %s", a.Status, bytes.TrimSpace(a.Body)) }

// Request is one call of the API.
type Request struct {
	Method, Path string // the path below /api/v1
	Body         any    // made into JSON; an io.Reader or []byte is sent as it is
	Key          string // Idempotency-Key; "" makes one up for a POST
	Accept       string
	Token        string // "" is the town's own; "none" sends none
}

// Do makes a call. A patient town makes it again, with the same key, until a server answers that could store it.
func (w *Town) Do(r Request) Answer {
	w.t.Helper()
	if r.Key == "" && r.Method == http.MethodPost {
		r.Key = rand.Text()
	}
	body, err := encode(r.Body)
	if err != nil {
		w.fail("%s %s: %v", r.Method, r.Path, err)
	}
	for end := time.Now().Add(startWithin); ; time.Sleep(look) {
		answer, err := w.once(r, body)
		down := err != nil || answer.Status == http.StatusServiceUnavailable
		if down && w.o.Patient && time.Now().Before(end) {
			continue
		}
		if err != nil {
			w.fail("%s %s: %v", r.Method, r.Path, err)
		}
		return answer
	}
}

func encode(body any) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return b, nil
	case io.Reader:
		return io.ReadAll(b)
	default:
		return json.Marshal(b)
	}
}

func (w *Town) once(r Request, body []byte) (Answer, error) {
	request, err := http.NewRequest(r.Method, w.URL()+"/api/v1"+r.Path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	switch r.Token {
	case "none":
	case "":
		request.Header.Set("Authorization", "Bearer "+w.token)
	default:
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if r.Key != "" {
		request.Header.Set("Idempotency-Key", r.Key)
	}
	if r.Accept != "" {
		request.Header.Set("Accept", r.Accept)
	}
	response, err := w.client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // read to its end below
	got, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header, got}, err
}

// Ask makes a call that must succeed with one of the statuses, and reads its answer.
func Ask[Out any](w *Town, method, path string, body any, want ...int) Out {
	w.t.Helper()
	answer := w.Do(Request{Method: method, Path: path, Body: body})
	// What was stored just before a kill is a repeat when a patient player sends it again.
	repeated := w.o.Patient && answer.Status == http.StatusOK && slices.Contains(want, http.StatusCreated)
	if !repeated && !slices.Contains(want, answer.Status) {
		w.fail("%s %s: answered %s, want %v", method, path, answer, want)
	}
	var out Out
	if err := json.Unmarshal(answer.Body, &out); err != nil {
		w.fail("%s %s: answer is not as agreed: %v: %s", method, path, err, answer)
	}
	return out
}

// Refused makes a call that must be refused with one of the statuses, as a problem that names the field ("" for none).
func (w *Town) Refused(r Request, field string, statuses ...int) {
	w.t.Helper()
	if err := w.refused(r, field, statuses...); err != nil {
		w.fail("%v", err)
	}
}

func (w *Town) refused(r Request, field string, statuses ...int) error {
	w.t.Helper()
	answer := w.Do(r)
	kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	var p Problem
	_ = json.Unmarshal(answer.Body, &p) // no JSON has no title either
	what := fmt.Sprintf("%s %s answered %s", r.Method, r.Path, answer)
	switch {
	case !slices.Contains(statuses, answer.Status):
		return fmt.Errorf("%s: want %d naming %q", what, statuses, field)
	case kind != "application/problem+json":
		return fmt.Errorf("%s: want a problem, and it is %q", what, kind)
	case p.Status != answer.Status || p.Title == "":
		return fmt.Errorf("%s: a problem says its status and title", what)
	case !strings.Contains(string(answer.Body), field):
		return fmt.Errorf("%s: want it to name %q", what, field)
	}
	return nil
}

// Token is what the town shows the API.
func (w *Town) Token() string { return w.token }
