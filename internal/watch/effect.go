package watch

import "time"

// Effect is the closed set of things the world must now be told or do.
type Effect interface{ effect() }

type (
	// Tell is a message to one person who answers for the worker. It must be
	// handed over at least once, and is never dropped but by a [Drop].
	Tell struct {
		To     string
		Notice Notice
		Reach  Reach
		Alarm  string        // the alarm it is about; "" for none
		Visit  string        // the visit it names; "" for none
		First  bool          // nothing was said to them of this alarm before
		Round  int           // the alarm's round, so that a repeat is recognisable as one
		At     time.Time     // the instant it speaks of
		Until  time.Time     // a new expected end
		Who    string        // another person it names: the holder, the next responder, who closed it
		Of     string        // the input whose words it passes on
		Late   time.Duration // how long ago it should have been said
		Unsure bool          // the alarm shows an OUT that the provider could not confirm
	}

	// Reply is a message to the worker, to where they wrote from. The answer to
	// what a responder recorded is the responder's to read out.
	Reply struct {
		Notice Notice
		Visit  string
		At     time.Time
		Until  time.Time
		Begin  time.Time
		Among  []string // visits to choose from
		Of     string   // the input it answers; "" for a prompt
		Who    string   // the responder it names
	}

	// Happened is one line of the record.
	Happened struct {
		What  What
		At    time.Time // when it happened: earlier than the step that says so when we woke late
		Visit string
		By    string
		Until time.Time // a new expected end
	}

	// Appeared is one line of the record as the worker may see it while danger is
	// open: it is in place of what happened, and no one else is shown it.
	Appeared struct{ Happened }

	// Fetch asks for a text to be fetched back from its provider before it ends a
	// visit (rule 2.3), again and again until Until.
	Fetch struct {
		Message string // the input's id
		Visit   string
		Until   time.Time
	}

	// Forward gives an event to the watch of a joint visit's partner.
	Forward struct {
		Worker string
		ID     string // the new input's id
		By     string
		Event  Event
	}

	// Drop says that nobody need be told any more what was not yet handed over
	// about the alarm: it was closed.
	Drop struct{ Alarm string }

	// Closed gives the alarm as it was when it closed, for the record.
	Closed struct{ Alarm Alarm }
)

func (Tell) effect()     {}
func (Reply) effect()    {}
func (Happened) effect() {}
func (Appeared) effect() {}
func (Fetch) effect()    {}
func (Forward) effect()  {}
func (Drop) effect()     {}
func (Closed) effect()   {}

// Reach is by how many ways a person is told.
type Reach string

const (
	Every   Reach = "every" // a text to every mobile and a call that wants a key press
	Once    Reach = "once"  // one text and one call
	OneText Reach = "text"  // one text
	Board   Reach = "board" // shown on the board; a text too if the plan says so (rule 2.7)
)

// Notice names a sentence; package wording says it.
type Notice string

// Sentences to those who answer for a worker.
const (
	TellOverdue   Notice = "overdue"    // no word since the expected end
	TellDistress  Notice = "distress"   // a plain cry for help
	TellDuress    Notice = "duress"     // asked for Scarlett: call 999
	TellMention   Notice = "mention"    // Scarlett was mentioned, not asked for
	TellJoined    Notice = "joined"     // another visit joined the alarm
	TellPolice    Notice = "police"     // contact the police now
	TellLiaise    Notice = "liaise"     // speak with the police again
	TellHas       Notice = "has"        // Who has this alarm
	TellTakeOver  Notice = "take_over"  // your shift: confirm that you take it from Who
	TellHandOver  Notice = "hand_over"  // your shift ended: yours until Who confirms
	TellClosed    Notice = "closed"     // stood down
	TellHarmed    Notice = "harmed"     // found harmed: search over, alarm open
	TellWord      Notice = "word"       // the worker wrote while the alarm is open
	TellOptOut    Notice = "opt_out"    // our texts may no longer reach the worker
	TellUnplanned Notice = "unplanned"  // an IN opened a visit that was not booked
	TellWhere     Notice = "where"      // says where the visit is that was not booked
	TellAsksFor   Notice = "asks_for"   // the worker asks for a person to ring
	TellNumber    Notice = "number"     // the worker gave another number
	TellIn        Notice = "in"         // passed on: going in
	TellNewTime   Notice = "new_time"   // passed on
	TellOut       Notice = "out"        // passed on
	TellCalledOff Notice = "called_off" // passed on: cancelled
	TellFine      Notice = "fine"       // passed on: says they are fine; ends nothing
	TellNoWord    Notice = "no_word"    // an OUT without the plan's word: the visit goes on
	TellByVoice   Notice = "by_voice"   // an OUT of a visit that ends by voice only: ring them
	TellForged    Notice = "forged"     // an OUT that the provider does not know
)

