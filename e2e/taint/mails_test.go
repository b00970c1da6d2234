package taint_test

import (
	"bytes"
	"net/smtp"
	"strings"

	stand "github.com/allclear-safety/allclear/internal/standin/smtp"
)

// whose an e-mail address is, as the tables have it. Who is within has one in the organisation's own domain.
func whose(address string) string {
	switch address {
	case seeded["Ysolde's e-mail"], seeded["Priya's e-mail"]:
		return "a worker"
	case seeded["Peregrine's e-mail"]:
		return "a responder within"
	}
	return "a responder"
}

// kindOfMail is that of its words; of a mail that is a calendar and nothing else, that of the calendar.
func kindOfMail(m stand.Mail) string {
	if m.Text == "" && len(m.Parts) == 1 && m.Parts[0].Type == "text/calendar" {
		return kindOf("METHOD:"+m.Parts[0].Params["method"], whose(m.To[0]))
	}
	return kindOf(m.Text, whose(m.To[0]))
}

// mailed is what every e-mail says, by its kind. One that is of none stands as it is, so that its own words are found.
func (c *county) mailed() (list []seen) {
	for _, m := range c.mails.Mails() {
		var said strings.Builder
		for _, p := range m.Parts {
			if p.Type != "text/calendar" && p.Type != "application/ics" {
				said.WriteString(p.Body + "\n")
			}
		}
		list = append(list, seen{kindOfMail(m), []byte(said.String())})
	}
	return list
}

// unfolds reads the lines of a calendar as programs do, whose breaks and signs would else part a word.
var unfolds = strings.NewReplacer("\r\n ", "", "\n ", "", `\,`, ",", `\;`, ";", `\n`, "\n", `\\`, `\`)

// calendarsMailed is what the invites and the answers in e-mails say, by the same kinds.
func (c *county) calendarsMailed() (list []seen) {
	for _, m := range c.mails.Mails() {
		for _, p := range m.Parts {
			if p.Type == "text/calendar" || p.Type == "application/ics" {
				list = append(list, seen{kindOfMail(m), []byte(unfolds.Replace(p.Body))})
			}
		}
	}
	return list
}

// headed is the header of every e-mail, which others see on its way and on locked screens, but for whom it goes to.
func (c *county) headed() (list []seen) {
	for _, m := range c.mails.Mails() {
		head, _, _ := bytes.Cut(m.Raw, []byte("\r\n\r\n"))
		list = append(list, seen{"", bytes.ReplaceAll(bytes.ReplaceAll(head, []byte("To: <"+m.To[0]+">"), nil), []byte("\r\nSubject: "), []byte("\r\nSubject: "+m.Subject+" "))})
	}
	return list
}

// mailsWord sends somebody an e-mail with a word in its subject, its text and its calendar.
func (c *county) mailsWord(word string) {
	c.t.Helper()
	c.ok(smtp.SendMail(c.mails.Addr(), smtp.PlainAuth("", "allclear", seeded["mail server's password"], "127.0.0.1"), "allclear@county.example", []string{"x@county.example"},
		[]byte("Subject: REHEARSAL "+word+"\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nREHEARSAL In 10:00. "+word+
			"\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nDESCRIPTION:"+word[:9]+"\r\n "+word[9:]+"\r\n--b--\r\n")))
}
