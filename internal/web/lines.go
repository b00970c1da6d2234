package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// line is a line of the record as people read it.
type line struct {
	At     time.Time
	Says   string   // a sentence without its full stop
	Quote  string   // what was said, verbatim; "" for nothing
	More   []string // what else is on record: a reference, a time that was agreed
	Look   string   // of its mark: "alarm", "done", "" for any other
	Reader bool     // the reader did it
}

// lines puts a worker's record in words, the newest first. Whose number was rung is said only with kin: it names the next
// of kin, who are for those who ring them (rule 7.8).
func (p *Pages) lines(c *request, worker buddy.Person, kin bool, record []view.Line) ([]line, error) {
	s := speaker{worker: worker, kin: kin, clock: p.layout(c, "").When}
	s.name = func(id string) (string, error) { return p.nameFor(c.Context(), c.kept, id) }
	var list []line
	for _, l := range slices.Backward(record) {
		said, err := s.line(l)
		if err != nil {
			return nil, err
		}
		said.Reader = l.By != "" && l.By == c.who.ID
		list = append(list, said)
	}
	return list, nil
}

// speaker says what is on a worker's record.
type speaker struct {
	worker buddy.Person
	kin    bool
	clock  func(time.Time) string
	name   func(id string) (string, error)
}

func (s speaker) line(l view.Line) (line, error) {
	by, err := s.name(l.By)
	if err != nil {
		return line{}, err
	}
	second, err := s.name(l.Second)
	if err != nil {
		return line{}, err
	}
	said := line{At: l.At, Says: s.sentence(l, by, second), Look: lineLooks[l.What]}
	text, _ := view.Typed(l.Via, l.Text.Reveal())
	said.Quote = cmp.Or(text, l.Note.Reveal())
	said.More = s.more(l)
	return said, nil
}

// lineLooks marks the lines that matter most to whoever looks for them in a hurry.
var lineLooks = map[watch.What]string{
	watch.VisitOverdue: "alarm", watch.AlarmOpened: "alarm", watch.AlarmRaised: "alarm", watch.PolicePrompted: "alarm", watch.FoundHarmed: "alarm",
	watch.VisitOut: "done", watch.AlarmClosed: "done", watch.PoliceTold: "done",
}

// plainLines are the sentences in which {by} did it to or for {worker}.
var plainLines = map[watch.What]string{
	watch.VisitBooked:      "{by} booked the visit",
	watch.VisitCancelled:   "{by} called the visit off",
	watch.VisitOverdue:     "No word from {worker}: the visit is overdue",
	watch.OutUnconfirmed:   "Word came that {worker} is out, which our provider has not confirmed",
	watch.OutForged:        "Our provider does not know the text that said {worker} is out: the visit goes on",
	watch.VoiceAwaited:     "Word came that {worker} is out. The visit ends by voice only: it goes on until somebody has spoken with them",
	watch.AskedBack:        "Allclear asked {worker} to say more",
	watch.TextsJoined:      "The text was read as one with the unfinished one before it",
	watch.Prompted:         "Allclear asked {worker} how things are going",
	watch.AlarmOpened:      "The alarm opened",
	watch.AlarmJoined:      "Another visit joined the alarm",
	watch.AlarmRaised:      "The alarm was raised again, for a call for help",
	watch.Told:             "{by} was told",
	watch.Acknowledged:     "{by} took charge of the alarm",
	watch.HolderFellSilent: "Nothing was logged by {by} for 10 minutes: the alarm was raised again",
	watch.ShiftChanged:     "{by} is on call from now",
	watch.PolicePrompted:   "Everyone told was asked to contact the police",
	watch.PoliceTold:       "{by} logged that the police were told",
	watch.LiaisonLogged:    "{by} logged what was said",
	watch.FoundHarmed:      "{by} logged that {worker} was found harmed",
	watch.IncidentOpened:   "An incident was opened",
	watch.PoliceHeld:       "{by} and {second} hold the call to 999",
	watch.Reassured:        "{by} had the message sent that the person asked for will ring",
	watch.AlarmClosed:      "{by} closed the alarm",
	"details_changed":      "{by} changed the details", // the engine's own: no core knows a word
}

