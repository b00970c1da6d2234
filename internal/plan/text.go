package plan

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Section names one of the six sections of a team's plan (rule 5.1). The names are what is stored and what the API says.
type Section string

// The sections, in the order of the plan.
const (
	Calendar       Section = "calendar"
	NextOfKin      Section = "next_of_kin"
	PersonalSafety Section = "personal_safety"
	CheckingIn     Section = "checking_in"
	CallingForHelp Section = "calling_for_help"
	Debriefing     Section = "debriefing"
)

// Sections lists them in their order.
func Sections() []Section {
	return []Section{Calendar, NextOfKin, PersonalSafety, CheckingIn, CallingForHelp, Debriefing}
}

// Words are what a team says in its own words, by section; a section that is not there has none.
type Words map[Section]string

// longestWords bounds a team's own words in one section, in letters: some two pages.
const longestWords = 6000

// Problems says what keeps words from being a plan's, by the field "words.SECTION".
func (w Words) Problems() []Problem {
	var p []Problem
	for _, section := range Sections() {
		if utf8.RuneCountInString(w[section]) > longestWords {
			p = append(p, Problem{"words." + string(section), "can have 6,000 letters at most"})
		}
	}
	for _, section := range slices.Sorted(maps.Keys(w)) {
		if _, known := standard[section]; !known {
			p = append(p, Problem{"words", "has a section that no plan has"})
		}
	}
	return p
}

// Trimmed gives the words without space around them and without sections that say nothing.
func (w Words) Trimmed() Words {
	trimmed := Words{}
	for _, section := range slices.Sorted(maps.Keys(w)) {
		words := w[section]
		if words = strings.TrimSpace(strings.ReplaceAll(words, "\r\n", "\n")); words != "" {
			trimmed[section] = words
		}
	}
	return trimmed
}

// StandardText is the standard text of one section: what holds for every team until it says otherwise.
type StandardText struct {
	Title      string   // "Calendar expectations"
	About      string   // "knowing where you are"
	Paragraphs []string // each one paragraph, or a list's item where it begins with "- "
	Lead       string   // with which the team's own words begin: "All team members will…"
}

// Text gives the standard text of a section.
func (s Section) Text() StandardText { return standard[s] }

// standard is the text of the lone-working team plan, told afresh.
var standard = map[Section]StandardText{
	Calendar: {
		Title: "Calendar expectations", About: "knowing where you are", Lead: "In our team's calendars…",
		Paragraphs: []string{
			"Put every visit, meeting and appointment into your calendar, and keep it true as the day goes on. When something is wrong, colleagues and your manager find you by it and send help there.",
			"Each entry says clearly whom you are seeing and where.",
			"Share your calendar, with its details, with the whole team from your first day. Check now and then that colleagues see the details and not only that you are busy.",
			"Visits out of hours are private, unless the team agreed otherwise: you and those who answer for your safety see the details, everyone else sees that you are busy.",
		},
	},
	NextOfKin: {
		Title: "Next of kin", About: "knowing who to contact", Lead: "In our team…",
		Paragraphs: []string{
			"When you start you are asked for your next of kin and for someone to ring in an emergency, on a number that is not your own. Your safety may depend on them: put every change right at once.",
			"You keep your details up to date yourself, here and in the HR system. Allclear asks every 90 days whether they are still right.",
			"If you do not use the HR system, for example because you work for an agency, fill in the next-of-kin form that your manager sends you.",
		},
	},
	PersonalSafety: {
		Title: "Planning and personal safety", About: "keeping ourselves safe", Lead: "All team members will…",
		Paragraphs: []string{
			"Your safety begins with you. Before you go, tell someone, and have a plan for what may happen:",
			"- somebody who is uncooperative or aggressive",
			"- dogs in the home",
			"- people under the influence of alcohol or drugs",
			"- racist or other discriminatory behaviour",
			"- family members or visitors whom nobody expected",
			"Keep your phone charged and on you, and keep to what the team agreed, so that everyone knows when you are safe and when to be concerned.",
			"Talk to your manager before any visit that worries you, and make a risk assessment of the family and the area together. Ask each time whether a colleague should go with you.",
			"If you come by car, the team knows its make, colour and registration.",
		},
	},
	CheckingIn: {
		Title: "Checking in", About: "knowing when and how to check in", Lead: "In our team we…",
		Paragraphs: []string{
			"Text when you are about to go in, when the end moves, and when you have left. Your own words will do.",
			"Nobody has to remember you: the system watches the time, and a person is told when you have not been heard from.",
			"This is there to keep you safe. It does not track where you are, and keeps no location.",
		},
	},
	CallingForHelp: {
		Title: "Calling for help", About: "knowing what to do if something goes wrong", Lead: "In our team this is different:",
		Paragraphs: []string{
			"If you need 999 and cannot say so, ring or text a colleague and ask for the person whose name the team has agreed. They know at once to get you help.",
			"If a colleague asks you for that name: say that you will try to find her, and keep them talking if you can. Call 999 and give them the address and the family of the visit, which Allclear and the calendar have. Then go back to your colleague and say that you have got a message to her and that she will call back as soon as possible.",
			"Nobody with that name works here or is known to the team: it means nothing else.",
		},
	},
	Debriefing: {
		Title: "Debriefing", About: "learning from what happened", Lead: "In our team…",
		Paragraphs: []string{
			"When you called for help, did not feel safe, or think that something could be done better, talk it over with your manager, or with someone else if you prefer: what happened, how it felt, what we learn, what we change.",
			"It is recorded as an incident in the health-and-safety portal too.",
			"Colleagues of the Global Majority may meet more that threatens their safety and wellbeing, racism among it. Say so where you want to; it is reported, it is written down as a warning where others would meet it too, and support is offered by name.",
		},
	},
}

// Printed is a version of a plan as it is printed and exported, all in words.
type Printed struct {
	Team        string
	Version     int    // 0: a draft
	PublishedOn string // "3 March 2026"; "" for a draft
	ReviewOn    string // "" where none was set
	Reviewed    string // how it was looked at last and stayed as it is: "3 March 2027 by Lee Marsh"; "" for not yet
	Rehearsal   bool   // nothing of it is real
	Parts       []PrintedPart
	Signatures  []Signed
	Unsigned    []string // the names of those who have not signed yet
	OnPaper     []Signed // who had signed the document from which it was taken over
}

// PrintedPart is one section of it.
type PrintedPart struct {
	Section  Section
	Number   int // from 1
	Standard StandardText
	Own      string   // the team's own words; lines may begin with "- "
	Settings []string // what the settings beside it now do, a sentence each
}

// Signed is one row of the table of signatures.
type Signed struct{ Name, On string }
