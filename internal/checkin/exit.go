package checkin

import (
	"slices"
	"strings"
)

// An end that is none can kill: the alarm that would have come never does. So one clause must say plainly that the worker has left, and
// no other may leave a doubt (guide E). Clauses are told apart by what they say of the worker's place.

// clause is what a text says between two breaks.
type clause struct {
	begin    int
	end      int
	rest     []int // its words that no phrase explains
	exits    bool  // a completed exit
	left     bool  // so plain a one that little can be said against it: "I've left", not "all done"
	refused  bool  // an exit that is none: "nearly out"
	near     bool  // words of an exit that are none
	away     bool  // the worker is elsewhere
	stays    bool  // the worker is still there, or there again
	asks     bool  // ends as a question
	goesOn   bool  // goes on from the one before it: "mum came and left"
	ofOthers bool  // somebody else is the one who does something
	ofThing  bool  // a thing is that keeps nobody: "my lanyard's still there", "the sat nav is sending me round"
	told     bool  // it tells what is past
	returns  bool  // the worker went back after an exit: "left but came back"
}

// exit says whether the text is a completed exit with nothing against it; claims is true when one is in it at all.
func (m *message) exit() (whole, claims bool) {
	m.exited = nil
	var clauses []clause
	over, away, left, came := false, false, false, false
	for i := 0; i < len(m.words); {
		c, next := m.clauseFrom(i)
		c.goesOn = i > 0 && !isBreak(m.words[i-1])
		c.ofOthers, c.ofThing = m.ofOthers(c.rest) || m.ofStranger(c), m.ofThing(c.rest)
		c.end, c.told, c.asks = next, m.tells(c.rest), c.asks || !c.exits && m.words[c.begin] == "why"
		c.returns = claims && !c.exits && !c.ofOthers && !c.ofThing && (!c.away && m.wentBack(c) || m.goesBack(c))
		if n := len(clauses); n > 0 && c.exits && c.goesOn && !m.worker(c.begin, next) && (clauses[n-1].ofOthers || came || clauses[n-1].near && m.words[c.begin-1] != "but" || m.hasAny(m.v.later, clauses[n-1].rest)) {
			c.exits, c.left, c.refused, c.ofOthers = false, false, true, clauses[n-1].ofOthers // "Beth is out and back at the office", "will get my coat and out"
		}
		came = m.someoneCame(c) || came && c.told && !c.exits && !m.worker(c.begin, next) // "the gas man came, fixed it"
		over = over || len(c.rest) == 0 && m.overIn(i, next)
		claims, away, left = claims || c.exits, away || c.away, left || c.left
		clauses = append(clauses, c)
		if i = next; i < len(m.words) && (isBreak(m.words[i]) || m.v.joins[m.words[i]] || m.givesReason(i)) {
			i++
		}
	}
	claims = claims || over && away
	m.claimed, m.plainly = claims, left
	whole = claims && !m.cut && !m.guessed && !m.anyMistypedBut(clauses) && !m.takenBack(clauses) && !m.cutShort()
	var before clause
	for _, c := range clauses {
		if !whole {
			break
		}
		whole = m.fits(c, before, left)
		before = c
	}
	return whole, claims
}

// cutShort says whether one word written short is all there is: "lft" may be "lift" that lost a letter.
func (m *message) cutShort() bool {
	return len(m.words) > 0 && m.cuts[0].last-m.cuts[0].first < len(m.words[0]) && !slices.ContainsFunc(m.words[1:], func(w string) bool { return !isBreak(w) })
}

