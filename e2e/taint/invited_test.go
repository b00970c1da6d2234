package taint_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
)

// Where mail comes in, whose word on it is believed, and whom of.
const (
	ours    = "visits@allclear.example"
	relay   = "mx.zephyrine.example"
	council = "zephyrine.example"
)

// freePort is an address at which mail can come in, the same after each restart.
func (c *county) freePort() string {
	c.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.ok(err)
	defer func() { c.ok(l.Close()) }()
	return l.Addr().String()
}

// letter is a mail as it comes in, with words in braces.
type letter struct {
	from    string // "" for Ysolde
	subject string
	head    string // more of its header; each line with its end
	kind    string // of its one part; "" for text
	body    string
	forged  bool // nobody vouches for it
}

// writes hands a mail over, as the organisation's mail server does.
func (c *county) writes(l letter) {
	c.t.Helper()
	if l.from == "" {
		l.from = "{Ysolde's e-mail}"
	}
	if l.kind == "" {
		l.kind = `text/plain; charset="utf-8"`
	}
	c.letters++
	head := fmt.Sprintf("Message-ID: <%d@%s>\r\nDate: %s\r\nFrom: {Ysolde's first name} of the Heath <%s>\r\nTo: <%s>\r\nSubject: %s\r\n%sMIME-Version: 1.0\r\nContent-Type: %s\r\n",
		c.letters, council, c.w.Now().Format(time.RFC1123Z), l.from, ours, l.subject, l.head, l.kind)
	if !l.forged {
		head = "Authentication-Results: " + relay + "; dmarc=pass header.from=" + council + "\r\n" + head
	}
	body := "Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(worded(l.body)))
	if l.kind == bounce {
		body = "\r\n" + worded(l.body)
	}
	c.ok(smtp.SendMail(c.post, nil, worded(l.from), []string{ours}, []byte(worded(head)+body+"\r\n")))
}

// worded is a text with the words that it names in braces.
func worded(text string) string {
	return braces.ReplaceAllStringFunc(text, func(mark string) string {
		word, is := seeded[strings.Trim(mark, "{}")]
		if !is {
			panic("no such word: " + mark)
		}
		return word
	})
}

const bounce = "message/delivery-status"

const calendarKind = `text/calendar; charset="utf-8"; method=`

