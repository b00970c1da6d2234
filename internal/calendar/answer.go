package calendar

import "time"

// Answer is the REPLY to an invite: what as, who was invited by the address that stands in the invite, answers. It says no more of the event than
// which one it is, so that an answer that goes astray tells nothing.
func Answer(invite Event, as Person, at time.Time) Calendar {
	e := named(invite, at)
	as.RSVP = false
	e.Attendees = []Person{as} // two, and the answer counts for neither
	return Calendar{Method: Reply, Events: []Event{e}}
}

// Cancellation takes an event back from those it is to be taken from. Sent is the event as they have it: the sequence is one higher.
func Cancellation(sent Event, from []Person, at time.Time) Calendar {
	e := named(sent, at)
	e.Sequence++
	e.Status = "CANCELLED"
	e.Summary, e.Class = sent.Summary, sent.Class
	e.Attendees = from
	return Calendar{Method: Cancel, Events: []Event{e}}
}

// CounterDeclined answers a proposal of another time that it is not taken: the event stays as it was.
func CounterDeclined(proposal Event, at time.Time) Calendar {
	e := named(proposal, at)
	e.Attendees = proposal.Attendees
	return Calendar{Method: DeclineCounter, Events: []Event{e}}
}

// named is an event with nothing but what it is known by.
func named(e Event, at time.Time) Event {
	return Event{UID: e.UID, Sequence: e.Sequence, Stamp: at, Start: e.Start, End: e.End, Instance: e.Instance, Organizer: e.Organizer}
}
