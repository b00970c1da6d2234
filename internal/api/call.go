package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

// call is one request under way.
type call struct {
	*http.Request
	w   http.ResponseWriter
	who access.Caller
	at  time.Time // read once, on the rehearsal clock
	in  *body     // of a request that has one
}

// answer is what a call came to.
type answer struct {
	status int
	body   any               // as JSON; raw where it is []byte already
	kind   string            // content type; "" is JSON
	sent   bool              // the handler wrote it itself
	header map[string]string // further ones
}

// handler answers a call, or returns what went wrong.
type handler func(*call) (answer, error)

func ok(body any) (answer, error) { return answer{status: http.StatusOK, body: body}, nil }

// made is 201 for what is new, 200 for what was there.
func made(created bool, body any) (answer, error) {
	if created {
		return answer{status: http.StatusCreated, body: body}, nil
	}
	return ok(body)
}

// adapt makes a route a handler of HTTP: who is there, the bounds, the answer or the problem, and the log line. An
// error's journey ends here.
func (a *API) adapt(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, done := context.WithTimeout(r.Context(), answerWithin)
		if rt.pattern == streamPattern {
			ctx, done = context.WithCancel(r.Context())
		}
		defer done()
		c := &call{Request: r.WithContext(ctx), w: w, at: a.Engine.Now().UTC()}
		ans, err := a.answer(rt, c)
		if err != nil {
			p := problemOf(err)
			if p.status == http.StatusInternalServerError && !reads(r) {
				p = unstored(err) // whatever it was: what is not known to be kept is to be sent again
			}
			a.logProblem(rt.pattern, c.who, p)
			p.write(w)
			return
		}
		if err := ans.write(w); err != nil {
			a.Log.Error("write answer", "route", rt.pattern, "error", err)
		}
	})
}

// answer checks who calls, how often and what they send, and lets the route's handler answer.
func (a *API) answer(rt route, c *call) (answer, error) {
	if rt.scope != open {
		var err error
		if c.who, err = a.Access.Who(c.Context(), c.Header.Get("Authorization")); err != nil {
			return answer{}, err
		}
		if !c.who.May(rt.scope) {
			return answer{}, access.ErrMayNot
		}
	}
	if rt.limited {
		if wait, over := a.limits.over(c.who.ID); over {
			return answer{}, tooMany(wait)
		}
	}
	if reads(c.Request) || c.Method == http.MethodDelete { // neither has a body, and what is gone is not removed twice
		return rt.handle(c)
	}
	in, raw, err := readBody(c.w, c.Request)
	if err != nil {
		return answer{}, err
	}
	c.in = in
	return a.once(c, raw, rt.handle)
}

// reads says that the request changes nothing.
func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// tooMany is a 429 that says when to come again.
func tooMany(wait time.Duration) *problem {
	seconds := int(wait.Seconds()) + 1
	return &problem{status: http.StatusTooManyRequests, detail: "this token asks more than it may; come again in a moment",
		header: [2]string{"Retry-After", strconv.Itoa(seconds)}}
}

// logProblem logs what went wrong here, not what a caller got wrong.
func (a *API) logProblem(pattern string, who access.Caller, p *problem) {
	switch {
	case p.status >= http.StatusInternalServerError:
		a.Log.Error("request failed", "route", pattern, "status", p.status, "token", who.Token, "error", p)
	case p.status == http.StatusUnauthorized, p.status == http.StatusForbidden, p.status == http.StatusTooManyRequests:
		a.Log.Info("request refused", "route", pattern, "status", p.status, "token", who.Token)
	default:
		a.Log.Debug("request refused", "route", pattern, "status", p.status, "token", who.Token)
	}
}

