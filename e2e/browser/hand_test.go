package browser_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var errUnseen = errors.New("it is not there")

// What can be pressed, and what can be typed in, by the browser's own account of the page.
var (
	pressed = []string{"button", "link", "radio", "checkbox", "DisclosureTriangle"}
	typedIn = []string{"textbox", "searchbox", "spinbutton", "Date", "InputTime", "combobox"}
)

// Press presses a button, a link or a choice by its name.
func (b *page) Press(name string) {
	b.Helper()
	b.until(fmt.Sprintf("press %q", name), func() error {
		node, err := b.find(name, pressed)
		if err != nil {
			return err
		}
		return b.click(node)
	})
	b.must(chromedp.Do(b.tab, chromedp.Sleep(look)))
}

// tries presses what may have gone by now, and says whether it was there.
func (b *page) tries(name string) bool {
	node, err := b.find(name, pressed)
	return err == nil && b.click(node) == nil
}

// Types types words into a field, in place of what is there.
func (b *page) Types(field, words string) {
	b.Helper()
	b.until(fmt.Sprintf("type into %q", field), func() error {
		node, err := b.find(field, typedIn)
		if err != nil {
			return err
		}
		if err := b.click(node); err != nil {
			return err
		}
		if err := chromedp.Do(b.tab, chromedp.KeyEvent("a", chromedp.KeyModifiers(kb.ModifierCtrl))); err != nil {
			return err
		}
		return call(b, input.InsertText, input.InsertTextParams{Text: words})
	})
}

// Chooses sets a field that a browser has a picker for: a day ("2026-11-22"), a time ("16:30"), one of a list.
func (b *page) Chooses(field, value string) {
	b.Helper()
	b.until(fmt.Sprintf("choose %q", field), func() error {
		node, err := b.find(field, typedIn)
		if err != nil {
			return err
		}
		return b.callOn(node, fmt.Sprintf(`function() { this.value = %q; this.dispatchEvent(new Event("input", {bubbles: true})); this.dispatchEvent(new Event("change", {bubbles: true})) }`, value))
	})
}

// Has fails unless a field holds what was typed.
func (b *page) Has(field, words string) {
	b.Helper()
	b.until(fmt.Sprintf("find %q in %q", words, field), func() error {
		node, err := b.find(field, typedIn)
		if err != nil {
			return err
		}
		return b.callOn(node, fmt.Sprintf(`function() { if (this.value !== %q) throw new Error("it holds " + this.value) }`, words))
	})
}

// find finds the one element of some roles with an accessible name, as a screen reader has it.
func (b *page) find(name string, roles []string) (cdp.BackendNodeID, error) {
	tree, err := chromedp.Call(b.tab, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return 0, err
	}
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree.Nodes {
		byID[n.NodeID] = n
	}
	var found []cdp.BackendNodeID
	var others []string
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil || !slices.Contains(roles, words(n.Role.Value)) || !b.inside(n, byID) {
			continue
		}
		if called(n) == name {
			found = append(found, n.BackendDOMNodeID)
		}
		others = append(others, called(n))
	}
	switch {
	case len(found) == 1, len(found) > 1 && b.any:
		return found[0], nil
	case len(found) == 0:
		return 0, fmt.Errorf("%w; there are %q", errUnseen, others)
	default:
		return 0, fmt.Errorf("there are %d of that name", len(found))
	}
}

// called is an element's accessible name.
func called(n *accessibility.Node) string {
	if n.Name == nil {
		return ""
	}
	return words(n.Name.Value)
}

// alone is a mark that does not stand by the word before it.
var alone = regexp.MustCompile(` [:;,.!?]`)

// misnamed are the controls that a screen reader has no name for, or one that reads badly, as "Play : Nobody answers".
func (b *page) misnamed() (faults []string) {
	b.Helper()
	tree, err := chromedp.Call(b.tab, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	b.must(err)
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil || !slices.Contains(slices.Concat(pressed, typedIn), words(n.Role.Value)) {
			continue
		}
		if name := called(n); name == "" || alone.MatchString(name) {
			faults = append(faults, fmt.Sprintf("a %s is called %q", words(n.Role.Value), name))
		}
	}
	return faults
}

// inside says whether an element is within all that was named by In.
func (b *page) inside(n *accessibility.Node, byID map[accessibility.NodeID]*accessibility.Node) bool {
	left := slices.Clone(b.within)
	for up := byID[n.ParentID]; up != nil && len(left) > 0; up = byID[up.ParentID] {
		if called(up) == left[len(left)-1] {
			left = left[:len(left)-1]
		}
	}
	return len(left) == 0
}

var errCovered = errors.New("it is covered, or outside the page")

// click clicks on the middle of an element, which has to be what is there to be clicked.
func (b *page) click(node cdp.BackendNodeID) error {
	if err := call(b, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: node}); err != nil {
		return err
	}
	at, err := chromedp.Call(b.tab, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: node})
	if err != nil {
		return err
	}
	if len(at.Quads) == 0 {
		return errCovered
	}
	q := at.Quads[0]
	x, y := (q[0]+q[4])/2, (q[1]+q[5])/2
	const reaches = `function(x, y) { const hit = document.elementFromPoint(x, y);
		if (!hit || !this.contains(hit) && !hit.contains(this) && ![...(this.labels ?? [])].some((l) => l.contains(hit))) throw new Error("covered by " + hit?.outerHTML.slice(0, 80)) }`
	if err := b.callOn(node, fmt.Sprintf("function() { (%s).call(this, %f, %f) }", reaches, x, y)); err != nil {
		return err
	}
	return chromedp.Do(b.tab, chromedp.MouseClickXY(x, y))
}

// callOn calls a function on an element.
func (b *page) callOn(node cdp.BackendNodeID, function string) error {
	object, err := chromedp.Call(b.tab, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		return err
	}
	done, err := chromedp.Call(b.tab, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: function, ObjectID: object.Object.ObjectID})
	if err == nil && done.ExceptionDetails != nil {
		err = fmt.Errorf("%s", done.ExceptionDetails.Exception.Description)
	}
	return err
}
