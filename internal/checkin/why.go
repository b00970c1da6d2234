package checkin

import "strings"

// Rule names what decided a reading. The names are stable: pages and scripts may rely on them.
type Rule string

const (
	byPhrase           Rule = "phrase"
	byMention          Rule = "phrase_mentioned"
	byTakingBack       Rule = "help_taken_back"
	byCry              Rule = "cry"
	byThreat           Rule = "threat"
	byPolice           Rule = "police"
	byComfortTakenBack Rule = "comfort_taken_back"
	byIn               Rule = "in"
	byInUntil          Rule = "in_until"
	byLate             Rule = "late"
	byLateStart        Rule = "late_start"
	byOut              Rule = "out"
	byOutEarly         Rule = "out_early"
	byAsk              Rule = "ask"
	byOptOut           Rule = "opt_out"
	byOneWord          Rule = "one_word"
	byTimeGone         Rule = "time_gone"
	byExit             Rule = "exit"
	byExitInDanger     Rule = "exit_in_danger"
	byExitTime         Rule = "exit_time"
	byExitEarly        Rule = "exit_early"
	byExitDoubt        Rule = "exit_doubt"
	byNearly           Rule = "exit_nearly"
	byLeaving          Rule = "leaving"
	byStillThere       Rule = "still_there"
	byEntry            Rule = "entry"
	byCalledOff        Rule = "called_off"
	byCalledOffDoubt   Rule = "called_off_doubt"
	byNoAnswer         Rule = "no_answer"
	byNewEnd           Rule = "new_end"
	byNewStart         Rule = "new_start"
	byNewTimes         Rule = "new_times"
	byWellbeing        Rule = "wellbeing"
	byWellbeingEarly   Rule = "wellbeing_early"
	byWish             Rule = "wish"
	byNoDanger         Rule = "danger_denied"
	byTimeDoubt        Rule = "time_doubt"
	byYes              Rule = "yes"
	byYesLonger        Rule = "yes_longer"
	byNo               Rule = "no"
	byNothing          Rule = "nothing"
)

// Nothing is the rule of a text in which nothing was understood: the only one that rests on no words.
const Nothing = byNothing

// topic is what a few words of a text were found to be about.
type topic int

const (
	onPhrase topic = iota
	onTakingBack
	onDanger
	onNoDanger // words of danger, denied or explained away
	onKeyword
	onExit
	onOver // a session's end said shortly
	onAway
	onNearly
	onLeaving // not done yet
	onStays
	onEntry
	onCalledOff
	onUntil
	onBegin
	onAnyTime
	onWellbeing
	onWish
	onAnswer // to what the worker was asked
)

// reason is what people are told of a rule, and the topics whose words it rests on.
type reason struct {
	sentence string
	topics   []topic
}

