package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/allclear-safety/allclear/internal/calendar/dav"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// davPrefix is where CalDAV is.
const davPrefix = "/dav"

// dav serves feeds by CalDAV. The password is a feed's secret, never that of whose it is: it opens this one calendar, and nothing else here.
func (p *Pages) dav() http.Handler {
	failed := func(err error) { p.Log.Error("calendar failed", "route", davPrefix+"/", "error", err) }
	answers := &dav.Handler{Prefix: davPrefix, Open: p.openDAV, Failed: failed}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, done := context.WithTimeout(r.Context(), answerWithin)
		defer done()
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v) // the server's own way to drop a connection
			default: // what it says goes nowhere, as it may hold anything
				p.Log.Error("panic in a page", "route", davPrefix+"/", "kind", fmt.Sprintf("%T", v), "at", string(stackOf(debug.Stack())))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		answers.ServeHTTP(w, r.WithContext(ctx))
	})
}

// openDAV gives the calendar of a feed to whoever has its secret, and says whose it is.
func (p *Pages) openDAV(r *http.Request, name, secret string) (dav.Source, error) {
	o, err := p.openFeed(r.Context(), edge.From(r), secret, p.Engine.Now().UTC())
	if wait, is := errors.AsType[*signin.WaitError](err); is {
		return dav.Source{}, &dav.WaitError{For: wait.For}
	}
	is := func(own string) bool {
		return own != "" && strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(own))
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && !is(o.owner.Email.Reveal()) && !is(o.owner.Name) {
		p.Log.Info("page refused", "route", davPrefix+"/", "status", http.StatusUnauthorized, "person", o.owner.ID)
		return dav.Source{}, dav.ErrRefused
	}
	if err != nil {
		return dav.Source{}, err
	}
	c, err := p.feedCalendar(r.Context(), o)
	name, _, _ = strings.Cut(c.Name, ", as of ") // what a client once called it stays
	return dav.Source{ID: o.ID, Name: name, Calendar: c}, err
}