func (ans answer) write(w http.ResponseWriter) error {
	if ans.sent {
		return nil
	}
	raw, err := ans.bytes()
	if err != nil {
		problemOf(err).write(w)
		return err
	}
	for name, value := range ans.header {
		w.Header().Set(name, value)
	}
	kind := ans.kind
	if kind == "" {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(ans.status)
	_, _ = w.Write(raw) // the caller has gone: nobody is left to tell
	return nil
}

// guard stands before every route: it makes a panic a 500, and an unknown address a problem like any other.
func (a *API) guard(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer a.survive(w, r)
		if unspeakable(r.URL.Path) {
			problemOf(store.ErrNotFound).write(w)
			return
		}
		if handler, pattern := mux.Handler(r); pattern == "" {
			notServed(handler, r).write(w)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// unspeakable says that s is no text that a database keeps: PostgreSQL fails on it, where SQLite finds nothing.
func unspeakable(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }

// survive makes a panic a 500. What it says goes nowhere, as it may hold anything; where it happened goes to the log.
func (a *API) survive(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v) // the server's own way to drop a connection
	}
	a.Log.Error("panic in a request", "method", r.Method, "route", r.Pattern, "kind", fmt.Sprintf("%T", v), "at", panicked())
	problemOf(errors.New("panic")).write(w)
}

// panicked gives the functions that were running, innermost first.
func panicked() []string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var at []string
	for {
		f, more := frames.Next()
		at = append(at, fmt.Sprintf("%s:%d", f.Function, f.Line))
		if !more {
			return at
		}
	}
}

// notServed is the problem for an address or a method that is not here.
func notServed(mux http.Handler, r *http.Request) *problem {
	seen := &headerOnly{header: http.Header{}, status: http.StatusOK}
	mux.ServeHTTP(seen, r)
	if seen.status == http.StatusMethodNotAllowed {
		return &problem{status: seen.status, detail: "this address has no such method", header: [2]string{"Allow", seen.header.Get("Allow")}}
	}
	return &problem{status: http.StatusNotFound, detail: "there is nothing at this address"}
}

// headerOnly keeps what a handler would have answered, without its body.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) WriteHeader(status int)      { h.status = status }
func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }

// actor says for whom the call is made; by is "" where it need not say.
func (c *call) actor(by string) engine.Actor {
	key := ""
	if k := c.Header.Get(keyHeader); k != "" {
		key = c.who.ID + "/" + k
	}
	return engine.Actor{By: by, Via: "api", Token: c.who.Token, Key: key, Unaware: !c.reader(by).Aware}
}

// reader is the caller as one who looks, for by or for nobody it names.
func (c *call) reader(by string) view.Reader { return view.Program(c.who, by) }

// person gives a known person's own id for a field; a problem of the field when nobody is known by it.
func (a *API) person(ctx context.Context, in *body, field, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	p, err := a.Store.Person(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		in.wrong(field, "is nobody known here")
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find person: %w", err)
	}
	return p.ID, nil
}

// by reads who acts, by the token's word. It must be a known person where someone must be named.
func (a *API) by(c *call, needed bool) (string, error) {
	id := c.in.id("by")
	if needed {
		c.in.need("by")
	}
	return a.person(c.Context(), c.in, "by", id)
}

// query refuses parameters that nobody asked for, with their name.
func query(c *call, known ...string) (url.Values, error) {
	values, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return nil, &problem{status: http.StatusBadRequest, detail: "the query is malformed"}
	}
	for name, given := range values {
		if !slices.Contains(known, name) {
			return nil, fieldProblem(fmt.Sprintf("%.40s", name), fmt.Sprintf("is no parameter here; there are %s", strings.Join(known, ", ")))
		}
		if slices.ContainsFunc(given, unspeakable) {
			return nil, fieldProblem(name, "must be UTF-8 without NUL")
		}
	}
	return values, nil
}

// reader gives the person for whom something is read, by the parameter "by"; "" when the token does not say.
func (a *API) reader(c *call, q url.Values) (string, error) {
	id := q.Get("by")
	if id == "" {
		return "", nil
	}
	p, err := a.Store.Person(c.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", fieldProblem("by", "is nobody known here")
	case err != nil:
		return "", fmt.Errorf("find reader: %w", err)
	}
	return p.ID, nil
}
