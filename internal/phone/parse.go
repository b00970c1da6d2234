package phone

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/nyaruka/phonenumbers"
)

// What Parse refuses. None holds a digit of the number, so each may be shown and logged as it is.
var (
	ErrEmpty     = errors.New("no telephone number given")
	ErrLong      = errors.New("too long for a telephone number")
	ErrExtension = errors.New("has an extension, which can't be texted; give a direct number")
	ErrLetters   = errors.New("has more in it than a telephone number")
	ErrPlus      = errors.New("has a plus sign out of place")
	ErrShort     = errors.New("too short, or a short code; give the whole number with its area code")
	ErrDigits    = errors.New("has too many digits, or an unknown country code")
)

const (
	maxChars = 40 // generous for spaces and brackets; bounds what a stranger can make us read
	british  = 44
)

// Parse reads a number as people write it: "07700 900101", "+44 (0)7700-900.101", "0044 7700 900101", "447700900101", "0+447700900101",
// "+353 86 123 4567", "00353 86 123 4567". A number without a country code is British.
//
// It takes every number that could be dialled, also one of no known range, and refuses extensions, letters, short codes and emergency
// numbers, and local numbers without their area code. The errors are those above; none tells the number.
func Parse(s string) (Number, error) {
	if plainBritishMobile(s) {
		return Number{private.New(s)}, nil
	}
	digits, err := dialled(s)
	if err != nil {
		return Number{}, err
	}
	e164, err := international(digits)
	if err != nil {
		return Number{}, err
	}
	// What is stored is parsed again later, and must be the same number then: "0000…" loses a 0 each time.
	if again, err := international(e164); err != nil || again != e164 {
		return Number{}, ErrDigits
	}
	return Number{private.New(e164)}, nil
}

// international is the number in E.164 that is reached by dialling digits from a British telephone.
func international(digits string) (string, error) {
	parsed, err := phonenumbers.Parse(digits, region)
	switch {
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD), errors.Is(err, phonenumbers.ErrNotANumber):
		return "", ErrShort
	case err != nil:
		return "", ErrDigits
	}
	if err := possible(parsed); err != nil {
		return "", err
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), nil
}

// plainBritishMobile is the fast path: how every gateway writes nearly every sender we have. The full reading takes some 20 µs, too much
// for a webhook that is called thousands of times a second.
func plainBritishMobile(s string) bool {
	if len(s) != len("+447700900101") || s[:4] != "+447" {
		return false
	}
	for i := 4; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// dialled strips what people put between the digits and leaves the digits, with the plus sign if there is one.
func dialled(s string) (string, error) {
	if len(s) > maxChars*utf8.UTFMax || utf8.RuneCountInString(s) > maxChars {
		return "", ErrLong
	}
	var kept strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			kept.WriteRune(r)
		case r == '+':
			if strings.Trim(kept.String(), "0") != "" || kept.Len() > 2 {
				return "", ErrPlus
			}
			// "0+44 …" is what a form with a leading 0 makes of a full number
			kept.Reset()
			kept.WriteRune(r)
		case !separates(r):
			if extends(s[i:]) && kept.Len() > 0 {
				return "", ErrExtension
			}
			return "", ErrLetters
		}
	}
	if strings.Trim(kept.String(), "+") == "" {
		return "", ErrEmpty
	}
	return kept.String(), nil
}

// separates says that r may stand between digits: spaces, dashes, dots, brackets, and the unseen marks that come along when a number is
// copied out of an address book.
func separates(r rune) bool {
	return strings.ContainsRune(".()[]/·", r) || unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf) || r == '\t' || r == '−'
}

// extends says that rest begins as an extension is written.
func extends(rest string) bool {
	rest = strings.ToLower(rest)
	for _, sign := range []string{"x", "ext", "#", ";", ",", "opt"} {
		if strings.HasPrefix(rest, sign) {
			return true
		}
	}
	return false
}

// possible refuses what can't be dialled from here. The library's "possible" goes by length alone, and takes a British number with a
// digit missing.
func possible(n *phonenumbers.PhoneNumber) error {
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.TOO_SHORT, phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return ErrShort
	default:
		return ErrDigits
	}
	if n.GetCountryCode() != british {
		return nil
	}
	switch national := phonenumbers.GetNationalSignificantNumber(n); {
	case national[0] == '0':
		return ErrDigits
	case national[0] == '7' && len(national) < 10, len(national) < 9 && !phonenumbers.IsValidNumber(n):
		return ErrShort
	}
	return nil
}
