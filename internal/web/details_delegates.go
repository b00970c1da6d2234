package web

import (
	"errors"
	"net/http"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/watch"
)

// delegateField is the form's field with the address of somebody who may book.
const delegateField = "delegate"

// ownDelegates are the people who may book for someone by invite.
func (p *Pages) ownDelegates(c *request, who buddy.Person, f *form, page *detailsPage) (err error) {
	page.MayInvite = who.Has(buddy.Worker) && !who.Email.IsZero()
	page.Delegate = f.input(delegateField, "Their e-mail address", "")
	page.Delegate.Type = "email"
	page.Delegates, err = p.Store.Delegates(c.Context(), who.ID)
	return err
}

// addDelegate answers POST /details/delegates: somebody may book for the reader by invite.
func (p *Pages) addDelegate(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	err = p.Engine.AddDelegate(c.Context(), c.press(), f.value(delegateField))
	var invalid *watch.Invalid
	if errors.As(err, &invalid) {
		f.wrong(delegateField, "This "+invalid.Problems[0].Says)
		return p.showDetails(c, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return c.redirect("/details?done=may-book")
}

// dropDelegate answers POST /details/delegates/remove.
func (p *Pages) dropDelegate(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	if err := p.Engine.DropDelegate(c.Context(), c.press(), f.value(delegateField)); err != nil {
		return err
	}
	return c.redirect("/details?done=may-not-book")
}
