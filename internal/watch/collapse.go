package watch

import "slices"

// weights says which of two messages about one alarm, to one person and in one
// step, is the one that matters; what has no weight is never left out.
var weights = map[Notice]int{
	TellPolice: 6, TellDuress: 5, TellMention: 5, TellDistress: 5, TellOverdue: 4,
	TellTakeOver: 3, TellJoined: 2, TellHandOver: 1, TellLiaise: 1,
}

// collapse leaves one message where one waking gave several to the same person
// about the same alarm, or several prompts to the worker about one visit: a
// server that slept through three rounds tells each person once.
func collapse(effects []Effect) []Effect {
	out := make([]Effect, 0, len(effects))
	for i, e := range effects {
		if !slices.ContainsFunc(effects[i+1:], func(later Effect) bool { return replaces(later, e) }) &&
			!slices.ContainsFunc(effects[:i], func(earlier Effect) bool { return outweighs(earlier, e) }) {
			out = append(out, e)
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
		return is && e.Of == "" && l.Of == "" && l.Visit == e.Visit
	default:
		return false
	}
}

func outweighs(earlier, later Effect) bool {
	e, is := earlier.(Tell)
	l, isToo := later.(Tell)
	return is && isToo && sameTalk(e, l) && weights[e.Notice] > weights[l.Notice]
}

func sameTalk(a, b Tell) bool {
	return a.To == b.To && a.Alarm == b.Alarm && a.Alarm != "" && weights[a.Notice] > 0 && weights[b.Notice] > 0
}
