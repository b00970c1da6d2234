package web

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// form is what was typed, and what is wrong with it so far. A page that is shown again shows both.
type form struct {
	values   url.Values
	problems []Problem
}

// form reads the form that was sent.
func (c *request) form() (*form, error) {
	if err := c.parse(); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return nil, c.outgrown(err)
		}
		return nil, &statusError{status: http.StatusBadRequest, says: "What was sent is not a form.", cause: err}
	}
	sent := 0
	for _, values := range c.PostForm {
		sent += len(values)
		for i := range values { // whatever a program sent, what somebody wrote around it is kept
			values[i] = stored(values[i])
		}
	}
	if sent > mostFields {
		return nil, tooLong(nil)
	}
	f := &form{values: c.PostForm}
	for _, field := range slices.Sorted(maps.Keys(f.values)) {
		if utf8.RuneCountInString(f.values.Get(field)) > longestWords {
			f.wrong(field, "Enter less: 10,000 characters at most")
		}
	}
	return f, nil
}

// mostFields is how many fields a form may have, each of several ticks counted.
const mostFields = 500

// longestWords is how much anyone may say in one field, in characters.
const longestWords = 10_000

// value is a field as it was typed, without the spaces around it; "" where nothing in it can be seen.
func (f *form) value(field string) string {
	typed := strings.TrimSpace(f.values.Get(field))
	if buddy.Visible(typed) == 0 {
		return ""
	}
	return typed
}

// wrong notes what is wrong with a field, once.
func (f *form) wrong(field, says string) {
	if !f.problem(field) {
		f.problems = append(f.problems, Problem{field, sentence(says)})
	}
}

// need notes a field that was left empty.
func (f *form) need(field, says string) {
	if f.value(field) == "" {
		f.wrong(field, says)
	}
}

// problem says that something is wrong with a field.
func (f *form) problem(field string) bool {
	return slices.ContainsFunc(f.problems, func(p Problem) bool { return p.Field == field })
}

// inOrder puts what is wrong into the order of the page's fields, as the summary at its top has it; what is wrong with
// other fields comes after.
func (f *form) inOrder(fields ...string) {
	place := func(p Problem) int {
		if i := slices.Index(fields, p.Field); i >= 0 {
			return i
		}
		return len(fields)
	}
	slices.SortStableFunc(f.problems, func(a, b Problem) int { return cmp.Compare(place(a), place(b)) })
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

// again is the layout of a page that shows a refused form: with what is wrong at its top.
func (l Layout) again(f *form) Layout {
	l.Problems = f.problems
	return l
}

// blank is a form that nobody has filled in yet, but for the values given in turn after their fields.
func blank(filled ...string) *form {
	f := &form{values: url.Values{}}
	for i := 0; i+1 < len(filled); i += 2 {
		f.values.Set(filled[i], filled[i+1])
	}
	return f
}

// says is what is wrong with a field, to stand beside it.
func (f *form) says(field string) govuk.ErrorMessage {
	for _, p := range f.problems {
		if p.Field == field {
			return govuk.ErrorMessage{Text: p.Says}
		}
	}
	return govuk.ErrorMessage{}
}

// input is one line to type in, with what was typed and what is wrong with it.
func (f *form) input(field, label, hint string) govuk.Input {
	return govuk.Input{Name: field, Label: govuk.Label{Text: label}, Hint: govuk.Hint{Text: hint}, Value: f.values.Get(field), ErrorMessage: f.says(field)}
}

// password is a line that shows nothing of what is typed, and is empty again when the page is shown again.
func (f *form) password(field, label, hint, autocomplete string) govuk.Input {
	in := f.input(field, label, hint)
	in.Value, in.Type, in.Autocomplete, in.Spellcheck, in.Autocapital = "", "password", autocomplete, new(false), "none"
	return in
}

// textarea is several lines to type in.
func (f *form) textarea(field, label, hint string) govuk.Textarea {
	return govuk.Textarea{Name: field, Label: govuk.Label{Text: label}, Hint: govuk.Hint{Text: hint}, Value: f.values.Get(field), ErrorMessage: f.says(field)}
}

// radios is a choice of one.
func (f *form) radios(field, question, hint string, choices ...govuk.Choice) govuk.Radios {
	chosen := f.values.Get(field)
	if len(choices) == 1 { // nobody need press what is the only answer
		chosen = choices[0].Value
	}
	return govuk.Radios{Name: field, Items: choices, Value: chosen, Hint: govuk.Hint{Text: hint}, ErrorMessage: f.says(field),
		Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: question, Classes: "govuk-fieldset__legend--s"}}}
}
