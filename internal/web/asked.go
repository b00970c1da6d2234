package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/web/govuk"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	askedRows  = 25                  // texts on one page
	askedLooks = 8                   // how many times as many are looked through for those of the reader
	askedBack  = 90 * 24 * time.Hour // how far back they are listed; a day says how far otherwise
)

type askedPage struct {
	Layout
	Teams  []teamLink
	Pick   govuk.Input
	Team   string // the one that was chosen; "" for all
	Rows   []askedRow
	Older  *govuk.Pagination
	Sought bool // a day was chosen
	Keeps  bool // the reader keeps the installation, and takes the labelled texts out of it
}

// askedIn is a text with the frame of its page, for the part that pages share.
type askedIn struct {
	Layout
	Row askedRow
}

// Of is one of the page's texts.
func (page askedPage) Of(row askedRow) askedIn { return askedIn{page.Layout, row} }

// askedRow is a text that was asked back, as it stands in the list and above its form.
type askedRow struct {
	ID       string
	Href     string
	Name     string // the worker's
	SentAt   time.Time
	Text     string
	State    string // where the visit stood, in words; "" where that is not known
	From, To time.Time
	Visit    string // its reference; "" for none
	VisitAt  string // where its page is
	Answer   string // what we answered; "" where that is not known
	Meaning  string // what somebody said it meant; "" for nobody yet
	By       string
	At       time.Time
}

// askedTexts answers GET /texts: the texts that were asked back, for who may say what was meant.
func (p *Pages) askedTexts(c *request) error {
	if !mayLabel(c.who) {
		return notFound()
	}
	all, err := p.teams(c)
	if err != nil {
		return err
	}
	teams := p.kept(c, all)
	q := c.URL.Query()
	shown, err := those(teams, q.Get("team"))
	if err != nil {
		return err
	}
	page := askedPage{Layout: p.layout(c, "What did they mean?"), Team: q.Get("team"), Keeps: access.May(access.TakeTexts, access.ByRole(c.who))}
	page.Teams = teamsAt("/texts", teams, q)
	filter := store.AskedFilter{Teams: idsOf(shown), Not: c.who.ID, From: c.at.Add(-askedBack), Before: q.Get("before"), Limit: askedRows}
	if on, ok := parseDate(q.Get("date")); ok {
		filter.From, filter.To, page.Sought = on.in(c.in), on.next().in(c.in), true
	}
	f := blank("date-date", q.Get("date"))
	page.Pick = f.dateInput("date", "Day", "")
	page.Pick.Name, page.Pick.ID = "date", "date"
	list, before, err := p.askedOf(c, filter)
	if err != nil {
		return err
	}
	if page.Rows, err = p.askedRowsOf(c, list...); err != nil {
		return err
	}
	if before != "" {
		q.Set("before", before)
		page.Older = &govuk.Pagination{LandmarkLabel: "Texts", Next: &govuk.PageLink{Text: "Older texts", Href: "/texts?" + q.Encode()}}
	}
	return p.show(c, http.StatusOK, "asked", page)
}

// teamsAt are the ways to the same page for one team, and for all; none where there is one.
func teamsAt(path string, teams []store.Team, q url.Values) (links []teamLink) {
	if len(teams) < 2 {
		return nil
	}
	href := func(team string) string {
		to := url.Values{}
		for field, value := range map[string]string{"team": team, "date": q.Get("date")} {
			if value != "" {
				to.Set(field, value)
			}
		}
		return strings.TrimSuffix(path+"?"+to.Encode(), "?")
	}
	links = []teamLink{{"All teams", href(""), q.Get("team") == ""}}
	for _, t := range teams {
		links = append(links, teamLink{t.Name, href(t.ID), t.ID == q.Get("team")})
	}
	return links
}

// askedOf gives a page of texts that are the reader's, and the one that the next page goes on after; "" where there is no more.
func (p *Pages) askedOf(c *request, f store.AskedFilter) (list []view.Asked, before string, err error) {
	for range askedLooks {
		kept, err := p.Store.AskedBack(c.Context(), f)
		if errors.Is(err, store.ErrNotFound) {
			return nil, "", notFound() // the list goes on after what is none
		}
		if err != nil {
			return nil, "", err
		}
		for _, e := range kept {
			f.Before = e.ID
			a, err := p.View.Asked(c.Context(), e, c.reader())
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, "", err
			}
			if list = append(list, a); len(list) == askedRows {
				return list, f.Before, nil
			}
		}
		if len(kept) < f.Limit {
			return list, "", nil
		}
	}
	return list, f.Before, nil
}

