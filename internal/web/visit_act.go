package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// toAct finds the visit that a button is about, and what was sent with it, where the reader may press it.
func (p *Pages) toAct(c *request, may func(rightsOver) bool) (seen, *form, error) {
	v, err := p.seen(c)
	if err != nil {
		return v, nil, err
	}
	if !may(v.rights) {
		return v, nil, notFound()
	}
	f, err := c.form()
	return v, f, err
}

func own(r rightsOver) bool { return r.Own }

// goIn answers POST /visits/{id}/in.
func (p *Pages) goIn(c *request) error {
	v, f, err := p.toAct(c, own)
	if err != nil {
		return err
	}
	if v.Status == watch.Booked && v.StartsAt.After(c.at.Add(goInAhead)) {
		f.wrong("in", "It is over an hour until the start. Change the start first")
		return p.showVisit(c, http.StatusConflict, v, f)
	}
	return p.checkIn(c, v, f, c.press(), engine.Checkin{Kind: "in"}, "in")
}

// out answers POST /visits/{id}/out.
func (p *Pages) out(c *request) error {
	v, f, err := p.toAct(c, own)
	if err != nil {
		return err
	}
	return p.checkIn(c, v, f, c.press(), engine.Checkin{Kind: "out"}, "out")
}

// needHelp answers POST /visits/{id}/help: the SOS of a page.
func (p *Pages) needHelp(c *request) error {
	v, f, err := p.toAct(c, own)
	if err != nil {
		return err
	}
	return p.checkIn(c, v, f, c.press(), engine.Checkin{Kind: "sos"}, "help")
}