// clauseFrom reads the clause that begins at word i, and says where it ends: at a break, or at a word that begins another clause.
func (m *message) clauseFrom(i int) (c clause, next int) {
	for c.begin = i; i < len(m.words); {
		begin := i
		end, kind := m.place(i)
		if kind == exits && m.words[i] == "then" && i > c.begin && m.tells(c.rest) && !m.does(c) && !m.hasAny(m.v.promise, c.rest) { // "was in for 20 mins then left"
			return c, i
		}
		if kind == exits && !m.exitHere(i, end, c) {
			m.nearly, c.near = true, true
			c.refused = c.refused || m.hasAny(m.v.promise, c.rest) || m.hasSomeone(c.rest) || m.quoted(i) || i == c.begin && (m.word(end) == "" || m.word(end) == "of")
			m.note(onNearly, i, end)
			c.rest = append(c.rest, i)
			i++
			continue
		}
		switch kind {
		case exits:
			c.exits, c.left = true, c.left || m.hasIn(m.v.gone, i, end)
			c.stays = c.stays || m.homeTogether(i, end)
			m.exited = append(m.exited, stretch{i, end})
			m.note(onExit, i, end)
		case aways:
			c.away = true
			c.stays = c.stays || m.accompanied(i, end)
			m.note(onAway, i, end)
		case stays, unmeant:
			if kind == stays && (m.ofOthers(c.rest) && !m.hasIn(m.v.me, i, end) || m.ofThing(c.rest)) { // "nan's staying in with them"
				kind, end = 0, i
			} else {
				c.stays = true
			}
		}
		switch {
		case end > i:
			i = end
			if kind == aways || kind == exits && !m.hasIn(m.v.session, begin, end) { // "visit ended with a hug" tells more
				i = max(i, m.withThing(i))
			}
		case isBreak(m.words[i]):
			c.asks = m.words[i] == "?"
			return c, i
		case i > c.begin && (m.v.joins[m.words[i]] && !m.pair(i, c) || m.clauseAt(i, c)):
			return c, i
		case m.timeAt(i).words > 0 && m.timeAt(i).form != bareHour: // endStands judges it
			i += m.timeAt(i).words
		case m.v.joins[m.words[i]] && i == c.begin:
			i++
		default:
			c.rest = append(c.rest, i)
			i++
		}
	}
	return c, i
}

// clauseAt says whether another clause begins at word i though no break stands before it: "left now I'm in the car", "out that was long".
func (m *message) clauseAt(i int, c clause) bool {
	w, next := m.words[i], m.word(i+1)
	switch {
	case w == "i" || w == "we":
		return c.exits || (next == "am" || next == "have" || next == "will") && len(c.rest) > 0 && !m.v.promise[m.word(i-1)] && m.word(i-1) != "that"
	case w == "after":
		return c.exits
	case w == "as":
		return c.exits && m.givesReason(i)
	case w == "it", w == "that", w == "there", w == "you", m.someone(i), w == "ring", m.v.thing[w]:
		return c.exits && (m.v.is[next] || m.v.told[next] || isPast(next))
	case w == "my" && (m.v.thing[next] || next == "ring"):
		return c.exits && (m.v.is[m.word(i+2)] || m.v.told[m.word(i+2)] || isPast(m.word(i+2)))
	case w == "was", w == "did", w == "forgot": // "left ages ago was on phone"
		return c.exits && (m.word(i-1) == "ago" || m.word(i-1) == "ages" || m.worker(c.begin, i) && i-c.begin > 2)
	case w == "will":
		return c.exits && (m.word(i-1) == "now" || m.word(i-1) == "already")
	}
	return false
}

// givesReason says whether word i is an "as" that means because: "out early as mum had to get to work".
func (m *message) givesReason(i int) bool {
	next := m.word(i + 1)
	return m.words[i] == "as" && next != "" && (m.someone(i+1) || next == "i" || next == "we" || next == "it")
}

// place finds the longest phrase at word i that says where the worker is, or says nothing. Of two that are equally long the one that
// keeps the visit open counts; it counts too beside one that only places the worker elsewhere: "waiting for a taxi with the lads".
func (m *message) place(i int) (end int, kind phrases) {
	end = i
	for _, k := range []phrases{unmeant, stays, exits, aways, overs, fillers} {
		if e := k.at(m, i); e > end && !(k == aways && kind == stays) {
			end, kind = e, k
		}
	}
	if kind == aways {
		for j := i + 1; j < end; j++ {
			if e := stays.at(m, j); e >= end && m.words[j] != "downstairs" && m.words[j] != "upstairs" { // "just waiting on the taxi with the girls"
				return e, stays
			}
		}
	}
	if e := m.roadAt(i); e > end && kind != stays {
		return e, aways
	}
	return end, kind
}

// roadAt gives where a road with a number ends on which the worker is: "on the M6", "halfway down the A55". Else it is 0.
func (m *message) roadAt(i int) int {
	switch m.words[i] {
	case "on", "down", "up", "along", "off", "onto", "into":
	default:
		return 0
	}
	i++
	if m.word(i) == "the" {
		i++
	}
	w := m.word(i)
	if len(w) < 2 || len(w) > 5 || strings.IndexByte("abm", w[0]) < 0 || strings.Trim(w[1:], "0123456789m") != "" {
		return 0
	}
	return i + 1
}

