package subject

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
)

// What stands where words are left out.
const (
	someoneElse  = "[about someone else: left out]"
	someoneElses = "[somebody else's words: left out]"
	removed      = "[…]"
)

// others is who else may be named in what a person wrote: their names, where they live and their numbers.
type others struct {
	own   map[string]bool // the person's own names and numbers: they stay
	words map[string]bool // names, in lower case
	parts []string        // of addresses, the longest first
}

var (
	wordShape   = regexp.MustCompile(`[\pL\pM]+`)
	numberShape = regexp.MustCompile(`\+?\d[\d ()/.-]{7,}\d`)
	mailShape   = regexp.MustCompile(`\S+@\S+`)
)

// leastName is how long a word of a name is that is taken out wherever it stands: shorter ones are everyday words too often.
const leastName = 3

func except(p buddy.Person) others {
	o := others{own: map[string]bool{}, words: map[string]bool{}}
	for _, w := range wordShape.FindAllString(strings.ToLower(p.Name), -1) {
		o.own[w] = true
	}
	for _, n := range p.Numbers() {
		o.own[n.E164()] = true
	}
	o.own[strings.ToLower(p.Email.Reveal())] = true
	return o
}

func (o *others) person(p buddy.Person) { o.name(p.Name) }

func (o *others) form(f buddy.Form) {
	o.name(f.ServiceUser.Reveal())
	o.name(f.WhoElse.Reveal())
	for _, prose := range []string{f.Address.Reveal(), f.Contact.Reveal(), f.Access.Reveal()} {
		for part := range strings.SplitSeq(prose, ",") {
			if part = strings.TrimSpace(part); utf8.RuneCountInString(part) > leastName && !slices.Contains(o.parts, part) {
				o.parts = append(o.parts, part)
			}
		}
	}
	slices.SortFunc(o.parts, func(a, b string) int { return len(b) - len(a) })
}

// name keeps the words of a name that begin with a capital, as in "mother of Jamie".
func (o *others) name(name string) {
	for _, w := range wordShape.FindAllString(name, -1) {
		first, _ := utf8.DecodeRuneInString(w)
		if lower := strings.ToLower(w); utf8.RuneCountInString(w) >= leastName && unicode.IsUpper(first) && !o.own[lower] {
			o.words[lower] = true
		}
	}
}

// out joins what a person wrote, without who and where it is about.
func (o *others) out(texts ...string) string {
	text := strings.TrimSpace(strings.Join(texts, " "))
	for _, part := range o.parts {
		if at := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(part)); at.MatchString(text) {
			text = at.ReplaceAllLiteralString(text, removed)
		}
	}
	text = mailShape.ReplaceAllStringFunc(text, func(found string) string { return o.unless(strings.ToLower(strings.Trim(found, ".,;")), found) })
	text = numberShape.ReplaceAllStringFunc(text, func(found string) string {
		n, err := phone.Parse(found)
		if err != nil {
			return removed
		}
		return o.unless(n.E164(), found)
	})
	return wordShape.ReplaceAllStringFunc(text, func(found string) string {
		if o.words[strings.ToLower(found)] {
			return removed
		}
		return found
	})
}

func (o *others) unless(own, found string) string {
	if o.own[own] {
		return found
	}
	return removed
}
