package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// ownWordsPage is where workers say about themselves what they want to, beside an assessment, and choose who may read it (rule 6.3). To whom they chose it shows
// the words.
type ownWordsPage struct {
	Layout
	Risk, Worker string
	Own          bool
	Said         string // to a reader
	Kept         bool
	Words        govuk.Textarea
	Readers      govuk.Radios
	Reader       *govuk.Select
	Key          string
}

// ownWords finds what somebody said of themselves beside something, as KIND/ID: its zero value where they said nothing, or nothing for the reader.
func (p *Pages) ownWords(c *request, person, about string) (paper store.Paper, w ownwords.Words, err error) {
	list, err := p.Store.Papers(c.Context(), store.PaperFilter{Kind: store.OwnWordsPaper, Person: person, About: about})
	list = slices.DeleteFunc(list, func(p store.Paper) bool { return p.Erased || p.Status == string(ownwords.Withdrawn) }) // what comes next is another paper
	if err != nil || len(list) == 0 {
		return paper, w, err
	}
	if w, err = ownwords.Read(list[0].Status, list[0].Body); err != nil {
		return paper, w, err
	}
	whose, err := p.directory.person(c.Context(), person)
	if err != nil {
		return paper, ownwords.Words{}, fmt.Errorf("find whose words they are: %w", err)
	}
	is := c.toPerson(whose)
	if w.Chose(c.who.ID, is&access.Manages != 0) {
		is |= access.Chosen
	}
	if !access.May(access.SeeOwnWords, is) {
		return paper, ownwords.Words{}, nil
	}
	return list[0], w, nil
}

// wayToOwnWords is what the way to a worker's own words is called, to those who may read them.
func (p *Pages) wayToOwnWords(c *request, a assessed) (string, error) {
	_, w, err := p.ownWords(c, a.Person, "risk/"+a.ID)
	switch {
	case err != nil:
		return "", err
	case a.Person == c.who.ID && w.Standing():
		return "What you wrote about yourself", nil
	case a.Person == c.who.ID:
		return "Is there something about how you feel that you want to write down?", nil
	case w.Standing():
		return "What they wrote about themselves, for you", nil
	}
	return "", nil
}

// ownWordsAt finds the assessment and what was said beside it; to others than the worker it is not found unless it is for them.
func (p *Pages) ownWordsAt(c *request) (a assessed, paper store.Paper, w ownwords.Words, err error) {
	kept, err := p.Store.Paper(c.Context(), store.RiskPaper, c.PathValue("id"))
	if err != nil {
		return a, paper, w, err
	}
	if a, err = p.readRisk(c, kept); err != nil {
		return a, paper, w, err
	}
	paper, w, err = p.ownWords(c, a.Person, "risk/"+a.ID)
	if err == nil && !w.Standing() && a.Person != c.who.ID {
		err = notFound()
	}
	return a, paper, w, err
}

// readOwnWords answers GET /risks/{id}/words. Whoever else than the worker reads it is on record before it is shown.
func (p *Pages) readOwnWords(c *request) error {
	a, paper, w, err := p.ownWordsAt(c)
	if err != nil {
		return err
	}
	if a.Person != c.who.ID {
		if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "own_words/"+paper.ID, "", c.at); err != nil {
			return err
		}
		page := ownWordsPage{Layout: p.layout(c, "In their own words"), Risk: a.ID, Said: w.Text.Reveal()}
		if page.Worker, err = p.nameOf(c.Context(), a.Person); err != nil {
			return err
		}
		return p.show(c, http.StatusOK, "own_words", page)
	}
	f := blank("own", w.Text.Reveal(), "readers", string(ownwords.Me))
	if w.Standing() {
		f.values.Set("readers", string(w.For))
	}
	if len(w.Named) > 0 {
		f.values.Set("reader", w.Named[0])
	}
	return p.showOwnWords(c, http.StatusOK, a, paper, f)
}

func (p *Pages) showOwnWords(c *request, status int, a assessed, paper store.Paper, f *form) error {
	people, err := p.colleaguesOf(c)
	if err != nil {
		return err
	}
	page := ownWordsPage{Layout: p.layout(c, "In your own words").again(f).leaving(p), Risk: a.ID, Own: true, Kept: ownwords.Words{For: ownwords.For(paper.Status)}.Standing(), Key: rand.Text(),
		Words: f.textarea("own", "What would you like to write?", "Do you feel more anxious about this visit than about others? Is it about who you are? Write as much or as little as you like."),
		Readers: f.radios("readers", "Who may read it?", "You can change this, or take it back, at any time.", govuk.Choice{Value: string(ownwords.Me), Text: "Nobody but me"},
			govuk.Choice{Value: string(ownwords.Manager), Text: "My manager", Hint: govuk.Hint{Text: "Whoever manages your team"}}, govuk.Choice{Value: string(ownwords.Named), Text: "One colleague, whom I choose below"})}
	page.Path = "/risks/" + a.ID + "/words"
	if len(people) > 0 {
		page.Reader = &govuk.Select{Name: "reader", Label: govuk.Label{Text: "The colleague"}, Value: f.value("reader"), Items: append([]govuk.Option{{Text: "Nobody"}}, personOptions(people)...), ErrorMessage: f.says("reader")}
	}
	return p.show(c, status, "own_words", page)
}

// colleaguesOf are the people of the reader's own team who are here.
func (p *Pages) colleaguesOf(c *request) ([]buddy.Person, error) {
	members, err := p.members(c, c.who.Team)
	return slices.DeleteFunc(slices.Clone(members), func(m buddy.Person) bool {
		return m.ID == c.who.ID || !m.Active || access.InTeam(m, c.who.Team)&access.Member == 0
	}), err
}

// keepOwnWords answers POST /risks/{id}/words.
func (p *Pages) keepOwnWords(c *request) error {
	a, paper, _, err := p.ownWordsAt(c)
	if err != nil {
		return err
	}
	if a.Person != c.who.ID {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	w, status := ownwords.Words{For: ownwords.For(f.value("readers")), Text: f.secret("own")}, http.StatusUnprocessableEntity
	if w.For == ownwords.Named {
		people, err := p.colleaguesOf(c)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(people, func(m buddy.Person) bool { return m.ID == f.value("reader") }) {
			w.Named = []string{f.value("reader")}
		}
	}
	paper.Team, paper.About = a.Team, "risk/"+a.ID
	if !f.bad() {
		if status, err = f.takesPaper(p.Engine.SayOwn(c.Context(), c.press(), paper, w), "own"); err != nil {
			return fmt.Errorf("keep own words: %w", err)
		}
	}
	if f.bad() {
		return p.showOwnWords(c, status, a, paper, f)
	}
	return c.redirect("/risks/" + a.ID + "/words?done=own-saved")
}

// withdrawOwnWords answers POST /risks/{id}/words/withdraw.
func (p *Pages) withdrawOwnWords(c *request) error {
	a, paper, w, err := p.ownWordsAt(c)
	if err != nil {
		return err
	}
	if a.Person != c.who.ID {
		return notFound()
	}
	if w.Standing() {
		if err := p.Engine.WithdrawOwn(c.Context(), c.press(), paper); err != nil {
			return err
		}
	}
	return c.redirect("/risks/" + a.ID + "?done=own-withdrawn")
}
