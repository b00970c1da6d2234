package govuk

import (
	"cmp"
	"strings"
)

// DateInput asks for a date in three boxes, or for what else Items name.
type DateInput struct {
	ID           string            `json:"id"`
	NamePrefix   string            `json:"namePrefix"`
	Items        []DateItem        `json:"items"`  // day, month and year unless given
	Values       map[string]string `json:"values"` // what was typed, by the boxes' full names
	Day          *DateItem         `json:"day"`
	Month        *DateItem         `json:"month"`
	Year         *DateItem         `json:"year"`
	Fieldset     *Fieldset         `json:"fieldset"` // its legend is the question
	Hint         Hint              `json:"hint"`
	ErrorMessage ErrorMessage      `json:"errorMessage"`
	FormGroup    FormGroup         `json:"formGroup"`
	Classes      string            `json:"classes"`
	Attributes   Attributes        `json:"attributes"`
}

// DateItem is one box. Where any is said to be wrong, only those are marked; else all are.
type DateItem struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Label        string     `json:"label"` // its name unless given
	Value        string     `json:"value"`
	Error        bool       `json:"error"`
	Autocomplete string     `json:"autocomplete"`
	Inputmode    string     `json:"inputmode"` // "numeric" unless given
	Pattern      string     `json:"pattern"`
	Classes      string     `json:"classes"`
	Attributes   Attributes `json:"attributes"`
}

func (d DateInput) part() (string, any) {
	describedBy := ""
	if d.Fieldset != nil {
		describedBy = d.Fieldset.DescribedBy
	}
	q := ask(d.ID, describedBy, d.FormGroup, d.Hint, d.ErrorMessage)
	items := d.boxes()
	anyWrong := false
	for _, it := range items {
		anyWrong = anyWrong || it.wrong()
	}
	var inputs []any
	for _, it := range items {
		_, input := d.input(it, it.wrong() || q.ErrorMessage != nil && !anyWrong).part()
		inputs = append(inputs, input)
	}
	return "date-input", struct {
		Question question
		Control  DateInput
		Inputs   []any
	}{q, d, inputs}
}

func (i DateItem) wrong() bool { return i.Error || strings.Contains(i.Classes, "govuk-input--error") }

// boxes returns the items asked for, or day, month and year.
func (d DateInput) boxes() []DateItem {
	if len(d.Items) > 0 {
		return d.Items
	}
	var items []DateItem
	for _, usual := range []struct {
		name  string
		given *DateItem
	}{{"day", d.Day}, {"month", d.Month}, {"year", d.Year}} {
		it := DateItem{Name: usual.name}
		if usual.given != nil {
			it = *usual.given
			it.Name = cmp.Or(it.Name, usual.name)
		}
		items = append(items, it)
	}
	return items
}

func (i DateItem) wide(d DateInput) bool {
	return i.Name == "year" || d.Year != nil && i.Name == d.Year.Name
}

func (d DateInput) input(it DateItem, wrong bool) Input {
	classes := it.Classes
	if !strings.Contains(classes, "govuk-input--width-") {
		width := "govuk-input--width-2"
		if it.wide(d) {
			width = "govuk-input--width-4"
		}
		classes = classList(width, classes)
	}
	if wrong && !strings.Contains(classes, "govuk-input--error") {
		classes = classList("govuk-input--error", classes)
	}
	name := it.Name
	if d.NamePrefix != "" {
		name = d.NamePrefix + "-" + name
	}
	return Input{
		ID:           cmp.Or(it.ID, d.ID+"-"+it.Name),
		Name:         name,
		Label:        Label{Text: cmp.Or(it.Label, capital(it.Name)), Classes: "govuk-date-input__label"},
		Value:        cmp.Or(it.Value, d.Values[name], d.Values[it.Name]),
		Inputmode:    cmp.Or(it.Inputmode, "numeric"),
		Autocomplete: it.Autocomplete,
		Pattern:      it.Pattern,
		Classes:      "govuk-date-input__input " + classes,
		Attributes:   it.Attributes,
	}
}

// capital writes an ASCII name with a capital.
func capital(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + strings.ToLower(name[1:])
}
