package report

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/allclear-safety/allclear/internal/plan"
)

// titles are a section's names as teams write them, in words; the first of each are enough on a plain line.
var titles = map[plan.Section][]string{
	plan.Calendar:       {"calendar expectations", "calendar standards", "outlook calendars", "outlook calendar", "calendars", "calendar"},
	plan.NextOfKin:      {"next of kin", "next of kin details", "nok", "nok details", "emergency contacts"},
	plan.PersonalSafety: {"planning personal safety", "personal safety planning", "planning for personal safety", "personal safety", "planning"},
	plan.CheckingIn:     {"checking in", "checking in and out", "check ins", "check in", "checking in process", "checking in procedure"},
	plan.CallingForHelp: {"calling for help", "calling for emergency help", "call for help", "getting help", "asking for help"},
	plan.Debriefing:     {"debriefing after", "debriefing", "debrief", "debriefs", "debriefing after incidents", "de briefing after", "de briefing"},
}

// certain are those titles that are a heading without a number, a style or bold letters.
var certain = []string{
	"calendar expectations", "calendar standards", "next of kin", "planning personal safety", "personal safety planning", "checking in", "calling for help", "debriefing after", "debriefing",
	"debriefing after incidents",
}

// abouts are words of what comes after the title: "knowing where you are".
var abouts = map[plan.Section]string{
	plan.Calendar:       "know knowing where you we are everyone is being people",
	plan.NextOfKin:      "know knowing who whom to contact call ring details emergency",
	plan.PersonalSafety: "keep keeping ourselves yourself you us safe staying for",
	plan.CheckingIn:     "know knowing when and how to check in out with after a visit the process",
	plan.CallingForHelp: "know knowing what to do if when something goes wrong in an emergency",
	plan.Debriefing:     "learn learning from incidents what happened after an incident events",
}

var (
	// numbering is what stands before a title: "1.", "Section 2:", "(c)", "iv)"
	numbering = regexp.MustCompile(`(?i)^\s*(?:(?:section|part)\s+)?[(\[]?(?:\d{1,2}(?:\.\d+)*\s?[).:\]–—-]*|(?:[ivx]{1,4}|[a-f])[).:\]])\s*`)
	// pageNumber is what a table of contents has after it
	pageNumber = regexp.MustCompile(`[\s.…]+\d{1,3}$`)
)

// headingOf gives the section that a line is the heading of, "" for one that is none, and whether it says more than headings do.
func headingOf(line planLine) (of plan.Section, more bool) {
	if line.text == "" || len(line.text) > 200 {
		return "", false
	}
	text := numbering.ReplaceAllString(line.text, "")
	level := line.style.Level() > 0 || line.style == "Title"
	marked := level || line.bold || text != line.text
	words := without(wordsOf(pageNumber.ReplaceAllString(text, "")), "and", "the", "our")
	for _, section := range plan.Sections() {
		for _, title := range titles[section] {
			rest, is := afterWords(words, strings.Fields(title))
			switch {
			case !is:
			case len(rest) == 0 && (marked || slices.Contains(certain, title)):
				return section, false
			case len(rest) > 0:
				known := aboutOf(section, rest)
				if level && len(rest) <= 8 || known*10 >= len(rest)*8 {
					return section, known < len(rest)
				}
			}
		}
	}
	return "", false
}

// aboutOf counts those words that headings have after the title.
func aboutOf(section plan.Section, words []string) (known int) {
	vocabulary := strings.Fields(abouts[section])
	for _, w := range words {
		if slices.Contains(vocabulary, w) {
			known++
		}
	}
	return known
}

// afterWords takes a title off the beginning of words; a letter may be wrong in its longer ones.
func afterWords(words, title []string) (rest []string, is bool) {
	title = without(title, "and", "the", "our")
	if len(words) < len(title) {
		return nil, false
	}
	for i, w := range title {
		if words[i] != w && (len(w) < 6 || !nearly(words[i], w)) {
			return nil, false
		}
	}
	return words[len(title):], true
}

// nearly says whether two words differ by one letter that is other, lacking, too many, or two that changed places.
func nearly(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return i >= len(a) || a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

func without(words []string, left ...string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(left, w) })
}

