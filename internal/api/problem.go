package api

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"net"
	"net/http"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// problem is an answer that is not what was asked for, as RFC 9457 has it. Its words go to the caller: they hold
// nothing private, and nothing of what went wrong inside.
type problem struct {
	status int
	detail string
	fields []watch.Problem
	header [2]string // one that the status calls for, such as Retry-After
	cause  error     // for the log only
}

func (p *problem) Error() string {
	if p.cause != nil {
		return p.cause.Error()
	}
	return p.detail
}

func (p *problem) Unwrap() error { return p.cause }

// fieldJSON is one field and what is wrong with it.
type fieldJSON struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

type problemJSON struct {
	Type   string      `json:"type"`
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Detail string      `json:"detail"`
	Fields []fieldJSON `json:"fields,omitempty"`
}

// problemOf says what the caller is told of an error.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if invalid, ok := errors.AsType[*watch.Invalid](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, detail: invalid.Error(), fields: invalid.Problems}
	}
	if clash, ok := errors.AsType[*store.ClashError](err); ok {
		return fieldProblem("order", clash.Error())
	}
	if refused, ok := errors.AsType[*watch.Refused](err); ok {
		return &problem{status: http.StatusConflict, detail: refused.Says}
	}
	switch {
	case errors.Is(err, access.ErrNobody):
		return &problem{status: http.StatusUnauthorized, detail: "a bearer token is needed; this one is missing, unknown or withdrawn",
			header: [2]string{"WWW-Authenticate", `Bearer realm="allclear"`}}
	case errors.Is(err, access.ErrMayNot):
		return &problem{status: http.StatusForbidden, detail: "this token's scope does not grant that",
			header: [2]string{"WWW-Authenticate", `Bearer realm="allclear", error="insufficient_scope"`}}
	case errors.Is(err, watch.ErrNoAlarm), errors.Is(err, watch.ErrNoVisit), errors.Is(err, store.ErrNotFound):
		return &problem{status: http.StatusNotFound, detail: "there is nothing of that name here"}
	case notStored(err):
		return &problem{status: http.StatusServiceUnavailable, detail: "it is not known to be stored: send it again",
			header: [2]string{"Retry-After", "1"}, cause: err}
	}
	return &problem{status: http.StatusInternalServerError, detail: "something went wrong here; it is in our log", cause: err}
}

// notStored says that the store could not do its work, so that the same call may well be taken in a moment. What the
// databases' drivers return is known by its shape: their packages are store's business.
func notStored(err error) bool {
	for _, known := range []error{store.ErrUnknown, store.ErrConflict, store.ErrReadOnly, store.ErrClosed,
		context.DeadlineExceeded, context.Canceled, sql.ErrConnDone, driver.ErrBadConn} {
		if errors.Is(err, known) {
			return true
		}
	}
	if _, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok { // PostgreSQL
		return true
	}
	if _, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok { // SQLite
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// fieldProblem is a 422 about one field.
func fieldProblem(field, says string) *problem {
	return &problem{status: http.StatusUnprocessableEntity, detail: field + " " + says, fields: []watch.Problem{{Field: field, Says: says}}}
}

// conflict is a 409: what is asked no longer fits what has happened since.
func conflict(detail string) *problem { return &problem{status: http.StatusConflict, detail: detail} }

// write sends the problem.
func (p *problem) write(w http.ResponseWriter) {
	out := problemJSON{Type: "about:blank", Title: http.StatusText(p.status), Status: p.status, Detail: p.detail}
	for _, f := range p.fields {
		out.Fields = append(out.Fields, fieldJSON{f.Field, f.Says})
	}
	if p.header[0] != "" {
		w.Header().Set(p.header[0], p.header[1])
	}
	raw, err := json.Marshal(out)
	if err != nil {
		raw = []byte(`{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"something went wrong here"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.status)
	_, _ = w.Write(raw) // the caller has gone: nobody is left to tell
}
