// Package dav serves one calendar by CalDAV (RFC 4791), to be read and never written.
//
// There is a tree of four: the root, the one who asks, the folder of their calendars, and the calendar, whose events are its files. A secret opens
// one calendar, so there is one in the folder. What clients ask for is answered from values: nothing is kept between two requests.
package dav

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// longestBody is how long a request may be, in bytes: a multiget of some thousand addresses.
const longestBody = 512 << 10

// Source is the calendar that a name and a secret open.
type Source struct {
	ID       string // of it, as part of an address
	Name     string // as people read it
	Calendar calendar.Calendar
}

// ErrRefused says that a name and a secret open nothing.
var ErrRefused = errors.New("refused")

// WaitError says that somebody has guessed too often.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string { return "too many guesses" }

// Handler answers below a prefix.
type Handler struct {
	Prefix string // "/dav"
	// Open gives the calendar that a name and a secret open: else it is ErrRefused, or a *WaitError.
	Open func(r *http.Request, name, secret string) (Source, error)
	// Failed is told what went wrong. Whoever asks is not.
	Failed func(error)
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, secret, given := r.BasicAuth()
	if !given {
		refuse(w)
		return
	}
	source, err := h.Open(r, name, secret)
	wait, often := errors.AsType[*WaitError](err)
	switch {
	case errors.Is(err, ErrRefused):
		refuse(w)
	case often:
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(wait.For.Seconds()))))
		http.Error(w, "Wait a few minutes.", http.StatusTooManyRequests)
	case err != nil:
		h.Failed(err)
		http.Error(w, "The calendar could not be made. Try again later.", http.StatusInternalServerError)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, longestBody)
		h.answer(w, r, newShelf(h.Prefix, source))
	}
}

func refuse(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="Allclear calendar", charset="UTF-8"`)
	http.Error(w, "The user name is your e-mail address or name, the password that of a calendar feed.", http.StatusUnauthorized)
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, s *shelf) {
	w.Header().Set("DAV", "1, calendar-access, sync-collection")
	w.Header().Set("Cache-Control", "private, no-cache")
	var err error
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("Allow", "OPTIONS, GET, HEAD, PROPFIND, REPORT")
	case http.MethodGet, http.MethodHead:
		s.get(w, r)
	case "PROPFIND":
		err = s.propfind(w, r)
	case "REPORT":
		err = s.report(w, r)
	default:
		http.Error(w, "This calendar is only read here. Change what is in it in Allclear.", http.StatusForbidden)
	}
	var bad *badRequest
	switch {
	case errors.As(err, &bad):
		bad.write(w)
	case err != nil:
		h.Failed(err)
		http.Error(w, "That could not be answered.", http.StatusInternalServerError)
	}
}

// shelf is the tree for one request.
type shelf struct {
	prefix string
	source Source
	files  []file
}

// file is one event, as a calendar of its own.
type file struct {
	path  string // unescaped
	event *calendar.Event
	text  []byte // made when it is first asked for
	tag   string
}

func newShelf(prefix string, source Source) *shelf {
	s := &shelf{prefix: prefix, source: source, files: make([]file, len(source.Calendar.Events))}
	for i := range source.Calendar.Events {
		e := &source.Calendar.Events[i]
		s.files[i] = file{path: s.calendar() + e.UID + ".ics", event: e}
	}
	return s
}

func (s *shelf) root() string      { return s.prefix + "/" }
func (s *shelf) principal() string { return s.prefix + "/me/" }
func (s *shelf) home() string      { return s.prefix + "/calendars/" }
func (s *shelf) calendar() string  { return s.prefix + "/calendars/" + s.source.ID + "/" }

// read makes a file's text and tag.
func (f *file) read() *file {
	if f.text == nil {
		f.text = calendar.Calendar{Events: []calendar.Event{*f.event}}.Encode()
		f.tag = `"` + digest(f.text) + `"`
	}
	return f
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:15])
}

// state is what the calendar says, in short: another where any of it changed.
func (s *shelf) state() string {
	var all strings.Builder
	for i := range s.files {
		fmt.Fprintf(&all, "%q %s\n", s.files[i].path, s.files[i].read().tag)
	}
	return digest([]byte(all.String()))
}

// find gives the file at a path; nil for none.
func (s *shelf) find(path string) *file {
	for i := range s.files {
		if s.files[i].path == path {
			return &s.files[i]
		}
	}
	return nil
}

// get answers with an event, or with the calendar as one file.
func (s *shelf) get(w http.ResponseWriter, r *http.Request) {
	var text []byte
	tag := ""
	if f := s.find(r.URL.Path); f != nil {
		text, tag = f.read().text, f.tag
	} else if collection(r.URL.Path) == s.calendar() {
		text, tag = s.source.Calendar.Encode(), `W/"`+s.state()+`"`
	} else {
		http.Error(w, "There is nothing to read here.", http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(text)))
}

// collection is the path of a collection, which some clients ask for without its slash.
func collection(path string) string { return strings.TrimSuffix(path, "/") + "/" }

// escapedPath is a path as an href.
func escapedPath(path string) string { return (&url.URL{Path: path}).EscapedPath() }
