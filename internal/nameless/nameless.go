// Package nameless takes out of what a worker wrote who and where it is about, and leaves what it says.
//
// It errs to the side of taking out. What is left reads the same where the stand-ins are of the same kind as what they stand
// for; whoever needs that reads both and compares.
package nameless

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// Known is what is known of who and where texts are about.
type Known struct {
	Names      []string // of staff, contacts and service users, as they are written: "Priya Nair"
	Places     []string // addresses
	Phrase     string   // the team's duress phrase
	References []string // of visits
}

// Stand-ins. The names are common ones in our languages, and the numbers are kept free for drama.
const (
	number       = "07700 900999"
	postcode     = "GL1 1AA"
	area         = "GL1"
	registration = "AB12 CDE"
	street       = "1 Example Street"
	mail         = "name@example.org"
	link         = "https://example.org"
	reference    = "A7F3"
	phrase       = "Scarlett"
)

var (
	givenNames = []string{"Sam", "Emma", "David", "Grace", "Adam", "Helen", "Peter", "Alice", "Martin", "Laura", "Simon", "Claire"}
	surnames   = []string{"Smith", "Jones", "Taylor", "Evans", "Hughes", "Harris", "Roberts", "Edwards", "Patel", "Thompson"}
)

// rule is a shape of text that names somebody or a place whatever its words are.
type rule struct {
	shape  *regexp.Regexp
	with   string
	unless func(found string) bool
}

// Taker takes names out of texts. It does not change, and may be used by many at once.
type Taker struct {
	words *checkin.Vocabulary
	last  map[string]bool // surnames and rarer names
	rules []rule
}

// New makes a Taker that tells names from other words by a vocabulary; nil: our own languages.
func New(v *checkin.Vocabulary) *Taker {
	if v == nil {
		v = checkin.Standard()
	}
	t := &Taker{words: v, last: v.Words("other-names")}
	t.rules = []rule{
		{regexp.MustCompile(`\S+@\S+`), mail, nil},
		{regexp.MustCompile(`(?i)\b(https?://|www\.)\S+`), link, nil},
		{regexp.MustCompile(`(?i)\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b`), postcode, nil},
		{regexp.MustCompile(`(?i)\b[A-Z]{2}\d{2} ?[A-Z]{3}\b`), registration, nil},
		{regexp.MustCompile(`\b[A-Z]{2}\d{1,2}\b`), area, func(found string) bool { return strings.HasPrefix(registration, found) }},
		{regexp.MustCompile(`(\+|\(?0)[\d ()/.-]{8,}\d|\b\d{5,}\b`), number, tooFewDigits},
		{regexp.MustCompile(`(?i)\b((flat|apartment|number|no\.?|unit|house) ?)?\d{1,4}[a-h]?,? +((the )?[\pL'’-]+ +){1,3}(street|str|st|road|rd|avenue|ave|lane|ln|close|drive|dr|way|crescent|cres|court|ct|gardens|gdns|place|pl|terrace|grove|square|sq|row|mews|walk|rise|view|green|hill|park)\b\.?`), street, t.noStreet},
	}
	return t
}

func tooFewDigits(found string) bool {
	digits := strings.Count(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, found), "0")
	return digits < 5
}

var spans = regexp.MustCompile(`(?i)^\D*\d+[a-h]?,? +(mins?|minutes?|hrs?|hours?|pm|am|more|past|to|til|till|until|o'?clock)\b`)

// noStreet says that a number and what follows it up to a word for a street is no address: a length or a time of day, or words
// that all mean something.
func (t *Taker) noStreet(found string) bool {
	if spans.MatchString(found) {
		return true
	}
	fields := strings.Fields(found)
	for _, w := range fields[:len(fields)-1] {
		if w = strings.Trim(w, ",."); w != "" && !unicode.IsDigit(rune(w[0])) && (unicode.IsUpper([]rune(w)[0]) || !t.words.Ordinary(strings.ToLower(w))) {
			return false
		}
	}
	return true
}

// Text gives a text without who and where it is about.
func (t *Taker) Text(text string, k Known) string {
	text = strings.ToValidUTF8(text, "")
	text = fold(text, k.Phrase, phrase)
	for _, place := range k.Places {
		for part := range strings.SplitSeq(place, ",") {
			if part = strings.TrimSpace(part); utf8.RuneCountInString(part) > 3 {
				text = fold(text, part, street)
			}
		}
	}
	for _, r := range k.References {
		text = fold(text, r, reference)
	}
	for _, r := range t.rules {
		text = r.shape.ReplaceAllStringFunc(text, func(found string) string {
			if r.unless != nil && r.unless(found) {
				return found
			}
			return r.with
		})
	}
	return t.takeNames(text, k)
}

// fold puts one wording for another wherever it stands as words of its own, however its letters are written.
func fold(text, from, to string) string {
	if strings.TrimSpace(from) == "" {
		return text
	}
	shape, err := regexp.Compile(`(?i)(^|[^\pL\pN])(` + regexp.QuoteMeta(strings.TrimSpace(from)) + `)($|[^\pL\pN])`)
	if err != nil {
		return text
	}
	return shape.ReplaceAllString(text, "${1}"+to+"${3}")
}

var wordShape = regexp.MustCompile(`[\pL\pM]+(['’-][\pL\pM]+)*`)

