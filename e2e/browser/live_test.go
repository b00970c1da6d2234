package browser_test

import "testing"

func TestAPageSaysThatItIsNotLive(t *testing.T) {
	t.Parallel()
	c := demo(t)
	b := c.visitor(t)
	b.Open("/")
	b.until("be live", func() error {
		if evaluate[int](b, `document.querySelectorAll("time-left[data-state]").length`) == 0 {
			return errUnseen
		}
		return nil
	})
	b.SeesNot("Not live")
	c.stop()
	b.Sees("Not live. Reload the page to see changes.")
	b.Passes("a page that is not live")
	c.start()
	b.until("be live again", func() error {
		if evaluate[bool](b, `document.documentElement.hasAttribute("data-not-live")`) {
			return errUnseen
		}
		return nil
	})
	b.SeesNot("Not live")
}

// Someone types while the phones change around them.
func TestTheFocusAndWhatWasTypedOutliveAChange(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	b, other := c.visitor(t), c.visitor(t)
	b.Open(phones("priya"))
	b.Types("Text from Priya Nair", "I am")
	other.Open(phones("priya"))
	other.texts("Tom Price", "OUT")
	b.Sees("Sent: OUT")
	b.key(" still here")
	b.Has("Text from Priya Nair", "I am still here")
	b.tabs("Send from Priya Nair")
	other.texts("Tom Price", "one more")
	b.Sees("Sent: one more")
	if at := b.focused(); at != "Send from Priya Nair" {
		t.Errorf("the focus went to %q", at)
	}
}
