package web

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
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
	Absent govuk.Checkboxes
	Said   govuk.Textarea
	Visit  string
	Kind   govuk.Radios
	Key    string
	Raised bool // the alarm is raised, and is not for the reader to see
}

// spoken is the duress phrase, where a page may name it: "" for who visits, as it would tell whoever looks over their
// shoulder what the name means.
func (c *request) spoken() string {
	if visits(c.who) {
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
	asked := "They used our team’s words for “call 999 for me”"
	if phrase := c.spoken(); phrase != "" {
		asked = "They asked for " + phrase
	}
	page := raisePage{Layout: p.layout(c, c.raiseTitle()).leaving(p).again(f), Phrase: c.spoken(), Key: rand.Text(), Visit: f.value("visit"),
		Who: f.input("who", "Who asked you?", "Start typing their name."),
		Kind: f.radios("kind", "What did they do?", "", govuk.Choice{Value: string(watch.Duress), Text: asked},
			govuk.Choice{Value: string(watch.Distress), Text: "They cried for help, or I heard them in danger"})}
	page.Who.Autocomplete, page.Who.Attributes = "off", govuk.Attributes{"list": "people", "maxlength": "100"} // of a name
	page.Absent = govuk.Checkboxes{Name: "unlisted", Values: f.values["unlisted"], Classes: "govuk-checkboxes--small",
		Items: []govuk.Choice{{Value: "yes", Text: "They are not on the list", Hint: govuk.Hint{Text: "Say above who they are, as well as you know it."}}}}
	page.Said = f.textarea("said", "Where are they, and what did they say?", "As you know it, or nothing: those who answer and the police are told it in your words.")
	page.Said.Rows, page.Said.Attributes = 3, govuk.Attributes{"maxlength": strconv.Itoa(longestWords)}
	for _, m := range people {
		if !slices.Contains(page.People, m.Name) {
			page.People = append(page.People, m.Name)
		}
	}
	if fits := f.fits(people); len(fits) > 1 || f.unlisted() && len(fits) > 0 {
		var choices []govuk.Choice
		for _, m := range fits {
			choices = append(choices, govuk.Choice{Value: m.ID, Text: m.Name, Hint: govuk.Hint{Text: teamNames(teams, []string{m.Team})}})
		}
		choices = append(choices, govuk.Choice{Value: unlisted, Text: "Someone else, who is not on the list"})
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
	if f.unlisted() { // the same press again: whom the first one put on the list is not asked about
		people = slices.DeleteFunc(people, func(m buddy.Person) bool { return m.ID == unlistedID(c, f) })
	}
	worker := f.whom(people)
	if worker == unlisted && len(teams) == 0 {
		f.wrong("who", "You are in no team, so nobody would be told. Ring 999 now and say what you know")
	}
	kind := watch.Kind(f.value("kind"))
	if !kind.Danger() {
		f.wrong("kind", "Choose what they did")
	}
	says := "raised"
	if worker == unlisted && !f.bad() {
		says = "raised-unlisted"
		if worker, err = p.putUnlisted(c, f, teams); err != nil {
			return err
		}
	}
	if f.bad() {
		return p.show(c, http.StatusUnprocessableEntity, "raise", p.raisePage(c, f, people, teams))
	}
	visit, err := p.visitFor(c, worker, f.value("visit"))
	if err != nil {
		return err
	}
	alarm, err := p.Engine.Raise(c.Context(), c.press(), worker, visit, kind, engine.Words{Note: strings.ReplaceAll(f.value("said"), "\r\n", "\n")})
	if err != nil {
		return fmt.Errorf("raise alarm: %w", err)
	}
	switch _, err := p.View.Alarm(c.Context(), alarm, c.reader()); {
	case errors.Is(err, store.ErrNotFound): // another raised it first, or the reader is on the visit too
		return c.redirect("/raise?done=raised-unseen")
	case err != nil:
		return err
	}
	return c.redirect("/alarms/" + alarm + "?done=" + says)
}

// putUnlisted puts someone on the list of whom nothing is known but what the form says of who they are: an alarm is about
// someone who is there, and then is told, answered and closed as any other (rules 4.3 and 8.6). The same press again is the
// same person.
func (p *Pages) putUnlisted(c *request, f *form, teams []store.Team) (id string, err error) {
	who := buddy.Person{ID: unlistedID(c, f), Name: strings.Join(strings.Fields(f.value("who")), " "), Team: teams[0].ID,
		Roles: []string{buddy.Worker}, Active: true}
	if slices.ContainsFunc(teams, func(t store.Team) bool { return t.ID == c.who.Team }) {
		who.Team = c.who.Team // they answer, who know who raised it
	}
	switch _, err := p.Store.Person(c.Context(), who.ID); {
	case err == nil:
		return who.ID, nil
	case !errors.Is(err, store.ErrNotFound):
		return "", fmt.Errorf("look for person: %w", err)
	}
	_, err = p.Engine.PutPerson(c.Context(), c.press(), who)
	if invalid, is := errors.AsType[*watch.Invalid](err); is {
		f.wrong("who", "Who they are "+invalid.Problems[0].Says+". Put the rest under where they are")
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("put person: %w", err)
	}
	return who.ID, nil
}

// unlistedID is the id of whom a form puts on the list: the same for the same form.
func unlistedID(c *request, f *form) string {
	sum := sha256.Sum256([]byte(c.who.ID + "/unlisted/" + cmp.Or(f.value("key"), rand.Text())))
	return "p-" + hex.EncodeToString(sum[:8])
}

// unlisted is chosen for whoever is not on the list.
const unlisted = "unlisted"

// unlisted says that the form is about someone who is not on the list.
func (f *form) unlisted() bool { return f.value("unlisted") != "" || f.value("person") == unlisted }

// fits are the people who may be meant. Who is not on the list is none of those whose name is like theirs; of one who has
// the very same it is asked.
func (f *form) fits(people []buddy.Person) []buddy.Person {
	fits := namesakes(people, f.value("who"))
	if f.unlisted() {
		fits = slices.DeleteFunc(fits, func(m buddy.Person) bool { return !sameName(m.Name, f.value("who")) })
	}
	return fits
}

// whom reads who asked, by name or, where several have it, by the choice among them; unlisted for nobody on the list.
func (f *form) whom(people []buddy.Person) string {
	fits := f.fits(people)
	if chosen := f.value("person"); chosen != "" && slices.ContainsFunc(fits, func(m buddy.Person) bool { return m.ID == chosen }) {
		return chosen
	}
	switch {
	case f.value("who") == "":
		f.wrong("who", "Enter who asked you")
	case f.value("person") == unlisted, f.unlisted() && len(fits) == 0:
		return unlisted
	case len(fits) == 0:
		f.wrong("who", "Nobody of that name is in your teams. Enter another name, or say that they are not on the list")
	case len(fits) > 1, f.unlisted():
		f.wrong("person", "Choose which of them asked you")
	default:
		return fits[0].ID
	}
	return ""
}

// namesakes are the people whom a name fits: those whose whole name it is, else those of whom it is part.
func namesakes(people []buddy.Person, name string) []buddy.Person {
	name = folded(name)
	if name == "" {
		return nil
	}
	var whole, part []buddy.Person
	for _, m := range people {
		switch {
		case sameName(m.Name, name):
			whole = append(whole, m)
		case strings.Contains(folded(m.Name), name):
			part = append(part, m)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return part
}

// folded is a name as it is compared.
func folded(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func sameName(a, b string) bool { return folded(a) == folded(b) }

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
