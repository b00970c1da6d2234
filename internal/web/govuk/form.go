package govuk

import (
	"cmp"
	"html/template"
	"strconv"
)

// Label names a control.
type Label struct {
	Text          string        `json:"text"`
	HTML          template.HTML `json:"html"`
	For           string        `json:"for"` // the control's id; a control sets it itself
	IsPageHeading bool          `json:"isPageHeading"`
	Classes       string        `json:"classes"` // "govuk-label--l"
	Attributes    Attributes    `json:"attributes"`
}

func (l Label) part() (string, any) { return "label", l }

// Hint says what is wanted in a control.
type Hint struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	ID         string        `json:"id"` // a control sets it itself
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (h Hint) part() (string, any) { return "hint", h }
func (h Hint) given() bool         { return h.Text != "" || h.HTML != "" }

// ErrorMessage says beside a control what has to change in it.
type ErrorMessage struct {
	Text               string        `json:"text"`
	HTML               template.HTML `json:"html"`
	ID                 string        `json:"id"`                 // a control sets it itself
	VisuallyHiddenText string        `json:"visuallyHiddenText"` // "Error" unless given
	Classes            string        `json:"classes"`
	Attributes         Attributes    `json:"attributes"`
}

func (e ErrorMessage) part() (string, any) {
	e.VisuallyHiddenText = cmp.Or(e.VisuallyHiddenText, "Error")
	return "error-message", e
}

func (e ErrorMessage) given() bool { return e.Text != "" || e.HTML != "" }

// Legend names a group of controls.
type Legend struct {
	Text          string        `json:"text"`
	HTML          template.HTML `json:"html"`
	IsPageHeading bool          `json:"isPageHeading"`
	Classes       string        `json:"classes"` // "govuk-fieldset__legend--m"
}

// Fieldset holds controls that are one question together.
type Fieldset struct {
	Legend      Legend        `json:"legend"`
	HTML        template.HTML `json:"html"`
	Role        string        `json:"role"`
	DescribedBy string        `json:"describedBy"`
	Classes     string        `json:"classes"`
	Attributes  Attributes    `json:"attributes"`
}

func (f Fieldset) part() (string, any) { return "fieldset", f }

// FormGroup is the element around a control and its words.
type FormGroup struct {
	Classes    string     `json:"classes"`
	Attributes Attributes `json:"attributes"`
}

// question is what every control has around it.
type question struct {
	Group        FormGroup
	Label        Label
	Hint         *Hint
	ErrorMessage *ErrorMessage
	DescribedBy  string // the ids of the hint and the message, for the control
}

// ask ties a control's hint and message to it by its id. describedBy is what else describes it.
func ask(id, describedBy string, group FormGroup, hint Hint, wrong ErrorMessage) question {
	q := question{Group: group, DescribedBy: describedBy}
	q.Group.Classes = classList("govuk-form-group", group.Classes)
	if hint.given() {
		hint.ID = id + "-hint"
		q.Hint = &hint
		q.DescribedBy = classList(q.DescribedBy, hint.ID)
	}
	if wrong.given() {
		wrong.ID = id + "-error"
		wrong.VisuallyHiddenText = cmp.Or(wrong.VisuallyHiddenText, "Error")
		q.ErrorMessage = &wrong
		q.DescribedBy = classList(q.DescribedBy, wrong.ID)
		q.Group.Classes = classList("govuk-form-group govuk-form-group--error", group.Classes)
	}
	return q
}

func (q question) labelled(l Label, id string) question {
	l.For = id
	q.Label = l
	return q
}

// Input is one line of text.
type Input struct {
	ID           string       `json:"id"` // Name unless given
	Name         string       `json:"name"`
	Type         string       `json:"type"` // "text" unless given
	Value        string       `json:"value"`
	Label        Label        `json:"label"`
	Hint         Hint         `json:"hint"`
	ErrorMessage ErrorMessage `json:"errorMessage"`
	FormGroup    FormGroup    `json:"formGroup"`
	Prefix       *Affix       `json:"prefix"`
	Suffix       *Affix       `json:"suffix"`
	Wrapper      FormGroup    `json:"inputWrapper"`
	Autocomplete string       `json:"autocomplete"`
	Autocapital  string       `json:"autocapitalize"`
	Inputmode    string       `json:"inputmode"` // "numeric", "tel"
	Pattern      string       `json:"pattern"`
	Spellcheck   *bool        `json:"spellcheck"`
	Disabled     bool         `json:"disabled"`
	DescribedBy  string       `json:"describedBy"`
	Classes      string       `json:"classes"` // "govuk-input--width-5"
	Attributes   Attributes   `json:"attributes"`
}

