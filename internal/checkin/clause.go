package checkin

import (
	"slices"
	"strings"
)

// What a clause says, and of whom.

// ofOthers says whether somebody else is the one that a clause is about: "mum", "the two boys".
func (m *message) ofOthers(rest []int) bool {
	for _, i := range rest {
		switch {
		case m.someone(i), m.v.official[m.words[i]], m.words[i] == "it", m.words[i] == "there":
			return true
		case !m.v.titles[m.words[i]] && !m.v.perhaps[m.words[i]] && m.timeAt(i).words == 0:
			return false
		}
	}
	return false
}

// ofThing says whether a clause is about a thing that keeps nobody where she is: "my lanyard", "the sat nav".
func (m *message) ofThing(rest []int) bool {
	for _, i := range rest {
		switch w := m.words[i]; {
		case m.v.thing[w], w == "sat" && m.word(i+1) == "nav":
			return true
		case !m.v.titles[w]:
			return false
		}
	}
	return false
}

// ofStranger says whether a clause is about somebody or something whose name we do not know: "Tola's staying on".
func (m *message) ofStranger(c clause) bool {
	return len(c.rest) > 2 && m.unknown[c.rest[0]] && m.word(c.rest[0]+1) == "s" && c.rest[1] == c.rest[0]+1
}

// worker says whether the worker is named between two words as the one who does something.
func (m *message) worker(start, end int) bool {
	for _, w := range m.words[start:end] {
		if w == "i" || w == "we" || w == "me" || w == "us" {
			return true
		}
	}
	return false
}

// someone says whether the word at i is somebody else.
func (m *message) someone(i int) bool {
	w := m.words[i]
	return m.v.family[w] || w == "he" || w == "she" || w == "they" || m.v.IsGiven(w)
}

// nextPerson says whether a clause only names who is next: "now mum", "then the kids", "nan next".
func (m *message) nextPerson(c clause) bool {
	next, whom := false, false
	for i := c.begin; i < c.end; i++ {
		switch w := m.words[i]; {
		case w == "now" || w == "next" || w == "then" || w == "just":
			next = true
		case m.someone(i), m.v.people[w]:
			whom = true
		case w != "for" && !m.v.titles[w]:
			return false
		}
	}
	return whom && (next || m.word(c.begin-1) == "then")
}

// namesWhat says whether a clause only names what came out or away in the one before it, where no worker is named: "the tooth".
func (m *message) namesWhat(c, before clause) bool {
	came := before.exits && !m.worker(before.begin, before.end) && slices.ContainsFunc(m.words[before.begin:before.end], func(w string) bool { return w == "came" || w == "come" })
	return came && !c.told && len(c.rest) <= 3 && len(c.rest) == c.end-c.begin && m.v.titles[m.words[c.begin]]
}

// someoneCame says whether a clause tells only that others came: "the meter man came", of "came and left".
func (m *message) someoneCame(c clause) bool {
	if len(c.rest) < 2 || m.worker(c.begin, c.end) {
		return false
	}
	last := c.end - 1
	switch m.words[last] {
	case "round", "in", "over", "by", "up", "along":
		last--
	}
	switch m.words[last] {
	case "came", "come", "called", "visited", "arrived", "been", "popped", "turned", "dropped":
		return last > c.begin
	}
	return false
}

// loosely says whether only a word that is none of English parts an exit from what is still to come: "I'll ring you oce I'm home".
func (m *message) loosely(first, start int) bool {
	if start == first || !m.hasIn(m.v.later, first, start) {
		return false
	}
	from := m.cuts[start-1]
	typed := string([]rune(m.text)[from.first:from.last])
	return !m.v.english[strings.ReplaceAll(typed, "'", "")] && !m.v.IsSomeone(typed) && strings.Trim(typed, "abcdefghijklmnopqrstuvwxyz") == ""
}

// refuses says whether a clause tells of something that somebody will not do, or has yet to: "dad won't hand him back", "mum has to sign".
func (m *message) refuses(c clause) bool {
	return slices.ContainsFunc(c.rest, func(i int) bool {
		switch m.word(i - 1) {
		case "will", "does", "do":
			return m.words[i] == "not"
		case "has", "have", "got":
			return m.words[i] == "to"
		}
		return false
	})
}

// hasAny says whether one of the words at those places is in the set; hasIn, one between two places.
func (m *message) hasAny(set wordSet, at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool { return set[m.words[i]] })
}

func (m *message) hasIn(set wordSet, start, end int) bool {
	return slices.ContainsFunc(m.words[start:end], func(w string) bool { return set[w] })
}

func (m *message) hasSomeone(at []int) bool { return slices.ContainsFunc(at, m.someone) }

// hasUnknown says whether one of the words is unknown, and may be a known one that was mistyped: short, or one slip from one.
func (m *message) hasUnknown(at []int) bool {
	return slices.ContainsFunc(at, m.mistyped)
}