// meeting is an invite, from an hour of the Tuesday after; more are lines of its event.
func (c *county) meeting(method, uid string, sequence, hour int, more ...string) letter {
	day := next(c.w.Now(), time.Monday, 12).AddDate(0, 0, 1).UTC().Format("20060102")
	lines := append([]string{"BEGIN:VCALENDAR", "METHOD:" + method, "PRODID:-//{words of a program}//EN", "VERSION:2.0", "BEGIN:VEVENT", "UID:" + uid, fmt.Sprintf("SEQUENCE:%d", sequence),
		"DTSTAMP:" + c.w.Now().UTC().Format("20060102T150405Z"), fmt.Sprintf("DTSTART:%sT%02d0000Z", day, hour), fmt.Sprintf("DTEND:%sT%02d0000Z", day, hour+1),
		"ORGANIZER;CN={name of an organizer}:mailto:{Ysolde's e-mail}", "ATTENDEE;CN={name of a guest};RSVP=TRUE:mailto:{e-mail of a guest}", "ATTENDEE;RSVP=TRUE:mailto:" + ours, "CLASS:PRIVATE",
		"CATEGORIES:{category of an invite}", "X-MICROSOFT-LOCATIONS:[{\"DisplayName\":\"" + seeded["place of an invite"] + "\"}]"}, more...)
	return letter{kind: calendarKind + method, body: strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")}
}

const uidOfInvite = "{UID of an invite}-0001@" + council

// byMail is a worker who books by invites, and others who write in her name or in theirs, with a word wherever a mail can have one.
func (c *county) byMail(ysolde *browser) {
	c.t.Helper()
	told := func(words ...string) {
		c.t.Helper()
		c.w.WaitText(seeded["Ysolde's mobile"], c.w.Tolerance(), words...)
	}
	first := c.meeting("REQUEST", uidOfInvite, 0, 9, "SUMMARY:{title of an invite}", "LOCATION:{place of an invite}",
		`DESCRIPTION:Who you are visiting: {whom an invite is to}\nAddress: {address in an invite}\nContact number: {number in an invite}\nWho else is there: {who else in an invite}\n\n{words of an invite}`)
	first.subject, first.head = "{title of an invite}", "X-Note: {words in a mail's header}\r\nSensitivity: private\r\n"
	c.writes(first)
	told("booked")
	moved := c.meeting("REQUEST", uidOfInvite, 1, 11, "SUMMARY:{title of an invite}", "DESCRIPTION:{words of an update}", "COMMENT:{words of an update}")
	c.writes(moved)
	told("moved")
	c.writes(c.meeting("CANCEL", uidOfInvite, 2, 11, "SUMMARY:{title of an invite}", "COMMENT:{why it was called off by mail}", "STATUS:CANCELLED"))
	told("cancelled")
	long := c.meeting("REQUEST", strings.Repeat("{UID of an invite}", 2000), 0, 13, "SUMMARY:{title of a series}", "RRULE:FREQ=WEEKLY;COUNT=3")
	c.writes(long)
	told("Series")

	c.writes(letter{subject: "{title of what cannot be read}", kind: `application/ms-tnef; name="winmail.dat"`, body: "\x78\x9f\x3e\x22{words of what cannot be read}"})
	told("could not read")
	broken := c.meeting("REQUEST", "broken", 0, 15, "SUMMARY:{words of what cannot be read}")
	broken.body = strings.ReplaceAll(broken.body, "BEGIN:VEVENT", "BEGIN:{words of what cannot be read}")
	c.writes(broken)
	told("could not read")
	forged := c.meeting("REQUEST", "forged", 0, 15, "SUMMARY:{title of a forged invite}", "DESCRIPTION:{words of a forged invite}")
	forged.forged, forged.subject = true, "{title of a forged invite}"
	c.writes(forged)
	told("could not prove")
	c.writes(letter{forged: true, subject: "Help", body: "help me please, {cry in a forged mail}"})
	c.w.WaitText(town.Sam.Mobile, c.w.Tolerance(), "cry for help by e-mail")
	c.writes(letter{subject: "{title of a plain mail}", body: "{words of a plain mail}"})
	told("plain mails")
	c.writes(letter{from: "{e-mail of a stranger}", forged: true, subject: "{words of a stranger's mail}", body: "{words of a stranger's mail}"})
	c.writes(letter{from: "{e-mail of a stranger}", forged: true, head: "Auto-Submitted: auto-replied\r\n", kind: bounce, subject: "{words of a bounce}",
		body: "Final-Recipient: rfc822; {Ysolde's e-mail}\nAction: failed\nDiagnostic-Code: {words of a bounce}\n"})
	told("came back")

	ysolde.opens("/details").presses("/details/delegates", "delegate", seeded["e-mail of a stranger"]).sees(http.StatusUnprocessableEntity, seeded["e-mail of a stranger"])
	ysolde.opens("/details").presses("/details/delegates", "delegate", seeded["e-mail of a delegate"]).sees(http.StatusOK, seeded["e-mail of a delegate"])
	other := c.meeting("REQUEST", "other", 0, 15, "SUMMARY:{title of a forged invite}")
	other.body = strings.Replace(other.body, ":mailto:{Ysolde's e-mail}", `;SENT-BY="mailto:{e-mail of another delegate}":mailto:{Ysolde's e-mail}`, 1)
	other.head = "Sender: <{e-mail of another delegate}>\r\n"
	c.writes(other)
	told("may not book for you yet")
	c.refusedAtTheDoor()
}

// refusedAtTheDoor is mail that is not even taken, with words where its sender may put some.
func (c *county) refusedAtTheDoor() {
	c.t.Helper()
	for _, said := range []struct{ from, to string }{{"{words typed to the mail server}@elsewhere.example", ours + ".not"}, {"{e-mail of a stranger}", "{words typed to the mail server}@allclear.example"}} {
		if smtp.SendMail(c.post, nil, worded(said.from), []string{worded(said.to)}, []byte("Subject: x\r\n\r\n"+seeded["words of a stranger's mail"])) == nil {
			c.t.Errorf("mail for %s is taken", said.to)
		}
	}
	conn, err := net.Dial("tcp", c.post)
	c.ok(err)
	_, err = conn.Write([]byte(worded("EHLO {words typed to the mail server}\r\nMAIL FROM:<{words typed to the mail server}\r\n{words typed to the mail server}\r\nRCPT {words typed to the mail server}\r\n")))
	c.ok(err)
	c.ok(conn.SetReadDeadline(time.Now().Add(time.Second)))
	for heard := make([]byte, 4096); err == nil; {
		_, err = conn.Read(heard)
	}
	c.ok(conn.Close())
}

// answersAnInvite is a responder whose calendar declines what it was invited to, proposes another time, and loses it.
func (c *county) answersAnInvite() {
	c.t.Helper()
	uid := ""
	for end := time.Now().Add(20 * time.Second); uid == "" && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for _, m := range c.mails.To(seeded["Peregrine's e-mail"]) {
			for _, p := range m.Parts {
				uid = cmp.Or(lastOf(`(?m)^UID:(\S+)`, unfolds.Replace(p.Body)), uid)
			}
		}
	}
	if uid == "" {
		c.t.Fatal("Peregrine is invited to nothing")
	}
	for _, method := range []string{"REPLY", "COUNTER", "REFRESH"} {
		l := c.meeting(method, uid, 0, 15, "COMMENT:{words of an answer}", "SUMMARY:{words of an answer}", "DESCRIPTION:{words of an answer}")
		l.body = strings.Replace(l.body, "ATTENDEE;CN={name of a guest};RSVP=TRUE:mailto:{e-mail of a guest}", "ATTENDEE;PARTSTAT=DECLINED;CN={name of a guest}:mailto:{Peregrine's e-mail}", 1)
		l.body = strings.Replace(l.body, "ATTENDEE;RSVP=TRUE:mailto:"+ours+"\r\n", "", 1)
		l.from, l.subject = "{Peregrine's e-mail}", "{words of an answer}"
		c.writes(l)
	}
}
