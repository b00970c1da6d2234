package wording

import "github.com/allclear-safety/allclear/internal/watch"

// Sentences that no watch decides on: they come from the rota, from what is booked, and from the state of the system itself.
const (
	SystemDown  watch.Notice = "system_down"  // from Begin to Until, and Among fell due meanwhile (rule 7.6)
	SetAside    watch.Notice = "set_aside"    // a message that could not be dealt with, for a person to look at
	NumberWrong watch.Notice = "number_wrong" // Who can't be reached on a number they have
	MailWrong   watch.Notice = "mail_wrong"   // Who can't be reached by e-mail at the address they have
	OptedOut    watch.Notice = "opted_out"    // Who takes no texts from us any more
	UnknownHelp watch.Notice = "unknown_help" // a cry for help from an unknown number (rule 2.4)

	GapNow         watch.Notice = "gap_now"         // nobody is on call, from Begin to Until
	GapIn4Hours    watch.Notice = "gap_4h"          // nobody will be on call (rule 1.1)
	GapIn48Hours   watch.Notice = "gap_48h"         // nobody will be on call
	GapIn7Days     watch.Notice = "gap_7d"          // nobody will be on call
	GapVisit       watch.Notice = "gap_visit"       // a visit at Begin was booked in a gap; Who answers
	InviteDeclined watch.Notice = "invite_declined" // Who, who answers for a visit at Begin, declined the invite to it in their calendar
	CoverAdded     watch.Notice = "cover_added"     // you are on call from Begin to Until
	CoverRemoved   watch.Notice = "cover_gone"      // you are not
	CoverMoved     watch.Notice = "cover_moved"     // your shift is from Begin to Until now
	ShiftVisits    watch.Notice = "shift_visits"    // the visits of a shift; see List

	ClockDiverged watch.Notice = "clock_diverged" // the system's clock is not the true time
	CreditGone    watch.Notice = "credit_gone"    // texts and calls are not paid for
	ChannelDown   watch.Notice = "channel_down"   // texts or calls are not going out
	MailDown      watch.Notice = "mail_down"      // e-mails are not going out
	StorageFull   watch.Notice = "storage_full"   // nothing more can be stored
	BackupFailed  watch.Notice = "backup_failed"  // a backup could not be made, or not be restored on trial

	CertificateEnds  watch.Notice = "certificate_ends"  // our own for the network ends at Until, and was not renewed
	CertificateEnded watch.Notice = "certificate_ended" // it ended at Until

	RiskAsked     watch.Notice = "risk_asked"     // to a manager: Who asks for a decision about a visit that worries them (rule 1.5)
	RiskGo        watch.Notice = "risk_go"        // to a worker: Who decided about their visit
	RiskTogether  watch.Notice = "risk_together"  // the same
	RiskNotHome   watch.Notice = "risk_not_home"  // the same
	RiskNotAtAll  watch.Notice = "risk_not_all"   // the same
	RiskAgain     watch.Notice = "risk_again"     // an assessment is to be looked at again
	RiskMissing   watch.Notice = "risk_missing"   // a visit at Begin has no assessment, and its team's plan asks for one
	WarningReview watch.Notice = "warning_review" // a warning is to be looked at again

	MissingDetails watch.Notice = "missing_details" // to a worker: please add what is Missing (rule 1.3)
	UnknownSender  watch.Notice = "unknown_sender"  // to a number that nobody has: no detail at all
	LinkMade       watch.Notice = "link_made"       // to someone who signs in here: Who made a link by which that is changed
	NumberChanged  watch.Notice = "number_changed"  // to a number that someone had: theirs are others now
	NumberNew      watch.Notice = "number_new"      // to a number that someone has now, and whose it is said to be is not said
	SignInChanged  watch.Notice = "sign_in_changed" // to someone: how they sign in is another now
	SignedOut      watch.Notice = "signed_out"      // to someone: Who ended wherever they were signed in
	EmailChanged   watch.Notice = "email_changed"   // to someone: their e-mail address is another now
	GlassBroken    watch.Notice = "glass_broken"    // to a manager: Who sees a private visit of Worker's until Until, and said why (rule 1.4)
	PhonePage      watch.Notice = "phone_page"      // to a worker who asked for it: the link to their own page

	PlanToSign       watch.Notice = "plan_to_sign"      // to who is in a team: its plan has a new version
	PlanUnsigned     watch.Notice = "plan_unsigned"     // to who has not signed it yet
	PlanReviewSoon   watch.Notice = "plan_review_30d"   // to its manager: it is to be looked at in 30 days
	PlanReviewDue    watch.Notice = "plan_review_due"   // it is to be looked at now
	NewcomerUnsigned watch.Notice = "newcomer_unsigned" // to a manager: Worker's first visit alone at Begin was booked, and they signed no plan (rule 5.2)
	KinForm          watch.Notice = "kin_form"          // to whom their manager asks for their next of kin: the link to the form (rule 1.6)

	ConfirmDetails watch.Notice = "confirm_details" // to a worker: please look whether your details are still right (rule 1.6)
	ProveCode      watch.Notice = "prove_code"      // to a number: the Code that proves whose it is
	NumberFails    watch.Notice = "number_fails"    // to someone: nobody is reached on their number that ends as Tail
	ContactFails   watch.Notice = "contact_fails"   // to a worker: nobody is reached on the number of one of their contacts
	CalendarUnseen watch.Notice = "calendar_unseen" // to someone: a colleague cannot see the details in their calendar (the plan's section 1)

	DebriefOffered watch.Notice = "debrief_offered" // to a worker or a responder after an alarm: they may talk it over (rule 6.1)
	DebriefAgain   watch.Notice = "debrief_again"   // the same, once more and never again
	DebriefWanted  watch.Notice = "debrief_wanted"  // to whom Worker chose: they would like to talk
	DebriefWaits   watch.Notice = "debrief_waits"   // to the same: they still would
	ActionGiven    watch.Notice = "action_given"    // to someone: they are to do something by Until
	ActionDue      watch.Notice = "action_due"      // to the same: Until has come
	IncidentOpened watch.Notice = "incident_opened" // to a manager: an incident about Worker is to be completed
	IncidentPortal watch.Notice = "incident_portal" // to a manager: one is not in the portal yet
	IncidentReport watch.Notice = "incident_report" // to a manager: one must be with HSE by Until
)

