package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
	"github.com/allclear-safety/allclear/internal/wording"
)

// practicePage is where a call for help is rehearsed (rule 4.7). Nothing that is sent here is kept, passed on or shown to anyone.
type practicePage struct {
	Layout
	Text  govuk.Textarea
	Ask   govuk.Input
	Tried *practised // nil before
}

// practised is what would have come of a text or a press.
type practised struct {
	Said    string   // what was sent; "" for a press
	Answer  string   // what the worker's telephone would show
	Heading string   // what it is, in a few words
	Then    []string // what would have happened
}

// practise answers GET /practice.
func (p *Pages) practise(c *request) error {
	if err := p.mayPractise(c); err != nil {
		return err
	}
	return p.showPractice(c, http.StatusOK, blank(), nil)
}

// mayPractise keeps the page from a worker who may be on a visit: whoever is with them would read how they call for help (rule 4.2), and what is real
// must never be taken for practice.
func (p *Pages) mayPractise(c *request) error {
	out, err := p.outAlone(c)
	if err == nil && out {
		err = &statusError{status: http.StatusConflict, title: "Not now", says: "You can practise when you are not on a visit and no alarm about you is open. Nothing you sent here was passed on to anyone.", again: "/"}
	}
	return err
}

// tryPractice answers POST /practice: it says what would have come of it, and does nothing.
func (p *Pages) tryPractice(c *request) error {
	if err := p.mayPractise(c); err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	text, name := f.value("text"), f.value("name")
	answers, err := p.howTheTeamAnswers(c)
	if err != nil {
		return err
	}
	field, said, sent := "text", text, text
	switch f.value("do") {
	case "help":
		return p.showPractice(c, http.StatusOK, blank(), p.afterDistress(c, "", answers))
	case "ask":
		field, said, sent = "name", name, "ASK "+name // as the button on a visit's page has it
		f.need("name", "Enter a name, as you would on a visit")
	default:
		f.need("text", "Enter a text, as you would send it on a visit")
	}
	if len([]rune(sent)) > longestTried {
		f.wrong(field, "Enter less: 1,600 characters at most")
	}
	if f.bad() {
		return p.showPractice(c, http.StatusUnprocessableEntity, f, nil)
	}
	return p.showPractice(c, http.StatusOK, blank(), p.afterText(c, said, sent, answers))
}

func (p *Pages) showPractice(c *request, status int, f *form, tried *practised) error {
	page := practicePage{Layout: p.layout(c, "Practice").leaving(p).again(f), Tried: tried, Text: f.textarea("text", "Text, as you would send it", "Such as SOS, or your own words"),
		Ask: f.input("name", "Who should ring you?", "Type the name that your team has agreed")}
	page.Text.Rows, page.Ask.Classes, page.Ask.Autocomplete = 2, "govuk-input--width-20", "off"
	return p.show(c, status, "practice", page)
}

// howTheTeamAnswers gives the words in which the plan of the reader's team answers a cry for help, and a request for a person (rules 4.2, 4.4).
func (p *Pages) howTheTeamAnswers(c *request) (wording.Values, error) {
	teams, err := p.directory.teams(c.Context())
	t, _ := teamOf(teams, c.who.Team)
	return wording.Values{Plain: t.Plan.PlainDistressAnswer, Answer: t.Plan.AskAnswer, Now: c.at, Rehearsal: p.Rehearsal}, err
}

// afterText is what would come of a text that is sent from within a visit, read as it would be.
func (p *Pages) afterText(c *request, said, text string, answers wording.Values) *practised {
	now := c.at.In(c.in)
	read := checkin.Understand(text, checkin.Context{State: checkin.Inside, Phrase: c.phrase, Vocabulary: p.Vocabulary, Now: now, Start: now.Add(-30 * time.Minute), End: now.Add(30 * time.Minute)})
	answers.Name = private.New(read.Name)
	asked := wording.Text(watch.ReplyAsk, answers)
	switch read.Intent {
	case checkin.Distress:
		return p.afterDistress(c, said, answers)
	case checkin.Duress:
		return &practised{Said: said, Answer: asked, Heading: "This would have called for help, and your phone would show nothing of it.", Then: []string{
			"Those who answer for you would have been told at once, by text and by call, where you are and what you said.",
			"They would have been told to ring 999, and not to ring or text you.",
			"Later you might have been texted that your message was passed on."}}
	case checkin.Ask:
		return &practised{Said: said, Answer: asked, Heading: "This is not your team’s agreed name: it would have been passed on as a plain request.", Then: []string{
			"Whoever answers for you would have been asked to have them ring you. No alarm would have opened."}}
	default:
		return &practised{Said: said, Heading: "This would not have called for help.", Then: []string{
			"It would have been read as: " + strings.ToLower(intents[read.Intent].name) + ".", "Try SOS, plain words such as “help me”, or ask for the agreed name."}}
	}
}

// afterDistress is what would come of a plain cry for help.
func (p *Pages) afterDistress(c *request, said string, answers wording.Values) *practised {
	return &practised{Said: said, Answer: wording.Text(watch.ReplyGotMessage, answers), Heading: "This would have called for help.", Then: []string{
		"Those who answer for you would have been told at once, by text and by call, where you are and what you said.",
		"They would have been told to ring 999. They would not ring you unless you said that you are out.",
		"The alarm would have stayed open until somebody had seen you, or spoken with you away from the place."}}
}
