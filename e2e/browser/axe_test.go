package browser_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

const axePath = "../../web/node_modules/axe-core/axe.min.js"

// axe is the accessibility checker, read once.
var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile(axePath)
	return string(source), err
})

// All of WCAG 2.2 A and AA that a program can judge, and what the checker's authors advise besides. In the dark nothing but the colours differs.
const judge = `axe.run(document, matchMedia("(prefers-color-scheme: dark)").matches ? {runOnly: ["cat.color"], rules: {"color-contrast-enhanced": {enabled: false}}, resultTypes: ["violations"]} :
	{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: {"target-size": {enabled: true}}, resultTypes: ["violations"]})
	.then((r) => JSON.stringify(r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.html.slice(0, 160)))))`

//go:embed layout.js
var layout string

// view is how someone looks at a page.
type view struct {
	width   int64
	colours scheme
}

// views are the narrowest and the widest that a page is made for, and the one that shows most in the dark too.
var views = []view{{360, light}, {1280, light}, {1280, dark}}

// Passes fails the test where the page, as it stands now, has a fault in any view.
func (b *page) Passes(state string) {
	b.Helper()
	defer b.Sized(1280, light)
	for _, fault := range b.lasting(b.misnamed) {
		b.Errorf("%s (%s): %s", state, b.At(), fault)
	}
	for _, v := range views {
		b.Sized(v.width, v.colours)
		for _, fault := range b.lasting(func() []string { return b.faults(v.width) }) {
			b.Errorf("%s (%s), %d px, %s: %s", state, b.At(), v.width, v.colours, fault)
		}
		if *pictures != "" {
			b.picture(fmt.Sprintf("%s %d %s", strings.ReplaceAll(state, "/", " "), v.width, v.colours))
		}
	}
}

// lasting are the faults that a page has however often it is looked at: one that just changes is told of in parts, and drawn so.
func (b *page) lasting(faults func() []string) []string {
	b.Helper()
	found := faults()
	for tries := 0; len(found) > 0 && tries < 5; tries++ {
		b.must(chromedp.Do(b.tab, chromedp.Sleep(look)))
		found = faults()
	}
	return found
}

// faults are what is wrong with the page in the window as it is.
func (b *page) faults(width int64) []string {
	b.Helper()
	source, err := axe()
	b.must(err)
	if evaluate[string](b, `typeof axe`) != "object" {
		evaluate[bool](b, source+"; true")
	}
	var faults []string
	b.must(json.Unmarshal([]byte(evaluate[string](b, judge, chromedp.EvalAwaitPromise)), &faults))
	return append(faults, evaluate[[]string](b, fmt.Sprintf("(%s)(%d)", layout, width))...)
}

func TestANameThatReadsBadlyIsFound(t *testing.T) {
	t.Parallel()
	b := demo(t).visitor(t)
	b.Open("/demo")
	if faults := b.misnamed(); len(faults) > 0 {
		t.Errorf("at first: %q", faults)
	}
	evaluate[bool](b, `document.querySelector("main button").textContent = ""; document.querySelector("main a").textContent = "Play : Nobody answers"; true`)
	if faults := b.misnamed(); len(faults) != 2 {
		t.Errorf("found: %q", faults)
	}
}

func TestAFaultOfAPageIsFound(t *testing.T) {
	t.Parallel()
	b := demo(t).visitor(t)
	for fault, made := range map[string]string{
		"html-has-lang":  `document.documentElement.removeAttribute("lang")`,
		"color-contrast": `document.querySelector("h1").style.color = "#eee"`,
		"target-size": `for (const name of ["a", "b", "c"]) { const tiny = document.createElement("button"); tiny.textContent = name;
			tiny.style.cssText = "width:9px;height:9px;padding:0;border:0;font-size:8px"; document.querySelector("main").append(tiny) }`,
		"label":             `document.querySelector("label").remove()`,
		"px wide":           `document.querySelector("h1").style.width = "2000px"`,
		"is cut off":        `document.querySelector("h1").style.cssText = "white-space:nowrap;overflow:hidden;width:50px"`,
		"is outside":        `document.querySelector("h1").style.cssText = "position:relative;left:-400px"`,
		"heading-order":     `document.querySelector("h1").outerHTML += "<h4>Lower</h4>"`,
		"landmark-one-main": `document.querySelector("main").role = "presentation"`,
	} {
		b.Open("/reading")
		evaluate[bool](b, made+"; true")
		if found := strings.Join(b.faults(1280), "\n"); !strings.Contains(found, fault) {
			t.Errorf("%s is not found among %q", fault, found)
		}
	}
	b.Sized(1280, dark)
	b.Open("/reading")
	evaluate[bool](b, `document.querySelector("h1").style.color = "#222"; true`)
	if found := strings.Join(b.faults(1280), "\n"); !strings.Contains(found, "color-contrast") {
		t.Errorf("dark words on a dark page are not found among %q", found)
	}
}
