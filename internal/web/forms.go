package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/allclear-safety/allclear/internal/watch"
)

// form is what was typed, and what is wrong with it so far. A page that is shown again shows both.
type form struct {
	values   url.Values
	problems []Problem
}

// form reads the form that was sent.
func (c *request) form() (*form, error) {
	if err := c.ParseForm(); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return nil, err
		}
		return nil, &statusError{http.StatusBadRequest, "What was sent is not a form.", err}
	}
	return &form{values: c.PostForm}, nil
}

// value is a field as it was typed, without the spaces around it.
func (f *form) value(field string) string { return strings.TrimSpace(f.values.Get(field)) }

// wrong notes what is wrong with a field, once.
func (f *form) wrong(field, says string) {
	for _, p := range f.problems {
		if p.Field == field {
			return
		}
	}
	f.problems = append(f.problems, Problem{field, sentence(says)})
}

// bad says whether anything is wrong.
func (f *form) bad() bool { return len(f.problems) > 0 }

// takes makes what the core found wrong the form's own problems, under the fields that names gives for the API's; it
// gives back every other error.
func (f *form) takes(err error, names map[string]string) error {
	invalid, is := errors.AsType[*watch.Invalid](err)
	if !is {
		return err
	}
	for _, p := range invalid.Problems {
		field := p.Field
		if own, renamed := names[field]; renamed {
			field = own
		}
		f.wrong(field, p.Says)
	}
	return nil
}

// again is the layout of a page that shows a refused form: with its problems, and with what was typed.
func (l Layout) again(f *form) Layout {
	l.Problems, l.form = f.problems, f.values
	return l
}

// Typed is what was typed into a field of the form that was refused.
func (l Layout) Typed(field string) string { return l.form.Get(field) }

// Wrong is what is wrong with a field; "" for nothing.
func (l Layout) Wrong(field string) string {
	for _, p := range l.Problems {
		if p.Field == field {
			return p.Says
		}
	}
	return ""
}
