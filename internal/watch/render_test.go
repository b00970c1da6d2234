package watch_test

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// hour writes an instant as the clock on the wall shows it.
func (w *town) hour(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	t = t.In(w.zone)
	s := t.Format("15:04")
	if t.Second() != 0 {
		s = t.Format("15:04:05")
	}
	if d := t.Add(-time.Hour).In(w.zone).Format("15:04"); d == t.Format("15:04") { // the second of two
		s += " GMT"
	}
	if day := t.Format(time.DateOnly); !w.day.IsZero() && day != w.day.Format(time.DateOnly) {
		s = t.Format("Mon ") + s
	}
	return s
}

// effect says one effect as a log line; "" for what the log says anyway.
func (w *town) effect(worker string, e watch.Effect) string {
	switch e := e.(type) {
	case watch.Tell:
		return "-> tell " + e.To + reach(e.Reach) + ": " + w.tellWords(e)
	case watch.Reply:
		return "-> to " + worker + ": " + w.replyWords(e)
	case watch.Fetch:
		return "-> fetch the text back, until " + w.hour(e.Until)
	case watch.Forward:
		return "-> pass on to the watch of " + e.Worker
	case watch.Drop:
		return "-> what was not yet handed over need not be"
	case watch.Closed:
		return "* closed by " + e.Alarm.ClosedBy + ": " + string(e.Alarm.Evidence)
	case watch.Happened:
		return w.happenedWords(e)
	case watch.Appeared:
		if s := w.happenedWords(e.Happened); s != "" {
			return "* the worker sees: " + strings.TrimPrefix(s, "* ")
		}
		return ""
	default:
		panic(fmt.Sprintf("unknown effect %T", e))
	}
}

func reach(r watch.Reach) string {
	return map[watch.Reach]string{
		watch.Every: ", every way", watch.Once: ", one text and one call", watch.OneText: ", one text", watch.Board: ", on the board",
	}[r]
}

var tellWords = map[watch.Notice]string{
	watch.TellOverdue: "no word, find them", watch.TellDistress: "cried for help, call 999", watch.TellDuress: "asked for Scarlett, call 999",
	watch.TellMention: "Scarlett was mentioned", watch.TellJoined: "this visit is overdue too", watch.TellPolice: "contact the police now",
	watch.TellLiaise: "speak with the police again", watch.TellHas: "WHO has this alarm", watch.TellTakeOver: "your shift: take it over from WHO",
	watch.TellHandOver: "yours until WHO confirms", watch.TellClosed: "stood down, closed by WHO", watch.TellHarmed: "found harmed, says WHO",
	watch.TellWord: "they wrote", watch.TellOptOut: "our texts may not reach them", watch.TellUnplanned: "went in somewhere that was not booked",
	watch.TellWhere:   "says where the visit is that was not booked",
	watch.TellAsksFor: "asks for someone to ring", watch.TellNumber: "can be reached on another number", watch.TellIn: "in",
	watch.TellNewTime: "new time", watch.TellOut: "out", watch.TellCalledOff: "called off", watch.TellFine: "says they are fine",
	watch.TellNoWord: "an OUT without the out word, the visit goes on", watch.TellByVoice: "says they are out of a visit that ends by voice only, ring them",
	watch.TellForged: "an OUT that the provider never had",
}

func (w *town) tellWords(t watch.Tell) string {
	s := tellWords[t.Notice]
	if s == "" {
		panic("no words for " + t.Notice)
	}
	s = strings.ReplaceAll(s, "WHO", t.Who)
	if t.Visit != "" {
		s += " (" + t.Visit + ")"
	}
	if t.Notice == watch.TellIn || t.Notice == watch.TellNewTime || t.Notice == watch.TellUnplanned {
		s += ", until " + w.hour(t.Until)
	}
	if t.Unsure {
		s += "; an OUT could not be confirmed"
	}
	if t.Alarm != "" && t.Round > 1 {
		s += fmt.Sprintf("; round %d", t.Round)
		if t.First {
			s += ", their first notice"
		}
	}
	if t.Late > 0 {
		s += "; late by " + strings.TrimSuffix(t.Late.String(), "0s")
	}
	return s
}

