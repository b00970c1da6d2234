package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// debriefRoutes are the pages of what is talked over, and of what was agreed.
func (p *Pages) debriefRoutes() []route {
	return []route{
		{"GET /debriefs", signedIn, p.debriefs},
		{"POST /debriefs", signedIn, p.askForDebrief},
		{"GET /debriefs/{id}", signedIn, p.debrief},
		{"POST /debriefs/{id}/choose", signedIn, p.chooseDebrief},
		{"POST /debriefs/{id}/decline", signedIn, p.declineDebrief},
		{"GET /debriefs/{id}/edit", signedIn, p.editDebrief},
		{"POST /debriefs/{id}/edit", signedIn, p.writeDebrief},
		{"POST /debriefs/{id}/own", signedIn, p.keepFelt},
		{"POST /debriefs/{id}/actions", signedIn, p.debriefAction},
		{"GET /actions", signedIn, p.actions},
		{"POST /actions/{id}/done", signedIn, p.actionDone},
	}
}

type debriefsPage struct {
	Layout
	Own, Asked, Team []debriefRow // the reader's, those with them, and those of their team of which they know that they are
	Key              string
}

type debriefRow struct {
	ID, Who, Says string
	Opens         bool
	At            time.Time
}

// toDebrief is what the reader is to a debrief: its own, or whom they chose for it.
func (p *Pages) toDebrief(c *request, d store.Paper) access.Is {
	is := access.InTeam(c.who, d.Team)&(access.Manages|access.Administers|access.InOffice) | c.apart(d.Person)
	if d.Person == c.who.ID {
		return is | access.Self
	}
	if talked, err := debrief.Decode[debrief.Debrief](d.Body.Reveal()); err == nil && talked.With == c.who.ID {
		is |= access.Chosen
	}
	return is
}

// debriefSays is how far a debrief has come, in words that blame nobody.
func debriefSays(status string) string {
	return map[debrief.Status]string{debrief.Offered: "Offered", debrief.Wanted: "Waits to be held", debrief.Declined: "Not wanted now", debrief.Held: "Held"}[debrief.Status(status)]
}

// debriefs answers GET /debriefs.
func (p *Pages) debriefs(c *request) error {
	page := debriefsPage{Layout: p.layout(c, "Debriefs"), Key: rand.Text()}
	papers, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.DebriefPaper})
	if err != nil {
		return err
	}
	for _, d := range papers {
		is := p.toDebrief(c, d)
		if !access.May(access.KnowDebrief, is) {
			continue
		}
		row := debriefRow{ID: d.ID, Says: debriefSays(d.Status), At: d.MadeAt, Opens: access.May(access.SeeDebrief, is)}
		if row.Who, err = p.nameOf(c.Context(), d.Person); err != nil {
			return err
		}
		switch {
		case is&access.Self != 0:
			page.Own = append(page.Own, row)
		case is&access.Chosen != 0:
			page.Asked = append(page.Asked, row)
		default:
			page.Team = append(page.Team, row)
		}
	}
	return p.show(c, http.StatusOK, "debriefs", page)
}

// askForDebrief answers POST /debriefs: "I would like to talk about a visit". The visit is one of the reader's own.
func (p *Pages) askForDebrief(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	about := ""
	if id := f.value("visit"); id != "" {
		v, err := p.seenVisit(c, id)
		if err != nil {
			return err
		}
		if v.Worker != c.who.ID {
			return notFound()
		}
		about = "visit/" + v.ID
	}
	id, err := p.Engine.AskForDebrief(c.Context(), c.press(), about)
	if err != nil {
		return err
	}
	return c.redirect("/debriefs/" + id)
}

// talk is a debrief that the reader reads.
type talk struct {
	paper store.Paper
	Said  debrief.Debrief
	own   bool        // it is the reader's
	felt  store.Paper // the words of whose it is, of how it felt; its zero value where there are none for the reader
	words ownwords.Words
	left  string // what the last button did, where something was typed for another one
}

