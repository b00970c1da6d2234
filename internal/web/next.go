package web

import (
	"cmp"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// standing is how an alarm stands for one reader at one instant: all that says what they do next.
type standing struct {
	watch.Alarm
	At     time.Time
	Reader string // the reader's id
	May    bool   // the reader may act on it
	Sees   bool   // where the worker is and whom to ring is shown to the reader: only who sees that acts on it
	Self   bool   // the reader is the worker
	Open   bool

	Nowhere bool // no address is known

	Worker  string // what the worker is called
	Answers string // who is to answer it; "" for nobody
	Holder  string // who has it; "" for nobody
	Taker   string // who is to take it over from the holder
	Closer  string // who closed it

	Try       string    // whose number comes next in the ring-round; "" where there is none to ring
	Again     bool      // the time to speak with the police again has come, and nothing was logged since
	HeldUntil time.Time // a mere mention: how long 999 is held; zero when it is not
	Clock     func(time.Time) string
}

// nextStep is what to do next, in a sentence or two, and the one button that does it.
type nextStep struct {
	Says string
	Does deed
}

// deed is what the button beside the next step does.
type deed string

const (
	doNothing deed = ""
	doTake    deed = "take"   // "I have this alarm"
	doRing    deed = "ring"   // the next number of the ring-round
	doPolice  deed = "police" // 999
	doLiaise  deed = "liaise" // log what the police said
	doClose   deed = "close"
)

// next says what the reader does next. Danger comes before who has the alarm, as a call to 999 can't wait for that; then
// the police, once nobody has spoken with the worker for too long; then whoever has the alarm goes on with it.
func (s standing) next() nextStep {
	switch {
	case !s.Open:
		return nextStep{fmt.Sprintf("Closed by %s at %s. Nothing more is asked of you here.", cmp.Or(s.Closer, "the worker"), s.Clock(s.ClosedAt)), doNothing}
	case s.Self:
		return s.forTheWorker()
	case !s.May:
		return s.nothing()
	case !s.Sees:
		return s.unseen()
	case !s.HarmedAt.IsZero():
		return s.harmed()
	case !s.TheyKnow.IsZero():
		return s.policeKnow()
	case s.Kind.Danger():
		return s.danger()
	case s.policeDue() && !s.spokeLately():
		return s.overdue()
	case !s.SpokeAt.IsZero():
		return s.spoke()
	case s.Next == s.Reader && s.HeldBy != "":
		return nextStep{fmt.Sprintf("You are on call now. Speak with %s, then take this alarm over.", s.Holder), doTake}
	case s.HeldBy == "":
		return nextStep{"Take charge of this alarm.", doTake}
	case s.HeldBy != s.Reader:
		return s.nothing()
	default:
		return s.ringRound()
	}
}

// nothing is for whoever has no part in it, as long as nobody asks them.
func (s standing) nothing() nextStep {
	return nextStep{s.whoHas() + " You need do nothing unless they ask you.", doNothing}
}

// unseen is for those who may take the alarm, and see where the worker is once they do (rule 1.4). A call to 999 that
// can't say where is of little use, and the one press comes first.
func (s standing) unseen() nextStep {
	police := s.TheyKnow.IsZero() && s.HarmedAt.IsZero()
	says := ""
	switch {
	case police && s.Kind.Danger():
		says = s.unlessOut(fmt.Sprintf("Do not ring or text %s.", s.Worker)) + " "
	case police && s.policeDue() && s.SpokeAt.IsZero():
		says = fmt.Sprintf("Nobody has spoken with %s. ", s.Worker)
	default:
		police = false
	}
	switch {
	case s.HeldBy == "" && police:
		return nextStep{says + "Take charge of this alarm now: you then see where they are. Ring 999 next.", doTake}
	case s.HeldBy == "":
		return nextStep{"Take charge of this alarm.", doTake}
	case s.Next == s.Reader:
		return nextStep{fmt.Sprintf("You are on call now. Speak with %s, then take this alarm over.", s.Holder), doTake}
	case police:
		return nextStep{fmt.Sprintf("%sMake sure that %s has rung 999: if you cannot tell, ring 999 now.", says, s.Holder), doPolice}
	default:
		return s.nothing()
	}
}

// whoHas says who has the alarm.
func (s standing) whoHas() string {
	if s.HeldBy == "" {
		return "Nobody has taken this alarm yet; those on call are being told."
	}
	return fmt.Sprintf("%s has had this alarm since %s.", s.Holder, s.Clock(s.HeldAt))
}

func (s standing) forTheWorker() nextStep {
	who := cmp.Or(s.Holder, s.Answers, "whoever is on call")
	return nextStep{fmt.Sprintf("Please ring %s: they close this once they have spoken with you.", who), doNothing}
}

func (s standing) harmed() nextStep {
	says := fmt.Sprintf("%s was found harmed. The search is over; close the alarm once the outcome is known.", s.Worker)
	if s.TheyKnow.IsZero() {
		return nextStep{says + " If nobody has told the police, ring 999 now.", doPolice}
	}
	return nextStep{says, doClose}
}

// policeKnow is liaison, until the worker's safety is established.
func (s standing) policeKnow() nextStep {
	switch {
	case s.SpokeAt.After(s.TheyKnow):
		return nextStep{fmt.Sprintf("%s was spoken with at %s. If they are safe, tell the police so, then close the alarm.", s.Worker, s.Clock(s.SpokeAt)), doClose}
	case s.HeldBy != "" && s.HeldBy != s.Reader && s.Next != s.Reader:
		return nextStep{fmt.Sprintf("The police were told at %s. %s You need do nothing unless they ask you.", s.Clock(s.TheyKnow), s.whoHas()), doNothing}
	case s.Next == s.Reader && s.HeldBy != s.Reader:
		return nextStep{fmt.Sprintf("The police were told at %s. Speak with %s, then take this alarm over.", s.Clock(s.TheyKnow), s.Holder), doTake}
	case s.Again, !s.LiaiseAt.IsZero() && !s.LiaiseAt.After(s.At.Add(time.Minute)):
		return nextStep{"Ring the police again now, and log what they say.", doLiaise}
	case s.LiaiseAt.IsZero():
		return nextStep{fmt.Sprintf("The police were told at %s. Log each word with them until %s is known to be safe.", s.Clock(s.TheyKnow), s.Worker), doLiaise}
	default:
		return nextStep{fmt.Sprintf("The police were told at %s. Speak with them again at %s, and log what they say.", s.Clock(s.TheyKnow), s.Clock(s.LiaiseAt)), doLiaise}
	}
}

// danger is distress or duress of which the police do not know yet (rule 4.5).
func (s standing) danger() nextStep {
	quiet := fmt.Sprintf("Do not ring or text %s.", s.Worker)
	tell := "Ring 999 now: give the address and the family’s details."
	if len(s.Visits) == 0 || s.Sees && s.Nowhere {
		tell = "Ring 999 now: say who they are, and where they may be."
	}
	switch {
	case s.spokeLately():
		return nextStep{fmt.Sprintf("%s was spoken with at %s. Unless they are away from the place and a second person agrees, ring 999 now.",
			s.Worker, s.Clock(s.SpokeAt)), doPolice}
	case s.HeldUntil.After(s.At):
		return nextStep{fmt.Sprintf("%s 999 is held until %s: find out what they meant from someone else. In any doubt, ring 999.", quiet, s.Clock(s.HeldUntil)), doPolice}
	case s.HeldBy != "" && s.HeldBy != s.Reader:
		return nextStep{fmt.Sprintf("%s Make sure that %s has rung 999: if you cannot tell, ring 999 now.", s.unlessOut(quiet), s.Holder), doPolice}
	case s.Kind == watch.Duress && s.Mention:
		return nextStep{quiet + " " + tell + " The name was only mentioned: two of you may hold 999.", doPolice}
	case s.Kind == watch.Distress && s.Away && s.Try != "":
		return nextStep{fmt.Sprintf("%s says they are out of there. Ring %s now; if they do not answer or are not safe, ring 999.", s.Worker, s.Try), doRing}
	default:
		return nextStep{s.unlessOut(quiet) + " " + tell, doPolice}
	}
}

// unlessOut is what not to do, unless the worker says that they are out of the place.
func (s standing) unlessOut(quiet string) string {
	if s.Kind == watch.Distress && s.Away {
		return s.Worker + " says they are out of there."
	}
	return quiet
}

// rings says that the worker's own numbers may be rung (rule 4.5).
func (s standing) rings() bool {
	return s.Open && s.HarmedAt.IsZero() && (!s.Kind.Danger() || s.Kind == watch.Distress && s.Away)
}

// spokeLately says that someone spoke with the worker, and that the time to close the alarm in is not over.
func (s standing) spokeLately() bool {
	return !s.SpokeAt.IsZero() && !s.SpokeAt.Before(s.RaisedAt) && s.At.Before(s.SpokeAt.Add(watch.SpokeHold))
}

func (s standing) spoke() nextStep {
	if !s.spokeLately() {
		return nextStep{fmt.Sprintf("%s was spoken with at %s. Close the alarm now, or log why not.", s.Worker, s.Clock(s.SpokeAt)), doClose}
	}
	if s.HeldBy != "" && s.HeldBy != s.Reader && s.Next != s.Reader {
		return nextStep{fmt.Sprintf("%s was spoken with at %s. %s You need do nothing unless they ask you.", s.Worker, s.Clock(s.SpokeAt), s.whoHas()), doNothing}
	}
	return nextStep{fmt.Sprintf("%s was spoken with at %s. Close the alarm, or log why not, by %s.", s.Worker, s.Clock(s.SpokeAt),
		s.Clock(s.SpokeAt.Add(watch.SpokeHold))), doClose}
}

// policeDue says that nobody has spoken with the worker for as long as the plan allows.
func (s standing) policeDue() bool {
	return !s.PoliceAt.IsZero() && (!s.PoliceAt.After(s.At) || s.Prompts > 0)
}

func (s standing) overdue() nextStep {
	if !s.SpokeAt.IsZero() {
		return nextStep{fmt.Sprintf("%s was spoken with at %s and the alarm is still open. Close it now, or ring 999.", s.Worker, s.Clock(s.SpokeAt)), doPolice}
	}
	return nextStep{fmt.Sprintf("Ring 999 now: nobody has spoken with %s.", s.Worker), doPolice}
}

func (s standing) ringRound() nextStep {
	switch {
	case s.Try == "":
		return nextStep{fmt.Sprintf("No number is known for %s. Ring 999 now.", s.Worker), doPolice}
	case s.Calls == 0:
		return nextStep{fmt.Sprintf("Ring %s, then each number below, until you speak with %s.", s.Try, s.Worker), doRing}
	default:
		return nextStep{fmt.Sprintf("Ring %s next, and go on round until you speak with %s.", s.Try, s.Worker), doRing}
	}
}

// chapter is a part of the room, under the sentence that says what to do next.
type chapter string

const (
	chapterTake   chapter = "take" // the button to take charge, where it is not what to do next
	chapterFacts  chapter = "facts"
	chapterRing   chapter = "ring"
	chapterNote   chapter = "note"
	chapterPolice chapter = "police"
	chapterClose  chapter = "close"
)

// chapters puts the parts of the room in order: the one that does what is next comes first, and to ring round comes last
// once the worker was spoken with. Whoever rings 999 is asked where before all else.
func (s standing) chapters(next nextStep) []chapter {
	switch {
	case next.Does == doClose, next.Does == doPolice && !s.Kind.Danger() && !s.SpokeAt.IsZero() && s.HarmedAt.IsZero():
		return []chapter{chapterClose, chapterNote, chapterTake, chapterPolice, chapterFacts, chapterRing}
	case next.Does == doLiaise:
		return []chapter{chapterPolice, chapterTake, chapterFacts, chapterRing, chapterNote, chapterClose}
	case next.Does == doRing:
		return []chapter{chapterRing, chapterNote, chapterFacts, chapterPolice, chapterClose}
	case next.Does == doPolice, s.Kind.Danger():
		return []chapter{chapterFacts, chapterPolice, chapterRing, chapterNote, chapterClose}
	default:
		return []chapter{chapterFacts, chapterRing, chapterNote, chapterPolice, chapterClose}
	}
}
