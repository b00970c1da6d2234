package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// holdsPage lists the legal holds that stand.
type holdsPage struct {
	Layout
	Rows   []holdRow
	Keeps  bool // the reader puts holds on things, and lifts them
	Object govuk.Input
	Why    govuk.Textarea
	Key    string
}

type holdRow struct {
	ID, What, Href, By, Why string
	At                      time.Time
}

// mayKeepHolds says that the reader puts legal holds on things.
func mayKeepHolds(c *request) bool { return access.May(access.KeepHold, access.ByRole(c.who)) }

// holds answers GET /holds.
func (p *Pages) holds(c *request) error {
	if !access.May(access.SeeHold, access.ByRole(c.who)) {
		return notFound()
	}
	f := blank()
	if on := c.URL.Query().Get("on"); objectOf(on) != "" {
		f.values.Set("object", on)
	}
	return p.showHolds(c, http.StatusOK, f)
}

func (p *Pages) showHolds(c *request, status int, f *form) error {
	page := holdsPage{Layout: p.layout(c, "Legal holds").again(f), Keeps: mayKeepHolds(c), Key: rand.Text()}
	page.Path = "/holds"
	holds, err := p.holdsFor(c)
	if err != nil {
		return err
	}
	for _, h := range holds {
		row := holdRow{ID: h.ID, What: h.Object, At: h.At}
		if row.By, err = p.calls(c, h.By); err != nil {
			return err
		}
		if page.Keeps {
			row.Why = h.Reason.Reveal()
		}
		if id, is := strings.CutPrefix(h.Object, "person/"); is && page.Keeps {
			row.Href = "/people/" + id
			if row.What, err = p.nameOf(c.Context(), id); err != nil {
				return err
			}
		}
		page.Rows = append(page.Rows, row)
	}
	page.Object = f.input("object", "What is it about?", "The address of its page, or its id as in visit/…, alarm/… or person/…")
	page.Object.Spellcheck, page.Object.Autocapital = new(false), "none"
	page.Why = f.textarea("why", "Why?", "Such as the number of a claim. Administrators read it here; it is kept sealed")
	page.Why.Rows = 2
	return p.show(c, status, "holds", page)
}

// holdsFor gives the holds that stand, without those that are about the reader, or about somebody whom they may never see.
func (p *Pages) holdsFor(c *request) ([]store.Hold, error) {
	holds, err := p.Store.Holds(c.Context(), false)
	if err != nil {
		return nil, err
	}
	var shown []store.Hold
	for _, h := range holds {
		about, err := p.workerOf(c.Context(), h.Object)
		if err != nil && about == "" {
			return nil, err
		}
		if about != c.who.ID && c.apart(about) == 0 {
			shown = append(shown, h)
		}
	}
	return shown, nil
}

// workerOf says whose a visit, an alarm or the details of a person are.
func (p *Pages) workerOf(ctx context.Context, object string) (string, error) {
	kind, id, _ := strings.Cut(object, "/")
	switch kind {
	case "visit":
		v, err := p.Store.Visit(ctx, id)
		return v.Worker, err
	case "alarm":
		a, err := p.Store.Alarm(ctx, id)
		return a.Worker, err
	default:
		who, err := p.Store.Person(ctx, id)
		return who.ID, err
	}
}

// onPage finds what an address is about, or an id as the record has it.
var onPage = regexp.MustCompile(`^(?:https?://[^/ ]+)?/?(visit|alarm|person|people)s?/([A-Za-z0-9._~-]+)(?:[/?#][^ ]*)?$`)

// objectOf is "visit/ID", "alarm/ID" or "person/ID" of what was typed; "" where it is none.
func objectOf(typed string) string {
	found := onPage.FindStringSubmatch(typed)
	switch {
	case found == nil:
		return ""
	case found[1] == "people":
		return "person/" + found[2]
	}
	return found[1] + "/" + found[2]
}

// setHold answers POST /holds.
func (p *Pages) setHold(c *request) error {
	if !mayKeepHolds(c) {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	object := objectOf(f.value("object"))
	f.need("object", "Enter what it is about")
	if object == "" {
		f.wrong("object", "This is no address of a visit, an alarm or a person, and none of their ids")
	}
	f.need("why", "Enter why")
	if !f.bad() {
		err = p.hold(c, object, f.value("why"))
		refused, is := errors.AsType[*watch.Refused](err)
		switch {
		case errors.Is(err, store.ErrNotFound):
			f.wrong("object", "There is no such visit, alarm or person")
		case is:
			f.wrong("object", refused.Says)
		case err != nil:
			return err
		}
	}
	if f.bad() {
		return p.showHolds(c, http.StatusUnprocessableEntity, f)
	}
	return c.redirect("/holds?done=hold-set")
}

// hold puts a hold on something. What is about somebody whom the reader may never see is not found.
func (p *Pages) hold(c *request, object, why string) error {
	about, err := p.workerOf(c.Context(), object)
	if about == "" {
		return err
	}
	if c.apart(about) != 0 {
		return store.ErrNotFound
	}
	_, err = p.Engine.Hold(c.Context(), c.press(), object, why)
	return err
}

// liftHold answers POST /holds/{id}/lift. One that is about the reader they do not find.
func (p *Pages) liftHold(c *request) error {
	if !mayKeepHolds(c) {
		return notFound()
	}
	holds, err := p.holdsFor(c)
	if err != nil {
		return err
	}
	id := c.PathValue("id")
	if !slices.ContainsFunc(holds, func(h store.Hold) bool { return h.ID == id }) {
		return notFound()
	}
	if _, err := p.Engine.LiftHold(c.Context(), c.press(), id); err != nil {
		return err
	}
	return c.redirect("/holds?done=hold-lifted")
}

// heldPart is what the page of a record says of a legal hold on it.
type heldPart struct {
	What  string    // "this visit"
	Since time.Time // zero: there is none
	Why   string
	Href  string // where the reader puts one on it or lifts it; "" where they do not
}

// heldOn says what of a legal hold a reader is told on the page of a record; nil for nothing. Nobody is told of one on what is their own: it would be set while they
// must not know why; nor is a worker, who may be with whom it is about.
func (p *Pages) heldOn(c *request, object, what, worker string, is access.Is) (*heldPart, error) {
	if worker == c.who.ID || !access.May(access.SeeHold, is) {
		return nil, nil
	}
	holds, err := p.Store.HoldsOn(c.Context(), object)
	if err != nil {
		return nil, err
	}
	part := &heldPart{What: what}
	keeps := access.May(access.KeepHold, is)
	if keeps {
		part.Href = "/holds?on=" + object
	}
	if len(holds) > 0 {
		part.Since = holds[0].At
		if keeps {
			part.Why, part.Href = holds[0].Reason.Reveal(), "/holds"
		}
	} else if !keeps {
		return nil, nil
	}
	return part, nil
}