// talkAt finds the debrief that an address names, where what it says is for the reader. The look of somebody else is put on record.
func (p *Pages) talkAt(c *request) (t talk, err error) {
	t.paper, err = p.Store.Paper(c.Context(), store.DebriefPaper, c.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return t, notFound()
	}
	if err != nil {
		return t, err
	}
	is := p.toDebrief(c, t.paper)
	if t.paper.Erased || !access.May(access.SeeDebrief, is) {
		return t, notFound()
	}
	if t.Said, err = debrief.Decode[debrief.Debrief](t.paper.Body.Reveal()); err != nil {
		return t, err
	}
	if t.own = is&access.Self != 0; !t.own {
		if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "debrief/"+t.paper.ID, "", c.at); err != nil {
			return t, err
		}
	}
	return t, p.felt(c, &t)
}

// felt finds what whose debrief it is says of how it felt, where they chose the reader to read it.
func (p *Pages) felt(c *request, t *talk) (err error) {
	if t.felt, t.words, err = p.ownWords(c, t.paper.Person, "debrief/"+t.paper.ID); err != nil || t.own || !t.words.Standing() {
		return err
	}
	return p.Access.LookedAt(c.Context(), c.who.ID, "page", "own_words/"+t.felt.ID, "", c.at)
}

type debriefPage struct {
	Layout
	Talk                          talk
	ID, Status, Who, With, About  string
	Own, Chooses, Writes, HasFelt bool
	Felt                          string
	Readers                       []string // who may read it, by name
	Choose                        govuk.Select
	When                          govuk.Textarea
	Words                         govuk.Textarea
	Reads                         govuk.Checkboxes
	HeldOn, Said, Lessons, Plan   string
	PlanHref, Incident            string
	Actions                       []actionRow
	Give                          *giveForm
	Support                       []store.Support
	Key                           string
}

// debrief answers GET /debriefs/{id}.
func (p *Pages) debrief(c *request) error {
	t, err := p.talkAt(c)
	if err != nil {
		return err
	}
	return p.showDebrief(c, http.StatusOK, t, blank())
}

func (p *Pages) showDebrief(c *request, status int, t talk, f *form) (err error) {
	d := t.paper
	page := debriefPage{Layout: p.layout(c, "Debrief").again(f), Talk: t, ID: d.ID, Status: debriefSays(d.Status), Own: t.own, Chooses: t.own && d.Status != string(debrief.Held), Writes: d.Status == string(debrief.Wanted) || d.Status == string(debrief.Held),
		HasFelt: t.words.Standing(), Felt: t.words.Text.Reveal(), Said: t.Said.Happened, Lessons: t.Said.Lessons, Plan: t.Said.Plan, Key: rand.Text()}
	page.Path = "/debriefs/" + d.ID
	page.Done = cmp.Or(t.left, page.Done)
	if day, err := time.Parse(time.DateOnly, t.Said.Day); err == nil {
		page.HeldOn = dayWords(day)
	}
	if page.Who, err = p.nameOf(c.Context(), d.Person); err != nil {
		return err
	}
	if page.With, err = p.nameOf(c.Context(), t.Said.With); err != nil {
		return err
	}
	if t.own {
		page.Layout = page.leaving(p)
		if err := p.ownForms(c, &page, t, f); err != nil {
			return err
		}
	}
	if page.Writes && p.has("GET /teams/{id}/plan/edit") && p.mayKeep(c, d.Team) {
		page.PlanHref = "/teams/" + d.Team + "/plan/edit"
	}
	page.Incident = "/incidents/new?debrief=" + d.ID
	if page.Actions, err = p.actionsOf(c, "debrief/"+d.ID, true); err != nil {
		return err
	}
	if page.Writes {
		if page.Give, err = p.giveForm(c, f, "/debriefs/"+d.ID+"/actions", d); err != nil {
			return err
		}
	}
	if page.Support, err = p.supports(c); err != nil {
		return err
	}
	return p.show(c, status, "debrief", page)
}

// mayHear says that somebody can be chosen to read how it felt: who comes to the debrief's page, with whom the talk is, and who was chosen before.
func (t talk) mayHear(id string) bool { return id == t.Said.With || slices.Contains(t.words.Named, id) }

