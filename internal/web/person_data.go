package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/subject"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// personDataPage is where all there is about someone is downloaded.
type personDataPage struct {
	Layout
	Person personRow
	Self   bool
	Out    bool // they may be on a visit: then it is for later
	Erases bool
	Held   *heldPart
}

// freshHere is fresh for a page whose button has its address: who is asked to prove once more who they are comes back to the page.
func (p *Pages) freshHere(c *request) error {
	if p.SignIn == nil || access.Fresh(c.session, p.Clock()) {
		return nil
	}
	return &sentOn{"/sign-in?again=yes&then=" + url.QueryEscape(c.URL.Path)}
}

// toTakeOut finds the person whom the address names, where all about them is for the reader. They proved who they are a short while ago.
func (p *Pages) toTakeOut(c *request) (buddy.Person, error) {
	who, _, err := p.colleague(c)
	switch {
	case err != nil:
		return who, err
	case !access.May(access.TakeOut, c.toPerson(who)):
		return who, notFound()
	}
	return who, p.freshHere(c)
}

// mayErase says that the reader erases someone. Nobody erases themselves, nor does a worker anybody: what it says of them could show that an alarm is open, and
// what of others that they hold it (rule 4.2).
func (c *request) mayErase(who buddy.Person) bool {
	return who.ID != c.who.ID && access.May(access.Erase, c.toPerson(who))
}

// personData answers GET /people/{id}/data.
func (p *Pages) personData(c *request) error {
	who, err := p.toTakeOut(c)
	if err != nil {
		return err
	}
	page := personDataPage{Layout: p.layout(c, "All there is about "+who.Name), Person: personRow{ID: who.ID, Name: who.Name}, Self: who.ID == c.who.ID, Erases: c.mayErase(who)}
	if page.Self {
		page.Title = "All there is about you"
		if page.Out, err = p.outAlone(c); err != nil {
			return err
		}
	}
	if page.Held, err = p.heldOn(c, "person/"+who.ID, who.Name, who.ID, c.toPerson(who)); err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "person_data", page)
}

// takeOut answers POST /people/{id}/data: what allclear export person writes. That it was taken out is on record before. Whoever is with a worker on a visit may have
// them press this: then it is for later, in danger as on any day.
func (p *Pages) takeOut(c *request) error {
	who, err := p.toTakeOut(c)
	if err != nil {
		return err
	}
	if who.ID == c.who.ID {
		out, err := p.outAlone(c)
		if err != nil {
			return err
		}
		if out {
			return &statusError{status: http.StatusConflict, says: "You can download this when you are not on a visit and no alarm about you is open.", again: "/people/" + who.ID + "/data"}
		}
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "export", "person/"+who.ID, "", c.at); err != nil {
		return err
	}
	var all bytes.Buffer // a file that breaks off would pass for all there is
	if err := subject.Write(c.Context(), p.View, &all, who.ID, c.at); err != nil {
		return fmt.Errorf("gather what there is about %s: %w", who.ID, err)
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="about-`+fileWord(who.ID)+`.zip"`)
	h.Set("Content-Length", strconv.Itoa(all.Len()))
	_, _ = c.w.Write(all.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// fileWord leaves of an id what may stand in a file's name.
func fileWord(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, id)
}

// erasePage says what erasing someone comes to, and asks whether to.
type erasePage struct {
	Layout
	Person  personRow
	Refused string // why nothing of them can be erased now; "" where it can
	Goes    []string
	Stays   []string
	Why     govuk.Textarea
	Sure    govuk.Checkboxes
	Key     string
}

// toErase finds the person whom the address names, where the reader erases them. They proved who they are a short while ago.
func (p *Pages) toErase(c *request) (buddy.Person, error) {
	who, _, err := p.colleague(c)
	switch {
	case err != nil:
		return who, err
	case !c.mayErase(who):
		return who, notFound()
	}
	return who, p.freshHere(c)
}

// eraseForm answers GET /people/{id}/erase.
func (p *Pages) eraseForm(c *request) error {
	who, err := p.toErase(c)
	if err != nil {
		return err
	}
	return p.showErase(c, http.StatusOK, who, blank())
}

func (p *Pages) showErase(c *request, status int, who buddy.Person, f *form) error {
	page := erasePage{Layout: p.layout(c, "Erase "+who.Name).again(f), Person: personRow{ID: who.ID, Name: who.Name}, Key: rand.Text()}
	page.Path = "/people/" + who.ID + "/erase"
	going, err := p.Engine.ErasePerson(c.Context(), c.press(), who.ID, "", true)
	refused, is := errors.AsType[*watch.Refused](err)
	switch {
	case is:
		page.Refused = sentence(p.plainly(c, refused.Says))
	case err != nil:
		return err
	}
	page.Goes, page.Stays = goingWords(going)
	page.Why = f.textarea("why", "Why?", "Such as the date of their letter. It is kept sealed, on record")
	page.Why.Rows = 2
	page.Sure = govuk.Checkboxes{Name: "sure", Values: f.values["sure"], ErrorMessage: f.says("sure"), Items: []govuk.Choice{{Value: "yes", Text: "I know that this cannot be undone"}}}
	return p.show(c, status, "erase", page)
}

// ownerWords are what words are about, one and several.
var ownerWords = map[string][2]string{
	"person": {"their details, numbers and how they sign in", "their details, numbers and how they sign in"},
	"visit":  {"the words of 1 visit", "the words of {n} visits"},
	"alarm":  {"the words of 1 alarm", "the words of {n} alarms"},
	"text":   {"1 text or message", "{n} texts and messages"},
}

// goingWords counts what goes and what stays, and why.
func goingWords(g engine.Going) (goes, stays []string) {
	count := func(owners []string) (words []string) {
		n := map[string]int{}
		for _, owner := range owners {
			kind, _, _ := strings.Cut(owner, "/")
			n[kind]++
		}
		for _, kind := range []string{"person", "visit", "alarm", "text"} {
			switch said := ownerWords[kind]; {
			case n[kind] == 1:
				words = append(words, said[0])
			case n[kind] > 1:
				words = append(words, strings.ReplaceAll(said[1], "{n}", strconv.Itoa(n[kind])))
			}
		}
		return words
	}
	byWhy := map[string][]string{}
	var whys []string
	for _, s := range g.Stays {
		why := string(s.Stays)
		if !slices.Contains(whys, why) {
			whys = append(whys, why)
		}
		byWhy[why] = append(byWhy[why], s.Owner)
	}
	for _, why := range whys {
		for _, words := range count(byWhy[why]) {
			stays = append(stays, words+": "+why)
		}
	}
	return count(g.Goes), stays
}

// erase answers POST /people/{id}/erase.
func (p *Pages) erase(c *request) error {
	who, err := p.toErase(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("why", "Enter why")
	if f.value("sure") != "yes" {
		f.wrong("sure", "Say that you know it cannot be undone")
	}
	if f.bad() {
		return p.showErase(c, http.StatusUnprocessableEntity, who, f)
	}
	_, err = p.Engine.ErasePerson(c.Context(), c.press(), who.ID, f.value("why"), false)
	refused, is := errors.AsType[*watch.Refused](err)
	switch {
	case is:
		return &statusError{status: http.StatusConflict, says: sentence(p.plainly(c, refused.Says)), cause: err}
	case errors.Is(err, store.ErrNotFound):
		return notFound()
	case err != nil:
		return err
	}
	return c.redirect("/people?done=erased")
}
