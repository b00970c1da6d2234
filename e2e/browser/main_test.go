// Package browser_test uses the pages as people do: the real binary's demo in a real browser, found by what its buttons and fields are called.
package browser_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/allclear-safety/allclear/e2e/program"
	"github.com/allclear-safety/allclear/internal/browsertest"
	"github.com/chromedp/chromedp"
)

var (
	given    = flag.String("binary", "", "the allclear whose pages are used; it is built when this is empty")
	pictures = flag.String("pictures", "", "a folder for what each state of each page looks like")
)

// counties is how many tests run at once: they mostly wait for the clocks of their demos.
const counties = "6"

var binary string // the allclear that is run

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

// run runs the tests, and closes the browser.
func run(m *testing.M) int {
	defer chromium.close()
	return program.Run(m, "../..", *given, counties, &binary)
}

func TestThePagesAreThoseOfTheseSources(t *testing.T) {
	if err := program.Read("../.."); err != nil {
		t.Fatal(err)
	}
}

// browser is the one that all tests share, each with pages and cookies of its own.
type browser struct {
	once    sync.Once
	running context.Context
	end     []context.CancelFunc
	err     error
}

var chromium browser

// use gives the browser. Without one, or without the assets it is to show, a test is skipped, but never where CI is set.
func (c *browser) use(t *testing.T) context.Context {
	t.Helper()
	c.once.Do(c.start)
	if c.err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(c.err)
		}
		t.Skip(c.err)
	}
	return c.running
}

func (c *browser) start() {
	for _, needed := range []string{"../../internal/web/static/allclear.js", axePath} {
		if _, c.err = os.Stat(needed); c.err != nil {
			c.err = fmt.Errorf("%w: run make assets", c.err)
			return
		}
	}
	path, err := browsertest.Find()
	if err != nil {
		c.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,SpareRendererForSitePerProcess"), // no process is made that nobody came for,
		chromedp.Flag("process-per-site", true),           // nor one for each page that a visitor opens, which would compile all scripts anew,
		chromedp.Flag("js-flags", "--no-opt --no-maglev")) // and none is made fast that runs once
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	c.end = append(c.end, end)
	running, end := chromedp.NewContext(allocator)
	c.end = append(c.end, end)
	c.running, c.err = running, chromedp.Do(running) // which starts it
}

func (c *browser) close() {
	for i := len(c.end) - 1; i >= 0; i-- {
		c.end[i]()
	}
}
