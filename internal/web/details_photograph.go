package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/allclear-safety/allclear/internal/picture"
)

// photographField is the form’s field with the file.
const photographField = "photograph"

// putPhotograph answers POST /details/photograph: a photograph of the reader's own.
func (p *Pages) putPhotograph(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	given, err := c.sent(photographField)
	if err != nil {
		return err
	}
	if len(given) == 0 {
		f.wrong(photographField, "Choose a picture first")
		return p.showDetails(c, http.StatusUnprocessableEntity, f)
	}
	made, err := p.draw(c, given)
	if err != nil {
		f.wrong(photographField, photographSays(err))
		return p.showDetails(c, http.StatusUnprocessableEntity, f)
	}
	if err := p.Engine.PutPhotograph(c.Context(), c.press(), c.who.ID, made); err != nil {
		return err
	}
	return c.redirect("/details?done=photo-saved")
}

// draw makes the picture that is kept, one at a time: decoded, a large one takes memory that alarms need.
func (p *Pages) draw(c *request, given []byte) ([]byte, error) {
	select {
	case p.drawing <- struct{}{}:
	case <-c.Context().Done():
		return nil, c.Context().Err()
	}
	defer func() { <-p.drawing }()
	return picture.Make(given)
}

// photographSays is what is wrong with a picture, as a sentence that says what to do.
func photographSays(err error) string {
	switch {
	case errors.Is(err, picture.ErrKind):
		return "Choose a JPEG or PNG picture: this file is neither"
	case errors.Is(err, picture.ErrLong), errors.Is(err, picture.ErrLarge), errors.Is(err, picture.ErrDense):
		return "Choose a smaller picture: " + err.Error()
	case errors.Is(err, picture.ErrSmall):
		return "Choose a larger picture: " + err.Error()
	case errors.Is(err, picture.ErrTorn):
		return "Choose another picture: this one cannot be read to its end"
	default:
		return "Too many pictures are being saved just now. Try again in a minute"
	}
}

// dropPhotograph answers POST /details/photograph/remove.
func (p *Pages) dropPhotograph(c *request) error {
	if err := p.Engine.PutPhotograph(c.Context(), c.press(), c.who.ID, nil); err != nil {
		return err
	}
	return c.redirect("/details?done=photo-removed")
}

// photograph answers GET /people/{id}/photograph, for who may see what someone looks like. The look is recorded.
func (p *Pages) photograph(c *request) error {
	who, _, err := p.colleague(c)
	if err != nil {
		return err
	}
	if may, err := p.mayRing(c, who); err != nil || !may {
		return errors.Join(err, notFound())
	}
	made, err := p.Store.Photograph(c.Context(), who.ID)
	if err != nil {
		return err
	}
	if made == nil {
		return notFound()
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "person/"+who.ID, "", c.at); err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(made)))
	_, _ = c.w.Write(made) // the reader has gone: nobody is left to tell
	return nil
}
