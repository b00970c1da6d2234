package wording

import (
	"strings"

	"github.com/allclear-safety/allclear/internal/watch"
)

// subjects are what e-mails are about. One is read by whoever sees a locked screen, so it names nobody, and is the same for each kind of danger.
// What has none goes by text and call alone: what answers a worker's own text, what proves a phone, and what must come to one phone only.
//
// #nosec G101 -- sentences, no secrets
var subjects = map[watch.Notice]string{
	watch.AskStart: "has your visit begun?[ ({ref})]",
	watch.AskEnd:   "how are things going?[ ({ref})]",

	watch.TellOverdue:  "alarm[ ({ref})]",
	watch.TellDistress: "alarm[ ({ref})]",
	watch.TellDuress:   "alarm[ ({ref})]",
	watch.TellMention:  "alarm[ ({ref})]",
	watch.TellJoined:   "alarm[ ({ref})]: another visit",
	watch.TellPolice:   "contact the police[ ({ref})]",
	watch.TellLiaise:   "speak with the police again[ ({ref})]",
	watch.TellHas:      "the alarm is taken[ ({ref})]",
	watch.TellTakeOver: "please take over an alarm[ ({ref})]",
	watch.TellHandOver: "the alarm is yours until they confirm[ ({ref})]",
	watch.TellClosed:   "stood down[ ({ref})]",
	watch.TellHarmed:   "the search is over[ ({ref})]",
	watch.TellWord:     "alarm[ ({ref})]: a text came",

	watch.TellOptOut:    "agree another way to reach them[ ({ref})]",
	watch.TellUnplanned: "a visit that was not booked[ ({ref})]",
	watch.TellWhere:     "where the visit is[ ({ref})]",
	watch.TellAsksFor:   "someone asks to be rung[ ({ref})]",
	watch.TellNumber:    "another number[ ({ref})]",
	watch.TellIn:        "going in[ ({ref})]",
	watch.TellNewTime:   "a new time[ ({ref})]",
	watch.TellOut:       "out[ ({ref})]",
	watch.TellCalledOff: "cancelled[ ({ref})]",
	watch.TellFine:      "all is well so far[ ({ref})]",
	watch.TellNoWord:    "OUT without the team's word[ ({ref})]",
	watch.TellByVoice:   "please ring[ ({ref})]",
	watch.TellForged:    "an OUT that nobody sent[ ({ref})]",

	SystemDown:  "was down",
	SetAside:    "a message that could not be dealt with",
	NumberWrong: "a number that seems wrong",
	MailWrong:   "an e-mail address that seems wrong",
	OptedOut:    "someone gets no texts from us",
	UnknownHelp: "a cry for help from a number we do not know",

	GapNow:         "nobody is on call",
	GapIn4Hours:    "nobody on call in 4 h",
	GapIn48Hours:   "nobody on call in 48 h",
	GapIn7Days:     "nobody on call in 7 days",
	GapVisit:       "a visit when nobody is on call[ ({ref})]",
	InviteDeclined: "a calendar invite was declined[ ({ref})]",
	CoverAdded:     "you are on call",
	CoverRemoved:   "you are no longer on call",
	CoverMoved:     "your time on call has moved",
	ShiftVisits:    "the visits of your shift",

	ClockDiverged:    "the clock is wrong",
	CreditGone:       "credit has run out",
	ChannelDown:      "texts and calls may not go out",
	MailDown:         "e-mails may not go out",
	BackupFailed:     "the backup failed",
	StorageFull:      "nothing more can be stored",
	CertificateEnds:  "the web certificate ends soon",
	CertificateEnded: "the web certificate has ended",

	PlanToSign:       "a plan to read and sign",
	PlanUnsigned:     "a plan still waits for you",
	PlanReviewSoon:   "the plan's review is in 30 days",
	PlanReviewDue:    "the plan's review is due",
	NewcomerUnsigned: "a first visit alone[ ({ref})]",

	RiskAsked:     "a decision is asked of you[ ({ref})]",
	RiskGo:        "your visit was decided about[ ({ref})]",
	RiskTogether:  "your visit was decided about[ ({ref})]",
	RiskNotHome:   "your visit was decided about[ ({ref})]",
	RiskNotAtAll:  "your visit was decided about[ ({ref})]",
	RiskAgain:     "an assessment to look at again",
	RiskMissing:   "a visit without an assessment[ ({ref})]",
	WarningReview: "a warning to look at again",

	DebriefOffered: "if you would like to talk",
	DebriefAgain:   "if you would like to talk",
	DebriefWanted:  "someone would like to talk with you",
	DebriefWaits:   "someone would like to talk with you",
	ActionGiven:    "something for you to do",
	ActionDue:      "something you were to do is due",
	IncidentOpened: "an incident to complete",
	IncidentPortal: "an incident that the portal lacks",
	IncidentReport: "an incident to report to HSE",

	CalendarUnseen: "a calendar that cannot be seen",

	MailFailsOf:   "e-mails to a worker come back",
	MailCry:       "a cry for help in an e-mail",
	MailUnproved:  "e-mails in your name",
	MailRelay:     "please tell a worker something",
	MailTNEF:      "invites that cannot be read",
	MailStrangers: "e-mails of people we do not know",

	MissingDetails: "details are missing[ ({ref})]",
	LinkMade:       "a link for your sign-in",
	NumberChanged:  "your number was changed",
	SignedOut:      "you were signed out",
	SignInChanged:  "your sign-in was changed",
	EmailChanged:   "your e-mail address was changed",
	ConfirmDetails: "are your details still right?",
	ContactFails:   "a contact's number seems wrong",
}

