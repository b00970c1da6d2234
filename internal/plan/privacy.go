package plan

import "time"

// Privacy says which visits are private where whoever books one says nothing of it (rule 1.4).
type Privacy string

// The zero Privacy is the standard plan's. The others are as the API has them.
const (
	PrivateOutOfHours Privacy = ""
	PrivateEvery      Privacy = "every_visit"
	PrivateNone       Privacy = "none"
)

// outOfHours is what PrivateOutOfHours is called outside.
const outOfHours = "out_of_hours"

// Privacies lists them all, the standard one first.
func Privacies() []Privacy { return []Privacy{PrivateOutOfHours, PrivateEvery, PrivateNone} }

// String is what the API and the forms call it.
func (p Privacy) String() string {
	if p == PrivateOutOfHours {
		return outOfHours
	}
	return string(p)
}

// ReadPrivacy reads what String wrote; what is none is left as it is, for [Settings.Problems] to refuse.
func ReadPrivacy(name string) Privacy {
	if name == outOfHours {
		return PrivateOutOfHours
	}
	return Privacy(name)
}

// PrivateAt says whether a visit that starts at an instant is private unless whoever books it says otherwise. Start is in the team's zone.
func (s Settings) PrivateAt(start time.Time) bool {
	switch s.Private {
	case PrivateEvery:
		return true
	case PrivateNone:
		return false
	default:
		return !s.WorkingHours.Contains(start)
	}
}

// ofPrivacy says it in words.
func (s Settings) ofPrivacy() string {
	const sees = "you and those who answer for you see where you are and with whom, others see that you are busy."
	switch {
	case s.Private == PrivateNone:
		return "Every visit is open to the team, day and night, with where it is and with whom. Whoever books it can make it private."
	case s.Private == PrivateEvery:
		return "Every visit is private, in working hours too: " + sees + " Whoever books it can say otherwise."
	case s.WorkingHours.IsZero():
		return "Every visit is private unless whoever books it says otherwise: " + sees
	default:
		return "A visit that begins in working hours is open to the team, with where it is and with whom. One that begins outside them is private: you and those who answer for you see that, others see that you are busy. Whoever books it can say otherwise."
	}
}

// InWords is what it is called where a change of it is said.
func (p Privacy) InWords() string {
	return map[Privacy]string{PrivateOutOfHours: "those outside working hours", PrivateEvery: "all", PrivateNone: "none"}[p]
}
