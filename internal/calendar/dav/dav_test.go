package dav_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-webdav"
	"github.com/emersion/go-webdav/caldav"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/calendar/dav"
	"github.com/allclear-safety/allclear/internal/private"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// desk is a calendar with some events, served.
type desk struct {
	*testing.T
	source dav.Source
	at     string
}

func open(t *testing.T, events int) *desk {
	t.Helper()
	d := &desk{T: t, source: dav.Source{ID: "f1", Name: "Visits of <Priya & co>"}}
	for i := range events {
		start := nine.Add(time.Duration(i) * 24 * time.Hour)
		d.source.Calendar.Events = append(d.source.Calendar.Events, calendar.Event{UID: fmt.Sprintf("v%d@allclear.example", i), Stamp: nine,
			Start: calendar.Moment{At: start}, End: calendar.Moment{At: start.Add(time.Hour)}, Summary: private.New("Private appointment <&> (A7F3)")})
	}
	h := &dav.Handler{Prefix: "/dav", Failed: func(err error) { t.Error(err) }, Open: func(_ *http.Request, name, secret string) (dav.Source, error) {
		switch {
		case name == "guesses":
			return dav.Source{}, &dav.WaitError{For: time.Minute}
		case name != "priya" || secret != "s1":
			return dav.Source{}, dav.ErrRefused
		}
		return d.source, nil
	}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	d.at = server.URL
	return d
}

// asks sends a request as Priya, and gives the status, the body and the head.
func (d *desk) asks(method, path, body string, head ...string) (int, string, http.Header) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), method, d.at+path, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	r.SetBasicAuth("priya", "s1")
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer got.Body.Close()
	all, err := io.ReadAll(got.Body)
	if err != nil {
		d.Fatal(err)
	}
	return got.StatusCode, string(all), got.Header
}

// A client that shares no code with us finds the calendar from the address alone, and reads what is in it.
func TestAClientFindsAndReadsTheCalendar(t *testing.T) {
	d := open(t, 40)
	client, err := caldav.NewClient(webdav.HTTPClientWithBasicAuth(http.DefaultClient, "priya", "s1"), d.at+"/dav/")
	if err != nil {
		t.Fatal(err)
	}
	me, err := client.FindCurrentUserPrincipal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	home, err := client.FindCalendarHomeSet(t.Context(), me)
	if err != nil {
		t.Fatal(err)
	}
	calendars, err := client.FindCalendars(t.Context(), home)
	if err != nil || len(calendars) != 1 || calendars[0].Name != d.source.Name || !slices.Equal(calendars[0].SupportedComponentSet, []string{"VEVENT"}) {
		t.Fatalf("found %+v, %v", calendars, err)
	}
	query := &caldav.CalendarQuery{CompRequest: caldav.CalendarCompRequest{Name: "VCALENDAR", AllProps: true, AllComps: true},
		CompFilter: caldav.CompFilter{Name: "VCALENDAR", Comps: []caldav.CompFilter{{Name: "VEVENT", Start: nine.Add(24 * time.Hour), End: nine.Add(72 * time.Hour)}}}}
	list, err := client.QueryCalendar(t.Context(), calendars[0].Path, query)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d events in two days, %v", len(list), err)
	}
	e := list[0].Data.Events()[0]
	starts, err := e.DateTimeStart(time.UTC)
	if summary := e.Props.Get("SUMMARY").Value; err != nil || !starts.Equal(nine.Add(24*time.Hour)) || summary != "Private appointment <&> (A7F3)" {
		t.Errorf("read %s, %q, %v", starts, summary, err)
	}
	got, err := client.MultiGetCalendar(t.Context(), calendars[0].Path, &caldav.CalendarMultiGet{Paths: []string{list[1].Path}, CompRequest: query.CompRequest})
	if err != nil || len(got) != 1 || got[0].ETag != list[1].ETag || got[0].ETag == list[0].ETag {
		t.Errorf("got %+v, %v", got, err)
	}
	whole, err := client.GetCalendarObject(t.Context(), list[1].Path)
	if err != nil || whole.ETag != list[1].ETag {
		t.Errorf("got %+v, %v", whole, err)
	}
	status, said, _ := d.asks("REPORT", calendars[0].Path, `<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/></prop></sync-collection>`)
	token, _, ended := strings.Cut(said[strings.LastIndex(said, "urn:allclear:"):], "</sync-token>")
	if status != http.StatusMultiStatus || strings.Count(said, "<response>") != 40 || !ended {
		t.Fatalf("all that is there: %d %s", status, said)
	}
	status, said, _ = d.asks("REPORT", calendars[0].Path, `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><prop><getetag/></prop></sync-collection>`)
	if status != http.StatusMultiStatus || strings.Contains(said, "<response>") {
		t.Errorf("nothing changed, and it says %d %s", status, said)
	}
}

func TestNothingIsWritten(t *testing.T) {
	d := open(t, 1)
	for _, method := range []string{"PUT", "DELETE", "MKCOL", "MKCALENDAR", "PROPPATCH", "COPY", "MOVE", "LOCK", "UNLOCK", "POST", "PATCH"} {
		for _, path := range []string{"/dav/", "/dav/calendars/f1/", "/dav/calendars/f1/new.ics", "/dav/calendars/f1/v0@allclear.example.ics"} {
			if status, _, _ := d.asks(method, path, "BEGIN:VCALENDAR\r\n"); status != http.StatusForbidden {
				t.Errorf("%s %s: %d", method, path, status)
			}
		}
	}
}

