package mail_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/e2e/post"
	"github.com/allclear-safety/allclear/e2e/town"
)

// at is somebody's address at the council.
func at(p town.Person) string { return strings.ToLower(p.First()) + "@" + post.Council }

// settle is the town with addresses at the council.
func settle(w *town.Town) {
	w.Settle(nil)
	for _, p := range []town.Person{town.Priya, town.Sam, town.Ann, town.Lee} {
		form := town.PersonForm(p)
		form["email"] = at(p)
		town.Ask[town.Form](w, http.MethodPut, "/people/"+p.ID, form, http.StatusOK)
	}
}

// invite is a meeting as Outlook and Exchange write one.
type invite struct {
	from       town.Person
	uid        string
	sequence   int
	start, end time.Time
	cancels    bool
	rows       [][2]string // of the buddy form in its body
}

var london = town.Zone()

// mail is the invite as it leaves the council: the form as a table of HTML, and the calendar in base64 with lines that end as Exchange's do.
func (i invite) mail() []byte {
	method, status := "REQUEST", "CONFIRMED"
	if i.cancels {
		method, status = "CANCEL", "CANCELLED"
	}
	var html, text strings.Builder
	html.WriteString(`<html><body lang="EN-GB"><div class="WordSection1"><table border="1"><tbody>`)
	for _, r := range i.rows {
		fmt.Fprintf(&html, `<tr><td><p class="MsoNormal"><b>%s</b></p></td><td><p class="MsoNormal">%s<o:p></o:p></p></td></tr>`, r[0], r[1])
		fmt.Fprintf(&text, "%s\t%s\n", r[0], r[1])
	}
	html.WriteString("</tbody></table></div></body></html>")
	lines := []string{
		"BEGIN:VCALENDAR", "METHOD:" + method, "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0",
		"BEGIN:VTIMEZONE", "TZID:GMT Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
		"BEGIN:DAYLIGHT", "DTSTART:16010101T010000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
		"BEGIN:VEVENT", "ORGANIZER;CN=" + i.from.Name + ":mailto:" + at(i.from), "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=" + visits + ":mailto:" + visits,
		"DESCRIPTION;LANGUAGE=en-GB:" + strings.ReplaceAll(strings.TrimSpace(text.String()), "\n", `\n`), "UID:" + i.uid, "SUMMARY;LANGUAGE=en-GB:Home visit",
		"DTSTART;TZID=GMT Standard Time:" + i.start.In(london).Format("20060102T150405"), "DTEND;TZID=GMT Standard Time:" + i.end.In(london).Format("20060102T150405"),
		"CLASS:PRIVATE", "PRIORITY:5", "DTSTAMP:" + time.Now().UTC().Format("20060102T150405Z"), "TRANSP:OPAQUE", "STATUS:" + status, fmt.Sprintf("SEQUENCE:%d", i.sequence),
		"X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-MICROSOFT-DISALLOW-COUNTER:FALSE", "END:VEVENT", "END:VCALENDAR", "",
	}
	head := fmt.Sprintf("From: %s <%s>\r\nTo: <%s>\r\nSubject: Home visit\r\nDate: %s\r\nMessage-ID: <%d.%s@%s>\r\nSensitivity: private\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"_000_x_\"\r\n\r\n",
		i.from.Name, at(i.from), visits, time.Now().Format(time.RFC1123Z), time.Now().UnixNano(), strings.ToLower(i.from.First()), post.Council)
	part := func(kind, words string) string {
		return "--_000_x_\r\nContent-Type: " + kind + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapped(words) + "\r\n"
	}
	return []byte(head + part(`text/plain; charset="utf-8"`, text.String()) + part(`text/html; charset="utf-8"`, html.String()) +
		part(`text/calendar; charset="utf-8"; method=`+method, strings.Join(lines, "\n")) + "--_000_x_--\r\n")
}

// wrapped is base64 in lines.
func wrapped(words string) string {
	all := base64.StdEncoding.EncodeToString([]byte(words))
	var lines []string
	for len(all) > 76 {
		lines, all = append(lines, all[:76]), all[76:]
	}
	return strings.Join(append(lines, all), "\r\n")
}
