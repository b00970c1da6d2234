package web

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
)

// exportWithin bounds how long the record is downloaded, in real time.
const exportWithin = 30 * time.Minute

// errEnough ends a walk over the record.
var errEnough = errors.New("the rest is not for the reader yet")

// exportRecord answers POST /record/export: the record as allclear export audit writes it. That it was taken out is on record before. Where a call for help is open
// it ends before that: a chain with a hole could not be computed.
func (p *Pages) exportRecord(c *request) error {
	if !mayReadRecord(c.who) {
		return notFound()
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	from, to := c.within(f.between())
	if f.bad() {
		return p.showRecord(c, http.StatusUnprocessableEntity, f, 0)
	}
	if err := p.mayExport(c); err != nil {
		return err
	}
	hidden, err := p.dangers(c)
	if err != nil {
		return err
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "export", "record", "", c.at); err != nil {
		return err
	}
	rows := f.value("format") != "jsonl"
	name, kind := "record.jsonl", "application/jsonl; charset=utf-8"
	if rows {
		name, kind = "record.csv", "text/csv; charset=utf-8"
	}
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := bufio.NewWriterSize(p.patient(c), 64<<10)
	write := report.RecordLines(out, rows)
	ctx, done := context.WithTimeout(context.WithoutCancel(c.Context()), exportWithin) // longer than a page is made; a reader who has gone ends it by the first write that fails
	defer done()
	err = p.Store.Extracts(ctx, func(e store.Extract) error {
		switch {
		case e.Of(hidden):
			return errEnough
		case e.RecordedAt.Before(from), !to.IsZero() && !e.RecordedAt.Before(to):
			return nil
		}
		return write(e)
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		p.Log.Warn("record not downloaded whole", "error", err)
		panic(http.ErrAbortHandler) // what has come is no whole file, and must not pass for one
	}
	return nil
}

// mayExport refuses who may never see somebody who is in the record, and who is in it as kept from somebody: what they have not may not be left out either.
func (p *Pages) mayExport(c *request) error {
	end, err := p.Store.Head(c.Context())
	if err != nil {
		return err
	}
	about, err := p.Store.BlocksOn(c.Context(), c.who.ID, 1, end.N)
	if err != nil {
		return err
	}
	if len(c.kept)+len(about) > 0 {
		return &statusError{status: http.StatusForbidden, says: "You cannot take the record out: somebody else takes it out.", again: "/record"}
	}
	return nil
}

// patient writes an answer that is longer than the server waits for one: each piece of it is waited for by itself.
func (p *Pages) patient(c *request) *patientWriter {
	return &patientWriter{w: c.w, control: http.NewResponseController(c.w), now: p.Clock}
}

type patientWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
}

func (w *patientWriter) Write(b []byte) (int, error) {
	_ = w.control.SetWriteDeadline(w.now().Add(writeWithin)) // where it can't be set the server's own bound holds
	return w.w.Write(b)
}