// ownForms are what whose debrief it is says: with whom, and how it felt.
func (p *Pages) ownForms(c *request, page *debriefPage, t talk, f *form) error {
	people, err := p.listeners(c)
	if err != nil {
		return err
	}
	t.fill(f)
	with := []govuk.Option{{Text: "Choose a person"}}
	page.Reads = govuk.Checkboxes{Name: "reader", Hint: govuk.Hint{Text: "Leave all empty, and only you can read it."}, Values: f.values["reader"], ErrorMessage: f.says("reader"),
		Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: "Who else may read this?", Classes: "govuk-fieldset__legend--s"}}}
	for _, who := range people {
		with = append(with, govuk.Option{Value: who.ID, Text: withRole(who)})
		if slices.Contains(t.words.Named, who.ID) {
			page.Readers = append(page.Readers, who.Name)
		}
		if t.mayHear(who.ID) {
			page.Reads.Items = append(page.Reads.Items, govuk.Choice{Value: who.ID, Text: withRole(who)})
		}
	}
	page.Choose = govuk.Select{Name: "with", Label: govuk.Label{Text: "With whom would you like to talk?"}, Hint: govuk.Hint{Text: "Your manager, or anybody else here"}, Value: f.value("with"), Items: with, ErrorMessage: f.says("with")}
	page.When = f.textarea("when", "When and how suits you?", "If you like: such as today by phone, or over a coffee")
	page.When.Rows = 2
	page.Words = f.textarea("own", "How did it feel, and how is it now?", "In your own words. It stays yours: it is in no report, and you can change or empty it.")
	return nil
}

// withRole is a person's name, and that they are the manager.
func withRole(who buddy.Person) string {
	if who.Has(buddy.Manager) {
		return who.Name + ", manager"
	}
	return who.Name
}

// listeners are those with whom the reader can talk: the managers of their team first, then everybody else of their teams, but who is kept from them.
func (p *Pages) listeners(c *request) ([]buddy.Person, error) { return p.colleaguesIn(c, c.who.Team) }

// colleaguesIn are the reader's colleagues, those of a team and every manager, in the order of listeners.
func (p *Pages) colleaguesIn(c *request, team string) ([]buddy.Person, error) {
	everyone, err := p.directory.everyone(c.Context())
	if err != nil {
		return nil, err
	}
	never, err := p.Store.Blocked(c.Context(), c.who.ID)
	if err != nil {
		return nil, err
	}
	var list []buddy.Person
	for _, who := range everyone {
		near := who.Team == c.who.Team || who.Team == team || who.Has(buddy.Manager)
		if who.Active && near && who.ID != c.who.ID && c.apart(who.ID) == 0 && !slices.Contains(never, who.ID) {
			list = append(list, who)
		}
	}
	slices.SortStableFunc(list, func(a, b buddy.Person) int {
		first := func(p buddy.Person) string {
			switch {
			case p.Team == c.who.Team && p.Has(buddy.Manager):
				return "0" + p.Name
			case p.Team == c.who.Team:
				return "1" + p.Name
			default:
				return "2" + p.Name
			}
		}
		return strings.Compare(first(a), first(b))
	})
	return list, nil
}

// aListener says that somebody is one of those with whom the reader can talk.
func (p *Pages) aListener(c *request, id string) (bool, error) {
	people, err := p.listeners(c)
	return slices.ContainsFunc(people, func(b buddy.Person) bool { return b.ID == id }), err
}

// supports is whom people can turn to: as the organisation lists them, else a start that names no address.
func (p *Pages) supports(c *request) ([]store.Support, error) {
	list, known, err := p.Store.Supports(c.Context())
	if err == nil && !known {
		list = standardSupport()
	}
	return list, err
}

// seenVisit is a visit as the reader sees it, where it is their business.
func (p *Pages) seenVisit(c *request, id string) (seen, error) {
	c.SetPathValue("id", cmp.Or(id, "none"))
	return p.seen(c)
}