// heading is what a line begins: a section, or the mention of one in a list of what the plan covers.
type heading struct {
	section  plan.Section
	contents bool
	more     bool // it says something besides
}

// findHeadings finds the headings among lines, by their place.
func findHeadings(lines []planLine) map[int]heading {
	found := map[int]heading{}
	var all []int
	for i, line := range lines {
		if line.led {
			continue
		}
		if section, more := headingOf(line); section != "" {
			found[i] = heading{section: section, more: more}
			all = append(all, i)
		}
	}
	for begin := 0; begin < len(all); {
		end := begin + 1
		for end < len(all) && blank(lines[all[end-1]+1:all[end]]) && !slices.ContainsFunc(all[begin:end], func(i int) bool { return found[i].section == found[all[end]].section }) {
			end++ // the first section's own heading may stand right under the list
		}
		if end-begin >= 3 && comeAgain(all[begin:end], all[end:], found) {
			for _, i := range all[begin:end] {
				found[i] = heading{contents: true, more: found[i].more}
			}
		}
		begin = end
	}
	return found
}

func blank(lines []planLine) bool {
	return !slices.ContainsFunc(lines, func(l planLine) bool { return l.text != "" })
}

// comeAgain says whether most sections of a list have a heading later on: then the list is only one.
func comeAgain(list, later []int, found map[int]heading) bool {
	again := 0
	for _, i := range list {
		if slices.ContainsFunc(later, func(j int) bool { return found[j].section == found[i].section }) {
			again++
		}
	}
	return again*2 > len(list)
}

// ends says whether a line ends the section before it without beginning one: an appendix, or another heading of the same level or above.
func ends(line planLine, level int) bool {
	if l := line.style.Level(); level > 0 && l > 0 && l <= level {
		return true
	}
	words := strings.Join(wordsOf(line.text), " ")
	return slices.Contains([]string{"appendix", "appendices", "global majority workers", "lone working spheres of support", "spheres of support"}, words)
}

// templateLeads are those of the template that teams have; ours are in the standard text.
var templateLeads = map[plan.Section][]string{
	plan.PersonalSafety: {"all team members will"},
	plan.CheckingIn:     {"in our team we"},
	plan.CallingForHelp: {"if this is different for your team outline your plan here", "if this is different for your team"},
}

// leads are the words with which the own words of a section begin.
var leads = sync.OnceValue(func() map[plan.Section][][]string {
	all := map[plan.Section][][]string{}
	for _, section := range plan.Sections() {
		all[section] = [][]string{wordsOf(section.Text().Lead)}
		for _, lead := range templateLeads[section] {
			all[section] = append(all[section], strings.Fields(lead))
		}
	}
	return all
})

// afterLead takes a lead off a line: the section's own, or another's where it plainly is one, with its dots.
func afterLead(text string, section plan.Section) (rest string, is bool) {
	longest := 0
	for _, of := range plan.Sections() {
		for _, lead := range leads()[of] {
			end, begins := beginsWith(text, lead)
			if !begins || end <= longest || of != section && !dotted(text[end:]) {
				continue
			}
			longest, is = end, true
			rest = strings.TrimSpace(strings.TrimLeft(text[end:], " .…:–—"))
		}
	}
	return rest, is
}

func dotted(rest string) bool {
	rest = strings.TrimSpace(rest)
	return rest == "" || strings.HasPrefix(rest, "…") || strings.HasPrefix(rest, "..") || strings.HasPrefix(rest, ":")
}

// hasLead says whether a line begins with the lead of some section.
func hasLead(text string) bool {
	return slices.ContainsFunc(plan.Sections(), func(s plan.Section) bool { _, is := afterLead(text, s); return is })
}

// uniqueLead gives the section whose lead a line plainly begins with, where no other has the same.
func uniqueLead(text string) (only plan.Section) {
	longest := 0
	for _, section := range plan.Sections() {
		for _, lead := range leads()[section] {
			end, begins := beginsWith(text, lead)
			switch {
			case !begins || !dotted(text[end:]) || end < longest:
			case end > longest:
				longest, only = end, section
			case only != section:
				only = ""
			}
		}
	}
	return only
}