// homeTogether says whether it is not the worker alone who is home: "we're back home" may be with those she took to the park.
func (m *message) homeTogether(i, end int) bool {
	words := m.words[i:end]
	return slices.Contains(words, "home") && (slices.Contains(words, "we") || slices.Contains(words, "us"))
}

// accompanied says whether the worker is in that place with those she visits: "on the bus with mum".
func (m *message) accompanied(i, end int) bool {
	colleague := slices.Contains(m.words[i:end], "supervision") // "in supervision with Alan"
	for ; i <= end && i < len(m.words); i++ {
		if m.words[i] != "with" {
			continue
		}
		for j := i + 1; j < len(m.words) && j <= i+4 && !isBreak(m.words[j]); j++ {
			if m.v.family[m.words[j]] || m.v.people[m.words[j]] || !colleague && (m.someone(j) || m.v.IsSomeone(m.words[j]) || j == i+1 && m.v.IsName(m.words[j])) {
				return true
			}
		}
	}
	return false
}

// withThing gives where words end that say only what the worker has with her: "with a brew", "with the heater on". Who is with her is no
// such thing: it may keep her there.
func (m *message) withThing(i int) int {
	if m.word(i) != "with" || !m.v.article[m.word(i+1)] {
		return 0
	}
	for j := i + 2; ; j++ {
		w := m.word(j)
		switch {
		case w == "" || isBreak(w) || m.v.joins[w]:
			if j == i+2 {
				return 0
			}
			return j
		case j > i+5, m.someone(j), m.v.people[w], m.v.IsSomeone(w), m.v.IsName(w) && m.word(i+1) != "a", m.v.creature[w], m.v.alarming[w], m.unknown[j] && m.mistyped(j), m.isDoing(w):
			return 0
		}
	}
}

// overIn says whether the clause is a session's end said shortly: "done".
func (m *message) overIn(i, next int) bool {
	for ; i < next; i++ {
		if end := overs.at(m, i); end > i {
			m.note(onOver, i, end)
			return true
		}
	}
	return false
}

// explainsNothing says whether no phrase begins at word i.
func (m *message) explainsNothing(i int) bool {
	end, _ := m.place(i)
	return end == i
}

// exitHere refuses an exit whose clause makes it another thing: "nearly out", "mum has left", "left my bag".
func (m *message) exitHere(start, end int, c clause) bool {
	if m.quoted(start) || m.loosely(c.begin, start) {
		return false
	}
	if end < len(m.words) && (m.withThing(end) == 0 || m.hasIn(m.v.session, start, end)) && m.explainsNothing(end) && !isBreak(m.words[end]) && !m.v.joins[m.words[end]] && !m.clauseAt(end, clause{exits: true, begin: start}) && !m.trails(start, end) && m.times[end].words == 0 {
		return false
	}
	then := m.words[start] == "then" || m.word(start-1) == "then"
	for _, i := range c.rest {
		if w := m.words[i]; m.v.promise[w] || m.someone(i) || then && m.isDoing(w) { // "chucking the toys in the box then I'm out"
			return false
		}
	}
	return len(c.rest) == 0 || m.worker(start, end)
}

// quoted says whether word i stands in quotation marks.
func (m *message) quoted(i int) bool {
	open := false
	for j := 0; m.quotes && j < i; j++ {
		open = open != (m.words[j] == `"`)
	}
	return open
}

// fits says whether a clause leaves no doubt beside an exit: it says nothing of the worker's place, it tells of others, or of what is past.
// Beside a plain "I've left" it takes more to doubt than beside "all done".
func (m *message) fits(c, before clause, left bool) bool {
	if fits, decided := m.fitsAtOnce(c, before, left); decided {
		return fits
	}
	return m.fitsByWhom(c, before, left)
}

