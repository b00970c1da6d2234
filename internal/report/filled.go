package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/plan"
)

// Filled is what was found in a plan that a team filled in as a Word document. It is for somebody to correct: nothing that was typed is lost,
// but where it belongs may be guessed wrong.
type Filled struct {
	Team       string
	Words      plan.Words
	Signatures []plan.Signed // On as "13 November 2025" where it could be read as a date, else as it was written
	Undated    []string      // names in the table of signatures without a date: they have not signed
	Leftover   []string      // what is neither standard text nor surely a section's, a line each
}

// Refusal says in a sentence for whoever chose the file why it cannot be read and what to do. It holds nothing of what is in the file.
type Refusal = docx.Refusal

// MostDocument is how large a document may be that is read, in bytes.
const MostDocument = docx.MostBytes

// ReadPlan reads a plan that was filled in as a Word document of so many bytes. What is wrong with the file is a Refusal, to be shown as it is.
//
// A section begins at its heading, however that is numbered and styled. Standard text, ours and the template's, is known by its words and left
// out. What stands in a box after its lead is the team's own whatever it says; what stands before the box, or is standard text that somebody
// changed, is left over.
func ReadPlan(r io.ReaderAt, size int64) (Filled, error) {
	d, err := docx.Read(r, size)
	if err != nil {
		return Filled{}, fmt.Errorf("read plan: %w", err)
	}
	w := &walk{}
	w.blocks(d.Blocks)
	f := &filling{Filled: Filled{Team: w.team, Words: plan.Words{}, Signatures: w.signatures, Undated: w.undated}, settings: strings.Fields(d.Keywords)}
	f.read(w.lines)
	notes := &walk{}
	notes.blocks(d.Notes)
	f.beside(notes.lines)
	f.Words = f.Words.Trimmed()
	return f.Filled, nil
}

// filling is a plan while its lines are read.
type filling struct {
	Filled
	named    bool     // the line before said that the team's name comes
	settings []string // what we printed of the team's settings, by hash
}

// read gives each line its section, and then reads section by section.
func (f *filling) read(lines []planLine) {
	headings, boxes := findHeadings(lines), byLead(lines)
	parts := map[plan.Section][]planLine{}
	var outside []planLine
	current, level, ended := plan.Section(""), 0, false
	for i, line := range lines {
		h := headings[i]
		if h.more {
			f.Leftover = append(f.Leftover, line.text)
		}
		if h.section != "" {
			current, level, ended = h.section, line.style.Level(), false
		}
		if h.section != "" || h.contents {
			continue
		}
		if !line.led && ends(line, level) {
			current, ended = "", true
		}
		section := current
		if section == "" && !ended && line.led {
			section = boxes[line.box] // its heading is gone
		}
		if section == "" {
			outside = append(outside, line)
			continue
		}
		parts[section] = append(parts[section], line)
	}
	f.beside(outside)
	for _, section := range plan.Sections() {
		f.section(section, parts[section])
	}
}

// byLead gives the sections of boxes by the words that they begin with, where those say it.
func byLead(lines []planLine) map[int]plan.Section {
	sections := map[int]plan.Section{}
	for _, line := range lines {
		if _, seen := sections[line.box]; line.led && line.text != "" && !seen {
			sections[line.box] = uniqueLead(line.text)
		}
	}
	return sections
}

// beside reads lines that stand in no section: the team's name, standard text, and what is left over.
func (f *filling) beside(lines []planLine) {
	for _, line := range lines {
		if line.text == "" {
			continue
		}
		if f.Team == "" && f.teamIn(line.text) {
			continue
		}
		f.left(line)
	}
}

var teamPattern = regexp.MustCompile(`(?i)^\s*(?:name of (?:the )?team|team(?:[’']s)? name|team)\s*[:–-]\s*(\S.*)$`)

// teamIn takes the team's name from a line that gives it, or from the one after a line that says that it comes.
func (f *filling) teamIn(text string) bool {
	if f.named && len(unknownOf(text)) > 0 {
		f.Team, f.named = text, false
		return true
	}
	if m := teamPattern.FindStringSubmatch(text); m != nil {
		f.Team = strings.TrimSpace(m[1])
		return true
	}
	f.named = isTeamLabel(text)
	return f.named
}

// ours says whether we printed a line for this team alone: its settings, and which version this is.
func (f *filling) ours(line planLine) bool {
	return isOurs(line.text) || len(f.settings) > 0 && slices.Contains(f.settings, hashOf(line.text))
}

// left leaves over what of a line is not standard text.
func (f *filling) left(line planLine) {
	if f.ours(line) {
		return
	}
	if rest := unknownOf(line.text); len(rest) > 0 {
		f.Leftover = append(f.Leftover, line.marked(strings.Join(rest, " ")))
	}
}

// section reads the lines under one heading.
func (f *filling) section(section plan.Section, lines []planLine) {
	begins := beginsOwn(section, lines)
	var own []string
	box := -1 // whose lead was taken off
	settings := false
	for i, line := range lines {
		if line.text == "" {
			own = append(own, "")
			continue
		}
		settings = settings || !line.led && line.text == planSettings
		if rest, is := afterLead(line.text, section); is && line.box != box && line.style != docx.Setting {
			box = line.box
			if rest != "" {
				own = append(own, line.marked(rest))
			}
			continue
		}
		switch {
		case line.led:
			own = append(own, line.marked(line.text))
		case i < begins, line.box == 0 && (settings || line.style == docx.Setting):
			f.left(line)
		case !f.ours(line):
			if rest := f.own(line); rest != "" {
				own = append(own, line.marked(rest))
			}
		}
	}
	f.Words[section] = tidied(own)
}

// own gives what of a line in a section is the team's own. Standard text that somebody changed is left over, but for in a box.
func (f *filling) own(line planLine) string {
	var own []string
	for _, s := range unknownOf(line.text) {
		if line.box == 0 && likeness(s) > alike {
			f.Leftover = append(f.Leftover, line.marked(s))
			continue
		}
		own = append(own, s)
	}
	return strings.Join(own, " ")
}

// beginsOwn is where the team's own words begin: with the first box or lead. Where there is none, all may be theirs.
func beginsOwn(section plan.Section, lines []planLine) int {
	for i, line := range lines {
		if _, lead := afterLead(line.text, section); lead || line.box != 0 && line.text != "" {
			return i
		}
	}
	return 0
}

// tidied puts lines together, with one empty line at most between them.
func tidied(lines []string) string {
	var kept []string
	for _, line := range lines {
		if line == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, line)
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
