package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// demoVisitor is whom one who has chosen nobody acts as in a demo: the responder on call.
const demoVisitor = "p-sam"

type demoPage struct {
	Layout
	Number  string // that people text
	GoOn    int    // the speed with which a clock that stands goes on; 0: it runs, or a story goes on
	Speeds  []speedChoice
	Anew    bool          // the database is an earlier run's, and what the phones held then was not kept
	Asks    *demo.Story   // to be played only if that is really meant, or not yet; nil for none
	Way     demo.InTheWay // of the story that is asked about
	Stories []demo.Story
	Ringing []phoneLink // phones that ring, and where they are: first those that are shown
	More    int         // that ring besides
	Phones  []phoneView
	Others  []phoneLink // phones that are not shown
	Chosen  []string    // the ids of those that are, where somebody chose them
	Src     string      // where the live parts are, but for their names
}

// UnderWay is the story that plays or is paused; nil for none.
func (p demoPage) UnderWay() *demo.Story {
	if p.Telling == nil || !p.Telling.UnderWay() {
		return nil
	}
	return p.Telling
}

// Minute is how long a minute takes on the clock as it runs.
func (p demoPage) Minute() string {
	if p.Speed <= 1 {
		return ""
	}
	return strconv.FormatFloat(60/float64(p.Speed), 'g', 3, 64) + " s"
}

// speedChoice is one speed that the clock may have.
type speedChoice struct {
	Speed   int
	Text    string
	Current bool
}

// phoneLink shows another phone too, or hides one.
type phoneLink struct{ Text, Href string }

// phoneView is a phone as the page shows it.
type phoneView struct {
	demo.Phone
	Letters int         // in the mailbox of who holds it
	Mail    string      // where that is; "" for who has none
	Lines   []phoneLine // the latest first
	Rest    int         // that ring on it besides those that are shown
	Older   string      // where the page with those before them is; "" when they are all there
	Field   string      // the name of the field to type in
	Typed   string
	Wrong   string // what is wrong with what was typed
	Hide    string // where the page without this phone is
}

// Called tells one phone from another, as two can be of the same person: what is on them is named after it.
func (v phoneView) Called() string {
	if v.Kind == "mobile" {
		return v.Holder
	}
	return v.Holder + ", " + v.Kind
}

// phoneLine is a text or a call.
type phoneLine struct {
	At       time.Time
	Sent     bool
	Text     string
	Call     bool
	CallSays string
}

// shownAtFirst are the phones while no story was begun: those of the forgotten check-out.
var shownAtFirst = []string{"p-priya.mobile", "p-sam.mobile", "p-mo.mobile"}

// demoHome answers GET /demo: the stories, the clock and the phones side by side.
func (p *Pages) demoHome(c *request) error {
	if c.URL.Query().Get("fragment") == "rehearsal" { // which every page that is live asks for: no phone need be read
		return p.show(c, http.StatusOK, "demo", demoPage{Layout: p.layout(c, "Try Allclear")})
	}
	return p.showDemo(c, http.StatusOK, c.URL.Query()["show"], blank())
}

func (p *Pages) showDemo(c *request, status int, show []string, f *form) error {
	page, err := p.demoPage(c, show, f)
	if err != nil {
		return err
	}
	return p.show(c, status, "demo", page)
}