// Affix stands before or after an input: a unit.
type Affix struct {
	Text       string        `json:"text"`
	HTML       template.HTML `json:"html"`
	Classes    string        `json:"classes"`
	Attributes Attributes    `json:"attributes"`
}

func (i Input) part() (string, any) {
	i.ID = cmp.Or(i.ID, i.Name)
	i.Type = cmp.Or(i.Type, "text")
	q := ask(i.ID, i.DescribedBy, i.FormGroup, i.Hint, i.ErrorMessage).labelled(i.Label, i.ID)
	i.Classes = classList("govuk-input", i.Classes)
	if q.ErrorMessage != nil {
		i.Classes += " govuk-input--error"
	}
	return "input", struct {
		Question question
		Control  Input
		Affixed  bool
	}{q, i, i.Prefix != nil || i.Suffix != nil}
}

// Textarea is text of several lines.
type Textarea struct {
	ID           string       `json:"id"` // Name unless given
	Name         string       `json:"name"`
	Value        string       `json:"value"`
	Rows         int          `json:"rows"` // 5 unless given
	Label        Label        `json:"label"`
	Hint         Hint         `json:"hint"`
	ErrorMessage ErrorMessage `json:"errorMessage"`
	FormGroup    FormGroup    `json:"formGroup"`
	Autocomplete string       `json:"autocomplete"`
	Spellcheck   *bool        `json:"spellcheck"`
	Disabled     bool         `json:"disabled"`
	DescribedBy  string       `json:"describedBy"`
	Classes      string       `json:"classes"`
	Attributes   Attributes   `json:"attributes"`
}

func (t Textarea) part() (string, any) {
	t.ID = cmp.Or(t.ID, t.Name)
	t.Rows = cmp.Or(t.Rows, 5)
	q := ask(t.ID, t.DescribedBy, t.FormGroup, t.Hint, t.ErrorMessage).labelled(t.Label, t.ID)
	t.Classes = classList("govuk-textarea", t.Classes)
	if q.ErrorMessage != nil {
		t.Classes += " govuk-textarea--error"
	}
	return "textarea", struct {
		Question question
		Control  Textarea
	}{q, t}
}

// Select is a choice of one from a list that opens.
type Select struct {
	ID           string       `json:"id"` // Name unless given
	Name         string       `json:"name"`
	Items        []Option     `json:"items"`
	Value        string       `json:"value"` // the value of what is chosen
	Label        Label        `json:"label"`
	Hint         Hint         `json:"hint"`
	ErrorMessage ErrorMessage `json:"errorMessage"`
	FormGroup    FormGroup    `json:"formGroup"`
	Disabled     bool         `json:"disabled"`
	DescribedBy  string       `json:"describedBy"`
	Classes      string       `json:"classes"`
	Attributes   Attributes   `json:"attributes"`
}

// Option is one thing to choose.
type Option struct {
	Value      string     `json:"value"`
	Text       string     `json:"text"`
	Selected   bool       `json:"selected"`
	Disabled   bool       `json:"disabled"`
	Attributes Attributes `json:"attributes"`
}

func (s Select) part() (string, any) {
	s.ID = cmp.Or(s.ID, s.Name)
	q := ask(s.ID, s.DescribedBy, s.FormGroup, s.Hint, s.ErrorMessage).labelled(s.Label, s.ID)
	s.Classes = classList("govuk-select", s.Classes)
	if q.ErrorMessage != nil {
		s.Classes += " govuk-select--error"
	}
	options := make([]Option, len(s.Items))
	for i, option := range s.Items {
		option.Selected = option.Selected || s.Value != "" && option.Value == s.Value
		options[i] = option
	}
	s.Items = options
	return "select", struct {
		Question question
		Control  Select
	}{q, s}
}

// numbered returns the id of the i-th of several controls. The first has no number, so that a link in the error
// summary can go to it by the name alone.
func numbered(prefix string, i int) string {
	if i == 0 {
		return prefix
	}
	return prefix + "-" + strconv.Itoa(i+1)
}
