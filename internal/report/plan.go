package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// The words that stand in every plan that is printed. A plan that comes back filled in is known by them.
const (
	planTitle     = "Lone-working team plan"
	planIntro     = "Working alone has risks, and each team agrees how it meets them. This is what holds for every team, with what this team does in its own words."
	planCovers    = "It covers:"
	planSign      = "Everyone in the team reads this plan and signs it here, with their name and the date."
	planTeam      = "Team name"
	planName      = "Name"
	planDate      = "Date"
	planSettings  = "What Allclear does for this team:"
	planSignTitle = "Signed by"
	planBefore    = "Signed on paper before: the document from which this plan was taken over, and not this version."
)

// emptyRows are for signing by hand where nobody is known who has to.
const emptyRows = 8

// planPaper is a plan as it is laid out, whatever it is printed on: the shape of the template that teams know.
type planPaper struct {
	Title, Team string
	State       string // which version it is, and until when
	Foot        string // at the foot of each page
	Intro       string
	Covers      []string
	Signatures  []plan.Signed // those who have not signed have no date
	Before      string        // what is said of those who had signed on paper; "" where nobody had
	OnPaper     []plan.Signed
	Parts       []planPart
}

// planPart is one section.
type planPart struct {
	ID, Heading string
	Standard    []passage
	Lead        string
	Own         []passage
	OwnLines    []string // as they were typed
	Settings    []string
}

// passage is a paragraph, or the items of a list.
type passage struct {
	Text  string
	Items []string
}

// layPlan lays out a plan. The day it is printed is that of at, in the zone that at has.
func layPlan(p plan.Printed, at time.Time) planPaper {
	paper := planPaper{Title: planTitle, Team: Showable(p.Team), State: planState(p), Intro: planIntro, Foot: planFoot(p, at)}
	for _, s := range p.Signatures {
		paper.Signatures = append(paper.Signatures, plan.Signed{Name: Showable(s.Name), On: Showable(s.On)})
	}
	for _, name := range p.Unsigned {
		paper.Signatures = append(paper.Signatures, plan.Signed{Name: Showable(name)})
	}
	if len(paper.Signatures) == 0 {
		paper.Signatures = make([]plan.Signed, emptyRows)
	}
	for _, s := range p.OnPaper {
		paper.Before, paper.OnPaper = planBefore, append(paper.OnPaper, plan.Signed{Name: Showable(s.Name), On: Showable(s.On)})
	}
	for _, part := range p.Parts {
		heading := fmt.Sprintf("%d. %s – %s", part.Number, part.Standard.Title, part.Standard.About)
		paper.Covers = append(paper.Covers, fmt.Sprintf("%s – %s", part.Standard.Title, part.Standard.About))
		own := strings.Split(Showable(plan.Words{part.Section: part.Own}.Trimmed()[part.Section]), "\n")
		laid := planPart{ID: strings.ReplaceAll(string(part.Section), "_", "-"), Heading: heading, Standard: passages(part.Standard.Paragraphs), Lead: part.Standard.Lead,
			Own: passages(own), OwnLines: own}
		for _, setting := range part.Settings {
			laid.Settings = append(laid.Settings, Showable(setting))
		}
		paper.Parts = append(paper.Parts, laid)
	}
	return paper
}

// planState says in a sentence which version this is.
func planState(p plan.Printed) string {
	if p.Version == 0 {
		return rehearsal(p) + "A draft: not published, and not to be signed."
	}
	state := rehearsal(p) + fmt.Sprintf("Version %d", p.Version)
	if p.PublishedOn != "" {
		state += ", published on " + p.PublishedOn
	}
	if p.Reviewed != "" {
		state += ", looked at on " + Showable(p.Reviewed) + " with nothing changed"
	}
	if p.ReviewOn != "" {
		state += ", to be looked at again by " + p.ReviewOn
	}
	return state + "."
}

// rehearsal begins what is said of a plan in which nothing is real.
func rehearsal(p plan.Printed) string {
	if p.Rehearsal {
		return "REHEARSAL. "
	}
	return ""
}

func planFoot(p plan.Printed, at time.Time) string {
	version := "draft"
	if p.Version > 0 {
		version = fmt.Sprintf("version %d", p.Version)
		if p.PublishedOn != "" {
			version += " of " + p.PublishedOn
		}
	}
	return fmt.Sprintf("%s%s, %s, printed on %s", rehearsal(p), Showable(p.Team), version, at.Format("2 January 2006"))
}

// passages groups lines into paragraphs and lists: those that begin with "- " are items. Empty lines only part them.
func passages(lines []string) []passage {
	var all []passage
	list := false
	for _, line := range lines {
		item, is := strings.CutPrefix(line, "- ")
		switch {
		case strings.TrimSpace(line) == "":
			list = false
		case is && list:
			last := &all[len(all)-1]
			last.Items = append(last.Items, item)
		case is:
			all, list = append(all, passage{Items: []string{item}}), true
		default:
			all, list = append(all, passage{Text: line}), false
		}
	}
	return all
}
