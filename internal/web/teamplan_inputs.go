package web

import (
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// What the settings that are words or people are called on the pages of a plan.
const (
	hoursLabel, hoursHint   = "Working hours", "Such as Mon-Fri 08:30-17:00; Sat 09:00-12:00, or none"
	phraseLabel, phraseHint = "The name to ask for", "Asking for her means “call 999 for me”. A name that nobody at work, in a worker’s family or on the caseload has"
	fallbackHint            = "Who answers when nobody else does"
	outWordLabel            = "Word that must come with OUT"
	promptsLabel            = "After the expected end"
	colleaguesLabel         = "Told at once, besides the responder"
	privateLabel            = "Visits that are private"
)

// onPlan is what the settings are called on the pages of a plan, where the form of the team calls them otherwise.
func onPlan() map[string]string {
	return map[string]string{"duress_phrase": "“" + phraseLabel + "”", "colleagues": "“" + colleaguesLabel + "”", "end_prompts": "“" + promptsLabel + "”", "out_word": "“" + outWordLabel + "”"}
}

// wordInput is what a setting that is a word, or people, is given by.
func (p *Pages) wordInput(c *request, f *form, t store.Team, field string, here []buddy.Person) any {
	switch field {
	case "working_hours":
		return f.input(field, hoursLabel, hoursHint)
	case "duress_phrase":
		return f.phraseInput()
	case "out_word":
		in := f.input(field, outWordLabel, "Leave it empty if none is asked for")
		in.Classes = "govuk-input--width-10"
		return in
	case "end_prompts":
		return f.minutesInput(timeSetting{field: field, label: promptsLabel, hint: "A worker who has not said that they are out is asked then. Up to six times, with commas between, such as 0, 10"})
	case "fallback":
		return p.fallbackSelect(c, f, t, here)
	case "named_buddy":
		return govuk.Select{Name: field, Label: govuk.Label{Text: "Named buddy"}, Hint: govuk.Hint{Text: "Who answers in working hours for a visit that names nobody"},
			Items: p.choices(c, here, "Nobody: the rota answers", t.Plan.NamedBuddy), Value: f.value(field), ErrorMessage: f.says(field)}
	case "colleagues":
		boxes := govuk.Checkboxes{Name: field, Values: f.values[field], Classes: "govuk-checkboxes--small", ErrorMessage: f.says(field),
			Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: colleaguesLabel, Classes: "govuk-fieldset__legend--s"}}}
		for _, m := range p.choices(c, here, "", t.Plan.Colleagues...)[1:] {
			boxes.Items = append(boxes.Items, govuk.Choice{Value: m.Value, Text: m.Text})
		}
		return boxes
	case "risk_for":
		return f.riskFor()
	case "ask_answer":
		return f.input(field, "Answer to whoever asks for a person", "It answers the name to ask for in the very same words, so that nobody who reads along can tell. Write NAME where the name is to stand. Leave it empty for “"+plan.StandardAnswer+"”")
	case "channels":
		return f.radios(field, "How workers are reminded", "Of reminders on a visit alone. An alarm comes by texts and calls whatever is chosen here",
			govuk.Choice{Value: plan.Texts.String(), Text: "By text"},
			govuk.Choice{Value: plan.TextsAndCalls.String(), Text: "By text and by a call", Hint: govuk.Hint{Text: "A phone that rings can be wrong in a tense home. The call says what the text says, to whoever picks up"}},
			govuk.Choice{Value: plan.TextsAndMails.String(), Text: "By text and by e-mail", Hint: govuk.Hint{Text: "To the address that a worker has here. An e-mail stands in for no text: it may be read hours later, and nobody reads an answer to it"}},
			govuk.Choice{Value: plan.TextsCallsAndMails.String(), Text: "By text, by a call and by e-mail"})
	case "private_by_default":
		return f.radios(field, privateLabel, "You and those who answer for you see where a private visit is and with whom; others see that you are busy. Whoever books a visit can say otherwise.",
			govuk.Choice{Value: plan.PrivateOutOfHours.String(), Text: "Those that begin outside working hours"},
			govuk.Choice{Value: plan.PrivateEvery.String(), Text: "Every visit"},
			govuk.Choice{Value: plan.PrivateNone.String(), Text: "None: each is open to the team"})
	case "invites":
		return f.radios(field, "What invites carry", "Of those that Allclear sends by e-mail to the people who answer for a worker. An address outside the organisation’s own mail domain never gets more than a reference and a link",
			govuk.Choice{Value: plan.InvitesWithForm.String(), Text: "The whole buddy form", Hint: govuk.Hint{Text: "Who cannot reach Allclear has it in their calendar"}},
			govuk.Choice{Value: plan.InvitesBare.String(), Text: "A reference and a link"})
	default: // plain_distress_answer
		return f.tick(field, "Answer a cry for help in plain words", "")
	}
}

func (f *form) phraseInput() govuk.Input {
	in := f.input("duress_phrase", phraseLabel, phraseHint)
	in.Classes, in.Spellcheck = "govuk-input--width-20", new(false)
	return in
}

func (p *Pages) fallbackSelect(c *request, f *form, t store.Team, here []buddy.Person) govuk.Select {
	return govuk.Select{Name: "fallback", Label: govuk.Label{Text: "Fallback"}, Hint: govuk.Hint{Text: fallbackHint},
		Items: p.choices(c, here, "Choose a person", t.Plan.Fallback), Value: f.value("fallback"), ErrorMessage: f.says("fallback")}
}
