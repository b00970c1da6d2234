package wording

import "github.com/allclear-safety/allclear/internal/watch"

// How a text to those who answer for a worker begins: which visit, which time, how late, and for what the ladder repeats, the how manieth.
const (
	head      = "[{ref} ]{at}[ {LATE}<< {late}, system was down>>]: "
	alarmHead = "[{ref} ]{at}[ {LATE}<< {late}, system was down>>][, {nth} notice]: "
)

var toResponders = map[watch.Notice]string{
	watch.TellOverdue:  alarmHead + "We have not heard from {worker}<<, due {due}>>.< {unsure}> Take charge<, then ring round>.[ {link}]",
	watch.TellDistress: alarmHead + "CALL 999 now. {worker} has asked for help<< at {since}>>.< Do not ring or text them.>< Address:>[ {link}]",
	watch.TellDuress:   alarmHead + "CALL 999 now. {worker} asked for {asked}<< at {since}>>.< Do not ring or text them.>< Address:>[ {link}]",
	watch.TellMention:  alarmHead + "{worker} mentioned {asked}<< at {since}>>. Treat it as danger.< Do not ring or text them.>< Words, address:>[ {link}]",

	watch.TellJoined:   head + "This visit of {worker} has joined the open alarm.< Both are on the page.>[ {link}]",
	watch.TellPolice:   head + "Contact the police now. Nobody has spoken with {worker}.< What to tell them:>[ {link}]",
	watch.TellLiaise:   head + "Please speak with the police again about {worker}< and log it>.[ {link}]",
	watch.TellHas:      head + "{who} has the alarm for {worker}.< You need do nothing unless {who} asks.>[ {link}]",
	watch.TellTakeOver: head + "{who} has an alarm for {worker}. Please take it over.< You are on call now; speak with {who} first.>[ {link}]",
	watch.TellHandOver: head + "{who} is on call now. The alarm for {worker} is yours< until they confirm>.[ {link}]",
	watch.TellClosed:   head + "Stood down. The alarm for {worker} is closed<, by {who}>.< There is nothing more to do.>[ {link}]",
	watch.TellHarmed:   head + "{worker} was found harmed. The search is over<; the alarm stays open>.< Logged by {who}.>[ {link}]",
	watch.TellWord:     head + "{worker} has texted. This does not close the alarm.< Please read it now:>[ {link}]",

	watch.TellOptOut:    head + "{worker} may have opted out of our texts.< Please agree another way to reach them.>[ {link}]",
	watch.TellUnplanned: head + "{worker} went into a visit that was not booked<, until {until}>.< We have asked where.>[ {link}]",
	watch.TellWhere:     head + "{worker} says where the visit is that was not booked.< It is on the page:>[ {link}]",
	watch.TellAsksFor:   head + "{worker} asks for {name} to ring.< Please pass it on, then say so on the page.>[ {link}]",
	watch.TellNumber:    head + "{worker} gave another number to be reached on.< It is on the page:>[ {link}]",
	watch.TellIn:        head + "{worker} is going in[, until {until}].[ {link}]",
	watch.TellNewTime:   head + "{worker} gave a new time[: until {until}].[ {link}]",
	watch.TellOut:       head + "{worker} is out.< There is nothing to do.>[ {link}]",
	watch.TellCalledOff: head + "The visit of {worker} is cancelled.< There is nothing to do.>[ {link}]",
	watch.TellFine:      head + "{worker} says they are fine.< The visit goes on[, until {until}].>[ {link}]",
	watch.TellNoWord:    head + "{worker} texted OUT without your team's word<, so the visit goes on>.< Please find out more.>[ {link}]",
	watch.TellByVoice:   head + "{worker} says they are out. Please ring them<: the visit ends by voice only>.< Then record it:>[ {link}]",
	watch.TellForged:    head + "An OUT for {worker} is not known to our provider<, so the visit goes on>.< Please find out more.>[ {link}]",
}

// What is said in place of these where no address is known.
var toNowhere = map[watch.Notice]string{
	watch.TellDistress: alarmHead + "CALL 999 now. {worker} has asked for help<< at {since}>>.< Do not ring or text them.>< What is known:>[ {link}]",
	watch.TellDuress:   alarmHead + "CALL 999 now. {worker} asked for {asked}<< at {since}>>.< Do not ring or text them.>< What is known:>[ {link}]",
	watch.TellMention:  alarmHead + "{worker} mentioned {asked}<< at {since}>>. Treat it as danger.< Do not ring or text them.>< What is known:>[ {link}]",
}

// policeSpoke is the police prompt once someone has spoken with the worker and the alarm was still not closed.
const policeSpoke = head + "Contact the police now. {worker} is not known to be safe.< What to tell them:>[ {link}]"

