package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const (
	patience = time.Minute // until what a page is to show has to be there, on a busy machine too
	look     = 100 * time.Millisecond
	longest  = 4 * time.Minute // that a page is used
)

// page is one page of a browser and whoever sits in front of it.
type page struct {
	*testing.T
	county *county
	tab    context.Context
	still  bool     // scripts do not run: what is new is seen by opening the page again
	any    bool     // the first of several of a name will do
	within []string // the names of what the next press or text is inside of
}

// visitor opens a page for someone who has never been there.
func (c *county) visitor(t *testing.T) *page {
	t.Helper()
	return c.sits(t, sitDown(t))
}

// window opens one more page for the same visitor.
func (b *page) window() *page {
	b.Helper()
	tab, leave := chromedp.NewContext(b.tab)
	b.Cleanup(leave)
	return b.county.sits(b.T, tab)
}

// sits has a visitor use a tab until the test ends.
func (c *county) sits(t *testing.T, tab context.Context) *page {
	t.Helper()
	if err := chromedp.Do(tab); err != nil { // which opens one that is new, for as long as its own context
		t.Fatal(err)
	}
	tab, leave := context.WithCancel(tab)
	t.Cleanup(leave)
	complaints := console(tab)
	tab, end := context.WithTimeout(tab, longest)
	t.Cleanup(end)
	b := &page{T: t, county: c, tab: tab}
	t.Cleanup(b.keep)
	t.Cleanup(func() { b.unhappy(complaints()) })
	b.must(call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	b.must(call(b, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: "en-GB"}))
	b.Sized(1280, light)
	return b
}

// console gathers what the browser complains of, as a script that fails or is not allowed; it ends with the tab.
func console(tab context.Context) func() []string {
	var mu sync.Mutex
	var said []string
	messages := chromedp.Console(tab)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			mu.Lock()
			said = append(said, m.String())
			mu.Unlock()
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(said)
	}
}

// unhappy fails the test for what the browser complained of, but for pages that are refused and servers that are stopped.
func (b *page) unhappy(complaints []string) {
	for _, m := range complaints {
		if !strings.HasPrefix(m, "info: Clear-Site-Data") && !strings.Contains(m, "Failed to load resource") && !strings.Contains(m, "net::ERR_") {
			b.Errorf("the browser says: %s", m)
		}
	}
}

// withoutScripts stops all scripts of the pages that are opened from now on.
func (b *page) withoutScripts() *page {
	b.still = true
	b.must(call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	return b
}

func call[P, R any](b *page, cmd cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(b.tab, cmd, params)
	return err
}

func (b *page) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// scheme is a preference for colours.
type scheme string

const (
	light scheme = "light"
	dark  scheme = "dark"
)

// Sized makes the window so many pixels wide, and whoever looks at it prefer a scheme.
func (b *page) Sized(width int64, colours scheme) {
	b.Helper()
	b.must(call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600}))
	b.must(call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: string(colours)}}}))
}

// Open opens a page of the county by its path.
func (b *page) Open(path string) {
	b.Helper()
	b.must(chromedp.Do(b.tab, chromedp.Navigate("http://"+b.county.address+path)))
}

// again opens the page that is open once more.
func (b *page) again() {
	b.Helper()
	b.must(chromedp.Do(b.tab, chromedp.Navigate(evaluate[string](b, `location.href.split("#")[0]`))))
}

// At is the path of the page that is open.
func (b *page) At() string {
	b.Helper()
	return evaluate[string](b, `location.pathname`)
}

// In looks only inside what is called so: b.In("Call to Sam Hill").Press("Answer").
func (b *page) In(name string) *page {
	inner := *b
	inner.within = append(slices.Clone(b.within), name)
	return &inner
}

// Sees waits until some words are on the page.
func (b *page) Sees(words string) {
	b.Helper()
	b.until(fmt.Sprintf("see %q", words), func() error {
		if !strings.Contains(b.text(), words) {
			return errUnseen
		}
		return nil
	})
}

// Awaits waits until some words are on the page. Without scripts that is to open it again now and then.
func (b *page) Awaits(words string) {
	b.Helper()
	if !b.still {
		b.Sees(words)
		return
	}
	b.until(fmt.Sprintf("see %q in time", words), func() error {
		if strings.Contains(b.text(), words) {
			return nil
		}
		b.again()
		b.must(chromedp.Do(b.tab, chromedp.Sleep(400*time.Millisecond)))
		return errUnseen
	})
}

// SeesNot fails where words are on the page now.
func (b *page) SeesNot(words string) {
	b.Helper()
	if text := b.text(); strings.Contains(text, words) {
		b.Errorf("the page says %q:\n%s", words, text)
	}
}

// Reads gives what the page says in a place, found by the words around it.
func (b *page) Reads(pattern string) string {
	b.Helper()
	var found []string
	b.until("read "+pattern, func() error {
		if found = regexp.MustCompile(pattern).FindStringSubmatch(b.text()); found == nil {
			return errUnseen
		}
		return nil
	})
	return found[1]
}

// text is all that can be read on the page, in one line.
func (b *page) text() string {
	text := evaluate[string](b, `document.body ? document.body.innerText : ""`)
	return strings.Join(strings.Fields(text), " ")
}

// evaluate reads something of the page. A page that is just left is read again.
func evaluate[T any](b *page, expression string, options ...chromedp.EvaluateOption) (value T) {
	b.Helper()
	for range 5 {
		var err error
		if value, err = chromedp.Run(b.tab, chromedp.Evaluate[T](expression, options...)); err == nil {
			return value
		}
		if b.tab.Err() != nil {
			b.Fatalf("%v: %v", err, context.Cause(b.tab))
		}
		b.must(chromedp.Do(b.tab, chromedp.Sleep(look)))
	}
	b.Fatalf("evaluate %.60s: the page does not answer", expression)
	return value
}

// until tries something until it works.
func (b *page) until(what string, try func() error) {
	b.Helper()
	for end := time.Now().Add(patience); ; {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("at %s, %s: %v\n%s", b.At(), what, err, b.text())
		}
		b.must(chromedp.Do(b.tab, chromedp.Sleep(look)))
	}
}

// keep keeps what the page of a failed test was like.
func (b *page) keep() {
	if !b.Failed() {
		return
	}
	b.picture("failed")
	html, err := chromedp.Run(b.tab, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
	if err != nil {
		b.Log(err)
		return
	}
	b.artifact("failed.html", []byte(html))
}

// front is held by the page that is photographed: the browser draws only the one in front.
var front sync.Mutex

// picture keeps what the whole page looks like.
func (b *page) picture(name string) {
	front.Lock()
	defer front.Unlock()
	if err := call(b, cdppage.BringToFront, cdp.Empty{}); err != nil {
		b.Log(err)
		return
	}
	shot, err := chromedp.Run(b.tab, chromedp.FullScreenshot(100))
	if err != nil {
		b.Log(err)
		return
	}
	b.artifact(name+".png", shot)
}

func (b *page) artifact(name string, content []byte) {
	folder := *pictures
	if folder == "" || b.Failed() {
		folder = b.ArtifactDir()
	}
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.Log(err)
		return
	}
	b.Log("kept ", path)
}

// words is a value of the accessibility tree as text.
func words(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.Join(strings.Fields(s), " ")
}
