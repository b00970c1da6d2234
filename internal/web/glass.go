package web

import (
	"fmt"
	"net/http"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
)

// lookedAtVisit records the look at a visit's details before they are shown: with why, where the reader broke the glass.
func (p *Pages) lookedAtVisit(c *request, v seen) error {
	why := ""
	if v.Glass != nil {
		why = v.Glass.Why.Reveal()
	}
	return p.Access.LookedAt(c.Context(), c.who.ID, "page", "visit/"+v.ID, why, c.at)
}

// glassTells says who is told when the reader breaks the glass of a visit, before they do.
func (p *Pages) glassTells(c *request, v seen, worker string) (string, error) {
	told, err := p.Engine.ToldOfGlass(c.Context(), c.who.ID, v.Visit.Visit)
	if err != nil {
		return "", fmt.Errorf("see who is told of a broken glass: %w", err)
	}
	var names []string
	for _, id := range told {
		name, err := p.nameFor(c.Context(), c.kept, id)
		if err != nil {
			return "", err
		}
		if engine.EmergencyContact(id) {
			name = "the organisation’s emergency contact"
		}
		names = append(names, name)
	}
	reads := worker + " can read that you looked, and why."
	if len(names) == 0 {
		return "Nobody else is here to be told. It is put on record, and " + reads, nil
	}
	return "This will be told to " + listed(names) + ". It is put on record, and " + reads, nil
}

// breakGlass answers POST /visits/{id}/glass: the reader says why they need to see a private visit, and sees it for a while
// (rule 1.4).
func (p *Pages) breakGlass(c *request) error {
	v, f, err := p.toAct(c, func(r rightsOver) bool { return r.Breaks })
	if err != nil {
		return err
	}
	f.need("why", "Enter why you need to see it")
	if f.bad() {
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	if err := p.Engine.BreakGlass(c.Context(), c.press(), v.Visit.Visit, private.New(f.value("why"))); err != nil {
		return err
	}
	return c.redirect("/visits/" + v.ID + "?done=glass")
}

// endGlass answers POST /visits/{id}/glass/end: the reader has seen what they need. Of one that is over already there is
// nothing to end.
func (p *Pages) endGlass(c *request) error {
	v, _, err := p.toAct(c, func(r rightsOver) bool { return r.Breaks })
	if err != nil {
		return err
	}
	if v.Glass != nil {
		if err := p.Engine.EndGlass(c.Context(), c.press(), v.ID); err != nil {
			return err
		}
	}
	return c.redirect("/visits/" + v.ID + "?done=glass-end")
}
