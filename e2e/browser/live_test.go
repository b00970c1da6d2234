package browser_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

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

// On the screens of a duty room there are more windows than the six connections that a browser opens to one server.
func TestEightWindowsOnTheBoardAreAllLive(t *testing.T) {
	t.Parallel()
	c := demo(t)
	windows := []*page{c.visitor(t)}
	for range 7 {
		windows = append(windows, windows[0].window())
	}
	for _, b := range windows {
		b.Open("/")
		b.Sees("Book a visit")
		b.SeesNot("Not live")
	}
	c.stop()
	for _, b := range windows {
		b.Sees("Not live. Reload the page to see changes.")
	}
	c.start()
	for _, b := range windows {
		b.loses("Not live")
	}
}

// What one person sees never comes into a page that was made for another.
func TestAWindowIsNotLiveForSomeoneElse(t *testing.T) {
	t.Parallel()
	c := demo(t)
	before := c.visitor(t)
	after := before.window()
	before.actsAs("p-sam")
	before.Open("/")
	before.loses("Not live")
	before.actsAs("p-priya")
	after.Open("/")
	before.Sees("Not live. Reload the page to see changes.")
	after.SeesNot("Not live")
	before.Open("/")
	before.loses("Not live")
	after.SeesNot("Not live")
}

// loses waits until some words are no longer on the page.
func (b *page) loses(words string) {
	b.Helper()
	b.until(fmt.Sprintf("see no more %q", words), func() error {
		if text := b.text(); text == "" || strings.Contains(text, words) {
			return errors.New("it is there still")
		}
		return nil
	})
}
