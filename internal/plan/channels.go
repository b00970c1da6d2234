package plan

// Channels says by which ways a worker is reminded on a visit (rule 2.5). All else keeps its ways, and an alarm comes by every way there
// is, whatever is chosen here: nothing that is agreed about reminders may make it quieter (rule 3).
type Channels string

// The zero Channels is the standard plan's. The others are as the API has them. Each has texts: a call and an e-mail are beside one, and stand in for none.
const (
	Texts              Channels = ""
	TextsAndCalls      Channels = "texts_and_calls"
	TextsAndMails      Channels = "texts_and_mails"
	TextsCallsAndMails Channels = "texts_calls_and_mails"
)

const textsAlone = "texts"

// ChannelChoices lists them, the standard one first.
func ChannelChoices() []Channels {
	return []Channels{Texts, TextsAndCalls, TextsAndMails, TextsCallsAndMails}
}

// Calls says that a worker is rung, too.
func (c Channels) Calls() bool { return c == TextsAndCalls || c == TextsCallsAndMails }

// Mails says that a worker is sent an e-mail, too.
func (c Channels) Mails() bool { return c == TextsAndMails || c == TextsCallsAndMails }

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
	return map[Channels]string{Texts: "texts only", TextsAndCalls: "texts and calls", TextsAndMails: "texts and e-mails", TextsCallsAndMails: "texts, calls and e-mails"}[c]
}

// ofChannels says what they do.
func (s Settings) ofChannels() string {
	says := "A reminder is a text to you, and no call."
	if s.Channels.Calls() {
		says = "A reminder is a text to you, and a call that says the same and asks for no key."
	}
	if s.Channels.Mails() {
		says += " An e-mail says it too, where you have an address in Allclear and e-mail is sent. It stands in for no text, and nobody reads an answer to it."
	}
	return says + " An alarm comes by texts and calls, whatever is chosen for reminders."
}
