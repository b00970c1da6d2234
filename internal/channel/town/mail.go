package town

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
)

// Letter is an e-mail in a mailbox.
type Letter struct {
	ID        string // the town's
	MessageID string // ours: a repeat has the same
	Subject   string
	Body      string
	Thread    string // what it is about: letters of one thread stand together
	Class     channel.Class
	Private   bool   `json:",omitempty"`
	Method    string `json:",omitempty"` // of its calendar; "" where it has none
	Calendar  string `json:",omitempty"` // as it was written
	At        time.Time
}

// Urgent says that it is marked as important.
func (l Letter) Urgent() bool { return l.Class == channel.Alarm }

// mailbox is what somebody's post office keeps for them.
type mailbox struct {
	none    bool // nobody has the address
	letters []Letter
}

// Mail is the town's channel for e-mails. Each arrives at once, whether a phone is on or not.
func (t *Town) Mail() channel.Channel { return post{t} }

type post struct{ town *Town }

func (post) Name() string { return "town-mail" }

var errNoMail = errors.New("the message is no e-mail")

func (p post) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if ctx.Err() != nil {
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Err: ctx.Err()}
	}
	if m.Mail == nil {
		return channel.Receipt{}, &channel.Error{Next: channel.NextChannel, Err: errNoMail}
	}
	id, fault, err := p.town.takeMail(m)
	return answer(ctx, id, fault, err)
}

// takeMail accepts an e-mail, or says why not.
func (t *Town) takeMail(m channel.Message) (id string, f Fault, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	box := t.mailbox(m.Mail.Address.Reveal())
	f, err = t.suffers()
	switch {
	case err != nil:
		return "", f, err
	case box == nil || box.none:
		return "", f, &channel.Error{Next: channel.WrongNumber}
	}
	t.accepted++
	l := Letter{ID: t.newID(), MessageID: m.ID, Subject: m.Mail.Subject.Reveal(), Body: m.Body.Reveal(), Thread: m.Mail.Thread, Class: m.Class,
		Private: m.Mail.Private, At: t.options.Now()}
	if c := m.Mail.Calendar; c != nil {
		l.Method, l.Calendar = c.Method, c.Text.Reveal()
	}
	box.letters = keep(box.letters, l, t.options.Keep)
	t.change()
	return l.ID, f, nil
}

// mailbox is that of an address; nil for what is none. The town's lock is held.
func (t *Town) mailbox(address string) *mailbox {
	address = strings.ToLower(strings.TrimSpace(address))
	if !strings.Contains(address, "@") {
		return nil
	}
	box := t.mailboxes[address]
	if box == nil {
		box = &mailbox{}
		t.mailboxes[address] = box
	}
	return box
}

// Letters are the e-mails that an address has, in the order they came.
func (t *Town) Letters(address string) []Letter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if box := t.mailbox(address); box != nil {
		return slices.Clone(box.letters)
	}
	return nil
}

// NoMailbox makes an address one that nobody has: it is refused.
func (t *Town) NoMailbox(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if box := t.mailbox(address); box != nil {
		box.none = true
	}
}