// How an e-mail ends.
const (
	mailAlarm = "You are told by text and by call too, where we have a number. Reading or answering this e-mail does not take charge of the alarm: the page does, or the key on the call."
	mailOther = "Nobody reads answers to this e-mail."
	mailAsks  = "We ask by text too, where we have a number. An answer to this e-mail tells us nothing: please text, or use your page."
)

// ByMail says that a notice goes by e-mail too.
func ByMail(n watch.Notice) bool { return subjects[n] != "" }

// Mail gives the e-mail that says n: what it is about, and its words, which are a text's without its shortness. "" twice for what goes by no e-mail.
func Mail(n watch.Notice, v Values) (subject, body string) {
	if !ByMail(n) {
		return "", ""
	}
	open := room{names: 80, list: 1000, ample: true, extras: 100, link: noLink}
	parts, _ := parse("Allclear: "+subjects[n], "")
	subject = say(parts, open, v)
	words := template(n, v)
	if n == ShiftVisits {
		words = openingOf(v.Among)
	}
	parts, _ = parse(words, "")
	lines := []string{strings.TrimSpace(say(parts, open, v))}
	if n == ShiftVisits && len(v.Among) > 0 {
		lines = append(lines, v.visitLines())
	}
	if len(v.Lines) > 0 {
		lines = append(lines, strings.Join(v.Lines, "\n"))
	}
	if link := v.link(wholeLink); link != "" {
		lines = append(lines, link)
	}
	end := mailOther
	switch {
	case alarming[n]:
		end = mailAlarm
	case n == watch.AskStart || n == watch.AskEnd:
		end = mailAsks
	}
	return subject, strings.Join(append(lines, end), "\n\n") + "\n"
}

// alarming are the notices that want somebody to take charge.
var alarming = map[watch.Notice]bool{watch.TellOverdue: true, watch.TellDistress: true, watch.TellDuress: true, watch.TellMention: true,
	watch.TellJoined: true, watch.TellPolice: true, watch.TellTakeOver: true}

// visitLines are the visits of a shift, a line each.
func (v Values) visitLines() string {
	var lines []string
	for _, w := range v.Among {
		lines = append(lines, one(w.Reference, longestReference)+" "+v.clock(w.StartsAt)+" to "+v.endOf(w))
	}
	return strings.Join(lines, "\n")
}
