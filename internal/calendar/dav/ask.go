package dav

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// property is one that something has: what stands in it.
type property struct {
	name  xml.Name
	value func() string
}

func prop(space, local string, value func() string) property {
	return property{xml.Name{Space: space, Local: local}, value}
}

func text(s string) func() string { return func() string { return s } }

const (
	kindCollection = `<collection xmlns="DAV:"/>`
	mayRead        = `<privilege xmlns="DAV:"><read/></privilege><privilege xmlns="DAV:"><read-current-user-privilege-set/></privilege>`
)

// common are the properties that everything has.
func (s *shelf) common(kind string) []property {
	return []property{
		prop(nsDAV, "resourcetype", text(kind)),
		prop(nsDAV, "current-user-principal", text(href(s.principal()))),
		prop(nsDAV, "owner", text(href(s.principal()))),
		prop(nsDAV, "current-user-privilege-set", text(mayRead)),
	}
}

// properties are those of what stands at a path; nil where there is nothing.
func (s *shelf) properties(path string) []property {
	switch collection(path) {
	case s.root(), s.principal():
		kind := kindCollection
		if collection(path) == s.principal() {
			kind += `<principal xmlns="DAV:"/>`
		}
		return append(s.common(kind),
			prop(nsDAV, "displayname", text("Allclear")),
			prop(nsDAV, "principal-URL", text(href(s.principal()))),
			prop(nsCalDAV, "calendar-home-set", text(href(s.home()))))
	case s.home():
		return append(s.common(kindCollection), prop(nsDAV, "displayname", text("Allclear")))
	case s.calendar():
		return append(s.common(kindCollection+`<calendar xmlns="`+nsCalDAV+`"/>`),
			prop(nsDAV, "displayname", text(escape(s.source.Name))),
			prop(nsCalDAV, "calendar-description", text(escape(s.source.Calendar.About))),
			prop(nsCalDAV, "supported-calendar-component-set", text(`<comp xmlns="`+nsCalDAV+`" name="VEVENT"/>`)),
			prop(nsCalDAV, "supported-calendar-data", text(`<calendar-data xmlns="`+nsCalDAV+`" content-type="text/calendar" version="2.0"/>`)),
			prop(nsDAV, "supported-report-set", text(reports())),
			prop(nsApple, "getctag", func() string { return escape(`"` + s.state() + `"`) }),
			prop(nsDAV, "sync-token", func() string { return escape(s.token()) }))
	}
	if f := s.find(path); f != nil {
		return s.ofFile(f)
	}
	return nil
}

func (s *shelf) ofFile(f *file) []property {
	return append(s.common(""),
		prop(nsDAV, "getetag", func() string { return escape(f.read().tag) }),
		prop(nsDAV, "getcontenttype", text("text/calendar; charset=utf-8; component=VEVENT")),
		prop(nsDAV, "getcontentlength", func() string { return strconv.Itoa(len(f.read().text)) }))
}

// withData are a file's properties where it may be asked for in whole too: by a REPORT.
func (s *shelf) withData(f *file) []property {
	return append(s.ofFile(f), prop(nsCalDAV, "calendar-data", func() string { return escape(string(f.read().text)) }))
}

func reports() string {
	var said strings.Builder
	for _, name := range []xml.Name{{Space: nsCalDAV, Local: "calendar-query"}, {Space: nsCalDAV, Local: "calendar-multiget"}, {Space: nsDAV, Local: "sync-collection"}} {
		said.WriteString(`<supported-report xmlns="DAV:"><report>` + empty(name) + `</report></supported-report>`)
	}
	return said.String()
}

// say answers for one path what is asked of its properties. With nothing named, all are meant.
func (m *multistatus) say(path string, has []property, asked node) {
	if m.full() {
		return
	}
	var yes, no strings.Builder
	wanted := asked.child(nsDAV, "prop")
	switch {
	case asked.child(nsDAV, "propname") != nil:
		for _, p := range has {
			yes.WriteString(empty(p.name))
		}
	case wanted == nil:
		for _, p := range has {
			yes.WriteString(element(p.name, p.value()))
		}
	default:
		for _, w := range wanted.in {
			if p := named(has, w.name); p != nil {
				yes.WriteString(element(p.name, p.value()))
			} else {
				no.WriteString(empty(w.name))
			}
		}
	}
	m.found(path, yes.String(), no.String())
}

func named(has []property, name xml.Name) *property {
	for i := range has {
		if has[i].name == name {
			return &has[i]
		}
	}
	return nil
}

// Bounds on the properties that are asked for by name: an answer repeats those that something lacks.
const (
	mostAsked    = 64
	longestAsked = 4096 // characters, of all together
)

// asks reads what is asked, and that it is no more than a client has a use for.
func asks(r *http.Request) (node, error) {
	asked, err := readBody(r)
	if wanted := asked.child(nsDAV, "prop"); err == nil && wanted != nil {
		long := 0
		for _, w := range wanted.in {
			long += len(w.name.Space) + len(w.name.Local)
		}
		if len(wanted.in) > mostAsked || long > longestAsked {
			err = &badRequest{status: http.StatusBadRequest}
		}
	}
	return asked, err
}

