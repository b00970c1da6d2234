package signin

import (
	"strconv"
	"strings"
	"time"
)

// A browser keeps who signed in there, without saying who it was: a mark for each of the last few, good for half a year. It
// proves nothing. It only keeps the guesses of others from being counted against whoever comes back (OWASP, "Slow down online
// guessing attacks with device cookies").
const (
	KnownFor  = 180 * 24 * time.Hour
	mostKnown = 4 // people on one browser
	between   = "~"
)

// Remember gives what a browser keeps from now on in which someone has signed in; before is what it kept until now.
func (s *SignIn) Remember(person, before string) (string, error) {
	salt, err := s.secret()
	if err != nil {
		return "", err
	}
	said := salt + "." + strconv.FormatInt(s.Clock().Add(KnownFor).Unix(), 36)
	marks := []string{said + "." + s.mark("known", said+" "+person)}
	for _, other := range split(before) {
		if len(marks) < mostKnown && !s.isOf(other, person) {
			marks = append(marks, other)
		}
	}
	return strings.Join(marks, between), nil
}

// known gives the mark by which a browser knows someone; "" where it does not.
func (s *SignIn) known(person, kept string) string {
	for _, mark := range split(kept) {
		if person != "" && s.isOf(mark, person) {
			return mark
		}
	}
	return ""
}

// split gives the marks that a browser keeps. More than there can be are a stranger's.
func split(kept string) []string {
	if kept == "" || len(kept) > 1000 {
		return nil
	}
	marks := strings.Split(kept, between)
	return marks[:min(len(marks), mostKnown)]
}

func (s *SignIn) isOf(mark, person string) bool {
	end := strings.LastIndexByte(mark, '.')
	if end < 0 {
		return false
	}
	said := mark[:end]
	_, until, _ := strings.Cut(said, ".")
	ends, err := strconv.ParseInt(until, 36, 64)
	return err == nil && s.Clock().Unix() < ends && s.marked("known", said+" "+person, mark[end+1:])
}

// guessing says what a guess at the password of whoever signs in by a name goes into. Someone whom the browser knows is
// counted by it alone.
func (s *SignIn) guessing(from From, person, name string) []try {
	if mark := s.known(person, from.Known); mark != "" {
		return []try{{key: key("known", mark), bound: atKnown}}
	}
	return tries(from.Address, name)
}

// guessingCodes says what a guess at a person's codes goes into, of whoever had their password right. Where they are not
// known, it counts wherever it came from too: with a thousand addresses and the password, six digits would not hold for long.
func (s *SignIn) guessingCodes(from From, person string) []try {
	if mark := s.known(person, from.Known); mark != "" {
		return []try{{key: key("known", mark), bound: atKnown}}
	}
	return []try{{key: key("pair", from.Address, person), bound: atName}, {key: key("codes", person), bound: atCodes}}
}
