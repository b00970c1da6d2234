// Package govuk renders the Design System's components: the markup of GOV.UK Frontend, which assistive technology has
// been tested with, from typed Go values.
//
// Each component is a struct; {{govuk .}} renders any of them. A page's handler makes the ones that carry what a person
// typed or may choose:
//
//	page.Address = govuk.Textarea{Name: "address", Label: govuk.Label{Text: "Where is the visit?"}, Value: form.Address}
//
// and its template places them, with short forms for what is the same each time:
//
//	{{govuk .Address}}
//	{{govuk (button "Save the visit")}}
//	{{govuk (tag "Overdue" "red")}}
//
// A field and its JSON name are the option of that name in the Design System's documentation, and the components are
// tested against the examples that GOV.UK Frontend ships with. Where an option has a text and an HTML form, HTML wins;
// give it only markup that a template made, as {{govuk}} itself returns. The footer is left to the layout: the Design
// System's has a crown in it, which is not ours to show.
package govuk

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
)

//go:embed templates
var markup embed.FS

// Component is one of this package's structs.
type Component interface {
	// part names the template that renders the component, and what it is handed.
	part() (name string, data any)
}

// Renderer turns components into markup. It is safe for use by many pages at once.
type Renderer struct {
	parts *template.Template
}

// New reads the embedded templates.
func New() (*Renderer, error) {
	parts, err := template.New("govuk").Funcs(template.FuncMap{"attributes": attributes, "body": body, "heading": heading}).ParseFS(markup, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the components' templates: %w", err)
	}
	return &Renderer{parts}, nil
}

// HTML renders a component.
func (r *Renderer) HTML(c Component) (template.HTML, error) {
	name, data := c.part()
	var out bytes.Buffer
	if err := r.parts.ExecuteTemplate(&out, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return template.HTML(out.String()), nil // #nosec G203 -- html/template made it
}

// Funcs is what a page's templates use: govuk, which renders a component, and the short forms.
func (r *Renderer) Funcs() template.FuncMap {
	return template.FuncMap{
		"govuk":       r.HTML,
		"button":      func(text string, classes ...string) Button { return Button{Text: text, Classes: classList(classes...)} },
		"tag":         func(text, colour string) Tag { return Tag{Text: text, Classes: "govuk-tag--" + colour} },
		"backLink":    func(href, to string) BackLink { return BackLink{Href: href, Text: to} },
		"warningText": func(text string) WarningText { return WarningText{Text: text} },
		"insetText":   func(text string) InsetText { return InsetText{Text: text} },
	}
}

// Attributes are further attributes of a component's element, by name.
type Attributes map[string]string

// attributeName is what may be an attribute's name. The content security policy would not run a handler nor apply a
// style, so that either is a mistake.
var attributeName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// attributes writes further attributes in the order of their names.
func attributes(more Attributes) (template.HTMLAttr, error) {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(more)) {
		if !attributeName.MatchString(name) || strings.HasPrefix(name, "on") || name == "style" {
			return "", fmt.Errorf("%q may not be an attribute", name)
		}
		fmt.Fprintf(&b, ` %s="%s"`, name, template.HTMLEscapeString(more[name]))
	}
	return template.HTMLAttr(b.String()), nil // #nosec G203 -- escaped here
}

// heading writes a heading of a level from 1 to 6: a template of html/template cannot choose an element's name.
func heading(level int, classes, id string, words any) (template.HTML, error) {
	if level < 1 || level > 6 {
		return "", fmt.Errorf("no heading has level %d", level)
	}
	inner, ok := words.(template.HTML)
	if !ok {
		inner = template.HTML(template.HTMLEscaper(words)) // #nosec G203 -- escaped here
	}
	if id != "" {
		id = ` id="` + template.HTMLEscapeString(id) + `"`
	}
	return template.HTML(fmt.Sprintf(`<h%d class="%s"%s>%s</h%d>`, level, template.HTMLEscapeString(classes), id, inner, level)), nil // #nosec G203 -- escaped here
}

// classList joins the class names that are there.
func classList(names ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" }), " ")
}

// body is what a component says: its markup where it has some, else its text, which the template escapes.
func body(text string, html template.HTML) any {
	if html != "" {
		return html
	}
	return text
}