// anyMistypedBut says whether a word may be a known one mistyped, unless it is only the name of the one that its clause is about.
func (m *message) anyMistypedBut(clauses []clause) bool {
	return slices.ContainsFunc(clauses, func(c clause) bool { return m.anyMistypedWithin(m.afterStranger(c), c.end) })
}

// afterStranger gives where a clause goes on after a name we do not know that it begins with: "Tola's staying on".
func (m *message) afterStranger(c clause) int {
	if m.ofStranger(c) && c.rest[0] == c.begin {
		return c.begin + 1
	}
	return c.begin
}

func (m *message) anyMistyped() bool { return m.anyMistypedWithin(0, len(m.words)) }

func (m *message) anyMistypedWithin(first, last int) bool {
	for i := first; i < last; i++ {
		if m.mistyped(i) {
			return true
		}
	}
	return false
}

func (m *message) mistyped(i int) bool {
	return m.unknown[i] && (len(m.typed[i]) < 4 || m.v.slipOfAny(m.typed[i]))
}

// hasNumber says whether one of the words is a figure that no time was read from.
func (m *message) hasNumber(at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool {
		return m.words[i][0] <= '9' && m.words[i][0] >= '0' && !m.counts(i)
	})
}

// entersIn says whether the worker goes in again.
func (m *message) entersIn(at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool {
		end := entries.at(m, i)
		return end > i && m.word(i-1) != "not" && m.word(end) != "a" && m.word(end) != "my" && !(m.word(end) == "the" && m.word(end+1) == "end")
	})
}

// tells says whether words are of what is past. One who "is sat" or "stood" somewhere is there now.
func (m *message) tells(words []int) bool {
	return slices.ContainsFunc(words, func(i int) bool {
		switch m.words[i] {
		case "sat", "stood":
			if before := m.word(i - 1); before == "s" || before == "is" || before == "are" || before == "am" {
				return false
			}
		}
		return m.v.told[m.words[i]] || isPast(m.words[i])
	})
}

// isOver says whether a clause ends by saying that what it is about is over: "life story work is done".
func (m *message) isOver(c clause) bool {
	last := c.rest[len(c.rest)-1]
	switch m.words[last] {
	case "over", "done", "finished", "complete", "completed", "ended":
	default:
		return false
	}
	return m.v.is[m.word(last-1)] && last-1 > c.begin && !m.hasAny(m.v.promise, c.rest) && !m.hasAny(m.v.doubt, c.rest)
}

// goesBack says whether a clause that goes on after an exit has the worker go in again: "so going back up", "so back to look".
func (m *message) goesBack(c clause) bool {
	if c.away && (len(c.rest) < 2 || m.words[c.rest[0]] != "to") { // "going back to the office"
		return false
	}
	return c.goesOn && m.hasIn(m.v.back, c.begin, c.end) && !m.hasIn(m.v.asksUs, c.begin, c.end) && !m.otherDayBetween(c.begin, c.end) && !m.anyTimeIn(c.begin, c.end)
}

func (m *message) anyTimeIn(first, last int) bool {
	return slices.ContainsFunc(m.times[first:last], func(t moment) bool { return t.words > 0 })
}

// takenBack says whether the last clause takes an exit back: "I've left. Not really".
func (m *message) takenBack(clauses []clause) bool {
	last := clauses[len(clauses)-1]
	said := strings.Join(m.words[last.begin:last.end], " ")
	return said == "not" || said == "not really"
}

// wentBack says whether a clause after an exit tells that the worker went in again: "but came back", "then I was called in".
func (m *message) wentBack(c clause) bool {
	if m.otherDayBetween(c.begin, c.end) {
		return false
	}
	then := (m.word(c.begin-1) == "then" || m.words[c.begin] == "then") && slices.ContainsFunc(m.words[c.begin:c.end], func(w string) bool { return w == "in" || w == "inside" || w == "into" })
	return (c.told || c.stays) && (then || m.hasIn(m.v.returns, c.begin, c.end))
}

// hasIsIn says whether one of the words tells what is: "has", "is".
func (m *message) hasIsIn(at []int) bool {
	return slices.ContainsFunc(at, func(i int) bool {
		return m.words[i] == "has" || m.words[i] == "have" || m.words[i] == "is" || m.words[i] == "are"
	})
}

// wasThen says whether a clause tells what was, and nothing that is: "was still banging about".
func (m *message) wasThen(c clause) bool {
	was := false
	for _, w := range m.words[c.begin:c.end] {
		switch w {
		case "was", "were":
			was = true
		case "is", "s", "are", "am", "now", "has", "have", "will":
			return false
		}
	}
	return was
}

func (m *message) otherDayIn(words []int) bool {
	return slices.ContainsFunc(words, func(i int) bool { return dayWords.at(m, i) > i })
}

// does says whether a clause tells what somebody is doing: "packing up", but not "her reading certificate".
func (m *message) does(c clause) bool {
	return slices.ContainsFunc(c.rest, func(i int) bool {
		before := m.word(i - 1)
		return m.isDoing(m.words[i]) && !m.v.titles[before] && !m.v.article[before] && !m.isGerund(i)
	})
}

