package access

import (
	"math/bits"
	"slices"
	"strings"
)

// Act is one thing that a person sees or does here.
type Act string

// The acts there are. What each is stands in [Table].
const (
	SeeTeam      Act = "see team"
	SayShared    Act = "say shared"
	SayUnseen    Act = "say unseen"
	KeepTeam     Act = "keep team"
	KeepApart    Act = "keep apart"
	SeeHome      Act = "see home"
	ChangePerson Act = "change person"
	LetSignIn    Act = "let sign in"
	GiveOffice   Act = "give office"
	SeeVisits    Act = "see visits"
	SeeWhere     Act = "see where"
	TakeVisits   Act = "take visits"
	Book         Act = "book"
	CheckIn      Act = "check in"
	Record       Act = "record"
	ChangeVisit  Act = "change visit"
	BreakGlass   Act = "break glass"
	SeeWarnings  Act = "see warnings"
	KeepWarning  Act = "keep warning"
	SeeRisk      Act = "see risk"
	WriteRisk    Act = "write risk"
	DecideRisk   Act = "decide risk"
	SeeOwnWords  Act = "see own words"
	SeeAlarm     Act = "see alarm"
	TakeAlarm    Act = "take alarm"
	Raise        Act = "raise"
	ReadTexts    Act = "read texts"
	TakeTexts    Act = "take texts"
	SeeFigures   Act = "see figures"
	ReadRecord   Act = "read record"
	CheckRecord  Act = "check record"
	TakeOut      Act = "take out"
	Erase        Act = "erase"
	SeeHold      Act = "see hold"
	KeepHold     Act = "keep hold"
	SeeBackups   Act = "see backups"

	SeeIncident      Act = "see incident"
	RecordIncident   Act = "record incident"
	SeeCounts        Act = "see counts"
	SeeDebrief       Act = "see debrief"
	KnowDebrief      Act = "know debrief"
	KeepOrganisation Act = "keep organisation"
	TakePrompts      Act = "take prompts"
)

// Is is what someone is to what they ask for: several at once.
type Is uint32

// What someone can be. Where an act is about a team, a person, a visit or an alarm, it is meant of that one.
const (
	Self        Is = 1 << iota // it is about themselves, or theirs
	Member                     // works in the team, as a worker, a responder or a manager
	Answers                    // answers for the team: its manager, its responder, on call for it now or soon, or named in its plan
	Manages                    // is the team's manager
	Invited                    // is on call at the visit, or its own responder
	Told                       // was told of the alarm, has it, or raised it
	Glass                      // broke the glass of the visit, a short while ago
	Open                       // the visit is not private
	VisitsAlone                // is a worker
	AnswersRole                // is a responder or a manager, of whatever team
	Administers                // is an administrator
	Audits                     // is an auditor
	InOffice                   // visits nobody alone: whoever does may have somebody with them who reads along, and may be in danger (rule 4.2)
	Blocked                    // may never see or answer for them: nothing is theirs to see or do, whatever else they are
	Chosen                     // was chosen by whose it is
	lastIs                     // of them
)

// words say what someone is, in the order of the constants.
var words = []string{"whose it is", "who works in the team", "who answers for the team", "the team’s manager", "who is invited", "who was told of the alarm",
	"who broke the glass less than 30 minutes ago", "the visit is open", "a worker", "a responder or manager", "an administrator", "an auditor", "no worker", "who is kept from them", "whom they chose"}

// String is in words what someone is.
func (is Is) String() string {
	var said []string
	for is &= lastIs - 1; is != 0; is &= is - 1 {
		said = append(said, words[bits.TrailingZeros32(uint32(is))])
	}
	return strings.Join(said, " and ")
}

// Row is one act: what it is, and who may. Each of who is enough; of one with several parts all are needed.
type Row struct {
	Act  Act
	What string
	Who  []Is
}

