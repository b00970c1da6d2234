package plan

// Channels says by which ways a worker is reminded on a visit (rule 2.5). All else keeps its ways, and an alarm comes by every way there
// is, whatever is chosen here: nothing that is agreed about reminders may make it quieter (rule 3).
type Channels string

// The zero Channels is the standard plan's. The other is as the API has it.
const (
	Texts         Channels = ""
	TextsAndCalls Channels = "texts_and_calls"
)

const textsAlone = "texts"

// ChannelChoices lists them, the standard one first.
func ChannelChoices() []Channels { return []Channels{Texts, TextsAndCalls} }

// String is what the API and the forms call it.
func (c Channels) String() string {
	if c == Texts {
		return textsAlone
	}
	return string(c)
}

// ReadChannels reads what String wrote; what is none is left as it is, for [Settings.Problems] to refuse.
func ReadChannels(name string) Channels {
	if name == textsAlone {
		return Texts
	}
	return Channels(name)
}

// InWords is what it is called where a change of it is said.
func (c Channels) InWords() string {
	return map[Channels]string{Texts: "texts only", TextsAndCalls: "texts and calls"}[c]
}

// ofChannels says what they do.
func (s Settings) ofChannels() string {
	const alarm = " An alarm comes by texts and calls, whatever is chosen for reminders."
	if s.Channels == TextsAndCalls {
		return "A reminder is a text to you, and a call that says the same and asks for no key." + alarm
	}
	return "A reminder is a text to you, and no call." + alarm
}