var replyWords = map[watch.Notice]string{
	watch.ReplyIn: "in, until UNTIL", watch.ReplyNewTime: "until UNTIL", watch.ReplyNewStart: "starts BEGIN, until UNTIL", watch.ReplyOut: "out",
	watch.ReplyConfirming: "got that, confirming", watch.ReplyCalledOff: "called off", watch.ReplyNoAnswer: "LEFT, or a new time?",
	watch.ReplyUnclear: "not understood", watch.ReplyWhich: "which: AMONG?", watch.ReplyAgain: "which visit do you mean? VISIT?",
	watch.ReplyTimeGone: "UNTIL has gone; which time?", watch.ReplyMuchMore: "UNTIL is much later, BEGIN stays; say it again",
	watch.ReplyInMuchMore: "in; UNTIL is much later, BEGIN stays; say it again",
	watch.ReplyNoVisit:    "no visit that this is about", watch.ReplyUnplanned: "in, until UNTIL; where are you?", watch.ReplyNoted: "noted, until UNTIL",
	watch.ReplyKept: "stays until UNTIL",
	watch.ReplyAsk:  "I'll see if I can find NAME for you", watch.ReplyFound: "I've got a message to NAME", watch.ReplyGotMessage: "got your message",
	watch.ReplyAlarmOpen: "noted; WHO will speak with you", watch.ReplyNumber: "number noted", watch.ReplyNotOff: "not called off; the clock runs until UNTIL",
	watch.ReplyByVoice: "this visit ends with a call from WHO",
	watch.AskStart:     "have you gone in?", watch.AskEnd: "a new time?", watch.AskBoth: "your partner says you're both out?",
	watch.ReachingYou: "WHO is trying to reach you", watch.Rearmed: "until UNTIL", watch.WasRaised: "WHO raised an alarm for you",
}

func (w *town) replyWords(r watch.Reply) string {
	s := replyWords[r.Notice]
	if s == "" {
		panic("no words for " + r.Notice)
	}
	s = strings.NewReplacer("UNTIL", w.hour(r.Until), "BEGIN", w.hour(r.Begin), "AMONG", strings.Join(r.Among, ", "), "VISIT", r.Visit, "WHO", r.Who).Replace(s)
	if r.Notice == watch.ReplyFound {
		s += ", as the answer to text " + r.Of
	}
	if r.Visit != "" && !strings.Contains(s, r.Visit) {
		s += " (" + r.Visit + ")"
	}
	return s
}

func (w *town) happenedWords(h watch.Happened) string {
	switch h.What {
	case watch.TextIn, watch.Told, watch.AskedBack, watch.Prompted, watch.VisitBooked, watch.AlarmClosed:
		return "" // seen from the lines around it
	}
	s := "* " + strings.ReplaceAll(string(h.What), "_", " ")
	if h.Visit != "" {
		s += " (" + h.Visit + ")"
	}
	if h.By != "" {
		s += ", " + h.By
	}
	return s
}

// standing says where a watch stands.
func (w *town) standing(k watch.Watch) string {
	var parts []string
	for _, v := range k.Visits {
		parts = append(parts, w.visitStanding(v))
	}
	if k.Alarm != nil {
		parts = append(parts, w.alarmStanding(*k.Alarm))
	}
	if k.Shown != nil {
		var shown []string
		for _, v := range k.Shown.Visits {
			shown = append(shown, w.visitStanding(v))
		}
		if k.Shown.Alarm != nil {
			shown = append(shown, w.alarmStanding(*k.Shown.Alarm))
		}
		parts = append(parts, "the worker sees: "+cmp.Or(strings.Join(shown, ", "), "nothing"))
	}
	if wake := k.Wake(); !wake.IsZero() {
		parts = append(parts, "wake "+w.hour(wake))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

func (w *town) visitStanding(v watch.Visit) string {
	s := v.Reference + " " + string(v.Status)
	switch {
	case v.Status == watch.Booked:
		s += " " + w.hour(v.StartsAt) + " to " + w.hour(v.ExpectedEndAt)
	case v.Live():
		s += " until " + w.hour(v.ExpectedEndAt)
	default:
		s += " (" + string(v.Evidence) + ")"
	}
	if v.Claim != nil {
		s += ", an OUT unconfirmed"
	}
	return s
}

func (w *town) alarmStanding(a watch.Alarm) string {
	s := "alarm " + string(a.Kind)
	if a.Mention {
		s += " (a mention)"
	}
	switch {
	case a.HeldBy != "":
		s += ", " + a.HeldBy + " has it"
	default:
		s += ", nobody has it"
	}
	switch {
	case !a.HarmedAt.IsZero():
		s += ", found harmed"
	case !a.TheyKnow.IsZero():
		s += ", police told " + w.hour(a.TheyKnow)
	default:
		s += ", police due " + w.hour(a.PoliceDue)
	}
	return s
}