var reasons = map[Rule]reason{
	byPhrase:           {"Asks for the team's phrase", []topic{onPhrase}},
	byMention:          {"Mentions the team's phrase, which raises the alarm as asking for it does", []topic{onPhrase}},
	byTakingBack:       {"Takes back a cry for help, which ends nothing", []topic{onTakingBack}},
	byCry:              {"Cries for help, or tells of fear or a hurt", []topic{onDanger}},
	byThreat:           {"Tells of a threat or a danger to the worker", []topic{onDanger}},
	byPolice:           {"Asks for the police or an ambulance", []topic{onDanger}},
	byComfortTakenBack: {"Says that all is well and takes it back, which is read as a cry for help", []topic{onDanger}},
	byIn:               {"A plain IN starts the visit", []topic{onKeyword}},
	byInUntil:          {"IN with a time starts the visit and says until when", []topic{onKeyword}},
	byLate:             {"LATE with a time moves the visit's end", []topic{onKeyword}},
	byLateStart:        {"LATE with a time moves the start of a visit that has not begun", []topic{onKeyword}},
	byOut:              {"A plain OUT ends the visit", []topic{onKeyword}},
	byOutEarly:         {"An OUT before the visit has started is asked back", []topic{onKeyword}},
	byAsk:              {"ASK with a name asks for that person to ring", []topic{onKeyword}},
	byOptOut:           {"A word that phone networks take as a wish for no more texts, so we ask", []topic{onKeyword}},
	byOneWord:          {"One word that answers no question of ours, so we ask", []topic{onKeyword}},
	byTimeGone:         {"A keyword whose time is not ahead is asked back", []topic{onKeyword}},
	byExit:             {"Says plainly that the worker has left or the session is over, and nothing against it", []topic{onExit, onOver, onAway}},
	byExitInDanger:     {"Speaks of leaving beside a word of danger, so we ask", []topic{onExit, onOver, onAway, onNoDanger}},
	byExitTime:         {"Says that the worker is out, but with a time that does not fit, so we ask", []topic{onExit, onOver, onAway, onAnyTime}},
	byExitEarly:        {"Speaks of leaving before the visit has started, so we ask", []topic{onExit, onOver, onAway}},
	byExitDoubt:        {"Speaks of leaving, but says more that could mean another thing, so we ask", []topic{onExit, onOver, onAway}},
	byNearly:           {"Has a word of leaving, but does not say that the worker has left, so we ask", []topic{onNearly}},
	byLeaving:          {"Speaks of leaving, but not as done: who is leaving is still there, so we ask", []topic{onLeaving}},
	byStillThere:       {"Says that the worker is still there, and no new time, so we ask", []topic{onStays}},
	byEntry:            {"Says that the worker goes in, or is in", []topic{onEntry}},
	byCalledOff:        {"Says that the visit does not happen", []topic{onCalledOff}},
	byCalledOffDoubt:   {"Speaks of something called off, but leaves the visit open, so we ask", []topic{onCalledOff}},
	byNoAnswer:         {"Nobody answered the door, which cancels nothing yet, so we ask", []topic{onCalledOff}},
	byNewEnd:           {"Gives a new time for the visit's end", nil},
	byNewStart:         {"Gives a new time for the visit's start", nil},
	byNewTimes:         {"Gives a new start and a new end", nil},
	byWellbeing:        {"Says that all is well, which ends nothing", []topic{onWellbeing}},
	byWellbeingEarly:   {"Says that all is well, but no visit has begun, so we ask", []topic{onWellbeing}},
	byWish:             {"Asks for somebody to ring", []topic{onWish}},
	byNoDanger:         {"Has a word of danger that seems to mean none, and nothing else that is plain, so we ask", []topic{onNoDanger}},
	byTimeDoubt:        {"Has a time, but not one that we can place, so we ask", []topic{onAnyTime}},
	byYes:              {"Says yes when asked how things are, which ends nothing", []topic{onAnswer}},
	byYesLonger:        {"Says yes to the later end that was asked back", []topic{onAnswer}},
	byNo:               {"Says no when asked how things are, which is read as a cry for help", []topic{onAnswer}},
	byNothing:          {"Nothing in it was understood, so we ask", nil},
}

// Sentence says the rule in one plain sentence for people, without a full stop; "" for what is no rule.
func (r Rule) Sentence() string { return reasons[r].sentence }

// Why is what a reading rests on. It tells the team's phrase from a plain wish that a person ring, so it is not for a
// worker's eyes, nor for a screen that somebody may read beside them (rule 4.2).
type Why struct {
	Rule     Rule   // a short, stable name
	Sentence string // for people, without a full stop
	Words    []Span // in the text's order, none touching another; empty only for [Nothing]
}

// Span is a part of the original text, in bytes: text[Start:End].
type Span struct{ Start, End int }

// Of gives the words themselves, as they stand in the text the Why is about.
func (w Why) Of(text string) []string {
	var out []string
	for _, s := range w.Words {
		out = append(out, strings.ToValidUTF8(text[s.Start:s.End], ""))
	}
	return out
}

// Explain gives the reading that [Understand] gives, and why.
func Explain(text string, c Context) (Reading, Why) {
	r, m := understand(text, c, true)
	topics := reasons[r.Rule].topics
	if !r.Until.IsZero() {
		topics = append(topics[:len(topics):len(topics)], onUntil)
	}
	if !r.Begin.IsZero() {
		topics = append(topics[:len(topics):len(topics)], onBegin)
	}
	return r, Why{Rule: r.Rule, Sentence: r.Rule.Sentence(), Words: m.wordsOn(topics, text, r)}
}

// doubt says what keeps a text from being plain: what it speaks of all the same.
func (m *message) doubt(c Context, raw bool) Rule {
	switch {
	case raw:
		return byNoDanger
	case m.claimed && (c.State == None || c.State == Booked && c.Now.Before(c.Start)):
		return byExitEarly
	case m.claimed:
		return byExitDoubt
	case m.noAnswer():
		return byNoAnswer
	case m.calledOff:
		return byCalledOffDoubt
	case m.nearly:
		return byNearly
	case m.fine():
		return byWellbeingEarly
	case m.speaksOf(leaves, onLeaving):
		return byLeaving
	case m.anyTime():
		return byTimeDoubt
	case m.in && m.speaksOf(stays, onStays):
		return byStillThere
	}
	return byNothing
}

// speaksOf says whether a phrase of the list is in the text, and notes it.
func (m *message) speaksOf(ps phrases, on topic) bool {
	start, end := ps.find(m, 0)
	m.note(on, start, end)
	return start >= 0
}

// rule says which of the visit's times the text moves.
func (p plan) rule() Rule {
	switch {
	case p.begin.IsZero():
		return byNewEnd
	case p.until.IsZero():
		return byNewStart
	}
	return byNewTimes
}