// newEnd answers POST /visits/{id}/late: a new end time. One that has gone is asked back (rule 2.3).
func (p *Pages) newEnd(c *request) error {
	v, f, err := p.toAct(c, own)
	if err != nil {
		return err
	}
	f.need("until-time", "Enter the new end time")
	until := f.ahead("until-time", c.at, c.in, farAhead)
	if f.bad() {
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	return p.checkIn(c, v, f, c.press(), engine.Checkin{Kind: "late", Until: until}, "until-time")
}

// askFor answers POST /visits/{id}/ask: the worker wants someone to ring. Whatever name it is goes the way of a text that
// asks for it, and is answered in the same words (rule 4.2).
func (p *Pages) askFor(c *request) error {
	v, f, err := p.toAct(c, own)
	if err != nil {
		return err
	}
	name := f.value("name")
	if name == "" || f.bad() {
		f.wrong("name", "Enter a name, such as Jane")
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	return p.checkIn(c, v, f, c.press(), engine.Checkin{Text: private.New("ASK " + name)}, "name")
}

// record answers POST /visits/{id}/record: what the worker says in their own words, or a responder for them, word for
// word (rule 2.7).
func (p *Pages) record(c *request) error {
	v, f, err := p.toAct(c, func(r rightsOver) bool { return r.Own || r.Records })
	if err != nil {
		return err
	}
	words, who := f.value("words"), c.press()
	if f.value("heard") != "" && v.rights.Records && !v.rights.Own {
		return p.heardOut(c, v, f, who)
	}
	if words == "" {
		f.wrong("words", "Enter what was said")
	}
	if !v.rights.Own {
		if who.Via = f.value("via"); who.Via != "call" && who.Via != "text" {
			f.wrong("via", "Choose how they said it")
		}
	}
	if f.bad() {
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	return p.checkIn(c, v, f, who, engine.Checkin{Text: private.New(words)}, "words")
}

// heardOut records that somebody who answers for the worker spoke with them, and that they are out and safe (rule 1.5).
func (p *Pages) heardOut(c *request, v seen, f *form, who engine.Actor) error {
	if f.value("spoken") == "" {
		f.wrong("spoken", "Tick that you spoke with them. If you have not, ring them first")
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	who.Via = "call"
	return p.checkIn(c, v, f, who, engine.Checkin{Kind: "out"}, "spoken")
}

// checkIn has a check-in taken, and leads back to the visit as it stands then. What is refused stands beside its field.
func (p *Pages) checkIn(c *request, v seen, f *form, who engine.Actor, said engine.Checkin, field string) error {
	said.Person, said.Visit = v.Worker, v.ID
	took, err := p.Engine.Checkin(c.Context(), who, said)
	if err = f.takesWord(err, field, "records this"); err != nil {
		return fmt.Errorf("take check-in: %w", err)
	}
	if f.bad() {
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	now, err := p.seen(c)
	if err != nil {
		return err
	}
	if took.ByVoice {
		did := "by-voice"
		if !v.rights.Own {
			did = "ring-them"
		}
		return c.redirect("/visits/" + v.ID + "?done=" + did)
	}
	if took.Refused != "" {
		f.wrong(field, took.Refused)
		return p.showVisit(c, http.StatusConflict, now, f)
	}
	return c.redirect("/visits/" + v.ID + "?done=" + cameOf(took.Reading, now))
}

// takesWord notes beside a field all that the core found wrong with a word about a visit, given by someone who does so; it
// gives back every other error.
func (f *form) takesWord(err error, field, does string) error {
	invalid, is := errors.AsType[*watch.Invalid](err)
	if !is {
		return err
	}
	var all []string
	for _, p := range invalid.Problems {
		_, says := visitSays(invalid, p)
		if p.Field == "by" {
			says = "Who " + does + " " + p.Says
			if what, is := strings.CutPrefix(p.Says, "is a "); is {
				says = "Who " + does + " must be a " + what
			}
		}
		all = append(all, says)
	}
	f.wrong(field, strings.Join(all, ". "))
	return nil
}

// undone are the words for what was heard and moved nothing: they are not shown as a success.
var undone = map[string]bool{"much-later": true, "goes-on": true, "by-voice": true, "ring-them": true, "unclear": true, "no-answer": true, "no-visit": true}

// cameOf is the word for what a check-in did: what was understood, and whether the visit went along.
func cameOf(r checkin.Reading, now seen) string {
	if now.Busy {
		return "recorded"
	}
	did := func(so bool, word, otherwise string) string {
		if so {
			return word
		}
		return otherwise
	}
	if asked := r.Intent == checkin.Cancel || r.Intent == checkin.Unclear; asked && r.NoAnswer && now.Live() {
		return "no-answer"
	}
	if goesOn := r.Intent == checkin.Start || r.Intent == checkin.Change || r.Intent == checkin.Unclear; goesOn && !now.Live() {
		return "no-visit"
	}
	switch r.Intent {
	case checkin.Start:
		return did(now.Status == watch.Inside || now.Status == watch.Overdue, "in", "as-it-was")
	case checkin.Change:
		if r.Until.IsZero() {
			return did(!r.Begin.IsZero() && now.StartsAt.Equal(r.Begin), "new-start", "as-it-was")
		}
		return did(now.ExpectedEndAt.Equal(r.Until), "new-end", "much-later")
	case checkin.End:
		return did(!now.Live(), "out", "goes-on")
	case checkin.Cancel:
		return did(!now.Live(), "called-off", "as-it-was")
	case checkin.Ask, checkin.Duress:
		return "asked"
	case checkin.Distress:
		return "help"
	case checkin.SafeReply:
		return "as-it-was"
	default:
		return "unclear"
	}
}

// answered says to a worker who asked for someone, or for help, what they are answered by text. The name is taken from the
// record, so that it is in no address.
func (p *Pages) answered(c *request, page *visitPage, timeline []view.Line) error {
	did := c.URL.Query().Get("done")
	if !page.Rights.Own || did != "asked" && did != "help" {
		return nil
	}
	team, err := p.Store.Team(c.Context(), page.Visit.Team)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("find team of visit: %w", err)
	}
	if did == "help" {
		page.Done = wording.Text(watch.ReplyGotMessage, wording.Values{Plain: team.Plan.PlainDistressAnswer})
		return nil
	}
	for _, l := range slices.Backward(timeline) {
		if l.What != watch.TextIn || l.Text.IsZero() {
			continue
		}
		r := checkin.Understand(l.Text.Reveal(), checkin.Context{Now: c.at.In(c.in), Phrase: team.Plan.DuressPhrase, Unknowing: true, Vocabulary: p.Vocabulary})
		page.Done = wording.Text(watch.ReplyAsk, wording.Values{Name: private.New(r.Name), Answer: team.Plan.AskAnswer})
		return nil
	}
	return nil
}

// callOff answers POST /visits/{id}/cancel (rule 2.8).
func (p *Pages) callOff(c *request) error {
	v, f, err := p.toAct(c, func(r rightsOver) bool { return r.Changes })
	if err != nil {
		return err
	}
	if v.Status == watch.Cancelled {
		return c.redirect("/visits/" + v.ID + "?done=called-off") // the same press again
	}
	reason := f.value("reason")
	if reason == "" || f.bad() {
		f.wrong("reason", "Enter why it is called off")
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	spoke := f.value("spoke") != ""
	err = p.Engine.CancelVisit(c.Context(), c.press(), v.ID, spoke, private.New(reason))
	if refused, is := errors.AsType[*watch.Refused](err); is {
		f.wrong("reason", refused.Says)
		return p.showVisit(c, http.StatusConflict, v, f)
	}
	field := "reason"
	if spoke {
		field = "spoke"
	}
	if err = f.takesWord(err, field, "calls it off"); err != nil {
		return fmt.Errorf("cancel visit: %w", err)
	}
	if f.bad() {
		return p.showVisit(c, http.StatusUnprocessableEntity, v, f)
	}
	return c.redirect("/visits/" + v.ID + "?done=called-off")
}
