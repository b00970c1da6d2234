package calendar_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// sharedFile is one of the real files that nobody in this project wrote.
func sharedFile(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("SHARED_DIR")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("SHARED_DIR is not set")
		}
		t.Skip("SHARED_DIR is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, "calendar", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// calendarsIn gives the calendars of a file: itself, or those in a mail.
func calendarsIn(t testing.TB, name string) [][]byte {
	text := sharedFile(t, name)
	if filepath.Ext(name) != ".eml" {
		return [][]byte{text}
	}
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return calendarParts(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func calendarParts(t testing.TB, kind, encoding string, body io.Reader) [][]byte {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		var found [][]byte
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			p, err := parts.NextRawPart()
			if err != nil { // also where the last boundary is missing
				return found
			}
			found = append(found, calendarParts(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)...)
		}
	}
	if media != "text/calendar" && media != "application/ics" {
		return nil
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return [][]byte{text}
}

// asRead is what a person would say of an event, in its own zone.
type asRead struct {
	start, end, zone, organizer, summary string
	uid                                  string // its beginning
	sequence                             int
	instance                             string
	doubts                               []calendar.Doubt
}

func (want asRead) compare(t *testing.T, e calendar.Event) {
	t.Helper()
	shown := func(m calendar.Moment) string {
		if m.At.IsZero() {
			return ""
		}
		return m.At.Format("2006-01-02 15:04 -07:00")
	}
	if got := shown(e.Start); got != want.start {
		t.Errorf("starts %q, want %q", got, want.start)
	}
	if got := shown(e.End); got != want.end {
		t.Errorf("ends %q, want %q", got, want.end)
	}
	if got := e.Start.At.Location().String(); want.start != "" && got != want.zone {
		t.Errorf("zone %q, want %q", got, want.zone)
	}
	if e.Organizer.Address != want.organizer {
		t.Errorf("organizer %q, want %q", e.Organizer.Address, want.organizer)
	}
	if e.Summary.Reveal() != want.summary {
		t.Errorf("summary %q, want %q", e.Summary.Reveal(), want.summary)
	}
	if !strings.HasPrefix(e.UID, want.uid) || want.uid == "" && e.UID != "" {
		t.Errorf("uid %q, want %q", e.UID, want.uid)
	}
	if e.Sequence != want.sequence {
		t.Errorf("sequence %d, want %d", e.Sequence, want.sequence)
	}
	if got := shown(e.Instance); got != want.instance {
		t.Errorf("instance %q, want %q", got, want.instance)
	}
	if !slices.Equal(e.Doubts, want.doubts) {
		t.Errorf("doubts %v, want %v", e.Doubts, want.doubts)
	}
}

const mozilla = "mozilla_releases-comm-central__"

// files are the real files and what a person reads in each; a file with two calendars has the same events in both, but for what differs.
var files = []struct {
	file   string
	method calendar.Method
	copies int // calendars in it
	events []asRead
}{
	{"apache_james-project__gmail.eml", calendar.Request, 2, []asRead{
		{start: "2017-01-20 13:00 +00:00", end: "2017-01-20 14:00 +00:00", zone: "UTC", organizer: "duprat@gmail.com", uid: "ah86k5m342bmcrbe9khkkhln00@google.com"}}},
	{mozilla + "cancel-single-event.eml", calendar.Cancel, 1, []asRead{
		{start: "2022-03-16 11:00 +00:00", end: "2022-03-16 11:30 +00:00", zone: "UTC", organizer: "sender@example.com", summary: "Single Event", uid: "02e79b96", sequence: 1,
			doubts: []calendar.Doubt{calendar.TwoEnds}}}}, // DTEND says half an hour, DURATION an hour
	{mozilla + "exception-major.eml", calendar.Request, 1, []asRead{
		{start: "2022-03-17 05:00 +00:00", end: "2022-03-17 05:30 +00:00", zone: "UTC", organizer: "sender@example.com", summary: "Repeat Event", uid: "02e79b96", sequence: 2,
			instance: "2022-03-17 11:00 +00:00"}}},
	{mozilla + "meet-meeting-invite.eml", calendar.Request, 2, []asRead{
		{start: "2021-03-22 09:30 +00:00", end: "2021-03-22 10:30 +00:00", zone: "UTC", organizer: "example@gmail.com", summary: "Meeeeet me HTML", uid: "65m17hsdolmotv3kvmrtg40ont@google.com"}}},
	{mozilla + "message-non-invite.eml", calendar.Publish, 1, []asRead{
		{start: "2021-11-29 10:55 +02:00", end: "2021-11-29 11:00 +02:00", zone: "Europe/Helsinki", organizer: "noreply@example.com", summary: "Party at John's house, Helsinki",
			uid: "1e5fd4e6-bc52-439c-ac76-40da54f57c77@secure.example.com", sequence: 3}}},
	{mozilla + "outlook-test-invite.eml", calendar.Request, 1, []asRead{
		{start: "2021-11-27 09:00 +02:00", end: "2021-11-27 09:30 +02:00", zone: "Europe/Kiev", organizer: "marge@example.org", summary: "Testaus",
			uid: "030000008200E00074C5B7101A82E0080000000060B608D090DDD7010000000000000000100000004BE0CFFA54BCF64E956E34143362C3C0"}}},
	{mozilla + "repeat-event.eml", calendar.Request, 1, []asRead{
		{start: "2022-03-16 11:00 +00:00", end: "2022-03-16 11:30 +00:00", zone: "UTC", organizer: "sender@example.com", summary: "Repeat Event", uid: "02e79b96"}}},
	{mozilla + "single-event.eml", calendar.Request, 1, []asRead{
		{start: "2022-03-16 11:00 +00:00", end: "2022-03-16 11:30 +00:00", zone: "UTC", organizer: "sender@example.com", summary: "Single Event", uid: "02e79b96",
			doubts: []calendar.Doubt{calendar.TwoEnds}}}},
	{mozilla + "update-major.eml", calendar.Request, 1, []asRead{
		{start: "2022-03-16 05:00 +00:00", end: "2022-03-16 05:30 +00:00", zone: "UTC", organizer: "sender@example.com", summary: "Single Event", uid: "02e79b96", sequence: 2,
			doubts: []calendar.Doubt{calendar.TwoEnds}}}},
	{mozilla + "update-minor.eml", calendar.Request, 1, []asRead{
		{start: "2022-03-16 11:00 +00:00", end: "2022-03-16 11:30 +00:00", zone: "UTC", organizer: "sender@example.com", summary: "Updated Event", uid: "02e79b96",
			doubts: []calendar.Doubt{calendar.TwoEnds}}}},
	{"postalsys_postal-mime__calendar-event.eml", calendar.Request, 2, []asRead{
		{start: "2024-04-11 11:00 +03:00", end: "2024-04-11 12:00 +03:00", zone: "Europe/Tallinn", organizer: "andris@postalsys.com", summary: "Test event ⏰", uid: "1utaf3eftt1agbnisfcc3a5ps0@google.com"}}},
	{"apache_james-project__meeting_without_uid.ics", calendar.Request, 1, []asRead{
		{start: "2017-01-20 10:00 +00:00", end: "2017-01-20 10:30 +00:00", zone: "UTC", organizer: "attendee1@linagora.com", summary: "Sprint Social #3 Demo", doubts: []calendar.Doubt{calendar.NoUID}}}},
	{"collective_icalendar__issue_165_missing_event.ics", calendar.Request, 1, []asRead{
		{start: "2015-07-03 10:00 +02:00", end: "2015-07-03 10:30 +02:00", zone: "GMT +0100 (Standard) / GMT +0200 (Daylight)", summary: "Sprint 25 Daily Standup", doubts: []calendar.Doubt{calendar.NoUID}}}},
	{"collective_icalendar__issue_836_do_not_quote_tzid.ics", calendar.Publish, 1, []asRead{
		{start: "2024-10-28 17:00 -04:00", end: "2024-10-28 18:00 -04:00", zone: "America/New_York", summary: "Anonymous Test Event for TZID", uid: "minimal-demo-event-est-20241028@example.com"}}},
	{"cyrusimap_cyrus-imapd__ms_timezone.ics", calendar.NoMethod, 1, []asRead{
		{start: "2016-09-28 13:00 -04:00", end: "2016-09-28 15:00 -04:00", zone: "America/New_York", summary: "Foo", uid: "3edfa67a-9e92-4ed7-b0cf-c07ad63ab8f8"}}},
	{"ical4j_ical4j__2207678.ics", calendar.Publish, 1, []asRead{
		{start: "2008-10-31 09:30 +08:00", end: "2008-10-31 09:40 +08:00", zone: "Asia/Singapore", summary: "Scheduled Reboot",
			uid: "040000008200E00074C5B7101A82E00800000000C0CA27559A38C9010000000000000000100000001E9AFCA9DCE51242AB306C53D7095851"}}},
	{"ical4j_ical4j__calconnect9.ics", calendar.Request, 1, []asRead{
		{start: "2005-04-25 09:00 -04:00", end: "2005-04-25 09:15 -04:00", zone: "America/New_York", organizer: "icalchair@coffeebean.com", summary: "More complicated stream (5 day recurring)",
			uid: "6BA1ECA4D58B306C85256FDB0071B664-Lotus_Notes_Generated", sequence: 3}}},
	{"jens-maus_node-ical__Office-2012-owa.ics", calendar.Publish, 1, []asRead{
		{start: "2020-10-28 13:30 +11:00", end: "2020-10-28 15:00 +11:00", zone: "Australia/Sydney", summary: "TEST Syd", doubts: []calendar.Doubt{calendar.NoUID}},
		{start: "2020-10-28 13:30 -04:00", end: "2020-10-28 15:00 -04:00", zone: "America/New_York", summary: "TEST", doubts: []calendar.Doubt{calendar.NoUID}},
		{start: "2020-11-02 13:30 -05:00", end: "2020-11-02 15:00 -05:00", zone: "America/New_York", summary: "TEST 3", doubts: []calendar.Doubt{calendar.NoUID}},
		{start: "2020-11-02 13:30 -05:00", end: "2020-11-02 15:00 -05:00", zone: "America/New_York", summary: "TEST2", doubts: []calendar.Doubt{calendar.NoUID}}}},
	{"jens-maus_node-ical__ms_timezones.ics", calendar.Publish, 1, []asRead{
		{start: "2020-09-10 09:00 +02:00", end: "2020-09-10 09:30 +02:00", zone: "Europe/Berlin", summary: "test", uid: "040000008200E00074C5B7101A82E0080000000070DE40F38786D601"},
		{start: "2020-06-09 09:00 +02:00", end: "2020-06-09 09:30 +02:00", zone: "Europe/Berlin", summary: "Log Yesterday's Jira time", uid: "040000008200E00074C5B7101A82E008000000008001F1896B63D301"},
		{start: "2020-09-15 08:30 -07:00", end: "2020-09-15 09:30 -07:00", zone: "America/Los_Angeles", summary: "Not the actual summary 1", uid: "040000008200E00074C5B7101A82E008000000007070639B9D82D601"},
		{start: "2020-07-07 12:00 -07:00", end: "2020-07-07 12:30 -07:00", zone: "America/Los_Angeles", summary: "Not the actual summary either", sequence: 3, uid: "040000008200E00074C5B7101A82E00800000000C8CF296B9654D601"}}},
	{"libical_libical__restriction.ics", calendar.Request, 1, []asRead{
		{start: "1997-09-03 16:30 +00:00", end: "1997-09-03 19:00 +00:00", zone: "UTC", summary: "Annual Employee Review", uid: "19970901T130000Z-123401@host.com", doubts: []calendar.Doubt{calendar.TwoEnds}}}},
}

func TestTheRealFilesAreReadAsAPersonReadsThem(t *testing.T) {
	for _, f := range files {
		t.Run(f.file, func(t *testing.T) {
			texts := calendarsIn(t, f.file)
			if len(texts) != f.copies {
				t.Fatalf("%d calendars in it, want %d", len(texts), f.copies)
			}
			var first calendar.Calendar
			for i, text := range texts {
				c, err := calendar.Read(text, home(t))
				if err != nil {
					t.Fatal(err)
				}
				if c.Method != f.method || len(c.Events) != len(f.events) {
					t.Fatalf("%q with %d events, want %q with %d", c.Method, len(c.Events), f.method, len(f.events))
				}
				for j, e := range c.Events {
					want := f.events[j]
					if i == 1 && want.organizer == "duprat@gmail.com" { // whoever made the file public changed the name in one of the two
						want.organizer = "antduprat@gmail.com"
					}
					want.compare(t, e)
				}
				if i == 0 {
					first = c
				} else if !c.Events[0].Same(first.Events[0]) {
					t.Error("the second calendar of the mail is not known to be the first once more")
				}
			}
		})
	}
}

// TestEveryRealFileIsInTheTable fails when a file is added that nobody has read.
func TestEveryRealFileIsInTheTable(t *testing.T) {
	sharedFile(t, "SOURCES.txt")
	there, err := os.ReadDir(filepath.Join(os.Getenv("SHARED_DIR"), "calendar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		known := slices.ContainsFunc(files, func(k struct {
			file   string
			method calendar.Method
			copies int
			events []asRead
		}) bool {
			return k.file == f.Name()
		})
		if ext := filepath.Ext(f.Name()); (ext == ".ics" || ext == ".eml") && !known {
			t.Errorf("%s is not in the table", f.Name())
		}
	}
}

