package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

// Exported says how many texts an export wrote, and how many it left out as they are read otherwise without the names.
type Exported struct{ Written, LeftOut int }

// ExportTexts writes every labelled text without who and where it is about, a line each; with changed those too that are then
// read otherwise, which are marked. That it was done is on record before. It works beside a running server.
func ExportTexts(ctx context.Context, o Options, out io.Writer, changed bool) (n Exported, err error) {
	db, err := Open(ctx, o, false)
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := recordExport(ctx, db, o, "texts/labelled"); err != nil {
		return n, err
	}
	samples, err := view.New(view.Options{Store: db}).Samples(ctx, o.Vocabulary)
	if err != nil {
		return n, fmt.Errorf("export texts: %w", err)
	}
	to := bufio.NewWriter(out)
	for _, s := range samples {
		if s.Changed && !changed {
			n.LeftOut++
			continue
		}
		n.Written++
		_, _ = to.Write(append(s.Line, '\n')) // Flush says what went wrong
	}
	return n, to.Flush()
}

// recordExport puts on record that something is taken out, and seals it: there may be no server to do so.
func recordExport(ctx context.Context, db *store.DB, o Options, what string) error {
	c, err := newClock(ctx, db, o.Speed, nil)
	if err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	if err := access.New(db).LookedAt(ctx, "command line", "export", what, "", c.Now()); err != nil {
		return err
	}
	_, err = db.Seal(ctx, c.Now())
	return err
}
