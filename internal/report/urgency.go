package report

import (
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// The words that the police decide by, whatever the alarm.
const risk = "We believe there is a real and immediate risk to life or of serious harm."

// doNotRing is read first where a ringing telephone could betray the worker (rule 4.5).
const doNotRing = "Do not ring or text the worker: it could put them in more danger."

// quiet says that the worker is not to be rung: it could betray them for as long as they are not found.
func (h Handover) quiet() bool { return h.Kind.Danger() && h.HarmedAt.IsZero() }

// urgency is what we ask for, and what makes us think that it can't wait.
func (h Handover) urgency() section {
	if !h.HarmedAt.IsZero() {
		return h.harm()
	}
	s := section{ID: "urgency", Heading: "What we ask, and why it is urgent"}
	if h.quiet() {
		s.Warning = doNotRing
	}
	s.Text = append(s.Text, h.ask(), risk)
	s.Text = append(s.Text, h.because()...)
	for _, r := range h.Reasons {
		s.Text = append(s.Text, r.Reveal())
	}
	return s
}

// harm stands in place of urgency once the worker was found: nobody is to be sent out to look for them.
func (h Handover) harm() section {
	s := section{ID: "urgency", Heading: "What has happened, and what we ask"}
	s.Text = []string{fmt.Sprintf("We ring about %s, who was found harmed. It was logged at %s. The search for them is over.", h.name(), h.at(h.HarmedAt))}
	if !h.Harm.IsZero() {
		s.Text = append(s.Text, "What is known: “"+h.Harm.Reveal()+"”.")
	}
	if h.Kind.Danger() {
		s.Text = append(s.Text, h.because()...)
	}
	s.Text = append(s.Text, "Please record this, if you do not know of it yet. Tell us your reference, and when you will ring us next.")
	return s
}

func (h Handover) name() string {
	return or(h.Worker.Name.Reveal(), "a lone worker whose name is "+notKnown)
}

func (h Handover) ask() string {
	name := h.name()
	if len(h.Visits) == 0 {
		return fmt.Sprintf("Please find %s now. Tell us your reference, and when you will ring us next.", name)
	}
	return fmt.Sprintf("Please send officers now to find %s at the address below. Tell us your reference, and when you will ring us next.", name)
}

// because says what happened, by the kind of the alarm.
func (h Handover) because() []string {
	var words string
	if !h.Words.IsZero() {
		words = " Their words: “" + h.Words.Reveal() + "”."
	}
	at := h.at(h.OpenedAt)
	switch {
	case h.Kind == watch.Distress && h.RaisedBy != "":
		return []string{"At " + at + " " + h.RaisedBy + " raised the alarm for them." + words}
	case h.Kind == watch.Duress && h.RaisedBy != "":
		return []string{"At " + at + " " + h.RaisedBy + " told us that they used the words agreed for “call 999 for me, I cannot speak freely”." + words}
	case h.Kind == watch.Duress && h.Mention:
		return []string{"At " + at + " they used the words agreed for “call 999 for me”; they may have meant it otherwise." + words}
	case h.Kind == watch.Duress:
		return []string{"At " + at + " they used the words agreed for “call 999 for me, I cannot speak freely”." + words}
	case h.Kind == watch.Distress:
		return []string{"At " + at + " they asked us for help." + words}
	default:
		return []string{h.silence()}
	}
}

// silence is what makes an overdue worker's silence alarming.
func (h Handover) silence() string {
	s := "They have not told us that they are safe."
	if end := h.firstEnd(); !end.IsZero() && h.WrittenAt.After(end) {
		s = fmt.Sprintf("They were on a visit and have not told us that they are out, %s after the visit should have ended.", minutes(h.WrittenAt.Sub(end)))
	}
	switch first, last := h.span(); {
	case len(h.Calls) == 0 || !h.spokeAt().IsZero(): // what was said and when is under the calls
		return s
	case last.Sub(first) < time.Minute:
		return s + " We have rung and nobody has spoken with them."
	default:
		return s + fmt.Sprintf(" We rang for %s and nobody has spoken with them.", minutes(last.Sub(first)))
	}
}

func (h Handover) firstEnd() time.Time {
	var end time.Time
	for _, v := range h.Visits {
		if end.IsZero() || !v.ExpectedEndAt.IsZero() && v.ExpectedEndAt.Before(end) {
			end = v.ExpectedEndAt
		}
	}
	return end
}

// span is from the first call to the last.
func (h Handover) span() (first, last time.Time) {
	for _, c := range h.Calls {
		if first.IsZero() || c.At.Before(first) {
			first = c.At
		}
		if c.At.After(last) {
			last = c.At
		}
	}
	return first, last
}