// ours are the words of our own stand-ins, but for the names.
var ours = []string{"example", "street", "https", "org", "name", "gl", "aa", "ab", "cde", "scarlett"}

// takeNames puts a stand-in for every word that is a name, or may be one. One name has one stand-in.
func (t *Taker) takeNames(text string, k Known) string {
	known := map[string]bool{}
	for _, name := range k.Names {
		for _, w := range wordShape.FindAllString(strings.ToLower(name), -1) {
			known[w] = utf8.RuneCountInString(w) > 1
		}
	}
	given, last := unlike(givenNames, known), unlike(surnames, known)
	stands := map[string]string{}
	shouted := strings.ToUpper(text) == text
	var out strings.Builder
	end := 0
	for _, at := range wordShape.FindAllStringIndex(text, -1) {
		w := text[at[0]:at[1]]
		base, tail := t.bare(w)
		lower := strings.ToLower(base)
		before := text[:at[0]]
		if !t.isName(base, lower, before, known, shouted) {
			continue
		}
		if stands[lower] == "" {
			pool := &last
			if t.words.IsGiven(lower) || !afterTitle(before) && !t.last[lower] {
				pool = &given
			}
			stands[lower] = (*pool)[0]
			if len(*pool) > 1 {
				*pool = (*pool)[1:]
			}
		}
		out.WriteString(text[end:at[0]])
		out.WriteString(written(stands[lower], base) + tail)
		end = at[1]
	}
	return out.String() + text[end:]
}

// unlike leaves out what is itself the name of somebody known.
func unlike(pool []string, known map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(pool), func(name string) bool { return known[strings.ToLower(name)] && len(pool) > 1 })
}

// bare cuts a word's "'s" from it, and the plural's ending from a family's name.
func (t *Taker) bare(w string) (base, tail string) {
	for _, tail := range []string{"'s", "’s", "'S", "’S"} {
		if base, has := strings.CutSuffix(w, tail); has {
			return base, tail
		}
	}
	if base, plural := strings.CutSuffix(w, "s"); plural && t.last[strings.ToLower(base)] && !t.last[strings.ToLower(w)] {
		return base, "s"
	}
	return w, ""
}

// written gives a stand-in with the letters as what it stands for has them.
func written(name, like string) string {
	switch first, _ := utf8.DecodeRuneInString(like); {
	case strings.ToUpper(like) == like && utf8.RuneCountInString(like) > 1:
		return strings.ToUpper(name)
	case unicode.IsLower(first):
		return strings.ToLower(name)
	}
	return name
}

var titles = regexp.MustCompile(`(?i)(^|[^\pL])(mr|mrs|ms|miss|mx|dr|doctor|aunt|auntie|uncle|nurse|sister|pc|sgt)\.? +$`)

func afterTitle(before string) bool { return titles.MatchString(before) }

var sentenceStart = regexp.MustCompile(`(^|[.!?:\n]["'’)]*)\s*$`)

// isName says whether a word is a name, or may be one.
func (t *Taker) isName(w, lower, before string, known map[string]bool, shouted bool) bool {
	first, _ := utf8.DecodeRuneInString(w)
	capital := unicode.IsUpper(first) && !shouted
	plain := t.means(lower)
	switch {
	case slices.Contains(ours, lower), utf8.RuneCountInString(lower) < 2:
		return false
	case known[lower]:
		return !plain || capital || t.words.IsGiven(lower)
	case afterTitle(before):
		return !plain || capital
	case t.words.IsGiven(lower):
		return true
	case t.last[lower]:
		return !plain || capital && !sentenceStart.MatchString(before)
	case plain:
		return false
	case len(lower) > 3 && slices.ContainsFunc(slips(lower), func(s string) bool { return known[s] }):
		return true
	case !unicode.Is(unicode.Latin, first): // no case and no list tells a name there
		return true
	case capital:
		return true
	}
	return len(lower) > 3 && !slices.ContainsFunc(slips(lower), t.means) // shorter ones are how people shorten words
}

// means says whether a word is known to mean something.
func (t *Taker) means(lower string) bool {
	plain := strings.NewReplacer("'", "", "’", "").Replace(lower)
	if t.words.Ordinary(plain) || t.words.Say[lower] != "" || t.words.Say[plain] != "" {
		return true
	}
	if parts := strings.FieldsFunc(lower, func(r rune) bool { return r == '-' || r == '\'' || r == '’' }); len(parts) > 1 {
		return !slices.ContainsFunc(parts, func(p string) bool { return len(p) > 2 && !t.words.Ordinary(p) })
	}
	return false
}

// slips gives the words that are one slip of the thumb from a word: a letter left out, changed, added or changed with the next.
func slips(w string) []string {
	var all []string
	for i := 0; i <= len(w); i++ {
		for c := byte('a'); c <= 'z'; c++ {
			all = append(all, w[:i]+string(rune(c))+w[i:])
			if i < len(w) {
				all = append(all, w[:i]+string(rune(c))+w[i+1:])
			}
		}
		if i < len(w) {
			all = append(all, w[:i]+w[i+1:])
		}
		if i+1 < len(w) {
			all = append(all, w[:i]+w[i+1:i+2]+w[i:i+1]+w[i+2:])
		}
	}
	return all
}