// #nosec G101 -- sentences, no secrets
var ofTheSystem = map[watch.Notice]string{
	SystemDown:  "Allclear was down from {begin} to {until}.[ Fell due: {fell}.][ {nothing}]< Please check your visits.>[ {link}]",
	SetAside:    head + "A message< about {worker}> could not be dealt with. Please look at it now.[ {link}]",
	NumberWrong: head + "We could not reach {who}: the number seems wrong.< Please use another way, and correct it.>[ {link}]",
	MailWrong:   head + "We could not reach {who} by e-mail.< Texts and calls still go to them.>< Please look whether the address is right.>[ {link}]",
	OptedOut:    head + "{who} no longer gets our texts: they opted out.< Please use another way, and put it right with them.>[ {link}]",
	UnknownHelp: head + "A cry for help from a number we do not know. Please read it now.[ {link}]",

	GapNow:         "{at}: NOBODY IS ON CALL[ until {until}]. Please find cover now.< The fallback answers until then.>[ {link}]",
	GapIn4Hours:    "Nobody is on call from {begin}[ to {until}], in 4 h. Please find cover today.[ {link}]",
	GapIn48Hours:   "Nobody is on call from {begin}[ to {until}], in 48 h. Please find cover.[ {link}]",
	GapIn7Days:     "Nobody is on call from {begin}[ to {until}], in 7 days. Please find cover.[ {link}]",
	InviteDeclined: "{who} declined the invite to visit {ref}, {begin}< of {worker}>. They still answer for it.< If they cannot, please find cover.>[ {link}]",
	GapVisit:       "{ref} at {begin}< of {worker}> falls when nobody is on call. {who} answers for it.< Please find cover.>[ {link}]",
	CoverAdded:     "You are on call from {begin} to {until}.< Workers text {number}.>[ {link}]",
	CoverRemoved:   "You are no longer on call from {begin} to {until}.< The rota has changed.>[ {link}]",
	CoverMoved:     "Your time on call has moved. It is now from {begin} to {until}.[ {link}]",

	ClockDiverged: "{at}: Our clock differs from the true time[ by {late}]. Alarms may come early.< Please tell whoever runs Allclear.>[ {link}]",
	CreditGone:    "{at}: Our credit for texts and calls has run out. Please top it up now.< Until then, ring.>[ {link}]",
	ChannelDown:   "{at}: Our texts and calls may not go out. Please watch the board< and ring workers directly>.[ {link}]",
	MailDown:      "{at}: Our e-mails may not go out. Texts and calls still do.< Please tell whoever runs Allclear.>[ {link}]",
	BackupFailed:  "{at}: Our backup failed when it was tried. Alarms still work.< Please tell whoever runs Allclear.>[ {link}]",
	StorageFull:   "{at}: Allclear can store no more. Please make room now.< Until then, workers text and ring you directly.>[ {link}]",

	PlanToSign:       "{at}: your team's plan has a new version. Please read and sign it.[ {link}]",
	PlanUnsigned:     "{at}: your team's plan still waits for you. Please read and sign it.[ {link}]",
	PlanReviewSoon:   "{at}: your team's plan is due for review in 30 days.< Please look at it in time.>[ {link}]",
	PlanReviewDue:    "{at}: your team's plan is due for review now.< Please look at it: confirm that it holds, or publish it anew.>[ {link}]",
	NewcomerUnsigned: "{ref} at {begin}: first visit alone of {worker}, who has not signed the plan.< Please go through it together.>[ {link}]",

	RiskAsked:     "{at}: {who} asks for your decision about a visit[ ({ref})].< Please read it before they go.>[ {link}]",
	RiskGo:        "{at}: {who} has decided about your visit[ {ref}]: you go.< What was agreed is on its page.>[ {link}]",
	RiskTogether:  "{at}: {who} has decided about your visit[ {ref}]: go together, not alone.< What was agreed is on its page.>[ {link}]",
	RiskNotHome:   "{at}: {who} has decided about your visit[ {ref}]: not at their home.< What was agreed is on its page.>[ {link}]",
	RiskNotAtAll:  "{at}: {who} has decided about your visit[ {ref}]: please do not go.< What was agreed is on its page.>[ {link}]",
	RiskAgain:     "{at}: A risk assessment is to be looked at again.< Is all in it still so?>[ {link}]",
	RiskMissing:   "{ref} at {begin} has no current risk assessment, which your team's plan asks for.[ {link}]",
	WarningReview: "{at}: A warning is to be looked at again.< Does it still stand?>[ {link}]",

	DebriefOffered: "{at}: If you would like to talk over how it went, say when and with whom.< It is fine not to.>[ {link}]",
	DebriefAgain:   "{at}: You can still talk over how it went, or say no thanks.< We will not ask again.>[ {link}]",
	DebriefWanted:  "{at}: {worker} would like to talk with you, today if you can.[ {link}]",
	DebriefWaits:   "{at}: {worker} would still like to talk with you. Please make time for it.[ {link}]",
	ActionGiven:    "{at}: Something was agreed for you to do by {until}. Please read it.[ {link}]",
	ActionDue:      "{at}: Something you were to do by {until} is due. Please say how it stands.[ {link}]",
	IncidentOpened: "{at}: An incident< about {worker}> is open. Please complete it and enter it in the portal.[ {link}]",
	IncidentPortal: "{at}: An incident still lacks its reference in the portal. Please add it.[ {link}]",
	IncidentReport: "{at}: An incident must be reported to HSE, at the latest {until}.< Please add the reference.>[ {link}]",

	CertificateEnds:  "{at}: Our web certificate ends {until}. Then texts to us and our pages fail.< Please tell whoever runs Allclear.>[ {link}]",
	CertificateEnded: "{at}: Our web certificate has ended: texts to us and our pages fail. Please ring workers directly< and tell whoever runs Allclear>.",
}
