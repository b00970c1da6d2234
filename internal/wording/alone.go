package wording

import "github.com/allclear-safety/allclear/internal/watch"

// alone is what calls say that ask for no key: there is nothing to take charge of.
var alone = map[watch.Notice]string{
	ProveCode:      "It is {at}. Your code is {code}. Please type it on the page that asked for it.",
	watch.AskStart: "It is {at}. We have not heard that your visit has begun. Please text us.",
	watch.AskEnd:   "It is {at}. How are things going? Please text us a new time if you need longer.",
	NumberFails:    "It is {at}. We could not reach you on another number of yours[, which ends in {tail}]. Please put it right in Allclear.",
}

// AsksNoKey says that a call about n has nothing to take charge of.
func AsksNoKey(n watch.Notice) bool { return alone[n] != "" }

// SpeechAlone is what a call about n says that asks for no key, twice.
func SpeechAlone(n watch.Notice, v Values) string {
	what := v.aloud(alone[n])
	return v.rehearsed("This is Allclear. " + what + " I will say that again. " + what + " Goodbye.")
}
