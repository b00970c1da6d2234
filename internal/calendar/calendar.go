// Package calendar is how visits look in other people's calendars: events as Outlook, Google, Thunderbird and others write them, read; and
// ours, written so that each of them shows a real meeting.
//
// [Read] takes what clients really send and never panics: a line that makes no sense is passed over, and what it leaves unsure is said as a
// [Doubt], for a person to be asked about. [Calendar.Encode] writes what RFC 5545 and RFC 5546 ask and Outlook needs, byte for byte the same for
// the same value.
package calendar

import (
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Method says what a calendar that came by mail asks for (RFC 5546, 3.2).
type Method string

// The methods that are acted on, or answered that they are not. A feed has none.
const (
	NoMethod       Method = ""
	Request        Method = "REQUEST"
	Cancel         Method = "CANCEL"
	Reply          Method = "REPLY"
	Counter        Method = "COUNTER"
	DeclineCounter Method = "DECLINECOUNTER"
	Refresh        Method = "REFRESH"
	Publish        Method = "PUBLISH"
	Add            Method = "ADD"
)

// Calendar is one VCALENDAR.
type Calendar struct {
	Method  Method
	Name    string        // X-WR-CALNAME, of a feed
	About   string        // X-WR-CALDESC, of a feed
	Refresh time.Duration // how often a feed is worth asking for again; 0 for an invite
	Events  []Event       // in the order they stand
	Rest    []Calendar    // what stood in the same text and asks for something else

	described []description // of the zones whose name is known too
}

// Event is one VEVENT: a single meeting, the master of a series, or one instance of a series that differs from it.
type Event struct {
	UID       string // "" where there was none
	Sequence  int    // 0 where there was none, or none that is a number
	Stamp     time.Time
	Start     Moment
	End       Moment // from DTEND, else from DURATION, else the zero Moment
	Organizer Person // the zero Person where there was none, as in Outlook's replies
	Attendees []Person

	Summary, Location, Description private.Text
	HTML                           private.Text // X-ALT-DESC, of .ics files
	Class                          Class
	Status                         string // "CONFIRMED", "TENTATIVE", "CANCELLED" or ""
	Free                           bool   // TRANSP:TRANSPARENT, or Outlook's FREE

	Instance Moment   // RECURRENCE-ID: which instance of the series this is; the zero Moment for a single meeting and a master
	Rule     string   // RRULE's value, "" for none
	Extra    []Moment // RDATE
	Except   []Moment // EXDATE

	URL    string // for ours alone
	Doubts []Doubt
}

// Class is who may see an event in a shared calendar.
type Class string

const (
	Public       Class = "" // also where nothing is said
	Private      Class = "PRIVATE"
	Confidential Class = "CONFIDENTIAL"
)

// Moment is an instant as a calendar says it. The zero Moment is none.
type Moment struct {
	At   time.Time // the instant; its location is the zone the time was written in, as far as it was understood
	TZID string    // as written: "GMT Standard Time", "Europe/London", "" for UTC and floating times
	Day  bool      // a date alone; At is its midnight
}

// Person is an organizer or attendee.
type Person struct {
	Address  string // of e-mail, lower case, without "mailto:"
	SentBy   string // who acts for them (SENT-BY), likewise
	Name     string
	PartStat PartStat
	RSVP     bool
	Resource bool // a room or thing, by CUTYPE
}

// PartStat is what an attendee answered.
type PartStat string

const (
	NeedsAction PartStat = "NEEDS-ACTION"
	Accepted    PartStat = "ACCEPTED"
	Tentative   PartStat = "TENTATIVE"
	Declined    PartStat = "DECLINED"
	Delegated   PartStat = "DELEGATED"
)

// Doubt is something about an event that a person should be asked, rather than be decided by us. A constant, never with the event's own words.
type Doubt string

const (
	ZoneUnknown   Doubt = "zone_unknown"   // a zone that nobody knows and the calendar does not describe: the organisation's own was taken
	ZoneDisagrees Doubt = "zone_disagrees" // the name of the zone and its description differ on that day: the name was taken; or the description of one that nobody knows ended before
	Floating      Doubt = "floating"       // a time of no zone: the organisation's own was taken
	NotThere      Doubt = "not_there"      // a time that the clocks skip that night
	Twice         Doubt = "twice"          // a time that comes twice that night: the earlier was taken
	AllDay        Doubt = "all_day"        // a day, without times
	NoEnd         Doubt = "no_end"         // no end, and no duration
	EndsBefore    Doubt = "ends_before"    // ends before, or as, it begins
	NoStart       Doubt = "no_start"
	TwoEnds       Doubt = "two_ends" // an end and a duration that differ: the end was taken
	NoUID         Doubt = "no_uid"
	RuleUnknown   Doubt = "rule_unknown" // a recurrence that can't be followed
	OffRule       Doubt = "off_rule"     // the first of a series, which its rule does not give: it is counted as one
)