func (s speaker) sentence(l view.Line, by, second string) string {
	someone := cmp.Or(by, "Someone")
	own := l.By == "" || l.By == s.worker.ID
	switch l.What {
	case watch.CallLogged:
		return s.call(l, someone)
	case watch.AlarmOpened, watch.AlarmRaised:
		if by != "" {
			return by + " raised the alarm"
		}
	case watch.TextIn:
		return s.word(l, someone, own)
	case watch.VisitNewTime:
		return fmt.Sprintf("%s gave a new time: until %s", cmp.Or(by, s.worker.Name), s.clock(l.Until))
	case watch.VisitIn:
		if own {
			return s.worker.Name + " is going in"
		}
		return fmt.Sprintf("%s recorded that %s is going in", someone, s.worker.Name)
	case watch.VisitOut:
		switch {
		case l.By == "":
			return "The visit ended"
		case own:
			return s.worker.Name + " is out"
		default:
			return someone + " recorded that the visit has ended"
		}
	}
	says, known := plainLines[l.What]
	if !known { // of a newer version
		return strings.ReplaceAll(string(l.What), "_", " ")
	}
	return strings.NewReplacer("{by}", someone, "{worker}", s.worker.Name, "{second}", cmp.Or(second, "someone")).Replace(says)
}

// call is one try of the ring-round.
func (s speaker) call(l view.Line, by string) string {
	whose := "a number"
	if n, err := phone.Parse(l.To.Reveal()); err == nil {
		whose = "another number"
		if s.kin {
			whose = cmp.Or(whoseNumber(s.worker, n), whose)
		}
	}
	result := resultWords[l.Result]
	if result == "" {
		return fmt.Sprintf("%s rang %s", by, whose)
	}
	if l.Result == watch.SpokeThem {
		result = "spoke to " + s.worker.Name
	}
	return fmt.Sprintf("%s rang %s: %s", by, whose, result)
}

// resultWords says what came of a call.
var resultWords = map[watch.Result]string{
	watch.NoAnswer: "no answer", watch.Voicemail: "voicemail", watch.Engaged: "engaged", watch.WrongNumber: "wrong number",
	watch.SpokeOther: "spoke to someone else", watch.SpokeThem: "spoke to the worker",
}

// word is what the worker said, and how it came.
func (s speaker) word(l view.Line, by string, own bool) string {
	switch {
	case !own:
		return fmt.Sprintf("%s recorded what %s said", by, s.worker.Name)
	case l.Via == "sms":
		return s.worker.Name + " texted"
	case l.Text.IsZero():
		return s.worker.Name + " " + l.Press.Says(s.clock)
	default:
		if _, request := view.Typed(l.Via, l.Text.Reveal()); request {
			return s.worker.Name + " asked for someone to ring"
		}
		return s.worker.Name + " wrote"
	}
}

// more is what else a line has on record.
func (s speaker) more(l view.Line) []string {
	var more []string
	add := func(there bool, says string) {
		if there {
			more = append(more, says)
		}
	}
	add(!l.Reference.IsZero(), "Police reference "+l.Reference.Reveal())
	add(!l.Officer.IsZero(), "Spoke with "+l.Officer.Reveal())
	add(l.What == watch.PoliceTold && !l.To.IsZero(), "Rang "+l.To.Reveal())
	add(l.Attending != nil && *l.Attending, "They will attend")
	add(l.Attending != nil && !*l.Attending, "They will not attend")
	add(!l.NextUpdateAt.IsZero(), "Next update at "+s.clock(l.NextUpdateAt))
	add(!l.StoodDown.IsZero(), "Told the police that they are safe: "+l.StoodDown.Reveal())
	add(l.Token != "", "By the program "+l.Token)
	return more
}

// whoseNumber says whose number it is: the worker's own, or a contact's with their relation; "" for anyone else's.
func whoseNumber(worker buddy.Person, n phone.Number) string {
	switch {
	case n.IsZero():
		return ""
	case n == worker.Mobile:
		return firstName(worker.Name) + "’s mobile"
	case n == worker.PersonalMobile:
		return firstName(worker.Name) + "’s personal mobile"
	case n == worker.HomePhone:
		return firstName(worker.Name) + "’s home phone"
	}
	for _, contact := range worker.Contacts {
		if contact.Phone == n {
			return contactName(contact)
		}
	}
	return ""
}

// contactName is a contact with their relation: "Ravi Nair, husband".
func contactName(contact buddy.Contact) string {
	return strings.Trim(contact.Name.Reveal()+", "+contact.Relation.Reveal(), ", ")
}

// firstName is what a person is called in a sentence that has to be short.
func firstName(name string) string {
	short, _, _ := strings.Cut(wording.Short(name), " ")
	return cmp.Or(short, name)
}
