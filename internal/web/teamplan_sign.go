package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// planSignPage is where somebody reads the current version and signs it: first what is new to them.
type planSignPage struct {
	Layout
	ID, Name    string
	Version     int
	PublishedOn string
	PublishedBy string
	Last        int // the version that they signed last; 0 for none
	Changes     []planChange
	Sections    []planSection
	SignedOn    string // they have signed it
	Agreed      govuk.Checkboxes
	Signs       govuk.Input
	Otherwise   *govuk.Checkboxes // that their name here is wrong; asked once another was typed
}

// toSign finds the current version of a team's plan, where the reader is one of those who sign it.
func (p *Pages) toSign(c *request) (store.Team, engine.PlanVersion, error) {
	t, err := p.planTeam(c)
	if err != nil {
		return t, engine.PlanVersion{}, err
	}
	if !engine.SignsPlan(c.who, t.ID) {
		return t, engine.PlanVersion{}, notFound()
	}
	v, err := p.currentPlan(c, t.ID)
	return t, v, err
}

// signForm answers GET /teams/{id}/plan/sign.
func (p *Pages) signForm(c *request) error {
	t, v, err := p.toSign(c)
	if err != nil {
		return err
	}
	return p.showSign(c, http.StatusOK, blank("name", c.who.Name), t, v)
}

func (p *Pages) showSign(c *request, status int, f *form, t store.Team, v engine.PlanVersion) error {
	printed := v.Printed()
	page := planSignPage{Layout: p.layout(c, "Read and sign the plan of "+v.Team).again(f), ID: t.ID, Name: v.Team, Version: v.Number, PublishedOn: printed.PublishedOn, PublishedBy: v.PublishedBy,
		Sections: sectionsOf(v.Version, false), Agreed: f.tick("agreed", "I have read the plan and will keep to it", ""), Signs: f.input("name", "Your name", "")}
	page.Signs.Autocomplete = "name"
	if f.problem("name") && f.value("name") != "" || f.value(otherwiseField) != "" {
		page.Otherwise = new(f.tick(otherwiseField, "My name in Allclear is wrong: what I typed is my name", "Both names are kept with your signature, and your managers see that the one in Allclear is to be put right"))
	}
	last, found, err := p.Engine.LastSigned(c.Context(), c.who.ID, t.ID)
	if err != nil {
		return fmt.Errorf("read what was signed: %w", err)
	}
	switch {
	case found && last.Paper.ID == v.Paper.ID:
		if err := p.whenSigned(c, v, &page); err != nil {
			return err
		}
	case found:
		page.Last, page.Changes = last.Number, changesOf(last.Version, v.Version)
	}
	return p.show(c, status, "plan_sign", page)
}

func (p *Pages) whenSigned(c *request, v engine.PlanVersion, page *planSignPage) error {
	signatures, err := p.Engine.Signatures(c.Context(), v)
	for _, s := range signatures {
		if s.Person == c.who.ID {
			page.SignedOn = page.Day(s.SignedAt)
		}
	}
	return err
}