func (p *Pages) demoPage(c *request, show []string, f *form) (demoPage, error) {
	phones, err := p.Demo.Phones(c.Context())
	if err != nil {
		return demoPage{}, err
	}
	boxes, err := p.Demo.Mailboxes(c.Context())
	if err != nil {
		return demoPage{}, err
	}
	now := p.Demo.Time()
	page := demoPage{Layout: p.layout(c, "Try Allclear", topicPhones, topicClock).again(f), Number: p.Demo.Number(), Anew: p.Demo.Anew(),
		Speeds: speedChoices(now.Speed), Stories: p.Demo.Stories()}
	if now.Speed == 0 && (page.Telling == nil || page.Telling.Phase != demo.Paused) { // a story that is has a button of its own
		page.GoOn = cmp.Or(now.Left, demo.UsualSpeed)
	}
	show = page.choose(phones, show)
	earlier := page.reachBack(phones, c.URL.Query()["earlier"])
	here := 0 // phones that ring and are shown
	for _, ph := range phones {
		shown := slices.Contains(show, ph.ID)
		there := demoAddress(append(slices.Clone(show), ph.ID), ph.ID)
		if rings(ph) {
			link, place := phoneLink{ph.Holder + "’s " + ph.Kind, there}, len(page.Ringing)
			if shown {
				link.Href, place = "#"+ph.ID, here
				here++
			}
			page.Ringing = slices.Insert(page.Ringing, place, link)
		}
		if !shown {
			page.Others = append(page.Others, phoneLink{ph.Holder + ", " + ph.Kind, there})
			continue
		}
		hide := slices.DeleteFunc(slices.Clone(show), func(id string) bool { return id == ph.ID })
		v := phoneView{Phone: ph, Lines: phoneLines(ph.Conversation), Field: "text-" + ph.ID, Hide: demoAddress(hide, "phones")}
		v.Calls, v.Rest = latestOf(ph.Calls)
		if len(v.Lines) > latestLines && !slices.Contains(earlier, ph.ID) {
			v.Lines, v.Older = v.Lines[:latestLines], page.Src+url.Values{"earlier": {ph.ID}}.Encode()+"#"+ph.ID
		}
		if i := slices.IndexFunc(boxes, func(b demo.Mailbox) bool { return b.Person == ph.Person }); i >= 0 {
			v.Letters, v.Mail = len(boxes[i].Letters), mailAddress(url.Values{"of": {ph.Person}})
		}
		v.Typed, v.Wrong = f.values.Get(v.Field), f.says(v.Field).Text
		page.Phones = append(page.Phones, v)
	}
	if n := len(page.Ringing); n > mostRinging {
		page.Ringing, page.More = page.Ringing[:mostRinging], n-mostRinging
	}
	return page, nil
}

// mostRinging is how many ringing phones are named: on a small screen they stand above everything.
const mostRinging = 2

// choose gives the phones to show, and notes where the page's live parts are: those that were asked for, else those of the story.
func (p *demoPage) choose(phones []demo.Phone, show []string) []string {
	p.Src = "/demo?"
	if len(show) == 0 {
		if p.Telling != nil {
			return p.Telling.Cast
		}
		return shownAtFirst
	}
	show = slices.DeleteFunc(slices.Clone(show), func(id string) bool {
		return !slices.ContainsFunc(phones, func(ph demo.Phone) bool { return ph.ID == id })
	})
	if p.Chosen = show; len(show) == 0 {
		p.Chosen = []string{noPhone}
	}
	p.Src += url.Values{"show": p.Chosen}.Encode() + "&"
	return show
}

// latestLines are as many texts and calls of a phone as are shown at first: the page is fetched anew at every change.
const latestLines = 12

// latestRinging are as many calls as ring on a phone and can be answered there: by a fast clock dozens do at once.
const latestRinging = 3

// latestOf leaves out calls that rang before the latest, but never one that was picked up, and says how many it left out.
func latestOf(calls []town.Call) (shown []town.Call, left int) {
	ringing := 0
	for _, call := range slices.Backward(calls) {
		if !call.PickedUp {
			if ringing++; ringing > latestRinging {
				left++
				continue
			}
		}
		shown = append(shown, call)
	}
	slices.Reverse(shown)
	return shown, left
}

// reachBack gives the phones whose earlier texts and calls are asked for, and has the page's live parts ask for them too.
func (p *demoPage) reachBack(phones []demo.Phone, ids []string) (earlier []string) {
	for _, ph := range phones {
		if slices.Contains(ids, ph.ID) {
			earlier = append(earlier, ph.ID)
		}
	}
	if len(earlier) > 0 {
		p.Src += url.Values{"earlier": earlier}.Encode() + "&"
	}
	return earlier
}

// noPhone is what the address of a page without phones has.
const noPhone = "none"

func rings(ph demo.Phone) bool {
	return slices.ContainsFunc(ph.Calls, func(call town.Call) bool { return !call.PickedUp })
}

