package checkin

import (
	"strings"
	"unicode/utf8"
)

// voiced is a word of a phrase or a name, as it is typed and as it sounds.
type voiced struct {
	letters string // small and without accents: "scarlett"
	sound   string // its sound key
}

func spoke(w string) voiced {
	w = plainLetters(w)
	return voiced{w, soundKey(w)}
}

// The slips that a near form may hold, in the points of [slip]: few in a short name, or every other word would be it.
// A form that sounds the same may differ by more letters: "Philippa" and "Fillipa".
const (
	shortName, longName = 5, 7 // letters: from here on one slip of the thumb, and two
	oneSlip, twoSlips   = 2, 4
	soundSlips          = 1 // more where it sounds the same
)

// likeness is how near a word is to a name.
type likeness struct {
	near   bool // it is the name misspelt, misheard or mistyped
	same   bool // it sounds the same
	points int  // of slip
}

// oneF writes the sound that has two spellings with one.
var oneF = strings.NewReplacer("ph", "f")

// like compares a word with the name.
func (s voiced) like(w string) (l likeness) {
	n, most := len(s.letters), oneSlip
	if n >= longName {
		most = twoSlips
	}
	if len(w) < 2 || len(w) > n+most || n > len(w)+most {
		return l
	}
	l.points = slip(w, s.letters, most+soundSlips)
	ph := l.points > 0 && (strings.Contains(w, "ph") || strings.Contains(s.letters, "ph"))
	if l.points > most+soundSlips && !ph {
		return l
	}
	if l.same = soundKey(w) == s.sound; l.same && ph {
		l.points = min(l.points, slip(oneF.Replace(w), oneF.Replace(s.letters), most+soundSlips))
	}
	l.same = l.same && l.points <= most+soundSlips
	switch {
	case n < shortName:
		l.near = l.points <= oneSlip && (l.same || anagram(w, s.letters))
	default:
		l.near = l.same || l.points <= most
	}
	return l
}

// anagram says whether the one has the letters of the other, in another order.
func anagram(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if strings.Count(a, a[i:i+1]) != strings.Count(b, a[i:i+1]) {
			return false
		}
	}
	return true
}

// longestWord is how many letters of a word are compared: no name is longer.
const longestWord = 32

// slip counts how far two words are apart, in points: 2 for a slip of the thumb (a letter missing, added, one of its
// neighbours on the keyboard, or two swapped), 1 for what the ear does not tell (a vowel for another, c and k, a letter
// doubled), 3 for any other letter. Above most it only says "more".
func slip(a, b string, most int) int {
	if a == b {
		return 0
	}
	if len(a) > longestWord || len(b) > longestWord || len(a)-len(b) > most || len(b)-len(a) > most { // each letter more costs a point
		return most + 1
	}
	var extras [longestWord]int // of b
	var rows [3][longestWord + 1]int
	older, old, now := &rows[0], &rows[1], &rows[2]
	for j := 1; j <= len(b); j++ {
		extras[j-1] = extra(b, j-1)
		old[j] = old[j-1] + extras[j-1]
	}
	for i := 1; i <= len(a); i++ {
		more, instead := extra(a, i-1), &wrong[a[i-1]]
		now[0] = old[0] + more
		least := now[0]
		for j := 1; j <= len(b); j++ {
			now[j] = min(old[j]+more, now[j-1]+extras[j-1], old[j-1]+int(instead[b[j-1]]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], older[j-2]+2)
			}
			least = min(least, now[j])
		}
		if least > most+2 { // two letters swapped look one row further back
			return most + 1
		}
		older, old, now = old, now, older
	}
	return old[len(b)]
}

// extra is what a letter costs that the other word does not have.
func extra(w string, i int) int {
	doubled := i > 0 && w[i-1] == w[i] || i+1 < len(w) && w[i+1] == w[i]
	if doubled || w[i] == 'h' && i > 0 || w[i] == 'e' && i == len(w)-1 {
		return 1
	}
	return 2
}

// wrong is what one letter costs in another's place: a table, as each name is compared with some thousands of words.
var wrong = func() *[256][256]uint8 {
	points := new([256][256]uint8)
	for a := range 256 {
		for b := range 256 {
			points[a][b] = 3
		}
		points[a][a] = 0
		for _, b := range []byte(beside[a]) {
			points[a][b] = 2
		}
		for _, b := range []byte(alike[a]) {
			points[a][b] = 1
		}
	}
	const vowels = "aeiouy"
	for _, a := range []byte(vowels) {
		for _, b := range []byte(vowels) {
			if a != b {
				points[a][b] = 1
			}
		}
	}
	return points
}()

// alike are the consonants that the ear, or a dictated text, takes for one another.
var alike = [256]string{'c': "kqs", 'k': "cq", 'q': "ck", 's': "zc", 'z': "s", 'f': "v", 'v': "fw", 'w': "v", 't': "d", 'd': "t", 'b': "p", 'p': "b",
	'm': "n", 'n': "m", 'g': "j", 'j': "gy", 'y': "j"}

// beside are the keys around each on a telephone's keyboard.
var beside = [256]string{'q': "wa", 'w': "qeas", 'e': "wrsd", 'r': "etdf", 't': "ryfg", 'y': "tugh", 'u': "yihj", 'i': "uojk", 'o': "ipkl", 'p': "ol",
	'a': "qwsz", 's': "awedzx", 'd': "serfxc", 'f': "drtgcv", 'g': "ftyhvb", 'h': "gyujbn", 'j': "huiknm", 'k': "jiolm", 'l': "kop",
	'z': "asx", 'x': "zsdc", 'c': "xdfv", 'v': "cfgb", 'b': "vghn", 'n': "bhjm", 'm': "njk"}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// accents are letters that are typed without their marks as often as with them.
var accents = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ā", "a", "ą", "a", "æ", "ae", "ç", "c", "ć", "c", "č", "c",
	"ď", "d", "đ", "d", "ð", "d", "è", "e", "é", "e", "ê", "e", "ë", "e", "ē", "e", "ę", "e", "ě", "e", "ė", "e", "ğ", "g", "ì", "i", "í", "i", "î", "i",
	"ï", "i", "ī", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ō", "o", "ő", "o",
	"œ", "oe", "ř", "r", "ś", "s", "š", "s", "ş", "s", "ș", "s", "ß", "ss", "ť", "t", "ţ", "t", "ț", "t", "þ", "th", "ù", "u", "ú", "u", "û", "u", "ü", "u",
	"ū", "u", "ů", "u", "ű", "u", "ŵ", "w", "ý", "y", "ŷ", "y", "ÿ", "y", "ź", "z", "ż", "z", "ž", "z", "'", "")

// plainLetters takes a normalised word's accents off.
func plainLetters(w string) string {
	for i := 0; i < len(w); i++ {
		if w[i] >= utf8.RuneSelf || w[i] == '\'' {
			return accents.Replace(w)
		}
	}
	return w
}
