// Package plan holds a team's lone-working plan: the settings that the system follows, their bounds, and how they are written down.
//
// The times are those of the senior management cover document and are counted in the plan's own time: a rehearsal clock runs them faster.
package plan

import (
	"slices"
	"time"
)

// Clock is the part of a plan that a visit's clock runs on. It is pinned to the visit when that is booked, so that a plan edited during a
// visit moves no alarm.
type Clock struct {
	Grace             time.Duration   // how long after the expected end silence is still normal (rule 3)
	RingRound         time.Duration   // from the alarm until the police are to be contacted, unless someone spoke with the worker (rule 3)
	Acknowledge       time.Duration   // how long each in the cover chain has before the next is told too (rule 3)
	AcknowledgeDanger time.Duration   // the same for distress and duress (rule 3)
	Repeat            time.Duration   // between prompts to contact the police, until that is logged (rule 3)
	StartPrompt       time.Duration   // after the start, when a worker who has not gone in is asked (rule 2.5)
	EndPrompts        []time.Duration // after the expected end, when the worker is asked; rising (rule 2.5)
	Prompts           bool            // whether the worker is asked at all: a buzzing phone can be wrong in a tense home (rule 2.5)
	OutClosesOverdue  bool            // whether an OUT may close an overdue alarm until the first acknowledgement or logged call (rule 3.2)
}

// Equal says that both clocks run alike.
func (c Clock) Equal(d Clock) bool {
	return c.Grace == d.Grace && c.RingRound == d.RingRound && c.Acknowledge == d.Acknowledge && c.AcknowledgeDanger == d.AcknowledgeDanger &&
		c.Repeat == d.Repeat && c.StartPrompt == d.StartPrompt && slices.Equal(c.EndPrompts, d.EndPrompts) && c.Prompts == d.Prompts &&
		c.OutClosesOverdue == d.OutClosesOverdue
}

// Settings are what the team agreed in its plan and the system follows (rule 5.1). People are given by id.
type Settings struct {
	Clock
	DuressPhrase        string   // the name that covertly means "call 999 for me"; one that nobody around the team has (rules 4.1, 4.6)
	Fallback            string   // who answers when nobody else does; outside the rota (rules 1.1, 8.4)
	NamedBuddy          string   // who answers in working hours when the visit names nobody; "" for the rota
	OutWord             string   // a word that must come with OUT, or "off"
	WorkingHours        Hours    // in the team's own zone
	PassOnTexts         bool     // whether in, new time and out are passed on to the responder by text too (rule 2.7)
	Colleagues          []string // whom a duress alarm is told to as well as the responder (rule 4.1)
	RiskFor             []string // kinds of visit that want a risk assessment; booking one without is told, not refused (rule 1.5)
	PlainDistressAnswer bool     // whether a cry for help is answered in plainer words than "Got your message." (rule 4.4)
	AskAnswer           string   // how a request for a person is answered, with NAME for the name; "" for [StandardAnswer] (rule 4.2)
	Channels            Channels // by which ways a worker is reminded on a visit; never of an alarm (rule 2.5)
	Private             Privacy  // which visits are private unless whoever books one says otherwise (rule 1.4)
	Invites             Invites  // whether invites to those who answer carry the buddy form (rule 1.4)
}

// OutWordOff is the OutWord of a plan that asks for none.
const OutWordOff = "off"

// Standard gives the settings of a plan that changes nothing. They lack a fallback, which only the team can name.
func Standard() Settings {
	return Settings{
		Clock: Clock{
			Grace:             15 * time.Minute,
			RingRound:         30 * time.Minute,
			Acknowledge:       5 * time.Minute,
			AcknowledgeDanger: 2 * time.Minute,
			Repeat:            5 * time.Minute,
			StartPrompt:       10 * time.Minute,
			EndPrompts:        []time.Duration{0, 10 * time.Minute},
			Prompts:           true,
		},
		DuressPhrase: "Scarlett",
		OutWord:      OutWordOff,
		WorkingHours: officeHours(),
	}
}

// Equal says that both are the same settings.
func (s Settings) Equal(t Settings) bool {
	return s.Clock.Equal(t.Clock) && s.DuressPhrase == t.DuressPhrase && s.Fallback == t.Fallback && s.NamedBuddy == t.NamedBuddy &&
		s.OutWord == t.OutWord && s.WorkingHours.Equal(t.WorkingHours) && s.PassOnTexts == t.PassOnTexts &&
		slices.Equal(s.Colleagues, t.Colleagues) && slices.Equal(s.RiskFor, t.RiskFor) && s.PlainDistressAnswer == t.PlainDistressAnswer &&
		s.Private == t.Private && s.AskAnswer == t.AskAnswer && s.Channels == t.Channels && s.Invites == t.Invites
}

// WantsOutWord says that an OUT ends a visit only with the plan's word beside it.
func (s Settings) WantsOutWord() bool { return s.OutWord != "" && s.OutWord != OutWordOff }