func demoAddress(show []string, anchor string) string {
	if len(show) == 0 {
		show = []string{noPhone}
	}
	return "/demo?" + url.Values{"show": show}.Encode() + "#" + anchor
}

func speedChoices(now int) []speedChoice {
	var choices []speedChoice
	for _, s := range demo.Speeds() {
		text := fmt.Sprintf("%d times", s)
		switch s {
		case 0:
			text = "Pause"
		case 1:
			text = "Real time"
		}
		choices = append(choices, speedChoice{s, text, s == now})
	}
	return choices
}

// phoneLines is a conversation for a screen whose newest line is written first.
func phoneLines(conversation []town.Line) (lines []phoneLine) {
	for _, l := range slices.Backward(conversation) {
		switch {
		case l.In != nil:
			lines = append(lines, phoneLine{At: l.At, Text: l.In.Body})
		case l.Sent != nil:
			lines = append(lines, phoneLine{At: l.At, Sent: true, Text: l.Sent.Body})
		case l.Call != nil:
			lines = append(lines, phoneLine{At: l.At, Call: true, CallSays: callSays(*l.Call)})
		}
	}
	return lines
}

// callSays is a call as a phone's history has it.
func callSays(c town.Call) string {
	said := ""
	if len(c.Heard) > 0 {
		said = ": “" + c.Heard[0] + "”"
	}
	switch {
	case c.Voicemail:
		return "Missed call. Voicemail" + said
	case c.Status == "" && !c.PickedUp:
		return "Ringing"
	case c.Pressed != "":
		return "Answered" + said + " Pressed " + c.Pressed
	case c.PickedUp:
		return "Answered" + said
	default:
		return "Missed call"
	}
}

// Said is what the caller last said.
func (phoneView) Said(c town.Call) string {
	if len(c.Heard) == 0 {
		return ""
	}
	return c.Heard[len(c.Heard)-1]
}

// Keys are the keys of a telephone.
func (phoneView) Keys() []string {
	return []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"}
}

// Switch is what a phone's holder can do about its state.
func (v phoneView) Switch() (choices []govuk.Button) {
	add := func(text string, to town.State) {
		choices = append(choices, govuk.Button{Text: text, Name: "state", Value: string(to), Classes: "govuk-button--secondary allclear-small"})
	}
	switch v.State {
	case town.On:
		add("Switch off", town.Off)
		add("Lose the signal", town.NoSignal)
	default:
		add("Switch on, with a signal", town.On)
	}
	return choices
}

// back leads to the page with the phones that were shown.
func (c *request) backToDemo(anchor string) error {
	show := c.PostForm["show"]
	to := "/demo"
	if len(show) > 0 {
		to += "?" + url.Values{"show": show}.Encode()
	}
	return c.redirect(to + anchor)
}

// demoSpeed answers POST /demo/speed.
func (p *Pages) demoSpeed(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	speed, err := strconv.Atoi(f.value("speed"))
	if err == nil {
		err = demo.CheckSpeed(speed)
	}
	if err != nil {
		return &statusError{status: http.StatusBadRequest, says: "The clock has no such speed.", cause: err}
	}
	if err := p.Demo.SetSpeed(c.Context(), speed); err != nil {
		return err
	}
	return c.backToDemo("")
}

// demoPlay answers POST /demo/stories/{id}: the story begins. One that is under way is ended, and visits ahead are called off, by who was told
// so; where the worker has an alarm or is on a visit that is none of the story's, it does not begin.
func (p *Pages) demoPlay(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	all := p.Demo.Stories()
	i := slices.IndexFunc(all, func(s demo.Story) bool { return s.ID == c.PathValue("id") })
	if i < 0 {
		return notFoundFor(demo.ErrNoStory)
	}
	show := c.PostForm["show"]
	way, err := p.Demo.InTheWay(c.Context(), all[i].ID)
	if err != nil {
		return err
	}
	now, begun := p.Demo.Telling()
	unasked := begun && now.UnderWay() && f.value("ends") != now.ID
	for _, v := range way.Ahead {
		unasked = unasked || !slices.Contains(c.PostForm["calls-off"], v.ID)
	}
	if way.Bars() || unasked {
		page, err := p.demoPage(c, show, blank())
		if err != nil {
			return err
		}
		page.Asks, page.Way = &all[i], way
		return p.show(c, http.StatusConflict, "demo", page)
	}
	if err := p.Demo.Play(c.Context(), all[i].ID); err != nil {
		return demoProblem(err)
	}
	if len(show) > 0 { // its phones are to be seen too
		for _, id := range all[i].Cast {
			if !slices.Contains(show, id) {
				c.PostForm.Add("show", id)
			}
		}
	}
	return c.backToDemo("#story")
}