// isGerund says whether the word in -ing at i only names what is spoken of, or what was done: "the delay in notifying you", "got chatting".
func (m *message) isGerund(i int) bool {
	switch m.word(i - 1) {
	case "in", "for", "without", "from", "of":
		return true
	case "got", "ended", "spent":
		return m.words[i] == "chatting" || m.words[i] == "talking" || m.words[i] == "nattering"
	}
	return false
}

// errand says whether a clause tells what only one who has left does: "grabbing a sandwich", "seeing the Kapoors at half 3". With any of
// those she visits she may still be among them.
func (m *message) errand(c clause) bool {
	for i := c.begin; i < c.end; i++ {
		switch w := m.words[i]; {
		case m.v.errand[w]:
			return !m.hasSomeone(c.rest) && !m.hasAny(m.v.room, c.rest) && !m.hasAny(m.v.people, c.rest) && !m.hasAny(m.v.again, c.rest) && !m.accompanied(c.begin, c.end-1)
		case w != "i" && w != "am" && w != "we" && w != "are" && !m.v.adverbs[w]:
			return false
		}
	}
	return false
}

// trails says whether only the worker stands after an exit, said once more: "I've been out ages me".
func (m *message) trails(start, end int) bool {
	return m.word(end) == "me" && (m.word(end+1) == "" || isBreak(m.words[end+1])) && m.worker(start, end)
}

// counts says whether the number at word i is of things or of a way: "all 3 pages", "5 miles away".
func (m *message) counts(i int) bool { return m.v.counted[m.word(i+1)] }

// spentThen says whether the length at word i is of what was done before the exit: "saw mum for half an hour and I've left".
func (m *message) spentThen(i int, t moment) bool {
	if len(m.exited) == 0 || i > m.exited[len(m.exited)-1].first || !t.isLength() || m.word(i-1) != "for" && !m.v.told[m.word(i-1)] && m.word(i-1) != "there" {
		return false
	}
	first := i
	for first > 0 && !isBreak(m.words[first-1]) && !m.v.joins[m.words[first-1]] {
		first--
	}
	went := slices.Contains(m.words[first:i], "went")
	for j := first; j < i; j++ {
		if w := m.words[j]; w == "gone" || w == "got" || m.v.promise[w] || m.v.ahead[w] || !went && entries.at(m, j) > j {
			return false
		}
	}
	return m.hasIn(m.v.told, first, i)
}

// didIt says whether a clause tells what the worker did: "we sat in the garden", "couldn't wait for dad".
func (m *message) didIt(c clause) bool {
	first := m.words[c.begin]
	return c.told && (first == "i" || first == "we") || first == "could" && m.word(c.begin+1) == "not"
}

// beforeExit says whether a clause stands before the first exit: "went in, saw mum, left".
func (m *message) beforeExit(c clause) bool { return len(m.exited) > 0 && c.end <= m.exited[0].first }

// pair says whether the "and" at word i stands between two who do something together: "mum and baby are at the refuge".
func (m *message) pair(i int, c clause) bool {
	if m.words[i] != "and" || c.exits || c.away || len(c.rest) == 0 || len(c.rest) != i-c.begin || len(c.rest) > 2 || !m.someone(i-1) {
		return false
	}
	i++
	if m.v.titles[m.word(i)] {
		i++
	}
	return m.word(i) != "" && m.someone(i) && (m.v.is[m.word(i+1)] || m.v.told[m.word(i+1)] || isPast(m.word(i+1)))
}

// withWorker says whether a clause puts somebody beside the worker: "walking with me", "behind us".
func (m *message) withWorker(c clause) bool {
	return slices.ContainsFunc(c.rest, func(i int) bool {
		return m.v.beside[m.words[i]] && m.v.me[m.word(i+1)] && m.word(i-1) != "door" && m.word(i-1) != "gate"
	})
}

// beingBeside says whether a clause tells that somebody or something is beside the worker now: "a pickup's been right behind me".
func (m *message) beingBeside(c clause) bool {
	return m.withWorker(c) && slices.ContainsFunc(c.rest, func(i int) bool {
		return m.words[i] == "been" || m.words[i] == "is" || m.words[i] == "s" || m.words[i] == "are" || m.words[i] == "am" || m.words[i] == "still" || m.words[i] == "now"
	})
}

// isPast and isDoing read a verb by its ending.
func isPast(w string) bool {
	return len(w) > 4 && w[len(w)-2:] == "ed" && w != "indeed" && w != "speed"
}

func (m *message) isDoing(w string) bool {
	return len(w) > 5 && w[len(w)-3:] == "ing" && !m.v.notDoing[w]
}

// rhetorical says whether a question mark ends a question about an earlier text: "did my out text not send?".
func (m *message) rhetorical(i int) bool {
	return m.word(i) == "did" && m.word(i+1) == "my"
}
