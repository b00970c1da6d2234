// Package checkin understands what a worker texts about a visit: going in, a new time, out, or a call for help.
//
// Its mistakes are not equal (texts/guide.md): danger missed and an end that is none can kill, so danger is read
// generously, an end only where the whole text says nothing else, and all that is doubtful is asked back. It holds no
// clock and no memory: the same text in the same context has the same reading.
package checkin

import (
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
)

// Intent is what a text asks the watch to do.
type Intent string

const (
	Duress    Intent = "duress"     // the team's phrase is in it (rules 4.1, 4.6)
	Distress  Intent = "distress"   // a plain cry for help (rule 4.4)
	End       Intent = "end"        // the worker has left, or the session is over (rule 2.3)
	Change    Intent = "change"     // a new end or a new start
	Start     Intent = "start"      // going in
	Cancel    Intent = "cancel"     // the visit does not happen (rule 2.8)
	SafeReply Intent = "safe_reply" // the worker is fine, which ends nothing (rule 2.3)
	Ask       Intent = "ask"        // wants a person to ring (rule 4.2)
	Unclear   Intent = "unclear"    // to be asked back
)

// State is where the visit stands when the text is read.
type State string

const (
	None    State = "none"    // no visit is known
	Booked  State = "booked"  // not gone in yet
	Inside  State = "inside"  // gone in, and not past the expected end
	Overdue State = "overdue" // past the expected end: no grace here (rule 8.12)
)

// Context is the visit that a text was written for.
type Context struct {
	Now        time.Time // in the team's zone
	State      State
	Start, End time.Time   // the booked start and the current expected end; zero without a visit
	Phrase     string      // the team's duress phrase, e.g. "Scarlett"
	Unknowing  bool        // read as to someone to whom the phrase is a name like any other: no duress (rule 4.2)
	OutWord    string      // the word an OUT must carry; "" or "off" means none
	Asked      Asked       // what the worker was last asked
	Vocabulary *Vocabulary // what texts are read by; nil: our own languages
}

func (c Context) vocabulary() *Vocabulary {
	if c.Vocabulary == nil {
		return standard()
	}
	return c.Vocabulary
}

// Reading is what was understood of a text.
type Reading struct {
	Intent     Intent
	Until      time.Time    // the expected end the text gives; zero: none
	Begin      time.Time    // the start the text gives; zero: none
	Name       string       // the person asked for, as it is to be answered: "Jane"; in duress the plan's own spelling
	Mention    bool         // duress: the phrase is only mentioned (rule 4.6)
	Away       bool         // distress: the text says that the worker is out of the place (rule 4.5)
	Reference  string       // a visit's short code, such as "A7F3"
	Keyword    bool         // the whole text is a keyword that is taught (rule 2.1)
	OptOut     bool         // a word that may have opted the worker out of our texts (rule 2.1)
	NoAnswer   bool         // nobody answered the door (rule 2.8); in an unclear text too
	NotThere   bool         // cancel: the text says plainly that the worker is not in there (rule 2.8)
	OutWord    bool         // the plan's out word was in the text
	Number     phone.Number // a number to reach the worker on (rule 8.9)
	Question   bool         // the text asks something
	No         bool         // a bare no to the later end that was asked back
	Both       bool         // a bare "both"
	Unfinished bool         // the text ends in a word that wants another: the next text may go on with it
	Rule       Rule         // what decided; [Explain] gives the words it rests on. It tells the phrase from a plain wish: not for the worker's eyes (rule 4.2)
}

// Understand reads a text in the context of its visit. It never fails: what it cannot read is Unclear. An Until or
// Begin that it gives is after c.Now and at most 24 hours ahead.
func Understand(text string, c Context) Reading {
	r, _ := understand(text, c, false)
	return r
}

// understand reads a text; noting keeps the words each step rests on.
func understand(text string, c Context, noting bool) (Reading, *message) {
	text, number := takeNumber(text)
	text, reference := takeReference(text)
	m := c.read(text)
	m.noting, m.in = noting, c.State == Inside || c.State == Overdue
	out := m.takeOutWord(c.OutWord)
	standIn, typed := "", ""
	if c.Unknowing {
		standIn, typed = m.hidePhrase(c.Phrase)
		c.Phrase = ""
	}
	r := m.inLight(m.underSlips(m.decide(c), c), text, c)
	if reference != "" {
		r.Reference = reference
	}
	r.Number, r.OutWord, r.Unfinished = number, out, unfinished(text)
	r.Question = m.has("?")
	if r.Name == "" {
		r.Name = m.nameAsked()
	}
	if standIn != "" {
		r.Name = strings.ReplaceAll(r.Name, standIn, typed)
	}
	return r, m
}

// read cuts a text into words, without the lines that quote an earlier text; the phrase counts in those too (guide D3).
func (c Context) read(text string) *message {
	own := withoutQuoted(text)
	if own != text && c.Phrase != "" {
		whole := c.vocabulary().read(text)
		if name, _ := whole.duress(c.Phrase); name != "" {
			return whole
		}
	}
	return c.vocabulary().read(own)
}

