// Package phone holds telephone numbers as they are dialled: in E.164, and redacted whenever they are printed.
//
// A number that people gave is tried, however odd it looks: only what no telephone could dial, or what would reach a switchboard's menu
// or an emergency service instead of a person, is refused. The ranges known to be in use age, and the numbers set aside for examples and drama
// are outside them.
package phone

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/nyaruka/phonenumbers"
)

// region is where a number without a country code is dialled from.
const region = "GB"

// Number is a telephone number. Numbers are equal by == when they dial the same. The zero value is no number.
type Number struct {
	e164 private.Text
}

// E164 gives the number in full, "+447700900101", or "" for no number. It goes to a gateway or to someone with the right to see it.
func (n Number) E164() string { return n.e164.Reveal() }

// IsZero says that there is no number.
func (n Number) IsZero() bool { return n.e164.IsZero() }

// Equal is ==, for comparers that look for a method.
func (n Number) Equal(m Number) bool { return n == m }

// String is the number as a log or an error may show it: "…01", or "no number".
func (n Number) String() string {
	if n.IsZero() {
		return "no number"
	}
	full := n.E164()
	return "…" + full[len(full)-2:]
}

// GoString is as String.
func (n Number) GoString() string { return n.String() }

// Format writes what String gives for every verb, so that %x and %d leak no more than %s.
func (n Number) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.String())) }

// LogValue is as String.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON gives what String gives. There is no way back from it: what is stored or answered by the API is E164.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(`"` + n.String() + `"`), nil }

// MarshalText gives what String gives.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// Mobile says, as well as its digits can tell, that the number is a mobile's and can be texted. A number that was ported, or whose country
// does not tell mobiles apart, counts as a mobile.
func (n Number) Mobile() bool {
	if n.IsZero() {
		return false
	}
	if national, ok := strings.CutPrefix(n.E164(), "+447"); ok {
		return britishMobile(national)
	}
	kind := phonenumbers.GetNumberType(n.parsed())
	return kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
}

// britishMobile judges a number by what follows +447. Its own rule rather than the library's, which knows ranges in use and would not have
// the drama numbers 07700 900xxx: 070 is a personal number and 076 a pager, but for the Isle of Man's 07624.
func britishMobile(rest string) bool {
	return rest[0] != '0' && (rest[0] != '6' || strings.HasPrefix(rest, "624"))
}

// National gives the number in full as people write it: "07700 900101" for a British one, "+353 86 123 4567" for another; "" for no number.
func (n Number) National() string {
	if n.IsZero() {
		return ""
	}
	parsed := n.parsed()
	if parsed.GetCountryCode() == british {
		// in a range nobody has been given, the library does not know that a 0 is dialled first
		if national := phonenumbers.Format(parsed, phonenumbers.NATIONAL); national[0] == '0' {
			return national
		}
	}
	return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
}

// Spoken gives the number in full as a voice reads it out, digit by digit with a pause between groups: "0 7 7 0 0, 9 0 0 1 0 1"; "" for no
// number.
func (n Number) Spoken() string {
	groups := strings.FieldsFunc(n.National(), func(r rune) bool { return r != '+' && (r < '0' || r > '9') })
	for i, group := range groups {
		groups[i] = strings.Join(strings.Split(group, ""), " ")
	}
	return strings.Replace(strings.Join(groups, ", "), "+", "plus", 1)
}

// parsed reads the number again rather than keeping it read: a Number stays one word, and == stays equality.
func (n Number) parsed() *phonenumbers.PhoneNumber {
	parsed, err := phonenumbers.Parse(n.E164(), region)
	if err != nil {
		return &phonenumbers.PhoneNumber{}
	}
	return parsed
}
