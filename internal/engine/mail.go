package engine

import (
	"cmp"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// letter is an e-mail to somebody: finished words, and what else it has.
type letter struct {
	subject string // tells nothing private: it is shown on locked screens
	body    string
	thread  string // what it is about; "": the alarm, else the visit, that its row is about
	reply   string // the Message-ID of the mail that it answers
	invite  *store.MailCalendar
}

// mailTo makes m an e-mail to a person's own address; false where there is none, or no way to send it. It is all that is needed to send somebody a
// mail: m has what its row is about (Person, Visit, Alarm, Notice, Class and GiveUpAt), and whoever has it puts it into the outbox with
// whatever it tells of, in the same transaction (expansion.add, or store.Change.Messages with an ID, NextAt, CreatedAt and State).
// It is sealed with the words of its Owner, sent at least once and with the same Message-ID each time.
//
// A mail is beside a text and a call, never in the place of one: it acknowledges nothing, and nobody counts as told because of it.
func (e *Engine) mailTo(m store.Message, p buddy.Person, l letter) (store.Message, bool) {
	if !e.canMail(p) {
		return m, false
	}
	if l.thread == "" {
		l.thread = thread(m)
	}
	m.Channel, m.Body = chanMail, private.New(l.body)
	m.Mail = &store.Mail{Address: private.New(strings.TrimSpace(p.Email.Reveal())), Subject: private.New(l.subject), Thread: l.thread, InReplyTo: l.reply, Private: true, Calendar: l.invite}
	return m, true
}

// canMail says whether somebody can be sent a mail. One to ourselves would be answered, and that again.
func (e *Engine) canMail(p buddy.Person) bool {
	return e.Mail != nil && strings.TrimSpace(p.Email.Reveal()) != "" && !e.isOwnAddress(p.Email)
}

// mail adds the e-mail that tells a person of a notice, where the notice goes by
// e-mail and they have an address; it says whether there is one.
func (x *expansion) mail(m store.Message, p buddy.Person, n watch.Notice, v wording.Values) bool {
	subject, body := wording.Mail(n, v)
	if subject == "" {
		return false
	}
	m, goes := x.mailTo(m, p, letter{subject: subject, body: body})
	if goes {
		x.add(m)
	}
	return goes
}

// withoutMail is a person without their e-mail address when it is another's too:
// whoever reads that mailbox may be the one who must not know.
func withoutMail(p, other buddy.Person) buddy.Person {
	if strings.EqualFold(strings.TrimSpace(p.Email.Reveal()), strings.TrimSpace(other.Email.Reveal())) {
		p.Email = private.Text{}
	}
	return p
}

// thread names what a message is about, so that mails about one thing stand together.
func thread(m store.Message) string {
	switch {
	case m.Alarm != "":
		return "alarm/" + m.Alarm
	case m.Visit != "":
		return "visit/" + m.Visit
	}
	return cmp.Or(m.Notice, "allclear") + "/" + m.Person
}

// asChannel is a mail as it is handed over.
func asChannel(m store.Mail) *channel.Mail {
	out := &channel.Mail{Address: m.Address, Subject: m.Subject, Thread: m.Thread, InReplyTo: m.InReplyTo, Private: m.Private}
	if c := m.Calendar; c != nil {
		out.Calendar = &channel.Calendar{Method: c.Method, Text: c.Text, Alone: c.Alone, File: c.File}
	}
	return out
}
