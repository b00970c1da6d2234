package checkin

import "strings"

// soundKey writes how a word sounds in British English: its consonants, those that the ear does not tell apart as one
// (f, v and th; s and z; c, k and q), and A for each run of vowels. Silent letters are gone, an r too that no vowel
// follows. "Scarlett", "skarlit" and "Scarlet" are "skAlAt"; "Charlotte" is "xAlAt". A vowel at the end is left off:
// half of them are silent. It is our own, made for names as people here spell and dictate them.
func soundKey(w string) string {
	var buf [2 * longestWord]byte
	key := buf[:0]
	for i := 0; i < len(w) && len(key) < 2*longestWord-2; {
		sound, n := soundAt(w, i)
		for k := range len(sound) {
			if len(key) == 0 || key[len(key)-1] != sound[k] {
				key = append(key, sound[k])
			}
		}
		i += n
	}
	if n := len(key); n > 3 && key[n-1] == 'A' {
		key = key[:n-1]
	}
	return string(key)
}

// soundAt gives the sound of the letters at i, and how many they are.
func soundAt(w string, i int) (sound string, letters int) {
	rest := w[i:]
	if i == 0 {
		for _, s := range firstSounds {
			if strings.HasPrefix(rest, s.letters) {
				return s.sound, len(s.letters)
			}
		}
	}
	for _, s := range sounds[rest[0]] {
		if strings.HasPrefix(rest, s.letters) {
			return s.sound, len(s.letters)
		}
	}
	next := byte(0)
	if len(rest) > 1 {
		next = rest[1]
	}
	switch c := rest[0]; c {
	case 'a', 'e', 'i', 'o', 'u':
		return "A", 1
	case 'y':
		if i == 0 && isVowel(next) {
			return "y", 1
		}
		return "A", 1
	case 'w':
		if isVowel(next) && (i == 0 || !isVowel(w[i-1])) {
			return "w", 1
		}
		return "", 1
	case 'h':
		if i == 0 {
			return "h", 1
		}
		return "", 1
	case 'r':
		if isVowel(next) && !(next == 'e' && len(rest) == 2) {
			return "r", 1
		}
		return "", 1
	}
	return plainSounds[rest[0]], 1
}

// soundOf is what some letters sound like.
type soundOf struct{ letters, sound string }

// firstSounds are those of letters that begin a word.
var firstSounds = []soundOf{{"kn", "n"}, {"gn", "n"}, {"pn", "n"}, {"wr", "r"}, {"ps", "s"}, {"mc", "mAk"}, {"xi", "xA"}, {"x", "s"}, {"bh", "b"}, {"gh", "g"},
	{"who", "hA"}, {"ts", "s"},
	{"cia", "kA"}, {"tia", "tA"}}

// sounds are those of letters that stand together, by the first of them; the longest come first.
var sounds = [256][]soundOf{
	'b': {{"bh", "f"}, {"bb", "b"}},
	'c': {{"chr", "kr"}, {"chl", "kl"}, {"ch", "x"}, {"ck", "k"}, {"cz", "x"}, {"cia", "xA"}, {"cqu", "k"}, {"cce", "ksA"}, {"cci", "ksA"}, {"ce", "sA"}, {"ci", "sA"}, {"cy", "sA"}},
	'd': {{"dge", "jA"}, {"dgi", "jA"}},
	'g': {{"gh", ""}, {"ge", "jA"}, {"gi", "jA"}, {"gy", "jA"}, {"gn", "n"}},
	'm': {{"mh", "f"}, {"mb", "m"}},
	'p': {{"ph", "f"}},
	'q': {{"que", "kA"}, {"qu", "k"}},
	'r': {{"rh", "r"}},
	's': {{"sch", "sk"}, {"sce", "sA"}, {"sci", "sA"}, {"sh", "x"}, {"sz", "x"}, {"sio", "xA"}, {"sia", "xA"}},
	't': {{"tch", "x"}, {"tia", "xA"}, {"th", "f"}},
	'x': {{"x", "ks"}},
}

// plainSounds are those of single letters.
var plainSounds = [256]string{'b': "b", 'c': "k", 'd': "d", 'f': "f", 'g': "g", 'j': "j", 'k': "k", 'l': "l", 'm': "m", 'n': "n", 'p': "p", 'q': "k", 's': "s",
	't': "t", 'v': "f", 'z': "s"}
