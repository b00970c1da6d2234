package govuk

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const frontend = "../../../web/node_modules/govuk-frontend/dist/govuk/components"

// components are tested against the examples of these folders of GOV.UK Frontend.
var components = map[string]Component{
	"back-link": BackLink{}, "breadcrumbs": Breadcrumbs{}, "button": Button{}, "checkboxes": Checkboxes{}, "date-input": DateInput{},
	"details": Details{}, "error-message": ErrorMessage{}, "error-summary": ErrorSummary{}, "exit-this-page": ExitThisPage{}, "fieldset": Fieldset{},
	"generic-header": GenericHeader{}, "hint": Hint{}, "input": Input{}, "inset-text": InsetText{}, "label": Label{},
	"notification-banner": NotificationBanner{}, "pagination": Pagination{}, "panel": Panel{}, "phase-banner": PhaseBanner{},
	"radios": Radios{}, "select": Select{}, "service-navigation": ServiceNavigation{}, "skip-link": SkipLink{},
	"summary-list": SummaryList{}, "table": Table{}, "tag": Tag{}, "textarea": Textarea{}, "warning-text": WarningText{},
}

// left are the examples whose options we leave out, by component and name, with the reason.
var left = map[string]map[string]string{
	"button":     {"don't prevent double click": saidFalse},
	"checkboxes": {"empty conditional": falsy, "item checked overrides values": saidFalse, "with falsy values": falsy},
	"date-input": {
		"day and month": falsy, "month and year": falsy, "with field value and items": "a box is given its value in one place",
		"with error on single field by omission": saidFalse, "with error on single item by omission": saidFalse,
	},
	"error-message":       {"translated": inEnglish, "visually hidden text removed": inEnglish},
	"error-summary":       {"autofocus explicitly enabled": saidFalse},
	"exit-this-page":      {"translated": inEnglish, "testing": "an attribute's value is text, never true"},
	"notification-banner": {"auto-focus explicitly enabled, with type as success": saidFalse},
	"pagination":          {"with empty items": falsy},
	"panel": {
		"confirmation, with actions": interruption, "interruption": interruption, "interruption, button link": interruption,
		"interruption, no actions": interruption, "interruption, no actions items": interruption, "interruption, submit action": interruption,
		"interruption, with actions classes and attributes": interruption, "interruption with custom classes": interruption,
		"interruption-with-content-with-long-line-length": interruption, "interruption-with-headings-content-and-lists": interruption,
	},
	"radios": {"item checked overrides value": saidFalse, "with empty conditional": falsy, "with falsy items": falsy},
	"select": {
		"item selected overrides value": saidFalse, "with falsy items": falsy, "with falsy values": "a value is text, never false or 0",
		"without values": alwaysValue, "without values with selected value": alwaysValue,
	},
	"service-navigation": {
		"with navigation having empty values": falsy, "with navigation having only empty values": falsy,
		"with `inline` end slot": oneLanguage, "with right-aligned language navigation": oneLanguage,
	},
	"summary-list": {"with falsy values": falsy},
	"table":        {"with falsy items": falsy},
}

const (
	falsy        = "a slice has no false or null items to pass over"
	saidFalse    = "false is the same as not given"
	inEnglish    = "a message is always said to be an error, in English"
	interruption = "no page interrupts with a panel"
	alwaysValue  = "an option always has its value"
	oneLanguage  = "there is one language to navigate in"
)

type fixture struct {
	Name    string          `json:"name"`
	Options json.RawMessage `json:"options"`
	HTML    string          `json:"html"`
}

func TestTheMarkupIsTheDesignSystems(t *testing.T) {
	if _, err := os.Stat(frontend); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("GOV.UK Frontend's examples are missing: make assets fetches them")
		}
		t.Skip("GOV.UK Frontend's examples are missing: make assets fetches them")
	}
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for name, component := range components {
		t.Run(name, func(t *testing.T) {
			fixtures := read(t, name)
			for excused := range left[name] {
				if !slices.ContainsFunc(fixtures, func(f fixture) bool { return f.Name == excused }) {
					t.Errorf("no example is called %q: it need not be left out", excused)
				}
			}
			for _, f := range fixtures {
				t.Run(f.Name, func(t *testing.T) { compare(t, r, component, f, left[name][f.Name]) })
			}
		})
	}
}

func read(t *testing.T, name string) []fixture {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(frontend, name, "fixtures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Fixtures []fixture `json:"fixtures"`
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Fixtures) == 0 {
		t.Fatal("no examples")
	}
	return all.Fixtures
}

// compare renders one example with our templates. One that is excused must differ, or the excuse is stale.
func compare(t *testing.T, r *Renderer, component Component, f fixture, excuse string) {
	t.Helper()
	diff, err := difference(r, component, f)
	switch {
	case excuse != "" && err == nil && diff == "":
		t.Errorf("passes, and is left out because %q", excuse)
	case excuse == "" && err != nil:
		t.Error(err)
	case excuse == "" && diff != "":
		t.Errorf("%s\n(-theirs +ours)\n%s", f.Options, diff)
	}
}

func difference(r *Renderer, component Component, f fixture) (string, error) {
	given := reflect.New(reflect.TypeOf(component))
	options := json.NewDecoder(bytes.NewReader(plain(f.Options)))
	options.DisallowUnknownFields()
	if err := options.Decode(given.Interface()); err != nil {
		return "", err
	}
	ours, err := r.HTML(given.Elem().Interface().(Component))
	if err != nil {
		return "", err
	}
	return cmp.Diff(tree(f.HTML), tree(string(ours))), nil
}

// words are the options that a person types, where JavaScript takes a number as well.
var words = []string{"value", "text", "number"}

// plain writes as text the numbers that our structs hold as text.
func plain(options json.RawMessage) []byte {
	var v any
	if err := json.Unmarshal(options, &v); err != nil {
		panic(err)
	}
	out, err := json.Marshal(texts(v, false))
	if err != nil {
		panic(err)
	}
	return out
}

func texts(v any, all bool) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			number, isNumber := inner.(float64)
			if isNumber && (all || slices.Contains(words, key)) {
				digits, _ := json.Marshal(number)
				v[key] = string(digits)
				continue
			}
			v[key] = texts(inner, key == "attributes" || key == "values")
		}
	case []any:
		for i := range v {
			v[i] = texts(v[i], false)
		}
	}
	return v
}

// tree writes markup a node a line, so that only what a browser makes of it is compared.
func tree(markup string) string {
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for _, n := range nodes {
		node(&b, n, "")
	}
	return b.String()
}

func node(b *strings.Builder, n *html.Node, indent string) {
	switch n.Type {
	case html.TextNode:
		if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
			b.WriteString(indent + text + "\n")
		}
		return
	case html.ElementNode:
		b.WriteString(indent + n.Data)
		slices.SortFunc(n.Attr, func(x, y html.Attribute) int { return strings.Compare(x.Key, y.Key) })
		for _, a := range n.Attr {
			value := a.Val
			if a.Key == "class" {
				classes := strings.Fields(value)
				slices.Sort(classes)
				value = strings.Join(classes, " ")
			}
			b.WriteString(" " + a.Key + "=" + value)
		}
		b.WriteString("\n")
	}
	for child := range n.ChildNodes() {
		node(b, child, indent+"  ")
	}
}
