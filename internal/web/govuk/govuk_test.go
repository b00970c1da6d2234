package govuk

import (
	"html/template"
	"strings"
	"testing"
)

func rendered(t *testing.T, c Component) string {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	markup, err := r.HTML(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(markup)
}

func TestWhatPeopleTypedIsNeverMarkup(t *testing.T) {
	const typed = `"><script>alert(1)</script>`
	for _, c := range []Component{
		Input{Name: "place", Value: typed, Label: Label{Text: typed}},
		Textarea{Name: "note", Value: "</textarea>" + typed, Hint: Hint{Text: typed}},
		Select{Name: "team", Items: []Option{{Value: typed, Text: typed, Attributes: Attributes{"data-team": typed}}}, ErrorMessage: ErrorMessage{Text: typed}},
		Radios{Name: "team", Items: []Choice{{Value: typed, Text: typed}}, Fieldset: &Fieldset{Legend: Legend{Text: typed}}},
		SummaryList{Rows: []SummaryRow{{Key: Cell{Text: typed}, Value: Cell{Text: typed}}}},
		Table{Caption: typed, Rows: [][]TableCell{{{Text: typed}}}},
		Panel{TitleText: typed, Text: typed},
		NotificationBanner{TitleText: typed, Text: typed, TitleID: typed},
		ErrorSummary{ErrorList: []ErrorLink{{Text: typed, Href: typed}}},
		Button{Text: typed, Value: typed},
	} {
		if markup := rendered(t, c); strings.Contains(markup, "<script") {
			t.Errorf("%T lets a script through:\n%s", c, markup)
		}
	}
}

func TestALinkNeverRunsAScript(t *testing.T) {
	for _, c := range []Component{
		Button{Text: "Out", Href: "javascript:alert(1)"}, BackLink{Href: "javascript:alert(1)"},
		ErrorSummary{ErrorList: []ErrorLink{{Text: "Enter a time", Href: "javascript:alert(1)"}}},
	} {
		if markup := rendered(t, c); strings.Contains(markup, "javascript:") {
			t.Errorf("%T: %s", c, markup)
		}
	}
}

func TestAHandlerOrStyleIsRefusedAsAnAttribute(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"onclick", "style", `x"><script`, "", "data x"} {
		if markup, err := r.HTML(Tag{Text: "Due", Attributes: Attributes{name: "1"}}); err == nil {
			t.Errorf("%q became %s", name, markup)
		}
	}
}

func TestAnErrorIsTiedToItsControl(t *testing.T) {
	markup := rendered(t, Input{
		Name: "expected_end", Label: Label{Text: "When will it end?"}, Hint: Hint{Text: "For example, 16:15"},
		ErrorMessage: ErrorMessage{Text: "Enter when it will end"}, Value: "quarter past",
	})
	for _, want := range []string{
		`aria-describedby="expected_end-hint expected_end-error"`, `id="expected_end-error"`, `for="expected_end"`, `value="quarter past"`, "govuk-form-group--error",
	} {
		if !strings.Contains(markup, want) {
			t.Errorf("no %s in\n%s", want, markup)
		}
	}
}

func TestAPagePlacesComponents(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	page := template.Must(template.New("page").Funcs(r.Funcs()).Parse(
		`{{backLink "/board" "Visits" | govuk}}{{govuk .Address}}{{govuk (tag "Overdue" "red")}}{{govuk (button "Close the alarm" "govuk-button--warning")}}` +
			`{{govuk (warningText "Police have not been told")}}{{govuk (insetText "Busy")}}`))
	var out strings.Builder
	if err := page.Execute(&out, map[string]any{"Address": Textarea{Name: "address"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<a href="/board" class="govuk-back-link">Visits</a>`, `<textarea class="govuk-textarea" id="address"`, `<strong class="govuk-tag govuk-tag--red">Overdue</strong>`,
		`class="govuk-button govuk-button--warning"`, "Police have not been told", "govuk-inset-text",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}
