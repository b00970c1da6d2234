package browser_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const mostTabs = 150 // to any place of a page

// key presses keys, one after the other.
func (b *page) key(keys string) {
	b.Helper()
	b.must(chromedp.Do(b.tab, chromedp.KeyEvent(keys), chromedp.Sleep(look)))
}

// focused is what the element with the focus is called.
func (b *page) focused() string {
	b.Helper()
	name := evaluate[string](b, `(() => { const e = document.activeElement; return e === document.body ? "" : e.labels?.[0]?.innerText ?? e.ariaLabel ?? e.textContent })()`)
	return strings.Join(strings.Fields(name), " ")
}

// tabs presses Tab until the focus is on what is called so. It must go down the page and nowhere else, and be seen where it stops.
func (b *page) tabs(name string) {
	b.Helper()
	for range mostTabs {
		evaluate[bool](b, `window.was = document.activeElement; true`)
		b.key(kb.Tab)
		if !evaluate[bool](b, `was === document.body || was === document.activeElement || document.activeElement === document.body || !was.isConnected ||
			!!(was.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)`) {
			b.Fatalf("Tab went back up to %q on the way to %q", b.focused(), name)
		}
		if b.focused() == name {
			b.showsFocus(name)
			return
		}
	}
	b.Fatalf("Tab never comes to %q", name)
}

// showsFocus fails unless what has the focus is within the window and looks otherwise than without it.
func (b *page) showsFocus(name string) {
	b.Helper()
	const place = `(() => { const e = document.activeElement, r = (e.type === "radio" || e.type === "checkbox" ? e.parentElement : e).getBoundingClientRect();
		return {x: r.x - 6, y: r.y - 6, width: r.width + 12, height: r.height + 12, seen: r.bottom > 0 && r.top < innerHeight} })()`
	at := evaluate[struct {
		X, Y, Width, Height float64
		Seen                bool
	}](b, place)
	if !at.Seen {
		b.Errorf("%q has the focus outside the window", name)
	}
	top := evaluate[float64](b, `scrollY`)
	shot := func() []byte {
		s, err := chromedp.Call(b.tab, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{Clip: &cdppage.Viewport{X: at.X, Y: at.Y + top, Width: at.Width, Height: at.Height, Scale: 1}})
		b.must(err)
		return fmt.Append(nil, s.Data)
	}
	front.Lock()
	defer front.Unlock()
	b.must(call(b, cdppage.BringToFront, cdp.Empty{}))
	with := shot()
	evaluate[bool](b, `window.held = document.activeElement; held.style.caretColor = "transparent"; held.blur(); true`)
	without := shot()
	evaluate[bool](b, `held.focus({preventScroll: true, focusVisible: true}); true`)
	if bytes.Equal(with, without) {
		b.Errorf("%q looks the same with the focus and without", name)
	}
}

// timeTyped is the county's time as this browser's time fields want it typed, which depends on the machine's language.
func (b *page) timeTyped() string {
	b.Helper()
	twelve := *b
	twelve.any = true
	if _, err := twelve.find("AM/PM AM/PM", typedIn); err == nil {
		return b.now().Format("0304PM")
	}
	return b.now().Format("1504")
}

// A manager is asked for Scarlett, and does it all without a mouse.
func TestACallForHelpByKeyboardAlone(t *testing.T) {
	t.Parallel()
	b := stopped(t).visitor(t)
	b.actsAs("p-mo")
	b.Open("/")
	b.tabs("Skip to main content")
	b.key(kb.Enter)
	b.tabs("Someone asked me for Scarlett")
	b.key(kb.Enter)
	b.Sees("Who asked you?")
	b.tabs("Who asked you?")
	b.key("Jo Park")
	b.tabs("Raise the alarm")
	b.key(kb.Enter)
	b.Sees("Jo Park: Asked for help")

	b.tabs("Log that the police were told")
	b.key(" ")
	b.tabs("Police reference")
	b.key("GP-1147")
	b.tabs("The police were told")
	b.key(kb.Enter)
	b.Sees("GP-1147")

	b.tabs("I spoke with Jo")
	b.key(kb.ArrowDown)
	b.tabs("What do you know?")
	b.key("PC Rahman met her at the corner.")
	b.tabs("When were the police told that they are safe?")
	b.key(b.timeTyped())
	b.tabs("Whom of the police did you tell?")
	b.key("the control room")
	b.tabs("Close the alarm")
	b.key(kb.Enter)
	b.Sees("Closed by")
}

// A worker texts for Scarlett, and whoever is rung picks up and presses the key, with no other key than a keyboard's.
func TestThePhonesByKeyboardAlone(t *testing.T) {
	t.Parallel()
	b := stopped(t).visitor(t)
	b.Open(phones("jo"))
	b.tabs("Text from Jo Park")
	b.key("Could Scarlett ring me please?")
	b.tabs("Send from Jo Park")
	b.key(kb.Enter)
	b.Sees("I'll see if I can find Scarlett for you.")
	phone := b.rings()
	b.tabs("Answer")
	b.key(kb.Enter)
	said := b.hears(phone, "")
	b.tabs(asked(said))
	b.key(kb.Enter)
	b.hears(phone, said)
	b.Open("/alarms")
	b.Sees("Jo Park: Asked for help covertly")
	b.Sees(strings.TrimSuffix(phone, ", personal mobile") + " has had it since")
}
