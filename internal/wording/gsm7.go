package wording

import (
	"strings"
	"unicode"
)

// A text's room in one segment, in septets.
const segment = 160

// The characters that a text can hold without costing it more than half its room: one of them from elsewhere turns 160 into 70.
const (
	gsmBasic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€" // each counts twice
)

// folded gives the plain letter for each that GSM-7 lacks: what a British reader would type instead. In pairs: the plain one, then those it
// stands for.
var folded = []struct{ plain, others string }{
	{"'", "’‘‚‛`´ʼʹ′"}, {"\"", "“”„‟«»″"}, {"-", "–—‐‑‒―−·•"}, {"...", "…"},
	{"a", "áâãāăąǎạảấầậắằặ"}, {"A", "ÀÁÂÃĀĂĄǍẠẢẤẦẬẮẰẶ"}, {"ae", "ǽ"}, {"AE", "Ǽ"},
	{"c", "çćĉċč"}, {"C", "ĆĈĊČ"}, {"d", "ďđð"}, {"D", "ĎĐÐ"},
	{"e", "êëēĕėęěẹẻẽếềểệ"}, {"E", "ÈÊËĒĔĖĘĚẸẺẼẾỀỂỆ"},
	{"g", "ĝğġģ"}, {"G", "ĜĞĠĢ"}, {"h", "ĥħ"}, {"H", "ĤĦ"},
	{"i", "íîïĩīĭįıǐịỉ"}, {"I", "ÌÍÎÏĨĪĬĮİǏỊỈ"}, {"j", "ĵ"}, {"J", "Ĵ"}, {"k", "ķĸ"}, {"K", "Ķ"},
	{"l", "ĺļľŀł"}, {"L", "ĹĻĽĿŁ"}, {"n", "ńņňŋ"}, {"N", "ŃŅŇŊ"},
	{"o", "óôõōŏőǒơọỏốồổộớờợ"}, {"O", "ÒÓÔÕŌŎŐǑƠỌỎỐỒỔỘỚỜỢ"}, {"oe", "œ"}, {"OE", "Œ"},
	{"r", "ŕŗř"}, {"R", "ŔŖŘ"}, {"s", "śŝşšș"}, {"S", "ŚŜŞŠȘẞ"},
	{"t", "ţťŧț"}, {"T", "ŢŤŦȚ"}, {"th", "þ"}, {"Th", "Þ"},
	{"u", "úûũūŭůűųǔưụủứừự"}, {"U", "ÙÚÛŨŪŬŮŰŲǓƯỤỦỨỪỰ"},
	{"w", "ŵẁẃẅ"}, {"W", "ŴẀẂẄ"}, {"y", "ýÿŷỳỵỷỹ"}, {"Y", "ÝŸŶỲỴỶỸ"}, {"z", "źżž"}, {"Z", "ŹŻŽ"},
}

// Fold writes s in the characters of GSM-7: typed quotes and dashes become plain ones, letters lose the accents that GSM-7 lacks (ŵ becomes
// w), spaces of every width become a space, what is unseen goes, and all else becomes "?".
func Fold(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case gsmCost(r) > 0:
			out.WriteRune(r)
		case unicode.IsSpace(r):
			out.WriteByte(' ')
		case unicode.In(r, unicode.Mn, unicode.Cf, unicode.Cc):
		default:
			out.WriteString(foldRune(r))
		}
	}
	return out.String()
}

func foldRune(r rune) string {
	for _, f := range folded {
		if strings.ContainsRune(f.others, r) {
			return f.plain
		}
	}
	return "?"
}

// Segments counts the septets that s takes in a text: one a character, two for the characters of the extension table. gsm7 is false when a
// character is outside GSM-7, and septets is then 0. 160 septets fit one segment, 153 each of several.
func Segments(s string) (septets int, gsm7 bool) {
	for _, r := range s {
		cost := gsmCost(r)
		if cost == 0 {
			return 0, false
		}
		septets += cost
	}
	return septets, true
}

// gsmCost is how many septets r takes; 0 if GSM-7 lacks it.
func gsmCost(r rune) int {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ':
		return 1
	case strings.ContainsRune(gsmExtended, r):
		return 2
	case strings.ContainsRune(gsmBasic, r):
		return 1
	default:
		return 0
	}
}
