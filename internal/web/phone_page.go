package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// byPhone says that who asks opened the link to their own phone page: they check in, and read no address. Whoever has taken
// the telephone from them reads none either.
func (c *request) byPhone() bool { return access.Reach(c.session.Reach) == access.Phone }

type phoneLinkPage struct {
	Layout
	To string
}

// phoneLink answers GET /phone/{secret}. It changes nothing: whatever fetches links before people do leaves it good.
func (p *Pages) phoneLink(c *request) error {
	if _, err := p.SignIn.PhoneLinked(c.Context(), c.PathValue("secret")); err != nil {
		return phoneGone(err)
	}
	return p.show(c, http.StatusOK, "phone_link", phoneLinkPage{Layout: p.layout(c, "Your visits"), To: "/phone/" + c.PathValue("secret")})
}

func phoneGone(err error) error {
	if errors.Is(err, signin.ErrGone) {
		return &statusError{status: http.StatusNotFound, cause: err, says: "This link was used, or is over. Ask for a new one at “Sign in”. Texts reach us as ever."}
	}
	return err
}

// openPhone answers POST /phone/{secret}: from now on it is this browser's.
func (p *Pages) openPhone(c *request) error {
	proof, err := p.SignIn.OpenPhone(c.Context(), c.PathValue("secret"))
	if errors.Is(err, signin.ErrRefused) {
		err = signin.ErrGone
	}
	if err != nil {
		p.refusedSignIn(c, "link", http.StatusNotFound)
		return phoneGone(err)
	}
	return p.begin(c, proof, access.Phone, "/phone")
}

// phonePage is a worker's own: their visits without where they are.
type phonePage struct {
	Layout
	Rows []phoneRow
}

type phoneRow struct {
	Href, What, Reference string
	StartsAt, ExpectedEnd time.Time
	Tag                   govuk.Tag
}

// phone answers GET /phone: the one visit that is on, or which there are.
func (p *Pages) phone(c *request) error {
	own, err := p.ownWatch(c)
	if err != nil {
		return err
	}
	page := phonePage{Layout: p.layout(c, "Your visits", "worker/"+c.who.ID).leaving(p)}
	for _, v := range own.Live() {
		kept, err := p.Store.Visit(c.Context(), v.ID)
		if err != nil {
			return fmt.Errorf("find own visit: %w", err)
		}
		page.Rows = append(page.Rows, phoneRow{Href: "/visits/" + v.ID, What: visitWords[kept.Kind], Reference: kept.Reference, StartsAt: v.StartsAt, ExpectedEnd: v.ExpectedEndAt,
			Tag: statusTag(v.Status, v.StartsAt, v.ExpectedEndAt, c.at)})
	}
	if len(page.Rows) == 1 {
		return c.redirect(page.Rows[0].Href)
	}
	return p.show(c, http.StatusOK, "phone", page)
}

// linkPhone answers POST /sign-in/phone: a worker wants the link to their own page. What it answers is the same for a number
// that nobody has.
func (p *Pages) linkPhone(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	f.need("mobile", "Enter your mobile number")
	number, err := phone.Parse(f.value("mobile"))
	if err != nil {
		f.wrong("mobile", "Enter a mobile number, such as 07700 900982")
	}
	if f.bad() {
		return p.showSignIn(c, http.StatusUnprocessableEntity, f)
	}
	_, err = p.SignIn.Try(edge.From(c.Request), "link to "+number.E164()) // each counts: whether somebody has the number is not told
	if status, says := refusal(err, ""); says != "" {
		f.wrong("mobile", says)
		return p.showSignIn(c, status, f)
	}
	if err := p.sendLinks(c, number); err != nil {
		return err
	}
	return c.redirect("/sign-in?done=link-sent")
}

// sendLinks texts every worker who has a number the link to their own page.
func (p *Pages) sendLinks(c *request, number phone.Number) error {
	holders, err := p.Store.Holders(c.Context(), number)
	if err != nil {
		return err
	}
	for _, id := range holders {
		who, err := p.directory.person(c.Context(), id)
		if errors.Is(err, store.ErrNotFound) || err == nil && (!who.Active || !who.Has(buddy.Worker)) {
			continue
		}
		if err != nil {
			return err
		}
		secret, err := p.SignIn.LinkPhone(c.Context(), id)
		if errors.Is(err, signin.ErrEnough) {
			continue // whoever asks is told nothing of it: they may be a stranger
		}
		if err != nil {
			return err
		}
		if err := p.Engine.TextPhonePage(c.Context(), id, number, p.URL+"/phone/"+secret); err != nil {
			return fmt.Errorf("text link: %w", err)
		}
	}
	return nil
}
