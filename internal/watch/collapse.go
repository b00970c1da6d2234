package watch

import "slices"

// weights says which of two messages that an alarm is there, to one person and
// in one step, is the one that matters.
var weights = map[Notice]int{TellPolice: 3, TellDuress: 2, TellMention: 2, TellDistress: 2, TellOverdue: 1}

// reminders are messages that say the same again: of several in one step the
// last is enough.
var reminders = []Notice{TellTakeOver, TellHandOver, TellLiaise}

// collapse leaves one message where one waking gave several to the same person
// about the same alarm, or several prompts to the worker about one visit: a
// server that slept through three rounds tells each person once, with how late
// the first of them is. What says something of its own is never left out.
func collapse(effects []Effect) []Effect {
	out := make([]Effect, 0, len(effects))
	for i, e := range effects {
		if !slices.ContainsFunc(effects[i+1:], func(later Effect) bool { return replaces(later, e) }) &&
			!slices.ContainsFunc(effects[:i], func(earlier Effect) bool { return outweighs(earlier, e) }) {
			out = append(out, latest(e, effects))
		}
	}
	return out
}

// replaces says whether a later effect stands for an earlier one.
func replaces(later, earlier Effect) bool {
	switch e := earlier.(type) {
	case Tell:
		l, is := later.(Tell)
		return is && sameTalk(l, e) && weights[l.Notice] >= weights[e.Notice]
	case Reply:
		l, is := later.(Reply)
		asks := e.Notice == AskStart || e.Notice == AskEnd
		return is && e.Of == "" && l.Visit == e.Visit && (l.Of == "" || asks) // what they just told us need not be asked
	default:
		return false
	}
}

func outweighs(earlier, later Effect) bool {
	e, is := earlier.(Tell)
	l, isToo := later.(Tell)
	return is && isToo && sameTalk(e, l) && weights[e.Notice] > weights[l.Notice]
}

// latest is the effect marked with the longest delay of all that it stands for,
// and as the first where one of those was.
func latest(e Effect, effects []Effect) Effect {
	t, is := e.(Tell)
	if !is {
		return e
	}
	for _, other := range effects {
		if o, is := other.(Tell); is && sameTalk(o, t) {
			t.Late = max(t.Late, o.Late)
			t.First = t.First || o.First
		}
	}
	return t
}

// sameTalk says whether two messages tell the same person the same thing, if
// more or less urgently.
func sameTalk(a, b Tell) bool {
	if a.To != b.To || a.Alarm != b.Alarm || a.Alarm == "" {
		return false
	}
	if weights[a.Notice] > 0 && weights[b.Notice] > 0 {
		return true
	}
	return a.Notice == b.Notice && slices.Contains(reminders, a.Notice)
}