// Sentences to the worker.
const (
	ReplyIn         Notice = "reply_in"           // in, until
	ReplyNewTime    Notice = "reply_new_time"     // until
	ReplyNewStart   Notice = "reply_new_start"    // starts
	ReplyOut        Notice = "reply_out"          // out
	ReplyConfirming Notice = "reply_confirming"   // got that, confirming
	ReplyCalledOff  Notice = "reply_called_off"   // cancelled
	ReplyNoAnswer   Notice = "reply_no_answer"    // LEFT, or a new time
	ReplyUnclear    Notice = "reply_unclear"      // not understood
	ReplyWhich      Notice = "reply_which"        // which visit
	ReplyAgain      Notice = "reply_again"        // an OUT so soon, or a repeat: names the visit and asks
	ReplyTimeGone   Notice = "reply_time_gone"    // that time has gone
	ReplyMuchMore   Notice = "reply_much_more"    // over 2 h more: say it again to make it count
	ReplyKept       Notice = "reply_kept"         // no to a much later end: the end stays
	ReplyInMuchMore Notice = "reply_in_much_more" // in, and the end over 2 h more is asked back
	ReplyNoVisit    Notice = "reply_no_visit"     // no visit that this could be about
	ReplyUnplanned  Notice = "reply_unplanned"    // in, until; where are you
	ReplyNoted      Notice = "reply_noted"        // fine, noted; the clock stays
	ReplyAsk        Notice = "reply_ask"          // I'll see if I can find Jane for you
	ReplyFound      Notice = "reply_found"        // I've got a message to Scarlett
	ReplyGotMessage Notice = "reply_got_message"  // distress: got your message
	ReplyAlarmOpen  Notice = "reply_alarm_open"   // noted; the responder will speak with you
	ReplyNumber     Notice = "reply_number"       // number noted
	ReplyNotOff     Notice = "reply_not_off"      // started: not cancelled by that
	ReplyByVoice    Notice = "reply_by_voice"     // this visit ends with a call
	AskStart        Notice = "ask_start"          // no IN yet
	AskEnd          Notice = "ask_end"            // expected end passed
	AskBoth         Notice = "ask_both"           // the partner says both are out
	ReachingYou     Notice = "reaching_you"       // someone is trying to reach you
	Rearmed         Notice = "rearmed"            // after a close: until
	WasRaised       Notice = "was_raised"         // after a close: a colleague raised an alarm for you
)

// What names a line of the record; the API's timeline shows it as it is.
type What string

const (
	VisitBooked      What = "booked"
	VisitIn          What = "in"
	VisitNewTime     What = "new_time"
	VisitOut         What = "ended"
	VisitCancelled   What = "cancelled"
	VisitOverdue     What = "overdue"
	OutUnconfirmed   What = "out_unconfirmed"
	OutForged        What = "out_not_found"
	VoiceAwaited     What = "voice_awaited" // an OUT of a visit that ends by voice only
	TextIn           What = "text_in"
	AskedBack        What = "asked_back"
	TextsJoined      What = "texts_joined" // a text was read as one with the unfinished one before it
	Prompted         What = "prompted"
	AlarmOpened      What = "alarm_opened"
	AlarmJoined      What = "alarm_joined"
	AlarmRaised      What = "alarm_raised"
	Told             What = "told"
	Acknowledged     What = "acknowledged"
	HolderFellSilent What = "holder_silent"
	ShiftChanged     What = "shift_changed"
	CallLogged       What = "call"
	PolicePrompted   What = "police_prompted"
	PoliceTold       What = "police_told"
	LiaisonLogged    What = "liaison"
	FoundHarmed      What = "harmed"
	IncidentOpened   What = "incident_opened"
	PoliceHeld       What = "police_held"
	Reassured        What = "reassured"
	AlarmClosed      What = "alarm_closed"
)
