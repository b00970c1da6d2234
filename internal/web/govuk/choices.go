package govuk

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
)

// Radios is a choice of one, all in sight.
type Radios struct {
	IDPrefix     string       `json:"idPrefix"` // Name unless given
	Name         string       `json:"name"`
	Items        []Choice     `json:"items"`
	Value        string       `json:"value"`    // the value of what is chosen
	Fieldset     *Fieldset    `json:"fieldset"` // its legend is the question
	Hint         Hint         `json:"hint"`
	ErrorMessage ErrorMessage `json:"errorMessage"`
	FormGroup    FormGroup    `json:"formGroup"`
	Classes      string       `json:"classes"` // "govuk-radios--inline"
	Attributes   Attributes   `json:"attributes"`
}

// Checkboxes is a choice of any, all in sight.
type Checkboxes struct {
	IDPrefix     string       `json:"idPrefix"` // Name unless given
	Name         string       `json:"name"`
	Items        []Choice     `json:"items"`
	Values       []string     `json:"values"`   // the values of what is chosen
	Fieldset     *Fieldset    `json:"fieldset"` // its legend is the question
	Hint         Hint         `json:"hint"`
	ErrorMessage ErrorMessage `json:"errorMessage"`
	FormGroup    FormGroup    `json:"formGroup"`
	DescribedBy  string       `json:"describedBy"`
	Classes      string       `json:"classes"`
	Attributes   Attributes   `json:"attributes"`
}

// Choice is one radio or checkbox. With a Divider it is only that word, between two choices.
type Choice struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"` // a checkbox's own, where it has one
	Value       string        `json:"value"`
	Text        string        `json:"text"`
	HTML        template.HTML `json:"html"`
	Label       Label         `json:"label"` // only its classes and attributes
	Hint        Hint          `json:"hint"`
	Divider     string        `json:"divider"`
	Checked     bool          `json:"checked"`
	Disabled    bool          `json:"disabled"`
	Conditional Conditional   `json:"conditional"`
	Behaviour   string        `json:"behaviour"` // "exclusive": a checkbox that clears the others
	Attributes  Attributes    `json:"attributes"`
}

// Conditional is what a choice asks besides, once it is chosen. Without scripts it is always in sight.
type Conditional struct {
	HTML template.HTML `json:"html"`
}

func (r Radios) part() (string, any) {
	g := group{Kind: "radios", Type: "radio", Fieldset: r.Fieldset, Classes: r.Classes, Attributes: r.Attributes}
	prefix := cmp.Or(r.IDPrefix, r.Name)
	g.asks(prefix, "", r.FormGroup, r.Hint, r.ErrorMessage)
	for i, c := range r.Items {
		c.Checked = c.Checked || r.Value != "" && c.Value == r.Value
		c.Name = r.Name
		g.add(c, numbered(prefix, i), "")
	}
	return "choices", g
}

func (c Checkboxes) part() (string, any) {
	g := group{Kind: "checkboxes", Type: "checkbox", Fieldset: c.Fieldset, Classes: c.Classes, Attributes: c.Attributes}
	prefix := cmp.Or(c.IDPrefix, c.Name)
	g.asks(prefix, c.DescribedBy, c.FormGroup, c.Hint, c.ErrorMessage)
	described := ""
	if c.Fieldset == nil {
		described = g.Question.DescribedBy // nothing else carries the hint
	}
	for i, choice := range c.Items {
		choice.Checked = choice.Checked || slices.Contains(c.Values, choice.Value)
		choice.Name = cmp.Or(choice.Name, c.Name)
		g.add(choice, numbered(prefix, i), described)
	}
	return "choices", g
}

// group is radios or checkboxes as their template takes them.
type group struct {
	Kind, Type string
	Question   question
	Fieldset   *Fieldset
	Items      []item
	Classes    string
	Attributes Attributes
}

type item struct {
	Choice
	Kind, Type    string
	DescribedBy   string
	ConditionalID string
	ItemHint      *Hint
	ItemLabel     Label
}

func (g *group) asks(prefix, describedBy string, form FormGroup, hint Hint, wrong ErrorMessage) {
	if g.Fieldset != nil {
		describedBy = cmp.Or(g.Fieldset.DescribedBy, describedBy)
	}
	g.Question = ask(prefix, describedBy, form, hint, wrong)
}

func (g *group) add(c Choice, id, describedBy string) {
	c.ID = cmp.Or(c.ID, id)
	it := item{Choice: c, Kind: g.Kind, Type: g.Type, DescribedBy: describedBy}
	block := "govuk-" + g.Kind
	it.ItemLabel = Label{
		Text: c.Text, HTML: c.HTML, For: c.ID,
		Classes:    classList(block+"__label", c.Label.Classes),
		Attributes: c.Label.Attributes,
	}
	if c.Hint.given() {
		c.Hint.ID = c.ID + "-item-hint"
		c.Hint.Classes = classList(block+"__hint", c.Hint.Classes)
		it.ItemHint = &c.Hint
		it.DescribedBy = strings.TrimSpace(describedBy + " " + c.Hint.ID)
	}
	if c.Conditional.HTML != "" {
		it.ConditionalID = "conditional-" + c.ID
	}
	g.Items = append(g.Items, it)
}
