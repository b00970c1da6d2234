package main

import (
	"errors"
	"fmt"

	"github.com/alecthomas/kong"
)

// errStopsAlarm is how check ends when it found something; what it found is already said.
var errStopsAlarm = errors.New("an alarm would be stopped; mend what is listed above")

type checkCmd struct{ settingsFlags }

// Run reports on standard output, a line each, so that a monitor can read it.
func (checkCmd) Run(w world, ctx *kong.Context) error {
	_, err := w.settings(ctx)
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
	return nil
}
