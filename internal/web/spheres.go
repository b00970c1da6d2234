package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/support"
)

// supportPage is a team's spheres of support: the picture, and the same in words (rule 6.4).
type supportPage struct {
	Layout
	ID, Team     string
	Wide, Narrow spheresDrawn
	Rings        []ringWords // the nearest first
	Standard     bool        // the team has not made it its own
	MayEdit      bool
}

// ringWords is one sphere in words.
type ringWords struct {
	Title string
	Rows  []support.Entry
}

// spheresDrawn is the picture, with what names it for those who do not see it.
type spheresDrawn struct {
	support.Picture
	ID, Title string
}

// keptSpheres is a team's list as it is kept, or the standard one.
type keptSpheres struct {
	support.Spheres
	paper store.Paper // of Revision 0 where none was kept
}

// spheresOf reads a team's list.
func (p *Pages) spheresOf(c *request, team string) (k keptSpheres, err error) {
	k.paper, err = p.Store.Paper(c.Context(), store.SupportPaper, spheresID(team))
	switch {
	case errors.Is(err, store.ErrNotFound):
		k.paper = store.Paper{ID: spheresID(team), Kind: store.SupportPaper, Team: team}
		k.Spheres, err = p.standardSpheres(c)
		return k, err
	case err != nil:
		return k, err
	case k.paper.Erased:
		k.Spheres, err = p.standardSpheres(c)
		return k, err
	}
	k.Spheres, err = support.Parse(k.paper.Body.Reveal())
	return k, err
}

// standardSpheres is what a team has that did not make a list its own: the standard one, with whom the organisation says people can turn to.
func (p *Pages) standardSpheres(c *request) (support.Spheres, error) {
	list, known, err := p.Store.Supports(c.Context())
	if err != nil {
		return nil, fmt.Errorf("read whom people can turn to: %w", err)
	}
	if !known {
		return support.Standard(), nil
	}
	var own []support.Entry
	for _, s := range list {
		own = append(own, support.Entry{Name: clipped(s.Name, support.LongestName), For: clipped(s.For, support.LongestWords)}.Reached(s.Reach))
	}
	return support.StandardOf(own), nil
}

// spheresID is the id of a team's one list, so that two who begin it at once make one.
func spheresID(team string) string { return "support-" + team }

// keepSpheres keeps a list in the place of the one that was read; store.ErrConflict where another came between.
func (p *Pages) keepSpheres(c *request, k keptSpheres, s support.Spheres) error {
	k.paper.Body = private.New(s.String())
	_, err := p.Store.PutPaper(c.Context(), k.paper, nil, store.By{Person: c.who.ID, Via: "page"}, c.at)
	return err
}

// spheres answers GET /teams/{id}/support: with whom the reader has now filled in.
func (p *Pages) spheres(c *request) error {
	page, err := p.supportPage(c, true)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "support", page)
}

// spheresSheet answers GET /teams/{id}/support/print: a sheet for the wall, without those who are there today and gone tomorrow.
func (p *Pages) spheresSheet(c *request) error {
	page, err := p.supportPage(c, false)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "support_sheet", page)
}

// spheresPicture answers GET /teams/{id}/support/picture.svg.
func (p *Pages) spheresPicture(c *request) error {
	page, err := p.supportPage(c, false)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := p.templates.render(&out, "support", "picture", page); err != nil {
		return err
	}
	c.w.Header().Set("Content-Disposition", `attachment; filename="spheres-of-support.svg"`)
	c.w.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
	_, _ = c.w.Write(out.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// supportPage is the list of the team that the address names, with those around the reader where they are filled in.
func (p *Pages) supportPage(c *request, filled bool) (page supportPage, err error) {
	t, err := p.teamAt(c)
	if err != nil {
		return page, err
	}
	k, err := p.spheresOf(c, t.ID)
	if err != nil {
		return page, err
	}
	page = supportPage{Layout: p.layout(c, "Spheres of support"), ID: t.ID, Team: t.Name, Standard: k.paper.Revision == 0, MayEdit: p.mayKeep(c, t.ID)}
	all := k.Spheres
	if filled {
		around, err := p.around(c, t)
		if err != nil {
			return page, err
		}
		all = append(around, all...)
	}
	title := "Spheres of support of " + t.Name
	page.Wide = spheresDrawn{support.Draw(all, support.Wide), "wide", title}
	page.Narrow = spheresDrawn{support.Draw(all, support.Narrow), "narrow", title}
	page.Rings = ringsInWords(all)
	return page, nil
}

func ringsInWords(s support.Spheres) (rings []ringWords) {
	for _, r := range support.Rings() {
		rings = append(rings, ringWords{r.Title(), s.In(r)})
	}
	return rings
}

// around are those who stand around the reader now, as the system knows them: who is on call, the plan's named buddy, the managers. It holds
// nobody who may never see the reader, and nothing that an alarm changes.
func (p *Pages) around(c *request, t store.Team) (support.Spheres, error) {
	rt, _ := chosenTeam([]store.Team{t}, t.ID, "")
	if err := p.readRota(c.Context(), &rt, c.at, c.at.Add(time.Minute)); err != nil {
		return nil, err
	}
	not, err := p.Store.Blocked(c.Context(), c.who.ID)
	if err != nil {
		return nil, fmt.Errorf("read who is kept from %s: %w", c.who.ID, err)
	}
	not = append(not, c.who.ID, "")
	var list support.Spheres
	add := func(r support.Ring, id, what string) {
		if slices.Contains(not, id) || !rt.people[id].Active {
			return
		}
		not = append(not, id)
		e := support.Entry{Ring: r, Name: clipped(rt.people[id].Name, support.LongestName), For: what}
		if numbers := rt.reached(id).Numbers; len(numbers) > 0 {
			e.Phone = numbers[0].Says
		}
		list = append(list, e)
	}
	for _, id := range rt.shifts.On(t.ID, c.at) {
		add(support.Team, id, "On call now")
	}
	add(support.Team, t.Plan.NamedBuddy, "Answers in working hours for a visit that names nobody")
	for _, m := range rt.managers() {
		add(support.Manager, m.ID, "Manager of the team")
	}
	return list, nil
}

// managers are those of the team, in the order of their names.
func (t rotaTeam) managers() (list []buddy.Person) {
	for id, who := range t.people {
		if who.Active && who.Team == t.ID && who.Has(buddy.Manager) && who.ID == id {
			list = append(list, who)
		}
	}
	slices.SortFunc(list, byName)
	return list
}

// clipped is as much of words as fits.
func clipped(words string, most int) string {
	if runes := []rune(words); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return words
}

// Said is the picture in one sentence, for those who do not see it.
func (d spheresDrawn) Said() string {
	var rings []string
	for _, a := range slices.Backward(d.Arches) {
		rings = append(rings, a.Ring.Title())
	}
	return "Half-rings within each other, from the nearest to the farthest: " + strings.Join(rings, ", ") + ". The list has the same in words."
}

// Dial is a number without what stands between its digits.
func (supportPage) Dial(number string) string { return support.Entry{Phone: number}.Dial() }