// signPlan answers POST /teams/{id}/plan/sign.
func (p *Pages) signPlan(c *request) error {
	t, v, err := p.toSign(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if f.value("version") != strconv.Itoa(v.Number) {
		f.wrong("agreed", "A new version was published since you opened this page: read what is new")
		return p.showSign(c, http.StatusConflict, f, t, v)
	}
	f.need("agreed", "Tick that you have read the plan")
	f.need("name", "Enter your name")
	if !f.bad() {
		err := p.Engine.SignPlan(c.Context(), c.press(), v, engine.Signing{Name: f.value("name"), Otherwise: f.value(otherwiseField) != ""})
		if err := f.takesSignature(c, err); err != nil {
			return fmt.Errorf("sign plan: %w", err)
		}
	}
	if f.bad() {
		return p.showSign(c, http.StatusUnprocessableEntity, f, t, v)
	}
	return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan?done=plan-signed")
}

// otherwiseField is the field of the tick that one's name here is wrong.
const otherwiseField = "otherwise"

// takesSignature makes what is wrong with the name that somebody signs with a sentence beside it.
func (f *form) takesSignature(c *request, err error) error {
	invalid := new(watch.Invalid)
	switch {
	case errors.Is(err, engine.ErrOtherName):
		f.wrong("name", "Enter your own name: in Allclear it is "+c.who.Name+". If that is wrong, tick so below")
	case errors.As(err, &invalid):
		f.wrong("name", "Enter your name, in 100 letters at most")
	default:
		return err
	}
	return nil
}

// planWaits gives where somebody reads and signs their team's plan, where it waits for them; "" where it does not. It is the same whatever
// else they are in: nothing of it changes with an alarm (rule 4.2).
func (p *Pages) planWaits(c *request, who buddy.Person) (string, error) {
	_, waits, err := p.Engine.PlanToSign(c.Context(), who)
	if err != nil || !waits {
		return "", err
	}
	return "/teams/" + url.PathEscape(who.Team) + "/plan/sign", nil
}

// planSignaturesPage says who signed the current version, and who has not.
type planSignaturesPage struct {
	Layout
	ID, Name    string
	None        bool
	Version     int
	PublishedOn string
	Rows        []signatureRow
	Unsigned    []personRow
	Sum         string // of what was signed
}

type signatureRow struct {
	Person, Name, As, On string // As is what they signed with
	Was                  string // their name here when they signed; "" where it is the same still
	Otherwise            bool   // they said that it was wrong
}

// planSignatures answers GET /teams/{id}/plan/signatures.
func (p *Pages) planSignatures(c *request) error {
	t, err := p.planToKeep(c)
	if err != nil {
		return err
	}
	page := planSignaturesPage{Layout: p.layout(c, "Who signed the plan"), ID: t.ID, Name: t.Name}
	v, found, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err != nil {
		return fmt.Errorf("read plan: %w", err)
	}
	if page.None = !found; found {
		if err := p.whoSigned(c, v, &page); err != nil {
			return err
		}
	}
	return p.show(c, http.StatusOK, "plan_signatures", page)
}

func (p *Pages) whoSigned(c *request, v engine.PlanVersion, page *planSignaturesPage) error {
	page.Version, page.PublishedOn, page.Sum = v.Number, v.Printed().PublishedOn, v.Sum()
	signatures, err := p.Engine.Signatures(c.Context(), v)
	if err != nil {
		return fmt.Errorf("read signatures: %w", err)
	}
	for _, s := range signatures {
		if c.apart(s.Person) != 0 {
			continue
		}
		name := p.nameOrID(c, s.Person)
		row := signatureRow{Person: s.Person, Name: name, On: page.Day(s.SignedAt) + ", " + page.Clock(s.SignedAt)}
		if row.As = cmp.Or(s.Name, "erased"); row.As == name {
			row.As = ""
		}
		if row.Otherwise = s.Otherwise && row.As != ""; s.Here != name {
			row.Was = s.Here
		}
		page.Rows = append(page.Rows, row)
	}
	unsigned, err := p.Engine.Unsigned(c.Context(), v)
	if err != nil {
		return fmt.Errorf("find who has not signed: %w", err)
	}
	for _, m := range unsigned {
		if c.apart(m.ID) == 0 {
			page.Unsigned = append(page.Unsigned, personRow{ID: m.ID, Name: m.Name, Roles: roleWords(m.Roles)})
		}
	}
	return nil
}

// remindUnsigned answers POST /teams/{id}/plan/signatures/remind.
func (p *Pages) remindUnsigned(c *request) error {
	t, err := p.planToKeep(c)
	if err != nil {
		return err
	}
	v, err := p.currentPlan(c, t.ID)
	if err != nil {
		return err
	}
	if _, err := p.Engine.RemindUnsigned(c.Context(), v); err != nil {
		return err
	}
	return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan/signatures?done=plan-reminded")
}