func TestWhoeverHasNoSecretReadsNothing(t *testing.T) {
	d := open(t, 1)
	for name, want := range map[string]int{"": 401, "priya:": 401, "priya:s2": 401, "sam:s1": 401, "guesses:s1": 429} {
		for _, method := range []string{"OPTIONS", "GET", "PROPFIND", "REPORT", "PUT"} {
			r, err := http.NewRequestWithContext(t.Context(), method, d.at+"/dav/calendars/f1/", strings.NewReader(""))
			if err != nil {
				t.Fatal(err)
			}
			if user, secret, given := strings.Cut(name, ":"); given {
				r.SetBasicAuth(user, secret)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode != want || want == 401 && got.Header.Get("WWW-Authenticate") == "" || want == 429 && got.Header.Get("Retry-After") != "60" {
				t.Errorf("%s as %q: %d %v", method, name, got.StatusCode, got.Header)
			}
		}
	}
}

const wantsTag = `<d:propfind xmlns:d="DAV:" xmlns:c="http://calendarserver.org/ns/"><d:prop><c:getctag/><d:sync-token/><d:nothing/></d:prop></d:propfind>`

// A client that polls asks for one property, which is another once anything changed.
func TestOneTagTellsWhetherAnythingChanged(t *testing.T) {
	d := open(t, 3)
	ask := func() string {
		status, said, _ := d.asks("PROPFIND", "/dav/calendars/f1", wantsTag, "Depth", "0")
		if status != http.StatusMultiStatus || !strings.Contains(said, "getctag") || !strings.Contains(said, `<nothing xmlns="DAV:"/></prop><status>HTTP/1.1 404 Not Found`) {
			t.Fatal(status, said)
		}
		return said
	}
	first := ask()
	d.source.Calendar.Name = "another as of"
	if again := ask(); again != first {
		t.Error("nothing changed, and the tag did")
	}
	_, _, head := d.asks("GET", "/dav/calendars/f1/v0@allclear.example.ics", "")
	if status, _, _ := d.asks("GET", "/dav/calendars/f1/v0@allclear.example.ics", "", "If-None-Match", head.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("an event that did not change: %d", status)
	}
	d.source.Calendar.Events[1].End.At = d.source.Calendar.Events[1].End.At.Add(time.Minute)
	if again := ask(); again == first {
		t.Error("an event changed, and the tag did not")
	}
	status, said, _ := d.asks("REPORT", "/dav/calendars/f1/", `<sync-collection xmlns="DAV:"><sync-token>urn:allclear:calendar:old</sync-token><prop><getetag/></prop></sync-collection>`)
	if status != http.StatusForbidden || !strings.Contains(said, "valid-sync-token") {
		t.Errorf("an old token: %d %s", status, said)
	}
}

// What cannot be read, is too long or too deep, or would be answered wrongly is refused.
func TestBadQuestionsAreRefused(t *testing.T) {
	d := open(t, 2)
	filter := func(in string) string {
		return `<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><getetag/></prop><c:filter>` + in + `</c:filter></c:calendar-query>`
	}
	for _, c := range []struct {
		method, path, body, depth string
		want                      int
	}{
		{"PROPFIND", "/dav/", "<a><b></a>", "0", 400},
		{"PROPFIND", "/dav/", `<?xml version="1.0" encoding="x-evil"?><a/>`, "0", 400},
		{"PROPFIND", "/dav/", strings.Repeat("<a>", 30), "0", 400},
		{"PROPFIND", "/dav/", "<propfind>" + strings.Repeat("<a/>", 30_000) + "</propfind>", "0", 400},
		{"PROPFIND", "/dav/", `<propfind xmlns="DAV:"><prop>` + strings.Repeat("<a/>", 100) + `</prop></propfind>`, "0", 400},
		{"PROPFIND", "/dav/", strings.Repeat(" ", 600<<10), "0", 413},
		{"PROPFIND", "/dav/", "", "infinity", 403},
		{"PROPFIND", "/dav/", "", "", 403},
		{"PROPFIND", "/dav/calendars/f2/", "", "0", 404},
		{"PROPFIND", "/dav/calendars/f1/", "", "1", 207},
		{"REPORT", "/dav/", filter(""), "1", 403},
		{"REPORT", "/dav/calendars/f1/", "<x/>", "1", 403},
		{"REPORT", "/dav/calendars/f1/", filter(`<c:comp-filter name="VCALENDAR"/>`), "1", 207},
		{"REPORT", "/dav/calendars/f1/", filter(`<c:comp-filter name="VCALENDAR"><c:comp-filter name="VTODO"/></c:comp-filter>`), "1", 207},
		{"REPORT", "/dav/calendars/f1/", filter(`<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:prop-filter name="UID"/></c:comp-filter></c:comp-filter>`), "1", 403},
		{"REPORT", "/dav/calendars/f1/", filter(`<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="today"/></c:comp-filter></c:comp-filter>`), "1", 403},
		{"GET", "/dav/calendars/f1/v9@allclear.example.ics", "", "", 404},
		{"GET", "/dav/calendars/f1/", "", "", 200},
	} {
		head := []string{"Content-Type", "application/xml"}
		if c.depth != "" {
			head = append(head, "Depth", c.depth)
		}
		status, said, _ := d.asks(c.method, c.path, c.body, head...)
		if status != c.want {
			t.Errorf("%s %s %.60q: %d, want %d: %.200s", c.method, c.path, c.body, status, c.want, said)
		}
		if strings.Contains(c.body, "VTODO") && strings.Contains(said, "<response>") {
			t.Error("an event is given for a task")
		}
	}
}
