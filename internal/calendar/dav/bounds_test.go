package dav_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/calendar/dav"
)

// What is asked can name one thing many times, and be cut into many pieces: neither makes an answer without end, or takes long to read.
func TestWhatIsAskedManyTimes(t *testing.T) {
	d := open(t, 40)
	much := strings.Repeat(`<C:calendar-data/>`, 64)
	body := `<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop>` + much + `</prop>` +
		strings.Repeat(`<href>/dav/calendars/f1/v0@allclear.example.ics</href>`, 8000) + `</C:calendar-multiget>`
	if status, said, _ := d.asks("REPORT", "/dav/calendars/f1/", body); status != http.StatusInsufficientStorage || len(said) > 100 {
		t.Errorf("8,000 times 64 times the same: %d, %d bytes", status, len(said))
	}
	body = `<sync-collection xmlns="DAV:"><sync-token>` + strings.Repeat("a<!---->", 60_000) + `</sync-token><prop><getetag/></prop></sync-collection>`
	if status, _, _ := d.asks("REPORT", "/dav/calendars/f1/", body); status != http.StatusForbidden {
		t.Errorf("a token in 60,000 pieces: %d", status)
	}
}

// Entities are not resolved, so that none can be made of others without end.
func TestNoEntityIsResolved(t *testing.T) {
	d := open(t, 1)
	body := `<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;"><!ENTITY e SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop><displayname>&c;&e;</displayname></prop></propfind>`
	if status, said, _ := d.asks("PROPFIND", "/dav/", body, "Depth", "0"); status != http.StatusBadRequest || strings.Contains(said, "bbb") {
		t.Errorf("%d %s", status, said)
	}
}

// Whatever a body says, it is answered without a fault of ours, and by XML that can be read.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		``, `<propfind xmlns="DAV:"><allprop/></propfind>`, `<propfind xmlns="DAV:"><propname/></propfind>`, `<propfind xmlns="DAV:"><prop><getetag/><x xmlns="urn:&quot;&lt;"/></prop></propfind>`,
		`<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/><C:calendar-data/></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20261123T000000Z" end="20261124T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
		`<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data/></prop><href>/dav/calendars/f1/v0@allclear.example.ics</href><href>/../x</href><href>%zz</href></C:calendar-multiget>`,
		`<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`,
		`<propfind xmlns="DAV:"><prop xmlns:a="DAV:"><a:0/></prop></propfind>`,
	} {
		f.Add("REPORT", "1", body)
		f.Add("PROPFIND", "0", body)
	}
	source := dav.Source{ID: "f1", Name: "Visits"}
	for i := range 3 {
		source.Calendar.Events = append(source.Calendar.Events, calendar.Event{UID: fmt.Sprintf("v%d@allclear.example", i), Stamp: nine, Start: calendar.Moment{At: nine}, End: calendar.Moment{At: nine.Add(time.Hour)}})
	}
	f.Fuzz(func(t *testing.T, method, depth, body string) {
		if method != "REPORT" && method != "PROPFIND" {
			method = "REPORT"
		}
		h := &dav.Handler{Prefix: "/dav", Failed: func(err error) { t.Error(err) }, Open: func(*http.Request, string, string) (dav.Source, error) { return source, nil }}
		r := httptest.NewRequestWithContext(t.Context(), method, "/dav/calendars/f1/", strings.NewReader(body))
		r.SetBasicAuth("priya", "s1")
		r.Header.Set("Depth", depth)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusInsufficientStorage {
			t.Errorf("%d", w.Code)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "application/xml") {
			return
		}
		for d := xml.NewDecoder(w.Body); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the answer cannot be read: %v", err)
			}
		}
	})
}