// decide takes the first that applies: duress, danger, keywords, the visit, a word that all is well (guide, "Which
// intent wins").
func (m *message) decide(c Context) Reading {
	if name, mention := m.duress(c.Phrase); name != "" {
		r := m.plan(c).reading(Duress, byPhrase)
		r.Name, r.Mention = name, mention
		if mention {
			r.Rule = byMention
		}
		return r
	}
	if m.tookBack() {
		return Reading{Intent: SafeReply, Rule: byTakingBack}
	}
	danger, raw := m.danger(c.State)
	if danger != "" {
		_, away := m.exit()
		r := m.plan(c).reading(Distress, danger)
		r.Away = away
		return r
	}
	if r, ok := m.keyword(c); ok {
		return r
	}
	if r, ok := m.visit(c, raw); ok {
		return r
	}
	if m.fine() && (c.State == Inside || c.State == Overdue) {
		return Reading{Intent: SafeReply, Rule: byWellbeing}
	}
	if m.asksForSomeone() {
		return Reading{Intent: Ask, Name: m.nameAsked(), Rule: byWish}
	}
	return Reading{Intent: Unclear, NoAnswer: m.noAnswer() && !m.answersElsewhere(), OptOut: m.optOut(), Rule: m.doubt(c, raw)}
}

// visit reads what the text says of the visit: an end, a new time, a start, or that it is off.
func (m *message) visit(c Context, alarming bool) (Reading, bool) {
	whole, claims := m.exit()
	p := m.plan(c)
	off, there := m.off(c)
	plainly := off && m.neverIn()
	off = plainly || off && !whole && (c.State == Booked || !claims)
	enters := m.enters(c)
	switch {
	case alarming && (whole || claims):
		return Reading{Intent: Unclear, Rule: byExitInDanger}, true
	case off && there && !(m.plainly && m.in && !plainly):
		return Reading{Intent: Cancel, NotThere: true, NoAnswer: m.noAnswer(), Rule: byCalledOff}, true
	case whole && m.asksForSomeone():
		return Reading{}, false
	case whole && m.endStands(c):
		return Reading{Intent: End, Rule: byExit}, true
	case whole && (c.State == Inside || c.State == Overdue) && p.until.IsZero():
		return Reading{Intent: Unclear, Rule: byExitTime}, true
	case enters && (c.State == Booked || c.State == None || !claims):
		p.begin = time.Time{}
		return p.reading(Start, byEntry), true
	case off && (p.begin.IsZero() && (p.until.IsZero() || plainly) || m.otherDay() || m.offToday()):
		return Reading{Intent: Cancel, NotThere: there, NoAnswer: m.noAnswer(), Rule: byCalledOff}, true
	case c.State == None, claims && !m.future():
		return Reading{}, false
	case m.calledOff && m.otherDay():
		return Reading{}, false
	case !p.until.IsZero() || !p.begin.IsZero():
		return p.reading(Change, p.rule()), true
	}
	return Reading{}, false
}

// endStands refuses an exit that its time contradicts, or that comes before the visit (guide E5, E8).
func (m *message) endStands(c Context) bool {
	if (c.State == Booked && c.Now.Before(c.Start) || c.State == None) && m.barelyOut() {
		return false
	}
	if c.State == Booked && c.Now.Before(c.End) && !m.plainly { // "finished at clinic" may be of what came before
		return false
	}
	if m.has("fw", "fwd") || m.countsDown() {
		return false
	}
	for i := 0; i < len(m.words); i++ {
		t := m.timeAt(i)
		if t.words == 0 {
			continue
		}
		if !m.timePast(i, t, c) && !m.afterVisit(i) && !m.planned(i) && !m.counts(i) && !m.spentThen(i, t) && !(m.inExit(i) && (t.isLength() || m.word(i-1) == "by" && m.has("was", "were"))) {
			return false
		}
		i += t.words - 1
	}
	return true
}

// countsDown says whether an exit is what comes after so many more of something, though it may be mistyped: "ten more mniutes then I'm gone".
func (m *message) countsDown() bool {
	return slices.ContainsFunc(m.exited, func(e stretch) bool {
		last := m.clauseStart(e.first) - 1
		if m.words[e.first] == "then" && last < e.first-1 {
			last = e.first
		}
		if w := m.word(last); w != "then" && w != "and" {
			return false
		}
		first := m.clauseStart(last)
		told := slices.ContainsFunc(m.words[first:last], func(w string) bool { return m.v.told[w] || isPast(w) || w == "no" || w == "i" || w == "we" })
		return first < last && !told && m.hasWithin(first, last, "more", "another", "min", "hour")
	})
}

// barelyOut says whether the text says no more than OUT.
func (m *message) barelyOut() bool {
	for i := 0; i < len(m.words); {
		switch end := fillers.at(m, i); {
		case end > i:
			i = end
		case m.words[i] == "out", isBreak(m.words[i]), m.v.courtesy[m.words[i]]:
			i++
		default:
			return false
		}
	}
	return true
}

// inExit says whether word i is part of an exit: a length there is past ("been out 10 minutes", "ended 10 minutes early"), and so is what
// was by then ("I was out by 4").
func (m *message) inExit(i int) bool {
	return slices.ContainsFunc(m.exited, func(s stretch) bool { return s.first <= i && i < s.last })
}

// afterVisit says whether the time at word i is of what comes after the visit: "Browns next at 3", "in a meeting until 4".
func (m *message) afterVisit(i int) bool {
	first, last := m.clauseStart(i), i
	for last < len(m.words) && !isBreak(m.words[last]) {
		last++
	}
	exited := slices.ContainsFunc(m.exited, func(s stretch) bool { return s.last <= first })
	return exited && m.hasIn(m.v.after, first, last)
}

// planned says whether the time at word i is of what had been planned: "was meant to be till 4 but I've left".
func (m *message) planned(i int) bool {
	first := m.clauseStart(i)
	return m.hasIn(m.v.meant, first, i) && slices.ContainsFunc(m.words[first:i], func(w string) bool { return w == "was" || w == "were" })
}

// reading makes a reading with the plan's times.
func (p plan) reading(intent Intent, rule Rule) Reading {
	return Reading{Intent: intent, Until: p.until, Begin: p.begin, Rule: rule}
}
