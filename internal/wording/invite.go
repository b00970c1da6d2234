package wording

import (
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Invite is what an invite to somebody's calendar is said with. Its summary stands in calendars that others look into, and so does the subject of its
// mail: they name nobody, no place and nothing of what it is about.
type Invite struct {
	Visit                // its times in the team's zone
	Private   bool       // others see that somebody is busy, and no more
	Watched   bool       // no meeting or appointment
	Yours     bool       // to the worker whose visit it is
	Link      string     // to the visit's page, behind the sign-in
	Form      []FormLine // the buddy form; nil for a reference and a link alone
	Rehearsal bool
}

// FormLine is one line of a buddy form.
type FormLine struct {
	Label string
	Words private.Text // zero: not known
}

// Sent is why an invite is sent.
type Sent string

const (
	SentFirst     Sent = ""          // it is new to who is sent it
	SentAgain     Sent = "again"     // something of it is another now
	SentWithdrawn Sent = "withdrawn" // it is not theirs any more
	SentCancelled Sent = "cancelled" // there will be no visit
)

// Summary is what stands in the calendar.
func (i Invite) Summary() string {
	what := "Appointment"
	switch {
	case i.Private:
		what = "Private appointment"
	case i.Watched:
		what = "Visit"
	}
	if i.Reference != "" {
		what += " (" + i.Reference + ")"
	}
	if i.Rehearsal {
		what = "REHEARSAL: " + what
	}
	return what
}

// Subject is that of the mail.
func (i Invite) Subject(s Sent) string {
	before := map[Sent]string{SentAgain: "Changed: ", SentWithdrawn: "No longer yours: ", SentCancelled: "Cancelled: "}
	return before[s] + i.Summary()
}

// Words is what the event says to who opens it. It is the same each time for the same invite, whatever it is sent for.
func (i Invite) Words() private.Text {
	var w strings.Builder
	say := func(lines ...string) {
		for _, l := range lines {
			w.WriteString(l + "\n")
		}
	}
	if i.Rehearsal {
		say("This is a REHEARSAL. Nobody is on this visit.", "")
	}
	switch {
	case i.Yours && i.Watched:
		say("Your visit "+i.Reference+" is in Allclear, "+i.when()+".", "", "What is known of it, and how to change it or call it off: "+i.Link, "",
			"Whatever you answer to this invite, or do with it in your calendar, changes nothing in Allclear.")
	case i.Yours:
		say("It is in Allclear, "+i.when()+". Nobody waits for its end.", "", "How to change it: "+i.Link, "",
			"Whatever you answer to this invite, or do with it in your calendar, changes nothing in Allclear.")
	default:
		say("A visit that you answer for, as you are on call or named for it: "+i.Reference+", "+i.when()+".", "", "Who is there, and where: "+i.Link+" (sign in)", "",
			"Accepting this invite takes charge of no alarm. An alarm comes by text and by call. If you decline, you still answer for the visit until the rota or the visit says otherwise.")
	}
	if len(i.Form) > 0 {
		say("", "BUDDY FORM", "It is confidential: for you, and for the police when they need it.", "")
	}
	for _, l := range i.Form {
		words := strings.TrimSpace(l.Words.Reveal())
		if words == "" {
			words = "not known"
		}
		say(l.Label + ": " + words)
	}
	return private.New(strings.TrimRight(w.String(), "\n"))
}

// Gone is what a mail says that takes an invite back. It has nothing of the buddy form.
func (i Invite) Gone(s Sent) private.Text {
	words := "Visit " + i.Reference + ", " + i.when() + ", is no longer yours to answer for. It can leave your calendar."
	switch {
	case s == SentCancelled && i.Watched:
		words = "Visit " + i.Reference + ", " + i.when() + ", was cancelled. It can leave your calendar."
	case s == SentCancelled:
		words = "The appointment " + i.Reference + ", " + i.when() + ", was cancelled. It can leave your calendar."
	case i.Yours:
		words = "Visit " + i.Reference + ", " + i.when() + ", is no longer kept in this calendar by Allclear. The visit itself is as it was: " + i.Link
	}
	if i.Rehearsal {
		words = "This is a REHEARSAL. " + words
	}
	return private.New(words)
}

// when says the times, with their day.
func (i Invite) when() string {
	begin, end := i.StartsAt.Format("Mon 2 Jan 2006 15:04"), i.ExpectedEndAt.Format("15:04")
	if !sameDay(i.StartsAt, i.ExpectedEndAt) {
		end = i.ExpectedEndAt.Format("Mon 2 Jan 15:04")
	}
	return begin + " to " + end
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// What a mail says in answer to what somebody's calendar answered.
const (
	counterSubject  = "The time was not changed"
	declinedSubject = "The visit was not called off"
)

// Countered answers a proposal of another time.
func (i Invite) Countered() (subject string, words private.Text) {
	how := "To change the time, ring the worker, or change the visit on its page: "
	if i.Yours {
		how = "To change the time, text the new one, or change the visit on its page: "
	}
	return counterSubject, private.New("A proposal of another time changes nothing in Allclear. Visit " + i.Reference + " is as it was, " + i.when() + ". " + how + i.Link)
}

// NotCalledOff answers a worker who declined the invite to their own visit: whoever thinks that it is called off must be told that it is not.
func (i Invite) NotCalledOff() (subject string, words private.Text) {
	return declinedSubject, private.New("You declined the invite to visit " + i.Reference + ", " + i.when() + ". That changes nothing in Allclear: the visit is as it was. To call it off, use its page: " + i.Link)
}