func TestMoreOfTheRealFiles(t *testing.T) {
	first := func(name string) calendar.Event {
		c, err := calendar.Read(calendarsIn(t, name)[0], home(t))
		if err != nil {
			t.Fatal(err)
		}
		return c.Events[0]
	}
	if e := first("libical_libical__restriction.ics"); e.Class != calendar.Private || e.Status != "TENTATIVE" {
		t.Errorf("class %q, status %q", e.Class, e.Status)
	}
	if e := first("cyrusimap_cyrus-imapd__ms_timezone.ics"); !e.Free {
		t.Error("a transparent event is not free")
	}
	if e := first(mozilla + "cancel-single-event.eml"); e.Status != "CANCELLED" || e.Location.Reveal() != "Somewhere" || len(e.Attendees) != 3 {
		t.Errorf("status %q with %d attendees", e.Status, len(e.Attendees))
	} else if want := (calendar.Person{Address: "receiver@example.com", Name: "Receiver", PartStat: calendar.NeedsAction}); e.Attendees[1] != want {
		t.Errorf("attendee %+v", e.Attendees[1])
	}
	if e := first(mozilla + "update-minor.eml"); !e.Newer(first(mozilla + "single-event.eml").Version()) {
		t.Error("a later stamp is not newer")
	}
	if e := first(mozilla + "update-major.eml"); !e.Newer(first(mozilla + "update-minor.eml").Version()) {
		t.Error("a higher sequence with an earlier stamp is not newer")
	}
	if e := first("ical4j_ical4j__2207678.ics"); !strings.HasPrefix(e.HTML.Reveal(), "<!DOCTYPE HTML") || !strings.Contains(e.HTML.Reveal(), "<META NAME=") {
		t.Errorf("markup %q", e.HTML.Reveal())
	}
	if e := first("ical4j_ical4j__calconnect9.ics"); len(e.Extra) != 5 || e.Attendees[1].Address != "icalparticipant@coffeebean.com" || e.Attendees[1].Name != "iCal Participant/CoffeeBean" {
		t.Errorf("%d more days, attendees %+v", len(e.Extra), e.Attendees)
	}
	c, err := calendar.Read(sharedFile(t, "libical_libical__restriction.ics"), home(t))
	if err != nil || len(c.Rest) != 2 || c.Rest[0].Method != "PUBLISHCA" || c.Rest[1].Method != calendar.Reply {
		t.Fatalf("rest %+v, %v", c.Rest, err)
	}
	if e := c.Rest[1].Events[0]; e.Organizer.Address != "a@example.com" || e.Attendees[0].Address != "c@example.com" || e.Attendees[0].PartStat != calendar.Delegated {
		t.Errorf("answer of %+v to %+v", e.Attendees, e.Organizer)
	}
	if _, err := calendar.Read(sharedFile(t, "jstedfast_MimeKit__winmail.tnef"), home(t)); err == nil {
		t.Error("a winmail.dat is a calendar")
	}
}

