package tainttest

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
)

// form is one way in which a word can be written, as the bytes to look for.
type form struct {
	word  int // its place in the list of words
	says  string
	bytes []byte // in lower case
	exact []byte // as they must stand, where case counts; nil: where it does not
}

// shortest is how long bytes must be to be looked for: anything shorter turns up by chance.
const shortest = 5

// formsOf are the ways to write a word, each once.
func formsOf(place int, word string) (list []form) {
	seen := map[string]bool{}
	add := func(says, text string, cased bool) {
		f := form{word: place, says: says, bytes: lower([]byte(text))}
		if cased {
			f.exact = []byte(text)
		}
		if len(text) < shortest || seen[text] || !cased && seen["|"+string(f.bytes)] {
			return
		}
		seen[text], seen["|"+string(f.bytes)] = true, !cased || seen["|"+string(f.bytes)]
		list = append(list, f)
	}
	for _, w := range []string{word, strings.ToLower(word), strings.ToUpper(word)} {
		add("plain", w, false)
		add("UTF-16 LE", string(wide(w, binary.LittleEndian)), false)
		add("UTF-16 BE", string(wide(w, binary.BigEndian)), false)
		add("hex", hex.EncodeToString([]byte(w)), false)
		add("escaped", strings.Trim(strconv.QuoteToASCII(w), `"`), false)
		add("in an address", url.QueryEscape(w), false)
		add("in an address", url.PathEscape(w), false)
		add("in HTML", html.EscapeString(w), false)
		for _, part := range inBase64(w) {
			add("base64", part, true)
		}
	}
	return list
}

func wide(word string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(word)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// inBase64 gives what a word becomes in base64 wherever it begins within three bytes, without the letters that its neighbours share.
func inBase64(word string) (parts []string) {
	for before := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			whole := alphabet.EncodeToString([]byte(strings.Repeat(" ", before) + word))
			first := (before*8 + 5) / 6
			last := (before + len(word)) * 8 / 6
			parts = append(parts, whole[first:last])
		}
	}
	return parts
}

// lower gives a copy with its ASCII letters in lower case and every other byte as it is, as not all of it is text.
func lower(raw []byte) []byte {
	out := make([]byte, len(raw))
	for i, c := range raw {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

// numberOf is a telephone number without its country or its zero, which is what all ways to write it share; false for what is none.
func numberOf(word string) (digits string, is bool) {
	digits = strings.TrimPrefix(word, "+")
	if strings.Trim(digits, "0123456789") != "" || len(digits) < 9 {
		return "", false
	}
	if strings.HasPrefix(word, "+44") {
		digits = digits[2:]
	}
	return strings.TrimLeft(digits, "0"), true
}

// squeezed leaves out what people and programs put between the digits of a number.
func squeezed(low []byte) []byte {
	out := make([]byte, 0, len(low))
	for i := 0; i < len(low); {
		if len(out) > 0 && digit(out[len(out)-1]) && !digit(low[i]) {
			if n := gap(low[i:]); n > 0 && i+n < len(low) && digit(low[i+n]) {
				i += n
				continue
			}
		}
		out = append(out, low[i])
		i++
	}
	return out
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// gap is how long what stands between two digits is: a sign or two, also as an address or HTML has them; 0 for none.
func gap(raw []byte) (n int) {
	for range 3 {
		was := n
		for _, sign := range []string{"%20", "%2d", "&nbsp;", "\u00a0", " ", "-", ".", "(", ")", "/", "+", "_", ","} {
			if bytes.HasPrefix(raw[n:], []byte(sign)) {
				n += len(sign)
				break
			}
		}
		if n == was {
			break
		}
	}
	return n
}