// What workers are sent. Someone else may read it.
var toWorkers = map[watch.Notice]string{
	watch.ReplyIn:         "In {at}, until {until}.[ Ref {ref}.]",
	watch.ReplyNewTime:    "New time noted: until {until}.[ Ref {ref}.]",
	watch.ReplyNewStart:   "Starts {begin}, until {until}.[ Ref {ref}.]",
	watch.ReplyOut:        "Out {at}. Thank you.[ Ref {ref}.]",
	watch.ReplyConfirming: "Got that, confirming. {at}.[ Ref {ref}.]",
	watch.ReplyCalledOff:  "Cancelled {at}. Thank you.[ Ref {ref}.]",
	watch.ReplyNoAnswer:   "No answer noted {at}.[ Ref {ref}.] Reply LEFT, or a new time",
	watch.ReplyUnclear:    "We could not follow your text of {at}.[ Ref {ref}.] Please say it another way, or send a new time.",
	watch.ReplyWhich:      "Your text of {at}: which visit is it about[, {choice}]? Please reply with its code.",
	watch.ReplyAgain:      "Your text of {at}: which visit is it about? We have {ref}<, until {until}>. Please reply with its code.",
	watch.ReplyTimeGone:   "{until} has gone already.[ Ref {ref}.] Please send a time that is still to come.",
	watch.ReplyMuchMore:   "Until {until} is over 2 h more, so for now it stays {begin}.[ Ref {ref}.] If you mean it, please send it again, or a new time.",
	watch.ReplyInMuchMore: "In {at}, until {begin} for now: {until} is over 2 h more.[ Ref {ref}.] If you mean it, please send it again, or a new time.",
	watch.ReplyKept:       "Still until {until}.[ Ref {ref}.] Please send a new time if that changes.",
	watch.ReplyNoVisit:    "What you sent at {at} fits no visit that we have for you. Please ring your manager.",
	watch.ReplyUnplanned:  "In {at}, until {until}.[ Ref {ref}.] This visit was not booked: please reply with where you are.",
	watch.ReplyNoted:      "Noted {at}, thank you.[ Ref {ref}[, until {until}].]",
	watch.ReplyAlarmOpen:  "Noted {at}, thank you.[ Ref {ref}.] {who} will speak with you.",
	watch.ReplyNumber:     "Number noted {at}, thank you.[ Ref {ref}.]",
	watch.ReplyNotOff:     "{ref} has begun, so it stays as it is[, until {until}]. Please send a new time if that changes.",
	watch.ReplyByVoice:    "Noted {at}, thank you.[ Ref {ref}.] This visit ends with a call: {who} will ring you, or you ring them.",
	watch.AskStart:        "{at}: we have not heard that {ref} has begun. Please text IN, or a new time.",
	watch.AskEnd:          "{at}: how are things going?[ Ref {ref}[, until {until}].] Please send a new time if you need longer.",
	watch.AskBoth:         "{at}: your colleague has texted for you both.[ Ref {ref}.] Please tell us yourself how things are.",
	watch.ReachingYou:     "{at}: {who} is trying to reach you.[ Ref {ref}.] Please ring or text as soon as you can.",
	watch.Rearmed:         "Thank you. Now until {until}.[ Ref {ref}.]",
	watch.WasRaised:       "{at}: {who} was concerned for you and asked us to check. That is settled now. Please talk it over with them.",

	// The words of the team's plan (rules 4.2, 4.4). Nothing in them depends on who is asked for, or why.
	watch.ReplyAsk:        "I'll see if I can find {name} for you.",
	watch.ReplyFound:      "I've got a message to {name}. She'll call you back as soon as possible.",
	watch.ReplyGotMessage: "Got your message.",

	MissingDetails: "For your visit [{ref} ]at {begin}, please add: {missing}.[ {link}]",
	LinkMade:       "{at}: {who} made a link by which you set up how you sign in to Allclear. If you did not ask for one, please ring them.",
	NumberChanged:  "{at}: your mobile number in Allclear was changed. If that was not you, please tell your manager now.",
	NumberNew:      "{at}: this number is in Allclear now, for its texts and calls. If you did not expect that, please tell your manager.",
	SignedOut:      "{at}: {who} signed you out of Allclear everywhere. If you did not ask for that, please ring them.",
	SignInChanged:  "{at}: how you sign in to Allclear was changed. If that was not you, please tell your manager now.",
	EmailChanged:   "{at}: your e-mail address in Allclear was changed. If that was not you, please tell your manager now.",
	GlassBroken:    "{at}: {who} gave a reason and sees a private visit of {worker} until {until}.< Please ask them why if you do not know.>",
	PhonePage:      "{at}: your page in Allclear, for the next 10 min and once: {link}",
	KinForm:        "{at}: whom do we ring if we cannot reach you? Please say, within 7 days: {link}",
	ConfirmDetails: "{at}: please look whether your details in Allclear are still right<. It takes a minute>:[ {link}]",
	ProveCode:      "{at}: your Allclear code is {code}, for 10 min. Please type it on the page that asked for it.",
	NumberFails:    "{at}: we could not reach you on your number[ that ends in {tail}]. Please put it right:[ {link}]",
	ContactFails:   "{at}: the number of one of your contacts seems wrong. Please put it right:[ {link}]",
	CalendarUnseen: "{at}: a colleague cannot see the details in your calendar.< Here is how to share it with the team:>[ {link}]",
	UnknownSender:  "We got your text at {at}, but do not know this number. Please use your own phone, or ring your manager.",
}

// gotMessagePlain answers distress where the plan chose plainer words.
const gotMessagePlain = "Got your message. We are getting someone to help you now."