// fitsAtOnce decides by what a clause says of the worker's place or of danger, or by its form, whoever it is about.
func (m *message) fitsAtOnce(c, before clause, left bool) (fits, decided bool) {
	switch {
	case c.returns:
		return false, true
	case c.stays && left && !c.exits && (m.didIt(c) || m.wasThen(c)): // "we sat in the garden", "mum was still there"
		return true, true
	case c.stays && left && !c.exits && (c.ofOthers || m.hasIn(m.v.later, c.begin, c.end)) && m.otherDayBetween(c.begin, c.end): // "I'll go back in on Monday"
		return true, true
	case c.stays, c.asks && c.exits:
		return false, true
	case len(c.rest) == 0:
		return true, true
	case m.hasAny(m.v.alarming, c.rest), m.in && m.entersIn(c.rest) && !(c.ofOthers && c.told && !m.hasAny(m.v.me, c.rest)) && !(left && c.told && m.beforeExit(c)), m.hasUnknown(c.rest[m.afterStranger(c)-c.begin:]):
		return false, true
	case c.ofThing && left && !c.refused, !c.refused && m.isOver(c):
		return true, true
	case !left && m.words[c.begin] == "after" && (!c.told || m.hasIsIn(c.rest)) && m.ofOthers(c.rest[1:]): // "all done after mum has had her tea"
		return false, true
	case c.exits, c.away && !c.ofOthers:
		return !m.hasAny(m.v.doubt, c.rest) && !(c.away && m.hasAny(m.v.with, c.rest) && m.hasSomeone(c.rest)), true
	case c.asks:
		return left && !c.refused || m.rhetorical(c.rest[0]), true
	case c.begin == 0 && len(c.rest) == 1 && c.end == 1 && m.v.IsGiven(m.words[0]): // "Margaret. Home now."
		return true, true
	case !c.told && len(c.rest) <= 2 && len(c.rest) == c.end-c.begin && !(left && m.v.joins[m.word(c.end)]) && (m.someone(c.rest[len(c.rest)-1]) || m.v.creature[m.words[c.rest[len(c.rest)-1]]]):
		return false, true // "not there any more, the dog"
	case m.namesWhat(c, before): // "just came out, the tooth"
		return false, true
	case !left && m.nextPerson(c): // "said bye to dad, now mum"
		return false, true
	case m.otherDayIn(c.rest), left && m.v.asksUs[m.words[c.begin]]: // "leaving the car at home tomorrow", "start without me"
		return true, true
	}
	return false, false
}

// fitsByWhom decides by whom a clause is about, and whether it tells what is past.
func (m *message) fitsByWhom(c, before clause, left bool) bool {
	told, others := c.told || m.words[c.begin] == "after" || c.goesOn && before.told, c.ofOthers || m.words[c.begin] == "after" && c.told && m.ofOthers(c.rest[1:]) || c.goesOn && before.ofOthers && !m.worker(c.rest[0], c.rest[0]+1)
	mine, doing := m.hasAny(m.v.me, c.rest), m.does(c)
	switch {
	case left && !c.refused && !(c.goesOn && before.ofOthers && !before.ofThing) && m.errand(c): // "grabbing a sandwich"
		return true
	case left && m.beingBeside(c): // "a pickup's been right behind me since"
		return false
	case others && !c.refused && !mine && m.wasThen(c): // "the landlord was still banging about when I went"
		return true
	case others && left:
		return !mine || told && !doing || !doing && !c.refused && !m.withWorker(c) // "mum was lovely", "she's still in bed", but not "mum's walking with me"
	case others:
		return !m.hasAny(m.v.doubt, c.rest) && !doing && (told || !mine) && !m.refuses(c) // "over, but dad won't hand him back"
	case left && !c.refused && (told && !doing || m.wasThen(c)):
		return true
	case c.refused, m.hasAny(m.v.doubt, c.rest), m.hasAny(m.v.timeWords, c.rest), m.hasNumber(c.rest), doing, m.hasAny(m.v.with, c.rest) && m.hasSomeone(c.rest):
		return false
	case told:
		return true
	case m.hasAny(m.v.later, c.rest): // "will write it up tonight", but not "can't stand up"
		return !m.hasAny(m.v.back, c.rest) && !slices.ContainsFunc(c.rest, func(i int) bool { return m.words[i] == "can" && m.word(i+1) == "not" })
	case m.v.at[m.words[c.begin]]: // "in her car", "with the kids"
		return false
	}
	return len(c.rest) <= 5 && !m.worker(c.rest[0], c.rest[len(c.rest)-1]+1) || left && !mine && !m.hasAny(m.v.again, c.rest)
}
