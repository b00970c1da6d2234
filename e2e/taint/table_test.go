package taint_test

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/allclear-safety/allclear/internal/tainttest"
)

// kind is one kind of text or call, and what it may carry of the words: nothing, but for a reason.
type kind struct {
	name    string
	says    string // pattern by which it is known
	to      string // whom it goes to, as a pattern of "a worker", "a responder", "a stranger"; what is for a responder is for one within the organisation's domain too
	carries string // pattern of what the words may be; "" for none
	why     string // they may
}

// kinds is every kind of text there is in the weekend. A text that is of none, or goes to whom it is not for, fails the test: decide what it may
// carry, and give it a line.
var kinds = []kind{
	{"invite with the form", `BUDDY FORM`, "a responder within", `^Ysolde's (first name|surname|mobile|own mobile|home number|looks)$|^car's |^next of kin|^service user|^address|^how to get in$|^who else is there$|^another|^Tancred's|^Peregrine's`,
		"whoever answers for a visit has all of its form, should Allclear be down (1.4, 3.6): in the organisation's own domain, and nowhere else"},
	{"invite", `A visit that you answer for`, "a responder", `^(Leocadia|Peregrine)'s`, "an invite names whom it invites, to themselves"},
	{"invite of one's own", `Your visit \S+ is in Allclear`, "a worker", `^(Ysolde|Priya)'s (first name|surname|e-mail)$`, "the same"},
	{"invite taken back", `can leave your calendar|is no longer kept in this calendar`, "a (worker|responder)", `^(Leocadia|Peregrine|Ysolde|Priya)'s (first name|surname|e-mail)$`, "the same"},

	{"answer relayed", `who has no mobile here|has no mobile here\. Please tell`, "a responder", `'s first name$`, "a manager hears whom they are to tell what"},
	{"invite answered", `(booked|moved|noted|cancelled): (Mon|Tue|Wed|Thu|Fri|Sat|Sun) |[Ss]eries( NOT CHANGED|: | is booked)|NOT BOOKED|NOTHING CANCELLED|NOTHING WAS BOOKED|[Oo]ur mail to you came back`, "a worker", ``, ""},
	{"answer to an invite", `^METHOD:REPLY$`, "a worker", `^UID of an invite$|^Ysolde's e-mail$|^name of an organizer$`, "a calendar knows what is answered by its own UID and organizer, as it sent them"},
	{"invite declined", `declined the invite to visit`, "a responder", `'s first name$`, "who can find cover hears who declined"},
	{"time proposed", `A proposal of another time changes nothing`, "a responder", `^Peregrine's e-mail$|^name of a guest$`, "a calendar knows what is declined by whom it said that it is, as it sent it"},
	{"cry by mail", `a cry for help by e-mail`, "a responder", `'s first name$`, "of whom, as in an alarm"},
	{"mail came back", `our mail to \S+ \S+ came back`, "a responder", `'s first name$`, "whose address is to be put right"},
	{"list of strangers", `came from nobody we know[^\n]*\n\s*\S+@`, "a responder", `^e-mail of a stranger$`, "an administrator sees by it that one of them is a worker, whose address in Allclear is another"},
	{"mails of strangers", `came from nobody we know|reach us as winmail\.dat`, "a responder", ``, ""},

	{"call", `This is Allclear\.`, "a responder", `'s first name$|^phrase$`, "a call says of whom, as the text does"},
	{"call answered", `(Thank you\. You have taken charge|That was another key|\S+ \S+ has taken charge|The alarm for)`, "a responder", `'s first name$`, "the same"},

	{"duress", `asked for|mentioned .*Treat it as danger`, "a responder", `^phrase$|'s first name$`, "the exact words are shown to the responder (4.6); of whom, as in an alarm"},
	{"alarm", `We have not heard from|CALL 999 now|Contact the police now|has joined the open alarm|speak with the police again|does not close the alarm|found harmed`, "a responder",
		`'s first name$`, "a responder must know whom to ring: first name and initial, never more (1.4, 3.6)"},
	{"who has it", `has the alarm for|take it over|is yours until|Stood down\.`, "a responder", `'s first name$`, "everyone told hears who has it, and of whom it is (3)"},
	{"asks for", `asks for \S+ to ring`, "a responder", `^who is asked for$|'s first name$`, "passed on to the responder (4.2)"},
	{"news", `is going in, until|gave a new time|is out\.|is cancelled\.|gave another number|went into a visit|fits no visit of|could not be dealt with|says they are (fine|out)`, "a responder",
		`'s first name$`, "in, new time and out are passed on (2.7)"},
	{"not reached", `We could not reach|no longer gets our texts`, "a responder", `'s first name$`, "whoever cannot be reached is to be reached another way (7.10)"},
	{"broken glass", `gave a reason and sees`, "a responder", `'s first name$`, "the worker's manager is told who saw whose visit (1.4)"},
	{"link made", `made a link by which`, "a (worker|responder)", `'s first name$`, "whom a link lets in hears who made it"},
	{"changed", `in Allclear was changed|how you sign in to Allclear was changed|this number is in Allclear now`, "a (worker|responder)", ``, ""},
	{"risk asked or decided", `asks for your decision about a visit|has decided about your visit`, "a (worker|responder)", `'s first name$`, "who asks, or who decided, as in an alarm; whom and where it is about is on the page (1.5)"},
	{"risk again", `(risk assessment|warning) is to be looked at again|has no current risk assessment`, "a (worker|responder)", ``, ""},
	{"rota", `[Oo]n call|ON CALL|falls when nobody`, "a responder", `'s first name$`, "whoever is to find cover hears whose visit falls in a gap"},
	{"cry of a stranger", `A cry for help from a number we do not know`, "a responder", ``, ""},
	{"down", `Allclear was down from|Our (clock|credit|texts|backup|web certificate)|can store no more`, "a responder", ``, ""},

	{"plan", `your team's plan (has a new version|still waits for you|is due for review)`, "a (worker|responder)", ``, ""},
	{"newcomer", `first visit alone of`, "a responder", `'s first name$`, "the manager hears whose first visit alone it is, who signed no plan (5.2)"},

	{"ask passed on", `I'll see if I can find|I've got a message to`, "a worker", `^who is asked for$|^phrase$`, "the worker's own word back, the same for any name (4.2)"},
	{"being reached", `is trying to reach you|was concerned for you|will speak with you|ends with a call`, "a worker", `'s first name$`, "an overdue worker is told who tries to reach them (3.3), and one whose visit ends by voice only who will ring (1.5)"},
	{"answer", `^REHEARSAL (In|Out|Cancelled|Noted|New time noted|Starts|Number noted|Still until|Until|Thank you\. Now|Got that|Got your message|No answer noted|We could not follow your text|Your text of|What you sent at)\b`,
		"a worker", ``, ""},
	{"prompt", `how are things going\?|have not heard that|your colleague has texted|please add:|has gone already|has begun, so it stays`, "a worker", ``, ""},
	{"talk", `talk over how it went`, "a (worker|responder)", ``, ""},
	{"talk wanted", `would (still )?like to talk with you`, "a (worker|responder)", `'s first name$`, "whom somebody chose to talk with hears who it is (6.1)"},
	{"agreed", `Something (was agreed for you|you were) to do`, "a (worker|responder)", ``, ""},
	{"incident", `An incident( about| is open| still lacks| must be reported)`, "a responder", `'s first name$`, "a manager completes it, and must know whose it is"},

	{"phone page", `your page in Allclear`, "a worker", `^link to a phone page$`, "the link is what the text is for: to the worker's own number, once, for 10 minutes"},
	{"next of kin asked for", `whom do we ring if we cannot reach you`, "a worker", `^link to a form$`, "the link is what the text is for: to the worker's own number, once, for 7 days"},
	{"own details", `look whether your details|your number that ends in|number of one of your contacts`, "a (worker|responder)", ``, ""},
	{"own calendar", `cannot see the details in your calendar`, "a (worker|responder)", ``, ""},
	{"code for a number", `your Allclear code is|Your code is`, "a (worker|responder)", ``, ""},
	{"unknown number", `do not know this number`, "a stranger", ``, ""},
}