// table says what each may see and do. Nothing else decides it (rules 1.4, 7.8).
//
// Whoever signs in has their own page of how they sign in, and may say that a colleague is in danger. An administrator keeps
// teams, people and settings, and sees no visit by that; an auditor reads the record, without contents. What counts or names every
// alarm is for nobody who is a worker too, whatever else they are: in danger it would tell whoever is with them (rule 4.2).
var table = []Row{
	{SeeTeam, "A team, its plan and rota, its people’s names, work numbers and cars", []Is{Member, Answers, Administers}},
	{KeepTeam, "Change a team’s plan, rota and people", []Is{Manages, Administers}},
	{SayShared, "Say whether someone’s office calendar is shared with their team", []Is{Self, Manages}},
	{SayUnseen, "Say that a colleague’s office calendar cannot be seen", []Is{Member, Answers}},
	{SeeHome, "Someone’s home number, description and next of kin", []Is{Self, Answers}},
	{ChangePerson, "Change someone’s details", []Is{Self, Manages, Administers}},
	{KeepApart, "Say who may never see or answer for someone, and see who is", []Is{Self, Manages, Administers}},
	{LetSignIn, "Make a link by which someone sets up how they sign in", []Is{Manages, Administers}},
	{GiveOffice, "Make someone an administrator or an auditor, and let them sign in", []Is{Administers}},

	{SeeVisits, "That a visit is, whose, and when; a private one is “Busy”", []Is{Self, Member, Answers, Invited}},
	{SeeWhere, "Where a visit is, and whom it is to", []Is{Self, Invited, Told, Glass, Open | Member}},
	{TakeVisits, "A calendar feed of a team’s visits, with those they do not see as “Busy”; one of their own visits, or of a rota they see, everyone has", []Is{Manages}},
	{BreakGlass, "Say why, and see a private visit for 30 minutes: on record, and told to the worker’s manager, else to who stands in for them", []Is{Answers | AnswersRole}},
	{Book, "Book a visit for someone", []Is{Self | VisitsAlone, Answers}},
	{CheckIn, "Say in, out or a new time, ask for someone, cry for help", []Is{Self}},
	{Record, "Record what a worker said by phone or text", []Is{Answers | AnswersRole, Invited}},
	{ChangeVisit, "Change a visit, or call it off", []Is{Self, Answers | AnswersRole, Invited}},

	{SeeWarnings, "The warnings about a service user or an address, by a name or an address; write one: each look is on record", []Is{VisitsAlone, AnswersRole}},
	{KeepWarning, "Change a warning of the team’s, or end it", []Is{Self, Answers}},
	{SeeRisk, "A worker’s risk assessment", []Is{Self, Answers}},
	{WriteRisk, "Write a worker’s risk assessment", []Is{Self | VisitsAlone, Answers}},
	{DecideRisk, "Decide about another’s risk assessment, with reasons", []Is{Answers}},
	{SeeOwnWords, "What somebody says of themselves, beside a risk assessment or a debrief: each look is on record", []Is{Self, Chosen}},

	{SeeAlarm, "That an alarm is open, and how it stands", []Is{Self, Member, Answers, Told}},
	{TakeAlarm, "Take charge of an alarm, and from then on see and do all that it needs", []Is{Told, Answers}},
	{Raise, "Say that a colleague is in danger", []Is{VisitsAlone, AnswersRole, Administers, Audits}},

	{ReadTexts, "Texts that were asked back, to say what was meant", []Is{Manages, Administers}},
	{TakeTexts, "Take labelled texts out, without names", []Is{Administers}},
	{SeeFigures, "Figures of a day, which name nobody", []Is{AnswersRole | InOffice, Administers | InOffice, Audits | InOffice}},

	{ReadRecord, "The record, without contents: who did what and when, by their ids; and take it out", []Is{Audits | InOffice}},
	{CheckRecord, "Check that the record is whole, and see where its checkpoints went", []Is{Administers | InOffice, Audits | InOffice}},
	{TakeOut, "All there is about someone, as one download", []Is{Self, Administers | InOffice}},
	{Erase, "Erase all words about someone that need not stay", []Is{Administers | InOffice}},
	{SeeHold, "That a legal hold is on something; what was erased last night, in counts", []Is{Answers | InOffice, Administers | InOffice, Audits | InOffice}},
	{KeepHold, "Put a legal hold on something or lift it, and read why", []Is{Administers | InOffice}},
	{SeeIncident, "An incident of the team’s: of whom it is, and whoever recorded it, see it too", []Is{Self, Manages, Administers | InOffice}},
	{RecordIncident, "Record an incident of somebody, and change it", []Is{Self, Answers, Administers | InOffice}},
	{SeeCounts, "Incidents counted by quarter, team and kind; nothing below 5", []Is{AnswersRole | InOffice, Administers | InOffice, Audits | InOffice}},
	{SeeDebrief, "What was said in a debrief", []Is{Self, Chosen}},
	{KnowDebrief, "That a debrief was offered, waits or was held, without what was said", []Is{Self, Chosen, Manages, Administers | InOffice}},
	{KeepOrganisation, "Write what the organisation says for everybody: whom to turn to, how details are changed elsewhere", []Is{Administers}},
	{TakePrompts, "See with whom the prompts of a 1:1 are due, and mark them as taken up", []Is{Manages}},

	{SeeBackups, "When a backup was last made and restored on trial, and where they go", []Is{Administers}},
}

// Table gives a copy of the table, for documents and tests.
func Table() []Row { return slices.Clone(table) }

// May says that someone who is what they are to something may do an act. What stands in no row nobody may, nor anything whoever
// is kept from its worker.
func May(act Act, is Is) bool {
	if is&Blocked != 0 {
		return false
	}
	for _, row := range table {
		if row.Act == act {
			return slices.ContainsFunc(row.Who, func(needed Is) bool { return is&needed == needed })
		}
	}
	return false
}
