package risk

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Marks are what a paper about the place is found by. A paper is about where a visit goes where one of its marks is among those that the visit
// seeks, [Place.Sought]. Two ways of writing an address or a name have marks in common, and so may, now and then, two families: what is
// found too much is seen and can be put right, what is found too little is not.
//
//   - the postcode with each number before it, or with the house's name: "12", "12a" and "Flat 3, 12" are one house;
//   - the postcode with each word of the name: "J Smith", "the Smith family" and "Mr John Smith";
//   - the number and the street, the whole address, and the surname with a first letter, for where there is no postcode on one side.
//
// Marks are private: they are kept as keyed hashes.
func (p Place) Marks() []string { return p.marks(true) }

// Sought are the marks that a visit to the place asks for.
func (p Place) Sought() []string { return p.marks(false) }

// Placed says that the address has a postcode, without which it is found by its street or its name alone.
func (p Place) Placed() bool { return readAddress(p.Address.Reveal()).postcode != "" }

func (p Place) marks(kept bool) []string {
	a, n := readAddress(p.Address.Reveal()), readName(p.ServiceUser.Reveal())
	var marks []string
	add := func(kind string, about ...string) { marks = append(marks, kind+":"+strings.Join(about, "/")) }
	if a.whole != "" {
		add("whole", a.whole)
	}
	if a.postcode != "" {
		for _, house := range a.houses {
			add("house", a.postcode, house)
		}
		if len(a.houses) == 0 && len(n.words) == 0 {
			add("house", a.postcode)
		}
		for _, word := range n.words {
			add("home", a.postcode, word)
		}
	}
	// What has a postcode is kept as "any" too, and is found by it from what has none; what has none is kept as "loose", and is sought by all.
	loose := []string{"loose", "any"}
	switch {
	case a.postcode == "":
	case kept:
		loose = []string{"any"}
	default:
		loose = []string{"loose"}
	}
	for _, how := range loose {
		for _, street := range a.streets {
			add(how+"-street", street)
		}
		for _, who := range n.called {
			add(how+"-name", who)
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

// address is the normal form of one.
type address struct {
	postcode string   // "gl11aa"; "" for none
	houses   []string // numbers without their letters, else the house's name
	streets  []string // each number with its street
	whole    string   // all words but the postcode
}

// postcodes finds a UK postcode, also where an O stands for the 0 or an I for the 1 of its second half.
var postcodes = regexp.MustCompile(`\b([a-z]{1,2}[0-9][0-9a-z]?) ?([0-9oi][a-z]{2})\b`)

// digitsFirst finds the number that a word begins with.
var digitsFirst = regexp.MustCompile(`^[0-9]+`)

// units are the words before the number of a part of a house.
var units = []string{"flat", "unit", "room", "floor", "studio"}

// streetWords are the last words of a street's name, as they are written in full.
var streetWords = []string{"street", "road", "avenue", "lane", "close", "drive", "court", "gardens", "crescent", "place", "square", "terrace", "way", "grove",
	"hill", "park", "row", "mews", "walk", "green", "rise", "view"}

// inFull are words that are also written short.
var inFull = map[string]string{"st": "street", "str": "street", "saint": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close", "dr": "drive",
	"ct": "court", "crt": "court", "gdns": "gardens", "gdn": "gardens", "garden": "gardens", "cres": "crescent", "cr": "crescent", "pl": "place", "sq": "square",
	"ter": "terrace", "terr": "terrace", "gr": "grove", "pk": "park", "hse": "house", "ho": "house", "apt": "flat", "apartment": "flat", "no": "", "number": "", "the": ""}

func readAddress(s string) (a address) {
	s = plain(s)
	if found := postcodes.FindAllStringSubmatchIndex(s, -1); len(found) > 0 {
		at := found[len(found)-1] // the last: a house's name may look like one
		inward := s[at[4]:at[5]]
		a.postcode = s[at[2]:at[3]] + strings.NewReplacer("o", "0", "i", "1").Replace(inward[:1]) + inward[1:]
		s = s[:at[0]] + "," + s[at[1]:]
	}
	var all []string
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' || r == ';' })
	var parts []string
	for _, line := range lines {
		words := full(line)
		all = append(all, words...)
		houses, rest := a.numbers(words)
		if len(houses) == 0 && len(rest) > 0 {
			parts = append(parts, strings.Join(rest, " "))
		}
	}
	a.whole = strings.Join(all, " ")
	if len(a.houses) == 0 && len(parts) > 0 {
		a.houses = parts[:1]
		if len(parts) > 1 {
			a.streets = append(a.streets, parts[0]+" "+parts[1])
		}
	}
	return a
}

// numbers reads the numbers of houses in a line of an address, each with the street after it.
func (a *address) numbers(words []string) (houses, rest []string) {
	for i, word := range words {
		number := digitsFirst.FindString(word)
		switch {
		case slices.Contains(units, word), i > 0 && slices.Contains(units, words[i-1]), i+1 < len(words) && words[i+1] == "floor":
			continue
		case number == "":
			rest = append(rest, word)
			continue
		}
		houses = append(houses, number)
		if street := street(words[i+1:]); street != "" {
			a.streets = append(a.streets, number+" "+street)
		}
	}
	a.houses = append(a.houses, houses...)
	return houses, rest
}

// street is the name of a street at the beginning of words, up to its last word.
func street(words []string) string {
	var name []string
	for _, word := range words {
		if len(word) == 1 && len(name) == 0 || digitsFirst.MatchString(word) { // of "12 a", or of "12 to 14"
			continue
		}
		name = append(name, word)
		if len(name) > 1 && slices.Contains(streetWords, word) {
			break
		}
	}
	return strings.Join(name, " ")
}

// full gives the words of a line, each written in full.
func full(line string) []string {
	var words []string
	for word := range strings.FieldsSeq(line) {
		if long, short := inFull[word]; short {
			word = long
		}
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}

// name is the normal form of one.
type name struct {
	words  []string // that a person or family may be known by
	called []string // the surname, with each first letter there is
}

// titles are no part of a name.
var titles = []string{"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame", "lady", "lord", "the", "family", "household", "and", "baby", "child", "children",
	"of", "mother", "father", "parents", "mum", "dad"}

func readName(s string) (n name) {
	first, last := plain(s), ""
	if before, after, turned := strings.Cut(first, ","); turned { // "Smith, John"
		last, first = before, after
	}
	words := func(s string) []string {
		return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == ';' }),
			func(w string) bool { return slices.Contains(titles, w) })
	}
	given, surname := words(first), words(last)
	if len(surname) == 0 && len(given) > 0 {
		given, surname = given[:len(given)-1], given[len(given)-1:]
	}
	for _, word := range append(slices.Clone(given), surname...) {
		if len([]rune(word)) > 1 {
			n.words = append(n.words, word)
		}
	}
	if len(surname) == 0 {
		return n
	}
	if len(n.words) == 0 {
		n.words = surname
	}
	of := surname[len(surname)-1]
	if len(given) == 0 {
		n.called = []string{of}
	}
	for _, word := range given {
		n.called = append(n.called, of+" "+string([]rune(word)[:1]))
	}
	return n
}

// folded are letters with a mark, as they are typed without.
var folded = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "ă", "a", "ç", "c", "ć", "c", "č", "c", "ď", "d", "đ", "d", "è", "e", "é", "e", "ê", "e",
	"ë", "e", "ę", "e", "ě", "e", "ğ", "g", "ì", "i", "í", "i", "î", "i", "ï", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o",
	"ø", "o", "ő", "o", "ř", "r", "ś", "s", "š", "s", "ş", "s", "ș", "s", "ß", "ss", "ť", "t", "ţ", "t", "ț", "t", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ů", "u", "ű", "u", "ŵ", "w",
	"ý", "y", "ÿ", "y", "ŷ", "y", "ź", "z", "ż", "z", "ž", "z", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d", "&", " and ")

// plain writes words small, without marks on letters, apostrophes and signs; commas and ends of lines stay.
func plain(s string) string {
	s = folded.Replace(strings.ToLower(s))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == ',', r == '\n', r == ';':
			return r
		case r == '\'', r == '’', r == '.', unicode.Is(unicode.Mn, r):
			return -1
		default:
			return ' '
		}
	}, s)
}
