package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/picture"
)

// The one form that carries a file.
const (
	uploadPhotograph = "POST /details/photograph"
	photographField  = "photograph"
	uploadWithin     = time.Minute // real time: a telephone may be in a village
	longestUpload    = picture.MostBytes + longestForm
)

// bounds are what a request to a route may take of time, and its form of bytes.
func bounds(rt route) (within time.Duration, longest int64) {
	if rt.pattern == uploadPhotograph {
		return uploadWithin, longestUpload
	}
	return answerWithin, longestForm
}

// waitForUpload gives who may send a file the time for it, which the server gives to nobody before it is known who they are.
func (p *Pages) waitForUpload(rt route, c *request) {
	if rt.pattern != uploadPhotograph || p.Clock == nil {
		return
	}
	connection, until := http.NewResponseController(c.w), p.Clock().Add(uploadWithin)
	if err := errors.Join(connection.SetReadDeadline(until), connection.SetWriteDeadline(until.Add(answerWithin))); err != nil {
		p.Log.Debug("an upload has no longer than any form", "error", err)
	}
}

// parse reads the form, and the file where the route takes one: into memory, for what is private must not lie in a folder for temporary files.
func (c *request) parse() error {
	if c.longest != longestUpload {
		return c.ParseForm()
	}
	err := c.ParseMultipartForm(longestUpload)
	if errors.Is(err, http.ErrNotMultipart) {
		return nil // without a file
	}
	return err
}

// outgrown says what is wrong with a form that is too long.
func (c *request) outgrown(cause error) error {
	if c.longest != longestUpload {
		return cause
	}
	return &statusError{status: http.StatusRequestEntityTooLarge, says: "The photograph is larger than 8 MB. Nothing was saved.", again: "/details", cause: cause}
}

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

// sent is the file that was sent in a field; nil for none.
func (c *request) sent(field string) ([]byte, error) {
	if c.MultipartForm == nil || len(c.MultipartForm.File[field]) == 0 {
		return nil, nil
	}
	file, err := c.MultipartForm.File[field][0].Open()
	if err != nil {
		return nil, fmt.Errorf("open what was sent: %w", err)
	}
	given, err := io.ReadAll(file)
	return given, errors.Join(err, file.Close())
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
	case errors.Is(err, picture.ErrLong), errors.Is(err, picture.ErrLarge):
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
