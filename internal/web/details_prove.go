package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// sendCode answers POST /details/numbers/{field}/code: a code is on its way to a number of the reader's own.
func (p *Pages) sendCode(c *request) error {
	f, field, err := c.numberForm()
	if err != nil {
		return err
	}
	err = p.Engine.SendCode(c.Context(), c.press(), field, f.value("by") == "call")
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, engine.ErrNoWay):
		return notFound()
	case errors.Is(err, store.ErrEnough):
		f.wrong("number_"+field, fmt.Sprintf("You were sent %d codes within an hour. Ask for another one later", store.CodeAsks))
		return p.showDetails(c, http.StatusTooManyRequests, f)
	case err != nil:
		return err
	}
	return c.redirect("/details?done=code-sent")
}

// prove answers POST /details/numbers/{field}: the code that came.
func (p *Pages) prove(c *request) error {
	f, field, err := c.numberForm()
	if err != nil {
		return err
	}
	input := "code_" + field
	f.need(input, "Enter the code that came")
	if !f.bad() {
		typed := strings.NewReplacer(" ", "", "-", "").Replace(f.value(input))
		right, err := p.Engine.Prove(c.Context(), c.press(), field, typed)
		switch {
		case errors.Is(err, store.ErrNotFound):
			f.wrong("number_"+field, fmt.Sprintf("That code is good no more: it was sent more than 10 minutes ago, or another was typed %d times. Ask for another one", store.CodeGuesses))
		case err != nil:
			return err
		case right:
			return c.redirect("/details?done=number-proved")
		default:
			f.wrong(input, "That is another code. Look at the last one that came")
		}
	}
	return p.showDetails(c, http.StatusUnprocessableEntity, f)
}

// numberForm reads a form about a number of the reader's own, and which.
func (c *request) numberForm() (*form, string, error) {
	field := c.PathValue("field")
	for _, x := range numberNames {
		if x.field == field {
			f, err := c.form()
			return f, field, err
		}
	}
	return nil, "", notFound()
}
