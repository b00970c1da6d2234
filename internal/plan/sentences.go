package plan

import (
	"fmt"
	"strings"
	"time"
)

// Around is what the sentences about settings need that is not in them.
type Around struct {
	Name func(id string) string // of a person; nil: their id stands for it
	Zone string                 // IANA name, by whose clocks the hours are
}

func (a Around) name(id string) string {
	if a.Name == nil || id == "" {
		return id
	}
	return a.Name(id)
}

func (a Around) each(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = a.name(id)
	}
	return names
}

func (a Around) names(ids []string) string { return and(a.each(ids)) }

// Sentences says what the system does by the settings that stand with a section, one sentence or two each, to a worker of the team. What is
// fixed and no setting is said where a reader would look for one.
func (s Settings) Sentences(section Section, around Around) []string {
	switch section {
	case Calendar:
		return s.ofCalendar(around)
	case NextOfKin:
		return []string{"When a visit is booked and something is missing to find or to describe you, you are asked for it by text and on the page. The visit is watched all the same.",
			"An emergency number that is one of your own is refused."}
	case PersonalSafety:
		return append(s.ofRisk(), "On a joint visit each of you has a visit of your own, and each says for themselves when they are out.")
	case CheckingIn:
		return append(s.ofCheckingIn(around), s.ofSilence(around)...)
	case CallingForHelp:
		return s.ofHelp(around)
	default:
		return nil
	}
}

func (s Settings) ofCalendar(around Around) []string {
	shared := "Whether your calendar is shared with the team, with its details, is asked of you when this plan is published, when it is looked at again and when somebody joins. A colleague who cannot see it says so, and you are told how."
	unwatched := "Meetings and appointments can stand in Allclear too, with their place. They are not watched."
	if s.WorkingHours.IsZero() {
		return []string{"There are no working hours: the rota answers day and night.", s.ofPrivacy(), s.ofInvites(), shared, unwatched}
	}
	return []string{"Working hours are " + s.WorkingHours.String() + ", by the clocks of " + around.Zone + ".", s.ofPrivacy(), s.ofInvites(), shared,
		"A visit in working hours that lacks where it is, or to whom, is listed on the team’s page.", unwatched}
}

// several are the kinds of visit as a plan says them: several of each.
var several = map[string]string{"home_visit": "home visits", "family_time": "family time sessions", "meeting": "meetings", "other": "appointments"}

func (s Settings) wantsRisk() string {
	said := make([]string, len(s.RiskFor))
	for i, kind := range s.RiskFor {
		said[i] = several[kind]
	}
	return and(said)
}

func (s Settings) ofRisk() []string {
	if len(s.RiskFor) == 0 {
		return []string{"No kind of visit has to have a risk assessment. You can make one for any visit, and your manager decides on it."}
	}
	return []string{"A risk assessment is asked for before " + s.wantsRisk() + ". One that is booked without is told to you and your manager at once; it is watched all the same."}
}

func (s Settings) ofCheckingIn(around Around) []string {
	says := []string{"You are sent no reminders."}
	if s.Prompts {
		says = []string{"If you have not said that you are going in " + Minutes(s.StartPrompt) + " after the start, you are asked.", s.endPrompts(), s.ofChannels()}
	}
	if s.WantsOutWord() {
		says = append(says, "OUT ends a visit only with the word “"+s.OutWord+"” beside it.")
	} else {
		says = append(says, "OUT ends a visit. No further word is asked for.")
	}
	if s.PassOnTexts {
		says = append(says, "Whoever answers for you is texted when you go in, give a new time and go out, and sees it on their page.")
	} else {
		says = append(says, "Whoever answers for you sees on their page when you go in, give a new time and go out. They are sent no text of it.")
	}
	return says
}

// endPrompts says when a worker is asked around the expected end.
func (s Settings) endPrompts() string {
	words := make([]string, len(s.EndPrompts))
	for i, d := range s.EndPrompts {
		switch {
		case d == 0:
			words[i] = "at the expected end"
		case i == 0:
			words[i] = Minutes(d) + " after the expected end"
		default:
			words[i] = Minutes(d) + " after it"
		}
	}
	if len(words) == 0 {
		return "You are not asked when the expected end passes."
	}
	return "If you have not said that you are out, you are asked " + and(words) + "."
}

// ofSilence is what happens when nothing is heard.
func (s Settings) ofSilence(around Around) []string {
	after := Minutes(s.Grace) + " after the end"
	if s.Grace == 0 {
		after = "by the end"
	}
	says := []string{"If we have not heard from you " + after + ", an alarm opens and whoever answers for you is told: by text on their work mobile and their own, and by a call that counts only once they press a key."}
	if s.NamedBuddy != "" {
		says = append(says, "In working hours "+around.name(s.NamedBuddy)+" answers for a visit that names nobody; at other times whoever the rota has.")
	} else {
		says = append(says, "Who answers for you is whom the visit names in working hours, else whoever the rota has.")
	}
	says = append(says, s.ladder(around),
		"Your numbers are rung for "+Minutes(s.RingRound)+". If nobody has spoken with you by then, the police are to be told. That is said again every "+Minutes(s.Repeat)+" until it is logged.")
	if s.OutClosesOverdue {
		return append(says, "Your OUT still closes that alarm, until somebody takes charge of it or logs a call. After that only a person closes it.")
	}
	return append(says, "Once an alarm is open, only a person closes it, and says how they know that you are safe.")
}

func (s Settings) ladder(around Around) string {
	told := "Whoever is told has " + Minutes(s.Acknowledge) + " to take charge. Then the next is told too, "
	if s.Fallback == "" {
		return told + "at last every manager of the team. Nobody is named yet who answers when nobody else does."
	}
	return told + "then " + around.name(s.Fallback) + ", who answers when nobody else does, and at last every manager of the team."
}

func (s Settings) ofHelp(around Around) []string {
	phrase := s.DuressPhrase
	says := []string{
		"Asking for " + phrase + " means: call 999 for me. It works by text, by a call to any colleague and on your phone page, at any time.",
		"Whoever asks for anyone is answered “" + s.AnswerWith("…") + "”, with the name they asked for. This name is answered in the very same words: nobody who reads along can tell the difference.",
	}
	if len(s.Colleagues) > 0 {
		says = append(says, "Told at once: "+and(append([]string{"whoever answers for you"}, around.each(s.Colleagues)...))+".")
	} else {
		says = append(says, "Told at once is whoever answers for you. The plan names no other colleague.")
	}
	says = append(says, "Whoever is told has "+Minutes(s.AcknowledgeDanger)+" to take charge, then the next is told too.")
	if s.PlainDistressAnswer {
		return append(says, "A plain cry for help does the same. It is answered “Got your message. We are getting someone to help you now.”")
	}
	return append(says, "A plain cry for help does the same. It is answered “Got your message.”")
}

// Minutes is a length of time as a plan says it: "15 minutes".
func Minutes(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "1 minute"
	case d%time.Minute == 0:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	default:
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
}

// and puts words into one list: "a, b and c".
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
