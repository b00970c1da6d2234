package channel

import (
	"errors"
	"fmt"
	"strings"
)

// Next is what an error says to do next.
type Next string

const (
	Retry         Next = "retry"         // the same again, later: nothing is known to be wrong with the message, the number or us
	NextChannel   Next = "next channel"  // it can't reach this number; another channel may
	WrongNumber   Next = "wrong number"  // nobody can be reached at the number: another number, and someone must put it right
	OptedOut      Next = "opted out"     // the person's phone refuses our texts: another channel, and people must be told (rule 2.1)
	NoCredit      Next = "no credit"     // the account can't pay: another provider, and people must be told (rule 7.10)
	Misconfigured Next = "misconfigured" // the provider refuses us, not the message: another provider, and people must be told
)

// Error is why a message was not handed over, or is not known to have been.
type Error struct {
	Next Next
	// Unknown says that the message may have been handed over all the same. It is sent again: a double alarm is better than none.
	Unknown bool
	Code    int   // the provider's, 0 for none
	Err     error // the cause, without private data; nil where the code says it all
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Next))
	if e.Unknown {
		b.WriteString(" (it may have been handed over)")
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": code %d", e.Code)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// NextStep is what err says to do next: "" for no error, and [Retry] for one that does not say.
func NextStep(err error) Next {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Next
	}
	return Retry
}

// MayHaveBeenSent says that err leaves open whether the message was handed over. An error that does not say leaves it open.
func MayHaveBeenSent(err error) bool {
	if err == nil {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return !ok || e.Unknown
}
