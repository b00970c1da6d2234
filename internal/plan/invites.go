package plan

// Invites says what the invites that are sent to those who answer for a worker tell them (rule 1.4). In an address outside the organisation's
// own mail domain it is never more than a reference and a link, whatever is chosen here.
type Invites string

// The zero Invites is the standard plan's. The other is as the API has it.
const (
	InvitesWithForm Invites = ""
	InvitesBare     Invites = "reference"
)

const buddyForm = "buddy_form"

// InviteChoices lists them, the standard one first.
func InviteChoices() []Invites { return []Invites{InvitesWithForm, InvitesBare} }

// String is what the API and the forms call it.
func (i Invites) String() string {
	if i == InvitesWithForm {
		return buddyForm
	}
	return string(i)
}

// ReadInvites reads what String wrote; what is none is left as it is, for [Settings.Problems] to refuse.
func ReadInvites(name string) Invites {
	if name == buddyForm {
		return InvitesWithForm
	}
	return Invites(name)
}

// InWords is what it is called where a change of it is said.
func (i Invites) InWords() string {
	return map[Invites]string{InvitesWithForm: "the whole buddy form", InvitesBare: "a reference and a link"}[i]
}

// ofInvites says it in words.
func (s Settings) ofInvites() string {
	if s.Invites == InvitesBare {
		return "Where invites are sent by e-mail, those who answer for you get the visit into their calendar as a reference and a link, and must sign in to see more."
	}
	return "Where invites are sent by e-mail, those who answer for you get the visit into their calendar with your whole buddy form, if their address is in the organisation’s own mail domain. Anywhere else it is a reference and a link."
}
