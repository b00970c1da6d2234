package checkin

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/allclear-safety/allclear/internal/checkin/grammar"
	"github.com/allclear-safety/allclear/internal/nearest"
)

// Standard is the vocabulary of our own languages, without additions.
func Standard() *Vocabulary { return standard() }

// BadLine is the first line of a council's additions that cannot be read.
type BadLine struct {
	Line int    // from 1
	Says string // what is wrong with it, and what to do
}

func (e *BadLine) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Says) }

// checkAdditions finds the first line of additions that cannot be read beside our own languages. A phrase may name any
// section, so only reading it all shows what is wrong: the line is found by halving.
func checkAdditions(additions string, ours []string) error {
	if strings.TrimSpace(additions) == "" {
		return nil
	}
	lines := strings.Split(additions, "\n")
	if err := checkSections(lines, sectionsOf(ours)); err != nil {
		return err
	}
	first := func(n int) error { // what is wrong with the first n lines; with no phrase to look for it is soon known
		_, err := grammar.Parse(nil, append(ours[:len(ours):len(ours)], strings.Join(lines[:n], "\n"))...)
		return err
	}
	if first(len(lines)) == nil {
		return nil
	}
	bad := 1 + sort.Search(len(lines)-1, func(i int) bool { return first(i+1) != nil })
	says := first(bad).Error()
	if _, after, numbered := strings.Cut(says, ": "); numbered && strings.HasPrefix(says, "line ") {
		says = after
	}
	return &BadLine{bad, says}
}

// checkSections finds a line that is in no section of ours: a new one would change nothing.
func checkSections(lines, own []string) error {
	section := false
	for i, line := range lines {
		line = strings.TrimSpace(line)
		name, heading := headingOf(line)
		switch {
		case line == "" || line[0] == '#':
		case heading && !slices.Contains(own, name):
			return &BadLine{i + 1, fmt.Sprintf("no section [%s]; the nearest is [%s]", name, nearest.To(name, own))}
		case heading:
			section = true
		case !section:
			return &BadLine{i + 1, "a phrase before the first section; put a line such as [exit] above it"}
		case line[0] == '>' || line[0] == '<':
		default:
			if word := tooShort(line); word != "" {
				return &BadLine{i + 1, word + ": ~ stands before a verb of three letters or more"}
			}
		}
	}
	return nil
}

// tooShort gives the word of a phrase that is no verb to be inflected, though it is marked as one.
func tooShort(line string) string {
	for _, f := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t()|/", r) }) {
		if verb, marked := strings.CutPrefix(f, "~"); marked && len(strings.TrimRight(verb, "?*")) < 3 {
			return f
		}
	}
	return ""
}

func headingOf(line string) (name string, is bool) {
	line = strings.TrimSpace(line)
	if len(line) < 2 || line[0] != '[' || line[len(line)-1] != ']' {
		return "", false
	}
	return line[1 : len(line)-1], true
}

// sectionsOf lists the sections of languages, in order.
func sectionsOf(languages []string) []string {
	var names []string
	for _, language := range languages {
		for line := range strings.Lines(language) {
			if name, is := headingOf(line); is {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