// propfind answers what is at a path, and right below it.
func (s *shelf) propfind(w http.ResponseWriter, r *http.Request) error {
	asked, err := asks(r)
	if err != nil {
		return err
	}
	has := s.properties(r.URL.Path)
	if has == nil {
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return nil
	}
	depth := r.Header.Get("Depth")
	if depth != "0" && depth != "1" {
		return &badRequest{http.StatusForbidden, xml.Name{Space: nsDAV, Local: "propfind-finite-depth"}}
	}
	var m multistatus
	m.begin()
	if s.find(r.URL.Path) != nil {
		m.say(r.URL.Path, has, asked)
		m.send(w)
		return nil
	}
	at := collection(r.URL.Path)
	m.say(at, has, asked)
	if depth == "1" {
		for _, below := range s.below(at) {
			m.say(below, s.properties(below), asked)
		}
		if at == s.calendar() {
			for i := range s.files {
				m.say(s.files[i].path, s.ofFile(&s.files[i]), asked)
			}
		}
	}
	m.send(w)
	return nil
}

// below lists the collections right below one.
func (s *shelf) below(at string) []string {
	switch at {
	case s.root():
		return []string{s.principal(), s.home()}
	case s.home():
		return []string{s.calendar()}
	}
	return nil
}

// report answers the questions of CalDAV about the calendar, and what changed in it.
func (s *shelf) report(w http.ResponseWriter, r *http.Request) error {
	asked, err := asks(r)
	if err != nil {
		return err
	}
	if collection(r.URL.Path) != s.calendar() {
		return &badRequest{http.StatusForbidden, xml.Name{Space: nsDAV, Local: "supported-report"}}
	}
	var m multistatus
	m.begin()
	switch asked.name {
	case xml.Name{Space: nsCalDAV, Local: "calendar-multiget"}:
		s.multiget(&m, asked)
	case xml.Name{Space: nsCalDAV, Local: "calendar-query"}:
		err = s.query(&m, asked)
	case xml.Name{Space: nsDAV, Local: "sync-collection"}:
		err = s.sync(&m, asked)
	default:
		err = &badRequest{http.StatusForbidden, xml.Name{Space: nsDAV, Local: "supported-report"}}
	}
	if err == nil {
		m.send(w)
	}
	return err
}

func (s *shelf) multiget(m *multistatus, asked node) {
	byPath := make(map[string]*file, len(s.files))
	for i := range s.files {
		byPath[s.files[i].path] = &s.files[i]
	}
	for _, n := range asked.in {
		if n.name != (xml.Name{Space: nsDAV, Local: "href"}) {
			continue
		}
		at, err := url.Parse(strings.TrimSpace(n.text))
		if err != nil {
			continue // no address: there is nothing to say of it
		}
		if f := byPath[at.Path]; f != nil {
			m.say(f.path, s.withData(f), asked)
		} else {
			m.gone(at.Path)
		}
	}
}

// query answers which events fit a filter: all, or those within a time. Others are refused rather than answered wrongly.
func (s *shelf) query(m *multistatus, asked node) error {
	refused := &badRequest{http.StatusForbidden, xml.Name{Space: nsCalDAV, Local: "supported-filter"}}
	from, to, fits := time.Time{}, time.Time{}, true
	if filter := asked.child(nsCalDAV, "filter"); filter != nil {
		whole := filter.child(nsCalDAV, "comp-filter")
		if whole == nil || whole.attr("name") != "VCALENDAR" || len(whole.in) > 1 {
			return refused
		}
		if events := whole.child(nsCalDAV, "comp-filter"); events != nil {
			fits = events.attr("name") == "VEVENT"
			for _, within := range events.in {
				if within.name != (xml.Name{Space: nsCalDAV, Local: "time-range"}) {
					return refused
				}
				var err error
				if from, err = instant(within.attr("start")); err == nil {
					to, err = instant(within.attr("end"))
				}
				if err != nil {
					return &badRequest{http.StatusForbidden, xml.Name{Space: nsCalDAV, Local: "valid-filter"}}
				}
			}
		} else if len(whole.in) > 0 {
			return refused
		}
	}
	for i := range s.files {
		if fits && overlaps(s.files[i].event, from, to) {
			m.say(s.files[i].path, s.withData(&s.files[i]), asked)
		}
	}
	return nil
}

// instant reads the time of a time-range, which is in UTC; zero for none.
func instant(said string) (time.Time, error) {
	if said == "" {
		return time.Time{}, nil
	}
	return time.Parse("20060102T150405Z", said)
}

// overlaps says that an event touches a time (RFC 4791, 9.9). One that recurs may.
func overlaps(e *calendar.Event, from, to time.Time) bool {
	if e.Rule != "" {
		return true
	}
	end := e.End.At
	if !end.After(e.Start.At) {
		end = e.Start.At.Add(time.Nanosecond) // an instant is in the time that begins with it
	}
	return (from.IsZero() || end.After(from)) && (to.IsZero() || e.Start.At.Before(to))
}

// token stands for the calendar as it is now.
func (s *shelf) token() string { return "urn:allclear:calendar:" + s.state() }

// sync answers what changed since a token: all where there is none, and nothing where all is as it was. What changed between two others is not
// known, as nothing is kept: the client begins anew (RFC 6578, 3.2).
func (s *shelf) sync(m *multistatus, asked node) error {
	since, now := "", s.token()
	if t := asked.child(nsDAV, "sync-token"); t != nil {
		since = strings.TrimSpace(t.text)
	}
	if since != "" && since != now {
		return &badRequest{http.StatusForbidden, xml.Name{Space: nsDAV, Local: "valid-sync-token"}}
	}
	if since == "" {
		for i := range s.files {
			m.say(s.files[i].path, s.ofFile(&s.files[i]), asked)
		}
	}
	m.b.WriteString(element(xml.Name{Space: nsDAV, Local: "sync-token"}, escape(now)))
	return nil
}
