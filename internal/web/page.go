package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Bounds on one request.
const (
	longestForm  = 64 << 10         // bytes
	answerWithin = 15 * time.Second // real time
)

// request is one request under way: who asks, and the instant at which it is answered.
type request struct {
	*http.Request
	w   http.ResponseWriter
	who buddy.Person   // who asks; the zero Person for nobody
	at  time.Time      // read once, on the rehearsal clock
	in  *time.Location // the reader's zone: that of their team

	phrase  string        // the duress phrase of the reader's team
	kept    []string      // workers whom the reader may never see or answer for
	session store.Session // by which it is known who asks; the zero Session in a demo

	longest  int64  // bytes that its form may have
	tooLarge string // what is said where that carries a file, and is longer; "" for any other form
}

// handler answers a request, or returns what went wrong.
type handler func(*request) error

// statusError is an error that a reader is told of, with the status it answers.
type statusError struct {
	status int
	title  string // "" for that of the status
	says   string // to the reader: nothing private, what is wrong and what to do
	again  string // the path of the page to look at again; "" for none
	cause  error  // for the log
}

func (e *statusError) Error() string {
	if e.cause != nil {
		return e.cause.Error()
	}
	return e.says
}

func (e *statusError) Unwrap() error { return e.cause }

// sentOn is an answer that leads elsewhere, from within what a handler asks.
type sentOn struct{ to string }

func (e *sentOn) Error() string { return "led elsewhere" }

// notFound is a page that is not there, or that is none of the reader's business.
func notFound() error {
	return &statusError{status: http.StatusNotFound, says: "If you typed the address, check it is right. If you followed a link, it may be about something that is over."}
}

// adapt makes a route a handler of HTTP: who is there, the bounds, the page or the error page, and the log line. An
// error's journey ends here.
func (p *Pages) adapt(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		within, longest := bounds(rt)
		ctx, done := context.WithTimeout(r.Context(), within)
		defer done()
		r.Body = http.MaxBytesReader(w, r.Body, longest)
		c := &request{Request: r.WithContext(ctx), w: w, at: p.Engine.Now().UTC(), in: time.UTC, longest: longest, tooLarge: uploads[rt.pattern].says}
		defer p.survive(rt, c)
		err := p.answer(rt, c)
		if on, elsewhere := errors.AsType[*sentOn](err); elsewhere {
			err = c.redirect(on.to)
		}
		if err != nil {
			p.fail(rt, c, err)
		}
	})
}

// answer finds out who asks and lets the route's handler answer. Of whom nothing is known is asked first.
func (p *Pages) answer(rt route, c *request) error {
	if query, _ := url.QueryUnescape(c.URL.RawQuery); !storable(c.URL.Path) || !storable(query) {
		return notFound() // there is nothing by such a name, and PostgreSQL cannot be asked for it
	}
	if err := p.who(c); err != nil {
		return err
	}
	if err := p.lets(rt, c); err != nil {
		return err
	}
	p.waitForUpload(rt, c)
	if c.madeForAnother() {
		return &statusError{status: http.StatusConflict, says: "You are acting as someone else now. Reload the page."}
	}
	if err := c.pressedAs(rt); err != nil {
		return err
	}
	return rt.handle(c)
}

// storable says that every database takes the words: they are UTF-8, and PostgreSQL keeps no NUL.
func storable(words string) bool { return utf8.ValidString(words) && !strings.Contains(words, "\x00") }

// stored makes words so: what is no letter is shown as that, and a NUL, which nobody can see, is left out.
func stored(words string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(words, "\ufffd"), "\x00", "")
}

// madeForAnother says that an open page asks for a part of itself, and was made before the reader chose to act as who
// they are now: nothing that one of them sees belongs under the other's name.
func (c *request) madeForAnother() bool {
	as, asked := c.Header["Acting-As"]
	return asked && !slices.Equal(as, []string{c.who.ID})
}

