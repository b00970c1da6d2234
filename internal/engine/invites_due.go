package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/wording"
)

// What follows decides who is sent what for their calendar: values in, values out.

// wanted is what one person's calendar is to show of a visit.
type wanted struct {
	visit, person string
	uid           string
	address       private.Text
	starts, ends  time.Time
	print         []byte // of all that it says
}

// stance is how a visit stands, as far as calendars go.
type stance int

const (
	standsNow stance = iota
	wasCalledOff
	hasEnded // it has ended: calendars keep it as it was, as history
)

// mailed is one invite or cancellation that is to be sent.
type mailed struct {
	method  calendar.Method
	why     wording.Sent
	person  string
	address private.Text
	row     store.Invite // what they were sent then; zero for a cancellation that another mail to the same person follows
	holds   store.Invite // what a cancellation takes back
}

// decision is what is to be sent of one visit.
type decision struct {
	mails []mailed
	// prompt says that it is not to wait for more to come: the visit is new, was called off or moved, or is about to begin.
	prompt bool
}

// soon is how long before a visit nothing about it waits any more.
const soon = 5 * time.Minute

// decideInvites compares what calendars are to show of a visit with what they were sent. How says how the visit stands for a person: to its worker it may look
// otherwise than it is.
func decideInvites(at time.Time, want []wanted, held []store.Invite, how func(person string) stance) decision {
	var d decision
	for _, w := range want {
		i := slices.IndexFunc(held, func(h store.Invite) bool { return h.Person == w.person })
		switch {
		case how(w.person) == hasEnded || !w.ends.After(at):
		case i < 0:
			d.again(w, store.NewInvite(w.visit, w.person, w.uid), 0, true)
		case held[i].Withdrawn:
			d.again(w, held[i], held[i].Sequence+1, true)
		case !sameAddress(held[i].Address, w.address):
			d.moved(w, held[i])
		case !held[i].StartsAt.Equal(w.starts) || !held[i].EndsAt.Equal(w.ends):
			d.prompt = true
			d.again(w, held[i], held[i].Sequence+1, true)
		case !slices.Equal(held[i].Print, w.print):
			d.again(w, held[i], held[i].Sequence+1, false)
		}
		d.prompt = d.prompt || !w.starts.Add(-soon).After(at)
	}
	for _, h := range held {
		there := slices.ContainsFunc(want, func(w wanted) bool { return w.person == h.Person })
		if there || h.Withdrawn || !h.EndsAt.After(at) || how(h.Person) == hasEnded {
			continue
		}
		why := wording.SentWithdrawn
		if how(h.Person) == wasCalledOff {
			why, d.prompt = wording.SentCancelled, true
		}
		row := h
		row.Sequence, row.Withdrawn = h.Sequence+1, true
		row.Asked = row.Sequence
		d.mails = append(d.mails, mailed{calendar.Cancel, why, h.Person, h.Address, row, h})
		d.prompt = d.prompt || !h.StartsAt.Add(-soon).After(at)
	}
	d.prompt = d.prompt || len(held) == 0
	return d
}

// again sends an invite with a sequence; asks says that it is to be answered anew.
func (d *decision) again(w wanted, row store.Invite, sequence int, asks bool) {
	why := wording.SentAgain
	if sequence == 0 || row.Withdrawn {
		why = wording.SentFirst
	}
	row.Sequence, row.Withdrawn = sequence, false
	if asks {
		row.Asked, row.Answer, row.AnsweredAt = sequence, store.NoAnswer, time.Time{}
	}
	row.Address, row.StartsAt, row.EndsAt, row.Print = w.address, w.starts, w.ends, w.print
	d.mails = append(d.mails, mailed{method: calendar.Request, why: why, person: w.person, address: w.address, row: row})
}

// moved takes the invite back from an address and sends it to another. Both may be read in one mailbox: the invite has the higher sequence, so that it
// stays whichever comes first.
func (d *decision) moved(w wanted, h store.Invite) {
	if !h.Address.IsZero() {
		d.mails = append(d.mails, mailed{method: calendar.Cancel, why: wording.SentWithdrawn, person: h.Person, address: h.Address, holds: h})
	}
	d.again(w, h, h.Sequence+2, true)
	d.mails[len(d.mails)-1].why = wording.SentFirst
}

func sameAddress(a, b private.Text) bool { return strings.EqualFold(a.Reveal(), b.Reveal()) }
