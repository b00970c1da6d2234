package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// ringRound is whom to ring until someone speaks with the worker (rule 3), and what to say (rule 3.5).
type ringRound struct {
	Numbers    []ringNumber
	Folded     bool      // someone spoke with the worker: it is there, and not in the way
	Quiet      bool      // the worker's own numbers are not to be rung (rule 4.5)
	Until      time.Time // when the police are due; zero where there is no such time
	PoliceOnly []string  // contacts whom only the police ring
	There      string    // the service user's number: not without police advice
	Script     string
	Results    []watch.Result // what one press logs
}

// ringNumber is one number of the ring-round.
type ringNumber struct {
	Row    int // from 1, in the order to ring
	Whose  string
	Number phone.Number
	Own    bool // the worker's
	Tries  int
	Last   time.Time // of the tries
	Wrong  bool      // one said that it is a wrong number
	Doubt  string    // that it is not proved, or that whose it is may not know; "" for neither
	Told   string    // of the tries, in words
	Note   govuk.Textarea
}

// National is the number as people read it.
func (n ringNumber) National() string { return n.Number.National() }

// E164 is the number as it is logged.
func (n ringNumber) E164() string { return n.Number.E164() }

// ring is the ring-round; nil where the search is over.
func (r room) ring(s standing, numbers []ringNumber, f *form) *ringRound {
	if !r.alarm.HarmedAt.IsZero() {
		return nil
	}
	round := &ringRound{Quiet: !s.rings(), Results: []watch.Result{watch.NoAnswer, watch.Voicemail, watch.Engaged, watch.WrongNumber},
		Script: fmt.Sprintf("I’m trying to reach %s about work. Have you heard from %[1]s?", firstName(r.worker.Name))}
	if !r.alarm.Kind.Danger() && r.alarm.TheyKnow.IsZero() {
		round.Until = r.alarm.PoliceDue
	}
	for _, n := range numbers {
		n.Note = f.textarea(noteField(n.Row), "What they said, and what you asked to be sure", "")
		n.Note.Rows = 3
		round.Numbers = append(round.Numbers, n)
	}
	for _, contact := range r.worker.Contacts {
		if contact.PoliceOnly {
			round.PoliceOnly = append(round.PoliceOnly, contactName(contact))
		}
	}
	for _, v := range r.sheet.Visits {
		round.There = strings.Trim(round.There+", "+v.Contact.Reveal(), ", ")
	}
	return round
}

func noteField(row int) string { return "note-" + strconv.Itoa(row) }

// numbers are the numbers to ring, in the worker's order: their own, those they gave since, their contacts. Where their
// own may not be rung there are only the contacts.
func (r room) numbers(l Layout) []ringNumber {
	var list []ringNumber
	add := func(whose string, n phone.Number, own bool) {
		if n.IsZero() || slices.ContainsFunc(list, func(known ringNumber) bool { return known.Number == n }) {
			return
		}
		next := ringNumber{Row: len(list) + 1, Whose: whose, Number: n, Own: own}
		next.count(r.sheet.Calls, l)
		list = append(list, next)
	}
	if s := (standing{Alarm: r.alarm.Alarm, Open: true}); s.rings() {
		for _, n := range []phone.Number{r.worker.Mobile, r.worker.PersonalMobile, r.worker.HomePhone} {
			add(whoseNumber(r.worker, n), n, true)
		}
		for _, l := range r.record {
			if n, err := phone.Parse(l.Number.Reveal()); err == nil {
				add("the number "+firstName(r.worker.Name)+" gave", n, true)
			}
		}
	}
	for _, contact := range r.worker.Contacts {
		if !contact.PoliceOnly && !slices.Contains(r.worker.Numbers(), contact.Phone) {
			add(contactName(contact), contact.Phone, false)
		}
	}
	return list
}

// doubt says of each number what nobody has made sure of: it is rung all the same (rule 1.6).
func doubt(numbers []ringNumber, known store.Known) {
	for i, n := range numbers {
		switch {
		case n.Own && !known.Proved(n.Number):
			numbers[i].Doubt = "not proved"
		case !n.Own && !known.Told(n.Number):
			numbers[i].Doubt = "may not expect us"
		}
	}
}

// count adds up the tries of a number.
func (n *ringNumber) count(calls []report.Call, l Layout) {
	var result watch.Result
	for _, call := range calls {
		if call.To == n.Number {
			n.Tries++
			n.Last, result = call.At, call.Result
			n.Wrong = n.Wrong || call.Result == watch.WrongNumber
		}
	}
	switch n.Tries {
	case 0:
		n.Told = "Not tried yet"
	case 1:
		n.Told = fmt.Sprintf("Tried at %s: %s", l.When(n.Last), resultWords[result])
	default:
		n.Told = fmt.Sprintf("Tried %d times, last at %s: %s", n.Tries, l.When(n.Last), resultWords[result])
	}
}

// nextNumber is whom to ring next: the first that was not tried, else the one that was tried the longest ago, a wrong
// number last of all. It is nil where there is none.
func nextNumber(numbers []ringNumber) *ringNumber {
	var next *ringNumber
	for i := range numbers {
		n := &numbers[i]
		sooner := next == nil || next.Wrong && !n.Wrong || next.Wrong == n.Wrong && n.Last.Before(next.Last)
		if sooner {
			next = n
		}
	}
	return next
}

// ResultWords says what one press logs.
func (ringRound) ResultWords(r watch.Result) string { return capital(resultWords[r]) }
