package web

import (
	"net/http"
	"slices"

	"github.com/allclear-safety/allclear/internal/guidance"
	"github.com/allclear-safety/allclear/internal/watch"
)

// guidancePage is one sheet of guidance.
type guidancePage struct {
	Layout
	Sheet  guidance.Page
	Phrase string // the covert phrase of the reader's team; "" where the page is not to name it
	Folded bool   // whoever glances at the page is not to read it
	Raise  bool   // the alarm is raised from here
	After  bool   // it leads on to debriefs
	Around string // the reader's team's spheres of support; "" for who is in no team
}

// guidanceListPage leads to all that are for the reader.
type guidanceListPage struct {
	Layout
	Sheets []guidance.Page
	Out    bool // the reader may be on a visit
}

// guidanceList answers GET /guidance. A worker who may be on a visit finds nothing there of how they would call for help (rule 4.2).
func (p *Pages) guidanceList(c *request) error {
	out, err := p.outAlone(c)
	if err != nil {
		return err
	}
	page := guidanceListPage{Layout: p.layout(c, "Guidance"), Out: out, Sheets: slices.DeleteFunc(guidance.Pages(), func(s guidance.Page) bool { return s.Calm && out })}
	return p.show(c, http.StatusOK, "guidance_list", page)
}

// guide answers GET /guidance/… with a sheet.
func (p *Pages) guide(sheet guidance.Page) handler {
	return func(c *request) error {
		out, err := p.outAlone(c)
		if err != nil {
			return err
		}
		if out && sheet.Calm {
			return &statusError{status: http.StatusConflict, title: "Not now", says: "You can read this when you are not on a visit and no alarm about you is open.", again: "/guidance"}
		}
		tells := sheet.Calm || slices.ContainsFunc(sheet.Parts, func(part guidance.Part) bool { return part.Calm })
		page := guidancePage{Layout: p.layout(c, sheet.Title), Sheet: sheet, Raise: sheet.Slug == guidance.AskedFor().Slug,
			After: sheet.Slug == guidance.After().Slug}
		if tells && !out && c.who.Team != "" {
			page.Phrase, page.Folded = c.phrase, visits(c.who)
		}
		if out {
			page.Sheet.Parts = slices.DeleteFunc(page.Sheet.Parts, func(part guidance.Part) bool { return part.Calm })
		}
		if c.who.Team != "" {
			page.Around = "/teams/" + c.who.Team + "/support"
		}
		return p.show(c, http.StatusOK, "guidance", page)
	}
}

// beforeCard is what to think of before going in, as it stands on a visit's page and where one is booked; nil where that is over.
type beforeCard struct {
	Lines []string
	More  string // where there is more; "" where the reader may not go there
	Books bool   // beside the button that books
}

// beforeVisit is the card for a worker's own visit that is still to begin.
func (p *Pages) beforeVisit(c *request, v seen) *beforeCard {
	if !v.rights.Own || v.Status != watch.Booked {
		return nil
	}
	card := &beforeCard{Lines: guidance.Checklist()}
	if !c.byPhone() {
		card.More = "/guidance/" + guidance.BeforeAVisit().Slug
	}
	return card
}

// bookingCard is the card where a visit is booked.
func bookingCard() *beforeCard {
	return &beforeCard{Lines: guidance.Checklist(), More: "/guidance/" + guidance.BeforeAVisit().Slug, Books: true}
}