// pressedAs refuses a form that was shown to someone else than who the reader is now: what a window that was left open does,
// it would do in another's name. What anyone may do is in nobody's name.
func (c *request) pressedAs(rt route) error {
	if c.Method != http.MethodPost || rt.gate == anyone {
		return nil
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if f.values.Get(actingField) == c.who.ID {
		return nil
	}
	return &statusError{status: http.StatusConflict, says: "You are " + c.who.Name + " here now. Look at the page again before you press.", again: c.URL.Path}
}

// actingField is the field of every form that says who it was shown to.
const actingField = "acting"

// postForm begins a form that a button sends. Nothing that anyone wrote looks like it: templates escape that.
var postForm = regexp.MustCompile(`<form method="post"[^>]*>`)

// shownTo puts into every form of a page who it is shown to, so that no form can be without it.
func (c *request) shownTo(rendered []byte) []byte {
	field := `<input type="hidden" name="` + actingField + `" value="` + html.EscapeString(c.who.ID) + `">`
	return postForm.ReplaceAllFunc(rendered, func(form []byte) []byte { return append(slices.Clip(form), field...) })
}

// hereAlone keeps a demo, in which nobody proves who they are, on this very machine.
func (p *Pages) hereAlone(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.SignIn == nil && (!loopback(r.RemoteAddr) || !loopback(r.Host) || forwarded(r)) {
			http.Error(w, "Nobody signs in to a demo, so its pages are shown on this machine alone: open them at http://127.0.0.1", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopback says that an address, with or without its port, is this machine's own. A name that an attacker's own name
// server could point here is none.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host == "localhost" || host == "[::1]" || ip != nil && ip.IsLoopback()
}

// forwarded says that a proxy passes on what someone elsewhere asks.
func forwarded(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// survive makes a panic a 500. What it says goes nowhere, as it may hold anything; where it happened goes to the log.
func (p *Pages) survive(rt route, c *request) {
	v := recover()
	switch {
	case v == nil:
	case v == http.ErrAbortHandler:
		panic(v) // the server's own way to drop a connection
	default:
		p.Log.Error("panic in a page", "route", rt.pattern, "kind", fmt.Sprintf("%T", v), "at", string(stackOf(debug.Stack())))
		p.fail(rt, c, errors.New("panic"))
	}
}

// stackOf keeps the lines that name places, which hold no values.
func stackOf(stack []byte) []byte {
	var places [][]byte
	for line := range bytes.Lines(stack) {
		if bytes.HasPrefix(line, []byte("\t")) {
			place, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
			places = append(places, place)
		}
	}
	return bytes.Join(places, []byte(" "))
}

// fail answers with the page that says what is wrong and what to do.
func (p *Pages) fail(rt route, c *request, err error) {
	if errors.Is(err, context.Canceled) && c.Context().Err() != nil {
		return // the reader has gone: nobody is left to tell
	}
	e := problemOf(err)
	if e.status == http.StatusServiceUnavailable && c.Method == http.MethodGet {
		e.says = "Allclear could not make this page in time. Try again in a moment. Nothing was lost: it only shows what is there."
	}
	switch {
	case e.status >= http.StatusInternalServerError:
		p.Log.Error("page failed", "route", rt.pattern, "status", e.status, "error", err)
	case refusesSomeone(e.status):
		p.Log.Info("page refused", "route", rt.pattern, "status", e.status, "person", c.who.ID)
	default:
		p.Log.Debug("page refused", "route", rt.pattern, "status", e.status)
	}
	page := problemPage{Layout: p.layout(c, cmp.Or(e.title, titles[e.status])), Says: e.says, Again: e.again, Sorry: e.status >= http.StatusInternalServerError}
	if err := p.show(c, e.status, "problem", page); err != nil {
		p.Log.Error("show error page", "route", rt.pattern, "error", err)
		http.Error(c.w, e.says, e.status)
	}
}

// refusesSomeone says of a status that somebody asked for what is not theirs, or too often: of an address that is no page of theirs
// it can't be told whether they guessed.
func refusesSomeone(status int) bool {
	return slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests}, status)
}

// titles are the headings of the pages that say what went wrong.
var titles = map[int]string{
	http.StatusUnauthorized: "You are signed out", http.StatusTooManyRequests: "Too often",
	http.StatusNotFound: "Page not found", http.StatusForbidden: "You cannot do this", http.StatusConflict: "This has changed",
	http.StatusRequestEntityTooLarge: "This is too long", http.StatusServiceUnavailable: "This took too long",
	http.StatusInternalServerError: "Something went wrong", http.StatusBadRequest: "This could not be read",
}

type problemPage struct {
	Layout
	Says  string
	Again string // the path of the page to look at again; "" for none
	Sorry bool   // it is our fault
}

// problemOf says what an error is to a reader.
func problemOf(err error) *statusError {
	if e, is := errors.AsType[*statusError](err); is {
		return e
	}
	if refused, is := errors.AsType[*watch.Refused](err); is {
		return &statusError{status: http.StatusConflict, title: "This cannot be done now", says: sentence(refused.Says), cause: err}
	}
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return tooLong(err)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return notFoundFor(err)
	case errors.Is(err, store.ErrErased):
		return &statusError{status: http.StatusConflict, says: "The words about this were erased, so nothing can be added to it.", cause: err}
	case errors.Is(err, store.ErrConflict):
		return &statusError{status: http.StatusConflict, says: "Someone else changed this at the same moment. Look at it again, then try once more.", cause: err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, store.ErrUnknown):
		return &statusError{status: http.StatusServiceUnavailable, says: "Allclear could not save this in time. Look at the page again to see whether it was taken, then try once more.", cause: err}
	default:
		return &statusError{status: http.StatusInternalServerError, says: "Try again in a moment. If it goes on, ring whoever you need to reach: do not wait for this page.", cause: err}
	}
}

func tooLong(cause error) *statusError {
	return &statusError{status: http.StatusRequestEntityTooLarge, says: "What you sent is longer than any form here. Nothing was saved.", cause: cause}
}

func notFoundFor(err error) *statusError {
	e := notFound().(*statusError)
	e.cause = err
	return e
}

// elsewhere answers a form that another site sent. Who acts is not asked: the browser keeps their cookie from such a form.
func (p *Pages) elsewhere(w http.ResponseWriter, r *http.Request) {
	c := &request{Request: r, w: w, at: p.Engine.Now().UTC(), in: time.UTC}
	rt := route{pattern: "a form from elsewhere"}
	defer p.survive(rt, c)
	p.fail(rt, c, &statusError{status: http.StatusForbidden, says: "This form was sent from another page. Open the page again and press the button there."})
}

// nowhere answers every address that has no page.
func (p *Pages) nowhere(*request) error { return notFound() }

// show writes a page, or the fragment of it that was asked for, with a status. Nothing is sent unless all of it could be
// rendered.
func (p *Pages) show(c *request, status int, name string, page any) error {
	var out bytes.Buffer
	if err := p.templates.render(&out, name, c.URL.Query().Get("fragment"), page); err != nil {
		return err
	}
	c.send(status, c.shownTo(out.Bytes()))
	return nil
}

// html answers with what was rendered before.
func (c *request) html(rendered []byte) error {
	c.send(http.StatusOK, rendered)
	return nil
}

func (c *request) send(status int, rendered []byte) {
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(rendered)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(rendered) // the reader has gone: nobody is left to tell
}

// redirect sends the reader on, after a button.
func (c *request) redirect(to string) error {
	http.Redirect(c.w, c.Request, to, http.StatusSeeOther)
	return nil
}

// localPath is a path on this site, "/" for anything else.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || len(u.Path) == 0 || u.Path[0] != '/' || len(u.Path) > 1 && (u.Path[1] == '/' || u.Path[1] == '\\') {
		return "/"
	}
	return u.RequestURI()
}

// press says who presses a button. The same button with the same form and the same words in it is one act, by the form's
// key; any other is another, also from a page that was gone back to: two numbers that were rung from one page are two calls.
func (c *request) press() engine.Actor {
	who := engine.Actor{By: c.who.ID, Via: "page"}
	if key := c.PostFormValue("key"); key != "" {
		who.Key = c.who.ID + "/" + key + c.URL.Path + "?" + c.PostForm.Encode()
	}
	return who
}

// reader is who looks, for what they may see.
func (c *request) reader() view.Reader { return view.Person(c.who, c.at).KeptFrom(c.kept) }