// askedRowsOf gives texts as they are shown, once the look at them is recorded.
func (p *Pages) askedRowsOf(c *request, list ...view.Asked) (rows []askedRow, err error) {
	var looked []string
	for _, a := range list {
		looked = append(looked, a.Looked())
	}
	if err := p.Access.LookedAtAll(c.Context(), c.who.ID, "page", "", c.at, looked...); err != nil {
		return nil, err
	}
	for _, a := range list {
		row, err := p.askedRow(c, a)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// askedRow is one of them.
func (p *Pages) askedRow(c *request, a view.Asked) (row askedRow, err error) {
	row = askedRow{ID: a.ID, Href: "/texts/" + url.PathEscape(a.ID), SentAt: a.Entry.At, Text: report.Showable(a.Text.Reveal())}
	if row.Name, err = p.nameOf(c.Context(), a.Worker); err != nil {
		return row, err
	}
	if a.Visit != nil {
		row.Visit, row.VisitAt = a.Visit.Reference, "/visits/"+a.Visit.ID
	}
	if a.Stood != nil {
		row.State, row.From, row.To = stoodWords[a.Stood.State], a.Stood.Start, a.Stood.End
		if a.Stood.Answer != "" {
			row.Answer = wording.Text(a.Stood.Answer, wording.Values{Zone: c.in, Now: a.Entry.At.In(c.in), At: a.Entry.At.In(c.in), Until: a.Stood.Until, Reference: row.Visit, Rehearsal: p.Rehearsal})
		}
	}
	if len(a.Labels) > 0 {
		last := a.Labels[len(a.Labels)-1]
		row.Meaning, row.At = meaningOf(last.Meant, c.in), last.At
		row.By, err = p.nameOf(c.Context(), last.By)
	}
	return row, err
}

// stoodWords say how a visit stood when a text came.
var stoodWords = map[checkin.State]string{
	checkin.None: "No visit was known", checkin.Booked: "Booked, and not gone in", checkin.Inside: "Inside", checkin.Overdue: "Past its expected end",
}

// meaning is one thing that a text can be said to have meant.
type meaning struct {
	intent     checkin.Intent
	text, hint string
}

// meanings are what a text can be said to have meant, in the order in which they are offered.
var meanings = []meaning{
	{checkin.Start, "Going in", ""},
	{checkin.Change, "A new time", "Give the new end, the new start, or both"},
	{checkin.End, "Out", "They had left, or the session was over"},
	{checkin.Cancel, "Not happening", ""},
	{checkin.SafeReply, "All is well", ""},
	{checkin.Ask, "Asks for somebody to ring", ""},
	{checkin.Distress, "Danger", "They needed help"},
	{checkin.Unclear, "Nobody can tell", "Asking back was right"},
}

// meaningOf says a label in words.
func meaningOf(m engine.Meant, zone *time.Location) string {
	i := slices.IndexFunc(meanings, func(x meaning) bool { return x.intent == m.Intent })
	if i < 0 {
		return string(m.Intent)
	}
	words := meanings[i].text
	if !m.Begin.IsZero() {
		words += ", from " + m.Begin.In(zone).Format("15:04")
	}
	if !m.Until.IsZero() {
		words += ", until " + m.Until.In(zone).Format("15:04")
	}
	return words
}

type labelPage struct {
	Layout
	Row     askedRow
	Meant   govuk.Radios
	Until   govuk.Input
	Begin   govuk.Input
	Earlier []string // what was said before it was corrected, the latest first
	Key     string
}

// askedText answers GET /texts/{id}: one text, and the form to say what was meant.
func (p *Pages) askedText(c *request) error {
	a, err := p.toLabel(c)
	if err != nil {
		return err
	}
	f := blank()
	if n := len(a.Labels); n > 0 {
		f.fillMeant(a.Labels[n-1].Meant, c.in)
	}
	return p.showAsked(c, http.StatusOK, a, f)
}

// fillMeant puts what was said before into the form, to be corrected.
func (f *form) fillMeant(m engine.Meant, zone *time.Location) {
	f.values.Set("meant", string(m.Intent))
	for name, at := range map[string]time.Time{"until": m.Until, "begin": m.Begin} {
		if !at.IsZero() {
			f.fill(name, at, zone)
		}
	}
}

// toLabel finds the text that the address names, where it is the reader's to judge.
func (p *Pages) toLabel(c *request) (view.Asked, error) {
	if !mayLabel(c.who) {
		return view.Asked{}, notFound()
	}
	e, err := p.Store.Entry(c.Context(), c.PathValue("id"))
	if err != nil {
		return view.Asked{}, err
	}
	a, err := p.View.Asked(c.Context(), e, c.reader())
	if err != nil {
		return a, err
	}
	team := ""
	if a.Visit != nil {
		team = a.Visit.Team
	} else if worker, err := p.directory.person(c.Context(), a.Worker); err == nil {
		team = worker.Team
	}
	if !p.mayKeep(c, team) {
		return a, notFound()
	}
	return a, nil
}

func (p *Pages) showAsked(c *request, status int, a view.Asked, f *form) error {
	rows, err := p.askedRowsOf(c, a)
	if err != nil {
		return err
	}
	page := labelPage{Layout: p.layout(c, "What did they mean?").again(f), Row: rows[0], Key: rand.Text(),
		Until: f.timeInput("until", "The new end, or until when", "Where they meant one"), Begin: f.timeInput("begin", "The new start", "Where they meant one")}
	page.Path = "/texts/" + a.ID
	var choices []govuk.Choice
	for _, m := range meanings {
		choices = append(choices, govuk.Choice{Value: string(m.intent), Text: m.text, Hint: govuk.Hint{Text: m.hint}})
	}
	page.Meant = f.radios("meant", "What did they mean?", "Ask them, where you are not sure. It changes no visit.", choices...)
	for _, l := range slices.Backward(a.Labels[:max(len(a.Labels)-1, 0)]) {
		by, err := p.nameOf(c.Context(), l.By)
		if err != nil {
			return err
		}
		page.Earlier = append(page.Earlier, fmt.Sprintf("%s: %s, %s", meaningOf(l.Meant, c.in), by, page.When(l.At)))
	}
	return p.show(c, status, "label", page)
}

// label answers POST /texts/{id}: what somebody says was meant. The times are the next after the text.
func (p *Pages) label(c *request) error {
	a, err := p.toLabel(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	m := engine.Meant{Intent: checkin.Intent(f.value("meant"))}
	if !slices.Contains(engine.Meanings, m.Intent) {
		f.wrong("meant", "Choose what they meant")
	}
	for name, at := range map[string]*time.Time{"until": &m.Until, "begin": &m.Begin} {
		typed, given := f.timeOfDay(name + timeField)
		if !given {
			continue
		}
		next, comes := nextAt(typed, a.Entry.At, c.in)
		if !comes {
			f.wrong(name+timeField, "That time did not come: the clocks went forward. Enter another")
		}
		*at = next
	}
	f.inOrder("meant", "until"+timeField, "begin"+timeField)
	if !f.bad() {
		err = f.takesMeant(p.Engine.Label(c.Context(), c.press(), a.ID, m))
		if err != nil {
			return fmt.Errorf("label text: %w", err)
		}
	}
	if f.bad() {
		return p.showAsked(c, http.StatusUnprocessableEntity, a, f)
	}
	return c.redirect("/texts?done=labelled")
}

// takesMeant notes what is wrong with a label; it gives back every other error.
func (f *form) takesMeant(err error) error {
	says := map[string]string{
		"until is missing: a new time has an end or a start": "Enter the new end or the new start",
		"until is for a new time, or for going in":           "A new end goes with a new time, or with going in. Leave it out, or choose one of these",
		"begin is for a new time":                            "A new start goes with a new time. Leave it out, or choose that",
	}
	g := &form{}
	if err := g.takes(err, map[string]string{"until": "until" + timeField, "begin": "begin" + timeField, "intent": "meant"}); err != nil {
		return err
	}
	for _, p := range g.problems {
		name := strings.TrimSuffix(p.Field, timeField)
		words := strings.TrimSuffix(name+" "+strings.ToLower(p.Says[:1])+p.Says[1:], ".")
		f.wrong(p.Field, cmp.Or(says[words], p.Says))
	}
	return nil
}

// labelledTexts answers GET /texts/labelled.jsonl: every labelled text without who and where it is about, a line each.
func (p *Pages) labelledTexts(c *request) error {
	if !access.May(access.TakeTexts, access.ByRole(c.who)) {
		return notFound()
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "texts/labelled", "export", c.at); err != nil {
		return err
	}
	samples, err := p.View.Samples(c.Context(), p.Vocabulary)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/jsonl; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="labelled.jsonl"`)
	for _, s := range samples {
		if s.Changed && !c.URL.Query().Has("changed") {
			continue
		}
		if _, err := c.w.Write(append(s.Line, '\n')); err != nil {
			return nil // the reader has gone: nobody is left to tell
		}
	}
	return nil
}
