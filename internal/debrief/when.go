package debrief

import "time"

const (
	remindAfter = 24 * time.Hour // an offer that was not answered, and a debrief that was not held, are reminded of once
	actionAgain = 7              // days after its day that whoever has an action hears of it again
	promptEvery = 3              // months between a manager's 1:1s in which the prompts are taken up
)

// Latest is how long after an alarm was closed a debrief is still offered by itself: one that Allclear was down for is not offered weeks late.
const Latest = 48 * time.Hour

// RemindAt is when somebody is reminded of a debrief that was offered or asked for at an instant.
func RemindAt(at time.Time) time.Time { return at.Add(remindAfter) }

// Reminder says which reminder of an action has come by a day: 1 on the day it is due, 2 a week after, 0 for none.
func Reminder(due, today time.Time) int {
	switch {
	case !today.Before(due.AddDate(0, 0, actionAgain)):
		return 2
	case !today.Before(due):
		return 1
	default:
		return 0
	}
}

// NextReminder is when the next reminder of an action comes after a day; zero for none.
func NextReminder(due, today time.Time) time.Time {
	for _, next := range []time.Time{due, due.AddDate(0, 0, actionAgain)} {
		if next.After(today) {
			return next
		}
	}
	return time.Time{}
}

// NextPrompt is when the next 1:1 is due in which a manager takes up the prompts with somebody: at once with who is new, then every three
// months.
func NextPrompt(last time.Time) time.Time {
	if last.IsZero() {
		return time.Time{}
	}
	return last.AddDate(0, promptEvery, 0)
}

// Prompt is what a manager asks, and what to listen for.
type Prompt struct{ Ask, Listen string }

// Prompts are those of the first 1:1 with a newcomer and of each after (rule 6.3). Nothing of the answers is written down here: what a worker says of
// themselves is theirs.
func Prompts(first bool) []Prompt {
	always := []Prompt{
		{"How are your visits going? Is there one you would rather not make alone?", "A place or a family that comes up more than once; a visit that was put off; “it’s fine” said quickly. Offer a joint visit, or another place."},
		{"Are there places or families where you feel additionally anxious, or have met racism or other hate?", "That it is said at all. Believe it, do not ask for proof, and ask what they need to feel safe. Ask before the visit and be there after it."},
		{"If something happened, would you tell us? What would make that easier?", "Fear of being thought weak or difficult. Say that no report names a worker, and that a racist incident is recorded as one, whoever said what."},
		{"Do you know who is there for you besides me?", "Nobody named. Go through the organisation’s list together: the networks, the allies, who listens in confidence."},
	}
	if !first {
		return always
	}
	return append([]Prompt{
		{"What would you like me to know about you, so that I can have your back?", "Only what they choose to say. It goes nowhere: there is no box for it here, and none in their file."},
		{"Have you been through the team’s plan? What would you do if a visit turned?", "Steps they are unsure of: checking in, asking for someone, the buddy. Practise them together, today."},
	}, always...)
}