func TestTheRealSeries(t *testing.T) {
	for _, s := range []struct {
		file     string
		event    int
		from, to string
		want     string // the days
		clock    string
	}{
		// Weekdays until Wednesday the 22nd, 08:00 in UTC, which is the time of the meeting itself.
		{"collective_icalendar__issue_165_missing_event.ics", 0, "2015-07-01", "2015-09-01", "03 06 07 08 09 10 13 14 15 16 17 20 21 22", "10:00 +02:00"},
		// Tuesdays, Thursdays, Fridays and Sundays, but for the 21st, the 23rd and the 28th.
		{"jens-maus_node-ical__ms_timezones.ics", 3, "2020-07-01", "2020-08-01", "07 09 10 12 14 16 17 19 24 26 30 31", "12:00 -07:00"},
		{mozilla + "repeat-event.eml", 0, "2022-03-01", "2022-05-01", "16 17 18", "11:00 +00:00"},
		// A week by its days, as Lotus writes it.
		{"ical4j_ical4j__calconnect9.ics", 0, "2005-01-01", "2006-01-01", "25 26 27 28 29", "09:00 -04:00"},
		{"ical4j_ical4j__2207678.ics", 0, "2008-11-01", "2008-12-01", "07 14 21 28", "09:30 +08:00"},
	} {
		t.Run(s.file, func(t *testing.T) {
			c, err := calendar.Read(calendarsIn(t, s.file)[0], home(t))
			if err != nil {
				t.Fatal(err)
			}
			from, _ := time.Parse(time.DateOnly, s.from)
			to, _ := time.Parse(time.DateOnly, s.to)
			instances, more, err := c.Instances(c.Events[s.event], from, to, 100)
			if err != nil || more {
				t.Fatal(more, err)
			}
			var days []string
			for _, e := range instances {
				days = append(days, e.Start.At.Format("02"))
				if got := e.Start.At.Format("15:04 -07:00"); got != s.clock {
					t.Errorf("at %s on %s", got, e.Start.At.Format(time.DateOnly))
				}
				if e.End.At.Sub(e.Start.At) != c.Events[s.event].End.At.Sub(c.Events[s.event].Start.At) {
					t.Errorf("lasts %v", e.End.At.Sub(e.Start.At))
				}
			}
			if got := strings.Join(days, " "); got != s.want {
				t.Errorf("on %s, want %s", got, s.want)
			}
		})
	}
}