// demoStory answers POST /demo/story: the story that plays is paused, goes on, or is taken over.
func (p *Pages) demoStory(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	acts := map[string]func(context.Context) error{"pause": p.Demo.Pause, "resume": p.Demo.Resume, "take-over": p.Demo.TakeOver}
	act, known := acts[f.value("do")]
	if !known {
		return &statusError{status: http.StatusBadRequest, says: "There is no such button."}
	}
	if err := act(c.Context()); err != nil && !errors.Is(err, demo.ErrNoStory) { // pressed too late: the page shows how it stands
		return err
	}
	return c.backToDemo("#story")
}

// demoProblem says what is wrong with what a visitor did.
func demoProblem(err error) error {
	switch {
	case errors.Is(err, demo.ErrNoStory), errors.Is(err, demo.ErrNoPhone):
		return notFoundFor(err)
	case errors.Is(err, demo.ErrNeeded): // since it was looked at
		return &statusError{status: http.StatusConflict, says: "The story’s worker is needed elsewhere now: play it again to see where.", again: "/demo", cause: err}
	default:
		return err
	}
}

// demoText answers POST /demo/phones/{id}/text: a text is sent from a phone.
func (p *Pages) demoText(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	id := c.PathValue("id")
	field := "text-" + id
	err = p.Demo.Text(c.Context(), id, f.values.Get(field))
	for _, known := range []error{demo.ErrEmpty, demo.ErrTooLong, demo.ErrUnsent} {
		if errors.Is(err, known) {
			f.wrong(field, known.Error())
			return p.showDemo(c, http.StatusUnprocessableEntity, c.PostForm["show"], f)
		}
	}
	if err != nil {
		return demoProblem(err)
	}
	return c.backToDemo("#" + id)
}

// demoSwitch answers POST /demo/phones/{id}/state: a phone is switched off or on, or loses its signal.
func (p *Pages) demoSwitch(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	to := town.State(f.value("state"))
	if !slices.Contains([]town.State{town.On, town.Off, town.NoSignal}, to) {
		return &statusError{status: http.StatusBadRequest, says: "A phone is on, off or without a signal."}
	}
	if err := p.Demo.SetState(c.Context(), c.PathValue("id"), to); err != nil {
		return demoProblem(err)
	}
	return c.backToDemo("#" + c.PathValue("id"))
}

// demoCall answers POST /demo/calls/{id}: a call is picked up, declined, sent to voicemail or ended, or a key is pressed.
// One that is over by then is left as it is: the page shows how it ended.
func (p *Pages) demoCall(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	call := c.PathValue("id")
	switch do := f.value("do"); do {
	case "pick-up":
		err = p.Demo.PickUp(c.Context(), call)
	case "voicemail":
		err = p.Demo.Divert(c.Context(), call)
	case "hang-up":
		err = p.Demo.HangUp(c.Context(), call)
	case "":
		err = p.Demo.PressKey(c.Context(), call, f.value("digit"))
	default:
		return &statusError{status: http.StatusBadRequest, says: "There is no such button."}
	}
	if err != nil && !errors.Is(err, town.ErrOver) {
		return demoProblem(err)
	}
	return c.backToDemo("#" + f.value("phone"))
}

// followDemo tells open pages when a phone, the story or the clock changes, until ctx ends.
func (p *Pages) followDemo(ctx context.Context) {
	for {
		changed := p.Demo.Changed()
		select {
		case <-ctx.Done():
			return
		case <-changed:
			p.live.tell(news{topics: []string{topicPhones, topicClock}})
		}
	}
}
