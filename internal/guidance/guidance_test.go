package guidance_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/allclear-safety/allclear/internal/guidance"
)

// Bounds on a page, in words, and on how hard it is to read: in years at school, by Flesch and Kincaid.
const (
	mostWords     = 250
	mostChecklist = 66 // in 20 s, at 200 words a minute
	hardest       = 6.0
)

// sentences are all that a page says.
func sentences(p guidance.Page) (all []string) {
	all = []string{p.Title, p.For, p.Lead}
	for _, part := range p.Parts {
		all = append(append(all, part.Title), part.Lines...)
	}
	return all
}

var (
	sentenceEnd = regexp.MustCompile(`[.?:]( |$|”)`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
)

// syllables counts those of a word, near enough.
func syllables(word string) int {
	word = strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
	n := len(vowels.FindAllString(word, -1))
	if strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") {
		n--
	}
	return max(n, 1)
}

// years is the grade of Flesch and Kincaid.
func years(text []string) float64 {
	words, sounds, ends := 0, 0, 0
	for _, line := range text {
		ends += max(1, len(sentenceEnd.FindAllString(line, -1)))
		for word := range strings.FieldsSeq(line) {
			words++
			sounds += syllables(word)
		}
	}
	return .39*float64(words)/float64(ends) + 11.8*float64(sounds)/float64(words) - 15.59
}

func TestEachPageIsShortAndPlain(t *testing.T) {
	blame := regexp.MustCompile(`(?i)\b(fault|blame|should have|careless|failed|failure|mistake|must not|forgot)\b`)
	for _, p := range guidance.Pages() {
		all := strings.Join(sentences(p), " ")
		if n := len(strings.Fields(all)); n > mostWords || n < 50 {
			t.Errorf("%s has %d words", p.Slug, n)
		}
		if grade := years(sentences(p)); grade > hardest {
			t.Errorf("%s asks for %.1f years at school", p.Slug, grade)
		}
		if strings.ContainsAny(all, "!'\"\u00a0") {
			t.Errorf("%s shouts, or has a straight quote", p.Slug)
		}
		if found := blame.FindString(all); found != "" {
			t.Errorf("%s says %q", p.Slug, found)
		}
		for _, line := range sentences(p) {
			if line == "" || strings.TrimSpace(line) != line {
				t.Errorf("%s has %q", p.Slug, line)
			}
		}
	}
}

// The measure finds what is hard to read.
func TestWhatIsHardToReadIsFoundSo(t *testing.T) {
	if easy := years([]string{"Ring 999. Say who you are."}); easy > 3 {
		t.Errorf("an easy text asks for %.1f years", easy)
	}
	if hard := years([]string{"Organisational responsibilities necessitate comprehensive documentation of circumstances surrounding aforementioned eventualities."}); hard < 15 {
		t.Errorf("a hard text asks for %.1f years", hard)
	}
}

func TestTheChecklistIsReadInTwentySeconds(t *testing.T) {
	if n := len(strings.Fields(strings.Join(guidance.Checklist(), " "))); n > mostChecklist {
		t.Errorf("it has %d words", n)
	}
}

// What a worker has before them on a visit says nothing of danger (rule 4.2), and no text names a team's own phrase.
func TestWhatIsReadOnAVisitSaysNothingOfDanger(t *testing.T) {
	danger := regexp.MustCompile(`(?i)alarm|duress|police|emergenc|999|danger|scarlett`)
	before := strings.Join(sentences(guidance.BeforeAVisit()), " ")
	if found := danger.FindString(before); found != "" {
		t.Errorf("before a visit says %q", found)
	}
	for _, p := range guidance.Pages() {
		if strings.Contains(strings.Join(sentences(p), " "), "Scarlett") {
			t.Errorf("%s names the phrase of a team", p.Slug)
		}
		for _, part := range p.Parts {
			if told := slices.ContainsFunc(append(part.Lines, part.Title), func(line string) bool { return strings.Contains(line, "agreed name") }); told && !p.Calm && !part.Calm {
				t.Errorf("%s tells of the agreed name to who may be on a visit", p.Slug)
			}
		}
	}
}
