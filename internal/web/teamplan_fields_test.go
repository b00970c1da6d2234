package web

import (
	"net/http"
	"strings"
	"testing"
)

// Whoever hears the summary at the top of a section's form hears which field each sentence is about, and its link leads there.
func TestASectionsErrorsNameTheirFields(t *testing.T) {
	h := openHouse(t).as("p-lee")
	h.with("p-jo", "Jo Elsewhere")
	for _, wrong := range []struct{ section, field, typed, says string }{
		{"1", "working_hours", "always", "Enter the working hours like Mon-Fri 08:30-17:00"},
		{"1", "words", strings.Repeat("w", 6001), "Enter fewer of the team’s own words: 6,000 letters at most."},
		{"4", "grace", "61", "“Silence that is normal” must be from 0 minutes to 60 minutes."},
		{"4", "acknowledge_within", "0", "“To take charge” must be from 1 minute to 15 minutes."},
		{"4", "ring_round", "soon", "Enter a number of minutes, such as 15, for “Ring-round”."},
		{"4", "police_repeat", "99", "“Between reminders to contact the police” must be from"},
		{"4", "start_prompt", "99", "“After the start” must be from"},
		{"4", "end_prompts", "ten", "Enter minutes with commas between, such as 0, 10, for “After the expected end”."},
		{"4", "end_prompts", "9, 8", "“After the expected end” must "},
		{"4", "fallback", "p-odd", "Choose the fallback from those who are here."},
		{"4", "out_word", "two words", "“Word that must come with OUT” must"},
		{"5", "duress_phrase", "Help", "“The name to ask for” must not be"},
		{"5", "colleagues", "p-odd", "Choose the colleagues from those who are here."},
	} {
		given := []string{wrong.field, wrong.typed}
		if wrong.section == "5" {
			given = append(given, "acknowledge_within_danger", "2")
			if wrong.field != "duress_phrase" {
				given = append(given, "duress_phrase", "Scarlett")
			}
		}
		page := h.drafts(wrong.section, given...).is(http.StatusUnprocessableEntity).says("There is a problem", wrong.says)
		body := page.Body.String()
		if !strings.Contains(body, `href="#`+wrong.field+`"`) || !strings.Contains(body, `id="`+wrong.field+`"`) || !strings.Contains(body, `id="`+wrong.field+`-error"`) {
			t.Errorf("section %s with %s %.20q: nothing leads to the field", wrong.section, wrong.field, wrong.typed)
		}
		if wrong.field != "fallback" && wrong.field != "colleagues" && !strings.Contains(body, wrong.typed) {
			t.Errorf("section %s with %s: what was typed is lost", wrong.section, wrong.field)
		}
	}
}
