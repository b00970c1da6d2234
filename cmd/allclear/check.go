package main

import (
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

// errStopsAlarm is how check ends when it found something; what it found is already said.
var errStopsAlarm = errors.New("an alarm would be stopped; mend what is listed above")

type checkCmd struct{ settingsFlags }

// Run reports on standard output, a line each, so that a monitor can read it.
func (checkCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if found, bad := errors.AsType[problems](err); bad {
		for _, problem := range found {
			fmt.Fprintln(w.stdout, "settings:", problem)
		}
		return errStopsAlarm
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(w.stdout, "settings: ok")
	findings, err := app.Check(w.ctx, s.options(w))
	stops := false
	for _, f := range findings {
		fmt.Fprintf(w.stdout, "%s: %s\n", f.About, f.Says)
		stops = stops || f.StopsAlarm
	}
	if err != nil {
		return err
	}
	if stops {
		return errStopsAlarm
	}
	return nil
}
