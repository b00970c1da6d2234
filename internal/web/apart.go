package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// apartPage is where it is said who may never see or answer for someone (rule 1.4). It is for them and who keeps their team.
type apartPage struct {
	Layout
	Person personRow
	Self   bool
	Rows   []apartRow
	Who    govuk.Select
	Why    govuk.Textarea
	Key    string
}

type apartRow struct {
	ID, Name, By, Why string
	At                time.Time
}

// mayKeepApart says that the reader says who may never see someone, and reads who may not.
func (p *Pages) mayKeepApart(c *request, who buddy.Person) bool {
	return access.May(access.KeepApart, c.toPerson(who))
}

// toKeepApart finds the person whom the address names, where the reader says who may never see them.
func (p *Pages) toKeepApart(c *request) (buddy.Person, error) {
	who, _, err := p.colleague(c)
	if err == nil && !p.mayKeepApart(c, who) {
		err = notFound()
	}
	return who, err
}

// apart answers GET /people/{id}/apart.
func (p *Pages) apart(c *request) error {
	who, err := p.toKeepApart(c)
	if err != nil {
		return err
	}
	return p.showApart(c, http.StatusOK, who, blank())
}

func (p *Pages) showApart(c *request, status int, who buddy.Person, f *form) error {
	page := apartPage{Layout: p.layout(c, "Who may never see "+who.Name).again(f), Person: personRow{ID: who.ID, Name: who.Name}, Self: who.ID == c.who.ID, Key: rand.Text()}
	if page.Self {
		page.Title = "Who may never see you"
	}
	page.Path = "/people/" + who.ID + "/apart"
	blocks, err := p.Store.Blocks(c.Context(), who.ID)
	if err != nil {
		return err
	}
	not := []string{who.ID}
	for _, b := range blocks {
		row := apartRow{ID: b.Person, Why: b.Why.Reveal(), At: b.At}
		if row.Name, err = p.nameOf(c.Context(), b.Person); err != nil {
			return err
		}
		if row.By, err = p.nameOf(c.Context(), b.By); err != nil {
			return err
		}
		page.Rows, not = append(page.Rows, row), append(not, b.Person)
	}
	others, err := p.others(c, who, not)
	if err != nil {
		return err
	}
	page.Who = govuk.Select{Name: "person", Label: govuk.Label{Text: "Who is it?"}, Value: f.values.Get("person"), Items: others, ErrorMessage: f.says("person")}
	page.Why = f.textarea("why", "Why?", "Only those who read this page see it.")
	page.Why.Rows = 2
	return p.show(c, status, "apart", page)
}

// others are the people who may be kept apart from someone: those whom the reader sees, and who is on call for their team, but some.
func (p *Pages) others(c *request, who buddy.Person, not []string) ([]govuk.Option, error) {
	teams, err := p.teams(c)
	if err != nil {
		return nil, err
	}
	var all []buddy.Person
	for _, t := range teams {
		members, err := p.members(c, t.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, members...)
	}
	shifts, err := p.directory.shifts(c.Context(), c.at)
	if err != nil {
		return nil, fmt.Errorf("find who is on call: %w", err)
	}
	for _, s := range shifts {
		if !slices.Contains(s.Teams, who.Team) {
			continue
		}
		on, err := p.directory.person(c.Context(), s.Person)
		if err != nil {
			return nil, fmt.Errorf("find who is on call: %w", err)
		}
		all = append(all, on)
	}
	slices.SortFunc(all, byName)
	options := []govuk.Option{{Text: "Choose a person"}}
	for _, m := range all {
		if m.Active && !slices.Contains(not, m.ID) {
			options, not = append(options, govuk.Option{Value: m.ID, Text: m.Name}), append(not, m.ID)
		}
	}
	return options, nil
}

// keepApart answers POST /people/{id}/apart.
func (p *Pages) keepApart(c *request) error {
	who, err := p.toKeepApart(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("person", "Choose who it is")
	f.need("why", "Enter why")
	if !f.bad() {
		err = f.takes(p.Engine.Block(c.Context(), c.press(), store.Block{Worker: who.ID, Person: f.value("person"), Why: private.New(f.value("why"))}), nil)
	}
	switch {
	case err != nil:
		return err
	case f.bad():
		return p.showApart(c, http.StatusUnprocessableEntity, who, f)
	}
	return c.redirect("/people/" + who.ID + "/apart?done=apart")
}

// endApart answers POST /people/{id}/apart/end.
func (p *Pages) endApart(c *request) error {
	who, err := p.toKeepApart(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if err := p.Engine.Unblock(c.Context(), c.press(), who.ID, f.value("person")); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return c.redirect("/people/" + who.ID + "/apart?done=apart-end")
}
