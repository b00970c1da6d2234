package wording

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// What a call says. A voicemail may record it, so it names the worker by first name and initial and tells neither the words they used nor
// where they are.
var spoken = map[watch.Notice]string{
	watch.TellOverdue:  "We have not heard from {worker}[, visit {ref}], who was due by {due}.[ {unsure}]",
	watch.TellDistress: "{worker}[, visit {ref}], has asked for help, at {since}. Call 9 9 9 now. The address is in your text. Do not ring or text {worker}.",
	watch.TellDuress:   "{worker}[, visit {ref}], has asked for help, at {since}. Call 9 9 9 now. The address is in your text. Do not ring or text {worker}.",
	watch.TellMention:  "{worker}[, visit {ref}], may be in danger, since {since}. Read your text now. Do not ring or text {worker}.",
	watch.TellJoined:   "Another visit of {worker}[, {ref}], has joined the open alarm, at {at}.",
	watch.TellPolice:   "It is {at}. Contact the police now about {worker}[, visit {ref}]. What to tell them is in your text.",
	watch.TellLiaise:   "It is {at}. Please speak with the police again about {worker}[, visit {ref}].",
	watch.TellTakeOver: "You are on call now. {who} has an alarm for {worker}[, visit {ref}], since {since}.",
	UnknownHelp:        "A cry for help came at {at} from a number we do not know. Please read your text now.",
	GapNow:             "It is {at}. Nobody is on call. Please read your text now.",
}

// otherSpoken is said for what is not usually told by a call.
const otherSpoken = "There is news about {worker}[, visit {ref}], at {at}. Please read your text now."

// Speech gives what a call says about n: who, which reference, since when, and twice which digit takes charge. All of it is said inside the
// gathering of the key, so that an early press counts.
func Speech(n watch.Notice, v Values, digit int) string {
	what := v.aloud(cmp.Or(spoken[n], otherSpoken))
	if v.Nowhere {
		what = strings.Replace(what, "The address is in your text.", "What is known is in your text.", 1)
	}
	take := fmt.Sprintf("To take charge, press %d.", digit)
	return v.rehearsed("This is Allclear." + v.again() + " " + what + " " + take + " I will say that again. " + what + " " + take)
}

// SpeechTaken is said after the right key.
func SpeechTaken(v Values) string {
	return v.rehearsed(v.aloud("Thank you. You have taken charge of the alarm for {worker}[, visit {ref}]. Now open the link in your text."))
}

// SpeechWrong is said after another key, before the call is repeated.
func SpeechWrong(v Values, digit int) string {
	return v.rehearsed(fmt.Sprintf("That was another key. To take charge, press %d.", digit))
}

// SpeechHas is said when Who has taken charge already.
func SpeechHas(v Values) string {
	return v.rehearsed(v.aloud("{who} has taken charge of the alarm for {worker}[, visit {ref}]. You need do nothing unless asked. Goodbye."))
}

// SpeechOver is said when the alarm is closed already.
func SpeechOver(v Values) string {
	return v.rehearsed(v.aloud("The alarm for {worker}[, visit {ref}], is closed. There is nothing more to do. Goodbye."))
}

// SpeechUnknown is said in a call of which we do not know what it is about. An alarm may well be open: nothing in it may sound like an end.
func SpeechUnknown(v Values) string {
	return v.rehearsed("This is Allclear. We cannot tell which alarm this call is about. Please read your texts now. Goodbye.")
}

func (v Values) rehearsed(s string) string {
	if v.Rehearsal {
		return "This is a rehearsal. " + s
	}
	return s
}

// again marks what is said late, and what was said before.
func (v Values) again() string {
	var s string
	if v.Round > 1 {
		s += fmt.Sprintf(" Notice number %d.", v.Round)
	}
	if v.Late >= lateFrom {
		s += " This call is late by " + longhand(v.Late) + "."
	}
	return s
}

// longhand is a duration as it is said: "1 hour 5 minutes".
func longhand(d time.Duration) string {
	var said []string
	count := func(n int, unit string) {
		switch {
		case n == 1:
			said = append(said, "1 "+unit)
		case n > 1:
			said = append(said, fmt.Sprint(n, " ", unit, "s"))
		}
	}
	count(int(d.Hours()), "hour")
	count(int(d.Minutes())%60, "minute")
	return strings.Join(said, " ")
}

// aloud fills a template for a voice.
func (v Values) aloud(template string) string {
	parts, _ := parse(template, "")
	f := filler{room: room{names: 40, list: 12}, value: v.voiced}
	f.fill(parts)
	return f.out.String()
}

// voiced gives the values that sound otherwise than they are written.
func (v Values) voiced(name string, r room) string {
	switch name {
	case "ref":
		return spell(one(v.Reference, longestReference))
	case "code":
		return spell(one(v.Code.Reveal(), longestReference))
	case "tail":
		return spell(one(v.Tail.Reveal(), longestReference))
	case "due":
		return cmp.Or(v.clock(v.Due), v.clock(v.At))
	case "since":
		return cmp.Or(v.clock(v.Since), v.clock(v.At))
	case "worker":
		return Short(v.Worker)
	case "who":
		return Short(v.Who)
	case "unsure":
		if v.Unsure {
			return "A text that says out is not confirmed."
		}
		return ""
	default:
		return v.in(name, r)
	}
}

// spell says a code letter by letter: "A 7 F 3".
func spell(code string) string {
	return strings.Join(strings.Split(code, ""), " ")
}
