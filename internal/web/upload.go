package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/picture"
	"github.com/allclear-safety/allclear/internal/report"
	sheets "github.com/allclear-safety/allclear/internal/sheet"
)

// upload is a form that carries a file.
type upload struct {
	most int64  // bytes of the file
	says string // to who sends a larger one
}

// uploads are the routes to which a file is sent.
var uploads = map[string]upload{
	"POST /details/photograph":     {picture.MostBytes, "The photograph is larger than 8 MB. Nothing was saved."},
	"POST /people/import":          {sheets.MostBytes, "The file is larger than 10 MB. Nothing was saved."},
	"POST /teams/{id}/plan/import": {report.MostDocument, "The document is larger than 5 MB. Take pictures out of it, and send it again. Nothing was saved."},
}

// uploadWithin is real time: a telephone may be in a village.
const uploadWithin = time.Minute

// bounds are what a request to a route may take of time, and its form of bytes.
func bounds(rt route) (within time.Duration, longest int64) {
	if u, takes := uploads[rt.pattern]; takes {
		return uploadWithin, u.most + longestForm
	}
	return answerWithin, longestForm
}

// waitForUpload gives who may send a file the time for it, which the server gives to nobody before it is known who they are.
func (p *Pages) waitForUpload(rt route, c *request) {
	if _, takes := uploads[rt.pattern]; !takes || p.Clock == nil {
		return
	}
	connection, until := http.NewResponseController(c.w), p.Clock().Add(uploadWithin)
	if err := errors.Join(connection.SetReadDeadline(until), connection.SetWriteDeadline(until.Add(answerWithin))); err != nil {
		p.Log.Debug("an upload has no longer than any form", "error", err)
	}
}

// parse reads the form, and the file where the route takes one: into memory, for what is private must not lie in a folder for temporary files.
func (c *request) parse() error {
	kind, _, _ := strings.Cut(c.Header.Get("Content-Type"), ";")
	if c.longest == longestForm || !strings.EqualFold(strings.TrimSpace(kind), "multipart/form-data") {
		return c.ParseForm()
	}
	return c.ParseMultipartForm(c.longest)
}

// outgrown says what is wrong with a form that is too long.
func (c *request) outgrown(cause error) error {
	if c.tooLarge == "" {
		return cause
	}
	return &statusError{status: http.StatusRequestEntityTooLarge, says: c.tooLarge, again: c.URL.Path, cause: cause}
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

// counted is a number of things in words.
func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + several
}
