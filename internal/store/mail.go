package store

import (
	"encoding/json"

	"github.com/allclear-safety/allclear/internal/private"
)

// Mail is what an e-mail in the outbox has besides its words. All of it is private, and sealed as one: whom it goes to, what it is about, and a
// calendar that may say where somebody will be.
type Mail struct {
	Address, Subject private.Text
	Thread           string // names what it is about; "" for none
	InReplyTo        string // the Message-ID that it answers; "" for none
	Private          bool   // to be marked so
	Calendar         *MailCalendar
}

// MailCalendar is an invite, an update of it, a cancellation or an answer.
type MailCalendar struct {
	Method string
	Text   private.Text
	Alone  bool // the mail is the calendar and nothing else
	File   bool // it is attached as a file too
}

// packedMail is a Mail as it is sealed.
type packedMail struct {
	Address   string          `json:"address"`
	Subject   string          `json:"subject"`
	Thread    string          `json:"thread,omitempty"`
	InReplyTo string          `json:"in_reply_to,omitempty"`
	Private   bool            `json:"private,omitempty"`
	Calendar  *packedCalendar `json:"calendar,omitempty"`
}

type packedCalendar struct {
	Method string `json:"method"`
	Text   string `json:"text"`
	Alone  bool   `json:"alone,omitempty"`
	File   bool   `json:"file,omitempty"`
}

func (m Mail) pack() ([]byte, error) {
	p := packedMail{Address: m.Address.Reveal(), Subject: m.Subject.Reveal(), Thread: m.Thread, InReplyTo: m.InReplyTo, Private: m.Private}
	if c := m.Calendar; c != nil {
		p.Calendar = &packedCalendar{Method: c.Method, Text: c.Text.Reveal(), Alone: c.Alone, File: c.File}
	}
	return json.Marshal(p)
}

func unpackMail(words []byte) (*Mail, error) {
	var p packedMail
	if err := json.Unmarshal(words, &p); err != nil {
		return nil, err
	}
	m := &Mail{Address: private.New(p.Address), Subject: private.New(p.Subject), Thread: p.Thread, InReplyTo: p.InReplyTo, Private: p.Private}
	if c := p.Calendar; c != nil {
		m.Calendar = &MailCalendar{Method: c.Method, Text: private.New(c.Text), Alone: c.Alone, File: c.File}
	}
	return m, nil
}
