package checkin

import (
	"strings"
	"unicode"

	"github.com/allclear-safety/allclear/internal/phone"
)

// takeNumber takes a telephone number out of a text, so that its digits are no time: "Phone dying, on 01452 …"
// (rule 8.9). A run of figures shorter than ten is no number to reach somebody on.
func takeNumber(text string) (rest string, number phone.Number) {
	for start := 0; start < len(text); {
		c := text[start]
		if c != '+' && c != '(' && (c < '0' || c > '9') {
			start++
			continue
		}
		end, digits := start, 0
		for end < len(text) && strings.IndexByte("0123456789 ()-+", text[end]) >= 0 {
			if unicode.IsDigit(rune(text[end])) {
				digits++
			}
			end++
		}
		if digits >= 10 && digits <= 15 {
			if n, err := phone.Parse(strings.TrimSpace(text[start:end])); err == nil {
				return text[:start] + " , " + text[end:], n
			}
		}
		start = end
	}
	return text, phone.Number{}
}
