package browser_test

import (
	"fmt"
	"testing"
)

// says fails unless a field is marked as wrong with some words, for those who see it and those who hear it.
func (b *page) says(field, words string) {
	b.Helper()
	b.Sees("There is a problem")
	b.until(fmt.Sprintf("see %q beside %q", words, field), func() error {
		node, err := b.find(field, typedIn)
		if err != nil {
			return err
		}
		return b.callOn(node, fmt.Sprintf(`function() {
			const said = (this.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
			if (!said.includes(%q)) throw new Error("it is said: " + said);
			const [message, box] = [document.getElementById(this.id + "-error"), this].map((e) => e.getBoundingClientRect());
			if (Math.abs(box.top - message.bottom) > 40) throw new Error("it is not said beside the field") }`, words))
	})
}

// What is wrong is said beside the field, the summary leads there, and what was typed is still there.
func TestBadInputIsAnsweredBesideItsField(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	for how, set := range hows {
		t.Run("a visit to book, "+how, func(t *testing.T) {
			b := set(c.visitor(t))
			b.actsAs("p-priya")
			b.Open("/visits/new")
			b.Types("Who do you visit?", "M Hollis")
			b.Types("Address", "3 Mill Lane")
			b.Chooses("Expected end", "")
			b.Press("Book the visit")
			b.says("Expected end", "Enter")
			b.Has("Who do you visit?", "M Hollis")
			b.Has("Address", "3 Mill Lane")
		})
		t.Run("a person's details, "+how, func(t *testing.T) {
			b := set(c.visitor(t))
			b.actsAs("p-mo")
			b.Open("/people/p-priya/edit")
			b.Types("Mobile", "not a number")
			b.Types("Description", "a red hat")
			b.Press("Save")
			b.says("Mobile", "number")
			b.Has("Mobile", "not a number")
			b.Has("Description", "a red hat")
			b.Press(evaluate[string](b, `document.querySelector(".govuk-error-summary a").textContent`))
			if at := evaluate[string](b, `document.activeElement.labels?.[0]?.innerText ?? location.hash`); at != "Mobile" && at != "#mobile" {
				t.Errorf("the summary leads to %q", at)
			}
		})
		t.Run("an alarm to close, "+how, func(t *testing.T) {
			b := set(c.visitor(t))
			b.actsAs("p-ann")
			b.Open("/alarms")
			b.Press("Ruth Adeyemi: Overdue")
			b.Press("The police have seen Ruth safe")
			b.In("Close the alarm").Press("Close the alarm")
			b.says("What do you know?", "Enter what you know.")
			if !evaluate[bool](b, `document.querySelector("[name=evidence][value=seen_by_police]")?.checked ?? [...document.querySelectorAll("[name=evidence]")].some((r) => r.checked)`) {
				t.Error("what was chosen is gone")
			}
		})
	}
}
