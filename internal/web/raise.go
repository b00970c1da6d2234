package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// raisePage is where a colleague who was asked for help raises the alarm (rule 4.3).
type raisePage struct {
	Layout
	Phrase string // the team's own; "" where the page is not to name it
	People []string
	Who    govuk.Input
	Which  *govuk.Radios // several people fit what was typed
	Visit  string
	Kind   govuk.Radios
	Key    string
	Raised bool // the alarm is raised, and is not for the reader to see
}

// spoken is the duress phrase, where a page may name it: on the screen of someone who visits alone it would tell whoever
// looks over their shoulder what the name means (rule 4.2).
func (c *request) spoken() string {
	if c.who.Has(buddy.Worker) {
		return ""
	}
	return c.phrase
}

// raiseTitle is what the page is called, and the way to it.
func (c *request) raiseTitle() string {
	if phrase := c.spoken(); phrase != "" {
		return "Someone asked me for " + phrase
	}
	return "Someone asked me for help"
}

// raiseForm answers GET /raise. A link from a visit names the person and the visit.
func (p *Pages) raiseForm(c *request) error {
	q := c.URL.Query()
	f := blank("visit", q.Get("visit"), "kind", string(watch.Duress))
	people, teams, err := p.raisable(c)
	if err != nil {
		return err
	}
	for _, m := range people {
		if m.ID == q.Get("person") {
			f.values.Set("who", m.Name)
		}
	}
	page := p.raisePage(c, f, people, teams)
	page.Raised = q.Get("done") == "raised-unseen"
	return p.show(c, http.StatusOK, "raise", page)
}

// raisable are the people for whom the reader may be asked: those of their teams, but themself.
func (p *Pages) raisable(c *request) (all []buddy.Person, teams []store.Team, err error) {
	if teams, err = p.teams(c); err != nil {
		return nil, nil, err
	}
	if all, err = p.directory.everyone(c.Context()); err != nil {
		return nil, nil, fmt.Errorf("list people: %w", err)
	}
	all = slices.DeleteFunc(slices.Clone(all), func(m buddy.Person) bool {
		return m.ID == c.who.ID || !among(teams, m.Team)
	})
	return all, teams, nil
}

func (p *Pages) raisePage(c *request, f *form, people []buddy.Person, teams []store.Team) raisePage {
	asked := "They used our team's words for “call 999 for me”"
	if phrase := c.spoken(); phrase != "" {
		asked = "They asked for " + phrase
	}
	page := raisePage{Layout: p.layout(c, c.raiseTitle()).again(f), Phrase: c.spoken(), Key: rand.Text(), Visit: f.value("visit"),
		Who: f.input("who", "Who asked you?", "Start typing their name."),
		Kind: f.radios("kind", "What did they do?", "", govuk.Choice{Value: string(watch.Duress), Text: asked},
			govuk.Choice{Value: string(watch.Distress), Text: "They cried for help, or I heard them in danger"})}
	page.Who.Autocomplete, page.Who.Attributes = "off", govuk.Attributes{"list": "people"}
	for _, m := range people {
		if !slices.Contains(page.People, m.Name) {
			page.People = append(page.People, m.Name)
		}
	}
	if fits := namesakes(people, f.value("who")); len(fits) > 1 {
		var choices []govuk.Choice
		for _, m := range fits {
			choices = append(choices, govuk.Choice{Value: m.ID, Text: m.Name, Hint: govuk.Hint{Text: teamNames(teams, []string{m.Team})}})
		}
		page.Which = new(f.radios("person", "Which of them?", "", choices...))
	}
	return page
}

// raise answers POST /raise: the alarm opens, and the reader is led to the address and what to say.
func (p *Pages) raise(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	people, teams, err := p.raisable(c)
	if err != nil {
		return err
	}
	worker := f.whom(people)
	kind := watch.Kind(f.value("kind"))
	if !kind.Danger() {
		f.wrong("kind", "Choose what they did")
	}
	if f.bad() {
		return p.show(c, http.StatusUnprocessableEntity, "raise", p.raisePage(c, f, people, teams))
	}
	visit, err := p.visitFor(c, worker, f.value("visit"))
	if err != nil {
		return err
	}
	alarm, err := p.Engine.Raise(c.Context(), c.press(), worker, visit, kind)
	if err != nil {
		return fmt.Errorf("raise alarm: %w", err)
	}
	switch _, err := p.View.Alarm(c.Context(), alarm, c.reader()); {
	case errors.Is(err, store.ErrNotFound): // another raised it first, or the reader is on the visit too
		return c.redirect("/raise?done=raised-unseen")
	case err != nil:
		return err
	}
	return c.redirect("/alarms/" + alarm + "?done=raised")
}

// whom reads who asked, by name or, where several have it, by the choice among them.
func (f *form) whom(people []buddy.Person) string {
	fits := namesakes(people, f.value("who"))
	if chosen := f.value("person"); chosen != "" && slices.ContainsFunc(fits, func(m buddy.Person) bool { return m.ID == chosen }) {
		return chosen
	}
	switch {
	case f.value("who") == "":
		f.wrong("who", "Enter who asked you")
	case len(fits) == 0:
		f.wrong("who", "Nobody of that name is in your teams. Enter another name, or ring 999 now and say what you know")
	case len(fits) > 1:
		f.wrong("person", "Choose which of them asked you")
	default:
		return fits[0].ID
	}
	return ""
}

// namesakes are the people whom a name fits: those whose whole name it is, else those of whom it is part.
func namesakes(people []buddy.Person, name string) []buddy.Person {
	name = strings.ToLower(strings.Join(strings.Fields(name), " "))
	if name == "" {
		return nil
	}
	var whole, part []buddy.Person
	for _, m := range people {
		switch is := strings.ToLower(m.Name); {
		case is == name:
			whole = append(whole, m)
		case strings.Contains(is, name):
			part = append(part, m)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return part
}

// visitFor is the visit that a link named, if it is that worker's; "" for any other.
func (p *Pages) visitFor(c *request, worker, visit string) (string, error) {
	if visit == "" {
		return "", nil
	}
	v, err := p.Store.Visit(c.Context(), visit)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && v.Worker != worker:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find visit: %w", err)
	}
	return v.ID, nil
}
