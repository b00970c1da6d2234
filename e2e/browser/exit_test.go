package browser_test

import (
	"errors"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Shift, pressed three times, leaves a worker's page: what was on it is gone at once, and so is the way back to it.
func TestAWorkersPageIsLeftByTheKeyboard(t *testing.T) {
	t.Parallel()
	b := stopped(t).visitor(t)
	b.actsAs("p-nia")
	b.Open("/people")
	b.Open("/raise")
	b.Sees("Exit this page")
	b.until("stand on the page", func() error {
		if evaluate[string](b, `location.pathname + document.readyState`) != "/raisecomplete" {
			return errors.New("the page before is shown yet, or this one not whole")
		}
		return nil
	})
	before := evaluate[int](b, `history.length`)
	b.any = true // where it leads there is no network here
	b.key(kb.Shift)
	b.key(kb.Shift)
	b.Sees("Shift, press 1 more time to exit.")
	b.key(kb.Shift)
	b.until("leave the page", func() error {
		if evaluate[string](b, `location.pathname`) == "/raise" && !evaluate[bool](b, `document.body.classList.contains("govuk-exit-this-page-hide-content")`) {
			return errors.New("the page is shown yet")
		}
		return nil
	})
	b.until("go elsewhere", func() error {
		if evaluate[string](b, `location.pathname`) == "/raise" {
			return errors.New("the page is open yet")
		}
		return nil
	})
	if after := evaluate[int](b, `history.length`); after > before {
		t.Errorf("the tab remembers %d pages, and %d before: Back would show it", after, before)
	}
}
