// Package wording is every sentence Allclear says: plain, calm British English that tells what happened and what to do next, and blames
// nobody.
//
// A text fits one segment whatever its values, and what matters most stands first: the visit's reference, the time it speaks of, what to do.
// Texts and calls name people by first name and initial, and hold no address, service user or private number: those are on the page behind
// the link. What a worker is sent may be read by someone else, so it tells nothing of what was raised and never how to check out (rules 2.2,
// 4.2).
//
// The sentences are templates, in tables that read as a list. Their marks:
//
//	{worker}    a value
//	[, {late}]  left out when a value in it is not there
//	<once more> left out for room too, the last one first
//	<<maybe>>   left out for room before those
package wording

import (
	"cmp"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Visit is a visit as a text names it: by its reference and its times.
type Visit struct {
	Reference               string
	StartsAt, ExpectedEndAt time.Time
}

// Values are what a sentence is filled with. Each sentence takes what it needs; what it may need and is zero is left out.
type Values struct {
	Zone *time.Location // the team's; UTC when nil
	Now  time.Time      // when it is written: another day's times are given with their day; zero gives every time its date

	At           time.Time     // the instant it speaks of
	Begin, Until time.Time     // a start and an expected end; of a gap, a shift or a down-time both its ends
	Due          time.Time     // when the visit is due, or was
	Since        time.Time     // when help was asked for, or whatever else the alarm is about
	Late         time.Duration // how long after its time it is said; from a minute on it is marked late (rule 7.6)

	Worker    string       // whom it is about; the surname is cut to its initial
	Who       string       // another person it names, cut likewise
	Reference string       // the visit's, "A7F3"
	Among     []Visit      // visits to choose from, or that fell due
	Missing   []string     // details to ask for, as people call them: "car registration"
	Name      private.Text // the person asked for in a text, "Jane"; after a duress phrase, the name in the phrase
	Asked     private.Text // what the plan calls the duress phrase's person: "Scarlett"
	Code      private.Text // by which a number is proved
	Tail      private.Text // the last figures of a number
	Link      string       // where a page is
	Number    string       // our own public number
	Lines     []string     // of a list that goes by e-mail alone

	Count     int  // how many of what it speaks of
	Round     int  // which notice of the alarm this is, from 1
	Unsure    bool // an OUT is shown that the provider could not confirm
	Spoke     bool // someone has spoken with the worker since the alarm opened
	Rehearsal bool // everything said is marked as a rehearsal
	Nowhere   bool // no address is known, so that none is promised
	Plain     bool // the plan answers distress in plainer words (rule 4.4)

	Answer string // how the plan answers a request for a person, with NAME for the name; "" for our own words
}

// lateFrom is how late something must be said to be marked as late: a shorter delay is the network's ordinary one.
const lateFrom = time.Minute

// Text gives the text that says n: one segment of GSM-7, at most 160 septets, whatever the values. A notice that no table has is said as a
// request to look at the page: something unknown must not become silence.
func Text(n watch.Notice, v Values) string {
	if n == ShiftVisits {
		return List(v.Among, v)[0]
	}
	return write(template(n, v), v)
}

// template finds the sentence for n.
func template(n watch.Notice, v Values) string {
	switch {
	case n == watch.TellPolice && v.Spoke:
		return policeSpoke
	case v.Nowhere && toNowhere[n] != "":
		return toNowhere[n]
	case n == watch.ReplyGotMessage && v.Plain:
		return gotMessagePlain
	case n == watch.ReplyAsk && ownAnswer(v.Answer):
		return strings.Replace(v.Answer, "NAME", "{name}", 1)
	}
	return cmp.Or(toResponders[n], toWorkers[n], ofTheSystem[n], ofInvites[n], unknown)
}

// ownAnswer says that the plan has an answer of its own that can be a template: a name in it, and no mark of ours.
func ownAnswer(words string) bool {
	return strings.Count(words, "NAME") == 1 && !strings.ContainsAny(words, "{}[]<>")
}

// unknown is what is said for a notice without a sentence; a test keeps it from being needed.
const unknown = head + "Please look at {worker}'s page.[ {link}]"
