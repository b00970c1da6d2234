package report

import (
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
)

// templateRuns are the runs of three words of the template that teams have, each as a hash: its text is known again by them, and is not ours
// to print. TestTheTemplateIsKnown makes them anew from its text.
//
//go:embed templates/template.runs
var templateRuns string

// alike is how much of a sentence's runs are standard text where it is one that somebody changed.
const alike = 0.5

// runLength is how many words a run has.
const runLength = 3

// known gives the runs of all standard text.
var known = sync.OnceValue(func() map[uint32]bool {
	all := map[uint32]bool{}
	for _, line := range ours() {
		for _, run := range runsOf(wordsOf(line)) {
			all[run] = true
		}
	}
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(templateRuns, "\n", ""))
	if err != nil {
		panic(err) // it is embedded
	}
	for ; len(raw) >= 4; raw = raw[4:] {
		all[binary.BigEndian.Uint32(raw)] = true
	}
	return all
})

// ours are the lines that stand in every plan that we print.
func ours() []string {
	lines := []string{planTitle, planIntro, planCovers, planSign, planSettings, planSignTitle, planTeam, planBefore}
	for _, section := range plan.Sections() {
		text := section.Text()
		lines = append(append(lines, text.Paragraphs...), text.Title, text.About, text.Title+" "+text.About, text.Lead)
	}
	return lines
}

// states are what we print of a plan's version.
var states = regexp.MustCompile(`^(?:REHEARSAL\. )?(?:Version \d+(?:, published on [^,]{1,40})?(?:, looked at on .{1,300} with nothing changed)?(?:, to be looked at again by [^,]{1,40})?\.|A draft: not published, and not to be signed\.)$`)

// isOurs says whether a line is one that we print and that is no standard text.
func isOurs(text string) bool { return text == planSettings || states.MatchString(text) }

// hashOf is a line by its words, in 8 letters.
func hashOf(line string) string { return fmt.Sprintf("%08x", hashed(wordsOf(line))) }

func hashed(words []string) uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, strings.Join(words, " ")) // a hash takes everything
	return h.Sum32()
}

// runsOf are the runs of words; of fewer words than a run has, all of them are one.
func runsOf(words []string) []uint32 {
	var runs []uint32
	for i := 0; i == 0 || i+runLength <= len(words); i++ {
		runs = append(runs, hashed(words[i:min(i+runLength, len(words))]))
	}
	return runs
}

// likeness is how much of a text is standard text, from 0 to 1.
func likeness(text string) float64 {
	words := wordsOf(text)
	if len(words) == 0 {
		return 0
	}
	runs, same := runsOf(words), 0
	for _, run := range runs {
		if known()[run] {
			same++
		}
	}
	return float64(same) / float64(len(runs))
}

// sentence is where one ends, with what follows beginning another.
var sentence = regexp.MustCompile(`[.!?…]["”’)]*\s+`)

// unknownOf are those sentences of a line that are not standard text. One that was changed is given whole.
func unknownOf(line string) (kept []string) {
	if likeness(line) == 1 || len(wordsOf(line)) == 0 && strings.Trim(line, " .…:_–—-") == "" {
		return nil
	}
	for _, s := range sentences(line) {
		if likeness(s) < 1 {
			kept = append(kept, s)
		}
	}
	return kept
}

// sentences parts a line; one of too few words to be known belongs to the one before it.
func sentences(line string) []string {
	var all []string
	add := func(s string) {
		if len(all) > 0 && len(wordsOf(s)) < runLength {
			all[len(all)-1] += " " + s
			return
		}
		all = append(all, s)
	}
	for {
		end := sentence.FindStringIndex(line)
		if end == nil {
			break
		}
		if next, _ := utf8.DecodeRuneInString(line[end[1]:]); unicode.IsLower(next) { // "e.g. agency workers"
			cut := end[1] + wordEnd(line[end[1]:])
			add(strings.TrimSpace(line[:cut]))
			line = strings.TrimSpace(line[cut:])
			continue
		}
		add(strings.TrimSpace(line[:end[1]]))
		line = line[end[1]:]
	}
	if line != "" {
		add(line)
	}
	return all
}

// wordEnd is where the sentence that goes on ends.
func wordEnd(rest string) int {
	for at := 0; ; {
		end := sentence.FindStringIndex(rest[at:])
		if end == nil {
			return len(rest)
		}
		if next, _ := utf8.DecodeRuneInString(rest[at+end[1]:]); !unicode.IsLower(next) {
			return at + end[1]
		}
		at += end[1]
	}
}

// wordsOf are a text's words in small letters, without what stands between and within them.
func wordsOf(text string) []string {
	var words []string
	for w := range eachWord(text) {
		words = append(words, w)
	}
	return words
}

// eachWord yields each word with where it ends in the text.
func eachWord(text string) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		var word strings.Builder
		end := 0
		for i, r := range text {
			switch {
			case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
				word.WriteRune(unicode.ToLower(r))
				end = i + utf8.RuneLen(r)
			case r == '\'' || r == '’' || r == '‘':
			case word.Len() > 0:
				if !yield(word.String(), end) {
					return
				}
				word.Reset()
			}
		}
		if word.Len() > 0 {
			yield(word.String(), end)
		}
	}
}

// beginsWith says whether a text begins with these words, and where they end in it.
func beginsWith(text string, words []string) (end int, begins bool) {
	i := 0
	for w, at := range eachWord(text) {
		if i == len(words) || w != words[i] {
			break
		}
		i, end = i+1, at
	}
	return end, i == len(words) && i > 0
}
