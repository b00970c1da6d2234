package calendar

import "time"

// Version is which of an event's revisions this is.
type Version struct {
	Sequence int
	Stamp    time.Time
}

// Version is the event's own.
func (e Event) Version() Version { return Version{e.Sequence, e.Stamp} }

// Newer says that the event is a later revision than the one that is held (RFC 5546, 2.1.5): by its sequence, and where that is the same by its
// stamp, as Exchange changes words without counting.
func (e Event) Newer(than Version) bool {
	if e.Sequence != than.Sequence {
		return e.Sequence > than.Sequence
	}
	return e.Stamp.After(than.Stamp)
}

// Same says that two events are one: the invite in a mail's body and the same once more as its attachment. Those without a UID are the same
// when they say the same.
func (e Event) Same(as Event) bool {
	if e.UID != as.UID || e.Sequence != as.Sequence || !e.Instance.At.Equal(as.Instance.At) {
		return false
	}
	return e.UID != "" || e.Start.At.Equal(as.Start.At) && e.End.At.Equal(as.End.At) && e.Summary == as.Summary && e.Organizer.Address == as.Organizer.Address
}