// kindOf says which kind a text is, and to whom it may go; "" where there is none.
func kindOf(said, to string) string {
	for _, k := range kinds {
		if regexp.MustCompile(k.says).MatchString(said) && regexp.MustCompile(`^(`+k.to+`)( within)?$`).MatchString(to) {
			return k.name + " to " + to
		}
	}
	return ""
}

// allowance lets a word be in a place, for a reason.
type allowance struct {
	place string
	where string // pattern of where in it
	word  string // pattern of what the word is
	why   string
}

// ofAFeed is why a feed's name stands in the database as it was typed.
const ofAFeed = "what somebody calls a program of their own, so that they know which to revoke, as a passkey's name"

// allowed is every exception but those of texts, which are in [kinds]. What is in none of its lines is found nowhere.
var allowed = []allowance{
	{theLog, `^standard output$`, `^first link$`, "a new installation is entered by it: whoever starts the program reads it, once, and it is no line of the log"},
	{printed, `^user create$`, `^link of Ysolde$`, "it is what the command is asked for"},
	{printed, `^token create$`, `^another API token$`, "it is what the command is asked for"},
	{addresses, `^(asked for|linked on|led to, from .*)`, `^(link of .*|first link|link to a phone page)$`, "a link that lets somebody in is an address: good once, for a short time, and no page of it leads elsewhere or tells where it came from"},
	{addresses, `^(asked for|linked on .*)$`, `^typed into an address$`, "the visitor's own, and no other's: Allclear makes no such address"},
	{addresses, `^dialled from GET /(people/|visits/|alarms/|rota$)`, `(mobile|number)$|^number (rung|given)$`, "a number that one may ring is dialled with one press (3): the address is the telephone's own, and nobody is asked for it"},
	{addresses, `^dialled from GET /teams/\S+/support$`, `(mobile|number)$|^number of who supports$`, "the same: who is there for a worker is rung with one press (6.4)"},
	{addresses, `^linked on GET /teams/\S+/support(/print)?$`, `^e-mail of who supports$`, "who is there for a worker is written to with one press: the address is the mail program's own (6.4)"},
	{addresses, `^asked of who hears us$`, `^(heartbeat's|webhook's) secret$`, "the address that the settings give is asked"},
	{forms, `^POST /sign-in$`, `^(Leocadia's e-mail|password in the name's place)$`, "what was typed into the field for a name stands there still, for who typed it"},
	{forms, `^POST /(first|join)/`, `^(Wilhelmina|Leocadia|Ysolde)'s (first name|surname|e-mail)$|^secret for codes of `, "a form that was refused is given back to who typed it; a password is not"},
	{forms, `^POST /(join|first)/`, `^(link of .*|first link)$`, "the form goes to the address that the link is"},
	{forms, `^POST /warnings/new$`, `^what a warning says$|^Leocadia's (first name|surname)$|^phrase$`, "what was typed of a warning that was refused stands there still, for who typed it; the head of the page says who is signed in, and has the way to raise an alarm"},
	{forms, `^POST /details/delegates$`, `^Ysolde's|^car's|^next of kin|^phrase$|^e-mail of a stranger$|^number given$`, "the page of one's own details, to whose they are, with what was typed there"},
	{forms, `^POST /visits/\S+/glass$`, `^(Leocadia|Ysolde)'s (first name|surname)$`, "the page of a visit says whose it is, and who reads"},
	{forms, `^POST /visits/\S+/glass$`, `^phrase$`, "the head of each page of who is signed in has the way to raise an alarm, by the words that a colleague was asked for (4.3)"},
	{addresses, `^asked for$`, `^secret of a feed$`, "a calendar program asks for a feed by its address: no page leads there"},
	{feeds, `^(GET|PROPFIND)$`, `'s (first name|surname)$|^Priya's surname$`, "a feed says whose visits they are, and who is on call, to who may know: never whom a visit is to, nor where"},
	{tables, ``, `^what a feed is called$`, ofAFeed},
	{disk, ``, `^what a feed is called$`, ofAFeed},
	{backups, ``, `^what a feed is called$`, ofAFeed},
	{errPages, `^(404|409|503) `, `^(Leocadia|Ysolde|Wilhelmina)'s (first name|surname)$`, "each page says who is signed in, to nobody else"},
	{errPages, `^(404|409|503) `, `^phrase$`, "the head of each page of who is signed in has the way to raise an alarm, also where the page itself is not there (4.3)"},
	{errPages, `^4\d\d POST /api/`, `^field of the caller's$`, "an unknown field is refused with its name, to the program that sent it"},
	{printed, `^hold list$`, `^why a hold stands$`, "it is what the command is asked for"},
	{disk, `^/log/`, `^typed into an address$`, "an id that is asked for is looked up, and this server is told to log what it is asked"},
	{disk, `\.key(\.[A-Z0-9]+|\.until-\S+)?$`, `^wrapping key`, "where the master key is kept unless the settings say otherwise; keep it elsewhere"},
}

// judge gives what is where it must not be, a line for each, and counts which exceptions were needed.
func judge(s *tainttest.Search, name string, all []seen, needed map[string]int) (problems []string) {
	for _, one := range all {
		for _, hit := range s.In(one.raw) {
			if why := excused(name, one.where, hit.Word.What); why != "" {
				needed[why]++
				continue
			}
			problems = append(problems, fmt.Sprintf("%s, %s: has %s, %s: %q", name, one.where, hit.Word.What, hit.Form, hit.Around))
		}
	}
	return problems
}

// excused gives the line of the tables by which a word may be where it is; "" for none.
func excused(name, where, what string) string {
	match := func(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
	if name == texts || name == calls || name == mails || name == inMails {
		for _, k := range kinds {
			if k.carries != "" && match(`^`+k.name+` to (`+k.to+`)( within)?$`, where) && match(k.carries, what) {
				return k.name
			}
		}
		return ""
	}
	if at := slices.IndexFunc(allowed, func(a allowance) bool { return a.place == name && match(a.where, where) && match(a.word, what) }); at >= 0 {
		return allowed[at].why
	}
	return ""
}
