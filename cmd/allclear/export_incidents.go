package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type exportIncidentsCmd struct {
	settingsFlags
	From string `placeholder:"DAY" help:"What was recorded from then on: 2026-11-22, in UTC, or an instant as 2026-11-22T09:00:00Z."`
	To   string `placeholder:"DAY" help:"What was recorded before then."`
	File string `arg:"" help:"File to write, which must not be there yet; - is standard output."`
}

// Run writes the incidents as a table for a spreadsheet. It is written whole or not at all: half a table looks like all of it.
func (c exportIncidentsCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	var from, to time.Time
	var bad problems
	if from, err = dayOrInstant(c.From); err != nil {
		bad = append(bad, "--from: "+err.Error())
	}
	if to, err = dayOrInstant(c.To); err != nil {
		bad = append(bad, "--to: "+err.Error())
	}
	if len(bad) > 0 {
		return bad
	}
	if c.File != "-" {
		if _, err := os.Stat(c.File); err == nil {
			return fmt.Errorf("%s is there already; name another file", filepath.Base(c.File))
		}
	}
	var out bytes.Buffer
	n, err := app.ExportIncidents(w.ctx, s.options(w), &out, from, to)
	if err != nil {
		return err
	}
	if c.File == "-" {
		_, err := w.stdout.Write(out.Bytes())
		return err
	}
	if err := os.WriteFile(c.File, out.Bytes(), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(w.stderr, "%d incidents written\n", n)
	return nil
}
