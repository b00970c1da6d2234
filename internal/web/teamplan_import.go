package web

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
)

type planImportPage struct {
	Layout
	ID, Name string
	Wrong    string // with the file; "" for nothing
}

// planImportForm answers GET /teams/{id}/plan/import.
func (p *Pages) planImportForm(c *request) error {
	t, err := p.planToKeep(c)
	if err != nil {
		return err
	}
	return p.showImport(c, http.StatusOK, blank(), t)
}

func (p *Pages) showImport(c *request, status int, f *form, t store.Team) error {
	page := planImportPage{Layout: p.layout(c, "Take over a plan from a Word document").again(f), ID: t.ID, Name: t.Name, Wrong: f.says("file").Text}
	return p.show(c, status, "plan_import", page)
}

// importPlan answers POST /teams/{id}/plan/import: what was understood of the document becomes the draft, to be put right section by section. A
// document that says nothing new makes no draft, and leaves one as it was.
func (p *Pages) importPlan(c *request) error {
	t, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	found, err := f.plan(c)
	if err != nil {
		return err
	}
	if f.bad() {
		return p.showImport(c, http.StatusUnprocessableEntity, f, t)
	}
	if err := p.withoutKnown(c, t, &found); err != nil {
		return err
	}
	was := v.Version
	if v.Version = takenOver(was, found); saysTheSame(was, v.Version) {
		return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan/edit?done=plan-same")
	}
	if len(v.Leftover) > mostLeftover || len(v.OnPaper) > mostOnPaper {
		f.wrong("file", fmt.Sprintf("More than %d lines of it fit no section, or more than %d people signed it: choose a lone-working plan, or take out what is none", mostLeftover, mostOnPaper))
		return p.showImport(c, http.StatusUnprocessableEntity, f, t)
	}
	if _, err := p.Engine.SavePlanDraft(c.Context(), c.press(), t, v); err != nil {
		return fmt.Errorf("keep what was taken over: %w", err)
	}
	return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan/edit?done=plan-imported")
}

// withoutKnown leaves out of a document who is known to have signed the current version, here or on paper before, and those of whom it is known
// that they have not: they stand in the document that Allclear itself wrote.
func (p *Pages) withoutKnown(c *request, t store.Team, found *report.Filled) error {
	v, published, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err != nil || !published {
		return err
	}
	known, err := printedPlan(c.Context(), p.Engine, v, func(string) bool { return false })
	if err != nil {
		return err
	}
	signed := append(known.Signatures, v.OnPaper...)
	found.Signatures = slices.DeleteFunc(found.Signatures, func(s plan.Signed) bool { return slices.Contains(signed, s) })
	found.Undated = slices.DeleteFunc(found.Undated, func(name string) bool { return slices.Contains(known.Unsigned, name) })
	return nil
}

// saysTheSame says that a document added nothing to what a draft says.
func saysTheSame(was, is plan.Version) bool {
	return maps.Equal(was.Words.Trimmed(), is.Words) && slices.Equal(was.Leftover, is.Leftover) && slices.Equal(was.OnPaper, is.OnPaper)
}

// plan reads the document that was sent; what is wrong with it is noted.
func (f *form) plan(c *request) (found report.Filled, err error) {
	document, err := c.sent("file")
	if err != nil {
		return found, err
	}
	if len(document) == 0 {
		f.wrong("file", "Choose a Word document")
		return found, nil
	}
	found, err = report.ReadPlan(bytes.NewReader(document), int64(len(document)))
	if refusal, is := errors.AsType[report.Refusal](err); is {
		f.wrong("file", string(refusal))
		return found, nil
	}
	return found, err
}

// mostWordsInSection is how many letters a section takes.
const mostWordsInSection = 6000

// Bounds on what stands beside the sections of a draft: on each page of it all is shown.
const (
	mostLeftover = 1_000 // lines of documents that fit no section
	mostOnPaper  = 1_000 // who signed on paper
)

// takenOver is a draft with what was found in a document. Nothing is lost: what a section has no room for, and what belongs to none, stands
// beside the sections until the draft is published.
func takenOver(v plan.Version, found report.Filled) plan.Version {
	words := plan.Words{}
	for _, section := range plan.Sections() {
		had, has := v.Words[section], found.Words[section]
		both := has
		if had != "" && has != "" && !strings.Contains(had, has) {
			both = had + "\n\n" + has
		} else if had != "" {
			both = had
		}
		if utf8.RuneCountInString(both) > mostWordsInSection {
			v.Leftover = added(v.Leftover, strings.Split(has, "\n"))
			both = had
		}
		words[section] = both
	}
	v.Words = words.Trimmed()
	v.Leftover = added(v.Leftover, found.Leftover)
	for _, name := range found.Undated {
		v.Leftover = added(v.Leftover, []string{"In the table of signatures, without a date: " + name})
	}
	v.OnPaper = added(v.OnPaper, found.Signatures)
	return v
}

// added gives a list with what others have besides: a document that is taken over twice says nothing twice.
func added[T comparable](list, others []T) []T {
	list = slices.Clone(list)
	had := map[T]bool{}
	for _, x := range list {
		had[x] = true
	}
	for _, x := range others {
		if !had[x] {
			had[x], list = true, append(list, x)
		}
	}
	return list
}

// tookOver says in a sentence how much of a draft's document waits to be put right; "" for none.
func tookOver(v plan.Version) string {
	switch n := len(v.Leftover); n {
	case 0:
		return ""
	case 1:
		return "One line of the document fits no section. It stands beside each of them."
	default:
		return strconv.Itoa(n) + " lines of the document fit no section. They stand beside each of them."
	}
}
