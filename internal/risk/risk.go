// Package risk says what is known of the families and places that workers visit, what was decided about going there, and when to look at it
// again (rules 1.5, 6.2 and 6.3 of the protocol).
//
// An [Assessment] is about one family or place. Its worker writes it and a manager decides. A [Warning] stands on a service user or an address, for
// everyone who goes there. Neither holds what workers say about themselves: that is internal/ownwords, which is kept apart and read by those
// whom the worker chose.
//
// Whether two visits are to the same place, or to the same family, is said by marks: see [Place.Marks].
package risk

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Topic is something that may be known of a family, a place or the way there.
type Topic string

// The topics, as rule 1.5 has them.
const (
	Aggression     Topic = "aggression"
	Weapons        Topic = "weapons"
	Dogs           Topic = "dogs"
	Alcohol        Topic = "alcohol" // and other drugs
	Discrimination Topic = "discrimination"
	Unexpected     Topic = "unexpected" // people
	Area           Topic = "area"
	Signal         Topic = "signal"
	Lighting       Topic = "lighting"
	Other          Topic = "other" // of a warning alone
)

// Topics lists what an assessment asks about, in the order of its form.
func Topics() []Topic {
	return []Topic{Aggression, Weapons, Dogs, Alcohol, Discrimination, Unexpected, Area, Signal, Lighting}
}

// WarningTopics lists what a warning may be about.
func WarningTopics() []Topic { return append(Topics(), Other) }

var topicWords = map[Topic]string{
	Aggression: "Aggression or violence", Weapons: "Weapons", Dogs: "Dogs or other animals", Alcohol: "Alcohol or drugs",
	Discrimination: "Racist or other discriminatory behaviour", Unexpected: "People who are not expected there", Area: "The area",
	Signal: "No or poor mobile signal", Lighting: "Poor lighting", Other: "Something else",
}

// Words is what a topic is called.
func (t Topic) Words() string { return topicWords[t] }

// Answer is what is said of a topic.
type Answer string

// The answers. NotKnown is said; the empty Answer is not said yet.
const (
	Yes      Answer = "yes"
	No       Answer = "no"
	NotKnown Answer = "not_known"
)

// Answers lists them.
func Answers() []Answer { return []Answer{Yes, No, NotKnown} }

// Known is what is known of a topic.
type Known struct {
	Answer Answer
	Words  private.Text // a few; "" where there is nothing to add
}

// Decision is what a manager decided about going there.
type Decision string

// The decisions; "" is none yet.
const (
	Go       Decision = "go"
	Together Decision = "together"
	NotHome  Decision = "not_home"
	NotAtAll Decision = "not_at_all"
)

// Decisions lists them, the mildest first.
func Decisions() []Decision { return []Decision{Go, Together, NotHome, NotAtAll} }

var decisionWords = map[Decision]string{Go: "Go", Together: "Go together", NotHome: "Not at home", NotAtAll: "Do not go"}

// Words is what a decision is called.
func (d Decision) Words() string { return decisionWords[d] }

// Stops says that the visit is not to be made as it was booked.
func (d Decision) Stops() bool { return d == NotHome || d == NotAtAll }

// Place is a family or a service user, where they are, or both.
type Place struct {
	ServiceUser, Address private.Text
}

// IsZero says that a place says nothing.
func (p Place) IsZero() bool { return p.ServiceUser.IsZero() && p.Address.IsZero() }

// Assessment is what is known of a family and a place, what will be done, and what was decided. It holds no feelings of the worker's.
type Assessment struct {
	Place
	Known     map[Topic]Known
	Plan      private.Text // what will be done
	Joint     Answer       // whether a joint visit is right: yes, no; "" or not known where it was not considered
	JointWhy  private.Text
	Discussed private.Text // with whom
	From      string       // the id of the one that it was written from; "" for the first
	Verdict
}

// Verdict is the manager's decision with its conditions. The zero Verdict is none yet.
type Verdict struct {
	Decision  Decision
	Reasons   private.Text
	VoiceOnly bool // the visit ends by a call alone
	NoPrompts bool // no texts during the visit
	By        string
	At        time.Time
}

// Discrimination says that racist or other discriminatory behaviour is known there.
func (a Assessment) Discrimination() bool { return a.Known[Discrimination].Answer == Yes }

// Risks says in lines what is known there that whoever goes or answers must know, the decision's conditions last.
func (a Assessment) Risks() []private.Text {
	var lines []private.Text
	for _, t := range Topics() {
		k := a.Known[t]
		if k.Answer != Yes {
			continue
		}
		line := t.Words()
		if words := k.Words.Reveal(); words != "" {
			line += ": " + words
		}
		lines = append(lines, private.New(line))
	}
	for _, c := range a.Conditions() {
		lines = append(lines, private.New(c))
	}
	return lines
}

// Conditions says in words what the verdict asks beside its decision.
func (v Verdict) Conditions() (words []string) {
	if v.VoiceOnly {
		words = append(words, "The visit ends by voice only: a text or a press is not enough, speak with the worker")
	}
	if v.NoPrompts {
		words = append(words, "No texts to the worker during the visit")
	}
	return words
}

// Anew is the assessment as the next one starts: all that is known, and nothing decided.
func (a Assessment) Anew() Assessment {
	next := a
	next.Verdict, next.Discussed = Verdict{}, private.Text{}
	return next
}

// LookAgain is after how long a decided assessment is looked at again: 6 months, as issue 6 has it.
func LookAgain(decided time.Time) time.Time { return decided.AddDate(0, 6, 0) }

// Lapses is when an assessment that nobody looked at again counts no more, and is kept as what was: 6 months later.
func Lapses(due time.Time) time.Time { return due.AddDate(0, 6, 0) }

// Status is how an assessment stands.
type Status string

// The statuses. An assessment that is old was followed by another, or is needed no longer.
const (
	Draft   Status = "draft"
	Waiting Status = "waiting" // for the manager's decision
	Decided Status = "decided"
	Old     Status = "old"
)

// Warning stands on a service user, on an address, or on both.
type Warning struct {
	Place
	Topic  Topic
	What   private.Text
	Reason private.Text // why it stands
	Source private.Text // who said so
	Case   private.Text // the reference in the case-management system; "" for none
	Ended  private.Text // why it no longer stands
	Not    []string     // the visits of which somebody said that they are not to this place
}

// The statuses of a warning.
const (
	Stands = "stands"
	Ended  = "ended"
)

// IsNot says that somebody said of a visit that it is not to the warning's place.
func (w Warning) IsNot(visit string) bool { return slices.Contains(w.Not, visit) }

// Line is the warning in one line, for whoever answers and for the police.
func (w Warning) Line() private.Text {
	line := w.Topic.Words() + ": " + w.What.Reveal()
	if source := w.Source.Reveal(); source != "" {
		line += " (" + source + ")"
	}
	return private.New(line)
}
